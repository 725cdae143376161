//! The hyperbolic tangent.

use super::Transfer;
use crate::Scalar;

/// `phi(x) = tanh(x)`, slope `1 - tanh(x)^2`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tanh;

impl<T: Scalar> Transfer<T> for Tanh {
    fn name(&self) -> &'static str {
        "tanh"
    }

    fn value(&self, x: T) -> T {
        x.tanh()
    }

    fn slope(&self, x: T) -> T {
        let r = x.tanh();
        T::one() - r * r
    }

    fn slope_into(&self, _x: &[T], rate: &[T], slope: &mut [T]) {
        for (r, slope) in rate.iter().zip(slope) {
            *slope = T::one() - *r * *r;
        }
    }
}
