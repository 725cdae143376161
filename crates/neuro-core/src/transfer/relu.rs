//! The rectified linear function.

use super::Transfer;
use crate::Scalar;

/// `phi(x) = max(x, 0)`, slope 1 for `x > 0` and 0 otherwise, also at 0. Not-a-number stays.
///
/// ```
/// use neuro_core::transfer::{Relu, Transfer};
/// assert_eq!((Relu.value(-2.0), Relu.value(2.0), Relu.slope(0.0)), (0.0, 2.0, 0.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relu;

impl<T: Scalar> Transfer<T> for Relu {
    fn name(&self) -> &'static str {
        "relu"
    }

    fn value(&self, x: T) -> T {
        if x <= T::zero() { T::zero() } else { x }
    }

    fn slope(&self, x: T) -> T {
        if x > T::zero() { T::one() } else { T::zero() }
    }
}
