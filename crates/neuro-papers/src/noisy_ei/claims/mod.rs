//! What the paper states, and the rule that decides each statement.
//!
//! Most statements compare groups. They are decided by one P value: that of the paper's own test (two
//! groups: Wilcoxon's rank-sum test, two-sided; more: Kruskal–Wallis), below 0.05, and counted as 2 - P
//! when the effect goes the other way, so that a clear effect in the wrong direction is as far from
//! 'reproduced' as can be. "No difference" is P of at least 0.05. The paper's own levels (mostly 0.001)
//! are stricter; the P values stand in the report. Sizes and medians of the groups stand beside them.
//!
//! Where the paper compares networks that were trained successfully, so do we: their number stands in
//! the report, and that of all networks in the claims on training. Networks that did not learn count
//! with the cap in everything about trials, and are in all tables. A network that learned and for which
//! a number does not exist counts as one for which the rule does not hold; in a comparison it is
//! counted beside the P value.
//!
//! Rules were fixed before the networks at paper scale were trained; later changes are listed in
//! `docs/papers/noisy_ei.md`.

mod activity;
mod comparing;
mod embedding;
mod modes;
mod other_tasks;
mod time_constants;
mod training;

#[cfg(test)]
mod tests;

use super::group::Group;
use super::measured::{Found, Measured};
use crate::Error;
use crate::study;

/// The claims that are being decided, and on what.
pub(super) type Deciding<'a> = study::Deciding<'a, Measured>;

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    training::decide(all)?;
    embedding::decide(all)?;
    time_constants::decide(all)?;
    modes::decide(all)?;
    activity::decide(all)?;
    other_tasks::decide(all)
}

impl Deciding<'_> {
    fn of_group(&self, group: Group) -> impl Iterator<Item = &Measured> {
        self.networks.iter().filter(move |n| n.group == group)
    }

    /// One value of each network of a group that has learned; NaN where it does not exist.
    fn learned(&self, group: Group, value: impl Fn(&Found) -> f64) -> Vec<f64> {
        let learned = self.of_group(group).filter(|network| network.learned);
        let of = |network: &Measured| network.found.as_ref().map_or(f64::NAN, &value);
        learned.map(of).collect()
    }

    /// Trials to the criterion of all networks of a group, the cap for those that did not meet it.
    fn trials(&self, group: Group) -> Vec<f64> {
        let networks = self.of_group(group);
        networks.map(Measured::trials_to_criterion).collect()
    }

    /// How many networks of a group have learned, and how many have not.
    fn successes(&self, group: Group) -> [usize; 2] {
        self.of_group(group).fold([0, 0], |[yes, no], network| {
            let learned = usize::from(network.learned);
            [yes + learned, no + 1 - learned]
        })
    }
}
