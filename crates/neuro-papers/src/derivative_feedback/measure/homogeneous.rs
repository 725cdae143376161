//! Figures 1 to 4, and what follows from the equations: the homogeneous model.

use neuro_core::integrate::RungeKutta4;
use neuro_core::{Domain, Streams, System};
use neuro_models::Error as ModelError;
use neuro_models::derivative_feedback::{Homogeneous as Model, HomogeneousConfig, HomogeneousRule};
use rand::{Rng, RngExt};

use super::stability::{invariant, oscillation, three_variables};
use crate::claims::four_digits;
use crate::derivative_feedback::measured::{
    Found, Homogeneous, Learning, Measured, PhasePlane, Sweep, Traces, VERSION,
};
use crate::derivative_feedback::networks::Assignment;
use crate::{Error, Scale, Session};

/// Inputs of the trials that figures show.
pub(super) const INPUTS: [f64; 3] = [250.0, 500.0, 1000.0];

/// Step of the integration: 1e-4 of a rate that decays.
const STEP: f64 = 0.5;

/// Steps from one rate that is kept to the next.
const KEPT_EVERY: usize = 10;

/// A run that has not come near balance by then counts as this many trials.
const MOST_TRIALS: u64 = 5_000;

/// Trials of the course in the phase plane.
const COURSE: u64 = 40;

/// How much is done.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// Trials of differential and of homeostatic learning.
    trials: [u64; 2],
    /// Runs over which the trials of a sweep are averaged.
    repeats: u64,
}

impl Effort {
    fn of(scale: Scale) -> Self {
        let (quick, paper) = ([100, 1_000], [100, 1_000]);
        Self {
            trials: scale.choose([20, 40], quick, paper),
            repeats: scale.choose(1, 5, 20),
        }
    }
}

/// The homeostatic rule of another speed or target.
pub(super) fn rule(homeostatic: f64, target: f64) -> HomogeneousRule {
    HomogeneousRule {
        homeostatic,
        target,
        ..HomogeneousRule::homeostatic()
    }
}

/// The model with a rule.
pub(super) fn config(rule: HomogeneousRule) -> HomogeneousConfig {
    HomogeneousConfig {
        rule,
        ..HomogeneousConfig::default()
    }
}

/// Measures.
pub(in crate::derivative_feedback) fn measure(
    session: &Session,
    assignment: Assignment,
) -> Result<Measured, Error> {
    let effort = Effort::of(session.options.scale);
    let found = find(Streams::new(assignment.seed), &effort).map_err(assignment.failed())?;
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended: "completed".into(),
        found: Some(Found::Homogeneous(Box::new(found))),
    })
}

fn find(streams: Streams, effort: &Effort) -> Result<Homogeneous, ModelError> {
    let base = config(HomogeneousRule::differential());
    let w = base.inhibition;
    let [few, many] = effort.trials;
    let before = [w + 1.0, w, 0.9 * w].map(|weight| traces(&base, weight));
    let learning = [
        learn(&base, few, streams),
        learn(&config(rule(2e-5, 50.0)), many, streams),
        learn(&config(rule(2e-5, 80.0)), many, streams),
        learn(&config(rule(2e-5, 25.0)), many, streams),
        learn(&config(rule(1e-3, 50.0)), many, streams),
    ];
    Ok(Homogeneous {
        times: times(&base)?,
        before: before.into_iter().collect::<Result<_, _>>()?,
        learning: learning.into_iter().collect::<Result<_, _>>()?,
        phase_plane: phase_plane(&base, streams)?,
        sweeps: sweeps(streams, effort)?,
        homeostatic_sweeps: homeostatic_sweeps(streams, effort)?,
        oscillations: [2e-5, 1e-4, 5e-4, 1e-3]
            .into_iter()
            .map(oscillation)
            .collect::<Result<_, _>>()?,
        three_variables: [20.0, 80.0, 320.0]
            .into_iter()
            .map(three_variables)
            .collect::<Result<_, _>>()?,
        invariant: invariant(&base)?,
    })
}

/// Rates of one trial, and their times.
fn course(model: &Model, input: f64) -> Result<(Vec<f64>, Vec<f64>), ModelError> {
    let [driven, alone] = model.course(input, &RungeKutta4, STEP, KEPT_EVERY)?;
    let point = |part: &neuro_core::integrate::Solution, k: usize| (part.time(k), part.state(k)[0]);
    let driven = (0..driven.len()).map(|k| point(&driven, k));
    // The delay starts where the stimulus ends.
    let alone = (1..alone.len()).map(|k| point(&alone, k));
    Ok(driven.chain(alone).unzip())
}

fn times(config: &HomogeneousConfig) -> Result<Vec<f64>, ModelError> {
    Ok(course(&Model::new(*config)?, 0.0)?.0)
}

/// Trials with the weight `weight` at rest.
fn traces(config: &HomogeneousConfig, weight: f64) -> Result<Traces, ModelError> {
    let model = Model::new(HomogeneousConfig {
        weight,
        rule: HomogeneousRule::fixed(),
        ..*config
    })?;
    let rates = INPUTS.map(|input| Ok(course(&model, input)?.1));
    Ok(Traces {
        weight: weight / config.inhibition,
        rates: rates.into_iter().collect::<Result<_, ModelError>>()?,
    })
}

fn learn(
    config: &HomogeneousConfig,
    trials: u64,
    streams: Streams,
) -> Result<Learning, ModelError> {
    let w = config.inhibition;
    let mut model = Model::new(*config)?;
    let mut weights = Vec::new();
    let (mut sums, mut counted) = ([0.0, 0.0], 0.0);
    model.run(streams, trials, &RungeKutta4, STEP, |trial, outcome| {
        weights.push(outcome.weight / w);
        if trial >= trials - trials.div_ceil(10) {
            sums[0] += outcome.rate_at_delay;
            sums[1] += outcome.rate_at_end;
            counted += 1.0;
        }
    })?;
    let at = [
        9 * weights.len() / 10,
        19 * weights.len() / 20,
        weights.len(),
    ];
    let again = at.map(|trial| {
        let weight = w * weights[trial.max(1) - 1];
        Ok(course(
            &Model::new(HomogeneousConfig { weight, ..*config })?,
            INPUTS[0],
        )?
        .1)
    });
    Ok(Learning {
        rates: sums.map(|sum| sum / counted),
        after: traces(config, model.weight())?,
        repeated: again.into_iter().collect::<Result<_, ModelError>>()?,
        weights,
    })
}

fn phase_plane(config: &HomogeneousConfig, streams: Streams) -> Result<PhasePlane, ModelError> {
    let w = config.inhibition;
    let mut model = Model::new(*config)?;
    let flow = model.delay();
    let mut field = Vec::new();
    for i in 0..=11 {
        for j in 0..=10 {
            let (r, weight) = (5.0 * f64::from(j), w * (0.9 + 0.01 * f64::from(i)));
            let mut slope = [0.0; 2];
            flow.rhs(0.0, &[r, weight], &mut slope, &mut ());
            field.push([r, weight / w, slope[0], slope[1] / w]);
        }
    }
    let mut path = Vec::new();
    for trial in 0..COURSE {
        let mut rng = streams.rng(Domain::Trial, trial);
        let input = config.largest_input * rng.random::<f64>();
        for part in model.course(input, &RungeKutta4, STEP, 4 * KEPT_EVERY / 2)? {
            let states = (0..part.len()).map(|k| part.state(k));
            path.extend(states.map(|x| [four_digits(x[0]), x[1] / w]));
        }
        model.trial(input, &RungeKutta4, STEP)?;
    }
    Ok(PhasePlane {
        field,
        course: path,
    })
}

/// Mean number of trials until `W >= 0.99 w`.
fn trials_to_balance(
    config: &HomogeneousConfig,
    streams: Streams,
    effort: &Effort,
) -> Result<f64, ModelError> {
    let mut sum = 0.0;
    for repeat in 0..effort.repeats {
        let own = Streams::new(streams.rng(Domain::User, repeat).next_u64());
        let mut model = Model::new(*config)?;
        while model.weight() < 0.99 * config.inhibition && model.trials() < MOST_TRIALS {
            model.run(own, 1, &RungeKutta4, STEP, |_, _| {})?;
        }
        sum += model.trials() as f64;
    }
    Ok(sum / effort.repeats as f64)
}

fn sweep(
    parameter: &str,
    values: &[f64],
    streams: Streams,
    effort: &Effort,
    config: impl Fn(f64) -> HomogeneousConfig,
) -> Result<Sweep, ModelError> {
    let trials = values.iter().map(|value| {
        let trials = trials_to_balance(&config(*value), streams, effort)?;
        Ok([*value, trials])
    });
    Ok(Sweep {
        parameter: parameter.into(),
        trials: trials.collect::<Result<_, ModelError>>()?,
    })
}

/// The model with another inhibition, perturbation and inputs in proportion.
fn with_inhibition(inhibition: f64, rule: HomogeneousRule) -> HomogeneousConfig {
    HomogeneousConfig {
        inhibition,
        weight: 0.9 * inhibition,
        largest_input: 2.0 * inhibition,
        ..config(rule)
    }
}

/// Values of `w` in the sweeps.
const INHIBITIONS: [f64; 5] = [125.0, 250.0, 500.0, 1000.0, 2000.0];

fn sweeps(streams: Streams, effort: &Effort) -> Result<Vec<Sweep>, ModelError> {
    let base = config(HomogeneousRule::differential());
    Ok(vec![
        sweep(
            "learning speed alpha",
            &[0.0025, 0.005, 0.01, 0.02, 0.04],
            streams,
            effort,
            |differential| {
                config(HomogeneousRule {
                    differential,
                    ..base.rule
                })
            },
        )?,
        sweep("inhibition w", &INHIBITIONS, streams, effort, |w| {
            with_inhibition(w, base.rule)
        })?,
        sweep(
            "perturbation (%)",
            &[2.0, 5.0, 10.0, 15.0, 20.0, 30.0],
            streams,
            effort,
            |depth| HomogeneousConfig {
                weight: (1.0 - depth / 100.0) * base.inhibition,
                ..base
            },
        )?,
        sweep(
            "relative mean input",
            &[0.5, 0.75, 1.0, 1.5, 2.0],
            streams,
            effort,
            |factor| HomogeneousConfig {
                largest_input: factor * base.largest_input,
                ..base
            },
        )?,
    ])
}

fn homeostatic_sweeps(streams: Streams, effort: &Effort) -> Result<Vec<Sweep>, ModelError> {
    let divided = HomogeneousRule::homeostatic();
    let printed = HomogeneousRule {
        homeostatic: divided.homeostatic / HomogeneousConfig::default().inhibition,
        normalise_by_inhibition: false,
        ..divided
    };
    [("divided by w", divided), ("as printed", printed)]
        .into_iter()
        .map(|(name, rule)| {
            sweep(name, &INHIBITIONS, streams, effort, |w| {
                with_inhibition(w, rule)
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_per_cent_take_about_thirty_trials() {
        let effort = Effort {
            trials: [0, 0],
            repeats: 10,
        };
        let base = config(HomogeneousRule::differential());
        let trials = trials_to_balance(&base, Streams::new(0), &effort).expect("bounded");
        // Mean 31.5 and standard deviation 4.6 of single runs.
        assert!((26.0..37.0).contains(&trials), "{trials}");
    }

    #[test]
    fn traces_have_a_rate_for_each_time() {
        let base = config(HomogeneousRule::differential());
        let found = traces(&base, 501.0).expect("bounded");
        let times = times(&base).expect("bounded");
        assert!(found.rates.iter().all(|rates| rates.len() == times.len()));
        assert_eq!((times[0], times[times.len() - 1]), (0.0, 350.0));
        // Perfect integration: input times duration by w + 1.
        let end = found.rates[2][times.len() - 1];
        assert!((end - 1000.0 * 50.0 / 501.0).abs() < 1e-9, "{end}");
    }
}
