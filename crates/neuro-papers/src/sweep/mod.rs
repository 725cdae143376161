//! Sweeps: grids of jobs that any number of processes and machines share through one folder.
//!
//! An [`Experiment`] is a grid of jobs, one for each network (group, seed), and what follows from their
//! results. A job draws its random numbers from its own seed and leaves one file, written whole or not at
//! all; so it does not matter who does a job, in which order, or after how many attempts, and the files
//! have the same bytes. [`work`] does the jobs of a run that are missing in its folder:
//!
//! - **Threads.** Each worker of the [`Session`] takes the next job of the list; a single job has all
//!   workers.
//! - **Processes** that share a folder lock the job they are at (`checkpoints/NAME.lock`), so that each
//!   finds other work. The system frees the lock of a process that ends in any way; another one then goes
//!   on from its checkpoint. A process waits for jobs that others are at, and takes them over if it must.
//! - **Machines**, where the file system may have no locks, take a [`Shard`] each: `--shard 2/8` is every
//!   eighth job from the second on. The grid alone decides who does what.
//! - **A job that fails** is reported in the end; the others are done. When files cannot be read or
//!   written no more jobs are begun. A job file that is damaged is reported, and the job done again.
//!
//! Merging is reading: figures and claims are made from the job files that are there
//! ([`Experiment::conclude`]). A run without `--shard` does what is missing first, one with `--merge` does
//! not, and its claims say how many jobs are missing.
//!
//! ```
//! use neuro_papers::{Options, Scale, Session, sweep, sequential_memory::{EXPERIMENT, PAPER}};
//!
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! let out = folder.path().join("out");
//! let options = Options { out, only: vec!["5".into()], ..Options::defaults(&PAPER, Scale::Smoke) };
//! // Two processes, or two machines, would do this at the same time.
//! for shard in [sweep::Shard::new(1, 2)?, sweep::Shard::new(2, 2)?] {
//!     let options = Options { shard: Some(shard), ..options.clone() };
//!     let session = Session::quiet(&PAPER, options)?;
//!     assert!(sweep::work(&[sweep::Run { experiment: EXPERIMENT, session: &session }])?.is_empty());
//! }
//! let merging = Session::quiet(&PAPER, options)?;
//! let claims = EXPERIMENT.conclude(&merging)?;
//! assert_eq!(claims.missing(), 0);
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::fmt;
use std::str::FromStr;

use neuro_core::parallel::Workers;

use crate::{Claims, Error, Options, Output, Paper, Session, progress};

mod queue;

pub(crate) use queue::is_of_files;
pub use queue::{Failure, Run, work};

/// One of several equal shares of the jobs of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    /// Share `index` of `count`, both counted from 1.
    ///
    /// # Errors
    /// [`Error::Argument`] when `index` is not from 1 to `count`.
    pub fn new(index: usize, count: usize) -> Result<Self, Error> {
        if index == 0 || index > count {
            let last = count.max(1);
            let expected = format!("a share from 1/{last} to {last}/{last}");
            return Err(refused(&expected, &format!("{index}/{count}")));
        }
        Ok(Self { index, count })
    }

    /// Whether the share has job `number` of the grid, counted from 0.
    ///
    /// ```
    /// let second = neuro_papers::sweep::Shard::new(2, 3)?;
    /// let jobs: Vec<usize> = (0..9).filter(|job| second.takes(*job)).collect();
    /// assert_eq!(jobs, [1, 4, 7]);
    /// # Ok::<(), neuro_papers::Error>(())
    /// ```
    #[must_use]
    pub fn takes(self, number: usize) -> bool {
        number % self.count == self.index - 1
    }
}

fn refused(expected: &str, found: &str) -> Error {
    Error::Argument {
        argument: "--shard".into(),
        problem: format!("expected {expected}, found '{found}'"),
        suggestion: None,
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        let (index, count) = numbers.ok_or_else(|| refused("a share such as 2/8", text))?;
        Self::new(index, count)
    }
}

/// A job of a grid: one network, or one point of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What all jobs of a group share; they differ in the seed only.
    pub group: String,
    /// The seed that its random numbers follow from.
    pub seed: u64,
    /// Updates (or trials) of its training, for the display of progress; 0 when they are not counted.
    pub updates: u64,
}

impl Job {
    /// The name in files and messages: group and seed.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}", self.group, self.seed)
    }
}

/// An experiment as a grid of jobs, and what follows from their results.
pub trait Experiment: Sync {
    /// What the front end needs to know.
    fn paper(&self) -> &'static Paper;

    /// The jobs that the options ask for, in the order in which they are best done. A share
    /// ([`Options::shard`]) is not taken yet.
    fn jobs(&self, options: &Options) -> Vec<Job>;

    /// Whether the file of a job is there.
    ///
    /// # Errors
    /// [`Error::File`] when it is damaged or not that of the job; [`Error::Io`] when it cannot be read.
    fn is_done(&self, output: &Output, job: &Job) -> Result<bool, Error>;

    /// Does a job on some threads and writes its file; returns a line about the outcome. Goes on from a
    /// checkpoint where there is one.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after Ctrl-C; whatever keeps it from being done.
    fn work(
        &self,
        session: &Session,
        job: &Job,
        workers: Workers,
        shown: &progress::Job,
    ) -> Result<String, Error>;

    /// Draws the figures and decides the claims from the job files that are there.
    ///
    /// # Errors
    /// [`Error::Interrupted`] after Ctrl-C; [`Error::Io`] when files cannot be read or written.
    fn conclude(&self, session: &Session) -> Result<Claims, Error>;
}

/// Does the jobs that are missing, draws the figures and decides the claims: one run in one process.
///
/// # Errors
/// As [`work`], the first failure of a job, and as [`Experiment::conclude`].
pub fn run(experiment: &dyn Experiment, session: &Session) -> Result<Claims, Error> {
    let failures = work(&[Run {
        experiment,
        session,
    }])?;
    match failures.into_iter().next() {
        Some(failure) => Err(failure.error),
        None => experiment.conclude(session),
    }
}
