//! The command `reproduce` as a process, and the files that it leaves.
//!
//! The process is this test binary itself, told by an environment variable to run the command.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::results::results;

const ARGUMENTS: &str = "NEURO_TEST_ARGUMENTS";

/// A run of two papers at the smallest scale: one job that trains with checkpoints, and many short ones.
const RUN: [&str; 6] = [
    "--scale",
    "smoke",
    "--only",
    "transient_memory/2a,sequential_memory/1,sequential_memory/2,sequential_memory/4,\
     sequential_memory/5,sequential_memory/strengths",
    "--threads",
    "1",
];

#[test]
#[ignore = "started by the other tests as a process of its own"]
fn child() {
    let Ok(arguments) = env::var(ARGUMENTS) else {
        return;
    };
    let code = neuro_papers::reproduce(arguments.split('\n').map(Into::into));
    // The code itself cannot be looked at; it is that of the whole process then.
    let codes = [0u8, 1, 2, 130];
    let shown = |code: std::process::ExitCode| format!("{code:?}");
    let found = codes
        .into_iter()
        .find(|known| shown((*known).into()) == shown(code));
    std::process::exit(found.map_or(99, i32::from));
}

/// The command with the arguments of the run, a folder, and some more.
pub(crate) fn command(out: &Path, more: &[&str]) -> Command {
    let out = out.to_str().expect("a name in UTF-8");
    let arguments: Vec<&str> = RUN
        .iter()
        .chain(&["--out", out])
        .chain(more)
        .copied()
        .collect();
    let mut command = Command::new(env::current_exe().expect("this test"));
    command
        .args(["process::child", "--exact", "--ignored", "--nocapture"])
        .env(ARGUMENTS, arguments.join("\n"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub(crate) fn start(out: &Path, more: &[&str]) -> Child {
    command(out, more).spawn().expect("a process")
}

/// Waits for a process to end well; returns what it said on standard error.
pub(crate) fn ends_well(child: Child) -> String {
    let output = child.wait_with_output().expect("a process");
    let said = said(&output);
    assert!(output.status.success(), "{:?}: {said}", output.status);
    said
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn run(out: &Path, more: &[&str]) -> String {
    ends_well(start(out, more))
}

/// A run that was never stopped, made once for all tests: its folder, its results, and its time.
pub(crate) struct Straight {
    pub(crate) out: PathBuf,
    pub(crate) results: BTreeMap<String, Vec<u8>>,
    pub(crate) took: Duration,
    _folder: tempfile::TempDir,
}

pub(crate) fn straight() -> &'static Straight {
    static STRAIGHT: OnceLock<Straight> = OnceLock::new();
    STRAIGHT.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("out");
        let started = Instant::now();
        run(&out, &[]);
        let took = started.elapsed();
        let results = results(&out);
        assert!(
            results
                .keys()
                .filter(|name| name.contains("/jobs/"))
                .count()
                > 10
        );
        assert!(results.contains_key("transient_memory/jobs/plain-0.json"));
        assert!(results.contains_key("sequential_memory/data/networks.csv"));
        assert!(results.contains_key("claims.json"));
        Straight {
            out,
            results,
            took,
            _folder: folder,
        }
    })
}

/// Compares the results in a folder with those of the run that was never stopped.
pub(crate) fn are_those_of_the_straight_run(out: &Path) {
    let (expected, found) = (&straight().results, results(out));
    let names =
        |results: &BTreeMap<String, Vec<u8>>| -> Vec<String> { results.keys().cloned().collect() };
    assert_eq!(names(expected), names(&found));
    for (name, bytes) in expected {
        assert!(bytes == &found[name], "{name} differs");
    }
}

/// Jobs that each sitting in a folder has done.
pub(crate) fn jobs_of_sittings(folder: &Path) -> Vec<u64> {
    let text = fs::read_to_string(folder.join("run.json")).expect("a record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let sittings = record["sittings"].as_array().expect("a list").iter();
    sittings
        .map(|sitting| sitting["jobs"].as_u64().expect("a count"))
        .collect()
}
