use std::path::Path;

use super::fixture::{SEEDS, STAGES, UNITS, diverged, full};
use super::*;
use crate::derivative_feedback::{PAPER, STUDY};
use crate::study::of;
use crate::{Options, Scale, Session, Table};

fn session(folder: &Path, only: &[&str]) -> Session {
    let options = Options {
        out: folder.join("out"),
        only: only.iter().map(|id| (*id).into()).collect(),
        threads: 1,
        ..Options::defaults(&PAPER, Scale::Smoke)
    };
    Session::quiet(&PAPER, options).expect("an empty folder")
}

/// Names of the files in a folder of the output, sorted.
fn files(session: &Session, part: &str) -> Vec<String> {
    let entries = std::fs::read_dir(session.output.folder().join(part)).expect("a folder");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn drawn(networks: &[Measured], only: &[&str]) -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let session = session(folder.path(), only);
    STUDY.draw(&session, networks).expect("drawable");
    (folder, session)
}

fn table(session: &Session, id: &str) -> Table {
    Table::read(&session.output.data(id)).expect("a table")
}

#[test]
fn every_figure_is_written_with_its_numbers_for_a_full_set() {
    let (_folder, session) = drawn(&full(), &[]);
    let expected = |ending: &str, more: &[&str]| {
        let ids = FIGURES
            .iter()
            .map(|(id, _)| *id)
            .chain(more.iter().copied());
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
    let (_folder, session) = drawn(&full(), &[]);
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
        let svg = std::fs::read_to_string(session.output.figure(id)).expect("a figure");
        let id = id.to_uppercase();
        for panel in panels {
            let names = [format!("({id}{panel})"), format!("({id}{panel},")];
            assert!(names.iter().any(|name| svg.contains(name)), "{id}{panel}");
        }
    }
}

#[test]
fn a_set_of_diverged_runs_has_a_table_only() {
    let (_folder, session) = drawn(&diverged(), &[]);
    assert!(files(&session, "figures").is_empty());
    assert_eq!(files(&session, "data"), ["networks.csv"]);
    assert_eq!(table(&session, "networks").rows().len(), diverged().len());
}

#[test]
fn no_runs_give_no_files() {
    let (_folder, session) = drawn(&[], &[]);
    assert!(files(&session, "figures").is_empty() && files(&session, "data").is_empty());
}

#[test]
fn only_what_was_asked_for_is_drawn() {
    let (_folder, session) = drawn(&full(), &["s3"]);
    assert_eq!(files(&session, "figures"), ["s3.svg"]);
}

#[test]
fn tables_hold_every_point_of_every_run() {
    let networks = full();
    let (_folder, session) = drawn(&networks, &[]);
    let rows = |id: &str, panel: &str| {
        let table = table(&session, id);
        let column = table
            .columns()
            .iter()
            .position(|c| c == "panel")
            .expect("there");
        let of_panel = table
            .rows()
            .iter()
            .filter(|row| row[column] == panel.into());
        of_panel.count() as u64
    };
    assert_eq!(table(&session, "networks").rows().len(), networks.len());
    // Curves of all runs, one or two or three quantities.
    assert_eq!(rows("1", "C"), SEEDS * 100);
    assert_eq!(rows("6", "C"), SEEDS * STAGES);
    assert_eq!(rows("6", "D"), 3 * SEEDS * STAGES);
    assert_eq!(rows("7", "F"), 2 * 6 * SEEDS);
    // One combined run of each group diverged.
    assert_eq!(rows("11", "D"), 2 * 6 * (SEEDS - 1));
    assert_eq!(rows("s3", "A"), 8 * SEEDS * STAGES);
    // One pattern: the run of lowest seed.
    let square = (UNITS * UNITS) as u64;
    assert_eq!((rows("6", "B"), rows("9", "C")), (square, square));
    assert_eq!(rows("s1", "B, trial 0"), 3 * UNITS as u64);
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
