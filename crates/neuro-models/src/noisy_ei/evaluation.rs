//! Testing: loss and answers on trials that a network has not seen.

use std::ops::Range;

use neuro_autodiff::loss::{Loss, NormOverTime};
use neuro_autodiff::simulate_outputs;
use neuro_core::{Batch, Scalar, Streams, Trajectory};

use super::Network;
use crate::Error;
use crate::tasks::{Answer, CorrectTrial, ResponseTask};
use crate::trials::circumstances;

/// The loss of the paper: over every step, the response and what is around it.
pub(super) const LOSS: NormOverTime = NormOverTime { every_step: true };

/// Trials that are tested together: their states of a few steps fit into a cache.
const TRIALS_AT_ONCE: usize = 25;

impl<T: Scalar> Network<T> {
    /// Tests the network on the trials `0 .. trials` of a task, with its own noise and the initial
    /// states of its configuration. For trials that training never sees, give
    /// `streams.split(Purpose::Test)`.
    ///
    /// # Errors
    /// As [`test_trials`](Self::test_trials).
    pub fn test(
        &self,
        task: &dyn ResponseTask<T>,
        streams: Streams,
        trials: usize,
    ) -> Result<Evaluation, Error> {
        self.test_trials(task, streams, 0..trials as u64)
    }

    /// Tests the network on other trials than the first ones.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when there are no trials, a setting of the task is out of range or its
    /// sizes are not those of the network; [`neuro_core::Error::NonFinite`] for an answer that is
    /// not a number.
    pub fn test_trials(
        &self,
        task: &dyn ResponseTask<T>,
        streams: Streams,
        trials: Range<u64>,
    ) -> Result<Evaluation, Error> {
        let mut found = Evaluation::new(task.levels());
        let Range { mut start, end } = trials;
        loop {
            let count = end.saturating_sub(start).min(TRIALS_AT_ONCE as u64) as usize;
            let batch = Batch::of(task, streams, start, count)?;
            let sd = self.config().initial_state_sd;
            let (initial, mut noise) = circumstances(self.cell(), sd, streams, start, count);
            let outputs = simulate_outputs(
                self.cell(),
                self.parameters(),
                &batch.inputs,
                &initial,
                &mut noise,
            )?;
            found.add(task, &batch, &outputs)?;
            start += count as u64;
            if start == end {
                return Ok(found);
            }
        }
    }
}

/// What a network answered on test trials.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The outputs that the classes 0 and 1 ask for.
    pub levels: [f64; 2],
    /// Class of each trial.
    pub labels: Vec<usize>,
    /// What the output did in the response window of each trial.
    pub answers: Vec<Answer>,
    /// Sum of the losses of all trials.
    total_loss: f64,
}

impl Evaluation {
    /// No trials yet, of a task with these levels.
    #[must_use]
    pub fn new(levels: [f64; 2]) -> Self {
        Self {
            levels,
            labels: Vec::new(),
            answers: Vec::new(),
            total_loss: 0.0,
        }
    }

    /// Adds the outputs (1 x trials x steps) of a batch of trials of a task, such as
    /// [`Network::run`] gives.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for outputs of another shape or that are not finite, a label that is neither 0
    /// nor 1, and a task without a response.
    pub fn add<T: Scalar>(
        &mut self,
        task: &dyn ResponseTask<T>,
        batch: &Batch<T>,
        outputs: &Trajectory<T>,
    ) -> Result<(), Error> {
        use neuro_core::Error as Core;
        Core::check_shape(
            "outputs x trials",
            (1, batch.trials()),
            (outputs.units(), outputs.trials()),
        )?;
        Core::check_length("steps of the outputs", batch.steps(), outputs.steps())?;
        Core::check_finite("outputs", outputs.as_slice())?;
        Loss::<T>::validate(&LOSS, batch, 1)?;
        Core::check_length("labels", batch.trials(), batch.labels.len())?;
        for label in &batch.labels {
            Core::check_range("label", "0 or 1", *label as f64, *label < 2)?;
        }
        let response = task.response();
        let expected = format!("at most {} steps", outputs.steps());
        let fits = response.end <= outputs.steps();
        Core::check_range("end of the response", &expected, response.end as f64, fits)?;
        for (trial, label) in batch.labels.iter().enumerate() {
            let window = response
                .clone()
                .map(|k| outputs.state(k, trial)[0].as_f64());
            let answer = Answer::of(window).ok_or(Core::Empty {
                what: "steps of the response".into(),
            })?;
            self.answers.push(answer);
            self.labels.push(*label);
        }
        let mut unused = outputs.clone();
        self.total_loss += LOSS.evaluate(outputs, batch, 1.0, &mut unused);
        Ok(())
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.labels.len()
    }

    /// Mean loss; not a number without trials.
    #[must_use]
    pub fn mean_loss(&self) -> f64 {
        self.total_loss / self.trials() as f64
    }

    /// Whether each trial was answered correctly.
    #[must_use]
    pub fn correct(&self, rule: &dyn CorrectTrial) -> Vec<bool> {
        let trials = self.answers.iter().zip(&self.labels);
        trials
            .map(|(answer, label)| rule.is_correct(self.levels[*label], self.levels, answer))
            .collect()
    }

    /// Share of correct trials; not a number without trials.
    #[must_use]
    pub fn accuracy(&self, rule: &dyn CorrectTrial) -> f64 {
        let hits = self.correct(rule).into_iter().filter(|c| *c).count();
        hits as f64 / self.trials() as f64
    }
}
