//! What the rules are known to do, and that limits fit every rule.

use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Domain, Scalar, Streams, system_from_fn};
use neuro_plasticity::{
    Activity, Bcm, Clip, Combined, Differential, Fixed, Gated, Hebbian, Homeostatic, Increment,
    Masked, Oja, PlasticityRule, Rates, Rectified, Synapses, Within,
};
use proptest::prelude::*;

/// Time derivatives that `rule` gives to the synapses of one unit with itself.
fn rate_of_self(rule: &impl PlasticityRule, r: f64, dr: f64, w: f64) -> f64 {
    let mut rate = [0.0];
    let (r, dr) = ([r], [dr]);
    let activity = Activity {
        time: 0.0,
        pre: &r,
        post: &r,
        d_pre: &dr,
        d_post: &dr,
    };
    let synapses = Synapses {
        weights: &[w],
        variables: &[],
    };
    let rates = Rates {
        weights: &mut rate,
        variables: &mut [],
    };
    rule.rates_into(&activity, &synapses, rates);
    rate[0]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn differential_plasticity_keeps_weight_plus_half_squared_rate(
        alpha in 1e-3..2e-2_f64, inhibition in 50.0..800.0_f64, share in 0.85..1.02_f64, r in 1.0..90.0_f64,
    ) {
        let rule = Differential { rate: alpha };
        // The delay of the homogeneous model: (1 + w) dr/dt = -(1 + w - W) r.
        let delay = system_from_fn(2, |_t, x: &[f64], dx| {
            dx[0] = -(1.0 + inhibition - x[1]) * x[0] / (1.0 + inhibition);
            dx[1] = rate_of_self(&rule, x[0], dx[0], x[1]);
        });
        let start = [r, share * inhibition];
        let run = integrate(&delay, &RungeKutta4, 0.0, 0.05, 2000, &start).expect("a bounded flow");
        let kept = |x: &[f64]| x[1] + alpha * x[0] * x[0] / 2.0;
        // The invariant is quadratic, so that RK4 keeps it to its own error only.
        prop_assert!((kept(run.last()) - kept(&start)).abs() < 1e-8 * kept(&start));
    }

    #[test]
    fn homeostasis_rests_at_its_target_and_moves_rates_towards_it(
        target in 1.0..100.0_f64, away in 0.1..50.0_f64, w in 0.1..10.0_f64,
    ) {
        let rule = Homeostatic { rate: 1e-3, target };
        prop_assert_eq!(rate_of_self(&rule, target, 0.0, w), 0.0);
        prop_assert!(rate_of_self(&rule, target + away, 0.0, w) < 0.0);
        prop_assert!(rate_of_self(&rule, (target - away).max(0.0), 0.0, w) > 0.0);
    }

    #[test]
    fn limits_hold_for_any_rule_and_any_activity(
        seed in 0..1000_u64, relaxation in 0.0..5.0_f64,
    ) {
        let (post, pre) = (3, 4);
        let mut normals = Streams::new(seed).normals::<f64>(Domain::User, 0);
        let mut draw = |n: usize| (0..n).map(|_| normals.sample()).collect::<Vec<f64>>();
        let (p, q, dp, dq, w) = (draw(pre), draw(post), draw(pre), draw(post), draw(12));
        let activity = Activity { time: 3.0, pre: &p, post: &q, d_pre: &dp, d_post: &dq };
        let mask = DMatrix::from_fn(post, pre, |i, j| (i + j) % 2 == 0);
        let rules: [Box<dyn PlasticityRule>; 4] = [
            Box::new(Masked::new(Hebbian { rate: 1.0 }, &mask)),
            Box::new(Masked::new(Oja { rate: 1.0 }, &mask)),
            Box::new(Masked::new(Bcm { rate: 1.0, time_constant: 2.0, target: 1.0 }, &mask)),
            Box::new(Masked::new(Combined::new(
                Rectified { rule: Differential { rate: 1.0 }, relaxation },
                Homeostatic { rate: 0.1, target: 1.0 },
            ), &mask)),
        ];
        for rule in rules {
            let mut weights = w.clone();
            let mut variables = vec![0.0; post * rule.variables()];
            rule.start(&mut variables);
            Increment::new(&*rule, post, pre)
                .step(&*rule, &activity, 0.1, &mut weights, &mut variables)
                .expect("sizes fit");
            let exists = mask.as_slice();
            for (k, exists) in exists.iter().enumerate() {
                prop_assert!(*exists || weights[k] == w[k]);
            }
            Clip { low: 0.0, high: 0.5 }.apply(&mut weights);
            prop_assert!(weights.iter().all(|w| (0.0..=0.5).contains(w)));
        }
    }
}

/// Euler steps of `rule` for one linear unit that sees `patterns` in turn.
fn learn(
    rule: &impl PlasticityRule,
    patterns: &[Vec<f64>],
    steps: usize,
    w: &mut [f64],
    v: &mut [f64],
) {
    let still = vec![0.0; w.len()];
    let mut increment = Increment::new(rule, 1, w.len());
    for k in 0..steps {
        let pre = &patterns[k % patterns.len()];
        let drive: f64 = w.iter().zip(pre).map(|(w, x)| w * x).sum();
        let activity = Activity {
            time: k as f64,
            pre,
            post: &[drive],
            d_pre: &still,
            d_post: &[0.0],
        };
        increment
            .step(rule, &activity, 1.0, w, v)
            .expect("sizes fit");
    }
}

#[test]
fn oja_finds_the_leading_eigenvector_with_length_one() {
    // Correlations with the eigenvectors (1, 1) / sqrt 2 and (1, -1) / sqrt 2, variances 4 and 1.
    let mut normals = Streams::new(11).normals::<f64>(Domain::User, 0);
    let patterns: Vec<Vec<f64>> = (0..40_000)
        .map(|_| {
            let (a, b) = (2.0 * normals.sample(), normals.sample());
            vec![(a + b) / 2f64.sqrt(), (a - b) / 2f64.sqrt()]
        })
        .collect();
    let mut w = [0.3, -0.1];
    learn(&Oja { rate: 5e-4 }, &patterns, 40_000, &mut w, &mut []);
    let half = 0.5_f64.sqrt();
    // The weights keep fluctuating by about sqrt(rate * variance) = 0.03.
    assert!(
        (w[0] - half).abs() < 0.1 && (w[1] - half).abs() < 0.1,
        "{w:?}"
    );
    assert!((w[0].hypot(w[1]) - 1.0).abs() < 0.05, "{w:?}");
}

#[test]
fn bcm_becomes_selective_for_one_of_two_patterns() {
    let patterns = [vec![1.0, 0.2], vec![0.2, 1.0]];
    let rule = Bcm {
        rate: 2e-3,
        time_constant: 30.0,
        target: 1.0,
    };
    let (mut w, mut theta) = ([0.55, 0.5], [0.4]);
    learn(&rule, &patterns, 60_000, &mut w, &mut theta);
    let rate = |p: &[f64]| w[0] * p[0] + w[1] * p[1];
    // Theory: the rate for one of two equally frequent patterns is 2 r_0, for the other 0; the
    // threshold follows the alternation by a few per cent.
    assert!((rate(&patterns[0]) - 2.0).abs() < 0.1, "{w:?} {theta:?}");
    assert!(rate(&patterns[1]).abs() < 0.1, "{w:?} {theta:?}");
}

fn same_in_both_precisions<T: Scalar>() -> [f64; 2] {
    let rule = Combined::new(
        Hebbian { rate: 0.5 },
        Homeostatic {
            rate: 0.25,
            target: 2.0,
        },
    );
    let of = |v: f64| T::of(v);
    let (mut w, mut g) = ([of(1.0)], [of(1.0)]);
    let activity = Activity {
        time: of(0.0),
        pre: &[of(1.0)],
        post: &[of(4.0)],
        d_pre: &[of(0.0)],
        d_post: &[of(0.0)],
    };
    let mut increment = Increment::<T>::new(&rule, 1, 1);
    increment
        .step(&rule, &activity, of(0.5), &mut w, &mut g)
        .expect("sizes fit");
    [w[0].as_f64(), g[0].as_f64()]
}

#[test]
fn rules_work_in_single_and_double_precision() {
    assert_eq!(same_in_both_precisions::<f64>(), [2.0, 0.75]);
    assert_eq!(same_in_both_precisions::<f32>(), [2.0, 0.75]);
}

#[test]
fn a_closed_gate_stops_weights_and_variables() {
    let bcm = Bcm {
        rate: 1.0,
        time_constant: 2.0,
        target: 1.0,
    };
    let at = |time: f64| {
        let rule = Gated {
            rule: bcm,
            gate: Within {
                start: 1.0,
                end: 2.0,
            },
        };
        let (mut w, mut theta) = ([1.0], [0.5]);
        let activity = Activity {
            time,
            pre: &[1.0],
            post: &[3.0],
            d_pre: &[0.0],
            d_post: &[0.0],
        };
        let mut increment = Increment::new(&rule, 1, 1);
        increment
            .step(&rule, &activity, 0.1, &mut w, &mut theta)
            .expect("sizes fit");
        (w[0], theta[0])
    };
    assert_eq!(at(1.0), (1.0, 0.5));
    assert_eq!(at(2.5), (1.0, 0.5));
    let open = at(1.5);
    assert!(open.0 > 1.0 && open.1 > 0.5);
    let half = Gated {
        rule: Hebbian { rate: 1.0 },
        gate: Fixed(0.5),
    };
    assert_eq!(rate_of_self(&half, 2.0, 0.0, 0.0), 2.0);
}

#[test]
fn negative_weights_relax_and_positive_ones_do_not() {
    let rule = Rectified {
        rule: Hebbian { rate: 0.0 },
        relaxation: 2.0,
    };
    assert_eq!(rate_of_self(&rule, 1.0, 0.0, -0.5), 1.0);
    assert_eq!(rate_of_self(&rule, 1.0, 0.0, 0.5), 0.0);
}

#[test]
fn invalid_constants_and_sizes_are_refused() {
    let message = Differential { rate: -1.0 }
        .validate()
        .map_err(|e| e.to_string());
    let expected = "rate of differential plasticity: expected finite, at least 0, found -1";
    assert_eq!(message, Err(expected.into()));
    assert!(Hebbian { rate: f64::NAN }.validate().is_err());
    assert!(
        Oja {
            rate: f64::INFINITY
        }
        .validate()
        .is_err()
    );
    let target = f64::NAN;
    assert!(Homeostatic { rate: 1.0, target }.validate().is_err());
    let bcm = Bcm {
        rate: 1.0,
        time_constant: 0.0,
        target: 1.0,
    };
    assert!(bcm.validate().is_err());
    let (start, end) = (2.0, 1.0);
    assert!(Within { start, end }.validate().is_err());
    assert!(
        Clip {
            low: 1.0,
            high: 0.0
        }
        .validate()
        .is_err()
    );
    let rule = Hebbian { rate: 1.0 };
    let activity = Activity {
        time: 0.0,
        pre: &[1.0],
        post: &[1.0],
        d_pre: &[0.0],
        d_post: &[0.0],
    };
    let mut increment = Increment::new(&rule, 2, 1);
    let refused = increment.step(&rule, &activity, 0.1, &mut [0.0; 2], &mut []);
    assert!(refused.is_err());
}
