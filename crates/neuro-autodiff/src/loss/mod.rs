//! Losses: how far the outputs are from what they should be, and regularisers of states and weights.
//!
//! The loss of a batch is the mean over its trials: whoever evaluates it passes
//! `scale = 1 / trials`, with the trials of the whole batch even when it is evaluated in parts.
//! Losses sum in f64 whatever the scalar, because they sum over trials and steps.
//!
//! A loss of your own is two methods, and [`check_loss`](crate::gradcheck::check_loss) tells whether its
//! gradient is right:
//!
//! ```
//! use neuro_autodiff::gradcheck::{GradientOptions, check_loss};
//! use neuro_autodiff::loss::Loss;
//! use neuro_core::{Batch, TaskShape, Trajectory};
//! use std::ops::Range;
//!
//! /// The fourth power of the error after the last step: large errors weigh most.
//! #[derive(Debug)]
//! struct Quartic;
//!
//! impl Loss for Quartic {
//!     fn steps(&self, batch: &Batch) -> Range<usize> {
//!         batch.steps() - 1..batch.steps()
//!     }
//!
//!     fn evaluate(&self, z: &Trajectory, batch: &Batch, scale: f64, d_z: &mut Trajectory) -> f64 {
//!         let last = batch.steps() - 1;
//!         let errors = z.step(last).iter().zip(batch.targets.step(last));
//!         let costs = errors.zip(d_z.step_mut(last)).map(|((z, target), d_z)| {
//!             let error = z - target;
//!             *d_z = scale * 4.0 * error.powi(3);
//!             scale * error.powi(4)
//!         });
//!         costs.sum()
//!     }
//! }
//!
//! let batch = Batch::new(TaskShape { inputs: 1, outputs: 1, steps: 2 }, 2)?;
//! let outputs = Trajectory::from_vec(1, 2, 2, vec![0.0, 0.0, 1.0, -0.5])?; // targets are 0
//! let report = check_loss(&Quartic, &outputs, &batch, &GradientOptions::default())?;
//! assert!(report.passes(1e-8), "{report}");
//! # Ok::<(), neuro_autodiff::Error>(())
//! ```

mod at;
mod cross_entropy;
mod mean_square;
mod norm_over_time;
mod regularizer;

pub use at::At;
pub use cross_entropy::CrossEntropy;
pub use mean_square::MeanSquare;
pub use norm_over_time::NormOverTime;
pub(crate) use regularizer::sum_of_squares;
pub use regularizer::{ActivityNormalization, ActivityPenalty, Penalized, WeightPenalty};

use std::fmt::Debug;
use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

/// A loss of a network's outputs: the sum over trials of a loss of each trial, times a scale.
///
/// A loss that reads labels, lengths or targets says in [`validate`](Loss::validate) what it needs
/// of them; the other methods may panic on a batch that does not pass.
pub trait Loss<T: Scalar = f64>: Debug + Send + Sync {
    /// Checks that the loss can be computed for this batch and a network of `outputs` outputs.
    /// Training asks once a batch, before it works.
    ///
    /// # Errors
    /// [`crate::Error`] naming the trial and the quantity that does not fit.
    fn validate(&self, batch: &Batch<T>, outputs: usize) -> Result<(), crate::Error> {
        let _ = (batch, outputs);
        Ok(())
    }

    /// The steps whose outputs the loss of this batch depends on. Output `k` is the one after step
    /// `k`.
    fn steps(&self, batch: &Batch<T>) -> Range<usize>;

    /// Returns `scale` times the sum over trials, and writes its gradient into `d_outputs`
    /// (outputs x trials x steps) at every step of [`steps`](Loss::steps).
    fn evaluate(
        &self,
        outputs: &Trajectory<T>,
        batch: &Batch<T>,
        scale: f64,
        d_outputs: &mut Trajectory<T>,
    ) -> f64;
}

/// A cost of the states themselves, added to the loss.
pub trait StateRegularizer<T: Scalar = f64>: Debug + Send + Sync {
    /// Checks the regulariser's settings; called once, before training.
    ///
    /// # Errors
    /// [`crate::Error`] for the first setting that is out of range.
    fn validate(&self) -> Result<(), crate::Error> {
        Ok(())
    }

    /// Adds to `d_states` (units x trials) the gradient of `scale` times the sum over trials of the
    /// cost of the states after step `step`, and returns that cost.
    fn accumulate(
        &self,
        step: usize,
        states: &[T],
        batch: &Batch<T>,
        scale: f64,
        d_states: &mut [T],
    ) -> f64;
}

/// A cost of the raw parameters, added to the loss.
pub trait WeightRegularizer<T: Scalar = f64>: Debug + Send + Sync {
    /// Checks the regulariser's settings; called once, before training.
    ///
    /// # Errors
    /// [`crate::Error`] for the first setting that is out of range.
    fn validate(&self) -> Result<(), crate::Error> {
        Ok(())
    }

    /// Adds to `gradient` (all raw parameters) the gradient of the cost, and returns the cost.
    fn accumulate(&self, parameters: &crate::Parameters<T>, gradient: &mut [T]) -> f64;
}

/// Checks that the targets have one row for each output.
fn check_targets<T: Scalar>(batch: &Batch<T>, outputs: usize) -> Result<(), crate::Error> {
    Ok(neuro_core::Error::check_length(
        "target rows of the batch",
        outputs,
        batch.targets.units(),
    )?)
}

/// Checks that the weights of the steps are finite and not negative.
pub(crate) fn check_mask<T: Scalar>(batch: &Batch<T>) -> Result<(), crate::Error> {
    let (trials, steps) = (batch.trials(), batch.steps());
    neuro_core::Error::check_length("mask", trials * steps, batch.mask.as_slice().len())?;
    for (k, &weight) in batch.mask.as_slice().iter().enumerate() {
        if !(weight.is_finite() && weight >= T::zero()) {
            return Err(neuro_core::Error::OutOfRange {
                what: format!("mask of trial {}, step {}", k % trials, k / trials),
                expected: "a finite number >= 0".into(),
                found: weight.as_f64(),
            }
            .into());
        }
    }
    Ok(())
}

/// From the first to the last step that counts in some trial.
fn masked_steps<T: Scalar>(batch: &Batch<T>) -> Range<usize> {
    let counts = |step: &usize| batch.mask.step(*step).iter().any(|&m| m != T::zero());
    let first = (0..batch.steps()).find(counts);
    let last = (0..batch.steps()).rev().find(counts);
    match (first, last) {
        (Some(first), Some(last)) => first..last + 1,
        _ => 0..0,
    }
}
