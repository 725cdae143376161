//! What a rollout promises: the same gradients whatever it keeps, the same bits as a simulation, and
//! no panic on sizes that do not fit.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, MeanSquare, StateRegularizer,
};
use neuro_autodiff::{
    BpttConfig, Cell, Disturbance, LeakyCell, Memory, Noise, Objective, Parameters, ReadoutSource,
    Rollout, draw_initial_states, simulate,
};
use neuro_core::{Batch, Scalar, Streams, Task, Trajectory};
use support::{
    Net, OUTPUTS, RandomTask, STEPS, TRIALS, TimeConstants, UNITS, distance, noisy, normals,
    one_chunk,
};

fn activity() -> ActivityPenalty {
    ActivityPenalty {
        strength: 0.2,
        normalization: ActivityNormalization::MeanOverUnits,
    }
}

/// Loss and gradient of update 1 in two chunks.
fn evaluate(net: &Net, memory: Memory, window: Option<usize>) -> (f64, Vec<f64>) {
    let config = BpttConfig {
        batch: 5,
        memory,
        window,
        ..one_chunk()
    };
    let bptt = net.bptt(Box::new(MeanSquare), config);
    let mut bptt = bptt.with_state_regularizer(Box::new(activity())).unwrap();
    let parameters = net.parameters();
    let mut gradient = vec![0.0; parameters.len()];
    let loss = bptt.evaluate(1, &parameters, &mut gradient).unwrap();
    (loss, gradient)
}

const READOUTS: [ReadoutSource; 2] = [ReadoutSource::State, ReadoutSource::Rate];

#[test]
fn gradients_do_not_depend_on_how_many_steps_are_kept() {
    for readout in READOUTS {
        let net = noisy().readout(readout);
        for window in [None, Some(3)] {
            let (loss, gradient) = evaluate(&net, Memory::Full, window);
            for memory in [
                Memory::Segments(1),
                Memory::Segments(2),
                Memory::Segments(3),
                Memory::Segments(STEPS),
                Memory::Segments(10 * STEPS),
                Memory::sqrt(STEPS),
            ] {
                let (found_loss, found) = evaluate(&net, memory, window);
                // Products over segments are summed in another order.
                assert!((found_loss - loss).abs() < 1e-12 * loss, "{memory:?}");
                let error = distance(&found, &gradient);
                assert!(error < 1e-12, "{memory:?}, {window:?}: {error}");
            }
        }
    }
}

#[test]
fn a_window_of_all_steps_gives_the_bits_of_the_full_gradient() {
    let full = evaluate(&noisy(), Memory::Full, None);
    for window in [STEPS, STEPS + 1, 100] {
        assert_eq!(evaluate(&noisy(), Memory::Full, Some(window)), full);
    }
    let (_, truncated) = evaluate(&noisy(), Memory::Full, Some(STEPS - 1));
    assert!(distance(&truncated, &full.1) > 1e-6);
}

#[test]
fn units_that_send_nothing_are_left_out_of_the_products_alone() {
    for readout in READOUTS {
        let net = noisy().readout(readout);
        for senders in [vec![0, 2, 4], vec![]] {
            let of = |weight: f64| {
                let mut parameters = net.parameters();
                let id = parameters.find("recurrent").unwrap();
                let mut raw = parameters.raw(id).to_vec();
                for (j, column) in raw.chunks_exact_mut(UNITS).enumerate() {
                    if !senders.contains(&j) {
                        column.fill(weight);
                    }
                }
                parameters.set_raw(id, &raw).unwrap();
                let mut gradient = vec![0.0; parameters.len()];
                let mut bptt = net.bptt(Box::new(MeanSquare), one_chunk());
                let loss = bptt.evaluate(1, &parameters, &mut gradient).unwrap();
                (loss, gradient, parameters.range(id))
            };
            // Weights that are multiplied, but too small to be seen in a sum.
            let (silent, faint) = (of(0.0), of(1e-200));
            assert_eq!(silent, faint, "{senders:?}");
            // A connection of weight 0 still learns.
            let (_, gradient, recurrent) = silent;
            assert!(gradient[recurrent].iter().all(|g| *g != 0.0));
        }
    }
}

/// Half the squared states at every step, so that a part of the steps costs its part of the whole.
#[derive(Debug)]
struct Squares;

impl StateRegularizer for Squares {
    fn accumulate(
        &self,
        _step: usize,
        states: &[f64],
        _batch: &Batch,
        scale: f64,
        d_states: &mut [f64],
    ) -> f64 {
        for (d, x) in d_states.iter_mut().zip(states) {
            *d += scale * x;
        }
        0.5 * scale * states.iter().map(|x| x * x).sum::<f64>()
    }
}

/// A network, trials, noise, and the gradient of a loss that is linear in the outputs.
struct Setting {
    parameters: Parameters,
    cell: LeakyCell,
    batch: Batch,
    initial: Vec<f64>,
    noise: [Trajectory; 2],
    d_outputs: Trajectory,
}

impl Setting {
    fn new(readout: ReadoutSource) -> Self {
        let net = noisy().readout(readout);
        let task = RandomTask { steps: STEPS };
        let cell = net.cell();
        Self {
            parameters: net.parameters(),
            batch: Batch::of(&task, Streams::new(8), 0, TRIALS).unwrap(),
            initial: normals(UNITS, 1, 0).as_slice().to_vec(),
            noise: [
                normals(UNITS, STEPS, 1),
                normals(cell.shape().channels, STEPS, 2),
            ],
            d_outputs: normals(OUTPUTS, STEPS, 3),
            cell,
        }
    }

    fn disturbance(&self) -> Disturbance {
        let [units, channels] = self.noise.clone().map(Noise::Given);
        Disturbance { units, channels }
    }

    /// The gradient of the steps from `from` on, `steps` of them, started at `initial`; and that of
    /// the initial state.
    fn gradient(
        &self,
        from: usize,
        steps: usize,
        initial: &[f64],
        memory: Memory,
        window: Option<usize>,
    ) -> (Vec<f64>, Vec<f64>) {
        let part = |t: &Trajectory| {
            let block = t.units() * TRIALS;
            let values = t.as_slice()[from * block..][..steps * block].to_vec();
            Trajectory::from_vec(t.units(), TRIALS, steps, values).unwrap()
        };
        let task = RandomTask { steps };
        let mut batch = Batch::new(Task::<f64>::shape(&task), TRIALS).unwrap();
        batch.inputs = part(&self.batch.inputs);
        let [units, channels] = [&self.noise[0], &self.noise[1]].map(|n| Noise::Given(part(n)));
        let mut noise = Disturbance { units, channels };
        let mut rollout = Rollout::new(&self.cell, TRIALS, steps, memory, window).unwrap();
        let (cell, parameters) = (&self.cell, &self.parameters);
        rollout
            .forward(
                cell,
                parameters,
                &batch.inputs,
                initial,
                &mut noise,
                0..steps,
            )
            .unwrap();
        let d_outputs = part(&self.d_outputs);
        *rollout.outputs_and_gradient().1 = d_outputs;
        let mut gradient = vec![0.0; parameters.len()];
        let squares: [Box<dyn StateRegularizer>; 1] = [Box::new(Squares)];
        let squares = rollout.backward(
            cell,
            &batch,
            &mut noise,
            &(0..steps),
            &squares,
            1.0,
            &mut gradient,
        );
        squares.expect("sizes fit");
        (gradient, rollout.initial_gradient().to_vec())
    }
}

#[test]
fn truncated_gradients_are_sums_over_windows_that_start_from_detached_states() {
    for readout in READOUTS {
        let setting = Setting::new(readout);
        let run = simulate(
            &setting.cell,
            &setting.parameters,
            &setting.batch.inputs,
            &setting.initial,
            &mut setting.disturbance(),
        )
        .unwrap();
        for window in 1..=STEPS {
            let mut expected = vec![0.0; setting.parameters.len()];
            let mut expected_initial = Vec::new();
            for from in (0..STEPS).step_by(window) {
                let steps = window.min(STEPS - from);
                let start = run.states.step(from);
                let (part, initial) = setting.gradient(from, steps, start, Memory::Full, None);
                expected.iter_mut().zip(&part).for_each(|(e, p)| *e += p);
                if from == 0 {
                    expected_initial = initial;
                }
            }
            for memory in [Memory::Full, Memory::Segments(2), Memory::Segments(3)] {
                let (found, initial) =
                    setting.gradient(0, STEPS, &setting.initial, memory, Some(window));
                // Only the order of the sums differs.
                let error = distance(&found, &expected);
                assert!(error < 1e-13, "window {window}, {memory:?}: {error}");
                let error = distance(&initial, &expected_initial);
                assert!(error < 1e-13, "initial state, window {window}: {error}");
            }
        }
    }
}

#[test]
fn the_gradient_of_a_batch_is_the_mean_of_those_of_its_trials() {
    let net = noisy();
    let parameters = net.parameters();
    let gradient = |batch: usize, chunk: usize, update: u64| {
        let config = BpttConfig {
            batch,
            chunk,
            ..one_chunk()
        };
        let mut gradient = vec![0.0; parameters.len()];
        let bptt = net.bptt(Box::new(CrossEntropy { at: At::End }), config);
        let mut bptt = bptt.with_state_regularizer(Box::new(activity())).unwrap();
        let loss = bptt.evaluate(update, &parameters, &mut gradient).unwrap();
        (loss, gradient)
    };
    let trials = 6;
    let mut mean = vec![0.0; parameters.len()];
    let mut mean_loss = 0.0;
    for trial in 0..trials {
        let (loss, one) = gradient(1, 1, trial);
        mean_loss += loss / trials as f64;
        mean.iter_mut()
            .zip(&one)
            .for_each(|(m, g)| *m += g / trials as f64);
    }
    for chunk in [1, 2, 4, 6] {
        let (loss, whole) = gradient(6, chunk, 0);
        assert!((loss - mean_loss).abs() < 1e-12 * mean_loss);
        assert!(distance(&whole, &mean) < 1e-12);
    }
}

/// The states of some trials by a rollout and by a simulation, and the outputs of the latter.
fn states<T: Scalar>(net: &Net<T>, first: u64, trials: usize, steps: usize) -> [Trajectory<T>; 3] {
    let streams = Streams::new(8);
    let (cell, parameters) = (net.cell(), net.parameters());
    let batch = Batch::of(&RandomTask { steps }, streams, first, trials).unwrap();
    let mut initial = vec![T::zero(); net.units * trials];
    draw_initial_states(streams, first, net.units, 0.5, &mut initial);
    let mut noise = Disturbance::drawn(&cell, streams, first, trials);
    let mut rollout = Rollout::new(&cell, trials, steps, Memory::Full, None).unwrap();
    rollout
        .forward(
            &cell,
            &parameters,
            &batch.inputs,
            &initial,
            &mut noise,
            0..steps,
        )
        .unwrap();
    noise.restart(streams, first);
    let run = simulate(&cell, &parameters, &batch.inputs, &initial, &mut noise).unwrap();
    assert_eq!(
        run.outputs.as_slice(),
        rollout.outputs().as_slice(),
        "outputs"
    );
    [rollout.states().clone(), run.states, run.outputs]
}

fn simulation_gives_the_bits_of_a_rollout<T: Scalar>() {
    // Longer than the segments of a simulation, and not a multiple of them.
    for steps in [1, 7, 37] {
        let [forward, simulated, _] = states::<T>(&noisy(), 3, 4, steps);
        assert_eq!(forward, simulated);
    }
}

#[test]
fn a_simulation_gives_the_bits_of_a_rollout_in_both_number_types() {
    simulation_gives_the_bits_of_a_rollout::<f64>();
    simulation_gives_the_bits_of_a_rollout::<f32>();
}

fn trials_give_the_same_bits_alone<T: Scalar>() {
    for units in [5, 33] {
        let net = Net::<T> { units, ..noisy() };
        let [together, ..] = states(&net, 0, 9, STEPS);
        for trial in 0..9 {
            let [alone, ..] = states(&net, trial as u64, 1, STEPS);
            for step in 0..=STEPS {
                assert_eq!(together.state(step, trial), alone.state(step, 0));
            }
        }
    }
}

#[test]
fn a_trial_has_the_same_states_to_the_bit_alone_and_in_a_batch() {
    trials_give_the_same_bits_alone::<f64>();
    trials_give_the_same_bits_alone::<f32>();
}

/// States, loss and gradient of given trials with given noise.
fn outcome<T: Scalar>(steps: usize) -> (Vec<T>, f64, Vec<T>) {
    let net = Net::<T> {
        time_constants: TimeConstants::TrainedBounded,
        ..noisy()
    };
    let (cell, parameters) = (net.cell(), net.parameters());
    let rounded = |t: Trajectory| {
        let values = t.as_slice().iter().map(|v| T::of(*v)).collect();
        Trajectory::from_vec(t.units(), t.trials(), t.steps(), values).unwrap()
    };
    let mut noise = Disturbance {
        units: Noise::Given(rounded(normals(UNITS, steps, 1))),
        channels: Noise::Given(rounded(normals(2, steps, 2))),
    };
    let initial = rounded(normals(UNITS, 1, 0));
    let batch = Batch::of(&RandomTask { steps }, Streams::new(8), 0, TRIALS).unwrap();
    let mut rollout = Rollout::new(&cell, TRIALS, steps, Memory::Full, None).unwrap();
    let read = Loss::<T>::steps(&MeanSquare, &batch);
    let initial = initial.as_slice();
    rollout
        .forward(
            &cell,
            &parameters,
            &batch.inputs,
            initial,
            &mut noise,
            read.clone(),
        )
        .unwrap();
    let scale = 1.0 / TRIALS as f64;
    let (outputs, d_outputs) = rollout.outputs_and_gradient();
    let mut loss = MeanSquare.evaluate(outputs, &batch, scale, d_outputs);
    let mut gradient = vec![T::zero(); parameters.len()];
    let costs: [Box<dyn StateRegularizer<T>>; 1] = [Box::new(activity())];
    let cost = rollout.backward(
        &cell,
        &batch,
        &mut noise,
        &read,
        &costs,
        scale,
        &mut gradient,
    );
    loss += cost.expect("sizes fit");
    parameters.pull_back(&mut gradient);
    (rollout.states().as_slice().to_vec(), loss, gradient)
}

#[test]
fn single_precision_agrees_with_double_precision_to_a_few_digits_of_its_rounding() {
    let (states, loss, gradient) = outcome::<f64>(40);
    let (states32, loss32, gradient32) = outcome::<f32>(40);
    // f32 rounds to 6e-8; the network is stable, so that errors add but do not grow.
    let bound = 5e-6;
    assert!(distance(&states32, &states) < bound);
    assert!((loss32 - loss).abs() < bound * loss);
    assert!(distance(&gradient32, &gradient) < bound);
    assert!(distance(&states32, &states) > 1e-9, "not computed in f32");
}
