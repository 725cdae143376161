//! Spiking networks: steps, sizes and files that must be refused, and files that are read back.

use neuro_core::archive::Archive;
use neuro_core::spiking::{Decay, LeakyIntegrateAndFire};
use neuro_models::spiking_rls::targets::{OrnsteinUhlenbeck, Scheme};
use neuro_models::spiking_rls::{Config, Model, Network, Population, RecallConfig};

use super::{STREAMS, network, sines, small};

#[test]
fn steps_with_which_rates_or_processes_would_grow_are_refused() {
    let config = Config {
        synaptic_time_constant: 1.0,
        model: Model::Theta { dt: 3.0 },
        ..small(20)
    };
    network(&config); // exactly solved, any step will do
    let config = Config {
        decay: Decay::RungeKutta4,
        ..config
    };
    assert!(Network::new(&config, STREAMS()).is_err());
    let config = Config {
        model: Model::LeakyIntegrateAndFire(LeakyIntegrateAndFire {
            reset: 0.0,
            threshold: 0.0,
            ..LeakyIntegrateAndFire::default()
        }),
        ..small(20)
    };
    assert!(config.validate().is_err());
    let process = OrnsteinUhlenbeck {
        correlation_time: 0.4,
        scheme: Scheme::Euler,
        ..OrnsteinUhlenbeck::default()
    };
    assert!(process.generate(2, 10, 1.0, STREAMS(), 0).is_err());
    // Stationary from the start, also where the scheme has another variance than the process.
    let targets = process.generate(4000, 40, 0.6, STREAMS(), 0);
    let targets = targets.expect("below twice the correlation time");
    let variance = |step: usize| targets.column(step).iter().map(|x| x * x).sum::<f64>() / 4000.0;
    let expected = process.deviation.powi(2) / (1.0 - 0.5 * 0.6 / 0.4);
    for step in [0, 5, 39] {
        // Four standard errors, sqrt(2 / 4000) each.
        let ratio = variance(step) / expected;
        assert!((ratio - 1.0).abs() < 0.09, "{step}: {ratio}");
    }
}

#[test]
fn what_does_not_fit_into_memory_is_refused_and_any_index_is_taken() {
    let network = network(&small(200));
    let pattern = sines(200, 10, u64::MAX);
    let endless = RecallConfig {
        duration: 1e9,
        ..RecallConfig::default()
    };
    let refused = network.recall(&pattern, &endless, STREAMS(), 0);
    let message = refused.expect_err("terabytes").to_string();
    assert!(message.contains("recording"), "{message}");
    let lost = network.clone().lose_units(0.1, STREAMS(), u64::MAX);
    assert_eq!(lost.expect("a share").len(), 20);
}

#[test]
fn a_network_is_read_back_bit_for_bit() {
    let config = small(30);
    let bias: Vec<f64> = (0..30).map(|k| 0.1 * f64::from(k)).collect();
    let network = network(&config).with_bias(bias).expect("one each");
    let path = std::env::temp_dir().join(format!("neuro-spiking-{}", std::process::id()));
    network.save(&path).expect("writable");
    let units = || Population::of(&config).expect("valid");
    let again = Network::load(units(), &path).expect("readable");
    assert_eq!(again.weights(), network.weights());
    assert_eq!((again.bias(), again.dt()), (network.bias(), network.dt()));
    for unit in 0..30 {
        let (found, expected) = (again.connections(), network.connections());
        assert_eq!(found.sources(unit), expected.sources(unit));
    }
    // Starts that do not fit the sources.
    let mut archive = Archive::read(&path, "neuro.spiking-rls.network", 1).expect("readable");
    let mut starts = archive.vector::<u64>("starts").expect("stored");
    *starts.last_mut().expect("31 of them") -= 1;
    archive.insert_vector("starts", &starts);
    archive.write(&path).expect("writable");
    assert!(Network::load(units(), &path).is_err());
    starts.swap(3, 4);
    archive.insert_vector("starts", &starts);
    archive.write(&path).expect("writable");
    assert!(Network::load(units(), &path).is_err());
    std::fs::remove_file(&path).expect("there");
}
