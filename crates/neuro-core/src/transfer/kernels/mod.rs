//! Elementary functions of whole slices, vectorised.
//!
//! Each function is one branch-free scalar body over [`Elementary`], looped over inside the run-time
//! dispatch of [`crate::simd`], where the compiler turns the loop into vector code. With
//! `k = round(y / ln 2)` and `s = y - k ln 2`, `exp(y) = 2^k (1 + s + s^2 q(s))` with a minimax
//! polynomial `q` (`LN2_HI + LN2_LO = ln 2`, the product `k LN2_HI` being exact), and
//!
//! - `tanh(x) = a + a^3 P(a^2) / Q(a^2)` for `a = |x|` below 0.625 and `1 - 2e / (1 + e)` with
//!   `e = exp(-2a)` above, the sign of `x` put back: both share one division;
//! - `logistic(x) = 1 / (1 + e)` or, for negative `x`, `e / (1 + e)`, with `e = exp(-|x|)`;
//! - `softplus(x) = max(x, 0) + log(1 + e)`, the logarithm by the series of the inverse hyperbolic
//!   tangent, after division of `1 + e` by 2 where `e > sqrt(2) - 1`.
//!
//! | largest error, ulp | `exp` | `tanh` | `logistic` | `softplus` |
//! |---|---|---|---|---|
//! | `f32`, every number | 0.95 | 1.5 | 1.7 | 2.0 |
//! | `f64`, some millions of numbers | 0.95 | 1.6 | 1.7 | 2.1 |
//! | the same without fused multiply-add | 1.3 | 1.7 | 2.2 | 2.1 |
//!
//! Signed zeros, infinities, not-a-number, subnormal results and overflow come out as in `std`.
//! Machines without fused multiply-add run bodies of separate multiplications and additions, whose
//! last bits differ.

#[cfg(test)]
mod accuracy;
mod double;
mod single;

use num_traits::Float;
use pulp::{Simd, WithSimd};

use crate::Scalar;
use crate::simd::dispatch;

/// Writes `exp(x)` into `y`: at most 0.95 ulp from the true value (1.3 without
/// fused multiply-add).
///
/// # Panics
/// When the lengths differ.
///
/// ```
/// let mut y = [0.0; 3];
/// neuro_core::transfer::exp_into(&[0.0, 1.0, -1e9], &mut y);
/// assert_eq!(y, [1.0, std::f64::consts::E, 0.0]);
/// ```
pub fn exp_into<T: Scalar>(x: &[T], y: &mut [T]) {
    map_into(Exp, x, y);
}

/// Writes `tanh(x)` into `y`: at most 1.7 ulp from the true value.
///
/// # Panics
/// When the lengths differ.
pub fn tanh_into<T: Scalar>(x: &[T], y: &mut [T]) {
    map_into(Tanh, x, y);
}

/// Writes `1 / (1 + exp(-x))` into `y`: at most 1.7 ulp from the true value (2.2
/// without fused multiply-add).
///
/// # Panics
/// When the lengths differ.
pub fn logistic_into<T: Scalar>(x: &[T], y: &mut [T]) {
    map_into(Logistic, x, y);
}

/// Writes `log(1 + exp(x))` into `y`: at most 2.1 ulp from the true value.
///
/// # Panics
/// When the lengths differ.
pub fn softplus_into<T: Scalar>(x: &[T], y: &mut [T]) {
    map_into(Softplus, x, y);
}

/// A function of one number, with fused multiply-adds or without.
pub(crate) trait Body<T>: Copy {
    fn at<const FMA: bool>(self, x: T) -> T;
}

/// A function of two numbers, with fused multiply-adds or without.
pub(crate) trait PairBody<T>: Copy {
    fn at<const FMA: bool>(self, x: T, rate: T) -> T;
}

/// `y = body(x)` for each element, in the widest registers of the machine.
pub(crate) fn map_into<T: Scalar>(body: impl Body<T>, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "length of the result");
    dispatch(Map { body, x, y });
}

/// `y = body(x, rate)` for each element, in the widest registers of the machine.
pub(crate) fn map_pairs_into<T: Scalar>(body: impl PairBody<T>, x: &[T], rate: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "length of the result");
    assert_eq!(x.len(), rate.len(), "length of the rates");
    dispatch(MapPairs { body, x, rate, y });
}

/// `body(x)`, with the same bits as [`map_into`].
pub(crate) fn value_of<T: Scalar>(body: impl Body<T>, x: T) -> T {
    let mut y = [T::zero()];
    map_into(body, &[x], &mut y);
    y[0]
}

struct Map<'a, T, B> {
    body: B,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Copy, B: Body<T>> Map<'_, T, B> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (x, y) in self.x.iter().zip(self.y) {
            *y = self.body.at::<FMA>(*x);
        }
    }
}

impl<T: Copy, B: Body<T>> WithSimd for Map<'_, T, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        if S::IS_SCALAR {
            self.run::<false>();
        } else {
            self.run::<true>();
        }
    }
}

struct MapPairs<'a, T, B> {
    body: B,
    x: &'a [T],
    rate: &'a [T],
    y: &'a mut [T],
}

impl<T: Copy, B: PairBody<T>> MapPairs<'_, T, B> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for ((x, rate), y) in self.x.iter().zip(self.rate).zip(self.y) {
            *y = self.body.at::<FMA>(*x, *rate);
        }
    }
}

impl<T: Copy, B: PairBody<T>> WithSimd for MapPairs<'_, T, B> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        if S::IS_SCALAR {
            self.run::<false>();
        } else {
            self.run::<true>();
        }
    }
}

/// What the bodies need to know of a number type: coefficients, limits and its exponent bits.
pub trait Elementary: Float + 'static {
    /// `1.5 * 2^(mantissa bits)`: adding it rounds to an integer, found in the lowest bits.
    const MAGIC: Self;
    /// 0.5.
    const HALF: Self;
    /// 0.75.
    const THREE_QUARTERS: Self;
    /// 2^-60: added to a square it changes no result but keeps the square from being subnormal, at
    /// a hundred times the cost.
    const TINY: Self;
    /// `1 / ln 2`.
    const LOG2_E: Self;
    /// Leading bits of `ln 2`, few enough that products with exponents are exact.
    const LN2_HI: Self;
    /// `ln 2 - LN2_HI`.
    const LN2_LO: Self;
    /// `ln 2`.
    const LN2: Self;
    /// From here on, `exp` is infinite.
    const EXP_HIGHEST: Self;
    /// From here down, `exp` is zero.
    const EXP_LOWEST: Self;
    /// A power of two that keeps `exp(EXP_LOWEST) / LOWERED` a normal number.
    const LOWERED: Self;
    /// From here on, `tanh` is one.
    const TANH_HIGHEST: Self;
    /// Below, `tanh` is a rational function.
    const TANH_SMALL: Self;
    /// `sqrt(2) - 1`.
    const SQRT2_MINUS_ONE: Self;
    /// `exp(s)` for `|s| <= ln(2) / 2`.
    const EXP: &'static [Self];
    /// Numerator of `(tanh(a) - a) / a^3` as a function of `a^2`.
    const TANH_NUMERATOR: &'static [Self];
    /// Denominator of the same.
    const TANH_DENOMINATOR: &'static [Self];
    /// `(atanh(s) - s) / s^3` as a function of `s^2`, for `|s| <= (sqrt(2) - 1) / (sqrt(2) + 1)`.
    const ATANH: &'static [Self];

    /// `2^n` from `n + MAGIC`, where that is a normal number.
    fn power_of_two(shifted: Self) -> Self;

    /// `p 2^n` from `p` and `n + MAGIC`, where `p` and the product are normal numbers.
    fn times_power_of_two(p: Self, shifted: Self) -> Self;

    /// `2^n / LOWERED` from `n + MAGIC` for `EXP_LOWEST <= n ln 2 <= 0`.
    fn raised_power_of_two(shifted: Self) -> Self;

    /// `2^(n - m)` from `n + MAGIC` and `m + MAGIC`, where that is a normal number.
    fn power_of_difference(n: Self, m: Self) -> Self;
}

#[inline(always)]
pub(crate) fn fused<const FMA: bool, T: Elementary>(a: T, b: T, c: T) -> T {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// The polynomial with these coefficients, lowest power first.
#[inline(always)]
pub(crate) fn polynomial<const FMA: bool, T: Elementary>(coefficients: &[T], x: T) -> T {
    match coefficients.split_last() {
        None => T::zero(),
        Some((highest, rest)) => rest
            .iter()
            .rev()
            .fold(*highest, |p, c| fused::<FMA, T>(p, x, *c)),
    }
}

/// `exp(y)` for `y` between `EXP_LOWEST` and `EXP_HIGHEST`, or not-a-number.
///
/// The power of two comes in two factors, so that subnormal and infinite results are rounded once.
#[inline(always)]
fn exp_in_range<const FMA: bool, T: Elementary>(y: T) -> T {
    let shifted = fused::<FMA, T>(y, T::LOG2_E, T::MAGIC);
    let k = shifted - T::MAGIC;
    let s = fused::<FMA, T>(k, -T::LN2_HI, y);
    let s = fused::<FMA, T>(k, -T::LN2_LO, s);
    let half = fused::<FMA, T>(k, T::HALF, T::MAGIC);
    let p = polynomial::<FMA, T>(T::EXP, s);
    p * T::power_of_two(half) * T::power_of_difference(shifted, half)
}

/// `exp(-a)` for `a >= 0` or not-a-number.
///
/// One power of two suffices if it is raised first and a constant factor lowers it again.
#[inline(always)]
pub(crate) fn exp_of_minus<const FMA: bool, T: Elementary>(a: T) -> T {
    // Written so that not-a-number passes, which `min` would swallow.
    let a = if a > -T::EXP_LOWEST {
        -T::EXP_LOWEST
    } else {
        a
    };
    let shifted = fused::<FMA, T>(a, -T::LOG2_E, T::MAGIC);
    let k = shifted - T::MAGIC;
    let s = fused::<FMA, T>(k, -T::LN2_HI, -a);
    let s = fused::<FMA, T>(k, -T::LN2_LO, s);
    polynomial::<FMA, T>(T::EXP, s) * T::raised_power_of_two(shifted) * T::LOWERED
}

/// `log(1 + e)` for `0 <= e <= 1` or not-a-number.
#[inline(always)]
pub(crate) fn log_one_plus<const FMA: bool, T: Elementary>(e: T) -> T {
    let upper = e > T::SQRT2_MINUS_ONE;
    // 1 + f = (1 + e) / 2, or 1 + e as it is.
    let f = if upper {
        fused::<FMA, T>(e, T::HALF, -T::HALF)
    } else {
        e
    };
    let s = f / (T::one() + T::one() + f);
    let z = fused::<FMA, T>(s, s, T::TINY);
    // 2 atanh(s) = 2s + s R with R = 2 z (1/3 + z/5 ...), where 2s = f - s f: what is subtracted from
    // f is small, and so are its errors.
    let rest = fused::<FMA, T>(-(z + z), polynomial::<FMA, T>(T::ATANH, z), f);
    let log = fused::<FMA, T>(-s, rest, f);
    if upper { T::LN2 + log } else { log }
}

/// The exponential function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exp;

impl<T: Elementary> Body<T> for Exp {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let x = if x > T::EXP_HIGHEST {
            T::EXP_HIGHEST
        } else {
            x
        };
        exp_in_range::<FMA, T>(if x < T::EXP_LOWEST { T::EXP_LOWEST } else { x })
    }
}

/// The hyperbolic tangent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tanh;

impl<T: Elementary> Body<T> for Tanh {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let a = x.abs();
        let a = if a > T::TANH_HIGHEST {
            T::TANH_HIGHEST
        } else {
            a
        };
        // exp(-2a) is added to 1 and at most 0.29: the low part of ln 2 does not matter.
        let y = -(a + a);
        let shifted = fused::<FMA, T>(y, T::LOG2_E, T::MAGIC);
        let s = fused::<FMA, T>(shifted - T::MAGIC, -T::LN2, y);
        let e = T::times_power_of_two(polynomial::<FMA, T>(T::EXP, s), shifted);
        let z = fused::<FMA, T>(a, a, T::TINY);
        let large = a > T::TANH_SMALL;
        let numerator = if large {
            e
        } else {
            a * (z * polynomial::<FMA, T>(T::TANH_NUMERATOR, z))
        };
        let denominator = if large {
            fused::<FMA, T>(e, -T::HALF, -T::HALF)
        } else {
            polynomial::<FMA, T>(T::TANH_DENOMINATOR, z)
        };
        let base = if large { T::one() } else { a };
        (base + numerator / denominator).copysign(x)
    }
}

/// The logistic function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logistic;

impl<T: Elementary> Body<T> for Logistic {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let e = exp_of_minus::<FMA, T>(x.abs());
        let numerator = if x < T::zero() { e } else { T::one() };
        let denominator = T::one() + e;
        let quotient = numerator / denominator;
        // What the division and the denominator lost in rounding, times the inverse of the
        // denominator to a few bits: up to 1 ulp less.
        let remainder = if FMA {
            (-quotient).mul_add(denominator, numerator)
        } else {
            T::zero()
        };
        let lost = e - (denominator - T::one());
        let correction = fused::<FMA, T>(-quotient, lost, remainder);
        fused::<FMA, T>(correction, T::THREE_QUARTERS, quotient)
    }
}

/// The logarithm of one plus the exponential.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Softplus;

impl<T: Elementary> Body<T> for Softplus {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let log = log_one_plus::<FMA, T>(exp_of_minus::<FMA, T>(x.abs()));
        log + if x > T::zero() { x } else { T::zero() }
    }
}
