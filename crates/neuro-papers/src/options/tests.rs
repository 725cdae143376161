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
        shard: None,
        merge: false,
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
        shard: Some(Shard::new(2, 8).expect("in range")),
        merge: false,
    };
    let spaced = "--scale paper --seed 18446744073709551000 --seeds 4 --threads 2 \
                  --only fig3,fig1,fig3 --out a/b --resume --shard 2/8";
    assert_eq!(options(spaced), expected);
    let joined = "--scale=paper --seed=18446744073709551000 --seeds=4 --threads=2 \
                  --only=fig1,,fig3 --out=a/b --resume --shard=2/8";
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
        (
            "--shard 9/8",
            "--shard: expected a share from 1/8 to 8/8, found '9/8'",
        ),
        (
            "--shard 2",
            "--shard: expected a share such as 2/8, found '2'",
        ),
        (
            "--shard 1/2 --merge",
            "--merge: does no jobs, and --shard does no merging: expected one of the two",
        ),
        ("--papers x", "--papers: no such option"),
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
    for name in &given::NAMES[..10] {
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

mod several {
    use super::*;

    const OTHER: Paper = Paper {
        name: "three_units",
        figures: &[("fig1", "three states")],
        ..PAPER
    };
    const ALL: Paper = Paper {
        name: "all_units",
        figures: &[],
        quick: ScaleGuide {
            seeds: 0,
            time: "2 min",
        },
        ..PAPER
    };

    fn parse(line: &str) -> Result<Parsed<Several>, Error> {
        let words = line.split_whitespace().map(OsString::from);
        Several::parse(&ALL, &[&PAPER, &OTHER], words)
    }

    fn several(line: &str) -> Several {
        match parse(line) {
            Ok(Parsed::Run(several)) => several,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn each_paper_has_its_own_folder_and_its_own_number_of_networks() {
        let several = several("");
        let seeds = several.runs.iter().flatten().map(|run| run.seeds);
        assert_eq!((several.options.seeds, seeds.sum::<usize>()), (0, 6));
        assert_eq!(several.options.out, PathBuf::from("out/all_units"));
        let outs = several.runs.iter().flatten().map(|run| run.out.clone());
        let expected = ["out/all_units/two_units", "out/all_units/three_units"];
        assert_eq!(outs.collect::<Vec<_>>(), expected.map(PathBuf::from));
    }

    #[test]
    fn papers_and_figures_can_be_chosen() {
        let several = several("--only two_units/fig3,two_units/fig1 --out x");
        let only = several.runs[0].as_ref().map(|run| run.only.clone());
        assert_eq!(only, Some(vec!["fig1".into(), "fig3".into()]));
        assert_eq!(several.runs[1], None, "none of its figures was asked for");
        let several = self::several("--papers three_units --shard 1/2");
        assert!(several.runs[0].is_none() && several.runs[1].is_some());
    }

    #[test]
    fn errors_name_the_argument_and_what_was_expected() {
        for (line, expected) in [
            (
                "--papers two_unit",
                "--papers: no paper 'two_unit', only two_units, three_units; did you mean \
                 two_units?",
            ),
            (
                "--only fig1",
                "--only: expected PAPER/FIGURE such as two_units/fig1, found 'fig1'",
            ),
            (
                "--only three_units/fig2",
                "--only: three_units has no figure 'fig2', only fig1; did you mean fig1?",
            ),
            (
                "--only two_units/fig1 --papers three_units",
                "--papers and --only: expected some of two_units, three_units, found none",
            ),
        ] {
            match parse(line) {
                Err(error @ Error::Argument { .. }) => assert_eq!(error.to_string(), expected),
                other => panic!("{line}: {other:?}"),
            }
        }
    }

    #[test]
    fn help_teaches_every_option_scale_and_paper() {
        let Ok(Parsed::Help(help)) = parse("--help") else {
            panic!("--help asks for help");
        };
        for name in given::NAMES {
            assert!(help.contains(&format!("--{name}")), "{name}");
        }
        for words in ["two_units", "three_units", "out/all_units", "report.html"] {
            assert!(help.contains(words), "{words}");
        }
        let prose = help.lines().filter(|line| !line.contains("cargo run"));
        let widest = prose.map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{widest:?} columns");
    }
}
