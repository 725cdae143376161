//! From raw to effective parameters, and gradients back.

mod bounded;
mod dale;
mod mask;

pub use bounded::Bounded;
pub use dale::{DaleProjected, DaleRectified};
pub use mask::Mask;

use std::fmt::Debug;

use neuro_core::Scalar;

/// A differentiable map from the raw values of one parameter matrix to its effective values.
///
/// | transform | effective value of raw `v` | gradient factor |
/// |---|---|---|
/// | [`Identity`] | `v` | 1 |
/// | [`Mask`] | that of another transform where a connection exists, else 0 | the other's, else 0 |
/// | [`DaleRectified`] | `max(v, 0) s_j` | `s_j` where `v > 0`, else 0 |
/// | [`DaleProjected`] | `v s_j`; `v` is set to at least 0 after each step | `s_j` |
/// | [`Bounded`] | `low + (high - low) / (1 + exp(-v))` | its derivative |
///
/// Matrices are `rows x columns`, column-major.
///
/// ```
/// use neuro_autodiff::gradcheck::{GradientOptions, check_transform};
/// use neuro_autodiff::{Parameters, Transform};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// /// `w = v^2`: never negative, with a slope that vanishes at 0 alone.
/// #[derive(Debug)]
/// struct Squared;
///
/// impl Transform for Squared {
///     fn apply(&self, _rows: usize, raw: &[f64], effective: &mut [f64]) {
///         effective.iter_mut().zip(raw).for_each(|(w, v)| *w = v * v);
///     }
///
///     fn pull_back(&self, _rows: usize, raw: &[f64], gradient: &mut [f64]) {
///         gradient.iter_mut().zip(raw).for_each(|(d, v)| *d *= 2.0 * v);
///     }
/// }
///
/// let report = check_transform(&Squared, 1, &[0.5, -2.0, 3.0], &GradientOptions::default())?;
/// assert!(report.passes(1e-8), "{report}");
///
/// let mut parameters = Parameters::new();
/// let raw = DMatrix::from_row_slice(1, 2, &[0.5, -2.0]);
/// let w = parameters.add("w", &raw, Arc::new(Squared), true)?;
/// assert_eq!(parameters.effective(w), [0.25, 4.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
pub trait Transform<T: Scalar = f64>: Debug + Send + Sync {
    /// Checks that the transform fits a `rows x columns` matrix.
    ///
    /// # Errors
    /// [`crate::Error`] when it does not.
    fn validate(&self, rows: usize, columns: usize) -> Result<(), crate::Error> {
        let _ = (rows, columns);
        Ok(())
    }

    /// Writes the effective values of `raw` into `effective`.
    fn apply(&self, rows: usize, raw: &[T], effective: &mut [T]);

    /// Turns the gradient with respect to the effective values into the one with respect to the
    /// raw values, in place.
    fn pull_back(&self, rows: usize, raw: &[T], gradient: &mut [T]);

    /// Moves raw values back to where they are allowed, after an optimiser's step.
    fn project(&self, rows: usize, raw: &mut [T]) {
        let _ = (rows, raw);
    }
}

/// Effective values are the raw values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity;

impl<T: Scalar> Transform<T> for Identity {
    fn apply(&self, _rows: usize, raw: &[T], effective: &mut [T]) {
        effective.copy_from_slice(raw);
    }

    fn pull_back(&self, _rows: usize, _raw: &[T], _gradient: &mut [T]) {}
}
