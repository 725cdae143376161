//! Which penalties a ridge regression chooses from, and on which trials it judges them.

use crate::Error;

/// How out-of-fold predictions get their penalty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PenaltySelection {
    /// For each fold by a cross-validation within its training trials, with so many inner folds:
    /// the reported R^2 is of trials that had no part in anything.
    Nested {
        /// Number of inner folds, at least 2.
        folds: usize,
    },
    /// The best for the same folds that R^2 is reported for: quicker, and R^2 is too high by what
    /// the choice among penalties gains.
    Plain,
}

/// Choices of a cross-validated ridge regression.
#[derive(Clone, Debug, PartialEq)]
pub struct RidgeConfig {
    /// Penalties to choose from, in squared feature units (in numbers when standardised), each at
    /// least 0; by default 1e-4 to 1e4 in steps of 10.
    pub penalties: Vec<f64>,
    /// Number of folds, at least 2; by default 5.
    pub folds: usize,
    /// How out-of-fold predictions get their penalty; by default nested with 5 folds.
    pub selection: PenaltySelection,
    /// Whether the features are divided by their standard deviation over the training trials
    /// (a constant feature gets weight 0); by default not, units being alike.
    pub standardize: bool,
}

impl Default for RidgeConfig {
    fn default() -> Self {
        Self {
            penalties: (-4..=4).map(|k| 10f64.powi(k)).collect(),
            folds: 5,
            selection: PenaltySelection::Nested { folds: 5 },
            standardize: false,
        }
    }
}

impl RidgeConfig {
    /// Checks all values.
    ///
    /// # Errors
    /// [`neuro_core::Error::Empty`] without penalties, [`neuro_core::Error::OutOfRange`].
    pub fn validate(&self) -> Result<(), Error> {
        if self.penalties.is_empty() {
            return Err(neuro_core::Error::Empty {
                what: "ridge penalties".into(),
            }
            .into());
        }
        for &penalty in &self.penalties {
            check_penalty(penalty)?;
        }
        let inner = match self.selection {
            PenaltySelection::Nested { folds } => folds,
            PenaltySelection::Plain => self.folds,
        };
        for count in [self.folds, inner] {
            let what = "number of folds";
            neuro_core::Error::check_range(what, "at least 2", count as f64, count >= 2)?;
        }
        Ok(())
    }
}

pub(super) fn check_penalty(penalty: f64) -> Result<(), Error> {
    let valid = penalty >= 0.0 && penalty.is_finite();
    neuro_core::Error::check_range("ridge penalty", "finite and at least 0", penalty, valid)?;
    Ok(())
}
