//! The experiment as a whole, at smoke scale.

mod support;

use std::fs;
use std::path::Path;

use neuro_papers::noisy_ei::{Measured, PAPER, experiment};
use neuro_papers::{Options, Scale, Session};

use support::results;

fn run(out: &Path, threads: usize, resume: bool) {
    let options = Options {
        out: out.into(),
        threads,
        resume,
        only: ["2c", "3d", "6a"].map(String::from).to_vec(),
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
    for name in [
        "figures/2c.svg",
        "data/networks.csv",
        "jobs/matching-0-0.json",
        "jobs/choice-10-0.json",
    ] {
        assert!(first.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were trained.
    assert!(!first.contains_key("jobs/context-0-0.json"));

    // Without its measurements the network is measured again, from its checkpoint; with them not
    // even the network is needed.
    fs::remove_file(one.join("jobs/matching-10-0.json")).expect("there");
    run(&one, 1, true);
    assert!(first == results(&one), "measured again");
    fs::remove_file(one.join("networks/matching-0-0.safetensors")).expect("there");
    run(&one, 1, true);
    let mut without = first.clone();
    without.remove("networks/matching-0-0.safetensors");
    assert!(without == results(&one), "read back");
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("matching-0-0.json");
    for text in ["{\"version\": 1, \"group\": \"delay-50\"", "{}", "not json"] {
        fs::write(&path, text).expect("writable");
        let error = Measured::read(&path)
            .expect_err("not measurements")
            .to_string();
        assert!(error.contains("matching-0-0.json"), "{error}");
    }
}
