use std::fs;

use super::*;
use crate::options::ScaleGuide;
use crate::{Rule, Verdict};

const GUIDE: ScaleGuide = ScaleGuide {
    seeds: 1,
    time: "1 s",
};

const PAPER: Paper = Paper {
    name: "two_units",
    about: "Two coupled units settle in one of two states",
    citation: "An example, not a paper",
    figures: &[("fig1", "the two states"), ("fig2", "noise")],
    smoke: GUIDE,
    quick: GUIDE,
    paper: GUIDE,
};

fn options(folder: &Path, scale: Scale) -> Options {
    Options {
        out: folder.join("out"),
        ..Options::defaults(&PAPER, scale)
    }
}

fn begin(options: &Options) -> Result<Output, Error> {
    Output::create(&PAPER, options, "two_units")
}

fn finish(output: &Output, options: &Options) {
    let mut claims = Claims::new(options.scale);
    let rule = Rule::above("rate (Hz) | peak", 1.0);
    claims
        .decide("rates", PAPER.name, "Rates are above 1 Hz", &rule, &[2.0])
        .expect("one network");
    assert_eq!(claims.count(Verdict::Reproduced), 1);
    output.finish(&PAPER, options, &claims).expect("writable");
}

fn refusal(options: &Options) -> String {
    match begin(options) {
        Err(error @ Error::OutputFolder { .. }) => error.to_string(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[test]
fn a_run_leaves_its_parts_and_a_record() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = options(folder.path(), Scale::Smoke);
    let output = begin(&options).expect("a new folder");
    let stale = options.out.join("figures/fig1.svg");
    fs::write(stale, "left by an earlier run").expect("writable");
    fs::write(output.figure("fig2"), "<svg/>").expect("writable");
    fs::write(output.data("fig2"), "x\n1\n").expect("writable");
    finish(&output, &options);
    let read = |name| fs::read_to_string(options.out.join(name)).expect("written");
    let record: serde_json::Value = serde_json::from_str(&read("run.json")).expect("JSON");
    for key in ["command", "machine", "started", "finished", "seconds"] {
        assert!(!record["sittings"][0][key].is_null(), "{key}");
    }
    assert_eq!(record["scale"], "smoke");
    assert_eq!(record["sources"], record::SOURCES);
    let report = read("report.md");
    for words in [
        "figures/fig2.svg",
        "data/fig2.csv",
        "reproduced",
        r"rate (Hz) \| peak",
    ] {
        assert!(report.contains(words), "{words} in\n{report}");
    }
    assert!(!report.contains("fig1.svg"), "this run has not made fig1");
}

#[test]
fn equal_runs_differ_in_run_json_only() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let runs = ["a", "b"].map(|name| {
        let options = options(&folder.path().join(name), Scale::Smoke);
        finish(&begin(&options).expect("a new folder"), &options);
        let read = |name| fs::read(options.out.join(name)).expect("written");
        [read("report.md"), read("claims.json")]
    });
    assert_eq!(runs[0], runs[1]);
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut options = options(folder.path(), Scale::Quick);
    fs::create_dir(&options.out).expect("a folder");
    let thesis = options.out.join("thesis.tex");
    fs::write(&thesis, "years of work").expect("writable");
    for resume in [false, true] {
        options.resume = resume;
        assert!(refusal(&options).contains("no results of this experiment"));
    }
    fs::write(options.out.join("run.json"), r#"{"mine": 1}"#).expect("writable");
    assert!(refusal(&options).contains("not of this project"));
    let entries = fs::read_dir(&options.out).expect("readable").count();
    assert_eq!(entries, 2, "nothing was added");

    options.out = thesis;
    assert!(refusal(&options).contains("is a file"));
}

#[test]
fn results_of_another_paper_are_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = options(folder.path(), Scale::Quick);
    finish(&begin(&options).expect("a new folder"), &options);
    let other = Paper {
        name: "three_units",
        ..PAPER
    };
    let error = Output::create(&other, &options, "").expect_err("another paper");
    assert!(
        error.to_string().contains("results of two_units"),
        "{error}"
    );
}

#[test]
fn a_run_of_another_scale_is_left_alone_unless_it_is_smoke() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let smoke = options(folder.path(), Scale::Smoke);
    let output = begin(&smoke).expect("a new folder");
    for path in [output.job("a-0"), output.checkpoint("a-0")] {
        fs::write(path, "seconds of work").expect("writable");
    }
    let quick = options(folder.path(), Scale::Quick);
    let output = begin(&quick).expect("smoke gives way");
    for path in [output.job("a-0"), output.checkpoint("a-0")] {
        assert!(
            !path.exists(),
            "{} would mislead the larger run",
            path.display()
        );
    }
    fs::write(output.job("a-0"), "minutes of work").expect("writable");
    for mut other in [smoke, options(folder.path(), Scale::Paper)] {
        for resume in [false, true] {
            other.resume = resume;
            assert!(refusal(&other).contains("holds a run of --scale quick"));
        }
    }
    assert!(output.job("a-0").exists());
}

/// Changes a word of `run.json` in the folder of a run.
fn edit(options: &Options, key: &str, value: &str) {
    let path = options.out.join("run.json");
    let text = fs::read_to_string(&path).expect("readable");
    let mut record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    record[key] = value.into();
    fs::write(&path, record.to_string()).expect("writable");
}

#[test]
fn the_same_sources_go_on_and_others_need_resume() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut options = options(folder.path(), Scale::Quick);
    let output = begin(&options).expect("a new folder");
    let checkpoint = output.checkpoint("network_0");
    fs::write(&checkpoint, "hours of work").expect("writable");
    finish(&output, &options);
    options.seed = 1;
    begin(&options).expect("other seeds belong to the same run");
    edit(&options, "sources", "others");
    assert!(refusal(&options).contains("--resume"));
    options.resume = true;
    begin(&options).expect("the person knows better");
    options.resume = false;
    begin(&options).expect("and does not have to say so again");
    edit(&options, "version", "0.0.9");
    for resume in [false, true] {
        options.resume = resume;
        assert!(refusal(&options).contains("version 0.0.9"));
    }
    assert!(checkpoint.exists(), "nothing is lost");
}

#[test]
fn each_sitting_is_noted_with_its_own_time() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = options(folder.path(), Scale::Quick);
    let [first, second] = [(), ()].map(|()| begin(&options).expect("a folder to share"));
    second
        .add_job(Duration::from_millis(1500))
        .expect("writable");
    finish(&first, &options);
    second.leave(false).expect("writable");
    let text = fs::read_to_string(options.out.join("run.json")).expect("readable");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let sittings = record["sittings"].as_array().expect("a list");
    assert_eq!(sittings.len(), 2);
    assert!(!sittings[0]["finished"].is_null() && sittings[1]["finished"].is_null());
    assert_eq!(
        (&sittings[0]["jobs"], &sittings[1]["jobs"]),
        (&0.into(), &1.into())
    );
    assert_eq!(sittings[1]["job_seconds"], 1.5);
}

#[test]
fn processes_that_begin_together_do_not_refuse_each_other() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = options(folder.path(), Scale::Quick);
    std::thread::scope(|scope| {
        let begins = (0..8).map(|_| scope.spawn(|| begin(&options).expect("shared")));
        for begun in begins.collect::<Vec<_>>() {
            begun.join().expect("no panic");
        }
    });
    let record = Record::read(&options.out.join("run.json")).expect("whole");
    assert_eq!(record.sittings.len(), 8);
}

#[test]
fn the_command_can_be_typed_again() {
    let line = command_line(
        PAPER.name,
        &["--out".into(), "it's here".into(), "--seed=3".into()],
    );
    let expected = r"cargo run --release --example two_units -- --out 'it'\''s here' --seed=3";
    assert_eq!(line, expected);
}
