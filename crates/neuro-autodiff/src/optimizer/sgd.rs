//! Gradient descent, with momentum if wanted.

use std::ops::Range;

use neuro_core::{Scalar, flushed};

use super::{Optimizer, find, joined, stored, unpack};
use crate::{Error, Parameters};

/// Constants of [`Sgd`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SgdConfig {
    /// Share of the last step's velocity that is kept; default 0, 0 to below 1.
    pub momentum: f64,
    /// Whether the gradient is taken as if the velocity had already acted; default false.
    pub nesterov: bool,
    /// Coupled weight decay; default 0, at least 0.
    pub weight_decay: f64,
}

impl SgdConfig {
    /// Checks every range.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] naming the first constant outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        neuro_core::Error::check_range(
            "momentum",
            "0 to below 1",
            self.momentum,
            (0.0..1.0).contains(&self.momentum),
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

/// Gradient descent for all trainable parameters.
///
/// `u <- mu u + g`, `w <- w - lr u`, or with Nesterov's look-ahead `w <- w - lr (g + mu u)`: gradient
/// `g`, momentum `mu`, velocity `u` (0 at first). Weight decay `d` adds `d w` to the gradient.
///
/// ```
/// use neuro_autodiff::optimizer::{Optimizer, Sgd, SgdConfig};
/// use neuro_autodiff::{Identity, Parameters};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// let mut parameters = Parameters::new();
/// let w = parameters.add("w", &DMatrix::from_row_slice(1, 1, &[1.0]), Arc::new(Identity), true)?;
/// let mut sgd = Sgd::new(SgdConfig::default(), &parameters)?;
/// sgd.step(&mut parameters, &[2.0], 0.25);
/// assert_eq!(parameters.raw(w), [0.5]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Sgd<T: Scalar = f64> {
    config: SgdConfig,
    velocity: Vec<T>,
    ranges: Vec<Range<usize>>,
}

impl<T: Scalar> Sgd<T> {
    /// At rest, for the trainable ones of `parameters`; later steps must be given the same
    /// parameters.
    ///
    /// # Errors
    /// What [`SgdConfig::validate`] finds.
    pub fn new(config: SgdConfig, parameters: &Parameters<T>) -> Result<Self, Error> {
        config.validate()?;
        Ok(Self {
            config,
            velocity: vec![T::zero(); parameters.len()],
            ranges: joined(parameters.trainable_ranges()),
        })
    }

    /// The constants.
    #[must_use]
    pub fn config(&self) -> &SgdConfig {
        &self.config
    }
}

impl<T: Scalar> Optimizer<T> for Sgd<T> {
    fn describe(&self) -> String {
        format!("Sgd, {:?}", self.config)
    }

    /// # Panics
    /// When `gradient` or `parameters` have another length than the parameters of
    /// [`new`](Sgd::new).
    fn step(&mut self, parameters: &mut Parameters<T>, gradient: &[T], learning_rate: f64) {
        let length = self.velocity.len();
        assert_eq!(parameters.len(), length, "length of the parameters");
        assert_eq!(gradient.len(), length, "length of the gradient");
        let rate = T::of(learning_rate);
        let momentum = T::of(self.config.momentum);
        let decay = T::of(self.config.weight_decay);
        // g + mu u with Nesterov, 0 g + 1 u without: one loop for both.
        let (of_gradient, of_velocity) = if self.config.nesterov {
            (T::one(), momentum)
        } else {
            (T::zero(), T::one())
        };
        parameters.update(|raw| {
            for range in &self.ranges {
                let values = raw[range.clone()].iter_mut().zip(&gradient[range.clone()]);
                for ((w, g), u) in values.zip(&mut self.velocity[range.clone()]) {
                    let g = *g + decay * *w;
                    *u = flushed(momentum * *u + g);
                    *w -= rate * (of_gradient * g + of_velocity * *u);
                }
            }
        });
    }

    fn state(&self) -> Vec<(String, Vec<f64>)> {
        vec![stored("sgd.velocity", &self.velocity)]
    }

    fn restore(&mut self, state: &[(String, Vec<f64>)]) -> Result<(), Error> {
        let velocity = find(state, "sgd.velocity", self.velocity.len())?;
        unpack(velocity, &mut self.velocity);
        Ok(())
    }
}
