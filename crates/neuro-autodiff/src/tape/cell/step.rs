//! The steps of a cell on a tape, forward and backward.

use std::ops::Range;

use neuro_core::{Scalar, Trajectory};

use super::{ParameterVars, StepVars, TapeCell};
use crate::cell::{Cell, CellShape, Pass, StepInput};
use crate::tape::{Tape, Var};
use crate::{Error, Parameters};

/// Buffers of a [`TapeCell`]: a tape that begins with the parameters.
#[derive(Debug)]
pub struct TapeWork<T: Scalar> {
    pub(super) tape: Tape<T>,
}

impl<T: Scalar> TapeCell<T> {
    /// A tape that begins with parameters, all 0 as yet.
    pub(super) fn parameters_on_tape(&self, pass: Pass) -> TapeWork<T> {
        let tape = Tape::new();
        for place in &self.layout.0 {
            let varies = pass == Pass::Backward && place.trainable;
            let _ = tape.filled("parameter", place.shape, varies, |block| {
                block.fill(T::zero());
            });
        }
        tape.keep();
        TapeWork { tape }
    }

    pub(super) fn named<'t>(&'t self, tape: &'t Tape<T>) -> ParameterVars<'t, T> {
        ParameterVars::new(tape, &self.layout)
    }

    /// Puts a state on the tape, behind the parameters.
    pub(super) fn state<'t>(
        &self,
        tape: &'t Tape<T>,
        state: &[T],
        differentiate: bool,
    ) -> Var<'t, T> {
        tape.rewind(differentiate);
        let shape = (self.shape.units, state.len() / self.shape.units);
        tape.filled("state", shape, true, |block| block.copy_from_slice(state))
    }

    /// Puts what a step starts from on the tape.
    pub(super) fn start<'t>(
        &self,
        tape: &'t Tape<T>,
        given: StepInput<'t, T>,
        previous: &[T],
        differentiate: bool,
    ) -> StepVars<'t, T> {
        let state = self.state(tape, previous, differentiate);
        StepVars::new(state, given, self.shape)
    }

    /// The state after a step, and the one before it.
    fn step<'t>(
        &'t self,
        tape: &'t Tape<T>,
        given: StepInput<'t, T>,
        previous: &[T],
        differentiate: bool,
    ) -> [Var<'t, T>; 2] {
        let now = self.start(tape, given, previous, differentiate);
        let next = self.equations.step(&self.named(tape), &now);
        [now.state, self.of_shape(next, self.shape.units, now.state)]
    }

    /// The outputs in a state, and the state.
    fn output<'t>(
        &'t self,
        tape: &'t Tape<T>,
        state: &[T],
        differentiate: bool,
    ) -> [Var<'t, T>; 2] {
        let state = self.state(tape, state, differentiate);
        let outputs = self.equations.output(&self.named(tape), state);
        [state, self.of_shape(outputs, self.shape.outputs, state)]
    }

    /// The matrix, or none when it has not `rows` rows and the columns of the state: `new` has seen
    /// another shape, so the equations are not the same each time. What is read of none is not a
    /// number, and training stops as diverged.
    fn of_shape<'t>(&self, var: Var<'t, T>, rows: usize, state: Var<'t, T>) -> Var<'t, T> {
        if std::ptr::eq(var.tape, state.tape) && var.shape() == (rows, state.shape().1) {
            return var;
        }
        state.tape.none()
    }
}

/// What a cell is tried on.
pub(super) struct Zeros<T> {
    pub(super) state: Vec<T>,
    input: Vec<T>,
}

impl<T: Scalar> Zeros<T> {
    pub(super) fn new(shape: CellShape, trials: usize) -> Self {
        Self {
            state: vec![T::zero(); shape.units * trials],
            input: vec![T::zero(); shape.inputs * trials],
        }
    }

    pub(super) fn input(&self) -> StepInput<'_, T> {
        StepInput {
            input: &self.input,
            channels: &[],
            noise: &[],
        }
    }
}

impl<T: Scalar> Cell<T> for TapeCell<T> {
    type Work = TapeWork<T>;

    fn shape(&self) -> CellShape {
        self.shape
    }

    fn has_unit_noise(&self) -> bool {
        self.unit_noise
    }

    fn vjp_needs_noise(&self) -> bool {
        self.unit_noise || self.shape.channels > 0
    }

    fn check(&self, parameters: &Parameters<T>) -> Result<(), Error> {
        self.layout.check(parameters)
    }

    fn work(&self, trials: usize, _steps: usize, pass: Pass) -> TapeWork<T> {
        let mut work = self.parameters_on_tape(pass);
        // Once there and back makes the buffers.
        let zeros = Zeros::new(self.shape, trials);
        let mut block = zeros.state.clone();
        let mut outputs = vec![T::zero(); self.shape.outputs * trials];
        self.forward(0, zeros.input(), &zeros.state, &mut block, &mut work);
        let [_, read] = self.output(&work.tape, &zeros.state, false);
        work.tape.read(read, &mut outputs);
        if pass == Pass::Backward {
            let states = (&zeros.state[..], &zeros.state[..]);
            self.outputs_vjp(0, &zeros.state, &outputs, &mut block, &mut work);
            self.vjp(
                0,
                zeros.input(),
                states,
                &zeros.state,
                &mut block,
                false,
                &mut work,
            );
        }
        work
    }

    fn prepare(&self, parameters: &Parameters<T>, work: &mut TapeWork<T>) {
        work.tape.rewind(false);
        for (node, place) in self.layout.0.iter().enumerate() {
            let values = &parameters.effective_values()[place.range.clone()];
            work.tape.overwrite(node, values);
        }
        work.tape.keep();
    }

    fn begin(&self, _state: &[T], _work: &mut TapeWork<T>) {}

    fn forward(
        &self,
        _step: usize,
        input: StepInput<'_, T>,
        previous: &[T],
        next: &mut [T],
        work: &mut TapeWork<T>,
    ) {
        let [_, made] = self.step(&work.tape, input, previous, false);
        work.tape.read(made, next);
    }

    fn outputs(
        &self,
        blocks: Range<usize>,
        states: &Trajectory<T>,
        work: &TapeWork<T>,
        outputs: &mut [T],
    ) {
        let size = self.shape.outputs * states.trials();
        for (block, outputs) in blocks.zip(outputs.chunks_exact_mut(size.max(1))) {
            let [_, read] = self.output(&work.tape, states.step(block), false);
            work.tape.read(read, outputs);
        }
    }

    fn outputs_vjp(
        &self,
        _block: usize,
        state: &[T],
        d_outputs: &[T],
        d_state: &mut [T],
        work: &mut TapeWork<T>,
    ) {
        let tape = &work.tape;
        let [state, outputs] = self.output(tape, state, true);
        tape.pull_back(outputs, d_outputs, state, d_state, true);
    }

    fn vjp(
        &self,
        _step: usize,
        input: StepInput<'_, T>,
        (previous, _): (&[T], &[T]),
        d_next: &[T],
        d_previous: &mut [T],
        accumulate: bool,
        work: &mut TapeWork<T>,
    ) {
        let tape = &work.tape;
        let [state, next] = self.step(tape, input, previous, true);
        tape.pull_back(next, d_next, state, d_previous, accumulate);
    }

    fn finish(
        &self,
        _steps: usize,
        _outputs: Range<usize>,
        _states: &Trajectory<T>,
        _d_outputs: &[T],
        gradient: &mut [T],
        work: &mut TapeWork<T>,
    ) {
        // Those of the outputs' weights came with `outputs_vjp`.
        for (node, place) in self.layout.0.iter().enumerate() {
            if place.trainable {
                work.tape
                    .take_adjoint(node, &mut gradient[place.range.clone()]);
            }
        }
    }
}
