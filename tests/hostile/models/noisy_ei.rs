use neuro_autodiff::Disturbance;
use neuro_autodiff::optimizer::EpsilonPlacement;
use neuro_core::parallel::Workers;
use neuro_models::noisy_ei::{
    CellTypes, Config, LearningCriterion, Network, TimeConstants, TrainingRun, UnitTimeConstants,
    Weights,
};
use neuro_models::tasks::{PeakRule, ResponseTask};

use crate::given::{Entry, Given, answered, throw_at};

/// A few units, some numbers changed.
fn config(g: &mut Given) -> Config {
    let config = Config::default();
    let wrong = g.once_in(2);
    let mut value = |fit: f64| if wrong { g.mostly(fit) } else { fit };
    let config = Config {
        units: 6,
        inputs: 1,
        channels: 2,
        dt: value(config.dt),
        connection_probability: value(0.5),
        gain: value(config.gain),
        noise_weight_sd: value(config.noise_weight_sd),
        readout_weight_sd: value(config.readout_weight_sd),
        unit_noise_sd: value(config.unit_noise_sd),
        initial_state_sd: value(config.initial_state_sd),
        learning_rate: value(config.learning_rate),
        criterion_loss: value(config.criterion_loss),
        criterion_accuracy: value(config.criterion_accuracy),
        time_constants: TimeConstants::Trained {
            low: value(20.0),
            high: value(125.0),
        },
        cell_types: CellTypes::Exact(value(0.8)),
        epsilon_placement: EpsilonPlacement::AfterCorrection,
        updates: 1,
        check_every: 1,
        criterion_trials: 2,
        batch: 2,
        chunk: 1,
    };
    match g.few() {
        0 => Config {
            units: g.count(),
            channels: g.count(),
            ..config
        },
        1 => Config {
            inputs: g.count(),
            criterion_trials: g.few(),
            ..config
        },
        2 => Config {
            batch: g.few(),
            chunk: g.count(),
            updates: g.few() as u64,
            ..config
        },
        3 => Config {
            cell_types: CellTypes::Bernoulli(g.mostly(0.8)),
            time_constants: TimeConstants::Fixed(g.mostly(50.0)),
            ..config
        },
        _ => config,
    }
}

fn weights(g: &mut Given, network: &Network) -> Weights {
    let mut weights = network.all_weights();
    let n = weights.signs.len();
    match g.few() {
        0 => weights.recurrent = g.matrix_of(n, n),
        1 => weights.signs = g.list_of(n),
        2 => weights.readout = g.matrix_of(1, n),
        3 => weights.time_constants = UnitTimeConstants::Clamped(g.list_of(n)),
        4 => weights.time_constants = UnitTimeConstants::Raw(g.list_of(n)),
        5 => weights.readout_bias = g.number(),
        _ => weights.noise = g.matrix_of(n, 2),
    }
    weights
}

#[test]
fn networks_answer_or_refuse() {
    let entries: [Entry; 2] = [
        ("Network", |g| {
            let config = config(g);
            let Some(network) = answered(Network::<f64>::new(&config, g.streams())) else {
                return;
            };
            let n = network.time_constants().len();
            let weights = weights(g, &network);
            answered(Network::from_weights(&config, &weights));
            let inputs = {
                let (units, trials, steps) = (g.length_near(config.inputs), g.few(), g.few());
                g.trajectory_of(units.min(9), trials, steps)
            };
            let initial = g.list_of(n * inputs.trials());
            let mut noise = match g.flag() {
                true => Disturbance::silent(),
                false => Disturbance::drawn(network.cell(), g.streams(), 0, g.few()),
            };
            answered(network.simulate(&inputs, &initial, &mut noise));
            answered(network.with_time_constants(&g.list_of(n)));
            answered(network.with_noise_weights(g.matrix_of(n, 2)));
            answered(network.with_fresh_noise(g.count(), g.streams()));
            answered(network.with_input_channel(&g.list_of(n)));
            answered(network.flow_with_input(&g.list_of(config.inputs.min(9))));
            answered(network.weights(g.of(&["recurrent", "none"])));
        }),
        ("training", |g| {
            let config = config(g);
            let streams = g.streams();
            let Some(network) = answered(Network::<f64>::new(&config, streams)) else {
                return;
            };
            let mut task = config.forced_choice_task();
            task.dt = g.mostly(config.dt);
            (task.fixation, task.stimulus, task.response) = (20.0, 20.0, 20.0);
            if g.once_in(3) {
                task.stimulus = g.number();
                task.response = g.number();
            }
            let task: Box<dyn ResponseTask<f64>> = Box::new(task);
            let trials = g.few();
            if let Some(found) = answered(network.test(task.as_ref(), streams, trials)) {
                let rule = PeakRule {
                    active: g.number(),
                    silent: g.number(),
                };
                let _ = (found.mean_loss(), found.accuracy(&rule));
            }
            let task = config.forced_choice_task();
            let workers = Workers::sequential();
            let run = TrainingRun::new(&network, Box::new(task.clone()), streams, workers, None);
            let criterion = LearningCriterion::new(&config, Box::new(task), streams);
            if let (Some(mut run), Some(mut criterion)) = (answered(run), answered(criterion)) {
                answered(run.run(Some(&mut criterion), &mut |_| {
                    std::ops::ControlFlow::Continue(())
                }));
                answered(run.network());
            }
        }),
    ];
    throw_at(&entries);
}
