//! Ichikawa & Kaneko, Phys. Rev. Research 3, 033193 (2021): rate networks that compare two signals
//! across a delay.
//!
//! The experiment trains networks ([`Group`]), measures each ([`Measured`]), draws the figures of
//! paper and supplement from the measurements, and decides the claims. A network is one job: its
//! measurements are a file `jobs/NAME.json`, and a resumed run does only what is missing. The
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

use std::collections::BTreeSet;

use neuro_core::parallel::Workers;

use crate::{Claims, Error, Paper, ScaleGuide, Session};
use networks::Assignment;

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

/// The experiment.
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C, and when files cannot be read or written.
pub fn experiment(session: &Session) -> Result<Claims, Error> {
    let networks = networks(session)?;
    figures::draw(session, &networks)?;
    let mut claims = Claims::new(session.options.scale);
    claims::decide(&networks, &session.options, &mut claims)?;
    Ok(claims)
}

/// Trains and measures the networks, or reads what an interrupted run has measured.
fn networks(session: &Session) -> Result<Vec<Measured>, Error> {
    let assignments = assignments(session);
    session.progress.expect(assignments.len());
    // One network has all threads for its trials; several networks have one thread each.
    let measured = if let [only] = assignments[..] {
        let threads = session.workers.threads();
        let workers = Workers::new(threads).map_err(Error::from);
        vec![workers.and_then(|workers| network(session, only, workers))]
    } else {
        session.workers.map(assignments.len(), |i| {
            network(session, assignments[i], Workers::sequential())
        })
    };
    let mut measured = measured.into_iter().collect::<Result<Vec<_>, _>>()?;
    measured.sort_by_key(|network| (network.group, network.seed));
    Ok(measured)
}

fn network(session: &Session, assignment: Assignment, workers: Workers) -> Result<Measured, Error> {
    session.interrupt.check()?;
    let updates = assignment.group.config(session.options.scale).updates;
    let job = session.progress.job(&assignment.name(), updates);
    let path = session.output.job(&assignment.name());
    if session.output.is_resumed() && path.exists() {
        let measured = Measured::read(&path)?;
        job.finish("done before");
        return Ok(measured);
    }
    let trained = networks::train(session, assignment, workers, &job)?;
    session.interrupt.check()?;
    job.update(updates, "measuring");
    let measured = measure::measure(session.options.scale, assignment, &trained)?;
    measured.write(&path)?;
    job.finish(&measured.summary());
    Ok(measured)
}

/// The networks of a run: all groups with the first seed, all with the second, and so on, so that an
/// unfinished run has some of each.
fn assignments(session: &Session) -> Vec<Assignment> {
    let options = &session.options;
    let (scale, count) = (options.scale, options.network_seeds().len());
    let figures = PAPER.figures.iter().filter(|(id, _)| options.wants(id));
    let needed: BTreeSet<Group> = figures
        .flat_map(|(id, _)| figures::groups(id).iter().copied())
        .collect();
    let groups = |(i, seed)| {
        let groups = Group::ALL
            .into_iter()
            .filter(|group| needed.contains(group));
        let wanted = groups.filter(move |group| i < group.networks(scale, count));
        wanted.map(move |group| Assignment { group, seed })
    };
    options
        .network_seeds()
        .enumerate()
        .flat_map(groups)
        .collect()
}
