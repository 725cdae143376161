//! Files, what is refused, and corrupted cues.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::Streams;
use neuro_models::Error;
use neuro_models::sequential_memory::{
    Config, Corruption, CycleTest, Drive, Episodes, Flow, LogSumExp, Network, OverlapFlow, Recall,
    ReducedFlow, Replay, random_memories,
};

use super::{kinds, stored};

#[test]
fn a_saved_network_is_read_back_bit_for_bit() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("network.safetensors");
    for network in kinds(9) {
        network.save(&path).expect("writable folder");
        let read = Network::load(&path).expect("the file just written");
        assert_eq!(read.memories(), network.memories());
        assert_eq!(read.transitions(), network.transitions());
        assert_eq!(
            format!("{:?}", read.config()),
            format!("{:?}", network.config())
        );
    }
}

#[test]
fn wrong_memories_graphs_gains_and_cues_are_refused_with_their_name() {
    let message = |network: Result<Network, Error>| {
        network
            .map(|_| ())
            .map_err(|e| e.to_string())
            .expect_err("refused")
    };
    let cycle = Episodes::cycles(&[3]).expect("a cycle");
    let memories = random_memories(20, 3, Streams::new(1));
    let store = |memories: DMatrix<f64>| Network::store(&Config::dsem(), memories, &cycle);
    let mut twice = memories.clone();
    twice.set_column(2, &memories.column(0));
    assert_eq!(message(store(twice)), "memories 0 and 2 are the same");
    let none = message(store(DMatrix::zeros(20, 0)));
    assert_eq!(none, "memories: expected at least one, found none");
    message(store(DMatrix::zeros(0, 3)));
    let mut zero = memories.clone();
    zero.column_mut(1).fill(0.0);
    assert!(message(store(zero)).contains("all zeros, found 1"));
    let mut broken = memories.clone();
    broken[(4, 1)] = f64::NAN;
    assert_eq!(
        message(store(broken)),
        "memories: value 24 is NaN, expected finite values"
    );
    let four = message(store(random_memories(20, 4, Streams::new(1))));
    assert_eq!(four, "memories of the episodes: expected 4 values, found 3");

    let configured = |config: &Config| message(Network::store(config, memories.clone(), &cycle));
    let gain = |gain| Config {
        hidden: Arc::new(LogSumExp { gain }),
        ..Config::dsem()
    };
    for bad in [0.0, -1.0, f64::INFINITY, f64::NAN, 1e-310] {
        assert!(
            configured(&gain(bad)).starts_with("gain of an activation"),
            "{bad}"
        );
    }
    let strong = Config {
        memory_strength: 1e307,
        ..Config::dsem()
    };
    assert!(configured(&strong).starts_with("largest drive"));
    for change in [
        (|c| c.memory_strength = 0.0) as fn(&mut Config),
        |c| c.delay_strength = f64::NAN,
        |c| c.feature_time_constant = 0.0,
        |c| c.hidden_time_constant = -1.0,
        |c| c.delay_time_constant = f64::INFINITY,
        |c| c.delay_gain = -1.0,
    ] {
        let mut config = Config::dsem();
        change(&mut config);
        configured(&config);
    }
    let network = store(memories.clone()).expect("valid");
    let weights = Network::from_weights(&Config::dsem(), memories.clone(), DMatrix::zeros(3, 4));
    assert_eq!(message(weights), "transitions: expected 3x3, found 3x4");
    assert!(Flow::new(&network, Drive::Free).is_err());
    assert!(ReducedFlow::new(&network, Drive::Input(vec![0.0; 21])).is_err());
    assert!(ReducedFlow::new(&network, Drive::Input(vec![])).is_err());
    let lisem = Network::store(&Config::lisem(20), memories, &cycle).expect("valid");
    let refused = OverlapFlow::new(&lisem, Drive::Free).map(|_| ());
    assert!(matches!(
        refused,
        Err(Error::NonlinearFeatures { found: "log-cosh" })
    ));

    let recall = |cue: &[f64], duration| {
        let replay = network.recall(cue, duration).map(|_| ());
        replay.map_err(|e| e.to_string()).expect_err("refused")
    };
    assert_eq!(recall(&[1.0; 19], 1.0), "cue: expected 20 values, found 19");
    recall(&[f64::NAN; 20], 1.0);
    recall(&[1.0; 20], 0.0);
    recall(&[1.0; 20], f64::INFINITY);
    assert!(recall(&[1.0; 20], 0.01).starts_with("duration: expected 1 or more samples"));
    assert!(
        network
            .recall_many(&DMatrix::zeros(20, 0), 1.0, &Recall::default())
            .is_err()
    );
    assert!(network.memory(3).is_err());
    let cue = |corruption| network.cue(0, corruption, Streams::new(0), 0).map(|_| ());
    assert!(cue(Corruption::Flipped(21)).is_err() && cue(Corruption::Noise(-1.0)).is_err());
    assert!(network.energy(&[0.0; 20], &[0.0; 4], &[0.0; 20]).is_err());
    assert!(
        network
            .energy_surface(&DMatrix::zeros(19, 2), &DMatrix::zeros(20, 2))
            .is_err()
    );
    assert!(Replay::new(vec![0.0], DMatrix::zeros(2, 2), 0.8).is_err());
    assert!(
        network
            .winners(&DMatrix::from_element(20, 1, f64::NAN))
            .is_err()
    );
    let episodes = Episodes::cycles(&[3]).expect("a cycle");
    let cycle = |test| network.replay_cycle(&episodes, &test).map(|_| ()).is_err();
    let test = CycleTest::default();
    assert!(!cycle(test));
    assert!(cycle(CycleTest { chain: 1.0, ..test }));
    assert!(cycle(CycleTest {
        steps_per_sample: 1_000_000_000_000_000,
        ..test
    }));
}

#[test]
fn corruptions_change_as_much_as_they_say() {
    let network = stored(&Config::dsem(), 100, 1);
    let memory = network.memory(2).expect("in range").to_vec();
    let changed = |corruption, trial| {
        let cue = network
            .cue(2, corruption, Streams::new(5), trial)
            .expect("in range");
        cue.iter()
            .zip(&memory)
            .map(|(c, m)| c - m)
            .collect::<Vec<f64>>()
    };
    let count = |d: &[f64]| d.iter().filter(|d| **d != 0.0).count();
    assert_eq!(count(&changed(Corruption::None, 0)), 0);
    let erased = changed(Corruption::Erased(25), 0);
    assert_eq!((count(&erased), count(&erased[75..])), (25, 25));
    let flipped = changed(Corruption::Flipped(10), 0);
    assert_eq!(count(&flipped), 10);
    assert_ne!(flipped, changed(Corruption::Flipped(10), 1));
    assert!(flipped.iter().all(|d| *d == 0.0 || d.abs() == 2.0));
    let offset = changed(Corruption::Offset(0.3), 0);
    assert!(offset.iter().all(|d| (d - offset[0]).abs() < 1e-15));
    assert_eq!(count(&changed(Corruption::Noise(0.3), 0)), 100);
}
