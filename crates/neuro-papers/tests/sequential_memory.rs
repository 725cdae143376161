//! The experiment as a whole, at smoke scale.

mod support;

use neuro_papers::sequential_memory::{Measured, PAPER, experiment};

use support::{Experiment, damaged_are_refused};

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let experiment = Experiment {
        paper: &PAPER,
        run: experiment,
        only: ["3", "4", "5"],
    };
    let files = experiment.resumes("capacity-dsem-3-0", "learning-0");
    for name in [
        "figures/4.svg",
        "data/networks.csv",
        "jobs/dsem-0.json",
        "jobs/capacity-lisem-4-0.json",
        "networks/dsem-0.safetensors",
    ] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were looked at.
    assert!(!files.contains_key("jobs/lisem-printed-0.json"));
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    damaged_are_refused(
        "dsem-0",
        &["{\"version\": 1, \"group\": \"capacity-dsem-5\""],
        Measured::read,
    );
}
