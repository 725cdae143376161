//! What the specification found weak or open: the stimulus, the rate rule, products of sines, Izhikevich's
//! units, initial weights, and whether a solution of the equations is enough.

use super::{Deciding, FOLLOWS, averaged, one, or_nan, rank_correlation, single};
use crate::spiking_rls::group::{Group, Kind};
use crate::spiking_rls::measured::{Heterogeneity, Learned, Test};
use crate::{Error, Rule, Scale};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    stimulus(all)?;
    rate_rule(all)?;
    products(all)?;
    tracking_is_not_memory(all)?;
    gains(all)?;
    heterogeneity(all)
}

/// Spread between trials at the end of the stimulus.
fn reset(found: &Learned) -> f64 {
    or_nan(found.test().and_then(|test| test.reset))
}

const STIMULI: [(&str, Kind); 3] = [
    ("50 ms, amplitude 1", Kind::SinesBrief),
    ("100 ms, amplitude 1", Kind::SinesWeak),
    ("100 ms, amplitude 2", Kind::Sines),
];

fn stimulus(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.follows(
        "stimulus",
        "stimulus-methods",
        "Sine waves are recalled with the stimulus of the Methods (50 ms, amplitude 1)",
        &one(Kind::SinesBrief),
        Scale::Quick,
    )?;
    all.follows(
        "stimulus",
        "stimulus-caption",
        "They are with that of the caption (100 ms) and amplitude 1",
        &one(Kind::SinesWeak),
        Scale::Quick,
    )?;
    let samples = STIMULI.map(|(name, kind)| all.sample(name, &one(kind), single));
    all.ordered(
        "stimulus",
        "stimulus-strength",
        "The stronger and longer the stimulus, the better the recall",
        "the correlation in single trials",
        &samples,
        Scale::Paper,
    )?;
    let mut samples = STIMULI.map(|(name, kind)| all.sample(name, &one(kind), reset));
    samples.reverse();
    all.ordered(
        "stimulus",
        "stimulus-reset",
        "That is because it brings trials closer to one state",
        "the spread of drives between trials at the end of the stimulus",
        &samples,
        Scale::Paper,
    )?;
    let kinds = STIMULI.map(|(_, kind)| Group::Single(kind));
    let spreads = all.learned(&kinds, reset);
    let scores = all.learned(&kinds, single);
    let points: Vec<(f64, f64)> = spreads.into_iter().zip(scores).collect();
    all.claim(
        "stimulus",
        "stimulus-spread",
        "Networks whose trials begin further apart recall worse",
        &Rule::at_most("Spearman's correlation of spread and score", -0.5)
            .of("comparison")
            .from_scale(Scale::Paper),
        &rank_correlation(&points),
    )
}

fn rate_rule(all: &mut Deciding<'_>) -> Result<(), Error> {
    let standard = &one(Kind::SinesRate);
    let score = "the correlation in single trials";
    all.smaller(
        "weak",
        "rate-gate",
        "Rates are learned because only units above threshold are trained",
        score,
        [
            all.sample("all units trained", &one(Kind::RateUngated), single),
            all.sample("above threshold only", standard, single),
        ],
    )?;
    all.smaller(
        "weak",
        "rate-stimulus",
        "The rate rule too is hurt by a weak stimulus",
        score,
        [
            all.sample("50 ms, amplitude 1", &one(Kind::RateBrief), single),
            all.sample("100 ms, amplitude 2", standard, single),
        ],
    )?;
    all.smaller(
        "weak",
        "rate-synapse",
        "Its scores are limited by the noise of few spikes: slower synapses help",
        score,
        [
            all.sample("20 ms", standard, single),
            all.sample("40 ms", &one(Kind::RateSlow), single),
        ],
    )?;
    all.claim(
        "weak",
        "rate-noise",
        "Most of what single trials lack is that noise: the average is much better",
        &Rule::at_least("correlation of the average less that of single trials", 0.1)
            .from_scale(Scale::Paper),
        &all.learned(standard, |f| averaged(f) - single(f)),
    )?;
    all.claim(
        "weak",
        "rate-longer",
        "More loops help the rate rule: its tests improve in the second half",
        &Rule::above("correlation in the last test less that after 20 loops", 0.0)
            .from_scale(Scale::Paper),
        &all.learned(standard, |f| {
            let early = f.stages.iter().find(|stage| stage.loops == 20);
            single(f) - or_nan(early.and_then(|stage| stage.single))
        }),
    )
}

fn products(all: &mut Deciding<'_>) -> Result<(), Error> {
    let (few, slow) = (&one(Kind::ProductsFew), &one(Kind::ProductsFewSlow));
    let score = "the correlation in single trials";
    all.smaller(
        "weak",
        "products-size",
        "Products of sines need the 500 units of the paper",
        score,
        [
            all.sample("200 units", few, single),
            all.sample("500 units", &one(Kind::Products), single),
        ],
    )?;
    all.smaller(
        "weak",
        "products-speed",
        "It is the fast factor that 200 units cannot make",
        score,
        [
            all.sample("fast factor", few, single),
            all.sample("both slow", slow, single),
        ],
    )?;
    all.claim(
        "weak",
        "products-slow",
        "200 units learn products without the fast factor",
        &Rule::at_least("correlation in single test trials", FOLLOWS).from_scale(Scale::Paper),
        &all.learned(slow, single),
    )
}

/// The score of the last test less that after the first loop.
fn gained(found: &Learned) -> f64 {
    let first = found.stages.first().and_then(|stage| stage.single);
    single(found) - or_nan(first)
}

/// The correlation in training of the last loop less that of the first.
fn training_gained(found: &Learned) -> f64 {
    let of = |l: Option<&crate::spiking_rls::measured::Loop>| or_nan(l.map(|l| l.correlation));
    of(found.loops.last()) - of(found.loops.first())
}

fn tracking_is_not_memory(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (name, words, kind) in [
        ("izhikevich", "Izhikevich's units", Kind::Izhikevich),
        (
            "products",
            "200 units with products of sines",
            Kind::ProductsFew,
        ),
    ] {
        let group = &one(kind);
        all.claim(
            "weak",
            &format!("{name}-training-falls"),
            &format!("The correlation in training falls from the first loop on ({words})"),
            &Rule::below("correlation in the last loop less that in the first", 0.0)
                .from_scale(Scale::Paper),
            &all.learned(group, training_gained),
        )?;
        all.claim(
            "weak",
            &format!("{name}-tests-rise"),
            &format!("Yet the tests improve: early loops correct and do not remember ({words})"),
            &Rule::above(
                "correlation of the last test less that after the first loop",
                0.0,
            )
            .from_scale(Scale::Paper),
            &all.learned(group, gained),
        )?;
    }
    all.smaller(
        "weak",
        "izhikevich-first-loop",
        "With seldom updates the first loop of Izhikevich's units corrects less",
        "the correlation in the first loop of training",
        [
            all.sample("10 ms", &one(Kind::IzhikevichSeldom), first_loop),
            all.sample("2 ms", &one(Kind::Izhikevich), first_loop),
        ],
    )
}

fn first_loop(found: &Learned) -> f64 {
    or_nan(found.loops.first().map(|l| l.correlation))
}

const GAINS: [(&str, Kind); 5] = [
    ("no weights", Kind::Unconnected),
    ("gain 1", Kind::Gain1),
    ("gain 2", Kind::Gain2),
    ("gain 4", Kind::Sines),
    ("gain 8", Kind::Gain8),
];

fn gains(all: &mut Deciding<'_>) -> Result<(), Error> {
    for (name, kind) in [GAINS[1], GAINS[2], GAINS[4]] {
        let id = format!("gain-{}", name.trim_start_matches("gain "));
        all.follows(
            "gain",
            &id,
            &format!("Networks of initial weights of {name} learn sine waves"),
            &one(kind),
            Scale::Quick,
        )?;
    }
    let samples = GAINS.map(|(name, kind)| all.sample(name, &one(kind), single));
    all.alike(
        "gain",
        "gain-alike",
        "The initial dynamics and connectivity do not matter",
        "the correlation in single trials",
        &samples,
        (0.1, Scale::Paper),
    )
}

fn heterogeneity(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = one(Kind::Heterogeneity);
    let of = |all: &Deciding<'_>, value: &dyn Fn(&Heterogeneity) -> f64| {
        all.each(&group, |found| {
            found.heterogeneity().map_or(f64::NAN, value)
        })
    };
    let quick = |rule: Rule| rule.from_scale(Scale::Quick);
    let rises = |points: &[[f64; 2]]| {
        let pairs: Vec<(f64, f64)> = points.iter().map(|p| (p[0], p[1])).collect();
        or_nan(rank_correlation(&pairs).first().copied())
    };
    let values = of(all, &|h| rises(&h.ranks));
    all.claim(
        "heterogeneity",
        "rank-random",
        "The rank of the rate patterns rises with the share of random targets",
        &quick(Rule::at_least(
            "Spearman's correlation of share and rank",
            0.8,
        )),
        &values,
    )?;
    let values = of(all, &|h| rises(&h.dimensions));
    all.claim(
        "heterogeneity",
        "dimension-random",
        "So does their dimension (participation ratio)",
        &quick(Rule::at_least(
            "Spearman's correlation of share and dimension",
            0.8,
        )),
        &values,
    )?;
    let largest = |points: &[[f64; 2]], inside: &dyn Fn(f64) -> bool| {
        let errors = points.iter().filter(|p| inside(p[0])).map(|p| p[1]);
        errors.fold(0.0, f64::max)
    };
    let values = of(all, &|h| largest(&h.capacity, &|load| load <= 0.5));
    all.claim(
        "heterogeneity",
        "bins-below-units",
        "With more units than bins of time the equations can always be solved",
        &quick(Rule::at_most(
            "relative error up to half as many bins as units",
            0.01,
        )),
        &values,
    )?;
    let least = |points: &[[f64; 2]]| {
        let errors = points.iter().filter(|p| p[0] >= 2.0).map(|p| p[1]);
        errors.fold(f64::INFINITY, f64::min)
    };
    let values = of(all, &|h| least(&h.capacity));
    all.claim(
        "heterogeneity",
        "bins-above-units",
        "With more bins than units perfect learning is not possible",
        &quick(Rule::at_least(
            "relative error from twice as many bins on",
            0.1,
        )),
        &values,
    )?;
    let solved = |h: &Heterogeneity| {
        h.batch
            .iter()
            .map(|b| b.solved)
            .fold(f64::INFINITY, f64::min)
    };
    let values = of(all, &solved);
    all.claim(
        "heterogeneity",
        "batch-solves",
        "Weights that solve the quasi-static equation can be found at once",
        &quick(Rule::at_least("correlation of W phi(U) with U", 0.9)),
        &values,
    )?;
    let behind = |h: &Heterogeneity| {
        let tests = h.batch.iter().map(|b| b.test.single().unwrap_or(0.0));
        or_nan(Test::single(&h.recursive)) - tests.fold(f64::NEG_INFINITY, f64::max)
    };
    let values = of(all, &behind);
    all.claim(
        "heterogeneity",
        "batch-unstable",
        "But they do not make the network produce the targets: weights must be trained as it runs",
        &quick(Rule::at_least(
            "correlation after recursive learning less that of the better batch solution",
            0.2,
        )),
        &values,
    )
}
