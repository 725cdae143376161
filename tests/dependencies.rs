//! What we build upon: licences, sources and duplicates of every dependency on this platform.
//!
//! `deny.toml` states the same policy for `cargo deny check`, which also covers the other platforms
//! and known vulnerabilities. Change the two together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Licences that a user of these crates may be asked to accept.
const LICENCES: [&str; 4] = ["Apache-2.0", "MIT", "Unicode-3.0", "Zlib"];

/// Where dependencies may come from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Crates that are linked in more than one version, and whose fault it is.
const DUPLICATES: [(&str, &str); 3] = [
    ("equator", "faer 0.24 uses 0.6, its part nano-gemm 0.2"),
    ("equator-macro", "follows equator"),
    (
        "syn",
        "build time only: equator-macro uses 2, the macros of serde and thiserror 3",
    ),
];

/// Crates whose types or traits appear in our interfaces or tests: two versions would not fit.
const SINGLE: [&str; 4] = ["approx", "nalgebra", "num-complex", "rand"];

fn run(program: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .unwrap_or_else(|problem| panic!("{program}: {problem}"));
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {problem}"
    );
    output.stdout
}

/// What cargo knows of all packages that take part on this platform.
///
/// Other platforms are left out, so that the test needs nothing that building did not download.
fn metadata() -> Value {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = String::from_utf8(run(&rustc, &["-vV"])).expect("rustc writes UTF-8");
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc -vV names the host");
    let json = run(
        env!("CARGO"),
        &[
            "metadata",
            "--locked",
            "--format-version",
            "1",
            "--filter-platform",
            host,
        ],
    );
    serde_json::from_slice(&json).expect("cargo writes JSON")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("cargo metadata has an array here")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata has a string here")
}

/// Packages that are not our own.
fn foreign_packages(metadata: &Value) -> Vec<&Value> {
    let ours: BTreeSet<_> = array(&metadata["workspace_members"])
        .iter()
        .map(text)
        .collect();
    let foreign: Vec<_> = array(&metadata["packages"])
        .iter()
        .filter(|package| !ours.contains(text(&package["id"])))
        .collect();
    assert!(
        foreign.len() > 20,
        "cargo reports {} dependencies",
        foreign.len()
    );
    foreign
}

/// Whether a licence expression leaves a choice that we accept; one that cannot be read does not.
///
/// `AND` binds tighter than `OR`; the old `/` means `OR`.
fn is_accepted(expression: &str) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    any_of(&mut words) == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>) -> Option<bool> {
    let mut accepted = all_of(words)?;
    while words.next_if_eq(&"OR").is_some() {
        accepted |= all_of(words)?;
    }
    Some(accepted)
}

fn all_of(words: &mut Words<'_>) -> Option<bool> {
    let mut accepted = one(words)?;
    while words.next_if_eq(&"AND").is_some() {
        accepted &= one(words)?;
    }
    Some(accepted)
}

fn one(words: &mut Words<'_>) -> Option<bool> {
    if words.next_if_eq(&"(").is_some() {
        let accepted = any_of(words)?;
        return words.next_if_eq(&")").map(|_| accepted);
    }
    let accepted = LICENCES.contains(&words.next()?);
    if words.next_if_eq(&"WITH").is_some() {
        // An exception only ever grants more.
        words.next()?;
    }
    Some(accepted)
}

#[test]
fn licence_expressions_are_read_as_spdx_defines_them() {
    for accepted in [
        "MIT",
        "MIT/GPL-3.0",
        "GPL-3.0 OR Apache-2.0 WITH LLVM-exception",
        "(MIT OR GPL-3.0) AND Unicode-3.0",
        "GPL-3.0 AND LGPL-3.0 OR MIT",
    ] {
        assert!(is_accepted(accepted), "{accepted}");
    }
    for refused in [
        "",
        "GPL-3.0",
        "MIT AND GPL-3.0",
        "(MIT",
        "MIT Zlib",
        "MIT OR",
    ] {
        assert!(!is_accepted(refused), "{refused}");
    }
}

#[test]
fn every_dependency_has_an_accepted_licence() {
    let metadata = metadata();
    let mut problems = Vec::new();
    for package in foreign_packages(&metadata) {
        let licence = package["license"].as_str().unwrap_or("(none)");
        if !is_accepted(licence) {
            problems.push(format!(
                "{} {}: {licence}",
                package["name"], package["version"]
            ));
        }
    }
    assert!(
        problems.is_empty(),
        "\n  {}\nReplace the dependency, or accept its licence in LICENCES and deny.toml if it asks \
         no more of users than MIT and Apache-2.0 do.",
        problems.join("\n  ")
    );
}

#[test]
fn every_dependency_comes_from_the_registry() {
    let metadata = metadata();
    let mut problems = Vec::new();
    for package in foreign_packages(&metadata) {
        let source = package["source"].as_str().unwrap_or("a local path");
        if source != REGISTRY {
            problems.push(format!("{} comes from {source}", package["name"]));
        }
    }
    assert!(
        problems.is_empty(),
        "\n  {}\nDepend on a published version: what is not in the registry cannot be published.",
        problems.join("\n  ")
    );
}

/// Versions of each package that our own are built with, following the given kinds of dependency.
///
/// Asks `cargo tree`, because the graph of `cargo metadata` includes optional dependencies that no
/// feature turns on.
fn versions(edges: &str) -> BTreeMap<String, BTreeSet<String>> {
    let tree = run(
        env!("CARGO"),
        &[
            "tree",
            "--locked",
            "--workspace",
            "--edges",
            edges,
            "--prefix",
            "none",
        ],
    );
    let tree = String::from_utf8(tree).expect("cargo writes UTF-8");
    let mut versions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for line in tree.lines() {
        let mut words = line.split(' ').map(str::to_owned);
        if let (Some(name), Some(version)) = (words.next(), words.next()) {
            versions.entry(name).or_default().insert(version);
        }
    }
    assert!(versions.contains_key("neuro-core"), "cargo tree: {tree}");
    versions
}

#[test]
fn only_the_known_duplicates_are_built() {
    let versions = versions("normal");
    let found: BTreeSet<_> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name.as_str())
        .collect();
    let known: BTreeSet<_> = DUPLICATES.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        found, known,
        "the crates present in several versions (left) are not those of DUPLICATES (right): see \
         `cargo tree --duplicates --edges normal`. Choose versions that agree, or write the crate \
         with its reason into DUPLICATES and deny.toml; take out what is gone."
    );
}

#[test]
fn crates_in_our_interfaces_are_present_once() {
    let versions = versions("normal,build,dev");
    for name in SINGLE {
        let found = versions.get(name).map_or(0, BTreeSet::len);
        assert_eq!(
            found, 1,
            "{name} is present in {found} versions; see `cargo tree --invert {name}` and choose \
             versions that share one"
        );
    }
}
