//! The method of Dormand and Prince: orders 5 and 4, with an interpolant of order 4.

use crate::integrate::{StepWork, Stepper};
use crate::{Scalar, System, vectorize};

const C: [f64; 7] = [0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0];
const A2: [f64; 1] = [1.0 / 5.0];
const A3: [f64; 2] = [3.0 / 40.0, 9.0 / 40.0];
const A4: [f64; 3] = [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0];
const A5: [f64; 4] = [
    19372.0 / 6561.0,
    -25360.0 / 2187.0,
    64448.0 / 6561.0,
    -212.0 / 729.0,
];
const A6: [f64; 5] = [
    9017.0 / 3168.0,
    -355.0 / 33.0,
    46732.0 / 5247.0,
    49.0 / 176.0,
    -5103.0 / 18656.0,
];
/// Weights of the slopes 1, 3, 4, 5 and 6; that of slope 2 is zero here and below.
const B: [f64; 5] = [
    35.0 / 384.0,
    500.0 / 1113.0,
    125.0 / 192.0,
    -2187.0 / 6784.0,
    11.0 / 84.0,
];
/// Weights of the slopes 1, 3, 4, 5, 6 and 7 in the error.
const E: [f64; 6] = [
    71.0 / 57600.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
/// Weights of the slopes 1, 3, 4, 5, 6 and 7 in the last term of the interpolant.
const D: [f64; 6] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// The method of Dormand and Prince with a fixed step, order 5.
///
/// With `f` the right-hand side, `dt` the step (in the unit of `t`) and `x` the state at `t`:
///
/// ```equation
/// k_s = f(t + c_s dt, x + dt sum_{r<s} a_sr k_r),   s = 1 .. 6
/// x'  = x + dt sum_s b_s k_s,   k_7 = f(t + dt, x')
/// e   = dt sum_s e_s k_s                             error of the embedded method of order 4
/// ```
///
/// `k_7` is the `k_1` of the next step, so that a step costs six evaluations. Between its ends the
/// solution is, with `theta = (time - t) / dt`,
///
/// ```equation
/// x(theta) = x + theta (u + (1 - theta) (v + theta (w + (1 - theta) z)))
/// u = x' - x,   v = dt k_1 - u,   w = u - dt k_7 - v,   z = dt sum_s d_s k_s
/// ```
///
/// with an error of order `dt^5` and a continuous slope. Sources: Dormand & Prince, J. Comput. Appl.
/// Math. 6 (1980) 19; Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, table
/// II.5.2; the interpolant is that of section II.6, in the form of their program DOPRI5.
///
/// For a step that follows the solution see [`adaptive`](super).
///
/// ```
/// use neuro_core::integrate::{DormandPrince5, integrate};
/// use neuro_core::system_from_fn;
///
/// let oscillator = system_from_fn(2, |_t, x: &[f64], dx| (dx[0], dx[1]) = (x[1], -x[0]));
/// let x = integrate(&oscillator, &DormandPrince5, 0.0, 0.1, 10, &[1.0, 0.0])?;
/// assert!((x.last()[0] - 1f64.cos()).abs() < 1e-8);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DormandPrince5;

impl<S: System<T>, T: Scalar> Stepper<S, T> for DormandPrince5 {
    const ORDER: u32 = 5;
    const BUFFERS: usize = 7;

    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>) {
        let ([first, k2, k3, k4, k5, k6, after], work) = work.split(x.len());
        system.rhs(t, x, first, work);
        let time = |c: f64| t + T::of(c) * dt;
        let slopes = [k2, k3, k4, k5, k6];
        advance(system, time, dt, x, first, slopes, after, work);
        x.copy_from_slice(after);
    }
}

/// From the state `x` and its slope `k1`: the further slopes of the step, and the state after it.
///
/// `time(c)` is the time at the fraction `c` of the step. Five evaluations.
pub(super) fn advance<T: Scalar, S: System<T>>(
    system: &S,
    time: impl Fn(f64) -> T,
    dt: T,
    x: &[T],
    k1: &[T],
    slopes: [&mut [T]; 5],
    after: &mut [T],
    work: &mut S::Work,
) {
    let [k2, k3, k4, k5, k6] = slopes;
    offset(x, dt, A2, [k1], after);
    system.rhs(time(C[1]), after, k2, work);
    offset(x, dt, A3, [k1, k2], after);
    system.rhs(time(C[2]), after, k3, work);
    offset(x, dt, A4, [k1, k2, k3], after);
    system.rhs(time(C[3]), after, k4, work);
    offset(x, dt, A5, [k1, k2, k3, k4], after);
    system.rhs(time(C[4]), after, k5, work);
    offset(x, dt, A6, [k1, k2, k3, k4, k5], after);
    system.rhs(time(C[5]), after, k6, work);
    offset(x, dt, B, [k1, k3, k4, k5, k6], after);
}

/// The error of a step, in place of its second slope, which nothing needs any more.
pub(super) fn error_into_second_slope<T: Scalar>(dt: T, slopes: &mut [Vec<T>; 7]) {
    let [k1, k2, k3, k4, k5, k6, k7] = slopes;
    let error = k2.as_mut_slice();
    let weights = E.map(|e| dt * T::of(e));
    let slopes = [k1, k3, k4, k5, k6, k7].map(|slope| &slope[..error.len()]);
    vectorize(|| {
        let (weights, slopes) = (weights, slopes);
        for (i, error) in error.iter_mut().enumerate() {
            *error = weighted_sum(&weights, &slopes, i);
        }
    });
}

/// `out = x + dt sum_r weights_r slopes_r`.
pub(super) fn offset<T: Scalar, const N: usize>(
    x: &[T],
    dt: T,
    weights: [f64; N],
    slopes: [&[T]; N],
    out: &mut [T],
) {
    let weights = weights.map(|a| dt * T::of(a));
    let slopes = slopes.map(|slope| &slope[..out.len()]);
    vectorize(|| {
        // Copied into the closure: behind its references, the compiler does not see that `out` does
        // not overlap them, and the loop is scalar and eight times slower.
        let (weights, slopes) = (weights, slopes);
        for (i, (out, x)) in out.iter_mut().zip(x).enumerate() {
            *out = *x + weighted_sum(&weights, &slopes, i);
        }
    });
}

/// `sum_r weights_r slopes_ri`.
#[inline(always)]
fn weighted_sum<T: Scalar, const N: usize>(weights: &[T; N], slopes: &[&[T]; N], i: usize) -> T {
    let mut sum = weights[0] * slopes[0][i];
    for r in 1..N {
        sum += weights[r] * slopes[r][i];
    }
    sum
}

/// Number of values that the interpolant needs beside the states at the ends of a step, for each
/// variable.
pub(super) const COEFFICIENTS: usize = 3;

/// `v`, `w` and `z` of the interpolant for variable `i` of a step.
#[inline(always)]
pub(super) fn coefficients<T: Scalar>(
    dt: T,
    before: &[T],
    after: &[T],
    slopes: &[Vec<T>; 7],
    i: usize,
) -> [T; COEFFICIENTS] {
    let [k1, _, k3, k4, k5, k6, k7] = slopes;
    let u = after[i] - before[i];
    let v = dt * k1[i] - u;
    let w = u - dt * k7[i] - v;
    let mut z = T::zero();
    for (d, k) in D.iter().zip([k1, k3, k4, k5, k6, k7]) {
        z += T::of(*d) * k[i];
    }
    [v, w, dt * z]
}

/// The interpolant of one variable at the fraction `theta` of a step.
#[inline(always)]
pub(super) fn interpolate<T: Scalar>(
    theta: T,
    before: T,
    after: T,
    [v, w, z]: [T; COEFFICIENTS],
) -> T {
    let rest = T::one() - theta;
    before + theta * (after - before + rest * (v + theta * (w + rest * z)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The coefficients as rows over all seven slopes.
    fn rows() -> [Vec<f64>; 7] {
        let b = [B[0], 0.0, B[1], B[2], B[3], B[4]];
        [
            Vec::new(),
            A2.to_vec(),
            A3.to_vec(),
            A4.to_vec(),
            A5.to_vec(),
            A6.to_vec(),
            b.to_vec(),
        ]
    }

    #[test]
    fn each_stage_is_consistent_with_its_time() {
        for (row, c) in rows().iter().zip(C) {
            // Coefficients up to 12, rounded to 2e-16 each.
            assert!((row.iter().sum::<f64>() - c).abs() < 1e-14, "{row:?}");
        }
    }

    #[test]
    fn weights_integrate_polynomials_to_degree_four() {
        for power in 0..5 {
            let b = &rows()[6];
            let sum: f64 = b.iter().zip(C).map(|(b, c)| b * c.powi(power)).sum();
            let exact = 1.0 / (f64::from(power) + 1.0);
            assert!((sum - exact).abs() < 1e-14, "{power}: {sum}");
        }
    }

    #[test]
    fn the_error_of_polynomials_to_degree_three_is_zero_and_of_degree_four_is_not() {
        let times = [C[0], C[2], C[3], C[4], C[5], C[6]];
        let error = |power| {
            let terms = E.iter().zip(times).map(|(e, c)| e * c.powi(power));
            terms.sum::<f64>()
        };
        for power in 0..4 {
            assert!(error(power).abs() < 1e-15, "{power}: {}", error(power));
        }
        assert!(error(4).abs() > 1e-4);
    }

    #[test]
    fn the_interpolant_has_the_slopes_of_the_ends() {
        let slope = |i: u32| vec![f64::from(i * i) - 3.0];
        let slopes: [Vec<f64>; 7] = std::array::from_fn(|r| slope(r as u32));
        let (dt, before, after) = (0.5, [2.0], [1.7]);
        let c = coefficients(dt, &before, &after, &slopes, 0);
        let at = |theta: f64| interpolate(theta, before[0], after[0], c);
        assert_eq!(at(0.0), 2.0);
        // Differences over 1e-6 of a quartic with coefficients of size 100.
        let h = 1e-6;
        assert!(((at(h) - at(0.0)) / (h * dt) - slopes[0][0]).abs() < 1e-2);
        assert!(((at(1.0) - at(1.0 - h)) / (h * dt) - slopes[6][0]).abs() < 1e-2);
    }
}
