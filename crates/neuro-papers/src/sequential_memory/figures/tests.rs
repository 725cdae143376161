use super::fixture::{RATIOS, SEEDS, TRIALS, diverged, full};
use super::*;
use crate::sequential_memory::STUDY;
use crate::study::of;
use crate::study::testing::{drawn, files, rows};

#[test]
fn every_figure_is_drawn_with_its_numbers() {
    let (_folder, session) = drawn(&STUDY, &full(), &[]);
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
        let svg = std::fs::read_to_string(session.output.figure(id)).expect("a figure");
        // A long title is broken into lines.
        let text = svg.replace("</tspan>", " ");
        for panel in panels {
            let last = format!("{id}{panel})");
            let word = last.rsplit(' ').next().unwrap_or(&last).to_string();
            assert!(text.contains(&last) || text.contains(&word), "{id}{panel}");
        }
    }
}

#[test]
fn networks_that_diverged_have_a_table_only() {
    let (_folder, session) = drawn(&STUDY, &diverged(), &[]);
    assert!(files(&session, "figures").is_empty());
    assert_eq!(files(&session, "data"), ["networks.csv"]);
    assert_eq!(rows(&session, "networks"), diverged().len());
}

#[test]
fn no_networks_give_no_files() {
    let (_folder, session) = drawn(&STUDY, &[], &[]);
    assert!(files(&session, "figures").is_empty() && files(&session, "data").is_empty());
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
