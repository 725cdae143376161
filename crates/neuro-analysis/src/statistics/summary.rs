//! Mean, spread and quantiles of a sample.
//!
//! The standard deviation has the denominator `n - 1`, the standard error of the mean is that over
//! `sqrt(n)`. A quantile interpolates linearly between the sorted values `x_1 <= ... <= x_n`; its
//! methods differ in the fraction that they give to `x_i`. Source: R. J. Hyndman and Y. Fan 1996, Am.
//! Stat. 50, 361.

use super::check_sample;
use crate::Error;

/// A sample in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Number of values.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// Standard deviation, with denominator `count - 1`; `None` for a single value.
    pub standard_deviation: Option<f64>,
    /// Standard error of the mean; `None` for a single value.
    pub standard_error: Option<f64>,
    /// Median.
    pub median: f64,
    /// Smallest value.
    pub minimum: f64,
    /// Largest value.
    pub maximum: f64,
}

/// Summarises a sample. Of values near the largest numbers the spread may be infinite.
///
/// # Errors
/// [`Error::TooFewSamples`] for an empty sample, [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::statistics::summary;
///
/// let found = summary(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])?;
/// assert_eq!((found.mean, found.median), (5.0, 4.5));
/// // The squares of the deviations sum to 32.
/// assert_eq!(found.standard_deviation, Some((32.0_f64 / 7.0).sqrt()));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn summary(values: &[f64]) -> Result<Summary, Error> {
    check_sample("sample to summarise", values, 1)?;
    let count = values.len() as f64;
    // From the first value: exact for constant samples, precise for a large offset.
    let shift = values.iter().map(|v| v - values[0]).sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - values[0] - shift).powi(2)).sum();
    let spread = (values.len() > 1).then(|| (squares / (count - 1.0)).sqrt());
    let sorted = sorted(values);
    Ok(Summary {
        count: values.len(),
        mean: values[0] + shift,
        standard_deviation: spread,
        standard_error: spread.map(|sd| sd / count.sqrt()),
        median: median_of_sorted(&sorted),
        minimum: sorted[0],
        maximum: sorted[sorted.len() - 1],
    })
}

/// Which fraction of the distribution lies below the `i`-th of `n` sorted values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Quantile {
    /// `(i - 1) / (n - 1)`: type 7 of Hyndman and Fan, the default of R and `NumPy`.
    #[default]
    Linear,
    /// `(i - 0.5) / n`: type 5, of Hazen, as in MATLAB.
    Midpoint,
}

/// The value below which the given fraction (0 to 1) of a sample lies; its smallest and largest
/// values bound it.
///
/// # Errors
/// [`Error::TooFewSamples`] for an empty sample, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] for a fraction that is not 0 to 1.
///
/// ```
/// use neuro_analysis::statistics::{Quantile, quantile};
///
/// let values = [40.0, 10.0, 30.0, 20.0];
/// assert_eq!(quantile(&values, 0.25, Quantile::Linear)?, 17.5);
/// assert_eq!(quantile(&values, 0.25, Quantile::Midpoint)?, 15.0);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn quantile(values: &[f64], fraction: f64, method: Quantile) -> Result<f64, Error> {
    check_sample("sample of a quantile", values, 1)?;
    let inside = (0.0..=1.0).contains(&fraction);
    neuro_core::Error::check_range("fraction of a quantile", "0 to 1", fraction, inside)?;
    Ok(quantile_of_sorted(&sorted(values), fraction, method))
}

/// [`quantile`] of sorted values.
pub(super) fn quantile_of_sorted(sorted: &[f64], fraction: f64, method: Quantile) -> f64 {
    let last = (sorted.len() - 1) as f64;
    let position = match method {
        Quantile::Linear => fraction * last,
        Quantile::Midpoint => (fraction * (last + 1.0) - 0.5).clamp(0.0, last),
    };
    let below = position.floor();
    let weight = position - below;
    let (low, high) = (sorted[below as usize], sorted[position.ceil() as usize]);
    if low == high {
        return low;
    }
    // The difference may overflow, the terms cannot.
    (low * (1.0 - weight) + high * weight).clamp(low, high)
}

/// Median of sorted values.
pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    let n = sorted.len();
    f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2])
}

pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::close;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn moments_match_scipy() {
        // NumPy 2.4 and SciPy 1.17: mean, std(ddof=1), sem, median.
        let found = summary(&[1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]);
        let found = found.expect("nine values");
        close(found.mean, 1.7666666666666666, 1e-15);
        close(
            found.standard_deviation.expect("nine"),
            0.7155941587240634,
            1e-15,
        );
        close(
            found.standard_error.expect("nine"),
            0.23853138624135448,
            1e-15,
        );
        assert_eq!(
            (found.median, found.minimum, found.maximum),
            (1.68, 0.5, 3.06)
        );
    }

    #[test]
    fn quantiles_match_numpy() {
        // NumPy 2.4, percentile(method="hazen" and "linear").
        let even = [36.0, 7.0, 39.0, 15.0, 41.0, 40.0];
        let odd = [
            6.0, 7.0, 15.0, 36.0, 39.0, 40.0, 41.0, 42.0, 43.0, 47.0, 49.0,
        ];
        let check = |values: &[f64], method, fractions: &[f64], expected: &[f64]| {
            for (fraction, expected) in fractions.iter().zip(expected) {
                let found = quantile(values, *fraction, method).expect("a fraction");
                close(found, *expected, 1e-15);
            }
        };
        let of_even = [0.0, 0.1, 0.25, 0.5, 0.75, 0.95, 1.0];
        check(
            &even,
            Quantile::Midpoint,
            &of_even,
            &[7.0, 7.8, 15.0, 37.5, 40.0, 41.0, 41.0],
        );
        check(
            &even,
            Quantile::Linear,
            &of_even,
            &[7.0, 11.0, 20.25, 37.5, 39.75, 40.75, 41.0],
        );
        let of_odd = [0.1, 0.25, 0.5, 0.75, 0.95];
        check(
            &odd,
            Quantile::Midpoint,
            &of_odd,
            &[6.6, 20.25, 40.0, 42.75, 48.9],
        );
        check(
            &odd,
            Quantile::Linear,
            &of_odd,
            &[7.0, 25.5, 40.0, 42.5, 48.0],
        );
    }

    #[test]
    fn a_single_value_has_a_mean_but_no_spread() {
        let found = summary(&[3.0]).expect("one value");
        assert_eq!((found.mean, found.median, found.count), (3.0, 3.0, 1));
        assert_eq!(
            (found.standard_deviation, found.standard_error),
            (None, None)
        );
        for method in [Quantile::Linear, Quantile::Midpoint] {
            assert_eq!(quantile(&[3.0], 0.3, method).expect("one value"), 3.0);
        }
    }

    #[test]
    fn a_constant_sample_has_no_spread_at_all() {
        assert_eq!(
            summary(&[0.1; 7]).expect("values").standard_deviation,
            Some(0.0)
        );
    }

    #[test]
    fn bad_samples_and_fractions_are_refused_by_name() {
        assert!(matches!(summary(&[]), Err(Error::TooFewSamples { .. })));
        assert!(summary(&[1.0, f64::NAN]).is_err());
        for fraction in [-0.1, 1.1, f64::NAN] {
            assert!(quantile(&[1.0], fraction, Quantile::Linear).is_err());
        }
    }

    proptest! {
        #[test]
        fn quantiles_rise_with_the_fraction_and_mirror_with_the_sign(
            values in proptest::collection::vec(-5.0..5.0, 1..12),
            low in 0.0..1.0, high in 0.0..1.0,
        ) {
            for method in [Quantile::Linear, Quantile::Midpoint] {
                let at = |values: &[f64], fraction| quantile(values, fraction, method).expect("valid");
                let (low, high) = if low < high { (low, high) } else { (high, low) };
                prop_assert!(at(&values, low) <= at(&values, high) + 1e-14);
                let mirrored: Vec<f64> = values.iter().map(|v| -v).collect();
                prop_assert!((at(&mirrored, 1.0 - low) + at(&values, low)).abs() < 1e-12);
            }
        }
    }
}
