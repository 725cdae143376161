use super::fixture::{RATIOS, SEEDS, TRIALS, diverged, full};
use super::*;
use crate::sequential_memory::STUDY;
use crate::study::testing::{self, drawn, rows, svg};

testing::figure_tests!(STUDY, full(), "strengths");

#[test]
fn panels_are_those_of_the_paper() {
    let (_folder, session) = drawn(&STUDY, &full(), &[]);
    for (id, panels) in [
        ("1", &["C", "D"][..]),
        ("2", &["A", "B", "C", "D"]),
        ("3", &["A", "B", "C", "D"]),
        ("4", &["A", "B"]),
        (
            "5",
            &[
                "A, epoch 0",
                "A, epoch 10",
                "A, epoch 70",
                "A, epoch 100",
                "B",
                "C",
                "D",
            ],
        ),
    ] {
        // A long title is broken into lines.
        let text = svg(&session, id).replace("</tspan>", " ");
        for panel in panels {
            let last = format!("{id}{panel})");
            let word = last.rsplit(' ').next().unwrap_or(&last).to_string();
            assert!(text.contains(&last) || text.contains(&word), "{id}{panel}");
        }
    }
}

#[test]
fn networks_that_diverged_have_a_table_only() {
    testing::only_the_table_is_written(&STUDY, &diverged());
}

#[test]
fn tables_hold_every_trial_and_every_draw() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    assert_eq!(rows(&session, "networks"), networks.len());
    let searches = ALL_SEARCHES.len() * RATIOS.len() * (SEEDS * TRIALS) as usize;
    assert_eq!(rows(&session, "4"), searches);
    // Two models, two sizes, five strengths.
    assert_eq!(rows(&session, "strengths"), 2 * SEEDS as usize * 10);
}
