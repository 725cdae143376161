//! The network of Ichikawa & Kaneko 2021: its files, its flow, and what it refuses.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use neuro_autodiff::Disturbance;
use neuro_autodiff::train::Termination;
use neuro_core::parallel::Workers;
use neuro_core::{Linearize, Streams, System, Trajectory};
use neuro_models::tasks::ComparisonTask;
use neuro_models::transient_memory::{Config, Connections, Flow, Network, TrainingRun};

fn small() -> Config {
    Config {
        units: 12,
        ..Config::default()
    }
}

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    let config = Config {
        noise_sigma: 0.04,
        ..small()
    };
    let network = Network::<f32>::new(&config, Streams::new(3)).expect("valid configuration");
    network.save(&path).expect("writable folder");
    let read = Network::<f32>::load(&path).expect("the file just written");
    for name in ["recurrent", "input", "readout"] {
        let [read, written] = [&read, &network].map(|n| n.weights(name).expect("exists"));
        assert_eq!(read, written);
    }
    assert_eq!(read.config(), &config);
    // Another number type is another network.
    assert!(Network::<f64>::load(&path).is_err());
}

#[test]
fn an_euler_step_of_the_flow_is_a_step_of_the_network() {
    let network = Network::<f64>::new(&small(), Streams::new(1)).expect("valid configuration");
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 0.7).sin()).collect();
    let silence = Trajectory::zeros(1, 1, 1);
    let run = network.simulate(&silence, &x, &mut Disturbance::silent());
    let after = run.expect("sizes fit").states.last().to_vec();
    let flow = network.flow();
    let mut dx = vec![0.0; 12];
    flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
    for ((x, dx), after) in x.iter().zip(&dx).zip(&after) {
        assert!((x + 0.25 * dx - after).abs() < 1e-15);
    }
}

#[test]
fn the_jacobian_of_the_flow_is_its_derivative() {
    let network = Network::<f64>::new(&small(), Streams::new(2)).expect("valid configuration");
    let flow = network.flow();
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 1.3).cos()).collect();
    let mut jacobian = DMatrix::zeros(12, 12);
    flow.jacobian(0.0, &x, &mut jacobian);
    let rhs = |x: &[f64]| {
        let mut dx = vec![0.0; 12];
        flow.rhs(0.0, x, &mut dx, &mut flow.work(1));
        dx
    };
    let h = 1e-5;
    for j in 0..12 {
        let (mut above, mut below) = (x.clone(), x.clone());
        above[j] += h;
        below[j] -= h;
        for (i, (a, b)) in rhs(&above).iter().zip(rhs(&below)).enumerate() {
            // Central differences: h^2 truncation and rounding of 1e-16 / h.
            assert!(((a - b) / (2.0 * h) - jacobian[(i, j)]).abs() < 1e-9);
        }
    }
}

#[test]
fn wrong_shapes_and_values_are_refused_with_their_name() {
    let config = small();
    let zeros = |rows, columns| DMatrix::<f64>::zeros(rows, columns);
    let of = |j: &DMatrix<f64>, w_in: &DMatrix<f64>, w_out: &DMatrix<f64>| {
        let network = Network::from_weights(&config, j, w_in, w_out);
        network.map(|_| ()).map_err(|e| e.to_string())
    };
    let (j, w_in, w_out) = (zeros(12, 12), zeros(12, 1), zeros(2, 12));
    assert_eq!(of(&j, &w_in, &w_out), Ok(()));
    let message = of(&zeros(12, 6), &w_in, &w_out).expect_err("wrong shape");
    assert_eq!(message, "recurrent weights: expected 12x12, found 12x6");
    assert!(of(&j, &zeros(12, 2), &w_out).is_err());
    assert!(of(&j, &w_in, &zeros(1, 12)).is_err());
    let mut broken = j.clone();
    broken[(3, 4)] = f64::NAN;
    assert!(of(&broken, &w_in, &w_out).is_err());
    assert!(Flow::new(zeros(3, 2)).is_err());
    let wrong: [fn(&mut Config); 8] = [
        |c| c.alpha = 0.0,
        |c| c.alpha = 1.5,
        |c| c.units = 0,
        |c| c.batch = 0,
        |c| c.chunk = 0,
        |c| c.noise_sigma = -0.1,
        |c| c.learning_rate = f64::NAN,
        |c| c.updates = 0,
    ];
    for (i, change) in wrong.iter().enumerate() {
        let mut config = small();
        change(&mut config);
        assert!(
            Network::<f64>::new(&config, Streams::new(0)).is_err(),
            "{i}"
        );
    }
}

#[test]
fn parameters_of_a_network_of_another_size_are_refused() {
    let larger = Config {
        units: 13,
        ..Config::default()
    };
    let other = Network::<f64>::new(&larger, Streams::new(0)).expect("valid configuration");
    assert!(Network::from_parameters(&small(), other.parameters().clone()).is_err());
}

#[test]
fn a_test_needs_trials_and_a_valid_task() {
    let config = small();
    let network = Network::<f64>::new(&config, Streams::new(0)).expect("valid configuration");
    let task = config.test_task();
    assert!(network.test(&task, Streams::new(0), 0).is_err());
    let wrong = ComparisonTask {
        alpha: 2.0,
        ..task.clone()
    };
    assert!(network.test(&wrong, Streams::new(0), 2).is_err());
    let answers = network.test(&task, Streams::new(0), 150);
    let answers = answers.expect("a valid task");
    assert_eq!((answers.logits.len(), answers.labels.len()), (150, 150));
}

#[test]
fn a_saved_network_keeps_its_kind_of_connections() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    for connections in [
        Connections::Dense,
        Connections::ExcitatoryInhibitory { excitatory: 9 },
        Connections::Sparse { active: 30 },
    ] {
        let config = Config {
            connections,
            ..small()
        };
        let network = Network::<f64>::new(&config, Streams::new(3)).expect("valid configuration");
        network.save(&path).expect("writable folder");
        let read = Network::<f64>::load(&path).expect("the file just written");
        assert_eq!(read.config(), &config);
        let [read, written] = [&read, &network].map(|n| n.weights("recurrent").expect("exists"));
        assert_eq!(read, written);
    }
}

/// The recurrent weights after some updates of training.
fn trained(connections: Connections, updates: u64) -> DMatrix<f32> {
    let config = Config {
        units: 20,
        connections,
        batch: 4,
        chunk: 4,
        learning_rate: 1e-2,
        updates,
        ..Config::default()
    };
    let streams = Streams::new(4);
    let network = Network::<f32>::new(&config, streams).expect("valid configuration");
    let mut run = TrainingRun::new(
        &network,
        Box::new(config.training_task()),
        streams,
        Workers::sequential(),
        updates,
        None,
    )
    .expect("a network and its task");
    let ended = run
        .run(None, &mut |_| ControlFlow::Continue(()))
        .expect("no criterion to fail");
    assert_eq!(ended, Termination::ReachedLimit);
    let network = run.network().expect("a trained network");
    network.weights("recurrent").expect("exists")
}

#[test]
fn all_connections_of_a_unit_keep_their_sign_in_training() {
    let connections = Connections::ExcitatoryInhibitory { excitatory: 15 };
    let weights = trained(connections, 40);
    for (j, column) in weights.column_iter().enumerate() {
        let sign = if j < 15 { 1.0 } else { -1.0 };
        assert!(column.iter().all(|w| w * sign >= 0.0), "unit {j}");
    }
    // Training has moved them, some to 0.
    assert!(weights.iter().any(|w| *w == 0.0));
    assert!(weights.iter().any(|w| w.abs() > 1.0 / 20.0));
}

#[test]
fn a_sparse_network_keeps_the_number_of_its_connections_and_moves_them() {
    let connections = Connections::Sparse { active: 80 };
    let (early, late) = (trained(connections, 1), trained(connections, 60));
    let places = |w: &DMatrix<f32>| w.iter().map(|w| *w != 0.0).collect::<Vec<_>>();
    for weights in [&early, &late] {
        assert_eq!(places(weights).iter().filter(|p| **p).count(), 80);
    }
    assert_ne!(places(&early), places(&late));
}

#[test]
fn weights_that_break_the_kind_of_connections_are_refused() {
    let config = |connections| Config {
        connections,
        ..small()
    };
    let ones = DMatrix::<f64>::from_element(12, 12, 0.1);
    let (w_in, w_out) = (DMatrix::zeros(12, 1), DMatrix::zeros(2, 12));
    let of = |connections| {
        let network = Network::from_weights(&config(connections), &ones, &w_in, &w_out);
        network.map(|_| ()).map_err(|e| e.to_string())
    };
    assert_eq!(
        of(Connections::ExcitatoryInhibitory { excitatory: 12 }),
        Ok(())
    );
    let message = of(Connections::ExcitatoryInhibitory { excitatory: 9 });
    let message = message.expect_err("unit 9 inhibits");
    assert!(
        message.contains("unit 9") && message.contains("at most 0"),
        "{message}"
    );
    let message = of(Connections::Sparse { active: 100 }).expect_err("144 connections");
    assert!(message.contains("at most 100"), "{message}");
    for connections in [
        Connections::ExcitatoryInhibitory { excitatory: 13 },
        Connections::Sparse { active: 0 },
        Connections::Sparse { active: 145 },
    ] {
        assert!(Network::<f64>::new(&config(connections), Streams::new(0)).is_err());
    }
}
