//! The identity: a linear unit.

use super::Transfer;
use crate::Scalar;

/// `phi(x) = x`, slope 1.
///
/// ```
/// use neuro_core::transfer::{Identity, Transfer};
/// assert_eq!((Identity.value(-2.5), Identity.slope(-2.5)), (-2.5, 1.0));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Identity;

impl<T: Scalar> Transfer<T> for Identity {
    fn name(&self) -> &'static str {
        "identity"
    }

    fn value(&self, x: T) -> T {
        x
    }

    fn slope(&self, _x: T) -> T {
        T::one()
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        rate.copy_from_slice(x);
    }

    fn slope_into(&self, _x: &[T], _rate: &[T], slope: &mut [T]) {
        slope.fill(T::one());
    }
}
