use super::fixture::{diverged, full};
use super::*;
use crate::noisy_ei::STUDY;
use crate::noisy_ei::example::Example;
use crate::noisy_ei::measured::Found;
use crate::study::of;
use crate::study::testing::{self, drawn, files, named, rows, svg};

testing::figure_tests!(STUDY, full(), "3c");

#[test]
fn diverged_networks_have_learning_curves_and_count_in_trials_only() {
    let (_folder, session) = drawn(&STUDY, &diverged(), &[]);
    let figures = ["learning", "1b", "1d", "1e", "two-delays", "6-trials"];
    assert_eq!(files(&session, "figures"), named(figures, "svg"));
    assert_eq!(rows(&session, "networks"), diverged().len());
    assert_eq!(rows(&session, "1d"), 4);
}

#[test]
fn what_a_quick_run_trains_is_enough_for_all_figures_but_one() {
    let mut networks = full();
    networks.retain(|n| {
        let ends = [Channels::None, Channels::Ten].contains(&n.group.channels());
        let kind = matches!(
            n.group,
            Group::Matching(_) | Group::Choice(_) | Group::Context(_)
        );
        ends && kind
    });
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let figures = files(&session, "figures");
    for (id, _) in FIGURES {
        let there = figures.contains(&format!("{id}.svg"));
        assert_eq!(there, *id != "two-delays", "{id}");
        if there {
            assert!(!svg(&session, id).contains("no data"), "{id}");
        }
    }
}

#[test]
fn tables_have_one_row_for_each_network_or_measurement() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let groups = |id: &str| {
        let entry = ENTRIES.iter().find(|entry| entry.id == id);
        entry.expect("a figure of the paper").groups
    };
    for id in [
        "1b",
        "1d",
        "1e",
        "two-delays",
        "3a",
        "3b",
        "3c",
        "4i",
        "4j",
        "4k",
    ] {
        let expected = of(&networks, groups(id)).len();
        assert_eq!(rows(&session, id), expected, "{id}");
    }
    for id in ["5e", "5f", "6b", "6d", "6-trials"] {
        let expected = of(&networks, groups(id)).len();
        assert_eq!(rows(&session, id), expected, "{id}");
    }
    let count = |id: &str, rows_of: fn(&Found) -> usize| {
        let found = of(&networks, groups(id));
        let found = found.iter().filter_map(|n| n.found.as_ref());
        let expected: usize = found.map(rows_of).sum();
        assert_eq!(rows(&session, id), expected, "{id}");
    };
    count("1f", |f| f.robustness.len());
    count("pipr", |f| f.perturbed.len());
    count("weights", |_| 1);
    let checks: usize = networks.iter().map(|n| n.learning.len()).sum();
    assert_eq!(rows(&session, "learning"), checks);
    // Figures of single networks have the numbers of these.
    let example = |group| Example::of(&networks, group).expect("in the set").found;
    let [none, ten] = [Channels::None, Channels::Ten].map(|c| example(Group::Matching(c)));
    let modes = |found: &Found| found.steady.iter().map(|s| s.modes.len()).sum::<usize>();
    assert_eq!(rows(&session, "4a-d"), modes(none));
    assert_eq!(rows(&session, "4e-h"), modes(ten));
    let points = |found: &Found| found.embedding.as_ref().map_or(0, |e| e.points.len());
    assert_eq!(rows(&session, "2b"), points(none));
    assert_eq!(rows(&session, "2c"), points(ten));
}

#[test]
fn the_example_is_the_network_of_lowest_seed_that_learned() {
    let mut networks = full();
    let seed = |networks: &[Measured], channels| {
        let example = Example::of(networks, Group::Matching(channels)).expect("in the set");
        (example.network.seed, example.network.learned)
    };
    assert_eq!(seed(&networks, Channels::None), (1, true));
    assert_eq!(seed(&networks, Channels::Ten), (0, true));
    networks.reverse();
    assert_eq!(
        seed(&networks, Channels::None),
        (1, true),
        "whatever their order"
    );
    networks.retain(|n| !n.learned);
    // None learned: the lowest seed that did not diverge.
    assert_eq!(seed(&networks, Channels::None), (0, false));
    assert!(Example::of(&diverged(), Group::Matching(Channels::None)).is_none());
}
