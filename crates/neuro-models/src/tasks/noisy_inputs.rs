//! A task whose inputs are disturbed, for tests of robustness.

use std::ops::Range;

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};

use super::ResponseTask;

/// First index of the streams of the added noise: below are those of a task's own input noise.
const ADDED: u64 = 1 << 55;

/// A task with noise added to its inputs.
///
/// Each input channel of each step gets a normal number more: `u + N(0, sd^2)`. Targets and classes
/// are those of the undisturbed task.
///
/// ```
/// use neuro_core::{Batch, Streams};
/// use neuro_models::tasks::{ForcedChoiceTask, NoisyInputs};
///
/// let plain = ForcedChoiceTask::default();
/// let noisy = NoisyInputs { task: plain.clone(), sd: 1.0 };
/// let plain = Batch::<f64>::of(&plain, Streams::new(1), 0, 20)?;
/// let noisy = Batch::<f64>::of(&noisy, Streams::new(1), 0, 20)?;
/// assert_eq!(plain.targets, noisy.targets);
/// let pairs = plain.inputs.as_slice().iter().zip(noisy.inputs.as_slice());
/// let variance = pairs.map(|(u, v)| (v - u).powi(2)).sum::<f64>() / (20.0 * 199.0);
/// assert!((variance - 1.0).abs() < 0.12); // five standard errors
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct NoisyInputs<K> {
    /// The task.
    pub task: K,
    /// Standard deviation of what is added at each step, at least 0.
    pub sd: f64,
}

impl<T: Scalar, K: Task<T>> Task<T> for NoisyInputs<K> {
    fn validate(&self) -> Result<(), Error> {
        let sd = self.sd;
        let fits = sd >= 0.0 && sd.is_finite();
        Error::check_range("noise of the inputs", "at least 0", sd, fits)?;
        self.task.validate()
    }

    fn shape(&self) -> TaskShape {
        self.task.shape()
    }

    fn parameter_names(&self) -> &[&'static str] {
        self.task.parameter_names()
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        self.task.trial(index, streams, out.reborrow());
        let mut normals = streams.normals::<T>(Domain::InputNoise, ADDED + index);
        for step in 0..self.task.shape().steps {
            for u in out.input(step) {
                *u += T::of(self.sd) * normals.sample();
            }
        }
    }
}

impl<T: Scalar, K: ResponseTask<T>> ResponseTask<T> for NoisyInputs<K> {
    fn levels(&self) -> [f64; 2] {
        self.task.levels()
    }

    fn response(&self) -> Range<usize> {
        self.task.response()
    }
}
