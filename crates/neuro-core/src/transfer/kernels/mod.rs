//! Elementary functions of whole slices, vectorised.
//!
//! Each function is one branch-free scalar body over [`Elementary`], looped over inside the run-time
//! dispatch of [`crate::simd`], where the compiler turns the loop into vector code. With
//! `k = round(y / ln 2)` and `s = y - k ln 2`, `exp(y) = 2^k (1 + s + s^2 q(s))` with a minimax
//! polynomial `q` (`LN2_HI + LN2_LO = ln 2`, the product `k LN2_HI` being exact), and
//!
//! - `tanh(x) = N / (N + 2 (1 - t))` with `N = (2^k - 1) + t (2^k + 1)` and `t = tanh(s)`, an odd
//!   polynomial; here `s = |x| - k ln(2) / 2`. It is the addition theorem, `tanh(k ln(2) / 2)` being
//!   `(2^k - 1) / (2^k + 1)`. The sign of `x` is put back;
//! - `logistic(x) = e / (1 + e)` with `e = exp(x)`;
//! - `softplus(x) = max(x, 0) + log(1 + e)` with `e = exp(-|x|)`, the logarithm by the series of the
//!   inverse hyperbolic tangent, after division of `1 + e` by 2 where `e > sqrt(2) - 1`.
//!
//! The division stays a division: in 512-bit registers it occupies its unit for 0.6 ns an element of
//! `f64` and 0.2 ns of `f32` while the other instructions run. Newton steps from an approximate
//! reciprocal, which compete with them, measured no faster.
//!
//! How accurate they are is said in [`transfer`](super).

#[cfg(test)]
mod accuracy;
mod double;
mod single;

use num_traits::Float;

use crate::Scalar;
pub(crate) use crate::simd::fused;
use crate::simd::{Kernel, run_kernel};

/// `exp(x)` inside of a [`Kernel`], whose `FMA` it takes: what [`exp_into`] computes, for loops that do more than
/// that to each element.
///
/// ```
/// use neuro_core::transfer::exp;
/// use neuro_core::{Kernel, run_kernel};
///
/// /// `y = x exp(-x)`.
/// struct Alpha<'a>(&'a [f64], &'a mut [f64]);
///
/// impl Kernel for Alpha<'_> {
///     type Output = ();
///
///     #[inline(always)]
///     fn run<const FMA: bool>(self) {
///         for (y, x) in self.1.iter_mut().zip(self.0) {
///             *y = x * exp::<FMA, _>(-*x);
///         }
///     }
/// }
///
/// let mut y = [0.0; 3];
/// run_kernel(Alpha(&[0.0, 1.0, 1e3], &mut y));
/// assert_eq!(y, [0.0, (-1.0_f64).exp(), 0.0]);
/// ```
#[inline(always)]
#[must_use]
pub fn exp<const FMA: bool, T: Scalar>(x: T) -> T {
    Exp.at::<FMA>(x)
}

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

/// Writes `tanh(x)` into `y`: at most 1.9 ulp from the true value.
///
/// # Panics
/// When the lengths differ.
pub fn tanh_into<T: Scalar>(x: &[T], y: &mut [T]) {
    map_into(Tanh, x, y);
}

/// Writes `1 / (1 + exp(-x))` into `y`: at most 2.0 ulp from the true value (2.2
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
    /// Whether sixteen numbers are put into registers better than eight: in `f32`, of which a register holds so many,
    /// and of long functions, which the compiler takes apart otherwise.
    const WIDE: bool = size_of::<T>() == 4;

    fn at<const FMA: bool>(self, x: T) -> T;
}

/// A function of two numbers, with fused multiply-adds or without.
pub(crate) trait PairBody<T>: Copy {
    fn at<const FMA: bool>(self, x: T, rate: T) -> T;
}

/// `y = body(x)` for each element, in the widest registers of the machine.
pub(crate) fn map_into<T: Scalar>(body: impl Body<T>, x: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "length of the result");
    run_kernel(Map { body, x, y });
}

/// `y = body(x, rate)` for each element, in the widest registers of the machine.
pub(crate) fn map_pairs_into<T: Scalar>(body: impl PairBody<T>, x: &[T], rate: &[T], y: &mut [T]) {
    assert_eq!(x.len(), y.len(), "length of the result");
    assert_eq!(x.len(), rate.len(), "length of the rates");
    run_kernel(MapPairs { body, x, rate, y });
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

/// Elements that are read before results are written.
///
/// A read waits for an earlier write whose address has the same lowest 12 bits. Buffers of whole
/// pages that follow each other are such pairs; reading ahead makes them faster by a sixth.
const BLOCK: usize = 64;

impl<T: Scalar, B: Body<T>> Map<'_, T, B> {
    #[inline(always)]
    fn group<const FMA: bool, const GROUP: usize>(&self, mut group: [T; GROUP]) -> [T; GROUP] {
        for value in &mut group {
            *value = self.body.at::<FMA>(*value);
        }
        group
    }

    /// In blocks, and what is left in groups: one number alone takes as long as a group.
    #[inline(always)]
    fn run_in_groups<const FMA: bool, const GROUP: usize>(mut self) {
        let y = std::mem::take(&mut self.y);
        let whole = self.x.len() / GROUP * GROUP;
        let rest = &self.x[whole..];
        if !rest.is_empty() {
            if let (Some(x), Some(y)) = (self.x.last_chunk(), y.last_chunk_mut()) {
                // The last group, some of which comes again below.
                *y = self.group::<FMA, GROUP>(*x);
            } else {
                let mut group = [T::zero(); GROUP];
                for (value, x) in group.iter_mut().zip(rest) {
                    *value = *x;
                }
                for (y, value) in y.iter_mut().zip(self.group::<FMA, GROUP>(group)) {
                    *y = value;
                }
            }
        }
        let (x, x_rest) = self.x[..whole].as_chunks::<BLOCK>();
        let (y, y_rest) = y[..whole].as_chunks_mut::<BLOCK>();
        for (x, y) in x.iter().zip(y) {
            let mut block = *x;
            for value in &mut block {
                *value = self.body.at::<FMA>(*value);
            }
            *y = block;
        }
        let (x, _) = x_rest.as_chunks::<GROUP>();
        let (y, _) = y_rest.as_chunks_mut::<GROUP>();
        for (x, y) in x.iter().zip(y) {
            *y = self.group::<FMA, GROUP>(*x);
        }
    }
}

impl<T: Scalar, B: Body<T>> Kernel for Map<'_, T, B> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        if B::WIDE {
            self.run_in_groups::<FMA, 16>();
        } else {
            self.run_in_groups::<FMA, 8>();
        }
    }
}

struct MapPairs<'a, T, B> {
    body: B,
    x: &'a [T],
    rate: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar, B: PairBody<T>> Kernel for MapPairs<'_, T, B> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for ((x, rate), y) in self.x.iter().zip(self.rate).zip(self.y) {
            *y = self.body.at::<FMA>(*x, *rate);
        }
    }
}

/// What the bodies need to know of a number type: coefficients, limits and its exponent bits.
pub trait Elementary: Float + 'static {
    /// `1.5 * 2^(mantissa bits)`: adding it rounds to an integer, found in the lowest bits.
    const MAGIC: Self;
    /// The exponent bits of 1 as a number.
    const BIAS: Self;
    /// `2^RAISE exp(y)` is a normal number from `EXP_LOWEST` to `LOGISTIC_HIGHEST`.
    const RAISE: Self;
    /// `2^-RAISE`.
    const LOWERED: Self;
    /// 0.5.
    const HALF: Self;
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
    /// From here on, `logistic` is one.
    const LOGISTIC_HIGHEST: Self;
    /// Factor of numerator and denominator of `logistic`, the best of some short fractions near 3/2.
    const LOGISTIC_SCALE: Self;
    /// From here on, `tanh` is one.
    const TANH_HIGHEST: Self;
    /// `tanh` changes from one `k` to the next at `(k + 1/2) ln(2) / 2` plus this.
    const TANH_SHIFT: Self;
    /// `sqrt(2) - 1`.
    const SQRT2_MINUS_ONE: Self;
    /// `exp(s)` for `|s| <= ln(2) / 2`.
    const EXP: &'static [Self];
    /// `(tanh(s) - s) / s^3` as a function of `s^2`, for `|s| <= ln(2) / 4 + TANH_SHIFT`.
    const TANH: &'static [Self];
    /// `(atanh(s) - s) / s^3` as a function of `s^2`, for `|s| <= (sqrt(2) - 1) / (sqrt(2) + 1)`.
    const ATANH: &'static [Self];

    /// `2^n` from `n + MAGIC + BIAS`, where that is a normal number.
    fn power_of_two(shifted: Self) -> Self;

    /// `2^(n - m)` from `n + MAGIC + 2 BIAS` and `m + MAGIC + BIAS`, where that is a normal number.
    fn power_of_difference(n: Self, m: Self) -> Self;
}

/// The polynomial with these coefficients, lowest power first.
#[inline(always)]
pub(crate) fn polynomial<const FMA: bool, T: Elementary>(coefficients: &[T], x: T) -> T {
    scaled_polynomial::<FMA, T>(T::one(), coefficients, x)
}

/// A constant times the polynomial; the products with the coefficients cost nothing at run time.
#[inline(always)]
fn scaled_polynomial<const FMA: bool, T: Elementary>(factor: T, coefficients: &[T], x: T) -> T {
    match coefficients.split_last() {
        None => T::zero(),
        Some((highest, rest)) => rest
            .iter()
            .rev()
            .fold(factor * *highest, |p, c| fused::<FMA, T>(p, x, factor * *c)),
    }
}

/// The smaller number, but `x` if that is not-a-number: `min` would swallow it.
#[inline(always)]
fn at_most<T: Elementary>(x: T, highest: T) -> T {
    if x > highest { highest } else { x }
}

/// The larger number, but `x` if that is not-a-number.
#[inline(always)]
fn at_least<T: Elementary>(x: T, lowest: T) -> T {
    if x < lowest { lowest } else { x }
}

/// `k + magic` with `k = round(y / ln 2)`, and a constant times `exp(y - k ln 2)`.
#[inline(always)]
fn exp_parts<const FMA: bool, T: Elementary>(y: T, magic: T, factor: T) -> (T, T) {
    let shifted = fused::<FMA, T>(y, T::LOG2_E, magic);
    let k = shifted - magic;
    let s = fused::<FMA, T>(k, -T::LN2_HI, y);
    let s = fused::<FMA, T>(k, -T::LN2_LO, s);
    (shifted, scaled_polynomial::<FMA, T>(factor, T::EXP, s))
}

/// `exp(y)` for `y` between `EXP_LOWEST` and `EXP_HIGHEST`, or not-a-number.
///
/// The power of two comes in two factors, so that subnormal and infinite results are rounded once.
#[inline(always)]
fn exp_in_range<const FMA: bool, T: Elementary>(y: T) -> T {
    let magic = T::MAGIC + (T::BIAS + T::BIAS);
    let (shifted, p) = exp_parts::<FMA, T>(y, magic, T::one());
    let half = fused::<FMA, T>(shifted - magic, T::HALF, T::MAGIC + T::BIAS);
    p * T::power_of_two(half) * T::power_of_difference(shifted, half)
}

/// `2^RAISE exp(y)` for `y` between `EXP_LOWEST` and `LOGISTIC_HIGHEST`, or not-a-number, times a
/// constant.
///
/// One power of two suffices if it is raised first and a constant factor lowers the result again.
#[inline(always)]
fn raised_exp<const FMA: bool, T: Elementary>(y: T, factor: T) -> T {
    let (shifted, p) = exp_parts::<FMA, T>(y, T::MAGIC + (T::BIAS + T::RAISE), factor);
    p * T::power_of_two(shifted)
}

/// `exp(-a)` for `a >= 0` or not-a-number.
#[inline(always)]
pub(crate) fn exp_of_minus<const FMA: bool, T: Elementary>(a: T) -> T {
    raised_exp::<FMA, T>(at_least(-a, T::EXP_LOWEST), T::one()) * T::LOWERED
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
        exp_in_range::<FMA, T>(at_least(at_most(x, T::EXP_HIGHEST), T::EXP_LOWEST))
    }
}

/// The hyperbolic tangent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tanh;

impl<T: Elementary> Body<T> for Tanh {
    const WIDE: bool = true;

    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let a = at_most(x.abs(), T::TANH_HIGHEST);
        // The shift puts the changes of k just above results of 1/4 and 1/2, where the last place
        // doubles: in f32, the largest error falls from 2.3 ulp to 1.7.
        let magic = T::MAGIC + T::BIAS;
        let shifted = fused::<FMA, T>(a - T::TANH_SHIFT, T::LOG2_E + T::LOG2_E, magic);
        let power = T::power_of_two(shifted);
        // Without the low part of ln 2: the larger k is, the less the result depends on s.
        let s = fused::<FMA, T>(shifted - magic, -T::HALF * T::LN2, a);
        let z = fused::<FMA, T>(s, s, T::TINY);
        let t = fused::<FMA, T>(s, z * polynomial::<FMA, T>(T::TANH, z), s);
        let numerator = fused::<FMA, T>(t, power + T::one(), power - T::one());
        // Not (2^k + 1) + t (2^k - 1): the error of the numerator cancels where the result is
        // nearly one, which would be 2.4 ulp otherwise.
        let denominator = fused::<FMA, T>(T::one() + T::one(), T::one() - t, numerator);
        (numerator / denominator).copysign(x)
    }
}

/// The logistic function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logistic;

impl<T: Elementary> Body<T> for Logistic {
    #[inline(always)]
    fn at<const FMA: bool>(self, x: T) -> T {
        let x = at_least(at_most(x, T::LOGISTIC_HIGHEST), T::EXP_LOWEST);
        // Numerator and denominator are scaled: 3/2 + e rounds by less of itself than 1 + e, which
        // is little more than a power of two. The largest error falls from 2.4 ulp to 2.0.
        let scale = T::LOGISTIC_SCALE;
        let e = raised_exp::<FMA, T>(x, scale);
        // Lowered last, a subnormal result is rounded once.
        e / fused::<FMA, T>(e, T::LOWERED, scale) * T::LOWERED
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
