//! Recursive least squares against the batch solution, and what it refuses.

use neuro_core::archive::{Archive, Tensor, TensorData};
use neuro_core::connectivity::{bernoulli_mask, gaussian_gain, uniform};
use neuro_core::linalg::solve;
use neuro_core::nalgebra::{DMatrix, DVector};
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_core::{Domain, Scalar, Streams};
use neuro_plasticity::{
    AllToAllRls, Dale, Error, Lesson, Objective, PerUnitRls, RlsConfig, SharedRls,
};

const STREAMS: fn() -> Streams = || Streams::new(5);

/// Rates about 0.1: `units` units over `samples` samples, a column each.
fn rates(units: usize, samples: usize) -> DMatrix<f64> {
    let mut rates = DMatrix::zeros(units, samples);
    STREAMS()
        .normals(Domain::User, 1)
        .fill(rates.as_mut_slice());
    rates.map(|z: f64| 0.1 + 0.05 * z)
}

fn targets(units: usize, samples: usize) -> DMatrix<f64> {
    DMatrix::from_fn(units, samples, |i, k| {
        ((k + 7 * i) as f64 / (5.0 + i as f64)).cos()
    })
}

/// The weights that minimise the forgetful sum of the module's documentation, and `P`.
fn batch(
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

fn connections(units: usize, probability: f64) -> Connections {
    let mask = bernoulli_mask::<f64>(units, units, probability, STREAMS(), 0).expect("valid");
    Connections::of_mask(&mask)
}

fn start_of(connections: &Connections) -> Vec<f64> {
    let n = connections.units();
    connections.weights_of(&gaussian_gain(n, 1.0, STREAMS(), 0).expect("valid"))
}

fn train<T: Scalar>(
    rls: &mut PerUnitRls<T>,
    workers: &Workers,
    lessons: (&DMatrix<f64>, &DMatrix<f64>),
    weights: &mut [f64],
) {
    train_decaying(rls, workers, lessons, 0.0, weights);
}

/// The same for rates of which `decay` remains from one sample to the next.
fn train_decaying<T: Scalar>(
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

const CONFIGS: [RlsConfig; 3] = [
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
            let mut inverse = DMatrix::zeros(sources.len(), sources.len());
            rls.inverse_correlation_into(i, inverse.as_mut_slice());
            let error = (&inverse - &p).amax() / p.amax();
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
            let mut inverse = DMatrix::zeros(range.len(), range.len());
            rls.inverse_correlation_into(unit, inverse.as_mut_slice());
            let error = (inverse - &p).amax() / p.amax();
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

#[test]
fn thread_counts_do_not_change_a_bit() {
    let connections = connections(50, 0.4);
    let (x, f) = (rates(50, 40), targets(50, 40));
    let run = |threads| {
        let workers = Workers::new(threads).expect("threads start");
        let mut weights = start_of(&connections);
        let mut rls: PerUnitRls = PerUnitRls::new(
            RlsConfig::default(),
            Objective::rate(),
            Dale::Schur,
            &connections,
            &weights,
        )
        .expect("valid");
        train(&mut rls, &workers, (&x, &f), &mut weights);
        weights
    };
    let alone = run(1);
    assert_eq!(alone, run(2));
    assert_eq!(alone, run(8));
}

#[test]
fn signs_survive_in_every_dale_variant() {
    let connections = connections(30, 0.5);
    // Targets of both signs and large: many weights are drawn over.
    let (x, f) = (rates(30, 200), 3.0 * targets(30, 200));
    let start = start_of(&connections);
    for dale in [Dale::Delete, Dale::Schur, Dale::Mask] {
        let mut weights = start.clone();
        let mut rls: PerUnitRls = PerUnitRls::new(
            RlsConfig::default(),
            Objective::Drive,
            dale,
            &connections,
            &start,
        )
        .expect("valid");
        let mut excluded = 0;
        for k in 0..20 {
            let part = (
                x.columns(10 * k, 10).into_owned(),
                f.columns(10 * k, 10).into_owned(),
            );
            let before: Vec<bool> = rls.active().collect();
            let held = weights.clone();
            train(
                &mut rls,
                &Workers::sequential(),
                (&part.0, &part.1),
                &mut weights,
            );
            for (i, active) in before.iter().enumerate() {
                assert!(
                    *active || weights[i] == held[i],
                    "{dale:?}: excluded weights rest"
                );
            }
            let now = rls.active().filter(|a| !a).count();
            assert!(now >= excluded, "{dale:?}: exclusion is for good");
            excluded = now;
        }
        assert!(excluded > 20, "{dale:?}: {excluded} excluded");
        assert!(
            weights.iter().zip(&start).all(|(w, s)| w * s > 0.0),
            "{dale:?}"
        );
    }
}

#[test]
fn eliminating_a_synapse_exactly_gives_the_inverse_of_the_rest() {
    // Before the first exclusion Schur's P is the inverse for all, after it that for the rest.
    let connections = connections(12, 0.9);
    let (x, f) = (rates(12, 60), 0.2 * targets(12, 60));
    let start = start_of(&connections);
    let config = RlsConfig::default();
    let mut weights = start.clone();
    let mut rls: PerUnitRls =
        PerUnitRls::new(config, Objective::Drive, Dale::Schur, &connections, &start)
            .expect("valid");
    train(&mut rls, &Workers::sequential(), (&x, &f), &mut weights);
    let active: Vec<bool> = rls.active().collect();
    let (mut eliminated, mut remaining) = (0, 0);
    for i in 0..12 {
        let (row, sources) = (connections.range(i), connections.sources(i));
        let n = sources.len();
        let kept: Vec<usize> = (0..n).filter(|j| active[row.start + j]).collect();
        eliminated += n - kept.len();
        remaining += kept.len();
        let own: Vec<usize> = kept.iter().map(|j| sources[*j] as usize).collect();
        let own = x.select_rows(&own);
        let zeros = DVector::zeros(kept.len());
        let (_, expected) = batch(&own, &DVector::zeros(60), &zeros, config);
        let mut p = DMatrix::zeros(n, n);
        rls.inverse_correlation_into(i, p.as_mut_slice());
        let p = p.select_rows(&kept).select_columns(&kept);
        let error = (&p - &expected).amax();
        assert!(
            error <= 1e-9 * expected.amax(),
            "unit {i}, {kept:?} of {n}: {error}"
        );
    }
    assert!(eliminated > 5 && remaining > 5, "{eliminated} {remaining}");
}

#[test]
fn a_run_that_is_interrupted_has_the_bits_of_one_that_is_not() {
    let connections = connections(20, 0.5);
    let (x, f) = (rates(20, 60), targets(20, 60));
    let start = start_of(&connections);
    let make = || -> PerUnitRls<f32> {
        let config = CONFIGS[1];
        PerUnitRls::new(config, Objective::Drive, Dale::Delete, &connections, &start)
            .expect("valid")
    };
    let workers = Workers::sequential();
    let (mut straight, mut through) = (make(), start.clone());
    train(&mut straight, &workers, (&x, &f), &mut through);
    let half = |from| {
        let columns = |m: &DMatrix<f64>| m.columns(from, 30).into_owned();
        (columns(&x), columns(&f))
    };
    let (mut first, mut weights) = (make(), start.clone());
    let (early, late) = (half(0), half(30));
    train(&mut first, &workers, (&early.0, &early.1), &mut weights);
    let mut archive = Archive::new("test", 1);
    first.export(&mut archive);
    let mut second = make();
    second.import(&archive).expect("the same sizes");
    train(&mut second, &workers, (&late.0, &late.1), &mut weights);
    assert_eq!(weights, through);
}

#[test]
fn the_gate_leaves_silent_units_as_they_are() {
    let connections = connections(10, 0.8);
    let start = vec![-1.0; connections.len()];
    let config = RlsConfig::default();
    let mut weights = start.clone();
    let mut rls: PerUnitRls =
        PerUnitRls::new(config, Objective::rate(), Dale::Free, &connections, &start)
            .expect("valid");
    let rates = [0.2; 10];
    let targets = [0.3; 10];
    // Unit 3 alone is lifted above threshold by its input.
    let mut inputs = [0.0; 10];
    inputs[3] = 5.0;
    let lesson = Lesson {
        rates: &rates,
        targets: &targets,
        inputs: &inputs,
        decay: 0.0,
    };
    rls.update(&Workers::sequential(), &lesson, &mut weights)
        .expect("valid");
    for i in 0..10 {
        assert_eq!(rls.trained()[i], i == 3);
        let moved = weights[connections.range(i)].iter().any(|w| *w != -1.0);
        assert_eq!(moved, i == 3, "unit {i}");
    }
}

#[test]
fn a_matrix_that_is_not_positive_any_more_is_noticed() {
    let connections = Connections::of_mask(&DMatrix::from_element(2, 3, 1.0));
    let mut weights = vec![0.5; 6];
    let config = RlsConfig::default();
    let mut rls: PerUnitRls =
        PerUnitRls::new(config, Objective::Drive, Dale::Free, &connections, &weights)
            .expect("valid");
    let mut archive = Archive::new("test", 1);
    rls.export(&mut archive);
    let mut packed = archive.vector::<f64>("rls.packed").expect("exported");
    for p in &mut packed {
        *p = -*p;
    }
    let tensor = Tensor {
        shape: vec![packed.len()],
        data: TensorData::new(packed),
    };
    archive.tensors.insert("rls.packed".into(), tensor);
    rls.import(&archive).expect("the same sizes");
    let lesson = Lesson {
        rates: &[1.0, 0.0, 0.0],
        targets: &[1.0, 1.0],
        inputs: &[],
        decay: 0.0,
    };
    let refused = rls.update(&Workers::sequential(), &lesson, &mut weights);
    assert!(
        matches!(refused, Err(Error::LostPositivity { unit: 0, quadratic }) if quadratic == -1.0)
    );
    assert_eq!(weights, [0.5; 6]);
}

#[test]
fn bad_input_is_refused_by_name() {
    let config = |regularization, forgetting| RlsConfig {
        regularization,
        forgetting,
    };
    for bad in [
        config(0.0, 1.0),
        config(-1.0, 1.0),
        config(f64::NAN, 1.0),
        config(1.0, 0.0),
        config(1.0, 1.5),
    ] {
        assert!(SharedRls::<f64>::new(bad, 3).is_err(), "{bad:?}");
    }
    let message = config(0.0, 1.0)
        .validate()
        .expect_err("lambda of 0")
        .to_string();
    assert_eq!(message, "regularization lambda: expected positive, found 0");
    let mask = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 0.0, 0.0]);
    let lonely = Connections::of_mask(&mask);
    let refused = PerUnitRls::<f64>::new(
        RlsConfig::default(),
        Objective::Drive,
        Dale::Free,
        &lonely,
        &[1.0],
    );
    assert!(matches!(refused, Err(Error::NoInputs { unit: 1 })));
    assert!(SharedRls::<f64>::new(RlsConfig::default(), 0).is_err());
    let mut rls = SharedRls::<f64>::new(RlsConfig::default(), 2).expect("valid");
    let mut readout = DMatrix::zeros(1, 2);
    assert!(rls.partial_fit(&[1.0], &[1.0], &mut readout).is_err());
    assert!(
        rls.partial_fit(&[1.0, 0.0], &[1.0; 2], &mut readout)
            .is_err()
    );
    assert!(
        rls.partial_fit(&[1.0, f64::NAN], &[1.0], &mut readout)
            .is_err()
    );
    assert!(
        rls.partial_fit(&[1.0, 0.0], &[f64::NAN], &mut readout)
            .is_err()
    );
    assert_eq!(readout, DMatrix::zeros(1, 2));
}
