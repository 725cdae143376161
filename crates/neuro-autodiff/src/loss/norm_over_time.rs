//! The norm of a trial's whole error.

use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

use super::{Loss, check_mask, check_targets, masked_steps};
use crate::Error;

/// Euclidean norm of the error over outputs and steps of each trial.
///
/// A trial costs `L = sqrt(sum_k m_k sum_o (o_{k,o} - z_{k,o})^2)` with outputs `o`, targets `z` and
/// weights `m` of the steps: the root is taken over all steps together, not averaged (Kim, Li &
/// Sejnowski 2019, Eq. 8). The gradient is `m_k (o - z) / L`; it has length about 1 however small
/// the error, and is set to 0 where `L = 0`, at which the norm has no derivative.
///
/// ```
/// use neuro_autodiff::loss::{Loss, NormOverTime};
/// use neuro_core::{Batch, TaskShape, Trajectory};
///
/// let batch = Batch::new(TaskShape { inputs: 1, outputs: 1, steps: 2 }, 1)?;
/// let outputs = Trajectory::from_vec(1, 1, 2, vec![3.0, 4.0])?;
/// let mut gradient = outputs.clone();
/// let loss = NormOverTime { every_step: true };
/// assert_eq!(loss.evaluate(&outputs, &batch, 1.0, &mut gradient), 5.0);
/// assert_eq!(gradient.as_slice(), [0.6, 0.8]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NormOverTime {
    /// Whether every step up to the trial's length counts with weight 1, whatever the mask; by
    /// default the mask decides.
    pub every_step: bool,
}

impl NormOverTime {
    fn weight<T: Scalar>(&self, batch: &Batch<T>, trial: usize, step: usize) -> f64 {
        if !self.every_step {
            batch.mask.state(step, trial)[0].as_f64()
        } else if step < batch.lengths[trial] {
            1.0
        } else {
            0.0
        }
    }
}

impl<T: Scalar> Loss<T> for NormOverTime {
    fn validate(&self, batch: &Batch<T>, outputs: usize) -> Result<(), Error> {
        check_targets(batch, outputs)?;
        if self.every_step {
            Ok(batch.check_lengths()?)
        } else {
            check_mask(batch)
        }
    }

    fn steps(&self, batch: &Batch<T>) -> Range<usize> {
        if self.every_step {
            0..batch.lengths.iter().max().copied().unwrap_or(0)
        } else {
            masked_steps(batch)
        }
    }

    fn evaluate(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        scale: f64,
        d_outputs: &mut Trajectory<T>,
    ) -> f64 {
        let steps = self.steps(batch);
        for step in steps.clone() {
            d_outputs.step_mut(step).fill(T::zero());
        }
        let mut cost = 0.0;
        for trial in 0..batch.trials() {
            let errors = |step: usize| {
                let target = batch.targets.state(step, trial);
                let pairs = outputs.state(step, trial).iter().zip(target);
                pairs.map(|(o, z)| (*o).as_f64() - (*z).as_f64())
            };
            let weighted = |step: &usize| self.weight(batch, trial, *step) != 0.0;
            let squares: f64 = steps
                .clone()
                .filter(weighted)
                .map(|k| self.weight(batch, trial, k) * errors(k).map(|e| e * e).sum::<f64>())
                .sum();
            let norm = squares.sqrt();
            cost += scale * norm;
            if norm == 0.0 {
                continue;
            }
            for step in steps.clone().filter(weighted) {
                let factor = scale * self.weight(batch, trial, step);
                let d = d_outputs.state_mut(step, trial);
                for (d, error) in d.iter_mut().zip(errors(step)) {
                    *d = T::of(factor * error / norm);
                }
            }
        }
        cost
    }
}
