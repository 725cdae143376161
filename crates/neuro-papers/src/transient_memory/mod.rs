//! Ichikawa & Kaneko, Phys. Rev. Research 3, 033193 (2021): rate networks that compare two signals
//! across a delay.
//!
//! The experiment trains networks ([`Group`]), measures each ([`Measured`]), draws the figures of
//! paper and supplement from the measurements, and decides the claims. A network is one job: its
//! measurements are a file `jobs/NAME.json`, and a resumed run does only what is missing. The
//! specification, the departures from the paper and what was seen are in
//! `docs/papers/transient_memory.md`.

mod group;
mod networks;

pub use group::Group;

use neuro_core::parallel::Workers;

use crate::{Claims, Error, Paper, ScaleGuide, Session};
use networks::Assignment;

/// The paper, for the command line.
pub const PAPER: Paper = Paper {
    name: "transient_memory",
    about: "A recurrent network learns to say which of two signals, separated by a silent delay, \
            had the higher frequency",
    citation: "Ichikawa and Kaneko (2021), Physical Review Research 3, 033193",
    figures: &[
        ("learning", "loss and accuracy while the networks learn"),
        (
            "2a",
            "psychometric curve: how often the second signal is called the higher one",
        ),
    ],
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

/// The experiment.
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C, and when files cannot be read or written.
pub fn experiment(session: &Session) -> Result<Claims, Error> {
    let assignments = assignments(session);
    session.progress.expect(assignments.len());
    let work = |i: usize| {
        let job = session.progress.job(
            &assignments[i].name(),
            assignments[i].group.config(session.options.scale).updates,
        );
        let trained = networks::train(session, assignments[i], Workers::sequential(), &job)?;
        job.finish(&format!("{:?}", trained.termination));
        Ok(())
    };
    let all: Vec<Result<(), Error>> = session.workers.map(assignments.len(), work);
    all.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Claims::new(session.options.scale))
}

/// The networks of a run: all groups with the first seed, all with the second, and so on, so that an
/// unfinished run has some of each.
fn assignments(session: &Session) -> Vec<Assignment> {
    let options = &session.options;
    let (scale, count) = (options.scale, options.network_seeds().len());
    let groups = |(i, seed)| {
        let groups = Group::ALL.into_iter();
        let wanted = groups.filter(move |group| i < group.networks(scale, count));
        wanted.map(move |group| Assignment { group, seed })
    };
    options
        .network_seeds()
        .enumerate()
        .flat_map(groups)
        .collect()
}
