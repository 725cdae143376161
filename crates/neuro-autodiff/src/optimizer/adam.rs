//! Adam (Kingma & Ba, ICLR 2015).

use std::ops::Range;

use neuro_core::{Scalar, flushed};

use super::{Optimizer, find, find_counter, joined, stored, unpack};
use crate::{Error, Parameters};

/// Where epsilon is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EpsilonPlacement {
    /// To the bias-corrected root, as the paper's algorithm, `PyTorch` and optax do.
    #[default]
    AfterCorrection,
    /// To the root before its correction, the paper's "epsilon hat", as `TensorFlow` 1 does.
    BeforeCorrection,
}

/// Constants of [`Adam`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdamConfig {
    /// Decay of the mean of the gradient, a step; default 0.9, 0 to below 1.
    pub beta1: f64,
    /// Decay of the mean of the squared gradient, a step; default 0.999, 0 to below 1.
    pub beta2: f64,
    /// Keeps the division finite; default 1e-8, above 0.
    pub epsilon: f64,
    /// Where epsilon is added; default after the correction.
    pub epsilon_placement: EpsilonPlacement,
    /// Coupled weight decay `d`; default 0, at least 0. Equal to a
    /// [`WeightPenalty`](crate::loss::WeightPenalty) of strength `d / 2` on all parameters.
    pub weight_decay: f64,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self {
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-8,
            epsilon_placement: EpsilonPlacement::AfterCorrection,
            weight_decay: 0.0,
        }
    }
}

impl AdamConfig {
    /// Checks every range.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] naming the first constant outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        for (what, beta) in [("Adam beta1", self.beta1), ("Adam beta2", self.beta2)] {
            let holds = (0.0..1.0).contains(&beta);
            neuro_core::Error::check_range(what, "0 to below 1", beta, holds)?;
        }
        neuro_core::Error::check_range(
            "Adam epsilon",
            "a finite number above 0",
            self.epsilon,
            self.epsilon > 0.0 && self.epsilon.is_finite(),
        )?;
        neuro_core::Error::check_range(
            "weight decay",
            "a finite number >= 0",
            self.weight_decay,
            self.weight_decay >= 0.0 && self.weight_decay.is_finite(),
        )?;
        Ok(())
    }
}

/// Adam (Kingma & Ba, ICLR 2015) for all trainable parameters.
///
/// With gradient `g`, weight `w`, moments `m`, `v` (0 at first), rates `b1`, `b2`, learning rate
/// `lr` and the number `t = 1, 2, …` of the step:
///
/// ```equation
/// g <- g + d w                     weight decay d, coupled: part of the gradient
/// m <- b1 m + (1 - b1) g
/// v <- b2 v + (1 - b2) g^2
/// w <- w - lr / (1 - b1^t) * m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)         AfterCorrection
/// w <- w - lr sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon)           BeforeCorrection
/// ```
///
/// The two lines differ in the first steps only, where `sqrt(1 - b2^t)` is small. Decoupled decay
/// (`AdamW`) is not offered.
///
/// ```
/// use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
/// use neuro_autodiff::{Identity, Parameters};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// let mut parameters = Parameters::new();
/// let w = parameters.add("w", &DMatrix::from_row_slice(1, 2, &[1.0, 1.0]), Arc::new(Identity), true)?;
/// let mut adam = Adam::new(AdamConfig::default(), &parameters)?;
/// // The first step has the length of the learning rate, whatever the size of the gradient.
/// adam.step(&mut parameters, &[1e-3, -50.0], 0.1);
/// assert!((parameters.raw(w)[0] - 0.9_f64).abs() < 1e-5);
/// assert!((parameters.raw(w)[1] - 1.1_f64).abs() < 1e-5);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Adam<T: Scalar = f64> {
    config: AdamConfig,
    mean: Vec<T>,
    square: Vec<T>,
    steps: u64,
    ranges: Vec<Range<usize>>,
}

/// What is the same for all values of one step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates<T> {
    beta1: T,
    beta2: T,
    rest1: T,
    rest2: T,
    decay: T,
    /// `lr / (1 - b1^t)`.
    rate: T,
    /// `1 / sqrt(1 - b2^t)`.
    correction: T,
    epsilon: T,
}

impl<T: Scalar> Rates<T> {
    /// Updates one pair of moments and returns what is subtracted from the weight.
    #[inline(always)]
    fn increment(&self, w: T, g: T, m: &mut T, v: &mut T) -> T {
        let g = g + self.decay * w;
        // A weight whose gradient has become 0, such as one that a sign constraint has silenced, would
        // leave subnormal moments: after a thousand updates of a network of such weights, each took
        // a fifth longer.
        *m = flushed(self.beta1 * *m + self.rest1 * g);
        *v = flushed(self.beta2 * *v + self.rest2 * g * g);
        // A product with the correction instead of a quotient: one division less, 1 ulp apart.
        self.rate * *m / (v.sqrt() * self.correction + self.epsilon)
    }
}

impl<T: Scalar> Adam<T> {
    /// Moments of zero for the trainable ones of `parameters`; later steps must be given the same
    /// parameters.
    ///
    /// # Errors
    /// What [`AdamConfig::validate`] finds.
    pub fn new(config: AdamConfig, parameters: &Parameters<T>) -> Result<Self, Error> {
        Self::over(config, parameters.len(), parameters.trainable_ranges())
    }

    /// Adam for some of `length` values.
    pub(super) fn over(
        config: AdamConfig,
        length: usize,
        ranges: impl Iterator<Item = Range<usize>>,
    ) -> Result<Self, Error> {
        config.validate()?;
        Ok(Self {
            config,
            mean: vec![T::zero(); length],
            square: vec![T::zero(); length],
            steps: 0,
            ranges: joined(ranges),
        })
    }

    /// The constants.
    #[must_use]
    pub fn config(&self) -> &AdamConfig {
        &self.config
    }

    /// Number of steps made so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Running means of the gradient and of its square, not bias-corrected, for all raw values.
    #[must_use]
    pub fn moments(&self) -> (&[T], &[T]) {
        (&self.mean, &self.square)
    }

    /// Counts a step and returns its rates.
    pub(super) fn advance(&mut self, learning_rate: f64) -> Rates<T> {
        self.steps += 1;
        let c = &self.config;
        let t = self.steps as f64;
        let correction = 1.0 / (1.0 - c.beta2.powf(t)).sqrt();
        Rates {
            beta1: T::of(c.beta1),
            beta2: T::of(c.beta2),
            rest1: T::of(1.0 - c.beta1),
            rest2: T::of(1.0 - c.beta2),
            decay: T::of(c.weight_decay),
            rate: T::of(learning_rate / (1.0 - c.beta1.powf(t))),
            correction: T::of(correction),
            epsilon: T::of(match c.epsilon_placement {
                EpsilonPlacement::AfterCorrection => c.epsilon,
                // The second formula is the first one with an epsilon that shrinks to its value.
                EpsilonPlacement::BeforeCorrection => c.epsilon * correction,
            }),
        }
    }

    /// Moves the values of this optimiser's ranges.
    pub(super) fn move_values(&mut self, rates: &Rates<T>, raw: &mut [T], gradient: &[T]) {
        for range in &self.ranges {
            let moments = self.mean[range.clone()]
                .iter_mut()
                .zip(&mut self.square[range.clone()]);
            let values = raw[range.clone()].iter_mut().zip(&gradient[range.clone()]);
            neuro_core::vectorize(|| {
                for ((w, g), (m, v)) in values.zip(moments) {
                    *w -= rates.increment(*w, *g, m, v);
                }
            });
        }
    }

    /// Updates the moments of one range and writes what would be subtracted from its values.
    pub(super) fn increments_into(
        &mut self,
        rates: &Rates<T>,
        range: Range<usize>,
        raw: &[T],
        gradient: &[T],
        increments: &mut [T],
    ) {
        let moments = self.mean[range.clone()]
            .iter_mut()
            .zip(&mut self.square[range.clone()]);
        let values = raw[range.clone()].iter().zip(&gradient[range]);
        for (((w, g), (m, v)), increment) in values.zip(moments).zip(increments) {
            *increment = rates.increment(*w, *g, m, v);
        }
    }

    /// Forgets what is known of one value's gradient.
    pub(super) fn clear_moments(&mut self, index: usize) {
        self.mean[index] = T::zero();
        self.square[index] = T::zero();
    }
}

impl<T: Scalar> Optimizer<T> for Adam<T> {
    fn describe(&self) -> String {
        format!("Adam, {:?}", self.config)
    }

    /// # Panics
    /// When `gradient` or `parameters` have another length than the parameters of
    /// [`new`](Adam::new).
    fn step(&mut self, parameters: &mut Parameters<T>, gradient: &[T], learning_rate: f64) {
        assert_eq!(
            parameters.len(),
            self.mean.len(),
            "length of the parameters"
        );
        assert_eq!(gradient.len(), self.mean.len(), "length of the gradient");
        let rates = self.advance(learning_rate);
        parameters.update(|raw| self.move_values(&rates, raw, gradient));
    }

    fn state(&self) -> Vec<(String, Vec<f64>)> {
        vec![
            stored("adam.mean", &self.mean),
            stored("adam.square", &self.square),
            ("adam.steps".into(), vec![self.steps as f64]),
        ]
    }

    fn restore(&mut self, state: &[(String, Vec<f64>)]) -> Result<(), Error> {
        let mean = find(state, "adam.mean", self.mean.len())?;
        let square = find(state, "adam.square", self.square.len())?;
        self.steps = find_counter(state, "adam.steps")?;
        unpack(mean, &mut self.mean);
        unpack(square, &mut self.square);
        Ok(())
    }
}
