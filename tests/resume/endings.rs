//! What ends a run, and what is kept then.

use std::ops::ControlFlow;
use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::optimizer::{Clip, Schedule, Sgd, SgdConfig};
use neuro_autodiff::train::{
    Checkpointing, Criterion, Objective, Report, ScoreAtLeast, Termination, Trainer, TrainerConfig,
};
use neuro_autodiff::{Error, Identity, Parameters};

/// `(w - 3)^2 / 2`, until something goes wrong.
#[derive(Clone, Copy, Debug)]
enum Bowl {
    Fine,
    LossAt(u64, f64),
    GradientAt(u64, f64),
}

impl Objective for Bowl {
    fn evaluate(
        &mut self,
        update: u64,
        parameters: &Parameters,
        gradient: &mut [f64],
    ) -> Result<f64, Error> {
        let error = parameters.raw_values()[0] - 3.0;
        gradient[0] = error;
        match *self {
            Self::GradientAt(at, value) if at == update => gradient[0] = value,
            _ => (),
        }
        match *self {
            Self::LossAt(at, value) if at == update => Ok(value),
            _ => Ok(0.5 * error * error),
        }
    }

    fn describe(&self) -> String {
        "bowl".into()
    }
}

fn config() -> TrainerConfig {
    TrainerConfig {
        updates: 20,
        learning_rate: 0.1,
        schedule: Schedule::Constant,
        clip: Clip::None,
        check_every: 1,
        patience: None,
        checkpoint: None,
    }
}

fn trainer(config: TrainerConfig) -> Trainer {
    let mut parameters = Parameters::new();
    let start = DMatrix::from_element(1, 1, 0.0);
    parameters
        .add("w", &start, Arc::new(Identity), true)
        .unwrap();
    let sgd = Sgd::new(SgdConfig::default(), &parameters).unwrap();
    Trainer::new(config, parameters, Box::new(sgd)).unwrap()
}

fn run(
    trainer: &mut Trainer,
    mut bowl: Bowl,
    criterion: Option<&mut dyn Criterion>,
) -> Termination {
    let mut silent = |_: &Report<'_, f64>| ControlFlow::Continue(());
    trainer.run(&mut bowl, criterion, &mut silent).unwrap()
}

/// A run diverges at update 7 with a checkpoint after each update, and again from its checkpoint.
fn check_divergence(config: TrainerConfig, bowl: Bowl, quantity: &'static str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let config = TrainerConfig {
        checkpoint: Some(Checkpointing {
            path: path.clone(),
            every: 1,
        }),
        ..config
    };
    let expected = Termination::Diverged { step: 7, quantity };
    let mut first = trainer(config.clone());
    assert_eq!(run(&mut first, bowl, None), expected, "{bowl:?}");
    let mut good = trainer(TrainerConfig {
        checkpoint: None,
        updates: 7,
        ..config.clone()
    });
    assert_eq!(run(&mut good, Bowl::Fine, None), Termination::ReachedLimit);
    let mut second = trainer(config);
    second.resume(&path, &bowl).unwrap();
    assert_eq!(second.update(), 7);
    let (found, last_good) = (second.parameters(), good.parameters());
    assert_eq!(found.raw_values(), last_good.raw_values());
    assert_eq!(run(&mut second, bowl, None), expected, "{bowl:?}, resumed");
}

#[test]
fn a_diverging_run_says_what_and_when_and_keeps_its_last_good_checkpoint() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check_divergence(config(), Bowl::LossAt(7, value), "loss");
        for clip in [Clip::None, Clip::GlobalNorm(1.0), Clip::Value(1.0)] {
            let config = TrainerConfig { clip, ..config() };
            let bowl = Bowl::GradientAt(7, value);
            check_divergence(config, bowl, "norm of the gradient");
        }
    }
}

#[test]
fn a_step_out_of_the_range_of_numbers_does_not_replace_the_last_good_checkpoint() {
    // The loss and the gradient of this update are finite; w - 1e160 * 1e150 is not.
    let config = TrainerConfig {
        learning_rate: 1e160,
        ..config()
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run");
    let config = TrainerConfig {
        checkpoint: Some(Checkpointing {
            path: path.clone(),
            every: 1,
        }),
        ..config
    };
    /// Nothing to learn before update 7.
    #[derive(Debug)]
    struct Flat;
    impl Objective for Flat {
        fn evaluate(&mut self, update: u64, _: &Parameters, d: &mut [f64]) -> Result<f64, Error> {
            d[0] = if update == 7 { 1e150 } else { 0.0 };
            Ok(1.0)
        }

        fn describe(&self) -> String {
            "flat".into()
        }
    }
    let mut first = trainer(config.clone());
    let mut silent = |_: &Report<'_, f64>| ControlFlow::Continue(());
    let ended = first.run(&mut Flat, None, &mut silent).unwrap();
    let quantity = "parameters";
    assert_eq!(ended, Termination::Diverged { step: 7, quantity });
    let mut second = trainer(config);
    second.resume(&path, &Flat).unwrap();
    assert_eq!(second.update(), 7);
    assert_eq!(second.parameters().raw_values(), [0.0]);
}

#[test]
fn a_run_ends_when_its_criterion_is_met() {
    let mut trainer = trainer(config());
    // w_n = 3 (1 - 0.9^n) passes 1 at n = 4: w = 1.03.
    let measure = |p: &Parameters| Ok(p.raw_values()[0]);
    let mut criterion = ScoreAtLeast::new(1.0, f64::NEG_INFINITY..=3.0, measure).unwrap();
    let ended = run(&mut trainer, Bowl::Fine, Some(&mut criterion));
    assert_eq!((ended, trainer.update()), (Termination::Converged, 4));
    // A converged run has nothing left to do.
    let ended = run(&mut trainer, Bowl::Fine, Some(&mut criterion));
    assert_eq!((ended, trainer.update()), (Termination::Converged, 4));
}

/// Scores in the order of the checks.
struct Scores(Vec<f64>);

impl Criterion for Scores {
    fn check(
        &mut self,
        update: u64,
        _parameters: &Parameters,
    ) -> Result<neuro_autodiff::train::Score, Error> {
        let value = self.0[update as usize - 1];
        Ok(neuro_autodiff::train::Score {
            value,
            converged: false,
        })
    }
}

#[test]
fn a_run_ends_when_its_score_stops_improving_and_keeps_the_best_parameters() {
    let mut trainer = trainer(TrainerConfig {
        patience: Some(3),
        ..config()
    });
    // The third is the best; equal is no improvement.
    let mut criterion = Scores(vec![0.1, 0.05, 0.3, 0.3, 0.2, 0.1, 0.9]);
    let mut seen = Vec::new();
    let mut observer = |report: &Report<'_, f64>| {
        seen.push(report.parameters.raw_values()[0]);
        ControlFlow::Continue(())
    };
    let ended = trainer
        .run(&mut Bowl::Fine, Some(&mut criterion), &mut observer)
        .unwrap();
    assert_eq!((ended, trainer.update()), (Termination::NoImprovement, 6));
    assert_eq!(trainer.best_score(), Some(0.3));
    assert_eq!(trainer.best_parameters().raw_values(), [seen[2]]);
    assert_eq!(trainer.parameters().raw_values(), [seen[5]]);
}

#[test]
fn a_score_that_is_not_a_number_is_never_the_best() {
    let mut trainer = trainer(TrainerConfig {
        updates: 4,
        ..config()
    });
    let mut criterion = Scores(vec![f64::NAN, 0.2, f64::NAN, 0.1]);
    run(&mut trainer, Bowl::Fine, Some(&mut criterion));
    assert_eq!(trainer.best_score(), Some(0.2));
}

#[test]
fn a_run_stops_when_its_observer_asks_and_ends_at_its_limit() {
    let mut trainer = trainer(config());
    let mut observer = |report: &Report<'_, f64>| match report.update {
        5 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let ended = trainer.run(&mut Bowl::Fine, None, &mut observer).unwrap();
    assert_eq!((ended, trainer.update()), (Termination::Stopped, 5));
    let ended = run(&mut trainer, Bowl::Fine, None);
    assert_eq!((ended, trainer.update()), (Termination::ReachedLimit, 20));
    assert_eq!(trainer.best_score(), None);
    let best = trainer.best_parameters();
    assert_eq!(best.raw_values(), trainer.parameters().raw_values());
}

#[test]
fn a_criterion_that_cannot_be_met_is_refused() {
    let measure = |_: &Parameters| Ok::<f64, Error>(0.5);
    for target in [1.01, f64::NAN] {
        let message = ScoreAtLeast::new(target, 0.0..=1.0, measure).unwrap_err();
        assert!(message.to_string().contains("target"), "{message}");
    }
    assert!(ScoreAtLeast::new(1.0, 0.0..=1.0, measure).is_ok());
    assert!(ScoreAtLeast::new(f64::INFINITY, 0.0..=1.0, measure).is_ok());
}

#[test]
fn settings_out_of_range_are_refused() {
    let wrong = |change: fn(&mut TrainerConfig), part: &str| {
        let mut config = config();
        change(&mut config);
        let message = config.validate().unwrap_err().to_string();
        assert!(message.contains(part), "{message}");
    };
    wrong(|c| c.updates = 0, "updates");
    wrong(|c| c.check_every = 0, "check_every");
    wrong(|c| c.patience = Some(0), "patience");
    wrong(|c| c.learning_rate = 0.0, "learning_rate");
    wrong(|c| c.learning_rate = f64::NAN, "learning_rate");
    wrong(|c| c.clip = Clip::GlobalNorm(-1.0), "limit");
    let never = |c: &mut TrainerConfig| {
        c.schedule = Schedule::Step {
            factor: 0.5,
            updates: 0,
        };
    };
    wrong(never, "schedule");
    let unkept = |c: &mut TrainerConfig| {
        c.checkpoint = Some(Checkpointing {
            path: "run".into(),
            every: 0,
        });
    };
    wrong(unkept, "checkpoint.every");
}
