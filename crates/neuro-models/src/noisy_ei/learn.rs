//! Training, and when a network has learned.

use neuro_autodiff::optimizer::{Adam, AdamConfig};
use neuro_autodiff::train::{Checkpointing, Criterion, Score};
use neuro_autodiff::{Bptt, BpttConfig, Memory, Parameters};
use neuro_core::parallel::Workers;
use neuro_core::{Purpose, Scalar, Streams, Task};

use super::evaluation::LOSS;
use super::{Config, Evaluation, Network};
use crate::Error;
use crate::tasks::{PeakRule, ResponseTask};
use crate::training::{Pace, Trainable};

/// A training run of a network on a task.
///
/// ```
/// use neuro_core::{Streams, parallel::Workers};
/// use neuro_models::noisy_ei::{Config, Network, TrainingRun};
///
/// let config = Config { units: 20, updates: 30, ..Config::default() };
/// let network = Network::<f32>::new(&config, Streams::new(1))?;
/// let task = Box::new(config.matching_task(50.0));
/// let mut run = TrainingRun::new(&network, task, Streams::new(1), Workers::sequential(), None)?;
/// run.run_to_end()?;
/// // Connections are lost, and none is made.
/// let count = |w: &neuro_core::nalgebra::DMatrix<f32>| w.iter().filter(|w| **w != 0.0).count();
/// let (before, after) = (network.weights("recurrent")?, run.network()?.weights("recurrent")?);
/// assert!(count(&after) < count(&before));
/// # Ok::<(), neuro_models::Error>(())
/// ```
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
    /// # Errors
    /// [`enum@Error`] when the network and the task do not fit together, or a setting is out of range.
    pub fn new(
        network: &Network<T>,
        task: Box<dyn Task<T>>,
        streams: Streams,
        workers: Workers,
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
        let training = streams.split(Purpose::Training);
        let cell = network.cell().clone();
        let objective = Bptt::new(bptt, cell, task, Box::new(LOSS), training, workers)?;
        let parameters = network.parameters().clone();
        let adam = AdamConfig {
            epsilon_placement: config.epsilon_placement,
            ..AdamConfig::default()
        };
        let optimizer = Box::new(Adam::new(adam, &parameters)?);
        let pace = Pace {
            updates: config.updates,
            learning_rate: config.learning_rate,
            check_every: config.check_every,
            checkpoint,
        };
        Self::begin(config, pace, objective, parameters, optimizer)
    }
}

/// The criterion of the paper: on the same trials, of the task that is learned and with all noise,
/// the mean loss is below [`Config::criterion_loss`] and the share of correct trials (by
/// [`PeakRule`]) above [`Config::criterion_accuracy`].
///
/// Each check takes fresh trials of the streams' validation set. The score is the share of correct
/// trials, so that it is what the history of a run shows.
#[derive(Debug)]
pub struct LearningCriterion<T: Scalar = f64> {
    config: Config,
    task: Box<dyn ResponseTask<T>>,
    streams: Streams,
    last: Option<Evaluation>,
}

impl<T: Scalar> LearningCriterion<T> {
    /// The criterion of a network's configuration for a task.
    ///
    /// # Errors
    /// What [`Config::validate`] and the task's `validate` find.
    pub fn new(
        config: &Config,
        task: Box<dyn ResponseTask<T>>,
        streams: Streams,
    ) -> Result<Self, Error> {
        config.validate()?;
        task.validate()?;
        Ok(Self {
            config: config.clone(),
            task,
            streams: streams.split(Purpose::Validation),
            last: None,
        })
    }

    /// What the last check found.
    #[must_use]
    pub fn last(&self) -> Option<&Evaluation> {
        self.last.as_ref()
    }

    /// Whether a network that was tested like this has learned.
    #[must_use]
    pub fn is_met(&self, found: &Evaluation) -> bool {
        found.mean_loss() < self.config.criterion_loss
            && found.accuracy(&PeakRule::default()) > self.config.criterion_accuracy
    }
}

impl<T: Scalar> Criterion<T> for LearningCriterion<T> {
    fn check(
        &mut self,
        update: u64,
        parameters: &Parameters<T>,
    ) -> Result<Score, neuro_autodiff::Error> {
        let trials = self.config.criterion_trials as u64;
        let network = Network::from_parameters(&self.config, parameters.clone());
        let found = network.and_then(|network| {
            let trials = update * trials..(update + 1) * trials;
            network.test_trials(self.task.as_ref(), self.streams, trials)
        });
        let found = found.map_err(|e| neuro_autodiff::Error::Criterion { source: e.into() })?;
        let score = Score {
            value: found.accuracy(&PeakRule::default()),
            converged: self.is_met(&found),
        };
        self.last = Some(found);
        Ok(score)
    }
}
