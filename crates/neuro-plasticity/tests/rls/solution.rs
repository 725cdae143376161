//! The recursion ends where the batch solution is.

use neuro_core::connectivity::uniform;
use neuro_core::nalgebra::{DMatrix, DVector};
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_plasticity::{AllToAllRls, Dale, Objective, PerUnitRls, RlsConfig, SharedRls};

use crate::*;

#[test]
fn recursion_per_unit_is_the_batch_ridge_solution() {
    let connections = connections(41, 0.3);
    let (x, f) = (rates(41, 300), targets(41, 300));
    for config in CONFIGS {
        let start = start_of(&connections);
        let mut weights = start.clone();
        let mut rls: PerUnitRls =
            PerUnitRls::new(config, Objective::Drive, Dale::Free, &connections, &start)
                .expect("valid");
        train(&mut rls, &Workers::sequential(), (&x, &f), &mut weights);
        for i in 0..41 {
            let sources: Vec<usize> = connections.sources(i).iter().map(|j| *j as usize).collect();
            let own = x.select_rows(&sources);
            let row = connections.range(i);
            let start = DVector::from_row_slice(&start[row.clone()]);
            let (expected, p) = batch(&own, &f.row(i).transpose(), &start, config);
            let found = DVector::from_row_slice(&weights[row]);
            let error = (&found - &expected).amax() / expected.amax();
            assert!(error < 1e-8, "{config:?} unit {i}: {error}");
            let error = (rls.inverse_correlation(i) - &p).amax() / p.amax();
            assert!(error < 1e-8, "{config:?} P of unit {i}: {error}");
        }
    }
}

/// Rates that decay by `decay` from sample to sample and jump by 0.5 where units fire, 2 % of them in a
/// sample; in every 50th sample, most of them.
fn decaying(units: usize, samples: usize, decay: f64) -> DMatrix<f64> {
    let chance = uniform::<f64>(units, samples, 1.0, STREAMS(), 7).expect("valid");
    let mut rates = DMatrix::zeros(units, samples);
    for k in 0..samples {
        let quiet = if k % 50 == 0 { -0.5 } else { 0.96 };
        for i in 0..units {
            let before = if k == 0 { 0.0 } else { rates[(i, k - 1)] };
            let jump = if chance[(i, k)] > quiet { 0.5 } else { 0.0 };
            rates[(i, k)] = decay * before + jump;
        }
    }
    rates
}

#[test]
fn following_the_decay_of_rates_is_the_batch_ridge_solution() {
    let (decay, n, samples) = (0.9, 80, 330);
    let connections = connections(n, 0.7);
    let start = start_of(&connections);
    let (x, f) = (decaying(n, samples, decay), targets(n, samples));
    for config in CONFIGS {
        let make = || -> PerUnitRls {
            PerUnitRls::new(config, Objective::Drive, Dale::Free, &connections, &start)
                .expect("valid")
        };
        let (mut rls, mut weights) = (make(), start.clone());
        let workers = Workers::sequential();
        train_decaying(&mut rls, &workers, (&x, &f), decay, &mut weights);
        for unit in 0..n {
            let range = connections.range(unit);
            let rows = connections.sources(unit).iter().map(|j| x.row(*j as usize));
            let own = DMatrix::from_rows(&rows.collect::<Vec<_>>());
            let before = DVector::from_row_slice(&start[range.clone()]);
            let (expected, p) = batch(&own, &f.row(unit).transpose(), &before, config);
            let found = DVector::from_row_slice(&weights[range.clone()]);
            let error = (found - &expected).amax() / expected.amax();
            assert!(error < 1e-8, "{config:?}, unit {unit}: {error}");
            let error = (rls.inverse_correlation(unit) - &p).amax() / p.amax();
            assert!(error < 1e-8, "{config:?}, P of unit {unit}: {error}");
        }
        // A hint that is wrong costs time and changes nothing but rounding.
        for wrong in [0.0, 0.5, 1.0] {
            let (mut rls, mut same) = (make(), start.clone());
            train_decaying(&mut rls, &workers, (&x, &f), wrong, &mut same);
            let apart = same.iter().zip(&weights).map(|(a, b)| (a - b).abs());
            let apart = apart.fold(0.0, f64::max);
            assert!(apart < 1e-9, "{config:?}, decay {wrong}: {apart}");
        }
    }
}

#[test]
fn excluded_synapses_and_gates_do_not_disturb_the_following() {
    let (decay, n, samples) = (0.9, 60, 300);
    let connections = connections(n, 0.5);
    let start = start_of(&connections);
    let (x, f) = (decaying(n, samples, decay), targets(n, samples));
    for dale in [Dale::Delete, Dale::Schur, Dale::Mask] {
        for objective in [Objective::Drive, Objective::rate()] {
            let run = |decay| {
                let config = RlsConfig::default();
                let rls =
                    PerUnitRls::<f64>::new(config, objective.clone(), dale, &connections, &start);
                let (mut rls, mut weights) = (rls.expect("valid"), start.clone());
                let workers = Workers::sequential();
                train_decaying(&mut rls, &workers, (&x, &f), decay, &mut weights);
                (rls.active().collect::<Vec<_>>(), weights)
            };
            let ((active, weights), (expected_active, expected)) = (run(decay), run(0.0));
            assert_eq!(active, expected_active, "{dale:?}, {objective:?}");
            assert!(active.iter().any(|a| !a), "{dale:?}, {objective:?}");
            let apart = weights.iter().zip(&expected).map(|(a, b)| (a - b).abs());
            let apart = apart.fold(0.0, f64::max);
            assert!(apart < 1e-9, "{dale:?}, {objective:?}: {apart}");
        }
    }
}

#[test]
fn recursion_of_a_readout_is_the_batch_ridge_solution() {
    let (x, f) = (rates(23, 200), targets(3, 200));
    for config in CONFIGS {
        let start = DMatrix::from_fn(3, 23, |i, j| 0.1 * (i + j) as f64);
        let (mut readout, mut rls) = (
            start.clone(),
            SharedRls::<f64>::new(config, 23).expect("valid"),
        );
        for (rates, targets) in x.column_iter().zip(f.column_iter()) {
            rls.partial_fit(rates.as_slice(), targets.as_slice(), &mut readout)
                .expect("a positive P");
        }
        for i in 0..3 {
            let start = start.row(i).transpose();
            let (expected, p) = batch(&x, &f.row(i).transpose(), &start, config);
            let error = (readout.row(i).transpose() - &expected).amax() / expected.amax();
            assert!(error < 1e-8, "{config:?} output {i}: {error}");
            let error = (rls.inverse_correlation() - &p).amax() / p.amax();
            assert!(error < 1e-8, "{config:?} P: {error}");
        }
    }
}

#[test]
fn one_matrix_for_all_to_all_is_as_good_as_one_for_each() {
    let (n, samples) = (19, 120);
    let (x, f) = (rates(n, samples), targets(n, samples));
    for config in CONFIGS {
        let mut weights = uniform::<f64>(n, n, 0.3, STREAMS(), 0).expect("valid");
        weights.fill_diagonal(0.0);
        let mask = DMatrix::from_fn(n, n, |i, j| if i == j { 0.0 } else { 1.0 });
        let connections = Connections::of_mask(&mask);
        let mut each = connections.weights_of(&weights);
        let mut per_unit: PerUnitRls =
            PerUnitRls::new(config, Objective::Drive, Dale::Free, &connections, &each)
                .expect("valid");
        train(&mut per_unit, &Workers::sequential(), (&x, &f), &mut each);
        let mut all: AllToAllRls = AllToAllRls::new(config, n).expect("valid");
        for (rates, targets) in x.column_iter().zip(f.column_iter()) {
            all.update(rates.as_slice(), targets.as_slice(), &mut weights)
                .expect("a positive P");
        }
        let error = (&weights - connections.matrix_of(&each)).amax() / weights.amax();
        assert!(error < 1e-8, "{config:?}: {error}");
        assert!(weights.diagonal().iter().all(|w| *w == 0.0));
    }
}
