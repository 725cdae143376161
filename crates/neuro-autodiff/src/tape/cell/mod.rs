//! Cells from equations on a tape.
//!
//! A [`TapeCell`] keeps no more of a run than the built-in cells do: the tape of one step. On the way
//! back each step is computed once more from the state before it, which the rollout has, and then
//! pulled back through. A training step so costs four products with the weights where a hand-derived
//! cell needs three, and the operations on elements are single loops where that cell fuses them.

mod step;
mod vars;

pub use step::TapeWork;
pub use vars::{ParameterVars, StepVars};

use std::fmt::Debug;
use std::sync::Arc;

use neuro_core::Scalar;

use super::Var;
use crate::cell::{Cell, CellShape, Pass};
use crate::parameter::Layout;
use crate::{Error, Parameters};
use step::Zeros;

/// The equations of a recurrent cell: what the next state and the output are.
///
/// The value that implements this holds the cell's constants. Its `Debug` output is part of what a
/// checkpoint compares, so derive it. Both methods are called at every step and must do the same
/// operations whenever the sizes are the same: what they compute may depend on the values of
/// matrices, which operations they do may not.
pub trait CellEquations<T: Scalar = f64>: Debug + Send + Sync {
    /// The state after a step: units x trials, like the one before it, `now.state`.
    fn step<'t>(&self, parameters: &ParameterVars<'t, T>, now: &StepVars<'t, T>) -> Var<'t, T>;

    /// The outputs in a state (units x trials): outputs x trials. By default a linear readout, with
    /// parameters `readout` (outputs x units) and, if there is one, `readout_bias` (outputs x 1).
    fn output<'t>(&self, parameters: &ParameterVars<'t, T>, state: Var<'t, T>) -> Var<'t, T> {
        let [readout] = parameters.named(["readout"]);
        let outputs = readout.matmul(state);
        match parameters.find("readout_bias") {
            Some(bias) => outputs + bias,
            None => outputs,
        }
    }
}

/// A cell made of equations on a tape.
///
/// A unit with a gate that decides how much of its state is replaced, trained like any other:
///
/// ```
/// use neuro_autodiff::tape::{CellEquations, ParameterVars, StepVars, TapeCell, Var};
/// use neuro_autodiff::{CellShape, Disturbance, Identity, Parameters, simulate};
/// use neuro_core::{Trajectory, nalgebra::DMatrix};
/// use std::sync::Arc;
///
/// #[derive(Debug)]
/// struct Gated;
///
/// impl CellEquations for Gated {
///     fn step<'t>(&self, parameters: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
///         let [w, u, gate] = parameters.named(["recurrent", "input", "gate"]);
///         let proposed = (w.matmul(now.state) + u.matmul(now.input)).tanh();
///         now.state + gate.matmul(now.input).logistic() * (proposed - now.state)
///     }
/// }
///
/// let mut parameters = Parameters::new();
/// for (name, value) in [("recurrent", 0.0), ("input", 1.0), ("gate", 50.0), ("readout", 2.0)] {
///     parameters.add(name, &DMatrix::from_element(1, 1, value), Arc::new(Identity), true)?;
/// }
/// let shape = CellShape { inputs: 1, channels: 0, units: 1, outputs: 1 };
/// let cell = TapeCell::new(Gated, shape, &parameters)?;
/// // A positive input opens the gate and is stored; a negative one closes it.
/// let inputs = Trajectory::from_vec(1, 1, 2, vec![1.0, -2.0])?;
/// let run = simulate(&cell, &parameters, &inputs, &[0.0], &mut Disturbance::silent())?;
/// assert!((run.outputs.as_slice()[1] - 2.0 * 1_f64.tanh()).abs() < 1e-15);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TapeCell<T: Scalar = f64> {
    equations: Arc<dyn CellEquations<T>>,
    shape: CellShape,
    layout: Layout,
    unit_noise: bool,
}

impl<T: Scalar> TapeCell<T> {
    /// A cell of these equations and sizes, tried once on two trials of zeros.
    ///
    /// # Errors
    /// [`Error::Tape`] for a mistake in the equations, [`neuro_core::Error::Shape`] when the next state
    /// or the outputs have another shape than `shape` says, and [`neuro_core::Error::OutOfRange`]
    /// for a cell without units or outputs.
    pub fn new(
        equations: impl CellEquations<T> + 'static,
        shape: CellShape,
        parameters: &Parameters<T>,
    ) -> Result<Self, Error> {
        use neuro_core::Error as Core;
        for (what, count) in [("units", shape.units), ("outputs", shape.outputs)] {
            Core::check_range(what, "at least 1", count as f64, count > 0)?;
        }
        let mut cell = Self {
            equations: Arc::new(equations),
            shape,
            layout: Layout::of(parameters),
            unit_noise: false,
        };
        let trials = 2;
        let mut work = cell.parameters_on_tape(Pass::Forward);
        cell.prepare(parameters, &mut work);
        let tape = &work.tape;
        let given = Zeros::new(shape, trials);
        let now = cell.start(tape, given.input(), &given.state, false);
        let next = cell.equations.step(&cell.named(tape), &now);
        tape.own(next)?;
        Core::check_shape(
            "the equations' next state",
            (shape.units, trials),
            next.shape(),
        )?;
        let noisy = now.is_noisy();
        let state = cell.state(tape, &given.state, false);
        let outputs = cell.equations.output(&cell.named(tape), state);
        tape.own(outputs)?;
        Core::check_shape(
            "the equations' output",
            (shape.outputs, trials),
            outputs.shape(),
        )?;
        cell.unit_noise = noisy;
        Ok(cell)
    }
}
