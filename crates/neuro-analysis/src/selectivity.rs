//! How strongly units are tuned to a direction, and whether all are tuned alike.
//!
//! ```equation
//! f_i = | 1/S sum_s exp(i s) r_i(s) |
//! ```
//!
//! over `S` stimuli `s` (radians) all round. `f_i` is half the amplitude of the first harmonic of the
//! tuning curve of unit `i`, 0 for a silent unit. In a translation-invariant network all are equal:
//! their standard deviation over their mean measures how far the network is from that. Source: Gu &
//! Lim, Unsupervised learning for robust working memory, Eq. 23.
//!
//! ```
//! use neuro_analysis::selectivity::selectivity;
//! use neuro_core::connectivity::ring_angles;
//! use neuro_core::nalgebra::DMatrix;
//!
//! // Cosine tuning of amplitude 4 in every unit: f = 2, and no heterogeneity.
//! let angles = ring_angles(12);
//! let rates = DMatrix::from_fn(12, 12, |i, s| 5.0 + 4.0 * (angles[i] - angles[s]).cos());
//! let found = selectivity(&rates, &angles)?;
//! assert!((found.mean - 2.0).abs() < 1e-14);
//! assert!(found.heterogeneity(0.01).is_some_and(|h| h < 1e-14));
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use nalgebra::DMatrix;

use crate::Error;

/// Selectivity of units, and its spread.
#[derive(Clone, Debug, PartialEq)]
pub struct Selectivity {
    /// `f_i` of each unit, in the unit of the rates.
    pub units: Vec<f64>,
    /// Mean over units.
    pub mean: f64,
    /// Standard deviation over units, with denominator `N`.
    pub sd: f64,
}

impl Selectivity {
    /// Standard deviation over mean: 0 in a translation-invariant network. `None` when the mean is
    /// below `least_mean` (0.01 Hz in the source's program), where the ratio says nothing.
    #[must_use]
    pub fn heterogeneity(&self, least_mean: f64) -> Option<f64> {
        (self.mean > 0.0 && self.mean >= least_mean).then(|| self.sd / self.mean)
    }
}

/// The selectivity of each unit from its `rates` (units x stimuli) for `stimuli` (radians) all round.
///
/// # Errors
/// [`neuro_core::Error`] when there is not one angle for each column, there are no rates, or a value is
/// not finite.
pub fn selectivity(rates: &DMatrix<f64>, stimuli: &[f64]) -> Result<Selectivity, Error> {
    use neuro_core::Error as Core;
    Core::check_length("stimuli", rates.ncols(), stimuli.len())?;
    if rates.is_empty() {
        let what = "rates".into();
        return Err(Core::Empty { what }.into());
    }
    Core::check_finite("stimuli", stimuli)?;
    Core::check_finite("rates", rates.as_slice())?;
    let directions: Vec<(f64, f64)> = stimuli.iter().map(|s| s.sin_cos()).collect();
    let units: Vec<f64> = rates
        .row_iter()
        .map(|row| {
            let (mut y, mut x) = (0.0, 0.0);
            for (r, (sin, cos)) in row.iter().zip(&directions) {
                y += r * sin;
                x += r * cos;
            }
            x.hypot(y) / stimuli.len() as f64
        })
        .collect();
    let n = units.len() as f64;
    let mean = units.iter().sum::<f64>() / n;
    let squares = units.iter().map(|f| (f - mean).powi(2));
    let sd = (squares.sum::<f64>() / n).sqrt();
    Ok(Selectivity { units, mean, sd })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_silent_unit_of_four_shows_as_heterogeneity() {
        let angles = neuro_core::connectivity::ring_angles(4);
        let rates = DMatrix::from_fn(4, 4, |i, s| {
            let tuned = 2.0 + 2.0 * (angles[i] - angles[s]).cos();
            if i == 0 { 0.0 } else { tuned }
        });
        let found = selectivity(&rates, &angles).expect("valid");
        assert!(found.units[0] == 0.0 && (found.units[1] - 1.0).abs() < 1e-15);
        // Of 0, 1, 1, 1: mean 3/4, variance 3/16.
        let expected = (3.0_f64 / 16.0).sqrt() / 0.75;
        let heterogeneity = found.heterogeneity(0.01).expect("mean above");
        assert!((heterogeneity - expected).abs() < 1e-14);
        assert_eq!(found.heterogeneity(1.0), None);
    }

    #[test]
    fn silence_has_no_heterogeneity_and_wrong_sizes_are_refused() {
        let found = selectivity(&DMatrix::zeros(3, 2), &[0.0, 3.0]).expect("valid");
        assert_eq!(found.heterogeneity(0.0), None);
        assert!(selectivity(&DMatrix::zeros(3, 2), &[0.0]).is_err());
        assert!(selectivity(&DMatrix::zeros(0, 0), &[]).is_err());
    }
}
