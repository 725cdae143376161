//! How many dimensions are in use, and how localised a mode is.
//!
//! - Participation ratio of the variances `l_i` along the principal components:
//!   `(sum l)^2 / sum l^2`, from 1 (all variance along one direction) to `p` (equal variance along
//!   all). With a covariance matrix `C` it is `tr(C)^2 / tr(C C)`: no eigenvalues are needed
//!   (P. Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement).
//! - Inverse participation ratio of a vector: `sum |v_i|^4 / (sum |v_i|^2)^2`, from `1/n` (spread
//!   evenly over `n` units) to 1 (on one unit).

use nalgebra::{DMatrix, DVector};
use num_complex::Complex;

use crate::Error;

/// Rounding may leave an eigenvalue of a covariance matrix this much below 0, relative to the
/// largest.
const NEGATIVE: f64 = 1e-9;

/// Covariance matrix (`p x p`, denominator `n - 1`) of `n` samples in rows of `p` variables.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two samples, [`neuro_core::Error::Empty`] without
/// variables, [`neuro_core::Error::NonFinite`].
pub fn covariance(samples: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let count = check_samples("covariance", samples)?;
    let (_, centered) = centered(samples);
    let mut covariance = centered.tr_mul(&centered) / (count - 1) as f64;
    // Exactly symmetric, however the product sums its terms.
    covariance.fill_upper_triangle_with_lower_triangle();
    Ok(covariance)
}

/// Participation ratio `tr(C)^2 / tr(C C)` of a covariance matrix.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when it is not square, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] when a variance is negative or the matrix is not symmetric,
/// [`Error::NoVariance`] when all variances are 0.
///
/// ```
/// use neuro_analysis::participation_ratio;
/// use neuro_core::nalgebra::DMatrix;
///
/// assert_eq!(participation_ratio(&DMatrix::identity(5, 5))?, 5.0);
/// assert_eq!(participation_ratio(&DMatrix::from_element(5, 5, 2.0))?, 1.0);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn participation_ratio(covariance: &DMatrix<f64>) -> Result<f64, Error> {
    let what = "participation ratio";
    let n = covariance.nrows();
    neuro_core::Error::check_shape(what, (n, n), covariance.shape())?;
    neuro_core::Error::check_finite(what, covariance.as_slice())?;
    let largest = covariance.amax();
    if largest == 0.0 {
        return Err(Error::NoVariance { what: what.into() });
    }
    let c = covariance / largest;
    let asymmetry = (&c - c.transpose()).amax();
    neuro_core::Error::check_range(
        "asymmetry of a covariance matrix, relative to its largest entry",
        "at most 1e-9",
        asymmetry,
        asymmetry <= NEGATIVE,
    )?;
    let least = c.diagonal().min();
    neuro_core::Error::check_range(
        "variance",
        "at least 0",
        least * largest,
        least >= -NEGATIVE,
    )?;
    Ok(c.trace().powi(2) / c.norm_squared())
}

/// Participation ratio `(sum l)^2 / sum l^2` of variances, such as the eigenvalues of a covariance
/// matrix.
///
/// # Errors
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] when a variance is negative
/// by more than 1e-9 of the largest, [`Error::NoVariance`] when all are 0 or there are none.
pub fn participation_ratio_of_variances(variances: &[f64]) -> Result<f64, Error> {
    let what = "participation ratio";
    neuro_core::Error::check_finite(what, variances)?;
    let largest = variances.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    if largest == 0.0 {
        return Err(Error::NoVariance { what: what.into() });
    }
    let least = variances.iter().copied().fold(0.0, f64::min);
    neuro_core::Error::check_range(
        "variance",
        "at least 0",
        least,
        least >= -NEGATIVE * largest,
    )?;
    let scaled = || variances.iter().map(|v| v / largest);
    Ok(scaled().sum::<f64>().powi(2) / scaled().map(|v| v * v).sum::<f64>())
}

/// Inverse participation ratio `sum |v|^4 / (sum |v|^2)^2` of a vector of any norm.
///
/// # Errors
/// [`neuro_core::Error::NonFinite`], [`Error::ZeroVector`] when `v` is empty or 0.
///
/// ```
/// use neuro_analysis::inverse_participation_ratio;
/// use neuro_core::linalg::eigen;
/// use neuro_core::nalgebra::DMatrix;
///
/// // The modes of a ring are waves over all of its units.
/// let ring = DMatrix::from_fn(10, 10, |i, j| f64::from(i == (j + 1) % 10));
/// let mode = eigen(&ring)?.right.column(3).into_owned();
/// assert!((inverse_participation_ratio(mode.as_slice())? - 0.1).abs() < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn inverse_participation_ratio(v: &[Complex<f64>]) -> Result<f64, Error> {
    let what = "inverse participation ratio";
    let moduli: Vec<f64> = v.iter().map(|c| c.norm()).collect();
    neuro_core::Error::check_finite(what, &moduli)?;
    let largest = moduli.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(Error::ZeroVector { what: what.into() });
    }
    // Fourth powers overflow or vanish long before the values do.
    let squares = || moduli.iter().map(|m| (m / largest).powi(2));
    Ok(squares().map(|s| s * s).sum::<f64>() / squares().sum::<f64>().powi(2))
}

/// The number of samples, after checking that there are two, some variables and finite values.
pub(crate) fn check_samples(what: &str, samples: &DMatrix<f64>) -> Result<usize, Error> {
    let (count, variables) = samples.shape();
    if count < 2 {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed: 2,
            found: count,
        });
    }
    if variables == 0 {
        return Err(neuro_core::Error::Empty {
            what: format!("variables of {what}"),
        }
        .into());
    }
    neuro_core::Error::check_finite(what, samples.as_slice())?;
    Ok(count)
}

/// The mean of each column, and the samples without it.
pub(crate) fn centered(samples: &DMatrix<f64>) -> (DVector<f64>, DMatrix<f64>) {
    let count = samples.nrows() as f64;
    let mut mean = DVector::zeros(samples.ncols());
    let mut centered = samples.clone();
    for (mut column, mean) in centered.column_iter_mut().zip(mean.iter_mut()) {
        // Summed from the first sample: exact for a constant variable, precise for a large offset.
        let first = column[0];
        column.add_scalar_mut(-first);
        let shift = column.sum() / count;
        column.add_scalar_mut(-shift);
        *mean = first + shift;
    }
    (mean, centered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_participation_ratio_lies_between_one_and_the_number_of_variables(
            values in proptest::collection::vec(-2.0..2.0, 8 * 5),
        ) {
            let samples = DMatrix::from_vec(8, 5, values);
            let covariance = covariance(&samples).expect("enough samples");
            let ratio = participation_ratio(&covariance).expect("varies");
            prop_assert!((1.0 - 1e-12..=5.0 + 1e-12).contains(&ratio));
            let eigen = neuro_core::linalg::symmetric_eigen(&covariance).expect("symmetric");
            let again = participation_ratio_of_variances(eigen.values.as_slice()).expect("varies");
            prop_assert!((ratio - again).abs() < 1e-12 * ratio);
        }

        #[test]
        fn the_inverse_participation_ratio_lies_between_one_nth_and_one(
            parts in proptest::collection::vec((-2.0..2.0, -2.0..2.0), 1..9),
            exponent in -200..200,
        ) {
            let size = 10f64.powi(exponent);
            let v: Vec<_> = parts.iter().map(|&(re, im)| Complex::new(re, im) * size).collect();
            let ratio = inverse_participation_ratio(&v).expect("not 0");
            prop_assert!(ratio >= 1.0 / v.len() as f64 - 1e-12 && ratio <= 1.0 + 1e-12);
        }

        #[test]
        fn a_covariance_does_not_depend_on_the_mean(
            values in proptest::collection::vec(-2.0..2.0, 6 * 3), offset in -1e6..1e6,
        ) {
            let samples = DMatrix::from_vec(6, 3, values);
            let moved = samples.add_scalar(offset);
            let difference = covariance(&samples).expect("finite") - covariance(&moved).expect("finite");
            // The offset itself rounds the samples by up to 1e-10.
            prop_assert!(difference.amax() < 1e-8);
        }
    }

    #[test]
    fn the_covariance_of_two_samples_is_half_the_square_of_their_difference() {
        let found = covariance(&DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 2.0, 5.0]))
            .expect("enough samples");
        assert_eq!(found, DMatrix::from_row_slice(2, 2, &[2.0, 4.0, 4.0, 8.0]));
    }

    #[test]
    fn a_mode_on_one_unit_has_ratio_one_and_a_spread_one_a_quarter() {
        let one = Complex::new(0.0, 3.0);
        let zero = Complex::new(0.0, 0.0);
        let localised = inverse_participation_ratio(&[zero, one, zero]).expect("not 0");
        assert_eq!(localised, 1.0);
        let spread = inverse_participation_ratio(&[one, -one, one, one * one.conj() / 3.0]);
        assert_eq!(spread.expect("not 0"), 0.25);
    }

    #[test]
    fn data_without_variance_or_direction_are_refused_by_name() {
        let found = participation_ratio(&DMatrix::zeros(3, 3));
        assert!(matches!(found, Err(Error::NoVariance { .. })));
        assert!(matches!(
            participation_ratio_of_variances(&[]),
            Err(Error::NoVariance { .. })
        ));
        let found = inverse_participation_ratio(&[Complex::new(0.0, 0.0)]);
        assert!(matches!(found, Err(Error::ZeroVector { .. })));
        let found = covariance(&DMatrix::zeros(1, 2));
        assert!(matches!(found, Err(Error::TooFewSamples { .. })));
        assert!(participation_ratio_of_variances(&[1.0, -0.5]).is_err());
        assert!(participation_ratio_of_variances(&[1.0, -1e-17]).is_ok());
        assert!(
            participation_ratio(&DMatrix::from_row_slice(2, 2, &[1.0, 0.5, 0.1, 1.0])).is_err()
        );
    }
}
