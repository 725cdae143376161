//! A small training run with everything that a checkpoint must hold.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{At, CrossEntropy};
use neuro_autodiff::optimizer::{
    Adam, AdamConfig, Clip, DeepRewiring, DeepRewiringConfig, Optimizer, Schedule, Sgd, SgdConfig,
};
use neuro_autodiff::train::{
    Checkpointing, Criterion, Record, ScoreAtLeast, Termination, Trainer, TrainerConfig,
};
use neuro_autodiff::{
    Bptt, BpttConfig, Identity, LeakyCell, LeakyConfig, Mask, Memory, Parameters, ReadoutSource,
    Transform, UnitNoise,
};
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::transfer::Tanh;
use neuro_core::{Domain, Scalar, Streams};
use neuro_models::tasks::{ComparisonTask, SecondSignal, Signal, Timing};

/// What a run is; tests change one thing at a time.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) units: usize,
    pub(crate) seed: u64,
    pub(crate) frequencies: (f64, f64),
    pub(crate) optimizer: &'static str,
    pub(crate) masked: bool,
    pub(crate) learning_rate: f64,
    pub(crate) updates: u64,
    pub(crate) checkpoint: Option<Checkpointing>,
}

impl Run {
    pub(crate) fn new(path: &Path, every: u64) -> Self {
        Self {
            units: 12,
            seed: 3,
            frequencies: (1.0, 5.0),
            optimizer: "adam",
            masked: false,
            learning_rate: 5e-3,
            updates: 40,
            checkpoint: Some(Checkpointing {
                path: path.into(),
                every,
            }),
        }
    }

    fn parameters<T: Scalar>(&self) -> Parameters<T> {
        let n = self.units;
        let mut normals = Streams::new(1).normals::<f64>(Domain::Weights, 0);
        let mut parameters = Parameters::new();
        for (name, rows, columns, mean, sd) in [
            ("recurrent", n, n, 0.0, 1.0 / (n as f64).sqrt()),
            ("input", n, 1, 0.0, 1.0),
            ("readout", 2, n, 0.0, 0.3),
            ("time_constant", n, 1, 4.0, 0.2),
        ] {
            let mut draw = || mean + sd * normals.sample();
            let sparse = name == "recurrent" && self.optimizer == "rewiring";
            let values = DMatrix::from_fn(rows, columns, |i, j| {
                let value = draw();
                T::of(if sparse && (i + j) % 3 > 0 {
                    0.0
                } else {
                    value
                })
            });
            let transform: Arc<dyn Transform<T>> = if self.masked && name == "recurrent" {
                Arc::new(Mask::new(DMatrix::from_element(n, n, true)))
            } else {
                Arc::new(Identity)
            };
            parameters.add(name, &values, transform, true).unwrap();
        }
        parameters
    }

    fn optimizer<T: Scalar>(&self, parameters: &Parameters<T>) -> Box<dyn Optimizer<T>> {
        match self.optimizer {
            "adam" => Box::new(Adam::new(AdamConfig::default(), parameters).unwrap()),
            "sgd" => {
                let config = SgdConfig {
                    momentum: 0.9,
                    ..SgdConfig::default()
                };
                Box::new(Sgd::new(config, parameters).unwrap())
            }
            _ => {
                let w = parameters.find("recurrent").unwrap();
                // One sign for each synapse, that of its weight where there is one.
                let sign = parameters.raw(w).iter().enumerate().map(|(i, w)| {
                    if *w == T::zero() {
                        [1.0, -1.0][i % 2]
                    } else {
                        w.as_f64().signum()
                    }
                });
                let sign: Vec<f64> = sign.collect();
                let config = DeepRewiringConfig {
                    l1: 0.1,
                    temperature: 1e-3,
                    initial: 1e-5,
                    ..DeepRewiringConfig::default()
                };
                let streams = Streams::new(self.seed);
                Box::new(DeepRewiring::new(config, parameters, w, &sign, streams).unwrap())
            }
        }
    }

    pub(crate) fn trainer<T: Scalar>(&self) -> Trainer<T> {
        let parameters = self.parameters();
        let optimizer = self.optimizer(&parameters);
        let config = TrainerConfig {
            updates: self.updates,
            learning_rate: self.learning_rate,
            schedule: Schedule::Exponential {
                factor: 0.5,
                updates: 20,
            },
            clip: Clip::GlobalNorm(1.0),
            check_every: 4,
            patience: None,
            checkpoint: self.checkpoint.clone(),
        };
        Trainer::new(config, parameters, optimizer).unwrap()
    }

    pub(crate) fn objective<T: Scalar>(&self) -> Bptt<T, LeakyCell<T>> {
        let config = LeakyConfig {
            dt: 1.0,
            transfer: Arc::new(Tanh),
            readout: ReadoutSource::State,
            unit_noise: Some(UnitNoise {
                sigma: 0.1,
                scaling: NoiseScaling::SqrtAlpha,
            }),
        };
        let cell = LeakyCell::new(config, &self.parameters()).unwrap();
        let task = ComparisonTask {
            alpha: 0.25,
            timing: Timing {
                first: 4..=6,
                delay: 1..=3,
                second: SecondSignal::Steps(4..=6),
            },
            signal: Signal::Frequency {
                range: self.frequencies,
                largest_phase: 3.0,
                noise_sd: 0.05,
            },
            minimal_gap: 1.0,
            shared_nuisance: false,
        };
        let config = BpttConfig {
            batch: 6,
            chunk: 4,
            memory: Memory::Full,
            window: None,
            initial_state_sd: 0.1,
        };
        let loss = Box::new(CrossEntropy { at: At::End });
        let (streams, workers) = (Streams::new(self.seed), Workers::sequential());
        Bptt::new(config, cell, Box::new(task), loss, streams, workers).unwrap()
    }
}

/// A score that rises and falls with the weights.
pub(crate) fn criterion<T: Scalar>() -> impl Criterion<T> {
    let measure = |parameters: &Parameters<T>| {
        let sum: f64 = parameters.raw_values().iter().map(|w| w.as_f64()).sum();
        Ok((1e4 * sum).sin())
    };
    ScoreAtLeast::new(f64::INFINITY, -1.0..=1.0, measure).unwrap()
}

/// Trains until something ends the run or `stop` updates are made.
pub(crate) fn train<T: Scalar>(
    run: &Run,
    trainer: &mut Trainer<T>,
    stop: Option<u64>,
) -> Termination {
    let mut observer = |report: &neuro_autodiff::train::Report<'_, T>| {
        if Some(report.update) == stop {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut criterion = criterion();
    trainer
        .run(&mut run.objective(), Some(&mut criterion), &mut observer)
        .unwrap()
}

/// Everything that a trainer says of itself, to the bit.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    parameters: Vec<u64>,
    best: Vec<u64>,
    best_score: Option<u64>,
    update: u64,
    history: Vec<[u64; 3]>,
}

pub(crate) fn snapshot<T: Scalar>(trainer: &Trainer<T>) -> Snapshot {
    let bits = |values: &[T]| values.iter().map(|v| v.as_f64().to_bits()).collect();
    let line = |r: &Record| [r.update, r.loss.to_bits(), r.score.to_bits()];
    Snapshot {
        parameters: bits(trainer.parameters().raw_values()),
        best: bits(trainer.best_parameters().raw_values()),
        best_score: trainer.best_score().map(f64::to_bits),
        update: trainer.update(),
        history: trainer.history().iter().map(line).collect(),
    }
}
