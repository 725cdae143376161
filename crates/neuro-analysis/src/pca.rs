//! Principal component analysis of samples in rows and variables in columns.
//!
//! The centred samples `X - 1 m^T` have the singular value decomposition `U diag(s) V^T`. The rows
//! of `V^T` are the components, `U diag(s)` the scores, and `s^2 / (n - 1)` the variances that the
//! components explain, for `n` samples. No variable is rescaled: use units alike, or divide each by
//! its standard deviation first.
//!
//! Source: I. T. Jolliffe 2002, Principal Component Analysis, chapter 3.5.

use nalgebra::{DMatrix, DVector};
use neuro_core::linalg::svd;

use crate::Error;
use crate::participation::{centered, check_samples};

/// The principal components of some samples: `k` components of `p` variables, from `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Pca {
    /// Mean of each variable, `p`.
    pub mean: DVector<f64>,
    /// Orthonormal components, one a row, `k x p`, by descending variance. The largest loading of
    /// each (the first of equal ones) is positive.
    pub components: DMatrix<f64>,
    /// Variance along each component, with denominator `n - 1`, descending.
    pub explained_variance: DVector<f64>,
    /// Share of each component in the variance of all variables together.
    pub explained_variance_ratio: DVector<f64>,
    /// Singular values of the centred samples, descending.
    pub singular_values: DVector<f64>,
    /// Coordinates of the samples along the components, `n x k`.
    pub scores: DMatrix<f64>,
}

/// Principal components of `samples x variables`; the first `components` of them, or all
/// `min(samples, variables)` for `None`.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two samples, [`Error::NoVariance`] when all samples are
/// equal, [`neuro_core::Error::OutOfRange`] when `components` is 0 or larger than
/// `min(samples, variables)`, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::NoConvergence`].
///
/// ```
/// use neuro_analysis::pca;
/// use neuro_core::nalgebra::DMatrix;
///
/// // Two units driven by one signal: one component, with loadings in the ratio of their gains.
/// let found = pca(&DMatrix::from_row_slice(3, 2, &[0.0, 1.0, 3.0, 5.0, 6.0, 9.0]), None)?;
/// assert!((found.components[(0, 0)] - 0.6).abs() < 1e-15);
/// assert!((found.components[(0, 1)] - 0.8).abs() < 1e-15);
/// assert!((found.explained_variance[0] - 25.0).abs() < 1e-13);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn pca(samples: &DMatrix<f64>, components: Option<usize>) -> Result<Pca, Error> {
    let what = "principal components";
    let count = check_samples(what, samples)?;
    let most = samples.nrows().min(samples.ncols());
    let kept = components.unwrap_or(most);
    neuro_core::Error::check_range(
        "number of principal components",
        &format!("1 to {most}"),
        kept as f64,
        (1..=most).contains(&kept),
    )?;
    let (mean, centered) = centered(samples);
    let total = centered.norm_squared();
    if total == 0.0 {
        return Err(Error::NoVariance { what: what.into() });
    }
    let factors = svd(&centered)?;
    let singular_values = factors.values.rows(0, kept).into_owned();
    let mut scores = factors.u.columns(0, kept).into_owned();
    for (mut score, s) in scores.column_iter_mut().zip(singular_values.iter()) {
        score *= *s;
    }
    Ok(Pca {
        mean,
        components: factors.v.columns(0, kept).transpose(),
        explained_variance: singular_values.map(|s| s * s / (count - 1) as f64),
        explained_variance_ratio: singular_values.map(|s| s * s / total),
        singular_values,
        scores,
    })
}

impl Pca {
    /// Coordinates of other samples (`samples x p`) along the components, `samples x k`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of variables differs.
    pub fn transform(&self, samples: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
        let expected = (samples.nrows(), self.mean.len());
        neuro_core::Error::check_shape("samples to transform", expected, samples.shape())?;
        let mut shifted = samples.clone();
        for (mut column, &mean) in shifted.column_iter_mut().zip(self.mean.iter()) {
            column.add_scalar_mut(-mean);
        }
        Ok(shifted * self.components.transpose())
    }

    /// The samples with the given scores (`samples x k`), `samples x p`: the nearest ones that the
    /// kept components can express.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of components differs.
    pub fn reconstruct(&self, scores: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
        let expected = (scores.nrows(), self.components.nrows());
        neuro_core::Error::check_shape("scores to reconstruct from", expected, scores.shape())?;
        let mut samples = scores * &self.components;
        for (mut column, &mean) in samples.column_iter_mut().zip(self.mean.iter()) {
            column.add_scalar_mut(mean);
        }
        Ok(samples)
    }

    /// Share of the variance in the first 1, 2, ... components.
    #[must_use]
    pub fn cumulative_ratio(&self) -> DVector<f64> {
        let mut sum = 0.0;
        self.explained_variance_ratio.map(|ratio| {
            sum += ratio;
            sum
        })
    }

    /// The least number of components that explain the given share (0 to 1) of the variance, or
    /// `None` when the kept ones explain less.
    #[must_use]
    pub fn dimension_for(&self, fraction: f64) -> Option<usize> {
        // All components together reach 1 up to the rounding of their sum only.
        let enough = fraction - 1e-12;
        let cumulative = self.cumulative_ratio();
        cumulative
            .iter()
            .position(|&sum| sum >= enough)
            .map(|k| k + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn samples() -> impl Strategy<Value = DMatrix<f64>> {
        (2usize..20, 1usize..7).prop_flat_map(|(n, p)| {
            proptest::collection::vec(-3.0..5.0, n * p)
                .prop_map(move |values| DMatrix::from_vec(n, p, values))
        })
    }

    /// Some orthogonal matrix: the Q of a QR factorisation.
    fn rotation(size: usize, seed: f64) -> DMatrix<f64> {
        let a = DMatrix::from_fn(size, size, |i, j| {
            ((i * size + j) as f64 * 1.7 + seed).sin() + f64::from(i == j)
        });
        neuro_core::linalg::qr(&a).expect("finite").q
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn variances_and_distances_do_not_change_under_rotation(x in samples(), seed in 0.0..6.0) {
            let turned = &x * rotation(x.ncols(), seed);
            let (plain, turned) = (pca(&x, None).expect("varies"), pca(&turned, None).expect("varies"));
            let difference = &plain.explained_variance - &turned.explained_variance;
            prop_assert!(difference.amax() < 1e-12 * (1.0 + plain.explained_variance.amax()));
            let gram = |scores: &DMatrix<f64>| scores * scores.transpose();
            prop_assert!((gram(&plain.scores) - gram(&turned.scores)).amax() < 1e-10);
        }

        #[test]
        fn separated_components_turn_with_the_data(seed in 0.0..6.0) {
            // Variances far apart and loadings without ties: components are unique up to sign.
            let x = DMatrix::from_fn(30, 3, |i, j| {
                [5.0, 2.0, 0.5][j] * ((i * i + 7 * i * j + 3 * j) as f64 * 1.3).sin()
            });
            let q = rotation(3, seed);
            let plain = pca(&x, None).expect("varies");
            let turned = pca(&(&x * &q), None).expect("varies");
            let overlap = &plain.components * &q * turned.components.transpose();
            for k in 0..3 {
                prop_assert!((overlap[(k, k)].abs() - 1.0).abs() < 1e-10);
                let sign = overlap[(k, k)].signum();
                let change = plain.scores.column(k) - turned.scores.column(k) * sign;
                prop_assert!(change.amax() < 1e-9);
            }
        }

        #[test]
        fn scores_rebuild_the_samples(x in samples()) {
            let found = pca(&x, None).expect("varies");
            let rebuilt = found.reconstruct(&found.scores).expect("shapes fit");
            prop_assert!((rebuilt - &x).amax() < 1e-12);
            let again = found.transform(&x).expect("shapes fit");
            prop_assert!((again - &found.scores).amax() < 1e-12);
        }

        #[test]
        fn ratios_sum_to_one_and_variances_to_the_trace(x in samples()) {
            let found = pca(&x, None).expect("varies");
            let cumulative = found.cumulative_ratio();
            prop_assert!((cumulative[cumulative.len() - 1] - 1.0).abs() < 1e-12);
            prop_assert!(found.explained_variance.as_slice().is_sorted_by(|a, b| a >= b));
            let trace = crate::covariance(&x).expect("enough samples").trace();
            prop_assert!((found.explained_variance.sum() - trace).abs() < 1e-12 * (1.0 + trace));
            prop_assert!(found.dimension_for(1.0).is_some());
        }

        #[test]
        fn components_are_orthonormal_with_a_positive_largest_loading(x in samples()) {
            let found = pca(&x, None).expect("varies");
            let k = found.components.nrows();
            let gram = &found.components * found.components.transpose();
            prop_assert!((gram - DMatrix::identity(k, k)).amax() < 1e-12);
            for row in found.components.row_iter() {
                prop_assert!(row.max() >= row.amax() * (1.0 - 1e-7));
            }
        }

        #[test]
        fn fewer_components_are_the_first_ones(x in samples()) {
            let (all, one) = (pca(&x, None).expect("varies"), pca(&x, Some(1)).expect("varies"));
            prop_assert_eq!(one.components.row(0), all.components.row(0));
            prop_assert_eq!(one.scores.column(0), all.scores.column(0));
            prop_assert_eq!(one.explained_variance_ratio[0], all.explained_variance_ratio[0]);
        }
    }

    #[test]
    fn dimensions_are_counted_from_the_cumulative_ratio() {
        // Variances 4 : 1 along the axes.
        let x = DMatrix::from_row_slice(4, 2, &[2.0, 0.0, -2.0, 0.0, 0.0, 1.0, 0.0, -1.0]);
        let found = pca(&x, None).expect("varies");
        assert_eq!(found.dimension_for(0.5), Some(1));
        assert_eq!(found.dimension_for(0.8), Some(1));
        assert_eq!(found.dimension_for(0.81), Some(2));
        assert_eq!(found.dimension_for(1.0), Some(2));
        assert_eq!(pca(&x, Some(1)).expect("varies").dimension_for(0.9), None);
    }

    #[test]
    fn bad_samples_are_refused_by_name() {
        let found = pca(&DMatrix::zeros(1, 3), None);
        assert!(matches!(
            found,
            Err(Error::TooFewSamples {
                needed: 2,
                found: 1,
                ..
            })
        ));
        // 0.1 has no exact mean by summing and dividing; constant data count as constant anyway.
        let found = pca(&DMatrix::from_element(7, 3, 0.1), None);
        assert!(matches!(found, Err(Error::NoVariance { .. })));
        let found = pca(&DMatrix::from_element(3, 2, f64::NAN), None);
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::NonFinite { .. }))
        ));
        for count in [0, 3] {
            let found = pca(&DMatrix::identity(4, 2), Some(count));
            assert!(matches!(
                found,
                Err(Error::Core(neuro_core::Error::OutOfRange { .. }))
            ));
        }
        let found = pca(&DMatrix::zeros(4, 0), None);
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::Empty { .. }))
        ));
    }

    #[test]
    fn samples_of_another_shape_are_not_transformed() {
        let found = pca(&DMatrix::identity(3, 2), None).expect("varies");
        let wrong = DMatrix::zeros(3, 4);
        assert!(found.transform(&wrong).is_err() && found.reconstruct(&wrong).is_err());
    }
}
