//! Figure 7: how long targets can be.

use neuro_analysis::slope_through_origin;

use super::errors::paper;
use super::{Deciding, rank_correlation, single};
use crate::claims::{brief, median};
use crate::spiking_rls::group::{CAPACITY_CORRELATIONS, CAPACITY_UNITS, Group, LENGTHS};
use crate::study::truth;
use crate::{Error, Rule};

/// Correlation from which on a target is learned in Figure 7; the paper does not say which it took.
const LEARNED: f64 = 0.9;

/// The longest target (ms) that networks of a size learn, for a correlation time: where the mean score
/// falls below the limit, linear between the lengths that were trained; 0 when it is below from the first.
pub(in crate::spiking_rls) fn longest(
    units: u16,
    target: u16,
    score: impl Fn(Group) -> f64,
) -> f64 {
    let mut before: Option<(f64, f64)> = None;
    for length in LENGTHS {
        let (at, found) = (
            f64::from(length),
            score(Group::Length(units, length, target)),
        );
        if found.is_nan() || found < LEARNED {
            return before.map_or(0.0, |(from, score)| {
                let share = (score - LEARNED) / (score - found);
                let share = if share.is_finite() { share } else { 0.0 };
                from + share * (at - from)
            });
        }
        before = Some((at, found));
    }
    before.map_or(0.0, |(length, _)| length)
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    let score = |group: Group| median(&all.learned(&[group], single));
    let exists = all.of(&[Group::Length(500, 500, 50)]).next().is_some();
    let mut with_length = Vec::new();
    for units in [500, 1000] {
        let points: Vec<(f64, f64)> = LENGTHS
            .iter()
            .flat_map(|length| {
                let group = Group::Length(units, *length, 100);
                let scores = all.learned(&[group], single);
                scores.into_iter().map(|s| (f64::from(*length), s))
            })
            .collect();
        with_length.extend(rank_correlation(&points));
    }
    let larger: Vec<f64> = LENGTHS
        .iter()
        .filter(|length| {
            all.of(&[Group::Length(1000, **length, 100)])
                .next()
                .is_some()
        })
        .map(|length| {
            score(Group::Length(1000, *length, 100)) - score(Group::Length(500, *length, 100))
        })
        .collect();
    let limits: Vec<Vec<f64>> = CAPACITY_UNITS
        .iter()
        .map(|units| {
            let of = |target: &u16| longest(*units, *target, score);
            CAPACITY_CORRELATIONS.iter().map(of).collect()
        })
        .collect();
    let slopes: Vec<f64> = limits
        .iter()
        .map(|limits| {
            let x = CAPACITY_CORRELATIONS.map(f64::from);
            slope_through_origin(&x, limits).unwrap_or(f64::NAN)
        })
        .collect();
    let words: Vec<String> = CAPACITY_UNITS
        .iter()
        .zip(&limits)
        .map(|(units, limits)| {
            let limits: Vec<String> = limits.iter().map(|l| brief(*l)).collect();
            format!("{units} units: T_max {} ms", limits.join(", "))
        })
        .collect();
    let note = format!(
        "{} (tau_c 50, 100, 200 ms); constants {}",
        words.join("; "),
        slopes
            .iter()
            .map(|s| brief(*s))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let rise: Vec<f64> = limits.iter().map(|l| l[2] - l[0]).collect();
    let proportion: Vec<f64> = limits
        .iter()
        .map(|l| (l[2] / 200.0) / (l[0] / 50.0))
        .collect();
    let rising = slopes.windows(2).all(|pair| pair[0] < pair[1]);
    let (rise, proportion, rising) = if exists {
        (rise, proportion, vec![truth(rising)])
    } else {
        (vec![], vec![], vec![])
    };
    all.claim(
        "7",
        "7a-length",
        "The performance decreases with the length of the targets",
        &paper(Rule::at_most(
            "Spearman's correlation of length and score",
            -0.8,
        ))
        .of("sizes"),
        &with_length,
    )?;
    all.claim(
        "7",
        "7a-size",
        "It improves with the size of the network",
        &paper(Rule::above("correlation, 1000 less 500 units,", 0.0)).of("lengths"),
        &larger,
    )?;
    all.claim(
        "7",
        "7b-slower",
        "Slower targets can be learned for longer",
        &paper(Rule::above(
            "longest learned target of tau_c 200 less that of 50 ms (ms)",
            0.0,
        ))
        .of("sizes")
        .noting(&note),
        &rise,
    )?;
    // A factor of two for lengths on a grid of factors of two.
    all.claim(
        "7",
        "7b-line",
        "The longest learned target is proportional to its correlation time",
        &paper(Rule::between(
            "T_max / tau_c at 200 ms by that at 50 ms",
            0.5,
            2.0,
        ))
        .of("sizes")
        .noting(&note),
        &proportion,
    )?;
    all.claim(
        "7",
        "7c-capacity",
        "The capacity T_max / tau_c rises monotonically with the size of the network",
        &paper(Rule::holds("the fitted constant rises from size to size"))
            .of("scan")
            .noting(&note),
        &rising,
    )
}
