//! A cell and a task of one's own: units that tire learn to tell which of two channels sent more pulses.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use neuro_autodiff::loss::MeanSquare;
use neuro_autodiff::optimizer::{Adam, AdamConfig, Clip};
use neuro_autodiff::tape::{CellEquations, ParameterVars, StepVars, TapeCell, Var};
use neuro_autodiff::train::{Trainer, TrainerConfig};
use neuro_autodiff::{Bptt, BpttConfig, CellShape, Identity, Parameters};
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams, Task, TaskShape, TrialMut};

const UNITS: usize = 24;
const STEPS: usize = 30;

/// `x' = x + a (-x + W r + U u - b)`, `b' = b + s (r - b)`, `r = tanh(x)`: states are `x`, then `b`.
#[derive(Debug)]
struct Tiring {
    a: f64,
    s: f64,
}

impl CellEquations for Tiring {
    fn step<'t>(&self, parameters: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        let [w, u] = parameters.named(["recurrent", "input"]);
        let (x, b) = (now.state.rows(0..UNITS), now.state.rows(UNITS..2 * UNITS));
        let r = x.tanh();
        let next = x + (w.matmul(r) + u.matmul(now.input) - x - b) * self.a;
        next.stack(b + (r - b) * self.s)
    }

    fn output<'t>(&self, parameters: &ParameterVars<'t>, state: Var<'t>) -> Var<'t> {
        let [readout] = parameters.named(["readout"]);
        readout.matmul(state.rows(0..UNITS).tanh())
    }
}

/// Pulses in two channels; in the end the output is to be the difference of their numbers, in tens.
#[derive(Debug)]
struct Pulses;

impl Task for Pulses {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 2,
            outputs: 1,
            steps: STEPS,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &["difference"]
    }

    fn trial(&self, index: u64, streams: Streams, mut trial: TrialMut<'_, f64>) {
        let mut normals = streams.normals::<f64>(Domain::Trial, index);
        let mut difference = 0.0;
        for step in 0..STEPS - 5 {
            for (channel, sign) in [1.0, -1.0].into_iter().enumerate() {
                if normals.sample() > 0.7 {
                    trial.input(step)[channel] = 1.0;
                    difference += sign;
                }
            }
        }
        trial.set_parameter(0, difference);
        for step in STEPS - 3..STEPS {
            trial.target(step)[0] = 0.1 * difference;
            trial.set_mask(step, 1.0);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let streams = Streams::new(1);
    let mut normals = streams.normals::<f64>(Domain::Weights, 0);
    let mut parameters = Parameters::new();
    for (name, rows, columns, sd) in [
        ("recurrent", UNITS, UNITS, 0.2),
        ("input", UNITS, 2, 0.5),
        ("readout", 1, UNITS, 0.2),
    ] {
        let weights = DMatrix::from_fn(rows, columns, |_, _| sd * normals.sample());
        parameters.add(name, &weights, Arc::new(Identity), true)?;
    }
    let shape = CellShape {
        inputs: 2,
        channels: 0,
        units: 2 * UNITS,
        outputs: 1,
    };
    let cell = TapeCell::new(Tiring { a: 0.3, s: 0.02 }, shape, &parameters)?;
    let config = BpttConfig {
        batch: 40,
        ..BpttConfig::default()
    };
    let loss = Box::new(MeanSquare);
    let mut objective = Bptt::new(
        config,
        cell,
        Box::new(Pulses),
        loss,
        streams,
        Workers::sequential(),
    )?;
    let adam = Box::new(Adam::new(AdamConfig::default(), &parameters)?);
    let config = TrainerConfig {
        updates: 300,
        learning_rate: 0.01,
        clip: Clip::GlobalNorm(1.0),
        check_every: 50,
        ..TrainerConfig::default()
    };
    let mut trainer = Trainer::new(config, parameters, adam)?;
    trainer.run(&mut objective, None, &mut |report| {
        if report.record.is_some() {
            println!("update {:3}: loss {:.4}", report.update, report.loss);
        }
        ControlFlow::Continue(())
    })?;
    let last = trainer.history().last().ok_or("no update was checked")?;
    if last.loss < 0.01 {
        Ok(())
    } else {
        Err("the task was not learned".into())
    }
}
