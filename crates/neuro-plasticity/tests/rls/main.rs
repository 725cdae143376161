//! Recursive least squares against the batch solution, and what it refuses.

mod dale;
mod refused;
mod runs;
mod solution;

use neuro_core::connectivity::{bernoulli_mask, gaussian_gain};
use neuro_core::linalg::solve;
use neuro_core::nalgebra::{DMatrix, DVector};
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_core::{Domain, Scalar, Streams};
use neuro_plasticity::{Lesson, PerUnitRls, RlsConfig};

pub(crate) const STREAMS: fn() -> Streams = || Streams::new(5);

/// Rates about 0.1: `units` units over `samples` samples, a column each.
pub(crate) fn rates(units: usize, samples: usize) -> DMatrix<f64> {
    let mut rates = DMatrix::zeros(units, samples);
    STREAMS()
        .normals(Domain::User, 1)
        .fill(rates.as_mut_slice());
    rates.map(|z: f64| 0.1 + 0.05 * z)
}

pub(crate) fn targets(units: usize, samples: usize) -> DMatrix<f64> {
    DMatrix::from_fn(units, samples, |i, k| {
        ((k + 7 * i) as f64 / (5.0 + i as f64)).cos()
    })
}

/// The weights that minimise the forgetful sum of the module's documentation, and `P`.
pub(crate) fn batch(
    x: &DMatrix<f64>,
    f: &DVector<f64>,
    start: &DVector<f64>,
    config: RlsConfig,
) -> (DVector<f64>, DMatrix<f64>) {
    let (n, samples) = x.shape();
    let weight = |k: usize| config.forgetting.powi((samples - 1 - k) as i32);
    let penalty = config.regularization * config.forgetting.powi(samples as i32);
    let weighted = DMatrix::from_fn(n, samples, |i, k| x[(i, k)] * weight(k));
    let correlation = &weighted * x.transpose() + DMatrix::identity(n, n) * penalty;
    let p = solve(&correlation, &DMatrix::identity(n, n)).expect("regular");
    let residual = f - x.transpose() * start;
    (start + &p * weighted * residual, p)
}

pub(crate) fn connections(units: usize, probability: f64) -> Connections {
    let mask = bernoulli_mask::<f64>(units, units, probability, STREAMS(), 0).expect("valid");
    Connections::of_mask(&mask)
}

pub(crate) fn start_of(connections: &Connections) -> Vec<f64> {
    let n = connections.units();
    connections.weights_of(&gaussian_gain(n, 1.0, STREAMS(), 0).expect("valid"))
}

pub(crate) fn train<T: Scalar>(
    rls: &mut PerUnitRls<T>,
    workers: &Workers,
    lessons: (&DMatrix<f64>, &DMatrix<f64>),
    weights: &mut [f64],
) {
    train_decaying(rls, workers, lessons, 0.0, weights);
}

/// The same for rates of which `decay` remains from one sample to the next.
pub(crate) fn train_decaying<T: Scalar>(
    rls: &mut PerUnitRls<T>,
    workers: &Workers,
    (x, f): (&DMatrix<f64>, &DMatrix<f64>),
    decay: f64,
    weights: &mut [f64],
) {
    for (rates, targets) in x.column_iter().zip(f.column_iter()) {
        let lesson = Lesson {
            rates: rates.as_slice(),
            targets: targets.as_slice(),
            inputs: &[],
            decay,
        };
        rls.update(workers, &lesson, weights).expect("a positive P");
    }
}

pub(crate) const CONFIGS: [RlsConfig; 3] = [
    RlsConfig {
        regularization: 0.5,
        forgetting: 1.0,
    },
    RlsConfig {
        regularization: 0.02,
        forgetting: 0.98,
    },
    // The common factor of P passes its limit of 256 once: 0.97^-300 = 9300.
    RlsConfig {
        regularization: 10.0,
        forgetting: 0.97,
    },
];
