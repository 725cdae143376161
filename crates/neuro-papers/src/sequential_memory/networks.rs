//! The networks that are looked at, and their files.

use neuro_core::Streams;
use neuro_models::sequential_memory::{Config, Episodes, Network, random_memories};

use super::group::Group;
use super::measured::{Found, Measured, VERSION};
use crate::{Error, Session, study};

/// A job to do.
pub(super) type Assignment = study::Assignment<Group>;

/// What a measurement of the models returns.
pub(super) type Modelled<T> = Result<T, neuro_models::Error>;

/// `N_f` of the paper's examples.
pub(super) const FEATURES: usize = 100;

/// The two episodes of the paper's examples.
pub(super) const CYCLES: [usize; 2] = [3, 4];

/// Seven random memories in a cycle of three and a cycle of four.
pub(super) fn stored(config: &Config, features: usize, streams: Streams) -> Modelled<Network> {
    let memories = random_memories(features, CYCLES.iter().sum(), streams);
    Network::store(config, memories, &Episodes::cycles(&CYCLES)?)
}

/// Writes a network's file.
pub(super) fn save(
    session: &Session,
    assignment: Assignment,
    network: &Network,
) -> Result<(), Error> {
    let path = session.output.network(&assignment.name());
    network.save(&path).map_err(assignment.failed())
}

/// The contents of a job's file. A network that diverged has no measurements; other errors end the run.
pub(super) fn finished(assignment: Assignment, found: Modelled<Found>) -> Result<Measured, Error> {
    let (ended, found) = match found {
        Ok(found) => ("completed".into(), Some(found)),
        Err(error @ neuro_models::Error::Core(neuro_core::Error::Diverged { .. })) => {
            (error.to_string(), None)
        }
        Err(error) => return Err(assignment.failed()(error)),
    };
    Ok(Measured {
        version: VERSION,
        group: assignment.group,
        seed: assignment.seed,
        ended,
        found,
    })
}
