//! One training trial of the network of `noisy_ei` (N = 200, noise included), its parts, and a check
//! of the criterion.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuro_autodiff::loss::{Loss, NormOverTime};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Optimizer};
use neuro_autodiff::{
    Bptt, BpttConfig, Cell, Disturbance, Memory, Objective, Pass, Rollout, draw_initial_states,
};
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Domain, Scalar, Streams, Task};
use neuro_models::noisy_ei::{Config, Network};
use neuro_models::tasks::MatchingTask;

const LOSS: NormOverTime = NormOverTime { every_step: true };

/// Trials of 199 and of 339 steps: those of forced choice, and those of a delay of 250 ms.
fn tasks() -> [MatchingTask; 2] {
    let long = MatchingTask::default();
    let short = MatchingTask {
        fixation: 50.0,
        stimulus: 100.0,
        delay: 50.0,
        ..long.clone()
    };
    [short, long]
}

/// Draws the trials, runs them forward and back, and makes an Adam step.
fn training<T: Scalar>(c: &mut Criterion, batch: usize) {
    for task in tasks() {
        let config = Config::default();
        let network = Network::<T>::new(&config, Streams::new(0)).expect("valid configuration");
        let steps = Task::<T>::shape(&task).steps;
        let bptt = BpttConfig {
            batch,
            chunk: batch,
            memory: Memory::Full,
            window: None,
            initial_state_sd: config.initial_state_sd,
        };
        let mut objective = Bptt::new(
            bptt,
            network.cell().clone(),
            Box::new(task),
            Box::new(LOSS),
            Streams::new(0),
            Workers::sequential(),
        )
        .expect("valid configuration");
        let mut parameters = network.parameters().clone();
        let mut adam = Adam::new(AdamConfig::default(), &parameters).expect("valid settings");
        let mut gradient = vec![T::zero(); parameters.len()];
        let mut update = 0;
        let name = format!("update, batch {batch}, {steps} steps, {}", T::NAME);
        c.bench_function(&name, |b| {
            b.iter(|| {
                let loss = objective.evaluate(update, &parameters, &mut gradient);
                adam.step(&mut parameters, &gradient, 1e-5);
                update += 1;
                black_box(loss.expect("valid configuration"))
            });
        });
    }
}

/// Where the time of an update of one trial goes.
fn parts<T: Scalar>(c: &mut Criterion) {
    let [task, _] = tasks();
    let (config, streams) = (Config::default(), Streams::new(0));
    let network = Network::<T>::new(&config, streams).expect("valid configuration");
    let (cell, mut parameters) = (network.cell(), network.parameters().clone());
    let batch = Batch::of(&task, streams, 0, 1).expect("a valid task");
    let steps = batch.steps();
    let mut initial = vec![T::zero(); config.units];
    draw_initial_states(streams, 0, config.units, 0.01, &mut initial);
    let mut group = c.benchmark_group(format!("parts of {steps} steps, {}", T::NAME));

    let mut noise = vec![T::zero(); (config.units + config.channels) * steps];
    group.bench_function("noise", |b| {
        b.iter(|| {
            streams
                .normals(Domain::UnitNoise, 0)
                .fill(black_box(&mut noise));
        });
    });
    let mut rollout = Rollout::new(cell, 1, steps, Memory::Full, None).expect("not empty");
    let mut silent = Disturbance::silent();
    let mut gradient = vec![T::zero(); parameters.len()];
    group.bench_function("forward without noise", |b| {
        b.iter(|| {
            rollout
                .forward(
                    cell,
                    &parameters,
                    &batch.inputs,
                    &initial,
                    &mut silent,
                    0..steps,
                )
                .expect("sizes fit");
        });
    });
    let (outputs, d_outputs) = rollout.outputs_and_gradient();
    LOSS.evaluate(outputs, &batch, 1.0, d_outputs);
    group.bench_function("backward without noise", |b| {
        b.iter(|| {
            rollout
                .backward(
                    cell,
                    &batch,
                    &mut silent,
                    &(0..steps),
                    &[],
                    1.0,
                    &mut gradient,
                )
                .expect("sizes fit")
        });
    });
    let mut work = cell.work(1, 1, Pass::Backward);
    group.bench_function("packing the weights", |b| {
        b.iter(|| cell.prepare(black_box(&parameters), &mut work));
    });
    group.bench_function("pulling the gradient back", |b| {
        b.iter(|| parameters.pull_back(black_box(&mut gradient)));
    });
    let mut adam = Adam::new(AdamConfig::default(), &parameters).expect("valid settings");
    group.bench_function("Adam", |b| {
        b.iter(|| adam.step(&mut parameters, black_box(&gradient), 1e-5));
    });
    group.bench_function("drawing the trial", |b| {
        let mut batch = batch.clone();
        b.iter(|| batch.refill(black_box(&task), streams, 0));
    });
    group.finish();
}

/// The hundred trials of a check of the criterion.
fn check<T: Scalar>(c: &mut Criterion) {
    let streams = Streams::new(0);
    let network = Network::<T>::new(&Config::default(), streams).expect("valid configuration");
    let [_, task] = tasks();
    c.bench_function(
        &format!("check of 100 trials, 339 steps, {}", T::NAME),
        |b| {
            b.iter(|| {
                network
                    .test(black_box(&task), streams, 100)
                    .expect("a valid task")
            });
        },
    );
}

fn noisy_ei(c: &mut Criterion) {
    training::<f32>(c, 1);
    parts::<f32>(c);
    check::<f32>(c);
    training::<f32>(c, 16);
    training::<f64>(c, 1);
}

criterion_group!(benches, noisy_ei);
criterion_main!(benches);
