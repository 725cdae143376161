//! The pages `report.html` and `report.md`: what was run, what came out, and the figures.
//!
//! `report.html` is for reading: it holds the figures and needs no other file. `report.md` has no
//! times and links the figures: equal runs give equal bytes, it can be compared line by line, and
//! the pages of a repository show it beside results that are kept there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::claims::Verdict;
use crate::options::{Options, Paper};
use crate::output::Record;
use crate::{Claims, Error};

mod html;
mod markdown;
mod sittings;

pub(crate) use html::write_html;
pub(crate) use markdown::markdown;

/// What a report needs of a paper.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) paper: &'a Paper,
    pub(crate) options: &'a Options,
    pub(crate) claims: &'a Claims,
    pub(crate) files: Files,
    /// Where the files are.
    pub(crate) folder: PathBuf,
    /// The way from the report to the folder: empty, or the folder's name and a slash.
    pub(crate) link: String,
    pub(crate) record: Record,
}

/// Names, without folder and ending, of what a run has made.
#[derive(Debug)]
pub(crate) struct Files {
    figures: Vec<String>,
    data: Vec<String>,
}

impl Files {
    /// The files of a folder that are among those `named`.
    pub(crate) fn of(folder: &Path, named: &BTreeSet<PathBuf>) -> Result<Self, Error> {
        let made = |part: &str, ending| -> Result<Vec<String>, Error> {
            let files = files_in(&folder.join(part), ending)?.into_iter();
            let files = files.filter(|path| named.contains(path));
            let stem = |path: PathBuf| Some(path.file_stem()?.to_string_lossy().into_owned());
            Ok(files.filter_map(stem).collect())
        };
        Ok(Self {
            figures: made("figures", "svg")?,
            data: made("data", "csv")?,
        })
    }
}

/// The files of a folder with some ending, in the order of their names; none without the folder.
pub(crate) fn files_in(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| Error::io(folder, e))? {
        let path = entry.map_err(|e| Error::io(folder, e))?.path();
        if path.is_file() && path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The figures in the paper's order, each with what it shows, then any others by name.
fn in_order<'a>(paper: &'a Paper, made: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let place = |name: &str| paper.figures.iter().position(|(id, _)| *id == name);
    let mut names: Vec<&str> = made.iter().map(String::as_str).collect();
    names.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    let shows = |name: &str| place(name).map_or("", |k| paper.figures[k].1);
    names.into_iter().map(|name| (name, shows(name))).collect()
}

/// How often each verdict was given, without those that were not.
fn counts(claims: &Claims) -> Vec<(usize, Verdict)> {
    let counts = Verdict::ALL.map(|verdict| (claims.count(verdict), verdict));
    counts.into_iter().filter(|(count, _)| *count > 0).collect()
}
