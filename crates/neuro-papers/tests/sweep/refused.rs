//! Files and folders that are not as they should be.

use std::fs;
use std::path::Path;

use crate::process::{are_those_of_the_straight_run, command, run, said, straight};
use crate::results::results;

/// A copy of the results of the straight run that a test may spoil.
fn copy(to: &Path) {
    for (name, bytes) in &straight().results {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, bytes).expect("writable");
    }
    for folder in ["", "transient_memory", "sequential_memory"] {
        let record = straight().out.join(folder).join("run.json");
        fs::copy(record, to.join(folder).join("run.json")).expect("writable");
    }
}

fn fails(out: &Path, more: &[&str], code: i32) -> String {
    let output = command(out, more).output().expect("a process");
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    said(&output)
}

#[test]
fn a_second_run_with_the_same_arguments_does_no_job() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    copy(&out);
    let said = run(&out, &[]);
    assert!(!said.contains("done in"), "{said}");
    are_those_of_the_straight_run(&out);
}

#[test]
fn a_damaged_job_file_is_reported_and_the_job_done_again() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    copy(&out);
    let jobs = out.join("sequential_memory/jobs");
    let whole = fs::read(jobs.join("lisem-0.json")).expect("there");
    fs::write(jobs.join("lisem-0.json"), &whole[..whole.len() / 2]).expect("writable");
    fs::write(jobs.join("dsem-0.json"), &whole).expect("writable");
    let said = run(&out, &[]);
    assert!(
        said.contains("lisem-0.json") && said.contains("done again"),
        "{said}"
    );
    let other = "expected the measurements of dsem-0, found those of lisem-0";
    assert!(said.contains(other), "{said}");
    are_those_of_the_straight_run(&out);
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_touched() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    copy(&out);
    let shards = fails(&out, &["--shard", "5/4"], 2);
    assert!(
        shards.contains("expected a share from 1/4 to 4/4, found '5/4'"),
        "{shards}"
    );

    let record = out.join("sequential_memory/run.json");
    let text = fs::read_to_string(&record).expect("there");
    let quick = text.replacen("\"scale\": \"smoke\"", "\"scale\": \"quick\"", 1);
    fs::write(&record, quick).expect("writable");
    let scale = fails(&out, &[], 2);
    assert!(
        scale.contains("holds a run of --scale quick, this is --scale smoke"),
        "{scale}"
    );

    let version = text.replacen("\"scale\": \"smoke\"", "\"scale\": \"quick\"", 1);
    let version = version.replacen("\"version\": \"", "\"version\": \"9.", 1);
    fs::write(&record, version).expect("writable");
    let version = fails(&out, &["--scale", "quick"], 2);
    assert!(version.contains("holds a run of version 9."), "{version}");

    // A folder that cannot be made, also for the one who may write anywhere.
    let file = folder.path().join("file");
    fs::write(&file, "mine").expect("writable");
    let unwritable = fails(&file.join("out"), &[], 1);
    assert!(unwritable.contains("file/out"), "{unwritable}");
    assert!(straight().results == results(&out), "nothing is lost");
}

/// A limit on the size of files stands for a full disk: the system refuses in the midst of a file.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_run_with_the_name_of_the_file_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let limited = command(&out, &[]);
    let mut shell = std::process::Command::new("sh");
    // Blocks of 512 bytes or 1 KiB; the signal is ignored, so that the writing returns an error.
    shell.args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$@\"", "sh"]);
    shell.arg(limited.get_program()).args(limited.get_args());
    for (name, value) in limited.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let output = shell.output().expect("a process");
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("File too large") && said.contains("goes on"),
        "{said}"
    );
    assert!(
        said.contains(&out.display().to_string()),
        "names the file: {said}"
    );
    run(&out, &[]);
    are_those_of_the_straight_run(&out);
}
