//! Optimisers: from a gradient to a change of the raw parameters.
//!
//! A step of training is: gradient with respect to the raw values, [`Clip`], the learning rate of
//! this update ([`Schedule`]), [`Optimizer::step`].
//!
//! ```
//! use neuro_autodiff::optimizer::{Adam, AdamConfig, Clip, Optimizer, Schedule};
//! use neuro_autodiff::{Identity, Parameters};
//! use neuro_core::nalgebra::DMatrix;
//! use std::sync::Arc;
//!
//! // The minimum of |w|^2 / 2, whose gradient is w.
//! let mut parameters = Parameters::new();
//! parameters.add("w", &DMatrix::from_row_slice(1, 2, &[3.0, -4.0]), Arc::new(Identity), true)?;
//! let mut adam = Adam::new(AdamConfig::default(), &parameters)?;
//! let schedule = Schedule::Constant;
//! for update in 0..1000 {
//!     let mut gradient = parameters.raw_values().to_vec();
//!     Clip::GlobalNorm(1.0).apply(&parameters, &mut gradient);
//!     adam.step(&mut parameters, &gradient, 0.05 * schedule.at(update));
//! }
//! assert!(parameters.raw_values().iter().all(|w: &f64| w.abs() < 1e-3));
//! # Ok::<(), neuro_autodiff::Error>(())
//! ```
//!
//! [`Trainer`](crate::train::Trainer) is this loop with criteria, history and checkpoints.

mod adam;
mod clip;
mod deep_rewiring;
mod schedule;
mod sgd;

pub use adam::{Adam, AdamConfig, EpsilonPlacement};
pub use clip::Clip;
pub use deep_rewiring::{DeepRewiring, DeepRewiringConfig, Rewiring};
pub use schedule::Schedule;
pub use sgd::{Sgd, SgdConfig};

use std::fmt::Debug;
use std::ops::Range;

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

    /// The rule and its constants, in words: a checkpoint of another optimiser is refused.
    fn describe(&self) -> String;

    /// The state as named vectors; numbers that count are given as one value.
    fn state(&self) -> Vec<(String, Vec<f64>)>;

    /// Puts a state back that [`state`](Optimizer::state) gave.
    ///
    /// # Errors
    /// [`Error`] when a vector is missing or of the wrong length.
    fn restore(&mut self, state: &[(String, Vec<f64>)]) -> Result<(), Error>;
}

/// The trainable parts of the flat vector, neighbours joined, so that a step runs over few long
/// slices.
fn joined(ranges: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let mut all: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match all.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => all.push(range),
        }
    }
    all
}

/// A state vector as `f64`, which holds `f32` exactly.
fn stored<T: Scalar>(name: &str, values: &[T]) -> (String, Vec<f64>) {
    (name.into(), values.iter().map(|&v| v.as_f64()).collect())
}

/// The named vector of a state, of a known length.
fn find<'a>(
    state: &'a [(String, Vec<f64>)],
    name: &str,
    length: usize,
) -> Result<&'a [f64], Error> {
    let mismatch = |found: String| Error::CheckpointMismatch {
        what: format!("optimiser state {name}"),
        expected: format!("{length} values"),
        found,
    };
    let (_, values) = state
        .iter()
        .find(|(n, _)| n == name)
        .ok_or_else(|| mismatch("missing".into()))?;
    if values.len() != length {
        return Err(mismatch(format!("{} values", values.len())));
    }
    Ok(values)
}

/// A counter of a state.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "only whole numbers from 0 to 2^53 pass"
)]
fn find_counter(state: &[(String, Vec<f64>)], name: &str) -> Result<u64, Error> {
    let count = find(state, name, 1)?[0];
    if !(0.0..=9_007_199_254_740_992.0).contains(&count) || count.fract() != 0.0 {
        return Err(Error::CheckpointMismatch {
            what: format!("optimiser state {name}"),
            expected: "a whole number".into(),
            found: count.to_string(),
        });
    }
    Ok(count as u64)
}

/// Copies a stored vector back.
fn unpack<T: Scalar>(stored: &[f64], values: &mut [T]) {
    for (value, stored) in values.iter_mut().zip(stored) {
        *value = T::of(*stored);
    }
}
