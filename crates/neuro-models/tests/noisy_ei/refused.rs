//! What is refused, and in which words.

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Streams, Trajectory};
use neuro_models::noisy_ei::{
    CellTypes, Config, Evaluation, Network, TimeConstants, TrainingRun, UnitTimeConstants, Weights,
};
use neuro_models::tasks::{ContextTask, ForcedChoiceTask, MatchingTask, PeakRule};

use super::{network, short, small};

#[test]
fn tasks_of_other_inputs_and_no_trials_are_refused() {
    let network = network(&small(), 1);
    let streams = Streams::new(0);
    assert!(network.test(&short(), streams, 0).is_err());
    assert!(network.test(&ContextTask::default(), streams, 2).is_err());
    let wrong = MatchingTask { dt: 3.0, ..short() };
    assert!(network.test(&wrong, streams, 2).is_err());
    let task = Box::new(ForcedChoiceTask::default());
    let run = TrainingRun::new(&network, task, streams, Workers::sequential(), None);
    let message = run.map(|_| ()).expect_err("one input").to_string();
    assert_eq!(
        message,
        "the cell's outputs x inputs: expected 1x1, found 1x2"
    );
}

#[test]
fn labels_that_are_no_level_are_refused_before_answers_are_judged() {
    let task = short();
    let mut batch: Batch = Batch::of(&task, Streams::new(0), 0, 3).expect("three trials");
    let outputs = Trajectory::zeros(1, 3, batch.steps());
    let mut evaluation = Evaluation::new([-1.0, 1.0]);
    evaluation.add(&task, &batch, &outputs).expect("0 or 1");
    batch.labels[1] = 2;
    let message = evaluation.add(&task, &batch, &outputs);
    let message = message.expect_err("no level").to_string();
    assert!(message.contains("expected 0 or 1, found 2"), "{message}");
    assert_eq!(evaluation.correct(&PeakRule::default()).len(), 3);
}

#[test]
fn weights_of_wrong_shape_sign_or_time_constant_are_refused_with_their_name() {
    let config = small();
    let refused = |change: fn(&mut Weights<f64>)| {
        let mut weights = network(&small(), 1).all_weights();
        change(&mut weights);
        let network = Network::from_weights(&config, &weights);
        network.map(|_| ()).expect_err("invalid").to_string()
    };
    let message = refused(|w| w.noise = DMatrix::zeros(12, 2));
    assert_eq!(message, "noise weights: expected 12x3, found 12x2");
    let message = refused(|w| w.recurrent = DMatrix::zeros(12, 6));
    assert_eq!(message, "recurrent weights: expected 12x12, found 12x6");
    assert!(refused(|w| w.input = DMatrix::zeros(12, 1)).starts_with("input weights"));
    assert!(refused(|w| w.readout = DMatrix::zeros(2, 12)).starts_with("readout weights"));
    assert!(refused(|w| w.signs[4] = 0.0).starts_with("sign of unit 4"));
    assert!(refused(|w| w.signs.truncate(5)).starts_with("signs of the units"));
    let message = refused(|w| {
        w.signs[7] = -1.0;
        w.recurrent[(3, 7)] = 0.5;
    });
    assert!(message.contains("unit 7") && message.contains("at most 0"));
    assert!(refused(|w| w.readout_bias = f64::NAN).starts_with("readout_bias"));
    let clamped = |tau| UnitTimeConstants::Clamped(vec![tau; 12]);
    assert!(!network(&small(), 1).time_constants().is_empty());
    for tau in [4.9, 0.0, -20.0] {
        let mut weights = network(&small(), 1).all_weights();
        weights.time_constants = clamped(tau);
        let message = Network::from_weights(&config, &weights);
        let message = message.map(|_| ()).expect_err("below dt").to_string();
        assert!(message.starts_with("dt / time_constant"), "{message}");
    }
    let fixed = Config {
        time_constants: TimeConstants::Fixed(50.0),
        ..small()
    };
    let raw = network(&small(), 1).all_weights();
    assert!(Network::from_weights(&fixed, &raw).is_err());
}

#[test]
fn parameters_that_break_the_model_are_refused() {
    let config = small();
    let parameters = network(&config, 1).parameters().clone();
    let of = |change: fn(&mut neuro_autodiff::Parameters<f64>)| {
        let mut parameters = parameters.clone();
        change(&mut parameters);
        Network::from_parameters(&config, parameters)
            .map(|_| ())
            .map_err(|e| e.to_string())
    };
    assert_eq!(of(|_| ()), Ok(()));
    // What training leaves: raw weights below 0, which are no connections.
    let below = of(|p| {
        let id = p.find("recurrent").expect("exists");
        p.set_raw(id, &[-0.5; 144]).expect("finite");
    });
    assert_eq!(below, Ok(()));
    let turned = of(|p| {
        let id = p.find("sign").expect("exists");
        let signs: Vec<f64> = p.raw(id).iter().map(|s| -s).collect();
        p.set_raw(id, &signs).expect("finite");
    });
    assert!(
        turned
            .expect_err("signs of others")
            .starts_with("weight from unit")
    );
    let larger = Config {
        units: 13,
        ..small()
    };
    assert!(Network::from_parameters(&larger, parameters.clone()).is_err());
}

#[test]
fn settings_out_of_range_are_refused() {
    let wrong: [fn(&mut Config); 19] = [
        |c| c.units = 0,
        |c| c.inputs = 0,
        |c| c.dt = 0.0,
        |c| c.dt = 20.5,
        |c| c.time_constants = TimeConstants::Fixed(4.0),
        |c| {
            c.time_constants = TimeConstants::Trained {
                low: 20.0,
                high: 20.0,
            }
        },
        |c| c.cell_types = CellTypes::Bernoulli(1.2),
        |c| c.connection_probability = 0.0,
        |c| c.gain = -1.0,
        |c| c.noise_weight_sd = f64::NAN,
        |c| c.unit_noise_sd = -0.1,
        |c| c.learning_rate = 0.0,
        |c| c.batch = 0,
        |c| c.chunk = 0,
        |c| c.updates = 0,
        |c| c.check_every = 0,
        |c| c.criterion_trials = 0,
        |c| c.criterion_loss = 0.0,
        |c| c.criterion_accuracy = 95.0,
    ];
    for (i, change) in wrong.iter().enumerate() {
        let mut config = small();
        change(&mut config);
        let made = Network::<f64>::new(&config, Streams::new(0));
        assert!(made.is_err(), "{i}");
    }
}
