//! Hebb's rule.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses, assert_sizes, outer_into};

/// Hebb's rule: what fires together wires together. See [`Increment`](crate::Increment) for an example.
///
/// ```equation
/// dW_ij/dt = eta r_i r_j
/// ```
///
/// `r_i`, `r_j` post- and pre-synaptic rates, `eta` the rate constant. Weights grow without limit
/// (see [`Oja`](crate::Oja) for one that does not). Source: Hebb, The Organization of Behavior, 1949;
/// Dayan & Abbott, Theoretical Neuroscience, Eq. 8.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hebbian {
    /// `eta`, finite and at least 0: weight per squared rate and time.
    pub rate: f64,
}

impl Hebbian {
    /// Checks the rate constant.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("rate of Hebbian plasticity", self.rate)
    }
}

impl<T: Scalar> PlasticityRule<T> for Hebbian {
    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        assert_sizes(0, activity, synapses, &rates);
        let scale = T::of(self.rate);
        outer_into(scale, activity.post, activity.pre, rates.weights);
    }
}
