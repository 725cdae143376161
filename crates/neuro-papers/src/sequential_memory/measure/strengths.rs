//! Replays with each strength of the transitions.

use neuro_core::Streams;
use neuro_models::sequential_memory::{Corruption, Recall};

use super::run::course;
use crate::sequential_memory::group::Model;
use crate::sequential_memory::measured::{Found, Measured, Strength};
use crate::sequential_memory::networks::{Assignment, CYCLES, Modelled, finished, stored};
use crate::{Error, Scale, Session};

/// Numbers of features, ratios `alpha_c / alpha_s`, duration and step.
fn plan(model: Model, scale: Scale) -> (&'static [usize], &'static [f64], f64, f64) {
    match model {
        Model::Lisem => (
            scale.choose(&[100], &[100, 200], &[100, 200, 400]),
            scale.choose(
                &[0.8, 98.0],
                &[0.6, 0.8, 1.0, 1.2, 1.4, 98.0],
                &[0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 98.0],
            ),
            scale.choose(400.0, 2400.0, 2400.0),
            0.1,
        ),
        Model::Dsem => (
            &[100],
            scale.choose(
                &[4.9],
                &[0.9, 1.2, 2.0, 4.9, 34.3],
                &[0.9, 1.2, 2.0, 4.9, 10.0, 34.3, 100.0],
            ),
            scale.choose(120.0, 480.0, 480.0),
            0.02,
        ),
    }
}

/// Measures one draw of memories for each number of features.
pub(in crate::sequential_memory) fn measure(
    session: &Session,
    assignment: Assignment,
    model: Model,
) -> Result<Measured, Error> {
    let (features, ratios, duration, step) = plan(model, session.options.scale);
    let streams = Streams::new(assignment.seed);
    let mut found = Vec::new();
    for &features in features {
        for &ratio in ratios {
            session.interrupt.check()?;
            let one = || -> Modelled<Strength> {
                let network = stored(&model.config(features, ratio), features, streams)?;
                let memory = CYCLES[0] + 1;
                let cue = network.cue(memory, Corruption::Erased(features / 4), streams, 0)?;
                let recall = Recall {
                    step,
                    steps_per_sample: (0.5 / step).round() as usize,
                    ..Recall::default()
                };
                let replay = network.recall_with(&cue, duration, &recall)?;
                let course = course(&replay, memory, duration)?;
                Ok(Strength {
                    features,
                    ratio,
                    replayed: course.replays(),
                    dwell: course.dwell.map(|dwell| dwell[0]),
                })
            };
            match one() {
                Ok(strength) => found.push(strength),
                Err(error) => return finished(assignment, Err(error)),
            }
        }
    }
    finished(assignment, Ok(Found::Strengths(found)))
}
