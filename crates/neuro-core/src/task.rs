//! What a network is trained on: trials, drawn one by one, gathered in batches.

use crate::{Error, Scalar, Streams, Trajectory};

/// Size of a task's trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskShape {
    /// Input channels.
    pub inputs: usize,
    /// Output channels.
    pub outputs: usize,
    /// Steps of the longest trial.
    pub steps: usize,
}

/// A source of trials.
///
/// Stateless: trial `index` of a given [`Streams`] is always the same trial, whatever was drawn
/// before it, in which order, in which batch.
///
/// ```
/// use neuro_core::{Batch, Domain, Streams, Task, TaskShape, TrialMut};
/// use rand::RngExt;
///
/// /// Was the pulse at step 2 positive?
/// #[derive(Debug)]
/// struct Sign;
///
/// impl Task for Sign {
///     fn shape(&self) -> TaskShape {
///         TaskShape { inputs: 1, outputs: 2, steps: 10 }
///     }
///
///     fn parameter_names(&self) -> &[&'static str] {
///         &["pulse"]
///     }
///
///     fn trial(&self, index: u64, streams: Streams, mut trial: TrialMut<'_, f64>) {
///         let pulse = streams.rng(Domain::Trial, index).random_range(-1.0..1.0);
///         trial.input(2)[0] = pulse;
///         trial.set_parameter(0, pulse);
///         trial.set_label(usize::from(pulse > 0.0));
///     }
/// }
///
/// // Trial 17 among twenty is trial 17 alone.
/// let streams = Streams::new(1);
/// let batch = Batch::of(&Sign, streams, 0, 20)?;
/// let alone = Batch::of(&Sign, streams, 17, 1)?;
/// assert_eq!(batch.inputs.state(2, 17), alone.inputs.state(2, 0));
/// assert_eq!(batch.parameter("pulse")?[17], alone.parameter("pulse")?[0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub trait Task<T: Scalar = f64>: std::fmt::Debug + Send + Sync {
    /// Size of the trials.
    fn shape(&self) -> TaskShape;

    /// Names of the numbers that describe a trial (frequencies, phases, durations …), in the order
    /// in which [`trial`](Task::trial) sets them.
    fn parameter_names(&self) -> &[&'static str];

    /// Checks the task's settings; called before the first trial is drawn.
    ///
    /// # Errors
    /// [`Error`] for the first setting that is out of range.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Writes trial `index`. The trial arrives with every value 0, mask 0, length = all steps.
    fn trial(&self, index: u64, streams: Streams, trial: TrialMut<'_, T>);
}

/// One trial of a batch, to be written by a [`Task`].
#[derive(Debug)]
pub struct TrialMut<'a, T: Scalar> {
    batch: &'a mut Batch<T>,
    trial: usize,
}

impl<T: Scalar> TrialMut<'_, T> {
    /// The input channels at `step`, for writing.
    ///
    /// # Panics
    /// When `step` is out of range.
    #[must_use]
    pub fn input(&mut self, step: usize) -> &mut [T] {
        self.batch.inputs.state_mut(step, self.trial)
    }

    /// The target of each output at `step`, for writing.
    ///
    /// # Panics
    /// When `step` is out of range.
    #[must_use]
    pub fn target(&mut self, step: usize) -> &mut [T] {
        self.batch.targets.state_mut(step, self.trial)
    }

    /// How much the outputs at `step` count in the loss: 0 (ignored, the initial value) to 1.
    ///
    /// # Panics
    /// When `step` is out of range.
    pub fn set_mask(&mut self, step: usize, weight: T) {
        self.batch.mask.state_mut(step, self.trial)[0] = weight;
    }

    /// The class of the trial, counted from 0.
    pub fn set_label(&mut self, label: usize) {
        self.batch.labels[self.trial] = label;
    }

    /// The number of steps after which the trial ends; a readout at the end looks there.
    pub fn set_length(&mut self, steps: usize) {
        self.batch.lengths[self.trial] = steps;
    }

    /// The same trial for a shorter time: lets one task write on what another one wrote.
    #[must_use]
    pub fn reborrow(&mut self) -> TrialMut<'_, T> {
        TrialMut {
            batch: self.batch,
            trial: self.trial,
        }
    }

    /// The `k`-th number that describes the trial; see [`Task::parameter_names`].
    ///
    /// # Panics
    /// When `k` is not below the number of names.
    pub fn set_parameter(&mut self, k: usize, value: f64) {
        let names = self.batch.parameter_names.len();
        assert!(k < names, "trial parameter {k} of {names}");
        self.batch.parameters[self.trial * names + k] = value;
    }
}

/// Trials that run together; its buffers are made once and refilled.
#[derive(Clone, Debug)]
pub struct Batch<T: Scalar = f64> {
    /// Inputs: channels x trials x steps; the block of step `k` is consumed by step `k`.
    pub inputs: Trajectory<T>,
    /// Targets: outputs x trials x steps; the block of step `k` is compared with the output after
    /// step `k`.
    pub targets: Trajectory<T>,
    /// Weight of each step in the loss: 1 x trials x steps.
    pub mask: Trajectory<T>,
    /// Class of each trial.
    pub labels: Vec<usize>,
    /// Number of steps of each trial.
    pub lengths: Vec<usize>,
    parameter_names: Vec<&'static str>,
    parameters: Vec<f64>,
}

impl<T: Scalar> Batch<T> {
    /// An empty batch of a given shape, for trials made by hand.
    ///
    /// # Errors
    /// [`Error::Empty`] when there are no trials, steps, or outputs; [`Error::TooLarge`] when the batch
    /// does not fit into memory.
    pub fn new(shape: TaskShape, trials: usize) -> Result<Self, Error> {
        for (what, count) in [
            ("trials of a batch", trials),
            ("steps", shape.steps),
            ("outputs", shape.outputs),
        ] {
            if count == 0 {
                return Err(Error::Empty { what: what.into() });
            }
        }
        for (what, rows) in [
            ("inputs of a batch", shape.inputs),
            ("targets of a batch", shape.outputs),
        ] {
            Error::check_size::<T>(what, &[rows, trials, shape.steps])?;
        }
        Ok(Self {
            inputs: Trajectory::zeros(shape.inputs, trials, shape.steps),
            targets: Trajectory::zeros(shape.outputs, trials, shape.steps),
            mask: Trajectory::zeros(1, trials, shape.steps),
            labels: vec![0; trials],
            lengths: vec![shape.steps; trials],
            parameter_names: Vec::new(),
            parameters: Vec::new(),
        })
    }

    /// Trials `first .. first + trials` of a task.
    ///
    /// # Errors
    /// What [`Task::validate`] finds; [`Error::Empty`] when `trials` is 0 or the task has no steps or
    /// outputs; [`Error::OutOfRange`] for a trial that is longer than the task's steps or empty.
    pub fn of(
        task: &dyn Task<T>,
        streams: Streams,
        first: u64,
        trials: usize,
    ) -> Result<Self, Error> {
        task.validate()?;
        let mut batch = Self::new(task.shape(), trials)?;
        batch.parameter_names = task.parameter_names().to_vec();
        batch.parameters = vec![0.0; trials * batch.parameter_names.len()];
        batch.refill(task, streams, first);
        batch.check_lengths()?;
        Ok(batch)
    }

    /// Replaces the trials by trials `first ..` of the same task. Allocates nothing.
    ///
    /// # Panics
    /// When the task writes beyond the shape of this batch.
    pub fn refill(&mut self, task: &dyn Task<T>, streams: Streams, first: u64) {
        self.inputs.as_mut_slice().fill(T::zero());
        self.targets.as_mut_slice().fill(T::zero());
        self.mask.as_mut_slice().fill(T::zero());
        let steps = self.steps();
        self.lengths.fill(steps);
        self.labels.fill(0);
        self.parameters.fill(0.0);
        for trial in 0..self.trials() {
            task.trial(
                first.wrapping_add(trial as u64),
                streams,
                TrialMut { batch: self, trial },
            );
        }
    }

    /// Checks that every trial has a length from 1 to the steps of the batch.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that has not, [`Error::Length`] when there is not one
    /// length for each trial.
    pub fn check_lengths(&self) -> Result<(), Error> {
        let steps = self.steps();
        Error::check_length("trial lengths", self.trials(), self.lengths.len())?;
        for (trial, &length) in self.lengths.iter().enumerate() {
            // Words are made only for an error: this runs once a batch and must not allocate.
            if !(1..=steps).contains(&length) {
                return Err(Error::OutOfRange {
                    what: format!("length of trial {trial}"),
                    expected: format!("1 to {steps} steps"),
                    found: length as f64,
                });
            }
        }
        Ok(())
    }

    /// One trial, for writing by hand.
    ///
    /// # Panics
    /// When `trial` is out of range.
    #[must_use]
    pub fn trial_mut(&mut self, trial: usize) -> TrialMut<'_, T> {
        assert!(trial < self.trials(), "trial {trial} of {}", self.trials());
        TrialMut { batch: self, trial }
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.targets.trials()
    }

    /// Number of steps of the longest trial.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.targets.steps()
    }

    /// The named number of each trial.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the task has no such name.
    pub fn parameter(&self, name: &str) -> Result<Vec<f64>, Error> {
        let names = &self.parameter_names;
        let Some(k) = names.iter().position(|n| *n == name) else {
            let what = "trial parameter".into();
            return Err(Error::Unknown {
                what,
                name: name.into(),
                known: names.join(", "),
            });
        };
        Ok(self
            .parameters
            .iter()
            .skip(k)
            .step_by(names.len())
            .copied()
            .collect())
    }

    /// Names of the numbers that describe a trial.
    #[must_use]
    pub fn parameter_names(&self) -> &[&'static str] {
        &self.parameter_names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels and describes odd trials only.
    #[derive(Debug)]
    struct OddOnly;

    impl Task<f64> for OddOnly {
        fn shape(&self) -> TaskShape {
            TaskShape {
                inputs: 1,
                outputs: 1,
                steps: 2,
            }
        }

        fn parameter_names(&self) -> &[&'static str] {
            &["value"]
        }

        fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, f64>) {
            if index % 2 == 1 {
                trial.set_label(1);
                trial.set_parameter(0, 5.0);
                trial.set_length(1);
                trial.input(1)[0] = 3.0;
            }
        }
    }

    #[test]
    fn a_refilled_batch_keeps_nothing_of_the_trials_before() {
        let streams = Streams::new(0);
        let fresh = Batch::of(&OddOnly, streams, 2, 2).expect("a valid task");
        let mut used = Batch::of(&OddOnly, streams, 1, 2).expect("a valid task");
        used.refill(&OddOnly, streams, 2);
        assert_eq!(used.labels, fresh.labels);
        assert_eq!(used.lengths, fresh.lengths);
        assert_eq!(used.inputs, fresh.inputs);
        assert_eq!(used.parameter("value").ok(), fresh.parameter("value").ok());
    }
}
