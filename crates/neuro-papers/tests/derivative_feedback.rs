//! The experiment as a whole, at smoke scale.

mod support;

use neuro_papers::derivative_feedback::{Measured, PAPER, experiment};

use support::{Experiment, damaged_are_refused};

const RUN: &str = "differential-global-10-0";

#[test]
fn results_do_not_depend_on_threads_and_a_resumed_run_does_what_is_missing() {
    let experiment = Experiment {
        paper: &PAPER,
        run: experiment,
        only: ["5", "6", "s1"],
    };
    let files = experiment.resumes(RUN, RUN);
    let job = format!("jobs/{RUN}.json");
    for name in ["figures/6.svg", "data/networks.csv", &job] {
        assert!(files.contains_key(name), "{name} is missing");
    }
    // Only the groups that the figures need were run.
    assert!(!files.contains_key("jobs/homeostatic-global-15-0.json"));
}

#[test]
fn damaged_measurements_are_refused_by_name() {
    damaged_are_refused(
        "unlearned-0",
        &[
            r#"{"version": 1, "group": "unlearned""#,
            r#"{"version":1,"group":"differential-global-11","seed":0,"ended":"","found":null}"#,
        ],
        Measured::read,
    );
}
