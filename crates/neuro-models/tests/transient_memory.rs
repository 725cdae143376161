//! The network of Ichikawa & Kaneko 2021: its files, its flow, and what it refuses.

use nalgebra::DMatrix;
use neuro_autodiff::Disturbance;
use neuro_core::{Linearize, Streams, System, Trajectory};
use neuro_models::transient_memory::{Config, Flow, Network};

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
        |c| c.chunk = 51,
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
fn a_test_needs_trials_and_names_the_parameters_that_there_are() {
    let config = small();
    let network = Network::<f64>::new(&config, Streams::new(0)).expect("valid configuration");
    let task = config.test_task();
    let names = ["frequency_1", "frequency_2"];
    assert!(network.test(&task, names, Streams::new(0), 0).is_err());
    let wrong = network.test(&task, ["omega", "frequency_2"], Streams::new(0), 2);
    let message = wrong.expect_err("no such parameter").to_string();
    assert!(
        message.contains("omega") && message.contains("frequency_1"),
        "{message}"
    );
    let answers = network.test(&task, names, Streams::new(0), 150);
    let answers = answers.expect("a valid task");
    assert_eq!((answers.logits.len(), answers.labels.len()), (150, 150));
}
