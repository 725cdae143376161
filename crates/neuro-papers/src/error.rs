//! The one error type of this crate.

use std::path::{Path, PathBuf};

/// What can stop an experiment.
///
/// Messages are written for the person at the terminal: they name the argument or file, say what
/// was expected and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numerical part refused its data.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// A command-line argument is unknown, incomplete or out of range.
    #[error("{argument}: {problem}{}", hint(suggestion.as_deref()))]
    Argument {
        /// The argument as it was typed.
        argument: String,
        /// What was expected and what was found.
        problem: String,
        /// What the person may have meant.
        suggestion: Option<String>,
    },
    /// The operating system could not read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what it should be: damaged, of another kind, or of a newer version.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },
    /// Two things that are told apart by their names have the same one.
    #[error("two {what} are named '{name}'")]
    Duplicate {
        /// What they are, in the plural.
        what: String,
        /// Their name.
        name: String,
    },
    /// A table has no column of a name.
    #[error("no column '{name}', only {}", known.join(", "))]
    NoColumn {
        /// The name that was asked for.
        name: String,
        /// The columns that there are.
        known: Vec<String>,
    },
    /// A column that should hold numbers holds words.
    #[error("column '{column}', row {row}: expected a number, found '{found}'")]
    NotANumber {
        /// The column.
        column: String,
        /// The row, counted from 0.
        row: usize,
        /// What is there.
        found: String,
    },
    /// The output folder holds something that this run must not replace.
    #[error("{}: {problem}", path.display())]
    OutputFolder {
        /// The folder.
        path: PathBuf,
        /// What it holds, and what to do.
        problem: String,
    },
    /// The handler of Ctrl-C could not be installed.
    #[error("Ctrl-C handler: {reason}")]
    Signal {
        /// What the operating system said.
        reason: String,
    },
    /// The person pressed Ctrl-C; what was done so far is saved.
    #[error("interrupted")]
    Interrupted,
    /// A part of the experiment failed in its own way.
    #[error("{what}: {source}")]
    Experiment {
        /// What was being done.
        what: String,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |text| format!("; did you mean {text}?"))
}

impl Error {
    /// An error of the operating system, with the file that it concerns.
    pub fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().into(),
            source,
        }
    }

    /// An error of another crate of the project, with what was being done.
    pub fn experiment(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Experiment {
            what: what.into(),
            source: source.into(),
        }
    }
}
