//! Recursive least squares: weights that follow a target from one sample to the next. What it computes
//! and minimises stands with [`RlsConfig`].

mod all_to_all;
mod columns;
mod config;
mod dale;
mod inverse;
mod kernel;
mod pending;
mod per_unit;
mod places;
mod shared;

pub use all_to_all::AllToAllRls;
pub use config::{Objective, RlsConfig};
pub use dale::Dale;
pub use per_unit::{Lesson, PerUnitRls};
pub use shared::SharedRls;

use neuro_core::Error as Core;

use crate::Error;

/// Checks the inputs and targets of one update.
fn check_sample(what: &str, expected: usize, values: &[f64]) -> Result<(), Error> {
    Core::check_length(what, expected, values.len())?;
    Ok(Core::check_finite(what, values)?)
}
