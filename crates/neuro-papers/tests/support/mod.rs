//! What the tests of all experiments share.

mod results;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use neuro_papers::{Claims, Error, Options, Paper, Scale, Session};

use results::results;

/// An experiment and the figures that its tests ask for.
pub(crate) struct Experiment {
    pub(crate) paper: &'static Paper,
    pub(crate) run: fn(&Session) -> Result<Claims, Error>,
    pub(crate) only: [&'static str; 3],
}

impl Experiment {
    /// Runs it at smoke scale.
    pub(crate) fn run(&self, out: &Path, threads: usize, resume: bool) {
        let options = Options {
            out: out.into(),
            threads,
            resume,
            only: self.only.map(String::from).to_vec(),
            ..Options::defaults(self.paper, Scale::Smoke)
        };
        let session = Session::quiet(self.paper, options).expect("a folder of our own");
        let claims = (self.run)(&session).expect("the experiment runs");
        session
            .finish(self.paper, &claims)
            .expect("a writable folder");
    }

    /// One thread and two give the same files; a resumed run measures network `again` from its
    /// checkpoint when its measurements are missing, and reads those of network `read` even when the
    /// network is missing. Returns the files of the run.
    pub(crate) fn resumes(&self, again: &str, read: &str) -> BTreeMap<String, Vec<u8>> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        self.run(&one, 1, false);
        self.run(&two, 2, false);
        let first = results(&one);
        assert!(first == results(&two), "one thread and two differ");

        fs::remove_file(one.join(format!("jobs/{again}.json"))).expect("there");
        self.run(&one, 1, true);
        assert!(first == results(&one), "measured again");
        let network = format!("networks/{read}.safetensors");
        fs::remove_file(one.join(&network)).expect("there");
        self.run(&one, 1, true);
        let mut without = first.clone();
        without.remove(&network);
        assert!(without == results(&one), "read back");
        first
    }
}

/// Measurements of a network that are cut short, of an unknown group or damaged in another way are
/// refused with the name of their file.
pub(crate) fn damaged_are_refused<T: std::fmt::Debug>(
    network: &str,
    damaged: &[&str],
    read: fn(&Path) -> Result<T, Error>,
) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let name = format!("{network}.json");
    let path = folder.path().join(&name);
    for text in damaged.iter().chain(&["{}", "not json"]) {
        fs::write(&path, text).expect("writable");
        let error = read(&path).expect_err("not measurements").to_string();
        assert!(error.contains(&name), "{error}");
    }
}
