//! The figures of the paper and its supplements, drawn from the measurements alone, and the numbers behind
//! each as a tidy table: group, seed, panel, curve, x and y.
//!
//! **Which networks are shown.** Traces and rasters are those of the network of lowest seed of the group;
//! titles say so. Curves over loops and scores show every network, single trials and the average over trials
//! apart. A network whose training broke off has a row in the table of networks and nothing else; a silent
//! one has no score, and no point. A figure without anything to show is not written.

use super::group::{
    CAPACITIES, CORTICALS, COUPLINGS, Group, Kind, LARGE, LOW_RATES, MIDDLE, RANDOMS, SCANS, SIZED,
};
use super::measured::Measured;
use crate::study::{Entry, entry, joined, listed};

mod balanced;
mod cortical;
mod errors;
mod families;
mod learning;
mod panels;
mod table;
mod weak;

pub(super) use table::networks;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;

/// Single groups; `COUNT` of them.
const fn kinds<const COUNT: usize>(kinds: [Kind; COUNT]) -> [Group; COUNT] {
    let mut groups = [Group::Single(Kind::Theory); COUNT];
    let mut k = 0;
    while k < COUNT {
        groups[k] = Group::Single(kinds[k]);
        k += 1;
    }
    groups
}

// Beside what they show, figures need the groups that their claims compare it with.

const SINES: [Group; 1] = kinds([Kind::Sines]);
const RATES: [Group; 2] = kinds([Kind::SinesRate, Kind::Sines]);
const UNCONNECTED: [Group; 4] = kinds([
    Kind::Unconnected,
    Kind::UnconnectedRate,
    Kind::UnconnectedUngated,
    Kind::Sines,
]);
pub(super) const FAMILIES: [Group; 3] = kinds([Kind::Products, Kind::Chaotic, Kind::Process]);
const SHARED: [Group; RANDOMS.len() + 1] = joined(&[&RANDOMS, &kinds([Kind::Products])]);
const BALANCED: [Group; 4] = kinds([
    Kind::Balanced,
    Kind::BalancedStrong,
    Kind::BalancedSchur,
    Kind::BalancedMask,
]);
const SCANNED: [Group; SCANS.len() + LARGE.len() + MIDDLE.len()] =
    joined(&[&SCANS, &LARGE, &MIDDLE]);
const STIMULI: [Group; 3] = kinds([Kind::SinesBrief, Kind::SinesWeak, Kind::Sines]);
const WEAK: [Group; 9] = kinds([
    Kind::SinesRate,
    Kind::RateBrief,
    Kind::RateUngated,
    Kind::RateSlow,
    Kind::Products,
    Kind::ProductsFew,
    Kind::ProductsFewSlow,
    Kind::Izhikevich,
    Kind::IzhikevichSeldom,
]);
const GAINS: [Group; 5] = kinds([
    Kind::Unconnected,
    Kind::Gain1,
    Kind::Gain2,
    Kind::Sines,
    Kind::Gain8,
]);

/// All figures.
pub(super) const ENTRIES: [Entry<Measured>; 21] = [
    entry(
        "1b",
        "drives learn sine waves: traces, spikes, correlation and weights (1b, c)",
        &SINES,
        learning::figure_1b,
    ),
    entry(
        "1d",
        "rates learn the positive parts of the same waves (1d, e)",
        &RATES,
        learning::figure_1d,
    ),
    entry(
        "1-s1",
        "a network of rate units (1, supplement 1)",
        &kinds([Kind::RateUnits]),
        learning::figure_1_s1,
    ),
    entry(
        "1-s2",
        "a network without weights at first (1, supplement 2)",
        &UNCONNECTED,
        learning::figure_1_s2,
    ),
    entry(
        "2",
        "two stimuli recall two patterns",
        &kinds([Kind::Two, Kind::TwoRate]),
        learning::figure_2,
    ),
    entry(
        "3a",
        "three families of targets and the quasi-static prediction (3a, b)",
        &FAMILIES,
        families::figure_3a,
    ),
    entry(
        "3c",
        "the share of targets that are random",
        &SHARED,
        families::figure_3c,
    ),
    entry("3d", "loss of neurons", &FAMILIES, families::figure_3d),
    entry(
        "3-s1",
        "targets with low rates (3, supplement 1)",
        &LOW_RATES,
        families::figure_3_s1,
    ),
    entry(
        "3-s2",
        "integrate-and-fire and Izhikevich's units (3, supplement 2)",
        &kinds([Kind::IntegrateAndFire, Kind::Izhikevich]),
        families::figure_3_s2,
    ),
    entry(
        "3-s3",
        "one wave for all, with private frozen noise (3, supplement 3)",
        &kinds([Kind::NoiseLow, Kind::NoiseMedium, Kind::NoiseHigh]),
        families::figure_3_s3,
    ),
    entry(
        "4",
        "a balanced network learns its own activity (4a-h)",
        &BALANCED,
        balanced::figure_4,
    ),
    entry(
        "4i",
        "quasi-static approximation and learning over coupling and synapses",
        &COUPLINGS,
        balanced::figure_4i,
    ),
    entry(
        "5",
        "rates of synthetic cortical neurons",
        &CORTICALS,
        cortical::figure_5,
    ),
    entry(
        "6",
        "sampling and tracking errors",
        &SCANNED,
        errors::figure_6,
    ),
    entry(
        "7",
        "capacity as a function of network size",
        &CAPACITIES,
        errors::figure_7,
    ),
    entry(
        "stimulus",
        "how length and strength of the stimulus decide the recall",
        &STIMULI,
        weak::stimulus,
    ),
    entry(
        "weak",
        "the rate rule, products of sines and Izhikevich's units: what limits them",
        &WEAK,
        weak::weak,
    ),
    entry(
        "gain",
        "initial weights of several strengths",
        &GAINS,
        weak::gain,
    ),
    entry(
        "heterogeneity",
        "rank and number of rate patterns, and the solution of all samples at once",
        &kinds([Kind::Heterogeneity]),
        weak::heterogeneity,
    ),
    entry(
        "theory",
        "phase density, tracking error, filtered spikes, size of weights",
        &joined::<_, 5>(&[&kinds([Kind::Theory]), &SIZED]),
        errors::theory,
    ),
];

/// What `--only` accepts, and what each figure shows.
pub(super) const FIGURES: &[(&str, &str)] = &listed(&ENTRIES);
