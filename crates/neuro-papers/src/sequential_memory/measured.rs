//! What is measured in each job: the file `jobs/NAME.json`, from which figures and claims are made.
//!
//! Time is in units of the features' time constant, energies in those of the paper. Memories are numbered from 0:
//! 0 to 2 are the cycle of three, 3 to 6 that of four. A number that does not exist is absent, never a NaN.

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::study;

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Version of this file.
    pub version: u32,
    /// What it is of.
    pub group: Group,
    /// Seed of its memories, learner or trials.
    pub seed: u64,
    /// What ended it.
    pub ended: String,
    /// The measurements; absent when the network diverged or could not be made.
    pub found: Option<Found>,
}

/// The measurements of a job that came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Of a draw of memories.
    Replay(Box<Replayed>),
    /// Of the strengths of transitions.
    Strengths(Vec<Strength>),
    /// Of a block of searches.
    Capacity(Vec<Search>),
    /// Of a learner.
    Learning(Box<Learned>),
}

impl Found {
    /// Those of a draw of memories, if they are.
    #[must_use]
    pub fn replay(&self) -> Option<&Replayed> {
        match self {
            Self::Replay(found) => Some(found),
            _ => None,
        }
    }

    /// Those of the strengths, if they are.
    #[must_use]
    pub fn strengths(&self) -> Option<&[Strength]> {
        match self {
            Self::Strengths(found) => Some(found),
            _ => None,
        }
    }

    /// Those of a block of searches, if they are.
    #[must_use]
    pub fn capacity(&self) -> Option<&[Search]> {
        match self {
            Self::Capacity(found) => Some(found),
            _ => None,
        }
    }

    /// Those of a learner, if they are.
    #[must_use]
    pub fn learning(&self) -> Option<&Learned> {
        match self {
            Self::Learning(found) => Some(found),
            _ => None,
        }
    }
}

/// A network of seven memories, cued with a part of one of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    /// From a cue of the cycle of three, then of the cycle of four; the rest is of the latter.
    pub courses: Vec<Course>,
    /// How long a memory of the cycle of four would be on if memories were orthogonal.
    pub theory: Option<f64>,
    /// The energy along the run.
    pub energy: Energy,
    /// Fixed points of the tilted surface along the run.
    pub points: Points,
    /// Largest difference between the delayed features at the end and the convolution of the features' past.
    pub convolution: f64,
    /// Share of samples at which the overlap with the state itself is largest for the same memory as that with
    /// its activation.
    pub same_winner: f64,
    /// What figures show; absent where none does.
    pub shown: Option<Shown>,
}

/// A stay in a memory.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// The memory.
    pub memory: usize,
    /// First time in it.
    pub start: f64,
    /// Last time in it before another.
    pub end: f64,
    /// Largest overlap.
    pub peak: f64,
}

/// What followed a cue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// The memory that the cue is a part of.
    pub cue: usize,
    /// Memories of its cycle.
    pub cycle: usize,
    /// Duration.
    pub duration: f64,
    /// The memories that were on, one after another.
    pub visits: Vec<Visit>,
    /// Whether each followed the one before.
    pub in_order: bool,
    /// Largest overlap of a memory of the other cycle.
    pub foreign: f64,
    /// Share of the time at which a memory is on.
    pub on: f64,
    /// Mean and standard deviation of the time from onset to onset.
    pub dwell: Option<[f64; 2]>,
    /// Mean time in which the overlap of the next memory rises from 10 to 90 % of the way.
    pub rise: Option<f64>,
    /// Overlap of the cue's memory at the end.
    pub last: f64,
}

impl Course {
    /// Whether the cue's cycle was replayed: it begins with the cue, goes on in order, and for two laps and one visit.
    #[must_use]
    pub fn replays(&self) -> bool {
        let first = self.visits.first().map(|visit| visit.memory);
        first == Some(self.cue) && self.in_order && self.visits.len() > 2 * self.cycle
    }
}

/// The energy along a run, of the adiabatic limit; `dE/dt = F + G`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Largest difference of `F + G` from the change of the energy along the flow, by `|F| + |G|`.
    pub identity: f64,
    /// Largest `F` along the run.
    pub largest_descent: f64,
    /// Share of the samples at which the energy rises.
    pub rising: f64,
    /// Median of `F` while a memory is on, away from switches.
    pub dwell_descent: Option<f64>,
    /// Median of `G` there.
    pub dwell_delay: Option<f64>,
    /// Share of the whole descent, the integral of `F`, that falls in switches.
    pub switch_share: Option<f64>,
    /// Share of the time that switches take.
    pub switch_time: f64,
    /// Largest rise of the energy in a step with the delay frozen, by the energy.
    pub frozen_rise: f64,
    /// Of the visits with a known begin and end: in how many the energy of the memory that is on rises while the
    /// delay tilts the surface, in how many that of the next memory falls against it, and their number.
    pub tilt: [usize; 3],
    /// Largest difference between the energy and the sum of its three parts (linear hidden units).
    pub parts: Option<f64>,
}

/// Fixed points while the delay is held still.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// Share of samples at which the state is near the fixed point that it is drawn to.
    pub near: f64,
    /// Number of memories near which there is a fixed point without a delayed signal.
    pub at_rest: usize,
    /// Share of samples at which there is one near each memory.
    pub present: Vec<f64>,
    /// Visits with a known begin and end in the middle of which the memory has a fixed point, and their number.
    pub held: [usize; 2],
    /// Switches at which the left memory has none any more, and their number.
    pub lost: [usize; 2],
    /// Switches at which the state at the left memory is drawn to the next memory, and their number.
    pub leads: [usize; 2],
    /// Shares of the first three principal components in the variance of the delayed features.
    pub delay_shares: Vec<f64>,
}

/// What figures show of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// Times of the overlaps.
    pub times: Vec<f64>,
    /// Overlaps of each memory.
    pub overlaps: Vec<Vec<f64>>,
    /// Begin and end of the part of which the rest is.
    pub window: [f64; 2],
    /// The energy on visited states.
    pub surface: Surface,
    /// Time; the first principal component of the features' activations in the window: of the delayed features, of
    /// the features, and of the fixed point that they are drawn to.
    pub components: Vec<[f64; 4]>,
    /// Fixed points near memories.
    pub markers: Vec<Marker>,
    /// Time, energy, `F` and `G`.
    pub rates: Vec<[f64; 4]>,
}

/// A fixed point near a memory at some time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Marker {
    /// Time.
    pub time: f64,
    /// The memory.
    pub memory: usize,
    /// Its place on the first principal component.
    pub component: f64,
    /// Its energy.
    pub energy: f64,
}

/// An energy on visited states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surface {
    /// Times of the features' states.
    pub features: Vec<f64>,
    /// Times of the delayed features' states.
    pub delays: Vec<f64>,
    /// Energies: for each state of the delayed features, those of all states of the features.
    pub energy: Vec<Vec<f64>>,
    /// The way of the run: places among the states of the delayed features and of the features.
    pub course: Vec<[usize; 2]>,
}

/// A replay with one strength of the transitions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// `N_f`.
    pub features: usize,
    /// `alpha_c / alpha_s`.
    pub ratio: f64,
    /// Whether the cycle of four was replayed.
    pub replayed: bool,
    /// Mean time from onset to onset.
    pub dwell: Option<f64>,
}

/// A search for the smallest network with one strength of the transitions.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// Number of the trial.
    pub trial: u64,
    /// `alpha_c / alpha_s`.
    pub ratio: f64,
    /// The smallest `N_f` that was found; absent when none up to the largest passed.
    pub size: Option<usize>,
    /// Number of networks that were tried.
    pub tried: usize,
    /// Mean over visits of the largest overlap in the network that was found.
    pub peak: Option<f64>,
    /// Whether a network half as large again passed, too.
    pub larger: Option<bool>,
}

/// A network that has learned a cycle of four memories.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// The hidden unit most alike to each memory.
    pub winners: Vec<usize>,
    /// Cosine between each memory and the synapses of its hidden unit.
    pub cosines: Vec<f64>,
    /// Length of the synapses of each hidden unit.
    pub lengths: Vec<f64>,
    /// `Phi` between the winners; row: from.
    pub block: Vec<Vec<f64>>,
    /// Least and largest `Xi`.
    pub memories_range: [f64; 2],
    /// Least and largest `Phi`.
    pub transitions_range: [f64; 2],
    /// The network along its learning, the first before, the last after it.
    pub stages: Vec<Stage>,
    /// What figures show; absent where none does.
    pub picture: Option<Picture>,
}

impl Learned {
    /// After learning.
    #[must_use]
    pub fn last(&self) -> &Stage {
        &self.stages[self.stages.len() - 1]
    }

    /// Whether two memories have one hidden unit.
    #[must_use]
    pub fn collided(&self) -> bool {
        (1..self.winners.len()).any(|k| self.winners[..k].contains(&self.winners[k]))
    }
}

/// A learner after some epochs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Epochs.
    pub epoch: u64,
    /// Cosine between each memory and the fixed point that it is drawn to without a delayed signal.
    pub own: Vec<f64>,
    /// Number of these fixed points that are different.
    pub basins: usize,
    /// How much a delayed signal tilts the surface: mean size of its effect on the energies of the four memories, over
    /// the memories that it can come from, without the part that is common to them.
    pub tilt: f64,
    /// Memories after which, with the delayed signal of one presentation, the next memory has gained on it most.
    pub next_gains: usize,
    /// Share of the timing-dependent terms in the change of `Xi` and of `Phi`: their length by the sum of lengths.
    pub timing_share: [f64; 2],
    /// Recall from a noisy cue of memory 0.
    pub recall: Recalled,
}

/// What a learner recalls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recalled {
    /// The memories that were on.
    pub visits: Vec<Visit>,
    /// Whether they follow each other in order.
    pub in_order: bool,
    /// Mean time from onset to onset.
    pub dwell: Option<f64>,
}

impl Recalled {
    /// Whether the cycle of four was recalled once around in order, from the cue on.
    #[must_use]
    pub fn whole(&self) -> bool {
        let first = self.visits.first().map(|visit| visit.memory);
        first == Some(0) && self.in_order && self.visits.len() > 4
    }
}

/// What figures show of a learner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// The energy on the states of a driven run, at each stage.
    pub surfaces: Vec<Surface>,
    /// `Xi`: the synapses of each hidden unit.
    pub memories: Vec<Vec<f64>>,
    /// `Phi`: for each hidden unit, the synapses from it.
    pub transitions: Vec<Vec<f64>>,
    /// Times of the recall.
    pub times: Vec<f64>,
    /// Overlaps of each memory in the recall.
    pub overlaps: Vec<Vec<f64>>,
}

/// Version of the file; a reader refuses another.
pub const VERSION: u32 = 1;

impl Measured {
    /// One line about the job.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.found {
            None => self.ended.clone(),
            Some(Found::Replay(found)) => {
                let of = |course: &Course| {
                    let order = if course.in_order {
                        ""
                    } else {
                        ", not in order"
                    };
                    format!("{} visits{order}", course.visits.len())
                };
                let courses: Vec<String> = found.courses.iter().map(of).collect();
                courses.join("; ")
            }
            Some(Found::Strengths(found)) => {
                let replayed = found.iter().filter(|s| s.replayed).count();
                format!("replayed with {replayed} of {} settings", found.len())
            }
            Some(Found::Capacity(found)) => {
                let sizes: Vec<usize> = found.iter().filter_map(|s| s.size).collect();
                let smallest = sizes.iter().min();
                let smallest = smallest.map_or("none".into(), ToString::to_string);
                format!(
                    "{} of {} found; smallest {smallest}",
                    sizes.len(),
                    found.len()
                )
            }
            Some(Found::Learning(found)) => {
                let visits = found.last().recall.visits.len();
                let whole = if found.last().recall.whole() {
                    "the whole cycle"
                } else {
                    "not the whole cycle"
                };
                format!("recalls {whole}, {visits} visits")
            }
        }
    }
}

study::network!(Measured, Group, Found, VERSION);
