use std::sync::Arc;

use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_models::sequential_memory::{
    Config, Corruption, Cueing, CycleTest, Drive, Episodes, Flow, Lagrangian, Learning,
    LearningConfig, LogCosh, LogSumExp, Network, OverlapFlow, Presentation, ProjectedFlow,
    Quadratic, Recall, ReducedFlow, Replay, SizeSearch, Softplus, Sweeps,
};

use crate::given::{Entry, Given, answered, throw_at};

fn lagrangian(g: &mut Given, fit: Arc<dyn Lagrangian>) -> Arc<dyn Lagrangian> {
    let gain = g.mostly(1.0);
    match g.few() {
        0 => Arc::new(Quadratic),
        1 => Arc::new(LogCosh { gain }),
        2 => Arc::new(Softplus { gain }),
        3 => Arc::new(LogSumExp { gain }),
        _ => fit,
    }
}

fn config(g: &mut Given) -> Config {
    let config = if g.flag() {
        Config::dsem()
    } else {
        Config::lisem(6)
    };
    let wrong = g.once_in(3);
    let mut value = |fit: f64| if wrong { g.mostly(fit) } else { fit };
    Config {
        memory_strength: value(config.memory_strength),
        delay_strength: value(config.delay_strength),
        feature_time_constant: value(config.feature_time_constant),
        hidden_time_constant: value(config.hidden_time_constant),
        delay_time_constant: value(config.delay_time_constant),
        delay_gain: value(config.delay_gain),
        features: lagrangian(g, config.features),
        hidden: lagrangian(g, config.hidden),
    }
}

const FEATURES: usize = 6;
const HIDDEN: usize = 3;

fn network(g: &mut Given) -> Option<Network> {
    let config = config(g);
    answered(match g.few() {
        0 => Network::new(&config, g.count(), g.count(), g.streams()),
        1 => {
            let (memories, transitions) = (g.matrix_of(FEATURES, HIDDEN), g.matrix_of(3, 3));
            Network::from_weights(&config, memories, transitions)
        }
        2 => {
            let episodes = answered(Episodes::cycles(&g.labels(2, 4)))?;
            Network::store(&config, g.matrix_of(FEATURES, HIDDEN), &episodes)
        }
        _ => {
            let episodes = answered(Episodes::cycles(&[HIDDEN]))?;
            let memories = neuro_models::sequential_memory::random_memories(
                FEATURES,
                HIDDEN,
                neuro_core::Streams::new(1),
            );
            Network::store(&config, memories, &episodes)
        }
    })
}

#[test]
fn networks_answer_or_refuse() {
    let entries: [Entry; 6] = [
        ("Config, Episodes", |g| {
            let config = config(g);
            answered(config.validate());
            let _ = (
                config.switch_threshold(),
                config.orthogonal_dwell_time(g.count()),
            );
            answered(Episodes::cycles(&g.labels(3, 4)));
            let episodes = Episodes::new(g.few());
            let (from, to) = (g.count(), g.count());
            answered(episodes.clone().with_transition(from, to));
            answered(episodes.clone().with_chain(&g.labels(3, 4)));
            if let Some(episodes) = answered(episodes.with_cycle(&g.labels(3, 4))) {
                let _ = (episodes.adjacency(), episodes.follows(from, to));
            }
        }),
        ("energies", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let (n, k) = (network.feature_units(), network.hidden_units());
            let [features, delay] = [n, n].map(|length| g.list_of(length));
            let hidden = g.list_of(k);
            answered(network.energy(&features, &hidden, &delay));
            answered(network.energy_rate(&features, &hidden, &delay));
            answered(network.energy_gradients(&features, &hidden, &delay));
            answered(network.reduced_energy(&features, &delay));
            answered(network.reduced_energy_rate(&features, &delay));
            answered(network.reduced_energy_gradient(&features, &delay));
            answered(network.linear_energy_parts(&features, &delay));
            answered(network.energy_surface(&g.matrix_of(n, 2), &g.matrix_of(n, 3)));
            answered(network.overlaps(&features));
            answered(network.state_overlaps(&features));
            answered(network.adiabatic_hidden(&features, &delay));
            answered(network.hidden_activation(&hidden));
            answered(network.winners(&g.matrix_of(n, 2)));
            answered(network.memory(g.count()));
            let sweeps = Sweeps {
                tolerance: g.mostly(1e-9),
                most: g.few() * 10,
            };
            answered(network.fixed_point(&features, &delay, sweeps));
        }),
        ("flows", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let (n, k) = (network.feature_units(), network.hidden_units());
            let drive = match g.few() {
                0 => Drive::Clamp,
                1 => Drive::Input(g.list_of(n)),
                _ => Drive::Free,
            };
            let (dt, steps) = (g.mostly(0.01), g.few());
            if let Some(flow) = answered(Flow::new(&network, drive.clone())) {
                let x = g.list_of(2 * n + k);
                answered(integrate(&flow, &RungeKutta4, 0.0, dt, steps, &x));
            }
            if let Some(flow) = answered(ReducedFlow::new(&network, drive.clone())) {
                let x = g.list_of(2 * n);
                answered(integrate(&flow, &RungeKutta4, 0.0, dt, steps, &x));
            }
            let (features, delay) = (g.list_of(n), g.list_of(n));
            if let Some(flow) = answered(OverlapFlow::new(&network, drive.clone())) {
                answered(flow.state(&features, &delay));
            }
            if let Some(flow) = answered(ProjectedFlow::new(&network, drive)) {
                answered(flow.state(&features, &delay));
            }
        }),
        ("recall", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let n = network.feature_units();
            let corruption = match g.few() {
                0 => Corruption::Erased(g.count()),
                1 => Corruption::Flipped(g.count()),
                2 => Corruption::Noise(g.number()),
                3 => Corruption::Offset(g.number()),
                _ => Corruption::None,
            };
            let memory = if g.flag() { 0 } else { g.count() };
            let cue = network.cue(memory, corruption, g.streams(), 0);
            let cue = answered(cue).unwrap_or_else(|| g.list_of(n));
            let recall = Recall {
                step: g.mostly(0.05),
                steps_per_sample: g.count(),
                threshold: g.mostly(0.5),
                bound: g.option(|g| g.mostly(2.0)),
                cueing: match g.flag() {
                    true => Cueing::Start,
                    false => Cueing::Input {
                        steps: g.count(),
                        strength: g.mostly(1.0),
                    },
                },
                patterns: g.option(|g| g.matrix_of(n, 2)),
            };
            let duration = if g.once_in(4) { g.number() } else { 0.4 };
            answered(network.recall_with(&cue, duration, &recall));
            answered(network.recall_many(&g.matrix_of(n, 3), duration, &recall));
            let test = CycleTest {
                step: g.mostly(0.05),
                steps_per_sample: g.few(),
                threshold: g.option(|g| g.mostly(0.5)),
                laps: g.few(),
                chain: g.mostly(1.0),
                patience: g.mostly(1.0),
            };
            if let Some(episodes) = answered(Episodes::cycles(&[network.hidden_units().min(9)])) {
                answered(network.replay_cycle(&episodes, &test));
            }
        }),
        ("Replay, SizeSearch", |g| {
            let overlaps = g.matrix();
            let mut times = g.list_of(overlaps.ncols());
            if g.flag() {
                times.sort_by(f64::total_cmp);
            }
            if let Some(replay) = answered(Replay::new(times, overlaps, g.mostly(0.5))) {
                let _ = (
                    replay.sequence(),
                    replay.dwell(),
                    replay.fraction_retrieved(),
                );
                let episodes = Episodes::new(g.few());
                let _ = (replay.follows(&episodes), replay.longest_chain(&episodes));
            }
            let search = SizeSearch {
                first: g.count(),
                largest: g.count(),
                resolution: g.mostly(0.1),
            };
            let enough = g.count();
            let works = |size| Ok::<bool, neuro_core::Error>(size >= enough);
            answered(search.run(works));
        }),
        ("Learning", |g| {
            let Some(network) = network(g) else {
                return;
            };
            let n = network.feature_units();
            let config = LearningConfig {
                current_weight: g.mostly(0.1),
                memories_time_constant: g.mostly(1.0),
                transitions_time_constant: g.mostly(1.0),
                memories_bound: g.option(|g| g.mostly(1.0)),
                transitions_bound: g.option(|g| g.mostly(1.0)),
                steps_per_presentation: g.few(),
                steps_per_update: g.count(),
                step: g.mostly(0.01),
                presentation: match g.flag() {
                    true => Presentation::Clamp,
                    false => Presentation::Drive {
                        strength: g.mostly(1.0),
                    },
                },
                reset_delay: g.flag(),
            };
            answered(config.validate());
            let rule = config.rule(network.config());
            let [target, current, delay] = [n, n, n].map(|length| g.list_of(length));
            answered(network.learning_rates(&rule, &target, &current, &delay));
            if let Some(mut learning) = answered(Learning::new(network, &config)) {
                answered(learning.present(&target, &current));
                answered(learning.epoch(&g.matrix_of(n, 3)));
            }
        }),
    ];
    throw_at(&entries);
}
