//! The number of threads changes how long training takes and nothing else.

use std::ops::ControlFlow;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{ActivityNormalization, ActivityPenalty, At, CrossEntropy};
use neuro_autodiff::optimizer::{Adam, AdamConfig, Clip, Schedule};
use neuro_autodiff::train::{Termination, Trainer, TrainerConfig};
use neuro_autodiff::{
    Bptt, BpttConfig, Identity, LeakyCell, LeakyConfig, Memory, Parameters, ReadoutSource,
    UnitNoise,
};
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::transfer::Tanh;
use neuro_core::{Domain, Scalar, Streams};
use neuro_models::transient_memory::Config;

/// Parameters and losses after 20 updates of 20 trials in chunks of 3, the last one of 2.
fn trained<T: Scalar>(threads: usize, chunk: usize) -> (Vec<T>, Vec<f64>) {
    let units = 32;
    let mut normals = Streams::new(5).normals::<f64>(Domain::Weights, 0);
    let mut parameters = Parameters::new();
    for (name, rows, columns, mean, sd) in [
        ("recurrent", units, units, 0.0, 0.18),
        ("input", units, 1, 0.0, 1.0),
        ("noise", units, 2, 0.0, 0.1),
        ("readout", 2, units, 0.0, 0.18),
        ("time_constant", units, 1, 4.0, 0.2),
    ] {
        let draw = |_, _| T::of(mean + sd * normals.sample());
        let values = DMatrix::from_fn(rows, columns, draw);
        parameters
            .add(name, &values, Arc::new(Identity), true)
            .expect("a new name");
    }
    let cell = LeakyCell::new(
        LeakyConfig {
            dt: 1.0,
            transfer: Arc::new(Tanh),
            readout: ReadoutSource::State,
            unit_noise: Some(UnitNoise {
                sigma: 0.1,
                scaling: NoiseScaling::SqrtAlpha,
            }),
        },
        &parameters,
    )
    .expect("a valid cell");
    let config = BpttConfig {
        batch: 20,
        chunk,
        memory: Memory::Full,
        window: None,
        initial_state_sd: 0.1,
    };
    let task = Box::new(Config::default().training_task());
    let loss = Box::new(CrossEntropy { at: At::End });
    let workers = Workers::new(threads).expect("threads start");
    assert_eq!(workers.threads(), threads);
    let mut objective = Bptt::new(config, cell, task, loss, Streams::new(6), workers)
        .expect("sizes fit")
        .with_state_regularizer(Box::new(ActivityPenalty {
            strength: 0.05,
            normalization: ActivityNormalization::MeanOverUnits,
        }))
        .expect("valid settings");
    let optimizer = Adam::new(AdamConfig::default(), &parameters).expect("valid constants");
    let config = TrainerConfig {
        updates: 20,
        learning_rate: 1e-2,
        schedule: Schedule::Constant,
        clip: Clip::GlobalNorm(1.0),
        check_every: 1,
        patience: None,
        checkpoint: None,
    };
    let mut trainer = Trainer::new(config, parameters, Box::new(optimizer)).expect("valid");
    let ended = trainer.run(&mut objective, None, &mut |_| ControlFlow::Continue(()));
    assert!(matches!(ended, Ok(Termination::ReachedLimit)), "{ended:?}");
    let losses = trainer.history().iter().map(|r| r.loss).collect();
    (trainer.parameters().raw_values().to_vec(), losses)
}

fn threads_do_not_change_a_bit<T: Scalar>() {
    let sequential = trained::<T>(1, 3);
    for threads in [2, 8] {
        assert!(trained::<T>(threads, 3) == sequential, "{threads} threads");
    }
    // What does change the rounding: the comparison above can fail.
    assert!(trained::<T>(1, 7) != sequential);
}

#[test]
fn a_network_trained_in_double_precision_is_the_same_for_any_number_of_threads() {
    threads_do_not_change_a_bit::<f64>();
}

#[test]
fn a_network_trained_in_single_precision_is_the_same_for_any_number_of_threads() {
    threads_do_not_change_a_bit::<f32>();
}
