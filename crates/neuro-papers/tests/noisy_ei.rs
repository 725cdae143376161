//! The experiment as a whole, at smoke scale.

mod support;

use neuro_papers::noisy_ei::{Measured, PAPER, experiment};

use support::{Experiment, damaged_are_refused};

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let experiment = Experiment {
        paper: &PAPER,
        run: experiment,
        only: ["2c", "3d", "6a"],
    };
    let files = experiment.resumes("matching-10-0", "matching-0-0");
    for name in [
        "figures/2c.svg",
        "data/networks.csv",
        "jobs/matching-0-0.json",
        "jobs/choice-10-0.json",
    ] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were trained.
    assert!(!files.contains_key("jobs/context-0-0.json"));
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    damaged_are_refused(
        "matching-0-0",
        &["{\"version\": 1, \"group\": \"delay-50\""],
        Measured::read,
    );
}
