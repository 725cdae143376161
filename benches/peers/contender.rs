//! neuro as a contender of `run.py`: the workloads and the line protocol of `README.md`.

use std::io::{BufRead, Write};
use std::time::Instant;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{At, CrossEntropy};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
use neuro_autodiff::{Bptt, BpttConfig, LeakyCell, Memory, Objective, Parameters};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams, Task, TaskShape, TrialMut};
use neuro_models::transient_memory::{Config, Network};

const UNITS: usize = 256;
const TRIALS: usize = 50;
const STEPS: usize = 60;
const GROUP: usize = 5;

/// Uniform numbers in (-bound, bound): the sequence that every contender generates.
struct Sequence(u64);

impl Sequence {
    fn draw(&mut self, bound: f64) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        bound * (2.0 * ((self.0 >> 11) as f64 / (1_u64 << 53) as f64) - 1.0)
    }

    fn matrix<T: Scalar>(&mut self, rows: usize, columns: usize, bound: f64) -> DMatrix<T> {
        let values: Vec<T> = (0..rows * columns)
            .map(|_| T::of(self.draw(bound)))
            .collect();
        DMatrix::from_row_slice(rows, columns, &values)
    }
}

/// The one batch of the workload; trial `i` has label `i mod 2`.
#[derive(Debug)]
struct FixedBatch {
    inputs: Vec<f64>,
}

impl<T: Scalar> Task<T> for FixedBatch {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 1,
            outputs: 2,
            steps: STEPS,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, T>) {
        let index = index as usize % TRIALS;
        for step in 0..STEPS {
            trial.input(step)[0] = T::of(self.inputs[step * TRIALS + index]);
        }
        trial.set_label(index % 2);
    }
}

struct Workload<T: Scalar> {
    start: Parameters<T>,
    parameters: Parameters<T>,
    objective: Bptt<T, LeakyCell<T>>,
    optimizer: Adam<T>,
    gradient: Vec<T>,
    update: u64,
}

impl<T: Scalar> Workload<T> {
    fn new() -> Self {
        let mut sequence = Sequence(1);
        let recurrent = sequence.matrix::<T>(UNITS, UNITS, 1.0 / 16.0);
        let input = sequence.matrix::<T>(UNITS, 1, 1.0);
        let readout = sequence.matrix::<T>(2, UNITS, 1.0 / 16.0);
        let inputs = (0..STEPS * TRIALS).map(|_| sequence.draw(1.0)).collect();
        let config = Config {
            units: UNITS,
            ..Config::default()
        };
        let network = Network::from_weights(&config, &recurrent, &input, &readout);
        let network = network.expect("shapes of the workload");
        let bptt = BpttConfig {
            batch: TRIALS,
            chunk: TRIALS,
            memory: Memory::Full,
            window: None,
            initial_state_sd: 0.0,
        };
        let objective = Bptt::new(
            bptt,
            network.cell().clone(),
            Box::new(FixedBatch { inputs }),
            Box::new(CrossEntropy { at: At::End }),
            Streams::new(0),
            Workers::sequential(),
        );
        let start = network.parameters().clone();
        let gradient = vec![T::zero(); start.len()];
        Self {
            optimizer: optimizer(&start),
            objective: objective.expect("a valid workload"),
            parameters: start.clone(),
            start,
            gradient,
            update: 0,
        }
    }

    fn reset(&mut self) {
        self.parameters = self.start.clone();
        self.optimizer = optimizer(&self.start);
        self.update = 0;
    }

    fn iterate(&mut self) -> f64 {
        let loss = self
            .objective
            .evaluate(self.update, &self.parameters, &mut self.gradient);
        self.optimizer
            .step(&mut self.parameters, &self.gradient, 1e-3);
        self.update += 1;
        loss.expect("a valid workload")
    }

    fn run(&mut self, iterations: usize) -> (f64, f64) {
        self.reset();
        let mut times = Vec::new();
        let mut loss = f64::NAN;
        for _ in 0..iterations.div_ceil(GROUP).max(1) {
            let start = Instant::now();
            for _ in 0..GROUP {
                loss = self.iterate();
            }
            times.push(start.elapsed().as_secs_f64() * 1e3 / GROUP as f64);
        }
        times.sort_by(f64::total_cmp);
        (times[times.len() / 2], loss)
    }

    fn serve(mut self) {
        let stdin = std::io::stdin();
        let mut stdout = std::io::stdout();
        for line in stdin.lock().lines() {
            let line = line.expect("readable input");
            let mut words = line.split_whitespace();
            match (words.next(), words.next().map(str::parse)) {
                (Some("run"), Some(Ok(iterations))) => {
                    let (milliseconds, loss) = self.run(iterations);
                    writeln!(stdout, "{milliseconds} {loss}").expect("writable output");
                    stdout.flush().expect("writable output");
                }
                _ => return,
            }
        }
    }
}

fn optimizer<T: Scalar>(parameters: &Parameters<T>) -> Adam<T> {
    let config = AdamConfig {
        weight_decay: 1e-4,
        ..AdamConfig::default()
    };
    Adam::new(config, parameters).expect("valid settings")
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|i| arguments.get(i + 1)).map(String::as_str)
    };
    match (option("--workload"), option("--precision")) {
        (Some("w1"), Some("f32")) => Workload::<f32>::new().serve(),
        (Some("w1"), Some("f64")) => Workload::<f64>::new().serve(),
        // `cargo bench` runs every bench target; this one waits to be asked by run.py.
        _ => {}
    }
}
