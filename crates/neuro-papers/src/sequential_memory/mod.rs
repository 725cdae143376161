//! Karuvally, Sejnowski & Siegelmann (2022), Energy-based general sequential episodic memory networks at the
//! adiabatic limit: memories that follow each other because a slow signal moves the energy.
//!
//! The experiment lets networks replay and learn ([`Group`]), measures each ([`Measured`]), draws the figures from
//! the measurements, and decides the claims. A draw of memories, a learner, or a block of trials of the search for
//! the smallest network is one job: its measurements are a file `jobs/NAME.json`, and a run does only what is
//! missing. The departures from the paper and what was seen are in `docs/papers/sequential_memory.md`.

mod claims;
mod derived;
mod figures;
mod group;
mod measure;
pub mod measured;
mod networks;

pub use group::{Group, Model, Setting, Taught};
pub use measured::Measured;

use crate::study::Study;
use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Paper, ScaleGuide, Session};

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "sequential_memory",
    about: "Networks replay sequences of memories because delayed synapses move the energy, with a \
            capacity that grows linearly (LISEM) or exponentially (DSEM), and learn them online",
    citation: "Karuvally, Sejnowski and Siegelmann (2022), arXiv 2212.05563",
    figures: figures::FIGURES,
    smoke: ScaleGuide {
        seeds: 1,
        time: "3 s; hardly a cycle is replayed",
    },
    quick: ScaleGuide {
        seeds: 5,
        time: "half a minute on 2 cores: up to 64 memories (DSEM) and 12 (LISEM), 5 draws",
    },
    paper: ScaleGuide {
        seeds: 50,
        time: "about 2 h on 2 cores: up to 256 and 40 memories, 100 trials, 50 draws and learners",
    },
};

const STUDY: Study<Measured> = Study {
    paper: &PAPER,
    figures: &figures::ENTRIES,
    updates: |group, scale| match group {
        Group::Capacity(..) => group.trials(scale),
        Group::Learning(_) => measure::epochs(scale),
        Group::Replay(_) | Group::Strengths(_) => 0,
    },
    measure: |session, assignment, _workers, job| match assignment.group {
        Group::Replay(setting) => measure::replay(session, assignment, setting),
        Group::Strengths(model) => measure::strengths(session, assignment, model),
        Group::Capacity(model, memories) => {
            measure::capacity(session, assignment, (model, memories.into()), job)
        }
        Group::Learning(taught) => measure::learning(session, assignment, taught, job),
    },
    table: figures::networks,
    decide: claims::decide,
};

/// The experiment, as a grid of jobs.
pub const EXPERIMENT: &dyn Experiment = &STUDY;

/// The experiment as a whole, see [`sweep::run`].
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C, and when files cannot be read or written.
pub fn experiment(session: &Session) -> Result<Claims, Error> {
    sweep::run(EXPERIMENT, session)
}
