//! Supplement 1, how fast the rules may be, and the printed background of the stimulus.

use neuro_analysis::spearman;

use super::{
    Deciding, compared, excess, fluctuation, median, settled_unevenness, silent, unevenness,
};
use crate::derivative_feedback::figures::{BACKGROUNDS, SPEEDS, WEAK};
use crate::derivative_feedback::measured::Ring;
use crate::{Error, Rule, Scale};

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    modes(all)?;
    speeds(all)?;
    background(all)
}

/// Spearman's correlation of the decay of a mode with its missing balance, over modes and stages.
fn correspondence(ring: &Ring) -> f64 {
    let (mut decay, mut missing) = (Vec::new(), Vec::new());
    for stage in &ring.stages {
        for mode in 0..3 {
            decay.push(stage.decay[mode].unwrap_or(f64::NAN));
            missing.push(1.0 - stage.ratios[mode]);
        }
    }
    spearman(&decay, &missing).map_or(f64::NAN, |found| found.coefficient)
}

fn modes(all: &mut Deciding<'_>) -> Result<(), Error> {
    let group = [WEAK];
    all.claim(
        "s1",
        "s1a-longer",
        "Modes decay more slowly with learning",
        &Rule::at_most(
            "largest |1/tau| of modes 1 and 2 after by the smallest before learning",
            0.25,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            let of = |stage: &crate::derivative_feedback::measured::Stage, mode: usize| {
                stage.decay[mode].map_or(f64::NAN, f64::abs)
            };
            let (first, last) = (r.first(), r.last());
            of(last, 1).max(of(last, 2)) / of(first, 1).min(of(first, 2))
        }),
    )?;
    all.claim(
        "s1",
        "s1a-eigenvalues",
        "The rates of decay correspond to the eigenvalues",
        &Rule::at_least(
            "Spearman correlation of 1/tau with 1 - ratio over modes 0 to 2 and all stages",
            0.8,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, correspondence),
    )?;
    all.claim(
        "s1",
        "s1b-sinusoids",
        "The leading eigenvectors stay close to sinusoids while the ring learns",
        &Rule::at_least(
            "smallest share of the power of the first, third and fifth eigenvector in one Fourier \
             mode, at any stage,",
            0.8,
        )
        .from_scale(Scale::Quick),
        &all.rings(&group, |r| {
            let shares = r.stages.iter().flat_map(|stage| &stage.purity);
            shares.fold(f64::INFINITY, |m: f64, share| m.min(*share))
        }),
    )
}

fn speeds(all: &mut Deciding<'_>) -> Result<(), Error> {
    let [
        combined,
        slow,
        fast,
        homeostatic,
        fast_alone,
        fast_differential,
    ] = SPEEDS.map(|group| [group]);
    let unsteady = |r: &Ring| fluctuation(r, |stage| stage.ratios[0]);
    for (id, words, groups) in [
        ("speeds-fast-combined", "both rules", [&combined, &fast]),
        (
            "speeds-fast-alone",
            "homeostatic plasticity alone",
            [&homeostatic, &fast_alone],
        ),
    ] {
        all.claim(
            "speeds",
            id,
            &format!("Too fast homeostasis (10 times) leads to oscillation: {words}"),
            &compared(
                "the sd of the balance of mode 0 over stages is smaller at the paper's speed",
            ),
            &all.smaller([groups[0], groups[1]], unsteady),
        )?;
    }
    all.claim(
        "speeds",
        "speeds-slow-silent",
        "Too slow homeostasis (a tenth) does not prevent silent units",
        &Rule::at_least("silent units", 1.0).from_scale(Scale::Paper),
        &all.rings(&slow, silent),
    )?;
    all.claim(
        "speeds",
        "speeds-slow-uneven",
        "Too slow homeostasis (a tenth) does not keep translation invariance",
        &compared("sd / mean is smaller at the paper's speed"),
        &all.smaller([&combined, &slow], settled_unevenness),
    )?;
    all.claim(
        "speeds",
        "speeds-fast-differential",
        "Too fast differential learning (100 times) breaks translation invariance",
        &compared("sd / mean after learning is smaller at the paper's speed"),
        &all.smaller([&[WEAK], &fast_differential], unevenness),
    )?;
    all.claim(
        "speeds",
        "speeds-ratio-error",
        "At the paper's speeds the memory is the better of the three ratios of speeds",
        &Rule::holds(
            "the median decoding error is lower than with homeostasis 10 times as fast or slow",
        )
        .of("comparisons")
        .from_scale(Scale::Paper),
        &{
            let [standard, slow, fast] =
                [&combined, &slow, &fast].map(|group| all.rings(group, excess));
            if standard.is_empty() || slow.is_empty() || fast.is_empty() {
                vec![]
            } else {
                let [standard, slow, fast] = [standard, slow, fast].map(|errors| median(&errors));
                vec![super::truth(standard < slow && standard < fast)]
            }
        },
    )
}

fn background(all: &mut Deciding<'_>) -> Result<(), Error> {
    let [fitting, printed] = BACKGROUNDS.map(|group| [group]);
    let growth = |r: &Ring| median(&r.later(|stage| stage.peaks[2] / stage.peaks[1]));
    all.claim(
        "background",
        "background-excess",
        "With the printed background, too low for the target, homeostasis settles above balance",
        &compared("the balance of mode 0 is smaller with the fitting background"),
        &all.smaller([&fitting, &printed], |r| median(&r.later(|s| s.ratios[0]))),
    )?;
    all.claim(
        "background",
        "background-growth",
        "With the printed background activity grows in the delay, as in Figure 4A",
        &compared(
            "the largest rate at the end by that at 1 s is smaller with the fitting background",
        ),
        &all.smaller([&fitting, &printed], growth),
    )
}
