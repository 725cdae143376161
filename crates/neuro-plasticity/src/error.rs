//! The one error type of this crate.

/// What can be wrong with a rule or with the sizes of what it acts upon.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape or range problem found by the numerical core.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// A unit that is to learn hears nobody.
    #[error("unit {unit}: no inputs to learn from")]
    NoInputs {
        /// The unit.
        unit: usize,
    },
    /// Rounding has made an inverse correlation matrix of recursive least squares useless.
    #[error(
        "unit {unit}: r P r is {quadratic}, the inverse correlation P is not positive any more"
    )]
    LostPositivity {
        /// The unit; 0 where all share one matrix.
        unit: usize,
        /// `r P r`, negative or not a number.
        quadratic: f64,
    },
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
