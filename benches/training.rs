//! One training iteration of the rate network of `transient_memory`: N = 256, 60 steps.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuro_autodiff::loss::{At, CrossEntropy};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
use neuro_autodiff::tape::{CellEquations, ParameterVars, StepVars, TapeCell, Var};
use neuro_autodiff::{Bptt, BpttConfig, Cell, Memory, Objective};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams};
use neuro_models::transient_memory::{Config, Network};

/// The network's step without noise, on a tape.
#[derive(Debug)]
struct Leaky {
    dt: f64,
}

impl<T: Scalar> CellEquations<T> for Leaky {
    fn step<'t>(&self, parameters: &ParameterVars<'t, T>, now: &StepVars<'t, T>) -> Var<'t, T> {
        let [w, u, tau] = parameters.named(["recurrent", "input", "time_constant"]);
        let drive = w.matmul(now.state.tanh()) + u.matmul(now.input);
        now.state + (drive - now.state) * (tau.recip() * T::of(self.dt))
    }
}

fn network<T: Scalar>(config: &Config) -> Network<T> {
    Network::new(config, Streams::new(0)).expect("valid configuration")
}

fn iteration<T: Scalar>(c: &mut Criterion, name: &str, config: &Config, memory: Memory) {
    let network = network::<T>(config);
    iteration_of(c, name, config, memory, &network, network.cell().clone());
}

fn iteration_on_tape<T: Scalar>(c: &mut Criterion, name: &str, config: &Config) {
    let network = network::<T>(config);
    let dt = network.cell().config().dt;
    let shape = network.cell().shape();
    let cell = TapeCell::new(Leaky { dt }, shape, network.parameters()).expect("valid equations");
    iteration_of(c, name, config, Memory::Full, &network, cell);
}

/// Draws the trials, runs them forward and back, and makes an Adam step.
fn iteration_of<T: Scalar, C: Cell<T>>(
    c: &mut Criterion,
    name: &str,
    config: &Config,
    memory: Memory,
    network: &Network<T>,
    cell: C,
) {
    let bptt = BpttConfig {
        batch: config.batch,
        chunk: config.chunk,
        memory,
        window: None,
        initial_state_sd: config.initial_state_sd,
    };
    let mut objective = Bptt::new(
        bptt,
        cell,
        Box::new(config.training_task()),
        Box::new(CrossEntropy { at: At::End }),
        Streams::new(0),
        Workers::sequential(),
    )
    .expect("valid configuration");
    let mut parameters = network.parameters().clone();
    let mut adam = Adam::new(AdamConfig::default(), &parameters).expect("valid settings");
    let mut gradient = vec![T::zero(); parameters.len()];
    let mut update = 0;
    c.bench_function(&format!("training iteration, {name}, {}", T::NAME), |b| {
        b.iter(|| {
            let loss = objective.evaluate(update, &parameters, &mut gradient);
            adam.step(&mut parameters, &gradient, 1e-3);
            update += 1;
            black_box(loss.expect("valid configuration"))
        });
    });
}

fn all<T: Scalar>(c: &mut Criterion) {
    let paper = Config {
        chunk: 50,
        ..Config::default()
    };
    let noisy = Config {
        noise_sigma: 0.04,
        ..paper.clone()
    };
    iteration::<T>(c, "batch 50", &paper, Memory::Full);
    iteration::<T>(
        c,
        "batch 50 in chunks of 25",
        &Config::default(),
        Memory::Full,
    );
    iteration::<T>(c, "batch 50, unit noise", &noisy, Memory::Full);
    iteration::<T>(c, "batch 50, sqrt(T) checkpoints", &paper, Memory::sqrt(60));
    iteration_on_tape::<T>(c, "batch 50, on a tape", &paper);
    let single = Config {
        batch: 1,
        chunk: 1,
        ..paper
    };
    iteration::<T>(c, "batch 1", &single, Memory::Full);
    iteration_on_tape::<T>(c, "batch 1, on a tape", &single);
}

fn training(c: &mut Criterion) {
    all::<f32>(c);
    all::<f64>(c);
}

criterion_group!(benches, training);
criterion_main!(benches);
