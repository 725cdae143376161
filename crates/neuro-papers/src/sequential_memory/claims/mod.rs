//! What the paper states, and the rule that decides each statement.
//!
//! Every rule looks at all jobs of its group; a network that diverged, or for which the number does not exist, counts as
//! one for which the rule does not hold, and in a comparison as the worst. A search that found no network up to the
//! largest counts as one size more. Comparisons of groups are one-sided rank-sum tests in the direction of the
//! statement. Rules were fixed before any run; later changes are listed in `docs/papers/sequential_memory.md`.

mod capacity;
mod energy;
mod learning;
mod replay;

#[cfg(test)]
mod tests;

use super::group::{Group, Setting, Taught};
use super::measured::{Found, Learned, Measured, Replayed};
use crate::study::{self, truth};
use crate::{Error, Rule, Scale};

/// The claims that are being decided, and on what.
pub(super) type Deciding<'a> = study::Deciding<'a, Measured>;

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    replay::decide(all)?;
    energy::decide(all)?;
    capacity::decide(all)?;
    learning::decide(all)
}

impl Deciding<'_> {
    /// One value of each draw of a setting.
    fn replays(&self, setting: Setting, value: impl Fn(&Replayed) -> f64) -> Vec<f64> {
        let of = |found: &Found| found.replay().map_or(f64::NAN, &value);
        self.each(&[Group::Replay(setting)], of)
    }

    /// One value of each learner of a way of teaching.
    fn learners(&self, taught: Taught, value: impl Fn(&Learned) -> f64) -> Vec<f64> {
        let of = |found: &Found| found.learning().map_or(f64::NAN, &value);
        self.each(&[Group::Learning(taught)], of)
    }
}

/// The rule of a comparison of groups, which needs many networks of each.
fn compared(words: &str) -> Rule {
    Rule::below(
        &format!("one-sided P of the rank-sum test that {words}"),
        0.05,
    )
    .of("comparisons")
    .from_scale(Scale::Paper)
}

/// A share of a count; NaN of nothing.
fn share(held: usize, of: usize) -> f64 {
    held as f64 / of as f64
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

fn largest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}
