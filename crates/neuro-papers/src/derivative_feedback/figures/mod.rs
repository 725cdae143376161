//! The figures of the paper and its supplement, drawn from the measurements alone, and the numbers
//! behind each as a tidy table: group, seed, panel, curve, x and y.
//!
//! **Which runs are shown.** Activity patterns and single trials are those of the run of lowest seed of
//! the group; titles say so. Curves over trials and depths show every run. A run whose trial diverged
//! has a row in the table of runs and nothing else. A figure without anything to show is not written.

use super::group::{DEPTHS, Group, Learned, Site, Variant};
use super::measured::Measured;
use crate::study::{Entry, entry, joined, listed};

mod homogeneous;
mod local;
mod sheet;
mod supplement;
mod table;
mod weights;

pub(super) use table::networks;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;

const HOMOGENEOUS: &[Group] = &[Group::Homogeneous];
const UNLEARNED: &[Group] = &[Group::Unlearned];

/// The runs of a rule at one site, at all depths.
pub(super) const fn sweep(rule: Learned, site: Site) -> [Group; DEPTHS.len()] {
    let mut groups = [Group::Unlearned; DEPTHS.len()];
    let mut k = 0;
    while k < DEPTHS.len() {
        groups[k] = Group::learning(rule, site, DEPTHS[k]);
        k += 1;
    }
    groups
}

// Beside what they show, figures need the groups that their claims compare it with.

const HOMEOSTATIC_GLOBAL: [Group; DEPTHS.len() + 1] = joined(&[
    &sweep(Learned::Homeostatic, Site::Global),
    &[Group::learning(Learned::Differential, Site::Global, 15)],
]);

const POST: [Group; 2 * DEPTHS.len() + 1] = joined(&[
    UNLEARNED,
    &sweep(Learned::Differential, Site::Post),
    &sweep(Learned::Homeostatic, Site::Post),
]);

const PRE: [Group; 2 * DEPTHS.len() + 2] = joined(&[
    UNLEARNED,
    &sweep(Learned::Differential, Site::Pre),
    &sweep(Learned::Homeostatic, Site::Pre),
    &[Group::learning(Learned::Homeostatic, Site::Post, 15)],
]);

const COMBINED: [Group; 3 * DEPTHS.len() + 3] = joined(&[
    &sweep(Learned::Combined, Site::Global),
    &sweep(Learned::Combined, Site::Post),
    &sweep(Learned::Combined, Site::Pre),
    &[
        Group::learning(Learned::Differential, Site::Global, 15),
        Group::learning(Learned::Differential, Site::Post, 15),
        Group::learning(Learned::Homeostatic, Site::Pre, 15),
    ],
]);

const COMBINED_LOCAL: [Group; 2 * DEPTHS.len()] = joined(&[
    &sweep(Learned::Combined, Site::Post),
    &sweep(Learned::Combined, Site::Pre),
]);

const FAST: [Group; SPEEDS.len() + 1] = joined(&[&SPEEDS, &[WEAK]]);

/// The run of Figure 6.
pub(super) const WEAK: Group = Group::learning(Learned::Differential, Site::Global, 10);

/// The runs of Supplement 3, in the order of its panels.
pub(super) const POSITIVE: [Group; 3] = [
    positive(Learned::Homeostatic),
    positive(Learned::Differential),
    positive(Learned::Combined),
];

const fn positive(rule: Learned) -> Group {
    Group::variant(rule, Site::Pre, 30, Variant::PositiveFeedback)
}

/// The runs whose speeds of learning are compared, standard ones first.
pub(super) const SPEEDS: [Group; 6] = [
    Group::learning(Learned::Combined, Site::Global, 15),
    Group::variant(
        Learned::Combined,
        Site::Global,
        15,
        Variant::SlowHomeostasis,
    ),
    Group::variant(
        Learned::Combined,
        Site::Global,
        15,
        Variant::FastHomeostasis,
    ),
    Group::learning(Learned::Homeostatic, Site::Global, 15),
    Group::variant(
        Learned::Homeostatic,
        Site::Global,
        15,
        Variant::FastHomeostasis,
    ),
    Group::variant(
        Learned::Differential,
        Site::Global,
        10,
        Variant::FastDifferential,
    ),
];

/// The homeostatic runs of the two backgrounds of the stimulus.
pub(super) const BACKGROUNDS: [Group; 2] = [
    Group::learning(Learned::Homeostatic, Site::Global, 15),
    Group::variant(
        Learned::Homeostatic,
        Site::Global,
        15,
        Variant::PrintedBackground,
    ),
];

/// All figures.
pub(super) const ENTRIES: [Entry<Measured>; 17] = [
    entry(
        "1",
        "a graded memory by derivative feedback, and its recovery by differential plasticity",
        HOMOGENEOUS,
        homogeneous::figure_1,
    ),
    entry(
        "2",
        "phase plane of differential plasticity, and how long it takes",
        HOMOGENEOUS,
        homogeneous::figure_2,
    ),
    entry(
        "3",
        "recovery by homeostatic plasticity",
        HOMOGENEOUS,
        homogeneous::figure_3,
    ),
    entry(
        "4",
        "homeostatic plasticity with other targets and faster",
        HOMOGENEOUS,
        homogeneous::figure_4,
    ),
    entry(
        "5",
        "a ring that remembers a location, and what 10 % less excitation does",
        UNLEARNED,
        weights::figure_5,
    ),
    entry(
        "6",
        "differential plasticity after a global perturbation of 10 %",
        &[WEAK],
        weights::figure_6,
    ),
    entry(
        "7",
        "differential plasticity after larger global perturbations",
        &sweep(Learned::Differential, Site::Global),
        weights::figure_7,
    ),
    entry(
        "8",
        "homeostatic plasticity after global perturbations",
        &HOMEOSTATIC_GLOBAL,
        weights::figure_8,
    ),
    entry(
        "9",
        "post-synaptic perturbations: differential and homeostatic plasticity",
        &POST,
        local::figure_9,
    ),
    entry(
        "10",
        "pre-synaptic perturbations: differential and homeostatic plasticity",
        &PRE,
        local::figure_10,
    ),
    entry(
        "11",
        "both rules together after all perturbations",
        &COMBINED,
        local::figure_11,
    ),
    entry(
        "s1",
        "decay and eigenvectors of the modes under differential plasticity",
        &[WEAK],
        supplement::figure_s1,
    ),
    entry(
        "s2",
        "both rules together after local perturbations of 30 %",
        &COMBINED_LOCAL,
        supplement::figure_s2,
    ),
    entry(
        "s3",
        "a memory by positive feedback after a pre-synaptic perturbation of 30 %",
        &POSITIVE,
        supplement::figure_s3,
    ),
    entry(
        "stability",
        "oscillation and speed of homeostatic plasticity, and the three-variable form",
        HOMOGENEOUS,
        homogeneous::stability,
    ),
    entry(
        "speeds",
        "homeostasis and differential plasticity faster and slower",
        &FAST,
        supplement::speeds,
    ),
    entry(
        "background",
        "homeostasis with the printed background of the stimulus",
        &BACKGROUNDS,
        supplement::background,
    ),
];

/// What `--only` accepts, and what each figure shows.
pub(super) const FIGURES: &[(&str, &str)] = &listed(&ENTRIES);
