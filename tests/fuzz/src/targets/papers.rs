//! What the experiments read: tables, records of runs, measurements, claims, arguments.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use neuro_models::spiking_rls::targets::{RateConfig, RecordedSpikes};
use neuro_papers::{
    Cell, Claims, Options, Output, Parsed, Rule, Scale, Table, derivative_feedback, noisy_ei,
    sequential_memory, spiking_rls, transient_memory,
};

use super::{Target, said, written};
use crate::Form;

/// Recorded spikes, of which rates are made.
pub(super) const SPIKES: Target = Target {
    name: "spikes",
    form: Form::Text,
    seeds: || {
        let columns = "neuron,trial,condition,time_ms";
        let rows = "a,1,left,-200.5\na,2,left,10\na,2,left,11.5\nb,1,right,300\nb,2,right,\n";
        vec![
            format!("{columns}\n{rows}").into_bytes(),
            format!("\u{feff}more,{columns}\r\nx,a,1,left,3\r\n").into_bytes(),
        ]
    },
    load: |path| {
        let spikes = RecordedSpikes::read(path).map_err(said)?;
        let config = RateConfig {
            least_rate: 0.0,
            bin: 10.0,
            ..RateConfig::default()
        };
        let rates = spikes.rates(&config).map_err(said)?;
        assert!(rates.rates.iter().all(|rate| rate.is_finite()));
        Ok(())
    },
};

/// A table of results.
pub(super) const TABLE: Target = Target {
    name: "table",
    form: Form::Text,
    seeds: || {
        let mut table = Table::new(["name", "x", "a \"b\", c"]).expect("names differ");
        for k in 0..3_i32 {
            let name = Cell::Text(format!("row {k},\n\"{k}\""));
            let row = [
                name,
                Cell::Integer(k.into()),
                Cell::Float(f64::from(k) / 7.0),
            ];
            table.push(row).expect("as many cells as columns");
        }
        let file = written(|path| table.write(path).expect("writable"));
        vec![file, b"x,y\n1,2.5\n-inf,NaN\n".to_vec()]
    },
    load: |path| {
        let table = Table::read(path).map_err(said)?;
        for name in table.columns() {
            let _ = table.column(name).map_err(said);
        }
        // A table that was read is written as one that reads the same.
        let again = written(|path| table.write(path).expect("writable"));
        fs::write(path, again).map_err(said)?;
        let again = Table::read(path).map_err(said)?;
        assert_eq!(again.to_csv(), table.to_csv());
        Ok(())
    },
};

/// The verdicts of a run.
pub(super) const CLAIMS: Target = Target {
    name: "claims",
    form: Form::Text,
    seeds: || {
        let mut claims = Claims::new(Scale::Smoke);
        let rule = Rule::below("error", 0.5);
        let decided = claims.decide("id", "paper", "Errors are small", &rule, &[0.1, 0.9]);
        decided.expect("two networks");
        vec![written(|path| claims.write(path).expect("writable"))]
    },
    load: |path| {
        let claims = Claims::read(path).map_err(said)?;
        claims.as_slice().iter().for_each(|claim| {
            let _ = claim.verdict();
        });
        claims.write(path).map_err(said)
    },
};

fn options(out: PathBuf) -> Options {
    Options {
        out,
        ..Options::defaults(&transient_memory::PAPER, Scale::Smoke)
    }
}

/// The file `run.json` of a folder in which a run goes on.
pub(super) const RECORD: Target = Target {
    name: "record",
    form: Form::Text,
    seeds: || {
        let folder = crate::scratch().expect("a temporary folder");
        let out = folder.path().join("out");
        let sitting = || {
            let paper = &transient_memory::PAPER;
            Output::create(paper, &options(out.clone()), "a command").expect("a new folder");
            fs::read(out.join("run.json")).expect("a record")
        };
        vec![sitting(), sitting()]
    },
    load: |path| {
        let out = path.with_extension("folder");
        fs::create_dir_all(&out).map_err(said)?;
        fs::copy(path, out.join("run.json")).map_err(said)?;
        let output = Output::create(&transient_memory::PAPER, &options(out.clone()), "a command");
        let output = output.map(drop).map_err(said);
        fs::remove_dir_all(&out).map_err(said)?;
        output
    },
};

/// The measurements of a network, of each paper.
pub(super) const JOBS: Target = Target {
    name: "jobs",
    form: Form::Text,
    seeds: || {
        let learning =
            r#""ended": "converged", "learning": [{"update": 50, "loss": 0.25, "accuracy": 0.9}]"#;
        let steps = r#""ended": "learned", "learned": true, "trials": 100, "cap": 6000, "delay": 50.0,
            "learning": [{"trial": 100, "loss": 3.5, "accuracy": 0.95}]"#;
        let ended = r#""ended": "diverged in trial 3""#;
        [
            (r#""plain""#, learning),
            (r#"{"choice": "ten"}"#, steps),
            (r#""homogeneous""#, ended),
        ]
        .map(|(group, more)| {
            let head = format!(r#""version": 1, "group": {group}, "seed": 3"#);
            format!("{{{head}, {more}, \"found\": null}}").into_bytes()
        })
        .to_vec()
    },
    load: |path| {
        let refusals = [
            transient_memory::Measured::read(path).err(),
            noisy_ei::Measured::read(path).err(),
            derivative_feedback::Measured::read(path).err(),
            sequential_memory::Measured::read(path).err(),
            spiking_rls::Measured::read(path).err(),
        ];
        if refusals.iter().any(Option::is_none) {
            return Ok(());
        }
        Err(refusals.into_iter().flatten().map(said).collect())
    },
};

/// The arguments of a program.
pub(super) const OPTIONS: Target = Target {
    name: "options",
    form: Form::Text,
    seeds: || {
        [
            "--scale smoke --seed 3 --seeds 4 --threads 2 --only 2a,2b --out folder --resume",
            "--shard 2/8 --scale=paper --only=2a --only 3b",
            "--merge --seed 18446744073709551615 --seeds 1",
            "--help",
        ]
        .map(|line| line.as_bytes().to_vec())
        .to_vec()
    },
    load: |path: &Path| {
        let line = fs::read(path).map_err(said)?;
        let line = String::from_utf8_lossy(&line);
        let words = line.split(' ').map(OsString::from);
        let parsed = Options::parse(&transient_memory::PAPER, words).map_err(said)?;
        if let Parsed::Run(options) = parsed {
            assert_eq!(options.network_seeds().len(), options.seeds);
        }
        Ok(())
    },
};
