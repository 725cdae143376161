//! Archives, and what trainers keep in them.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::optimizer::{AdamConfig, Clip, DeepRewiring, DeepRewiringConfig, Schedule};
use neuro_autodiff::train::{Checkpointing, ScoreAtLeast, Trainer, TrainerConfig};
use neuro_autodiff::{Error, Identity, Objective, Parameters};
use neuro_core::Streams;
use neuro_core::archive::Archive;
use neuro_models::spiking_rls::{Config, Learning, LearningConfig, Model, Network, Pattern};
use neuro_plasticity::Dale;

use super::{Target, said, written};
use crate::Form;

/// Any `safetensors` file.
pub(super) const ARCHIVE: Target = Target {
    name: "archive",
    form: Form::Tensors,
    seeds: || {
        let mut archive = Archive::new("example", 1);
        archive.insert_matrix("matrix", &DMatrix::from_fn(3, 2, |i, j| (i * j) as f64));
        archive.insert_matrix("single", &DMatrix::from_element(2, 2, 1.5f32));
        archive.insert_vector("empty", &[0.0f64; 0]);
        archive.insert_vector("flags", &[true, false, true]);
        archive.insert_vector("bytes", &[1u8, 2, 3]);
        archive.insert_scalar("count", 7u64);
        archive
            .metadata
            .insert("text".into(), "a \"b\"\n\u{e9}".into());
        let write = |archive: &Archive| written(|path| archive.write(path).expect("writable"));
        vec![
            write(&archive),
            write(&Archive::new("nothing", 0)),
            foreign(),
        ]
    },
    load: |path| {
        let archive = Archive::read_foreign(path).map_err(said)?;
        for (name, tensor) in &archive.tensors {
            let count: usize = tensor.shape.iter().product();
            assert_eq!(count, tensor.data.len(), "values of {name}");
            let _ = (archive.matrix::<f64>(name), archive.vector::<f32>(name));
            let _ = (archive.scalar::<u64>(name), archive.trajectory::<f64>(name));
        }
        // Of our own kind or not, it is one of the two.
        let _ = Archive::read(path, "example", 1).map_err(said);
        Ok(())
    },
};

/// A file of another program: one tensor of two numbers.
fn foreign() -> Vec<u8> {
    let header = br#"{"x":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header, &[0, 0, 128, 63, 0, 0, 0, 64]].concat()
}

/// `(w - 3)^2 / 2`, summed.
struct Bowl;

impl Objective for Bowl {
    fn evaluate(&mut self, _: u64, w: &Parameters, d: &mut [f64]) -> Result<f64, Error> {
        let mut loss = 0.0;
        for (d, w) in d.iter_mut().zip(w.effective_values()) {
            *d = w - 3.0;
            loss += 0.5 * *d * *d;
        }
        Ok(loss)
    }

    fn describe(&self) -> String {
        "a bowl".into()
    }
}

fn trainer(updates: u64, checkpoint: Option<&Path>) -> Trainer {
    let mut parameters = Parameters::new();
    let values = DMatrix::from_fn(2, 2, |i, j| i as f64 - j as f64);
    let weights = parameters.add("w", &values, Arc::new(Identity), true);
    let weights = weights.expect("a new name");
    let config = DeepRewiringConfig {
        adam: AdamConfig::default(),
        l1: 1e-3,
        temperature: 1e-3,
        initial: 1e-3,
    };
    let (signs, streams) = ([1.0, 1.0, -1.0, -1.0], Streams::new(1));
    let optimizer = DeepRewiring::new(config, &parameters, weights, &signs, streams);
    let checkpoint = checkpoint.map(|path| Checkpointing {
        path: path.into(),
        every: 2,
    });
    let config = TrainerConfig {
        updates,
        learning_rate: 0.1,
        schedule: Schedule::Constant,
        clip: Clip::GlobalNorm(1.0),
        check_every: 2,
        patience: None,
        checkpoint,
    };
    Trainer::new(config, parameters, Box::new(optimizer.expect("valid"))).expect("valid")
}

fn train(trainer: &mut Trainer) -> Result<(), Error> {
    let score = |w: &Parameters| Ok(-w.raw_values()[0].abs());
    let mut criterion = ScoreAtLeast::new(0.0, f64::NEG_INFINITY..=0.0, score)?;
    let go_on = &mut |_: &neuro_autodiff::train::Report<'_, f64>| ControlFlow::Continue(());
    trainer
        .run(&mut Bowl, Some(&mut criterion), go_on)
        .map(drop)
}

/// The checkpoint of a trainer.
pub(super) const CHECKPOINT: Target = Target {
    name: "checkpoint",
    form: Form::Tensors,
    seeds: || {
        let checkpoint =
            |updates| written(|path| train(&mut trainer(updates, Some(path))).expect("it trains"));
        vec![checkpoint(2), checkpoint(4)]
    },
    load: |path| {
        let mut trainer = trainer(4, None);
        trainer.resume(path, &Bowl).map_err(said)?;
        train(&mut trainer).map_err(said)
    },
};

fn learning(dale: Dale) -> Learning {
    let streams = Streams::new(3);
    let config = Config {
        units: 6,
        connection_probability: 0.5,
        model: Model::Theta { dt: 1.0 },
        ..Config::default()
    };
    let network = Network::new(&config, streams).expect("valid");
    let pattern = Pattern::new(vec![0.1; 6], DMatrix::from_fn(6, 8, |i, k| (i * k) as f64));
    let config = LearningConfig {
        dale,
        update_interval: 2.0,
        free_run: [1.0, 2.0],
        stimulus_duration: 2.0,
        ..LearningConfig::default()
    };
    Learning::new(network, vec![pattern], &config, streams).expect("valid")
}

/// What learning by recursive least squares goes on from.
pub(super) const LEARNING: Target = Target {
    name: "learning",
    form: Form::Tensors,
    seeds: || {
        let after = |dale| {
            let mut learning = learning(dale);
            learning.run_loop().expect("it learns");
            written(|path| learning.export().write(path).expect("writable"))
        };
        vec![after(Dale::Free), after(Dale::Delete)]
    },
    load: |path| {
        let archive = Archive::read(path, "neuro.spiking-rls.learning", 1).map_err(said)?;
        let import = |dale| {
            let mut learning = learning(dale);
            learning.import(&archive).map_err(said)?;
            learning.run_loop().map_err(said)
        };
        import(Dale::Free)
            .or_else(|_| import(Dale::Delete))
            .map(drop)
    },
};
