//! Explicit Runge–Kutta methods: Euler, Heun and the classical method of order four.

use super::{StepWork, Stepper};
use crate::{Scalar, System, vectorize};

/// The forward Euler method, order 1.
///
/// With `f` the right-hand side, `dt` the step (in the unit of `t`) and `x` the state at `t`:
///
/// ```equation
/// x' = x + dt f(t, x)
/// ```
///
/// Explicit: a decay `dx/dt = -x / tau` is stable only for `dt < 2 tau`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Euler;

impl<S: System<T>, T: Scalar> Stepper<S, T> for Euler {
    const ORDER: u32 = 1;
    const BUFFERS: usize = 1;

    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>) {
        let ([slope], work) = work.split(x.len());
        system.rhs(t, x, slope, work);
        vectorize(
            #[inline(always)]
            || {
                for (x, k) in x.iter_mut().zip(slope) {
                    *x += dt * *k;
                }
            },
        );
    }
}

/// Heun's method (the explicit trapezoidal rule), order 2.
///
/// With `f` the right-hand side, `dt` the step (in the unit of `t`) and `x` the state at `t`:
///
/// ```equation
/// k_1 = f(t, x),   k_2 = f(t + dt, x + dt k_1)
/// x'  = x + dt/2 (k_1 + k_2)
/// ```
///
/// Explicit: a decay `dx/dt = -x / tau` is stable only for `dt < 2 tau`. Source: Hairer, Nørsett &
/// Wanner, Solving Ordinary Differential Equations I, table II.1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heun;

impl<S: System<T>, T: Scalar> Stepper<S, T> for Heun {
    const ORDER: u32 = 2;
    const BUFFERS: usize = 3;

    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>) {
        let ([first, second, stage], work) = work.split(x.len());
        system.rhs(t, x, first, work);
        offset(x, dt, first, stage);
        system.rhs(t + dt, stage, second, work);
        let half = T::of(0.5) * dt;
        vectorize(
            #[inline(always)]
            || {
                for ((x, k1), k2) in x.iter_mut().zip(first).zip(second) {
                    *x += half * (*k1 + *k2);
                }
            },
        );
    }
}

/// The classical Runge–Kutta method, order 4.
///
/// With `f` the right-hand side, `dt` the step (in the unit of `t`) and `x` the state at `t`:
///
/// ```equation
/// k_1 = f(t, x),                      k_2 = f(t + dt/2, x + dt/2 k_1)
/// k_3 = f(t + dt/2, x + dt/2 k_2),    k_4 = f(t + dt, x + dt k_3)
/// x'  = x + dt/6 (k_1 + 2 k_2 + 2 k_3 + k_4)
/// ```
///
/// Explicit: a decay `dx/dt = -x / tau` is stable only for `dt < 2.785 tau`. Source: Hairer, Nørsett
/// & Wanner, Solving Ordinary Differential Equations I, table II.1.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RungeKutta4;

impl<S: System<T>, T: Scalar> Stepper<S, T> for RungeKutta4 {
    const ORDER: u32 = 4;
    const BUFFERS: usize = 3;

    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>) {
        let ([slope, sum, stage], work) = work.split(x.len());
        let half = T::of(0.5) * dt;
        system.rhs(t, x, sum, work);
        offset(x, half, sum, stage);
        for reach in [half, dt] {
            system.rhs(t + half, stage, slope, work);
            vectorize(
                #[inline(always)]
                || {
                    let sums = sum.iter_mut().zip(&mut *stage);
                    for ((x, k), (sum, stage)) in x.iter().zip(&*slope).zip(sums) {
                        *sum += *k + *k;
                        *stage = *x + reach * *k;
                    }
                },
            );
        }
        system.rhs(t + dt, stage, slope, work);
        let sixth = dt / T::of(6.0);
        vectorize(
            #[inline(always)]
            || {
                for ((x, sum), k) in x.iter_mut().zip(sum).zip(slope) {
                    *x += sixth * (*sum + *k);
                }
            },
        );
    }
}

/// `stage = x + reach * slope`.
fn offset<T: Scalar>(x: &[T], reach: T, slope: &[T], stage: &mut [T]) {
    vectorize(
        #[inline(always)]
        || {
            for ((stage, x), k) in stage.iter_mut().zip(x).zip(slope) {
                *stage = *x + reach * *k;
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system_from_fn;

    /// One step of `dx/dt = a x` multiplies by a polynomial of `z = a dt`, known for each method.
    #[track_caller]
    fn check_amplification(step: impl Fn(f64, &mut [f64]), polynomial: impl Fn(f64) -> f64) {
        for z in [-1.5, -0.25, 0.0, 0.5] {
            let mut x = [3.0];
            step(z, &mut x);
            let expected = 3.0 * polynomial(z);
            // A dozen rounded operations on values below 6.
            assert!((x[0] - expected).abs() < 1e-14, "{z}: {} {expected}", x[0]);
        }
    }

    #[test]
    fn one_step_on_a_linear_system_is_the_stability_polynomial() {
        let growth = system_from_fn(1, |_t, x: &[f64], dx: &mut [f64]| dx[0] = x[0]);
        check_amplification(
            |z, x| Euler.step(&growth, 0.0, z, x, &mut Euler.work(&growth, 1)),
            |z| 1.0 + z,
        );
        check_amplification(
            |z, x| Heun.step(&growth, 0.0, z, x, &mut Heun.work(&growth, 1)),
            |z| 1.0 + z + z * z / 2.0,
        );
        check_amplification(
            |z, x| RungeKutta4.step(&growth, 0.0, z, x, &mut RungeKutta4.work(&growth, 1)),
            |z| 1.0 + z + z * z / 2.0 + z.powi(3) / 6.0 + z.powi(4) / 24.0,
        );
    }

    #[test]
    fn rk4_integrates_cubic_time_dependence_exactly() {
        // Without x in it, the method is Simpson's rule, exact up to t^3.
        let cubic = system_from_fn(1, |t: f64, _x: &[f64], dx: &mut [f64]| dx[0] = t.powi(3));
        let mut x = [0.0];
        RungeKutta4.step(&cubic, 1.0, 2.0, &mut x, &mut RungeKutta4.work(&cubic, 1));
        assert!((x[0] - 20.0).abs() < 1e-13, "{}", x[0]);
    }

    #[test]
    #[should_panic(expected = "another length")]
    fn buffers_of_another_length_are_refused() {
        let growth = system_from_fn(1, |_t, x: &[f64], dx: &mut [f64]| dx[0] = x[0]);
        let mut work = Euler.work(&growth, 2);
        Euler.step(&growth, 0.0, 0.1, &mut [1.0], &mut work);
    }
}
