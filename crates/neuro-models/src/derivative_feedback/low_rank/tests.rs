use neuro_core::integrate::RungeKutta4;

use crate::derivative_feedback::{Config, Learning, NegativeWeights, Network, Plasticity, Scheme};

/// A ring whose excitation is a tenth too weak, with a floor under its weights.
fn ring(floor: f64) -> Network {
    let config = Config {
        units: 20,
        ..Config::default()
    };
    let weights = config.kernel(config.ee).map(|w| 0.9 * w + floor);
    Network::from_weights(&config, weights, vec![1.0; 20]).expect("a valid ring")
}

/// Weights and gains after three trials in steps of 2 ms: all variables together, and without matrices of stages.
fn learned(start: &Network, plasticity: Plasticity) -> [Network; 2] {
    let step = 2.0;
    [Scheme::Joint { step }, Scheme::LowRank { step }].map(|scheme| {
        let learning = Learning::new(start.clone(), plasticity, scheme, RungeKutta4);
        let mut learning = learning.expect("a stable step");
        for stimulus in [3, 10, 17] {
            learning.trial(stimulus).expect("a bounded trial");
        }
        learning.network().clone()
    })
}

fn largest_difference(a: &[f64], b: &[f64]) -> f64 {
    let each = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    each.fold(0.0, f64::max)
}

#[test]
fn without_negative_weights_it_is_the_method_on_all_variables() {
    let start = ring(0.02);
    for plasticity in [
        Plasticity::differential(),
        Plasticity::homeostatic(),
        Plasticity::default(),
        Plasticity {
            gate_homeostasis: true,
            ..Plasticity::default()
        },
    ] {
        let [flat, low_rank] = learned(&start, plasticity);
        assert!(flat.synapses().iter().all(|u| *u > 0.0));
        assert!(flat.synapses() != start.synapses() || flat.gains() != start.gains());
        // 5250 steps, each to rounding of weights up to 28: far below 1e-12 a step.
        let (a, b) = (flat.synapses().as_slice(), low_rank.synapses().as_slice());
        let apart = largest_difference(a, b);
        assert!(apart < 1e-11, "{plasticity:?}: {apart}");
        let apart = largest_difference(flat.gains(), low_rank.gains());
        assert!(apart < 1e-13, "{plasticity:?}: {apart}");
    }
}

#[test]
fn negative_weights_are_solved_to_the_error_of_the_step() {
    let start = ring(0.0);
    for negative in [NegativeWeights::Relax(1.0), NegativeWeights::Clip] {
        let plasticity = Plasticity {
            negative,
            ..Plasticity::differential()
        };
        let [flat, low_rank] = learned(&start, plasticity);
        // With a time constant of 1 ms, each step of 2 ms of the method on all variables keeps a third of
        // a negative weight, where 0.14 are left.
        let change = largest_difference(flat.synapses().as_slice(), start.synapses().as_slice());
        let (a, b) = (flat.synapses().as_slice(), low_rank.synapses().as_slice());
        let apart = largest_difference(a, b) / change;
        assert!(apart > 0.0, "no weight became negative");
        assert!(apart < 2e-3, "{negative:?}: {apart}");
    }
}
