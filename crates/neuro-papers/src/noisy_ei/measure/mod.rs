//! Measures a trained network: from weights to [`Measured`].
//!
//! Trials are run as in training, in single precision and with all noise; what is computed from their
//! states and from the weights is in double precision.

mod behaviour;
mod embedding;
mod perturbed;
mod probe;
mod steady;
#[cfg(test)]
mod tests;
mod units;

use neuro_autodiff::train::Termination;
use neuro_models::noisy_ei::Network;

use super::group::{Channels, Group};
use super::measured::{Check, Found, Measured, VERSION};
use super::networks::{Assignment, Trained};
use crate::claims::four_digits;
use crate::{Error, Scale};
use probe::Probe;

/// How many trials each measurement looks at.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// Trials of answers and steady states: as many after each first stimulus.
    trials: usize,
    /// Trials with each delay under fresh noise.
    robust: usize,
    /// Trials with each perturbed mode.
    perturbed: usize,
    /// Trials of the embedding, a multiple of four, and steps from one of its states to the next.
    embedded: (usize, usize),
}

impl Effort {
    fn of(scale: Scale) -> Self {
        scale.choose(
            Self {
                trials: 8,
                robust: 4,
                perturbed: 4,
                embedded: (4, 10),
            },
            Self {
                trials: 40,
                robust: 40,
                perturbed: 40,
                embedded: (12, 5),
            },
            Self {
                trials: 100,
                robust: 100,
                perturbed: 100,
                embedded: (16, 5),
            },
        )
    }
}

/// What is measured on the networks of a group beside units, weights and answers.
#[derive(Clone, Copy, Debug)]
struct Wanted {
    robustness: bool,
    slowed: bool,
    steady: bool,
    perturbed: bool,
    embedding: bool,
}

impl Wanted {
    fn of(group: Group) -> Self {
        let matching = matches!(group, Group::Matching(_));
        let ends = [Channels::None, Channels::Ten].contains(&group.channels());
        Self {
            robustness: matching,
            slowed: group == Group::Matching(Channels::None),
            steady: matching
                || matches!(group, Group::Delay50 | Group::Delay150 | Group::Context(_)),
            perturbed: ends && (matching || matches!(group, Group::Context(_))),
            embedding: ends && matching,
        }
    }
}

/// Measures a network that has been trained.
pub(super) fn measure(
    scale: Scale,
    assignment: Assignment,
    trained: &Trained,
) -> Result<Measured, Error> {
    let learning = trained.history.iter().map(|record| Check {
        trial: record.update,
        loss: four_digits(record.loss),
        accuracy: record.score,
    });
    let learned = trained.termination == Termination::Converged;
    let found = trained.network.as_ref();
    let found = found.map(|network| find(scale, assignment, network, learned));
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        delay: assignment.group.delay(scale),
        ended: format!("{:?}", trained.termination),
        learned,
        trials: trained.history.last().map_or(0, |record| record.update),
        cap: trained.config.updates,
        learning: learning.collect(),
        found: found.transpose()?,
    })
}

fn find(
    scale: Scale,
    assignment: Assignment,
    network: &Network<f32>,
    learned: bool,
) -> Result<Found, Error> {
    let (effort, wanted) = (Effort::of(scale), Wanted::of(assignment.group));
    let probe = Probe::new(assignment, scale, network);
    let (answers, steady, rows) = behaviour::answers(&probe, &effort, wanted.steady)?;
    let mut all = vec![answers];
    if wanted.slowed {
        all.extend(behaviour::slowed(&probe, &effort)?);
    }
    // A network that has not learned has no conditions to tell apart; its embedding would only take
    // time. At smoke scale no network learns, and everything is to be run.
    let embedded = wanted.embedding && (learned || scale == Scale::Smoke);
    let embedding = probe.matching.as_ref().filter(|_| embedded);
    let embedding = embedding.map(|task| embedding::measure(&probe, task, &rows));
    let (steady, modes) = steady::measure(&probe, steady)?;
    Ok(Found {
        units: units::units(network),
        weights: units::weights(&probe)?,
        answers: all,
        robustness: if wanted.robustness {
            behaviour::robustness(&probe, &effort)?
        } else {
            Vec::new()
        },
        perturbed: match modes.first() {
            Some(modes) if wanted.perturbed => perturbed::measure(&probe, modes, &effort)?,
            _ => Vec::new(),
        },
        steady,
        embedding: embedding.transpose()?.flatten(),
    })
}

fn rounded(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    values.into_iter().map(four_digits).collect()
}
