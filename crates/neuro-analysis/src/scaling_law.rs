//! How a measured quantity grows with a parameter, and whether one combination of parameters explains it.
//!
//! - [`power_law`]: `y = factor x^exponent` by least squares of the logarithms.
//! - [`slope_through_origin`]: `y = slope x` by least squares.
//! - [`monotone_share`]: of points `(x, y)` from runs with many parameters, the share of the variance of
//!   `y` that the best monotone function of `x` explains (isotonic regression by pooling adjacent violators):
//!   1 when all runs collapse on one monotone curve, 0 when `x` says nothing in that direction.
//!
//! Source: R. E. Barlow et al. 1972, Statistical Inference under Order Restrictions, chapter 1. Used for the
//! error scaling of Kim & Chow 2018, eLife 7, e37124, Eq. 3, Figs. 6e, f and 7b.

use neuro_core::Error as Core;

use crate::Error;

/// A power law fit to points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// The power.
    pub exponent: f64,
    /// The value at `x = 1`.
    pub factor: f64,
    /// Share of the variance of `ln y` that the law explains, 0 to 1; 1 when `y` does not vary.
    pub explained: f64,
}

/// Fits `y = factor x^exponent`.
///
/// # Errors
/// [`neuro_core::Error::Length`], [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] for values
/// that are not positive, [`Error::TooFewSamples`] for fewer than two, [`Error::Constant`] when all `x`
/// are equal.
///
/// ```
/// use neuro_analysis::scaling_law::power_law;
///
/// let law = power_law(&[1.0, 4.0, 16.0], &[3.0, 1.5, 0.75])?;
/// assert!((law.exponent + 0.5).abs() < 1e-12 && (law.factor - 3.0).abs() < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn power_law(x: &[f64], y: &[f64]) -> Result<PowerLaw, Error> {
    check("points of a power law", x, y, 2)?;
    for value in x.iter().chain(y) {
        Core::check_range("value of a power law", "positive", *value, *value > 0.0)?;
    }
    let logs = |values: &[f64]| values.iter().map(|v| v.ln()).collect::<Vec<_>>();
    let (x, y) = (logs(x), logs(y));
    let n = x.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mx, my) = (mean(&x), mean(&y));
    let pairs = x.iter().zip(&y);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    if xx == 0.0 {
        let what = "abscissae of a power law".into();
        return Err(Error::Constant { what });
    }
    let exponent = xy / xx;
    let explained = if yy > 0.0 { exponent * xy / yy } else { 1.0 };
    Ok(PowerLaw {
        exponent,
        factor: (my - exponent * mx).exp(),
        explained,
    })
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
/// use neuro_analysis::scaling_law::{Direction, monotone_share};
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
    fn what_cannot_be_fit_is_refused() {
        assert!(power_law(&[1.0, 2.0], &[1.0, -1.0]).is_err());
        assert!(power_law(&[1.0, 1.0], &[1.0, 2.0]).is_err());
        assert!(power_law(&[1.0], &[1.0]).is_err());
        assert!(monotone_share(&[1.0, 2.0], &[1.0, 2.0], Direction::Rising).is_err());
        assert!(monotone_share(&[1.0, 2.0, 3.0], &[1.0; 3], Direction::Rising).is_err());
        assert!(monotone_share(&[1.0, 2.0, f64::NAN], &[1.0; 3], Direction::Rising).is_err());
    }
}
