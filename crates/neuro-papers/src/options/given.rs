//! The words on the command line, read but not yet fitted to a paper.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use lexopt::Arg;

use super::{Options, Paper, Scale};
use crate::Error;
use crate::suggest::nearest;
use crate::sweep::Shard;

/// All options; the last only where there are several papers.
pub(super) const NAMES: [&str; 11] = [
    "scale", "seed", "seeds", "threads", "only", "out", "resume", "shard", "merge", "help",
    "papers",
];

/// What was typed.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) scale: Scale,
    seed: u64,
    seeds: Option<usize>,
    threads: usize,
    /// The words of `--only`, where it was given.
    pub(super) only: Option<Vec<String>>,
    /// The words of `--papers`, where it was given.
    pub(super) papers: Option<Vec<String>>,
    pub(super) out: Option<PathBuf>,
    resume: bool,
    shard: Option<Shard>,
    merge: bool,
}

impl Given {
    /// Reads the arguments; none when they ask for help. `several` papers can be chosen from with
    /// `--papers`; `figures` are the words that `--only` accepts.
    pub(super) fn read(
        arguments: impl IntoIterator<Item = OsString>,
        several: bool,
        figures: &[String],
    ) -> Result<Option<Self>, Error> {
        let known = &NAMES[..NAMES.len() - usize::from(!several)];
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut given = Self {
            scale: Scale::Quick,
            seed: 0,
            seeds: None,
            threads: 0,
            only: None,
            papers: None,
            out: None,
            resume: false,
            shard: None,
            merge: false,
        };
        while let Some(argument) = parser.next().map_err(|e| unexpected_value(&e))? {
            let name = match argument {
                Arg::Short('h') | Arg::Long("help") => return Ok(None),
                Arg::Long(name) => match known.iter().find(|known| **known == name) {
                    Some(known) => *known,
                    None => return Err(unknown_option(known, &format!("--{name}"), name)),
                },
                Arg::Short(letter) => {
                    let letter = letter.to_string();
                    return Err(unknown_option(known, &format!("-{letter}"), &letter));
                }
                Arg::Value(word) => {
                    return Err(stray_word(known, figures, &word.to_string_lossy()));
                }
            };
            match name {
                "scale" => given.scale = scale(&text(&mut parser, name, "a scale")?)?,
                "seed" => given.seed = number(&mut parser, name, 0)?,
                "seeds" => given.seeds = Some(number(&mut parser, name, 1)?),
                "threads" => given.threads = number(&mut parser, name, 0)?,
                "only" => given.only = Some(words(&text(&mut parser, name, "figures")?)),
                "papers" => given.papers = Some(words(&text(&mut parser, name, "papers")?)),
                "out" => given.out = Some(folder(&mut parser)?),
                "shard" => {
                    let text = text(&mut parser, name, "a share such as 2/8")?;
                    given.shard = Some(text.parse()?);
                }
                "merge" => given.merge = true,
                _ => given.resume = true,
            }
        }
        if given.merge && given.shard.is_some() {
            let problem = "does no jobs, and --shard does no merging: expected one of the two";
            return Err(argument("--merge", problem));
        }
        Ok(Some(given))
    }

    /// The options of a run of one paper.
    pub(super) fn options(
        &self,
        paper: &Paper,
        only: Vec<String>,
        out: PathBuf,
    ) -> Result<Options, Error> {
        let seeds = self.seeds.unwrap_or(paper.guide(self.scale).seeds);
        let last = u64::try_from(seeds.saturating_sub(1));
        if last.map_or(true, |last| self.seed.checked_add(last).is_none()) {
            let problem = format!("{seeds} networks from seed {} on", self.seed);
            return Err(argument(
                "--seeds",
                format!("expected seeds up to {}, found {problem}", u64::MAX),
            ));
        }
        Ok(Options {
            scale: self.scale,
            seed: self.seed,
            seeds,
            threads: self.threads,
            only,
            out,
            resume: self.resume,
            shard: self.shard,
            merge: self.merge,
        })
    }
}

pub(super) fn argument(argument: &str, problem: impl Into<String>) -> Error {
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

fn unknown_option(known: &[&str], typed: &str, name: &str) -> Error {
    Error::Argument {
        argument: typed.into(),
        problem: "no such option".into(),
        suggestion: nearest(name, known.iter().copied()).map(|known| format!("--{known}")),
    }
}

fn stray_word(known: &[&str], figures: &[String], word: &str) -> Error {
    let scale = Scale::ALL.into_iter().find(|scale| scale.name() == word);
    let figure = figures.iter().find(|id| *id == word);
    let option = known.iter().find(|name| **name == word);
    Error::Argument {
        argument: format!("'{word}'"),
        problem: "expected an option, which begins with --".into(),
        suggestion: scale
            .map(|scale| format!("--scale {scale}"))
            .or_else(|| figure.map(|id| format!("--only {id}")))
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

/// The words of a list with commas.
fn words(list: &str) -> Vec<String> {
    let words = list.split(',').map(str::trim);
    let words = words.filter(|word| !word.is_empty());
    words.map(String::from).collect()
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
