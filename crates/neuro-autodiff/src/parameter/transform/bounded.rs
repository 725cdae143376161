//! Values that stay between two bounds.

use neuro_core::Scalar;

use super::Transform;
use crate::Error;

/// A logistic map of the raw values onto the interval from `low` to `high`.
///
/// `p = low + (high - low) / (1 + exp(-v))` for a raw value `v`: `low < p < high` up to rounding,
/// with derivative `(p - low) (high - p) / (high - low)`. Used for trained time constants.
///
/// ```
/// use neuro_autodiff::{Bounded, Transform};
///
/// // Synaptic time constants between 20 and 100 ms.
/// let bounded = Bounded::new(20.0, 100.0)?;
/// let mut tau = [0.0];
/// bounded.apply(1, &[bounded.raw_of(35.0)?], &mut tau);
/// assert!((tau[0] - 35.0_f64).abs() < 1e-12);
/// bounded.apply(1, &[-1e3], &mut tau);
/// assert_eq!(tau[0], 20.0);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounded {
    low: f64,
    high: f64,
}

impl Bounded {
    /// Bounds of the effective values, in their unit.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when the bounds are not finite or `low >= high`.
    pub fn new(low: f64, high: f64) -> Result<Self, Error> {
        neuro_core::Error::check_range("lower bound", "a finite number", low, low.is_finite())?;
        neuro_core::Error::check_range(
            "upper bound",
            &format!("a finite number above {low}"),
            high,
            high.is_finite() && high > low && (high - low).is_finite(),
        )?;
        Ok(Self { low, high })
    }

    /// The raw value whose effective value is `value`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when `value` is not strictly between the bounds.
    pub fn raw_of(&self, value: f64) -> Result<f64, Error> {
        neuro_core::Error::check_range(
            "bounded value",
            &format!("strictly between {} and {}", self.low, self.high),
            value,
            value > self.low && value < self.high,
        )?;
        Ok(((value - self.low) / (self.high - value)).ln())
    }

    /// Lower and upper bound.
    #[must_use]
    pub fn bounds(&self) -> (f64, f64) {
        (self.low, self.high)
    }
}

/// `1 / (1 + exp(-v))`. `exp(-v)` may overflow to infinity, where the result is 0 as it should be.
fn logistic(v: f64) -> f64 {
    1.0 / (1.0 + (-v).exp())
}

impl<T: Scalar> Transform<T> for Bounded {
    fn apply(&self, _rows: usize, raw: &[T], effective: &mut [T]) {
        for (raw, effective) in raw.iter().zip(effective) {
            let p = self.low + (self.high - self.low) * logistic((*raw).as_f64());
            // Rounding may carry the sum over the upper bound.
            *effective = T::of(p.clamp(self.low, self.high));
        }
    }

    fn pull_back(&self, _rows: usize, raw: &[T], gradient: &mut [T]) {
        for (raw, gradient) in raw.iter().zip(gradient) {
            let v = (*raw).as_f64();
            // 1 - logistic(v) = logistic(-v) without cancellation.
            let slope = (self.high - self.low) * logistic(v) * logistic(-v);
            *gradient *= T::of(slope);
        }
    }
}
