//! Archives on the disk: what was written is read, and nothing else is believed.

use std::fs;
use std::path::{Path, PathBuf};

use neuro_core::archive::{Archive, Tensor, TensorData};
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Error, Trajectory};
use proptest::prelude::*;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("network.safetensors")
}

fn network() -> Archive {
    let mut archive = Archive::new("network", 2);
    archive.insert_matrix(
        "recurrent",
        &DMatrix::from_fn(3, 2, |i, j| (10 * i + j) as f64),
    );
    archive.insert_vector("bias", &[0.5f32, -1.5]);
    archive.insert_scalar("updates", 12u64);
    archive.metadata.insert("transfer".into(), "tanh".into());
    archive
}

/// The problem that reading reports.
fn problem(path: &Path, kind: &str, newest: u32) -> String {
    match Archive::read(path, kind, newest) {
        Err(Error::File { problem, .. }) => problem,
        other => panic!("expected a file error, found {other:?}"),
    }
}

/// Names of the files in a folder.
fn files(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries
        .map(|entry| name(entry.expect("an entry")))
        .collect()
}

#[test]
fn a_network_survives_the_disk() {
    let folder = folder();
    network().write(path(&folder)).expect("written");
    let read = Archive::read(path(&folder), "network", 2).expect("read");
    assert_eq!(read, network());
    assert_eq!(
        read.matrix::<f64>("recurrent").expect("there")[(2, 1)],
        21.0
    );
    assert_eq!(read.vector::<f32>("bias").expect("there"), [0.5, -1.5]);
    assert_eq!(read.scalar::<u64>("updates").expect("there"), 12);
    assert_eq!(files(&folder), ["network.safetensors"]);
}

#[test]
fn other_languages_see_rows_first() {
    let archive = network();
    let tensor = archive.tensor("recurrent").expect("there");
    assert_eq!(tensor.shape, [3, 2]);
    assert_eq!(tensor.data.to_f64(), [0.0, 1.0, 10.0, 11.0, 20.0, 21.0]);
    // The same through the format's own reader.
    let folder = folder();
    archive.write(path(&folder)).expect("written");
    let bytes = fs::read(path(&folder)).expect("read");
    let file = safetensors::SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let view = file.tensor("recurrent").expect("there");
    assert_eq!(view.shape(), [3, 2]);
    assert_eq!(view.data()[8..16], 1.0f64.to_le_bytes());
}

#[test]
fn trajectories_are_steps_x_trials_x_units() {
    let values = (0..24).map(f64::from).collect();
    let trajectory = Trajectory::from_vec(4, 3, 2, values).expect("24 values");
    let mut archive = Archive::new("activity", 1);
    archive.insert_trajectory("rate", &trajectory);
    assert_eq!(archive.tensor("rate").expect("there").shape, [2, 3, 4]);
    assert_eq!(
        archive.trajectory::<f64>("rate").expect("there"),
        trajectory
    );
}

#[test]
fn tensors_of_another_type_or_shape_are_refused_by_name() {
    let archive = network();
    let message = |error: Error| error.to_string();
    assert_eq!(
        message(archive.matrix::<f32>("recurrent").expect_err("f64")),
        "tensor recurrent: expected 2 dimensions of F32, found shape [3, 2] of F64"
    );
    assert_eq!(
        message(archive.vector::<f64>("recurrent").expect_err("a matrix")),
        "tensor recurrent: expected 1 dimensions of F64, found shape [3, 2] of F64"
    );
    assert_eq!(
        message(archive.scalar::<f64>("gain").expect_err("missing")),
        "tensor gain: is not in the file"
    );
    let mut broken = archive.clone();
    broken.tensors.insert(
        "w".into(),
        Tensor {
            shape: vec![usize::MAX, 2],
            data: TensorData::F64(vec![1.0]),
        },
    );
    assert!(broken.matrix::<f64>("w").is_err());
}

#[test]
fn another_kind_a_newer_version_and_foreign_files_are_told_apart() {
    let folder = folder();
    network().write(path(&folder)).expect("written");
    assert_eq!(
        problem(&path(&folder), "checkpoint", 9),
        "a file of kind \"network\", expected \"checkpoint\""
    );
    assert_eq!(
        problem(&path(&folder), "network", 1),
        "file version 2, this library reads up to 1"
    );
    let header = r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  "#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(2.5f32.to_le_bytes());
    fs::write(path(&folder), &bytes).expect("written");
    assert_eq!(
        problem(&path(&folder), "network", 1),
        "a file without kind and version, expected \"network\""
    );
    let foreign = Archive::read_foreign(path(&folder)).expect("a safetensors file");
    assert_eq!(foreign.vector::<f32>("w").expect("there"), [2.5]);
    assert_eq!((foreign.kind.as_str(), foreign.version), ("", 0));
}

#[test]
fn missing_empty_and_strange_files_are_errors() {
    let folder = folder();
    let missing = Archive::read(path(&folder), "network", 1);
    assert!(matches!(missing, Err(Error::Io { .. })));
    fs::write(path(&folder), b"").expect("written");
    assert_eq!(problem(&path(&folder), "network", 1), "the file is empty");
    fs::write(path(&folder), b"unit,rate\n0,1.5\n").expect("written");
    assert!(problem(&path(&folder), "network", 1).starts_with("damaged"));
    let mut bytes = (1u64 << 60).to_le_bytes().to_vec();
    bytes.extend([b'{'; 100]);
    fs::write(path(&folder), bytes).expect("written");
    assert!(Archive::read_foreign(path(&folder)).is_err());
}

#[test]
fn an_existing_file_is_replaced_whole_or_not_at_all() {
    let folder = folder();
    network().write(path(&folder)).expect("written");
    let mut invalid = network();
    invalid.metadata.insert("neuro.kind".into(), "x".into());
    assert!(matches!(
        invalid.write(path(&folder)),
        Err(Error::File { .. })
    ));
    assert_eq!(
        Archive::read(path(&folder), "network", 2).expect("still there"),
        network()
    );

    let mut next = network();
    next.insert_scalar("updates", 13u64);
    next.write(path(&folder)).expect("replaced");
    assert_eq!(
        Archive::read(path(&folder), "network", 2).expect("read"),
        next
    );
    assert_eq!(files(&folder), ["network.safetensors"]);
}

#[test]
fn a_failed_writing_leaves_no_temporary_file() {
    let folder = folder();
    // A folder with something in it cannot be replaced by a file.
    fs::create_dir_all(path(&folder).join("inside")).expect("a folder");
    assert!(matches!(
        network().write(path(&folder)),
        Err(Error::Io { .. })
    ));
    assert_eq!(files(&folder), ["network.safetensors"]);
    let nowhere = folder.path().join("no folder").join("file");
    assert!(matches!(network().write(nowhere), Err(Error::Io { .. })));
    assert!(matches!(network().write(""), Err(Error::File { .. })));
    assert!(matches!(network().write(".."), Err(Error::File { .. })));
}

#[test]
fn a_left_over_temporary_file_is_no_obstacle() {
    let folder = folder();
    let left = format!(".network.safetensors.{}-0.tmp", std::process::id());
    fs::write(folder.path().join(&left), b"from a crash").expect("written");
    network().write(path(&folder)).expect("written");
    assert_eq!(
        fs::read(folder.path().join(left)).expect("untouched"),
        b"from a crash"
    );
}

#[test]
fn threads_that_write_one_file_leave_one_complete_file() {
    let folder = folder();
    std::thread::scope(|scope| {
        for thread in 0..4u64 {
            let path = path(&folder);
            scope.spawn(move || {
                let mut archive = network();
                archive.insert_scalar("updates", thread);
                for _ in 0..10 {
                    archive.write(&path).expect("written");
                    Archive::read(&path, "network", 2).expect("complete");
                }
            });
        }
    });
    assert_eq!(files(&folder), ["network.safetensors"]);
}

/// Values by their bits, so that every NaN and both zeros occur.
fn data(count: usize) -> BoxedStrategy<TensorData> {
    let vec = |values| prop::collection::vec(values, count);
    prop_oneof![
        vec(any::<u64>())
            .prop_map(|v| TensorData::F64(v.into_iter().map(f64::from_bits).collect())),
        vec(any::<u64>()).prop_map(TensorData::U64),
        prop::collection::vec(any::<u32>(), count)
            .prop_map(|v| TensorData::F32(v.into_iter().map(f32::from_bits).collect())),
        prop::collection::vec(any::<i64>(), count).prop_map(TensorData::I64),
        prop::collection::vec(any::<i32>(), count).prop_map(TensorData::I32),
        prop::collection::vec(any::<i8>(), count).prop_map(TensorData::I8),
        prop::collection::vec(any::<u8>(), count).prop_map(TensorData::U8),
        prop::collection::vec(any::<bool>(), count).prop_map(TensorData::Bool),
    ]
    .boxed()
}

fn tensor() -> impl Strategy<Value = Tensor> {
    prop::collection::vec(0..4usize, 0..4).prop_flat_map(|shape| {
        let data = data(shape.iter().product());
        data.prop_map(move |data| Tensor {
            shape: shape.clone(),
            data,
        })
    })
}

fn archive() -> impl Strategy<Value = Archive> {
    (
        any::<String>(),
        any::<u32>(),
        prop::collection::btree_map(any::<String>(), any::<String>(), 0..4),
        prop::collection::btree_map(any::<String>(), tensor(), 0..5),
    )
        .prop_map(|(kind, version, metadata, tensors)| Archive {
            kind,
            version,
            metadata,
            tensors,
        })
}

/// Bits of the values: NaN is not equal to itself.
fn bits(archive: &Archive) -> Vec<(String, Vec<usize>, String, Vec<u64>)> {
    let of_tensor = |(name, tensor): (&String, &Tensor)| {
        let bits = match &tensor.data {
            TensorData::F32(v) => v.iter().map(|v| v.to_bits().into()).collect(),
            TensorData::F64(v) => v.iter().map(|v| v.to_bits()).collect(),
            TensorData::U64(v) => v.clone(),
            TensorData::I64(v) => v.iter().map(|v| *v as u64).collect(),
            other => other.to_f64().into_iter().map(f64::to_bits).collect(),
        };
        let dtype = tensor.data.dtype().to_string();
        (name.clone(), tensor.shape.clone(), dtype, bits)
    };
    archive.tensors.iter().map(of_tensor).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_gives_what_was_written_bit_for_bit(archive in archive()) {
        let folder = folder();
        archive.write(path(&folder)).expect("written");
        let read = Archive::read(path(&folder), &archive.kind, archive.version).expect("read");
        prop_assert_eq!(bits(&read), bits(&archive));
        prop_assert_eq!(
            (read.kind, read.version, read.metadata),
            (archive.kind, archive.version, archive.metadata)
        );
    }
}

#[test]
fn an_empty_matrix_of_any_number_of_rows_is_read_at_once() {
    let mut archive = Archive::new("example", 1);
    archive.insert_matrix("empty", &DMatrix::<f64>::zeros(0, 0));
    archive.tensors.get_mut("empty").expect("just put in").shape = vec![0, 1 << 60];
    assert_eq!(
        archive
            .matrix::<f64>("empty")
            .expect("an empty matrix")
            .shape(),
        (0, 1 << 60)
    );
}
