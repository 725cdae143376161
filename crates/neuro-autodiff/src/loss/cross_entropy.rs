//! Softmax cross-entropy of a readout, and what the readout says.

use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

use super::{At, Loss};
use crate::Error;

/// Softmax cross-entropy with the classes `batch.labels`.
///
/// The outputs `z` of a trial with class `c` cost `log(sum_o exp(z_o)) - z_c` (natural logarithm),
/// with gradient `softmax(z) - e_c`. The largest output is subtracted before the exponential, so
/// that outputs of any size are fine.
///
/// With [`At::Masked`] a trial costs the mean over its steps, weighted by the mask `m`:
/// `sum_k m_k CE_k / sum_k m_k`; a trial whose mask is 0 throughout costs nothing.
///
/// ```
/// use neuro_autodiff::loss::{CrossEntropy, Loss};
/// use neuro_core::{Batch, TaskShape, Trajectory};
///
/// // A readout that prefers nothing costs log 2.
/// let batch = Batch::new(TaskShape { inputs: 1, outputs: 2, steps: 3 }, 1)?;
/// let outputs = Trajectory::<f64>::zeros(2, 1, 3);
/// let cost = CrossEntropy::default().evaluate(&outputs, &batch, 1.0, &mut outputs.clone());
/// assert!((cost - 2_f64.ln()).abs() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrossEntropy {
    /// When the readout is looked at; by default at the end of each trial.
    pub at: At,
}

/// `log(sum_o exp(z_o))` as (largest output, log of the remaining sum).
fn log_sum_exp<T: Scalar>(z: &[T]) -> (f64, f64) {
    let top = z.iter().fold(f64::NEG_INFINITY, |a, &z| a.max(z.as_f64()));
    let sum: f64 = z.iter().map(|&z| (z.as_f64() - top).exp()).sum();
    (top, sum.ln())
}

impl CrossEntropy {
    /// Probability of each class in one trial, averaged over the steps that count; `None` when
    /// there is no such step or an output there is not finite.
    ///
    /// # Panics
    /// When the batch does not pass [`Loss::validate`] or `trial` is out of range.
    #[must_use]
    pub fn probabilities<T: Scalar>(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        trial: usize,
    ) -> Option<Vec<f64>> {
        let mut mean = vec![0.0; outputs.units()];
        let mut steps = 0;
        for (step, weight) in self.at.weights(batch, trial) {
            let z = outputs.state(step, trial);
            let (top, log_sum) = log_sum_exp(z);
            for (mean, z) in mean.iter_mut().zip(z) {
                *mean += weight * ((*z).as_f64() - top - log_sum).exp();
            }
            steps += 1;
        }
        (steps > 0 && mean.iter().all(|p| p.is_finite())).then_some(mean)
    }

    /// The most probable class of each trial, the first of equals; `None` where
    /// [`probabilities`](Self::probabilities) has none.
    ///
    /// # Panics
    /// When the batch does not pass [`Loss::validate`].
    #[must_use]
    pub fn predictions<T: Scalar>(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
    ) -> Vec<Option<usize>> {
        (0..batch.trials())
            .map(|trial| Some(argmax(&self.probabilities(outputs, batch, trial)?)))
            .collect()
    }

    /// Share of trials whose most probable class is their label, 0 to 1. A trial without a
    /// prediction counts as wrong.
    ///
    /// # Panics
    /// When the batch does not pass [`Loss::validate`].
    #[must_use]
    pub fn accuracy<T: Scalar>(&self, outputs: &Trajectory<T>, batch: &Batch<T>) -> f64 {
        let predicted = self.predictions(outputs, batch);
        let pairs = predicted.iter().zip(&batch.labels);
        let right = pairs.filter(|(p, label)| **p == Some(**label)).count();
        right as f64 / batch.trials() as f64
    }
}

/// Index of the largest value, the first of equals; 0 for no values.
fn argmax(values: &[f64]) -> usize {
    let mut best = 0;
    for (i, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = i;
        }
    }
    best
}

impl<T: Scalar> Loss<T> for CrossEntropy {
    fn validate(&self, batch: &Batch<T>, outputs: usize) -> Result<(), Error> {
        neuro_core::Error::check_length("labels", batch.trials(), batch.labels.len())?;
        for (trial, &label) in batch.labels.iter().enumerate() {
            if label >= outputs {
                return Err(neuro_core::Error::OutOfRange {
                    what: format!("label of trial {trial}"),
                    expected: format!("a class below {outputs}"),
                    found: label as f64,
                }
                .into());
            }
        }
        self.at.validate(batch)
    }

    fn steps(&self, batch: &Batch<T>) -> Range<usize> {
        self.at.steps(batch)
    }

    fn evaluate(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        scale: f64,
        d_outputs: &mut Trajectory<T>,
    ) -> f64 {
        for step in self.steps(batch) {
            d_outputs.step_mut(step).fill(T::zero());
        }
        let mut cost = 0.0;
        for (trial, &label) in batch.labels.iter().enumerate() {
            for (step, weight) in self.at.weights(batch, trial) {
                let z = outputs.state(step, trial);
                let (top, log_sum) = log_sum_exp(z);
                cost += scale * weight * (log_sum - (z[label].as_f64() - top));
                let d = d_outputs.state_mut(step, trial);
                for (o, (d, z)) in d.iter_mut().zip(z).enumerate() {
                    let p = ((*z).as_f64() - top - log_sum).exp();
                    *d = T::of(scale * weight * if o == label { p - 1.0 } else { p });
                }
            }
        }
        cost
    }
}
