//! The one error type of this crate.

/// What can be wrong with a model's configuration, data or files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, range or file problem found by the numerical core.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// A problem with parameters or training.
    #[error(transparent)]
    Autodiff(#[from] neuro_autodiff::Error),
}
