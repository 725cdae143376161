use neuro_core::parallel::Workers;
use neuro_models::tasks::Timing;
use neuro_models::transient_memory::{Compared, Config, Connections, Delay, Network, TrainingRun};

use crate::given::{Entry, Given, answered, throw_at};

/// A few units, some numbers changed.
fn config(g: &mut Given) -> Config {
    let config = Config::default();
    let wrong = g.once_in(2);
    let mut value = |fit: f64| if wrong { g.mostly(fit) } else { fit };
    let config = Config {
        units: 6,
        alpha: value(config.alpha),
        noise_sigma: value(0.1),
        activity_penalty: value(config.activity_penalty),
        initial_state_sd: value(config.initial_state_sd),
        weight_decay: value(config.weight_decay),
        learning_rate: value(config.learning_rate),
        batch: 2,
        chunk: 2,
        updates: 1,
        ..config
    };
    let connections = g.of(&[Connections::Dense, Connections::fifth(6)]);
    match g.few() {
        0 => Config {
            units: g.count(),
            ..config
        },
        1 => Config {
            connections: Connections::Sparse { active: g.count() },
            ..config
        },
        2 => Config {
            connections: Connections::ExcitatoryInhibitory {
                excitatory: g.count(),
            },
            ..config
        },
        3 => Config {
            batch: g.few(),
            chunk: g.count(),
            updates: g.few() as u64 / 3,
            ..config
        },
        _ => Config {
            connections,
            compared: g.of(&[Compared::Frequency, Compared::Velocity, Compared::NoiseSd]),
            delay: g.of(&[Delay::Short, Delay::Long]),
            ..config
        },
    }
}

#[test]
fn networks_answer_or_refuse() {
    let entries: [Entry; 2] = [
        ("Network", |g| {
            let config = config(g);
            let Some(network) = answered(Network::<f64>::new(&config, g.streams())) else {
                return;
            };
            let n = config.units;
            let [recurrent, input, readout] =
                [(n, n), (n, 1), (2, n)].map(|(rows, columns)| g.matrix_of(rows, columns));
            answered(Network::from_weights(&config, &recurrent, &input, &readout));
            answered(network.weights(g.of(&["recurrent", "none"])));
            let mut task = config.test_task();
            task.timing = Timing {
                first: 1..=3,
                delay: 1..=2,
                ..task.timing
            };
            if g.once_in(4) {
                task.alpha = g.number();
                task.minimal_gap = g.number();
            }
            if let Some(found) = answered(network.test(&task, g.streams(), g.few())) {
                let _ = (found.correct(), found.accuracy(g.number()));
            }
        }),
        ("TrainingRun", |g| {
            let config = config(g);
            let streams = g.streams();
            let Some(network) = answered(Network::<f32>::new(&config, streams)) else {
                return;
            };
            let mut task = config.training_task();
            task.timing.first = 1..=3;
            task.timing.delay = 1..=2;
            if g.once_in(6) {
                task.timing.first = g.count()..=g.count();
            }
            let (workers, every) = (Workers::sequential(), g.count() as u64);
            let run = TrainingRun::new(&network, Box::new(task), streams, workers, every, None);
            if let Some(mut run) = answered(run) {
                answered(run.run(None, &mut |_| std::ops::ControlFlow::Continue(())));
                answered(run.network());
            }
        }),
    ];
    throw_at(&entries);
}
