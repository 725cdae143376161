//! The page `report.html`: well-formed, complete in itself, every link leads somewhere, and in a
//! browser every figure is drawn and every choice of claims works.
//!
//! `NEURO_REPORT` names a report to look at; without it two papers are run at the smallest scale. The
//! part with a browser is skipped, with a word, where none is installed.

#![allow(
    clippy::print_stderr,
    reason = "says whether a browser was there, and what it found"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "../../../tests/support/browser.rs"]
mod browser;

use browser::{browser, opened};

/// A report, and the folder to remove when it was made for the test.
fn report() -> (PathBuf, Option<tempfile::TempDir>) {
    if let Ok(path) = env::var("NEURO_REPORT") {
        return (path.into(), None);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let arguments = [
        "--scale",
        "smoke",
        "--papers",
        "transient_memory,sequential_memory",
    ];
    let out_of = ["--out", out.to_str().expect("a name in UTF-8")];
    let arguments = arguments.into_iter().chain(out_of).map(Into::into);
    let code = neuro_papers::reproduce(arguments);
    assert_eq!(
        format!("{code:?}"),
        format!("{:?}", std::process::ExitCode::SUCCESS)
    );
    (out.join("report.html"), Some(folder))
}

#[test]
fn a_report_is_whole_and_readable() {
    let (path, _folder) = report();
    let text = fs::read_to_string(&path).expect("a report");
    let page = Page::read(&text);
    page.needs_nothing_else();
    page.links_lead_somewhere(path.parent().expect("a folder"));
    assert!(page.count("svg") > 10, "figures stand in the page itself");
    page.has_all_claims(path.parent().expect("a folder"));
    match browser() {
        Some(browser) => looks_right(&browser, &text),
        None => eprintln!("skipped: no browser is installed, so the page was not opened in one"),
    }
}

/// The elements of a page: name and attributes of each, in their order.
struct Page {
    elements: Vec<(String, BTreeMap<String, String>)>,
}

impl Page {
    /// Reads a page that is well-formed as XML, else fails with the place.
    fn read(text: &str) -> Self {
        let (mut elements, mut open, mut rest) = (Vec::new(), Vec::new(), text);
        while let Some(at) = rest.find('<') {
            let place = || rest[at..].chars().take(80).collect::<String>();
            let end = rest[at..]
                .find('>')
                .unwrap_or_else(|| panic!("no end of {}", place()));
            let tag = &rest[at + 1..at + end];
            let mut next = &rest[at + end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "at {}", place());
            } else if !tag.starts_with('!') {
                let (tag, closed) = match tag.strip_suffix('/') {
                    Some(tag) => (tag, true),
                    None => (tag, false),
                };
                let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
                elements.push((name.to_string(), Self::attributes(attributes)));
                if !closed {
                    open.push(name.to_string());
                }
                if name == "style" {
                    next = &next[next.find("</style>").expect("an end")..];
                }
            }
            rest = next;
        }
        assert!(open.is_empty(), "never closed: {open:?}");
        Self { elements }
    }

    fn attributes(mut text: &str) -> BTreeMap<String, String> {
        let mut attributes = BTreeMap::new();
        while let Some((name, rest)) = text.trim_start().split_once("=\"") {
            let (value, rest) = rest.split_once('"').expect("a closing quote");
            let before = attributes.insert(name.to_string(), value.to_string());
            assert_eq!(before, None, "{name} stands twice");
            text = rest;
        }
        assert_eq!(text.trim(), "", "attributes with values in quotes");
        attributes
    }

    fn count(&self, name: &str) -> usize {
        self.elements
            .iter()
            .filter(|(found, _)| found == name)
            .count()
    }

    fn values(&self, attribute: &str) -> Vec<&str> {
        let values = self.elements.iter().filter_map(|(_, of)| of.get(attribute));
        values.map(String::as_str).collect()
    }

    /// No scripts, no pictures, fonts or styles from elsewhere.
    fn needs_nothing_else(&self) {
        for name in ["script", "link", "img", "iframe", "image", "use"] {
            assert_eq!(self.count(name), 0, "{name}");
        }
        assert_eq!(self.values("src"), [""; 0]);
    }

    fn links_lead_somewhere(&self, folder: &Path) {
        let identifiers = self.values("id");
        let different: BTreeSet<&str> = identifiers.iter().copied().collect();
        assert_eq!(
            identifiers.len(),
            different.len(),
            "identifiers that stand twice"
        );
        for label in self.values("for") {
            assert!(different.contains(label), "{label}");
        }
        let links = self.values("href");
        assert!(links.len() > 20);
        for link in links {
            match link.strip_prefix('#') {
                Some(identifier) => assert!(different.contains(identifier), "{link}"),
                None => assert!(folder.join(link).is_file(), "{link}"),
            }
        }
    }

    fn has_all_claims(&self, folder: &Path) {
        let claims = neuro_papers::Claims::read(&folder.join("claims.json")).expect("claims");
        let rows = self.values("id");
        for claim in claims.as_slice() {
            let row = format!("claim-{}-{}", claim.paper, claim.id);
            assert!(rows.contains(&row.as_str()), "{row}");
        }
    }
}

/// What the browser is asked: the script is added to a copy of the page, and its answer is the title.
const QUESTIONS: &str = r##"<script>
const wrong = [];
const figures = document.querySelectorAll('.plot > svg');
for (const figure of figures) {
  const name = figure.closest('figure').id;
  const shown = figure.getBoundingClientRect(), drawn = figure.getBBox();
  const marks = figure.querySelectorAll('path, circle, text').length;
  if (!(shown.width > 100 && shown.height > 80 && drawn.width > 50 && marks > 5)) wrong.push(name);
  const text = figure.querySelector('text');
  const page = getComputedStyle(figure.querySelector('rect')).fill;
  if (text && getComputedStyle(text).fill === page) wrong.push(name + ' cannot be read');
}
for (const link of document.querySelectorAll('a[href^="#"]')) {
  link.click();
  if (!document.querySelector(':target')) wrong.push('link ' + link.getAttribute('href'));
}
const visible = () => [...document.querySelectorAll('.claims tbody tr')].filter(
  (row) => getComputedStyle(row).display !== 'none');
const all = visible().length;
for (const group of ['verdict', 'paper']) {
  let sum = 0;
  for (const choice of document.querySelectorAll(`input[name="${group}"]`)) {
    document.querySelector(`label[for="${choice.id}"]`).click();
    if (choice.id.startsWith('only-all-')) { if (visible().length !== all) wrong.push(choice.id); }
    else sum += visible().length;
  }
  const every = document.querySelector(`label[for="only-all-${group}s"]`);
  if (every) { every.click(); if (sum !== all) wrong.push(`${group}: ${sum} of ${all} rows`); }
}
if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push('wider than the window');
document.title = `looked at ${figures.length} figures and ${all} claims at ${innerWidth}; wrong: ` +
  (wrong.join(', ') || 'nothing');
</script></body>"##;

fn looks_right(browser: &Path, report: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let page = folder.path().join("page.html");
    fs::write(&page, report.replacen("</body>", QUESTIONS, 1)).expect("writable");
    let figures = report.matches("class=\"plot\"").count();
    // Browsers have a narrowest window, some 500 pixels; below that the page has no other rules.
    for (width, theme) in [(1280, None), (390, None), (1280, Some("--force-dark-mode"))] {
        let profile = format!("profile-{width}-{}", theme.is_some());
        let profile = folder.path().join(profile);
        let dom = opened(browser, &page, &profile, width, theme.as_slice());
        let (_, title) = dom.split_once("<title>").expect("a title");
        let (title, _) = title.split_once("</title>").expect("an end of the title");
        eprintln!("{title}");
        assert!(
            title.starts_with(&format!("looked at {figures} figures")),
            "{title}"
        );
        assert!(title.ends_with("wrong: nothing"), "{title}");
    }
}
