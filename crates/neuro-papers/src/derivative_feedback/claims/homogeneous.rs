//! Figures 1 to 4 and the stability analysis: the homogeneous model.

use super::{Deciding, truth};
use crate::derivative_feedback::measured::{Homogeneous, Learning, Oscillation, Sweep, Traces};
use crate::{Error, Rule, Scale};

/// Places of the learning runs in the measurements.
const DIFFERENTIAL: usize = 0;
const TUNED: usize = 1;
const HIGH_TARGET: usize = 2;
const LOW_TARGET: usize = 3;
const FAST: usize = 4;

/// End of the stimulus in [`Homogeneous::times`].
const STIMULUS_END: usize = 10;

/// Rate at the end by that at the start of the delay, for each input.
fn retained(traces: &Traces) -> impl Iterator<Item = f64> + '_ {
    let share = |rates: &Vec<f64>| rates[rates.len() - 1] / rates[STIMULUS_END];
    traces.rates.iter().map(share)
}

fn least(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::INFINITY, f64::min)
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(f64::NEG_INFINITY, f64::max)
}

/// Mean and standard deviation of `W / w` over the last tenth of the trials.
fn settled(learning: &Learning) -> [f64; 2] {
    let all = &learning.weights;
    let last = &all[all.len() - all.len().div_ceil(10)..];
    let n = last.len() as f64;
    let mean = last.iter().sum::<f64>() / n;
    let squares: f64 = last.iter().map(|w| (w - mean).powi(2)).sum();
    [mean, (squares / n).sqrt()]
}

/// Slope of the logarithm of the trials against that of the parameter, from the first to the last.
fn exponent(sweep: &Sweep) -> f64 {
    let (first, last) = (sweep.trials[0], sweep.trials[sweep.trials.len() - 1]);
    (last[1] / first[1]).ln() / (last[0] / first[0]).ln()
}

fn monotone(sweep: &Sweep, rising: bool) -> f64 {
    truth(
        sweep
            .trials
            .is_sorted_by(|a, b| (a[1] < b[1]) == rising && a[1] != b[1]),
    )
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    figure_1(all)?;
    figure_2(all)?;
    figure_3(all)?;
    figure_4(all)?;
    stability(all)
}

fn figure_1(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "1",
        "1a-persistent",
        "Balanced, the network keeps its rate in the delay",
        &Rule::between(
            "rate at the end by that at the start of the delay, W = w + 1,",
            0.99,
            1.01,
        ),
        &all.homogeneous(|f| least(retained(&f.before[0]))),
    )?;
    all.claim(
        "1",
        "1a-graded",
        "The rate that is kept is graded: it follows the strength of the input",
        &Rule::between(
            "rate at the end for input 1000 by that for input 250",
            3.9,
            4.1,
        ),
        &all.homogeneous(|f| {
            let end = |k: usize| f.before[0].rates[k].last().copied().unwrap_or(f64::NAN);
            end(2) / end(0)
        }),
    )?;
    all.claim(
        "1",
        "1a-large-w",
        "With excitation equal to inhibition the decay is slow already (w_der large)",
        &Rule::at_least(
            "rate at the end by that at the start of the delay, W = w,",
            0.5,
        ),
        &all.homogeneous(|f| least(retained(&f.before[1]))),
    )?;
    all.claim(
        "1",
        "1b-decay",
        "A tenth less excitation makes the activity decay rapidly",
        &Rule::at_most(
            "rate at the end by that at the start of the delay, W = 0.9 w,",
            0.01,
        ),
        &all.homogeneous(|f| largest(retained(&f.before[2]))),
    )?;
    all.claim(
        "1",
        "1c-balance",
        "Differential plasticity recovers the balance of excitation and inhibition",
        &Rule::between("W / w after 100 trials", 0.99, 1.01).from_scale(Scale::Quick),
        &all.homogeneous(|f| f.learning[DIFFERENTIAL].after.weight),
    )?;
    all.claim(
        "1",
        "1d-persistent",
        "After differential plasticity the network keeps graded rates",
        &Rule::holds("rates at the end are 0.95 to 1.05 of those at the start of the delay")
            .from_scale(Scale::Quick),
        &all.homogeneous(|f| {
            let mut kept = retained(&f.learning[DIFFERENTIAL].after);
            truth(kept.all(|share| (0.95..=1.05).contains(&share)))
        }),
    )
}

fn figure_2(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "2",
        "2a-field",
        "Rates fall below the balanced weight and rise above it, so that only dr/dt = 0 is reached \
         when trials go on",
        &Rule::holds("dr/dt has the sign of W - (w + 1) all over the phase plane"),
        &all.homogeneous(|f| {
            let mut field = f.phase_plane.field.iter().filter(|x| x[0] > 0.0);
            truth(field.all(|x| (x[2] > 0.0) == (x[1] > 1.002)))
        }),
    )?;
    all.claim(
        "2",
        "2b-alpha",
        "The faster the learning, the fewer the trials to recover",
        &Rule::holds("mean trials until W is within 1 % of w fall with alpha")
            .from_scale(Scale::Quick),
        &all.homogeneous(|f| monotone(&f.sweeps[0], false)),
    )?;
    all.claim(
        "2",
        "2c-inhibition",
        "The time to recover scales with w_inh",
        &Rule::between("exponent of the mean trials against w", 0.7, 1.3).from_scale(Scale::Quick),
        &all.homogeneous(|f| exponent(&f.sweeps[1])),
    )?;
    all.claim(
        "2",
        "2c-like-alpha",
        "Increasing w_inh is the same as decreasing alpha",
        &Rule::between(
            "trials with w doubled by trials with alpha halved",
            0.8,
            1.25,
        )
        .from_scale(Scale::Quick),
        &all.homogeneous(|f| f.sweeps[1].trials[3][1] / f.sweeps[0].trials[1][1]),
    )?;
    all.claim(
        "2",
        "2d-depth",
        "The larger the perturbation, the longer the recovery",
        &Rule::holds("mean trials rise with the perturbation").from_scale(Scale::Quick),
        &all.homogeneous(|f| monotone(&f.sweeps[2], true)),
    )?;
    all.claim(
        "2",
        "2e-input",
        "The stronger the inputs, the faster the recovery",
        &Rule::holds("mean trials fall with the mean input").from_scale(Scale::Quick),
        &all.homogeneous(|f| monotone(&f.sweeps[3], false)),
    )
}

fn figure_3(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "3",
        "3b-balance",
        "Homeostatic plasticity recovers the balance when the input fits its target",
        &Rule::between("mean W / w over the last tenth of the trials", 0.99, 1.01)
            .from_scale(Scale::Quick),
        &all.homogeneous(|f| settled(&f.learning[TUNED])[0]),
    )?;
    all.claim(
        "3",
        "3c-persistent",
        "Afterwards the network keeps graded rates",
        &Rule::holds("rates at the end are 0.7 to 1.4 of those at the start of the delay")
            .from_scale(Scale::Quick),
        &all.homogeneous(|f| {
            let mut kept = retained(&f.learning[TUNED].after);
            truth(kept.all(|share| (0.7..=1.4).contains(&share)))
        }),
    )
}

fn figure_4(all: &mut Deciding<'_>) -> Result<(), Error> {
    let drift = |which: usize| {
        move |f: &Homogeneous| f.learning[which].rates[1] / f.learning[which].rates[0]
    };
    let more = |which: usize| {
        move |f: &Homogeneous| settled(&f.learning[which])[0] - settled(&f.learning[TUNED])[0]
    };
    all.claim(
        "4",
        "4a-drift",
        "With inputs that are low for the target, rates drift upwards in the delay",
        &Rule::at_least(
            "mean rate at the end by that at the start of the delay",
            1.2,
        )
        .from_scale(Scale::Quick),
        &all.homogeneous(drift(HIGH_TARGET)),
    )?;
    all.claim(
        "4",
        "4a-excess",
        "Excitation then settles in excess of inhibition",
        &Rule::above("mean W / w minus that of the tuned network", 0.0).from_scale(Scale::Quick),
        &all.homogeneous(more(HIGH_TARGET)),
    )?;
    all.claim(
        "4",
        "4b-decay",
        "With inputs that are high for the target, rates decay in the delay",
        &Rule::at_most(
            "mean rate at the end by that at the start of the delay",
            0.8,
        )
        .from_scale(Scale::Quick),
        &all.homogeneous(drift(LOW_TARGET)),
    )?;
    all.claim(
        "4",
        "4b-deficit",
        "Excitation then settles below what balance needs",
        &Rule::below("mean W / w minus that of the tuned network", 0.0).from_scale(Scale::Quick),
        &all.homogeneous(more(LOW_TARGET)),
    )?;
    all.claim(
        "4",
        "4c-oscillation",
        "Faster homeostatic plasticity goes on oscillating from trial to trial, though inputs are tuned",
        &Rule::at_least("sd of W / w over trials by that of the slower rule", 3.0)
            .from_scale(Scale::Quick),
        &all.homogeneous(|f| settled(&f.learning[FAST])[1] / settled(&f.learning[TUNED])[1]),
    )?;
    all.claim(
        "4",
        "4c-variable",
        "The same input then gives different activity in different trials",
        &Rule::at_least(
            "range by mean of the rate at the end, three trials with one input,",
            0.2,
        )
        .from_scale(Scale::Quick),
        &all.homogeneous(|f| {
            let ends = f.learning[FAST].repeated.iter();
            let ends = ends.map(|rates| rates[rates.len() - 1]);
            let mean = ends.clone().sum::<f64>() / f.learning[FAST].repeated.len() as f64;
            (largest(ends.clone()) - least(ends)) / mean
        }),
    )
}

fn stability(all: &mut Deciding<'_>) -> Result<(), Error> {
    all.claim(
        "stability",
        "stability-frequency",
        "Near the homeostatic steady state the oscillation is the faster, the faster the learning",
        &Rule::holds(
            "the frequencies of the linearised equations and of simulations rise with alpha",
        ),
        &all.homogeneous(|f| {
            let rising = |value: fn(&Oscillation) -> f64| {
                f.oscillations.is_sorted_by(|a, b| value(a) < value(b))
            };
            let simulated = |o: &Oscillation| o.simulated.unwrap_or(f64::NAN);
            truth(rising(|o| o.frequency) && rising(simulated))
        }),
    )?;
    all.claim(
        "stability",
        "stability-damped",
        "The oscillation is damped",
        &Rule::at_most(
            "growth by frequency of the linearised equations, the largest over alpha,",
            -1e-3,
        ),
        &all.homogeneous(|f| largest(f.oscillations.iter().map(|o| o.growth / o.frequency))),
    )?;
    for (k, id, which) in [
        (1, "stability-speed-printed", "as printed"),
        (0, "stability-speed-divided", "divided by w"),
    ] {
        all.claim(
            "stability",
            id,
            &format!("w_inh has no effect on the speed of homeostatic recovery (the rule {which})"),
            &Rule::between("exponent of the mean trials against w", -0.2, 0.2)
                .from_scale(Scale::Quick),
            &all.homogeneous(|f| exponent(&f.homeostatic_sweeps[k])),
        )?;
    }
    all.claim(
        "stability",
        "stability-three-variables",
        "The three-variable form approaches the one-variable form as w grows",
        &Rule::holds("the relative difference falls with w, to below 2 %"),
        &all.homogeneous(|f| {
            let falls = f.three_variables.is_sorted_by(|a, b| a[1] > b[1]);
            truth(falls && f.three_variables.last().is_some_and(|x| x[1] < 0.02))
        }),
    )?;
    all.claim(
        "stability",
        "stability-invariant",
        "Differential plasticity keeps W + alpha r^2 / 2 in the delay (from Eq. 2)",
        &Rule::below("largest relative change in a delay", 1e-6),
        &all.homogeneous(|f| f.invariant),
    )
}
