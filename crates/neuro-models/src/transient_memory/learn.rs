//! Training and testing.

use neuro_autodiff::loss::{ActivityNormalization, ActivityPenalty, At, CrossEntropy};
use neuro_autodiff::optimizer::{Adam, AdamConfig, DeepRewiring, DeepRewiringConfig, Optimizer};
use neuro_autodiff::train::Checkpointing;
use neuro_autodiff::{Bptt, BpttConfig, Memory, Parameters};
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Domain, Purpose, Scalar, Streams, Task};
use rand::RngExt;

use super::{Config, Connections, Network};
use crate::Error;
use crate::tasks::ComparisonTask;
use crate::training::{Pace, Trainable};
use crate::trials::circumstances;

/// A training run of a network on a task.
pub type TrainingRun<T = f64> = crate::TrainingRun<Network<T>, T>;

impl<T: Scalar> Trainable<T> for Network<T> {
    type Config = Config;

    fn with_parameters(config: &Config, parameters: Parameters<T>) -> Result<Self, Error> {
        Self::from_parameters(config, parameters)
    }
}

impl<T: Scalar> TrainingRun<T> {
    /// A run that has not begun: `network` on `task`, with the trials of the streams' training set.
    ///
    /// `check_every` is the number of updates from one check of the criterion to the next.
    ///
    /// # Errors
    /// [`enum@Error`] when the network and the task do not fit together, or a setting is out of range.
    pub fn new(
        network: &Network<T>,
        task: Box<dyn Task<T>>,
        streams: Streams,
        workers: Workers,
        check_every: u64,
        checkpoint: Option<Checkpointing>,
    ) -> Result<Self, Error> {
        let config = network.config().clone();
        let bptt = BpttConfig {
            batch: config.batch,
            chunk: config.chunk,
            memory: Memory::Full,
            window: None,
            initial_state_sd: config.initial_state_sd,
        };
        let loss = Box::new(CrossEntropy { at: At::End });
        let training = streams.split(Purpose::Training);
        let cell = network.cell().clone();
        let mut objective = Bptt::new(bptt, cell, task, loss, training, workers)?;
        if config.activity_penalty > 0.0 {
            objective = objective.with_state_regularizer(Box::new(ActivityPenalty {
                strength: config.activity_penalty,
                normalization: ActivityNormalization::MeanOverUnits,
            }))?;
        }
        let parameters = network.parameters().clone();
        let adam = AdamConfig {
            weight_decay: config.weight_decay,
            ..AdamConfig::default()
        };
        let optimizer: Box<dyn Optimizer<T>> = match config.connections {
            Connections::Sparse { .. } => Box::new(rewiring(adam, &parameters, streams)?),
            _ => Box::new(Adam::new(adam, &parameters)?),
        };
        let pace = Pace {
            updates: config.updates,
            learning_rate: config.learning_rate,
            check_every,
            checkpoint,
        };
        Self::begin(config, pace, objective, parameters, optimizer)
    }
}

/// Strength of the L1 cost and temperature of deep rewiring: the paper gives neither. They move a
/// synapse by 1e-7 and 1.4e-5 an update, far below typical weights of 0.05, so that the gradient
/// decides which synapses stay.
const REWIRING: (f64, f64) = (1e-4, 1e-7);

/// Adam that rewires the recurrent weights. Places without a synapse have a sign too, drawn from the
/// `Connectivity` domain (index 1).
fn rewiring<T: Scalar>(
    adam: AdamConfig,
    parameters: &Parameters<T>,
    streams: Streams,
) -> Result<DeepRewiring<T>, Error> {
    let recurrent = parameters.find("recurrent")?;
    let mut rng = streams.rng(Domain::Connectivity, 1);
    let weights = parameters.raw(recurrent).iter();
    let signs = weights.map(|w| {
        let drawn = if rng.random::<bool>() { 1.0 } else { -1.0 };
        if *w == T::zero() {
            drawn
        } else {
            w.as_f64().signum()
        }
    });
    let config = DeepRewiringConfig {
        adam,
        l1: REWIRING.0,
        temperature: REWIRING.1,
        // Large enough not to be lost to rounding, small enough not to matter.
        initial: 1e-5,
    };
    let signs: Vec<f64> = signs.collect();
    Ok(DeepRewiring::new(
        config, parameters, recurrent, &signs, streams,
    )?)
}

/// Trials that are tested together; more would only take more memory.
const TRIALS_AT_ONCE: usize = 100;

impl<T: Scalar> Network<T> {
    /// Tests the network on the trials `0 .. trials` of a task, with its own noise and the initial
    /// states of its configuration. For trials that training never sees, give
    /// `streams.split(Purpose::Test)`.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when `trials` is 0 or a setting of the task is out of range;
    /// [`neuro_core::Error::NonFinite`] for an answer that is not a number.
    pub fn test(
        &self,
        task: &ComparisonTask,
        streams: Streams,
        trials: usize,
    ) -> Result<Evaluation, Error> {
        let mut found = Evaluation::default();
        let mut first = 0;
        loop {
            let count = TRIALS_AT_ONCE.min(trials - first);
            let batch = Batch::of(task, streams, first as u64, count)?;
            let sd = self.config().initial_state_sd;
            let (initial, mut noise) = circumstances(self.cell(), sd, streams, first as u64, count);
            let run = self.simulate(&batch.inputs, &initial, &mut noise)?;
            for trial in 0..count {
                let z = run.outputs.state(batch.lengths[trial] - 1, trial);
                found.logits.push((z[0] - z[1]).as_f64());
            }
            let [one, two] = task.compared().map(|name| batch.parameter(name));
            let (one, two) = (one?, two?);
            found
                .differences
                .extend(one.iter().zip(&two).map(|(one, two)| two - one));
            found.labels.extend(&batch.labels);
            first += count;
            if first == trials {
                neuro_core::Error::check_finite("answers", &found.logits)?;
                return Ok(found);
            }
        }
    }
}

/// What a network answered on test trials.
#[derive(Clone, Debug, Default)]
pub struct Evaluation {
    /// Logit of each trial: evidence that the first signal was the larger one.
    pub logits: Vec<f64>,
    /// Class that each trial has.
    pub labels: Vec<usize>,
    /// Second minus first quantity of each trial: frequency, velocity or noise.
    pub differences: Vec<f64>,
}

impl Evaluation {
    /// Whether the network said that the second signal was the larger one.
    #[must_use]
    pub fn chose_second(&self) -> Vec<bool> {
        self.logits.iter().map(|z| *z < 0.0).collect()
    }

    /// Whether each trial was answered correctly.
    #[must_use]
    pub fn correct(&self) -> Vec<bool> {
        let chosen = self.chose_second();
        chosen
            .iter()
            .zip(&self.labels)
            .map(|(second, label)| usize::from(*second) == *label)
            .collect()
    }

    /// Share of correct trials among those whose difference is at least `gap` in size, and how many
    /// those are; `None` when there is none.
    #[must_use]
    pub fn accuracy(&self, gap: f64) -> Option<(f64, usize)> {
        self.accuracy_where(|difference| difference.abs() >= gap)
    }

    /// Share of correct trials among those with some differences, and how many those are; `None` when
    /// there is none.
    #[must_use]
    pub fn accuracy_where(&self, wanted: impl Fn(f64) -> bool) -> Option<(f64, usize)> {
        let correct = self.correct();
        let of: Vec<bool> = correct
            .iter()
            .zip(&self.differences)
            .filter(|(_, d)| wanted(**d))
            .map(|(c, _)| *c)
            .collect();
        let hits = of.iter().filter(|c| **c).count();
        (!of.is_empty()).then(|| (hits as f64 / of.len() as f64, of.len()))
    }
}
