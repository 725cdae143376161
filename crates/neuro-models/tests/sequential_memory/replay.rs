//! What replays look like, and how long memories dwell.

use nalgebra::DMatrix;
use neuro_core::Streams;
use neuro_models::sequential_memory::{Config, Corruption, Episodes, Network, Recall};

use super::stored;

#[test]
fn dsem_and_lisem_replay_the_cycle_of_their_cue_and_no_other() {
    let cycles = Episodes::cycles(&[3, 4]).expect("two cycles");
    // LISEM with seven memories of 100 features is near its limit: it gets 400 (specification).
    let lisem = Config::lisem(400);
    for (config, features, duration) in [(Config::dsem(), 100, 150.0), (lisem, 400, 2500.0)] {
        let network = stored(&config, features, 11);
        for cue in [0, 4] {
            let corrupted = network.cue(cue, Corruption::Erased(features / 4), Streams::new(0), 0);
            let recall = Recall {
                step: 0.05,
                ..Recall::default()
            };
            let replay = network.recall_with(&corrupted.expect("in range"), duration, &recall);
            let replay = replay.expect("bounded");
            assert!(replay.visits().len() > 3, "{:?}", replay.sequence());
            assert_eq!(replay.sequence()[0], cue);
            assert!(replay.follows(&cycles), "{:?}", replay.sequence());
            let others = if cue == 0 { 3..7 } else { 0..3 };
            // Crosstalk: five standard deviations of the overlap of random memories would be 0.5 and 0.25.
            assert!(others.map(|m| replay.peak(m)).all(|m| m < 0.6));
        }
    }
}

#[test]
fn without_delayed_synapses_a_memory_is_retrieved_and_held() {
    let config = Config {
        delay_strength: 0.0,
        ..Config::dsem()
    };
    let network = stored(&config, 100, 5);
    let cue = network.cue(3, Corruption::Flipped(20), Streams::new(1), 0);
    let replay = network.recall(&cue.expect("in range"), 200.0);
    let replay = replay.expect("bounded");
    assert_eq!(replay.sequence(), [3]);
    assert!(replay.overlaps()[(3, 2000)] > 0.9999);
}

/// Orthogonal memories: rows of a Hadamard matrix.
fn orthogonal(features: usize, count: usize) -> DMatrix<f64> {
    let sign = |i: usize, mu: usize| {
        if (i & (mu + 1)).count_ones().is_multiple_of(2) {
            1.0
        } else {
            -1.0
        }
    };
    DMatrix::from_fn(features, count, sign)
}

#[test]
fn orthogonal_memories_of_dsem_dwell_as_long_as_theory_says() {
    for (config, length, duration) in [(Config::dsem(), 4, 1500.0), (Config::dsem(), 3, 1500.0)] {
        let config = Config {
            delay_time_constant: 100.0,
            ..config
        };
        let theory = config.orthogonal_dwell_time(length).expect("below 1");
        let episodes = Episodes::cycles(&[length]).expect("a cycle");
        let network = Network::store(&config, orthogonal(64, length), &episodes);
        let network = network.expect("different memories");
        let recall = Recall {
            step: 0.05,
            ..Recall::default()
        };
        let cue = network.memory(0).expect("in range").to_vec();
        let replay = network
            .recall_with(&cue, duration, &recall)
            .expect("bounded");
        assert!(replay.follows(&episodes));
        // The first cycle differs, its traces being shorter.
        let times = replay.dwell_times();
        let last = *times.last().expect("visits");
        assert!(times.len() > 2 * length, "{} visits", times.len());
        // Theory has no time for the switch, of some T_f = 1, and the run is read every 0.5.
        assert!((last - theory).abs() < 2.0, "{last} {theory}");
    }
}

#[test]
fn linear_hidden_units_leave_a_memory_before_the_threshold_of_theory() {
    // A feature feels the traces of all memories together, orthogonal or not.
    let config = Config::lisem(64);
    let theory = config.orthogonal_dwell_time(4).expect("below 1");
    let episodes = Episodes::cycles(&[4]).expect("a cycle");
    let network =
        Network::store(&config, orthogonal(64, 4), &episodes).expect("different memories");
    let cue = network.memory(0).expect("in range").to_vec();
    let recall = Recall {
        step: 0.05,
        ..Recall::default()
    };
    let replay = network.recall_with(&cue, 2000.0, &recall).expect("bounded");
    assert!(replay.follows(&episodes) && replay.visits().len() > 8);
    let dwell = replay.dwell().expect("visits").mean;
    assert!((0.3..0.7).contains(&(dwell / theory)), "{dwell} {theory}");
}
