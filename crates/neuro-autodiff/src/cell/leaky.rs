//! The leaky recurrent cell of rate networks.
//!
//! ```text
//! x_{k+1} = (1 - a) x_k + a (W r_k + W_in u_k + W_noise psi_k + b) + c xi_k,    r_k = phi(x_k)
//! z_k     = W_out y_k + b_out,    y = x or y = r
//! ```
//!
//! `a = dt / tau` (one for each unit), `u` the task's input, `psi` noise channels with trained
//! weights, `xi` standard normal noise of each unit with amplitude `c`. It covers Ichikawa & Kaneko
//! 2021 (Eqs. 1 to 3: readout of `x`, `c = sqrt(a) sigma`) and Rungratsameetaweemana et al. (Eq. 9:
//! readout of `r`, `c = sigma`, trained time constants).
//!
//! The drive `[W | W_in | W_noise | b] [r; u; psi; 1]` is one product of an extended weight matrix
//! with an extended presynaptic vector: one packed product at each step, and one product over all
//! steps for the gradient of every weight. With `lambda_k = dL/dx_k`:
//!
//! ```text
//! lambda_k  = explicit_k + (1 - a) lambda_{k+1} + phi'(x_k) W^T (a lambda_{k+1})
//! dL/dW_ext = sum_k (a lambda_{k+1}) [r_k; u_k; psi_k; 1]^T
//! dL/dtau   = -1/tau sum_k lambda_{k+1} (x_{k+1} - x_k - kappa c xi_k)
//! ```
//!
//! where `kappa` is 1 for an amplitude that does not depend on `a`, and 1/2 for `c` proportional to
//! `sqrt(a)` (then `dc/da = c / 2a`), so no drive has to be stored for the time constants.

use std::ops::Range;
use std::sync::Arc;

use neuro_core::linalg::{Operand, PackedMatrix, matmul};
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::Transfer;
use neuro_core::{Scalar, Trajectory, vectorize};

use super::readout::Features;
use super::{Cell, CellShape, LinearReadout, Pass, ReadoutSource, StepInput};
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
    /// Euler step, in the unit of the time constants; `0 < dt <= tau` for every unit.
    pub dt: f64,
    /// Transfer function `phi`.
    pub transfer: Arc<dyn Transfer<T>>,
    /// What the readout sees.
    pub readout: ReadoutSource,
    /// Noise of each unit, if any.
    pub unit_noise: Option<UnitNoise>,
}

/// The leaky recurrent cell; see the [module](self).
///
/// Its sizes are those of its parameters: `recurrent` (units x units), `input` (units x inputs),
/// optionally `noise` (units x channels) and `bias` (units x 1), added in this order one after
/// another; `time_constant` (units x 1); `readout` and optionally `readout_bias`. Any of them may be
/// trainable or not, with any transform.
#[derive(Clone, Debug)]
pub struct LeakyCell<T: Scalar = f64> {
    config: LeakyConfig<T>,
    shape: CellShape,
    has_bias: bool,
    drive: Range<usize>,
    time_constant: Range<usize>,
    time_constant_trains: bool,
    readout: LinearReadout,
}

/// Buffers of a [`LeakyCell`].
#[derive(Clone, Debug)]
pub struct LeakyWork<T: Scalar> {
    trials: usize,
    /// `[W | W_in | W_noise | b]`.
    drive: PackedMatrix<T>,
    /// `W^T`.
    feedback: PackedMatrix<T>,
    /// `[r; u; psi; 1]` of each block, each column padded to whole cache lines.
    presynaptic: Vec<T>,
    stride: usize,
    /// `a lambda_{k+1}` of each step.
    delta: Vec<T>,
    product: Vec<T>,
    slope: Vec<T>,
    alpha: Vec<T>,
    noise_amplitude: Vec<T>,
    time_constant: Vec<T>,
    d_log_time_constant: Vec<T>,
    readout: Vec<T>,
    readout_bias: Vec<T>,
}

impl<T: Scalar> LeakyCell<T> {
    /// A cell with the sizes of `parameters`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] when one is missing, [`neuro_core::Error::Shape`] when sizes do
    /// not fit together, [`neuro_core::Error::OutOfRange`] for `dt` outside `(0, tau]` of any unit,
    /// a negative noise, or drive weights that do not lie one after another.
    pub fn new(config: LeakyConfig<T>, parameters: &Parameters<T>) -> Result<Self, Error> {
        use neuro_core::Error as Core;
        let recurrent = parameters.find("recurrent")?;
        let (units, columns) = parameters.shape(recurrent);
        Core::check_shape("recurrent", (units, units), (units, columns))?;
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
        for tau in parameters.effective(time_constant) {
            let alpha = dt / tau.as_f64();
            Core::check_range(
                "dt / time_constant",
                "in (0, 1]",
                alpha,
                alpha > 0.0 && alpha <= 1.0,
            )?;
        }
        if let Some(noise) = config.unit_noise {
            let sigma = noise.sigma;
            Core::check_range("sigma of the unit noise", "at least 0", sigma, sigma >= 0.0)?;
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
        })
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
        let sigma = noise.map_or(0.0, |n| n.sigma);
        let fits = sigma >= 0.0 && sigma.is_finite();
        neuro_core::Error::check_range("sigma of the unit noise", "at least 0", sigma, fits)?;
        self.config.unit_noise = noise;
        Ok(self)
    }

    /// Writes the gradient of the task input of `steps` steps, after [`Cell::vjp`] of each:
    /// inputs x (trials * steps).
    ///
    /// # Panics
    /// When `d_input` has another size.
    pub fn input_gradient(
        &self,
        parameters: &Parameters<T>,
        steps: usize,
        work: &LeakyWork<T>,
        d_input: &mut [T],
    ) {
        let CellShape { units, inputs, .. } = self.shape;
        let columns = steps * work.trials;
        let first = self.drive.start + units * units;
        let w_in = &parameters.effective_values()[first..][..units * inputs];
        let w_in = Operand::new(w_in, units, inputs).expect("checked in new");
        let delta = &work.delta[..units * columns];
        let delta = Operand::new(delta, units, columns).expect("work holds every step");
        matmul(false, T::one(), w_in.transpose(), delta, d_input).expect("length of d_input");
    }

    /// Rows of the extended presynaptic vector.
    fn presynaptic_rows(&self) -> usize {
        let CellShape {
            units,
            inputs,
            channels,
            ..
        } = self.shape;
        units + inputs + channels + usize::from(self.has_bias)
    }

    /// The rates of one block: writes `phi(x)` into the presynaptic columns.
    fn rates(&self, block: usize, state: &[T], work: &mut LeakyWork<T>) {
        let units = self.shape.units;
        let columns = work
            .presynaptic
            .chunks_exact_mut(work.stride)
            .skip(block * work.trials);
        for (x, column) in state.chunks_exact(units).zip(columns) {
            self.config.transfer.value_into(x, &mut column[..units]);
        }
    }

    /// `slope = phi'(x)` of one block.
    fn slopes(&self, block: usize, state: &[T], work: &mut LeakyWork<T>) {
        let units = self.shape.units;
        let columns = work
            .presynaptic
            .chunks_exact(work.stride)
            .skip(block * work.trials);
        let slopes = work.slope.chunks_exact_mut(units);
        for ((x, column), slope) in state.chunks_exact(units).zip(columns).zip(slopes) {
            self.config.transfer.slope_into(x, &column[..units], slope);
        }
    }

    /// What the readout sees of some blocks.
    fn features<'a>(
        &self,
        blocks: &Range<usize>,
        states: &'a [T],
        work: &'a LeakyWork<T>,
    ) -> Features<'a, T> {
        match self.config.readout {
            ReadoutSource::State => Features {
                data: states,
                stride: self.shape.units,
            },
            ReadoutSource::Rate => Features {
                data: &work.presynaptic[blocks.start * work.trials * work.stride..],
                stride: work.stride,
            },
        }
    }
}

impl<T: Scalar> Cell<T> for LeakyCell<T> {
    type Work = LeakyWork<T>;

    fn shape(&self) -> CellShape {
        self.shape
    }

    fn has_unit_noise(&self) -> bool {
        self.config.unit_noise.is_some_and(|n| n.sigma > 0.0)
    }

    fn work(&self, trials: usize, steps: usize, pass: Pass) -> LeakyWork<T> {
        let units = self.shape.units;
        let rows = self.presynaptic_rows();
        let stride = rows.next_multiple_of(64 / size_of::<T>());
        let mut presynaptic = vec![T::zero(); stride * trials * (steps + 1)];
        if self.has_bias {
            for column in presynaptic.chunks_exact_mut(stride) {
                column[rows - 1] = T::one();
            }
        }
        let backward = if pass == Pass::Backward {
            units * trials
        } else {
            0
        };
        let feedback = if pass == Pass::Backward { units } else { 0 };
        LeakyWork {
            trials,
            drive: PackedMatrix::zeros(units, rows),
            feedback: PackedMatrix::zeros(feedback, feedback),
            presynaptic,
            stride,
            delta: vec![T::zero(); backward * steps],
            product: vec![T::zero(); units * trials],
            slope: vec![T::zero(); backward],
            alpha: vec![T::zero(); units],
            noise_amplitude: vec![T::zero(); units],
            time_constant: vec![T::zero(); units],
            d_log_time_constant: vec![T::zero(); units],
            readout: vec![T::zero(); self.shape.outputs * units],
            readout_bias: vec![T::zero(); self.shape.outputs],
        }
    }

    fn prepare(&self, parameters: &Parameters<T>, work: &mut LeakyWork<T>) {
        let units = self.shape.units;
        let weights = &parameters.effective_values()[self.drive.clone()];
        work.drive
            .pack(weights)
            .expect("work was made by this cell");
        if work.feedback.shape().0 > 0 {
            let recurrent = &weights[..units * units];
            work.feedback
                .pack_transposed(recurrent, units)
                .expect("work was made by this cell");
        }
        work.time_constant
            .copy_from_slice(&parameters.effective_values()[self.time_constant.clone()]);
        for ((alpha, amplitude), tau) in work
            .alpha
            .iter_mut()
            .zip(&mut work.noise_amplitude)
            .zip(&work.time_constant)
        {
            let a = self.config.dt / tau.as_f64();
            *alpha = T::of(a);
            *amplitude = T::of(
                self.config
                    .unit_noise
                    .map_or(0.0, |n| n.scaling.amplitude(n.sigma, a)),
            );
        }
        work.readout
            .copy_from_slice(self.readout.weights(parameters));
        let bias = self.readout.bias(parameters);
        work.readout_bias.truncate(bias.len());
        work.readout_bias.copy_from_slice(bias);
        work.d_log_time_constant.fill(T::zero());
    }

    fn begin(&self, state: &[T], work: &mut LeakyWork<T>) {
        self.rates(0, state, work);
    }

    fn forward(
        &self,
        step: usize,
        input: StepInput<'_, T>,
        previous: &[T],
        next: &mut [T],
        work: &mut LeakyWork<T>,
    ) {
        let CellShape {
            units,
            inputs,
            channels,
            ..
        } = self.shape;
        let block = work.stride * work.trials;
        let presynaptic = &mut work.presynaptic[step * block..][..block];
        for (trial, column) in presynaptic.chunks_exact_mut(work.stride).enumerate() {
            let (u, psi) = column[units..].split_at_mut(inputs);
            u.copy_from_slice(&input.input[trial * inputs..][..inputs]);
            match input.channels.get(trial * channels..(trial + 1) * channels) {
                Some(drawn) => psi[..channels].copy_from_slice(drawn),
                None => psi[..channels].fill(T::zero()),
            }
        }
        work.drive
            .multiply(presynaptic, work.stride, work.trials, &mut work.product);
        let alpha = &work.alpha[..units];
        vectorize(|| {
            let columns = next
                .chunks_exact_mut(units)
                .zip(previous.chunks_exact(units));
            for ((next, previous), drive) in columns.zip(work.product.chunks_exact(units)) {
                for (((next, x), drive), a) in next.iter_mut().zip(previous).zip(drive).zip(alpha) {
                    *next = *x + *a * (*drive - *x);
                }
            }
        });
        if !input.noise.is_empty() && self.has_unit_noise() {
            let amplitude = &work.noise_amplitude[..units];
            vectorize(|| {
                for (next, noise) in next
                    .chunks_exact_mut(units)
                    .zip(input.noise.chunks_exact(units))
                {
                    for ((next, xi), c) in next.iter_mut().zip(noise).zip(amplitude) {
                        *next += *c * *xi;
                    }
                }
            });
        }
        self.rates(step + 1, next, work);
    }

    fn outputs(
        &self,
        blocks: Range<usize>,
        states: &Trajectory<T>,
        work: &LeakyWork<T>,
        outputs: &mut [T],
    ) {
        let block = self.shape.units * work.trials;
        let states = &states.as_slice()[blocks.start * block..];
        let features = self.features(&blocks, states, work);
        self.readout
            .apply(&work.readout, &work.readout_bias, features, outputs);
    }

    fn outputs_vjp(
        &self,
        block: usize,
        state: &[T],
        d_outputs: &[T],
        d_state: &mut [T],
        work: &mut LeakyWork<T>,
    ) {
        match self.config.readout {
            ReadoutSource::State => self
                .readout
                .pull_back(true, &work.readout, d_outputs, d_state),
            ReadoutSource::Rate => {
                self.slopes(block, state, work);
                self.readout
                    .pull_back(false, &work.readout, d_outputs, &mut work.product);
                vectorize(|| {
                    for ((d, slope), d_rate) in
                        d_state.iter_mut().zip(&work.slope).zip(&work.product)
                    {
                        *d += *slope * *d_rate;
                    }
                });
            }
        }
    }

    fn vjp(
        &self,
        step: usize,
        input: StepInput<'_, T>,
        (previous, next): (&[T], &[T]),
        d_next: &[T],
        d_previous: &mut [T],
        accumulate: bool,
        work: &mut LeakyWork<T>,
    ) {
        let units = self.shape.units;
        let block = units * work.trials;
        let alpha = &work.alpha[..units];
        let delta = &mut work.delta[step * block..][..block];
        vectorize(|| {
            for (delta, d_next) in delta
                .chunks_exact_mut(units)
                .zip(d_next.chunks_exact(units))
            {
                for ((delta, d), a) in delta.iter_mut().zip(d_next).zip(alpha) {
                    *delta = *a * *d;
                }
            }
        });
        work.feedback
            .multiply(delta, units, work.trials, &mut work.product);
        self.slopes(step, previous, work);
        let delta = &work.delta[step * block..][..block];
        let through = d_next.iter().zip(delta).zip(&work.slope).zip(&work.product);
        vectorize(|| {
            if accumulate {
                for (d, (((d_next, delta), slope), back)) in d_previous.iter_mut().zip(through) {
                    *d += (*d_next - *delta) + *slope * *back;
                }
            } else {
                for (d, (((d_next, delta), slope), back)) in d_previous.iter_mut().zip(through) {
                    *d = (*d_next - *delta) + *slope * *back;
                }
            }
        });
        if self.time_constant_trains {
            self.accumulate_time_constant(input, (previous, next), d_next, work);
        }
    }

    fn finish(
        &self,
        steps: usize,
        outputs: Range<usize>,
        states: &Trajectory<T>,
        d_outputs: &[T],
        gradient: &mut [T],
        work: &mut LeakyWork<T>,
    ) {
        let units = self.shape.units;
        let columns = steps * work.trials;
        let delta = Operand::new(&work.delta[..units * columns], units, columns);
        let rows = self.presynaptic_rows();
        let presynaptic = Operand::strided(&work.presynaptic, rows, columns, work.stride);
        matmul(
            true,
            T::one(),
            delta.expect("work holds every step"),
            presynaptic.expect("work holds every block").transpose(),
            &mut gradient[self.drive.clone()],
        )
        .expect("the gradient has the parameters' layout");
        if !outputs.is_empty() {
            let states = &states.as_slice()[outputs.start * units * work.trials..];
            let features = self.features(&outputs, states, work);
            self.readout.finish(features, d_outputs, gradient);
        }
        if self.time_constant_trains {
            let gradient = &mut gradient[self.time_constant.clone()];
            let sums = work.d_log_time_constant.iter_mut();
            for ((g, sum), tau) in gradient.iter_mut().zip(sums).zip(&work.time_constant) {
                *g -= *sum / *tau;
                *sum = T::zero();
            }
        }
    }
}

impl<T: Scalar> LeakyCell<T> {
    /// Adds `lambda (x_{k+1} - x_k - kappa c xi)` of one step to the sums of the time constants.
    fn accumulate_time_constant(
        &self,
        input: StepInput<'_, T>,
        (previous, next): (&[T], &[T]),
        d_next: &[T],
        work: &mut LeakyWork<T>,
    ) {
        let units = self.shape.units;
        let sums = &mut work.d_log_time_constant[..units];
        let kappa = match self.config.unit_noise.map(|n| n.scaling) {
            None | Some(NoiseScaling::PerStep) => T::one(),
            Some(NoiseScaling::SqrtAlpha | NoiseScaling::SqrtTwoAlpha) => T::of(0.5),
        };
        let noisy = !input.noise.is_empty() && self.has_unit_noise();
        let amplitude = &work.noise_amplitude[..units];
        let columns = d_next.chunks_exact(units).zip(next.chunks_exact(units));
        vectorize(|| {
            for (b, ((d, next), x)) in columns.zip(previous.chunks_exact(units)).enumerate() {
                for (((sum, d), next), x) in sums.iter_mut().zip(d).zip(next).zip(x) {
                    *sum += *d * (*next - *x);
                }
                if noisy {
                    let noise = &input.noise[b * units..][..units];
                    for (((sum, d), xi), c) in sums.iter_mut().zip(d).zip(noise).zip(amplitude) {
                        *sum -= *d * (kappa * *c * *xi);
                    }
                }
            }
        });
    }
}
