//! The training loop.

use std::ops::ControlFlow;
use std::path::PathBuf;

use neuro_core::Scalar;

use super::{Criterion, Objective, Record};
use crate::optimizer::{Clip, Optimizer, Schedule};
use crate::{Error, Parameters};

/// How a network is trained, apart from what is minimised.
#[derive(Clone, Debug)]
pub struct TrainerConfig {
    /// Updates to make at most, at least 1; default 1000.
    pub updates: u64,
    /// Learning rate, positive, before the schedule's factor; default 0.001.
    pub learning_rate: f64,
    /// How the learning rate changes; not at all by default.
    pub schedule: Schedule,
    /// How large gradients are treated; left as they are by default.
    pub clip: Clip,
    /// Updates from one check of the criterion to the next, at least 1; default 100.
    pub check_every: u64,
    /// End after this many checks without a better score; `None`, the default, for never. Without a
    /// criterion nothing is scored, and this has no effect.
    pub patience: Option<u64>,
    /// Where and how often to keep a checkpoint; none by default.
    pub checkpoint: Option<Checkpointing>,
}

impl Default for TrainerConfig {
    fn default() -> Self {
        Self {
            updates: 1000,
            learning_rate: 1e-3,
            schedule: Schedule::Constant,
            clip: Clip::None,
            check_every: 100,
            patience: None,
            checkpoint: None,
        }
    }
}

/// Where and how often a training run keeps a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpointing {
    /// The file; replaced only by a complete one.
    pub path: PathBuf,
    /// Updates from one checkpoint to the next, at least 1.
    pub every: u64,
}

impl TrainerConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let count = |what, n: u64| Core::check_range(what, "at least 1", n as f64, n > 0);
        count("updates", self.updates)?;
        count("check_every", self.check_every)?;
        count("patience", self.patience.unwrap_or(1))?;
        count(
            "checkpoint.every",
            self.checkpoint.as_ref().map_or(1, |c| c.every),
        )?;
        let rate = self.learning_rate;
        let fits = rate > 0.0 && rate.is_finite();
        Core::check_range("learning_rate", "a positive number", rate, fits)?;
        self.schedule.validate()?;
        self.clip.validate()
    }
}

/// What ended a training run.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Termination {
    /// The criterion was met.
    Converged,
    /// All updates were made.
    ReachedLimit,
    /// A quantity was no longer finite at update `step`. The last checkpoint is kept. When it was
    /// the loss or the gradient, the parameters are those before the update; when it was the
    /// parameters themselves, they are what the update made of them.
    Diverged {
        /// The update, counted from 0.
        step: u64,
        /// What was not finite.
        quantity: &'static str,
    },
    /// The observer asked to stop.
    Stopped,
    /// The score has not improved for as many checks as the patience allows.
    NoImprovement,
}

/// What an observer sees after each update.
#[derive(Debug)]
pub struct Report<'a, T: Scalar> {
    /// Updates made.
    pub update: u64,
    /// Loss of this update, before its step.
    pub loss: f64,
    /// Norm of this update's gradient, before clipping.
    pub gradient_norm: f64,
    /// The check that was made after this update, if one was.
    pub record: Option<Record>,
    /// The parameters.
    pub parameters: &'a Parameters<T>,
}

/// A training run: parameters, optimiser, counters, history.
#[derive(Debug)]
pub struct Trainer<T: Scalar = f64> {
    pub(super) config: TrainerConfig,
    pub(super) parameters: Parameters<T>,
    pub(super) optimizer: Box<dyn Optimizer<T>>,
    pub(super) progress: Progress<T>,
    gradient: Vec<T>,
}

/// What changes from update to update, beside parameters and optimiser.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress<T> {
    pub(super) update: u64,
    pub(super) loss_sum: f64,
    pub(super) loss_count: u64,
    pub(super) history: Vec<Record>,
    pub(super) best_score: Option<f64>,
    pub(super) best: Vec<T>,
    pub(super) checks_without_improvement: u64,
    pub(super) converged: bool,
}

impl<T: Scalar> Trainer<T> {
    /// A run that has not begun.
    ///
    /// # Errors
    /// What [`TrainerConfig::validate`] finds.
    pub fn new(
        config: TrainerConfig,
        parameters: Parameters<T>,
        optimizer: Box<dyn Optimizer<T>>,
    ) -> Result<Self, Error> {
        config.validate()?;
        let gradient = vec![T::zero(); parameters.len()];
        Ok(Self {
            config,
            parameters,
            optimizer,
            progress: Progress::default(),
            gradient,
        })
    }

    /// Makes all updates, with neither criterion nor observer: [`run`](Self::run) in one word.
    ///
    /// # Errors
    /// Those of [`run`](Self::run).
    pub fn run_to_end(&mut self, objective: &mut dyn Objective<T>) -> Result<Termination, Error> {
        self.run(objective, None, &mut |_| ControlFlow::Continue(()))
    }

    /// Makes updates until something ends the run.
    ///
    /// Each update evaluates the objective, clips its gradient and makes an optimiser step; then,
    /// when due, come the check, the checkpoint and the observer, in this order. A checkpoint is
    /// also kept at the end, unless the run diverged.
    ///
    /// # Errors
    /// When the objective or criterion fails, or a checkpoint cannot be written.
    pub fn run(
        &mut self,
        objective: &mut dyn Objective<T>,
        mut criterion: Option<&mut dyn Criterion<T>>,
        observer: &mut dyn FnMut(&Report<'_, T>) -> ControlFlow<()>,
    ) -> Result<Termination, Error> {
        let termination = loop {
            if let Some(ended) = self.ended() {
                break ended;
            }
            let step = self.progress.update;
            let loss = objective.evaluate(step, &self.parameters, &mut self.gradient)?;
            if !loss.is_finite() {
                return Ok(Termination::Diverged {
                    step,
                    quantity: "loss",
                });
            }
            let gradient_norm = self.config.clip.apply(&self.parameters, &mut self.gradient);
            if !gradient_norm.is_finite() {
                return Ok(Termination::Diverged {
                    step,
                    quantity: "norm of the gradient",
                });
            }
            let rate = self.config.learning_rate * self.config.schedule.at(step);
            self.optimizer
                .step(&mut self.parameters, &self.gradient, rate);
            if !self.parameters.raw_values().iter().all(|v| v.is_finite()) {
                let quantity = "parameters";
                return Ok(Termination::Diverged { step, quantity });
            }
            self.progress.update += 1;
            self.progress.loss_sum += loss;
            self.progress.loss_count += 1;
            let update = self.progress.update;
            let mut record = None;
            if update.is_multiple_of(self.config.check_every) || update == self.config.updates {
                record = Some(match &mut criterion {
                    Some(criterion) => self.check(Some(&mut **criterion))?,
                    None => self.check(None)?,
                });
            }
            let due = self.config.checkpoint.as_ref();
            if due.is_some_and(|c| update.is_multiple_of(c.every)) {
                self.save(&objective.describe())?;
            }
            let parameters = &self.parameters;
            let report = Report {
                update,
                loss,
                gradient_norm,
                record,
                parameters,
            };
            if observer(&report).is_break() {
                break Termination::Stopped;
            }
        };
        self.save(&objective.describe())?;
        Ok(termination)
    }

    /// The parameters as they are.
    #[must_use]
    pub fn parameters(&self) -> &Parameters<T> {
        &self.parameters
    }

    /// The parameters with the best score seen, or as they are when nothing was scored.
    #[must_use]
    pub fn best_parameters(&self) -> Parameters<T> {
        let mut parameters = self.parameters.clone();
        if self.progress.best_score.is_some() {
            parameters.update(|raw| raw.copy_from_slice(&self.progress.best));
        }
        parameters
    }

    /// The best score seen.
    #[must_use]
    pub fn best_score(&self) -> Option<f64> {
        self.progress.best_score
    }

    /// Updates made.
    #[must_use]
    pub fn update(&self) -> u64 {
        self.progress.update
    }

    /// The checks made so far.
    #[must_use]
    pub fn history(&self) -> &[Record] {
        &self.progress.history
    }

    fn ended(&self) -> Option<Termination> {
        let Progress {
            update,
            checks_without_improvement,
            converged,
            ..
        } = self.progress;
        if converged {
            Some(Termination::Converged)
        } else if self
            .config
            .patience
            .is_some_and(|p| checks_without_improvement >= p)
        {
            Some(Termination::NoImprovement)
        } else if update >= self.config.updates {
            Some(Termination::ReachedLimit)
        } else {
            None
        }
    }

    fn check(&mut self, criterion: Option<&mut dyn Criterion<T>>) -> Result<Record, Error> {
        let progress = &mut self.progress;
        let mut score = f64::NAN;
        if let Some(criterion) = criterion {
            let found = criterion.check(progress.update, &self.parameters)?;
            score = found.value;
            progress.converged = found.converged;
            // NaN is no improvement, not even on nothing: nothing could ever exceed it.
            if !score.is_nan() && progress.best_score.is_none_or(|best| score > best) {
                progress.best_score = Some(score);
                progress.best.clear();
                progress
                    .best
                    .extend_from_slice(self.parameters.raw_values());
                progress.checks_without_improvement = 0;
            } else {
                progress.checks_without_improvement += 1;
            }
        }
        let loss = progress.loss_sum / progress.loss_count as f64;
        (progress.loss_sum, progress.loss_count) = (0.0, 0);
        let record = Record {
            update: progress.update,
            loss,
            score,
        };
        progress.history.push(record);
        Ok(record)
    }
}
