//! Decoding a direction from the activity of units with preferred directions.
//!
//! ```equation
//! s_hat = atan2( sum_i n_i sin(x_i), sum_i n_i cos(x_i) ),    error = 1 - cos(s - s_hat)
//! ```
//!
//! `n_i` is the activity of the unit that prefers the angle `x_i` (radians): a rate, or the number of
//! spikes in a window, Poisson with mean rate x window. The error is 0 for the right direction, 1 on
//! average for random ones. Without any spike the direction is 0, so that silence, too, has the mean
//! error 1 over stimuli all round. Sources: Georgopoulos, Schwartz & Kettner, Science 233 (1986) 1416; Gu & Lim,
//! Unsupervised learning for robust working memory, Eqs. 21 and 22.
//!
//! ```
//! use neuro_analysis::population_vector::{circular_error, population_vector};
//! use neuro_core::connectivity::ring_angles;
//! use neuro_core::nalgebra::DMatrix;
//!
//! // A bump of rates about 1 radian is read as 1 radian.
//! let angles = ring_angles(16);
//! let rates = DMatrix::from_iterator(16, 1, angles.iter().map(|x| 10.0 + 10.0 * (x - 1.0).cos()));
//! let decoded = population_vector(&rates, &angles)?;
//! assert!(circular_error(decoded[0], 1.0) < 1e-15);
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use nalgebra::DMatrix;
use neuro_core::{Domain, Streams};
use rand::{Rng, RngExt};

use crate::Error;

/// The direction (radians) of each column of `activity` (units x observations).
///
/// # Errors
/// [`neuro_core::Error`] when there is not one angle for each unit, or a value is not finite.
pub fn population_vector(activity: &DMatrix<f64>, angles: &[f64]) -> Result<Vec<f64>, Error> {
    use neuro_core::Error as Core;
    Core::check_length("preferred angles", activity.nrows(), angles.len())?;
    Core::check_finite("preferred angles", angles)?;
    Core::check_finite("activity", activity.as_slice())?;
    let directions: Vec<(f64, f64)> = angles.iter().map(|x| x.sin_cos()).collect();
    let decoded = activity.column_iter().map(|column| {
        let (mut y, mut x) = (0.0, 0.0);
        for (n, (sin, cos)) in column.iter().zip(&directions) {
            y += n * sin;
            x += n * cos;
        }
        f64::atan2(y, x)
    });
    Ok(decoded.collect())
}

/// `1 - cos(a - b)` of two angles (radians): 0 to 2.
#[must_use]
pub fn circular_error(a: f64, b: f64) -> f64 {
    1.0 - (a - b).cos()
}

/// How spikes are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CountConfig {
    /// Window, in the inverse unit of the rates, positive: 0.2 s for rates in Hz.
    pub window: f64,
    /// Independent counts of each observation, at least 1.
    pub repetitions: usize,
}

impl Default for CountConfig {
    /// The window and repetitions of Gu & Lim.
    fn default() -> Self {
        Self {
            window: 0.2,
            repetitions: 20,
        }
    }
}

/// Directions decoded from random counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CountDecoding {
    /// Decoded directions (radians), repetitions x observations.
    pub decoded: DMatrix<f64>,
    /// [`circular_error`] of each, 0 to 2, repetitions x observations.
    pub errors: DMatrix<f64>,
    /// Mean of all errors, 0 to 2.
    pub mean_error: f64,
}

/// Decodes the directions `stimuli` from Poisson counts of `rates` (units x stimuli).
///
/// Counts of repetition `k` are drawn from the `Analysis` stream `k`, whatever the other repetitions.
///
/// # Errors
/// [`neuro_core::Error`] when sizes do not fit, there is no stimulus, a rate is negative or not finite,
/// or a setting is out of range.
pub fn decode_counts(
    rates: &DMatrix<f64>,
    angles: &[f64],
    stimuli: &[f64],
    config: CountConfig,
    streams: Streams,
) -> Result<CountDecoding, Error> {
    use neuro_core::Error as Core;
    let CountConfig {
        window,
        repetitions,
    } = config;
    let positive = window.is_finite() && window > 0.0;
    Core::check_range("window", "finite, positive", window, positive)?;
    let found = repetitions as f64;
    Core::check_range("repetitions", "at least 1", found, repetitions > 0)?;
    Core::check_length("stimuli", rates.ncols(), stimuli.len())?;
    if stimuli.is_empty() {
        let what = "stimuli".into();
        return Err(Core::Empty { what }.into());
    }
    Core::check_finite("rates", rates.as_slice())?;
    for rate in rates {
        Core::check_range("rates", "at least 0", *rate, *rate >= 0.0)?;
        let mean = window * rate;
        let expected = "at most 1e6, since a count takes a time of its size";
        Core::check_range("mean count in a window", expected, mean, mean <= 1e6)?;
    }
    Core::check_size::<f64>("decoded directions", &[repetitions, stimuli.len()])?;
    let mut decoded = DMatrix::zeros(repetitions, stimuli.len());
    for (k, mut row) in decoded.row_iter_mut().enumerate() {
        let mut rng = streams.rng(Domain::Analysis, k as u64);
        let counts = rates.map(|rate| poisson(&mut rng, window * rate));
        for (out, angle) in row.iter_mut().zip(population_vector(&counts, angles)?) {
            *out = angle;
        }
    }
    let errors = DMatrix::from_fn(repetitions, stimuli.len(), |k, s| {
        circular_error(decoded[(k, s)], stimuli[s])
    });
    Ok(CountDecoding {
        mean_error: errors.mean(),
        decoded,
        errors,
    })
}

/// A Poisson number with this mean, as the count of uniform factors until their product falls below
/// `exp(-mean)`; means above 16 in parts. Source: Knuth, The Art of Computer Programming 2, 3.4.1.
fn poisson(rng: &mut impl Rng, mean: f64) -> f64 {
    const PART: f64 = 16.0;
    let mut count = 0.0;
    let mut left = mean;
    while left > 0.0 {
        let limit = (-left.min(PART)).exp();
        let mut product: f64 = rng.random();
        while product > limit {
            count += 1.0;
            product *= rng.random::<f64>();
        }
        left -= PART;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_the_mean_and_variance_of_a_poisson_number() {
        for mean in [0.0, 0.3, 4.0, 40.0] {
            let mut rng = Streams::new(5).rng(Domain::User, 0);
            let n = 20_000;
            let counts: Vec<f64> = (0..n).map(|_| poisson(&mut rng, mean)).collect();
            let found = counts.iter().sum::<f64>() / f64::from(n);
            let squares = counts.iter().map(|c| (c - found).powi(2));
            let variance = squares.sum::<f64>() / f64::from(n - 1);
            // Five standard errors: sqrt(mean / n) and about sqrt((2 mean^2 + mean) / n).
            let n = f64::from(n);
            assert!((found - mean).abs() <= 5.0 * (mean / n).sqrt(), "{found}");
            let allowed = 5.0 * ((2.0 * mean * mean + mean) / n).sqrt();
            assert!((variance - mean).abs() <= allowed, "{variance}");
        }
    }

    #[test]
    fn silence_has_a_mean_error_of_one() {
        let angles = neuro_core::connectivity::ring_angles(8);
        let silent = DMatrix::zeros(8, 8);
        let config = CountConfig::default();
        let found = decode_counts(&silent, &angles, &angles, config, Streams::new(0));
        let found = found.expect("valid");
        assert!((found.mean_error - 1.0).abs() < 1e-15);
        assert!(found.decoded.iter().all(|s| *s == 0.0));
    }

    #[test]
    fn a_repetition_does_not_depend_on_how_many_there_are() {
        let angles = neuro_core::connectivity::ring_angles(8);
        let rates = DMatrix::from_fn(8, 8, |i, s| 20.0 * (1.0 + (angles[i] - angles[s]).cos()));
        let decoded = |repetitions| {
            let config = CountConfig {
                repetitions,
                ..CountConfig::default()
            };
            let found = decode_counts(&rates, &angles, &angles, config, Streams::new(2));
            found.expect("valid").decoded
        };
        assert_eq!(decoded(5).row(3), decoded(9).row(3));
    }

    #[test]
    fn negative_rates_and_wrong_sizes_are_refused() {
        let angles = [0.0, 1.0];
        let streams = Streams::new(0);
        let decode = |rates: &DMatrix<f64>, window: f64| {
            let config = CountConfig {
                window,
                repetitions: 2,
            };
            decode_counts(rates, &angles, &[0.5], config, streams)
        };
        let rates = DMatrix::from_element(2, 1, 3.0);
        assert!(decode(&rates, 0.2).is_ok());
        assert!(decode(&rates, 0.0).is_err());
        assert!(decode(&-&rates, 0.2).is_err());
        assert!(decode(&DMatrix::zeros(3, 1), 0.2).is_err());
        assert!(decode(&DMatrix::zeros(2, 2), 0.2).is_err());
    }
}
