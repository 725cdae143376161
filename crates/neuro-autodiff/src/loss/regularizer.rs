//! Costs of states and of weights.

use neuro_core::{Batch, Scalar};

use super::{StateRegularizer, WeightRegularizer};
use crate::{Error, ParameterId, Parameters};

/// Whether squared states are averaged or summed over units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ActivityNormalization {
    /// `1/N sum_i x_i^2`: the strength means the same at any network size.
    #[default]
    MeanOverUnits,
    /// `sum_i x_i^2`, Eq. 7 of Ichikawa & Kaneko 2021 read literally.
    SumOverUnits,
}

/// Squared states, averaged over the steps of each trial.
///
/// Trial `b` of `T_b` steps costs `strength / T_b * sum_{k=1..T_b} c * sum_i x_{k,i}^2` with `c = 1/N`
/// or 1 for `N` units; the literal sum over units is Ichikawa & Kaneko 2021, Eq. 7. Steps after `T_b` cost nothing.
///
/// ```
/// use neuro_autodiff::loss::{ActivityNormalization, ActivityPenalty, StateRegularizer};
/// use neuro_core::{Batch, TaskShape};
///
/// let batch = Batch::new(TaskShape { inputs: 1, outputs: 1, steps: 1 }, 1)?;
/// let penalty = ActivityPenalty {
///     strength: 0.1,
///     normalization: ActivityNormalization::MeanOverUnits,
/// };
/// let mut gradient = [0.0; 2];
/// let cost = penalty.accumulate(0, &[1.0, 3.0], &batch, 1.0, &mut gradient);
/// assert!((cost - 0.5_f64).abs() < 1e-15);
/// assert!((gradient[1] - 0.3_f64).abs() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ActivityPenalty {
    /// Factor of the cost; at least 0.
    pub strength: f64,
    /// Mean or sum over units.
    pub normalization: ActivityNormalization,
}

impl ActivityPenalty {
    /// Checks the strength.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is not a finite number of at least 0.
    pub fn validate(&self) -> Result<(), Error> {
        check_strength("strength of the activity penalty", self.strength)
    }
}

impl<T: Scalar> StateRegularizer<T> for ActivityPenalty {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn accumulate(
        &self,
        step: usize,
        states: &[T],
        batch: &Batch<T>,
        scale: f64,
        d_states: &mut [T],
    ) -> f64 {
        let units = states.len() / batch.trials();
        if units == 0 {
            return 0.0;
        }
        let per_unit = match self.normalization {
            ActivityNormalization::MeanOverUnits => 1.0 / units as f64,
            ActivityNormalization::SumOverUnits => 1.0,
        };
        let mut cost = 0.0;
        let columns = states
            .chunks_exact(units)
            .zip(d_states.chunks_exact_mut(units));
        for ((x, d), &length) in columns.zip(&batch.lengths) {
            if step >= length {
                continue;
            }
            let factor = scale * self.strength * per_unit / length as f64;
            cost += factor * sum_of_squares(x);
            add_scaled(T::of(2.0 * factor), x, d);
        }
        cost
    }
}

/// Which parameters a [`WeightPenalty`] sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Penalized {
    /// All trainable ones.
    #[default]
    All,
    /// These, of which untrainable ones cost nothing.
    Only(Vec<ParameterId>),
}

/// Squared raw values of trainable parameters.
///
/// The cost is `strength * sum w^2` over raw trainable values, its gradient `2 strength w`.
/// Coupled weight decay `d` of an optimiser adds `d w` to the gradient and so equals
/// `strength = d / 2`: a decay of 1e-4 is a strength of 5e-5.
///
/// Raw values are what an optimiser changes: behind [`crate::Bounded`] the cost pulls the effective
/// value to the middle of its range, not to 0.
///
/// ```
/// use neuro_autodiff::loss::{Penalized, WeightPenalty, WeightRegularizer};
/// use neuro_autodiff::{Identity, Parameters};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// let mut parameters = Parameters::new();
/// parameters.add("recurrent", &DMatrix::from_row_slice(1, 2, &[1.0, 2.0]), Arc::new(Identity), true)?;
/// let penalty = WeightPenalty { strength: 0.5, parameters: Penalized::All };
/// let mut gradient = vec![0.0; 2];
/// assert_eq!(penalty.accumulate(&parameters, &mut gradient), 2.5);
/// assert_eq!(gradient, [1.0, 2.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct WeightPenalty {
    /// Factor of the sum of squares; at least 0.
    pub strength: f64,
    /// Which parameters cost.
    pub parameters: Penalized,
}

impl WeightPenalty {
    /// Checks the strength.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is not a finite number of at least 0.
    pub fn validate(&self) -> Result<(), Error> {
        check_strength("strength of the weight penalty", self.strength)
    }
}

impl<T: Scalar> WeightRegularizer<T> for WeightPenalty {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn accumulate(&self, parameters: &Parameters<T>, gradient: &mut [T]) -> f64 {
        let mut cost = 0.0;
        let mut add = |range: std::ops::Range<usize>| {
            let w = &parameters.raw_values()[range.clone()];
            cost += self.strength * sum_of_squares(w);
            add_scaled(T::of(2.0 * self.strength), w, &mut gradient[range]);
        };
        match &self.parameters {
            Penalized::All => parameters.trainable_ranges().for_each(add),
            Penalized::Only(ids) => {
                for &id in ids.iter().filter(|&&id| parameters.is_trainable(id)) {
                    add(parameters.range(id));
                }
            }
        }
        cost
    }
}

fn check_strength(what: &str, strength: f64) -> Result<(), Error> {
    let holds = strength >= 0.0 && strength.is_finite();
    Ok(neuro_core::Error::check_range(
        what,
        "a finite number >= 0",
        strength,
        holds,
    )?)
}

/// Eight partial sums, so that the loop vectorises; f64, so that the sum of 10^5 f32 is exact to
/// f32's last digit.
pub(crate) fn sum_of_squares<T: Scalar>(values: &[T]) -> f64 {
    let mut lanes = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks
        .remainder()
        .iter()
        .map(|&v| v.as_f64() * v.as_f64())
        .sum();
    for chunk in chunks {
        for (lane, v) in lanes.iter_mut().zip(chunk) {
            let v = (*v).as_f64();
            *lane += v * v;
        }
    }
    lanes.iter().sum::<f64>() + rest
}

fn add_scaled<T: Scalar>(factor: T, x: &[T], y: &mut [T]) {
    for (x, y) in x.iter().zip(y) {
        *y += factor * *x;
    }
}
