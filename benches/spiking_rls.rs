//! Recursive least squares of `spiking_rls`: one update of all units, for the sizes of the paper, beside the
//! textbook form (full matrix, two passes); and whole loops of learning of 1000 ms with 500 updates.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuro_core::connectivity::in_degree_mask;
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::{Connections, SpikingUnits, Theta};
use neuro_core::{Scalar, Streams};
use neuro_models::spiking_rls::targets::Sines;
use neuro_models::spiking_rls::{
    Config, Learning, LearningConfig, Network, Pattern, RecallConfig, stimulus,
};
use neuro_plasticity::{Dale, Lesson, Objective, PerUnitRls, RlsConfig};

/// Units and inputs of each.
const SIZES: [(usize, usize); 4] = [(200, 20), (200, 60), (500, 150), (1000, 100)];

fn connections(units: usize, inputs: usize) -> Connections {
    let mask = in_degree_mask::<f64>(units, units, inputs, Streams::new(1), 0);
    Connections::of_mask(&mask.expect("fewer inputs than units"))
}

fn rates(units: usize, k: u32) -> Vec<f64> {
    (0..units)
        .map(|j| 0.1 + 0.1 * (f64::from(k) * 0.1 + (j * j) as f64).sin())
        .collect()
}

/// The textbook form in plain code: `P r`, then the change of all of `P`.
fn textbook(c: &mut Criterion, units: usize, inputs: usize) {
    let connections = connections(units, inputs);
    let mut p = vec![vec![0.0_f64; inputs * inputs]; units];
    for p in &mut p {
        for i in 0..inputs {
            p[i * (inputs + 1)] = 1.0;
        }
    }
    let mut weights = vec![0.0; units * inputs];
    let (mut r, mut gain) = (vec![0.0; inputs], vec![0.0; inputs]);
    let mut k = 0;
    let id = format!("update, textbook f64/{units}x{inputs}");
    c.bench_function(&id, |b| {
        b.iter(|| {
            k += 1;
            let rates = rates(units, k);
            for (i, p) in p.iter_mut().enumerate() {
                for (r, j) in r.iter_mut().zip(connections.sources(i)) {
                    *r = rates[*j as usize];
                }
                gain.fill(0.0);
                for (column, r) in p.chunks_exact(inputs).zip(&r) {
                    for (gain, p) in gain.iter_mut().zip(column) {
                        *gain += p * r;
                    }
                }
                let quadratic: f64 = gain.iter().zip(&r).map(|(k, r)| k * r).sum();
                let share = 1.0 / (1.0 + quadratic);
                for (column, k) in p.chunks_exact_mut(inputs).zip(&gain) {
                    let k = share * k;
                    for (p, gain) in column.iter_mut().zip(&gain) {
                        *p -= gain * k;
                    }
                }
                let row = &mut weights[i * inputs..][..inputs];
                let drive: f64 = row.iter().zip(&r).map(|(w, r)| w * r).sum();
                for (w, k) in row.iter_mut().zip(&gain) {
                    *w += (0.5 - drive) * share * k;
                }
            }
            black_box(&weights);
        });
    });
}

fn update<T: Scalar>(c: &mut Criterion, units: usize, inputs: usize, threads: usize) {
    let connections = connections(units, inputs);
    let mut weights = vec![0.0; connections.len()];
    let (config, objective) = (RlsConfig::default(), Objective::Drive);
    let rls = PerUnitRls::<T>::new(config, objective, Dale::Free, &connections, &weights);
    let mut rls = rls.expect("valid options");
    let workers = Workers::new(threads).expect("threads start");
    let targets = vec![0.5; units];
    let mut k = 0;
    let id = format!("update, {} {threads} thread(s)/{units}x{inputs}", T::NAME);
    c.bench_function(&id, |b| {
        b.iter(|| {
            k += 1;
            let rates = rates(units, k);
            let lesson = Lesson {
                rates: &rates,
                targets: &targets,
                inputs: &[],
                decay: 0.0,
            };
            rls.update(&workers, &lesson, &mut weights)
                .expect("a positive P");
        });
    });
}

/// The same with rates that decay by 20 ms and 2.4 % of which have jumped since the update before, 2 ms ago.
fn following<T: Scalar>(c: &mut Criterion, units: usize, inputs: usize) {
    let connections = connections(units, inputs);
    let mut weights = vec![0.0; connections.len()];
    let (config, objective) = (RlsConfig::default(), Objective::Drive);
    let rls = PerUnitRls::<T>::new(config, objective, Dale::Free, &connections, &weights);
    let mut rls = rls.expect("valid options");
    let (targets, decay) = (vec![0.5; units], (-0.1_f64).exp());
    let (mut rates, mut next) = (rates(units, 0), 0);
    let id = format!("update, {}, decaying rates/{units}x{inputs}", T::NAME);
    c.bench_function(&id, |b| {
        b.iter(|| {
            for r in &mut rates {
                *r *= decay;
            }
            for _ in 0..units * 24 / 1000 {
                next = (next + 7919) % units;
                rates[next] += 0.5;
            }
            let lesson = Lesson {
                rates: &rates,
                targets: &targets,
                inputs: &[],
                decay,
            };
            rls.update(&Workers::sequential(), &lesson, &mut weights)
                .expect("a positive P");
        });
    });
}

fn network(units: usize) -> (Network, Pattern) {
    let streams = Streams::new(1);
    let config = Config {
        units,
        ..Config::default()
    };
    let network = Network::new(&config, streams).expect("a valid configuration");
    let targets = Sines::default().generate(units, 1000, 1.0, streams, 0);
    let stimulus = stimulus(units, 2.0, streams, 0).expect("a finite amplitude");
    (
        network,
        Pattern::new(stimulus, targets.expect("valid ranges")),
    )
}

fn learning_loop<T: Scalar>(c: &mut Criterion, units: usize) {
    let (network, pattern) = network(units);
    let config = LearningConfig::default();
    let learning = Learning::<T>::new(network, vec![pattern], &config, Streams::new(1));
    let mut learning = learning.expect("a pattern that fits");
    let id = format!("loop, {}/{units}", T::NAME);
    c.bench_function(&id, |b| {
        b.iter(|| black_box(learning.run_loop().expect("a positive P")));
    });
}

fn spiking_rls(c: &mut Criterion) {
    let (current, mut theta, mut spikes) = ([0.5; 1000], [0.1; 1000], [0.0; 1000]);
    c.bench_function("step of 1000 theta neurons", |b| {
        b.iter(|| Theta::default().step(black_box(&current), &mut theta, &mut spikes));
    });
    for (units, inputs) in SIZES {
        textbook(c, units, inputs);
        update::<f64>(c, units, inputs, 1);
        update::<f32>(c, units, inputs, 1);
        following::<f64>(c, units, inputs);
        following::<f32>(c, units, inputs);
        update::<f64>(c, units, inputs, 2);
        update::<f32>(c, units, inputs, 2);
    }
    for units in [200, 500] {
        learning_loop::<f64>(c, units);
        learning_loop::<f32>(c, units);
    }
    let (network, pattern) = network(200);
    c.bench_function("recall of 1600 ms, 200 units", |b| {
        b.iter(|| {
            black_box(network.recall(&pattern, &RecallConfig::default(), Streams::new(1), 0))
        });
    });
    let dense = DMatrix::from_element(500, 500, 0.1);
    let (connections, weights) = Connections::of_matrix(&dense);
    let (rates, mut drive) = (rates(500, 1), vec![0.0; 500]);
    c.bench_function("drive of 500 units, 500 inputs each", |b| {
        b.iter(|| connections.drive_into(&weights, black_box(&rates), &mut drive));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = spiking_rls
}
criterion_main!(benches);
