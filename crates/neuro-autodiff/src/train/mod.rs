//! Training: from an objective and an optimiser to a trained network.
//!
//! [`Trainer::run`] makes updates until something ends it, and says what ended it: a
//! [`Termination`] is a value. Observers watch, criteria decide, checkpoints keep. A run that is
//! stopped and resumed gives the same bits as one that was never stopped.

mod checkpoint;
mod criterion;
mod trainer;

pub use checkpoint::Checkpointing;
pub use criterion::{Criterion, Record, Score, ScoreAtLeast};
pub use trainer::{Report, Termination, Trainer, TrainerConfig};

use neuro_core::Scalar;

use crate::{Error, Parameters};

/// Something to minimise: loss and gradient of one update.
///
/// Implemented by [`crate::Bptt`] for recurrent cells; implement it to train anything else with the
/// same optimisers, criteria and checkpoints.
pub trait Objective<T: Scalar = f64> {
    /// Returns the loss of update `update` (counted from 0) and writes its gradient with respect to
    /// all raw parameters. Depends on nothing but its arguments.
    ///
    /// # Errors
    /// When the loss cannot be computed; a loss that is not finite is no error.
    fn evaluate(
        &mut self,
        update: u64,
        parameters: &Parameters<T>,
        gradient: &mut [T],
    ) -> Result<f64, Error>;

    /// What is minimised, in words that change whenever the values do: a checkpoint of another
    /// objective is refused.
    fn describe(&self) -> String;
}
