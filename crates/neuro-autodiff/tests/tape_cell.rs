//! The leaky cell once more, as equations on a tape: everything that the hand-derived one computes, to
//! rounding, and what only a cell on a tape can get wrong.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use std::sync::Arc;

use neuro_autodiff::gradcheck::{GradientOptions, check_gradient};
use neuro_autodiff::loss::{ActivityNormalization, ActivityPenalty, At, CrossEntropy, MeanSquare};
use neuro_autodiff::tape::{CellEquations, ParameterVars, StepVars, TapeCell, Var};
use neuro_autodiff::{
    Bptt, BpttConfig, Cell, CellShape, DaleRectified, Disturbance, Identity, LeakyConfig, Mask,
    Memory, Objective, Parameters, ReadoutSource, Rollout, Transform, draw_initial_states,
    simulate,
};
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Scalar, Streams};
use support::{
    INPUTS, Net, OUTPUTS, RandomTask, STEPS, TRIALS, TimeConstants, UNITS, distance, noisy,
    one_chunk,
};

/// The equations in the header of `cell/leaky`, with noise of `SqrtAlpha`.
#[derive(Debug)]
struct Leaky<T: Scalar>(LeakyConfig<T>);

impl<T: Scalar> CellEquations<T> for Leaky<T> {
    fn step<'t>(&self, parameters: &ParameterVars<'t, T>, now: &StepVars<'t, T>) -> Var<'t, T> {
        let [w, w_in, tau] = parameters.named(["recurrent", "input", "time_constant"]);
        let x = now.state;
        let mut drive = w.matmul(x.map(&*self.0.transfer)) + w_in.matmul(now.input);
        if let Some(w_noise) = parameters.find("noise") {
            drive = drive + w_noise.matmul(now.channels());
        }
        if let Some(bias) = parameters.find("bias") {
            drive = drive + bias;
        }
        let alpha = tau.recip() * T::of(self.0.dt);
        let next = x + alpha * (drive - x);
        match self.0.unit_noise {
            Some(noise) => next + alpha.sqrt() * T::of(noise.sigma) * now.noise(),
            None => next,
        }
    }

    fn output<'t>(&self, parameters: &ParameterVars<'t, T>, state: Var<'t, T>) -> Var<'t, T> {
        let [readout, bias] = parameters.named(["readout", "readout_bias"]);
        let seen = match self.0.readout {
            ReadoutSource::State => state,
            ReadoutSource::Rate => state.map(&*self.0.transfer),
        };
        readout.matmul(seen) + bias
    }
}

fn on_tape<T: Scalar>(net: &Net<T>) -> TapeCell<T> {
    let shape = net.cell().shape();
    TapeCell::new(Leaky(net.config.clone()), shape, &net.parameters()).unwrap()
}

/// Loss and gradient of update 1.
fn evaluate<T: Scalar, C: Cell<T>>(
    cell: C,
    parameters: &Parameters<T>,
    config: BpttConfig,
    workers: Workers,
) -> (f64, Vec<T>) {
    let task = Box::new(RandomTask { steps: STEPS });
    let loss = Box::new(MeanSquare);
    let bptt = Bptt::new(config, cell, task, loss, Streams::new(8), workers).unwrap();
    let mut bptt = bptt
        .with_state_regularizer(Box::new(ActivityPenalty {
            strength: 0.2,
            normalization: ActivityNormalization::MeanOverUnits,
        }))
        .unwrap();
    let mut gradient = vec![T::zero(); parameters.len()];
    let loss = bptt.evaluate(1, parameters, &mut gradient).unwrap();
    (loss, gradient)
}

#[track_caller]
fn agrees(net: &Net, config: &BpttConfig) {
    let parameters = net.parameters();
    let sequential = Workers::sequential;
    let (loss, expected) = evaluate(net.cell(), &parameters, config.clone(), sequential());
    let (found_loss, found) = evaluate(on_tape(net), &parameters, config.clone(), sequential());
    assert!(
        (found_loss - loss).abs() < 1e-12 * loss,
        "{found_loss} {loss}"
    );
    // Each parameter by itself: small gradients are right, too.
    for id in parameters.ids().filter(|id| parameters.is_trainable(*id)) {
        let range = parameters.range(id);
        let error = distance(&found[range.clone()], &expected[range]);
        assert!(error < 1e-12, "{}: {error}", parameters.name(id));
    }
}

#[test]
fn gradients_are_those_of_the_hand_derived_cell_to_rounding() {
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        for time_constants in [
            TimeConstants::Fixed,
            TimeConstants::TrainedRaw,
            TimeConstants::TrainedBounded,
        ] {
            for net in [Net::default(), noisy()] {
                let net = Net {
                    time_constants,
                    ..net.readout(readout)
                };
                agrees(&net, &one_chunk());
            }
        }
    }
    let bare = Net {
        bias: false,
        channels: 0,
        ..Net::default()
    };
    agrees(&bare, &one_chunk());
}

#[test]
fn gradients_agree_with_signs_masks_segments_windows_and_chunks() {
    let signs = [1.0, -1.0, 1.0, 1.0, -1.0];
    let rectified = DaleRectified::new(signs.to_vec()).unwrap();
    let pattern = DMatrix::from_fn(UNITS, UNITS, |i, j| i != j && (i + 2 * j) % 3 != 0);
    let transforms: [Arc<dyn Transform>; 3] = [
        Arc::new(rectified.clone()),
        Arc::new(Mask::new(pattern.clone())),
        Arc::new(Mask::over(pattern, rectified)),
    ];
    for recurrent in transforms {
        let net = Net {
            recurrent,
            ..noisy()
        };
        for memory in [Memory::Full, Memory::Segments(3)] {
            for window in [None, Some(2)] {
                let config = BpttConfig {
                    batch: 5,
                    memory,
                    window,
                    ..one_chunk()
                };
                agrees(&net, &config);
            }
        }
    }
}

#[test]
fn f32_agrees_to_single_precision() {
    // Without anything drawn: each number type draws its own numbers.
    let config = BpttConfig {
        initial_state_sd: 0.0,
        ..one_chunk()
    };
    let single = Net::<f32> {
        channels: 0,
        ..Net::default()
    };
    let double = Net::<f64> {
        channels: 0,
        ..Net::default()
    };
    let workers = Workers::sequential;
    let (cell, parameters) = (on_tape(&single), single.parameters());
    let (loss, gradient) = evaluate(cell, &parameters, config.clone(), workers());
    let (cell, parameters) = (double.cell(), double.parameters());
    let (expected_loss, expected) = evaluate(cell, &parameters, config, workers());
    // 7 steps of some ten roundings of 6e-8 each.
    assert!((loss - expected_loss).abs() < 1e-5 * expected_loss);
    assert!(distance(&gradient, &expected) < 1e-5);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let net = noisy::<f64>();
    let config = BpttConfig {
        batch: 11,
        ..one_chunk()
    };
    let run = |threads| {
        let workers = Workers::new(threads).unwrap();
        evaluate(on_tape(&net), &net.parameters(), config.clone(), workers)
    };
    let one = run(1);
    assert_eq!(run(2), one);
    assert_eq!(run(5), one);
}

#[test]
fn simulations_have_the_states_of_rollouts() {
    let net = noisy::<f64>();
    let (cell, parameters, streams) = (on_tape(&net), net.parameters(), Streams::new(3));
    let batch = Batch::of(&RandomTask { steps: STEPS }, streams, 0, TRIALS).unwrap();
    let mut initial = vec![0.0; UNITS * TRIALS];
    draw_initial_states(streams, 0, UNITS, 0.5, &mut initial);
    let drawn = || Disturbance::drawn(&cell, streams, 0, TRIALS);
    let run = simulate(&cell, &parameters, &batch.inputs, &initial, &mut drawn()).unwrap();
    let mut rollout = Rollout::new(&cell, TRIALS, STEPS, Memory::Full, None).unwrap();
    let inputs = &batch.inputs;
    rollout
        .forward(&cell, &parameters, inputs, &initial, &mut drawn(), 0..STEPS)
        .unwrap();
    assert_eq!(&run.states, rollout.states());
    assert_eq!(&run.outputs, rollout.outputs());
    // And the noise is there.
    let silent = &mut Disturbance::silent();
    let still = simulate(&cell, &parameters, &batch.inputs, &initial, silent).unwrap();
    assert!(distance(run.states.as_slice(), still.states.as_slice()) > 1e-3);
    let hand = net.cell();
    let expected = simulate(&hand, &parameters, &batch.inputs, &initial, &mut drawn()).unwrap();
    assert!(distance(run.states.as_slice(), expected.states.as_slice()) < 1e-13);
}

#[test]
fn noise_is_drawn_for_equations_that_ask_for_it() {
    let quiet = on_tape(&Net::<f64>::default());
    assert!(!quiet.has_unit_noise() && quiet.vjp_needs_noise());
    assert!(on_tape(&noisy::<f64>()).has_unit_noise());
    let net = Net::<f64> {
        channels: 0,
        ..Net::default()
    };
    assert!(!on_tape(&net).vjp_needs_noise());
}

#[test]
fn a_cell_is_described_by_its_equations_for_checkpoints() {
    let described = |dt| {
        let mut net = Net::<f64>::default();
        net.config.dt = dt;
        format!("{:?}", on_tape(&net))
    };
    assert_eq!(described(1.0), described(1.0));
    assert_ne!(described(1.0), described(0.5));
}

/// Two units with threshold adaptation: rates `x` above slow currents `a`, in one state.
#[derive(Debug)]
struct Adaptive;

impl CellEquations for Adaptive {
    fn step<'t>(&self, parameters: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        let [w, u, strength] = parameters.named(["recurrent", "input", "strength"]);
        let half = now.state.shape().0 / 2;
        let (x, a) = (now.state.rows(0..half), now.state.rows(half..2 * half));
        let r = x.softplus();
        let x = x * 0.8 + (w.matmul(r) + u.matmul(now.input) - strength * a) * 0.2;
        x.stack(a * 0.95 + r * 0.05)
    }
}

#[test]
fn a_state_of_several_parts_passes_the_gradient_check() {
    let mut parameters = Parameters::new();
    let mut normals = Streams::new(4).normals::<f64>(neuro_core::Domain::Weights, 0);
    for (name, rows, columns) in [
        ("recurrent", 3, 3),
        ("input", 3, INPUTS),
        ("strength", 3, 1),
        ("readout", OUTPUTS, 6),
    ] {
        let values = DMatrix::from_fn(rows, columns, |_, _| 0.7 * normals.sample());
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .unwrap();
    }
    let shape = CellShape {
        inputs: INPUTS,
        channels: 0,
        units: 6,
        outputs: OUTPUTS,
    };
    let cell = TapeCell::new(Adaptive, shape, &parameters).unwrap();
    let task = Box::new(RandomTask { steps: STEPS });
    let loss = Box::new(CrossEntropy { at: At::Masked });
    let workers = Workers::sequential();
    let mut bptt = Bptt::new(one_chunk(), cell, task, loss, Streams::new(8), workers).unwrap();
    let mut gradient = vec![0.0; parameters.len()];
    bptt.evaluate(2, &parameters, &mut gradient).unwrap();
    let mut moved = parameters.clone();
    let mut unused = gradient.clone();
    let loss = |raw: &[f64]| {
        moved.update(|all| all.copy_from_slice(raw));
        bptt.evaluate(2, &moved, &mut unused).unwrap()
    };
    let options = GradientOptions::default();
    let report = check_gradient(loss, parameters.raw_values(), &gradient, &options).unwrap();
    assert!(report.passes(1e-7), "{report}");
}

/// Equations with one thing wrong.
#[derive(Debug)]
enum Wrong {
    Name,
    Product,
    State,
    Output,
}

impl CellEquations for Wrong {
    fn step<'t>(&self, parameters: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        let [w] = parameters.named(["recurrent"]);
        match self {
            Self::Name => parameters.named(["recurent"])[0],
            Self::Product => now.state.matmul(w),
            Self::State => now.state.rows(1..2),
            Self::Output => w.matmul(now.state),
        }
    }

    fn output<'t>(&self, _: &ParameterVars<'t>, state: Var<'t>) -> Var<'t> {
        state
    }
}

#[test]
fn mistakes_in_equations_are_found_when_the_cell_is_made() {
    let net = Net::<f64>::default();
    let shape = net.cell().shape();
    let message = |wrong, shape| {
        let made = TapeCell::new(wrong, shape, &net.parameters());
        made.unwrap_err().to_string()
    };
    let name = message(Wrong::Name, shape);
    assert!(
        name.contains("tape_cell.rs") && name.contains("found recurent"),
        "{name}"
    );
    assert!(
        name.contains("expected one of recurrent, input, noise"),
        "{name}"
    );
    let product = message(Wrong::Product, shape);
    assert!(
        product.contains("expected 2 rows on the right, found 5x5"),
        "{product}"
    );
    assert_eq!(
        message(Wrong::State, shape),
        "the equations' next state: expected 5x2, found 1x2"
    );
    assert_eq!(
        message(Wrong::Output, shape),
        "the equations' output: expected 2x2, found 5x2"
    );
    let none = CellShape { units: 0, ..shape };
    assert_eq!(
        message(Wrong::Output, none),
        "units: expected at least 1, found 0"
    );
}

#[test]
fn other_parameters_than_those_of_the_cell_are_refused() {
    let net = Net::<f64>::default();
    let cell = on_tape(&net);
    assert!(cell.check(&net.parameters()).is_ok());
    let other = Net::<f64> {
        units: UNITS + 1,
        ..Net::default()
    };
    assert!(cell.check(&other.parameters()).is_err());
    // As many values in the same place, of another shape.
    let of_shape = |rows, columns| {
        let mut parameters = Parameters::new();
        let values = DMatrix::from_element(rows, columns, 1.0);
        parameters
            .add("w", &values, Arc::new(Identity), true)
            .unwrap();
        parameters
    };
    let shape = CellShape {
        inputs: 0,
        channels: 0,
        units: 1,
        outputs: 1,
    };
    let cell = TapeCell::new(Still, shape, &of_shape(2, 3)).unwrap();
    assert!(cell.check(&of_shape(2, 3)).is_ok());
    let message = cell.check(&of_shape(3, 2)).unwrap_err().to_string();
    assert_eq!(message, "w: expected 2x3, found 3x2");
}

/// Nothing moves.
#[derive(Debug)]
struct Still;

impl CellEquations for Still {
    fn step<'t>(&self, _: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        now.state
    }

    fn output<'t>(&self, _: &ParameterVars<'t>, state: Var<'t>) -> Var<'t> {
        state
    }
}

/// Divides by the state, which is 0 at first.
#[derive(Debug)]
struct Infinite;

impl CellEquations for Infinite {
    fn step<'t>(&self, _: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        now.state.square() / now.state
    }
}

#[test]
fn states_that_are_not_numbers_become_a_loss_that_is_none() {
    let net = Net::<f64>::default();
    let shape = net.cell().shape();
    let cell = TapeCell::new(Infinite, shape, &net.parameters()).unwrap();
    let config = BpttConfig {
        initial_state_sd: 0.0,
        ..one_chunk()
    };
    let (loss, _) = evaluate(cell, &net.parameters(), config, Workers::sequential());
    assert!(loss.is_nan());
}

/// Of another shape as soon as the number of trials is odd.
#[derive(Debug)]
struct Fickle;

impl CellEquations for Fickle {
    fn step<'t>(&self, _: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        if now.state.shape().1.is_multiple_of(2) {
            now.state
        } else {
            now.state.rows(0..1)
        }
    }
}

#[test]
fn equations_that_change_their_mind_give_no_number() {
    let net = Net::<f64>::default();
    let cell = TapeCell::new(Fickle, net.cell().shape(), &net.parameters()).unwrap();
    let (loss, gradient) = evaluate(cell, &net.parameters(), one_chunk(), Workers::sequential());
    assert!(loss.is_nan());
    let readout = net.parameters().find("readout").unwrap();
    let range = net.parameters().range(readout);
    assert!(gradient[range].iter().all(|g| g.is_nan()));
}
