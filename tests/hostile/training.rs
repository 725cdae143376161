//! `neuro_autodiff`: optimisers, schedules, trainers.

use std::ops::ControlFlow;
use std::sync::Arc;

use neuro_autodiff::optimizer::{
    Adam, AdamConfig, Clip, DeepRewiring, DeepRewiringConfig, EpsilonPlacement, Optimizer,
    Schedule, Sgd, SgdConfig,
};
use neuro_autodiff::train::{ScoreAtLeast, Trainer, TrainerConfig};
use neuro_autodiff::{Error, Identity, Objective, Parameters};

use crate::autodiff::{UNITS, parameters, signs};
use crate::given::{Entry, Given, answered, throw_at};

fn adam(g: &mut Given) -> AdamConfig {
    AdamConfig {
        beta1: g.mostly(0.9),
        beta2: g.mostly(0.999),
        epsilon: g.mostly(1e-8),
        epsilon_placement: g.of(&[
            EpsilonPlacement::AfterCorrection,
            EpsilonPlacement::BeforeCorrection,
        ]),
        weight_decay: g.mostly(0.0),
    }
}

fn optimizer(g: &mut Given, parameters: &Parameters) -> Option<Box<dyn Optimizer>> {
    Some(match g.few() {
        0 | 1 => Box::new(answered(Adam::new(adam(g), parameters))?),
        2 | 3 => {
            let config = SgdConfig {
                momentum: g.mostly(0.9),
                nesterov: g.flag(),
                weight_decay: g.mostly(0.0),
            };
            Box::new(answered(Sgd::new(config, parameters))?)
        }
        _ => {
            let config = DeepRewiringConfig {
                adam: adam(g),
                l1: g.mostly(1e-3),
                temperature: g.mostly(1e-3),
                initial: g.mostly(1e-3),
            };
            let matrix = parameters.ids().next()?;
            let signs = signs(g);
            let streams = g.streams();
            let made = DeepRewiring::new(config, parameters, matrix, &signs, streams);
            Box::new(answered(made)?)
        }
    })
}

fn schedule(g: &mut Given) -> Schedule {
    let (updates, factor) = (g.count() as u64, g.mostly(0.9));
    match g.few() {
        0 => Schedule::Constant,
        1 => Schedule::Exponential { factor, updates },
        2 => Schedule::Step { factor, updates },
        3 => Schedule::Cosine {
            updates,
            end: factor,
        },
        _ => Schedule::WarmUp {
            updates,
            then: Box::new(schedule(g)),
        },
    }
}

fn clip(g: &mut Given) -> Clip {
    let limit = g.mostly(1.0);
    g.of(&[
        Clip::None,
        Clip::GlobalNorm(limit),
        Clip::PerParameterNorm(limit),
        Clip::Value(limit),
    ])
}

/// A loss and a gradient of whatever numbers.
struct Fixed {
    losses: Vec<f64>,
    gradient: Vec<f64>,
}

impl Objective for Fixed {
    fn evaluate(&mut self, k: u64, _: &Parameters, gradient: &mut [f64]) -> Result<f64, Error> {
        for (g, value) in gradient.iter_mut().zip(&self.gradient) {
            *g = *value;
        }
        let known = self.losses.get(k as usize);
        Ok(known.copied().unwrap_or(1.0))
    }

    fn describe(&self) -> String {
        "whatever".into()
    }
}

#[test]
fn training_answers_or_refuses() {
    let entries: [Entry; 4] = [
        ("optimizers", |g| {
            let mut parameters = Parameters::new();
            let values = g.matrix_exactly(UNITS, UNITS);
            answered(parameters.add("w", &values, Arc::new(Identity), true));
            let Some(mut optimizer) = optimizer(g, &parameters) else {
                return;
            };
            let gradient = g.numbers(parameters.len());
            optimizer.step(&mut parameters, &gradient, g.mostly(0.1));
            let mut state = optimizer.state();
            if let Some((name, values)) = state.first_mut() {
                match g.few() {
                    0 => name.push('x'),
                    1 => *values = g.list(),
                    2 => values.iter_mut().for_each(|v| *v = g.number()),
                    _ => {}
                }
            }
            if g.once_in(6) {
                state.pop();
            }
            if answered(optimizer.restore(&state)).is_some() {
                optimizer.step(&mut parameters, &gradient, 0.1);
            }
        }),
        ("Schedule", |g| {
            let schedule = schedule(g);
            if answered(schedule.validate()).is_some() {
                let factor = schedule.at(g.count() as u64);
                assert!(factor >= 0.0, "{schedule:?} gives {factor}");
            }
        }),
        ("Clip", |g| {
            let clip = clip(g);
            let parameters = parameters(g);
            if answered(clip.validate()).is_some() {
                let mut gradient = g.numbers(parameters.len());
                let _ = clip.apply(&parameters, &mut gradient);
            }
        }),
        ("Trainer", |g| {
            let parameters = parameters(g);
            let Some(optimizer) = optimizer(g, &parameters) else {
                return;
            };
            let config = TrainerConfig {
                updates: g.few() as u64,
                learning_rate: g.mostly(0.1),
                schedule: schedule(g),
                clip: clip(g),
                check_every: g.count() as u64,
                patience: g.option(|g| g.count() as u64),
                checkpoint: None,
            };
            let mut objective = Fixed {
                losses: g.list(),
                gradient: g.list(),
            };
            let score = g.number();
            let range = g.number()..=g.number();
            let measure = move |_: &Parameters| Ok(score);
            let Some(mut criterion) = answered(ScoreAtLeast::new(g.number(), range, measure))
            else {
                return;
            };
            if let Some(mut trainer) = answered(Trainer::new(config, parameters, optimizer)) {
                let go_on =
                    &mut |_: &neuro_autodiff::train::Report<'_, f64>| ControlFlow::Continue(());
                answered(trainer.run(&mut objective, Some(&mut criterion), go_on));
            }
        }),
    ];
    throw_at(&entries);
}
