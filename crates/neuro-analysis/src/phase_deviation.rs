//! How far two copies of a network are apart when its units live on circles.
//!
//! ```equation
//! d(t) = 1/N sum_i | theta_i^a(t) - theta_i^b(t) |,    differences wrapped to (-pi, pi]
//! ```
//!
//! `theta` phase (radians). Two copies whose phases have nothing in common are `pi / 2` apart when phases are
//! uniform, less when they gather at rest. Source: Kim & Chow 2018, eLife 7, e37124, Fig. 4g.

use std::f64::consts::{PI, TAU};

use nalgebra::DMatrix;
use neuro_core::Error as Core;

use crate::Error;

/// Mean absolute phase difference of two recordings (units x samples) at each sample (radians, 0 to pi).
///
/// # Errors
/// [`neuro_core::Error::Shape`], [`neuro_core::Error::NonFinite`], and [`neuro_core::Error::Empty`] without
/// units.
///
/// ```
/// use neuro_analysis::phase_deviation;
/// use neuro_core::nalgebra::DMatrix;
///
/// // On either side of the spike at pi: near each other, not a turn apart.
/// let a = DMatrix::from_column_slice(2, 1, &[3.1, 0.0]);
/// let b = DMatrix::from_column_slice(2, 1, &[-3.1, 0.2]);
/// let apart = phase_deviation(&a, &b)?;
/// assert!((apart[0] - (std::f64::consts::TAU - 6.2 + 0.2) / 2.0).abs() < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn phase_deviation(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<Vec<f64>, Error> {
    Core::check_shape("phases", a.shape(), b.shape())?;
    for phases in [a, b] {
        Core::check_finite("phases", phases.as_slice())?;
    }
    let units = a.nrows();
    if units == 0 {
        let what = "units".into();
        return Err(Core::Empty { what }.into());
    }
    let samples = a.as_slice().chunks_exact(units);
    let samples = samples.zip(b.as_slice().chunks_exact(units));
    let mean = |(a, b): (&[f64], &[f64])| {
        let apart = a.iter().zip(b).map(|(a, b)| wrapped(a - b).abs());
        apart.sum::<f64>() / units as f64
    };
    Ok(samples.map(mean).collect())
}

/// The same angle in `(-pi, pi]`.
fn wrapped(angle: f64) -> f64 {
    let turned = angle.rem_euclid(TAU);
    if turned > PI { turned - TAU } else { turned }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_wrapped() {
        for (angle, expected) in [
            (0.0, 0.0),
            (PI, PI),
            (-PI, PI),
            (1.5 * PI, -0.5 * PI),
            (-7.0 * PI, PI),
        ] {
            assert!((wrapped(angle) - expected).abs() < 1e-12, "{angle}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let phases = DMatrix::zeros(2, 3);
        assert_eq!(phase_deviation(&phases, &phases).expect("valid"), [0.0; 3]);
        assert!(phase_deviation(&phases, &DMatrix::zeros(3, 2)).is_err());
        assert!(phase_deviation(&phases, &(DMatrix::from_element(2, 3, f64::NAN))).is_err());
        assert!(phase_deviation(&DMatrix::zeros(0, 3), &DMatrix::zeros(0, 3)).is_err());
    }
}
