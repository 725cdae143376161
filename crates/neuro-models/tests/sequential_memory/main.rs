//! The sequential memories of Karuvally et al.: what must be true of them, their files, and what they refuse.

mod energy;
mod forms;
mod lanes;
mod learning;
mod refused;
mod replay;

use std::sync::Arc;

use neuro_core::Streams;
use neuro_models::sequential_memory::{
    Config, Episodes, Lagrangian, LogCosh, LogSumExp, Network, Quadratic, Softplus, random_memories,
};

/// Cycles of three and four of random memories.
fn stored(config: &Config, features: usize, seed: u64) -> Network {
    let memories = random_memories(features, 7, Streams::new(seed));
    let episodes = Episodes::cycles(&[3, 4]).expect("two cycles");
    Network::store(config, memories, &episodes).expect("different memories")
}

/// Every kind of network, of 12 features and 5 hidden units, with dense synapses and a hidden time constant.
fn kinds(seed: u64) -> Vec<Network> {
    let pairs: [(Arc<dyn Lagrangian>, Arc<dyn Lagrangian>); 4] = [
        (Arc::new(LogCosh { gain: 1.3 }), Arc::new(Quadratic)),
        (Arc::new(Quadratic), Arc::new(LogSumExp { gain: 0.8 })),
        (
            Arc::new(LogCosh { gain: 0.9 }),
            Arc::new(LogSumExp { gain: 1.7 }),
        ),
        (
            Arc::new(Softplus { gain: 1.1 }),
            Arc::new(LogCosh { gain: 0.4 }),
        ),
    ];
    let networks = pairs.into_iter().map(|(features, hidden)| {
        let config = Config {
            features,
            hidden,
            memory_strength: 0.3,
            delay_strength: 0.7,
            hidden_time_constant: 0.4,
            delay_time_constant: 7.0,
            delay_gain: 1.5,
            ..Config::dsem()
        };
        let memories = random_memories(12, 5, Streams::new(seed));
        let transitions = random_memories(5, 5, Streams::new(seed + 1)) * 0.5;
        Network::from_weights(&config, memories, transitions).expect("valid")
    });
    networks.collect()
}

/// Some values between -2 and 2.
fn values(count: usize, phase: f64) -> Vec<f64> {
    (0..count)
        .map(|k| 2.0 * (1.7 * k as f64 + phase).sin())
        .collect()
}
