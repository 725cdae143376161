//! When a network is good enough.

use neuro_core::Scalar;

use crate::{Error, Parameters};

/// How good a network is at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// The higher the better; the best parameters seen are kept by it.
    pub value: f64,
    /// Whether training may end.
    pub converged: bool,
}

/// Decides from time to time how good a network is.
///
/// A score must depend on nothing but the arguments, so that a resumed run scores as one that was
/// never stopped. A checkpoint does not know the criterion: resume with the same one.
pub trait Criterion<T: Scalar = f64> {
    /// Scores the parameters after `update` updates.
    ///
    /// # Errors
    /// When the score cannot be computed.
    fn check(&mut self, update: u64, parameters: &Parameters<T>) -> Result<Score, Error>;
}

/// Ends training when a measured score reaches a target; a target of infinity never does.
///
/// ```
/// use neuro_autodiff::Parameters;
/// use neuro_autodiff::train::ScoreAtLeast;
///
/// let accuracy = |_: &Parameters| Ok::<_, neuro_autodiff::Error>(0.5);
/// assert!(ScoreAtLeast::new(0.95, 0.0..=1.0, accuracy).is_ok());
/// // 95 % written as a number of percent would never be reached.
/// assert!(ScoreAtLeast::new(95.0, 0.0..=1.0, accuracy).is_err());
/// ```
pub struct ScoreAtLeast<F> {
    target: f64,
    measure: F,
}

impl<F> std::fmt::Debug for ScoreAtLeast<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScoreAtLeast")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

impl<F> ScoreAtLeast<F> {
    /// Converged once `measure(parameters)`, which lies in `range`, is at least `target`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a target that the measure cannot reach, or NaN.
    pub fn new(
        target: f64,
        range: std::ops::RangeInclusive<f64>,
        measure: F,
    ) -> Result<Self, Error> {
        let reachable = target <= *range.end() || target == f64::INFINITY;
        let expected = format!("at most {}, the best possible", range.end());
        neuro_core::Error::check_range("target of the criterion", &expected, target, reachable)?;
        Ok(Self { target, measure })
    }
}

impl<T, F> Criterion<T> for ScoreAtLeast<F>
where
    T: Scalar,
    F: FnMut(&Parameters<T>) -> Result<f64, Box<dyn std::error::Error + Send + Sync>>,
{
    fn check(&mut self, _update: u64, parameters: &Parameters<T>) -> Result<Score, Error> {
        let measured = (self.measure)(parameters);
        let value = measured.map_err(|source| Error::Criterion { source })?;
        Ok(Score {
            value,
            converged: value >= self.target,
        })
    }
}

/// One line of a training history, made at each check.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record {
    /// Updates made.
    pub update: u64,
    /// Mean loss of the updates since the record before.
    pub loss: f64,
    /// Score at this moment; NaN when there is no criterion.
    pub score: f64,
}
