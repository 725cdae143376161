//! Processes that are killed at random moments.

use std::fs;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use neuro_core::{Domain, Streams};
use rand::RngExt;

use crate::process::{are_those_of_the_straight_run, run, start, straight};

const KILLS: u32 = 10;
/// Processes to start at most.
const ATTEMPTS: u32 = 40;

#[test]
fn a_run_killed_at_ten_random_moments_has_the_bytes_of_one_that_never_stopped() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let mut rng = Streams::new(11).rng(Domain::Analysis, 0);
    // About two runs' time for ten kills, so that most of a run is done in pieces.
    let mut longest = 2.0 * straight().took.as_secs_f64() / f64::from(KILLS);
    let mut killed = 0;
    for _ in 0..ATTEMPTS {
        let mut child = start(&out, &[]);
        sleep(Duration::from_secs_f64(
            longest * rng.random_range(0.0..1.0),
        ));
        if child.try_wait().expect("a process").is_some() {
            // It came to its end, or the machine has become faster: again from the start.
            are_those_of_the_straight_run(&out);
            fs::remove_dir_all(&out).expect("a folder of ours");
            longest /= 2.0;
            continue;
        }
        child.kill().expect("a process of ours");
        child.wait().expect("it has ended");
        for paper in ["transient_memory", "sequential_memory"] {
            jobs_are_whole(&out.join(paper).join("jobs"));
        }
        killed += 1;
        if killed == KILLS {
            break;
        }
    }
    assert_eq!(killed, KILLS, "kills that hit a running process");
    run(&out, &[]);
    are_those_of_the_straight_run(&out);
}

/// Every job file that has its final name is complete.
fn jobs_are_whole(jobs: &Path) {
    let Ok(entries) = fs::read_dir(jobs) else {
        return;
    };
    for entry in entries {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text = fs::read_to_string(&path).expect("readable");
            let whole = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            assert!(whole && text.ends_with('\n'), "{}", path.display());
        }
    }
}
