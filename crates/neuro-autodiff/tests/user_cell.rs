//! A cell written outside the crate: `h' = tanh(W h + U u + b)` with a linear readout of `h`, in
//! ordinary loops, and once more as equations on a tape. Both are checked and trained like the crate's
//! own.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use neuro_autodiff::gradcheck::{GradientOptions, check_gradient};
use neuro_autodiff::loss::{At, CrossEntropy, Loss, MeanSquare};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Clip, Schedule};
use neuro_autodiff::tape::{CellEquations, ParameterVars, StepVars, TapeCell, Var};
use neuro_autodiff::train::{Report, Termination, Trainer, TrainerConfig};
use neuro_autodiff::{
    Bptt, BpttConfig, Cell, CellShape, Features, Identity, LinearReadout, Memory, Objective,
    Parameters, Pass, StepInput,
};
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams, Task, TaskShape, Trajectory, TrialMut};
use rand::RngExt;

/// `h' = tanh(W h + U u + b)`; its parameters are `recurrent`, `input`, `bias` and the readout's.
#[derive(Debug)]
struct VanillaCell {
    shape: CellShape,
    recurrent: Range<usize>,
    input: Range<usize>,
    bias: Range<usize>,
    readout: LinearReadout,
}

#[derive(Debug)]
struct VanillaWork {
    trials: usize,
    recurrent: Vec<f64>,
    input: Vec<f64>,
    bias: Vec<f64>,
    readout: Vec<f64>,
    readout_bias: Vec<f64>,
    /// Gradients of the effective `W`, `U` and `b`, summed over steps.
    d_recurrent: Vec<f64>,
    d_input: Vec<f64>,
    d_bias: Vec<f64>,
}

impl VanillaCell {
    fn new(parameters: &Parameters) -> Result<Self, neuro_autodiff::Error> {
        let recurrent = parameters.find("recurrent")?;
        let input = parameters.find("input")?;
        let bias = parameters.find("bias")?;
        let units = parameters.shape(recurrent).0;
        let readout = LinearReadout::find(parameters, units)?;
        Ok(Self {
            shape: CellShape {
                inputs: parameters.shape(input).1,
                channels: 0,
                units,
                outputs: readout.outputs(),
            },
            recurrent: parameters.range(recurrent),
            input: parameters.range(input),
            bias: parameters.range(bias),
            readout,
        })
    }
}

fn add(gradient: &mut [f64], part: &mut [f64]) {
    for (g, p) in gradient.iter_mut().zip(part) {
        *g += std::mem::take(p);
    }
}

impl Cell for VanillaCell {
    type Work = VanillaWork;

    fn shape(&self) -> CellShape {
        self.shape
    }

    fn work(&self, trials: usize, _steps: usize, _pass: Pass) -> VanillaWork {
        let CellShape {
            units,
            inputs,
            outputs,
            ..
        } = self.shape;
        VanillaWork {
            trials,
            recurrent: vec![0.0; units * units],
            input: vec![0.0; units * inputs],
            bias: vec![0.0; units],
            readout: vec![0.0; outputs * units],
            readout_bias: Vec::with_capacity(outputs),
            d_recurrent: vec![0.0; units * units],
            d_input: vec![0.0; units * inputs],
            d_bias: vec![0.0; units],
        }
    }

    fn prepare(&self, parameters: &Parameters, work: &mut VanillaWork) {
        let all = parameters.effective_values();
        work.recurrent.copy_from_slice(&all[self.recurrent.clone()]);
        work.input.copy_from_slice(&all[self.input.clone()]);
        work.bias.copy_from_slice(&all[self.bias.clone()]);
        work.readout
            .copy_from_slice(self.readout.weights(parameters));
        work.readout_bias.clear();
        work.readout_bias
            .extend_from_slice(self.readout.bias(parameters));
    }

    fn begin(&self, _state: &[f64], _work: &mut VanillaWork) {}

    fn forward(
        &self,
        _step: usize,
        input: StepInput<'_, f64>,
        previous: &[f64],
        next: &mut [f64],
        work: &mut VanillaWork,
    ) {
        let CellShape { units, inputs, .. } = self.shape;
        for trial in 0..work.trials {
            let h = &previous[trial * units..][..units];
            let u = &input.input[trial * inputs..][..inputs];
            for i in 0..units {
                let mut drive = work.bias[i];
                for j in 0..units {
                    drive += work.recurrent[j * units + i] * h[j];
                }
                for j in 0..inputs {
                    drive += work.input[j * units + i] * u[j];
                }
                next[trial * units + i] = drive.tanh();
            }
        }
    }

    fn outputs(
        &self,
        blocks: Range<usize>,
        states: &Trajectory,
        work: &VanillaWork,
        outputs: &mut [f64],
    ) {
        let features = self.features(blocks.start, states, work);
        self.readout
            .apply(&work.readout, &work.readout_bias, features, outputs);
    }

    fn outputs_vjp(
        &self,
        _block: usize,
        _state: &[f64],
        d_outputs: &[f64],
        d_state: &mut [f64],
        work: &mut VanillaWork,
    ) {
        self.readout
            .pull_back(true, &work.readout, d_outputs, d_state);
    }

    fn vjp(
        &self,
        _step: usize,
        input: StepInput<'_, f64>,
        (previous, next): (&[f64], &[f64]),
        d_next: &[f64],
        d_previous: &mut [f64],
        accumulate: bool,
        work: &mut VanillaWork,
    ) {
        if !accumulate {
            d_previous.fill(0.0);
        }
        let CellShape { units, inputs, .. } = self.shape;
        for trial in 0..work.trials {
            let first = trial * units;
            let u = &input.input[trial * inputs..][..inputs];
            for i in 0..units {
                let h = next[first + i];
                let delta = (1.0 - h * h) * d_next[first + i];
                work.d_bias[i] += delta;
                for j in 0..units {
                    work.d_recurrent[j * units + i] += delta * previous[first + j];
                    d_previous[first + j] += delta * work.recurrent[j * units + i];
                }
                for j in 0..inputs {
                    work.d_input[j * units + i] += delta * u[j];
                }
            }
        }
    }

    fn finish(
        &self,
        _steps: usize,
        outputs: Range<usize>,
        states: &Trajectory,
        d_outputs: &[f64],
        gradient: &mut [f64],
        work: &mut VanillaWork,
    ) {
        add(&mut gradient[self.recurrent.clone()], &mut work.d_recurrent);
        add(&mut gradient[self.input.clone()], &mut work.d_input);
        add(&mut gradient[self.bias.clone()], &mut work.d_bias);
        if !outputs.is_empty() {
            let features = self.features(outputs.start, states, work);
            self.readout.finish(features, d_outputs, gradient);
        }
    }
}

impl VanillaCell {
    /// The states from a block on.
    fn features<'a>(
        &self,
        block: usize,
        states: &'a Trajectory,
        work: &VanillaWork,
    ) -> Features<'a, f64> {
        let units = self.shape.units;
        Features {
            data: &states.as_slice()[block * units * work.trials..],
            stride: units,
        }
    }
}

/// The same equations on a tape.
#[derive(Debug)]
struct Vanilla;

impl CellEquations for Vanilla {
    fn step<'t>(&self, parameters: &ParameterVars<'t>, now: &StepVars<'t>) -> Var<'t> {
        let [w, u, b] = parameters.named(["recurrent", "input", "bias"]);
        (w.matmul(now.state) + u.matmul(now.input) + b).tanh()
    }
}

/// Which of two pulses had the larger amplitude? Silence before, between and after.
#[derive(Debug)]
struct Pulses;

impl Task for Pulses {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 1,
            outputs: 2,
            steps: 8,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, streams: Streams, mut trial: TrialMut<'_, f64>) {
        let mut rng = streams.rng(Domain::Trial, index);
        let pulses: [f64; 2] = [0; 2].map(|_| rng.random_range(-1.0..1.0));
        trial.input(1)[0] = pulses[0];
        trial.input(4)[0] = pulses[1];
        let label = usize::from(pulses[0] < pulses[1]);
        trial.set_label(label);
        for step in 5..8 {
            trial.set_mask(step, 1.0);
            trial.target(step)[label] = 1.0;
        }
    }
}

fn network(units: usize) -> (Parameters, VanillaCell) {
    let mut normals = Streams::new(4).normals::<f64>(Domain::Weights, 0);
    let mut parameters = Parameters::new();
    for (name, rows, columns, sd) in [
        ("recurrent", units, units, 0.9 / (units as f64).sqrt()),
        ("input", units, 1, 1.0),
        ("bias", units, 1, 0.1),
        ("readout", 2, units, 0.3),
        ("readout_bias", 2, 1, 0.1),
    ] {
        let values = DMatrix::from_fn(rows, columns, |_, _| sd * normals.sample());
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .unwrap();
    }
    let cell = VanillaCell::new(&parameters).unwrap();
    (parameters, cell)
}

fn on_tape(parameters: &Parameters, cell: &VanillaCell) -> TapeCell {
    TapeCell::new(Vanilla, cell.shape, parameters).unwrap()
}

fn bptt<C: Cell>(cell: C, loss: Box<dyn Loss>, batch: usize, memory: Memory) -> Bptt<f64, C> {
    let config = BpttConfig {
        batch,
        chunk: batch,
        memory,
        window: None,
        initial_state_sd: 0.1,
    };
    let workers = Workers::sequential();
    Bptt::new(
        config,
        cell,
        Box::new(Pulses),
        loss,
        Streams::new(2),
        workers,
    )
    .unwrap()
}

#[test]
fn a_cell_from_outside_passes_the_gradient_check() {
    for memory in [Memory::Full, Memory::Segments(3)] {
        let (parameters, cell) = network(4);
        let mut objective = bptt(cell, Box::new(MeanSquare), 3, memory);
        let mut gradient = vec![0.0; parameters.len()];
        objective.evaluate(0, &parameters, &mut gradient).unwrap();
        let mut moved = parameters.clone();
        let mut unused = gradient.clone();
        let loss = |raw: &[f64]| {
            moved.update(|all| all.copy_from_slice(raw));
            objective.evaluate(0, &moved, &mut unused).unwrap()
        };
        let options = GradientOptions::default();
        let report = check_gradient(loss, parameters.raw_values(), &gradient, &options).unwrap();
        assert!(report.passes(1e-7), "{report}");
    }
}

#[test]
fn the_tape_has_the_gradient_of_the_loops_to_rounding() {
    for (units, memory) in [(4, Memory::Full), (37, Memory::Segments(3))] {
        let (parameters, cell) = network(units);
        let tape = on_tape(&parameters, &cell);
        let [mut expected, mut found] = [(); 2].map(|()| vec![0.0; parameters.len()]);
        let mut by_hand = bptt(cell, Box::new(MeanSquare), 20, memory);
        let loss = by_hand.evaluate(3, &parameters, &mut expected).unwrap();
        let mut on_tape = bptt(tape, Box::new(MeanSquare), 20, memory);
        let found_loss = on_tape.evaluate(3, &parameters, &mut found).unwrap();
        assert!((found_loss - loss).abs() < 1e-13 * loss);
        for id in parameters.ids() {
            let (found, expected) = (
                &found[parameters.range(id)],
                &expected[parameters.range(id)],
            );
            let size = expected.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
            let errors = found.iter().zip(expected).map(|(f, e)| (f - e).abs());
            let worst = errors.fold(0.0, f64::max) / size;
            assert!(worst < 1e-12, "{}: {worst}", parameters.name(id));
        }
    }
}

#[test]
fn a_cell_from_outside_learns_to_compare_two_pulses() {
    let (parameters, cell) = network(16);
    let tape = on_tape(&parameters, &cell);
    learns(&parameters, cell);
    learns(&parameters, tape);
}

fn learns<C: Cell>(parameters: &Parameters, cell: C) {
    let loss = CrossEntropy { at: At::End };
    let mut objective = bptt(cell, Box::new(loss), 20, Memory::Full);
    let optimizer = Box::new(Adam::new(AdamConfig::default(), parameters).unwrap());
    let config = TrainerConfig {
        updates: 300,
        learning_rate: 1e-2,
        schedule: Schedule::Constant,
        clip: Clip::GlobalNorm(1.0),
        check_every: 20,
        patience: None,
        checkpoint: None,
    };
    let mut trainer = Trainer::new(config, parameters.clone(), optimizer).unwrap();
    let mut silent = |_: &Report<'_, f64>| ControlFlow::Continue(());
    let ended = trainer.run(&mut objective, None, &mut silent).unwrap();
    assert_eq!(ended, Termination::ReachedLimit);
    let losses: Vec<f64> = trainer.history().iter().map(|r| r.loss).collect();
    // Guessing costs ln 2 = 0.69.
    assert!(losses[14] < 0.25, "{losses:?}");
}
