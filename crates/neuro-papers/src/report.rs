//! The page `report.md`: what was run, what came out, and the figures.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::claims::Verdict;
use crate::options::{Options, Paper};
use crate::{Claims, Error};

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

/// The page. It holds no times and nothing about the machine, so that equal runs give equal pages.
pub(crate) fn markdown(paper: &Paper, options: &Options, claims: &Claims, files: &Files) -> String {
    let mut page = String::new();
    let mut add = |text: std::fmt::Arguments<'_>| {
        page.write_fmt(text)
            .expect("writing to a String does not fail");
    };
    add(format_args!(
        "# {}\n\n{}.\n\n{}\n",
        paper.name, paper.about, paper.citation
    ));

    add(format_args!(
        "\n## Settings\n\n| setting | value |\n|---|---|\n"
    ));
    let only = if options.only.is_empty() {
        "all".into()
    } else {
        options.only.join(", ")
    };
    add(format_args!("| scale | {} |\n", options.scale));
    add(format_args!(
        "| seed of the first network | {} |\n",
        options.seed
    ));
    add(format_args!("| networks | {} |\n", options.seeds));
    add(format_args!("| figures | {only} |\n"));
    add(format_args!(
        "| version | {} |\n",
        env!("CARGO_PKG_VERSION")
    ));

    add(format_args!("\n## Claims\n\n"));
    let all = claims.as_slice();
    if all.is_empty() {
        add(format_args!("None was looked at.\n"));
    } else {
        let counts = [
            Verdict::Reproduced,
            Verdict::Partly,
            Verdict::NotReproduced,
            Verdict::NeedsPaperScale,
        ]
        .map(|verdict| (claims.count(verdict), verdict.name()));
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        add(format_args!("Of {}: {}.\n\n", all.len(), counts.join(", ")));
        add(format_args!(
            "| claim | rule | measured | verdict |\n|---|---|---|---|\n"
        ));
        for claim in all {
            add(format_args!(
                "| {} | {} | {} | **{}** |\n",
                cell(&claim.statement),
                cell(&claim.rule),
                cell(&claim.measured),
                claim.verdict().name()
            ));
        }
    }

    add(format_args!("\n## Figures\n"));
    if files.figures.is_empty() {
        add(format_args!("\nNone was made.\n"));
    }
    for name in in_order(paper, &files.figures) {
        let shows = paper.figures.iter().find(|(id, _)| *id == name);
        let shows = shows.map_or("", |(_, shows)| shows);
        let colon = if shows.is_empty() { "" } else { ": " };
        add(format_args!(
            "\n**{name}**{colon}{shows}\n\n![{name}](figures/{name}.svg)\n"
        ));
    }

    if !files.data.is_empty() {
        add(format_args!("\n## Data\n\n"));
        for name in &files.data {
            add(format_args!("- [{name}.csv](data/{name}.csv)\n"));
        }
    }
    page
}

/// The figures in the paper's order, then any others by name.
fn in_order<'a>(paper: &Paper, made: &'a [String]) -> Vec<&'a str> {
    let place = |name: &str| paper.figures.iter().position(|(id, _)| *id == name);
    let mut names: Vec<&str> = made.iter().map(String::as_str).collect();
    names.sort_by_key(|name| place(name).unwrap_or(usize::MAX));
    names
}

/// Text as it may stand in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', r"\|").replace(['\n', '\r'], " ")
}
