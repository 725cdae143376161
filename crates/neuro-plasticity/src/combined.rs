//! Two rules at once.

use neuro_core::Scalar;

use crate::gate::{Always, Gate};
use crate::rule::{Activity, PlasticityRule, Rates, Synapses};
use crate::{Error, Homeostatic};

/// A rule of single synapses together with a homeostatic gain of each unit.
///
/// ```equation
/// W_ij = g_i U_ij,    dU_ij/dt = any rule,    dg_i/dt = alpha (r_0 - r_i) g_i
/// ```
///
/// `rule` moves `U`, homeostasis the gains: `g_i` is that of the post-synaptic unit, 1 before
/// learning. With differential plasticity for
/// `U` this is the combined rule of Gu & Lim, Unsupervised learning for robust working memory, Eq. 4
/// (as their program has it); with a rate of 0 for either part, the other one alone: scaling `g_i`
/// is scaling row `i` of `W`.
///
/// The gains are the last variable of each unit, after those of `rule`. The gate is of the
/// homeostasis alone; gate the rule itself where it, too, shall rest.
///
/// ```
/// use neuro_plasticity::{Combined, Differential, Homeostatic, PlasticityRule, Synapses};
///
/// let rule = Combined::new(
///     Differential { rate: 1e-5 },
///     Homeostatic { rate: 2e-8, target: 20.0 },
/// );
/// let mut gains = [0.0; 2];
/// PlasticityRule::<f64>::start(&rule, &mut gains);
/// assert_eq!(gains, [1.0, 1.0]);
/// let mut effective = [0.0; 2];
/// let synapses = Synapses { weights: &[3.0, 4.0], variables: &[1.0, 0.5] };
/// rule.effective_into(&synapses, &mut effective);
/// assert_eq!(effective, [3.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Combined<R, G = Always> {
    /// Rule of the synapses `U`.
    pub rule: R,
    /// Rule of the gains `g`.
    pub homeostatic: Homeostatic,
    /// When the gains change.
    pub gate: G,
}

impl<R> Combined<R> {
    /// Gains that change at all times.
    pub fn new(rule: R, homeostatic: Homeostatic) -> Self {
        Self {
            rule,
            homeostatic,
            gate: Always,
        }
    }

    /// Checks the constants of the homeostatic part; those of `rule` are its own matter.
    ///
    /// # Errors
    /// What [`Homeostatic::validate`] finds.
    pub fn validate(&self) -> Result<(), Error> {
        self.homeostatic.validate()
    }
}

impl<T: Scalar, R: PlasticityRule<T>, G: Gate<T>> PlasticityRule<T> for Combined<R, G> {
    fn variables(&self) -> usize {
        self.rule.variables() + 1
    }

    fn check(&self, post: usize, pre: usize) -> Result<(), Error> {
        self.rule.check(post, pre)
    }

    fn start(&self, variables: &mut [T]) {
        let units = variables.len() / self.variables();
        let (inner, gains) = variables.split_at_mut(variables.len() - units);
        self.rule.start(inner);
        gains.fill(T::one());
    }

    fn effective_into(&self, synapses: &Synapses<'_, T>, effective: &mut [T]) {
        let units = synapses.variables.len() / self.variables();
        let (inner, gains) = synapses
            .variables
            .split_at(synapses.variables.len() - units);
        let inner = Synapses {
            weights: synapses.weights,
            variables: inner,
        };
        self.rule.effective_into(&inner, effective);
        for column in effective.chunks_exact_mut(units.max(1)) {
            for (w, gain) in column.iter_mut().zip(gains) {
                *w *= *gain;
            }
        }
    }

    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        rates: Rates<'_, T>,
    ) {
        let units = activity.post.len();
        let kept = self.rule.variables() * units;
        assert_eq!(synapses.variables.len(), kept + units, "variables");
        assert_eq!(
            rates.variables.len(),
            kept + units,
            "rates of the variables"
        );
        let (inner, gains) = synapses.variables.split_at(kept);
        let (inner_rates, gain_rates) = rates.variables.split_at_mut(kept);
        self.rule.rates_into(
            activity,
            &Synapses {
                weights: synapses.weights,
                variables: inner,
            },
            Rates {
                weights: rates.weights,
                variables: inner_rates,
            },
        );
        let open = self.gate.openness(activity.time);
        for ((rate, gain), post) in gain_rates.iter_mut().zip(gains).zip(activity.post) {
            *rate = open * self.homeostatic.relative_rate(*post) * *gain;
        }
    }
}
