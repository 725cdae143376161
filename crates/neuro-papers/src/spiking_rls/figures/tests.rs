use super::fixture::{LOOPS, SEEDS, broken_off, full};
use super::*;
use crate::Table;
use crate::spiking_rls::STUDY;
use crate::study::of;
use crate::study::testing::{drawn, files, rows};

#[test]
fn every_figure_is_written_with_its_numbers_for_a_full_set() {
    let (_folder, session) = drawn(&STUDY, &full(), &[]);
    let expected = |ending: &str, more: &[&str]| {
        let ids = FIGURES.iter().map(|(id, _)| *id);
        let ids = ids.chain(more.iter().copied());
        let mut names: Vec<String> = ids.map(|id| format!("{id}.{ending}")).collect();
        names.sort();
        names
    };
    assert_eq!(files(&session, "figures"), expected("svg", &[]));
    assert_eq!(files(&session, "data"), expected("csv", &["networks"]));
    for (id, about) in FIGURES {
        let svg = std::fs::read_to_string(session.output.figure(id)).expect("a figure");
        assert!(!svg.contains("no data"), "{id}: {about}");
    }
}

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
        let svg = std::fs::read_to_string(session.output.figure(id)).expect("a figure");
        for panel in panels {
            let names = [format!("({panel})"), format!("({panel},")];
            assert!(names.iter().any(|name| svg.contains(name)), "{panel}");
        }
    }
}

#[test]
fn everything_about_cortical_data_says_synthetic() {
    let (_folder, session) = drawn(&STUDY, &full(), &["5"]);
    let svg = std::fs::read_to_string(session.output.figure("5")).expect("a figure");
    // Each panel, and the page.
    assert!(svg.to_lowercase().matches("synthetic").count() >= 8);
}

#[test]
fn a_set_of_networks_that_broke_off_has_a_table_only() {
    let (_folder, session) = drawn(&STUDY, &broken_off(), &[]);
    assert!(files(&session, "figures").is_empty());
    assert_eq!(files(&session, "data"), ["networks.csv"]);
    assert_eq!(rows(&session, "networks"), broken_off().len());
}

#[test]
fn no_networks_give_no_files() {
    let (_folder, session) = drawn(&STUDY, &[], &[]);
    assert!(files(&session, "figures").is_empty() && files(&session, "data").is_empty());
}

#[test]
fn tables_hold_every_point_of_every_network() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let count = |id: &str, panel: &str| {
        let table = Table::read(&session.output.data(id)).expect("a table");
        let column = table.columns().iter().position(|c| c == "panel");
        let column = column.expect("there");
        let of_panel = table
            .rows()
            .iter()
            .filter(|row| row[column] == panel.into());
        of_panel.count() as u64
    };
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

#[test]
fn every_group_belongs_to_a_figure() {
    for group in Group::ALL {
        let needed = ENTRIES.iter().any(|entry| entry.groups.contains(&group));
        assert!(needed, "{}", group.name());
    }
    let networks = full();
    for entry in &ENTRIES {
        assert!(!of(&networks, entry.groups).is_empty(), "{}", entry.id);
    }
}
