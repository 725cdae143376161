//! Rungratsameetaweemana, Kim, Chotibut & Sejnowski (PNAS 2025): noise during training slows
//! inhibition and steadies working memory.
//!
//! The experiment trains networks ([`Group`]), measures each ([`Measured`]), draws the figures of
//! the paper from the measurements, and decides the claims. A network is one job: its measurements
//! are a file `jobs/NAME.json`, and a run does only what is missing. The specification, the
//! departures from the paper and what was seen are in `docs/papers/noisy_ei.md`.

mod claims;
mod derived;
mod example;
mod figures;
mod group;
mod measure;
pub mod measured;
mod networks;

pub use group::{Channels, Group};
pub use measured::Measured;

use crate::study::Study;
use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Paper, ScaleGuide, Session};

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "noisy_ei",
    about: "Noise during training makes inhibitory units slow and working memory robust",
    citation: "Rungratsameetaweemana, Kim, Chotibut and Sejnowski (2025), PNAS, \
               doi 10.1073/pnas.2316745122",
    figures: figures::FIGURES,
    smoke: ScaleGuide {
        seeds: 1,
        time: "3 s; the networks stay untrained",
    },
    quick: ScaleGuide {
        seeds: 3,
        time: "about 1 min on 2 cores: a delay of 50 ms, no noise against ten channels",
    },
    paper: ScaleGuide {
        seeds: 50,
        time: "about 2 h on 2 cores: up to 20 000 trials each",
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
