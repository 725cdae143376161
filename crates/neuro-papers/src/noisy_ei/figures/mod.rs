//! The figures of the paper, drawn from the measurements alone, and the numbers behind each as a tidy
//! table.
//!
//! Figures that show single networks show, of each group, the one of lowest seed that learned; see
//! `example.rs`. Boxes hold the networks that learned, as in the paper; those that did not stand beside
//! them as dark points. Tables of groups hold every network and say which have learned; tables behind
//! figures of single networks hold the networks that are shown.
//!
//! Networks whose training diverged have a learning curve and a row in the tables of trials and of
//! networks, and nothing else. A figure without anything to show is not written.

use super::group::{Channels, Group};
use super::measured::Measured;
use crate::study::{Entry, entry, listed};

mod activity;
mod embedding;
mod modes;
mod outputs;
mod panels;
mod perturbed;
mod table;
mod time_constants;
mod training;

pub(super) use table::networks;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;

const NONE: &[Group] = &[Group::Matching(Channels::None)];
const TEN: &[Group] = &[Group::Matching(Channels::Ten)];
const ENDS: &[Group] = &[
    Group::Matching(Channels::None),
    Group::Matching(Channels::Ten),
];
const CONTEXT_ENDS: &[Group] = &[
    Group::Context(Channels::None),
    Group::Context(Channels::Ten),
];
const DELAYS: &[Group] = &[
    Group::Delay50,
    Group::Delay150,
    Group::FixedFast,
    Group::Matching(Channels::None),
];
const WITHOUT_MEMORY: &[Group] = &[
    Group::Choice(Channels::None),
    Group::Choice(Channels::One),
    Group::Choice(Channels::Five),
    Group::Choice(Channels::Ten),
    Group::Context(Channels::None),
    Group::Context(Channels::One),
    Group::Context(Channels::Five),
    Group::Context(Channels::Ten),
];

/// All figures.
pub(super) const ENTRIES: [Entry<Measured>; 34] = [
    entry(
        "learning",
        "loss and accuracy while the networks learn",
        &Group::ALL,
        training::learning,
    ),
    entry(
        "1b",
        "trials to the criterion by the delay, without noise",
        DELAYS,
        training::delays,
    ),
    entry(
        "1d",
        "networks that learn, by the number of noise channels",
        &Group::MATCHING,
        training::success,
    ),
    entry(
        "1e",
        "trials to the criterion, by the number of noise channels",
        &Group::MATCHING,
        training::trials,
    ),
    entry(
        "1f",
        "accuracy under fresh noise and with longer delays",
        &Group::MATCHING,
        training::robustness,
    ),
    entry(
        "two-delays",
        "the task of two delays: networks that learn, and their trials to the criterion",
        &Group::TWO_DELAYS,
        training::two_delays,
    ),
    entry(
        "2b",
        "PHATE of the activity of a network trained without noise",
        NONE,
        embedding::embedding,
    ),
    entry(
        "2c",
        "PHATE of the activity of a network trained with noise, and how far conditions are apart",
        ENDS,
        embedding::both,
    ),
    entry(
        "3a",
        "time constants of all units",
        &Group::MATCHING,
        time_constants::all_units,
    ),
    entry(
        "3b",
        "time constants of excitatory units",
        &Group::MATCHING,
        time_constants::excitatory,
    ),
    entry(
        "3c",
        "time constants of inhibitory units",
        &Group::MATCHING,
        time_constants::inhibitory,
    ),
    entry(
        "3d",
        "output of a network trained without noise",
        NONE,
        outputs::intact,
    ),
    entry(
        "3e",
        "output of a network trained without noise, all time constants at 125 ms",
        NONE,
        outputs::all_slow,
    ),
    entry(
        "3f",
        "output of a network trained without noise, inhibitory time constants at 125 ms",
        NONE,
        outputs::inhibitory_slow,
    ),
    entry(
        "weights",
        "strength of the recurrent connections that training leaves",
        &Group::MATCHING,
        time_constants::weights,
    ),
    entry(
        "4a-d",
        "spectra in the delay, trained without noise",
        NONE,
        modes::spectra,
    ),
    entry(
        "4e-h",
        "spectra in the delay, trained with noise, and the slow modes of all networks",
        ENDS,
        modes::spectra_and_networks,
    ),
    entry(
        "4i",
        "localisation of the modes",
        &Group::MATCHING,
        modes::localisation,
    ),
    entry(
        "4j",
        "time constants of dominant units, trained without noise",
        NONE,
        modes::dominant,
    ),
    entry(
        "4k",
        "time constants of dominant units, trained with noise",
        ENDS,
        modes::dominant_and_share,
    ),
    entry(
        "5a",
        "rates of dominant and other units of a network trained without noise",
        NONE,
        activity::example,
    ),
    entry(
        "5b",
        "rates of dominant and other units of a network trained with noise",
        TEN,
        activity::example,
    ),
    entry(
        "5c",
        "rates of dominant and other units of all networks trained without noise",
        NONE,
        activity::networks,
    ),
    entry(
        "5d",
        "rates of dominant and other units of all networks trained with noise",
        TEN,
        activity::networks,
    ),
    entry(
        "5e",
        "rates of dominant units in the delay",
        &Group::MATCHING,
        activity::dominant,
    ),
    entry(
        "5f",
        "rates of the other units in the delay",
        &Group::MATCHING,
        activity::others,
    ),
    entry(
        "6a",
        "forced choice: output of networks trained with and without noise",
        &Group::CHOICE,
        outputs::other_task,
    ),
    entry(
        "6b",
        "forced choice: time constants",
        &Group::CHOICE,
        time_constants::choice,
    ),
    entry(
        "6c",
        "context-dependent integration: output of networks trained with and without noise",
        &Group::CONTEXT,
        outputs::other_task,
    ),
    entry(
        "6d",
        "context-dependent integration: time constants",
        &Group::CONTEXT,
        time_constants::context,
    ),
    entry(
        "6e",
        "context-dependent integration: localisation by accuracy under perturbation",
        CONTEXT_ENDS,
        perturbed::ratios,
    ),
    entry(
        "6f",
        "context-dependent integration: accuracy under perturbation of the slow modes",
        CONTEXT_ENDS,
        perturbed::accuracy,
    ),
    entry(
        "6-trials",
        "tasks without memory: trials to the criterion",
        WITHOUT_MEMORY,
        training::without_memory,
    ),
    entry(
        "pipr",
        "delayed matching: localisation by accuracy under perturbation of the slow modes",
        ENDS,
        perturbed::ratios_and_accuracy,
    ),
];

/// What `--only` accepts, and what each figure shows.
pub(super) const FIGURES: &[(&str, &str)] = &listed(&ENTRIES);
