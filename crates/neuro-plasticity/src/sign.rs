//! Weights that shall not change their sign: two ways, of which a network uses one.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses};

/// A rule of excitatory weights: negative ones act as 0 and relax to 0.
///
/// The learned weights stay free; the network runs with `max(U, 0)`, and negative ones relax:
/// `dU/dt = ... - k U` where `U < 0`. A weight that learning pulls below 0 rests there and comes back
/// when it is pulled up. Source: the program of Gu & Lim, Unsupervised learning for robust working
/// memory, `k = 1` per ms. [`Clip`] is the other way to keep signs; use one of the two.
///
/// ```
/// use neuro_plasticity::{Hebbian, PlasticityRule, Rectified, Synapses};
///
/// let rule = Rectified { rule: Hebbian { rate: 1.0 }, relaxation: 1.0 };
/// let mut effective = [0.0; 2];
/// rule.effective_into(&Synapses { weights: &[0.3, -0.2], variables: &[] }, &mut effective);
/// assert_eq!(effective, [0.3, 0.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rectified<R> {
    /// The rule.
    pub rule: R,
    /// `k`, 1 per time, finite and at least 0.
    pub relaxation: f64,
}

impl<R> Rectified<R> {
    /// Checks the relaxation; the constants of `rule` are its own matter.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("relaxation of negative weights", self.relaxation)
    }
}

impl<T: Scalar, R: PlasticityRule<T>> PlasticityRule<T> for Rectified<R> {
    fn variables(&self) -> usize {
        self.rule.variables()
    }

    fn check(&self, post: usize, pre: usize) -> Result<(), Error> {
        self.rule.check(post, pre)
    }

    fn start(&self, variables: &mut [T]) {
        self.rule.start(variables);
    }

    fn effective_into(&self, synapses: &Synapses<'_, T>, effective: &mut [T]) {
        self.rule.effective_into(synapses, effective);
        for w in effective {
            *w = if *w < T::zero() { T::zero() } else { *w };
        }
    }

    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        mut rates: Rates<'_, T>,
    ) {
        self.rule.rates_into(activity, synapses, rates.reborrow());
        let k = T::of(self.relaxation);
        for (rate, w) in rates.weights.iter_mut().zip(synapses.weights) {
            if *w < T::zero() {
                *rate -= k * *w;
            }
        }
    }
}

/// A range in which weights are kept: after each step they are moved back into it.
///
/// ```
/// use neuro_plasticity::Clip;
///
/// let mut w = [-0.1, 0.4, 7.0];
/// Clip { low: 0.0, high: 1.0 }.apply(&mut w);
/// assert_eq!(w, [0.0, 0.4, 1.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clip {
    /// Smallest weight.
    pub low: f64,
    /// Largest weight, at least `low`; infinity for none.
    pub high: f64,
}

impl Clip {
    /// Checks that the range is not empty.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] otherwise, and for limits that are not numbers.
    pub fn validate(&self) -> Result<(), Error> {
        let ordered = self.high >= self.low;
        Ok(neuro_core::Error::check_range(
            "largest weight",
            "at least the smallest",
            self.high,
            ordered,
        )?)
    }

    /// Moves weights outside the range to its nearer end; not-a-number stays.
    pub fn apply<T: Scalar>(&self, weights: &mut [T]) {
        let (low, high) = (T::of(self.low), T::of(self.high));
        for w in weights {
            if *w < low {
                *w = low;
            } else if *w > high {
                *w = high;
            }
        }
    }
}
