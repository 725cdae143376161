//! The arguments of a command that runs several papers.

use std::ffi::OsString;

use super::given::{Given, argument};
use super::{Options, Paper, Parsed, figures, help};
use crate::Error;
use crate::suggest::nearest;

/// What was asked of several papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Several {
    /// What holds for all: the folder of all results, in which each paper has one of its name. Seeds
    /// are 0 when each paper has its own number of networks.
    pub(crate) options: Options,
    /// For each paper its options, or none when it was not asked for.
    pub(crate) runs: Vec<Option<Options>>,
}

impl Several {
    /// Reads the arguments that follow the program's name; `program` describes the command itself.
    ///
    /// # Errors
    /// As [`Options::parse`].
    pub(crate) fn parse(
        program: &Paper,
        papers: &[&Paper],
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Parsed<Self>, Error> {
        let words = papers.iter().flat_map(|paper| {
            let figures = paper.figures.iter();
            figures.map(|(id, _)| format!("{}/{id}", paper.name))
        });
        let words: Vec<String> = words.collect();
        let Some(given) = Given::read(arguments, true, &words)? else {
            return Ok(Parsed::Help(help::of_several(program, papers)));
        };
        let names: Vec<&str> = papers.iter().map(|paper| paper.name).collect();
        let chosen = given.papers.as_deref();
        for word in chosen.unwrap_or_default() {
            if !names.contains(&word.as_str()) {
                return Err(Error::Argument {
                    argument: "--papers".into(),
                    problem: format!("no paper '{word}', only {}", names.join(", ")),
                    suggestion: nearest(word, names.iter().copied()).map(String::from),
                });
            }
        }
        let out = given.out.clone().unwrap_or_else(|| program.default_out());
        let mut runs = Vec::new();
        for paper in papers {
            let is_chosen = chosen.is_none_or(|words| words.iter().any(|word| word == paper.name));
            let only = match &given.only {
                Some(list) => Some(of_paper(paper, &names, &words, list)?),
                None => None,
            };
            // With --only, a paper without a figure in the list is not asked for.
            let is_wanted = is_chosen && only.as_ref().is_none_or(|only| !only.is_empty());
            let out = out.join(paper.name);
            let options = given.options(paper, only.unwrap_or_default(), out)?;
            runs.push(is_wanted.then_some(options));
        }
        if runs.iter().all(Option::is_none) {
            let expected = format!("expected some of {}, found none", names.join(", "));
            return Err(argument("--papers and --only", expected));
        }
        let words = given.only.clone().unwrap_or_default();
        let options = given.options(program, words, out)?;
        Ok(Parsed::Run(Self { options, runs }))
    }
}

/// The figures of one paper in a list of `PAPER/FIGURE`.
fn of_paper(
    paper: &Paper,
    names: &[&str],
    known: &[String],
    list: &[String],
) -> Result<Vec<String>, Error> {
    let mut of_paper = Vec::new();
    for word in list {
        match word.split_once('/') {
            Some((name, figure)) if name == paper.name => of_paper.push(figure.to_string()),
            Some((name, _)) if names.contains(&name) => {}
            _ => {
                let example = known.first().map_or("PAPER/FIGURE", String::as_str);
                return Err(Error::Argument {
                    argument: "--only".into(),
                    problem: format!("expected PAPER/FIGURE such as {example}, found '{word}'"),
                    suggestion: nearest(word, known.iter().map(String::as_str)).map(String::from),
                });
            }
        }
    }
    if of_paper.is_empty() {
        return Ok(of_paper);
    }
    figures(paper, &of_paper)
}
