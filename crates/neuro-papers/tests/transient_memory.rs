//! The experiment as a whole, at smoke scale.

mod support;

use std::fs;
use std::path::Path;

use neuro_papers::transient_memory::{Measured, PAPER, experiment};
use neuro_papers::{Options, Scale, Session};

use support::results;

fn run(out: &Path, threads: usize, resume: bool) {
    let options = Options {
        out: out.into(),
        threads,
        resume,
        only: ["2a", "3d", "s6"].map(String::from).to_vec(),
        ..Options::defaults(&PAPER, Scale::Smoke)
    };
    let session = Session::quiet(&PAPER, options).expect("a folder of our own");
    let claims = experiment(&session).expect("the experiment runs");
    session.finish(&PAPER, &claims).expect("a writable folder");
}

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    run(&one, 1, false);
    run(&two, 2, false);
    let first = results(&one);
    assert!(first == results(&two), "one thread and two differ");
    for name in ["figures/2a.svg", "data/networks.csv", "jobs/plain-0.json"] {
        assert!(first.contains_key(name), "{name} is missing");
    }
    // Only the group that the figures need was trained.
    assert!(!first.contains_key("jobs/noise-0.json"));

    // Without its measurements the network is measured again, from its checkpoint; with them not
    // even the network is needed.
    fs::remove_file(one.join("jobs/plain-0.json")).expect("there");
    run(&one, 1, true);
    assert!(first == results(&one), "measured again");
    fs::remove_file(one.join("networks/plain-0.safetensors")).expect("there");
    run(&one, 1, true);
    let mut without = first.clone();
    without.remove("networks/plain-0.safetensors");
    assert!(without == results(&one), "read back");
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("plain-0.json");
    for text in ["{\"version\": 1, \"group\": \"plain\"", "{}", "not json"] {
        fs::write(&path, text).expect("writable");
        let error = Measured::read(&path)
            .expect_err("not measurements")
            .to_string();
        assert!(error.contains("plain-0.json"), "{error}");
    }
}
