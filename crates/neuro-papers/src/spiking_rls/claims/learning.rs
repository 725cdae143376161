//! Figures 1 and 2 with their supplements.

use super::{Deciding, FAILS, averaged, one, or_nan, single};
use crate::spiking_rls::group::Kind;
use crate::spiking_rls::measured::{Learned, Test};
use crate::study::truth;
use crate::{Error, Rule, Scale};

/// Correlation of an untrained network: nothing to speak of.
const NOTHING: f64 = 0.3;

/// Correlation in a loop of training, counted from 1.
fn in_loop(found: &Learned, number: usize) -> f64 {
    or_nan(found.loops.get(number - 1).map(|l| l.correlation))
}

fn last_loop(found: &Learned) -> f64 {
    or_nan(found.loops.last().map(|l| l.correlation))
}

/// Change of the weights in the first loop by that in the end.
fn early_change(found: &Learned) -> f64 {
    let change =
        |l: Option<&crate::spiking_rls::measured::Loop>| or_nan(l.map(|l| l.weight_change));
    change(found.loops.first()) / change(found.loops.last())
}

/// Loops until the correlation in training is 0.9 of that of the last five loops.
fn loops_to_learn(found: &Learned) -> f64 {
    let count = found.loops.len();
    let late = &found.loops[count - count.min(5)..];
    let level = late.iter().map(|l| l.correlation).sum::<f64>() / late.len() as f64;
    let reached = found
        .loops
        .iter()
        .position(|l| l.correlation >= 0.9 * level);
    reached.map_or(f64::NAN, |place| place as f64 + 1.0)
}

fn untrained(found: &Learned) -> f64 {
    let test = found.untrained.as_ref();
    or_nan(test.and_then(Test::single))
}

/// Agreement of spike counts after the first loop.
fn early_agreement(found: &Learned) -> f64 {
    or_nan(found.stages.first().and_then(|stage| stage.spike_agreement))
}

fn agreement(found: &Learned) -> f64 {
    or_nan(found.test().and_then(|test| test.spike_agreement))
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    drives(all)?;
    rates(all)?;
    supplements(all)?;
    two_patterns(all)
}

fn drives(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = &one(Kind::Sines);
    all.claim(
        "1b",
        "1b-untrained",
        "Before training the drives fluctuate irregularly and do not follow the targets",
        &Rule::at_most("correlation of the untrained network", NOTHING).from_scale(Scale::Quick),
        &all.learned(group, untrained),
    )?;
    all.claim(
        "1b",
        "1b-at-once",
        "As soon as training begins, the drives follow the targets",
        &Rule::at_least("correlation in the first loop of training", 0.8).from_scale(Scale::Quick),
        &all.learned(group, |f| in_loop(f, 1)),
    )?;
    all.follows(
        "1b",
        "1b-recall",
        "After training, the stimulus elicits the learned drives",
        group,
        Scale::Quick,
    )?;
    all.claim(
        "1b",
        "1b-spikes",
        "The spike trains of the population are reproducible across trials",
        &Rule::at_least(
            "correlation of spike counts between test trials (bins of 50 ms)",
            FAILS,
        )
        .from_scale(Scale::Quick),
        &all.learned(group, agreement),
    )?;
    all.claim(
        "1b",
        "1c-plateau",
        "The correlation in training is high from the first loops and stays",
        &Rule::at_most(
            "distance of the correlation in loop 5 from that in the last",
            0.05,
        )
        .from_scale(Scale::Quick),
        &all.learned(group, |f| (in_loop(f, 5) - last_loop(f)).abs()),
    )?;
    all.claim(
        "1b",
        "1c-weights",
        "Rapid changes of the weights adjust the dynamics: they jump in the first loop",
        &Rule::at_least(
            "change of the weights after the first loop by that in the end",
            0.5,
        )
        .from_scale(Scale::Quick),
        &all.learned(group, early_change),
    )
}

fn rates(all: &mut Deciding<'_>) -> Result<(), Error> {
    let (drive, rate) = (&one(Kind::Sines), &one(Kind::SinesRate));
    all.smaller(
        "1d",
        "1d-early-errors",
        "The rates follow with large errors in the early trials, unlike the drives",
        "the correlation in the first loop",
        [
            all.sample("rates", rate, |f| in_loop(f, 1)),
            all.sample("drives", drive, |f| in_loop(f, 1)),
        ],
    )?;
    all.smaller(
        "1d",
        "1d-spikes",
        "In the early trials the spike trains are not similar across trials, unlike those of the drive rule",
        "the agreement of spike counts between tests after the first loop",
        [
            all.sample("rates", rate, early_agreement),
            all.sample("drives", drive, early_agreement),
        ],
    )?;
    all.follows(
        "1d",
        "1d-recall",
        "After training, the stimulus elicits the learned rates in every neuron",
        rate,
        Scale::Paper,
    )?;
    all.claim(
        "1d",
        "1d-ceiling",
        "The trained rates are as good as spikes with these synapses can be",
        &Rule::at_least(
            "correlation in single trials by that of units whose drive is the target itself",
            0.9,
        )
        .from_scale(Scale::Paper),
        &all.learned(rate, |f| {
            single(f) / or_nan(f.ceiling.and_then(|ceiling| ceiling.single))
        }),
    )?;
    all.claim(
        "1d",
        "1e-gradual",
        "The correlation of the rates increases gradually as training goes on",
        &Rule::at_least("loops until 0.9 of the final correlation", 5.0).from_scale(Scale::Paper),
        &all.learned(rate, loops_to_learn),
    )?;
    all.smaller(
        "1d",
        "1e-more-loops",
        "Training rates takes substantially more loops than training drives",
        "the number of loops until 0.9 of the final correlation",
        [
            all.sample("drives", drive, loops_to_learn),
            all.sample("rates", rate, loops_to_learn),
        ],
    )?;
    all.smaller(
        "1d",
        "1e-weights",
        "The weights change relatively little early in the training of rates",
        "the change of the weights after the first loop by that in the end",
        [
            all.sample("rates", rate, early_change),
            all.sample("drives", drive, early_change),
        ],
    )
}

fn supplements(all: &mut Deciding<'_>) -> Result<(), Error> {
    let units = &one(Kind::RateUnits);
    all.claim(
        "1-s1",
        "1-s1a-untrained",
        "Before training the network of rate units is chaotic and does not follow the targets",
        &Rule::at_most("correlation of the untrained network", NOTHING).from_scale(Scale::Paper),
        &all.learned(units, untrained),
    )?;
    all.follows(
        "1-s1",
        "1-s1b-recall",
        "After training, the rate units track their targets",
        units,
        Scale::Paper,
    )?;
    all.claim(
        "1-s1",
        "1-s1b-closely",
        "They track them closely",
        &Rule::at_least("correlation in single test trials", 0.9).from_scale(Scale::Paper),
        &all.learned(units, single),
    )?;
    let (drive, rate) = (&one(Kind::Unconnected), &one(Kind::UnconnectedRate));
    all.claim(
        "1-s2",
        "1-s2-silent",
        "Without weights there is no activity beyond the first few hundred ms",
        &Rule::at_most("rate after the stimulus before training (Hz)", 1.0)
            .from_scale(Scale::Quick),
        &all.learned(drive, |f| {
            or_nan(f.untrained.as_ref().map(|test| test.rate))
        }),
    )?;
    all.follows(
        "1-s2",
        "1-s2a-recall",
        "A network without weights at first learns drives",
        drive,
        Scale::Quick,
    )?;
    all.claim(
        "1-s2",
        "1-s2b-weights",
        "Its weights jump in the first loop",
        &Rule::at_least(
            "size of the weights after the first loop by that in the end",
            0.5,
        )
        .from_scale(Scale::Quick),
        &all.learned(drive, early_change),
    )?;
    all.follows(
        "1-s2",
        "1-s2c-recall",
        "A network without weights at first learns rates",
        rate,
        Scale::Paper,
    )?;
    all.claim(
        "1-s2",
        "1-s2c-begins",
        "Without weights the training of rates can begin, though only units above threshold are trained",
        &Rule::at_least("share of updates that were made in the first loop", 0.01)
            .from_scale(Scale::Quick),
        &all.learned(rate, |f| or_nan(f.loops.first().map(|of_loop| of_loop.trained))),
    )?;
    all.follows(
        "1-s2",
        "1-s2c-all-trained",
        "Rates are learned without weights at first when units below threshold are trained too",
        &one(Kind::UnconnectedUngated),
        Scale::Paper,
    )?;
    all.claim(
        "1-s2",
        "1-s2d-gradual",
        "The correlation of its rates increases gradually",
        &Rule::at_least("loops until 0.9 of the final correlation", 5.0).from_scale(Scale::Paper),
        &all.learned(rate, loops_to_learn),
    )?;
    all.alike(
        "1-s2",
        "1-s2-as-well",
        "It learns drives as well as a network with strong weights",
        "the correlation in single trials",
        &[
            all.sample("without weights", drive, single),
            all.sample("strong weights", &one(Kind::Sines), single),
        ],
        (0.05, Scale::Paper),
    )
}

/// The smaller score of the two patterns.
fn worst(found: &Learned, score: impl Fn(&Test) -> Option<f64>) -> f64 {
    let scores = found.tests.iter().map(|test| or_nan(score(test)));
    // A pattern without a score is the worst.
    let scores: Vec<f64> = scores.collect();
    let finite = scores.len() == 2 && scores.iter().all(|s| s.is_finite());
    if finite {
        scores[0].min(scores[1])
    } else {
        f64::NAN
    }
}

fn two_patterns(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (letter, what, kind) in [("a", "drives", Kind::Two), ("b", "rates", Kind::TwoRate)] {
        let group = &one(kind);
        all.claim(
            "2",
            &format!("2{letter}-recall"),
            &format!("Each of two stimuli recalls its own pattern of {what}"),
            &Rule::at_least("smaller of the two correlations in single test trials", 0.8)
                .from_scale(Scale::Paper),
            &all.learned(group, |f| worst(f, Test::single)),
        )?;
        all.claim(
            "2",
            &format!("2{letter}-recall-averaged"),
            &format!("Each of two stimuli recalls its own pattern of {what} (average over trials)"),
            &Rule::at_least("smaller of the two correlations of averages", 0.8)
                .from_scale(Scale::Paper),
            &all.learned(group, |f| worst(f, |test| test.averaged)),
        )?;
        all.claim(
            "2",
            &format!("2{letter}-own"),
            &format!("The recalled {what} are those of the given stimulus and not of the other"),
            &Rule::holds(
                "each average correlates with its own pattern by 0.3 more than with the other's",
            )
            .from_scale(Scale::Paper),
            &all.learned(group, |f| {
                let own = f
                    .tests
                    .iter()
                    .all(|test| or_nan(test.averaged) >= or_nan(test.other) + 0.3);
                if f.tests.len() == 2 && averaged(f).is_finite() {
                    truth(own)
                } else {
                    f64::NAN
                }
            }),
        )?;
    }
    Ok(())
}
