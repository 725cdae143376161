//! The figures of the paper, drawn from the measurements alone, and the numbers behind each as a tidy table: group,
//! seed, panel, curve, x and y.
//!
//! **Which networks are shown.** Of a group it is the one of lowest seed of those that replay (or recall) the whole cycle,
//! which the panel's title names; the paper does not say how its examples were chosen. Everything else shows all.

use super::group::{ALL_SEARCHES, Group, Model, Setting, Taught};
use super::measured::Measured;
use crate::study::{Entry, entry, listed};

mod capacity;
mod learning;
mod replay;
mod table;

pub(super) use table::networks;

#[cfg(test)]
pub(super) mod fixture;
#[cfg(test)]
mod tests;

/// The learners of all settings.
pub(super) const TAUGHT: [Group; Taught::ALL.len()] = {
    let mut groups = [Group::Learning(Taught::Standard); Taught::ALL.len()];
    let mut k = 0;
    while k < groups.len() {
        groups[k] = Group::Learning(Taught::ALL[k]);
        k += 1;
    }
    groups
};

/// All figures.
pub(super) const ENTRIES: [Entry<Measured>; 9] = [
    entry(
        "1",
        "one memory is retrieved without transitions, a sequence with them",
        &[
            Group::Replay(Setting::DsemStatic),
            Group::Replay(Setting::LisemStatic),
            Group::Replay(Setting::Dsem),
            Group::Replay(Setting::Lisem),
        ],
        replay::figure_1,
    ),
    // Figures 2 and 3 need the groups that their claims compare.
    entry(
        "2",
        "the energy of LISEM along a replay",
        &[
            Group::Replay(Setting::Lisem),
            Group::Replay(Setting::LisemStrong),
        ],
        replay::figure_2,
    ),
    entry(
        "3",
        "the energy of DSEM along a replay",
        &[
            Group::Replay(Setting::Dsem),
            Group::Replay(Setting::DsemSlow),
            Group::Replay(Setting::Lisem),
        ],
        replay::figure_3,
    ),
    entry(
        "4",
        "the smallest networks that replay a cycle",
        &ALL_SEARCHES,
        capacity::figure_4,
    ),
    entry(
        "5",
        "a cycle that is learned online",
        &[Group::Learning(Taught::Standard)],
        learning::figure_5,
    ),
    entry(
        "energy",
        "energy, descent and what the delay does to it along a replay",
        &[
            Group::Replay(Setting::Dsem),
            Group::Replay(Setting::DsemSlow),
            Group::Replay(Setting::Lisem),
        ],
        replay::energy,
    ),
    entry(
        "strengths",
        "how often a cycle is replayed with each strength of the transitions",
        &[
            Group::Strengths(Model::Lisem),
            Group::Strengths(Model::Dsem),
        ],
        capacity::strengths,
    ),
    entry(
        "printed",
        "LISEM and learning with the printed constants",
        &[
            Group::Replay(Setting::LisemPrinted),
            Group::Learning(Taught::Printed),
            Group::Learning(Taught::PrintedTime),
            Group::Learning(Taught::Standard),
        ],
        replay::printed,
    ),
    entry(
        "teaching",
        "what is learned in each way of teaching",
        &TAUGHT,
        learning::teaching,
    ),
];

/// What `--only` accepts, and what each figure shows.
pub(super) const FIGURES: &[(&str, &str)] = &listed(&ENTRIES);
