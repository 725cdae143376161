//! What a leaky cell and its training refuse.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use std::sync::Arc;

use neuro_autodiff::loss::{CrossEntropy, MeanSquare};
use neuro_autodiff::{
    Bptt, BpttConfig, Identity, LeakyCell, LeakyConfig, Memory, Objective, Parameters, UnitNoise,
};
use neuro_core::nalgebra::DMatrix;
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::{Streams, Task, TaskShape, TrialMut};
use support::{Net, RandomTask, STEPS, one_chunk};

/// Three units, one input, two outputs, with these time constants, in an order.
fn parameters(order: [&str; 4], time_constant: f64) -> Parameters {
    let mut parameters = Parameters::new();
    for name in order {
        let values = match name {
            "recurrent" => DMatrix::zeros(3, 3),
            "readout" => DMatrix::zeros(2, 3),
            "time_constant" => DMatrix::from_element(3, 1, time_constant),
            _ => DMatrix::zeros(3, 1),
        };
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .unwrap();
    }
    parameters
}

const ORDER: [&str; 4] = ["recurrent", "input", "readout", "time_constant"];

fn config(dt: f64) -> LeakyConfig {
    LeakyConfig {
        dt,
        ..Net::default().config
    }
}

fn refusal(config: LeakyConfig, parameters: &Parameters) -> String {
    LeakyCell::new(config, parameters).unwrap_err().to_string()
}

#[test]
fn a_step_longer_than_a_time_constant_is_refused() {
    assert!(LeakyCell::new(config(2.0), &parameters(ORDER, 2.0)).is_ok());
    let message = refusal(config(2.0), &parameters(ORDER, 1.9));
    assert!(message.contains("dt / time_constant"), "{message}");
    for dt in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(refusal(config(dt), &parameters(ORDER, 2.0)).contains("dt"));
    }
    assert!(refusal(config(1.0), &parameters(ORDER, -2.0)).contains("time_constant"));
}

#[test]
fn drive_weights_that_do_not_follow_one_another_are_refused() {
    for order in [
        ["input", "recurrent", "readout", "time_constant"],
        ["recurrent", "readout", "input", "time_constant"],
        ["recurrent", "time_constant", "input", "readout"],
    ] {
        let message = refusal(config(1.0), &parameters(order, 2.0));
        assert!(
            message.contains("input: expected a place right after"),
            "{message}"
        );
    }
}

#[test]
fn missing_and_misshapen_parameters_are_named() {
    let without = |name: &str| ORDER.map(|n| if n == name { "other" } else { n });
    for name in ORDER {
        let message = refusal(config(1.0), &parameters(without(name), 2.0));
        assert!(message.contains(name), "{message}");
    }
    let add = |mut parameters: Parameters, name: &str, rows, columns| {
        let values = DMatrix::zeros(rows, columns);
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .unwrap();
        parameters
    };
    let two = add(Parameters::new(), "recurrent", 3, 2);
    assert!(refusal(config(1.0), &two).contains("recurrent: expected 3x3"));
    let biased = add(parameters(ORDER, 2.0), "readout_bias", 3, 1);
    assert!(refusal(config(1.0), &biased).contains("readout_bias: expected 2x1"));
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    for value in [f64::NAN, f64::INFINITY] {
        let w = DMatrix::from_element(2, 2, value);
        let refused = Parameters::new().add("recurrent", &w, Arc::new(Identity), true);
        assert!(refused.unwrap_err().to_string().contains("recurrent"));
        let mut parameters = parameters(ORDER, 2.0);
        let w = parameters.find("input").unwrap();
        assert!(parameters.set_raw(w, &[0.0, value, 0.0]).is_err());
        assert_eq!(parameters.raw(w), [0.0; 3]);
    }
}

#[test]
fn a_noise_that_is_negative_or_not_finite_is_refused() {
    for sigma in [-0.1, f64::NAN, f64::INFINITY] {
        let noise = Some(UnitNoise {
            sigma,
            scaling: NoiseScaling::PerStep,
        });
        let config = LeakyConfig {
            unit_noise: noise,
            ..config(1.0)
        };
        assert!(refusal(config, &parameters(ORDER, 2.0)).contains("sigma"));
        let cell = Net::<f64>::default().cell();
        assert!(cell.with_unit_noise(noise).is_err());
    }
}

#[test]
fn training_settings_out_of_range_are_refused() {
    let wrong = |change: fn(&mut BpttConfig), part: &str| {
        let mut config = one_chunk();
        change(&mut config);
        let task = Box::new(RandomTask { steps: STEPS });
        let cell = Net::<f64>::default().cell();
        let workers = Workers::sequential();
        let new = Bptt::new(
            config,
            cell,
            task,
            Box::new(MeanSquare),
            Streams::new(1),
            workers,
        );
        let message = new.unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    };
    wrong(|c| c.batch = 0, "batch");
    wrong(|c| c.chunk = 0, "chunk");
    wrong(|c| c.initial_state_sd = -1.0, "initial_state_sd");
    wrong(|c| c.initial_state_sd = f64::NAN, "initial_state_sd");
    wrong(|c| c.memory = Memory::Segments(0), "segment");
    wrong(|c| c.window = Some(0), "window");
}

/// A task whose trials from `bad` on have a class that no output stands for.
#[derive(Debug)]
struct Mislabelled {
    outputs: usize,
    bad: u64,
}

impl Task for Mislabelled {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 2,
            outputs: self.outputs,
            steps: 3,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, f64>) {
        trial.set_label(if index < self.bad { 0 } else { self.outputs });
    }
}

fn mislabelled(outputs: usize, bad: u64) -> Result<Bptt<f64, LeakyCell>, neuro_autodiff::Error> {
    let cell = Net::default().cell();
    let task = Box::new(Mislabelled { outputs, bad });
    let loss = Box::new(CrossEntropy::default());
    let workers = Workers::sequential();
    Bptt::new(one_chunk(), cell, task, loss, Streams::new(1), workers)
}

#[test]
fn a_task_of_other_sizes_than_the_cell_is_refused() {
    let message = mislabelled(3, 100).unwrap_err().to_string();
    assert!(message.contains("outputs x inputs"), "{message}");
}

#[test]
fn labels_beyond_the_outputs_are_an_error_in_any_batch() {
    assert!(mislabelled(2, 1).is_err());
    // Three trials a batch: the first batch is right, the second is not.
    let mut bptt = mislabelled(2, 4).unwrap();
    let parameters = Net::default().parameters();
    let mut gradient = vec![0.0; parameters.len()];
    assert!(bptt.evaluate(0, &parameters, &mut gradient).is_ok());
    let message = bptt.evaluate(1, &parameters, &mut gradient).unwrap_err();
    assert!(
        message.to_string().contains("label of trial 1"),
        "{message}"
    );
}
