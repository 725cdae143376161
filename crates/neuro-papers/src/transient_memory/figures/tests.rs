use super::fixture::{diverged, full};
use super::shown::{Solution, shown};
use super::*;
use crate::study::of;
use crate::study::testing::{self, drawn, files, rows, svg};
use crate::transient_memory::STUDY;

testing::figure_tests!(STUDY, full(), "3d");

fn groups(id: &str) -> &'static [Group] {
    let entry = ENTRIES.iter().find(|entry| entry.id == id);
    entry.expect("a figure of the paper").groups
}

#[test]
fn a_set_without_trained_networks_has_learning_curves_and_a_table_only() {
    let (_folder, session) = drawn(&STUDY, &diverged(), &[]);
    assert_eq!(files(&session, "figures"), ["learning.svg"]);
    assert_eq!(files(&session, "data"), ["learning.csv", "networks.csv"]);
    assert_eq!(rows(&session, "networks"), diverged().len());
}

#[test]
fn groups_that_were_not_trained_are_left_out() {
    let mut networks = full();
    networks.retain(|n| [Group::Plain, Group::Noise].contains(&n.group));
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let figures = files(&session, "figures");
    for missing in ["s2", "s4", "s5", "s8", "s9", "alpha"] {
        assert!(!figures.contains(&format!("{missing}.svg")), "{missing}");
    }
    for there in ["learning", "4a", "4b", "5", "s7", "kinds"] {
        assert!(!svg(&session, there).contains("no data"), "{there}");
    }
}

#[test]
fn tables_have_one_row_for_each_measurement_of_each_network() {
    let networks = full();
    let (_folder, session) = drawn(&STUDY, &networks, &[]);
    let count = |id: &str, rows_of: fn(&crate::transient_memory::measured::Found) -> usize| {
        let of_figure = of(&networks, groups(id));
        let found = of_figure.iter().filter_map(|n| n.found.as_ref());
        assert_eq!(
            rows(&session, id),
            found.map(rows_of).sum::<usize>(),
            "{id}"
        );
    };
    let checks: usize = networks.iter().map(|n| n.learning.len()).sum();
    assert_eq!(rows(&session, "learning"), checks);
    assert_eq!(rows(&session, "networks"), networks.len());
    count("2a", |f| f.behaviour.bins.len());
    count("2b", |f| f.behaviour.ends.len());
    count("3a", |f| {
        f.attractor.trajectories.iter().map(Vec::len).sum()
    });
    count("3b", |f| f.code.starts.len());
    count("3c", |f| f.code.ends.len());
    count("3e", |f| f.code.ring.len());
    count("3f", |f| f.code.arrows.len());
    count("4a", |f| f.behaviour.noise.len());
    count("4b", |f| f.robustness.ten_components.len());
    count("5", |f| f.robustness.histogram.len());
    count("s1", |f| f.code.traces.iter().map(Vec::len).sum());
    count("s3", |f| f.points.points.len());
    count("s6", |f| f.stages.len());
    count("s7", |f| f.robustness.dimension.len());
    count("kinds", |_| 1);
    for id in ["3d", "s2", "s4", "s5", "s8", "s9", "alpha"] {
        count(id, |f| f.code.starts.len() + f.code.ends.len());
    }
}

#[test]
fn single_networks_are_the_first_of_the_low_and_of_the_high_kind() {
    let mut networks = full();
    let chosen = |networks: &[Measured]| -> Vec<(u64, Solution)> {
        let shown = shown(&of(networks, &[Group::Noise]));
        let name = |n: shown::Shown<'_>| (n.seed, Solution::of(n.found));
        shown.into_iter().map(name).collect()
    };
    let both = [(0, Solution::Low), (1, Solution::High)];
    assert_eq!(chosen(&networks), both);
    networks.reverse();
    assert_eq!(chosen(&networks), both, "whatever their order");
    networks.retain(|n| n.seed == 2);
    assert_eq!(chosen(&networks), [(2, Solution::Middle)]);
}
