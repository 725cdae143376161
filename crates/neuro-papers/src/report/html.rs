//! The page `report.html`: one file that needs nothing else, without scripts, for any width, light or
//! dark, and for paper.
//!
//! Claims are chosen by radio buttons and rules of style. The figures are the SVG files themselves, in
//! other colours on a dark page; they have no identifiers, so they cannot disturb each other.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::{Part, counts, in_order, sittings};
use crate::claims::{Claim, Verdict};
use crate::options::Paper;
use crate::output::Record;
use crate::plot::{FIGURE_TITLE, escaped, on_dark};
use crate::{Error, file};

const STYLE: &str = include_str!("page.css");

/// A page that grows.
pub(super) struct Page {
    text: String,
}

impl Page {
    /// Adds text as it is.
    pub(super) fn add(&mut self, arguments: std::fmt::Arguments<'_>) {
        let written = self.text.write_fmt(arguments);
        written.expect("writing to a String does not fail");
    }
}

/// Writes the page on some papers; `program` is what was run: the paper itself, or all of them.
pub(crate) fn write_html(
    path: &Path,
    program: &Paper,
    record: &Record,
    parts: &[&Part<'_>],
) -> Result<(), Error> {
    let mut page = Page {
        text: String::new(),
    };
    head(&mut page, program, parts);
    page.add(format_args!("<body>\n<header>\n"));
    page.add(format_args!("<h1>{}</h1>\n", escaped(program.about)));
    introduction(&mut page, program, record, parts);
    page.add(format_args!("</header>\n"));
    contents(&mut page, parts);
    page.add(format_args!("<main>\n"));
    table(&mut page, parts);
    for part in parts {
        paper(&mut page, part)?;
    }
    sittings::section(&mut page, record, parts);
    page.add(format_args!(
        "</main>\n<footer><p>Made by neuro {}. The numbers behind each figure, all claims and the networks lie \
         beside this page.</p></footer>\n</body>\n</html>\n",
        escaped(&record.version)
    ));
    file::write_atomic(path, page.text.as_bytes())
}

fn head(page: &mut Page, program: &Paper, parts: &[&Part<'_>]) {
    page.add(format_args!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}: report</title>\n<style>\n{STYLE}",
        escaped(program.name)
    ));
    // The heading above a figure says the same, and breaks into lines on a small screen.
    page.add(format_args!(
        ".plot [font-size=\"{FIGURE_TITLE}\"] {{ display: none; }}\n"
    ));
    page.add(format_args!(
        "@media screen and (prefers-color-scheme: dark) {{\n{}}}\n",
        on_dark(".plot")
    ));
    // Each choice hides the rows of all others, and its own label is shown as chosen.
    let mut chosen = Vec::new();
    for verdict in Verdict::ALL {
        let class = class(verdict);
        page.add(format_args!(
            "#only-{class}:checked ~ .claims tbody tr:not(.{class}) {{ display: none; }}\n"
        ));
        chosen.push(class.to_string());
    }
    for part in parts {
        let name = part.paper.name;
        page.add(format_args!(
            "#only-{name}:checked ~ .claims tbody tr:not(.of-{name}) {{ display: none; }}\n"
        ));
        chosen.push(name.into());
    }
    chosen.extend(["all-verdicts".into(), "all-papers".into()]);
    for name in chosen {
        page.add(format_args!(
            "#only-{name}:checked ~ .choice label[for=\"only-{name}\"] {{ background: var(--ink); color: \
             var(--page); }}\n#only-{name}:focus-visible ~ .choice label[for=\"only-{name}\"] {{ outline: 3px \
             solid var(--link); }}\n"
        ));
    }
    page.add(format_args!("</style>\n</head>\n"));
}

/// What the page is, what came out, and the papers.
fn introduction(page: &mut Page, program: &Paper, record: &Record, parts: &[&Part<'_>]) {
    let several = parts.len() > 1;
    if !program.citation.is_empty() {
        page.add(format_args!(
            "<p class=\"cite\">{}</p>\n",
            escaped(program.citation)
        ));
    }
    let what = if several {
        "Each paper below was run again from its equations alone"
    } else {
        "The paper was run again from its equations alone"
    };
    page.add(format_args!(
        "<p class=\"lead\">{what}: networks were made, trained and measured. Every statement that the paper makes \
         about its results is a <b>claim</b>. A claim has a rule, written down before the run, that decides \
         from one value of each network. It is <span class=\"verdict reproduced\">reproduced</span> when enough \
         networks fulfil the rule, <span class=\"verdict partly\">partly</span> when fewer do, and else <span \
         class=\"verdict not-reproduced\">not reproduced</span>; no network is left out. What a run this small \
         cannot say <span class=\"verdict needs-paper-scale\">needs paper scale</span>.</p>\n"
    ));
    page.add(format_args!(
        "<p class=\"soft\">{}</p>\n",
        escaped(&sittings::in_short(record, parts))
    ));
    let missing: usize = parts.iter().map(|part| part.claims.missing()).sum();
    if missing > 0 {
        page.add(format_args!(
            "<p class=\"note\"><b>Interim.</b> {missing} jobs of the run are missing. Figures and verdicts are made \
             from those that are there, and may change.</p>\n"
        ));
    }
    let all: Vec<&Claim> = parts.iter().flat_map(|p| p.claims.as_slice()).collect();
    let of = |verdict| {
        all.iter()
            .filter(|claim| claim.verdict() == verdict)
            .count()
    };
    let counted = Verdict::ALL.map(|verdict| (of(verdict), verdict));
    tally(page, &counted, all.len());
    if !several {
        return;
    }
    page.add(format_args!("<div class=\"papers\">\n"));
    for part in parts {
        let paper = part.paper;
        page.add(format_args!(
            "<a href=\"#paper-{}\"><b>{}</b><span class=\"cite\">{}</span>",
            paper.name,
            escaped(paper.about),
            escaped(paper.citation)
        ));
        tally(page, &counts(part.claims), part.claims.as_slice().len());
        page.add(format_args!("</a>\n"));
    }
    page.add(format_args!("</div>\n"));
}

/// A bar of the shares of the verdicts, and the counts in words.
fn tally(page: &mut Page, counts: &[(usize, Verdict)], total: usize) {
    let counts = || counts.iter().filter(|(count, _)| *count > 0);
    page.add(format_args!("<span class=\"bar\">"));
    for (count, verdict) in counts() {
        let percent = 100.0 * *count as f64 / total as f64;
        let class = class(*verdict);
        page.add(format_args!(
            "<i class=\"{class}\" style=\"width:{percent:.2}%\"></i>"
        ));
    }
    page.add(format_args!("</span><span class=\"counts\">"));
    for (count, verdict) in counts() {
        let (class, name) = (class(*verdict), verdict.name());
        page.add(format_args!(
            "<span class=\"verdict {class}\">{count} {name}</span> "
        ));
    }
    if total == 0 {
        page.add(format_args!("No claim was looked at."));
    }
    page.add(format_args!("</span>\n"));
}

fn contents(page: &mut Page, parts: &[&Part<'_>]) {
    page.add(format_args!(
        "<nav aria-label=\"Contents\"><ul><li><a href=\"#claims\">Claims</a></li>"
    ));
    for part in parts {
        let name = part.paper.name;
        let shown = if parts.len() > 1 { name } else { "Figures" };
        page.add(format_args!(
            "<li><a href=\"#paper-{name}\">{shown}</a></li>"
        ));
    }
    page.add(format_args!(
        "<li><a href=\"#run\">The run</a></li></ul></nav>\n"
    ));
}

/// All claims, with the buttons that choose among them.
fn table(page: &mut Page, parts: &[&Part<'_>]) {
    page.add(format_args!(
        "<section id=\"claims\">\n<h2>All claims</h2>\n"
    ));
    let several = parts.len() > 1;
    let papers = parts.iter().map(|part| (part.paper.name, part.paper.name));
    let verdicts = Verdict::ALL.map(|verdict| (class(verdict), verdict.name()));
    let mut choices = vec![("verdict", "all-verdicts", Vec::from(verdicts))];
    if several {
        choices.push(("paper", "all-papers", papers.collect()));
    }
    for (group, all, others) in &choices {
        let names = std::iter::once(all).chain(others.iter().map(|(id, _)| id));
        for (k, id) in names.enumerate() {
            let checked = if k == 0 { " checked=\"checked\"" } else { "" };
            page.add(format_args!(
                "<input class=\"choose\" type=\"radio\" name=\"{group}\" id=\"only-{id}\"{checked}/>"
            ));
        }
    }
    for (group, all, others) in &choices {
        page.add(format_args!(
            "\n<div class=\"choice\"><label for=\"only-{all}\">every {group}</label>"
        ));
        for (id, name) in others {
            page.add(format_args!("<label for=\"only-{id}\">{name}</label>"));
        }
        page.add(format_args!("</div>"));
    }
    page.add(format_args!(
        "\n<table class=\"claims\">\n<thead><tr><th scope=\"col\">The paper says</th><th scope=\"col\">Rule</th>\
         <th scope=\"col\">Measured</th><th scope=\"col\">Verdict</th></tr></thead>\n<tbody>\n"
    ));
    for part in parts {
        for claim in part.claims.as_slice() {
            row(page, part, claim, several);
        }
    }
    page.add(format_args!("</tbody>\n</table>\n</section>\n"));
}

fn row(page: &mut Page, part: &Part<'_>, claim: &Claim, with_paper: bool) {
    let name = part.paper.name;
    let (class, verdict) = (class(claim.verdict()), claim.verdict().name());
    page.add(format_args!(
        "<tr class=\"{class} of-{name}\" id=\"claim-{name}-{}\"><td>{}<span class=\"where\">",
        escaped(&claim.id),
        escaped(&claim.statement)
    ));
    if with_paper {
        page.add(format_args!("{name} "));
    }
    if let Some(figure) = &claim.figure {
        let figure_name = escaped(figure);
        if part.files.figures.contains(figure) {
            page.add(format_args!(
                "<a href=\"#figure-{name}-{figure_name}\">figure {figure_name}</a>"
            ));
        } else {
            page.add(format_args!("figure {figure_name}"));
        }
    }
    page.add(format_args!(
        "</span></td><td data-name=\"Rule\">{}</td><td data-name=\"Measured\">{}</td><td><span class=\"verdict\">\
         {verdict}</span></td></tr>\n",
        escaped(&claim.rule),
        escaped(&claim.measured)
    ));
}

/// A paper's figures, each with its claims.
fn paper(page: &mut Page, part: &Part<'_>) -> Result<(), Error> {
    let (paper, link) = (part.paper, escaped(&part.link));
    let name = paper.name;
    page.add(format_args!(
        "<section id=\"paper-{name}\">\n<h2>{}</h2>\n<p class=\"cite\">{} &#183; <code>{name}</code></p>\n",
        escaped(paper.about),
        escaped(paper.citation)
    ));
    if part.files.figures.is_empty() {
        page.add(format_args!("<p>No figure was made.</p>\n"));
    }
    for (figure, shows) in in_order(paper, &part.files.figures) {
        let id = escaped(figure);
        let colon = if shows.is_empty() { "" } else { ": " };
        let path = part.folder.join("figures").join(format!("{figure}.svg"));
        let svg = fs::read_to_string(&path).map_err(|e| Error::io(&path, e))?;
        page.add(format_args!(
            "<figure class=\"figure\" id=\"figure-{name}-{id}\">\n<h3>Figure {id}{colon}{}</h3>\n<div class=\"plot\" \
             tabindex=\"0\">{svg}</div>\n<figcaption><a href=\"{link}figures/{id}.svg\">{id}.svg</a>",
            escaped(shows)
        ));
        if part.files.data.iter().any(|data| data == figure) {
            page.add(format_args!(
                " &#183; numbers: <a href=\"{link}data/{id}.csv\">{id}.csv</a>"
            ));
        }
        page.add(format_args!("</figcaption>\n"));
        let claims = part.claims.as_slice().iter();
        cards(page, claims.filter(|c| c.figure.as_deref() == Some(figure)));
        page.add(format_args!("</figure>\n"));
    }
    let shown = |claim: &&Claim| {
        let figure = claim.figure.as_ref();
        figure.is_some_and(|figure| part.files.figures.contains(figure))
    };
    let others: Vec<&Claim> = part
        .claims
        .as_slice()
        .iter()
        .filter(|c| !shown(c))
        .collect();
    if !others.is_empty() {
        page.add(format_args!(
            "<div class=\"figure\"><h3>Claims without a figure in this run</h3>\n"
        ));
        cards(page, others.into_iter());
        page.add(format_args!("</div>\n"));
    }
    let tables = part.files.data.iter();
    let tables = tables.filter(|data| !part.files.figures.contains(data));
    let links: Vec<String> = tables
        .map(|data| {
            let data = escaped(data);
            format!("<a href=\"{link}data/{data}.csv\">{data}.csv</a>")
        })
        .collect();
    if !links.is_empty() {
        page.add(format_args!(
            "<p class=\"soft\">Further tables: {}</p>\n",
            links.join(", ")
        ));
    }
    page.add(format_args!("</section>\n"));
    Ok(())
}

fn cards<'a>(page: &mut Page, claims: impl Iterator<Item = &'a Claim>) {
    let mut claims = claims.peekable();
    if claims.peek().is_none() {
        return;
    }
    page.add(format_args!("<ul class=\"cards\">\n"));
    for claim in claims {
        let (class, verdict) = (class(claim.verdict()), claim.verdict().name());
        page.add(format_args!(
            "<li class=\"{class}\"><p>{}</p><dl><dt>rule</dt><dd>{}</dd><dt>measured</dt><dd>{}</dd></dl>\
             <span class=\"verdict\">{verdict}</span></li>\n",
            escaped(&claim.statement),
            escaped(&claim.rule),
            escaped(&claim.measured)
        ));
    }
    page.add(format_args!("</ul>\n"));
}

/// The name of a verdict in rules of style.
fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "reproduced",
        Verdict::Partly => "partly",
        Verdict::NotReproduced => "not-reproduced",
        Verdict::NeedsPaperScale => "needs-paper-scale",
    }
}
