//! The folder that a run writes to.
//!
//! ```text
//! DIR/report.html             claims, figures and settings on one page
//! DIR/report.md               the same as text, without times: equal runs give equal bytes
//! DIR/claims.json             the claims and their verdicts
//! DIR/figures/*.svg           the figures
//! DIR/data/*.csv              the numbers behind them
//! DIR/networks/*.safetensors  trained networks
//! DIR/jobs/*.json             what was measured on each network
//! DIR/checkpoints/            unfinished work, and locks of the processes that do it
//! DIR/run.json                for each sitting: command, machine, versions, times
//! ```
//!
//! Equal runs differ in `run.json`, and in `report.html` where it shows the times, and in nothing else.
//!
//! **What may be written where.** A folder belongs to one run: a paper, a scale, and the sources (with
//! their version) that the numbers come from. `run.json` says which. Seeds, figures and shares of the
//! jobs are not part of it: they choose what is done, and what is there already is not done again.
//!
//! | the folder | what happens |
//! |---|---|
//! | is missing or empty | is used |
//! | holds files but no `run.json` of this paper | is refused |
//! | holds a run of the same scale and sources | goes on: only what is missing is done |
//! | holds a smoke run, of another scale or other sources | its files give way |
//! | holds a run of other sources of this version | is refused; with `--resume` goes on |
//! | holds a run of another scale or version | is refused |
//!
//! Any number of processes may work in a folder at the same time; see [`sweep`](crate::sweep).
//!
//! ```
//! use neuro_papers::{Claims, Options, Output, Paper, Scale, ScaleGuide};
//!
//! # let folder = tempfile::tempdir().expect("a temporary folder");
//! let guide = ScaleGuide { seeds: 1, time: "1 s" };
//! let paper = Paper {
//!     name: "two_units",
//!     about: "Two coupled units settle in one of two states",
//!     citation: "An example, not a paper",
//!     figures: &[],
//!     smoke: guide,
//!     quick: guide,
//!     paper: guide,
//! };
//! let out = folder.path().join("results");
//! let quick = Options { out, ..Options::defaults(&paper, Scale::Quick) };
//! let output = Output::create(&paper, &quick, "two_units --scale quick")?;
//! output.finish(&paper, &quick, &Claims::new(Scale::Quick))?;
//! assert!(quick.out.join("report.html").is_file());
//!
//! // Minutes of work do not give way to seconds of work.
//! let smoke = Options { scale: Scale::Smoke, ..quick };
//! assert!(Output::create(&paper, &smoke, "two_units --scale smoke").is_err());
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::lock::Lock;
use crate::options::{Options, Paper, Scale};
use crate::report::{self, Files, Part, files_in};
use crate::{Claims, Error, clock, file};

mod folder;
mod machine;
mod record;

pub(crate) use folder::Folder;
pub(crate) use record::{Record, Sitting};

/// The folders of a run, and the endings of the files in them.
const PARTS: [(&str, &str); 5] = [
    ("figures", "svg"),
    ("data", "csv"),
    ("jobs", "json"),
    ("networks", "safetensors"),
    ("checkpoints", "safetensors"),
];

/// The folder of a run.
#[derive(Debug)]
pub struct Output {
    folder: Folder,
    /// Figures and data that this run has named: an earlier run may have left others.
    named: Mutex<BTreeSet<PathBuf>>,
}

impl Output {
    /// Prepares the folder named in the options and notes in it that a sitting has begun.
    ///
    /// # Errors
    /// [`Error::OutputFolder`] when it holds something that must not be touched (see the table of
    /// this [module](self)); [`Error::Io`] when it cannot be read or written.
    pub fn create(paper: &Paper, options: &Options, command: &str) -> Result<Self, Error> {
        let folder = Folder::open(&options.out, paper.name, options, command, &PARTS)?;
        Ok(Self {
            folder,
            named: Mutex::default(),
        })
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `figures/NAME.svg`.
    #[must_use]
    pub fn figure(&self, name: &str) -> PathBuf {
        self.named(self.folder().join("figures").join(format!("{name}.svg")))
    }

    /// `data/NAME.csv`.
    #[must_use]
    pub fn data(&self, name: &str) -> PathBuf {
        self.named(self.folder().join("data").join(format!("{name}.csv")))
    }

    fn named(&self, path: PathBuf) -> PathBuf {
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.insert(path.clone());
        path
    }

    /// `networks/NAME.safetensors`.
    #[must_use]
    pub fn network(&self, name: &str) -> PathBuf {
        let name = format!("{name}.safetensors");
        self.folder().join("networks").join(name)
    }

    /// `jobs/NAME.json`.
    #[must_use]
    pub fn job(&self, name: &str) -> PathBuf {
        self.folder().join("jobs").join(format!("{name}.json"))
    }

    /// `checkpoints/NAME.safetensors`.
    #[must_use]
    pub fn checkpoint(&self, name: &str) -> PathBuf {
        let name = format!("{name}.safetensors");
        self.folder().join("checkpoints").join(name)
    }

    /// The lock of a job, `checkpoints/NAME.lock`; none when another process is at the job.
    pub(crate) fn hold(&self, name: &str) -> Result<Option<Lock>, Error> {
        Lock::take(
            &self
                .folder()
                .join("checkpoints")
                .join(format!("{name}.lock")),
        )
    }

    /// Counts a job that this process has done, for `run.json`.
    pub(crate) fn add_job(&self, took: Duration) -> Result<(), Error> {
        self.folder.add_job(took)
    }

    /// Notes in `run.json` how far this sitting came, without writing any results.
    pub(crate) fn leave(&self, completed: bool) -> Result<(), Error> {
        self.folder.finish(completed).map(drop)
    }

    /// Writes `claims.json`, `report.md` and `report.html` and notes that the sitting has finished.
    /// The reports show the figures and link the data whose paths this run has asked for, where they
    /// are there.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written.
    pub fn finish(&self, paper: &Paper, options: &Options, claims: &Claims) -> Result<(), Error> {
        self.conclude(paper, options, claims).map(drop)
    }

    /// As [`finish`](Self::finish); returns what a report on several papers needs of this one.
    pub(crate) fn conclude<'a>(
        &self,
        paper: &'a Paper,
        options: &'a Options,
        claims: &'a Claims,
    ) -> Result<Part<'a>, Error> {
        let folder = self.folder();
        claims.write(&folder.join("claims.json"))?;
        let named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        let files = Files::of(folder, &named)?;
        let text = report::markdown(paper, options, claims, &files);
        file::write_atomic(&folder.join("report.md"), text.as_bytes())?;
        let part = Part {
            paper,
            options,
            claims,
            files,
            folder: folder.into(),
            link: String::new(),
            record: self.folder.finish(true)?,
        };
        report::write_html(&folder.join("report.html"), paper, &part.record, &[&part])?;
        Ok(part)
    }
}

/// The command line as it could be typed again.
#[must_use]
pub fn command_line(example: &str, arguments: &[std::ffi::OsString]) -> String {
    let mut line = format!("cargo run --release --example {example} --");
    for argument in arguments {
        let argument = argument.to_string_lossy();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_=,./+:@%".contains(c);
        if !argument.is_empty() && argument.chars().all(plain) {
            line.push_str(&format!(" {argument}"));
        } else {
            line.push_str(&format!(" '{}'", argument.replace('\'', r"'\''")));
        }
    }
    line
}

#[cfg(test)]
mod tests;
