//! Measures a trained network: from weights to [`Measured`].
//!
//! All measurements but those of noise are made without noise of the units, whatever the network was
//! trained with, and in double precision.

mod attractor;
mod behaviour;
mod code;
mod points;
mod probe;
mod robustness;

use neuro_models::transient_memory::Network;

use super::measured::{Attractor, Check, Found, Measured, Stage, VERSION};
use super::networks::{Assignment, Trained};
use crate::claims::four_digits;
use crate::{Error, Scale};
use probe::Probe;

/// How many trials each measurement looks at.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// Test trials of the psychometric curve.
    test: usize,
    /// Trials at each strength of noise.
    noisy: usize,
    /// Trials of the state at `T_a`.
    ends: usize,
    /// Trials of the code.
    code: usize,
    /// Trials of the convergence time.
    convergence: usize,
    /// Trials of the convergence time of a stage of training.
    stage: usize,
    /// Steps (of the paper's length) until the attractor is looked at.
    settle: usize,
    /// Starts of the search for slow points.
    starts: usize,
    /// Trials that are perturbed, and copies of each.
    perturbed: (usize, usize),
    /// Trials whose mean Jacobian is taken.
    jacobians: usize,
}

impl Effort {
    fn of(scale: Scale) -> Self {
        scale.choose(
            Self {
                test: 400,
                noisy: 50,
                ends: 300,
                code: 100,
                convergence: 4,
                stage: 2,
                settle: 700,
                starts: 4,
                perturbed: (1, 40),
                jacobians: 1,
            },
            Self {
                test: 4_000,
                noisy: 300,
                ends: 600,
                code: 300,
                convergence: 20,
                stage: 10,
                settle: 2_000,
                starts: 10,
                perturbed: (2, 300),
                jacobians: 6,
            },
            Self {
                test: 10_000,
                noisy: 1_000,
                ends: 1_500,
                code: 500,
                convergence: 100,
                stage: 20,
                settle: 2_400,
                starts: 60,
                perturbed: (10, 600),
                jacobians: 50,
            },
        )
    }
}

/// Measures a network that has been trained, and the stages of its training.
pub(super) fn measure(
    scale: Scale,
    assignment: Assignment,
    trained: &Trained,
) -> Result<Measured, Error> {
    let learning = trained.history.iter().map(|record| Check {
        update: record.update,
        loss: record.loss,
        accuracy: record.score,
    });
    let found = trained.network.as_ref();
    let found = found.map(|network| find(scale, assignment, trained, network));
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended: format!("{:?}", trained.termination),
        learning: learning.collect(),
        found: found.transpose()?,
    })
}

fn find(
    scale: Scale,
    assignment: Assignment,
    trained: &Trained,
    network: &Network<f32>,
) -> Result<Found, Error> {
    let effort = Effort::of(scale);
    let probe = Probe::new(assignment, &trained.config, network)?;
    let axes = probe.delay_axes()?;
    let (behaviour, ends) = behaviour::measure(&probe, network, &effort)?;
    let code = code::measure(&probe, &axes, &ends, &effort)?;
    let attractor = attractor::measure(&probe, Some(&axes), &effort)?;
    let points = points::measure(&probe, &axes, code.norm, &effort)?;
    let robustness = robustness::measure(&probe, &effort)?;
    let stages = trained.stages.iter();
    let stages =
        stages.map(|(update, network)| stage(assignment, trained, *update, network, &effort));
    let mut stages = stages.collect::<Result<Vec<_>, Error>>()?;
    let updates = trained.history.last().map_or(0, |r| r.update);
    stages.push(stage_of(updates, behaviour.accuracy_far, &attractor));
    Ok(Found {
        behaviour,
        code,
        attractor,
        stages,
        points,
        robustness,
    })
}

fn stage(
    assignment: Assignment,
    trained: &Trained,
    update: u64,
    network: &Network<f32>,
    effort: &Effort,
) -> Result<Stage, Error> {
    let probe = Probe::new(assignment, &trained.config, network)?;
    let accuracy = behaviour::accuracy_at(&probe, network, 0.0, effort.noisy)?;
    let effort = Effort {
        convergence: effort.stage,
        ..*effort
    };
    let attractor = attractor::measure(&probe, None, &effort)?;
    Ok(stage_of(update, accuracy, &attractor))
}

fn stage_of(update: u64, accuracy: f64, attractor: &Attractor) -> Stage {
    Stage {
        update,
        accuracy,
        kind: attractor.kind,
        period: attractor.period,
        norm: attractor.norm,
        convergence: attractor.convergence.mean,
    }
}
