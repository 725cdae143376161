//! Optimisers: known steps, bowls, clipping, schedules, resumption.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use neuro_autodiff::loss::{Penalized, WeightPenalty, WeightRegularizer};
use neuro_autodiff::optimizer::{
    Adam, AdamConfig, Clip, DeepRewiring, DeepRewiringConfig, EpsilonPlacement, Optimizer,
    Rewiring, Schedule, Sgd, SgdConfig,
};
use neuro_autodiff::{Error, Identity, ParameterId, Parameters};
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Domain, Scalar, Streams};

/// A trainable 4 x 4 matrix, a fixed 1 x 2 one, a trainable 1 x 3 one.
fn parameters<T: Scalar>() -> (Parameters<T>, ParameterId) {
    let mut parameters = Parameters::new();
    let mut add = |name, rows, columns, trainable| {
        let values = |i: usize, j: usize| {
            let sign = if j.is_multiple_of(2) { 1.0 } else { -1.0 };
            T::of(if i == j { 0.5 * sign } else { 0.0 })
        };
        let matrix = DMatrix::from_fn(rows, columns, values);
        parameters
            .add(name, &matrix, Arc::new(Identity), trainable)
            .expect("names differ")
    };
    let recurrent = add("recurrent", 4, 4, true);
    add("fixed", 1, 2, false);
    add("readout", 1, 3, true);
    (parameters, recurrent)
}

fn signs() -> Vec<f64> {
    (0..16)
        .map(|k| if k / 4 % 2 == 0 { 1.0 } else { -1.0 })
        .collect()
}

fn optimizers<T: Scalar>() -> Vec<Box<dyn Optimizer<T>>> {
    let (p, recurrent) = parameters::<T>();
    let sgd = |momentum, nesterov| {
        let config = SgdConfig {
            momentum,
            nesterov,
            weight_decay: 0.0,
        };
        Box::new(Sgd::new(config, &p).expect("valid"))
    };
    let rewiring = DeepRewiringConfig {
        l1: 0.01,
        temperature: 1e-3,
        ..Default::default()
    };
    let streams = Streams::new(5);
    vec![
        sgd(0.0, false),
        sgd(0.9, false),
        sgd(0.9, true),
        Box::new(Adam::new(AdamConfig::default(), &p).expect("valid")),
        Box::new(DeepRewiring::new(rewiring, &p, recurrent, &signs(), streams).expect("valid")),
    ]
}

/// Gradient of `sum_k c_k (w_k - k/10)^2 / 2` with curvatures `c_k` from 1/2 to 2.
fn bowl<T: Scalar>(raw: &[T]) -> Vec<T> {
    let curvature = |k: usize| T::of([0.5, 1.0, 2.0][k % 3]);
    let center = |k: usize| T::of(0.1 * k as f64);
    (0..raw.len())
        .map(|k| curvature(k) * (raw[k] - center(k)))
        .collect()
}

#[test]
fn every_optimizer_finds_the_bottom_of_a_bowl_and_leaves_the_fixed_alone() {
    for (k, mut optimizer) in optimizers::<f64>().into_iter().enumerate() {
        let (mut p, _) = parameters();
        let fixed = p.raw_values()[16..18].to_vec();
        // Cosine decay lets Adam settle.
        let schedule = Schedule::Cosine {
            updates: 2000,
            end: 0.0,
        };
        for update in 0..2000 {
            let gradient = bowl(p.raw_values());
            optimizer.step(&mut p, &gradient, 0.1 * schedule.at(update));
        }
        assert_eq!(p.raw_values()[16..18], fixed);
        // The rewired matrix has 4 synapses for 16 minima, so only the readout is at its bottom.
        let free = if k == 4 { 18..21 } else { 0..16 };
        for i in free {
            let error = p.raw_values()[i] - 0.1 * i as f64;
            assert!(error.abs() < 1e-6, "{optimizer:?}: {i} {error}");
        }
    }
}

/// Three steps from w = 1 with gradients 0.5, -1, 0.25, learning rate 0.1, betas 0.5 and 0.75,
/// epsilon 0.1, written out.
#[test]
fn adam_makes_three_steps_computed_by_hand() {
    // m: 0.25, -0.375, -0.0625; v: 0.0625, 0.296875, 0.23828125.
    // 1 - b1^t: 1/2, 3/4, 7/8; 1 - b2^t: 1/4, 7/16, 37/64.
    let moments: [(f64, f64, f64, f64); 3] = [
        (0.25, 0.0625, 0.5, 0.25),
        (-0.375, 0.296875, 0.75, 0.4375),
        (-0.0625, 0.23828125, 0.875, 0.578125),
    ];
    for placement in [
        EpsilonPlacement::AfterCorrection,
        EpsilonPlacement::BeforeCorrection,
    ] {
        let mut p = Parameters::new();
        let one = DMatrix::from_element(1, 1, 1.0_f64);
        let w = p.add("w", &one, Arc::new(Identity), true).unwrap();
        let config = AdamConfig {
            beta1: 0.5,
            beta2: 0.75,
            epsilon: 0.1,
            epsilon_placement: placement,
            weight_decay: 0.0,
        };
        let mut adam = Adam::new(config, &p).unwrap();
        let mut expected = 1.0;
        for (g, (m, v, c1, c2)) in [0.5, -1.0, 0.25].into_iter().zip(moments) {
            adam.step(&mut p, &[g], 0.1);
            expected -= match placement {
                EpsilonPlacement::AfterCorrection => 0.1 * (m / c1) / ((v / c2).sqrt() + 0.1),
                EpsilonPlacement::BeforeCorrection => 0.1 * c2.sqrt() / c1 * m / (v.sqrt() + 0.1),
            };
            assert_eq!(adam.moments(), (&[m][..], &[v][..]));
            assert!((p.raw(w)[0] - expected).abs() < 1e-15, "{placement:?}");
        }
        // The first step alone: 0.1 * 0.5 / (0.5 + 0.1) and 0.1 * 0.5 / 0.5 * 0.25 / (0.25 + 0.1).
        let first = match placement {
            EpsilonPlacement::AfterCorrection => 1.0 - 1.0 / 12.0,
            EpsilonPlacement::BeforeCorrection => 1.0 - 1.0 / 14.0,
        };
        let mut p = Parameters::new();
        let w = p.add("w", &one, Arc::new(Identity), true).unwrap();
        Adam::new(config, &p).unwrap().step(&mut p, &[0.5], 0.1);
        assert!((p.raw(w)[0] - first).abs() < 1e-15);
    }
}

#[test]
fn coupled_weight_decay_equals_a_weight_penalty_of_half_its_size() {
    let decayed = AdamConfig {
        weight_decay: 1e-4,
        ..Default::default()
    };
    let penalty = WeightPenalty {
        strength: 5e-5,
        parameters: Penalized::All,
    };
    let (mut a, _) = parameters::<f64>();
    let (mut b, _) = parameters::<f64>();
    let mut with_decay = Adam::new(decayed, &a).unwrap();
    let mut with_penalty = Adam::new(AdamConfig::default(), &b).unwrap();
    for _ in 0..20 {
        let gradient = bowl(a.raw_values());
        with_decay.step(&mut a, &gradient, 0.01);
        let mut gradient = bowl(b.raw_values());
        penalty.accumulate(&b, &mut gradient);
        with_penalty.step(&mut b, &gradient, 0.01);
    }
    for (a, b) in a.raw_values().iter().zip(b.raw_values()) {
        assert!((a - b).abs() < 1e-14);
    }
}

#[test]
fn f32_optimizers_agree_with_f64_over_ten_steps() {
    // Rewiring compares with 0 and may take another turn in f32, so it is left out.
    let pairs = optimizers::<f32>().into_iter().zip(optimizers::<f64>());
    for (mut single, mut double) in pairs.take(4) {
        let (mut a, mut b) = (parameters::<f32>().0, parameters::<f64>().0);
        for _ in 0..10 {
            single.step(
                &mut a,
                &bowl(b.raw_values())
                    .into_iter()
                    .map(f32::of)
                    .collect::<Vec<_>>(),
                0.05,
            );
            let gradient = bowl(b.raw_values());
            double.step(&mut b, &gradient, 0.05);
        }
        for (a, b) in a.raw_values().iter().zip(b.raw_values()) {
            // Values below 4, ten steps with a few roundings each of 1.2e-7 relative.
            assert!((f64::from(*a) - b).abs() < 4e-6, "{single:?}");
        }
    }
}

fn resumes_as_if_never_stopped<T: Scalar>() {
    for (mut straight, mut resumed) in optimizers::<T>().into_iter().zip(optimizers::<T>()) {
        let (mut p, _) = parameters::<T>();
        for _ in 0..40 {
            let gradient = bowl(p.raw_values());
            straight.step(&mut p, &gradient, 0.05);
        }
        let state = straight.state();
        resumed.restore(&state).expect("the state is its own");
        assert_eq!(resumed.state(), state);
        let mut q = p.clone();
        for _ in 0..40 {
            let gradient = bowl(p.raw_values());
            straight.step(&mut p, &gradient, 0.05);
            let gradient = bowl(q.raw_values());
            resumed.step(&mut q, &gradient, 0.05);
        }
        assert_eq!(p.raw_values(), q.raw_values(), "{straight:?}");
        assert_eq!(straight.state(), resumed.state());
    }
}

#[test]
fn a_restored_optimizer_goes_on_bit_for_bit() {
    resumes_as_if_never_stopped::<f32>();
    resumes_as_if_never_stopped::<f64>();
}

#[test]
fn a_state_of_another_optimizer_is_refused_and_changes_nothing() {
    for mut optimizer in optimizers::<f64>() {
        let before = optimizer.state();
        assert!(matches!(
            optimizer.restore(&[]),
            Err(Error::CheckpointMismatch { .. })
        ));
        for k in 0..before.len() {
            let mut damaged = before.clone();
            damaged[k].1.push(0.0);
            let error = optimizer.restore(&damaged).expect_err("one value too many");
            assert!(error.to_string().contains(&before[k].0), "{error}");
            assert_eq!(optimizer.state(), before);
        }
    }
}

#[test]
fn a_global_norm_keeps_the_direction_and_ignores_fixed_parameters() {
    let (p, _) = parameters::<f64>();
    let mut gradient = vec![0.0; 21];
    (gradient[0], gradient[16], gradient[18]) = (3.0, 100.0, 4.0);
    let original = gradient.clone();
    assert_eq!(Clip::None.apply(&p, &mut gradient), 5.0);
    assert_eq!(Clip::GlobalNorm(5.0).apply(&p, &mut gradient), 5.0);
    assert_eq!(gradient, original);
    assert_eq!(Clip::GlobalNorm(2.5).apply(&p, &mut gradient), 5.0);
    assert_eq!((gradient[0], gradient[16], gradient[18]), (1.5, 100.0, 2.0));
}

#[test]
fn other_clips_limit_each_parameter_and_each_value() {
    let (p, _) = parameters::<f64>();
    let mut start = vec![0.0; 21];
    (start[0], start[1], start[18]) = (6.0, -8.0, 0.5);
    let mut gradient = start.clone();
    let norm = Clip::PerParameterNorm(5.0).apply(&p, &mut gradient);
    assert!((norm - 100.25_f64.sqrt()).abs() < 1e-14);
    assert_eq!((gradient[0], gradient[1], gradient[18]), (3.0, -4.0, 0.5));
    let mut gradient = start;
    Clip::Value(1.0).apply(&p, &mut gradient);
    assert_eq!((gradient[0], gradient[1], gradient[18]), (1.0, -1.0, 0.5));
    assert!(Clip::Value(0.0).validate().is_err());
    assert!(Clip::GlobalNorm(f64::NAN).validate().is_err());
}

#[test]
fn clipping_does_not_hide_a_gradient_that_is_not_finite() {
    let (p, _) = parameters::<f64>();
    for bad in [f64::NAN, f64::INFINITY] {
        for clip in [
            Clip::GlobalNorm(1.0),
            Clip::PerParameterNorm(1.0),
            Clip::Value(1.0),
        ] {
            let mut gradient = vec![1.0; 21];
            gradient[3] = bad;
            assert!(!clip.apply(&p, &mut gradient).is_finite());
            assert!(!gradient[3].is_finite());
        }
    }
}

#[test]
fn schedules_take_their_known_values() {
    let exponential = Schedule::Exponential {
        factor: 0.25,
        updates: 10,
    };
    assert_eq!([0, 5, 10].map(|n| exponential.at(n)), [1.0, 0.5, 0.25]);
    let step = Schedule::Step {
        factor: 0.5,
        updates: 10,
    };
    assert_eq!([0, 9, 10, 29].map(|n| step.at(n)), [1.0, 1.0, 0.5, 0.25]);
    let cosine = Schedule::Cosine {
        updates: 10,
        end: 0.5,
    };
    assert_eq!([0, 10, 99].map(|n| cosine.at(n)), [1.0, 0.5, 0.5]);
    assert!((cosine.at(5) - 0.75).abs() < 1e-15);
    let warm = Schedule::WarmUp {
        updates: 4,
        then: Box::new(step.clone()),
    };
    assert_eq!(
        [0, 3, 4, 13, 14].map(|n| warm.at(n)),
        [0.25, 1.0, 1.0, 1.0, 0.5]
    );
    assert_eq!(Schedule::Constant.at(u64::MAX), 1.0);
    for schedule in [exponential, step, cosine, warm] {
        schedule.validate().expect("valid");
    }
    let never = Schedule::Step {
        factor: 0.5,
        updates: 0,
    };
    assert!(never.validate().is_err());
}

#[test]
fn constants_out_of_range_are_refused() {
    let (p, w) = parameters::<f64>();
    let adam = |change: fn(&mut AdamConfig)| {
        let mut config = AdamConfig::default();
        change(&mut config);
        Adam::new(config, &p)
    };
    assert!(adam(|c| c.beta1 = 1.0).is_err());
    assert!(adam(|c| c.beta2 = -0.1).is_err());
    assert!(adam(|c| c.epsilon = 0.0).is_err());
    assert!(adam(|c| c.weight_decay = f64::NAN).is_err());
    let momentum = SgdConfig {
        momentum: 1.0,
        ..Default::default()
    };
    assert!(Sgd::new(momentum, &p).is_err());
    let rewire = |config, sign: &[f64]| DeepRewiring::new(config, &p, w, sign, Streams::new(0));
    let config = DeepRewiringConfig::default();
    assert!(rewire(config, &signs()).is_ok());
    assert!(rewire(config, &signs()[1..]).is_err());
    let against: Vec<f64> = signs().iter().map(|s| -s).collect();
    assert!(rewire(config, &against).is_err());
    let cold = DeepRewiringConfig {
        temperature: -1.0,
        ..config
    };
    assert!(rewire(cold, &signs()).is_err());
}

#[test]
fn a_synapse_that_became_dormant_may_be_drawn_at_once() {
    let rewiring = Rewiring {
        active: 2,
        l1: 0.25,
        amplitude: 0.5,
        initial: 0.125,
    };
    let mut theta = [1.0, 1.0, 0.0, 0.0];
    let mut active = [true, true, false, false];
    let mut drawn = Vec::new();
    let dormant = rewiring.apply(
        &mut theta,
        &mut active,
        &[1.0, -1.0, 0.0, 1.0],
        // Synapse 0 loses 2 and dies; synapse 1 moves by -(-1)(0.5) and wins the noise.
        &[2.0, 0.5, 9.0, 9.0],
        |i| [0.0, 1.0, 9.0, 9.0][i],
        // Synapse 2 cannot be; synapse 1 is active; so synapse 0 comes back.
        [2, 1, 0, 3],
        |i| drawn.push(i),
    );
    assert_eq!(dormant, 1);
    assert_eq!(theta, [0.125, 1.75, 0.0, 0.0]);
    assert_eq!(active, [true, true, false, false]);
    assert_eq!(drawn, [0]);
}

#[test]
fn a_new_synapse_starts_with_moments_of_zero() {
    let (mut p, w) = parameters::<f64>();
    let config = DeepRewiringConfig {
        initial: 1e-5,
        ..Default::default()
    };
    let mut optimizer = DeepRewiring::new(config, &p, w, &signs(), Streams::new(3)).unwrap();
    let before = optimizer.active().to_vec();
    // A gradient along the signs shrinks every weight; a rate of 1 kills all four.
    let gradient: Vec<f64> = signs().into_iter().chain([0.0; 5]).collect();
    optimizer.step(&mut p, &gradient, 1.0);
    let (mean, square) = optimizer.adam().moments();
    let mut new = 0;
    for k in 0..16 {
        if optimizer.active()[k] {
            new += 1;
            assert_eq!((mean[k], square[k]), (0.0, 0.0));
            assert_eq!(optimizer.theta()[k], 1e-5);
        } else {
            assert!(square[k] > 0.0);
        }
    }
    assert_eq!(new, 4);
    assert_ne!(before, optimizer.active());
}

#[test]
fn a_resumed_rewiring_draws_what_a_straight_run_draws() {
    let (mut p, w) = parameters::<f64>();
    let new = |p: &Parameters| {
        DeepRewiring::new(Default::default(), p, w, &signs(), Streams::new(3)).unwrap()
    };
    let (mut straight, mut resumed) = (new(&p), new(&p));
    // A gradient along the signs with a rate of 1: all four synapses move at every step.
    let gradient: Vec<f64> = signs().into_iter().chain([0.0; 5]).collect();
    for _ in 0..5 {
        straight.step(&mut p, &gradient, 1.0);
    }
    resumed.restore(&straight.state()).unwrap();
    let mut q = p.clone();
    for _ in 0..5 {
        let before = straight.active().to_vec();
        straight.step(&mut p, &gradient, 1.0);
        resumed.step(&mut q, &gradient, 1.0);
        assert_ne!(before, straight.active());
        assert_eq!(straight.active(), resumed.active());
    }
}

#[test]
fn rewired_synapses_are_drawn_uniformly() {
    let size = 10;
    let mut counts = vec![0.0; size];
    let draws = 20_000_u64;
    let one = DMatrix::from_fn(1, size, |_, j| f64::from(u8::from(j == 0)));
    let mut p = Parameters::new();
    let w = p.add("w", &one, Arc::new(Identity), true).unwrap();
    let config = DeepRewiringConfig::default();
    let mut optimizer =
        DeepRewiring::new(config, &p, w, &vec![1.0; size], Streams::new(11)).unwrap();
    let gradient = vec![1.0; size];
    for _ in 0..draws {
        // A synapse at 0 dies at every step, so each step draws one of ten.
        optimizer.step(&mut p, &gradient, 2.0);
        let k = optimizer.active().iter().position(|a| *a).unwrap();
        counts[k] += 1.0;
    }
    let expected = draws as f64 / size as f64;
    let chi_square: f64 = counts
        .iter()
        .map(|c| (c - expected).powi(2) / expected)
        .sum();
    // 9 degrees of freedom: 27.9 has probability 0.001; the seed is fixed.
    assert!(chi_square < 27.9, "{counts:?}");
}

#[test]
fn noise_of_rewiring_has_the_variance_of_its_temperature() {
    let size = 4000;
    let start = DMatrix::from_element(1, size, 10.0_f64);
    let mut p = Parameters::new();
    let w = p.add("w", &start, Arc::new(Identity), true).unwrap();
    let config = DeepRewiringConfig {
        temperature: 0.5,
        ..Default::default()
    };
    let mut optimizer =
        DeepRewiring::new(config, &p, w, &vec![1.0; size], Streams::new(11)).unwrap();
    optimizer.step(&mut p, &vec![0.0; size], 0.01);
    let variance = p.raw(w).iter().map(|w| (w - 10.0).powi(2)).sum::<f64>() / size as f64;
    // 2 lr Temp = 0.01, with a standard error of sqrt(2/4000) = 2.2 %.
    assert!((variance / 0.01 - 1.0).abs() < 0.09, "{variance}");
    let other = Streams::new(11)
        .normals::<f64>(Domain::Rewiring, 0)
        .sample();
    assert!((p.raw(w)[0] - 10.0 - 0.1 * other).abs() < 1e-14);
}

#[test]
fn what_a_weight_without_gradient_leaves_behind_ends_at_zero() {
    for mut optimizer in optimizers::<f32>().into_iter().take(4) {
        let (mut p, _) = parameters::<f32>();
        let length = p.len();
        optimizer.step(&mut p, &vec![0.1; length], 1e-3);
        for _ in 0..100_000 {
            optimizer.step(&mut p, &vec![0.0; length], 1e-3);
        }
        let subnormal = |x: &f64| *x != 0.0 && x.abs() < f64::from(f32::MIN_POSITIVE);
        for (name, values) in optimizer.state() {
            assert!(!values.iter().any(subnormal), "{name}: {values:?}");
        }
    }
}
