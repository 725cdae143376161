//! The leaky cell: its parts, and what its parameters are.

mod step;

pub use step::LeakyWork;

use std::ops::Range;
use std::sync::Arc;

use neuro_core::Scalar;
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::Transfer;

use super::{CellShape, LinearReadout, ReadoutSource};
use crate::parameter::Layout;
use crate::{Error, Parameters};

/// Noise of each unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnitNoise {
    /// Standard deviation `sigma >= 0` before scaling.
    pub sigma: f64,
    /// How the amplitude of a step follows from `sigma` and `a`.
    pub scaling: NoiseScaling,
}

/// What a leaky cell is, beside its parameters.
#[derive(Clone, Debug)]
pub struct LeakyConfig<T: Scalar = f64> {
    /// Euler step, in the unit of the time constants; `0 < dt <= tau` for every unit. Time constants
    /// that train want [`Bounded`](crate::Bounded) with a lower bound of at least `dt`.
    pub dt: f64,
    /// Transfer function `phi`.
    pub transfer: Arc<dyn Transfer<T>>,
    /// What the readout sees.
    pub readout: ReadoutSource,
    /// Noise of each unit, if any.
    pub unit_noise: Option<UnitNoise>,
}

/// The leaky recurrent cell of rate networks.
///
/// ```equation
/// x_{k+1} = (1 - a) x_k + a (W r_k + W_in u_k + W_noise psi_k + b) + c xi_k,    r_k = phi(x_k)
/// z_k     = W_out y_k + b_out,    y = x or y = r
/// ```
///
/// `a = dt / tau` (one for each unit), `u` the task's input, `psi` noise channels with trained
/// weights, `xi` standard normal noise of each unit with amplitude `c`. It covers Ichikawa & Kaneko
/// 2021 (Eqs. 1 to 3: readout of `x`, `c = sqrt(a) sigma`) and Rungratsameetaweemana et al. (Eq. 9:
/// readout of `r`, `c = sigma`, trained time constants).
///
/// The drive `[W | W_in | W_noise | b] [r; u; psi; 1]` is one product of an extended weight matrix
/// with an extended presynaptic vector: one packed product at each step, and one product over all
/// steps for the gradient of every weight. With `lambda_k = dL/dx_k`:
///
/// ```equation
/// lambda_k  = explicit_k + (1 - a) lambda_{k+1} + phi'(x_k) W^T (a lambda_{k+1})
/// dL/dW_ext = sum_k (a lambda_{k+1}) [r_k; u_k; psi_k; 1]^T
/// dL/dtau   = -1/tau sum_k lambda_{k+1} (x_{k+1} - x_k - kappa c xi_k)
/// ```
///
/// where `kappa` is 1 for an amplitude that does not depend on `a`, and 1/2 for `c` proportional to
/// `sqrt(a)` (then `dc/da = c / 2a`), so no drive has to be stored for the time constants.
///
/// Its sizes are those of its parameters: `recurrent` (units x units), `input` (units x inputs),
/// optionally `noise` (units x channels) and `bias` (units x 1), added in this order one after
/// another; `time_constant` (units x 1); `readout` and optionally `readout_bias`. Any of them may be
/// trainable or not, with any transform.
///
/// ```
/// use neuro_autodiff::{Disturbance, Identity, LeakyCell, LeakyConfig, Parameters, ReadoutSource, simulate};
/// use neuro_core::{Trajectory, nalgebra::DMatrix, transfer::Tanh};
/// use std::sync::Arc;
///
/// // A unit that excites itself with strength 2 has two stable states, x = 2 tanh(x).
/// let mut parameters = Parameters::new();
/// for (name, value) in [("recurrent", 2.0), ("input", 1.0), ("readout", 1.0), ("time_constant", 20.0)] {
///     parameters.add(name, &DMatrix::from_element(1, 1, value), Arc::new(Identity), true)?;
/// }
/// let config = LeakyConfig {
///     dt: 5.0,
///     transfer: Arc::new(Tanh),
///     readout: ReadoutSource::Rate,
///     unit_noise: None,
/// };
/// let cell = LeakyCell::new(config, &parameters)?;
/// // It remembers the sign of a brief input, from 0 on.
/// for sign in [1.0, -1.0] {
///     let mut pulse = Trajectory::zeros(1, 1, 200);
///     pulse.step_mut(0)[0] = sign;
///     let run = simulate(&cell, &parameters, &pulse, &[0.0], &mut Disturbance::silent())?;
///     let x: f64 = run.states.last()[0];
///     assert!((x - sign * 1.915).abs() < 1e-3);
/// }
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LeakyCell<T: Scalar = f64> {
    config: LeakyConfig<T>,
    shape: CellShape,
    has_bias: bool,
    drive: Range<usize>,
    time_constant: Range<usize>,
    time_constant_trains: bool,
    readout: LinearReadout,
    /// The parameters that the cell was made with.
    layout: Layout,
}
impl<T: Scalar> LeakyCell<T> {
    /// A cell with the sizes of `parameters`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] when one is missing, [`neuro_core::Error::Shape`] when sizes do
    /// not fit together, [`neuro_core::Error::OutOfRange`] for `dt` outside `(0, tau]` of any unit,
    /// a negative or infinite noise, or drive weights that do not lie one after another.
    pub fn new(config: LeakyConfig<T>, parameters: &Parameters<T>) -> Result<Self, Error> {
        use neuro_core::Error as Core;
        let recurrent = parameters.find("recurrent")?;
        let (units, columns) = parameters.shape(recurrent);
        Core::check_shape("recurrent", (units, units), (units, columns))?;
        Core::check_range("units", "at least 1", units as f64, units > 0)?;
        let input = parameters.find("input")?;
        let mut drive = parameters.range(recurrent);
        let mut widths = [0; 3];
        let parts = [
            Some(input),
            parameters.find("noise").ok(),
            parameters.find("bias").ok(),
        ];
        for (width, id) in widths.iter_mut().zip(parts) {
            let Some(id) = id else { continue };
            let (rows, columns) = parameters.shape(id);
            Core::check_shape(parameters.name(id), (units, columns), (rows, columns))?;
            let range = parameters.range(id);
            Core::check_range(
                parameters.name(id),
                "a place right after the drive weights before it",
                range.start as f64,
                range.start == drive.end,
            )?;
            drive.end = range.end;
            *width = columns;
        }
        Core::check_range("bias columns", "0 or 1", widths[2] as f64, widths[2] <= 1)?;
        let time_constant = parameters.find("time_constant")?;
        Core::check_shape("time_constant", (units, 1), parameters.shape(time_constant))?;
        let dt = config.dt;
        Core::check_range("dt", "a positive number", dt, dt > 0.0 && dt.is_finite())?;
        check_time_constants(dt, parameters.effective(time_constant))?;
        if let Some(noise) = config.unit_noise {
            check_sigma(noise.sigma)?;
        }
        let readout = LinearReadout::find(parameters, units)?;
        let outputs = readout.outputs();
        Ok(Self {
            config,
            shape: CellShape {
                inputs: widths[0],
                channels: widths[1],
                units,
                outputs,
            },
            has_bias: widths[2] == 1,
            drive,
            time_constant: parameters.range(time_constant),
            time_constant_trains: parameters.is_trainable(time_constant),
            readout,
            layout: Layout::of(parameters),
        })
    }

    /// Checks that parameters have the layout that the cell was made with, and time constants that
    /// its step resolves: training may have moved them.
    fn check_parameters(&self, parameters: &Parameters<T>) -> Result<(), Error> {
        self.layout.check(parameters)?;
        let time_constants = &parameters.effective_values()[self.time_constant.clone()];
        check_time_constants(self.config.dt, time_constants)
    }

    /// What the cell is, beside its parameters.
    #[must_use]
    pub fn config(&self) -> &LeakyConfig<T> {
        &self.config
    }

    /// The same cell with another unit noise, for tests of robustness.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a negative or non-finite sigma.
    pub fn with_unit_noise(mut self, noise: Option<UnitNoise>) -> Result<Self, Error> {
        check_sigma(noise.map_or(0.0, |n| n.sigma))?;
        self.config.unit_noise = noise;
        Ok(self)
    }
}

fn check_sigma(sigma: f64) -> Result<(), Error> {
    let holds = sigma >= 0.0 && sigma.is_finite();
    let what = "sigma of the unit noise";
    Ok(neuro_core::Error::check_range(
        what,
        "a finite number >= 0",
        sigma,
        holds,
    )?)
}

fn check_time_constants<T: Scalar>(dt: f64, time_constants: &[T]) -> Result<(), Error> {
    for tau in time_constants {
        let alpha = dt / tau.as_f64();
        let fits = alpha > 0.0 && alpha <= 1.0;
        neuro_core::Error::check_range("dt / time_constant", "in (0, 1]", alpha, fits)?;
    }
    Ok(())
}
