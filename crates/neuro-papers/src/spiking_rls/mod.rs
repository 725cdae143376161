//! Kim & Chow, Learning recurrent dynamics in spiking networks (eLife 2018): every unit of a spiking network
//! learns a target of its own by recursive least squares.
//!
//! The experiment trains networks ([`Group`]), measures each ([`Measured`]), draws the figures of paper and
//! supplements from the measurements, and decides the claims. A network, or a point of a scan, is one job:
//! its measurements are a file `jobs/NAME.json`, and a run does only what is missing. The recordings
//! of Figure 5 are replaced by synthetic ones, and everything about them says so. The departures from the
//! paper and what was seen are in `docs/papers/spiking_rls.md`.

mod claims;
mod figures;
mod group;
mod lessons;
mod measure;
pub mod measured;
mod networks;
mod plan;

pub use group::{Group, Kind};
pub use measured::Measured;

use crate::study::Study;
use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Paper, ScaleGuide, Session};
use plan::Plan;

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "spiking_rls",
    about: "Spiking networks learn arbitrary drives and rates by recursive least squares",
    citation: "Kim and Chow (2018), eLife 7, e37124",
    figures: figures::FIGURES,
    smoke: ScaleGuide {
        seeds: 1,
        time: "5 s; nothing is learned",
    },
    quick: ScaleGuide {
        seeds: 1,
        time: "about 2 min on 2 cores: one network of each kind, mostly of 200 units, few points of the scans",
    },
    paper: ScaleGuide {
        seeds: 10,
        time: "about 3 to 4 h on 2 cores: the paper's sizes, coarse grids for Figures 4i, 6 and 7",
    },
};

const STUDY: Study<Measured> = Study {
    paper: &PAPER,
    figures: &figures::ENTRIES,
    updates: |group, scale| Plan::of(group, scale).map_or(0, |plan| plan.loops),
    measure: measure::measure,
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
