//! The models of Gu & Lim: what must be true of them, their files, and what they refuse.

use std::ops::ControlFlow;

use nalgebra::DMatrix;
use neuro_core::integrate::{Euler, RungeKutta4, integrate};
use neuro_core::{Linearize, Streams, System};
use neuro_models::Error;
use neuro_models::derivative_feedback::{
    Config, Homogeneous, HomogeneousConfig, HomogeneousRule, Learning, NegativeWeights, Network,
    Period, Perturbation, PlasticFlow, Plasticity, Scheme, ThreeVariableFlow,
};
use proptest::prelude::*;

fn small() -> Config {
    Config {
        units: 16,
        ..Config::default()
    }
}

/// The paper's speed of learning for 16 units.
fn plasticity() -> Plasticity {
    Plasticity {
        differential: 4e-5,
        ..Plasticity::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn homogeneous_rates_follow_their_exact_solution(
        weight in 430.0..505.0_f64, input in 10.0..1000.0_f64,
    ) {
        let config = HomogeneousConfig { weight, rule: HomogeneousRule::fixed(), ..HomogeneousConfig::default() };
        let model = Homogeneous::new(config).expect("valid");
        let [driven, alone] = model.course(input, &RungeKutta4, 0.25, 4).expect("bounded");
        for k in 0..driven.len() {
            let exact = model.driven_rate(weight, input, driven.time(k));
            prop_assert!((driven.state(k)[0] - exact).abs() <= 1e-6 * exact);
        }
        for k in 0..alone.len() {
            let exact = model.remaining_rate(weight, driven.last()[0], alone.time(k) - 50.0);
            // The error of RK4 grows with the number of decay times passed, here up to 40.
            prop_assert!((alone.state(k)[0] - exact).abs() <= 1e-6 * exact);
        }
    }

    #[test]
    fn the_invariant_of_differential_plasticity_holds_in_the_delay(
        weight in 430.0..505.0_f64, input in 10.0..1000.0_f64,
    ) {
        let config = HomogeneousConfig { weight, ..HomogeneousConfig::default() };
        let model = Homogeneous::new(config).expect("valid");
        let [driven, alone] = model.course(input, &RungeKutta4, 0.1, 100).expect("bounded");
        let kept = model.invariant(driven.last()[0], driven.last()[1]);
        for k in 0..alone.len() {
            let state = alone.state(k);
            prop_assert!((model.invariant(state[0], state[1]) - kept).abs() < 1e-9 * kept);
        }
    }

    #[test]
    fn perturbations_scale_rows_or_columns(depth in -0.2..0.5_f64, centre in -3.0..3.0_f64) {
        let config = small();
        let network = Network::new(&config).expect("valid");
        let width = 0.8;
        let rows = Perturbation::PostSynaptic { depth, centre, width };
        let columns = Perturbation::PreSynaptic { depth, centre, width };
        let [rows, columns] = [rows, columns].map(|p| network.perturbed(&p).expect("valid"));
        // The kernel is symmetric, so that one is the transpose of the other.
        let difference = rows.synapses() - columns.synapses().transpose();
        prop_assert!(difference.amax() < 1e-14 * network.synapses().amax());
    }
}

#[test]
fn three_variables_approach_one_as_feedback_grows() {
    // Half way through the decay at W = w; the derivative feedback has strength w + 1 in the limit.
    let error = |inhibition: f64| {
        let flow = ThreeVariableFlow::new(inhibition, inhibition, 0.0);
        let (dt, end) = (0.2 / inhibition.sqrt(), inhibition);
        let steps = (end / dt) as usize;
        let run = integrate(&flow, &RungeKutta4, 0.0, dt, steps, &[1.0; 3]).expect("stable");
        let config = HomogeneousConfig {
            inhibition,
            weight: inhibition,
            ..HomogeneousConfig::default()
        };
        let model = Homogeneous::new(config).expect("valid");
        let exact = model.remaining_rate(inhibition, 1.0, dt * steps as f64);
        (run.last()[0] / exact - 1.0).abs()
    };
    let errors = [20.0, 80.0, 320.0].map(error);
    assert!(
        errors[0] > 2.0 * errors[1] && errors[1] > 2.0 * errors[2],
        "{errors:?}"
    );
    assert!(errors[2] < 0.02, "{errors:?}");
}

#[test]
fn jacobians_are_derivatives() {
    let config = HomogeneousConfig {
        rule: HomogeneousRule {
            homeostatic: 2e-2,
            ..HomogeneousRule::differential()
        },
        ..HomogeneousConfig::default()
    };
    let model = Homogeneous::new(config).expect("valid");
    check_jacobian(&model.delay(), &[40.0, 460.0], 1e-6);
    check_jacobian(&model.stimulus(300.0), &[10.0, 450.0], 1e-6);
    let network = Network::new(&Config {
        units: 8,
        ..Config::default()
    })
    .expect("valid");
    let network = network
        .perturbed(&Perturbation::post_synaptic(0.2))
        .expect("valid");
    // Rates and synapses of a trial's middle: some units are silent, some are not.
    let run = network
        .simulate(&[3], &RungeKutta4, 2.5, 100)
        .expect("stable");
    check_jacobian(&network.flow(), run.state(6), 1e-6);
}

fn check_jacobian<S: Linearize<f64>>(system: &S, x: &[f64], tolerance: f64) {
    let n = system.dim();
    let mut jacobian = DMatrix::zeros(n, n);
    system.jacobian(0.0, x, &mut jacobian);
    let mut work = system.work(1);
    let mut rhs = |x: &[f64]| {
        let mut dx = vec![0.0; n];
        system.rhs(0.0, x, &mut dx, &mut work);
        dx
    };
    let h = 1e-5;
    for j in 0..n {
        let (mut above, mut below) = (x.to_vec(), x.to_vec());
        above[j] += h;
        below[j] -= h;
        for (i, (a, b)) in rhs(&above).iter().zip(rhs(&below)).enumerate() {
            // The flows are of second order at most: rounding alone, of 1e3 / h.
            let slope = (a - b) / (2.0 * h);
            assert!((slope - jacobian[(i, j)]).abs() < tolerance, "{i} {j}");
        }
    }
}

#[test]
fn a_plastic_flow_moves_rates_as_the_flow_of_its_effective_weights() {
    let network = Network::new(&small()).expect("valid");
    let mut synapses = network.synapses().clone();
    synapses[(2, 9)] = -0.7;
    let gains: Vec<f64> = (0..16).map(|k| 0.9 + 0.01 * f64::from(k)).collect();
    let network = Network::from_weights(&small(), synapses, gains).expect("valid");
    let plastic = PlasticFlow::new(&network, plasticity(), 5, Period::Delay).expect("valid");
    let fixed = network.driven(&[5]).expect("on the ring");
    let x: Vec<f64> = (0..96)
        .map(|k| 10.0 + 9.0 * (f64::from(k) * 0.7).sin())
        .collect();
    let state = [&x, network.synapses().as_slice(), network.gains()].concat();
    let (mut dx, mut d_state) = (vec![0.0; 96], vec![0.0; state.len()]);
    fixed.rhs(700.0, &x, &mut dx, &mut fixed.work(1));
    plastic.rhs(700.0, &state, &mut d_state, &mut plastic.work(1));
    for (a, b) in dx.iter().zip(&d_state) {
        // Sums of drives of some hundred Hz in another order.
        assert!((a - b).abs() < 1e-12 * 1e3, "{a} {b}");
    }
}

#[test]
fn blocks_agree_with_all_variables_together() {
    let network = Network::new(&small()).expect("valid");
    let network = network
        .perturbed(&Perturbation::pre_synaptic(0.15))
        .expect("valid");
    let learned = |scheme| {
        let learning = Learning::new(network.clone(), plasticity(), scheme, RungeKutta4);
        let mut learning = learning.expect("stable");
        learning.trial(6).expect("bounded");
        let change = learning.network().synapses() - network.synapses();
        (
            learning.rates_at_end().to_vec(),
            change,
            learning.network().gains().to_vec(),
        )
    };
    let exact = learned(Scheme::Joint { step: 0.5 });
    let blocks = learned(Scheme::default());
    for (a, b) in exact.0.iter().zip(&blocks.0) {
        // Rates of up to 30 Hz follow the weights.
        assert!((a - b).abs() < 5e-3, "{a} {b}");
    }
    // Half a block's delay of the weights: some per mille of their change.
    assert!((&exact.1 - &blocks.1).amax() < 1e-2 * exact.1.amax());
    for (a, b) in exact.2.iter().zip(&blocks.2) {
        assert!((a - b).abs() < 1e-2 * (a - 1.0).abs().max(1e-4), "{a} {b}");
    }
}

#[test]
fn differential_plasticity_recovers_the_mean_rate_after_a_global_perturbation() {
    let network = Network::new(&small()).expect("valid");
    let network = network
        .perturbed(&Perturbation::Global { depth: 0.1 })
        .expect("valid");
    // Specification: mode 0 is balanced to 0.1 % after 200 trials.
    let rule = Plasticity {
        homeostatic: 0.0,
        ..plasticity()
    };
    let mut learning =
        Learning::new(network, rule, Scheme::default(), RungeKutta4).expect("stable");
    let config = small();
    let unperturbed = config.mode_gains(0);
    let balance = |network: &Network| network.excitation().sum() / 16.0 / unperturbed.ee;
    assert!(balance(learning.network()) < 0.901);
    let mut seen = 0;
    let run = learning.run(Streams::new(3), 200, |outcome, _| {
        assert_eq!(outcome.trial, seen);
        seen += 1;
        ControlFlow::Continue(())
    });
    run.expect("bounded");
    assert_eq!((seen, learning.trials()), (200, 200));
    let reached = balance(learning.network());
    assert!((reached - 1.0).abs() < 0.005, "{reached}");
}

#[test]
fn trials_do_not_depend_on_where_a_run_was_cut() {
    let start = Network::new(&small()).expect("valid");
    let start = start
        .perturbed(&Perturbation::post_synaptic(0.1))
        .expect("valid");
    let go_on = |network: Network, from: u64, trials: u64| {
        let learning = Learning::new(network, plasticity(), Scheme::default(), RungeKutta4);
        let mut learning = learning.expect("stable").after_trials(from);
        let run = learning.run(Streams::new(7), trials, |_, _| ControlFlow::Continue(()));
        run.expect("bounded");
        learning.network().clone()
    };
    let straight = go_on(start.clone(), 0, 4);
    let cut = go_on(go_on(start, 0, 1), 1, 3);
    assert_eq!(straight.synapses(), cut.synapses());
    assert_eq!(straight.gains(), cut.gains());
}

#[test]
fn stimuli_integrated_together_are_those_integrated_alone() {
    let network = Network::new(&small()).expect("valid");
    let together = network
        .simulate(&[2, 11], &RungeKutta4, 2.5, 1400)
        .expect("stable");
    for (b, stimulus) in [2, 11].into_iter().enumerate() {
        let alone = network
            .simulate(&[stimulus], &RungeKutta4, 2.5, 1400)
            .expect("stable");
        assert_eq!(&together.last()[b * 96..][..96], alone.last());
    }
}

#[test]
fn unperturbed_modes_are_balanced_and_the_papers_network_decays() {
    let config = Config::default();
    for mode in 0..=8 {
        let balance = config.mode_gains(mode).balance();
        // Higher modes have gains near rounding.
        assert!((balance - 1.0).abs() < 1e-12, "{mode}: {balance}");
    }
    config.check_stability().expect("the paper's network");
    let slowest = &config.spectrum().expect("valid")[0];
    // Specification: the slow mode 0 has a time constant of 9.4e5 ms, and -0.124 +- 0.918i is there.
    assert!(
        (-1.0 / slowest[0].re / 9.4e5 - 1.0).abs() < 0.01,
        "{slowest:?}"
    );
    assert!(
        slowest
            .iter()
            .any(|v| (v.re + 0.124).abs() < 1e-3 && (v.im - 0.918).abs() < 1e-3)
    );
    let limits = [1, 4].map(|order| config.largest_step(order).expect("valid"));
    assert!(
        (0.23..0.25).contains(&limits[0]) && (2.9..3.3).contains(&limits[1]),
        "{limits:?}"
    );
}

#[test]
fn balance_that_hides_a_growing_oscillation_is_told() {
    let mut config = Config::default();
    let strengths = [120.0, 90.0, 180.0, 135.0];
    let pathways = [
        &mut config.ee,
        &mut config.ei,
        &mut config.ie,
        &mut config.ii,
    ];
    for (pathway, strength) in pathways.into_iter().zip(strengths) {
        pathway.strength = strength;
    }
    assert!((config.mode_gains(0).balance() - 1.0).abs() < 1e-12);
    let Err(Error::GrowingMode {
        mode,
        rate,
        frequency,
    }) = config.check_stability()
    else {
        panic!("mode 0 grows")
    };
    // Specification: +0.087 +- 0.549i.
    assert_eq!(mode, 0);
    assert!(
        (rate - 0.087).abs() < 1e-3 && (frequency - 0.549).abs() < 1e-3,
        "{rate} {frequency}"
    );
    let network = Network::new(&config).expect("in range");
    let refused = Learning::new(network, plasticity(), Scheme::default(), RungeKutta4);
    assert!(matches!(refused, Err(Error::GrowingMode { .. })));
}

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    let mut config = small();
    config.stimulus.background = 200.0;
    for ceiling in [None, Some(80.0)] {
        config.ceiling = ceiling;
        let network = Network::new(&config).expect("valid");
        let network = network
            .perturbed(&Perturbation::pre_synaptic(0.3))
            .expect("valid");
        network.save(&path).expect("writable folder");
        let read = Network::load(&path).expect("the file just written");
        assert_eq!(read.config(), &config);
        assert_eq!(read.synapses(), network.synapses());
        assert_eq!(read.gains(), network.gains());
    }
}

#[test]
fn a_diverging_trial_keeps_the_weights_from_before_it() {
    let config = Config {
        ceiling: None,
        ..small()
    };
    let network = Network::new(&config).expect("valid");
    // Homeostasis towards a target that is never reached, so fast that gains overflow.
    let wild = Plasticity {
        homeostatic: 1e3,
        target: 1e6,
        ..Plasticity::homeostatic()
    };
    let mut learning =
        Learning::new(network.clone(), wild, Scheme::default(), RungeKutta4).expect("stable");
    let refused = learning.trial(0);
    assert!(
        matches!(refused, Err(Error::DivergedTrial { trial: 0, .. })),
        "{refused:?}"
    );
    assert_eq!(learning.network().synapses(), network.synapses());
    assert_eq!(learning.network().gains(), network.gains());
    assert_eq!(learning.trials(), 0);
}

#[test]
fn units_at_the_ceiling_are_counted() {
    let network = Network::new(&Config {
        ceiling: Some(30.0),
        ..small()
    })
    .expect("valid");
    let mut learning =
        Learning::new(network, plasticity(), Scheme::default(), RungeKutta4).expect("stable");
    let outcome = learning.trial(4).expect("bounded");
    assert!(
        outcome.at_ceiling > 0 && outcome.largest_rate <= 30.0,
        "{outcome:?}"
    );
}

#[test]
fn wrong_configurations_steps_and_shapes_are_refused_with_their_name() {
    let message = |change: fn(&mut Config)| {
        let mut config = small();
        change(&mut config);
        let network = Network::new(&config);
        network
            .map(|_| ())
            .map_err(|e| e.to_string())
            .expect_err("refused")
    };
    assert_eq!(
        message(|c| c.units = 15),
        "units: expected even, at least 2, found 15"
    );
    let tau = message(|c| c.ee.time_constant = -1.0);
    assert_eq!(tau, "ee time constant: expected finite, positive, found -1");
    for change in [
        (|c| c.excitatory_time_constant = 0.0) as fn(&mut Config),
        |c| c.inhibitory_time_constant = f64::NAN,
        |c| c.ii.width = 0.0,
        |c| c.ie.strength = f64::INFINITY,
        |c| c.stimulus.end = -1.0,
        |c| c.trial_end = 500.0,
        |c| c.ceiling = Some(0.0),
    ] {
        message(change);
    }
    let network = Network::new(&small()).expect("valid");
    let learning =
        |scheme| Learning::new(network.clone(), plasticity(), scheme, RungeKutta4).map(|_| ());
    let unstable = learning(Scheme::Joint { step: 4.0 });
    assert!(matches!(unstable, Err(Error::UnstableStep { largest, .. }) if largest < 4.0));
    assert!(learning(Scheme::Joint { step: 0.3 }).is_err());
    assert!(
        learning(Scheme::Blocks {
            step: 2.5,
            steps: 0
        })
        .is_err()
    );
    let by_euler = Learning::new(network.clone(), plasticity(), Scheme::default(), Euler);
    assert!(matches!(by_euler, Err(Error::UnstableStep { largest, .. }) if largest < 0.25));
    let negative = Plasticity {
        negative: NegativeWeights::Relax(-1.0),
        ..plasticity()
    };
    assert!(PlasticFlow::new(&network, negative, 0, Period::Delay).is_err());
    assert!(network.driven(&[]).is_err() && network.driven(&[16]).is_err());
    assert!(
        network
            .perturbed(&Perturbation::Global { depth: 1.5 })
            .is_err()
    );
    let gains = vec![1.0; 16];
    let wrong = Network::from_weights(&small(), DMatrix::zeros(16, 15), gains.clone());
    let message = wrong.map(|_| ()).map_err(|e| e.to_string());
    assert_eq!(message, Err("synapses: expected 16x16, found 16x15".into()));
    let mut broken = gains;
    broken[3] = -1.0;
    assert!(Network::from_weights(&small(), DMatrix::zeros(16, 16), broken).is_err());
    let inhibition = 0.0;
    let config = HomogeneousConfig {
        inhibition,
        ..HomogeneousConfig::default()
    };
    assert!(Homogeneous::new(config).is_err());
}

#[test]
fn a_memory_by_positive_feedback_keeps_its_bump_and_drifts_when_a_site_is_weak() {
    let config = Config {
        units: 32,
        ..Config::positive_feedback()
    };
    let network = Network::new(&config).expect("valid");
    // A quarter of a turn beside the site, unit 16.
    let end = |network: &Network| {
        let run = network.simulate(&[20], &RungeKutta4, 2.5, 200);
        let run = run.expect("rectification bounds it");
        let [early, late] = [2, run.len() - 1].map(|k| run.state(k)[..32].to_vec());
        let peak = |rates: &[f64]| rates.iter().fold(0.0, |m: f64, r| m.max(*r));
        let directions = config.angles().into_iter().zip(&late);
        let (x, y) = directions.fold((0.0, 0.0), |(x, y), (a, r)| {
            (x + r * a.cos(), y + r * a.sin())
        });
        (peak(&early), peak(&late), f64::atan2(y, x))
    };
    let (early, late, direction) = end(&network);
    let place = config.angles()[20];
    assert!((late / early - 1.0).abs() < 0.01, "{early} {late}");
    assert!((direction - place).abs() < 0.01, "{direction}");
    let weak = network.perturbed(&Perturbation::pre_synaptic(0.3));
    let (.., direction) = end(&weak.expect("valid"));
    assert!(direction > place + 0.3, "{direction}");
    // The linearised modes grow, which is no objection here.
    assert!(config.check_stability().is_ok());
    let silent = Config {
        tonic: 0.0,
        ..config.clone()
    };
    assert!(silent.check_stability().is_err());
}
