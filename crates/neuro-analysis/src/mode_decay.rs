//! How fast the Fourier modes of activity on a ring decay.
//!
//! ```equation
//! a_n(t) = | 1/N sum_j r_j(t) exp(-2 pi i n j / N) |,      log a_n(t) = c - k_n t
//! ```
//!
//! `r_j` is the rate of unit `j` of `N` around the ring, `n` the number of waves. `k_n` is the slope of
//! the least-squares line through the logarithms, in the inverse unit of time; the time constant is its
//! inverse. Compare `k_n`: near perfect memory it passes through 0 and the time constant through
//! infinity. Source: Gu & Lim, Unsupervised learning for robust working memory, Figure S1A.
//!
//! ```
//! use neuro_analysis::mode_decay::mode_decay;
//! use neuro_core::connectivity::ring_angles;
//! use neuro_core::nalgebra::DMatrix;
//!
//! // A background that stays, and a bump that decays with a time constant of 50.
//! let (angles, times) = (ring_angles(8), [0.0, 10.0, 20.0, 30.0]);
//! let rates = DMatrix::from_fn(8, 4, |j, k| 3.0 + angles[j].cos() * f64::exp(-times[k] / 50.0));
//! let decay = mode_decay(&rates, &times, 2)?;
//! assert!(decay[0].is_some_and(|k| k.abs() < 1e-14));
//! assert!(decay[1].is_some_and(|k| (1.0 / k - 50.0).abs() < 1e-10));
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use std::f64::consts::TAU;

use nalgebra::DMatrix;
use neuro_core::Complex;

use crate::Error;

/// Rates of decay of the modes `0 .. modes` of `activity` (units x times); negative for growth, `None`
/// for a mode that is 0 at some time.
///
/// # Errors
/// [`neuro_core::Error`] when there is not one time for each column, values are not finite, or there
/// are more modes than the ring has; [`Error::TooFewSamples`] for fewer than two times,
/// [`Error::Constant`] when all times are equal.
pub fn mode_decay(
    activity: &DMatrix<f64>,
    times: &[f64],
    modes: usize,
) -> Result<Vec<Option<f64>>, Error> {
    use neuro_core::Error as Core;
    let n = activity.nrows();
    Core::check_length("times of activity", activity.ncols(), times.len())?;
    Core::check_finite("times of activity", times)?;
    Core::check_finite("activity", activity.as_slice())?;
    let most = if n == 0 { 0 } else { n / 2 + 1 };
    let expected = format!("at most {most} on {n} units");
    Core::check_range("modes", &expected, modes as f64, modes <= most)?;
    if times.len() < 2 {
        return Err(Error::TooFewSamples {
            what: "decay of modes".into(),
            needed: 2,
            found: times.len(),
        });
    }
    let count = times.len() as f64;
    let mean = times.iter().sum::<f64>() / count;
    let spread: f64 = times.iter().map(|t| (t - mean).powi(2)).sum();
    if spread == 0.0 {
        let what = "times of activity".into();
        return Err(Error::Constant { what });
    }
    let waves: Vec<Complex<f64>> = (0..n)
        .map(|j| Complex::cis(-TAU * j as f64 / n as f64))
        .collect();
    let decay = |mode: usize| {
        let mut slope = 0.0;
        for (column, t) in activity.column_iter().zip(times) {
            let rates = column.iter().enumerate();
            let part: Complex<f64> = rates.map(|(j, r)| waves[mode * j % n] * r).sum();
            let amplitude = part.norm() / n as f64;
            if amplitude == 0.0 {
                return None;
            }
            slope += amplitude.ln() * (t - mean) / spread;
        }
        Some(-slope)
    };
    Ok((0..modes).map(decay).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_has_the_decay_that_it_was_given() {
        let rates: [f64; 3] = [0.01, -0.02, 0.3];
        let times: Vec<f64> = (0..20).map(f64::from).collect();
        let activity = DMatrix::from_fn(10, times.len(), |j, k| {
            let wave = |n: usize| (TAU * (n * j) as f64 / 10.0 + 0.7).cos();
            let modes = rates.iter().enumerate();
            modes
                .map(|(n, rate)| wave(n) * (-rate * times[k]).exp())
                .sum()
        });
        let found = mode_decay(&activity, &times, 3).expect("valid");
        for (found, rate) in found.iter().zip(rates) {
            // Rounding of the amplitudes, the smallest 3e-3 of the sum.
            assert!(found.is_some_and(|found| (found - rate).abs() < 1e-11));
        }
    }

    #[test]
    fn a_mode_that_vanishes_has_no_decay() {
        let found = mode_decay(&DMatrix::zeros(4, 3), &[0.0, 1.0, 2.0], 2).expect("valid");
        assert_eq!(found, [None, None]);
    }

    #[test]
    fn times_that_do_not_fit_are_refused() {
        let activity = DMatrix::from_element(4, 2, 1.0);
        assert!(mode_decay(&activity, &[0.0, 1.0], 3).is_ok());
        assert!(mode_decay(&activity, &[0.0, 1.0], 4).is_err());
        assert!(mode_decay(&activity, &[0.0], 1).is_err());
        assert!(mode_decay(&activity, &[1.0, 1.0], 1).is_err());
        assert!(mode_decay(&DMatrix::zeros(4, 1), &[0.0], 1).is_err());
    }
}
