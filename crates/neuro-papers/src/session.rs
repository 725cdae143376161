//! From the command line to the report: the whole of an example's `main`.

use std::ffi::OsString;
use std::process::ExitCode;

use neuro_core::parallel::Workers;

use crate::claims::Verdict;
use crate::options::{Options, Paper, Parsed};
use crate::output::{self, Output};
use crate::{Claims, Error, Interrupt, Progress};

/// What an experiment works with.
#[derive(Debug)]
pub struct Session {
    /// What was asked for.
    pub options: Options,
    /// Where results go.
    pub output: Output,
    /// Where progress is shown.
    pub progress: Progress,
    /// Whether to save and stop.
    pub interrupt: Interrupt,
    /// The threads to work on.
    pub workers: Workers,
}

impl Session {
    /// A session that shows nothing and that nothing interrupts, for tests.
    ///
    /// # Errors
    /// As [`Output::create`], and [`neuro_core::Error::Threads`] when no threads can be started.
    pub fn quiet(paper: &Paper, options: Options) -> Result<Self, Error> {
        Ok(Self {
            output: Output::create(paper, &options, paper.name)?,
            progress: Progress::quiet(),
            interrupt: Interrupt::new(),
            workers: Workers::new(options.threads)?,
            options,
        })
    }

    /// Writes claims and report, and marks the run as finished.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written.
    pub fn finish(self, paper: &Paper, claims: &Claims) -> Result<(), Error> {
        self.output.finish(paper, &self.options, claims)
    }
}

/// Runs an experiment with the arguments of this process: reads them, prepares the folder, calls
/// `experiment`, writes claims and report, and prints the verdicts.
///
/// The exit code is 0 when the experiment ran (whatever the verdicts), 2 for a wrong argument or
/// folder, 130 after Ctrl-C, 1 for any other error.
pub fn run(paper: &Paper, experiment: fn(&Session) -> Result<Claims, Error>) -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let command = output::command_line(paper, &arguments);
    match try_run(paper, experiment, arguments, &command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Interrupted) => {
            let resume = if command.contains(" --resume") {
                ""
            } else {
                " --resume"
            };
            eprintln!("interrupted; what was done is saved. Go on with\n  {command}{resume}");
            ExitCode::from(130)
        }
        Err(error @ (Error::Argument { .. } | Error::OutputFolder { .. })) => {
            eprintln!("error: {error}\ntry --help");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(
    paper: &Paper,
    experiment: fn(&Session) -> Result<Claims, Error>,
    arguments: Vec<OsString>,
    command: &str,
) -> Result<(), Error> {
    let options = match Options::parse(paper, arguments)? {
        Parsed::Help(text) => {
            print!("{text}");
            return Ok(());
        }
        Parsed::Run(options) => options,
    };
    let session = Session {
        output: Output::create(paper, &options, command)?,
        progress: Progress::new(0),
        interrupt: Interrupt::install()?,
        workers: Workers::new(options.threads)?,
        options,
    };
    let folder = session.output.folder().to_path_buf();
    let claims = experiment(&session)?;
    session.finish(paper, &claims)?;
    for claim in claims.as_slice() {
        let verdict = claim.verdict().name();
        println!(
            "{verdict:<18} {}\n{:18} {}",
            claim.statement, "", claim.measured
        );
    }
    let reproduced = claims.count(Verdict::Reproduced);
    let total = claims.as_slice().len();
    let report = folder.join("report.md");
    println!(
        "{reproduced} of {total} claims reproduced; see {}",
        report.display()
    );
    Ok(())
}
