//! Losses: how far the outputs are from what they should be, and regularisers of states and weights.

use std::fmt::Debug;
use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

/// A loss of a network's outputs: the sum over trials of a loss of each trial, times a scale.
pub trait Loss<T: Scalar = f64>: Debug + Send + Sync {
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
    /// Adds to `gradient` (all raw parameters) the gradient of the cost, and returns the cost.
    fn accumulate(&self, parameters: &crate::Parameters<T>, gradient: &mut [T]) -> f64;
}
