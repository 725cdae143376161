//! Connections that do not exist do not learn.

use neuro_core::Scalar;
use neuro_core::nalgebra::DMatrix;

use crate::Error;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses};

/// A rule on the connections of a mask; the others act as 0 and never change.
///
/// ```
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_plasticity::{Activity, Hebbian, Increment, Masked};
///
/// // Unit 0 and unit 1 excite each other, neither itself.
/// let others = DMatrix::from_row_slice(2, 2, &[false, true, true, false]);
/// let rule = Masked::new(Hebbian { rate: 1.0 }, &others);
/// let (rates, still, mut w) = ([1.0, 2.0], [0.0, 0.0], [0.0; 4]);
/// let activity = Activity { time: 0.0, pre: &rates, post: &rates, d_pre: &still, d_post: &still };
/// Increment::new(&rule, 2, 2).step(&rule, &activity, 1.0, &mut w, &mut [])?;
/// assert_eq!(w, [0.0, 2.0, 2.0, 0.0]);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Masked<R> {
    rule: R,
    mask: DMatrix<bool>,
}

impl<R> Masked<R> {
    /// `rule` on the connections for which `mask` (post x pre) is true.
    pub fn new(rule: R, mask: &DMatrix<bool>) -> Self {
        Self {
            rule,
            mask: mask.clone(),
        }
    }

    /// The rule.
    pub fn rule(&self) -> &R {
        &self.rule
    }

    fn apply<T: Scalar>(&self, weights: &mut [T]) {
        assert_eq!(weights.len(), self.mask.len(), "weights of the mask");
        for (w, exists) in weights.iter_mut().zip(self.mask.iter()) {
            if !exists {
                *w = T::zero();
            }
        }
    }
}

impl<T: Scalar, R: PlasticityRule<T>> PlasticityRule<T> for Masked<R> {
    fn variables(&self) -> usize {
        self.rule.variables()
    }

    fn check(&self, post: usize, pre: usize) -> Result<(), Error> {
        neuro_core::Error::check_shape("weights of the mask", self.mask.shape(), (post, pre))?;
        self.rule.check(post, pre)
    }

    fn start(&self, variables: &mut [T]) {
        self.rule.start(variables);
    }

    fn effective_into(&self, synapses: &Synapses<'_, T>, effective: &mut [T]) {
        self.rule.effective_into(synapses, effective);
        self.apply(effective);
    }

    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        mut rates: Rates<'_, T>,
    ) {
        self.rule.rates_into(activity, synapses, rates.reborrow());
        self.apply(rates.weights);
    }
}
