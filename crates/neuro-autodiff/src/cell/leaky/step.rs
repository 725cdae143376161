//! The steps of the leaky cell, forward and backward; the equations stand in the parent module.

use std::ops::Range;

use neuro_core::linalg::{Operand, OuterProducts, PackedMatrix, matmul};
use neuro_core::noise::NoiseScaling;
use neuro_core::{Scalar, Trajectory, vectorize};

use super::LeakyCell;
use crate::Parameters;
use crate::cell::{Cell, CellShape, Features, Pass, ReadoutSource, StepInput};

/// Share of the units, as a fraction, up to which those that send anything are gathered for the
/// products: gathering and scattering cost as much as the products of a tenth of the units.
const GATHERED: (usize, usize) = (7, 8);

/// Buffers of a [`LeakyCell`].
#[derive(Clone, Debug)]
pub struct LeakyWork<T: Scalar> {
    trials: usize,
    /// The columns of `[W | W_in | W_noise | b]` that the products take: without those of units that
    /// send nothing, if there are enough of them.
    senders: Vec<usize>,
    /// These columns.
    drive: PackedMatrix<T>,
    /// `W^T`, without the rows of units that send nothing.
    feedback: PackedMatrix<T>,
    /// What is multiplied, or the product, where some units send nothing.
    gathered: Vec<T>,
    /// `[r; u; psi; 1]` of each block, each column padded to whole cache lines.
    presynaptic: Vec<T>,
    stride: usize,
    /// `a lambda_{k+1}` of each step.
    delta: Vec<T>,
    /// Sums of `delta [r; u; psi; 1]^T`.
    weight_gradient: OuterProducts<T>,
    product: Vec<T>,
    slope: Vec<T>,
    /// The block whose slopes `slope` holds: a readout of rates asks for them first.
    slope_block: Option<usize>,
    alpha: Vec<T>,
    noise_amplitude: Vec<T>,
    time_constant: Vec<T>,
    d_log_time_constant: Vec<T>,
    readout: Vec<T>,
    readout_bias: Vec<T>,
}

impl<T: Scalar> LeakyCell<T> {
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
        if work.slope_block.replace(block) == Some(block) {
            return;
        }
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

    fn vjp_needs_noise(&self) -> bool {
        self.time_constant_trains
    }

    fn check(&self, parameters: &Parameters<T>) -> Result<(), crate::Error> {
        self.check_parameters(parameters)
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
            senders: Vec::with_capacity(rows),
            gathered: vec![T::zero(); rows * trials],
            drive: PackedMatrix::zeros(units, rows),
            feedback: PackedMatrix::zeros(feedback, feedback),
            presynaptic,
            stride,
            delta: vec![T::zero(); backward * steps],
            weight_gradient: OuterProducts::new(feedback, rows.min(feedback * rows)),
            product: vec![T::zero(); units * trials],
            slope: vec![T::zero(); backward],
            slope_block: None,
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
        let recurrent = &weights[..units * units];
        work.senders.clear();
        let columns = recurrent.chunks_exact(units).enumerate();
        let sending = columns.filter(|(_, column)| column.iter().any(|w| *w != T::zero()));
        work.senders.extend(sending.map(|(j, _)| j));
        if work.senders.len() * GATHERED.1 > units * GATHERED.0 {
            work.senders.clear();
            work.senders.extend(0..units);
        }
        let packed = if work.feedback.shape().1 > 0 {
            work.feedback
                .pack_transposed_columns(recurrent, &work.senders)
        } else {
            Ok(())
        };
        work.senders.extend(units..self.presynaptic_rows());
        packed
            .and_then(|()| work.drive.pack_columns(weights, &work.senders))
            .expect("work was made by this cell");
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
        work.readout_bias.clear();
        work.readout_bias.extend_from_slice(bias);
        work.d_log_time_constant.fill(T::zero());
    }

    fn begin(&self, state: &[T], work: &mut LeakyWork<T>) {
        work.slope_block = None;
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
        let taken = work.senders.len();
        if taken == self.presynaptic_rows() {
            work.drive
                .multiply(presynaptic, work.stride, work.trials, &mut work.product);
        } else {
            let columns = presynaptic.chunks_exact(work.stride);
            for (gathered, column) in work.gathered.chunks_exact_mut(taken.max(1)).zip(columns) {
                for (gathered, j) in gathered.iter_mut().zip(&work.senders) {
                    *gathered = column[*j];
                }
            }
            work.drive
                .multiply(&work.gathered, taken, work.trials, &mut work.product);
        }
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
        let sending = work.feedback.shape().0;
        if sending == units {
            work.feedback
                .multiply(delta, units, work.trials, &mut work.product);
        } else {
            let gathered = &mut work.gathered[..sending * work.trials];
            work.feedback.multiply(delta, units, work.trials, gathered);
            work.product.fill(T::zero());
            // Nothing sends when `sending` is 0: then there is no chunk.
            let columns = gathered.chunks_exact(sending.max(1));
            for (product, gathered) in work.product.chunks_exact_mut(units).zip(columns) {
                for (back, j) in gathered.iter().zip(&work.senders) {
                    product[*j] = *back;
                }
            }
        }
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
        let sum = work.weight_gradient.add(
            &work.delta[..units * columns],
            &work.presynaptic[..work.stride * columns],
            work.stride,
            &mut gradient[self.drive.clone()],
        );
        sum.expect("work holds every step, and the gradient has the parameters' layout");
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
