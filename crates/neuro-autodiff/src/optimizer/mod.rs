//! Optimisers: from a gradient to a change of the raw parameters.

use std::fmt::Debug;

use neuro_core::Scalar;

use crate::{Error, Parameters};

/// A rule that changes parameters along a gradient.
///
/// The state of an optimiser is a list of named vectors, so that a checkpoint can store and restore
/// any of them.
pub trait Optimizer<T: Scalar = f64>: Debug + Send {
    /// Makes one step. `gradient` is with respect to all raw values, and `learning_rate` is that of
    /// this step. Untrainable parameters stay as they are.
    fn step(&mut self, parameters: &mut Parameters<T>, gradient: &[T], learning_rate: f64);

    /// The state as named vectors; numbers that count are given as one value.
    fn state(&self) -> Vec<(String, Vec<f64>)>;

    /// Puts a state back that [`state`](Optimizer::state) gave.
    ///
    /// # Errors
    /// [`Error`] when a vector is missing or of the wrong length.
    fn restore(&mut self, state: &[(String, Vec<f64>)]) -> Result<(), Error>;
}
