//! Two kinds of solutions, told apart by measurement: not in the paper, but in the last section of
//! our specification of it.
//!
//! Low: mean `|x|` in the delay below 6. High: above 10. The rotation time of an attractor is
//! `2 pi |x| / speed`, the steps of a turn if it were a circle around the origin.

use super::{Deciding, pearson_end, truth};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Measured};
use crate::{Error, Rule, Scale};

/// Below this mean `|x|` in the delay a network is of the low kind.
pub(in crate::transient_memory) const LOW: f64 = 6.0;

/// Above this mean `|x|` in the delay a network is of the high kind.
pub(in crate::transient_memory) const HIGH: f64 = 10.0;

/// Steps of a turn on the attractor if it were a circle around the origin; infinite for a fixed point.
pub(in crate::transient_memory) fn rotation(found: &Found) -> f64 {
    std::f64::consts::TAU * found.attractor.norm / found.attractor.speed
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "kinds",
        "kinds-apart",
        "Networks that compare frequencies are of one of two kinds, of low or of high mean |x|",
        &Rule::holds("mean |x| in the delay is below 6 or above 10").from_scale(Scale::Paper),
        &all.each(&Group::STANDARD, |f| {
            truth(f.code.norm < LOW || f.code.norm > HIGH)
        }),
    )?;
    all.claim(
        "kinds",
        "kinds-plain-low",
        "Networks trained without noise are of the low kind, which the paper shows",
        &Rule::below("mean |x| in the delay", LOW).from_scale(Scale::Paper),
        &all.each(&[Group::Plain], |f| f.code.norm),
    )?;
    let low = |f: &Found| f.code.norm < LOW;
    let high = |f: &Found| f.code.norm > HIGH;
    all.claim(
        "kinds",
        "kinds-low-amplitude",
        "The low kind keeps the frequency in the amplitude",
        &Rule::at_most("Pearson correlation of |x(T_f)| with omega_1", -0.5)
            .from_scale(Scale::Paper)
            .of("low networks"),
        &select(all, low, pearson_end),
    )?;
    all.claim(
        "kinds",
        "kinds-low-slow",
        "The low kind has a slow cycle",
        &Rule::at_least("rotation time of the attractor in steps", 20.0)
            .from_scale(Scale::Paper)
            .of("low networks"),
        &select(all, low, rotation),
    )?;
    all.claim(
        "kinds",
        "kinds-high-amplitude",
        "The high kind does not keep the frequency in the amplitude",
        &Rule::above("Pearson correlation of |x(T_f)| with omega_1", -0.5)
            .from_scale(Scale::Paper)
            .of("high networks"),
        &select(all, high, pearson_end),
    )?;
    all.claim(
        "kinds",
        "kinds-high-decodable",
        "The high kind keeps the frequency elsewhere",
        &Rule::at_least(
            "cross-validated R^2 of omega_1, decoded linearly from x(T_f),",
            0.7,
        )
        .from_scale(Scale::Paper)
        .of("high networks"),
        &select(all, high, |f| f.code.decoded[1]),
    )?;
    all.claim(
        "kinds",
        "kinds-high-fast",
        "The high kind has a fast cycle",
        &Rule::below("rotation time of the attractor in steps", 20.0)
            .from_scale(Scale::Paper)
            .of("high networks"),
        &select(all, high, rotation),
    )
}

/// A value of each standard network of some kind.
fn select(
    all: &Deciding<'_>,
    kind: impl Fn(&Found) -> bool,
    value: impl Fn(&Found) -> f64,
) -> Vec<f64> {
    all.of(&Group::STANDARD)
        .filter_map(|n: &Measured| n.found.as_ref())
        .filter(|f| kind(f))
        .map(value)
        .collect()
}
