//! Differential plasticity.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses, assert_sizes, outer_into};

/// Differential plasticity: a connection weakens while its target's activity grows.
///
/// ```equation
/// dW_ij/dt = -alpha (dr_i/dt) r_j
/// ```
///
/// `r_i`, `r_j` post- and pre-synaptic rates, `alpha` the rate constant (weight per squared rate). A
/// rate that drifts down strengthens its excitation, one that drifts up weakens it, until it stands
/// still: the rule balances excitation against decay. For one unit with itself, `W + alpha r^2 / 2`
/// never changes. Source: Gu & Lim, Unsupervised learning for robust working memory, Eqs. 2 and 19.
///
/// The derivative is the rate's own, not a filtered estimate of it.
///
/// ```
/// use neuro_plasticity::{Activity, Differential, Increment};
///
/// // The unit's own activity decays, so its excitation of itself grows.
/// let rule = Differential { rate: 0.01 };
/// let activity = Activity {
///     time: 0.0, pre: &[20.0], post: &[20.0], d_pre: &[-2.0], d_post: &[-2.0],
/// };
/// let mut w = [1.0];
/// Increment::new(&rule, 1, 1).step(&rule, &activity, 0.5, &mut w, &mut [])?;
/// assert_eq!(w, [1.2]);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Differential {
    /// `alpha`, finite and at least 0: weight per squared rate.
    pub rate: f64,
}

impl Differential {
    /// Checks the rate constant.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("rate of differential plasticity", self.rate)
    }
}

impl<T: Scalar> PlasticityRule<T> for Differential {
    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        assert_sizes(0, activity, synapses, &rates);
        let scale = -T::of(self.rate);
        outer_into(scale, activity.d_post, activity.pre, rates.weights);
    }
}
