//! Sizes that do not fit are errors of a rollout or a simulation, never a panic.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use neuro_autodiff::{Disturbance, LeakyCell, Memory, Noise, Parameters, Rollout, simulate};
use neuro_core::{Batch, Streams, Trajectory};
use support::{INPUTS, Net, OUTPUTS, STEPS, TRIALS, UNITS, noisy, normals};

#[test]
fn a_rollout_refuses_no_trials_no_steps_and_segments_or_windows_of_no_steps() {
    let cell = Net::<f64>::default().cell();
    let new = |trials, steps, memory, window| {
        Rollout::new(&cell, trials, steps, memory, window).map_err(|e| e.to_string())
    };
    let refused = |found: Result<_, String>, part: &str| {
        let message = found.map(|_: Rollout<f64, LeakyCell>| ()).unwrap_err();
        assert!(message.contains(part), "{message}");
    };
    refused(new(0, 5, Memory::Full, None), "trials");
    refused(new(2, 0, Memory::Full, None), "steps");
    refused(new(2, 5, Memory::Segments(0), None), "segment");
    refused(new(2, 5, Memory::Full, Some(0)), "window");
}

#[test]
fn inputs_states_and_noise_of_wrong_sizes_are_refused() {
    let cell = noisy::<f64>().cell();
    let parameters = noisy().parameters();
    let mut rollout = Rollout::new(&cell, TRIALS, STEPS, Memory::Full, None).unwrap();
    let mut messages = |inputs: &Trajectory, initial: &[f64], mut noise: Disturbance| {
        let forward = rollout
            .forward(&cell, &parameters, inputs, initial, &mut noise, 0..STEPS)
            .map_err(|e| e.to_string());
        let run = simulate(&cell, &parameters, inputs, initial, &mut noise);
        [forward, run.map(drop).map_err(|e| e.to_string())]
    };
    let inputs = normals(INPUTS, STEPS, 0);
    let initial = vec![0.0; UNITS * TRIALS];
    let given = |units, channels| Disturbance {
        units: Noise::Given(units),
        channels: Noise::Given(channels),
    };
    let right = || given(normals(UNITS, STEPS, 1), normals(2, STEPS, 2));
    for message in messages(&inputs, &initial, right()) {
        assert_eq!(message, Ok(()));
    }
    let wrong = [
        (
            normals(INPUTS + 1, STEPS, 0),
            UNITS * TRIALS,
            right(),
            "inputs",
        ),
        (inputs.clone(), UNITS * TRIALS - 1, right(), "initial state"),
        (
            inputs.clone(),
            UNITS * TRIALS,
            given(normals(UNITS - 1, STEPS, 1), normals(2, STEPS, 2)),
            "unit noise",
        ),
        (
            inputs.clone(),
            UNITS * TRIALS,
            given(normals(UNITS, STEPS - 1, 1), normals(2, STEPS, 2)),
            "steps of the unit noise",
        ),
        (
            inputs.clone(),
            UNITS * TRIALS,
            given(normals(UNITS, STEPS, 1), normals(3, STEPS, 2)),
            "channel noise",
        ),
        (
            inputs,
            UNITS * TRIALS,
            Disturbance::drawn(&cell, Streams::new(1), 0, TRIALS - 1),
            "unit noise",
        ),
    ];
    for (inputs, length, noise, part) in wrong {
        for message in messages(&inputs, &vec![0.0; length], noise) {
            let message = message.unwrap_err();
            assert!(message.contains(part), "{message}, not {part}");
        }
    }
}

#[test]
fn a_simulation_refuses_no_trials_and_values_that_are_not_finite() {
    let cell = Net::<f64>::default().cell();
    let parameters = Net::<f64>::default().parameters();
    let run = |inputs: &Trajectory, initial: &[f64]| {
        let mut silent = Disturbance::silent();
        let run = simulate(&cell, &parameters, inputs, initial, &mut silent);
        run.map(drop).map_err(|e| e.to_string())
    };
    let message = run(&Trajectory::zeros(INPUTS, 0, 4), &[]).unwrap_err();
    assert!(message.contains("trials"), "{message}");
    let mut inputs = Trajectory::zeros(INPUTS, 1, 4);
    assert_eq!(run(&inputs, &[0.0; UNITS]), Ok(()));
    assert!(run(&inputs, &[f64::INFINITY; UNITS]).is_err());
    inputs.step_mut(3)[1] = f64::NAN;
    assert!(run(&inputs, &[0.0; UNITS]).is_err());
}

#[test]
fn a_network_without_inputs_has_a_gradient() {
    let net = Net::<f64>::default();
    let mut parameters = Parameters::new();
    for id in net.parameters().ids() {
        let all = net.parameters();
        let mut values = all.matrix(id);
        if all.name(id) == "input" {
            values = values.remove_columns(0, INPUTS);
        }
        parameters
            .add(
                all.name(id),
                &values,
                std::sync::Arc::new(neuro_autodiff::Identity),
                true,
            )
            .unwrap();
    }
    let cell = LeakyCell::new(net.config, &parameters).unwrap();
    let mut rollout = Rollout::new(&cell, TRIALS, STEPS, Memory::Full, None).unwrap();
    let shape = neuro_core::TaskShape {
        inputs: 0,
        outputs: OUTPUTS,
        steps: STEPS,
    };
    let batch = Batch::new(shape, TRIALS).unwrap();
    let mut silent = Disturbance::silent();
    let initial = [0.3; UNITS * TRIALS];
    rollout
        .forward(
            &cell,
            &parameters,
            &batch.inputs,
            &initial,
            &mut silent,
            0..STEPS,
        )
        .unwrap();
    *rollout.outputs_and_gradient().1 = normals(OUTPUTS, STEPS, 3);
    let mut gradient = vec![0.0; parameters.len()];
    rollout
        .backward(
            &cell,
            &batch,
            &mut silent,
            &(0..STEPS),
            &[],
            1.0,
            &mut gradient,
        )
        .unwrap();
    let w = parameters.find("recurrent").unwrap();
    assert!(gradient[parameters.range(w)].iter().all(|g| *g != 0.0));
}

#[test]
fn a_backward_pass_of_other_sizes_is_refused() {
    let net = Net::<f64>::default();
    let (cell, parameters) = (net.cell(), net.parameters());
    let mut rollout = Rollout::new(&cell, TRIALS, STEPS, Memory::Full, None).unwrap();
    let shape = neuro_core::TaskShape {
        inputs: INPUTS,
        outputs: OUTPUTS,
        steps: STEPS,
    };
    let batch = Batch::new(shape, TRIALS).unwrap();
    let mut silent = Disturbance::silent();
    let mut backward = |rollout: &mut Rollout<_, _>, batch: &Batch, length: usize| {
        let mut gradient = vec![0.0; length];
        let (noise, read) = (&mut silent, 0..STEPS);
        let cost = rollout.backward(&cell, batch, noise, &read, &[], 1.0, &mut gradient);
        cost.map_err(|e| e.to_string())
    };
    let early = backward(&mut rollout, &batch, parameters.len()).unwrap_err();
    assert!(early.contains("forward passes"), "{early}");
    rollout
        .forward(
            &cell,
            &parameters,
            &batch.inputs,
            &[0.1; UNITS * TRIALS],
            &mut Disturbance::silent(),
            0..STEPS,
        )
        .unwrap();
    assert_eq!(backward(&mut rollout, &batch, parameters.len()), Ok(0.0));
    let short = backward(&mut rollout, &batch, 3).unwrap_err();
    assert!(short.starts_with("gradient of the parameters"), "{short}");
    let one = Batch::new(shape, 1).unwrap();
    let one = backward(&mut rollout, &one, parameters.len()).unwrap_err();
    assert!(one.starts_with("inputs of a rollout"), "{one}");
    *rollout.outputs_and_gradient().1 = Trajectory::zeros(OUTPUTS, TRIALS, 1);
    let other = backward(&mut rollout, &batch, parameters.len()).unwrap_err();
    assert!(other.starts_with("gradient of the outputs"), "{other}");
}
