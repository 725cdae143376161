//! Training, and learning by local rules, allocate nothing once their buffers are made.

mod counting;

use std::sync::Arc;

use counting::allocations;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, MeanSquare, NormOverTime,
    Penalized, WeightPenalty,
};
use neuro_autodiff::optimizer::{
    Adam, AdamConfig, Clip, DeepRewiring, DeepRewiringConfig, Optimizer, Sgd, SgdConfig,
};
use neuro_autodiff::{
    Bptt, BpttConfig, Cell, Identity, LeakyCell, LeakyConfig, Memory, Objective, Parameters, Pass,
    ReadoutSource, StepInput, UnitNoise,
};
use neuro_core::integrate::RungeKutta4;
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::transfer::Tanh;
use neuro_core::{Domain, Scalar, Streams};
use neuro_models::derivative_feedback::{
    self, Learning, Network, Perturbation, Plasticity, Scheme,
};
use neuro_models::transient_memory::Config;

const UNITS: usize = 64;
const TRIALS: usize = 10;

/// Noise channels, biases and trained time constants: every loop that a leaky cell has.
fn network<T: Scalar>(readout: ReadoutSource) -> (Parameters<T>, LeakyCell<T>) {
    let mut normals = Streams::new(2).normals::<f64>(Domain::Weights, 0);
    let mut parameters = Parameters::new();
    for (name, rows, columns, mean, sd) in [
        ("recurrent", UNITS, UNITS, 0.0, 0.125),
        ("input", UNITS, 1, 0.0, 1.0),
        ("noise", UNITS, 3, 0.0, 0.1),
        ("bias", UNITS, 1, 0.0, 0.1),
        ("readout", 2, UNITS, 0.0, 0.1),
        ("readout_bias", 2, 1, 0.0, 0.1),
        ("time_constant", UNITS, 1, 4.0, 0.2),
    ] {
        let draw = |_, _| T::of(mean + sd * normals.sample());
        let values = DMatrix::from_fn(rows, columns, draw);
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .expect("a new name");
    }
    let config = LeakyConfig {
        dt: 1.0,
        transfer: Arc::new(Tanh),
        readout,
        unit_noise: Some(UnitNoise {
            sigma: 0.1,
            scaling: NoiseScaling::SqrtAlpha,
        }),
    };
    let cell = LeakyCell::new(config, &parameters).expect("a valid cell");
    (parameters, cell)
}

fn training_allocates_nothing<T: Scalar>(
    readout: ReadoutSource,
    memory: Memory,
    loss: Box<dyn Loss<T>>,
    optimizer: impl FnOnce(&Parameters<T>) -> Box<dyn Optimizer<T>>,
) {
    let (mut parameters, cell) = network::<T>(readout);
    let config = BpttConfig {
        batch: TRIALS,
        chunk: 4,
        memory,
        window: None,
        initial_state_sd: 0.1,
    };
    let task = Box::new(Config::default().training_task());
    let workers = Workers::sequential();
    let mut bptt = Bptt::new(config, cell, task, loss, Streams::new(1), workers)
        .expect("sizes fit")
        .with_state_regularizer(Box::new(ActivityPenalty {
            strength: 0.1,
            normalization: ActivityNormalization::MeanOverUnits,
        }))
        .expect("valid settings")
        .with_weight_regularizer(Box::new(WeightPenalty {
            strength: 1e-4,
            parameters: Penalized::All,
        }))
        .expect("valid settings");
    let mut optimizer = optimizer(&parameters);
    let mut gradient = vec![T::zero(); parameters.len()];
    let mut update = |k| {
        let loss = bptt.evaluate(k, &parameters, &mut gradient);
        assert!(loss.is_ok_and(f64::is_finite));
        Clip::GlobalNorm(1.0).apply(&parameters, &mut gradient);
        optimizer.step(&mut parameters, &gradient, 1e-3);
    };
    let first = allocations(|| update(0));
    // The first update may make buffers; were this 0 the count itself would be in doubt.
    assert!(first > 0);
    let further = allocations(|| (1..=5).for_each(update));
    assert_eq!(further, 0, "{} {readout:?} {memory:?}", T::NAME);
}

fn adam<T: Scalar>(parameters: &Parameters<T>) -> Box<dyn Optimizer<T>> {
    Box::new(Adam::new(AdamConfig::default(), parameters).expect("valid constants"))
}

#[test]
fn training_allocates_nothing_after_its_first_update_in_either_number_type() {
    let end = || CrossEntropy { at: At::End };
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        for memory in [Memory::Full, Memory::sqrt(60)] {
            training_allocates_nothing::<f64>(readout, memory, Box::new(end()), adam);
            training_allocates_nothing::<f32>(readout, memory, Box::new(end()), adam);
        }
    }
}

#[test]
fn no_loss_allocates() {
    let losses: [Box<dyn Loss<f64>>; 5] = [
        Box::new(CrossEntropy { at: At::Masked }),
        Box::new(CrossEntropy { at: At::Step(59) }),
        Box::new(MeanSquare),
        Box::new(NormOverTime { every_step: false }),
        Box::new(NormOverTime { every_step: true }),
    ];
    for loss in losses {
        training_allocates_nothing(ReadoutSource::Rate, Memory::Full, loss, adam);
    }
}

#[test]
fn no_optimiser_allocates() {
    let train = |optimizer: fn(&Parameters) -> Box<dyn Optimizer>| {
        let loss = Box::new(MeanSquare);
        training_allocates_nothing(ReadoutSource::Rate, Memory::Full, loss, optimizer);
    };
    train(|parameters| {
        let config = SgdConfig {
            momentum: 0.9,
            ..SgdConfig::default()
        };
        Box::new(Sgd::new(config, parameters).expect("valid constants"))
    });
    train(|parameters| {
        let w = parameters.find("recurrent").expect("it is there");
        let sign: Vec<f64> = parameters.raw(w).iter().map(|w| w.signum()).collect();
        let config = DeepRewiringConfig {
            temperature: 1e-6,
            initial: 1e-5,
            ..DeepRewiringConfig::default()
        };
        let rewiring = DeepRewiring::new(config, parameters, w, &sign, Streams::new(3));
        Box::new(rewiring.expect("signs of the weights"))
    });
}

#[test]
fn no_step_of_a_leaky_cell_allocates_forward_or_backward() {
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        let (parameters, cell) = network::<f64>(readout);
        let mut work = cell.work(TRIALS, 2, Pass::Backward);
        let block = UNITS * TRIALS;
        let state = vec![0.1; block];
        let (mut next, mut d_state) = (state.clone(), state.clone());
        let d_outputs = vec![0.1; 2 * TRIALS];
        let mut gradient = vec![0.0; parameters.len()];
        let states = neuro_core::Trajectory::zeros(UNITS, TRIALS, 3);
        let input = StepInput {
            input: &[0.3; TRIALS],
            channels: &[0.2; 3 * TRIALS],
            noise: &vec![0.1; block],
        };
        let d_blocks = vec![0.1; 2 * 2 * TRIALS];
        let mut pass = || {
            cell.prepare(&parameters, &mut work);
            cell.begin(&state, &mut work);
            for step in 0..2 {
                cell.forward(step, input, &state, &mut next, &mut work);
            }
            for step in [1, 0] {
                cell.outputs_vjp(step + 1, &next, &d_outputs, &mut d_state, &mut work);
                let states = (&state[..], &next[..]);
                cell.vjp(step, input, states, &next, &mut d_state, true, &mut work);
            }
            cell.finish(2, 1..3, &states, &d_blocks, &mut gradient, &mut work);
        };
        // The product over all steps makes one buffer for each thread, once.
        pass();
        let found = allocations(pass);
        assert_eq!(found, 0, "{readout:?}");
    }
}

#[test]
fn learning_trials_allocate_nothing() {
    let config = derivative_feedback::Config {
        units: 16,
        ..derivative_feedback::Config::default()
    };
    let network = Network::new(&config).expect("valid");
    let network = network
        .perturbed(&Perturbation::post_synaptic(0.15))
        .expect("valid");
    for scheme in [Scheme::default(), Scheme::Joint { step: 2.5 }] {
        let learning = Learning::new(network.clone(), Plasticity::default(), scheme, RungeKutta4);
        let mut learning = learning.expect("a stable step");
        let count = allocations(|| {
            for stimulus in 0..3 {
                learning.trial(stimulus).expect("a bounded trial");
            }
        });
        assert_eq!(count, 0, "{scheme:?}");
    }
}
