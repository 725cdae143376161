//! How a measured quantity grows with another: which simple law it follows, and whether it follows any.
//!
//! - [`fit_trend`]: a line, a logarithm or a power.
//! - [`slope_through_origin`]: the line through the origin.
//! - [`monotone_share`]: of points from runs with many parameters, the share of the variance that the best monotone
//!   function explains (isotonic regression by pooling adjacent violators; R. E. Barlow et al. 1972, Statistical
//!   Inference under Order Restrictions, chapter 1): 1 when all runs collapse on one curve that only rises, or only
//!   falls.
//!
//! ```equation
//! Linear       y = a + b x
//! Logarithmic  y = a + b log2(x)        x grows like 2^(y / b)
//! Power        y = 2^a x^b
//! ```
//!
//! Line and logarithm are fitted by least squares of `y`, the power by least squares of `log2 y`. So that the three can
//! be compared, the share of variance that a law explains, `R^2 = 1 - sum (y - fit)^2 / sum (y - mean)^2`, is that of
//! `y` itself in all of them; it is negative where a law is worse than the mean.
//!
//! ```
//! use neuro_analysis::{Trend, fit_trend};
//!
//! // The neurons that a memory needs, when its capacity doubles with each three more.
//! let (memories, neurons) = ([4.0, 8.0, 16.0, 32.0], [7.0, 10.0, 13.0, 16.0]);
//! let fit = fit_trend(&memories, &neurons, Trend::Logarithmic)?;
//! assert!((fit.slope - 3.0).abs() < 1e-12 && (fit.r_squared - 1.0).abs() < 1e-12);
//! assert!(fit_trend(&memories, &neurons, Trend::Linear)?.r_squared < 0.95);
//! assert!((fit.value(64.0) - 19.0).abs() < 1e-12);
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use neuro_core::Error as Core;

use crate::Error;

/// A law with two parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// `y = a + b x`.
    Linear,
    /// `y = a + b log2(x)`; `x` is positive.
    Logarithmic,
    /// `y = 2^a x^b`; `x` and `y` are positive.
    Power,
}

/// A law with its parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrendFit {
    /// The law.
    pub trend: Trend,
    /// `a`: the value at `x = 0`, at `x = 1`, or the binary logarithm of that at `x = 1`.
    pub offset: f64,
    /// `b`: slope, values a doubling of `x`, or exponent.
    pub slope: f64,
    /// Share of the variance of `y` that is explained.
    pub r_squared: f64,
}

impl TrendFit {
    /// What the law says at `x`.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        match self.trend {
            Trend::Linear => self.offset + self.slope * x,
            Trend::Logarithmic => self.offset + self.slope * x.log2(),
            Trend::Power => (self.offset + self.slope * x.log2()).exp2(),
        }
    }
}

/// Fits a law to points.
///
/// # Errors
/// [`neuro_core::Error`] for different lengths, values that are not finite, or not positive where a logarithm is taken;
/// [`Error::TooFewSamples`] for fewer than three points; [`Error::Constant`] when all `x` or all `y` are equal.
pub fn fit_trend(x: &[f64], y: &[f64], trend: Trend) -> Result<TrendFit, Error> {
    check("trend", x, y, 3)?;
    let logarithms = |what: &str, values: &[f64]| -> Result<Vec<f64>, Error> {
        for value in values {
            Core::check_range(what, "positive", *value, *value > 0.0)?;
        }
        Ok(values.iter().map(|v| v.log2()).collect())
    };
    let (u, v) = match trend {
        Trend::Linear => (x.to_vec(), y.to_vec()),
        Trend::Logarithmic => (logarithms("places of a trend", x)?, y.to_vec()),
        Trend::Power => (
            logarithms("places of a trend", x)?,
            logarithms("values of a trend", y)?,
        ),
    };
    let count = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (u_mean, v_mean, y_mean) = (mean(&u), mean(&v), mean(y));
    let square = |values: &[f64], mean: f64| values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    let (width, height) = (square(&u, u_mean), square(y, y_mean));
    for (what, spread) in [("places of a trend", width), ("values of a trend", height)] {
        if spread <= 0.0 {
            return Err(Error::Constant { what: what.into() });
        }
    }
    let products = u.iter().zip(&v).map(|(u, v)| (u - u_mean) * (v - v_mean));
    let slope = products.sum::<f64>() / width;
    let mut fit = TrendFit {
        trend,
        offset: v_mean - slope * u_mean,
        slope,
        r_squared: f64::NAN,
    };
    let residuals = x.iter().zip(y).map(|(x, y)| (y - fit.value(*x)).powi(2));
    fit.r_squared = 1.0 - residuals.sum::<f64>() / height;
    Ok(fit)
}

/// The slope of the line through the origin that is nearest to the points.
///
/// # Errors
/// [`neuro_core::Error::Length`], [`neuro_core::Error::NonFinite`], [`Error::TooFewSamples`] without points,
/// [`Error::Constant`] when all `x` are 0.
pub fn slope_through_origin(x: &[f64], y: &[f64]) -> Result<f64, Error> {
    check("points of a line", x, y, 1)?;
    let squares: f64 = x.iter().map(|x| x * x).sum();
    if squares == 0.0 {
        let what = "abscissae of a line".into();
        return Err(Error::Constant { what });
    }
    let products = x.iter().zip(y).map(|(x, y)| x * y);
    Ok(products.sum::<f64>() / squares)
}

/// Which way a function goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It never falls.
    Rising,
    /// It never rises.
    Falling,
}

/// Share of the variance of `y` that the best monotone function of `x` explains.
///
/// # Errors
/// [`neuro_core::Error::Length`], [`neuro_core::Error::NonFinite`], [`Error::TooFewSamples`] for fewer than three,
/// [`Error::NoVariance`] when all `y` are equal.
///
/// ```
/// use neuro_analysis::{Direction, monotone_share};
///
/// // Monotone but not linear: all of it is explained, and nothing in the other direction.
/// let (x, y) = ([3.0, 1.0, 2.0, 4.0], [8.0, 0.0, 7.0, 8.5]);
/// assert!((monotone_share(&x, &y, Direction::Rising)? - 1.0).abs() < 1e-12);
/// assert!(monotone_share(&x, &y, Direction::Falling)? < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn monotone_share(x: &[f64], y: &[f64], direction: Direction) -> Result<f64, Error> {
    check("points of a monotone fit", x, y, 3)?;
    let mut points: Vec<(f64, f64)> = x.iter().copied().zip(y.iter().copied()).collect();
    points.sort_by(|a, b| match direction {
        Direction::Rising => a.0.total_cmp(&b.0),
        Direction::Falling => b.0.total_cmp(&a.0),
    });
    // Mean and number of points of each block; equal abscissae share one.
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    for tied in points.chunk_by(|a, b| a.0 == b.0) {
        let sum: f64 = tied.iter().map(|p| p.1).sum();
        let count = tied.len() as f64;
        let mut block = (sum / count, count);
        while let Some(before) = blocks.last().copied()
            && before.0 >= block.0
        {
            blocks.pop();
            let count = before.1 + block.1;
            block = ((before.0 * before.1 + block.0 * block.1) / count, count);
        }
        blocks.push(block);
    }
    let n = y.len() as f64;
    let mean = y.iter().sum::<f64>() / n;
    let total: f64 = y.iter().map(|y| (y - mean) * (y - mean)).sum();
    if total == 0.0 {
        let what = "monotone fit".into();
        return Err(Error::NoVariance { what });
    }
    // Least squares: what the fitted values vary is what they explain.
    let explained = blocks.iter().map(|(m, c)| c * (m - mean) * (m - mean));
    Ok(explained.sum::<f64>() / total)
}

fn check(what: &str, x: &[f64], y: &[f64], needed: usize) -> Result<(), Error> {
    Core::check_length(what, x.len(), y.len())?;
    Core::check_finite(what, x)?;
    Core::check_finite(what, y)?;
    if x.len() < needed {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed,
            found: x.len(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_law_finds_its_own_parameters_and_explains_its_own_curve_best() {
        let x = [3.0, 4.0, 6.0, 9.0, 17.0, 40.0];
        let laws = [Trend::Linear, Trend::Logarithmic, Trend::Power];
        for trend in laws {
            let law = TrendFit {
                trend,
                offset: 1.5,
                slope: 0.7,
                r_squared: 1.0,
            };
            let y: Vec<f64> = x.iter().map(|x| law.value(*x)).collect();
            let fits = laws.map(|other| fit_trend(&x, &y, other).expect("positive and different"));
            for fit in fits {
                if fit.trend == trend {
                    assert!((fit.offset - 1.5).abs() < 1e-12 && (fit.slope - 0.7).abs() < 1e-12);
                    assert!((fit.r_squared - 1.0).abs() < 1e-12);
                } else {
                    assert!(fit.r_squared < 0.999, "{trend:?} {fit:?}");
                }
            }
        }
    }

    #[test]
    fn points_that_determine_no_law_are_refused() {
        let refused = |x: &[f64], y: &[f64], trend| {
            let fit = fit_trend(x, y, trend).map(|_| ());
            fit.map_err(|e| e.to_string()).expect_err("refused")
        };
        let two = refused(&[1.0, 2.0], &[1.0, 2.0], Trend::Linear);
        assert_eq!(two, "trend: expected at least 3 samples, found 2");
        refused(&[1.0; 3], &[1.0, 2.0, 3.0], Trend::Linear);
        refused(&[1.0, 2.0, 3.0], &[1.0; 3], Trend::Linear);
        refused(&[0.0, 2.0, 3.0], &[1.0, 2.0, 3.0], Trend::Logarithmic);
        refused(&[1.0, 2.0, 3.0], &[-1.0, 2.0, 3.0], Trend::Power);
        refused(&[1.0, 2.0, f64::NAN], &[1.0, 2.0, 3.0], Trend::Linear);
        refused(&[1.0, 2.0], &[1.0, 2.0, 3.0], Trend::Linear);
    }

    #[test]
    fn the_line_through_the_origin_is_the_nearest() {
        let (x, y) = ([1.0, 2.0, 4.0], [2.2, 3.8, 8.1]);
        let slope = slope_through_origin(&x, &y).expect("points");
        let error = |slope: f64| {
            let apart = x.iter().zip(&y).map(|(x, y)| (y - slope * x).powi(2));
            apart.sum::<f64>()
        };
        assert!(error(slope) < error(slope + 1e-3) && error(slope) < error(slope - 1e-3));
        assert!(slope_through_origin(&[0.0], &[1.0]).is_err());
    }

    #[test]
    fn pooled_blocks_are_the_isotonic_regression() {
        // Of 1, 3, 2, 4 the nearest rising values are 1, 2.5, 2.5, 4: half a square is left of 5.
        let found = monotone_share(
            &[1.0, 2.0, 3.0, 4.0],
            &[1.0, 3.0, 2.0, 4.0],
            Direction::Rising,
        );
        assert!((found.expect("points") - 0.9).abs() < 1e-12);
        // Equal abscissae must have one value.
        let tied = monotone_share(
            &[1.0, 1.0, 2.0, 2.0],
            &[0.0, 2.0, 3.0, 5.0],
            Direction::Rising,
        );
        assert!((tied.expect("points") - 9.0 / 13.0).abs() < 1e-12);
    }

    #[test]
    fn points_without_an_order_or_a_spread_are_refused() {
        assert!(slope_through_origin(&[], &[]).is_err());
        let refused = |x: &[f64], y: &[f64]| monotone_share(x, y, Direction::Rising).is_err();
        assert!(refused(&[1.0, 2.0], &[1.0, 2.0]));
        assert!(refused(&[1.0, 2.0, 3.0], &[1.0; 3]));
        assert!(refused(&[1.0, 2.0, f64::NAN], &[1.0, 2.0, 3.0]));
    }
}
