//! The network of Rungratsameetaweemana et al.: its files, its flow, how it loses connections, and
//! what it refuses.

mod learning;
mod network;
mod refused;

use neuro_core::Streams;
use neuro_models::noisy_ei::{Config, Network};
use neuro_models::tasks::MatchingTask;

fn small() -> Config {
    Config {
        units: 12,
        channels: 3,
        ..Config::default()
    }
}

fn network(config: &Config, seed: u64) -> Network<f64> {
    Network::new(config, Streams::new(seed)).expect("valid configuration")
}

/// A short matching task: 40 samples.
fn short() -> MatchingTask {
    MatchingTask {
        fixation: 25.0,
        stimulus: 25.0,
        delay: 25.0,
        gap: 0.0,
        response: 75.0,
        tail: 25.0,
        ..MatchingTask::default()
    }
}

const NAMES: [&str; 7] = [
    "recurrent",
    "input",
    "noise",
    "time_constant",
    "readout",
    "readout_bias",
    "sign",
];
