//! The text of `--help`.

use std::fmt::Write;

use super::{Paper, Scale};

/// What the experiment does, each option with its default, how long it takes, examples, and where
/// the results go; no line is wider than 80 columns unless it is a command or the paper's own words are.
pub(super) fn text(paper: &Paper) -> String {
    let Paper { name, about, .. } = paper;
    let command = format!("cargo run --release --example {name} --");
    let mut text = format!(
        "{about}.\n{}\n\nUsage: {command} [OPTIONS]\n\nOptions:\n",
        paper.citation
    );
    let out = paper.default_out();
    let options = [
        (
            "--scale SCALE",
            "smoke, quick or paper (default quick), see below",
        ),
        ("--seed N", "seed of the first network (default 0)"),
        (
            "--seeds N",
            "number of networks, with seeds from --seed on\n(default: see the scales)",
        ),
        (
            "--threads N",
            "worker threads (default 0: one for each core);\nresults do not depend on it",
        ),
        (
            "--only FIG,...",
            "make these figures only (default: all), see below",
        ),
        (
            "--out DIR",
            &format!("where results go (default {})", out.display()),
        ),
        (
            "--resume",
            "go on where an interrupted run of the same scale and\nseed stopped",
        ),
        ("-h, --help", "this text"),
    ];
    for (option, meaning) in options {
        item(&mut text, option, meaning);
    }
    text.push_str("\nScales:\n");
    for scale in Scale::ALL {
        let guide = paper.guide(scale);
        let networks = if guide.seeds == 1 {
            "network"
        } else {
            "networks"
        };
        let meaning = match scale {
            Scale::Smoke => "everything once, tiny",
            Scale::Quick => "shows the pattern",
            Scale::Paper => "the paper's own size",
        };
        let seeds = guide.seeds;
        let line = format!("{meaning}; {seeds} {networks}, {}", guide.time);
        item(&mut text, scale.name(), &line);
    }
    text.push_str("\nFigures:\n");
    for (id, shows) in paper.figures {
        item(&mut text, id, shows);
    }
    let figure = paper.figures.first().map_or("FIG", |(id, _)| *id);
    let examples = [
        ("See the pattern", String::new()),
        (
            "One figure, from five networks",
            format!(" --only {figure} --seeds 5"),
        ),
        (
            "The paper's size in a folder of its own; after Ctrl-C, the same again\n  with --resume goes on",
            format!(" --scale paper --out {}-paper", out.display()),
        ),
    ];
    text.push_str("\nExamples:\n");
    for (what, options) in examples {
        write(
            &mut text,
            format_args!("  {what}:\n    {command}{options}\n"),
        );
    }
    write(
        &mut text,
        format_args!(
            "\n\
Results, all in the folder of --out:
  report.md               settings, claims, figures on one page: begin here
  claims.json             each claim: the rule, what was measured, the verdict
  figures/*.svg           the figures
  data/*.csv              the numbers behind the figures
  networks/*.safetensors  the trained networks
  jobs/*.json             what was measured on each network
  run.json                command, machine, versions and times of this run

The folder is made if need be. Results of an earlier run of this experiment are
replaced file by file, except that an unfinished run waits for --resume and a
smaller scale never replaces a larger one. A folder with other files in it is
left alone.
"
        ),
    );
    text
}

/// One entry: the name on the left, what it means on the right.
fn item(text: &mut String, name: &str, meaning: &str) {
    let mut left = name;
    for line in meaning.lines() {
        write(text, format_args!("  {left:<16}  {line}\n"));
        left = "";
    }
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a String does not fail");
}
