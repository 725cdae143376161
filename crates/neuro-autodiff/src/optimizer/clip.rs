//! Gradients that are too long are shortened.

use neuro_core::Scalar;

use crate::loss::sum_of_squares;
use crate::{Error, Parameters};

/// How gradients are limited; every limit is above 0.
///
/// A gradient `g` of norm `|g| > limit` becomes `g limit / |g|`: its direction stays. No small
/// number is added to the norm, so a gradient within the limit is not touched at all. A gradient
/// that is not finite is left as it is, so that training sees that it diverged.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Clip {
    /// Not at all.
    #[default]
    None,
    /// The Euclidean norm of the gradient of all trainable values together.
    GlobalNorm(f64),
    /// The Euclidean norm of each parameter matrix's gradient.
    PerParameterNorm(f64),
    /// The size of each component.
    Value(f64),
}

impl Clip {
    /// Checks the limit.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when it is not above 0.
    pub fn validate(&self) -> Result<(), Error> {
        match *self {
            Self::None => Ok(()),
            Self::GlobalNorm(limit) | Self::PerParameterNorm(limit) | Self::Value(limit) => {
                Ok(neuro_core::Error::check_range(
                    "limit of the gradient",
                    "above 0",
                    limit,
                    limit > 0.0,
                )?)
            }
        }
    }

    /// Limits a gradient with respect to all raw values, and returns the Euclidean norm that it
    /// had, over all trainable values. Components of untrainable parameters are neither counted nor
    /// changed.
    ///
    /// ```
    /// use neuro_autodiff::optimizer::Clip;
    /// use neuro_autodiff::{Identity, Parameters};
    /// use neuro_core::nalgebra::DMatrix;
    /// use std::sync::Arc;
    ///
    /// let mut parameters = Parameters::new();
    /// parameters.add("w", &DMatrix::from_row_slice(1, 2, &[0.0, 0.0]), Arc::new(Identity), true)?;
    /// let mut gradient = [3.0, 4.0];
    /// assert_eq!(Clip::GlobalNorm(1.0).apply(&parameters, &mut gradient), 5.0);
    /// assert!((gradient[0] - 0.6_f64).abs() < 1e-15);
    /// # Ok::<(), neuro_autodiff::Error>(())
    /// ```
    ///
    /// # Panics
    /// When `gradient` is not as long as the parameters.
    pub fn apply<T: Scalar>(&self, parameters: &Parameters<T>, gradient: &mut [T]) -> f64 {
        assert_eq!(gradient.len(), parameters.len(), "length of the gradient");
        let squares: f64 = parameters
            .trainable_ranges()
            .map(|range| sum_of_squares(&gradient[range]))
            .sum();
        let norm = squares.sqrt();
        if !norm.is_finite() {
            return norm;
        }
        for range in parameters.trainable_ranges() {
            let part = &mut gradient[range];
            match *self {
                Self::None => {}
                Self::GlobalNorm(limit) => shorten(part, norm, limit),
                Self::PerParameterNorm(limit) => {
                    shorten(part, sum_of_squares(part).sqrt(), limit);
                }
                Self::Value(limit) => {
                    let limit = T::of(limit);
                    for g in part {
                        *g = g.max(-limit).min(limit);
                    }
                }
            }
        }
        norm
    }
}

fn shorten<T: Scalar>(gradient: &mut [T], norm: f64, limit: f64) {
    if norm > limit {
        let factor = T::of(limit / norm);
        for g in gradient {
            *g *= factor;
        }
    }
}
