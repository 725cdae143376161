//! The folder that a run writes to.
//!
//! ```text
//! DIR/report.md               settings, claims and figures on one page
//! DIR/claims.json             the claims and their verdicts
//! DIR/figures/*.svg           the figures
//! DIR/data/*.csv              the numbers behind them
//! DIR/networks/*.safetensors  trained networks
//! DIR/jobs/*.json             what was measured on each network
//! DIR/checkpoints/            unfinished work, for --resume
//! DIR/run.json                command, machine, versions, times: the one file that may differ
//!                             between equal runs
//! ```
//!
//! **What may be written where.** `run.json` marks a folder as ours; it is written first.
//!
//! | the folder | without `--resume` | with `--resume` |
//! |---|---|---|
//! | is missing or empty | is used | is used |
//! | holds files but no `run.json` of this paper | is refused | is refused |
//! | holds an unfinished run with checkpoints | is refused | goes on, when scale and seed are the same |
//! | holds results of a larger scale | is refused | is refused |
//! | holds other results of this paper | replaced file by file | goes on, when scale and seed are the same |
//!
//! Going on needs the same version of this crate, since another may give other numbers. Nothing is
//! ever deleted except, when a finished run is replaced, the checkpoints that it left. A smoke run is
//! seconds of work, so an unfinished one may be replaced too.
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
//! assert!(quick.out.join("report.md").is_file());
//!
//! // Minutes of work are not replaced by seconds of work.
//! let smoke = Options { scale: Scale::Smoke, ..quick };
//! assert!(Output::create(&paper, &smoke, "two_units --scale smoke").is_err());
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::options::{Options, Paper, Scale};
use crate::{Claims, Error, clock, file, report};

mod machine;
mod record;

use record::Record;

/// The folder of a run.
#[derive(Debug)]
pub struct Output {
    folder: PathBuf,
    record: Record,
    started: Instant,
    resumed: bool,
    /// Figures and data that this run has named: an earlier run may have left others.
    named: Mutex<BTreeSet<PathBuf>>,
}

impl Output {
    /// Prepares the folder named in the options and marks the run as begun.
    ///
    /// # Errors
    /// [`Error::OutputFolder`] when it holds something that must not be replaced (see the table of
    /// this [module](self)); [`Error::Io`] when it cannot be read or written.
    pub fn create(paper: &Paper, options: &Options, command: &str) -> Result<Self, Error> {
        let folder = options.out.clone();
        let earlier = earlier_run(&folder, paper)?;
        let resumed = match &earlier {
            None => false,
            Some(record) => admit(&folder, record, options)?,
        };
        let output = Self {
            record: Record::begin(paper, options, command),
            started: Instant::now(),
            resumed,
            named: Mutex::default(),
            folder,
        };
        for part in ["figures", "data", "jobs", "networks", "checkpoints"] {
            let path = output.folder.join(part);
            fs::create_dir_all(&path).map_err(|e| Error::io(&path, e))?;
        }
        if earlier.is_some() && !resumed {
            output.clear_checkpoints()?;
        }
        file::write_json(&output.folder.join("run.json"), &output.record)?;
        Ok(output)
    }

    /// The folder itself.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether an earlier run is continued: its checkpoints and networks may be used.
    #[must_use]
    pub fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// `figures/NAME.svg`.
    #[must_use]
    pub fn figure(&self, name: &str) -> PathBuf {
        self.named(self.folder.join("figures").join(format!("{name}.svg")))
    }

    /// `data/NAME.csv`.
    #[must_use]
    pub fn data(&self, name: &str) -> PathBuf {
        self.named(self.folder.join("data").join(format!("{name}.csv")))
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
        self.folder.join("networks").join(name)
    }

    /// `jobs/NAME.json`.
    #[must_use]
    pub fn job(&self, name: &str) -> PathBuf {
        self.folder.join("jobs").join(format!("{name}.json"))
    }

    /// `checkpoints/NAME.safetensors`.
    #[must_use]
    pub fn checkpoint(&self, name: &str) -> PathBuf {
        let name = format!("{name}.safetensors");
        self.folder.join("checkpoints").join(name)
    }

    /// Writes `claims.json` and `report.md` and marks the run as finished. The report links the
    /// figures and data whose paths this run has asked for, where they are there.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written.
    pub fn finish(
        mut self,
        paper: &Paper,
        options: &Options,
        claims: &Claims,
    ) -> Result<(), Error> {
        claims.write(&self.folder.join("claims.json"))?;
        let named = self.named.get_mut();
        let named = named.unwrap_or_else(PoisonError::into_inner);
        let files = report::Files::of(&self.folder, named)?;
        let text = report::markdown(paper, options, claims, &files);
        file::write_atomic(&self.folder.join("report.md"), text.as_bytes())?;
        self.record.finish(self.started.elapsed());
        file::write_json(&self.folder.join("run.json"), &self.record)
    }

    fn clear_checkpoints(&self) -> Result<(), Error> {
        for path in checkpoints(&self.folder)? {
            fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
        Ok(())
    }
}

/// The record of the run that a folder holds, if it holds anything.
fn earlier_run(folder: &Path, paper: &Paper) -> Result<Option<Record>, Error> {
    let refuse = |problem: String| Error::OutputFolder {
        path: folder.into(),
        problem,
    };
    if !folder.exists() {
        return Ok(None);
    }
    if !folder.is_dir() {
        return Err(refuse("is a file; choose a folder with --out".into()));
    }
    let mut entries = fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
    if entries.next().is_none() {
        return Ok(None);
    }
    let path = folder.join("run.json");
    if !path.is_file() {
        let problem = "holds files but no results of this experiment; choose another --out";
        return Err(refuse(problem.into()));
    }
    let record: Record = file::read_json(&path).map_err(|_| {
        let problem = "holds a run.json that is not of this project; choose another --out";
        refuse(problem.into())
    })?;
    if record.paper != paper.name {
        let problem = format!("holds results of {}; choose another --out", record.paper);
        return Err(refuse(problem));
    }
    Ok(Some(record))
}

/// Whether the run goes on from an earlier one; an error when it must not touch it.
fn admit(folder: &Path, earlier: &Record, options: &Options) -> Result<bool, Error> {
    let refuse = |problem: String| {
        Err(Error::OutputFolder {
            path: folder.into(),
            problem,
        })
    };
    let (scale, seed) = (earlier.scale, earlier.seed);
    if options.scale < scale {
        return refuse(format!(
            "holds results of --scale {scale}, which --scale {} does not replace; choose another \
             --out",
            options.scale
        ));
    }
    if options.resume {
        if (scale, seed) != (options.scale, options.seed) {
            return refuse(format!(
                "holds a run of --scale {scale} --seed {seed}; --resume goes on with the same only"
            ));
        }
        if earlier.version != record::VERSION {
            return refuse(format!(
                "holds a run of version {}, this is {}; --resume goes on with the same only",
                earlier.version,
                record::VERSION
            ));
        }
        return Ok(true);
    }
    let unfinished = !earlier.is_finished() && !checkpoints(folder)?.is_empty();
    if unfinished && scale != Scale::Smoke {
        return refuse(format!(
            "holds an unfinished run of --scale {scale} --seed {seed}; go on with --resume, choose \
             another --out, or remove the folder"
        ));
    }
    Ok(false)
}

/// The checkpoint files of a folder, in the order of their names.
fn checkpoints(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    report::files_in(&folder.join("checkpoints"), "safetensors")
}

/// The command line as it could be typed again.
#[must_use]
pub fn command_line(paper: &Paper, arguments: &[std::ffi::OsString]) -> String {
    let mut line = format!("cargo run --release --example {} --", paper.name);
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
