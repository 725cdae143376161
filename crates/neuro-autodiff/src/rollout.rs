//! Running a cell over many steps, and back: full, truncated and checkpointed back-propagation
//! through time.

use std::ops::Range;

use neuro_core::{Batch, Scalar, Trajectory};

use crate::loss::StateRegularizer;
use crate::{Cell, CellShape, Disturbance, Error, Parameters, Pass, StepInput};

/// How many steps of states a rollout keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Memory {
    /// All steps.
    #[default]
    Full,
    /// Segments of this many steps; they are run twice.
    Segments(usize),
}

impl Memory {
    /// Segments of about `sqrt(steps)` steps: the least memory.
    #[must_use]
    pub fn sqrt(steps: usize) -> Self {
        Self::Segments(steps.isqrt().max(1))
    }
}

/// The forward and backward pass of a cell over a batch, with buffers made once.
///
/// A rollout keeps the states of one segment of steps. With one segment ([`Memory::Full`]) nothing
/// is computed twice. With segments of about `sqrt(T)` steps ([`Memory::sqrt`]) only the state at
/// the start of each segment is kept and the segment is run again on the way back: the memory
/// falls from `T` to about `2 sqrt(T)` states for one more forward pass, and the gradients are the
/// same up to the order in which segments are summed.
///
/// [`crate::Bptt`] makes them for each chunk of a batch; use one yourself for the gradient of
/// something that is no [`Loss`](crate::loss::Loss).
///
/// ```
/// use neuro_autodiff::{Disturbance, Identity, LeakyCell, LeakyConfig, Memory, Parameters, ReadoutSource, Rollout};
/// use neuro_core::{Batch, TaskShape, nalgebra::DMatrix, transfer::Tanh};
/// use std::sync::Arc;
///
/// // One unit without weights, dt / tau = 1/4.
/// let mut parameters = Parameters::new();
/// for (name, value) in [("recurrent", 0.0), ("input", 1.0), ("readout", 1.0), ("time_constant", 40.0)] {
///     parameters.add(name, &DMatrix::from_element(1, 1, value), Arc::new(Identity), true)?;
/// }
/// let cell = LeakyCell::new(
///     LeakyConfig {
///         dt: 10.0,
///         transfer: Arc::new(Tanh),
///         readout: ReadoutSource::State,
///         unit_noise: None,
///     },
///     &parameters,
/// )?;
/// let shape = TaskShape { inputs: 1, outputs: 1, steps: 3 };
/// let batch = Batch::new(shape, 1)?;
/// let mut silent = Disturbance::silent();
/// let mut rollout = Rollout::new(&cell, 1, 3, Memory::Full, None)?;
/// rollout.forward(&cell, &parameters, &batch.inputs, &[1.0], &mut silent, 2..3)?;
/// // The gradient of the last output itself with respect to the state at the start.
/// rollout.outputs_and_gradient().1.step_mut(2)[0] = 1.0;
/// let mut gradient = vec![0.0; parameters.len()];
/// rollout.backward(&cell, &batch, &mut silent, &(2..3), &[], 1.0, &mut gradient)?;
/// assert_eq!(rollout.initial_gradient(), [0.75_f64.powi(3)]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Debug)]
pub struct Rollout<T: Scalar, C: Cell<T>> {
    shape: CellShape,
    /// Number of parameters of the last forward pass; none before the first.
    parameters: Option<usize>,
    trials: usize,
    steps: usize,
    segment: usize,
    /// Steps after which the gradient is cut; none when 0.
    window: usize,
    /// Blocks `0 ..= segment` of the segment at hand.
    states: Trajectory<T>,
    /// The state at the start of each segment.
    starts: Trajectory<T>,
    /// First step of the segment at hand.
    first: usize,
    adjoint: [Vec<T>; 2],
    outputs: Trajectory<T>,
    d_outputs: Trajectory<T>,
    /// Noise of the segment at hand, drawn once for both passes, where the backward pass needs it;
    /// otherwise of one step.
    unit_noise: Vec<T>,
    channel_noise: Vec<T>,
    keeps_noise: bool,
    work: C::Work,
}

impl<T: Scalar, C: Cell<T>> Rollout<T, C> {
    /// Buffers for batches of `trials` trials of `steps` steps.
    ///
    /// With `window` the gradient does not flow from one window of this many steps to the one
    /// before it (truncated back-propagation through time).
    ///
    /// # Errors
    /// [`neuro_core::Error::Empty`] when there are no trials or steps, and
    /// [`neuro_core::Error::OutOfRange`] for a segment or window of 0 steps;
    /// [`neuro_core::Error::TooLarge`] for buffers that do not fit into memory.
    pub fn new(
        cell: &C,
        trials: usize,
        steps: usize,
        memory: Memory,
        window: Option<usize>,
    ) -> Result<Self, Error> {
        for (what, count) in [
            ("trials of a rollout", trials),
            ("steps of a rollout", steps),
        ] {
            if count == 0 {
                return Err(neuro_core::Error::Empty { what: what.into() }.into());
            }
        }
        let segment = match memory {
            Memory::Full => steps,
            Memory::Segments(length) => length.min(steps),
        };
        let positive =
            |what, n: usize| neuro_core::Error::check_range(what, "at least 1", n as f64, n > 0);
        positive("steps of a segment", segment)?;
        positive("steps of a window", window.unwrap_or(1))?;
        let shape = cell.shape();
        for (what, rows, blocks) in [
            (
                "states of a rollout",
                shape.units,
                segment.saturating_add(1),
            ),
            ("outputs of a rollout", shape.outputs, steps),
            ("noise of a rollout", shape.channels, segment),
        ] {
            neuro_core::Error::check_size::<T>(what, &[rows, trials, blocks])?;
        }
        let block = shape.units * trials;
        let keeps_noise = cell.vjp_needs_noise();
        let noisy_steps = if keeps_noise { segment } else { 1 };
        Ok(Self {
            shape,
            parameters: None,
            trials,
            steps,
            segment,
            window: window.unwrap_or(0),
            states: Trajectory::zeros(shape.units, trials, segment + 1),
            starts: Trajectory::zeros(shape.units, trials, steps.div_ceil(segment)),
            first: 0,
            adjoint: [vec![T::zero(); block], vec![T::zero(); block]],
            outputs: Trajectory::zeros(shape.outputs, trials, steps),
            d_outputs: Trajectory::zeros(shape.outputs, trials, steps),
            unit_noise: vec![T::zero(); block * noisy_steps],
            channel_noise: vec![T::zero(); shape.channels * trials * noisy_steps],
            keeps_noise,
            work: cell.work(trials, segment, Pass::Backward),
        })
    }

    /// Runs the cell from `initial` (units x trials), and computes the outputs of `read`.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when `inputs`, `initial`, given noise or the cell do not have the sizes of
    /// this rollout; what [`Cell::check`] finds.
    pub fn forward(
        &mut self,
        cell: &C,
        parameters: &Parameters<T>,
        inputs: &Trajectory<T>,
        initial: &[T],
        disturbance: &mut Disturbance<T>,
        read: Range<usize>,
    ) -> Result<(), Error> {
        let shape = self.check(cell, inputs, disturbance)?;
        neuro_core::Error::check_length("initial state", self.starts.step(0).len(), initial.len())?;
        cell.check(parameters)?;
        self.parameters = Some(parameters.len());
        cell.prepare(parameters, &mut self.work);
        self.states.step_mut(0).copy_from_slice(initial);
        for index in 0..self.starts.steps() {
            let start = self.starts.step_mut(index);
            start.copy_from_slice(self.states.step(if index == 0 { 0 } else { self.segment }));
            self.states.step_mut(0).copy_from_slice(start);
            self.first = index * self.segment;
            self.run(cell, inputs, disturbance);
            let read = self.local(&read);
            if !read.is_empty() {
                let block = shape.outputs * self.trials;
                let from = (self.first + read.start) * block;
                let outputs = &mut self.outputs.as_mut_slice()[from..][..read.len() * block];
                cell.outputs(
                    read.start + 1..read.end + 1,
                    &self.states,
                    &self.work,
                    outputs,
                );
            }
        }
        Ok(())
    }

    /// The outputs of the last forward pass, valid at the steps that were read.
    #[must_use]
    pub fn outputs(&self) -> &Trajectory<T> {
        &self.outputs
    }

    /// The outputs beside their gradient, to be filled before [`backward`](Self::backward).
    #[must_use]
    pub fn outputs_and_gradient(&mut self) -> (&Trajectory<T>, &mut Trajectory<T>) {
        (&self.outputs, &mut self.d_outputs)
    }

    /// Blocks `0 ..= steps` of the segment at hand: with [`Memory::Full`] all states, `x_0` first.
    #[must_use]
    pub fn states(&self) -> &Trajectory<T> {
        &self.states
    }

    /// The gradient of the initial state after a backward pass: units x trials.
    #[must_use]
    pub fn initial_gradient(&self) -> &[T] {
        &self.adjoint[0]
    }

    /// The cell's buffers.
    #[must_use]
    pub fn work(&self) -> &C::Work {
        &self.work
    }

    /// Adds to `gradient` (all effective parameters) the gradient of the loss whose output
    /// gradients were filled in at the steps `read`, and of the regularisers. Returns the cost of
    /// the regularisers.
    ///
    /// Follows a [`forward`](Self::forward) of the same batch and disturbance; `scale` multiplies the
    /// regularisers' sum over trials.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when there was no forward pass, or when the batch, given noise, the outputs'
    /// gradient, `gradient` or the cell do not have its sizes.
    pub fn backward(
        &mut self,
        cell: &C,
        batch: &Batch<T>,
        disturbance: &mut Disturbance<T>,
        read: &Range<usize>,
        regularizers: &[Box<dyn StateRegularizer<T>>],
        scale: f64,
        gradient: &mut [T],
    ) -> Result<f64, Error> {
        self.check_backward(cell, batch, disturbance, gradient)?;
        let explicit = Explicit {
            batch,
            read,
            regularizers,
            scale,
        };
        let [unit_block, channel_block] = self.noise_blocks(cell);
        let mut cost = 0.0;
        let [mut next, mut previous] = std::mem::take(&mut self.adjoint);
        for index in (0..self.starts.steps()).rev() {
            let first = index * self.segment;
            if first != self.first {
                self.first = first;
                self.states
                    .step_mut(0)
                    .copy_from_slice(self.starts.step(index));
                self.run(cell, &batch.inputs, disturbance);
            }
            let length = self.length();
            if first + length == self.steps {
                cost += self.explicit(cell, length, &explicit, &mut next);
            }
            for step in (0..length).rev() {
                // The first window has none before it: its gradient reaches the initial state.
                let reached = first + step;
                let cut = self.window > 0 && reached > 0 && reached.is_multiple_of(self.window);
                let has_explicit = !cut && explicit.reaches(first + step);
                if has_explicit {
                    cost += self.explicit(cell, step, &explicit, &mut previous);
                }
                let input = batch.inputs.step(reached);
                let mut input = StepInput {
                    input,
                    channels: &[],
                    noise: &[],
                };
                if self.keeps_noise {
                    let Disturbance { units, channels } = &*disturbance;
                    input.noise =
                        units.drawn(reached, block_of(&self.unit_noise, step, unit_block));
                    input.channels =
                        channels.drawn(reached, block_of(&self.channel_noise, step, channel_block));
                }
                let states = (self.states.step(step), self.states.step(step + 1));
                let work = &mut self.work;
                cell.vjp(
                    step,
                    input,
                    states,
                    &next,
                    &mut previous,
                    has_explicit,
                    work,
                );
                if cut {
                    // The step's own weights have learned; nothing flows further back.
                    cost += self.explicit(cell, step, &explicit, &mut previous);
                }
                std::mem::swap(&mut next, &mut previous);
            }
            let local = self.local(read);
            let block = self.outputs.units() * self.trials;
            let from = (first + local.start) * block;
            let d_outputs = &self.d_outputs.as_slice()[from..][..local.len() * block];
            let blocks = local.start + 1..local.end + 1;
            cell.finish(
                length,
                blocks,
                &self.states,
                d_outputs,
                gradient,
                &mut self.work,
            );
        }
        self.adjoint = [next, previous];
        Ok(cost)
    }

    /// Checks that cell, inputs and noise have the sizes of this rollout; returns those of the cell.
    fn check(
        &self,
        cell: &C,
        inputs: &Trajectory<T>,
        disturbance: &Disturbance<T>,
    ) -> Result<CellShape, Error> {
        use neuro_core::Error as Core;
        let (shape, found) = (self.shape, cell.shape());
        for (what, expected, found) in [
            ("units of the cell", shape.units, found.units),
            ("outputs of the cell", shape.outputs, found.outputs),
            ("inputs of the cell", shape.inputs, found.inputs),
            ("noise channels of the cell", shape.channels, found.channels),
        ] {
            Core::check_length(what, expected, found)?;
        }
        // A trajectory of no units has no steps to be counted.
        let columns = |trials: usize, steps| if shape.inputs == 0 { 0 } else { trials * steps };
        let expected = (shape.inputs, columns(self.trials, self.steps));
        let found = (inputs.units(), columns(inputs.trials(), inputs.steps()));
        Core::check_shape("inputs of a rollout", expected, found)?;
        disturbance.check(shape, self.trials, self.steps)?;
        Ok(shape)
    }

    fn check_backward(
        &self,
        cell: &C,
        batch: &Batch<T>,
        disturbance: &Disturbance<T>,
        gradient: &[T],
    ) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let Some(parameters) = self.parameters else {
            let what = "forward passes before a backward one".into();
            return Err(Core::Empty { what }.into());
        };
        self.check(cell, &batch.inputs, disturbance)?;
        Core::check_length("trials of the batch", self.trials, batch.trials())?;
        Core::check_length("steps of the batch", self.steps, batch.steps())?;
        let (outputs, d_outputs) = (&self.outputs, &self.d_outputs);
        let columns = |of: &Trajectory<T>| (of.units(), of.trials() * of.steps());
        let what = "gradient of the outputs";
        Core::check_shape(what, columns(outputs), columns(d_outputs))?;
        Core::check_length("gradient of the parameters", parameters, gradient.len())?;
        Ok(())
    }

    /// Steps of the segment at hand.
    fn length(&self) -> usize {
        self.segment.min(self.steps - self.first)
    }

    /// The part of `steps` that lies in the segment at hand, counted from its start.
    fn local(&self, steps: &Range<usize>) -> Range<usize> {
        let end = self.first + self.length();
        let start = steps.start.clamp(self.first, end);
        start - self.first..steps.end.clamp(start, end) - self.first
    }

    /// Runs the segment at hand from its block 0.
    fn run(&mut self, cell: &C, inputs: &Trajectory<T>, disturbance: &mut Disturbance<T>) {
        let Disturbance { units, channels } = disturbance;
        let [unit_block, channel_block] = self.noise_blocks(cell);
        let length = self.length();
        if self.keeps_noise {
            units.draw(self.first, length, &mut self.unit_noise);
            channels.draw(self.first, length, &mut self.channel_noise);
        }
        cell.begin(self.states.step(0), &mut self.work);
        for step in 0..length {
            let (previous, next) = self.states.advance(step);
            let step_global = self.first + step;
            let mut kept = step;
            if !self.keeps_noise {
                units.draw(step_global, 1, &mut self.unit_noise);
                channels.draw(step_global, 1, &mut self.channel_noise);
                kept = 0;
            }
            let input = StepInput {
                input: inputs.step(step_global),
                channels: channels.drawn(
                    step_global,
                    block_of(&self.channel_noise, kept, channel_block),
                ),
                noise: units.drawn(step_global, block_of(&self.unit_noise, kept, unit_block)),
            };
            cell.forward(step, input, previous, next, &mut self.work);
        }
    }

    /// Values of one step of the noise of units and channels.
    fn noise_blocks(&self, cell: &C) -> [usize; 2] {
        let shape = cell.shape();
        [shape.units * self.trials, shape.channels * self.trials]
    }

    /// Writes the explicit gradient of the state in a block into `d_state`, zeros where there is
    /// none, and returns the regularisers' cost of that state.
    fn explicit(
        &mut self,
        cell: &C,
        block: usize,
        explicit: &Explicit<'_, T>,
        d_state: &mut [T],
    ) -> f64 {
        d_state.fill(T::zero());
        let reached = self.first + block;
        if reached == 0 {
            return 0.0;
        }
        let (step, state) = (reached - 1, self.states.step(block));
        if explicit.read.contains(&step) {
            let d_outputs = self.d_outputs.step(step);
            cell.outputs_vjp(block, state, d_outputs, d_state, &mut self.work);
        }
        let Explicit {
            batch,
            regularizers,
            scale,
            ..
        } = explicit;
        let costs = regularizers
            .iter()
            .map(|r| r.accumulate(step, state, batch, *scale, d_state));
        costs.sum()
    }
}

/// Block `index` of a buffer of equal blocks.
fn block_of<T>(buffer: &[T], index: usize, block: usize) -> &[T] {
    &buffer[index * block..][..block]
}

/// Where the gradient of a state comes from, apart from the states after it.
struct Explicit<'a, T: Scalar> {
    batch: &'a Batch<T>,
    read: &'a Range<usize>,
    regularizers: &'a [Box<dyn StateRegularizer<T>>],
    scale: f64,
}

impl<T: Scalar> Explicit<'_, T> {
    /// Whether the state after `steps` steps has an explicit gradient.
    fn reaches(&self, steps: usize) -> bool {
        steps > 0 && (!self.regularizers.is_empty() || self.read.contains(&(steps - 1)))
    }
}
