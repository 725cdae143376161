use super::*;

const PAPER: Paper = Paper {
    name: "two_units",
    about: "Two coupled units settle in one of two states",
    citation: "An example, not a paper",
    figures: &[
        ("fig1", "the two states"),
        ("fig2a", "the border"),
        ("fig3", "noise"),
    ],
    smoke: ScaleGuide {
        seeds: 1,
        time: "1 s",
    },
    quick: ScaleGuide {
        seeds: 3,
        time: "1 min",
    },
    paper: ScaleGuide {
        seeds: 20,
        time: "1 h on 2 cores",
    },
};

fn parse(line: &str) -> Result<Parsed, Error> {
    Options::parse(&PAPER, line.split_whitespace().map(OsString::from))
}

fn options(line: &str) -> Options {
    match parse(line) {
        Ok(Parsed::Run(options)) => options,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn without_arguments_the_defaults_hold() {
    let expected = Options {
        scale: Scale::Quick,
        seed: 0,
        seeds: 3,
        threads: 0,
        only: vec![],
        out: PathBuf::from("out/two_units"),
        resume: false,
    };
    assert_eq!(options(""), expected);
}

#[test]
fn every_option_is_read_in_both_spellings() {
    let expected = Options {
        scale: Scale::Paper,
        seed: 18_446_744_073_709_551_000,
        seeds: 4,
        threads: 2,
        only: vec!["fig1".into(), "fig3".into()],
        out: PathBuf::from("a/b"),
        resume: true,
    };
    let spaced = "--scale paper --seed 18446744073709551000 --seeds 4 --threads 2 \
                  --only fig3,fig1,fig3 --out a/b --resume";
    assert_eq!(options(spaced), expected);
    let joined = "--scale=paper --seed=18446744073709551000 --seeds=4 --threads=2 \
                  --only=fig1,,fig3 --out=a/b --resume";
    assert_eq!(options(joined), expected);
}

#[test]
fn the_scale_chooses_the_number_of_networks_wherever_it_stands() {
    assert_eq!(options("--scale paper").seeds, 20);
    assert_eq!(options("--seeds 2 --scale paper").seeds, 2);
    assert_eq!(options("--scale paper --scale smoke").seeds, 1);
}

#[test]
fn networks_have_consecutive_seeds() {
    let seeds: Vec<u64> = options("--seed 5 --seeds 3").network_seeds().collect();
    assert_eq!(seeds, [5, 6, 7]);
}

#[test]
fn only_the_figures_asked_for_are_wanted() {
    let some = options("--only fig2a");
    assert!(some.wants("fig2a") && !some.wants("fig1"));
    assert!(options("").wants("fig1"));
}

#[test]
fn errors_name_the_argument_and_what_was_expected() {
    for (line, expected) in [
        (
            "--seed",
            "--seed: expected a whole number of 0 or more, found nothing",
        ),
        (
            "--seed -3",
            "--seed: expected a whole number of 0 or more, found '-3'",
        ),
        (
            "--seed=",
            "--seed: expected a whole number of 0 or more, found ''",
        ),
        (
            "--seed 1e3",
            "--seed: expected a whole number of 0 or more, found '1e3'",
        ),
        (
            "--seeds 0",
            "--seeds: expected a whole number of 1 or more, found '0'",
        ),
        (
            "--seed 18446744073709551615 --seeds 2",
            "--seeds: expected seeds up to 18446744073709551615, found 2 networks from seed \
             18446744073709551615 on",
        ),
        (
            "--threads two",
            "--threads: expected a whole number of 0 or more, found 'two'",
        ),
        (
            "--scale papr",
            "--scale: expected smoke, quick or paper, found 'papr'; did you mean paper?",
        ),
        (
            "--only fig2",
            "--only: two_units has no figure 'fig2', only fig1, fig2a, fig3; did you mean fig2a?",
        ),
        (
            "--only ,",
            "--only: expected figures out of fig1, fig2a, fig3, found none",
        ),
        (
            "--out --resume",
            "--out: expected a folder, found the option --resume",
        ),
        ("--out=", "--out: expected a folder, found nothing"),
        ("--resume=yes", "--resume: expected no value, found 'yes'"),
        ("--sead 3", "--sead: no such option; did you mean --seed?"),
        ("--colour", "--colour: no such option"),
        ("-s 3", "-s: no such option"),
        (
            "paper",
            "'paper': expected an option, which begins with --; did you mean --scale paper?",
        ),
        (
            "fig3",
            "'fig3': expected an option, which begins with --; did you mean --only fig3?",
        ),
        ("what", "'what': expected an option, which begins with --"),
    ] {
        match parse(line) {
            Err(error @ Error::Argument { .. }) => assert_eq!(error.to_string(), expected),
            other => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn help_teaches_every_option_scale_and_figure() {
    let Ok(Parsed::Help(help)) = parse("--seed 3 --help") else {
        panic!("--help asks for help");
    };
    assert_eq!(parse("-h").expect("short form"), Parsed::Help(help.clone()));
    for name in NAMES {
        assert!(help.contains(&format!("--{name}")), "{name}");
    }
    for words in [
        "1 h on 2 cores",
        "20 networks",
        "fig2a",
        "out/two_units",
        "claims.json",
    ] {
        assert!(help.contains(words), "{words}");
    }
    // Commands are not broken, so that they can be copied.
    let prose = help.lines().filter(|line| !line.contains("cargo run"));
    let widest = prose.map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?} columns");
}

#[cfg(unix)]
#[test]
fn a_folder_may_have_any_name_the_system_allows() {
    use std::os::unix::ffi::OsStringExt;
    let name = OsString::from_vec(vec![b'o', 0xff]);
    let parsed = Options::parse(&PAPER, [OsString::from("--out"), name.clone()]);
    let Ok(Parsed::Run(options)) = parsed else {
        panic!("{parsed:?}");
    };
    assert_eq!(options.out.as_os_str(), name);
}
