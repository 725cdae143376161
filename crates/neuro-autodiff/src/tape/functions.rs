//! Functions of one number that are not transfer functions of units, in the same form.

use neuro_core::transfer::{Transfer, exp_into};
use neuro_core::{Scalar, vectorize};

/// A function with its slope, both of `(x, y)` with `y` the function's value, so that a slope can
/// take what is there.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    /// `e^x`.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Square root; its slope at 0 is taken to be 0.
    Sqrt,
    /// `x^2`.
    Square,
    /// `|x|`; its slope at 0 is taken to be 0.
    Abs,
    /// `1 / x`.
    Recip,
}

impl<T: Scalar> Transfer<T> for Function {
    fn name(&self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Sqrt => "sqrt",
            Self::Square => "square",
            Self::Abs => "abs",
            Self::Recip => "recip",
        }
    }

    fn value(&self, x: T) -> T {
        let mut value = [x];
        self.value_into(&[x], &mut value);
        value[0]
    }

    fn slope(&self, x: T) -> T {
        let mut slope = [x];
        self.slope_into(&[x], &[self.value(x)], &mut slope);
        slope[0]
    }

    fn value_into(&self, x: &[T], value: &mut [T]) {
        match self {
            Self::Exp => exp_into(x, value),
            Self::Ln => each(x, x, value, |x, _| x.ln()),
            Self::Sqrt => each(x, x, value, |x, _| x.sqrt()),
            Self::Square => each(x, x, value, |x, _| x * x),
            Self::Abs => each(x, x, value, |x, _| x.abs()),
            Self::Recip => each(x, x, value, |x, _| T::one() / x),
        }
    }

    fn slope_into(&self, x: &[T], value: &[T], slope: &mut [T]) {
        let two = T::one() + T::one();
        match self {
            Self::Exp => slope.copy_from_slice(value),
            Self::Ln => each(x, value, slope, |x, _| T::one() / x),
            Self::Sqrt => each(x, value, slope, |x, y| {
                if x == T::zero() {
                    T::zero()
                } else {
                    T::one() / (two * y)
                }
            }),
            Self::Square => each(x, value, slope, |x, _| two * x),
            Self::Abs => each(x, value, slope, |x, _| {
                if x == T::zero() {
                    T::zero()
                } else {
                    x.signum()
                }
            }),
            Self::Recip => each(x, value, slope, |_, y| -y * y),
        }
    }
}

#[inline(always)]
fn each<T: Scalar>(x: &[T], y: &[T], result: &mut [T], f: impl Fn(T, T) -> T) {
    vectorize(|| {
        for ((result, x), y) in result.iter_mut().zip(x).zip(y) {
            *result = f(*x, *y);
        }
    });
}
