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
use std::str::FromStr;

use lexopt::Arg;

use crate::Error;
use crate::suggest::nearest;

mod help;

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
    /// Whether to go on from the checkpoints in `out`; default no.
    pub resume: bool,
}

/// The outcome of parsing: work to do, or help to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// Run the experiment with these options.
    Run(Options),
    /// Show this text and stop.
    Help(String),
}

const NAMES: [&str; 8] = [
    "scale", "seed", "seeds", "threads", "only", "out", "resume", "help",
];

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
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut options = Self::defaults(paper, Scale::Quick);
        let mut seeds = None;
        let mut only = Vec::new();
        while let Some(argument) = parser.next().map_err(|e| unexpected_value(&e))? {
            let name = match argument {
                Arg::Short('h') | Arg::Long("help") => {
                    return Ok(Parsed::Help(help::text(paper)));
                }
                Arg::Long(name) => match NAMES.iter().find(|known| **known == name) {
                    Some(known) => *known,
                    None => return Err(unknown_option(&format!("--{name}"), name)),
                },
                Arg::Short(letter) => {
                    return Err(unknown_option(&format!("-{letter}"), &letter.to_string()));
                }
                Arg::Value(word) => return Err(stray_word(paper, &word.to_string_lossy())),
            };
            match name {
                "scale" => options.scale = scale(&text(&mut parser, name, "a scale")?)?,
                "seed" => options.seed = number(&mut parser, name, 0)?,
                "seeds" => seeds = Some(number(&mut parser, name, 1)?),
                "threads" => options.threads = number(&mut parser, name, 0)?,
                "only" => only = figures(paper, &text(&mut parser, name, "figures")?)?,
                "out" => options.out = folder(&mut parser)?,
                _ => options.resume = true,
            }
        }
        options.seeds = seeds.unwrap_or(paper.guide(options.scale).seeds);
        let last = u64::try_from(options.seeds).map(|count| count - 1);
        if last.map_or(true, |last| options.seed.checked_add(last).is_none()) {
            let problem = format!("{} networks from seed {} on", options.seeds, options.seed);
            return Err(argument(
                "--seeds",
                format!("expected seeds up to {}, found {problem}", u64::MAX),
            ));
        }
        options.only = only;
        Ok(Parsed::Run(options))
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

fn argument(argument: &str, problem: impl Into<String>) -> Error {
    Error::Argument {
        argument: argument.into(),
        problem: problem.into(),
        suggestion: None,
    }
}

/// `lexopt` itself only objects to a value given to an option that takes none.
fn unexpected_value(error: &lexopt::Error) -> Error {
    match error {
        lexopt::Error::UnexpectedValue { option, value } => argument(
            option,
            format!("expected no value, found '{}'", value.to_string_lossy()),
        ),
        other => argument("arguments", other.to_string()),
    }
}

fn unknown_option(typed: &str, name: &str) -> Error {
    Error::Argument {
        argument: typed.into(),
        problem: "no such option".into(),
        suggestion: nearest(name, NAMES).map(|known| format!("--{known}")),
    }
}

fn stray_word(paper: &Paper, word: &str) -> Error {
    let scale = Scale::ALL.into_iter().find(|scale| scale.name() == word);
    let figure = paper.figures.iter().find(|(id, _)| *id == word);
    let option = NAMES.into_iter().find(|name| *name == word);
    Error::Argument {
        argument: format!("'{word}'"),
        problem: "expected an option, which begins with --".into(),
        suggestion: scale
            .map(|scale| format!("--scale {scale}"))
            .or_else(|| figure.map(|(id, _)| format!("--only {id}")))
            .or_else(|| option.map(|name| format!("--{name}"))),
    }
}

/// The value of an option. A word that begins with `--` is the next option, not a value: without
/// this, `--out --resume` would write to a folder named `--resume`.
fn value(parser: &mut lexopt::Parser, name: &str, expected: &str) -> Result<OsString, Error> {
    let option = format!("--{name}");
    if let Some(value) = parser.optional_value() {
        return Ok(value);
    }
    let missing = |found: &str| argument(&option, format!("expected {expected}, found {found}"));
    let value = parser.value().map_err(|_| missing("nothing"))?;
    let shown = value.to_string_lossy();
    if shown.starts_with("--") {
        return Err(missing(&format!("the option {shown}")));
    }
    Ok(value)
}

fn text(parser: &mut lexopt::Parser, name: &str, expected: &str) -> Result<String, Error> {
    let value = value(parser, name, expected)?;
    value.into_string().map_err(|value| {
        let shown = value.to_string_lossy();
        argument(
            &format!("--{name}"),
            format!("expected {expected}, found '{shown}'"),
        )
    })
}

fn number<N>(parser: &mut lexopt::Parser, name: &str, least: u8) -> Result<N, Error>
where
    N: FromStr + PartialOrd + From<u8>,
{
    let expected = format!("a whole number of {least} or more");
    let text = text(parser, name, &expected)?;
    match text.parse::<N>() {
        Ok(number) if number >= N::from(least) => Ok(number),
        _ => Err(argument(
            &format!("--{name}"),
            format!("expected {expected}, found '{text}'"),
        )),
    }
}

fn folder(parser: &mut lexopt::Parser) -> Result<PathBuf, Error> {
    let folder = PathBuf::from(value(parser, "out", "a folder")?);
    if folder.as_os_str().is_empty() {
        return Err(argument("--out", "expected a folder, found nothing"));
    }
    Ok(folder)
}

fn scale(word: &str) -> Result<Scale, Error> {
    let known = Scale::ALL.into_iter().find(|scale| scale.name() == word);
    known.ok_or_else(|| Error::Argument {
        argument: "--scale".into(),
        problem: format!("expected smoke, quick or paper, found '{word}'"),
        suggestion: nearest(word, Scale::ALL.map(Scale::name)).map(String::from),
    })
}

fn figures(paper: &Paper, list: &str) -> Result<Vec<String>, Error> {
    let known: Vec<&str> = paper.figures.iter().map(|(id, _)| *id).collect();
    let mut wanted = Vec::new();
    for word in list
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        if !known.contains(&word) {
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
        wanted.push(word);
    }
    if wanted.is_empty() {
        let expected = format!("expected figures out of {}, found none", known.join(", "));
        return Err(argument("--only", expected));
    }
    // The paper's order, each once, however they were typed.
    let in_order = known.into_iter().filter(|id| wanted.contains(id));
    Ok(in_order.map(String::from).collect())
}

#[cfg(test)]
mod tests;
