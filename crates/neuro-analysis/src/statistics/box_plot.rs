//! The numbers behind a box plot.
//!
//! The box runs from the lower to the upper quartile, with the median inside; its height is the
//! interquartile range `IQR`. The whiskers reach to the outermost values that lie at most 1.5 `IQR`
//! from the box; what lies beyond is drawn as single points. Source: J. W. Tukey 1977, Exploratory
//! Data Analysis, chapter 2. Quartiles have several definitions, which differ in small samples.

use super::check_sample;
use super::summary::{Quantile, median_of_sorted, quantile_of_sorted, sorted};
use crate::Error;

/// Which values are the quartiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quartiles {
    /// The quantiles 1/4 and 3/4.
    Interpolated(Quantile),
    /// Tukey's hinges: the medians of the lower and of the upper half, both of which hold the median
    /// of an odd number of values.
    TukeyHinges,
}

/// Options of [`box_plot`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BoxPlotConfig {
    /// Which values are the quartiles. Default: type 7 of Hyndman and Fan, as in `NumPy`.
    pub quartiles: Quartiles,
    /// Largest length of a whisker in units of the interquartile range, at least 0; infinite for
    /// whiskers to the outermost values. Default 1.5.
    pub whisker: f64,
}

impl Default for BoxPlotConfig {
    fn default() -> Self {
        Self {
            quartiles: Quartiles::Interpolated(Quantile::Linear),
            whisker: 1.5,
        }
    }
}

impl BoxPlotConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] with the name of the field.
    pub fn validate(&self) -> Result<(), neuro_core::Error> {
        let valid = self.whisker >= 0.0;
        neuro_core::Error::check_range("whisker", "at least 0", self.whisker, valid)
    }
}

/// What a box plot of a sample shows.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxPlot {
    /// Lower end of the lower whisker, at most the lower quartile.
    pub lower_whisker: f64,
    /// Lower end of the box.
    pub lower_quartile: f64,
    /// Median.
    pub median: f64,
    /// Upper end of the box.
    pub upper_quartile: f64,
    /// Upper end of the upper whisker, at least the upper quartile.
    pub upper_whisker: f64,
    /// Values beyond the whiskers, sorted.
    pub outliers: Vec<f64>,
}

/// The numbers behind a box plot of a sample. A single value is its own box, of height 0.
///
/// # Errors
/// [`Error::TooFewSamples`] for an empty sample, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] for a negative whisker.
///
/// ```
/// use neuro_analysis::statistics::{BoxPlotConfig, box_plot};
///
/// // Mean time constants (ms) of networks, one of them far out.
/// let shown = box_plot(&[31.0, 35.0, 30.0, 33.0, 34.0, 32.0, 58.0], &BoxPlotConfig::default())?;
/// assert_eq!((shown.lower_quartile, shown.median, shown.upper_quartile), (31.5, 33.0, 34.5));
/// assert_eq!((shown.lower_whisker, shown.upper_whisker), (30.0, 35.0));
/// assert_eq!(shown.outliers, [58.0]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn box_plot(values: &[f64], config: &BoxPlotConfig) -> Result<BoxPlot, Error> {
    config.validate()?;
    check_sample("sample of a box plot", values, 1)?;
    let sorted = sorted(values);
    let (lower_quartile, upper_quartile) = match config.quartiles {
        Quartiles::Interpolated(method) => (
            quantile_of_sorted(&sorted, 0.25, method),
            quantile_of_sorted(&sorted, 0.75, method),
        ),
        Quartiles::TukeyHinges => {
            let half = sorted.len().div_ceil(2);
            (
                median_of_sorted(&sorted[..half]),
                median_of_sorted(&sorted[sorted.len() - half..]),
            )
        }
    };
    let range = upper_quartile - lower_quartile;
    // An infinite whisker of an empty box: still to the outermost values.
    let length = if config.whisker == f64::INFINITY {
        f64::INFINITY
    } else {
        config.whisker * range
    };
    let (lowest, highest) = (lower_quartile - length, upper_quartile + length);
    let (outside, inside): (Vec<f64>, Vec<f64>) = sorted
        .iter()
        .partition(|v| !(lowest..=highest).contains(*v));
    // Between interpolated quartiles and their whiskers there may be no value at all.
    let ends = (inside.first(), inside.last());
    Ok(BoxPlot {
        lower_whisker: ends.0.map_or(lower_quartile, |v| v.min(lower_quartile)),
        lower_quartile,
        median: median_of_sorted(&sorted),
        upper_quartile,
        upper_whisker: ends.1.map_or(upper_quartile, |v| v.max(upper_quartile)),
        outliers: outside,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Quartiles; 3] = [
        Quartiles::Interpolated(Quantile::Linear),
        Quartiles::Interpolated(Quantile::Midpoint),
        Quartiles::TukeyHinges,
    ];

    fn quartiles(values: &[f64], quartiles: Quartiles) -> [f64; 3] {
        let config = BoxPlotConfig {
            quartiles,
            ..BoxPlotConfig::default()
        };
        let found = box_plot(values, &config).expect("valid sample");
        [found.lower_quartile, found.median, found.upper_quartile]
    }

    #[test]
    fn definitions_of_quartiles_differ_as_published() {
        // The samples of the usual comparison; hinges by hand, the others by NumPy 2.4.
        let odd = [
            6.0, 7.0, 15.0, 36.0, 39.0, 40.0, 41.0, 42.0, 43.0, 47.0, 49.0,
        ];
        let even = [7.0, 15.0, 36.0, 39.0, 40.0, 41.0];
        let of_odd = [[25.5, 40.0, 42.5], [20.25, 40.0, 42.75], [25.5, 40.0, 42.5]];
        let of_even = [[20.25, 37.5, 39.75], [15.0, 37.5, 40.0], [15.0, 37.5, 40.0]];
        for (i, definition) in ALL.into_iter().enumerate() {
            assert_eq!(quartiles(&odd, definition), of_odd[i]);
            assert_eq!(quartiles(&even, definition), of_even[i]);
        }
    }

    #[test]
    fn small_samples_have_boxes_too() {
        for definition in ALL {
            assert_eq!(quartiles(&[2.0], definition), [2.0; 3]);
            assert_eq!(quartiles(&[0.1; 5], definition), [0.1; 3]);
        }
        assert_eq!(
            quartiles(&[1.0, 3.0], Quartiles::TukeyHinges),
            [1.0, 2.0, 3.0]
        );
    }

    #[test]
    fn a_value_at_the_end_of_the_reach_is_no_outlier() {
        // Quartiles 1 and 3, reach -2 to 6.
        let found = box_plot(&[-2.0, 1.0, 2.0, 3.0, 6.0], &BoxPlotConfig::default());
        let found = found.expect("valid sample");
        assert_eq!((found.lower_whisker, found.upper_whisker), (-2.0, 6.0));
        assert!(found.outliers.is_empty());
        let found = box_plot(&[-2.1, 1.0, 2.0, 3.0, 6.1], &BoxPlotConfig::default());
        assert_eq!(found.expect("valid sample").outliers, [-2.1, 6.1]);
    }

    #[test]
    fn infinite_whiskers_leave_no_outliers() {
        let config = BoxPlotConfig {
            whisker: f64::INFINITY,
            ..BoxPlotConfig::default()
        };
        let found = box_plot(&[0.0, 1.0, 1.0, 1.0, 90.0], &config).expect("valid sample");
        assert_eq!((found.lower_whisker, found.upper_whisker), (0.0, 90.0));
        assert!(found.outliers.is_empty());
    }

    #[test]
    fn bad_samples_and_whiskers_are_refused() {
        let config = BoxPlotConfig::default();
        let found = box_plot(&[], &config);
        assert!(matches!(found, Err(Error::TooFewSamples { .. })));
        assert!(box_plot(&[f64::NAN], &config).is_err());
        for whisker in [-1.0, f64::NAN] {
            assert!(box_plot(&[1.0], &BoxPlotConfig { whisker, ..config }).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_parts_are_ordered_and_hold_all_values(
            values in proptest::collection::vec(-3.0..3.0f64, 1..20), whisker in 0.0..2.0,
        ) {
            let values: Vec<f64> = values.iter().map(|v| v.powi(5)).collect();
            for quartiles in ALL {
                let found = box_plot(&values, &BoxPlotConfig { quartiles, whisker }).expect("valid");
                let parts = [
                    found.lower_whisker,
                    found.lower_quartile,
                    found.median,
                    found.upper_quartile,
                    found.upper_whisker,
                ];
                prop_assert!(parts.is_sorted());
                let outside = |v: &&f64| **v < found.lower_whisker || **v > found.upper_whisker;
                prop_assert_eq!(values.iter().filter(outside).count(), found.outliers.len());
            }
        }
    }
}
