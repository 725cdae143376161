//! Softmax in registers, for layers inside a [`neuro_core::Kernel`].

use neuro_core::transfer::exp;

use super::panels::LANES;

/// Writes `softmax(gain v)` of `units` values into `p`. Both are whole registers; what the last one holds
/// beyond the units gets 0, and is lost in `v`.
#[inline(always)]
pub(super) fn softmax_into<const FMA: bool>(gain: f64, units: usize, v: &mut [f64], p: &mut [f64]) {
    let (v, _) = v.as_chunks_mut::<LANES>();
    let (p, _) = p.as_chunks_mut::<LANES>();
    if let Some(last) = v.last_mut() {
        let used = (units - 1) % LANES + 1;
        for (l, v) in last.iter_mut().enumerate() {
            *v = if l < used { *v } else { f64::NEG_INFINITY };
        }
    }
    let mut largest = [f64::NEG_INFINITY; LANES];
    for v in &*v {
        for l in 0..LANES {
            largest[l] = larger(largest[l], v[l]);
        }
    }
    let shift = fold(largest, larger);
    let mut sums = [0.0; LANES];
    for (p, v) in p.iter_mut().zip(v) {
        let mut powers = *v;
        for v in &mut powers {
            *v = exp::<FMA, _>(gain * (*v - shift));
        }
        for (sum, power) in sums.iter_mut().zip(&powers) {
            *sum += power;
        }
        *p = powers;
    }
    let inverse = 1.0 / fold(sums, |a, b| a + b);
    for p in p {
        for p in p {
            *p *= inverse;
        }
    }
}

/// One instruction, which `max` is not. Not-a-number is passed over; it reaches every result by its own
/// power.
#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// All values in one, half with half: three operations, not seven, one after the other.
#[inline(always)]
fn fold(x: [f64; LANES], with: impl Fn(f64, f64) -> f64) -> f64 {
    let x: [f64; 4] = std::array::from_fn(|l| with(x[l], x[l + 4]));
    with(with(x[0], x[2]), with(x[1], x[3]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequential_memory::{Lagrangian, LogSumExp};

    #[test]
    fn registers_have_the_softmax_of_the_lagrangian() {
        for units in [1_usize, 2, 7, 8, 9, 16, 30] {
            let padded = units.next_multiple_of(LANES);
            let mut v = vec![7.0; padded];
            for (k, v) in v[..units].iter_mut().enumerate() {
                *v = (k as f64 * 1.7).sin() * 3.0;
            }
            let mut expected = vec![0.0; units];
            LogSumExp { gain: 1.3 }.activation_into(units, &v[..units], &mut expected);
            let mut p = vec![f64::NAN; padded];
            softmax_into::<false>(1.3, units, &mut v, &mut p);
            for (p, expected) in p.iter().zip(&expected) {
                assert!(
                    (p - expected).abs() < 4e-16,
                    "{units} units: {p} {expected}"
                );
            }
            assert!(p[units..].iter().all(|p| *p == 0.0));
        }
    }

    #[test]
    fn states_that_are_not_finite_have_no_softmax() {
        for odd in [f64::NAN, f64::INFINITY] {
            let mut v = [0.0; LANES];
            v[2] = odd;
            let mut p = [0.0; LANES];
            softmax_into::<true>(1.0, 5, &mut v, &mut p);
            assert!(p[..5].iter().all(|p| p.is_nan()), "{p:?}");
        }
    }
}
