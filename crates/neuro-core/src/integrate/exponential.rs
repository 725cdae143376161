//! The exponential Euler method for systems with a linear decay.

use super::{StepWork, Stepper};
use crate::{Scalar, System};

/// A system with a linear decay: `f(t, x) = -lambda x + n(t, x)`, elementwise.
pub trait Semilinear<T: Scalar = f64>: System<T> {
    /// The decay rates `lambda_i >= 0` of one state, in 1/time; [`dim`](System::dim) values.
    fn decay(&self) -> &[T];
}

/// The exponential Euler method, order 1.
///
/// For `dx/dt = -lambda x + n(t, x)`, with one decay rate `lambda_i >= 0` (in 1/time) a variable,
/// the decay is solved exactly and only `n` is held constant during the step:
///
/// ```equation
/// x' = e^(-z) x + dt phi(z) n
///    = x + dt phi(z) f           since f = -lambda x + n and e^(-z) + z phi(z) = 1
/// z  = lambda dt,   phi(z) = (1 - e^(-z)) / z,   phi(0) = 1
/// ```
///
/// The second line is what is computed: it needs only the whole right-hand side `f`. `1 - e^(-z)`
/// comes from `expm1`, so that `phi` keeps its full precision where `z` is small. The method is
/// exact for a leaky unit with constant input at any `dt`, stable however fast the leak, and of
/// order 1 otherwise. Source: Hochbruck & Ostermann, Acta Numerica 19 (2010), eq. 2.1.
///
/// ```
/// use neuro_core::System;
/// use neuro_core::integrate::{ExponentialEuler, Semilinear, integrate};
///
/// /// tau dx/dt = -x + 3 with tau = 1/50.
/// struct Leaky;
/// impl System for Leaky {
///     type Work = ();
///     fn dim(&self) -> usize { 1 }
///     fn work(&self, _states: usize) {}
///     fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
///         for (x, dx) in x.iter().zip(dx) { *dx = 50.0 * (3.0 - x); }
///     }
/// }
/// impl Semilinear for Leaky {
///     fn decay(&self) -> &[f64] { &[50.0] }
/// }
///
/// // dt = 5 tau: Euler's method would explode, this is exact.
/// let x = integrate(&Leaky, &ExponentialEuler, 0.0, 0.1, 1, &[1.0])?.last()[0];
/// assert!((x - (3.0 - 2.0 * (-5.0f64).exp())).abs() < 1e-14);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExponentialEuler;

impl<S: Semilinear<T>, T: Scalar> Stepper<S, T> for ExponentialEuler {
    const ORDER: u32 = 1;
    const BUFFERS: usize = 3;

    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>) {
        let (dim, rates) = (system.dim(), system.decay());
        assert_eq!(rates.len(), dim, "one decay rate a variable");
        if dim == 0 || x.is_empty() {
            return;
        }
        let prepared = work.prepared.replace(dt);
        let ([slope, reach, known], work) = work.split(x.len());
        // expm1 costs as much as a whole small step, so its result is kept while dt and the rates
        // stay the same.
        if prepared != Some(dt) || known[..dim] != *rates {
            known[..dim].copy_from_slice(rates);
            for (reach, rate) in reach.iter_mut().zip(rates) {
                *reach = dt * phi(*rate * dt);
            }
        }
        system.rhs(t, x, slope, work);
        for (x, slope) in x.chunks_exact_mut(dim).zip(slope.chunks_exact(dim)) {
            for ((x, k), reach) in x.iter_mut().zip(slope).zip(&*reach) {
                *x += *reach * *k;
            }
        }
    }
}

/// `(1 - e^(-z)) / z`, 1 at 0.
fn phi<T: Scalar>(z: T) -> T {
    if z == T::zero() {
        T::one()
    } else {
        -(-z).exp_m1() / z
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Independent leaky units `dx_i/dt = -lambda_i x_i + c_i`.
    struct Leaky {
        rates: Vec<f64>,
        input: Vec<f64>,
    }

    impl System for Leaky {
        type Work = ();

        fn dim(&self) -> usize {
            self.rates.len()
        }

        fn work(&self, _states: usize) {}

        fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
            let dim = self.dim();
            for (x, dx) in x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim)) {
                for i in 0..dim {
                    dx[i] = self.input[i] - self.rates[i] * x[i];
                }
            }
        }
    }

    impl Semilinear for Leaky {
        fn decay(&self) -> &[f64] {
            &self.rates
        }
    }

    #[test]
    fn phi_agrees_with_its_series_near_zero() {
        for z in [1e-300, 1e-16, 1e-9, 1e-5, 1e-3] {
            let series = 1.0 - z / 2.0 + z * z / 6.0 - z * z * z / 24.0;
            // The first term left out is z^4 / 120 < 1e-14.
            assert!((phi::<f64>(z) - series).abs() < 1e-14, "{z}");
        }
        assert_eq!(phi(0.0), 1.0);
        assert_eq!(phi(f64::INFINITY), 0.0);
    }

    #[test]
    fn decay_with_constant_input_is_exact_at_any_step() {
        let system = Leaky {
            rates: vec![0.0, 1e-12, 0.3, 7.0, 900.0],
            input: vec![0.5, -1.0, 2.0, 0.0, -3.0],
        };
        let start = [1.0, 2.0, -1.0, 4.0, 0.25];
        for dt in [0.01, 0.1, 1.0, 10.0] {
            let mut work = ExponentialEuler.work(&system, 1);
            let mut x = start;
            for k in 0..8 {
                ExponentialEuler.step(&system, f64::from(k) * dt, dt, &mut x, &mut work);
            }
            let t = 8.0 * dt;
            for i in 0..5 {
                let (rate, c) = (system.rates[i], system.input[i]);
                let exact = start[i] + t * phi(rate * t) * (c - rate * start[i]);
                // Eight steps of rounding on values of at most 1e2.
                assert!(
                    (x[i] - exact).abs() < 1e-13 * (1.0 + exact.abs()),
                    "{dt} {i}"
                );
            }
        }
    }

    #[test]
    fn a_new_step_size_or_rate_is_noticed_by_used_buffers() {
        let mut system = Leaky {
            rates: vec![2.0],
            input: vec![0.0],
        };
        let mut work = ExponentialEuler.work(&system, 1);
        let mut x = [1.0];
        ExponentialEuler.step(&system, 0.0, 1.0, &mut x, &mut work);
        ExponentialEuler.step(&system, 1.0, 0.5, &mut x, &mut work);
        system.rates[0] = 4.0;
        ExponentialEuler.step(&system, 1.5, 0.5, &mut x, &mut work);
        assert!((x[0] - (-5.0f64).exp()).abs() < 1e-15);
    }
}
