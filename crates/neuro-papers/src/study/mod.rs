//! What all papers share: groups of networks, one measurement file for each network, and figures and
//! claims that are made from the measurements alone.
//!
//! A paper names its groups ([`Group`]), says how one network is trained and measured
//! ([`Study::measure`]), draws its figures ([`Entry`]) and decides its claims ([`Deciding`]). This
//! module makes it an [`Experiment`]: it chooses the networks of a run, and keeps what is measured in
//! `jobs/NAME.json`. The [`sweep`](crate::sweep) does the jobs.

mod deciding;
mod figures;
mod sheet;
#[cfg(test)]
pub(crate) mod testing;
mod watch;

pub(crate) use deciding::{Deciding, p_smaller, truth};
#[cfg(test)]
pub(crate) use figures::of;
pub(crate) use figures::{
    Drawn, Entry, cells, entry, listed, name, number, of_group, tidy, trained,
};
pub(crate) use sheet::Sheet;
pub(crate) use watch::Watch;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use neuro_core::parallel::Workers;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::sweep::{self, Experiment};
use crate::{Claims, Error, Job, Options, Output, Paper, Scale, Session, Table, file};

/// A kind of network: networks of a group differ in their seed only.
pub(crate) trait Group: Copy + Ord + Debug + Send + Sync + 'static {
    /// All groups, in the order in which they are trained.
    const ALL: &'static [Self];

    /// The name in files.
    fn name(self) -> &'static str;

    /// How many networks of this group a run has when `--seeds` asks for `seeds`.
    fn networks(self, scale: Scale, seeds: usize) -> usize;
}

/// The name of a group in a table of names in the order of [`Group::ALL`].
pub(crate) fn name_in<G: Group>(names: &'static [String], group: G) -> &'static str {
    let place = G::ALL.iter().position(|known| *known == group);
    // Groups are made in the modules of the papers only, for ALL: the place is always found.
    place.map_or("", |place| &names[place])
}

/// The group of a name.
pub(crate) fn of_name<G: Group>(name: &str) -> Result<G, String> {
    let known = G::ALL.iter().find(|group| group.name() == name);
    known
        .copied()
        .ok_or_else(|| format!("no group is named '{name}'"))
}

/// Groups one after another; `COUNT` of them.
pub(crate) const fn joined<G: Copy, const COUNT: usize>(parts: &[&[G]]) -> [G; COUNT] {
    let mut groups = [parts[0][0]; COUNT];
    let (mut part, mut k) = (0, 0);
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            groups[k] = parts[part][i];
            (i, k) = (i + 1, k + 1);
        }
        part += 1;
    }
    assert!(k == COUNT, "as many groups as there are places");
    groups
}

/// What was measured on one network: the contents of its file.
pub(crate) trait Network: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The paper's groups.
    type Group: Group;
    /// The measurements on a network that was trained to an end.
    type Found;
    /// Version of the file; a reader refuses another.
    const VERSION: u32;

    fn version(&self) -> u32;
    fn group(&self) -> Self::Group;
    fn seed(&self) -> u64;
    /// None when the network is of no use, as when its training diverged.
    fn found(&self) -> Option<&Self::Found>;
    /// One line about the network.
    fn summary(&self) -> String;
}

/// Makes a [`Network`] of the contents of a file with the fields `version`, `group`, `seed` and `found` and
/// with a summary of its own, and reads it.
macro_rules! network {
    ($measured:ty, $group:ty, $found:ty, $version:expr) => {
        impl $measured {
            /// Reads a file of measurements.
            ///
            /// # Errors
            /// [`Error::Io`](crate::Error::Io) when it cannot be read, [`Error::File`](crate::Error::File)
            /// when it is damaged or of another version.
            pub fn read(path: &std::path::Path) -> Result<Self, crate::Error> {
                crate::study::read(path)
            }
        }

        impl crate::study::Network for $measured {
            type Group = $group;
            type Found = $found;
            const VERSION: u32 = $version;

            fn version(&self) -> u32 {
                self.version
            }

            fn group(&self) -> $group {
                self.group
            }

            fn seed(&self) -> u64 {
                self.seed
            }

            fn found(&self) -> Option<&$found> {
                self.found.as_ref()
            }

            fn summary(&self) -> String {
                self.summary()
            }
        }
    };
}
pub(crate) use network;

/// Lets files hold a group by its name.
macro_rules! named {
    ($group:ty) => {
        impl From<$group> for String {
            fn from(group: $group) -> Self {
                group.name().into()
            }
        }

        impl TryFrom<String> for $group {
            type Error = String;

            fn try_from(name: String) -> Result<Self, String> {
                crate::study::of_name(&name)
            }
        }
    };
}
pub(crate) use named;

/// A network that a run is to train and measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assignment<G> {
    pub(crate) group: G,
    pub(crate) seed: u64,
}

impl<G: Group> Assignment<G> {
    /// The network's name in files and messages: group and seed.
    pub(crate) fn name(self) -> String {
        format!("{}-{}", self.group.name(), self.seed)
    }

    /// Says which network an error came from.
    pub(crate) fn failed(self) -> impl Fn(neuro_models::Error) -> Error {
        move |e| Error::experiment(format!("network {}", self.name()), e)
    }
}

/// Trains and measures one network of a run.
pub(crate) type Measure<N> =
    fn(&Session, Assignment<<N as Network>::Group>, Workers, &Job) -> Result<N, Error>;

/// A paper's experiment.
pub(crate) struct Study<N: Network> {
    /// The paper.
    pub(crate) paper: &'static Paper,
    /// Its figures.
    pub(crate) figures: &'static [Entry<N>],
    /// Updates (or trials) of a network's training, for the display of progress.
    pub(crate) updates: fn(N::Group, Scale) -> u64,
    /// Trains and measures one network, on the given threads.
    pub(crate) measure: Measure<N>,
    /// The table of all networks, one row each.
    pub(crate) table: fn(&[&N]) -> Result<Table, Error>,
    /// Decides all claims.
    pub(crate) decide: fn(&mut Deciding<'_, N>) -> Result<(), Error>,
}

impl<N: Network> Experiment for Study<N> {
    fn paper(&self) -> &'static Paper {
        self.paper
    }

    fn jobs(&self, options: &Options) -> Vec<sweep::Job> {
        let job = |Assignment { group, seed }| sweep::Job {
            group: Group::name(group).into(),
            seed,
            updates: (self.updates)(group, options.scale),
        };
        self.assignments(options).into_iter().map(job).collect()
    }

    fn is_done(&self, output: &Output, job: &sweep::Job) -> Result<bool, Error> {
        let path = output.job(&job.name());
        Ok(path.exists() && read_job::<N>(&path, &job.name()).map(|_| true)?)
    }

    fn work(
        &self,
        session: &Session,
        job: &sweep::Job,
        workers: Workers,
        shown: &Job,
    ) -> Result<String, Error> {
        let group = of_name::<N::Group>(&job.group);
        let group = group.map_err(|problem| Error::experiment(job.name(), problem))?;
        let assignment = Assignment {
            group,
            seed: job.seed,
        };
        let measured = (self.measure)(session, assignment, workers, shown)?;
        file::write_compact_json(&session.output.job(&job.name()), &measured)?;
        Ok(measured.summary())
    }

    fn conclude(&self, session: &Session) -> Result<Claims, Error> {
        let assignments = self.assignments(&session.options);
        let mut networks = Vec::new();
        for assignment in &assignments {
            let name = assignment.name();
            let path = session.output.job(&name);
            if !path.exists() {
                continue;
            }
            match read_job::<N>(&path, &name) {
                Ok(measured) => networks.push(measured),
                Err(error @ Error::File { .. }) => session.progress.note(&error.to_string()),
                Err(error) => return Err(error),
            }
        }
        networks.sort_by_key(|network| (network.group(), network.seed()));
        self.draw(session, &networks)?;
        let mut claims = Claims::new(session.options.scale);
        claims.add_missing(assignments.len() - networks.len());
        let paper = self.paper.name;
        (self.decide)(&mut Deciding::new(
            paper,
            &networks,
            &session.options,
            &mut claims,
        ))?;
        Ok(claims)
    }
}

impl<N: Network> Study<N> {
    /// The networks of a run: all groups with the first seed, all with the second, and so on, so that
    /// an unfinished run has some of each.
    fn assignments(&self, options: &Options) -> Vec<Assignment<N::Group>> {
        let (scale, count) = (options.scale, options.network_seeds().len());
        let figures = self.figures.iter().filter(|f| options.wants(f.id));
        let needed: BTreeSet<N::Group> = figures.flat_map(|f| f.groups.iter().copied()).collect();
        let wanted = |(i, seed)| {
            let groups = N::Group::ALL.iter().filter(|group| needed.contains(group));
            let groups = groups.filter(move |group| i < group.networks(scale, count));
            groups.map(move |&group| Assignment { group, seed })
        };
        let seeds = options.network_seeds().enumerate();
        seeds.flat_map(wanted).collect()
    }
}

/// Reads the file of measurements of a job, which must be of this job.
fn read_job<N: Network>(path: &Path, name: &str) -> Result<N, Error> {
    let measured: N = read(path)?;
    let (group, seed) = (measured.group(), measured.seed());
    let found = Assignment { group, seed }.name();
    if found != name {
        return Err(Error::File {
            path: path.into(),
            problem: format!("expected the measurements of {name}, found those of {found}"),
        });
    }
    Ok(measured)
}

/// Reads a file of measurements.
///
/// # Errors
/// [`Error::Io`] when it cannot be read, [`Error::File`] when it is damaged or of another version.
pub(crate) fn read<N: Network>(path: &Path) -> Result<N, Error> {
    let measured: N = file::read_json(path)?;
    if measured.version() != N::VERSION {
        let (expected, found) = (N::VERSION, measured.version());
        return Err(Error::File {
            path: path.into(),
            problem: format!("expected version {expected}, found {found}"),
        });
    }
    Ok(measured)
}
