//! A trained network changed for tests: other time constants, other noise, another input.

use nalgebra::DMatrix;
use neuro_core::connectivity::gaussian;
use neuro_core::{Error as Core, Scalar, Streams};

use super::weights::FRESH_NOISE;
use super::{Network, UnitTimeConstants, Weights};
use crate::Error;

impl<T: Scalar> Network<T> {
    /// The same network with given time constants in ms, one for each unit, at least `dt`, also
    /// outside the bounds of training (Fig. 3d-f). They no longer train.
    ///
    /// ```
    /// use neuro_core::Streams;
    /// use neuro_models::noisy_ei::{Config, Network};
    ///
    /// let network = Network::<f64>::new(&Config::default(), Streams::new(1))?;
    /// let mut time_constants = network.time_constants();
    /// for unit in network.inhibitory() {
    ///     time_constants[unit] = 125.0;
    /// }
    /// let slow = network.with_time_constants(&time_constants)?;
    /// assert_eq!(slow.time_constants(), time_constants);
    /// # Ok::<(), neuro_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`neuro_core::Error`] for another number of them, and for one below `dt` or not finite.
    pub fn with_time_constants(&self, milliseconds: &[f64]) -> Result<Self, Error> {
        Core::check_finite("time constants", milliseconds)?;
        let values = milliseconds.iter().map(|tau| T::of(*tau)).collect();
        self.with(|weights| weights.time_constants = UnitTimeConstants::Clamped(values))
    }

    /// The same network with other noise weights, units x any number of channels.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for another number of units and for weights that are not finite.
    pub fn with_noise_weights(&self, noise: DMatrix<T>) -> Result<Self, Error> {
        self.with(|weights| weights.noise = noise)
    }

    /// The same network with fresh noise weights, drawn as those of a new network but from streams of
    /// their own (Fig. 1f).
    ///
    /// # Errors
    /// What [`with_noise_weights`](Self::with_noise_weights) finds.
    pub fn with_fresh_noise(&self, channels: usize, streams: Streams) -> Result<Self, Error> {
        let (units, sd) = (self.config().units, self.config().noise_weight_sd);
        self.with_noise_weights(gaussian(units, channels, sd, streams, FRESH_NOISE)?)
    }

    /// The same network with one more input channel, the last, with these weights: a current into
    /// chosen units.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for another number of units and for weights that are not finite.
    pub fn with_input_channel(&self, input: &[T]) -> Result<Self, Error> {
        Core::check_length(
            "weights of the input channel",
            self.config().units,
            input.len(),
        )?;
        self.with(|weights| {
            let last = weights.input.ncols();
            let mut wider = weights.input.clone().insert_column(last, T::zero());
            wider.column_mut(last).copy_from_slice(input);
            weights.input = wider;
        })
    }

    fn with(&self, change: impl FnOnce(&mut Weights<T>)) -> Result<Self, Error> {
        let (mut config, mut weights) = (self.config().clone(), self.all_weights());
        change(&mut weights);
        config.inputs = weights.input.ncols();
        config.channels = weights.noise.ncols();
        Self::from_weights(&config, &weights)
    }
}
