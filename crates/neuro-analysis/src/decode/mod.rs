//! Decoding: what can be read linearly from the states of a network.
//!
//! Features are units x trials: unit = row, trial = column, as a state block of a trajectory is.
//!
//! - [`ridge`] reads numbers (stimulus values, other states) by penalised least squares.
//! - [`classifier`] reads one of two choices by penalised logistic regression: whether a plane
//!   parts the states of two conditions.
//! - [`Folds`] are the parts of the trials of a cross-validation, for both.
//!
//! A decoder is always judged on trials that it was not fitted to: with more units than trials any
//! labels can be fitted. The only randomness is which trial is in which fold.

pub mod classifier;
mod cross_validation;
mod penalty;
pub mod ridge;

pub use classifier::{
    ClassifierConfig, ClassifierValidation, LinearClassifier, cross_validate_classifier,
    fit_classifier,
};
pub use cross_validation::Folds;
pub use penalty::{PenaltySelection, RidgeConfig};
pub use ridge::{LinearDecoder, RidgeDecoding, cross_validate_ridge, fit_ridge};

use nalgebra::{DMatrix, DVector};

use crate::Error;

/// The features of some trials without their mean, each in the unit of its own scale.
struct Scaling {
    mean: DVector<f64>,
    /// What a feature is divided by: 1, its standard deviation, or infinity for a feature that
    /// does not vary where the standard deviation was asked for.
    scale: DVector<f64>,
}

impl Scaling {
    fn of(features: &DMatrix<f64>, standardize: bool) -> Self {
        let count = features.ncols() as f64;
        let mut mean = DVector::zeros(features.nrows());
        let mut scale = DVector::repeat(features.nrows(), 1.0);
        for (i, row) in features.row_iter().enumerate() {
            // From the first trial: exact for a constant feature, precise for a large offset.
            let first = row[0];
            let shift = row.iter().map(|v| (v - first) / count).sum::<f64>();
            mean[i] = first + shift;
            if standardize {
                let largest = row.iter().fold(0.0, |m: f64, v| m.max((v - mean[i]).abs()));
                let constant = row.iter().all(|&v| v == first);
                scale[i] = if constant {
                    f64::INFINITY
                } else {
                    let squares = row.iter().map(|v| ((v - mean[i]) / largest).powi(2));
                    largest * (squares.sum::<f64>() / count).sqrt()
                };
            }
        }
        Self { mean, scale }
    }

    fn apply(&self, features: &DMatrix<f64>) -> DMatrix<f64> {
        let mut scaled = features.clone();
        for mut column in scaled.column_iter_mut() {
            for i in 0..column.len() {
                column[i] = (column[i] - self.mean[i]) / self.scale[i];
            }
        }
        scaled
    }
}

/// Checks the features of a decoder: some units, at least two trials, finite.
fn check_features(features: &DMatrix<f64>) -> Result<(), Error> {
    if features.nrows() == 0 {
        return Err(neuro_core::Error::Empty {
            what: "units of a decoder".into(),
        }
        .into());
    }
    if features.ncols() < 2 {
        return Err(Error::TooFewSamples {
            what: "trials of a decoder".into(),
            needed: 2,
            found: features.ncols(),
        });
    }
    neuro_core::Error::check_finite("features of a decoder", features.as_slice())?;
    Ok(())
}
