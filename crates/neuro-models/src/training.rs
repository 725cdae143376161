//! What the training runs of all networks that learn by back-propagation have in common.

use std::ops::ControlFlow;
use std::path::Path;

use neuro_autodiff::optimizer::Optimizer;
use neuro_autodiff::train::{
    Checkpointing, Criterion, Report, Termination, Trainer, TrainerConfig,
};
use neuro_autodiff::{Bptt, LeakyCell, Parameters};
use neuro_core::Scalar;

use crate::Error;

/// A network that training gives new parameters.
pub trait Trainable<T: Scalar>: Sized {
    /// The network and how it learns.
    type Config: Clone + std::fmt::Debug;

    /// The network with given parameters.
    ///
    /// # Errors
    /// When a parameter is out of the range that the network needs.
    fn with_parameters(config: &Self::Config, parameters: Parameters<T>) -> Result<Self, Error>;
}

/// A training run of a network on a task. Each model begins its own: see
/// [`transient_memory::TrainingRun`](crate::transient_memory::TrainingRun) and
/// [`noisy_ei::TrainingRun`](crate::noisy_ei::TrainingRun).
#[derive(Debug)]
pub struct TrainingRun<N: Trainable<T>, T: Scalar = f64> {
    config: N::Config,
    trainer: Trainer<T>,
    objective: Bptt<T, LeakyCell<T>>,
}

/// How long and how fast a network learns, without a schedule, clipping or patience.
pub(crate) struct Pace {
    pub(crate) updates: u64,
    pub(crate) learning_rate: f64,
    pub(crate) check_every: u64,
    pub(crate) checkpoint: Option<Checkpointing>,
}

impl<N: Trainable<T>, T: Scalar> TrainingRun<N, T> {
    /// A run that has not begun.
    pub(crate) fn begin(
        config: N::Config,
        pace: Pace,
        objective: Bptt<T, LeakyCell<T>>,
        parameters: Parameters<T>,
        optimizer: Box<dyn Optimizer<T>>,
    ) -> Result<Self, Error> {
        let trainer = TrainerConfig {
            updates: pace.updates,
            learning_rate: pace.learning_rate,
            check_every: pace.check_every,
            checkpoint: pace.checkpoint,
            ..TrainerConfig::default()
        };
        Ok(Self {
            config,
            trainer: Trainer::new(trainer, parameters, optimizer)?,
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

    /// Trains to the end, with neither criterion nor observer; see [`Trainer::run_to_end`].
    ///
    /// # Errors
    /// When a checkpoint cannot be written.
    pub fn run_to_end(&mut self) -> Result<Termination, Error> {
        Ok(self.trainer.run_to_end(&mut self.objective)?)
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
    /// When training has moved a parameter out of the range that the network needs.
    pub fn network(&self) -> Result<N, Error> {
        N::with_parameters(&self.config, self.trainer.parameters().clone())
    }
}
