//! How large the difference of two samples is, whatever their sizes.
//!
//! - Cohen's `d = (mean(x) - mean(y)) / s`, with the pooled variance
//!   `s^2 = ((n - 1) s_x^2 + (m - 1) s_y^2) / (n + m - 2)` of samples of `n` and `m` values;
//! - Cliff's delta, the share of pairs with `x > y` minus that with `x < y`, which needs only the
//!   order of the values (and is the rank-biserial correlation of the rank-sum test).
//!
//! Source: J. Cohen 1988, Statistical Power Analysis, chapter 2; N. Cliff 1993, Psychol. Bull. 114,
//! 494.

use super::{NullDistribution, RankSumConfig, rank_sum, summary};
use crate::Error;

/// Cohen's `d` of two samples, positive for larger `x`.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two values in a sample, [`neuro_core::Error::NonFinite`],
/// [`Error::NoVariance`] when each sample is constant.
///
/// ```
/// use neuro_analysis::statistics::cohens_d;
///
/// // Means 2 apart, variances 1.
/// assert!((cohens_d(&[3.0, 4.0, 5.0], &[1.0, 2.0, 3.0])? - 2.0).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn cohens_d(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    let spread = |what: &str, values: &[f64]| -> Result<(f64, f64), Error> {
        super::check_sample(what, values, 2)?;
        let found = summary(values)?;
        let sd = found.standard_deviation.unwrap_or(0.0);
        Ok((found.mean, (values.len() - 1) as f64 * sd * sd))
    };
    let (mean_x, squares_x) = spread("first sample of Cohen's d", x)?;
    let (mean_y, squares_y) = spread("second sample of Cohen's d", y)?;
    let pooled = ((squares_x + squares_y) / (x.len() + y.len() - 2) as f64).sqrt();
    if pooled == 0.0 {
        return Err(Error::NoVariance {
            what: "Cohen's d".into(),
        });
    }
    Ok((mean_x - mean_y) / pooled)
}

/// Cliff's delta of two samples, -1 to 1, positive for larger `x`.
///
/// # Errors
/// [`Error::TooFewSamples`] for an empty sample, [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::statistics::cliffs_delta;
///
/// // Of six pairs, four have the larger x, one is tied and one has the smaller x.
/// assert!((cliffs_delta(&[5.0, 2.0], &[1.0, 2.0, 3.0])? - 0.5).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn cliffs_delta(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    let config = RankSumConfig {
        distribution: NullDistribution::Normal,
        ..RankSumConfig::default()
    };
    Ok(rank_sum(x, y, &config)?.rank_biserial())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_samples_are_refused_by_name() {
        let found = cohens_d(&[1.0], &[1.0, 2.0]);
        assert!(
            matches!(found, Err(Error::TooFewSamples { what, .. }) if what.starts_with("first"))
        );
        let found = cohens_d(&[0.1; 7], &[0.3; 3]);
        assert!(matches!(found, Err(Error::NoVariance { .. })));
        assert!(cliffs_delta(&[], &[1.0]).is_err());
    }

    proptest! {
        #[test]
        fn cohens_d_does_not_depend_on_unit_or_origin(
            x in proptest::collection::vec(-2.0..2.0, 3..9),
            y in proptest::collection::vec(-2.0..2.0, 3..9),
            unit in 0.01..100.0, origin in -10.0..10.0,
        ) {
            let moved = |v: &[f64]| v.iter().map(|v| unit * v + origin).collect::<Vec<_>>();
            let before = cohens_d(&x, &y).expect("varies");
            let after = cohens_d(&moved(&x), &moved(&y)).expect("varies");
            // The origin rounds the values by up to 1e-15 / 0.01 of their unit.
            prop_assert!((before - after).abs() < 1e-9 * (1.0 + before.abs()));
            prop_assert_eq!(cohens_d(&y, &x).expect("varies"), -before);
        }

        #[test]
        fn cliffs_delta_is_one_for_separate_samples(
            x in proptest::collection::vec(0.0..1.0, 1..9),
            y in proptest::collection::vec(2.0..3.0, 1..9),
        ) {
            prop_assert_eq!(cliffs_delta(&x, &y).expect("valid"), -1.0);
            prop_assert_eq!(cliffs_delta(&y, &x).expect("valid"), 1.0);
        }
    }
}
