//! What the equations of a cell see.

use std::cell::Cell as Flag;

use neuro_core::Scalar;

use crate::cell::{CellShape, StepInput};
use crate::parameter::Layout;
use crate::tape::{Tape, Var};

/// The effective values of a cell's parameters, on a tape.
#[derive(Clone, Copy, Debug)]
pub struct ParameterVars<'t, T: Scalar = f64> {
    tape: &'t Tape<T>,
    layout: &'t Layout,
}

impl<'t, T: Scalar> ParameterVars<'t, T> {
    pub(super) fn new(tape: &'t Tape<T>, layout: &'t Layout) -> Self {
        Self { tape, layout }
    }

    /// The parameters of these names. A name that there is not is a mistake on the tape.
    #[must_use]
    #[track_caller]
    pub fn named<const N: usize>(&self, names: [&str; N]) -> [Var<'t, T>; N] {
        // A plain loop: a closure would hide the caller's line.
        let mut vars = [self.tape.none(); N];
        for (var, name) in vars.iter_mut().zip(names) {
            *var = match self.find(name) {
                Some(parameter) => parameter,
                None => {
                    let known = self.layout.0.iter().map(|place| place.name.as_str());
                    let known = known.collect::<Vec<_>>().join(", ");
                    let expected = format!("one of {known}");
                    self.tape.mistake("parameter", expected, name.into())
                }
            };
        }
        vars
    }

    /// The parameter of this name, if there is one.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Var<'t, T>> {
        let node = self.layout.0.iter().position(|place| place.name == name)?;
        // Parameters are the first nodes of the tape, in their order.
        let tape = self.tape;
        Some(Var { tape, node })
    }
}

/// What a step starts from.
#[derive(Clone, Debug)]
pub struct StepVars<'t, T: Scalar = f64> {
    /// The state before the step: units x trials.
    pub state: Var<'t, T>,
    /// Task input: inputs x trials.
    pub input: Var<'t, T>,
    given: StepInput<'t, T>,
    shape: CellShape,
    noisy: Flag<bool>,
}

impl<'t, T: Scalar> StepVars<'t, T> {
    pub(super) fn new(state: Var<'t, T>, given: StepInput<'t, T>, shape: CellShape) -> Self {
        let input = (shape.inputs, state.shape().1);
        Self {
            state,
            input: state.tape.constant(input, given.input),
            given,
            shape,
            noisy: Flag::new(false),
        }
    }

    /// Standard normal numbers for each unit, new at each step: units x trials; zeros in a run without
    /// noise. A cell whose equations never ask for them has no unit noise.
    #[must_use]
    pub fn noise(&self) -> Var<'t, T> {
        self.noisy.set(true);
        self.drawn(self.shape.units, self.given.noise)
    }

    /// Standard normal numbers of the noise channels: channels x trials; zeros in a run without noise.
    #[must_use]
    pub fn channels(&self) -> Var<'t, T> {
        self.drawn(self.shape.channels, self.given.channels)
    }

    /// Whether the equations have asked for noise.
    pub(super) fn is_noisy(&self) -> bool {
        self.noisy.get()
    }

    fn drawn(&self, rows: usize, values: &[T]) -> Var<'t, T> {
        let tape = self.state.tape;
        let shape = (rows, self.state.shape().1);
        tape.filled("noise", shape, false, |block| {
            if values.is_empty() {
                block.fill(T::zero());
            } else {
                block.copy_from_slice(values);
            }
        })
    }
}
