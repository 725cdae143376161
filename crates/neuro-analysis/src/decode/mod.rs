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
//!
//! ```
//! use neuro_analysis::decode::{
//!     ClassifierConfig, RidgeConfig, cross_validate_classifier, cross_validate_ridge,
//! };
//! use neuro_core::{Domain, Streams, nalgebra::DMatrix};
//!
//! // 200 trials of 20 units: half of them carry a stimulus, all of them are noisy.
//! let streams = Streams::new(1);
//! let mut normals = streams.normals::<f64>(Domain::Trial, 0);
//! let stimulus = DMatrix::from_fn(1, 200, |_, _| normals.sample());
//! let states = DMatrix::from_fn(20, 200, |unit, trial| {
//!     let gain = if unit < 10 { 1.0 } else { 0.0 };
//!     gain * stimulus[trial] + normals.sample()
//! });
//! // Ten units with noise of variance 1 leave 1/11 of the variance unexplained.
//! let decoded = cross_validate_ridge(&states, &stimulus, &RidgeConfig::default(), streams, 0)?;
//! assert!((decoded.r_squared[0] - 10.0 / 11.0).abs() < 0.05);
//!
//! // Its sign is read by a plane, from the other units only by chance.
//! let sign: Vec<bool> = stimulus.iter().map(|s| *s > 0.0).collect();
//! let accuracy = |units: std::ops::Range<usize>| {
//!     let some = states.rows_range(units).into_owned();
//!     cross_validate_classifier(&some, &sign, &ClassifierConfig::default(), streams, 1)
//!         .map(|found| found.balanced_accuracy)
//! };
//! assert!(accuracy(0..10)? > 0.85);
//! assert!((accuracy(10..20)? - 0.5).abs() < 0.15);
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

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
