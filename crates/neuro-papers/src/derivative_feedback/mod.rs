//! Gu & Lim, Unsupervised learning for robust working memory (bioRxiv 2021.05.17.444447): plasticity
//! that finds the balance of a memory again.
//!
//! The experiment lets networks learn ([`Group`]), measures each ([`Measured`]), draws the figures of
//! paper and supplement from the measurements, and decides the claims. A learning run is one job: its
//! measurements are a file `jobs/NAME.json`, and a run does only what is missing. The
//! specification, the departures from the paper and what was seen are in
//! `docs/papers/derivative_feedback.md`.

mod claims;
mod figures;
mod group;
mod measure;
pub mod measured;
mod networks;
mod run;

pub use group::Group;
pub use measured::Measured;
pub use run::{Learned, Run, Site, Variant};

use crate::study::Study;
use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Paper, ScaleGuide, Session};

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "derivative_feedback",
    about: "Differential and homeostatic plasticity bring a working memory back into balance after \
            its synapses were perturbed",
    citation: "Gu and Lim (2021), bioRxiv 2021.05.17.444447",
    figures: figures::FIGURES,
    smoke: ScaleGuide {
        seeds: 1,
        time: "2 s; hardly anything is learned",
    },
    quick: ScaleGuide {
        seeds: 1,
        time: "about 1 min on 2 cores: 32 of the 64 units, 1 000 to 4 000 trials",
    },
    paper: ScaleGuide {
        seeds: 10,
        time: "about 4 h on 2 cores: 8 000 trials each",
    },
};

const STUDY: Study<Measured> = Study {
    paper: &PAPER,
    figures: &figures::ENTRIES,
    updates: |group, scale| match group {
        Group::Learning(run) => run.stages(scale).last().copied().unwrap_or(0),
        Group::Homogeneous | Group::Unlearned => 0,
    },
    measure: |session, assignment, _workers, job| match assignment.group {
        Group::Homogeneous => measure::homogeneous(session, assignment),
        Group::Unlearned => measure::unlearned(session, assignment),
        Group::Learning(run) => {
            let trained = networks::train(session, assignment, &run, job)?;
            session.interrupt.check()?;
            measure::ring(session, assignment, &run, trained)
        }
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
