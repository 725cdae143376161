//! What a learning rule is: local signals in, rates of change out.

use std::fmt::Debug;

use neuro_core::Scalar;

use crate::Error;

/// What a synapse can know of its two units at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Activity<'a, T: Scalar = f64> {
    /// Time, in the unit of the rate constants; only gates read it.
    pub time: T,
    /// Rate of each pre-synaptic unit.
    pub pre: &'a [T],
    /// Rate of each post-synaptic unit.
    pub post: &'a [T],
    /// Time derivative of each pre-synaptic rate.
    pub d_pre: &'a [T],
    /// Time derivative of each post-synaptic rate.
    pub d_post: &'a [T],
}

/// What a rule changes, as it is now.
#[derive(Clone, Copy, Debug)]
pub struct Synapses<'a, T: Scalar = f64> {
    /// Weights, post x pre, column-major.
    pub weights: &'a [T],
    /// [`variables`](PlasticityRule::variables) values for each post-synaptic unit: the first of all
    /// units, then the second of all units, and so on.
    pub variables: &'a [T],
}

/// Where a rule writes the time derivatives; the layout is that of [`Synapses`].
#[derive(Debug)]
pub struct Rates<'a, T: Scalar = f64> {
    /// Time derivative of each weight.
    pub weights: &'a mut [T],
    /// Time derivative of each variable.
    pub variables: &'a mut [T],
}

impl<T: Scalar> Rates<'_, T> {
    /// The same slices, to be handed on.
    pub fn reborrow(&mut self) -> Rates<'_, T> {
        Rates {
            weights: self.weights,
            variables: self.variables,
        }
    }
}

/// A rule of synaptic plasticity.
///
/// The weights `W` (post x pre, column-major: `W[i, j]` goes from `j` to `i`) and the variables that
/// each post-synaptic unit keeps beside them (a gain, a threshold) follow
///
/// ```equation
/// dW_ij/dt = F(pre_j, post_i, dpre_j/dt, dpost_i/dt, W_ij, v_i),    dv_i/dt = G(post_i, v_i)
/// ```
///
/// Nothing but the two units of a synapse enters. A rule is a value without state of its own: what
/// changes belongs to the caller, who may hand it to any integrator beside the state of the network,
/// or take Euler steps with [`Increment`]. When a rule acts ([`Gated`](crate::Gated)), which signs it
/// may reach ([`Rectified`](crate::Rectified), [`Clip`](crate::Clip)) and which connections exist
/// ([`Masked`](crate::Masked)) are pieces of their own, that fit every rule.
///
/// ```
/// use neuro_plasticity::{Activity, PlasticityRule, Rates, Synapses};
///
/// /// Weights that are forgotten with a time constant of 4.
/// #[derive(Debug)]
/// struct Forgetting;
///
/// impl PlasticityRule for Forgetting {
///     fn rates_into(&self, _: &Activity<'_>, synapses: &Synapses<'_>, rates: Rates<'_>) {
///         for (rate, w) in rates.weights.iter_mut().zip(synapses.weights) {
///             *rate = -w / 4.0;
///         }
///     }
/// }
///
/// let rates = [0.0; 1];
/// let activity = Activity { time: 0.0, pre: &rates, post: &rates, d_pre: &rates, d_post: &rates };
/// let (mut weights, mut none) = ([0.0], []);
/// Forgetting.rates_into(
///     &activity,
///     &Synapses { weights: &[2.0], variables: &[] },
///     Rates { weights: &mut weights, variables: &mut none },
/// );
/// assert_eq!(weights, [-0.5]);
/// ```
pub trait PlasticityRule<T: Scalar = f64>: Debug + Send + Sync {
    /// Number of variables that each post-synaptic unit keeps beside its weights.
    fn variables(&self) -> usize {
        0
    }

    /// Checks that the rule can change `post x pre` weights.
    ///
    /// # Errors
    /// [`Error`] when it is made for others.
    fn check(&self, post: usize, pre: usize) -> Result<(), Error> {
        let _ = (post, pre);
        Ok(())
    }

    /// Writes the variables as they are before learning.
    fn start(&self, variables: &mut [T]) {
        variables.fill(T::zero());
    }

    /// Writes the weights with which the network runs; for most rules those that are learned.
    fn effective_into(&self, synapses: &Synapses<'_, T>, effective: &mut [T]) {
        effective.copy_from_slice(synapses.weights);
    }

    /// Writes the time derivatives of all weights and variables. Allocates nothing.
    ///
    /// # Panics
    /// The rules of this crate panic when the lengths do not fit together: weights are post x pre,
    /// variables [`variables`](PlasticityRule::variables) for each post-synaptic unit, and
    /// derivatives as long as rates.
    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    );
}

/// Checks once what [`PlasticityRule::rates_into`] demands.
pub(crate) fn assert_sizes<T: Scalar>(
    variables: usize,
    activity: &Activity<'_, T>,
    synapses: &Synapses<'_, T>,
    rates: &Rates<'_, T>,
) {
    let (pre, post) = (activity.pre.len(), activity.post.len());
    assert_eq!(
        activity.d_pre.len(),
        pre,
        "derivatives of pre-synaptic rates"
    );
    assert_eq!(
        activity.d_post.len(),
        post,
        "derivatives of post-synaptic rates"
    );
    assert_eq!(synapses.weights.len(), post * pre, "weights");
    assert_eq!(rates.weights.len(), post * pre, "rates of the weights");
    let kept = variables * post;
    assert_eq!(synapses.variables.len(), kept, "variables");
    assert_eq!(rates.variables.len(), kept, "rates of the variables");
}

/// `rates[i, j] = scale post_i pre_j`, the correlation of two signals; none without post-synaptic
/// units.
pub(crate) fn outer_into<T: Scalar>(scale: T, post: &[T], pre: &[T], rates: &mut [T]) {
    for (rates, pre) in rates.chunks_exact_mut(post.len().max(1)).zip(pre) {
        let scale = scale * *pre;
        for (rate, post) in rates.iter_mut().zip(post) {
            *rate = scale * *post;
        }
    }
}

/// Columns of the weights and of their rates; none without post-synaptic units.
pub(crate) fn columns<'a, T>(
    post: usize,
    weights: &'a [T],
    rates: &'a mut [T],
) -> impl Iterator<Item = (&'a [T], &'a mut [T])> {
    let post = post.max(1);
    weights.chunks_exact(post).zip(rates.chunks_exact_mut(post))
}

/// Buffers of Euler steps of a rule.
///
/// ```
/// use neuro_plasticity::{Activity, Hebbian, Increment};
///
/// let rule = Hebbian { rate: 0.5 };
/// let mut increment = Increment::new(&rule, 1, 2);
/// let (mut weights, still) = ([0.0, 1.0], [0.0, 0.0]);
/// let activity = Activity {
///     time: 0.0, pre: &[1.0, 3.0], post: &[2.0], d_pre: &still, d_post: &still[..1],
/// };
/// increment.step(&rule, &activity, 0.1, &mut weights, &mut [])?;
/// assert_eq!(weights, [0.1, 1.3]);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Increment<T: Scalar = f64> {
    weights: Vec<T>,
    variables: Vec<T>,
    post: usize,
}

impl<T: Scalar> Increment<T> {
    /// Buffers for `post x pre` weights that learn by `rule`.
    ///
    /// # Panics
    /// When so many weights do not fit into memory.
    pub fn new<R: PlasticityRule<T> + ?Sized>(rule: &R, post: usize, pre: usize) -> Self {
        Self {
            weights: vec![T::zero(); post * pre],
            variables: vec![T::zero(); post * rule.variables()],
            post,
        }
    }

    /// Adds `dt` times the rates to the weights and variables. Allocates nothing.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] when the sizes are not those that the buffers were made for; what
    /// [`PlasticityRule::check`] finds.
    pub fn step<R: PlasticityRule<T> + ?Sized>(
        &mut self,
        rule: &R,
        activity: &Activity<'_, T>,
        dt: T,
        weights: &mut [T],
        variables: &mut [T],
    ) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let (post, pre) = (self.post, self.weights.len() / self.post.max(1));
        for (what, expected, found) in [
            ("pre-synaptic rates", pre, activity.pre.len()),
            ("their derivatives", pre, activity.d_pre.len()),
            ("post-synaptic rates", post, activity.post.len()),
            ("their derivatives", post, activity.d_post.len()),
            ("weights", self.weights.len(), weights.len()),
            ("variables", self.variables.len(), variables.len()),
            ("variables", post * rule.variables(), variables.len()),
        ] {
            Core::check_length(what, expected, found)?;
        }
        rule.check(post, pre)?;
        let rates = Rates {
            weights: &mut self.weights,
            variables: &mut self.variables,
        };
        rule.rates_into(activity, &Synapses { weights, variables }, rates);
        for (w, rate) in weights.iter_mut().zip(&self.weights) {
            *w += dt * *rate;
        }
        for (v, rate) in variables.iter_mut().zip(&self.variables) {
            *v += dt * *rate;
        }
        Ok(())
    }
}
