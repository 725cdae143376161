//! Transfer functions: from the input of a unit to its rate.

mod tanh;

pub use tanh::Tanh;

use std::fmt::Debug;

use crate::Scalar;

/// A transfer function `r = phi(x)` and its slope `phi'(x)`, for one value and for slices.
///
/// The slice forms of the built-in functions are vectorised. A user's own function needs
/// [`value`](Transfer::value) and [`slope`](Transfer::slope) only.
pub trait Transfer<T: Scalar = f64>: Debug + Send + Sync {
    /// The name that files store.
    fn name(&self) -> &'static str;

    /// `phi(x)`.
    fn value(&self, x: T) -> T;

    /// `phi'(x)`.
    fn slope(&self, x: T) -> T;

    /// Writes `phi(x)` into `rate`; both have the same length.
    fn value_into(&self, x: &[T], rate: &mut [T]) {
        for (x, rate) in x.iter().zip(rate) {
            *rate = self.value(*x);
        }
    }

    /// Writes `phi'(x)` into `slope`. `rate` holds `phi(x)`, from which the slope of many functions
    /// follows without a new evaluation. All three have the same length.
    fn slope_into(&self, x: &[T], rate: &[T], slope: &mut [T]) {
        let _ = rate;
        for (x, slope) in x.iter().zip(slope) {
            *slope = self.slope(*x);
        }
    }
}
