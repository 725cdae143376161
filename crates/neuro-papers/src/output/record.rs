//! The file `run.json`: whose folder it is, and each sitting of its run.

use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::{Options, Scale, clock, file};
use crate::Error;

/// Version of this crate, which is that of the whole workspace.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Fingerprint of the sources of this program, see `build.rs`.
pub(crate) const SOURCES: &str = env!("NEURO_SOURCES");

/// What a folder holds and how it was made. Fields stand in the file in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) paper: String,
    pub(crate) version: String,
    /// Empty in files of before there were fingerprints.
    #[serde(default)]
    pub(crate) sources: String,
    pub(crate) scale: Scale,
    /// Each process that has worked here, in the order in which they began.
    #[serde(default)]
    pub(crate) sittings: Vec<Sitting>,
}

/// One process that has worked on a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sitting {
    pub(crate) command: String,
    pub(crate) version: String,
    pub(crate) sources: String,
    pub(crate) seed: u64,
    pub(crate) seeds: usize,
    pub(crate) threads: usize,
    pub(crate) only: Vec<String>,
    pub(crate) shard: Option<String>,
    pub(crate) machine: Machine,
    pub(crate) started: String,
    /// None when the process is at work or was stopped.
    pub(crate) finished: Option<String>,
    /// How long it has worked; of one that was killed, until its last note.
    pub(crate) seconds: f64,
    /// Jobs that it has done.
    pub(crate) jobs: usize,
    /// The times of these jobs together.
    pub(crate) job_seconds: f64,
}

impl Record {
    pub(super) fn new(paper: &str, scale: Scale) -> Self {
        Self {
            paper: paper.into(),
            version: VERSION.into(),
            sources: SOURCES.into(),
            scale,
            sittings: Vec::new(),
        }
    }

    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        file::read_json(path)
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        file::write_json(path, self)
    }
}

impl Sitting {
    pub(super) fn begin(options: &Options, command: &str) -> Self {
        Self {
            command: command.into(),
            version: VERSION.into(),
            sources: SOURCES.into(),
            seed: options.seed,
            seeds: options.seeds,
            threads: options.threads,
            only: options.only.clone(),
            shard: options.shard.map(|shard| shard.to_string()),
            machine: Machine::this(),
            started: clock::now(),
            finished: None,
            seconds: 0.0,
            jobs: 0,
            job_seconds: 0.0,
        }
    }

    pub(super) fn add_job(&mut self, took: Duration) {
        self.jobs += 1;
        self.job_seconds = milliseconds(self.job_seconds + took.as_secs_f64());
    }

    pub(super) fn lasts(&mut self, since: Duration) {
        self.seconds = milliseconds(since.as_secs_f64());
    }

    pub(super) fn finish(&mut self) {
        self.finished = Some(clock::now());
    }
}

/// Seconds to a thousandth; more digits would be noise.
fn milliseconds(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}
