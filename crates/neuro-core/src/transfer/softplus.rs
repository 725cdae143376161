//! The softplus function, a smooth rectifier.

use super::Transfer;
use super::kernels::{self, logistic_into, softplus_into, value_of};
use crate::Scalar;

/// `phi(x) = log(1 + exp(x))`, slope `1 / (1 + exp(-x))`.
///
/// ```
/// use neuro_core::transfer::{Softplus, Transfer};
/// assert_eq!(Softplus.value(0.0), std::f64::consts::LN_2);
/// assert_eq!(Softplus.value(1e6), 1e6);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softplus;

impl<T: Scalar> Transfer<T> for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn value(&self, x: T) -> T {
        value_of(kernels::Softplus, x)
    }

    fn slope(&self, x: T) -> T {
        value_of(kernels::Logistic, x)
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        softplus_into(x, rate);
    }

    fn slope_into(&self, x: &[T], _rate: &[T], slope: &mut [T]) {
        logistic_into(x, slope);
    }
}
