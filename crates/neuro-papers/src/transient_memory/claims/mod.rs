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

use super::PAPER;
use super::group::Group;
use super::measured::{Found, Kind, Measured};
use crate::{Claims, Error, Options, Rule};

/// The claims that are being decided, and on what.
pub(super) struct Deciding<'a> {
    networks: &'a [Measured],
    options: &'a Options,
    claims: &'a mut Claims,
}

/// Decides all claims that belong to the figures that were asked for.
pub(super) fn decide(
    networks: &[Measured],
    options: &Options,
    claims: &mut Claims,
) -> Result<(), Error> {
    let mut deciding = Deciding {
        networks,
        options,
        claims,
    };
    code::decide(&mut deciding)?;
    noise::decide(&mut deciding)?;
    variants::decide(&mut deciding)?;
    kinds::decide(&mut deciding)
}

impl Deciding<'_> {
    /// Decides one claim of a figure from one value of each network.
    fn claim(
        &mut self,
        figure: &str,
        id: &str,
        statement: &str,
        rule: &Rule,
        values: &[f64],
    ) -> Result<(), Error> {
        if self.options.wants(figure) {
            self.claims
                .decide(id, PAPER.name, statement, rule, values)?;
        }
        Ok(())
    }

    /// One value of each network of some groups; NaN where training diverged.
    fn each(&self, groups: &[Group], value: impl Fn(&Found) -> f64) -> Vec<f64> {
        let of = |network: &Measured| network.found.as_ref().map_or(f64::NAN, &value);
        self.of(groups).map(of).collect()
    }

    fn of(&self, groups: &[Group]) -> impl Iterator<Item = &Measured> {
        let networks = self.networks.iter();
        networks.filter(move |n| groups.contains(&n.group))
    }
}

/// 1 where a statement holds, for [`Rule::holds`].
fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
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
