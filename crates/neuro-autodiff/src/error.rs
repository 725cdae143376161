//! The one error type of this crate.

/// What can be wrong with a network, a task or a training run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, range or file problem found by the numerical core.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// Two parameters have the same name.
    #[error("parameter {name}: already there")]
    DuplicateParameter {
        /// The name that was given twice.
        name: String,
    },
    /// An operation on a [`Tape`](crate::tape::Tape) cannot take the matrices that it was given.
    #[error("{operation} at {location}: expected {expected}, found {found}")]
    Tape {
        /// The operation.
        operation: &'static str,
        /// Where it stands in the equations.
        location: &'static std::panic::Location<'static>,
        /// What it can take.
        expected: String,
        /// What it was given.
        found: String,
    },
    /// A criterion could not score a network.
    #[error("criterion: {source}")]
    Criterion {
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A checkpoint does not belong to this training run.
    #[error("checkpoint: {what} is {found}, this run has {expected}")]
    CheckpointMismatch {
        /// What differs.
        what: String,
        /// This run's value.
        expected: String,
        /// The checkpoint's value.
        found: String,
    },
}
