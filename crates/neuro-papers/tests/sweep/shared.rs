//! Several processes in one folder.

use std::time::Duration;

use crate::process::{
    are_those_of_the_straight_run, ends_well, jobs_of_sittings, run, start, straight,
};
use crate::results::results;

#[test]
fn one_two_and_four_shards_at_the_same_time_merge_to_the_bytes_of_one_process() {
    for count in [1, 2, 4] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("out");
        let shards = (1..=count).map(|k| start(&out, &["--shard", &format!("{k}/{count}")]));
        let shards: Vec<_> = shards.collect();
        for shard in shards {
            ends_well(shard);
        }
        assert!(!out.join("claims.json").exists(), "shards decide nothing");
        run(&out, &["--merge"]);
        are_those_of_the_straight_run(&out);
    }
}

#[test]
fn claims_can_be_had_before_all_shards_have_come() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    run(&out, &["--shard", "2/2"]);
    run(&out, &["--merge"]);
    let claims = neuro_papers::Claims::read(&out.join("claims.json")).expect("claims");
    let jobs = |results: &std::collections::BTreeMap<String, Vec<u8>>| {
        results
            .keys()
            .filter(|name| name.contains("/jobs/"))
            .count()
    };
    let missing = jobs(&straight().results) - jobs(&results(&out));
    assert_eq!(claims.missing(), missing);
    assert!(missing > 0);
    let report = std::fs::read_to_string(out.join("report.html")).expect("a report");
    assert!(report.contains(&format!("{missing} jobs of the run are missing")));
    // A run without --shard does the rest.
    run(&out, &[]);
    are_those_of_the_straight_run(&out);
}

#[test]
fn two_processes_with_the_same_arguments_share_the_work() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let two = [start(&out, &[]), start(&out, &[])];
    for process in two {
        ends_well(process);
    }
    are_those_of_the_straight_run(&out);
    let mut done = 0;
    for paper in ["transient_memory", "sequential_memory"] {
        done += jobs_of_sittings(&out.join(paper)).iter().sum::<u64>();
    }
    let jobs = straight()
        .results
        .keys()
        .filter(|name| name.contains("/jobs/"));
    assert_eq!(done, jobs.count() as u64, "no job is done twice");
}

#[test]
fn a_process_takes_over_from_one_that_was_killed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let out = folder.path().join("out");
    let mut first = start(&out, &[]);
    std::thread::sleep(Duration::from_millis(100));
    let second = start(&out, &[]);
    std::thread::sleep(straight().took / 4);
    first.kill().expect("a process of ours");
    first.wait().expect("it has ended");
    ends_well(second);
    are_those_of_the_straight_run(&out);
}
