//! A tape that is run again allocates nothing, nor do cells and losses on it.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

#[path = "../../../tests/counting/mod.rs"]
mod counting;
mod support;

use counting::allocations;
use neuro_autodiff::loss::At;
use neuro_autodiff::tape::{
    CellEquations, LossEquation, LossVars, ParameterVars, StepVars, Tape, TapeCell, TapeLoss, Var,
};
use neuro_autodiff::{Bptt, BpttConfig, Cell, Memory, Objective, Pass, StepInput};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams};
use support::{INPUTS, Net, OUTPUTS, RandomTask, STEPS, TRIALS, UNITS, one_chunk};

/// A step with noise, channels and every kind of operation.
#[derive(Debug)]
struct Everything;

impl<T: Scalar> CellEquations<T> for Everything {
    fn step<'t>(&self, parameters: &ParameterVars<'t, T>, now: &StepVars<'t, T>) -> Var<'t, T> {
        let [w, w_in, w_noise, tau] =
            parameters.named(["recurrent", "input", "noise", "time_constant"]);
        let x = now.state;
        let drive = w.matmul(x.tanh()) + w_in.matmul(now.input) + w_noise.matmul(now.channels());
        let top = drive.rows(0..2).softmax().stack(drive.rows(2..UNITS));
        let energy = x.transpose_matmul(x).sum_blocks(x.shape().1).mean_rows();
        x + (top - x + now.noise() - energy * T::of(0.1)) / tau
    }
}

#[derive(Debug)]
struct Square;

impl<T: Scalar> LossEquation<T> for Square {
    fn cost<'t>(&self, vars: &LossVars<'t, T>) -> Var<'t, T> {
        let error = vars.outputs - vars.targets();
        (vars.mask() * error.square() + vars.classes()).mean_rows()
    }
}

#[test]
fn a_tape_that_is_run_again_allocates_nothing() {
    let mut tape = Tape::<f64>::new();
    let (w, x) = ([0.1; 20 * 20], [0.2; 20 * 7]);
    let run = |tape: &mut Tape| {
        tape.clear();
        let w = tape.variable((20, 20), &w);
        let x = tape.constant((20, 7), &x);
        let y = (w.matmul(x).tanh() - 0.5 * x).rows(3..12);
        let loss = (y.log_softmax() / 3.0)
            .square()
            .stack(y)
            .columns(1..5)
            .mean();
        assert!(tape.backward(loss).unwrap() > 0.0);
    };
    let first = allocations(|| run(&mut tape));
    assert!(first > 0);
    assert_eq!(allocations(|| (0..5).for_each(|_| run(&mut tape))), 0);
}

fn training_allocates_nothing<T: Scalar>(memory: Memory, loss: &TapeLoss<T>) {
    let net = Net::<T>::default();
    let shape = net.cell().shape();
    let parameters = net.parameters();
    let cell = TapeCell::new(Everything, shape, &parameters).unwrap();
    assert!(cell.has_unit_noise());
    let config = BpttConfig {
        batch: 5,
        memory,
        ..one_chunk()
    };
    let task = Box::new(RandomTask { steps: STEPS });
    let (loss, workers) = (Box::new(loss.clone()), Workers::sequential());
    let mut bptt = Bptt::new(config, cell, task, loss, Streams::new(1), workers).unwrap();
    let mut gradient = vec![T::zero(); parameters.len()];
    let mut update = |k| {
        let loss = bptt.evaluate(k, &parameters, &mut gradient);
        assert!(loss.is_ok_and(f64::is_finite));
    };
    // Masks differ: buffers are made for the batch with the most steps that count.
    assert!(allocations(|| (0..5).for_each(&mut update)) > 0);
    let further = allocations(|| (0..5).for_each(update));
    assert_eq!(further, 0, "{} {memory:?}", T::NAME);
}

#[test]
fn training_on_tapes_allocates_nothing_for_batches_of_a_size_that_it_had() {
    for memory in [Memory::Full, Memory::Segments(3)] {
        training_allocates_nothing::<f64>(memory, &TapeLoss::per_step(Square, At::End));
        training_allocates_nothing::<f32>(memory, &TapeLoss::per_step(Square, At::Masked));
    }
}

#[test]
fn no_step_of_a_cell_on_a_tape_allocates() {
    let net = Net::<f64>::default();
    let parameters = net.parameters();
    let cell = TapeCell::new(Everything, net.cell().shape(), &parameters).unwrap();
    let mut work = cell.work(TRIALS, STEPS, Pass::Backward);
    let block = vec![0.1; UNITS * TRIALS];
    let (mut next, mut d_state) = (block.clone(), block.clone());
    let mut gradient = vec![0.0; parameters.len()];
    let states = support::normals(UNITS, 2, 0);
    let mut outputs = vec![0.1; OUTPUTS * TRIALS];
    let input = StepInput {
        input: &[0.3; INPUTS * TRIALS],
        channels: &[0.2; 2 * TRIALS],
        noise: &block,
    };
    // `work` has made all buffers: nothing is left for the first step.
    let count = allocations(|| {
        cell.prepare(&parameters, &mut work);
        cell.begin(&block, &mut work);
        cell.forward(0, input, &block, &mut next, &mut work);
        cell.outputs(1..2, &states, &work, &mut outputs);
        cell.outputs_vjp(1, &next, &outputs, &mut d_state, &mut work);
        let states_of_step = (&block[..], &next[..]);
        cell.vjp(
            0,
            input,
            states_of_step,
            &block,
            &mut d_state,
            true,
            &mut work,
        );
        cell.finish(1, 1..2, &states, &outputs, &mut gradient, &mut work);
    });
    assert_eq!(count, 0);
    assert!(gradient.iter().all(|g| g.is_finite()) && gradient.iter().any(|g| *g != 0.0));
}
