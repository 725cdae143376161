//! The experiment as a whole, at smoke scale.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use neuro_papers::derivative_feedback::{Measured, PAPER, experiment};
use neuro_papers::{Options, Scale, Session};

const RUN: &str = "differential-global-10-0";

fn run(out: &Path, threads: usize, resume: bool) {
    let options = Options {
        out: out.into(),
        threads,
        resume,
        only: ["5", "6", "s1"].map(String::from).to_vec(),
        ..Options::defaults(&PAPER, Scale::Smoke)
    };
    let session = Session::quiet(&PAPER, options).expect("a folder of our own");
    let claims = experiment(&session).expect("the experiment runs");
    session.finish(&PAPER, &claims).expect("a writable folder");
}

/// Every file of a run but `run.json`, by its path.
fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for part in ["", "figures", "data", "jobs", "networks", "checkpoints"] {
        for entry in fs::read_dir(out.join(part)).expect("a folder of the run") {
            let path = entry.expect("readable").path();
            let name = path
                .strip_prefix(out)
                .expect("inside")
                .display()
                .to_string();
            if path.is_file() && name != "run.json" {
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    run(&one, 1, false);
    run(&two, 2, false);
    let first = results(&one);
    assert!(first == results(&two), "one thread and two differ");
    let job = format!("jobs/{RUN}.json");
    for name in ["figures/6.svg", "data/networks.csv", &job] {
        assert!(first.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were run.
    assert!(!first.contains_key("jobs/homeostatic-global-15-0.json"));

    // Without its measurements a run is measured again, from its checkpoint.
    fs::remove_file(one.join(job)).expect("there");
    run(&one, 1, true);
    assert!(first == results(&one), "measured again");
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("unlearned-0.json");
    let unknown =
        r#"{"version":1,"group":"differential-global-11","seed":0,"ended":"","found":null}"#;
    for text in [
        r#"{"version": 1, "group": "unlearned""#,
        "{}",
        "not json",
        unknown,
    ] {
        fs::write(&path, text).expect("writable");
        let error = Measured::read(&path)
            .expect_err("not measurements")
            .to_string();
        assert!(error.contains("unlearned-0.json"), "{error}");
    }
}
