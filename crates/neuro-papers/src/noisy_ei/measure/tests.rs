//! Measures of small networks without noise whose answers are known.

use nalgebra::DMatrix;
use neuro_core::{Purpose, Streams};
use neuro_models::noisy_ei::{Config, Network, UnitTimeConstants, Weights};

use super::probe::Probe;
use super::*;
use crate::noisy_ei::measured::{STRIDE, Slowed};

const UNITS: usize = 6;

const EFFORT: Effort = Effort {
    trials: 8,
    robust: 20,
    perturbed: 20,
    embedded: (8, 5),
};

fn config() -> Config {
    Config {
        units: UNITS,
        channels: 0,
        unit_noise_sd: 0.0,
        initial_state_sd: 0.0,
        ..Config::default()
    }
}

/// Six units without connections: the first four excitatory, time constants of 20, 40, … 120 ms.
fn unconnected() -> Weights<f32> {
    Weights {
        recurrent: DMatrix::zeros(UNITS, UNITS),
        input: DMatrix::zeros(UNITS, 2),
        noise: DMatrix::zeros(UNITS, 0),
        readout: DMatrix::zeros(1, UNITS),
        readout_bias: 1.0,
        time_constants: UnitTimeConstants::Clamped(
            (1_u8..=6).map(|k| 20.0 * f32::from(k)).collect(),
        ),
        signs: vec![1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
    }
}

fn network(weights: &Weights<f32>) -> Network<f32> {
    Network::from_weights(&config(), weights).expect("valid weights")
}

fn probe(network: &Network<f32>) -> Probe<'_> {
    let task = config().matching_task(250.0);
    Probe {
        assignment: Assignment {
            group: Group::Matching(Channels::None),
            seed: 3,
        },
        config: config(),
        network,
        task: Box::new(task.clone()),
        matching: Some(task),
        streams: Streams::new(3).split(Purpose::Test),
    }
}

#[test]
fn an_output_that_is_always_one_is_right_in_matches() {
    let network = network(&unconnected());
    let probe = probe(&network);
    let (answers, ..) = behaviour::answers(&probe, &EFFORT, false).expect("runs");
    assert_eq!((answers.trials, answers.accuracy), (8, [0.5, 0.5]));
    // 239 steps outside the response, and 100 within it that miss by 2 in every other trial.
    let loss = f64::midpoint(239.0_f64.sqrt(), 639.0_f64.sqrt());
    assert!((answers.loss - loss).abs() < 0.01, "{}", answers.loss);
    assert_eq!(answers.courses.len(), 4);
    for course in &answers.courses {
        assert_eq!(course.mean, vec![1.0; 339_usize.div_ceil(STRIDE)]);
        assert_eq!(course.deviation, vec![0.0; course.mean.len()]);
    }
    // Slow units change nothing where none is read.
    let slowed = behaviour::slowed(&probe, &EFFORT).expect("runs");
    assert_eq!(
        slowed.iter().map(|a| a.slowed).collect::<Vec<_>>(),
        [Slowed::All, Slowed::Inhibitory]
    );
    assert!(slowed.iter().all(|a| a.accuracy == answers.accuracy));
    let robust = behaviour::robustness(&probe, &EFFORT).expect("runs");
    for at in robust {
        // As many as there are matches among 20 random trials.
        assert!((at.accuracy[0] - 0.5).abs() <= 0.35 && at.accuracy[0] == at.accuracy[1]);
    }
}

#[test]
fn the_modes_of_unconnected_units_are_their_own_leaks() {
    let mut weights = unconnected();
    weights.input[(0, 0)] = 4.0;
    let network = network(&weights);
    let probe = probe(&network);
    let (_, sums, _) = behaviour::answers(&probe, &EFFORT, true).expect("runs");
    let (steady, modes) = steady::measure(&probe, sums).expect("converges");
    assert_eq!((steady.len(), modes.len()), (2, 2));
    for state in &steady {
        assert_eq!(state.trials, 4);
        for (k, [re, im, participation]) in state.modes.iter().enumerate() {
            let leak = -1000.0 / (120.0 - 20.0 * k as f64);
            assert!((re - leak).abs() < 0.01 * leak.abs(), "{re} {leak}");
            assert_eq!((*im, *participation), (0.0, 1.0));
        }
        // Six modes are fewer than ten: every unit has its own among them.
        assert_eq!(state.amplitudes, [1.0; UNITS]);
        assert!(state.other_course.is_empty());
        // All come to rest at 0, where the rate is 1/2.
        let refined = state.refined.expect("a fixed point");
        assert!((refined.abscissa + 1000.0 / 120.0).abs() < 0.01);
        assert!(state.rates[1..].iter().all(|rate| *rate == 0.5));
    }
    // The first unit still decays from the first stimulus, upwards or downwards.
    assert!(steady[0].positive && steady[0].rates[0] > 0.52);
    assert!(!steady[1].positive && steady[1].rates[0] < 0.48);
    assert!(steady[0].residual > 0.0);
}

#[test]
fn perturbing_units_that_are_not_read_changes_no_answer() {
    let mut weights = unconnected();
    // Unit 5, the slowest, pulls the output down when it is driven.
    weights.readout[(0, 5)] = -20.0;
    weights.readout_bias = 11.0;
    let network = network(&weights);
    let probe = probe(&network);
    let (_, sums, _) = behaviour::answers(&probe, &EFFORT, true).expect("runs");
    let (_, modes) = steady::measure(&probe, sums).expect("converges");
    let found = perturbed::measure(&probe, &modes[0], &EFFORT).expect("runs");
    assert_eq!(found.len(), UNITS);
    for mode in &found {
        assert_eq!((mode.units, mode.participation, mode.trials), (1, 1.0, 20));
    }
    // Without the current the output is 1 in all trials, with it 11 - 20/(1 + 1/e) at last: matches
    // begin right and non-matches end right.
    let [slowest, rest @ ..] = found.as_slice() else {
        panic!("six modes");
    };
    assert!((slowest.value[0] + 1000.0 / 120.0).abs() < 0.01);
    assert_eq!(slowest.accuracy[0], 1.0);
    for mode in rest {
        assert!(mode.accuracy[0] > 0.1 && mode.accuracy[0] < 0.9);
        assert_eq!(mode.accuracy, rest[0].accuracy);
    }
}

#[test]
fn connections_are_counted_by_the_kind_of_their_sender() {
    let mut weights = unconnected();
    weights.recurrent[(0, 1)] = 0.5;
    weights.recurrent[(3, 1)] = 1.5;
    weights.recurrent[(2, 4)] = -0.25;
    let network = network(&weights);
    let found = units::weights(&probe(&network)).expect("weights");
    assert_eq!(found.connections, [2, 1]);
    assert_eq!(found.strengths, [Some(1.0), Some(0.25)]);
    assert_eq!(found.silent, 4);
    let units = units::units(&network);
    assert_eq!(units.inhibitory, [false, false, false, false, true, true]);
    assert_eq!(units.time_constants[..2], [20.0, 40.0]);
}

#[test]
fn conditions_that_the_inputs_keep_apart_are_apart_in_the_embedding() {
    let mut weights = unconnected();
    // Slow units that see the first stimulus, and others that see the second.
    for unit in [4, 5] {
        weights.input[(unit, 0)] = 8.0;
    }
    for unit in [2, 3] {
        weights.input[(unit, 1)] = 8.0;
    }
    weights.time_constants = UnitTimeConstants::Clamped(vec![1000.0; UNITS]);
    // A little noise: without it all trials of a condition coincide.
    let config = Config {
        unit_noise_sd: 0.02,
        ..config()
    };
    let network = Network::from_weights(&config, &weights).expect("valid weights");
    let probe = probe(&network);
    let (_, _, rows) = behaviour::answers(&probe, &EFFORT, false).expect("runs");
    let task = probe.matching.clone().expect("a task of matching");
    let found = embedding::measure(&probe, &task, &rows).expect("runs");
    let found = found.expect("converges");
    assert_eq!((found.memory, found.conditions), (1.0, 1.0));
    // From the first stimulus (250 ms) on, every 25 ms, in eight trials.
    assert_eq!(found.points.len(), 8 * 58);
    assert_eq!(found.points[0][..2], [0.0, 250.0]);
}
