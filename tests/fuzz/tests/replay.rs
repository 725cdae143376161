//! Every target on what failed once, and on a few hundred fresh inputs.

use std::fs;
use std::path::Path;

use neuro_fuzz::{Fuzzer, TARGETS};

/// Fresh inputs of each target.
const CASES: usize = 300;

#[test]
fn loaders_return_a_value_or_an_error_for_any_input() {
    let scratch = neuro_fuzz::scratch().expect("a temporary folder");
    for target in &TARGETS {
        let mut fuzzer = Fuzzer::new(target, 7, scratch.path()).expect("a file can be written");
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        if let Ok(kept) = fs::read_dir(corpus.join(target.name)) {
            for path in kept {
                let input = fs::read(path.expect("readable").path()).expect("readable");
                fuzzer.load(&input).expect("a file can be written");
            }
        }
        for _ in 0..CASES {
            fuzzer.step().expect("a file can be written");
        }
        let found = fuzzer.outcome();
        let failures: Vec<&String> = found.failures.keys().collect();
        assert!(failures.is_empty(), "{}: {failures:#?}", target.name);
        // A target that refuses or takes every damaged input looks at nothing but its first bytes.
        let whole = (target.seeds)().len() as u64;
        assert!(found.accepted > whole, "{}: {found:?}", target.name);
        assert!(!found.reasons.is_empty(), "{} takes all", target.name);
    }
}

#[test]
fn every_folder_of_the_corpus_has_a_target() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let Ok(folders) = fs::read_dir(corpus) else {
        return;
    };
    for folder in folders {
        let name = folder.expect("readable").file_name();
        assert!(TARGETS.iter().any(|t| name == t.name), "{}", name.display());
    }
}
