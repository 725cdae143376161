//! All weights of a network, as they are drawn, given, saved and changed.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::{Bounded, DaleRectified, Identity, Parameters, Transform};
use neuro_core::connectivity::{
    apply_signs, bernoulli_signs, exact_signs, gaussian, sparse_gaussian,
};
use neuro_core::{Error as Core, Scalar, Streams};

use super::{CellTypes, Config, TimeConstants};
use crate::Error;

/// Streams of [`Domain::Weights`](neuro_core::Domain), one for each matrix; those of 5 and above are
/// free for noise weights of tests.
pub(super) const RECURRENT: u64 = 0;
const INPUT: u64 = 1;
const READOUT: u64 = 2;
const NOISE: u64 = 3;
const TIME_CONSTANT: u64 = 4;
pub(super) const FRESH_NOISE: u64 = 5;
/// Stream of [`Domain::Connectivity`](neuro_core::Domain) for the cell types; the mask has that of
/// its matrix.
const SIGNS: u64 = 1;

/// The time constants of a network's units.
#[derive(Clone, Debug, PartialEq)]
pub enum UnitTimeConstants<T: Scalar = f64> {
    /// Raw values `v` of trained ones, between the bounds of [`TimeConstants::Trained`].
    Raw(Vec<T>),
    /// Time constants in ms that are not trained.
    Clamped(Vec<T>),
}

/// The weights of a network; `N` units, `U` inputs, `C` noise channels.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights<T: Scalar = f64> {
    /// `W`: N x N, each column of the sign of its unit.
    pub recurrent: DMatrix<T>,
    /// `W_in`: N x U.
    pub input: DMatrix<T>,
    /// `W_noise`: N x C.
    pub noise: DMatrix<T>,
    /// `W_out`: 1 x N.
    pub readout: DMatrix<T>,
    /// `b`, added to the output.
    pub readout_bias: T,
    /// Time constants, one for each unit.
    pub time_constants: UnitTimeConstants<T>,
    /// +1 for each excitatory unit, -1 for each inhibitory one.
    pub signs: Vec<T>,
}

impl<T: Scalar> Weights<T> {
    /// Draws the weights of a new network.
    pub(super) fn draw(config: &Config, streams: Streams) -> Result<Self, Error> {
        config.validate()?;
        let n = config.units;
        let signs: Vec<T> = match config.cell_types {
            CellTypes::Bernoulli(p) => bernoulli_signs(n, 1.0 - p, streams, SIGNS)?,
            CellTypes::Exact(fraction) => exact_signs(n, 1.0 - fraction)?,
        };
        let p = config.connection_probability;
        let mut recurrent = sparse_gaussian(n, config.gain, p, streams, RECURRENT)?;
        apply_signs(&mut recurrent, &signs)?;
        let time_constants = match config.time_constants {
            TimeConstants::Trained { .. } => {
                let raw = gaussian(n, 1, 1.0, streams, TIME_CONSTANT)?;
                UnitTimeConstants::Raw(raw.data.into())
            }
            TimeConstants::Fixed(tau) => UnitTimeConstants::Clamped(vec![T::of(tau); n]),
        };
        Ok(Self {
            recurrent,
            input: gaussian(n, config.inputs, 1.0, streams, INPUT)?,
            noise: gaussian(n, config.channels, config.noise_weight_sd, streams, NOISE)?,
            readout: gaussian(1, n, config.readout_weight_sd, streams, READOUT)?,
            readout_bias: T::zero(),
            time_constants,
            signs,
        })
    }

    /// The parameters that these weights are; a weight of 0 stays 0.
    pub(super) fn parameters(&self, config: &Config) -> Result<Parameters<T>, Error> {
        config.validate()?;
        let n = config.units;
        for (what, expected, found) in [
            ("recurrent weights", (n, n), self.recurrent.shape()),
            ("input weights", (n, config.inputs), self.input.shape()),
            ("noise weights", (n, config.channels), self.noise.shape()),
            ("readout weights", (1, n), self.readout.shape()),
        ] {
            Core::check_shape(what, expected, found)?;
        }
        Core::check_length("signs of the units", n, self.signs.len())?;
        let signs: Vec<f64> = self.signs.iter().map(|s| s.as_f64()).collect();
        // First, so that a wrong sign is not reported as a wrong weight.
        let dale = DaleRectified::new(signs.clone())?;
        for (j, (column, sign)) in self.recurrent.column_iter().zip(&signs).enumerate() {
            if let Some(w) = column.iter().find(|w| w.as_f64() * sign < 0.0) {
                let expected = if *sign > 0.0 {
                    "at least 0"
                } else {
                    "at most 0"
                };
                let what = format!("weight from unit {j}");
                Core::check_range(&what, expected, w.as_f64(), false)?;
            }
        }
        let (transform, values): (Arc<dyn Transform<T>>, _) =
            match (&self.time_constants, config.time_constants) {
                (UnitTimeConstants::Raw(raw), TimeConstants::Trained { low, high }) => {
                    (Arc::new(Bounded::new(low, high)?), raw)
                }
                (UnitTimeConstants::Raw(_), TimeConstants::Fixed(tau)) => {
                    let what = "time constant of the configuration";
                    let expected = "bounds for raw time constants";
                    return Err(Core::check_range(what, expected, tau, false)
                        .expect_err("the condition does not hold")
                        .into());
                }
                (UnitTimeConstants::Clamped(ms), _) => (Arc::new(Identity), ms),
            };
        let trained = matches!(self.time_constants, UnitTimeConstants::Raw(_));
        Core::check_length("time constants", n, values.len())?;
        let mut parameters = Parameters::new();
        let recurrent = self.recurrent.map(|w| w.abs());
        parameters.add("recurrent", &recurrent, Arc::new(dale), true)?;
        let column = |values: &[T]| DMatrix::from_column_slice(values.len(), 1, values);
        let bias = DMatrix::from_element(1, 1, self.readout_bias);
        let time_constant = column(values);
        for (name, matrix, transform, trainable) in [
            ("input", &self.input, Arc::new(Identity) as _, false),
            ("noise", &self.noise, Arc::new(Identity) as _, true),
            ("time_constant", &time_constant, transform, trained),
            ("readout", &self.readout, Arc::new(Identity) as _, true),
            ("readout_bias", &bias, Arc::new(Identity) as _, true),
            ("sign", &column(&self.signs), Arc::new(Identity) as _, false),
        ] {
            parameters.add(name, matrix, transform, trainable)?;
        }
        Ok(parameters)
    }
}
