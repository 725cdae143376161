//! The text of `--help`.

use std::fmt::Write;

use super::{Paper, Scale};

const SCALE: (&str, &str) = (
    "--scale SCALE",
    "smoke, quick or paper (default quick), see below",
);
const SEED: (&str, &str) = ("--seed N", "seed of the first network (default 0)");
const THREADS: (&str, &str) = (
    "--threads N",
    "worker threads (default 0: one for each core);\nresults do not depend on it",
);
/// What several processes or machines need, and the last options.
const LAST: [(&str, &str); 4] = [
    (
        "--shard I/N",
        "do only share I of N of the jobs, and leave figures\nand claims to a run without --shard",
    ),
    (
        "--merge",
        "do no jobs: make figures and claims from those that\nare there",
    ),
    (
        "--resume",
        "go on although the folder was made by other sources\nof this version (the same sources always go on)",
    ),
    ("-h, --help", "this text"),
];

const FOLDER: &str = "
The folder is made if need be. A run does only the jobs that are missing in it:
after Ctrl-C, or a kill, the same command goes on, with more --seeds only what
is new is done. Any number of processes may work in a folder at the same time. A
folder with other files in it, or with a run of another scale or version, is
left alone; only a smoke run gives way to another one.
";

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
    let place = format!("where results go (default {})", out.display());
    let options = [
        SCALE,
        SEED,
        (
            "--seeds N",
            "number of networks, with seeds from --seed on\n(default: see the scales)",
        ),
        THREADS,
        (
            "--only FIG,...",
            "make these figures only (default: all), see below",
        ),
        ("--out DIR", &place),
    ];
    items(&mut text, options);
    items(&mut text, LAST);
    text.push_str("\nScales:\n");
    for scale in Scale::ALL {
        let guide = paper.guide(scale);
        let networks = if guide.seeds == 1 {
            "network"
        } else {
            "networks"
        };
        let meaning = meaning(scale);
        let seeds = guide.seeds;
        let line = format!("{meaning}; {seeds} {networks}, {}", guide.time);
        item(&mut text, scale.name(), &line);
    }
    text.push_str("\nFigures:\n");
    items(&mut text, paper.figures.iter().copied());
    let figure = paper.figures.first().map_or("FIG", |(id, _)| *id);
    let examples = [
        ("See the pattern", String::new()),
        (
            "One figure, from five networks",
            format!(" --only {figure} --seeds 5"),
        ),
        (
            "The paper's size in a folder of its own; after Ctrl-C, the same again\n  goes on",
            format!(" --scale paper --out {}-paper", out.display()),
        ),
    ];
    add_examples(&mut text, &command, &examples);
    text.push_str(
        "
Results, all in the folder of --out:
  report.html             claims, figures, settings on one page: begin here
  report.md               the same as text, without times
  claims.json             each claim: the rule, what was measured, the verdict
  figures/*.svg           the figures
  data/*.csv              the numbers behind the figures
  networks/*.safetensors  the trained networks
  jobs/*.json             what was measured on each network
  run.json                command, machine, versions and times of each sitting
",
    );
    text.push_str(FOLDER);
    text
}

/// The same for a command that runs several papers.
pub(super) fn of_several(program: &Paper, papers: &[&Paper]) -> String {
    let Paper { name, about, .. } = program;
    let command = format!("cargo run --release --example {name} --");
    let mut text = format!("{about}.\n\nUsage: {command} [OPTIONS]\n\nOptions:\n");
    let out = program.default_out();
    let place = format!("where results go (default {})", out.display());
    let options = [
        (
            "--papers P,...",
            "run these papers only (default: all), see below",
        ),
        (
            "--only P/FIG,...",
            "make these figures only, and no others of any paper,\nsuch as those of the example below",
        ),
        SCALE,
        SEED,
        (
            "--seeds N",
            "number of networks of each paper, with seeds from\n--seed on (default: the paper's own number)",
        ),
        THREADS,
        ("--out DIR", &place),
    ];
    items(&mut text, options);
    items(&mut text, LAST);
    text.push_str("\nScales:\n");
    for scale in Scale::ALL {
        let line = format!("{}; {}", meaning(scale), program.guide(scale).time);
        item(&mut text, scale.name(), &line);
    }
    text.push_str("\nPapers (for their figures: --help of the example of that name):\n");
    for paper in papers {
        let (name, citation) = (paper.name, paper.citation);
        write(&mut text, format_args!("  {name}\n"));
        for line in broken(citation, 72) {
            write(&mut text, format_args!("      {line}\n"));
        }
    }
    let first = papers.first().map_or("PAPER", |paper| paper.name);
    let figures = papers.first().map_or(&[][..], |paper| paper.figures);
    let figure = figures.first().map_or("FIG", |(id, _)| *id);
    let examples = [
        ("All papers", String::new()),
        ("One figure", format!(" --only {first}/{figure}")),
        (
            "The second of eight shares, as on a cluster, and the report in the end",
            " --scale paper --out DIR --shard 2/8".into(),
        ),
        ("", " --scale paper --out DIR --merge".into()),
    ];
    add_examples(&mut text, &command, &examples);
    text.push_str(
        "
Results, all in the folder of --out:
  report.html   claims, figures, settings of all papers on one page: begin here
  claims.json   each claim: the rule, what was measured, the verdict
  PAPER/        what the example of that name leaves: figures, data, networks
  run.json      command, machine, versions and times of each sitting
",
    );
    text.push_str(FOLDER);
    text
}

fn meaning(scale: Scale) -> &'static str {
    match scale {
        Scale::Smoke => "everything once, tiny",
        Scale::Quick => "shows the pattern",
        Scale::Paper => "the paper's own size",
    }
}

fn add_examples(text: &mut String, command: &str, examples: &[(&str, String)]) {
    text.push_str("\nExamples:\n");
    for (what, options) in examples {
        if !what.is_empty() {
            write(text, format_args!("  {what}:\n"));
        }
        write(text, format_args!("    {command}{options}\n"));
    }
}

fn items<'a>(text: &mut String, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
    for (name, meaning) in items {
        item(text, name, meaning);
    }
}

/// One entry: the name on the left, what it means on the right.
fn item(text: &mut String, name: &str, meaning: &str) {
    let mut left = name;
    for line in meaning.lines() {
        write(text, format_args!("  {left:<16}  {line}\n"));
        left = "";
    }
}

/// Text in lines of at most so many letters, where its words allow.
fn broken(text: &str, widest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= widest => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.into()),
        }
    }
    lines
}

fn write(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    text.write_fmt(arguments)
        .expect("writing to a String does not fail");
}
