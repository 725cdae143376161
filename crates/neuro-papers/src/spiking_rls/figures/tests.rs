use super::fixture::{LOOPS, SEEDS, broken_off, full};
use super::*;
use crate::spiking_rls::STUDY;
use crate::study::testing::{self, drawn, has_panel, rows, rows_of, svg};

testing::figure_tests!(STUDY, full(), "7");

#[test]
fn panels_are_those_of_the_paper() {
    let (_folder, session) = drawn(&STUDY, &full(), &[]);
    for (id, panels) in [
        ("1b", &["1b", "1c"][..]),
        ("1d", &["1d", "1e"]),
        ("1-s1", &["1-S1a", "1-S1b"]),
        ("1-s2", &["1-S2a", "1-S2b", "1-S2c", "1-S2d"]),
        ("2", &["2a", "2b"]),
        ("3a", &["3a", "3b"]),
        ("3c", &["3c"]),
        ("3d", &["3d"]),
        ("3-s1", &["3-S1a", "3-S1b", "3-S1c"]),
        ("3-s2", &["3-S2a", "3-S2b", "3-S2c", "3-S2d"]),
        ("3-s3", &["3-S3a", "3-S3b", "3-S3c"]),
        ("4", &["4a", "4b", "4d", "4e", "4g", "4h"]),
        ("4i", &["4i"]),
        ("5", &["5a", "5b", "5c", "5d", "5e", "5f"]),
        ("6", &["6a", "6b", "6c", "6d", "6e", "6f"]),
        ("7", &["7a", "7b", "7c"]),
    ] {
        let svg = svg(&session, id);
        for panel in panels {
            has_panel(&svg, panel);
        }
    }
}

#[test]
fn everything_about_cortical_data_says_synthetic() {
    let (_folder, session) = drawn(&STUDY, &full(), &["5"]);
    // Each panel, and the page.
    let svg = svg(&session, "5").to_lowercase();
    assert!(svg.matches("synthetic").count() >= 8);
}

#[test]
fn networks_that_broke_off_have_a_table_only() {
    testing::only_the_table_is_written(&STUDY, &broken_off());
}

#[test]
fn tables_hold_every_point_of_every_network() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let count = |id, panel| rows_of(&session, id, panel);
    assert_eq!(rows(&session, "networks"), networks.len());
    assert_eq!(count("1b", "c, weights"), SEEDS * LOOPS);
    // Loops, and two scores of three stages and the end.
    assert_eq!(count("1b", "c"), SEEDS * (LOOPS + 2 * 4));
    // Training of one network broke off.
    assert_eq!(count("1-s1", "b, loops, weights"), (SEEDS - 1) * LOOPS);
    assert_eq!(count("3c", "c"), 2 * 7 * SEEDS);
    assert_eq!(count("6", "a"), SCANS.len() as u64 * SEEDS);
    // One point for each place of the map.
    assert_eq!(count("4i", "i, trained"), COUPLINGS.len() as u64);
    assert_eq!(count("7", "c"), 3);
}
