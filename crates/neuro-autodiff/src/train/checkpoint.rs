//! Checkpoints.

use std::path::PathBuf;

use neuro_core::Scalar;

use super::Trainer;
use crate::Error;

/// Where and how often a training run keeps a checkpoint.
#[derive(Clone, Debug)]
pub struct Checkpointing {
    /// The file; replaced only by a complete one.
    pub path: PathBuf,
    /// Updates from one checkpoint to the next, at least 1.
    pub every: u64,
}

impl<T: Scalar> Trainer<T> {
    pub(super) fn save(&self, objective: &str) -> Result<(), Error> {
        let _ = objective;
        Ok(())
    }
}
