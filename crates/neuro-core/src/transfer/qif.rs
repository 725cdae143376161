//! The gain of a theta neuron (quadratic integrate-and-fire) and its smooth form.

use num_traits::Float;

use super::Transfer;
use super::kernels::{
    self, Body, PairBody, exp_of_minus, log_one_plus, map_into, map_pairs_into, value_of,
};
use crate::{Error, Scalar};

/// `phi(x) = sqrt([x]_+) / pi`, slope `1 / (2 pi sqrt(x))` for `x > 0` and 0 otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QifGain;

impl<T: Scalar> Transfer<T> for QifGain {
    fn name(&self) -> &'static str {
        "qif"
    }

    fn value(&self, x: T) -> T {
        value_of(Self, x)
    }

    fn slope(&self, x: T) -> T {
        if x > T::zero() {
            T::FRAC_1_PI() / (T::of(2.0) * Float::sqrt(x))
        } else {
            T::zero()
        }
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        map_into(*self, x, rate);
    }
}

impl<T: Scalar> Body<T> for QifGain {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let rectified = if x <= T::zero() { T::zero() } else { x };
        T::FRAC_1_PI() * Float::sqrt(rectified)
    }
}

/// `phi(x) = sqrt(c log(1 + exp(x / c))) / pi`, slope `logistic(x / c) / (2 pi^2 phi(x))`.
///
/// A quadratic integrate-and-fire neuron `dv/dt = v^2 + x` under constant input `x` fires at the
/// rate `sqrt([x]_+) / pi`, in units of the inverse membrane time constant: no firing below zero,
/// infinite slope at onset. The smooth form replaces `[x]_+` by a softplus of sharpness `c` (in
/// units of the input), as noise does: `sqrt(c log(1 + exp(x / c))) / pi`. For `x < -40 c`, where
/// the exponential is its own logarithm to full precision and would soon underflow, it is
/// evaluated as `sqrt(c) exp(x / 2c) / pi`.
///
/// ```
/// use neuro_core::transfer::{QifGain, SmoothQifGain, Transfer};
///
/// let smooth = SmoothQifGain::<f64>::default();
/// assert!(smooth.value(-0.1) > 0.0 && QifGain.value(-0.1) == 0.0);
/// assert!((smooth.value(9.0) - QifGain.value(9.0)).abs() < 1e-12);
/// ```
///
/// The name that files store does not tell the sharpness: store it beside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SmoothQifGain<T = f64> {
    /// `c`, in units of the input; positive, default 0.1.
    pub sharpness: T,
}

impl<T: Scalar> Default for SmoothQifGain<T> {
    fn default() -> Self {
        Self {
            sharpness: T::of(0.1),
        }
    }
}

impl<T: Scalar> SmoothQifGain<T> {
    /// Checks that the sharpness is positive and finite.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] otherwise.
    pub fn validate(&self) -> Result<(), Error> {
        let c = self.sharpness;
        Error::check_range(
            "sharpness",
            "a positive finite number",
            c.as_f64(),
            c > T::zero() && c.is_finite(),
        )
    }
}

impl<T: Scalar> Transfer<T> for SmoothQifGain<T> {
    fn name(&self) -> &'static str {
        "smooth_qif"
    }

    fn value(&self, x: T) -> T {
        value_of(Value::new(self.sharpness), x)
    }

    fn slope(&self, x: T) -> T {
        let (rate, mut slope) = (self.value(x), [T::zero()]);
        self.slope_into(&[x], &[rate], &mut slope);
        slope[0]
    }

    fn value_into(&self, x: &[T], rate: &mut [T]) {
        map_into(Value::new(self.sharpness), x, rate);
    }

    fn slope_into(&self, x: &[T], rate: &[T], slope: &mut [T]) {
        map_pairs_into(Slope { c: self.sharpness }, x, rate, slope);
    }
}

/// Below this `x / c`, `log(1 + exp(x / c)) = exp(x / c)` to the last bit of `f64`.
const TAIL: f64 = -40.0;

#[derive(Clone, Copy)]
struct Value<T> {
    c: T,
    root_c: T,
}

impl<T: Scalar> Value<T> {
    fn new(c: T) -> Self {
        Self {
            c,
            root_c: c.sqrt(),
        }
    }
}

impl<T: Scalar> Body<T> for Value<T> {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let z = x / self.c;
        let tail = z < T::of(TAIL);
        let a = Float::abs(z);
        // One exponential serves both forms.
        let e = exp_of_minus::<FMA, T>(if tail { T::HALF * a } else { a });
        let rectified = if z > T::zero() { z } else { T::zero() };
        let middle = (self.c * (rectified + log_one_plus::<FMA, T>(e))).sqrt();
        T::FRAC_1_PI() * if tail { self.root_c * e } else { middle }
    }
}

#[derive(Clone, Copy)]
struct Slope<T> {
    c: T,
}

impl<T: Scalar> PairBody<T> for Slope<T> {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T, rate: T) -> T {
        let z = x / self.c;
        let two = T::of(2.0);
        let middle = kernels::Logistic.at::<FMA>(z) / (two * T::PI() * T::PI() * rate);
        if z < T::of(TAIL) {
            rate / (two * self.c)
        } else {
            middle
        }
    }
}
