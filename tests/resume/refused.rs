//! What a run does not go on from, and that nothing is lost then.

use std::fs;
use std::path::{Path, PathBuf};

use neuro_autodiff::train::Trainer;
use neuro_core::Scalar;
use neuro_core::archive::Archive;
use tempfile::TempDir;

use crate::run::{Run, snapshot, train};

/// A folder with the checkpoint of 17 updates.
fn checkpoint() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = Run::new(&path, 1000);
    train(&run, &mut run.trainer::<f64>(), Some(17));
    (folder, path)
}

/// Checks that a run refuses a file with a message that has all `parts`, stays as it was, and leaves
/// the file as it was.
fn check_refused<T: Scalar>(run: &Run, path: &Path, parts: &[&str]) {
    let mut trainer: Trainer<T> = run.trainer();
    train(run, &mut trainer, Some(3));
    // The run itself has just written its own checkpoint, elsewhere.
    let own = &run.checkpoint.as_ref().unwrap().path;
    assert_ne!(own, path);
    let (before, bytes) = (snapshot(&trainer), fs::read(path).ok());
    let error = trainer.resume(path, &run.objective()).unwrap_err();
    let message = error.to_string();
    for part in parts {
        assert!(message.contains(part), "{message:?} does not say {part:?}");
    }
    assert_eq!(snapshot(&trainer), before, "{message}");
    assert_eq!(fs::read(path).ok(), bytes, "{message}");
    // The optimiser, too, is as it was: what follows are the bits of a run that asked for nothing.
    train(run, &mut trainer, Some(10));
    let mut untouched: Trainer<T> = run.trainer();
    train(run, &mut untouched, Some(10));
    assert_eq!(snapshot(&trainer), snapshot(&untouched), "{message}");
}

fn other(path: &Path) -> Run {
    Run::new(&path.with_extension("other"), 1000)
}

#[test]
fn the_same_run_is_not_refused() {
    let (_folder, path) = checkpoint();
    let run = other(&path);
    let mut trainer = run.trainer::<f64>();
    trainer.resume(&path, &run.objective()).unwrap();
    assert_eq!(trainer.update(), 17);
}

#[test]
fn a_checkpoint_of_a_network_of_another_size_is_refused() {
    let (_folder, path) = checkpoint();
    let run = Run {
        units: 13,
        ..other(&path)
    };
    let parts = [
        "checkpoint: parameters",
        "recurrent 12x12",
        "recurrent 13x13",
    ];
    check_refused::<f64>(&run, &path, &parts);
}

#[test]
fn a_checkpoint_of_parameters_with_other_transforms_is_refused() {
    let (_folder, path) = checkpoint();
    let run = Run {
        masked: true,
        ..other(&path)
    };
    check_refused::<f64>(&run, &path, &["checkpoint: parameters", "Mask", "Identity"]);
}

#[test]
fn a_checkpoint_of_another_seed_is_refused() {
    let (_folder, path) = checkpoint();
    let run = Run {
        seed: 4,
        ..other(&path)
    };
    check_refused::<f64>(&run, &path, &["checkpoint: objective", "seed 3", "seed 4"]);
}

#[test]
fn a_checkpoint_of_another_task_is_refused() {
    let (_folder, path) = checkpoint();
    let run = Run {
        frequencies: (1.0, 6.0),
        ..other(&path)
    };
    check_refused::<f64>(&run, &path, &["checkpoint: objective", "ComparisonTask"]);
}

#[test]
fn a_checkpoint_of_another_optimiser_or_learning_rate_is_refused() {
    let (_folder, path) = checkpoint();
    let run = Run {
        optimizer: "sgd",
        ..other(&path)
    };
    check_refused::<f64>(&run, &path, &["checkpoint: optimiser", "Adam", "Sgd"]);
    let run = Run {
        learning_rate: 6e-3,
        ..other(&path)
    };
    check_refused::<f64>(&run, &path, &["checkpoint: training", "0.006", "0.005"]);
}

#[test]
fn a_checkpoint_of_a_rewiring_with_another_seed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let run = Run {
        optimizer: "rewiring",
        ..Run::new(&path, 1000)
    };
    train(&run, &mut run.trainer::<f64>(), Some(2));
    // The objective is the same; only the optimiser draws from another seed.
    let mut trainer = Run {
        seed: 4,
        ..run.clone()
    }
    .trainer::<f64>();
    let message = trainer.resume(&path, &run.objective()).unwrap_err();
    assert!(message.to_string().contains("optimiser"), "{message}");
}

#[test]
fn a_checkpoint_of_another_number_type_is_refused() {
    let (_folder, path) = checkpoint();
    let parts = ["checkpoint: number type", "f32", "f64"];
    check_refused::<f32>(&other(&path), &path, &parts);
}

#[test]
fn a_file_that_is_missing_is_refused() {
    let (folder, path) = checkpoint();
    let missing = folder.path().join("missing");
    check_refused::<f64>(&other(&path), &missing, &["missing"]);
    assert!(!missing.exists());
}

#[test]
fn a_file_of_a_newer_version_or_of_another_kind_is_refused() {
    let (folder, path) = checkpoint();
    let mut archive = Archive::read_foreign(&path).unwrap();
    let version = archive.version;
    archive.version += 1;
    let newer = folder.path().join("newer");
    archive.write(&newer).unwrap();
    let said = format!("version {}", version + 1);
    check_refused::<f64>(&other(&path), &newer, &["newer", &said]);
    archive.version = version;
    archive.kind = "something else".into();
    let strange = folder.path().join("strange");
    archive.write(&strange).unwrap();
    check_refused::<f64>(&other(&path), &strange, &["strange", "something else"]);
}

#[test]
fn a_truncated_file_is_refused_at_any_length() {
    let (folder, path) = checkpoint();
    let bytes = fs::read(&path).unwrap();
    let cut = folder.path().join("cut");
    let n = bytes.len();
    for length in [0, 1, 7, 8, 9, 100, n / 4, n / 2, 3 * n / 4, n - 8, n - 1] {
        fs::write(&cut, &bytes[..length]).unwrap();
        check_refused::<f64>(&other(&path), &cut, &["cut"]);
    }
}

#[test]
fn a_file_with_a_flipped_bit_is_refused() {
    let (folder, path) = checkpoint();
    let bytes = fs::read(&path).unwrap();
    let flipped = folder.path().join("flipped");
    let run = other(&path);
    let mut trainer = run.trainer::<f64>();
    let objective = run.objective();
    // Every 97th bit: header, names, metadata and values.
    for bit in (0..8 * bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        fs::write(&flipped, &damaged).unwrap();
        if trainer.resume(&flipped, &objective).is_ok() {
            // A bit of the header may change nothing that is read, a space for instance.
            let same = Archive::read_foreign(&flipped).unwrap();
            assert_eq!(same, Archive::read_foreign(&path).unwrap(), "bit {bit}");
        }
    }
    let last = bytes.len() - 3;
    let mut damaged = bytes;
    damaged[last] ^= 1;
    fs::write(&flipped, &damaged).unwrap();
    check_refused::<f64>(&run, &flipped, &["flipped"]);
}

#[test]
fn parameters_that_are_not_finite_are_refused() {
    let (folder, path) = checkpoint();
    let mut archive = Archive::read_foreign(&path).unwrap();
    let mut raw: Vec<f64> = archive.vector("parameters.raw").unwrap();
    raw[5] = f64::NAN;
    archive.insert_vector("parameters.raw", &raw);
    let broken = folder.path().join("broken");
    archive.write(&broken).unwrap();
    check_refused::<f64>(
        &other(&path),
        &broken,
        &["parameters of the checkpoint", "NaN"],
    );
    archive.tensors.remove("parameters.raw");
    archive.write(&broken).unwrap();
    check_refused::<f64>(&other(&path), &broken, &["parameters.raw"]);
}

#[test]
fn the_files_own_run_keeps_its_checkpoint_after_a_refusal() {
    let (_folder, path) = checkpoint();
    let bytes = fs::read(&path).unwrap();
    // The run would write to the very file that it refuses.
    let run = Run {
        seed: 4,
        ..Run::new(&path, 1)
    };
    assert!(
        run.trainer::<f64>()
            .resume(&path, &run.objective())
            .is_err()
    );
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
