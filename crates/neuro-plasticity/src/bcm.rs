//! The rule of Bienenstock, Cooper & Munro.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses, assert_sizes, columns};

/// The rule of Bienenstock, Cooper & Munro: a threshold that slides with the unit's activity.
///
/// ```equation
/// dW_ij/dt = eta r_i (r_i - theta_i) r_j
/// tau dtheta_i/dt = r_i^2 / r_0 - theta_i
/// ```
///
/// `theta_i` is a variable of the post-synaptic unit, between depression and potentiation; `tau` its
/// time constant and `r_0` the rate at which the two would meet under constant activity. A unit that
/// sees several patterns becomes selective for one of them; over `n` equally frequent patterns its
/// rate for that one is `n r_0`. Sources: Bienenstock, Cooper & Munro, J. Neurosci. 2 (1982) 32; the
/// quadratic form is Intrator & Cooper, Neural Netw. 5 (1992) 3. The threshold has to move faster
/// than the weights.
///
/// ```
/// use neuro_plasticity::{Activity, Bcm, Increment};
///
/// // Below the threshold a synapse is depressed, above it potentiated.
/// let rule = Bcm { rate: 0.1, time_constant: 10.0, target: 1.0 };
/// let mut increment = Increment::new(&rule, 1, 1);
/// let mut change = |post: f64| {
///     let (mut w, mut theta) = ([0.0], [2.0]);
///     let activity = Activity {
///         time: 0.0, pre: &[1.0], post: &[post], d_pre: &[0.0], d_post: &[0.0],
///     };
///     increment.step(&rule, &activity, 1.0, &mut w, &mut theta).map(|()| w[0])
/// };
/// assert!(change(1.0)? < 0.0 && change(3.0)? > 0.0);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bcm {
    /// `eta`, finite and at least 0: weight per cubed rate and time.
    pub rate: f64,
    /// `tau` of the threshold, finite and positive.
    pub time_constant: f64,
    /// `r_0`, finite and positive.
    pub target: f64,
}

impl Bcm {
    /// Checks all constants.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("rate of BCM plasticity", self.rate)?;
        for (what, value) in [
            ("time constant of the BCM threshold", self.time_constant),
            ("target of BCM plasticity", self.target),
        ] {
            let positive = value.is_finite() && value > 0.0;
            neuro_core::Error::check_range(what, "finite, positive", value, positive)?;
        }
        Ok(())
    }
}

impl<T: Scalar> PlasticityRule<T> for Bcm {
    fn variables(&self) -> usize {
        1
    }

    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        assert_sizes(1, activity, synapses, &rates);
        let (post, thetas) = (activity.post, synapses.variables);
        for ((_, rates), pre) in
            columns(post.len(), synapses.weights, rates.weights).zip(activity.pre)
        {
            let scale = T::of(self.rate) * *pre;
            for ((rate, post), theta) in rates.iter_mut().zip(post).zip(thetas) {
                *rate = scale * *post * (*post - *theta);
            }
        }
        let (tau, target) = (T::of(self.time_constant), T::of(self.target));
        for ((rate, post), theta) in rates.variables.iter_mut().zip(post).zip(thetas) {
            *rate = (*post * *post / target - *theta) / tau;
        }
    }
}
