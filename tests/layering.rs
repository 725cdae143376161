//! The shape of the workspace: who may use whom, and what every crate has in common.
//!
//! A crate uses only crates below it, and only those that it needs; `docs/design.md` draws the
//! picture. These tests read the manifests and the sources, so that the picture stays true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each crate with the crates of ours that it may use, lowest first.
const LAYERS: [(&str, &[&str]); 6] = [
    ("neuro-core", &[]),
    ("neuro-autodiff", &["neuro-core"]),
    ("neuro-plasticity", &["neuro-core"]),
    ("neuro-analysis", &["neuro-core"]),
    (
        "neuro-models",
        &["neuro-core", "neuro-autodiff", "neuro-plasticity"],
    ),
    (
        "neuro-papers",
        &[
            "neuro-core",
            "neuro-autodiff",
            "neuro-plasticity",
            "neuro-analysis",
            "neuro-models",
        ],
    ),
];

/// The packages that own examples, benches and tests; they may use everything.
const TEST_PACKAGES: [&str; 2] = ["neuro-workspace", "neuro-fuzz"];

/// A source file longer than this is more than one chapter.
const LONGEST_FILE: usize = 500;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The packages of the workspace as cargo describes them, by name.
fn packages() -> BTreeMap<String, Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo, which runs this test, can be started");
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata: {problem}");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    array(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["name"]).to_owned(), package.clone()))
        .collect()
}

/// The library crates: every package but those of tests.
fn crates() -> BTreeMap<String, PathBuf> {
    let mut crates: BTreeMap<_, _> = packages()
        .into_iter()
        .map(|(name, package)| {
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            let folder = manifest.parent().expect("a manifest lies in a folder");
            (name, folder.to_owned())
        })
        .collect();
    crates.retain(|name, _| !TEST_PACKAGES.contains(&name.as_str()));
    assert!(!crates.is_empty(), "cargo reports no crate");
    crates
}

fn array(value: &Value) -> &[Value] {
    value.as_array().expect("cargo metadata has an array here")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("cargo metadata has a string here")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

/// The crates of ours that a package needs to be built or to run; tests may use more.
fn dependencies_of_ours(package: &Value) -> BTreeSet<&str> {
    array(&package["dependencies"])
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| text(&dependency["name"]))
        .filter(|name| name.starts_with("neuro-"))
        .collect()
}

/// Every Rust source below a folder, in a fixed order.
fn rust_sources(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
        for entry in entries {
            let path = entry.expect("a folder can be listed to its end").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        }
    }
    sources.sort();
    sources
}

/// The path as a reader of the repository would write it.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(root()).unwrap_or(path);
    path.display().to_string().replace('\\', "/")
}

fn assert_none(problems: &[String], remedy: &str) {
    assert!(
        problems.is_empty(),
        "\n  {}\n{remedy}\n",
        problems.join("\n  ")
    );
}

#[test]
fn every_crate_has_its_place_in_the_layers() {
    let placed: BTreeSet<_> = LAYERS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let found: BTreeSet<_> = crates().into_keys().collect();
    assert_eq!(
        found, placed,
        "the crates (left) and LAYERS in tests/layering.rs (right) differ: give a new crate its \
         row there and its place in docs/design.md"
    );
}

#[test]
fn crates_use_only_the_crates_below_them() {
    let packages = packages();
    let mut problems = Vec::new();
    for (name, allowed) in LAYERS {
        for used in dependencies_of_ours(&packages[name]) {
            if !allowed.contains(&used) {
                problems.push(format!("{name} depends on {used}"));
            }
        }
    }
    assert_none(
        &problems,
        "Move what is needed down into a crate that both may use (often neuro-core), or make it a \
         dev-dependency if only tests need it.",
    );
}

#[test]
fn no_published_crate_needs_an_unpublished_one() {
    let packages = packages();
    // Cargo writes `publish = false` as an empty list of registries, and the default as null.
    let published = |name: &str| packages[name]["publish"].is_null();
    let mut problems = Vec::new();
    for (name, package) in packages.iter().filter(|(name, _)| published(name)) {
        for used in dependencies_of_ours(package) {
            if !published(used) {
                problems.push(format!("{name} depends on {used}, which is not published"));
            }
        }
    }
    for name in TEST_PACKAGES.iter().chain(&["neuro-papers"]) {
        if published(name) {
            problems.push(format!("{name} lacks `publish = false`"));
        }
    }
    assert_none(
        &problems,
        "What a published crate needs must be published too; papers and examples are not.",
    );
}

#[test]
fn manifests_inherit_what_the_workspace_decides() {
    let mut problems = Vec::new();
    for folder in crates().values() {
        let path = folder.join("Cargo.toml");
        let manifest = read(&path);
        for line in [
            "version.workspace = true",
            "edition.workspace = true",
            "rust-version.workspace = true",
            "license.workspace = true",
            "[lints]\nworkspace = true",
        ] {
            if !manifest.replace("\r\n", "\n").contains(line) {
                problems.push(format!("{}: no {line:?}", shown(&path)));
            }
        }
    }
    assert_none(
        &problems,
        "Write the missing line; the values stand once, in the root Cargo.toml.",
    );
}

#[test]
fn every_crate_carries_a_readme_and_both_licences() {
    let mut problems = Vec::new();
    for folder in crates().values() {
        for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            let path = folder.join(file);
            if !fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() > 0) {
                problems.push(format!("{}: missing or empty", shown(&path)));
            }
        }
    }
    assert_none(
        &problems,
        "Write the README; make the licences links to the files of the root (ln -s ../../LICENSE-MIT).",
    );
}

#[test]
fn every_crate_forbids_unsafe_code() {
    let mut problems = Vec::new();
    for folder in crates().values() {
        let path = folder.join("src/lib.rs");
        if !read(&path)
            .lines()
            .any(|line| line == "#![forbid(unsafe_code)]")
        {
            problems.push(shown(&path));
        }
    }
    assert_none(
        &problems,
        "Write #![forbid(unsafe_code)] at the top: the kernels reach their speed without it.",
    );
}

#[test]
fn only_the_linear_algebra_of_the_core_knows_faer() {
    let mut problems = Vec::new();
    for (name, package) in packages() {
        let uses_faer = array(&package["dependencies"])
            .iter()
            .any(|dependency| dependency["name"] == "faer");
        if uses_faer && name != "neuro-core" {
            problems.push(format!("{name} depends on faer"));
        }
    }
    for folder in crates().values() {
        for path in rust_sources(&folder.join("src")) {
            let shown = shown(&path);
            let is_door = shown.starts_with("crates/neuro-core/src/linalg/")
                || shown == "crates/neuro-core/src/simd.rs";
            let names_faer = read(&path)
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains("faer::"));
            if names_faer && !is_door {
                problems.push(format!("{shown} names faer"));
            }
        }
    }
    assert_none(
        &problems,
        "Call neuro_core::linalg, or add there what is missing: faer can then be replaced or \
         updated in one place.",
    );
}

#[test]
fn no_source_file_is_longer_than_a_chapter() {
    let mut problems = Vec::new();
    for folder in crates().values() {
        for path in rust_sources(&folder.join("src")) {
            let lines = read(&path).lines().count();
            if lines > LONGEST_FILE {
                problems.push(format!("{}: {lines} lines", shown(&path)));
            }
        }
    }
    assert_none(
        &problems,
        "Split by capability: each part a file that can be named after what it does.",
    );
}
