//! Blocks of trials of the search for the smallest network that replays a cycle.
//!
//! Each trial searches once for each strength of the transitions. Memories are drawn anew for each trial, strength and
//! size, as in the authors' scripts; the cue is the first memory.

use neuro_core::{Domain, Streams};
use neuro_models::sequential_memory::{
    CycleReplay, CycleTest, Episodes, Network, SizeSearch, random_memories,
};
use rand::Rng;

use crate::sequential_memory::group::Model;
use crate::sequential_memory::measured::{Found, Measured, Search};
use crate::sequential_memory::networks::{Assignment, Modelled, finished};
use crate::{Error, Job, Scale, Session};

/// Ratios `alpha_c / alpha_s` that are tried.
fn ratios(model: Model, memories: usize, scale: Scale) -> &'static [f64] {
    match model {
        Model::Lisem => scale.choose(&[0.8], &[0.8, 1.0], &[0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.6]),
        // Weak transitions dwell long: with many memories they would take most of the time.
        Model::Dsem if memories >= 64 => &[3.0, 4.9, 7.0],
        Model::Dsem => scale.choose(&[4.9], &[2.0, 4.9], &[2.0, 3.0, 4.9, 7.0, 10.0]),
    }
}

/// Largest network that is tried: the paper's limit.
fn largest(scale: Scale) -> usize {
    scale.choose(64, 500, 500)
}

/// How replays are simulated. Both models have `T_d` 20: a fifth of the printed one, and of the time.
fn test(model: Model, memories: usize) -> CycleTest {
    let step = match model {
        Model::Lisem => 0.1,
        // The size that is found with either step is the same (two trials of 64 memories).
        Model::Dsem if memories >= 64 => 0.1,
        Model::Dsem => 0.05,
    };
    CycleTest {
        step,
        steps_per_sample: (0.5_f64 / step).round() as usize,
        ..CycleTest::default()
    }
}

/// Time constant of the delay.
const DELAY: f64 = 20.0;

/// Searches that are made alike.
struct Draws {
    model: Model,
    memories: usize,
    ratio: f64,
    place: u64,
    streams: Streams,
}

impl Draws {
    /// What a network of so many features does; none when two of its memories are equal, or when it diverges.
    fn replay(&self, features: usize) -> Modelled<Option<CycleReplay>> {
        let index = (features as u64 * 1024 + self.memories as u64) * 64 + self.place;
        let drawn = Streams::new(self.streams.rng(Domain::User, index).next_u64());
        let mut config = self.model.config(features, self.ratio);
        config.delay_time_constant = DELAY;
        let episodes = Episodes::cycles(&[self.memories])?;
        let memories = random_memories(features, self.memories, drawn);
        let network = match Network::store(&config, memories, &episodes) {
            Err(neuro_models::Error::DuplicateMemories { .. }) => return Ok(None),
            other => other?,
        };
        match network.replay_cycle(&episodes, &test(self.model, self.memories)) {
            Err(neuro_models::Error::Core(neuro_core::Error::Diverged { .. })) => Ok(None),
            other => other.map(Some),
        }
    }
}

/// Measures one block of trials.
pub(in crate::sequential_memory) fn measure(
    session: &Session,
    assignment: Assignment,
    (model, memories): (Model, usize),
    job: &Job,
) -> Result<Measured, Error> {
    let scale = session.options.scale;
    let trials = assignment.group.trials(scale);
    let size = SizeSearch {
        largest: largest(scale),
        ..SizeSearch::default()
    };
    let mut found = Vec::new();
    for k in 0..trials {
        // Trials are counted through all blocks.
        let trial = assignment.seed.wrapping_mul(trials).wrapping_add(k);
        for (place, &ratio) in ratios(model, memories, scale).iter().enumerate() {
            let search = Draws {
                model,
                memories,
                ratio,
                place: place as u64,
                streams: Streams::new(trial),
            };
            let smallest = size.run(|features| -> Result<bool, Error> {
                session.interrupt.check()?;
                let replay = search.replay(features).map_err(assignment.failed())?;
                Ok(replay.is_some_and(|replay| replay.passed))
            })?;
            let at = |features: usize| search.replay(features).map_err(assignment.failed());
            let (peak, larger) = match smallest.size {
                None => (None, None),
                Some(n) => (
                    at(n)?.map(|replay| replay.mean_peak),
                    Some(at((3 * n).div_ceil(2))?.is_some_and(|replay| replay.passed)),
                ),
            };
            found.push(Search {
                trial,
                ratio,
                size: smallest.size,
                tried: smallest.tried.len(),
                peak,
                larger,
            });
        }
        let sizes = found.iter().filter_map(|s| s.size).min();
        let smallest = sizes.map_or("none found".into(), |n| format!("smallest {n}"));
        job.update(k + 1, &smallest);
    }
    finished(assignment, Ok(Found::Capacity(found)))
}
