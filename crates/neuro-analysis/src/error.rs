//! The one error type of this crate.

/// What can be wrong with the data of an analysis.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, a range, a value that is not finite, or a decomposition that failed.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// A statistic needs more samples.
    #[error("{what}: expected at least {needed} samples, found {found}")]
    TooFewSamples {
        /// The analysis.
        what: String,
        /// The least number of samples.
        needed: usize,
        /// The number that was given.
        found: usize,
    },
    /// All samples are equal (or all variances are 0), so that no share of the variance exists.
    #[error("{what}: the data do not vary")]
    NoVariance {
        /// The analysis.
        what: String,
    },
    /// A variable that must vary has one value in all samples.
    #[error("{what}: all values are equal")]
    Constant {
        /// The variable.
        what: String,
    },
    /// A vector that must have a direction is 0.
    #[error("{what}: the vector is 0")]
    ZeroVector {
        /// The analysis.
        what: String,
    },
    /// One stimulus value parts the two choices, or only one choice was made: the likelihood has
    /// no maximum at finite parameters.
    #[error("{what}: the two choices are separable, no finite fit exists")]
    Separable {
        /// The fit.
        what: String,
    },
    /// A perturbation shrank to the rounding of a larger one between two orthonormalisations: the
    /// map is singular along it, or the orthonormalisations are too far apart.
    #[error("Lyapunov exponent {exponent}: its direction was lost at step {step}")]
    LostDirection {
        /// The exponent, counted from 1.
        exponent: usize,
        /// The step after which it was lost, the transient included.
        step: usize,
    },
}
