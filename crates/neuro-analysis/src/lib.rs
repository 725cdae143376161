#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
pub mod jacobian;
pub mod participation;
pub mod pca;
pub mod psychometric;
pub mod spectrum;

pub use error::Error;
pub use jacobian::{TangentMap, mean_jacobian, tangent_product};
pub use participation::{
    covariance, inverse_participation_ratio, participation_ratio, participation_ratio_of_variances,
};
pub use pca::{Pca, pca};
pub use psychometric::{
    LogisticFit, Proportion, PsychometricBin, PsychometricCurve, fit_logistic, psychometric_curve,
};
pub use spectrum::Spectrum;
