//! Homeostatic plasticity.

use neuro_core::Scalar;

use crate::Error;
use crate::error::check_non_negative;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses, assert_sizes, columns};

/// Homeostatic plasticity: all inputs of a unit are scaled until its mean rate is the target.
///
/// ```equation
/// dW_ij/dt = alpha (r_0 - r_i) W_ij
/// ```
///
/// `r_i` post-synaptic rate, `r_0` target rate, `alpha` the rate constant (1 per rate and time). The
/// change is multiplicative and the same for all inputs of a unit: their ratios stay. Source: Gu &
/// Lim, Unsupervised learning for robust working memory, Eqs. 3 and 20; their homogeneous model
/// needs `alpha / w_inh` for `alpha`.
///
/// ```
/// use neuro_plasticity::{Activity, Homeostatic, Increment};
///
/// // Twice too active: both inputs shrink by the same share.
/// let rule = Homeostatic { rate: 0.01, target: 10.0 };
/// let activity = Activity {
///     time: 0.0, pre: &[1.0, 5.0], post: &[20.0], d_pre: &[0.0, 0.0], d_post: &[0.0],
/// };
/// let mut w = [1.0, 4.0];
/// Increment::new(&rule, 1, 2).step(&rule, &activity, 1.0, &mut w, &mut [])?;
/// assert_eq!(w, [0.9, 3.6]);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Homeostatic {
    /// `alpha`, finite and at least 0: 1 per rate and time.
    pub rate: f64,
    /// `r_0`, finite and at least 0.
    pub target: f64,
}

impl Homeostatic {
    /// Checks both constants.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when one is negative or not finite.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("rate of homeostatic plasticity", self.rate)?;
        check_non_negative("target of homeostatic plasticity", self.target)
    }

    /// `rate (target - post)`: the relative rate of change of all inputs of a unit.
    #[inline]
    #[must_use]
    pub fn relative_rate<T: Scalar>(&self, post: T) -> T {
        T::of(self.rate) * (T::of(self.target) - post)
    }
}

impl<T: Scalar> PlasticityRule<T> for Homeostatic {
    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        assert_sizes(0, activity, synapses, &rates);
        let post = activity.post;
        for (weights, rates) in columns(post.len(), synapses.weights, rates.weights) {
            for ((rate, w), post) in rates.iter_mut().zip(weights).zip(post) {
                *rate = self.relative_rate(*post) * *w;
            }
        }
    }
}
