//! Threads, interruptions, gates, and a matrix that is not positive any more.

use neuro_core::archive::{Archive, Tensor, TensorData};
use neuro_core::nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::Connections;
use neuro_plasticity::{Dale, Error, Lesson, Objective, PerUnitRls, RlsConfig};

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
