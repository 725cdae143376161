//! Ichikawa & Kaneko, Phys. Rev. Research 3, 033193 (2021): rate networks that compare two signals
//! across a delay.
//!
//! The experiment trains networks ([`Group`]), measures each ([`Measured`]), draws the figures of
//! paper and supplement from the measurements, and decides the claims. A network is one job: its
//! measurements are a file `jobs/NAME.json`, and a run does only what is missing. The
//! specification, the departures from the paper and what was seen are in
//! `docs/papers/transient_memory.md`.

mod claims;
mod figures;
mod group;
mod measure;
pub mod measured;
mod networks;

pub use group::Group;
pub use measured::Measured;

use crate::study::Study;
use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Paper, ScaleGuide, Session};

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "transient_memory",
    about: "A recurrent network learns to say which of two signals, separated by a silent delay, \
            had the higher frequency",
    citation: "Ichikawa and Kaneko (2021), Physical Review Research 3, 033193",
    figures: figures::FIGURES,
    smoke: ScaleGuide {
        seeds: 1,
        time: "2 s; the network stays untrained",
    },
    quick: ScaleGuide {
        seeds: 2,
        time: "about 1 min on 2 cores: 3 000 of the 12 000 updates",
    },
    paper: ScaleGuide {
        seeds: 10,
        time: "about 2 h on 2 cores: 12 000 updates each",
    },
};

const STUDY: Study<Measured> = Study {
    paper: &PAPER,
    figures: &figures::ENTRIES,
    updates: |group, scale| group.config(scale).updates,
    measure: |session, assignment, workers, job| {
        let trained = networks::train(session, assignment, workers, job)?;
        session.interrupt.check()?;
        job.update(trained.config.updates, "measuring");
        measure::measure(session.options.scale, assignment, &trained)
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
