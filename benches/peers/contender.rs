//! neuro as a contender of `run.py`: the workloads and the line protocol of `README.md`.

mod derivative_feedback;
mod embedding;
mod limits;
mod modes;
mod noisy_ei;
mod rate_network;
mod sequential_memory;
mod spiking;
mod transfers;

use std::io::{BufRead, Write};
use std::time::Instant;

use nalgebra::DMatrix;
use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
use neuro_autodiff::{Bptt, LeakyCell, Objective, Parameters};
use neuro_core::Scalar;

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

/// What can be done again and again, from the same start on.
trait Work {
    fn reset(&mut self);

    /// One iteration.
    fn iterate(&mut self);

    /// The number or numbers that all contenders must agree on, after the last iteration.
    fn result(&self) -> Vec<f64>;
}

/// What a workload trains, and how.
struct Workload<T: Scalar> {
    start: Parameters<T>,
    objective: Bptt<T, LeakyCell<T>>,
    adam: AdamConfig,
    learning_rate: f64,
}

struct Contender<T: Scalar> {
    workload: Workload<T>,
    parameters: Parameters<T>,
    optimizer: Adam<T>,
    gradient: Vec<T>,
    update: u64,
    loss: f64,
}

impl<T: Scalar> Contender<T> {
    fn new(workload: Workload<T>) -> Self {
        let optimizer = Adam::new(workload.adam, &workload.start);
        Self {
            parameters: workload.start.clone(),
            optimizer: optimizer.expect("valid settings"),
            gradient: vec![T::zero(); workload.start.len()],
            update: 0,
            loss: f64::NAN,
            workload,
        }
    }
}

impl<T: Scalar> Work for Contender<T> {
    fn reset(&mut self) {
        self.parameters = self.workload.start.clone();
        let optimizer = Adam::new(self.workload.adam, &self.parameters);
        self.optimizer = optimizer.expect("valid settings");
        self.update = 0;
    }

    fn iterate(&mut self) {
        let objective = &mut self.workload.objective;
        let loss = objective.evaluate(self.update, &self.parameters, &mut self.gradient);
        let rate = self.workload.learning_rate;
        self.optimizer
            .step(&mut self.parameters, &self.gradient, rate);
        self.update += 1;
        self.loss = loss.expect("a valid workload");
    }

    fn result(&self) -> Vec<f64> {
        vec![self.loss]
    }
}

/// Median time of an iteration (ms), of which `group` are timed together.
fn run(work: &mut dyn Work, iterations: usize, group: usize) -> f64 {
    work.reset();
    let mut times = Vec::new();
    for _ in 0..iterations.div_ceil(group).max(1) {
        let start = Instant::now();
        for _ in 0..group {
            work.iterate();
        }
        times.push(start.elapsed().as_secs_f64() * 1e3 / group as f64);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn serve(mut work: impl Work, group: usize) {
    let stdin = std::io::stdin();
    let mut stdout = std::io::stdout();
    for line in stdin.lock().lines() {
        let line = line.expect("readable input");
        let mut words = line.split_whitespace();
        match (words.next(), words.next().map(str::parse)) {
            (Some("run"), Some(Ok(iterations))) => {
                let mut answer = run(&mut work, iterations, group).to_string();
                for value in work.result() {
                    answer += &format!(" {value}");
                }
                writeln!(stdout, "{answer}").expect("writable output");
                stdout.flush().expect("writable output");
            }
            _ => return,
        }
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| {
        let at = arguments.iter().position(|a| a == name);
        at.and_then(|i| arguments.get(i + 1)).map(String::as_str)
    };
    let noise = !arguments.iter().any(|a| a == "--noiseless");
    let number = |name: &str| -> u64 {
        let word = option(name).and_then(|word| word.parse().ok());
        word.unwrap_or_else(|| panic!("expected {name} with a whole number"))
    };
    if arguments.iter().any(|a| a == "--limits") {
        return limits::print();
    }
    if let Some(file) = option("--embed") {
        let (rows, seed) = (number("--rows") as usize, number("--seed"));
        let (seconds, time, memory) = embedding::embed(file, rows, seed);
        writeln!(std::io::stdout(), "{seconds} {time} {memory}").expect("writable output");
        return;
    }
    let form = option("--form").unwrap_or_default();
    // `cargo bench` runs every bench target; this one waits to be asked by run.py.
    let (Some(workload), Some(precision)) = (option("--workload"), option("--precision")) else {
        return;
    };
    let group = number("--group") as usize;
    match (workload, precision) {
        ("exp" | "tanh" | "logistic", "f32") => {
            serve(transfers::Passes::<f32>::new(workload), group);
        }
        ("exp" | "tanh" | "logistic", _) => serve(transfers::Passes::<f64>::new(workload), group),
        ("w4-lisem" | "w4-dsem", _) => sequential_memory::work(workload, form, group),
        ("w5", _) => serve(derivative_feedback::Trials::new(form), group),
        ("w5-readout", _) => serve(derivative_feedback::Readout::new(form), group),
        ("w6", _) => serve(modes::Modes::new(), group),
        ("w1" | "w2" | "w2-batch", "f32") => {
            serve(Contender::<f32>::new(named(workload, noise)), group);
        }
        ("w1" | "w2" | "w2-batch", _) => {
            serve(Contender::<f64>::new(named(workload, noise)), group);
        }
        _ => spiking::work(workload, form, group),
    }
}

fn named<T: Scalar>(name: &str, noise: bool) -> Workload<T> {
    match name {
        "w1" => rate_network::workload(),
        "w2" => noisy_ei::workload(1, noise),
        _ => noisy_ei::workload(16, noise),
    }
}
