//! The page `report.md`.

use std::fmt::Write;

use super::{Files, counts, in_order};
use crate::Claims;
use crate::options::{Options, Paper};

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
    if claims.missing() > 0 {
        add(format_args!(
            "{} jobs are missing: what follows is decided on those that are there.\n\n",
            claims.missing()
        ));
    }
    let all = claims.as_slice();
    if all.is_empty() {
        add(format_args!("None was looked at.\n"));
    } else {
        let counts = counts(claims).into_iter();
        let counts: Vec<String> = counts
            .map(|(count, verdict)| format!("{count} {}", verdict.name()))
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
    for (name, shows) in in_order(paper, &files.figures) {
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

/// Text as it may stand in a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', r"\|").replace(['\n', '\r'], " ")
}
