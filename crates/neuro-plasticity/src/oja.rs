//! Oja's rule.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses, assert_sizes, columns};

/// Oja's rule: Hebb's rule with a decay that keeps the weight vector at length 1.
///
/// ```equation
/// dW_ij/dt = eta r_i (r_j - r_i W_ij)
/// ```
///
/// A linear unit `r_i = sum_j W_ij r_j` learns the leading eigenvector of the correlations of its
/// inputs; several units without interaction all learn the same one. Source: Oja, J. Math. Biol. 15
/// (1982) 267, Eq. 3.
///
/// ```
/// use neuro_plasticity::{Activity, Increment, Oja};
///
/// // One input pattern (3, 4): the weights become that pattern, of length 1.
/// let rule = Oja { rate: 0.01 };
/// let (pre, still) = ([3.0, 4.0], [0.0, 0.0]);
/// let mut w = [0.1_f64, 0.0];
/// let mut increment = Increment::new(&rule, 1, 2);
/// for _ in 0..200 {
///     let post = [w[0] * pre[0] + w[1] * pre[1]];
///     let activity = Activity { time: 0.0, pre: &pre, post: &post, d_pre: &still, d_post: &[0.0] };
///     increment.step(&rule, &activity, 1.0, &mut w, &mut [])?;
/// }
/// assert!((w[0] - 0.6).abs() < 1e-9 && (w[1] - 0.8).abs() < 1e-9);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Oja {
    /// `eta`, finite and at least 0: 1 per squared rate and time.
    pub rate: f64,
}

impl Oja {
    /// Checks the rate constant.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("rate of Oja's rule", self.rate)
    }
}

impl<T: Scalar> PlasticityRule<T> for Oja {
    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        assert_sizes(0, activity, synapses, &rates);
        let (post, eta) = (activity.post, T::of(self.rate));
        for ((weights, rates), pre) in
            columns(post.len(), synapses.weights, rates.weights).zip(activity.pre)
        {
            for ((rate, w), post) in rates.iter_mut().zip(weights).zip(post) {
                *rate = eta * *post * (*pre - *post * *w);
            }
        }
    }
}
