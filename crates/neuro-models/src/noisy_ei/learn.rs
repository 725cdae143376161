//! Training, and when a network has learned.

use std::ops::ControlFlow;
use std::path::Path;

use neuro_autodiff::optimizer::{Adam, AdamConfig, Clip, Schedule};
use neuro_autodiff::train::{
    Checkpointing, Criterion, Report, Score, Termination, Trainer, TrainerConfig,
};
use neuro_autodiff::{Bptt, BpttConfig, LeakyCell, Memory, Parameters};
use neuro_core::parallel::Workers;
use neuro_core::{Purpose, Scalar, Streams, Task};

use super::evaluation::LOSS;
use super::{Config, Evaluation, Network};
use crate::Error;
use crate::tasks::{PeakRule, ResponseTask};

/// A training run of a network on a task.
///
/// ```
/// use neuro_core::{Streams, parallel::Workers};
/// use neuro_models::noisy_ei::{Config, Network, TrainingRun};
/// use std::ops::ControlFlow;
///
/// let config = Config { units: 20, updates: 30, ..Config::default() };
/// let network = Network::<f32>::new(&config, Streams::new(1))?;
/// let task = Box::new(config.matching_task(50.0));
/// let mut run = TrainingRun::new(&network, task, Streams::new(1), Workers::sequential(), None)?;
/// run.run(None, &mut |_| ControlFlow::Continue(()))?;
/// // Connections are lost, and none is made.
/// let count = |w: &neuro_core::nalgebra::DMatrix<f32>| w.iter().filter(|w| **w != 0.0).count();
/// let (before, after) = (network.weights("recurrent")?, run.network()?.weights("recurrent")?);
/// assert!(count(&after) < count(&before));
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Debug)]
pub struct TrainingRun<T: Scalar = f64> {
    config: Config,
    trainer: Trainer<T>,
    objective: Bptt<T, LeakyCell<T>>,
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
        let trainer = Trainer::new(
            TrainerConfig {
                updates: config.updates,
                learning_rate: config.learning_rate,
                schedule: Schedule::Constant,
                clip: Clip::None,
                check_every: config.check_every,
                patience: None,
                checkpoint,
            },
            parameters,
            optimizer,
        )?;
        Ok(Self {
            config,
            trainer,
            objective,
        })
    }

    /// Goes on from a checkpoint of the same run; see [`Trainer::resume`].
    ///
    /// # Errors
    /// When the file is missing, damaged, or of another run.
    pub fn resume(&mut self, path: &Path) -> Result<(), Error> {
        Ok(self.trainer.resume(path, &self.objective)?)
    }

    /// Trains until something ends the run; see [`Trainer::run`].
    ///
    /// # Errors
    /// When the criterion fails or a checkpoint cannot be written.
    pub fn run(
        &mut self,
        criterion: Option<&mut dyn Criterion<T>>,
        observer: &mut dyn FnMut(&Report<'_, T>) -> ControlFlow<()>,
    ) -> Result<Termination, Error> {
        Ok(self.trainer.run(&mut self.objective, criterion, observer)?)
    }

    /// The trainer: counters, history, parameters.
    #[must_use]
    pub fn trainer(&self) -> &Trainer<T> {
        &self.trainer
    }

    /// The network as it is now.
    ///
    /// # Errors
    /// When training has moved a parameter out of the range that the cell needs.
    pub fn network(&self) -> Result<Network<T>, Error> {
        Network::from_parameters(&self.config, self.trainer.parameters().clone())
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
