//! The hyperbolic tangent.

use super::Transfer;
use super::kernels::{self, tanh_into, value_of};
use crate::Scalar;

/// `phi(x) = tanh(x)`, slope `1 - tanh(x)^2`.
///
/// ```
/// use neuro_core::transfer::{Tanh, Transfer};
/// assert_eq!(Tanh.value(-3.0), -Tanh.value(3.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

impl<T: Scalar> Transfer<T> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn value(&self, x: T) -> T {
        value_of(kernels::Tanh, x)
    }

    fn slope(&self, x: T) -> T {
        let r = self.value(x);
        T::one() - r * r
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        tanh_into(x, rate);
    }

    fn slope_into(&self, _x: &[T], rate: &[T], slope: &mut [T]) {
        crate::vectorize(|| {
            for (r, slope) in rate.iter().zip(slope) {
                *slope = T::one() - *r * *r;
            }
        });
    }
}
