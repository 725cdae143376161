//! Figures 2 and 3, Supplement 1, 3 and 6: networks trained without noise on the frequency task.

use neuro_analysis::correlation::spearman;

use super::{Deciding, convergence, delay_end, is_cycle, pearson_end, truth};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Kind};
use crate::{Error, Rule, Scale};

const PLAIN: [Group; 1] = [Group::Plain];

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    answers(all)?;
    attractor(all)?;
    amplitude(all)?;
    delay(all)
}

fn answers(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "2a",
        "2a-accuracy",
        "Frequencies at least 1 apart are compared correctly in more than 95 % of the trials",
        &Rule::above("accuracy over test trials with gap >= 1", 0.95).from_scale(Scale::Paper),
        &all.each(&PLAIN, |f| f.behaviour.accuracy_far),
    )?;
    all.claim(
        "2a",
        "2a-sigmoid",
        "The psychometric curve is a monotone sigmoid through one half at no difference",
        &Rule::holds(
            "a fitted logistic rises and crosses 1/2 within 0.25 of no difference, and no bin's 95 % \
             interval lies wholly below that of a bin of smaller difference",
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            let centred = f.behaviour.threshold.is_some_and(|t| t.abs() <= 0.25);
            truth(centred && f.behaviour.rises)
        }),
    )?;
    all.claim(
        "2a",
        "2a-falls",
        "The share of correct answers falls as the difference becomes smaller",
        &Rule::at_least("accuracy with gap >= 1 minus accuracy with gap < 1", 0.05)
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            f.behaviour.accuracy_far - f.behaviour.accuracy_near
        }),
    )?;
    all.claim(
        "2b",
        "2b-gradient",
        "The state at the end of the second signal changes continuously with the difference",
        &Rule::at_least(
            "cross-validated R^2 of the difference, decoded linearly from three principal components \
             of x(T_a),",
            0.7,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.behaviour.gradient),
    )?;
    all.claim(
        "2b",
        "2b-plane",
        "A plane separates states by which frequency was higher",
        &Rule::at_least(
            "cross-validated share of trials with gap >= 1 on the right side of a plane in the space \
             of three principal components of x(T_a)",
            0.9,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.behaviour.plane_accuracy),
    )
}

fn attractor(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "3a",
        "3a-cycle",
        "When the delay is prolonged, the activity converges to a limit cycle",
        &Rule::holds("the undriven state returns after a period of its own, not rounded to steps,")
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, is_cycle),
    )?;
    all.claim(
        "3a",
        "3a-one-cycle",
        "The limit cycle does not depend on the first frequency",
        &Rule::holds("all first signals lead to one cycle, up to phase and the sign of the state")
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| truth(f.attractor.one_cycle == Some(true))),
    )?;
    all.claim(
        "3a",
        "3a-growth",
        "The oscillation grows slowly towards the limit cycle",
        &Rule::below("mean |x(T_f)| by the mean |x| of the attractor", 1.0)
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.norm_end / f.attractor.norm),
    )?;
    all.claim(
        "3a",
        "3a-manifold",
        "After the first signal the activity is attracted to a low-dimensional manifold",
        &Rule::at_least("share of the variance of x(T_f) in three components", 0.9)
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.three_components),
    )?;
    let end = delay_end(Group::Plain);
    all.claim(
        "s6",
        "convergence-time",
        "Convergence to the limit cycle takes several times as long as the delay lasts",
        &Rule::at_least("mean convergence time by T_f", 3.0).from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| convergence(f, end)),
    )?;
    all.claim(
        "s6",
        "s6-grows",
        "The convergence time grows with the accuracy while the network learns",
        &Rule::at_least(
            "Spearman correlation of convergence time and accuracy over the stages of training",
            0.5,
        )
        .from_scale(Scale::Paper),
        &all.each(&PLAIN, convergence_with_accuracy),
    )?;
    all.claim(
        "s3",
        "s3-saddles",
        "There are slow points that act as saddles",
        &Rule::at_least(
            "fixed or slow points off the origin with stable and unstable directions, counted,",
            1.0,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            let saddles = f
                .points
                .points
                .iter()
                .filter(|p| p.unstable > 0 && !p.origin);
            saddles.count() as f64
        }),
    )?;
    all.claim(
        "s3",
        "s3-pass",
        "The activity passes by these points after the first signal",
        &Rule::at_most(
            "smallest distance from a saddle during the delay, by the mean |x|,",
            0.5,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.points.approach.unwrap_or(f64::NAN)),
    )?;
    all.claim(
        "s3",
        "no-line-attractor",
        "Learning does not shape a line attractor",
        &Rule::holds("no fixed point has an eigenvalue of the flow below 0.01 in modulus")
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            let fixed = f.points.points.iter().filter(|p| p.fixed);
            truth(fixed.into_iter().all(|p| p.least_eigenvalue >= 0.01))
        }),
    )
}

fn convergence_with_accuracy(found: &Found) -> f64 {
    let stages = || found.stages.iter().filter(|s| s.kind != Kind::Unresolved);
    let (time, accuracy): (Vec<f64>, Vec<f64>) = stages()
        .filter_map(|s| s.convergence.map(|time| (time, s.accuracy)))
        .unzip();
    spearman(&time, &accuracy).map_or(f64::NAN, |c| c.coefficient)
}

fn amplitude(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "3d",
        "3d-end",
        "At the end of the delay the amplitude |x| falls strongly with the first frequency",
        &Rule::at_most("Pearson correlation of |x(T_f)| with omega_1", -0.7)
            .from_scale(Scale::Quick),
        &all.each(&PLAIN, pearson_end),
    )?;
    all.claim(
        "3d",
        "3d-start",
        "At the beginning of the delay there is no such monotone relation",
        &Rule::between("Spearman correlation of |x(T_s)| with omega_1", -0.5, 0.5)
            .from_scale(Scale::Paper),
        &all.each(&PLAIN, |f| f.code.start[1]),
    )?;
    all.claim(
        "3d",
        "3d-shaped",
        "The relation is shaped during the delay",
        &Rule::above(
            "|Pearson correlation| of |x| with omega_1 at T_f minus that at T_s",
            0.0,
        )
        .from_scale(Scale::Paper),
        &all.each(&PLAIN, |f| f.code.end[0].abs() - f.code.start[0].abs()),
    )?;
    all.claim(
        "3e",
        "3e-ring",
        "Each frequency has one radius, on which signals of all phases lie",
        &Rule::holds(
            "at least 80 % of the variance of |x(T_f)| lies between the frequencies 1.5, 3 and 4.5, \
             and their mean radii fall in this order,",
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            truth(f.code.ring_share >= 0.8 && f.code.ring_falls)
        }),
    )?;
    all.claim(
        "3e",
        "3e-dampened",
        "The delay dampens what the signal says beside its frequency",
        &Rule::above(
            "cross-validated R^2 of the cosine of the phase, decoded linearly, at T_s minus at T_f",
            0.0,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| {
            let decoded = f.code.nuisance_decoded;
            decoded.map_or(f64::NAN, |[start, end]| start - end)
        }),
    )?;
    all.claim(
        "3f",
        "3f-shift",
        "The second signal moves a state of large amplitude towards 'second is higher', one of small \
         amplitude the other way",
        &Rule::at_least(
            "correlation of |x(T_f)| with the displacement along the readout's axis during the second \
             signal",
            0.5,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.shift),
    )?;
    all.claim(
        "3f",
        "3f-component",
        "The first step of that displacement is seen along the third principal component",
        &Rule::at_least(
            "|correlation| of |x(T_f)| with the first step along the third component, over six \
             frequencies and phases,",
            0.5,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.third_component.abs()),
    )
}

fn delay(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "s1",
        "s1-moves",
        "The activity keeps changing throughout the delay",
        &Rule::above(
            "smallest step |x(t+1) - x(t)| in the delay, mean over trials,",
            0.02,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.least_speed),
    )?;
    all.claim(
        "s1",
        "mean-stationary",
        "The mean over all units is almost stationary while single units oscillate",
        &Rule::at_most(
            "standard deviation over the delay of the mean over units, by that of single units,",
            0.2,
        )
        .from_scale(Scale::Quick),
        &all.each(&PLAIN, |f| f.code.mean_stationarity),
    )
}
