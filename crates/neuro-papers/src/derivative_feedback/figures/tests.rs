use super::fixture::{SEEDS, STAGES, UNITS, diverged, full};
use crate::derivative_feedback::STUDY;
use crate::study::testing::{self, drawn, has_panel, rows, rows_of, svg};

testing::figure_tests!(STUDY, full(), "s3");

#[test]
fn panels_are_those_of_the_paper() {
    let (_folder, session) = drawn(&STUDY, &full(), &[]);
    for (id, panels) in [
        ("1", &["A", "B", "C", "D"][..]),
        ("2", &["A", "B", "C", "D", "E"]),
        ("3", &["B", "C"]),
        ("4", &["A", "B", "C"]),
        ("5", &["D", "E"]),
        ("6", &["A", "B", "C", "D", "E", "F"]),
        ("7", &["A", "B", "C", "D", "E", "F"]),
        ("8", &["A", "B", "C", "D", "E", "F"]),
        ("9", &["B", "C", "D", "E", "F"]),
        ("10", &["B", "C", "D", "E", "F"]),
        ("11", &["A", "B", "C", "D", "E", "F"]),
        ("s1", &["A", "B"]),
        ("s2", &["A", "B", "C", "D"]),
        ("s3", &["A", "B", "C", "D", "E", "F"]),
    ] {
        let svg = svg(&session, id);
        let id = id.to_uppercase();
        for panel in panels {
            has_panel(&svg, &format!("{id}{panel}"));
        }
    }
}

#[test]
fn runs_that_diverged_have_a_table_only() {
    testing::only_the_table_is_written(&STUDY, &diverged());
}

#[test]
fn tables_hold_every_point_of_every_run() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let of_panel = |id, panel| rows_of(&session, id, panel);
    assert_eq!(rows(&session, "networks"), networks.len());
    // Curves of all runs, one or two or three quantities.
    assert_eq!(of_panel("1", "C"), SEEDS * 100);
    assert_eq!(of_panel("6", "C"), SEEDS * STAGES);
    assert_eq!(of_panel("6", "D"), 3 * SEEDS * STAGES);
    assert_eq!(of_panel("7", "F"), 2 * 6 * SEEDS);
    // One combined run of each group diverged.
    assert_eq!(of_panel("11", "D"), 2 * 6 * (SEEDS - 1));
    assert_eq!(of_panel("s3", "A"), 8 * SEEDS * STAGES);
    // One pattern: the run of lowest seed.
    let square = (UNITS * UNITS) as u64;
    assert_eq!((of_panel("6", "B"), of_panel("9", "C")), (square, square));
    assert_eq!(of_panel("s1", "B, trial 0"), 3 * UNITS as u64);
}
