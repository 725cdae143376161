//! Two-alternative forced choice: was there a stimulus?

use std::ops::Range;

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};
use rand::RngExt;

use super::ResponseTask;
use super::periods::{check, check_response, ranges};

/// Two-alternative forced choice; all times in ms, whole numbers of steps. Class 1 are the trials
/// with a stimulus.
///
/// ```text
/// | fixation | stimulus or none | response |
/// input        1 or 0
/// target                          1 or 0
/// ```
///
/// One input and one output; a stimulus appears in every other trial, at random (Rungratsameetaweemana
/// et al., Fig. 6a). No memory is needed: the response follows the stimulus at once.
///
/// ```
/// use neuro_core::{Batch, Streams};
/// use neuro_models::tasks::ForcedChoiceTask;
///
/// let batch = Batch::<f64>::of(&ForcedChoiceTask::default(), Streams::new(7), 0, 50)?;
/// let stimulus = batch.parameter("stimulus")?;
/// for trial in 0..50 {
///     assert_eq!(batch.inputs.state(60, trial)[0], stimulus[trial]);
///     assert_eq!(batch.targets.state(110, trial)[0], stimulus[trial]);
/// }
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ForcedChoiceTask {
    /// Euler step, positive; default 5.
    pub dt: f64,
    /// Time before the stimulus; default 250.
    pub fixation: f64,
    /// Time of the stimulus; default 250.
    pub stimulus: f64,
    /// Time of the response, until the end; default 500.
    pub response: f64,
}

impl Default for ForcedChoiceTask {
    fn default() -> Self {
        Self {
            dt: 5.0,
            fixation: 250.0,
            stimulus: 250.0,
            response: 500.0,
        }
    }
}

impl ForcedChoiceTask {
    /// The samples of fixation, stimulus and response.
    fn periods(&self) -> [Range<usize>; 3] {
        ranges([self.fixation, self.stimulus, self.response], self.dt)
    }

    fn steps(&self) -> usize {
        self.periods()[2].end.saturating_sub(1)
    }

    /// The samples of the stimulus.
    #[must_use]
    pub fn stimulus_samples(&self) -> Range<usize> {
        self.periods()[1].clone()
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range or no whole number of steps.
    pub fn validate(&self) -> Result<(), Error> {
        check(
            self.dt,
            &[
                ("fixation", self.fixation),
                ("stimulus", self.stimulus),
                ("response", self.response),
            ],
        )?;
        check_response(&ResponseTask::<f64>::response(self))
    }

    /// Writes a trial with a stimulus, or without; the mask marks the response.
    ///
    /// # Panics
    /// When the batch does not have the shape of this task.
    pub fn write<T: Scalar>(&self, stimulus: bool, out: &mut TrialMut<'_, T>) {
        if stimulus {
            let samples = self.stimulus_samples();
            for step in samples.start..samples.end.min(self.steps()) {
                out.input(step)[0] = T::one();
            }
        }
        for step in ResponseTask::<T>::response(self) {
            out.target(step)[0] = if stimulus { T::one() } else { T::zero() };
            out.set_mask(step, T::one());
        }
        out.set_label(usize::from(stimulus));
    }
}

impl<T: Scalar> Task<T> for ForcedChoiceTask {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 1,
            outputs: 1,
            steps: self.steps(),
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &["stimulus"]
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        let stimulus = streams.rng(Domain::Trial, index).random::<bool>();
        self.write(stimulus, &mut out);
        out.set_parameter(0, f64::from(u8::from(stimulus)));
    }
}

impl<T: Scalar> ResponseTask<T> for ForcedChoiceTask {
    fn levels(&self) -> [f64; 2] {
        [0.0, 1.0]
    }

    fn response(&self) -> Range<usize> {
        let start = self.periods()[2].start;
        start..self.steps().max(start)
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Batch;

    use super::*;

    #[test]
    fn the_response_lasts_from_the_end_of_the_stimulus_to_the_end() {
        let task = ForcedChoiceTask::default();
        let batch = Batch::<f64>::of(&task, Streams::new(2), 0, 30).expect("a valid task");
        assert_eq!(batch.steps(), 199);
        for trial in 0..30 {
            let s = batch.labels[trial] as f64;
            let sum = |values: &neuro_core::Trajectory| {
                (0..199).map(|k| values.state(k, trial)[0]).sum::<f64>()
            };
            assert_eq!(sum(&batch.inputs), 50.0 * s);
            assert_eq!(sum(&batch.targets), 99.0 * s);
        }
        assert!(batch.labels.contains(&0) && batch.labels.contains(&1));
    }

    #[test]
    fn a_step_that_does_not_fit_is_refused() {
        let task = ForcedChoiceTask {
            dt: 3.0,
            ..ForcedChoiceTask::default()
        };
        let batch = Batch::<f64>::of(&task, Streams::new(0), 0, 1);
        let message = batch.expect_err("83.3 steps").to_string();
        assert!(message.starts_with("fixation: "), "{message}");
    }
}
