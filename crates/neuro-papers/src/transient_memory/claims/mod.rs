//! What the paper states, and the rule that decides each statement.
//!
//! Every rule looks at all networks of its group; one that diverged, or for which the number does
//! not exist, counts as one for which the rule does not hold. Rules were fixed before the networks
//! at paper scale were trained; later changes are listed in `docs/papers/transient_memory.md`.

mod code;
pub(super) mod kinds;
mod noise;
mod variants;

#[cfg(test)]
mod tests;

use super::group::Group;
use super::measured::{Found, Kind, Measured};
use crate::Error;
use crate::study::{self, truth};

/// The claims that are being decided, and on what.
pub(super) type Deciding<'a> = study::Deciding<'a, Measured>;

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    code::decide(all)?;
    noise::decide(all)?;
    variants::decide(all)?;
    kinds::decide(all)
}

fn is_cycle(found: &Found) -> f64 {
    truth(found.attractor.kind == Kind::Cycle)
}

fn pearson_end(found: &Found) -> f64 {
    found.code.end[0]
}

/// Mean convergence time in ends of the delay, `T_f`.
fn convergence(found: &Found, delay_end: usize) -> f64 {
    let mean = found.attractor.convergence.mean;
    mean.map_or(f64::NAN, |time| time / delay_end as f64)
}

/// `T_f` of a group in steps.
fn delay_end(group: Group) -> usize {
    let [first, delay, _] = group.config(crate::Scale::Paper).test_steps();
    first + delay
}
