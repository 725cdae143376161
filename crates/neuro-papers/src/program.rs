//! From the command line to the report: the whole of an example's `main`.
//!
//! The exit code is 0 when everything that was asked for ran (whatever the verdicts), 2 for a wrong
//! argument or folder, 130 after Ctrl-C, 1 for any other error.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use neuro_core::parallel::Workers;

use crate::claims::Verdict;
use crate::options::{Options, Paper, Parsed, Several};
use crate::output::{self, Folder, Output};
use crate::progress;
use crate::report;
use crate::sweep::{self, Experiment, Job, Run};
use crate::{Claims, Error, Interrupt, Progress, Session};

/// Runs an experiment with the arguments of this process: reads them, prepares the folder, does the
/// jobs, draws the figures, decides the claims, writes the reports, and prints the verdicts.
///
/// The exit code is 0 when the experiment ran (whatever the verdicts), 2 for a wrong argument or
/// folder, 130 after Ctrl-C, 1 for any other error.
pub fn run_sweep(experiment: &dyn Experiment) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let command = output::command_line(experiment.paper().name, &arguments);
    exit_code(one(experiment, arguments, &command), &command)
}

/// As [`run_sweep`], for an experiment that is one function from a session to claims.
pub fn run(paper: &'static Paper, experiment: fn(&Session) -> Result<Claims, Error>) -> ExitCode {
    run_sweep(&Whole { paper, experiment })
}

/// Runs several experiments with the given arguments (those after the program's name) as one sweep
/// with one report; `program` describes the command itself. Exit codes as [`run_sweep`].
pub fn run_several(
    program: &Paper,
    experiments: &[&dyn Experiment],
    arguments: impl IntoIterator<Item = OsString>,
) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let command = output::command_line(program.name, &arguments);
    exit_code(several(program, experiments, arguments, &command), &command)
}

/// An experiment without a grid.
struct Whole {
    paper: &'static Paper,
    experiment: fn(&Session) -> Result<Claims, Error>,
}

impl Experiment for Whole {
    fn paper(&self) -> &'static Paper {
        self.paper
    }

    fn jobs(&self, _: &Options) -> Vec<Job> {
        Vec::new()
    }

    fn is_done(&self, _: &Output, _: &Job) -> Result<bool, Error> {
        Ok(false)
    }

    fn work(&self, _: &Session, job: &Job, _: Workers, _: &progress::Job) -> Result<String, Error> {
        Err(Error::experiment(job.name(), "the experiment has no jobs"))
    }

    fn conclude(&self, session: &Session) -> Result<Claims, Error> {
        (self.experiment)(session)
    }
}

fn exit_code(result: Result<ExitCode, Error>, command: &str) -> ExitCode {
    match result {
        Ok(code) => code,
        Err(Error::Interrupted) => {
            eprintln!(
                "interrupted; what was done is saved. The same command goes on:\n  {command}"
            );
            ExitCode::from(130)
        }
        Err(error @ (Error::Argument { .. } | Error::OutputFolder { .. })) => {
            eprintln!("error: {error}\ntry --help");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            if sweep::is_of_files(&error) {
                eprintln!(
                    "what was done before is saved; once this is mended, the same command goes \
                     on:\n  {command}"
                );
            }
            ExitCode::FAILURE
        }
    }
}

fn one(
    experiment: &dyn Experiment,
    arguments: Vec<OsString>,
    command: &str,
) -> Result<ExitCode, Error> {
    let paper = experiment.paper();
    let options = match Options::parse(paper, arguments)? {
        Parsed::Help(text) => return Ok(help(&text)),
        Parsed::Run(options) => options,
    };
    let session = Session {
        output: Output::create(paper, &options, command)?,
        progress: Progress::new(0),
        interrupt: Interrupt::install()?,
        workers: Arc::new(Workers::new(options.threads)?),
        options,
    };
    let runs = [Run {
        experiment,
        session: &session,
    }];
    let worked = work(&runs)?;
    if !worked.concludes {
        return Ok(worked.code);
    }
    let claims = experiment.conclude(&session)?;
    session.output.finish(paper, &session.options, &claims)?;
    for claim in claims.as_slice() {
        let verdict = claim.verdict().name();
        println!(
            "{verdict:<18} {}\n{:18} {}",
            claim.statement, "", claim.measured
        );
    }
    say_end(&claims, &session.options.out);
    Ok(worked.code)
}

fn several(
    program: &Paper,
    experiments: &[&dyn Experiment],
    arguments: Vec<OsString>,
    command: &str,
) -> Result<ExitCode, Error> {
    let papers: Vec<&Paper> = experiments.iter().map(|e| e.paper()).collect();
    let asked = match Several::parse(program, &papers, arguments)? {
        Parsed::Help(text) => return Ok(help(&text)),
        Parsed::Run(asked) => asked,
    };
    let all = &asked.options;
    for (experiment, options) in experiments.iter().zip(&asked.runs) {
        if let Some(options) = options {
            Folder::check(&options.out, experiment.paper().name, options)?;
        }
    }
    let folder = Folder::open(&all.out, program.name, all, command, &[])?;
    let (progress, interrupt) = (Progress::new(0), Interrupt::install()?);
    let workers = Arc::new(Workers::new(all.threads)?);
    let mut sessions = Vec::new();
    for (experiment, options) in experiments.iter().zip(asked.runs) {
        let Some(options) = options else { continue };
        let session = Session {
            output: Output::create(experiment.paper(), &options, command)?,
            progress: progress.part(experiment.paper().name),
            interrupt: interrupt.clone(),
            workers: Arc::clone(&workers),
            options,
        };
        sessions.push((*experiment, session));
    }
    let runs = sessions.iter().map(|(experiment, session)| Run {
        experiment: *experiment,
        session,
    });
    let runs: Vec<Run<'_>> = runs.collect();
    let worked = work(&runs).inspect_err(|_| {
        // The first error is the one to report.
        let _ = folder.finish(false);
    })?;
    if !worked.concludes {
        folder.finish(true)?;
        return Ok(worked.code);
    }

    let mut concluded = Vec::new();
    for run in &runs {
        let claims = run.experiment.conclude(run.session)?;
        concluded.push((run, claims));
    }
    let (mut parts, mut claims) = (Vec::new(), Claims::new(all.scale));
    for (run, of_paper) in &concluded {
        let (paper, options) = (run.experiment.paper(), &run.session.options);
        let mut part = run.session.output.conclude(paper, options, of_paper)?;
        part.link = format!("{}/", paper.name);
        parts.push(part);
        claims.add_missing(of_paper.missing());
        for claim in of_paper.as_slice() {
            claims.push(claim.clone())?;
        }
        println!("{:<20} {}", paper.name, in_words(of_paper));
    }
    claims.write(&all.out.join("claims.json"))?;
    let record = folder.finish(true)?;
    let parts: Vec<_> = parts.iter().collect();
    report::write_html(&all.out.join("report.html"), program, &record, &parts)?;
    say_end(&claims, &all.out);
    Ok(worked.code)
}

/// How doing the jobs ended.
struct Worked {
    /// Whether some failed.
    code: ExitCode,
    /// Whether figures and claims are made now; with `--shard` they are not.
    concludes: bool,
}

/// Does the jobs that the options ask for, and says which failed.
fn work(runs: &[Run<'_>]) -> Result<Worked, Error> {
    let options = &runs[0].session.options;
    let mut code = ExitCode::SUCCESS;
    if !options.merge {
        let failures = sweep::work(runs).inspect_err(|_| {
            for run in runs {
                // The first error is the one to report.
                let _ = run.session.output.leave(false);
            }
        })?;
        for failure in &failures {
            let (paper, job, error) = (failure.paper, &failure.job, &failure.error);
            eprintln!("error: job {job} of {paper}: {error}");
            code = ExitCode::FAILURE;
        }
    }
    let Some(shard) = options.shard else {
        return Ok(Worked {
            code,
            concludes: true,
        });
    };
    let (mut all, mut there) = (0, 0);
    for run in runs {
        let (experiment, session) = (run.experiment, run.session);
        session.output.leave(true)?;
        for job in experiment.jobs(&session.options) {
            all += 1;
            there += usize::from(session.output.job(&job.name()).exists());
        }
    }
    println!(
        "share {shard} is done; of all {all} jobs {there} are there. Figures and claims: the same \
         command with --merge instead of --shard {shard}"
    );
    Ok(Worked {
        code,
        concludes: false,
    })
}

fn help(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

fn in_words(claims: &Claims) -> String {
    let counts = Verdict::ALL.map(|verdict| (claims.count(verdict), verdict.name()));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<String> = counts
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    if counts.is_empty() {
        return "no claims".into();
    }
    counts.join(", ")
}

fn say_end(claims: &Claims, out: &Path) {
    if claims.missing() > 0 {
        println!(
            "{} jobs are missing: figures and claims are made from those that are there",
            claims.missing()
        );
    }
    let (count, total) = (claims.count(Verdict::Reproduced), claims.as_slice().len());
    let report = out.join("report.html");
    println!(
        "{count} of {total} claims reproduced; see {}",
        report.display()
    );
}
