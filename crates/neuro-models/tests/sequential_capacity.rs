//! How large a sequential memory must be: what a test of a cycle sees, and what a search for the smallest size finds.

use nalgebra::DMatrix;
use neuro_core::Streams;
use neuro_models::Error;
use neuro_models::sequential_memory::{
    Config, CycleTest, Episodes, Network, Recall, SizeSearch, random_memories,
};

fn cycle(count: usize) -> Episodes {
    Episodes::cycles(&[count]).expect("a cycle")
}

fn stored(config: &Config, features: usize, count: usize, seed: u64) -> Network {
    let memories = random_memories(features, count, Streams::new(seed));
    Network::store(config, memories, &cycle(count)).expect("different memories")
}

#[test]
fn a_test_counts_the_visits_of_a_recall() {
    // More memories than twice the features, and fewer: two forms of the dynamics.
    for (features, count, passed) in [(30, 80, false), (60, 10, true)] {
        let (network, episodes) = (stored(&Config::dsem(), features, count, 1), cycle(count));
        let test = CycleTest::default();
        let found = network
            .replay_cycle(&episodes, &test)
            .expect("linear features");
        assert_eq!((found.visits, found.passed), (2 * count + 1, passed));
        assert!(found.mean_peak > 0.9);
        let recall = Recall {
            step: test.step,
            steps_per_sample: test.steps_per_sample,
            threshold: -1.0,
            ..Recall::default()
        };
        let cue = network.memory(0).expect("in range").to_vec();
        let replay = network.recall_with(&cue, found.time, &recall);
        let seen = replay.expect("bounded").sequence();
        let (mut chain, mut longest) = (1, 1);
        for pair in seen[..found.visits].windows(2) {
            let follows = episodes.follows(pair[0], pair[1]);
            chain = if follows { chain + 1 } else { 1 };
            longest = longest.max(chain);
        }
        assert_eq!(longest, found.chain);
        assert_eq!(passed, longest as f64 > 0.8 * found.visits as f64);
    }
}

#[test]
fn networks_at_rest_and_mixtures_fail() {
    let episodes = cycle(5);
    let still = Config {
        delay_strength: 0.0,
        ..Config::dsem()
    };
    let found = stored(&still, 60, 5, 2).replay_cycle(&episodes, &CycleTest::default());
    let found = found.expect("bounded");
    assert!(!found.passed && found.visits == 1);
    assert_eq!(found.time, 240.0); // twelve time constants of the delay
    // With a hundred times too strong transitions overlaps never reach 0.8.
    let strong = Config {
        delay_strength: 4.9,
        ..Config::lisem(100)
    };
    let test = CycleTest {
        threshold: Some(0.8),
        ..CycleTest::default()
    };
    let found = stored(&strong, 100, 5, 2).replay_cycle(&episodes, &test);
    assert!(!found.expect("bounded").passed);
}

#[test]
fn larger_networks_of_dsem_store_more() {
    let smallest = |count: usize| {
        let found = SizeSearch::default().run(|features| {
            let memories = random_memories(features, count, Streams::new(features as u64));
            match Network::store(&Config::dsem(), memories, &cycle(count)) {
                Err(Error::DuplicateMemories { .. }) => Ok(false),
                network => {
                    let found = network?.replay_cycle(&cycle(count), &CycleTest::default())?;
                    Ok::<_, Error>(found.passed)
                }
            }
        });
        found.expect("bounded").size.expect("below 500 features")
    };
    let (few, many) = (smallest(4), smallest(32));
    assert!(few < many && many < 40, "{few} {many}");
}

#[test]
fn searches_end_where_a_size_works_and_the_last_failure_is_next_to_it() {
    // Success that comes and goes: multiples of 3 above 20.
    let works = |size: usize| Ok::<_, Error>(size > 20 && size.is_multiple_of(3));
    let search = SizeSearch {
        largest: 96,
        resolution: 0.0,
        ..SizeSearch::default()
    };
    let found = search.run(works).expect("in range");
    let size = found.size.expect("96 is a multiple of 3");
    assert!(works(size).expect("in range"));
    assert!(found.tried.contains(&(size, true)) && found.tried.contains(&(size - 1, false)));
    let none = search.run(|_| Ok::<_, Error>(false)).expect("in range");
    assert_eq!(none.size, None);
    assert_eq!(none.tried.last(), Some(&(96, false)));
    let first = search.run(|_| Ok::<_, Error>(true)).expect("in range");
    assert_eq!(first.size, Some(1));
    // A coarse search is content with a hundredth more.
    let coarse = SizeSearch {
        resolution: 0.02,
        ..SizeSearch::default()
    };
    let found = coarse.run(|size| Ok::<_, Error>(size >= 301));
    let size = found.expect("in range").size.expect("below 500");
    assert!((301..=307).contains(&size), "{size}");
}

#[test]
fn tests_and_searches_that_make_no_sense_are_refused() {
    let network = stored(&Config::dsem(), 20, 3, 1);
    let message = |episodes: &Episodes, test: CycleTest| {
        let found = network.replay_cycle(episodes, &test).map(|_| ());
        found.map_err(|e| e.to_string()).expect_err("refused")
    };
    let other = message(&cycle(4), CycleTest::default());
    assert_eq!(
        other,
        "memories of the episodes: expected 3 values, found 4"
    );
    for change in [
        (|t| t.step = 0.0) as fn(&mut CycleTest),
        |t| t.steps_per_sample = 0,
        |t| t.threshold = Some(f64::NAN),
        |t| t.laps = 0,
        |t| t.chain = 1.5,
        |t| t.patience = f64::INFINITY,
    ] {
        let mut test = CycleTest::default();
        change(&mut test);
        message(&cycle(3), test);
    }
    for search in [
        SizeSearch {
            first: 0,
            ..SizeSearch::default()
        },
        SizeSearch {
            largest: 1,
            ..SizeSearch::default()
        },
        SizeSearch {
            resolution: f64::NAN,
            ..SizeSearch::default()
        },
    ] {
        assert!(search.run(|_| Ok::<_, Error>(true)).is_err());
    }
    // A step far beyond stability is found out.
    let wild = CycleTest {
        step: 1e3,
        // Each step multiplies by some 4e10.
        steps_per_sample: 100,
        ..CycleTest::default()
    };
    assert!(network.replay_cycle(&cycle(3), &wild).is_err());
    let empty = Network::store(&Config::dsem(), DMatrix::zeros(20, 0), &Episodes::new(0));
    assert!(empty.is_err());
}
