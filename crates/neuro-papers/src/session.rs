//! What an experiment works with.

use std::sync::Arc;

use neuro_core::parallel::Workers;

use crate::options::{Options, Paper};
use crate::output::Output;
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
    pub workers: Arc<Workers>,
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
            workers: Arc::new(Workers::new(options.threads)?),
            options,
        })
    }

    /// Writes claims and reports, and marks the run as finished.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be written.
    pub fn finish(self, paper: &Paper, claims: &Claims) -> Result<(), Error> {
        self.output.finish(paper, &self.options, claims)
    }
}
