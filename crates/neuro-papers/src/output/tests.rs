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

fn finish(output: Output, options: &Options) {
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
    assert!(!output.is_resumed());
    let stale = options.out.join("figures/fig1.svg");
    fs::write(stale, "left by an earlier run").expect("writable");
    fs::write(output.figure("fig2"), "<svg/>").expect("writable");
    fs::write(output.data("fig2"), "x\n1\n").expect("writable");
    finish(output, &options);
    let read = |name| fs::read_to_string(options.out.join(name)).expect("written");
    let record: serde_json::Value = serde_json::from_str(&read("run.json")).expect("JSON");
    for key in [
        "command", "version", "machine", "started", "finished", "seconds",
    ] {
        assert!(!record[key].is_null(), "{key}");
    }
    assert_eq!(record["scale"], "smoke");
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
        finish(begin(&options).expect("a new folder"), &options);
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
    finish(begin(&options).expect("a new folder"), &options);
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
fn a_smaller_scale_never_replaces_a_larger_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let quick = options(folder.path(), Scale::Quick);
    finish(begin(&quick).expect("a new folder"), &quick);
    let smoke = options(folder.path(), Scale::Smoke);
    assert!(refusal(&smoke).contains("--scale quick"));
    begin(&quick).expect("the same scale again");
    begin(&options(folder.path(), Scale::Paper)).expect("a larger scale");
}

#[test]
fn an_unfinished_run_waits_for_resume() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut options = options(folder.path(), Scale::Quick);
    let output = begin(&options).expect("a new folder");
    let checkpoint = output.checkpoint("network_0");
    fs::write(&checkpoint, "hours of work").expect("writable");
    drop(output);
    assert!(refusal(&options).contains("--resume"));
    options.resume = true;
    let resumed = begin(&options).expect("goes on");
    assert!(resumed.is_resumed() && checkpoint.exists());
    options.seed = 1;
    assert!(refusal(&options).contains("--seed 0"));
    options.seed = 0;
    finish(resumed, &options);
    options.resume = false;
    begin(&options).expect("a finished run may be replaced");
    assert!(
        !checkpoint.exists(),
        "stale checkpoints would mislead a later --resume"
    );
}

#[test]
fn the_command_can_be_typed_again() {
    let line = command_line(
        &PAPER,
        &["--out".into(), "it's here".into(), "--seed=3".into()],
    );
    let expected = r"cargo run --release --example two_units -- --out 'it'\''s here' --seed=3";
    assert_eq!(line, expected);
}
