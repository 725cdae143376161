//! PHATE of 928 and 2000 samples of 200 units (16 and 35 trials of a task with four conditions), on
//! one thread: the stages that take the time, and all of them together.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use nalgebra::DMatrix;
use neuro_analysis::phate::{
    KernelConfig, PhateConfig, SmacofConfig, adaptive_kernel, classic_layout, diffuse,
    diffusion_entropy, diffusion_potential, pairwise_distances, phate, smacof,
};
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams};

const UNITS: usize = 200;
const STEPS: usize = 58;

/// Noisy trajectories that branch twice, seen by units that mix four latent signals.
fn rates(samples: usize) -> DMatrix<f64> {
    let mut normals = Streams::new(1).normals::<f64>(Domain::User, 0);
    let weights = DMatrix::from_fn(4, UNITS, |_, _| 1.5 * normals.sample());
    let mut latent = [0.0; 4];
    let mut rates = DMatrix::zeros(samples, UNITS);
    for sample in 0..samples {
        let (trial, step) = (sample / STEPS, sample % STEPS);
        if step == 0 {
            latent = [0.0; 4];
        }
        let sign = |negative: bool| if negative { -1.0 } else { 1.0 };
        let (first, second) = (sign(trial % 2 == 1), sign(trial / 2 % 2 == 1));
        let goal = [
            first,
            if step < 27 { 0.0 } else { second },
            if step < 35 { 0.0 } else { first * second },
            0.02 * step as f64,
        ];
        for (latent, goal) in latent.iter_mut().zip(goal) {
            *latent += 0.15 * (goal - *latent) + 0.03 * normals.sample();
        }
        for unit in 0..UNITS {
            let drive: f64 = (0..4).map(|k| latent[k] * weights[(k, unit)]).sum();
            rates[(sample, unit)] = 1.0 / (1.0 + (-drive - 0.2 * normals.sample()).exp());
        }
    }
    rates
}

fn stages(c: &mut Criterion, samples: usize) {
    let (workers, streams) = (Workers::sequential(), Streams::new(0));
    let rates = rates(samples);
    let mut group = c.benchmark_group(format!("phate, {samples} samples"));
    group.sample_size(10);
    group.bench_function("kernel", |b| {
        b.iter(|| adaptive_kernel(black_box(&rates), &KernelConfig::default(), &workers));
    });
    let kernel = adaptive_kernel(&rates, &KernelConfig::default(), &workers);
    let operator = kernel.expect("varies").diffusion_operator().to_dense();
    group.bench_function("entropy", |b| {
        b.iter(|| diffusion_entropy(black_box(&operator), 100));
    });
    group.bench_function("diffusion, 30 steps", |b| {
        b.iter(|| diffuse(black_box(&operator), 30, &workers));
    });
    let diffused = diffuse(&operator, 30, &workers).expect("square");
    let potential = diffusion_potential(diffused, 1.0).expect("probabilities");
    group.bench_function("potential distances", |b| {
        b.iter(|| pairwise_distances(black_box(&potential), &workers));
    });
    let distances = pairwise_distances(&potential, &workers).expect("finite");
    group.bench_function("classic layout", |b| {
        b.iter(|| classic_layout(black_box(&distances), 3, streams));
    });
    let start = classic_layout(&distances, 3, streams).expect("distances");
    let ten = SmacofConfig {
        max_iterations: 10,
        tolerance: 0.0,
    };
    group.bench_function("SMACOF, 10 transforms", |b| {
        b.iter(|| smacof(black_box(&distances), &start, &ten, &workers));
    });
    group.bench_function("all", |b| {
        b.iter(|| {
            phate(
                black_box(&rates),
                &PhateConfig::default(),
                streams,
                &workers,
            )
        });
    });
    group.finish();
}

fn embeddings(c: &mut Criterion) {
    stages(c, 928);
    stages(c, 2000);
}

criterion_group!(benches, embeddings);
criterion_main!(benches);
