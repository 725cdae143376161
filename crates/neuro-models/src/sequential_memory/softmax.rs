//! Softmax in registers, for layers inside a [`neuro_core::Kernel`].

use neuro_core::transfer::exp;
use neuro_core::{Kernel, Scalar};

use super::panels::{LANES, both, store};

/// Writes `softmax(gain v)` of one or more states of `units` values, one after another, into `p`.
pub(super) struct Softmax<'a> {
    pub(super) gain: f64,
    /// At least 1.
    pub(super) units: usize,
    pub(super) v: &'a [f64],
    pub(super) p: &'a mut [f64],
}

impl Kernel for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let states = self.p.chunks_exact_mut(self.units);
        for (v, p) in self.v.chunks_exact(self.units).zip(states) {
            softmax_into::<FMA>(self.gain, self.units, v, p);
        }
    }
}

/// Writes `softmax(gain v)` of `units` values, at least 1, into `p`. Where both have room for whole registers,
/// what the last one holds beyond the units is not looked at and gets 0; it is faster so.
#[inline(always)]
pub(super) fn softmax_into<const FMA: bool>(gain: f64, units: usize, v: &[f64], p: &mut [f64]) {
    let whole = (units - 1) / LANES * LANES;
    let (blocks, last) = v.split_at(whole);
    let (blocks, last) = (blocks.as_chunks::<LANES>().0, padded(last, units - whole));
    let mut largest = last;
    for v in blocks {
        for l in 0..LANES {
            largest[l] = larger(largest[l], v[l]);
        }
    }
    let shift = fold(largest, larger);
    let mut last = powers::<FMA>(gain, shift, last);
    let mut sums = last;
    let (p, p_last) = p.split_at_mut(whole);
    for (p, v) in p.as_chunks_mut::<LANES>().0.iter_mut().zip(blocks) {
        let powers = powers::<FMA>(gain, shift, *v);
        for l in 0..LANES {
            sums[l] += powers[l];
        }
        *p = powers;
    }
    let inverse = 1.0 / fold(sums, |a, b| a + b);
    for p in p {
        *p *= inverse;
    }
    for p in &mut last {
        *p *= inverse;
    }
    store(&last, p_last);
}

/// Writes `softmax(gain v)` of the vectors in the lanes of `v`, at least 1 unit, into `p`. Each gets the bits that
/// [`softmax_into`] gives it alone.
#[inline(always)]
pub(super) fn softmax_lanes_into<const FMA: bool, const L: usize, T: Scalar>(
    gain: T,
    v: &[[T; L]],
    p: &mut [[T; L]],
) {
    let whole = (v.len() - 1) / LANES * LANES;
    let mut most = [T::neg_infinity(); L];
    for v in v {
        most = both(most, *v, larger);
    }
    for (p, v) in p.iter_mut().zip(v) {
        *p = both(*v, most, |v, most| power::<FMA, _>(gain, v - most));
    }
    // The units of a register apart from each other, the last ones first.
    let mut sums = [[T::zero(); L]; LANES];
    let (blocks, last) = p.split_at_mut(whole);
    for (sums, p) in sums.iter_mut().zip(&*last) {
        *sums = *p;
    }
    for block in blocks.as_chunks::<LANES>().0 {
        for u in 0..LANES {
            sums[u] = both(sums[u], block[u], |sum, p| sum + p);
        }
    }
    let sum = fold(sums, |a, b| both(a, b, |a, b| a + b));
    let inverse = sum.map(|sum| T::one() / sum);
    for p in p {
        *p = both(*p, inverse, |p, inverse| p * inverse);
    }
}

/// The first `used` values, at least 1, and minus infinity, whose power is 0.
#[inline(always)]
fn padded(v: &[f64], used: usize) -> [f64; LANES] {
    let mut block = [f64::NEG_INFINITY; LANES];
    if let Some(v) = v.first_chunk::<LANES>() {
        for l in 0..LANES {
            block[l] = if l < used { v[l] } else { f64::NEG_INFINITY };
        }
    } else {
        for (block, v) in block.iter_mut().zip(&v[..used]) {
            *block = *v;
        }
    }
    block
}

#[inline(always)]
fn powers<const FMA: bool>(gain: f64, shift: f64, mut v: [f64; LANES]) -> [f64; LANES] {
    for v in &mut v {
        *v = power::<FMA, _>(gain, *v - shift);
    }
    v
}

/// `exp(gain v)` of a negative number or 0; 0 where it comes near the subnormal numbers, an operation with one of
/// which takes a hundred times as long as another: from -637 on in `f64`, from -78 on in `f32`.
#[inline(always)]
fn power<const FMA: bool, T: Scalar>(gain: T, v: T) -> T {
    let lowest = T::of(0.9) * T::min_positive_value().ln();
    // The gain last: nothing overflows that can be represented.
    let exponent = gain * v;
    // Written so that not-a-number passes.
    let near = if exponent < lowest { lowest } else { exponent };
    let power = exp::<FMA, _>(near);
    if exponent < lowest { T::zero() } else { power }
}

/// One instruction, which `max` is not. Not-a-number, whether passed over or not, reaches every result
/// by its own power.
#[inline(always)]
fn larger<T: PartialOrd>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

/// All values in one, half with half: three operations, not seven, one after the other.
#[inline(always)]
fn fold<T: Copy>(x: [T; LANES], with: impl Fn(T, T) -> T) -> T {
    let x: [T; 4] = std::array::from_fn(|l| with(x[l], x[l + 4]));
    with(with(x[0], x[2]), with(x[1], x[3]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequential_memory::{Lagrangian, LogSumExp};

    #[test]
    fn registers_and_the_lagrangian_have_the_softmax_of_the_definition() {
        for units in [1_usize, 2, 7, 8, 9, 16, 30] {
            let padded = units.next_multiple_of(LANES);
            let mut v = vec![7.0; padded];
            for (k, v) in v[..units].iter_mut().enumerate() {
                *v = (k as f64 * 1.7).sin() * 3.0;
            }
            let powers = v[..units].iter().map(|v| (1.3 * v).exp());
            let sum: f64 = powers.clone().sum();
            let expected: Vec<f64> = powers.map(|power| power / sum).collect();
            let mut p = vec![f64::NAN; padded];
            softmax_into::<false>(1.3, units, &v, &mut p);
            let mut alone = vec![f64::NAN; units];
            LogSumExp { gain: 1.3 }.activation_into(units, &v[..units], &mut alone);
            for (p, expected) in alone.iter().zip(&expected) {
                assert!(
                    (p - expected).abs() < 4e-16,
                    "{units} units: {p} {expected}"
                );
            }
            for (p, expected) in p.iter().zip(&expected) {
                assert!(
                    (p - expected).abs() < 4e-16,
                    "{units} units: {p} {expected}"
                );
            }
            assert!(p[units..].iter().all(|p| *p == 0.0));
            let lanes: Vec<[f64; 2]> = v[..units].iter().map(|v| [*v, 0.0]).collect();
            let mut together = vec![[f64::NAN; 2]; units];
            softmax_lanes_into::<false, 2, f64>(1.3, &lanes, &mut together);
            for ([first, second], p) in together.into_iter().zip(&p) {
                assert_eq!(first, *p);
                assert!((second - 1.0 / units as f64).abs() < 4e-16);
            }
        }
    }

    #[test]
    fn states_that_are_not_finite_have_no_softmax() {
        for odd in [f64::NAN, f64::INFINITY] {
            let mut v = [0.0; LANES];
            v[2] = odd;
            let mut p = [0.0; LANES];
            softmax_into::<true>(1.0, 5, &v, &mut p);
            assert!(p[..5].iter().all(|p| p.is_nan()), "{p:?}");
        }
    }
}
