//! The experiment as a whole, at smoke scale.

mod support;

use neuro_papers::transient_memory::{Measured, PAPER, experiment};

use support::{Experiment, damaged_are_refused};

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let experiment = Experiment {
        paper: &PAPER,
        run: experiment,
        only: ["2a", "3d", "s6"],
    };
    let files = experiment.resumes("plain-0", "plain-0");
    for name in ["figures/2a.svg", "data/networks.csv", "jobs/plain-0.json"] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Only the group that the figures need was trained.
    assert!(!files.contains_key("jobs/noise-0.json"));
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    damaged_are_refused(
        "plain-0",
        &["{\"version\": 1, \"group\": \"plain\""],
        Measured::read,
    );
}
