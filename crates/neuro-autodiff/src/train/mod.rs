//! Training: from an objective and an optimiser to a trained network.
//!
//! [`Trainer::run`] makes updates until something ends it, and says what ended it: a
//! [`Termination`] is a value. Observers watch, criteria decide, checkpoints keep. A run that is
//! stopped and resumed gives the same bits as one that was never stopped.
//!
//! ```
//! use neuro_autodiff::optimizer::{Sgd, SgdConfig};
//! use neuro_autodiff::train::{Objective, ScoreAtLeast, Termination, Trainer, TrainerConfig};
//! use neuro_autodiff::{Error, Identity, Parameters};
//! use neuro_core::nalgebra::DMatrix;
//! use std::{ops::ControlFlow, sync::Arc};
//!
//! struct Bowl;
//!
//! impl Objective for Bowl {
//!     fn evaluate(&mut self, _update: u64, w: &Parameters, d: &mut [f64]) -> Result<f64, Error> {
//!         d[0] = w.raw_values()[0] - 3.0;
//!         Ok(0.5 * d[0] * d[0])
//!     }
//!
//!     fn describe(&self) -> String {
//!         "(w - 3)^2 / 2".into()
//!     }
//! }
//!
//! let mut parameters = Parameters::new();
//! parameters.add("w", &DMatrix::from_element(1, 1, 0.0), Arc::new(Identity), true)?;
//! let config = TrainerConfig {
//!     updates: 1000,
//!     learning_rate: 0.1,
//!     check_every: 10,
//!     ..TrainerConfig::default()
//! };
//! let optimizer = Box::new(Sgd::new(SgdConfig::default(), &parameters)?);
//! let mut trainer = Trainer::new(config, parameters, optimizer)?;
//! let closeness = |w: &Parameters| Ok(-(w.raw_values()[0] - 3.0).abs());
//! let mut criterion = ScoreAtLeast::new(-1e-3, f64::NEG_INFINITY..=0.0, closeness)?;
//! let ended = trainer.run(&mut Bowl, Some(&mut criterion), &mut |_| ControlFlow::Continue(()))?;
//! // 3 * 0.9^n is below 1e-3 from n = 76 on, which the check at 80 finds.
//! assert_eq!((ended, trainer.update()), (Termination::Converged, 80));
//! # Ok::<(), neuro_autodiff::Error>(())
//! ```

mod checkpoint;
mod criterion;
mod trainer;

pub use criterion::{Criterion, Record, Score, ScoreAtLeast};
pub use trainer::{Checkpointing, Report, Termination, Trainer, TrainerConfig};

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
