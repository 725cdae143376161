//! Figure 6: errors of tracking and of sampling.

use neuro_analysis::{Direction, Trend, fit_trend, monotone_share};

use super::{CLOSE, Deciding, averaged, single};
use crate::spiking_rls::group::{CORRELATIONS, FAST, Group, SLOW, SYNAPSES};
use crate::spiking_rls::measured::{Learned, Measured};
use crate::{Error, Rule, Scale};

/// Difference of scores that counts as one.
const MARGIN: f64 = 0.1;

/// Exponent of the power law through some points; NaN where there is none.
pub(super) fn exponent(x: &[f64], y: &[f64]) -> f64 {
    fit_trend(x, y, Trend::Power).map_or(f64::NAN, |fit| fit.slope)
}

pub(super) fn paper(rule: Rule) -> Rule {
    rule.from_scale(Scale::Paper)
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    map(all)?;
    examples(all)?;
    curves(all)?;
    sizes(all)?;
    collapses(all)
}

impl Deciding<'_> {
    /// Score of single trials of a network; NaN without one.
    fn score(&self, group: Group, seed: u64) -> f64 {
        let network = self.of(&[group]).find(|n| n.seed == seed);
        let found = network.and_then(|n| n.found.as_ref()?.learned());
        found.map_or(f64::NAN, single)
    }

    /// Mean score at some synaptic time constants.
    fn mean_score(&self, units: u16, synapses: &[u16], target: u16, seed: u64) -> f64 {
        let groups = synapses.iter().map(|tau| Group::Scan(units, *tau, target));
        let scores: Vec<f64> = groups.map(|group| self.score(group, seed)).collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    }

    /// One value for each seed of which there is a network of a group.
    fn by_seed(&self, group: Group, value: impl Fn(u64) -> f64) -> Vec<f64> {
        self.of(&[group])
            .map(|network| value(network.seed))
            .collect()
    }

    /// Every network of the scan of Figure 6 with its parameters: units, synapse, target, score.
    fn scanned(&self) -> Vec<[f64; 4]> {
        let parameters = |network: &&Measured| match network.group {
            Group::Scan(units, tau, target) => Some((units, tau, target)),
            _ => None,
        };
        let scanned = self.networks.iter().filter_map(|network| {
            let (units, tau, target) = parameters(&network)?;
            let found = network.found.as_ref().and_then(|found| found.learned());
            let score = found.map_or(f64::NAN, single);
            Some([units.into(), tau.into(), target.into(), score])
        });
        scanned.collect()
    }
}

fn map(all: &mut Deciding<'_>) -> Result<(), Error> {
    let scanned = all.scanned();
    let inside = |p: &&[f64; 4]| p[0] == 500.0 && p[1] >= 30.0 && p[1] < p[2];
    let regime: Vec<f64> = scanned.iter().filter(inside).map(|p| p[3]).collect();
    all.claim(
        "6",
        "6a-learning",
        "Targets slower than the synapses are learned (tau_c above tau_s, from 30 ms on)",
        &paper(Rule::at_least("correlation in single test trials", 0.8)),
        &regime,
    )?;
    let slow = |p: &&[f64; 4]| p[0] == 500.0 && p[1] >= 2.0 * p[2];
    let tracking: Vec<f64> = scanned.iter().filter(slow).map(|p| p[3]).collect();
    all.claim(
        "6",
        "6a-tracking",
        "The tracking error prevails where synapses are slow in comparison to the targets",
        &paper(Rule::below(
            "correlation in single test trials, tau_s at least twice tau_c,",
            0.8,
        )),
        &tracking,
    )?;
    let fast = |p: &&[f64; 4]| p[0] == 500.0 && p[1] <= 5.0;
    let sampling: Vec<f64> = scanned.iter().filter(fast).map(|p| p[3]).collect();
    all.claim(
        "6",
        "6a-sampling",
        "The sampling error dominates where synapses are fast",
        &paper(Rule::below(
            "correlation in single test trials, tau_s at most 5 ms,",
            0.8,
        )),
        &sampling,
    )
}

fn examples(all: &mut Deciding<'_>) -> Result<(), Error> {
    let at = |tau: u16| [Group::Scan(500, tau, 100)];
    all.follows(
        "6",
        "6b-learning",
        "With synapses of 30 ms, targets of 100 ms are learned with high accuracy",
        &at(30),
        Scale::Paper,
    )?;
    all.smaller(
        "6",
        "6b-tracking",
        "Synapses of 200 ms fail to follow rapid changes",
        "the correlation in single trials",
        [
            all.sample("200 ms", &at(200), single),
            all.sample("30 ms", &at(30), single),
        ],
    )?;
    all.claim(
        "6",
        "6b-shape",
        "But they capture the overall shape",
        &paper(Rule::at_least(
            "correlation of the average over trials",
            0.5,
        )),
        &all.learned(&at(200), averaged),
    )?;
    all.smaller(
        "6",
        "6b-sampling",
        "Synapses of 5 ms are too fast",
        "the correlation in single trials",
        [
            all.sample("5 ms", &at(5), single),
            all.sample("30 ms", &at(30), single),
        ],
    )?;
    all.claim(
        "6",
        "6b-fluctuation",
        "With them the drive fluctuates about the targets: averages over trials are better",
        &paper(Rule::at_least(
            "correlation of the average less that of single trials",
            MARGIN,
        )),
        &all.learned(&at(5), |f: &Learned| averaged(f) - single(f)),
    )
}

fn curves(all: &mut Deciding<'_>) -> Result<(), Error> {
    let curve = |seed, target| -> Vec<f64> {
        let groups = SYNAPSES.map(|tau| Group::Scan(500, tau, target));
        groups.map(|group| all.score(group, seed)).into()
    };
    let inverted = |seed| {
        let scores = curve(seed, 50);
        let best = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if scores.iter().any(|s| s.is_nan()) {
            return f64::NAN;
        }
        best - scores[0].max(scores[scores.len() - 1])
    };
    let values = all.by_seed(Group::Scan(500, 1, 50), inverted);
    all.claim(
        "6",
        "6c-inverted-u",
        "As a function of tau_s the performance is an inverted U (targets of 50 ms)",
        &paper(Rule::at_least(
            "best correlation less the better of the two ends",
            MARGIN,
        )),
        &values,
    )?;
    let lifted = |seed| {
        all.mean_score(500, &[200, 500], 200, seed) - all.mean_score(500, &[200, 500], 50, seed)
    };
    let values = all.by_seed(Group::Scan(500, 200, 200), lifted);
    all.claim(
        "6",
        "6c-right",
        "Slower targets lift the right branch",
        &paper(Rule::at_least(
            "correlation at tau_s 200 and 500 ms, targets of 200 less 50 ms,",
            MARGIN,
        )),
        &values,
    )?;
    all.claim(
        "6",
        "6c-sigmoid",
        "With targets of 200 ms the performance stays high for slow synapses (100 ms)",
        &paper(Rule::at_least("correlation in single test trials", 0.8)),
        &all.learned(&[Group::Scan(500, 100, 200)], single),
    )?;
    let same = |seed| {
        let of = |target| all.mean_score(500, &[1, 5], target, seed);
        (of(200) - of(50)).abs()
    };
    let values = all.by_seed(Group::Scan(500, 1, 200), same);
    all.claim(
        "6",
        "6c-left",
        "The time scale of targets does not affect the sampling error",
        &paper(Rule::at_most(
            "distance of correlations at tau_s 1 and 5 ms, targets of 200 and 50 ms",
            MARGIN,
        )),
        &values,
    )
}

fn sizes(all: &mut Deciding<'_>) -> Result<(), Error> {
    let first = Group::Scan(1000, 1, 100);
    let difference = |synapses: &'static [u16]| {
        let all = &*all;
        all.by_seed(first, |seed| {
            all.mean_score(1000, synapses, 100, seed) - all.mean_score(500, synapses, 100, seed)
        })
    };
    let (left, right) = (difference(&[1, 5]), difference(&[200, 500]));
    all.claim(
        "6",
        "6d-left",
        "Larger networks lift the left branch",
        &paper(Rule::above(
            "correlation at tau_s 1 and 5 ms, 1000 less 500 units,",
            0.02,
        )),
        &left,
    )?;
    all.claim(
        "6",
        "6d-right",
        "The size of the network does not affect the tracking error",
        &paper(Rule::between(
            "correlation at tau_s 200 and 500 ms, 1000 less 500 units,",
            -MARGIN,
            MARGIN,
        )),
        &right,
    )
}

/// `sqrt(1 / rho^2 - 1)`: size of an error, relative to the target, that leaves a correlation of `rho`.
pub(in crate::spiking_rls) fn relative_error(correlation: f64) -> f64 {
    if correlation > 0.0 {
        (1.0 / correlation.powi(2) - 1.0).max(0.0).sqrt()
    } else {
        f64::NAN
    }
}

/// Columns of points.
pub(super) fn unzipped(points: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    points.iter().copied().unzip()
}

fn collapses(all: &mut Deciding<'_>) -> Result<(), Error> {
    let scanned = all.scanned();
    let tracking: Vec<(f64, f64)> = scanned
        .iter()
        .filter(|p| p[0] == 1000.0 && p[1] >= 30.0)
        .map(|p| (p[1] / p[2], p[3]))
        .collect();
    let sampling: Vec<(f64, f64)> = scanned
        .iter()
        .filter(|p| p[2] == 100.0 && p[1] <= 30.0)
        .map(|p| ((p[0] * p[1]).sqrt().recip(), p[3]))
        .collect();
    let collapse = |points: &[(f64, f64)]| {
        let (x, y) = unzipped(points);
        let share = monotone_share(&x, &y, Direction::Falling).unwrap_or(f64::NAN);
        if points.is_empty() {
            vec![]
        } else {
            vec![share]
        }
    };
    for (id, statement, points) in [
        (
            "6e-collapse",
            "tau_s / tau_c explains the performance in the tracking error regime (1000 units)",
            &tracking,
        ),
        (
            "6f-collapse",
            "N tau_s explains it in the sampling error regime",
            &sampling,
        ),
    ] {
        let note = format!("{} networks", points.len());
        let rule = Rule::at_least(
            "share of the variance of scores that a falling function explains",
            CLOSE,
        );
        all.claim(
            "6",
            id,
            statement,
            &paper(rule).of("scan").noting(&note),
            &collapse(points),
        )?;
    }
    let growth = |points: &[(f64, f64)]| {
        let errors: Vec<(f64, f64)> = points
            .iter()
            .map(|(x, score)| (*x, relative_error(*score)))
            .filter(|(_, e)| e.is_finite() && *e > 0.0)
            .collect();
        let (x, y) = unzipped(&errors);
        if points.is_empty() {
            vec![]
        } else {
            vec![exponent(&x, &y)]
        }
    };
    // A factor 1.4 in the exponent: two decades are wide, and errors add up at both ends.
    for (id, statement, points) in [
        (
            "eq3-tracking",
            "The tracking error grows as tau_s / tau_c",
            &tracking,
        ),
        (
            "eq3-sampling",
            "The sampling error grows as 1 / sqrt(tau_s N)",
            &sampling,
        ),
    ] {
        let rule = Rule::between("exponent of the relative error sqrt(1/rho^2 - 1)", 0.7, 1.4);
        all.claim("6", id, statement, &paper(rule).of("scan"), &growth(points))?;
    }
    Ok(())
}

// The scans of this module are those of the groups.
const _: () = assert!(FAST[3] == SLOW[0] && CORRELATIONS[1] == 100);
