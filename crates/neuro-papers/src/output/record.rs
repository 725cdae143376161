//! The file `run.json`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::{Options, Paper, Scale, clock};

/// Version of this crate, which is that of the whole workspace.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// How a run was made. Fields stand in the file in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) paper: String,
    command: String,
    pub(super) version: String,
    pub(super) scale: Scale,
    pub(super) seed: u64,
    seeds: usize,
    threads: usize,
    only: Vec<String>,
    resume: bool,
    machine: Machine,
    started: String,
    finished: Option<String>,
    seconds: Option<f64>,
}

impl Record {
    pub(super) fn begin(paper: &Paper, options: &Options, command: &str) -> Self {
        Self {
            paper: paper.name.into(),
            command: command.into(),
            version: VERSION.into(),
            scale: options.scale,
            seed: options.seed,
            seeds: options.seeds,
            threads: options.threads,
            only: options.only.clone(),
            resume: options.resume,
            machine: Machine::this(),
            started: clock::now(),
            finished: None,
            seconds: None,
        }
    }

    pub(super) fn finish(&mut self, took: Duration) {
        self.finished = Some(clock::now());
        // Milliseconds; more digits would be noise.
        self.seconds = Some((took.as_secs_f64() * 1e3).round() / 1e3);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.is_some()
    }
}
