//! One training iteration of the rate network of `transient_memory`: N = 256, 60 steps.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuro_autodiff::loss::{At, CrossEntropy};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
use neuro_autodiff::{Bptt, BpttConfig, Memory, Objective};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams};
use neuro_models::transient_memory::{Config, Network};

/// Draws the trials, runs them forward and back, and makes an Adam step.
fn iteration<T: Scalar>(c: &mut Criterion, name: &str, config: &Config, memory: Memory) {
    let network = Network::<T>::new(config, Streams::new(0)).expect("valid configuration");
    let bptt = BpttConfig {
        batch: config.batch,
        chunk: config.chunk,
        memory,
        window: None,
        initial_state_sd: config.initial_state_sd,
    };
    let mut objective = Bptt::new(
        bptt,
        network.cell().clone(),
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
}

fn training(c: &mut Criterion) {
    all::<f32>(c);
    all::<f64>(c);
}

criterion_group!(benches, training);
criterion_main!(benches);
