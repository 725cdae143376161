//! Softmax and the logarithm of a sum of exponentials.

use num_traits::Float;

use super::kernels::{Body, Exp, map_into, value_of};
use crate::Scalar;

/// Writes the softmax of `x` into `p`: positive, of sum one.
///
/// `p_i = exp(x_i) / sum_j exp(x_j)` and `log sum_j exp(x_j)`, both after subtraction of the
/// largest `x_j`, so that nothing overflows. Entries of minus infinity have probability zero. If an
/// entry is not-a-number or plus infinity, or all are minus infinity, softmax is not-a-number.
///
/// ```
/// use neuro_core::transfer::{log_sum_exp, softmax_into};
///
/// let x = [1000.0, 1000.0];
/// let mut p = [0.0; 2];
/// softmax_into(&x, &mut p);
/// assert_eq!(p, [0.5, 0.5]);
/// assert_eq!(log_sum_exp(&x), 1000.0 + std::f64::consts::LN_2);
/// ```
///
/// # Panics
/// When the lengths differ.
pub fn softmax_into<T: Scalar>(x: &[T], p: &mut [T]) {
    map_into(ShiftedExp { shift: largest(x) }, x, p);
    let sum: T = p.iter().copied().sum();
    for p in p {
        *p /= sum;
    }
}

/// `log sum_j exp(x_j)`; minus infinity for no numbers.
#[must_use]
pub fn log_sum_exp<T: Scalar>(x: &[T]) -> T {
    let shift = largest(x);
    if !Float::is_finite(shift) {
        // Minus infinity minus itself would be not-a-number.
        return shift;
    }
    let sum: T = x.iter().map(|x| value_of(Exp, *x - shift)).sum();
    shift + Float::ln(sum)
}

/// Writes the gradient with respect to `x` into `x_gradient`, given `p = softmax(x)` and the gradient
/// with respect to `p`: `p_i (g_i - sum_j p_j g_j)`.
///
/// # Panics
/// When the lengths differ.
pub fn softmax_vjp_into<T: Scalar>(p: &[T], p_gradient: &[T], x_gradient: &mut [T]) {
    assert_eq!(p.len(), p_gradient.len(), "length of the gradient");
    assert_eq!(p.len(), x_gradient.len(), "length of the result");
    let mean: T = p.iter().zip(p_gradient).map(|(p, g)| *p * *g).sum();
    for ((x, p), g) in x_gradient.iter_mut().zip(p).zip(p_gradient) {
        *x = *p * (*g - mean);
    }
}

/// The largest number, or not-a-number if there is one.
fn largest<T: Scalar>(x: &[T]) -> T {
    x.iter().copied().fold(T::neg_infinity(), |max, x| {
        if x > max || Float::is_nan(x) { x } else { max }
    })
}

#[derive(Clone, Copy)]
struct ShiftedExp<T> {
    shift: T,
}

impl<T: Scalar> Body<T> for ShiftedExp<T> {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        Exp.at::<FMA>(x - self.shift)
    }
}
