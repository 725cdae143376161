//! Lagrangians: one convex function of a layer's state from which its energy, activation and Hessian come.

use std::fmt::Debug;

use neuro_core::transfer::{exp_into, logistic_into, softplus_into, tanh_into};
use neuro_core::{Error, Scalar, run_kernel};

use super::softmax::Softmax;

/// A convex function of a layer's state, its gradient and its Hessian.
///
/// ```equation
/// sigma(v) = grad L(v),    H(v) = dsigma/dv,    energy of each layer: v . sigma(v) - L(v)
/// ```
///
/// | Lagrangian | `L(v)` | activation `sigma(v)` | `H(v)` |
/// |---|---|---|---|
/// | [`Quadratic`] | `v . v / 2` | `v` | `I` |
/// | [`LogCosh`] | `(1/g) sum_i log cosh(g v_i)` | `tanh(g v)` | `diag g (1 - sigma^2)` |
/// | [`LogSumExp`] | `(1/g) log sum_i exp(g v_i)` | `softmax(g v)` | `g (diag p - p p^T)` |
/// | [`Softplus`] | `(1/g) sum_i log(1 + exp(g v_i))` | `1 / (1 + exp(-g v))` | `diag g sigma (1 - sigma)` |
///
/// `g` is the gain. A Hessian must be positive semidefinite, or the energy may rise. Source: Krotov & Hopfield,
/// Large associative memory problem in neurobiology and machine learning (2021), and Karuvally et al. The
/// gain stands in the Lagrangian as well as in the activation; the paper prints it in one of them only.
///
/// With the gain multiplied last, nothing overflows that can be represented, at any finite state.
///
/// ```
/// use neuro_models::sequential_memory::{Lagrangian, LogCosh, LogSumExp};
///
/// let softmax = LogSumExp { gain: 2.0 };
/// let v = [1e308, 1e308, -1e308];
/// let mut p = [0.0; 3];
/// softmax.activation_into(3, &v, &mut p);
/// assert_eq!(p, [0.5, 0.5, 0.0]);
/// assert_eq!(softmax.value(&v), 1e308);
/// // log cosh grows like |v|, although cosh overflows from 710 on.
/// assert_eq!(LogCosh { gain: 1.0 }.value(&[1e6]), 1e6 - 2f64.ln());
/// ```
///
/// ```
/// use neuro_models::sequential_memory::Lagrangian;
///
/// /// `L = sum v^4 / 4`: a cubic activation, which sharpens the memories.
/// #[derive(Debug)]
/// struct Quartic;
///
/// impl Lagrangian for Quartic {
///     fn name(&self) -> &'static str {
///         "quartic"
///     }
///     fn value(&self, v: &[f64]) -> f64 {
///         v.iter().map(|v| v.powi(4) / 4.0).sum()
///     }
///     fn activation_into(&self, _units: usize, v: &[f64], activation: &mut [f64]) {
///         for (s, v) in activation.iter_mut().zip(v) {
///             *s = v.powi(3);
///         }
///     }
///     fn hessian_product_into(&self, v: &[f64], _s: &[f64], x: &[f64], product: &mut [f64]) {
///         for ((out, v), x) in product.iter_mut().zip(v).zip(x) {
///             *out = 3.0 * v * v * x;
///         }
///     }
/// }
///
/// let mut cubes = [0.0; 2];
/// Quartic.activation_into(2, &[2.0, -1.0], &mut cubes);
/// assert_eq!(cubes, [8.0, -1.0]);
/// ```
pub trait Lagrangian: Debug + Send + Sync {
    /// The name that files store.
    fn name(&self) -> &'static str;

    /// The gain `g`, which files store; 1 for those that have none.
    fn gain(&self) -> f64 {
        1.0
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    fn validate(&self) -> Result<(), Error> {
        Ok(())
    }

    /// What the activation is, where it is one that flows compute together with their products, without the call
    /// of [`activation_into`](Self::activation_into): [`Activation::Other`] unless told otherwise.
    fn kind(&self) -> Activation {
        Activation::Other
    }

    /// `L(v)` at the state of one layer.
    fn value(&self, v: &[f64]) -> f64;

    /// Writes `sigma(v)` of one or more states of `units` values, one after another. Both slices have the
    /// same length. Allocates nothing.
    fn activation_into(&self, units: usize, v: &[f64], activation: &mut [f64]);

    /// Writes `H(v) x` at the state of one layer, given `activation = sigma(v)`. All have the same length.
    fn hessian_product_into(&self, v: &[f64], activation: &[f64], x: &[f64], product: &mut [f64]);
}

/// What a [`Lagrangian`] makes of a layer's state.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Activation {
    /// The state itself: linear units.
    Identity,
    /// `tanh(gain v)`, unit by unit.
    Tanh {
        /// The gain.
        gain: f64,
    },
    /// `1 / (1 + exp(-gain v))`, unit by unit.
    Logistic {
        /// The gain.
        gain: f64,
    },
    /// `softmax(gain v)` of the layer.
    Softmax {
        /// The gain.
        gain: f64,
    },
    /// Something else, for which the Lagrangian is asked.
    Other,
}

impl Activation {
    /// Whether units are linear.
    #[must_use]
    pub fn is_identity(self) -> bool {
        self == Self::Identity
    }
}

/// `L = v . v / 2`: linear units.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quadratic;

impl Lagrangian for Quadratic {
    fn name(&self) -> &'static str {
        "quadratic"
    }

    fn kind(&self) -> Activation {
        Activation::Identity
    }

    fn value(&self, v: &[f64]) -> f64 {
        0.5 * v.iter().map(|v| v * v).sum::<f64>()
    }

    fn activation_into(&self, _units: usize, v: &[f64], activation: &mut [f64]) {
        activation.copy_from_slice(v);
    }

    fn hessian_product_into(&self, _v: &[f64], _s: &[f64], x: &[f64], product: &mut [f64]) {
        product.copy_from_slice(x);
    }
}

/// `L = (1/g) sum log cosh(g v)`: the hyperbolic tangent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogCosh {
    /// `g`, finite and positive, and so is its inverse.
    pub gain: f64,
}

impl Lagrangian for LogCosh {
    fn name(&self) -> &'static str {
        "log-cosh"
    }

    fn kind(&self) -> Activation {
        Activation::Tanh { gain: self.gain }
    }

    fn gain(&self) -> f64 {
        self.gain
    }

    fn validate(&self) -> Result<(), Error> {
        check_gain(self.gain)
    }

    fn value(&self, v: &[f64]) -> f64 {
        // log cosh x = |x| + log(1 + exp(-2 |x|)) - log 2, or where these cancel, log(1 + sinh(x)^2) / 2
        let is_far = |v: f64| self.gain * v.abs() >= 1.0;
        let (mut sizes, mut logarithms) = (0.0, 0.0);
        for v in v {
            if is_far(*v) {
                sizes += v.abs();
                logarithms -= std::f64::consts::LN_2;
            } else {
                logarithms += 0.5 * (self.gain * v).sinh().powi(2).ln_1p();
            }
        }
        logarithms += sum_of_blocks(softplus_into, v, |v| {
            if is_far(v) {
                -2.0 * self.gain * v.abs()
            } else {
                f64::NEG_INFINITY
            }
        });
        sizes + logarithms / self.gain
    }

    fn activation_into(&self, _units: usize, v: &[f64], activation: &mut [f64]) {
        scaled_into(tanh_into, self.gain, v, activation);
    }

    fn hessian_product_into(&self, _v: &[f64], s: &[f64], x: &[f64], product: &mut [f64]) {
        for ((out, s), x) in product.iter_mut().zip(s).zip(x) {
            *out = self.gain * (1.0 - s * s) * x;
        }
    }
}

/// `L = (1/g) sum log(1 + exp(g v))`: the logistic function, rates between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Softplus {
    /// `g`, finite and positive, and so is its inverse.
    pub gain: f64,
}

impl Lagrangian for Softplus {
    fn name(&self) -> &'static str {
        "softplus"
    }

    fn kind(&self) -> Activation {
        Activation::Logistic { gain: self.gain }
    }

    fn gain(&self) -> f64 {
        self.gain
    }

    fn validate(&self) -> Result<(), Error> {
        check_gain(self.gain)
    }

    fn value(&self, v: &[f64]) -> f64 {
        // log(1 + exp x) = max(x, 0) + log(1 + exp(-|x|))
        let positive = v.iter().map(|v| v.max(0.0)).sum::<f64>();
        positive + sum_of_blocks(softplus_into, v, |v| -self.gain * v.abs()) / self.gain
    }

    fn activation_into(&self, _units: usize, v: &[f64], activation: &mut [f64]) {
        scaled_into(logistic_into, self.gain, v, activation);
    }

    fn hessian_product_into(&self, _v: &[f64], s: &[f64], x: &[f64], product: &mut [f64]) {
        for ((out, s), x) in product.iter_mut().zip(s).zip(x) {
            *out = self.gain * s * (1.0 - s) * x;
        }
    }
}

/// `L = (1/g) log sum exp(g v)`: softmax, in which the units of a layer compete.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogSumExp {
    /// `g`, finite and positive, and so is its inverse.
    pub gain: f64,
}

impl Lagrangian for LogSumExp {
    fn name(&self) -> &'static str {
        "log-sum-exp"
    }

    fn kind(&self) -> Activation {
        Activation::Softmax { gain: self.gain }
    }

    fn gain(&self) -> f64 {
        self.gain
    }

    fn validate(&self) -> Result<(), Error> {
        check_gain(self.gain)
    }

    fn value(&self, v: &[f64]) -> f64 {
        let shift = largest(v);
        shift + sum_of_blocks(exp_into, v, |v| self.gain * (v - shift)).ln() / self.gain
    }

    fn activation_into(&self, units: usize, v: &[f64], activation: &mut [f64]) {
        run_kernel(Softmax {
            gain: self.gain,
            units: units.max(1),
            v,
            p: activation,
        });
    }

    fn hessian_product_into(&self, _v: &[f64], p: &[f64], x: &[f64], product: &mut [f64]) {
        let mean: f64 = p.iter().zip(x).map(|(p, x)| p * x).sum();
        for ((out, p), x) in product.iter_mut().zip(p).zip(x) {
            *out = self.gain * p * (x - mean);
        }
    }
}

/// The built-in Lagrangian of this name; `None` for any other name.
pub(super) fn by_name(name: &str, gain: f64) -> Option<std::sync::Arc<dyn Lagrangian>> {
    use std::sync::Arc;
    match name {
        "quadratic" => Some(Arc::new(Quadratic)),
        "log-cosh" => Some(Arc::new(LogCosh { gain })),
        "softplus" => Some(Arc::new(Softplus { gain })),
        "log-sum-exp" => Some(Arc::new(LogSumExp { gain })),
        _ => None,
    }
}

fn check_gain(gain: f64) -> Result<(), Error> {
    let holds = gain > 0.0 && gain.is_finite() && gain.recip().is_finite();
    let expected = "positive and finite, and so its inverse";
    Error::check_range("gain of an activation", expected, gain, holds)
}

/// Values that go through a vectorised function together.
const BLOCK: usize = 64;

type Elementwise<T = f64> = fn(&[T], &mut [T]);

/// `out = f(gain v)`.
pub(super) fn scaled_into<T: Scalar>(f: Elementwise<T>, gain: T, v: &[T], out: &mut [T]) {
    if gain == T::one() {
        return f(v, out);
    }
    for (v, out) in v.chunks(BLOCK).zip(out.chunks_mut(BLOCK)) {
        let mut scaled = [T::zero(); BLOCK];
        for (scaled, v) in scaled.iter_mut().zip(v) {
            *scaled = gain * *v;
        }
        f(&scaled[..v.len()], out);
    }
}

/// The sum of `f(argument(v))`.
fn sum_of_blocks(f: Elementwise, v: &[f64], argument: impl Fn(f64) -> f64) -> f64 {
    let (mut arguments, mut values) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut sum = 0.0;
    for v in v.chunks(BLOCK) {
        for (argument_of, v) in arguments.iter_mut().zip(v) {
            *argument_of = argument(*v);
        }
        f(&arguments[..v.len()], &mut values[..v.len()]);
        sum += values[..v.len()].iter().sum::<f64>();
    }
    sum
}

/// The largest number. Not-a-number among them reaches every result by its own difference.
#[inline(always)]
fn largest(v: &[f64]) -> f64 {
    v.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [Box<dyn Lagrangian>; 4] {
        [
            Box::new(Quadratic),
            Box::new(LogCosh { gain: 1.3 }),
            Box::new(Softplus { gain: 0.7 }),
            Box::new(LogSumExp { gain: 1.7 }),
        ]
    }

    #[test]
    fn activations_are_gradients_and_hessians_their_derivatives() {
        let v: Vec<f64> = (0..9).map(|k| 1.5 * (f64::from(k) * 1.7).sin()).collect();
        let x: Vec<f64> = (0..9).map(|k| (f64::from(k) * 0.9).cos()).collect();
        let h = 1e-5;
        let moved = |by: f64| -> Vec<f64> { v.iter().zip(&x).map(|(v, x)| v + by * x).collect() };
        for lagrangian in all() {
            let activation = |v: &[f64]| {
                let mut s = vec![0.0; v.len()];
                lagrangian.activation_into(v.len(), v, &mut s);
                s
            };
            let s = activation(&v);
            let slope = (lagrangian.value(&moved(h)) - lagrangian.value(&moved(-h))) / (2.0 * h);
            let along: f64 = s.iter().zip(&x).map(|(s, x)| s * x).sum();
            // Central differences: h^2 / 6 of a third derivative, and rounding of 1e-16 / h.
            assert!(
                (slope - along).abs() < 1e-9,
                "{lagrangian:?}: {slope} {along}"
            );
            let mut product = vec![0.0; 9];
            lagrangian.hessian_product_into(&v, &s, &x, &mut product);
            let (above, below) = (activation(&moved(h)), activation(&moved(-h)));
            for i in 0..9 {
                let slope = (above[i] - below[i]) / (2.0 * h);
                assert!((slope - product[i]).abs() < 1e-9, "{lagrangian:?} {i}");
            }
            let curvature: f64 = product.iter().zip(&x).map(|(p, x)| p * x).sum();
            assert!(curvature >= 0.0, "{lagrangian:?}");
        }
    }

    #[test]
    fn small_states_keep_their_digits() {
        for gain in [1e-10, 0.3, 1.0, 50.0] {
            for x in [1e-9_f64, 1e-4, 0.02] {
                // x^2 / 2 - x^4 / 12 + x^6 / 45
                let expected = (x * x / 2.0 - x.powi(4) / 12.0 + x.powi(6) / 45.0) / gain;
                let found = LogCosh { gain }.value(&[x / gain, -x / gain]) / 2.0;
                assert!(
                    (found / expected - 1.0).abs() < 1e-12,
                    "{gain} {x}: {found}"
                );
            }
            // Both forms where they meet.
            let at = |x: f64| LogCosh { gain }.value(&[x / gain]) * gain;
            for x in [1.0 - 1e-12, 1.0, 1.0 + 1e-12] {
                assert!((at(x) - x.cosh().ln()).abs() < 1e-15, "{gain} {x}");
            }
        }
    }

    #[test]
    fn nothing_overflows_at_finite_states() {
        let v = [1e308, -1e308, 0.0, 5e-324, 1e300];
        for lagrangian in &all()[1..] {
            let mut s = [f64::NAN; 5];
            lagrangian.activation_into(5, &v, &mut s);
            assert!(s.iter().all(|s| s.is_finite()), "{lagrangian:?}: {s:?}");
            for v in [1e307, -1e308, 711.0] {
                let value = lagrangian.value(&[v, 0.0]);
                assert!(value.is_finite(), "{lagrangian:?} at {v}: {value}");
            }
        }
    }

    #[test]
    fn states_together_get_the_bits_of_states_alone() {
        for units in [1, 7, 20, 64, 65, 130] {
            let v: Vec<f64> = (0..units * 11)
                .map(|k| (k as f64 * 1.3).sin() * 4.0)
                .collect();
            for lagrangian in all() {
                let mut together = vec![0.0; v.len()];
                lagrangian.activation_into(units, &v, &mut together);
                for (v, together) in v.chunks(units).zip(together.chunks(units)) {
                    let mut alone = vec![0.0; units];
                    lagrangian.activation_into(units, v, &mut alone);
                    assert_eq!(alone, together, "{lagrangian:?}, {units} units");
                }
            }
        }
    }

    #[test]
    fn softmax_of_a_state_that_is_not_a_number_is_not_a_number() {
        for v in [[f64::NAN, 1.0], [1.0, f64::NAN]] {
            let mut p = [0.0; 2];
            LogSumExp { gain: 1.0 }.activation_into(2, &v, &mut p);
            assert!(p.iter().all(|p| p.is_nan()), "{p:?}");
        }
    }
}
