//! The forms of the dynamics and of what acts on them agree with each other.

use nalgebra::DMatrix;
use neuro_core::integrate::adaptive::{StepControl, integrate_at};
use neuro_core::integrate::{RungeKutta4, integrate, integrate_every, integrate_observed};
use neuro_models::sequential_memory::{
    Clipped, Config, Cueing, Drive, Flow, Network, OverlapFlow, ProjectedFlow, Recall, ReducedFlow,
};

use super::{kinds, stored, values};

#[test]
fn overlaps_alone_give_the_run_of_the_full_network() {
    let network = stored(&Config::dsem(), 100, 3);
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
            &config,
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
        stored(&Config::dsem(), 50, 2),
        stored(&Config::lisem(50), 50, 2),
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
    let network = stored(&Config::dsem(), 30, 2);
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
    let network = stored(&Config::dsem(), 30, 2);
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
