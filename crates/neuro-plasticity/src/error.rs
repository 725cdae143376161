//! The one error type of this crate.

/// What can be wrong with a rule or with the sizes of what it acts upon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape or range problem found by the numerical core.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
}

/// Checks that a rate constant (or another non-negative parameter) is finite and at least 0.
pub(crate) fn check_non_negative(what: &str, value: f64) -> Result<(), Error> {
    let holds = value.is_finite() && value >= 0.0;
    Ok(neuro_core::Error::check_range(
        what,
        "finite, at least 0",
        value,
        holds,
    )?)
}
