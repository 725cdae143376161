//! The logistic function.

use super::Transfer;
use super::kernels::{self, logistic_into, value_of};
use crate::Scalar;

/// `phi(x) = 1 / (1 + exp(-x))`, slope `phi (1 - phi)`.
///
/// ```
/// use neuro_core::transfer::{Logistic, Transfer};
/// assert_eq!((Logistic.value(0.0), Logistic.slope(0.0)), (0.5, 0.25));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logistic;

impl<T: Scalar> Transfer<T> for Logistic {
    fn name(&self) -> &'static str {
        "logistic"
    }

    fn value(&self, x: T) -> T {
        value_of(kernels::Logistic, x)
    }

    fn slope(&self, x: T) -> T {
        let r = self.value(x);
        r * (T::one() - r)
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        logistic_into(x, rate);
    }

    fn slope_into(&self, _x: &[T], rate: &[T], slope: &mut [T]) {
        crate::vectorize(|| {
            for (r, slope) in rate.iter().zip(slope) {
                *slope = *r * (T::one() - *r);
            }
        });
    }
}
