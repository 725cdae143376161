//! The network: its files, its flow, its statistics, and copies with something changed.

use nalgebra::DMatrix;
use neuro_autodiff::Disturbance;
use neuro_core::{Batch, Linearize, Streams, System, Trajectory};
use neuro_models::noisy_ei::{CellTypes, Config, Network, TimeConstants};
use neuro_models::tasks::{MatchingTask, NoisyInputs};

use super::{NAMES, network, short, small};

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    for (channels, time_constants) in [
        (3, small().time_constants),
        (0, TimeConstants::Fixed(25.0)),
        (
            1,
            TimeConstants::Trained {
                low: 10.0,
                high: 300.0,
            },
        ),
    ] {
        let config = Config {
            channels,
            time_constants,
            dt: 2.5,
            ..small()
        };
        let network = Network::<f32>::new(&config, Streams::new(3)).expect("valid configuration");
        network.save(&path).expect("writable folder");
        let read = Network::<f32>::load(&path).expect("the file just written");
        for name in NAMES {
            let [read, written] = [&read, &network].map(|n| n.weights(name).expect("exists"));
            assert_eq!(read, written, "{name}");
        }
        assert_eq!(read.config(), &config);
        assert_eq!(read.all_weights(), network.all_weights());
        // Another number type is another network.
        assert!(Network::<f64>::load(&path).is_err());
    }
}

#[test]
fn clamped_time_constants_survive_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    let slow = network(&small(), 1).with_time_constants(&[125.0; 12]);
    let slow = slow.expect("a bound, where no raw value leads");
    slow.save(&path).expect("writable folder");
    let read = Network::<f64>::load(&path).expect("the file just written");
    assert_eq!(read.time_constants(), [125.0; 12]);
    assert_eq!(read.all_weights(), slow.all_weights());
}

#[test]
fn an_euler_step_of_the_flow_is_a_step_of_the_network() {
    let network = network(&small(), 1);
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 0.7).sin()).collect();
    let input = [0.5, -1.0];
    let inputs = Trajectory::from_vec(2, 1, 1, input.to_vec()).expect("one step");
    let run = network.simulate(&inputs, &x, &mut Disturbance::silent());
    let after = run.expect("sizes fit").states.last().to_vec();
    let flow = network.flow_with_input(&input).expect("two channels");
    let mut dx = vec![0.0; 12];
    flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
    for ((x, dx), after) in x.iter().zip(&dx).zip(&after) {
        assert!((x + 5.0 * dx - after).abs() < 1e-14);
    }
}

#[test]
fn the_jacobian_of_the_flow_is_its_derivative() {
    let flow = network(&small(), 2).flow();
    let x: Vec<f64> = (0..12).map(|i| (f64::from(i) * 1.3).cos()).collect();
    let mut jacobian = DMatrix::zeros(12, 12);
    flow.jacobian(0.0, &x, &mut jacobian);
    let rhs = |x: &[f64]| {
        let mut dx = vec![0.0; 12];
        flow.rhs(0.0, x, &mut dx, &mut flow.work(1));
        dx
    };
    let h = 1e-4;
    for j in 0..12 {
        let (mut above, mut below) = (x.clone(), x.clone());
        above[j] += h;
        below[j] -= h;
        for (i, (a, b)) in rhs(&above).iter().zip(rhs(&below)).enumerate() {
            // Entries of 0.01 / ms; central differences: h^2 truncation and rounding of 1e-18 / h.
            assert!(((a - b) / (2.0 * h) - jacobian[(i, j)]).abs() < 1e-11);
        }
    }
}

/// Standard deviation of units without connections and inputs, long after the start, for weights of
/// 1 from each noise channel.
fn stationary_sd(tau: f64, units_noise: f64, channels: usize) -> f64 {
    let config = Config {
        units: 40,
        gain: 0.0,
        channels,
        unit_noise_sd: units_noise,
        time_constants: TimeConstants::Fixed(tau),
        ..Config::default()
    };
    let mut weights = network(&config, 1).all_weights();
    weights.noise.fill(1.0);
    let network = Network::from_weights(&config, &weights).expect("weights of this size");
    let batch = Batch::of(&MatchingTask::default(), Streams::new(1), 0, 50);
    let mut batch = batch.expect("a valid task");
    batch.inputs.as_mut_slice().fill(0.0);
    let run = network.run(&batch, Streams::new(2), 0).expect("sizes fit");
    // The last 60 of 340 states: the first of them is eleven times 125 ms after the start.
    let (mut squares, mut count) = (0.0, 0.0);
    for step in 280..340 {
        for x in run.states.step(step) {
            squares += x * x;
            count += 1.0;
        }
    }
    f64::sqrt(squares / count)
}

#[test]
fn slow_units_gather_unit_noise_and_filter_channel_noise() {
    // 0.1 / sqrt(1 - (1 - a)^2), and sqrt(10) a / sqrt(1 - (1 - a)^2).
    for (tau, units_alone, channels_alone) in [(20.0, 0.151, 1.195), (125.0, 0.357, 0.452)] {
        // 40 units of 50 trials and 60 steps, alike for tau / dt steps: at least 4800 independent
        // values, 1 %. Channels drive all units alike: at least 120, 6.5 %.
        let found = stationary_sd(tau, 0.1, 0);
        assert!((found / units_alone - 1.0).abs() < 0.04, "{tau}: {found}");
        let found = stationary_sd(tau, 0.0, 10);
        assert!((found / channels_alone - 1.0).abs() < 0.2, "{tau}: {found}");
    }
}

#[test]
fn new_networks_have_the_statistics_of_the_configuration() {
    let network = network(&Config::default(), 5);
    let recurrent = network.weights("recurrent").expect("exists");
    let present = recurrent.iter().filter(|w| **w != 0.0).count();
    // 8000 of 40 000: standard deviation 80.
    assert!(present.abs_diff(8000) < 400, "{present}");
    let squares: f64 = recurrent.iter().map(|w| w * w).sum();
    // g^2 / (N p) each, standard error 1.6 %.
    let expected = 1.5_f64.powi(2) / 40.0;
    assert!((squares / present as f64 / expected - 1.0).abs() < 0.08);
    assert!((0..200).any(|i| recurrent[(i, i)] != 0.0), "autapses");
    // 40 of 200, standard deviation 5.7; all units are one or the other.
    let (excitatory, inhibitory) = (network.excitatory(), network.inhibitory());
    assert!(inhibitory.len().abs_diff(40) < 29);
    assert_eq!(excitatory.len() + inhibitory.len(), 200);
    for (units, sign) in [(excitatory, 1.0), (inhibitory, -1.0)] {
        for j in units {
            assert!(recurrent.column(j).iter().all(|w| w * sign >= 0.0));
        }
    }
}

#[test]
fn networks_of_different_channels_start_alike() {
    let of = |channels| {
        let config = Config {
            channels,
            ..small()
        };
        network(&config, 7)
    };
    let (silent, noisy) = (of(0), of(10));
    for name in NAMES.into_iter().filter(|name| *name != "noise") {
        let [a, b] = [&silent, &noisy].map(|n| n.weights(name).expect("exists"));
        assert_eq!(a, b, "{name}");
    }
}

#[test]
fn an_exact_share_of_units_inhibits_when_asked() {
    let config = Config {
        cell_types: CellTypes::Exact(0.2),
        ..Config::default()
    };
    assert_eq!(
        network(&config, 1).inhibitory(),
        (160..200).collect::<Vec<_>>()
    );
}

#[test]
fn changed_networks_differ_in_what_was_changed_alone() {
    let network = network(&small(), 1);
    let same = |changed: &Network<f64>, but: &str| {
        for name in NAMES.into_iter().filter(|name| *name != but) {
            let [a, b] = [&network, changed].map(|n| n.weights(name).expect("exists"));
            assert_eq!(a, b, "{name}");
        }
    };
    let fresh = network
        .with_fresh_noise(10, Streams::new(1))
        .expect("valid");
    same(&fresh, "noise");
    let noise = fresh.weights("noise").expect("exists");
    assert_eq!((noise.shape(), fresh.config().channels), ((12, 10), 10));
    // Fresh also for the streams that the network was made from.
    let old = network.weights("noise").expect("exists");
    assert_ne!(noise.columns(0, 3), old);
    let silent = network
        .with_noise_weights(DMatrix::zeros(12, 0))
        .expect("valid");
    same(&silent, "noise");
    let slow = network.with_time_constants(&[500.0; 12]).expect("valid");
    same(&slow, "time_constant");
    let driven = network.with_input_channel(&[1.0; 12]).expect("valid");
    same(&driven, "input");
    let input = driven.weights("input").expect("exists");
    assert_eq!(
        input.columns(0, 2),
        network.weights("input").expect("exists")
    );
    assert_eq!(input.column(2), DMatrix::from_element(12, 1, 1.0).column(0));

    assert!(network.with_time_constants(&[100.0; 11]).is_err());
    assert!(network.with_time_constants(&[4.0; 12]).is_err());
    assert!(network.with_time_constants(&[f64::NAN; 12]).is_err());
    assert!(network.with_noise_weights(DMatrix::zeros(11, 3)).is_err());
    assert!(network.with_input_channel(&[1.0; 11]).is_err());
}

#[test]
fn noise_on_the_inputs_makes_answers_worse_not_other_trials() {
    let network = network(&small(), 1);
    let noisy = NoisyInputs {
        task: short(),
        sd: 1.0,
    };
    let plain = network.test(&short(), Streams::new(1), 30).expect("valid");
    let disturbed = network.test(&noisy, Streams::new(1), 30).expect("valid");
    assert_eq!(plain.labels, disturbed.labels);
    assert_ne!(plain.answers, disturbed.answers);
    let wrong = NoisyInputs {
        task: short(),
        sd: -1.0,
    };
    assert!(network.test(&wrong, Streams::new(1), 30).is_err());
}
