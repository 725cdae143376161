//! Measures networks: from training to [`Measured`].

mod balanced;
mod cortical;
mod heterogeneity;
mod quasi_static;
mod testing;
mod theory;

use neuro_core::Streams;
use neuro_core::parallel::Workers;
use neuro_models::spiking_rls::{Network, Recording};

use super::group::{Group, Kind};
use super::lessons::{Lessons, test_streams};
use super::measured::{Ceiling, Found, Learned, Lesion, Loop, Measured, Traces, VERSION};
use super::networks::{self, Assignment, Followed, RASTER_UNITS, TRACE_STEP, Trained, sampled};
use super::plan::{Plan, Targets};
use crate::claims::four_digits;
use crate::{Error, Job, Session};

pub(super) use testing::tested;
use testing::tested_with;

/// Why a measurement was not possible.
pub(super) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Says which network a measurement failed on.
pub(super) fn failed(assignment: Assignment, failure: Failure) -> Error {
    Error::experiment(format!("network {}", assignment.name()), failure)
}

/// Trains and measures one network.
pub(super) fn measure(
    session: &Session,
    assignment: Assignment,
    workers: Workers,
    job: &Job,
) -> Result<Measured, Error> {
    let scale = session.options.scale;
    let streams = Streams::new(assignment.seed);
    let measured = |ended: String, found| Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended,
        found,
    };
    let computed = || "completed".to_string();
    match assignment.group {
        Group::Single(Kind::Heterogeneity) => {
            let found = heterogeneity::measure(scale, streams);
            let found = found.map_err(|e| failed(assignment, e))?;
            return Ok(measured(computed(), Some(Found::Heterogeneity(found))));
        }
        Group::Single(Kind::Theory) => {
            let found = theory::measure(scale, streams);
            let found = found.map_err(|e| failed(assignment, e))?;
            return Ok(measured(computed(), Some(Found::Theory(found))));
        }
        _ => {}
    }
    let Some(plan) = Plan::of(assignment.group, scale) else {
        return Ok(measured("nothing to do".into(), None));
    };
    let trained = networks::train(session, assignment, &plan, workers, job)?;
    session.interrupt.check()?;
    let Some(network) = &trained.network else {
        return Ok(measured(trained.ended, None));
    };
    let found = learned(assignment.group, &plan, &trained, network, streams);
    let found = found.map_err(|e| failed(assignment, e))?;
    let found = Some(Found::Learned(Box::new(found)));
    Ok(measured(trained.ended, found))
}

/// Shares of units that are lost (Figure 3d).
const LOSSES: [f64; 3] = [0.05, 0.1, 0.4];
/// Shares of the weights between cortical units that are shuffled (Figure 5f).
const SHUFFLES: [f64; 4] = [0.1, 0.25, 0.5, 1.0];
/// Trials of a network that has not learned.
const UNTRAINED_TRIALS: u64 = 2;

fn learned(
    group: Group,
    plan: &Plan,
    trained: &Trained,
    network: &Network,
    streams: Streams,
) -> Result<Learned, Failure> {
    let lessons = &trained.lessons;
    let tests = test_streams(streams);
    let mut traces = trained.history.traces.clone();
    let is_shown = shows_traces(group);
    let untrained = match group {
        Group::Single(_) => {
            let network = &trained.untrained;
            let test = tested_with(
                network,
                plan,
                lessons,
                0,
                UNTRAINED_TRIALS,
                tests,
                |trial, recording| {
                    if trial == 0 && is_shown {
                        traces.insert(0, shown(plan, lessons, 0, "untrained", network, recording));
                    }
                },
            )?;
            Some(test)
        }
        _ => None,
    };
    let mut found = Vec::new();
    for pattern in 0..lessons.patterns.len() {
        let labels = LABELS[pattern.min(1)];
        let mut test = tested_with(
            network,
            plan,
            lessons,
            pattern,
            plan.trials,
            tests,
            |trial, recording| {
                if let Some(label) = labels.get(trial as usize).filter(|_| is_shown) {
                    traces.push(shown(plan, lessons, pattern, label, network, recording));
                }
                if trial == 0 && has_voltage(group) {
                    traces.push(voltage(plan, network, recording));
                }
            },
        )?;
        test.training = last_training(&trained.history.loops, pattern);
        found.push(test);
    }
    let ceiling = match lessons.drives.first() {
        Some(drives) => Some(as_good_as_it_gets(plan, network, lessons, drives, tests)?),
        None => None,
    };
    let is_family = matches!(
        group,
        Group::Single(Kind::Products | Kind::Chaotic | Kind::Process | Kind::ProductsFew)
    );
    let quasi_static = match is_family {
        true => Some(quasi_static::measure(
            network,
            plan,
            lessons,
            tests,
            &mut traces,
        )?),
        false => None,
    };
    let balanced = match plan.targets {
        Targets::Innate { .. } => Some(balanced::measure(group, plan, trained, network, streams)?),
        _ => None,
    };
    let cortical = match plan.targets {
        Targets::Cortical(synthetic) => Some(cortical::measure(
            group, plan, network, lessons, tests, &synthetic,
        )?),
        _ => None,
    };
    let lesions = lesions(group, plan, network, lessons, streams, &mut traces)?;
    let weights = network.weights();
    let squares = weights.iter().map(|w| w * w).sum::<f64>();
    Ok(Learned {
        units: network.units(),
        loops: trained.history.loops.clone(),
        weight_size: (squares / weights.len().max(1) as f64).sqrt(),
        untrained,
        stages: trained.history.stages.clone(),
        tests: found,
        ceiling,
        quasi_static,
        lesions,
        balanced,
        cortical,
        traces,
    })
}

const LABELS: [[&str; 2]; 2] = [["test", "test, trial 2"], ["test 2", "test 2, trial 2"]];

fn shows_traces(group: Group) -> bool {
    matches!(
        group,
        Group::Single(_)
            | Group::Amplitude(_)
            | Group::Scan(500, 5 | 30 | 200, 100)
            | Group::Cortical(0 | 200)
    )
}

fn has_voltage(group: Group) -> bool {
    matches!(
        group,
        Group::Single(Kind::IntegrateAndFire | Kind::Izhikevich)
    )
}

/// The voltages of a few units.
fn voltage(plan: &Plan, network: &Network, recording: &Recording) -> Traces {
    let every = ((1.0 / network.dt()).round() as usize).max(1);
    Traces {
        label: "voltage".into(),
        step: every as f64 * network.dt(),
        targets: vec![],
        traces: sampled(&recording.variable, plan.shown(), every),
        predicted: vec![],
        spikes: vec![],
    }
}

/// Correlation of the last loop with a pattern; 0 without any.
fn last_training(loops: &[Loop], pattern: usize) -> f64 {
    let last = loops.iter().rev().find(|l| l.pattern == pattern);
    last.map_or(0.0, |l| l.correlation)
}

/// What figures show of a test.
fn shown(
    plan: &Plan,
    lessons: &Lessons,
    pattern: usize,
    label: &str,
    network: &Network,
    recording: &Recording,
) -> Traces {
    let every = ((TRACE_STEP / network.dt()).round() as usize).max(1);
    let followed = Followed::of(plan);
    let spikes = recording
        .spikes
        .iter()
        .filter(|(_, unit)| *unit < RASTER_UNITS);
    let time = |step: usize| four_digits((step + 1) as f64 * network.dt());
    Traces {
        label: label.into(),
        step: every as f64 * network.dt(),
        targets: sampled(&lessons.patterns[pattern].targets, plan.shown(), every),
        traces: sampled(followed.of_recording(recording), plan.shown(), every),
        predicted: vec![],
        spikes: spikes
            .map(|(step, unit)| [time(*step), *unit as f64])
            .collect(),
    }
}

/// Units without connections whose drive is what the targets are the rates of.
fn as_good_as_it_gets(
    plan: &Plan,
    network: &Network,
    lessons: &Lessons,
    drives: &nalgebra::DMatrix<f64>,
    streams: Streams,
) -> Result<Ceiling, Failure> {
    let mut alone = network.clone();
    alone.weights_mut().fill(0.0);
    let mut given = lessons.clone();
    for pattern in &mut given.patterns {
        pattern.input = Some(drives.clone());
    }
    let test = tested(&alone, plan, &given, 0, plan.trials, streams)?;
    Ok(Ceiling {
        single: test.single(),
        averaged: test.averaged,
    })
}

fn lesions(
    group: Group,
    plan: &Plan,
    network: &Network,
    lessons: &Lessons,
    streams: Streams,
    traces: &mut Vec<Traces>,
) -> Result<Vec<Lesion>, Failure> {
    let tests = test_streams(streams);
    let shares: &[f64] = match group {
        Group::Single(Kind::Products | Kind::Chaotic | Kind::Process | Kind::ProductsFew) => {
            &LOSSES
        }
        Group::Cortical(100 | 200) => &SHUFFLES,
        _ => &[],
    };
    let mut lesions = Vec::new();
    for share in shares {
        let mut damaged = network.clone();
        if let Some(neurons) = plan.learning.scored {
            damaged.shuffle_weights(0..neurons, *share, tests, 0)?;
        } else {
            damaged.lose_units(*share, tests, 0)?;
        }
        let label = format!("without {:.0} %", 100.0 * share);
        let is_shown = matches!(group, Group::Single(_));
        let see = |trial: u64, recording: &Recording| {
            if trial == 0 && is_shown {
                traces.push(shown(plan, lessons, 0, &label, &damaged, recording));
            }
        };
        let test = tested_with(&damaged, plan, lessons, 0, plan.trials, tests, see)?;
        lesions.push(Lesion {
            share: *share,
            test,
        });
    }
    Ok(lesions)
}

#[cfg(test)]
mod tests {
    use neuro_models::spiking_rls::targets::rates_of;

    use super::*;
    use crate::Scale;

    #[test]
    fn units_given_their_drive_are_better_than_a_network_that_has_not_learned() {
        let group = Group::Single(Kind::SinesRate);
        let plan = Plan::of(group, Scale::Smoke).expect("it learns");
        let plan = Plan {
            duration: 500.0,
            trials: 3,
            ..plan
        };
        let streams = Streams::new(1);
        let network = plan.network(streams).expect("valid");
        let lessons = plan.lessons(&network, streams).expect("valid");
        assert_eq!(rates_of(&lessons.drives[0]), lessons.patterns[0].targets);
        let drives = &lessons.drives[0];
        let best = as_good_as_it_gets(&plan, &network, &lessons, drives, streams);
        let best = best.expect("it runs");
        let without = tested(&network, &plan, &lessons, 0, 3, streams).expect("it runs");
        let (best, without) = (best.averaged.expect("spikes"), without.averaged);
        assert!(
            best > 0.6 && without.is_none_or(|w| w < best - 0.2),
            "{best} {without:?}"
        );
    }
}
