//! Bootstrap confidence intervals of any statistic.
//!
//! The statistic is evaluated on resamples, each of as many values as the sample, drawn from it with
//! replacement. The interval of confidence `c` runs between the quantiles `(1 - c) / 2` and
//! `(1 + c) / 2` of the outcomes (the percentile method), and their standard deviation is the standard
//! error. Of small samples (below about 20) such intervals are too narrow. Source: B. Efron and R. J.
//! Tibshirani 1993, An Introduction to the Bootstrap, chapters 6 and 13. Not here: corrections for
//! bias and skewness.

use neuro_core::{Domain, Streams};
use rand::RngExt;

use super::check_sample;
use super::summary::{Quantile, quantile_of_sorted, sorted, summary};
use crate::Error;

/// A bootstrap confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapInterval {
    /// The statistic of the sample itself.
    pub estimate: f64,
    /// Lower end of the interval.
    pub lower: f64,
    /// Upper end of the interval.
    pub upper: f64,
    /// Standard deviation of the statistic over resamples.
    pub standard_error: f64,
}

/// The interval that holds `statistic` of the population with the given confidence, such as 0.95,
/// from `resamples` resamples (1000 or more for 95 %) drawn from stream `index` of
/// [`Domain::Analysis`].
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two values, [`neuro_core::Error::NonFinite`] for a value
/// or a statistic that is not finite, [`neuro_core::Error::OutOfRange`] for fewer than two resamples
/// or a confidence that is not between 0 and 1.
///
/// ```
/// use neuro_analysis::statistics::bootstrap_interval;
/// use neuro_core::Streams;
///
/// // The share of 40 networks that learned.
/// let learned: Vec<f64> = (0..40).map(|k| f64::from(k % 4 != 0)).collect();
/// let mean = |sample: &[f64]| sample.iter().sum::<f64>() / sample.len() as f64;
/// let found = bootstrap_interval(&learned, mean, 2000, 0.95, Streams::new(1), 0)?;
/// assert!(found.lower < 0.75 && 0.75 < found.upper);
/// // sqrt(0.75 * 0.25 / 40)
/// assert!((found.standard_error - 0.0685).abs() < 0.005);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn bootstrap_interval(
    values: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    resamples: usize,
    confidence: f64,
    streams: Streams,
    index: u64,
) -> Result<BootstrapInterval, Error> {
    check_sample("sample of a bootstrap", values, 2)?;
    let enough = resamples >= 2;
    neuro_core::Error::check_range("resamples", "at least 2", resamples as f64, enough)?;
    neuro_core::Error::check_size::<f64>("resamples", &[resamples])?;
    let inside = confidence > 0.0 && confidence < 1.0;
    neuro_core::Error::check_range("confidence", "above 0 and below 1", confidence, inside)?;
    let estimate = statistic(values);
    neuro_core::Error::check_finite("statistic of a sample", &[estimate])?;
    let mut rng = streams.rng(Domain::Analysis, index);
    let mut resample = values.to_vec();
    let mut outcomes = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        for value in &mut resample {
            *value = values[rng.random_range(0..values.len())];
        }
        outcomes.push(statistic(&resample));
    }
    neuro_core::Error::check_finite("statistic of a resample", &outcomes)?;
    let standard_error = summary(&outcomes)?.standard_deviation.unwrap_or(0.0);
    let outcomes = sorted(&outcomes);
    let end = |fraction| quantile_of_sorted(&outcomes, fraction, Quantile::Linear);
    Ok(BootstrapInterval {
        estimate,
        lower: end((1.0 - confidence) / 2.0),
        upper: end((1.0 + confidence) / 2.0),
        standard_error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(values: &[f64]) -> f64 {
        values.iter().sum::<f64>() / values.len() as f64
    }

    #[test]
    fn the_standard_error_of_a_mean_is_that_of_theory() {
        let mut normals = Streams::new(3).normals(Domain::User, 0);
        let values: Vec<f64> = (0..100).map(|_| normals.sample()).collect();
        let found = bootstrap_interval(&values, mean, 4000, 0.9, Streams::new(4), 0);
        let found = found.expect("valid sample");
        // Resampling has the variance with denominator n.
        let of_theory = summary(&values)
            .expect("values")
            .standard_error
            .expect("100")
            * (99.0_f64 / 100.0).sqrt();
        // Relative standard error of a standard deviation of 4000 outcomes: 1.1 %.
        assert!((found.standard_error / of_theory - 1.0).abs() < 0.04);
        let half = (found.upper - found.lower) / 2.0;
        assert!(
            (half / (1.645 * of_theory) - 1.0).abs() < 0.08,
            "{half} {of_theory}"
        );
    }

    #[test]
    fn intervals_cover_the_true_mean_about_as_often_as_promised() {
        let streams = Streams::new(5);
        let covered = (0..300).filter(|&k| {
            let mut normals = streams.normals(Domain::User, k);
            let values: Vec<f64> = (0..40).map(|_| normals.sample()).collect();
            let found = bootstrap_interval(&values, mean, 400, 0.9, streams, k);
            let found = found.expect("valid sample");
            found.lower < 0.0 && 0.0 < found.upper
        });
        // 270 expected, less a few as the sample is small; standard deviation 5.
        let covered = covered.count();
        assert!((250..=288).contains(&covered), "{covered}");
    }

    #[test]
    fn a_constant_sample_has_a_point_interval() {
        let found = bootstrap_interval(&[2.0; 5], mean, 50, 0.95, Streams::new(6), 0);
        let found = found.expect("valid sample");
        assert_eq!(
            (found.lower, found.upper, found.standard_error),
            (2.0, 2.0, 0.0)
        );
    }

    #[test]
    fn intervals_are_the_same_for_the_same_stream_only() {
        let values = [1.0, 2.0, 4.0, 8.0, 16.0];
        let draw = |index| {
            bootstrap_interval(&values, mean, 100, 0.95, Streams::new(7), index).expect("valid")
        };
        assert_eq!(draw(0), draw(0));
        assert_ne!(draw(0), draw(1));
    }

    #[test]
    fn bad_arguments_are_refused_by_name() {
        let streams = Streams::new(0);
        let of = |values: &[f64], resamples, confidence| {
            bootstrap_interval(values, mean, resamples, confidence, streams, 0)
        };
        assert!(matches!(
            of(&[1.0], 10, 0.5),
            Err(Error::TooFewSamples { .. })
        ));
        assert!(of(&[1.0, 2.0], 1, 0.5).is_err() && of(&[1.0, f64::NAN], 10, 0.5).is_err());
        assert!(of(&[1.0, 2.0], 10, 1.0).is_err() && of(&[1.0, 2.0], 10, f64::NAN).is_err());
        let found = bootstrap_interval(&[1.0, 2.0], |_| f64::NAN, 10, 0.5, streams, 0);
        let refused = matches!(found, Err(Error::Core(neuro_core::Error::NonFinite { .. })));
        assert!(refused);
    }
}
