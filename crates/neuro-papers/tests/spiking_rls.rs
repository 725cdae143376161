//! The experiment as a whole, at smoke scale.

mod support;

use neuro_papers::spiking_rls::{Measured, PAPER, experiment};

use support::{Experiment, damaged_are_refused};

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let experiment = Experiment {
        paper: &PAPER,
        run: experiment,
        only: ["1b", "4", "5"],
    };
    let files = experiment.resumes("balanced-0", "cortical-100-0");
    for name in [
        "figures/1b.svg",
        "data/networks.csv",
        "jobs/sines-0.json",
        "jobs/balanced-strong-0.json",
    ] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were trained.
    assert!(!files.contains_key("jobs/products-0.json"));
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    damaged_are_refused(
        "sines-0",
        &["{\"version\": 1, \"group\": \"sines\""],
        Measured::read,
    );
}
