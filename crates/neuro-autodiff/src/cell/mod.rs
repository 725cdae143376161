//! One step of a recurrent network, forward and backward.

mod leaky;
mod readout;

pub use leaky::{LeakyCell, LeakyConfig, LeakyWork, UnitNoise};
pub use readout::{Features, LinearReadout, ReadoutSource};

use std::fmt::Debug;
use std::ops::Range;

use neuro_core::{Scalar, Trajectory};

use crate::Parameters;

/// Sizes of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellShape {
    /// Input channels of the task.
    pub inputs: usize,
    /// Noise channels: inputs that are drawn anew at each step and have trained weights.
    pub channels: usize,
    /// Values in one state.
    pub units: usize,
    /// Output channels.
    pub outputs: usize,
}

/// What a cell's buffers are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// Running only.
    Forward,
    /// Running, then gradients.
    Backward,
}

/// What comes in at one step, beside the state.
#[derive(Clone, Copy, Debug)]
pub struct StepInput<'a, T: Scalar> {
    /// Task input: inputs x trials.
    pub input: &'a [T],
    /// Standard normal numbers of the noise channels: channels x trials.
    pub channels: &'a [T],
    /// Standard normal numbers for each unit: units x trials, or empty for none.
    pub noise: &'a [T],
}

/// A recurrent network's step and its derivative.
///
/// A cell maps the state `x_k` and an input to the state `x_{k+1}` and an output. It is
/// differentiated by hand: [`forward`](Cell::forward) makes one step, [`vjp`](Cell::vjp) pulls a
/// gradient back through it, and [`finish`](Cell::finish) forms the gradients of the weights for
/// all steps at once. Implement it for a cell of your own; [`crate::gradcheck`] tells whether the
/// gradients are right. Or write the step alone, on a [`tape`](crate::tape).
///
/// `Work` holds everything for `steps` consecutive steps of `trials` trials. States are kept by the
/// caller in blocks `0 ..= steps` of units x trials: block `b` is the state after `b` steps. No
/// method but [`work`](Cell::work) allocates.
pub trait Cell<T: Scalar = f64>: Debug + Send + Sync {
    /// Effective weights in the layout of the products, and what the backward pass needs.
    type Work: Send + Debug;

    /// Sizes.
    fn shape(&self) -> CellShape;

    /// Whether [`StepInput::noise`] is used.
    fn has_unit_noise(&self) -> bool {
        false
    }

    /// Checks that these are parameters of this cell, with values that it can run with; called
    /// before each rollout, so it is cheap.
    ///
    /// # Errors
    /// [`crate::Error`] when they are not.
    fn check(&self, parameters: &Parameters<T>) -> Result<(), crate::Error> {
        let _ = parameters;
        Ok(())
    }

    /// Whether [`vjp`](Cell::vjp) looks at the noise of its step; drawing it again is spared where
    /// it does not.
    fn vjp_needs_noise(&self) -> bool {
        true
    }

    /// Makes the buffers.
    fn work(&self, trials: usize, steps: usize, pass: Pass) -> Self::Work;

    /// Takes the effective parameters over into the buffers; once for each change of the parameters.
    fn prepare(&self, parameters: &Parameters<T>, work: &mut Self::Work);

    /// Starts a run of steps at `state`, which is block 0.
    fn begin(&self, state: &[T], work: &mut Self::Work);

    /// Writes block `step + 1` into `next`, given block `step`.
    fn forward(
        &self,
        step: usize,
        input: StepInput<'_, T>,
        previous: &[T],
        next: &mut [T],
        work: &mut Self::Work,
    );

    /// Writes the outputs of some blocks into `outputs`: outputs x (trials * blocks).
    fn outputs(
        &self,
        blocks: Range<usize>,
        states: &Trajectory<T>,
        work: &Self::Work,
        outputs: &mut [T],
    );

    /// Adds to `d_state` the gradient of the state in a block, given that of its outputs. Called once
    /// for each block whose outputs were read, before [`vjp`](Cell::vjp) of the step that led to it.
    fn outputs_vjp(
        &self,
        block: usize,
        state: &[T],
        d_outputs: &[T],
        d_state: &mut [T],
        work: &mut Self::Work,
    );

    /// Pulls the gradient of block `step + 1` back to block `step`, and keeps what
    /// [`finish`](Cell::finish) needs. With `accumulate` the result is added to `d_previous`, which
    /// arrives holding the explicit gradient of that state; otherwise it overwrites `d_previous`.
    fn vjp(
        &self,
        step: usize,
        input: StepInput<'_, T>,
        states: (&[T], &[T]),
        d_next: &[T],
        d_previous: &mut [T],
        accumulate: bool,
        work: &mut Self::Work,
    );

    /// Adds to `gradient` (all effective parameters) what `steps` steps contribute, once all of
    /// them have been through [`vjp`](Cell::vjp); `d_outputs` are the gradients of the outputs of
    /// the blocks `outputs`.
    fn finish(
        &self,
        steps: usize,
        outputs: Range<usize>,
        states: &Trajectory<T>,
        d_outputs: &[T],
        gradient: &mut [T],
        work: &mut Self::Work,
    );
}
