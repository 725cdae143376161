//! The sequential memories of Karuvally et al.: what must be true of them, their files, and what they refuse.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::integrate::adaptive::{StepControl, integrate_at};
use neuro_core::integrate::{RungeKutta4, integrate, integrate_every, integrate_observed};
use neuro_core::{Linearize, Streams, System};
use neuro_models::Error;
use neuro_models::sequential_memory::{
    Clipped, Config, Corruption, Cueing, Drive, Episodes, Flow, Lagrangian, Learning,
    LearningConfig, LogCosh, LogSumExp, Network, OverlapFlow, Presentation, ProjectedFlow,
    Quadratic, Recall, ReducedFlow, Replay, Softplus, Sweeps, random_memories, random_network,
};
use proptest::prelude::*;

/// Cycles of three and four of random memories.
fn stored(config: Config, features: usize, seed: u64) -> Network {
    let memories = random_memories(features, 7, Streams::new(seed));
    let episodes = Episodes::cycles(&[3, 4]).expect("two cycles");
    Network::store(config, memories, &episodes).expect("different memories")
}

/// Every kind of network, of 12 features and 5 hidden units, with dense synapses and a hidden time constant.
fn kinds(seed: u64) -> Vec<Network> {
    let pairs: [(Arc<dyn Lagrangian>, Arc<dyn Lagrangian>); 4] = [
        (Arc::new(LogCosh { gain: 1.3 }), Arc::new(Quadratic)),
        (Arc::new(Quadratic), Arc::new(LogSumExp { gain: 0.8 })),
        (
            Arc::new(LogCosh { gain: 0.9 }),
            Arc::new(LogSumExp { gain: 1.7 }),
        ),
        (
            Arc::new(Softplus { gain: 1.1 }),
            Arc::new(LogCosh { gain: 0.4 }),
        ),
    ];
    let networks = pairs.into_iter().map(|(features, hidden)| {
        let config = Config {
            features,
            hidden,
            memory_strength: 0.3,
            delay_strength: 0.7,
            hidden_time_constant: 0.4,
            delay_time_constant: 7.0,
            delay_gain: 1.5,
            ..Config::dsem()
        };
        let memories = random_memories(12, 5, Streams::new(seed));
        let transitions = random_memories(5, 5, Streams::new(seed + 1)) * 0.5;
        Network::from_weights(config, memories, transitions).expect("valid")
    });
    networks.collect()
}

/// Some values between -2 and 2.
fn values(count: usize, phase: f64) -> Vec<f64> {
    (0..count)
        .map(|k| 2.0 * (1.7 * k as f64 + phase).sin())
        .collect()
}

#[test]
fn the_energy_changes_by_its_two_parts() {
    for network in kinds(1) {
        let (f, h, d) = (values(12, 0.3), values(5, 1.1), values(12, 2.5));
        let step = 1e-5;
        let flow = Flow::new(&network, Drive::Free).expect("a hidden time constant");
        let x = [&f[..], &h, &d].concat();
        let mut dx = vec![0.0; x.len()];
        flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
        let energy = |by: f64| {
            let x: Vec<f64> = x.iter().zip(&dx).map(|(x, dx)| x + by * dx).collect();
            let terms = network.energy(&x[..12], &x[12..17], &x[17..]);
            terms.expect("sizes fit").total()
        };
        let slope = (energy(step) - energy(-step)) / (2.0 * step);
        let rate = network.energy_rate(&f, &h, &d).expect("sizes fit");
        // Central differences: 1e-10 of third derivatives, and rounding of some 1e-15 / step.
        let scale = rate.descent.abs() + rate.delay.abs();
        assert!(
            (slope - rate.total()).abs() < 1e-8 * scale,
            "{slope} {rate:?}"
        );
        assert!(rate.descent < 0.0);
    }
}

#[test]
fn the_adiabatic_energy_is_that_of_all_variables_at_the_adiabatic_hidden_state() {
    for network in kinds(2) {
        let (f, d) = (values(12, 0.3), values(12, 2.5));
        let hidden = network.adiabatic_hidden(&f, &d).expect("sizes fit");
        let terms = network.energy(&f, &hidden, &d).expect("sizes fit");
        let reduced = network.reduced_energy(&f, &d).expect("sizes fit");
        assert!((terms.total() - reduced).abs() < 1e-12 * reduced.abs().max(1.0));
        let surface = |f: &[f64], d: &[f64]| {
            let column = |v: &[f64]| DMatrix::from_column_slice(12, 1, v);
            let surface = network.energy_surface(&column(f), &column(d));
            surface.expect("sizes fit")[(0, 0)]
        };
        assert!((surface(&f, &d) - reduced).abs() < 1e-12 * reduced.abs().max(1.0));
        let gradient = network.reduced_energy_gradient(&f, &d).expect("sizes fit");
        let rate = network.reduced_energy_rate(&f, &d).expect("sizes fit");
        assert!(rate.descent < 0.0);
        for (i, slope) in gradient.iter().enumerate() {
            let moved = |by: f64| {
                let mut f = f.clone();
                f[i] += by;
                network.reduced_energy(&f, &d).expect("sizes fit")
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            // Rounding of energies of some tens.
            assert!(
                (difference - slope).abs() < 1e-8 * (1.0 + slope.abs()),
                "{i}"
            );
        }
    }
}

#[test]
fn parts_of_the_linear_energy_are_its_whole() {
    let network = &kinds(3)[0];
    let (f, d) = (values(12, 0.9), values(12, 2.1));
    let parts = network.linear_energy_parts(&f, &d).expect("linear");
    let sum = parts.associative + parts.sequential + parts.constant;
    let whole = network.reduced_energy(&f, &d).expect("sizes fit");
    assert!((sum - whole).abs() < 1e-12 * whole.abs().max(1.0));
    let other = network.linear_energy_parts(&values(12, 0.0), &d);
    assert_eq!(other.expect("linear").constant, parts.constant);
    let refused = kinds(3)[1].linear_energy_parts(&f, &d);
    assert!(matches!(refused, Err(Error::NonlinearHidden { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_energy_never_rises_while_the_delay_stands_still(seed in 0..1000_u64, phase in 0.0..6.0_f64) {
        // So slow a delay stands still for the time of the run.
        for network in kinds(seed) {
            let config = Config { delay_time_constant: 1e12, ..network.config().clone() };
            let network = Network::from_weights(
                config, network.memories().clone(), network.transitions().clone(),
            ).expect("valid");
            let (f, h, d) = (values(12, phase), values(5, 2.0 * phase), values(12, 3.0 * phase));
            let flow = Flow::new(&network, Drive::Free).expect("a hidden time constant");
            let run = integrate(&flow, &RungeKutta4, 0.0, 0.02, 500, &[&f[..], &h, &d].concat());
            let run = run.expect("bounded");
            let energies: Vec<f64> = (0..run.len()).map(|k| {
                let x = run.state(k);
                network.energy(&x[..12], &x[12..17], &x[17..]).expect("sizes fit").total()
            }).collect();
            for pair in energies.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-12 * pair[0].abs().max(1.0), "{pair:?}");
            }
            let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
            let run = integrate(&flow, &RungeKutta4, 0.0, 0.02, 500, &[&f[..], &d].concat());
            let run = run.expect("bounded");
            let energies: Vec<f64> = (0..run.len()).map(|k| {
                network.reduced_energy(&run.state(k)[..12], &run.state(k)[12..]).expect("sizes fit")
            }).collect();
            for pair in energies.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-12 * pair[0].abs().max(1.0), "{pair:?}");
            }
        }
    }

    #[test]
    fn sweeps_descend_to_where_the_flow_stands_still(seed in 0..1000_u64, phase in 0.0..6.0_f64) {
        for network in kinds(seed) {
            let (f, d) = (values(12, phase), values(12, 3.0 * phase));
            let mut before = network.reduced_energy(&f, &d).expect("sizes fit");
            let mut at = f;
            for _ in 0..5 {
                let one = Sweeps { most: 1, ..Sweeps::default() };
                let point = network.fixed_point(&at, &d, one).expect("sizes fit");
                prop_assert!(point.energy <= before + 1e-12 * before.abs().max(1.0));
                (before, at) = (point.energy, point.features);
            }
            let point = network.fixed_point(&at, &d, Sweeps::default()).expect("sizes fit");
            prop_assert!(point.converged);
            let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
            let mut slope = vec![0.0; 24];
            flow.rhs(0.0, &[&point.features[..], &d].concat(), &mut slope, &mut flow.work(1));
            prop_assert!(slope[..12].iter().all(|s| s.abs() < 1e-10), "{slope:?}");
        }
    }
}

#[test]
fn jacobians_are_derivatives() {
    for network in kinds(4) {
        let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
        let x = values(24, 0.4);
        let mut jacobian = DMatrix::zeros(24, 24);
        flow.jacobian(0.0, &x, &mut jacobian);
        let mut work = flow.work(1);
        let h = 1e-5;
        for j in 0..24 {
            let mut slopes = [h, -h].map(|by| {
                let (mut x, mut dx) = (x.clone(), vec![0.0; 24]);
                x[j] += by;
                flow.rhs(0.0, &x, &mut dx, &mut work);
                dx
            });
            for i in 0..24 {
                slopes[0][i] = (slopes[0][i] - slopes[1][i]) / (2.0 * h);
                let error = (slopes[0][i] - jacobian[(i, j)]).abs();
                assert!(error < 1e-8, "{i} {j}: {error}");
            }
        }
    }
}

#[test]
fn dsem_and_lisem_replay_the_cycle_of_their_cue_and_no_other() {
    let cycles = Episodes::cycles(&[3, 4]).expect("two cycles");
    // LISEM with seven memories of 100 features is near its limit: it gets 400 (specification).
    let lisem = Config::lisem(400);
    for (config, features, duration) in [(Config::dsem(), 100, 150.0), (lisem, 400, 2500.0)] {
        let network = stored(config, features, 11);
        for cue in [0, 4] {
            let corrupted = network.cue(cue, Corruption::Erased(features / 4), Streams::new(0), 0);
            let recall = Recall {
                step: 0.05,
                ..Recall::default()
            };
            let replay = network.recall_with(&corrupted.expect("in range"), duration, &recall);
            let replay = replay.expect("bounded");
            assert!(replay.visits().len() > 3, "{:?}", replay.sequence());
            assert_eq!(replay.sequence()[0], cue);
            assert!(replay.follows(&cycles), "{:?}", replay.sequence());
            let others = if cue == 0 { 3..7 } else { 0..3 };
            // Crosstalk: five standard deviations of the overlap of random memories would be 0.5 and 0.25.
            assert!(others.map(|m| replay.peak(m)).all(|m| m < 0.6));
        }
    }
}

#[test]
fn without_delayed_synapses_a_memory_is_retrieved_and_held() {
    let config = Config {
        delay_strength: 0.0,
        ..Config::dsem()
    };
    let network = stored(config, 100, 5);
    let cue = network.cue(3, Corruption::Flipped(20), Streams::new(1), 0);
    let replay = network.recall(&cue.expect("in range"), 200.0);
    let replay = replay.expect("bounded");
    assert_eq!(replay.sequence(), [3]);
    assert!(replay.overlaps()[(3, 2000)] > 0.9999);
}

/// Orthogonal memories: rows of a Hadamard matrix.
fn orthogonal(features: usize, count: usize) -> DMatrix<f64> {
    let sign = |i: usize, mu: usize| {
        if (i & (mu + 1)).count_ones().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        }
    };
    DMatrix::from_fn(features, count, sign)
}

#[test]
fn orthogonal_memories_of_dsem_dwell_as_long_as_theory_says() {
    for (config, length, duration) in [(Config::dsem(), 4, 1500.0), (Config::dsem(), 3, 1500.0)] {
        let config = Config {
            delay_time_constant: 100.0,
            ..config
        };
        let theory = config.orthogonal_dwell_time(length).expect("below 1");
        let episodes = Episodes::cycles(&[length]).expect("a cycle");
        let network = Network::store(config, orthogonal(64, length), &episodes);
        let network = network.expect("different memories");
        let recall = Recall {
            step: 0.05,
            ..Recall::default()
        };
        let cue = network.memory(0).expect("in range").to_vec();
        let replay = network
            .recall_with(&cue, duration, &recall)
            .expect("bounded");
        assert!(replay.follows(&episodes));
        // The first cycle differs, its traces being shorter.
        let times = replay.dwell_times();
        let last = *times.last().expect("visits");
        assert!(times.len() > 2 * length, "{} visits", times.len());
        // Theory has no time for the switch, of some T_f = 1, and the run is read every 0.5.
        assert!((last - theory).abs() < 2.0, "{last} {theory}");
    }
}

#[test]
fn linear_hidden_units_leave_a_memory_before_the_threshold_of_theory() {
    // A feature feels the traces of all memories together, orthogonal or not.
    let config = Config::lisem(64);
    let theory = config.orthogonal_dwell_time(4).expect("below 1");
    let episodes = Episodes::cycles(&[4]).expect("a cycle");
    let network = Network::store(config, orthogonal(64, 4), &episodes).expect("different memories");
    let cue = network.memory(0).expect("in range").to_vec();
    let recall = Recall {
        step: 0.05,
        ..Recall::default()
    };
    let replay = network.recall_with(&cue, 2000.0, &recall).expect("bounded");
    assert!(replay.follows(&episodes) && replay.visits().len() > 8);
    let dwell = replay.dwell().expect("visits").mean;
    assert!((0.3..0.7).contains(&(dwell / theory)), "{dwell} {theory}");
}

#[test]
fn overlaps_alone_give_the_run_of_the_full_network() {
    let network = stored(Config::dsem(), 100, 3);
    let full = ReducedFlow::new(&network, Drive::Free).expect("no input");
    let (cue, still) = (values(100, 0.2), values(100, 1.0));
    // Neither features nor delay are in the span of the memories.
    let steps = 3000;
    let run = integrate_every(
        &full,
        &RungeKutta4,
        0.0,
        0.01,
        steps,
        100,
        &[&cue[..], &still].concat(),
    );
    let run = run.expect("bounded");
    let small = OverlapFlow::new(&network, Drive::Free).expect("linear features");
    let start = small.state(&cue, &still).expect("sizes fit");
    let overlaps = integrate_every(&small, &RungeKutta4, 0.0, 0.01, steps, 100, &start);
    let overlaps = overlaps.expect("bounded");
    for kept in 0..run.len() {
        let expected = network
            .overlaps(&run.state(kept)[..100])
            .expect("sizes fit");
        for (m, f) in expected.iter().zip(overlaps.state(kept)) {
            // Rounding, which switches enlarge.
            assert!((m - f / 100.0).abs() < 1e-9, "{kept}: {m} {f}");
        }
    }
}

#[test]
fn projected_delays_give_the_run_of_the_full_network() {
    for network in kinds(6) {
        let (f, d) = (values(12, 0.3), values(12, 2.5));
        let full = ReducedFlow::new(&network, Drive::Input(values(12, 1.0))).expect("sizes fit");
        let full = integrate(&full, &RungeKutta4, 0.0, 0.05, 200, &[&f[..], &d].concat());
        let small = ProjectedFlow::new(&network, Drive::Input(values(12, 1.0))).expect("sizes fit");
        let start = small.state(&f, &d).expect("sizes fit");
        let small = integrate(&small, &RungeKutta4, 0.0, 0.05, 200, &start);
        let (full, small) = (full.expect("bounded"), small.expect("bounded"));
        for (a, b) in full.last()[..12].iter().zip(small.last()) {
            assert!((a - b).abs() < 1e-11, "{a} {b}");
        }
    }
}

#[test]
fn the_adiabatic_limit_is_that_of_fast_hidden_units() {
    let distance = |tau: f64| {
        let network = &kinds(7)[2];
        let config = Config {
            hidden_time_constant: tau,
            ..network.config().clone()
        };
        let network = Network::from_weights(
            config,
            network.memories().clone(),
            network.transitions().clone(),
        )
        .expect("valid");
        let (f, d) = (values(12, 0.3), values(12, 2.5));
        let hidden = network.adiabatic_hidden(&f, &d).expect("sizes fit");
        let control = StepControl::new(1e-9, 1e-9);
        let flow = Flow::new(&network, Drive::Free).expect("a hidden time constant");
        let general = integrate_at(
            &flow,
            &control,
            0.0,
            &[2.0],
            &[&f[..], &hidden, &d].concat(),
        );
        let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
        let reduced = integrate_at(&flow, &control, 0.0, &[2.0], &[&f[..], &d].concat());
        let (general, reduced) = (general.expect("bounded"), reduced.expect("bounded"));
        let pairs = general.last()[..12].iter().zip(reduced.last());
        pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
    };
    let distances = [0.04, 0.02, 0.01].map(distance);
    // Of first order in the time constant.
    for pair in distances.windows(2) {
        assert!((1.7..2.3).contains(&(pair[0] / pair[1])), "{distances:?}");
    }
}

#[test]
fn the_delay_is_the_past_weighted_with_an_exponential() {
    // Eq. 2: V_d(t) = beta_d / T_d times the integral of s_f(t') exp(-(t - t') / T_d), by the trapezoidal rule.
    let network = &kinds(8)[0];
    let flow = ReducedFlow::new(network, Drive::Free).expect("no input");
    let (dt, steps) = (0.01, 1000);
    let start = [values(12, 0.3), vec![0.0; 12]].concat();
    let run = integrate(&flow, &RungeKutta4, 0.0, dt, steps, &start).expect("bounded");
    let (tau, gain) = (7.0, 1.5);
    let mut expected = vec![0.0; 12];
    for k in 0..=steps {
        let s = network
            .feature_activation(&run.state(k)[..12])
            .expect("sizes fit");
        let end = if k == 0 || k == steps { 0.5 } else { 1.0 };
        let weight = end * dt * gain / tau * (-((steps - k) as f64) * dt / tau).exp();
        for (sum, s) in expected.iter_mut().zip(s) {
            *sum += weight * s;
        }
    }
    for (d, expected) in run.last()[12..].iter().zip(&expected) {
        // dt^2 / 12 times slopes of order 1.
        assert!((d - expected).abs() < 2e-5, "{d} {expected}");
    }
}

#[test]
fn copies_together_are_those_alone() {
    for network in [
        stored(Config::dsem(), 50, 2),
        stored(Config::lisem(50), 50, 2),
    ] {
        let cues = DMatrix::from_fn(50, 11, |i, b| values(50, b as f64)[i]);
        for recall in [
            Recall::default(),
            Recall {
                bound: Some(0.9),
                cueing: Cueing::Input {
                    steps: 50,
                    strength: 0.3,
                },
                ..Recall::default()
            },
        ] {
            let together = network.recall_many(&cues, 8.0, &recall).expect("bounded");
            for (cue, together) in cues.as_slice().chunks(50).zip(&together) {
                let alone = network.recall_with(cue, 8.0, &recall).expect("bounded");
                assert_eq!(&alone, together);
            }
        }
    }
}

#[test]
fn clamped_features_stay_and_an_input_moves_them() {
    let network = stored(Config::dsem(), 30, 2);
    let memory = network.memory(1).expect("in range").to_vec();
    let start = [&memory[..], &[0.0; 30]].concat();
    let flow = ReducedFlow::new(&network, Drive::Clamp).expect("no input");
    let run = integrate(&flow, &RungeKutta4, 0.0, 0.05, 200, &start).expect("bounded");
    assert_eq!(run.last()[..30], memory);
    // The delay fills up: 1 - exp(-10 / 20).
    let filled = 1.0 - (-0.5_f64).exp();
    for (d, v) in run.last()[30..].iter().zip(&memory) {
        assert!((d - filled * v).abs() < 1e-9);
    }
    let input: Vec<f64> = network
        .memory(2)
        .expect("in range")
        .iter()
        .map(|v| 40.0 * v)
        .collect();
    let flow = OverlapFlow::new(&network, Drive::Input(input)).expect("linear features");
    let start = flow.state(&memory, &[0.0; 30]).expect("sizes fit");
    let run = integrate(&flow, &RungeKutta4, 0.0, 0.05, 200, &start).expect("bounded");
    assert!(run.last()[2] > run.last()[1]);
}

#[test]
fn clipped_features_stay_within_their_bound() {
    let network = stored(Config::dsem(), 30, 2);
    let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
    let method = Clipped {
        method: RungeKutta4,
        variables: 30,
        bound: 0.5,
    };
    let mut largest = [0.0_f64; 2];
    let mut x = [values(30, 0.1), values(30, 0.7)].concat();
    let run = integrate_observed(&flow, &method, 0.0, 0.05, 100, &mut x, |step, _, x| {
        if step > 0 {
            let of = |x: &[f64]| x.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
            largest = [largest[0].max(of(&x[..30])), largest[1].max(of(&x[30..]))];
        }
    });
    run.expect("bounded");
    assert!(largest[0] == 0.5 && largest[1] > 1.0, "{largest:?}");
}

#[test]
fn episodes_are_learned_and_recalled_from_noisy_cues() {
    let cycle = Episodes::cycles(&[4]).expect("a cycle");
    let mut apart = 0;
    for seed in 0..6 {
        let memories = random_memories(100, 4, Streams::new(100 + seed));
        let network = random_network(Config::dsem_learning(), 100, 20, Streams::new(seed));
        let learning = Learning::new(network.expect("valid"), LearningConfig::default());
        let mut learning = learning.expect("valid");
        for _ in 0..100 {
            learning.epoch(&memories).expect("bounded");
        }
        assert_eq!(learning.presentations(), 400);
        let network = learning.into_network();
        assert!(network.memories().amax() <= 5.0);
        let mut winners = network.winners(&memories).expect("sizes fit");
        winners.sort_unstable();
        winners.dedup();
        let recall = Recall {
            step: 0.05,
            bound: Some(1.0),
            patterns: Some(memories.clone()),
            ..Recall::default()
        };
        let mut cue = memories.column(0).as_slice().to_vec();
        let flipped = Corruption::Flipped(10).apply(&mut cue, Streams::new(seed), 0);
        flipped.expect("in range");
        let replay = network.recall_with(&cue, 150.0, &recall).expect("bounded");
        // Two memories that share a hidden unit share it for ever, and one of them is skipped.
        let whole = replay.visits().len() > 4 && replay.follows(&cycle);
        assert_eq!(
            whole,
            winners.len() == 4,
            "{:?} {winners:?}",
            replay.sequence()
        );
        apart += usize::from(whole);
    }
    // Four of twenty hidden units taken at random differ in 0.73 of the draws.
    assert!(apart >= 2, "{apart} of 6");
}

#[test]
fn clamped_learning_is_driven_learning_with_features_held() {
    // With an input so strong that features follow it closely, the two learn the same memories.
    let memories = random_memories(40, 2, Streams::new(2));
    let learned = |presentation, factor: f64| {
        let network = random_network(Config::dsem_learning(), 40, 6, Streams::new(1));
        let config = LearningConfig {
            presentation,
            steps_per_presentation: 1000,
            ..LearningConfig::default()
        };
        let mut learning = Learning::new(network.expect("valid"), config).expect("valid");
        let scaled = memories.clone() * factor;
        for _ in 0..5 {
            learning.epoch(&scaled).expect("bounded");
        }
        learning.network().memories().clone()
    };
    let clamped = learned(Presentation::Clamp, 1.0);
    let driven = learned(Presentation::Drive { strength: 1.0 }, 1.0);
    let start = random_network(Config::dsem_learning(), 40, 6, Streams::new(1)).expect("valid");
    let (a, b) = (clamped - start.memories(), driven - start.memories());
    let cosine = a.dot(&b) / (a.norm() * b.norm());
    assert!(
        a.norm() > 0.1 && cosine > 0.5 && cosine < 0.999999,
        "{cosine}"
    );
}

#[test]
fn learning_that_overflows_keeps_the_synapses_from_before() {
    let network = random_network(Config::dsem_learning(), 10, 3, Streams::new(1)).expect("valid");
    let config = LearningConfig {
        memories_time_constant: 1e-300,
        memories_bound: None,
        ..LearningConfig::default()
    };
    let (before, huge) = (network.memories().clone(), [1e200; 10]);
    let mut learning = Learning::new(network, config).expect("valid");
    let refused = learning.present(&huge, &huge);
    assert!(
        matches!(
            refused,
            Err(Error::Core(neuro_core::Error::Diverged { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(learning.network().memories(), &before);
    assert_eq!(learning.presentations(), 0);
}

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    for network in kinds(9) {
        network.save(&path).expect("writable folder");
        let read = Network::load(&path).expect("the file just written");
        assert_eq!(read.memories(), network.memories());
        assert_eq!(read.transitions(), network.transitions());
        assert_eq!(
            format!("{:?}", read.config()),
            format!("{:?}", network.config())
        );
    }
}

#[test]
fn wrong_memories_graphs_gains_and_cues_are_refused_with_their_name() {
    let message = |network: Result<Network, Error>| {
        network
            .map(|_| ())
            .map_err(|e| e.to_string())
            .expect_err("refused")
    };
    let cycle = Episodes::cycles(&[3]).expect("a cycle");
    let memories = random_memories(20, 3, Streams::new(1));
    let store = |memories: DMatrix<f64>| Network::store(Config::dsem(), memories, &cycle);
    let mut twice = memories.clone();
    twice.set_column(2, &memories.column(0));
    assert_eq!(message(store(twice)), "memories 0 and 2 are the same");
    let none = message(store(DMatrix::zeros(20, 0)));
    assert_eq!(none, "memories: expected at least one, found none");
    message(store(DMatrix::zeros(0, 3)));
    let mut zero = memories.clone();
    zero.column_mut(1).fill(0.0);
    assert!(message(store(zero)).contains("all zeros, found 1"));
    let mut broken = memories.clone();
    broken[(4, 1)] = f64::NAN;
    assert_eq!(
        message(store(broken)),
        "memories: value 24 is NaN, expected finite values"
    );
    let four = message(store(random_memories(20, 4, Streams::new(1))));
    assert_eq!(four, "memories of the episodes: expected 4 values, found 3");

    let configured = |config| message(Network::store(config, memories.clone(), &cycle));
    let gain = |gain| Config {
        hidden: Arc::new(LogSumExp { gain }),
        ..Config::dsem()
    };
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN, 1e-310] {
        assert!(
            configured(gain(bad)).starts_with("gain of an activation"),
            "{bad}"
        );
    }
    let strong = Config {
        memory_strength: 1e307,
        ..Config::dsem()
    };
    assert!(configured(strong).starts_with("largest drive"));
    for change in [
        (|c| c.memory_strength = 0.0) as fn(&mut Config),
        |c| c.delay_strength = f64::NAN,
        |c| c.feature_time_constant = 0.0,
        |c| c.hidden_time_constant = -1.0,
        |c| c.delay_time_constant = f64::INFINITY,
        |c| c.delay_gain = -1.0,
    ] {
        let mut config = Config::dsem();
        change(&mut config);
        configured(config);
    }
    let network = store(memories.clone()).expect("valid");
    let weights = Network::from_weights(Config::dsem(), memories.clone(), DMatrix::zeros(3, 4));
    assert_eq!(message(weights), "transitions: expected 3x3, found 3x4");
    assert!(Flow::new(&network, Drive::Free).is_err());
    assert!(ReducedFlow::new(&network, Drive::Input(vec![0.0; 21])).is_err());
    assert!(ReducedFlow::new(&network, Drive::Input(vec![])).is_err());
    let lisem = Network::store(Config::lisem(20), memories, &cycle).expect("valid");
    let refused = OverlapFlow::new(&lisem, Drive::Free).map(|_| ());
    assert!(matches!(
        refused,
        Err(Error::NonlinearFeatures { found: "log-cosh" })
    ));

    let recall = |cue: &[f64], duration| {
        let replay = network.recall(cue, duration).map(|_| ());
        replay.map_err(|e| e.to_string()).expect_err("refused")
    };
    assert_eq!(recall(&[1.0; 19], 1.0), "cue: expected 20 values, found 19");
    recall(&[f64::NAN; 20], 1.0);
    recall(&[1.0; 20], 0.0);
    recall(&[1.0; 20], f64::INFINITY);
    assert!(recall(&[1.0; 20], 0.01).starts_with("duration: expected 1 to 1e15 samples"));
    assert!(
        network
            .recall_many(&DMatrix::zeros(20, 0), 1.0, &Recall::default())
            .is_err()
    );
    assert!(network.memory(3).is_err());
    let cue = |corruption| network.cue(0, corruption, Streams::new(0), 0).map(|_| ());
    assert!(cue(Corruption::Flipped(21)).is_err() && cue(Corruption::Noise(-1.0)).is_err());
    assert!(network.energy(&[0.0; 20], &[0.0; 4], &[0.0; 20]).is_err());
    assert!(
        network
            .energy_surface(&DMatrix::zeros(19, 2), &DMatrix::zeros(20, 2))
            .is_err()
    );
    assert!(Replay::new(vec![0.0], DMatrix::zeros(2, 2), 0.8).is_err());
}

#[test]
fn corruptions_change_as_much_as_they_say() {
    let network = stored(Config::dsem(), 100, 1);
    let memory = network.memory(2).expect("in range").to_vec();
    let changed = |corruption, trial| {
        let cue = network
            .cue(2, corruption, Streams::new(5), trial)
            .expect("in range");
        cue.iter()
            .zip(&memory)
            .map(|(c, m)| c - m)
            .collect::<Vec<f64>>()
    };
    let count = |d: &[f64]| d.iter().filter(|d| **d != 0.0).count();
    assert_eq!(count(&changed(Corruption::None, 0)), 0);
    let erased = changed(Corruption::Erased(25), 0);
    assert_eq!((count(&erased), count(&erased[75..])), (25, 25));
    let flipped = changed(Corruption::Flipped(10), 0);
    assert_eq!(count(&flipped), 10);
    assert_ne!(flipped, changed(Corruption::Flipped(10), 1));
    assert!(flipped.iter().all(|d| *d == 0.0 || d.abs() == 2.0));
    let offset = changed(Corruption::Offset(0.3), 0);
    assert!(offset.iter().all(|d| (d - offset[0]).abs() < 1e-15));
    assert_eq!(count(&changed(Corruption::Noise(0.3), 0)), 100);
}
