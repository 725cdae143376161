//! Threads, interruptions, gates, and a matrix that is not positive any more.

use neuro_core::Scalar;
use neuro_core::archive::{Archive, Tensor, TensorData};
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_plasticity::{
    AllToAllRls, Dale, Error, Lesson, Objective, PerUnitRls, RlsConfig, SharedRls,
};

use crate::*;

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
    first.export(&mut archive, "rls");
    let mut second = make();
    second.import(&archive, "rls").expect("the same sizes");
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
    rls.export(&mut archive, "rls");
    let mut packed = archive.vector::<f64>("rls.packed").expect("exported");
    for p in &mut packed {
        *p = -*p;
    }
    let tensor = Tensor {
        shape: vec![packed.len()],
        data: TensorData::new(packed),
    };
    archive.tensors.insert("rls.packed".into(), tensor);
    rls.import(&archive, "rls").expect("the same sizes");
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
fn one_active_unit_among_all_is_learned_from_in_either_precision() {
    fn learns<T: Scalar>() {
        for regularization in [0.1, 1.0, 3.0, 7.0] {
            for rate in [0.1, 0.2, 0.3, 0.9] {
                let config = RlsConfig {
                    regularization,
                    ..RlsConfig::default()
                };
                let mut rls = AllToAllRls::<T>::new(config, 3).expect("three units");
                let mut weights = DMatrix::zeros(3, 3);
                for _ in 0..5 {
                    rls.update(&[rate, 0.0, 0.0], &[1.0; 3], &mut weights)
                        .expect("a positive P");
                }
                // The batch solution: five samples of the same rate.
                let expected = 5.0 * rate / (regularization + 5.0 * rate * rate);
                let error = (weights[(1, 0)] - expected).abs();
                assert!(error < 1e-5, "{regularization} {rate}: {error}");
            }
        }
    }
    learns::<f32>();
    learns::<f64>();
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let mut shared: SharedRls = SharedRls::new(RlsConfig::default(), 2).expect("two inputs");
    let mut readout = DMatrix::from_row_slice(1, 2, &[0.0, f64::NAN]);
    assert!(
        shared
            .partial_fit(&[1.0, 0.0], &[1.0], &mut readout)
            .is_err()
    );
    let mut all: AllToAllRls = AllToAllRls::new(RlsConfig::default(), 2).expect("two units");
    let mut weights = DMatrix::from_row_slice(2, 2, &[f64::NAN, 0.5, 0.5, f64::NAN]);
    // The diagonal is not looked at.
    all.update(&[1.0, 0.5], &[1.0, 1.0], &mut weights)
        .expect("finite");
    weights[(0, 1)] = f64::INFINITY;
    assert!(all.update(&[1.0, 0.5], &[1.0, 1.0], &mut weights).is_err());
}

#[test]
fn several_go_into_one_archive_under_names_of_their_own() {
    let mut archive = Archive::new("test", 1);
    let sample = [0.3, -0.2, 0.5];
    let config = RlsConfig::default();
    let mut readout: SharedRls = SharedRls::new(config, 3).expect("three inputs");
    let mut weights = DMatrix::zeros(1, 3);
    readout
        .partial_fit(&sample, &[1.0], &mut weights)
        .expect("finite");
    let mut recurrent: AllToAllRls = AllToAllRls::new(config, 3).expect("three units");
    let mut dense = DMatrix::zeros(3, 3);
    for _ in 0..2 {
        recurrent
            .update(&sample, &[1.0; 3], &mut dense)
            .expect("finite");
    }
    readout.export(&mut archive, "readout");
    recurrent.export(&mut archive, "recurrent");
    let mut again: SharedRls = SharedRls::new(config, 3).expect("three inputs");
    again.import(&archive, "readout").expect("exported");
    assert_eq!(again.inverse_correlation(), readout.inverse_correlation());
    let mut again: AllToAllRls = AllToAllRls::new(config, 3).expect("three units");
    again.import(&archive, "recurrent").expect("exported");
    assert_eq!(again.inverse_correlation(), recurrent.inverse_correlation());
    assert_ne!(again.inverse_correlation(), readout.inverse_correlation());
    assert!(again.import(&archive, "nothing").is_err());
}
