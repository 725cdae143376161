//! A process that is killed at any moment loses at most what it did since its last checkpoint.
//!
//! The child process is this test binary itself, told by environment variables to train. It writes a
//! checkpoint after each update, which takes most of its time, and a line after each checkpoint; the
//! parent reads some lines, waits a little, kills it in the midst of the following ones, and starts
//! the next.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use neuro_autodiff::train::Report;
use neuro_core::{Domain, Streams};
use rand::RngExt;

use crate::run::{Run, criterion, snapshot};

const FILE: &str = "NEURO_TEST_CHECKPOINT";
const KILLS: u64 = 12;
/// Updates that a child may make before it must be killed.
const LEASE: usize = 30;
/// More than all killed children together can make, so that none comes to its end.
const UPDATES: u64 = KILLS * (LEASE as u64 + 1) + 20;

fn long_run(path: &Path) -> Run {
    Run {
        units: 60,
        updates: UPDATES,
        ..Run::new(path, 1)
    }
}

struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    /// A child that may make `lease` updates and one more, and then waits.
    fn start(path: &Path, lease: usize) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "killed::child_training",
                "--exact",
                "--ignored",
                "--nocapture",
            ])
            .env(FILE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Stays open: a child that has made its updates waits for a permit that never comes.
        let permits = child.stdin.as_mut().unwrap();
        permits.write_all(&vec![0; lease]).unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Waits until `updates` updates are reported; says whether they were.
    fn follow(&mut self, updates: u64) -> bool {
        // The harness writes its own words before those of the test.
        let reports = self.lines.by_ref().map(Result::unwrap);
        let reports = reports.filter(|line| line.contains("update "));
        reports.take(updates as usize).count() == updates as usize
    }
}

/// Trains on from the checkpoint if there is one; each update takes a byte from the parent, who so
/// decides how far it comes.
#[test]
#[ignore = "started by the test below as a process of its own"]
fn child_training() {
    let Ok(path) = env::var(FILE) else { return };
    let path = Path::new(&path);
    let run = long_run(path);
    let mut trainer = run.trainer::<f64>();
    if path.exists() {
        trainer.resume(path, &run.objective()).unwrap();
    }
    let (mut permits, mut lines) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut observer = |report: &Report<'_, f64>| {
        writeln!(lines, "update {}", report.update).unwrap();
        lines.flush().unwrap();
        permits.read_exact(&mut [0]).unwrap();
        ControlFlow::Continue(())
    };
    trainer
        .run(&mut run.objective(), Some(&mut criterion()), &mut observer)
        .unwrap();
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.checkpoint");
    let mut rng = Streams::new(9).rng(Domain::Analysis, 0);
    let mut before = 0;
    for kill in 0..KILLS {
        let mut running = Running::start(&path, LEASE);
        let updates = rng.random_range(1..=12);
        assert!(running.follow(updates), "child {kill} has ended");
        std::thread::sleep(Duration::from_micros(rng.random_range(0..3000)));
        let child = &mut running.child;
        assert!(
            child.try_wait().unwrap().is_none(),
            "child {kill} has ended"
        );
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever it was doing, the checkpoint is complete and holds all updates reported.
        let run = long_run(&path);
        let mut trainer = run.trainer::<f64>();
        trainer.resume(&path, &run.objective()).unwrap();
        assert!(trainer.update() >= before + updates, "kill {kill}");
        before = trainer.update();
    }
    let mut running = Running::start(&path, UPDATES as usize);
    assert!(running.follow(UPDATES - before));
    assert!(!running.follow(1), "more updates than asked for");
    assert!(running.child.wait().unwrap().success());

    let straight = Run {
        checkpoint: None,
        ..long_run(&path)
    };
    let mut expected = straight.trainer::<f64>();
    crate::run::train(&straight, &mut expected, None);
    let mut found = straight.trainer::<f64>();
    found.resume(&path, &straight.objective()).unwrap();
    assert_eq!(found.update(), UPDATES);
    assert!(snapshot(&found) == snapshot(&expected));
    // A kill may leave a temporary file, never more than one each.
    assert!(fs::read_dir(folder.path()).unwrap().count() <= 1 + KILLS as usize);
}
