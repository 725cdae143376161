//! The arguments that every experiment understands, and the help that teaches them.
//!
//! A paper describes itself once, as a [`Paper`]; [`Options::parse`] does the rest. An option is
//! written `--seed 3` or `--seed=3`; of a repeated option the last one counts.
//!
//! ```
//! use neuro_papers::options::{Options, Paper, Parsed, Scale, ScaleGuide};
//!
//! const PAPER: Paper = Paper {
//!     name: "two_units",
//!     about: "Two coupled units settle in one of two states",
//!     citation: "An example, not a paper",
//!     figures: &[("fig1", "the two states")],
//!     smoke: ScaleGuide { seeds: 1, time: "1 s" },
//!     quick: ScaleGuide { seeds: 3, time: "1 min" },
//!     paper: ScaleGuide { seeds: 20, time: "1 h" },
//! };
//! let arguments = ["--scale=smoke", "--seed", "7"].map(Into::into);
//! let Parsed::Run(options) = Options::parse(&PAPER, arguments)? else { panic!("no --help here") };
//! assert_eq!(options.scale, Scale::Smoke);
//! assert_eq!(options.network_seeds().collect::<Vec<_>>(), [7]);
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use crate::Error;
use crate::suggest::nearest;
use crate::sweep::Shard;

mod given;
mod help;
mod several;

use given::{Given, argument};
pub(crate) use several::Several;

/// How much of an experiment is run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// Everything once, as small as it can be: seconds, for tests.
    Smoke,
    /// Shows the pattern in minutes.
    Quick,
    /// The paper's own size.
    Paper,
}

impl Scale {
    /// All scales, from the smallest.
    pub const ALL: [Self; 3] = [Self::Smoke, Self::Quick, Self::Paper];

    /// The word on the command line and in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Quick => "quick",
            Self::Paper => "paper",
        }
    }

    /// One of three values, for settings that differ between scales.
    ///
    /// ```
    /// use neuro_papers::Scale;
    /// assert_eq!(Scale::Quick.choose(10, 50, 200), 50);
    /// ```
    pub fn choose<T>(self, smoke: T, quick: T, paper: T) -> T {
        match self {
            Self::Smoke => smoke,
            Self::Quick => quick,
            Self::Paper => paper,
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a scale means for one paper.
#[derive(Clone, Copy, Debug)]
pub struct ScaleGuide {
    /// Number of networks when `--seeds` is not given; at least 1.
    pub seeds: usize,
    /// How long that takes, in words, e.g. `"4 min on 2 cores"`.
    pub time: &'static str,
}

/// What the front end needs to know of a paper.
#[derive(Clone, Copy, Debug)]
pub struct Paper {
    /// The paper's name everywhere: module, example, folder (`transient_memory`).
    pub name: &'static str,
    /// What the experiment shows, in one line without a full stop.
    pub about: &'static str,
    /// Authors, year and journal.
    pub citation: &'static str,
    /// The figures: what `--only` accepts, and what each shows, in the order in which they are made.
    pub figures: &'static [(&'static str, &'static str)],
    /// What `--scale smoke` means.
    pub smoke: ScaleGuide,
    /// What `--scale quick` means.
    pub quick: ScaleGuide,
    /// What `--scale paper` means.
    pub paper: ScaleGuide,
}

impl Paper {
    /// What a scale means for this paper.
    #[must_use]
    pub fn guide(&self, scale: Scale) -> ScaleGuide {
        scale.choose(self.smoke, self.quick, self.paper)
    }

    /// The folder for results when `--out` is not given: `out/<paper>`.
    #[must_use]
    pub fn default_out(&self) -> PathBuf {
        PathBuf::from("out").join(self.name)
    }
}

/// What the person at the terminal asked for, checked and complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How much is run; default [`Scale::Quick`].
    pub scale: Scale,
    /// Seed of the first network; default 0.
    pub seed: u64,
    /// Number of networks, at least 1; default given by the paper and the scale.
    pub seeds: usize,
    /// Worker threads; 0, the default, is one for each core. Results do not depend on it.
    pub threads: usize,
    /// The figures to make, in the paper's order; empty, the default, means all.
    pub only: Vec<String>,
    /// The folder for results; default `out/<paper>`.
    pub out: PathBuf,
    /// Whether to go on with what other sources of the same version have left in `out`; default no.
    /// What the same sources have left is always gone on with.
    pub resume: bool,
    /// The share of the jobs to do, without making figures and claims; default none: all jobs.
    pub shard: Option<Shard>,
    /// Whether to do no jobs, and make figures and claims from those that are there; default no.
    pub merge: bool,
}

/// The outcome of parsing: work to do, or help to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed<T = Options> {
    /// Run with these options.
    Run(T),
    /// Show this text and stop.
    Help(String),
}

impl Options {
    /// What is run when no argument is given, at some scale.
    #[must_use]
    pub fn defaults(paper: &Paper, scale: Scale) -> Self {
        Self {
            scale,
            seed: 0,
            seeds: paper.guide(scale).seeds,
            threads: 0,
            only: Vec::new(),
            out: paper.default_out(),
            resume: false,
            shard: None,
            merge: false,
        }
    }

    /// Reads the arguments that follow the program's name.
    ///
    /// # Errors
    /// [`Error::Argument`] that names the argument, says what was expected, and suggests the word
    /// that may have been meant.
    pub fn parse(
        paper: &Paper,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Parsed, Error> {
        let words = paper.figures.iter().map(|(id, _)| (*id).to_string());
        let words: Vec<String> = words.collect();
        let Some(given) = Given::read(arguments, false, &words)? else {
            return Ok(Parsed::Help(help::text(paper)));
        };
        let out = given.out.clone().unwrap_or_else(|| paper.default_out());
        let only = match &given.only {
            Some(words) => figures(paper, words)?,
            None => Vec::new(),
        };
        Ok(Parsed::Run(given.options(paper, only, out)?))
    }

    /// The seed of each network: `seed`, `seed + 1`, …; any network can be had alone by its seed.
    pub fn network_seeds(&self) -> impl ExactSizeIterator<Item = u64> + Clone + use<> {
        let first = self.seed;
        (0..self.seeds).map(move |k| first.saturating_add(k as u64))
    }

    /// Whether a figure was asked for.
    #[must_use]
    pub fn wants(&self, figure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|id| id == figure)
    }
}

/// The figures of a paper that were asked for, in the paper's order, each once.
fn figures(paper: &Paper, words: &[String]) -> Result<Vec<String>, Error> {
    let known: Vec<&str> = paper.figures.iter().map(|(id, _)| *id).collect();
    for word in words {
        if !known.contains(&word.as_str()) {
            return Err(Error::Argument {
                argument: "--only".into(),
                problem: format!(
                    "{} has no figure '{word}', only {}",
                    paper.name,
                    known.join(", ")
                ),
                suggestion: nearest(word, known.iter().copied()).map(String::from),
            });
        }
    }
    let asked = |id: &&str| words.iter().any(|word| word == id);
    let wanted: Vec<String> = known
        .iter()
        .copied()
        .filter(asked)
        .map(Into::into)
        .collect();
    if wanted.is_empty() {
        let expected = format!("expected figures out of {}, found none", known.join(", "));
        return Err(argument("--only", expected));
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests;
