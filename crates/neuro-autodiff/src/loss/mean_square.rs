//! Mean squared error over the steps that count.

use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

use super::{Loss, check_mask, check_targets, masked_steps};
use crate::Error;

/// Squared error, averaged over outputs and, weighted by the mask, over steps of each trial.
///
/// A trial costs `sum_k m_k sum_o (z_{k,o} - t_{k,o})^2 / (O sum_k m_k)`: outputs `z`, targets `t`,
/// mask `m`, `O` outputs, with the factor 1 (not 1/2). A weight of 0.5 counts a step half. Trials
/// with few marked steps therefore cost as much as those with many, and a trial whose mask is 0
/// throughout costs nothing.
///
/// ```
/// use neuro_autodiff::loss::{Loss, MeanSquare};
/// use neuro_core::{Batch, TaskShape, Trajectory};
///
/// let mut batch = Batch::new(TaskShape { inputs: 1, outputs: 1, steps: 3 }, 1)?;
/// batch.mask.step_mut(2)[0] = 1.0;
/// batch.targets.step_mut(2)[0] = 2.0;
/// // Only the last step counts: the outputs before it are free.
/// let outputs = Trajectory::from_vec(1, 1, 3, vec![9.0, 9.0, 1.5])?;
/// let mut gradient = outputs.clone();
/// assert_eq!(MeanSquare.steps(&batch), 2..3);
/// assert_eq!(MeanSquare.evaluate(&outputs, &batch, 1.0, &mut gradient), 0.25);
/// assert_eq!(gradient.step(2), [-1.0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MeanSquare;

impl<T: Scalar> Loss<T> for MeanSquare {
    fn validate(&self, batch: &Batch<T>, outputs: usize) -> Result<(), Error> {
        check_targets(batch, outputs)?;
        check_mask(batch)
    }

    fn steps(&self, batch: &Batch<T>) -> Range<usize> {
        masked_steps(batch)
    }

    fn evaluate(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        scale: f64,
        d_outputs: &mut Trajectory<T>,
    ) -> f64 {
        let steps = masked_steps(batch);
        for step in steps.clone() {
            d_outputs.step_mut(step).fill(T::zero());
        }
        let mut cost = 0.0;
        for trial in 0..batch.trials() {
            let mask = |step: usize| batch.mask.state(step, trial)[0].as_f64();
            let total: f64 = steps.clone().map(mask).sum();
            if total == 0.0 {
                continue;
            }
            let factor = scale / (total * outputs.units() as f64);
            for step in steps.clone() {
                let weight = factor * mask(step);
                // Not 0 times an output that is not finite.
                if weight == 0.0 {
                    continue;
                }
                let z = outputs.state(step, trial);
                let target = batch.targets.state(step, trial);
                let d = d_outputs.state_mut(step, trial);
                for ((d, z), target) in d.iter_mut().zip(z).zip(target) {
                    let error = (*z).as_f64() - (*target).as_f64();
                    cost += weight * error * error;
                    *d = T::of(2.0 * weight * error);
                }
            }
        }
        cost
    }
}
