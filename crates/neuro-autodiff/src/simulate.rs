//! Running a cell forward and keeping every state.

use neuro_core::{Scalar, Trajectory};

use crate::{Cell, Disturbance, Error, Parameters, Pass, StepInput};

/// Steps whose presynaptic values are kept together; longer ones save one transfer in so many.
const SEGMENT: usize = 16;

/// The course of a simulation.
#[derive(Clone, Debug)]
pub struct Simulation<T: Scalar = f64> {
    /// States `x_0 ..= x_T`: units x trials x (steps + 1).
    pub states: Trajectory<T>,
    /// Outputs after each step: outputs x trials x steps. Output `k` belongs to state `k + 1`.
    pub outputs: Trajectory<T>,
}

/// Runs `cell` on `inputs` (inputs x trials x steps) from `initial` (units x trials).
///
/// The states have the same bits as in the forward pass of training; outputs, whose product is cut
/// differently, agree to rounding.
///
/// ```
/// use neuro_autodiff::{Disturbance, Identity, LeakyCell, LeakyConfig, Parameters, ReadoutSource, simulate};
/// use neuro_core::{Trajectory, nalgebra::DMatrix, transfer::Tanh};
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
/// let silence = Trajectory::zeros(1, 1, 3);
/// let run = simulate(&cell, &parameters, &silence, &[1.0], &mut Disturbance::silent())?;
/// assert_eq!(run.states.as_slice(), [1.0, 0.75, 0.5625, 0.421875]);
/// assert_eq!(run.outputs.as_slice(), [0.75, 0.5625, 0.421875]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
///
/// # Errors
/// [`neuro_core::Error`] when there are no trials, or sizes (also those of given noise) do not fit
/// the cell, or `inputs` or `initial` are not finite.
pub fn simulate<T: Scalar, C: Cell<T>>(
    cell: &C,
    parameters: &Parameters<T>,
    inputs: &Trajectory<T>,
    initial: &[T],
    disturbance: &mut Disturbance<T>,
) -> Result<Simulation<T>, Error> {
    let (units, trials, steps) = (cell.shape().units, inputs.trials(), inputs.steps());
    neuro_core::Error::check_size::<T>("states", &[units, trials, steps.saturating_add(1)])?;
    let mut states = Trajectory::zeros(units, trials, steps + 1);
    let outputs = run(
        cell,
        parameters,
        inputs,
        initial,
        disturbance,
        |block, state| states.step_mut(block).copy_from_slice(state),
    )?;
    Ok(Simulation { states, outputs })
}

/// The outputs of [`simulate`] alone: for many trials, whose states would fill the memory.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_outputs<T: Scalar, C: Cell<T>>(
    cell: &C,
    parameters: &Parameters<T>,
    inputs: &Trajectory<T>,
    initial: &[T],
    disturbance: &mut Disturbance<T>,
) -> Result<Trajectory<T>, Error> {
    run(cell, parameters, inputs, initial, disturbance, |_, _| ())
}

/// Runs the cell, hands each block of states to `keep`, the initial one first, and returns the
/// outputs.
fn run<T: Scalar, C: Cell<T>>(
    cell: &C,
    parameters: &Parameters<T>,
    inputs: &Trajectory<T>,
    initial: &[T],
    disturbance: &mut Disturbance<T>,
    mut keep: impl FnMut(usize, &[T]),
) -> Result<Trajectory<T>, Error> {
    let shape = cell.shape();
    let (trials, steps) = (inputs.trials(), inputs.steps());
    if trials == 0 {
        return Err(neuro_core::Error::Empty {
            what: "trials of a simulation".into(),
        }
        .into());
    }
    neuro_core::Error::check_size::<T>("outputs", &[shape.outputs, trials, steps])?;
    let columns = trials * steps;
    neuro_core::Error::check_shape("inputs", (shape.inputs, columns), (inputs.units(), columns))?;
    neuro_core::Error::check_length("initial state", shape.units * trials, initial.len())?;
    disturbance.check(shape, trials, steps)?;
    neuro_core::Error::check_finite("inputs", inputs.as_slice())?;
    neuro_core::Error::check_finite("initial state", initial)?;

    cell.check(parameters)?;
    let segment = SEGMENT.min(steps);
    let mut work = cell.work(trials, segment, Pass::Forward);
    cell.prepare(parameters, &mut work);
    let mut outputs = Trajectory::zeros(shape.outputs, trials, steps);
    let mut window = Trajectory::zeros(shape.units, trials, segment + 1);
    let mut unit_noise = vec![T::zero(); shape.units * trials];
    let mut channel_noise = vec![T::zero(); shape.channels * trials];
    window.step_mut(0).copy_from_slice(initial);
    keep(0, initial);
    let mut first = 0;
    while first < steps {
        let length = segment.min(steps - first);
        cell.begin(window.step(0), &mut work);
        for step in 0..length {
            let (previous, next) = window.advance(step);
            let input = StepInput {
                input: inputs.step(first + step),
                channels: disturbance.channels.step(first + step, &mut channel_noise),
                noise: disturbance.units.step(first + step, &mut unit_noise),
            };
            cell.forward(step, input, previous, next, &mut work);
            keep(first + step + 1, next);
        }
        let block = shape.outputs * trials;
        let read = &mut outputs.as_mut_slice()[first * block..][..length * block];
        cell.outputs(1..length + 1, &window, &work, read);
        let block = shape.units * trials;
        let last = length * block..(length + 1) * block;
        window.as_mut_slice().copy_within(last, 0);
        first += length;
    }
    Ok(outputs)
}
