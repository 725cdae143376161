//! Figure 4: balanced networks that learn their own activity.

use super::{Deciding, FAILS, Sample, one, or_nan, rank_correlation, single};
use crate::claims::median;
use crate::spiking_rls::group::{COUPLINGS, Group, Kind};
use crate::spiking_rls::measured::{Balanced, Learned, Reliability};
use crate::study::truth;
use crate::{Error, Rule, Scale};

/// Correlation of what has nothing in common.
const UNRELATED: f64 = 0.3;

/// Time from the deletion of a spike until the copies count as apart or together (ms).
const SETTLED: f64 = 300.0;

fn balanced(value: impl Fn(&Balanced) -> f64) -> impl Fn(&Learned) -> f64 {
    move |found| found.balanced.as_ref().map_or(f64::NAN, &value)
}

/// Mean deviation between the copies from a while after the deletion to the end of the learned time, which is
/// ten times the time of the deletion.
fn within(reliability: &Reliability) -> f64 {
    let deleted = reliability.deleted_at;
    reliability.mean_deviation(deleted + SETTLED, 10.0 * deleted)
}

/// Mean deviation in the time after the learned one, without its first third.
fn outside(reliability: &Reliability) -> f64 {
    let learned = 10.0 * reliability.deleted_at;
    let end = reliability.deviation.len() as f64 * crate::spiking_rls::measured::DEVIATION_STEP;
    reliability.mean_deviation(learned + (end - learned) / 3.0, end)
}

fn radius(reliability: &Reliability) -> f64 {
    or_nan(reliability.moduli().last().copied())
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    untrained(all)?;
    trained(all, Kind::Balanced, "", "")?;
    trained(
        all,
        Kind::BalancedStrong,
        "-strong",
        " (stimulus of amplitude 10)",
    )?;
    variants(all)?;
    couplings(all)
}

fn untrained(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = &one(Kind::Balanced);
    let paper = |rule: Rule| rule.from_scale(Scale::Paper);
    all.claim(
        "4",
        "4a-divergence",
        "Before training, drives from two initial conditions deviate strongly from each other",
        &paper(Rule::at_most(
            "correlation of drives between trials",
            UNRELATED,
        )),
        &all.learned(group, balanced(|b| b.before.between_trials)),
    )?;
    all.claim(
        "4",
        "4b-uncorrelated",
        "Before training the trial-averaged rate has little temporal structure",
        &paper(Rule::at_most(
            "correlation of rates averaged over even and over odd trials",
            UNRELATED,
        )),
        &all.learned(group, balanced(|b| b.before.split_half)),
    )?;
    all.claim(
        "4",
        "4c-deletion",
        "Before training, a deleted spike makes two copies diverge rapidly",
        &paper(Rule::at_least(
            "deviation 300 to 600 ms after the deletion by that in the last 500 ms",
            0.5,
        )),
        &all.learned(
            group,
            balanced(|b| {
                let before = &b.before;
                let from = before.deleted_at + SETTLED;
                let end =
                    before.deviation.len() as f64 * crate::spiking_rls::measured::DEVIATION_STEP;
                before.mean_deviation(from, from + 300.0) / before.mean_deviation(end - 500.0, end)
            }),
        ),
    )?;
    all.claim(
        "4",
        "4h-radius-before",
        "The normalised spectral radius is about 1 before training",
        &paper(Rule::between("spectral radius", 0.9, 1.1)),
        &all.learned(group, balanced(|b| radius(&b.before))),
    )
}

fn trained(all: &mut Deciding<'_>, kind: Kind, suffix: &str, words: &str) -> Result<(), Error> {
    let group = &one(kind);
    let paper = |rule: Rule| rule.from_scale(Scale::Paper);
    let id = |name: &str| format!("{name}{suffix}");
    let says = |statement: &str| format!("{statement}{words}");
    all.follows(
        "4",
        &id("4d-within"),
        &says("After training, every drive tracks the innate trajectory in the trained window"),
        group,
        Scale::Paper,
    )?;
    all.claim(
        "4",
        &id("4d-outside"),
        &says("Outside the trained window the drives diverge from it"),
        &paper(Rule::at_most(
            "correlation with the innate trajectory after the window",
            UNRELATED,
        )),
        &all.learned(group, balanced(|b| b.after.outside)),
    )?;
    all.claim(
        "4",
        &id("4e-structure"),
        &says("The trial-averaged rate develops a temporal structure that it did not have"),
        &paper(Rule::at_least(
            "correlation of rates averaged over even and over odd trials, after less before,",
            0.3,
        )),
        &all.learned(
            group,
            balanced(|b| b.after.split_half - b.before.split_half),
        ),
    )?;
    all.claim(
        "4",
        &id("4f-tube"),
        &says("In the trained window the deviation after a deleted spike is markedly smaller"),
        &paper(Rule::at_most(
            "deviation of the trained network by that of the untrained",
            0.5,
        )),
        &all.learned(group, balanced(|b| within(&b.after) / within(&b.before))),
    )?;
    all.claim(
        "4",
        &id("4g-outside"),
        &says("Outside the trained window the copies diverge rapidly again"),
        &paper(Rule::at_least(
            "deviation after the window by that in it, trained",
            2.0,
        )),
        &all.learned(group, balanced(|b| outside(&b.after) / within(&b.after))),
    )?;
    all.claim(
        "4",
        &id("4h-radius"),
        &says("Training decreases the spectral radius"),
        &paper(Rule::below("spectral radius after less before", 0.0)),
        &all.learned(group, balanced(|b| radius(&b.after) - radius(&b.before))),
    )?;
    all.claim(
        "4",
        &id("4h-shift"),
        &says("The eigenvalues shift towards zero"),
        &paper(Rule::below("median modulus after less before", 0.0)),
        &all.learned(
            group,
            balanced(|b| median(&b.after.moduli()) - median(&b.before.moduli())),
        ),
    )?;
    all.claim(
        "4",
        &id("4-dale"),
        &says("Learning respects Dale's law"),
        &Rule::at_most("weights whose sign has changed", 0.0),
        &all.learned(group, balanced(|b| b.sign_changes as f64)),
    )
}

fn variants(all: &mut Deciding<'_>) -> Result<(), Error> {
    let standard = &one(Kind::BalancedStrong);
    for (id, words, kind) in [
        ("4-schur", "corrected exactly", Kind::BalancedSchur),
        ("4-mask", "left alone", Kind::BalancedMask),
    ] {
        all.alike(
            "4",
            id,
            &format!("It does not matter whether P is {words} when a synapse is excluded"),
            "the correlation in single trials",
            &[
                all.sample("row and column deleted", standard, single),
                all.sample(words, &one(kind), single),
            ],
            (0.05, Scale::Paper),
        )?;
    }
    all.smaller(
        "4",
        "4-stimulus",
        "A stimulus five times as strong brings trials back to the learned path",
        "the correlation in single trials",
        [
            all.sample("amplitude 2", &one(Kind::Balanced), single),
            all.sample("amplitude 10", standard, single),
        ],
    )
}

/// A point of Figure 4i: coupling, synapse, quasi-static correlation (mean over networks), best trained one.
fn points(all: &Deciding<'_>) -> Vec<[f64; 4]> {
    let mut points = Vec::new();
    for group in COUPLINGS {
        let Group::Coupling(strength, tau) = group else {
            continue;
        };
        let quasi = all.learned(&[group], balanced(|b| b.quasi_static));
        let scores = all.learned(&[group], single);
        if quasi.is_empty() {
            continue;
        }
        let mean = quasi.iter().sum::<f64>() / quasi.len() as f64;
        let finite = scores.iter().copied().filter(|s| s.is_finite());
        // A point at which all networks fell silent or failed is the worst.
        let best = finite.fold(f64::NEG_INFINITY, f64::max).max(-1.0);
        let mean = if mean.is_finite() { mean } else { -1.0 };
        points.push([f64::from(strength), f64::from(tau), mean, best]);
    }
    points
}

fn couplings(all: &mut Deciding<'_>) -> Result<(), Error> {
    let points = points(all);
    let pairs = |x: usize, y: usize| {
        let pairs: Vec<(f64, f64)> = points.iter().map(|p| (p[x], p[y])).collect();
        rank_correlation(&pairs)
    };
    for (id, statement, what, x, y, limit) in [
        (
            "4i-quasi-coupling",
            "Stronger coupling improves the quasi-static approximation of untrained networks",
            "coupling and quasi-static correlation",
            0,
            2,
            0.3,
        ),
        (
            "4i-quasi-synapse",
            "Slower synapses improve it",
            "synaptic time constant and quasi-static correlation",
            1,
            2,
            0.3,
        ),
        (
            "4i-trained-coupling",
            "Learning is better with strong coupling",
            "coupling and the best trained correlation",
            0,
            3,
            0.3,
        ),
        (
            "4i-trained-synapse",
            "Learning is better with slow synapses",
            "synaptic time constant and the best trained correlation",
            1,
            3,
            0.3,
        ),
        (
            "4i-related",
            "Learning performance goes with the quasi-static approximation",
            "quasi-static and best trained correlation",
            2,
            3,
            FAILS,
        ),
    ] {
        // 0.3: two parameters share what can be explained.
        let rule = Rule::at_least(&format!("Spearman's correlation of {what}"), limit);
        let rule = rule.of("map").from_scale(Scale::Paper);
        all.claim("4i", id, statement, &rule, &pairs(x, y))?;
    }
    let best = |strength: u8, tau: u8| {
        let values = all.learned(&[Group::Coupling(strength, tau)], single);
        Sample { name: "", values }
    };
    let [strong, weak] = [best(6, 100), best(1, 5)].map(|sample| {
        let finite = sample.values.iter().copied().filter(|v| v.is_finite());
        (sample.values.len(), finite.fold(-1.0, f64::max))
    });
    let corner = (strong.0 > 0 && weak.0 > 0).then(|| truth(strong.1 >= 0.8 && weak.1 <= FAILS));
    all.claim(
        "4i",
        "4i-corners",
        "With strong coupling and slow synapses learning works, with weak and fast ones it does not",
        &Rule::holds("best correlation at least 0.8 at J 6, 100 ms and at most 0.5 at J 1, 5 ms")
            .of("map")
            .from_scale(Scale::Paper),
        &Vec::from_iter(corner),
    )
}
