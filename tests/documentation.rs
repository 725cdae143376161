//! The documentation as its readers find it: links that lead somewhere, and equations that are drawn.
//!
//! Links inside the interfaces (`[`Type`]`) are checked by rustdoc; addresses on the web are not
//! checked, because a test should not need the network.

#![allow(
    clippy::print_stderr,
    reason = "says whether a browser was there to draw the equations"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/browser.rs"]
mod browser;

/// What draws the equations, in the repository and in each published crate.
const HEADER: &str = "docs/equations.html";

/// The published crates.
const CRATES: [&str; 5] = [
    "neuro-core",
    "neuro-autodiff",
    "neuro-plasticity",
    "neuro-models",
    "neuro-analysis",
];

/// Folders that hold no documentation of ours.
const SKIPPED: [&str; 3] = ["target", "out", "node_modules"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// The path as a reader of the repository would write it.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

/// Every file below a folder whose name ends so, in a fixed order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder can be listed to its end").path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.expect("names in UTF-8").to_owned();
            if path.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                folders.push(path);
            } else if path.is_file() && name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn assert_none(problems: &[String], remedy: &str) {
    let problems = problems.join("\n  ");
    assert!(problems.is_empty(), "\n  {problems}\n{remedy}\n");
}

/// A page without its code: neither blocks nor pieces of code in a line hold links or headings.
fn prose(page: &str) -> String {
    let mut prose = String::new();
    let mut fence = None;
    for line in page.lines() {
        let mark = line.trim_start().trim_start_matches("> ");
        match fence {
            Some(end) if mark.starts_with(end) => fence = None,
            Some(_) => {}
            None if mark.starts_with("```") => fence = Some("```"),
            None if mark.starts_with("~~~") => fence = Some("~~~"),
            None => {
                // Every other piece between back ticks is code; headings keep its words.
                if line.starts_with('#') {
                    prose.push_str(&line.replace('`', ""));
                } else {
                    prose.extend(line.split('`').step_by(2));
                }
                prose.push('\n');
            }
        }
    }
    prose
}

/// What the links of a page point to.
fn links(prose: &str) -> Vec<&str> {
    let inline = prose.split("](").skip(1);
    let inline = inline.filter_map(|rest| rest.split_once(')'));
    let defined = prose.lines().filter_map(|line| {
        let (name, target) = line.split_once("]: ")?;
        (name.starts_with('[') && !name.contains("](")).then_some((target, ""))
    });
    let targets = inline.chain(defined).map(|(target, _)| target);
    targets
        .map(|target| target.split_whitespace().next().unwrap_or(""))
        .collect()
}

/// The names by which the headings of a page can be linked to, as code hosts make them.
fn anchors(prose: &str) -> BTreeSet<String> {
    let mut times = BTreeMap::new();
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words.chars().filter_map(|sign| match sign {
                ' ' => Some('-'),
                sign => (sign.is_alphanumeric() || "-_".contains(sign)).then_some(sign),
            });
            let name: String = kept.collect();
            let time = times.entry(name.clone()).or_insert(0);
            *time += 1;
            match *time {
                1 => name,
                time => format!("{name}-{}", time - 1),
            }
        })
        .collect()
}

fn is_on_the_web(target: &str) -> bool {
    ["https://", "http://", "mailto:"]
        .iter()
        .any(|start| target.starts_with(start))
}

/// What is wrong with a link of a page, if anything.
fn problem_of_link(page: &Path, target: &str) -> Option<String> {
    if is_on_the_web(target) {
        return None;
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.parent().expect("a file lies in a folder");
    let file = if file.is_empty() {
        page.to_owned()
    } else {
        folder.join(file)
    };
    if !file.exists() {
        return Some(format!("{}: {target} does not exist", shown(page)));
    }
    let known = anchor.is_empty() || anchors(&prose(&read(&file))).contains(anchor);
    (!known).then(|| format!("{}: {target} is no heading there", shown(page)))
}

#[test]
fn links_between_the_pages_lead_somewhere() {
    let mut count = 0;
    let mut problems = Vec::new();
    for page in files(root(), ".md") {
        let prose = prose(&read(&page));
        let links = links(&prose);
        count += links.len();
        problems.extend(links.iter().filter_map(|link| problem_of_link(&page, link)));
    }
    assert!(count > 100, "{count} links found");
    assert_none(&problems, "Correct the link, or the heading that it means.");
}

#[test]
fn links_and_headings_are_found_as_a_reader_sees_them() {
    let page = "# The `one`, first\n# The one first\n[a](b.md#c \"d\") `[no](x)` [e](\nf)\n[g]: h\n```\n[no](y)\n# no\n```\n";
    let prose = prose(page);
    assert_eq!(links(&prose), ["b.md#c", "f", "h"]);
    let expected = ["the-one-first", "the-one-first-1"].map(String::from);
    assert_eq!(anchors(&prose), BTreeSet::from(expected));
    let page = root().join("README.md");
    assert_eq!(problem_of_link(&page, "docs/design.md#contracts"), None);
    assert!(problem_of_link(&page, "docs/design.md#contract").is_some());
    assert!(problem_of_link(&page, "docs/designs.md").is_some());
}

#[test]
fn the_pages_of_crates_need_no_file_beside_them() {
    let mut problems = Vec::new();
    for name in CRATES {
        let page = root().join("crates").join(name).join("README.md");
        let prose = prose(&read(&page));
        let beside = links(&prose)
            .into_iter()
            .filter(|link| !is_on_the_web(link));
        problems.extend(beside.map(|link| format!("{}: {link}", shown(&page))));
    }
    assert_none(
        &problems,
        "A registry and docs.rs show this page alone: name the file, or link to the web.",
    );
}

#[test]
fn every_crate_passes_the_header_on_that_draws_equations() {
    let header = read(&root().join(HEADER));
    for name in CRATES {
        let folder = root().join("crates").join(name);
        assert_eq!(read(&folder.join("equations.html")), header, "{name}");
        let manifest = read(&folder.join("Cargo.toml"));
        for line in [
            r#"rustdoc-args = ["--html-in-header", "equations.html"]"#,
            r#"include = ["src/**", "README.md", "equations.html", "LICENSE-*"]"#,
        ] {
            assert!(manifest.contains(line), "{name}: no {line}");
        }
    }
    for address in ["http:", "https:", "src=", "@import", "url("] {
        assert!(!header.contains(address), "{address}: needs the network");
    }
}

/// The equations of all crates: where each stands, and its text.
fn equations() -> Vec<(String, String)> {
    let mut equations = Vec::new();
    for name in CRATES {
        for path in files(&root().join("crates").join(name).join("src"), ".rs") {
            let mut block: Option<String> = None;
            for (number, line) in read(&path).lines().enumerate() {
                let line = line.trim_start();
                let text = line
                    .strip_prefix("//!")
                    .or_else(|| line.strip_prefix("///"));
                let text = text.map(|text| text.strip_prefix(' ').unwrap_or(text));
                match (&mut block, text) {
                    (None, Some("```equation")) => block = Some(String::new()),
                    (Some(equation), Some("```")) => {
                        let place = format!("{}:{number}", shown(&path));
                        equations.push((place, std::mem::take(equation)));
                        block = None;
                    }
                    (Some(equation), Some(text)) => equation.extend([text, "\n"]),
                    (None, _) => {}
                    (Some(_), None) => panic!("{}:{number}: no end", shown(&path)),
                }
            }
        }
    }
    assert!(equations.len() > 40, "{} equations", equations.len());
    equations
}

/// The source files of a crate, each with whether its module is public as far as `pub mod` says.
fn modules(krate: &str) -> Vec<(PathBuf, bool)> {
    let source = root().join("crates").join(krate).join("src");
    let (mut found, mut open) = (Vec::new(), vec![(source.join("lib.rs"), source, true)]);
    while let Some((file, folder, public)) = open.pop() {
        for line in read(&file).lines() {
            let (visible, line) = match line.strip_prefix("pub ") {
                Some(line) => (public, line),
                None => (false, line.strip_prefix("pub(crate) ").unwrap_or(line)),
            };
            let Some(name) = line
                .strip_prefix("mod ")
                .and_then(|name| name.strip_suffix(';'))
            else {
                continue;
            };
            let beside = folder.join(format!("{name}.rs"));
            let file = if beside.is_file() {
                beside
            } else {
                folder.join(name).join("mod.rs")
            };
            open.push((file, folder.join(name), visible));
        }
        found.push((file, public));
    }
    found.sort();
    found
}

/// Whether the documentation in a source file has a block of code that rustdoc compiles.
fn has_example(text: &str) -> bool {
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim_start();
        let line = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"));
        let Some(language) = line.and_then(|line| line.trim().strip_prefix("```")) else {
            continue;
        };
        if !inside && ["", "rust", "no_run"].contains(&language) {
            return true;
        }
        inside = !inside;
    }
    false
}

#[test]
fn equations_and_examples_stand_where_rustdoc_shows_them() {
    // `pub` at the margin is an item that can be reached: `unreachable_pub` is denied by the gate.
    let items = ["struct", "enum", "trait", "fn", "type"].map(|kind| format!("\npub {kind} "));
    let mut problems = Vec::new();
    for name in CRATES {
        let private = modules(name).into_iter().filter(|(_, public)| !public);
        for (file, _) in private {
            let text = read(&file);
            let shows = items.iter().any(|item| text.contains(item));
            if shows && text.lines().any(|line| line.starts_with("//! ```")) {
                problems.push(shown(&file));
            }
        }
    }
    assert_none(
        &problems,
        "The module is private: move the block to the public item that it explains.",
    );
}

#[test]
fn every_public_module_has_an_example() {
    let mut problems = Vec::new();
    let mut count = 0;
    for name in CRATES {
        let all = modules(name);
        for (file, _) in all.iter().filter(|(_, public)| *public) {
            count += 1;
            // The module's own, or those of the items that its private parts hold.
            let folder = if file.ends_with("mod.rs") {
                file.parent().expect("a file lies in a folder").to_owned()
            } else {
                file.with_extension("")
            };
            let parts = all.iter().filter(|(part, _)| part.starts_with(&folder));
            let parts = parts.map(|(part, _)| part).chain([file]);
            let example = parts.into_iter().any(|part| has_example(&read(part)));
            if !example && !file.ends_with("lib.rs") {
                problems.push(shown(file));
            }
        }
        let page = read(&root().join("crates").join(name).join("README.md"));
        if !page.contains("\n```rust\n") {
            problems.push(format!("{name}: README.md"));
        }
    }
    assert!(count > 50, "{count} public modules");
    assert_none(&problems, "Write an example that asserts something true.");
}

/// What must not be left of the plain notation, and what must be there: the answer is the title.
const QUESTIONS: &str = r#"<script>
document.addEventListener("DOMContentLoaded", () => {
  const wrong = [];
  const blocks = document.querySelectorAll("pre.language-equation");
  for (const block of blocks) {
    const drawn = block.previousElementSibling?.querySelector("math");
    if (!drawn || block.style.display != "none") { wrong.push(block.id + " is not drawn"); continue; }
    const left = /[_^{}\\]|<-|<=|\b(alpha|beta|sigma|tau|sum|sqrt|inf)\b/.exec(drawn.textContent);
    if (left) wrong.push(`${block.id} shows ${left[0]}`);
    const lines = block.textContent.trim().split("\n").length;
    if (drawn.querySelectorAll("mtr").length != lines) wrong.push(block.id + " lacks lines");
    const size = drawn.getBoundingClientRect();
    if (!(size.width > 20 && size.height > 8)) wrong.push(block.id + " has no size");
  }
  document.title = `${blocks.length} equations; wrong: ${wrong.join(", ") || "nothing"}`;
});
</script>"#;

#[test]
fn equations_are_drawn() {
    let equations = equations();
    let Some(browser) = browser::browser() else {
        eprintln!("skipped: no browser is installed, so no equation was drawn");
        return;
    };
    let header = read(&root().join(HEADER));
    let mut page = format!("<!doctype html><meta charset=\"utf-8\">{header}{QUESTIONS}");
    for (place, text) in &equations {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        page.push_str("<div class=\"example-wrap\"><pre class=\"language-equation\" id=\"");
        page.push_str(&format!("{place}\"><code>{text}</code></pre></div>\n"));
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("page.html");
    fs::write(&file, page).expect("writable");
    let dom = browser::opened(&browser, &file, &folder.path().join("profile"), 1280, &[]);
    let (_, title) = dom.split_once("<title>").expect("a title");
    let (title, _) = title.split_once("</title>").expect("an end of the title");
    let expected = format!("{} equations; wrong: nothing", equations.len());
    assert_eq!(title, expected);
}
