//! Dale's principle: all connections that a unit sends have one sign.

use nalgebra::DMatrix;
use rand::RngExt;

use super::check_probability;
use crate::{Domain, Error, Scalar, Streams};

/// Number of excitatory among `units` units: `fraction * units`, rounded to the nearest.
///
/// # Errors
/// [`Error::OutOfRange`] unless `fraction` is between 0 and 1.
pub fn excitatory_count(units: usize, fraction: f64) -> Result<usize, Error> {
    check_probability("excitatory fraction", fraction)?;
    Ok((fraction * units as f64).round() as usize)
}

/// Signs of `units` units of which the first [`excitatory_count`] are excitatory.
///
/// ```
/// use neuro_core::connectivity::exact_signs;
///
/// assert_eq!(exact_signs::<f64>(5, 0.8)?, [1.0, 1.0, 1.0, 1.0, -1.0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::OutOfRange`] unless `fraction` is between 0 and 1; [`Error::TooLarge`] when the signs do not
/// fit into memory.
pub fn exact_signs<T: Scalar>(units: usize, fraction: f64) -> Result<Vec<T>, Error> {
    let excitatory = excitatory_count(units, fraction)?;
    Error::check_size::<T>("signs", &[units])?;
    Ok((0..units).map(|j| sign(j < excitatory)).collect())
}

/// Signs of `units` units, each excitatory with `probability`, independently.
///
/// # Errors
/// [`Error::OutOfRange`] unless `probability` is between 0 and 1; [`Error::TooLarge`] when the signs do
/// not fit into memory.
pub fn bernoulli_signs<T: Scalar>(
    units: usize,
    probability: f64,
    streams: Streams,
    index: u64,
) -> Result<Vec<T>, Error> {
    check_probability("excitatory probability", probability)?;
    Error::check_size::<T>("signs", &[units])?;
    let mut rng = streams.rng(Domain::Connectivity, index);
    Ok((0..units)
        .map(|_| sign(rng.random::<f64>() < probability))
        .collect())
}

/// Gives each column of `weights` (post x pre) the sign of its unit, keeping the magnitudes.
///
/// The sign belongs to the presynaptic unit, hence to a column: `w[i, j] = s_j |w[i, j]|` with
/// `s_j = +1` (excitatory) or `-1` (inhibitory).
///
/// # Errors
/// [`Error::Length`] when there is not one sign a column; [`Error::OutOfRange`] when a sign is
/// neither 1 nor -1. The weights are then unchanged.
pub fn apply_signs<T: Scalar>(weights: &mut DMatrix<T>, signs: &[T]) -> Result<(), Error> {
    Error::check_length(
        "signs, one a presynaptic unit",
        weights.ncols(),
        signs.len(),
    )?;
    for &s in signs {
        Error::check_range("sign of a unit", "1 or -1", s.as_f64(), s.abs() == T::one())?;
    }
    for (mut column, s) in weights.column_iter_mut().zip(signs) {
        for w in &mut column {
            *w = *s * w.abs();
        }
    }
    Ok(())
}

fn sign<T: Scalar>(excitatory: bool) -> T {
    if excitatory { T::one() } else { -T::one() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectivity::gaussian;

    #[test]
    fn exact_fractions_are_exact() {
        for (units, fraction, expected) in [
            (100, 0.8, 80),
            (10, 0.75, 8),
            (3, 0.0, 0),
            (3, 1.0, 3),
            (0, 0.5, 0),
            (1, 0.5, 1),
        ] {
            let signs = exact_signs::<f64>(units, fraction).expect("valid");
            assert_eq!(signs.len(), units);
            assert_eq!(signs.iter().filter(|s| **s == 1.0).count(), expected);
            assert!(signs.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn columns_take_the_sign_of_their_unit_and_keep_their_magnitude() {
        let before = gaussian::<f64>(30, 20, 1.0, Streams::new(1), 0).expect("valid");
        let signs = bernoulli_signs(20, 0.6, Streams::new(1), 0).expect("valid");
        let mut after = before.clone();
        apply_signs(&mut after, &signs).expect("valid");
        for j in 0..20 {
            for i in 0..30 {
                assert_eq!(after[(i, j)], signs[j] * before[(i, j)].abs());
            }
        }
    }

    #[test]
    fn bernoulli_signs_have_their_probability() {
        let draw = |p| bernoulli_signs::<f64>(10_000, p, Streams::new(2), 0).expect("valid");
        let excitatory = draw(0.8).iter().filter(|s| **s > 0.0).count();
        // Standard deviation sqrt(10000 * 0.8 * 0.2) = 40.
        assert!(excitatory.abs_diff(8000) < 160, "{excitatory}");
        assert!(draw(0.0).iter().all(|s| *s == -1.0));
        assert!(draw(1.0).iter().all(|s| *s == 1.0));
    }

    #[test]
    fn sign_values_are_stable() {
        let signs = bernoulli_signs::<f64>(8, 0.5, Streams::new(42), 0).expect("valid");
        assert_eq!(signs, [1.0, 1.0, -1.0, -1.0, 1.0, -1.0, -1.0, -1.0]);
    }

    #[test]
    fn bad_signs_leave_the_weights_alone() {
        let mut w = DMatrix::from_element(2, 2, -3.0);
        assert!(apply_signs(&mut w, &[1.0]).is_err());
        assert!(apply_signs(&mut w, &[1.0, 0.5]).is_err());
        assert!(apply_signs(&mut w, &[1.0, f64::NAN]).is_err());
        assert_eq!(w, DMatrix::from_element(2, 2, -3.0));
        assert!(exact_signs::<f64>(2, 1.5).is_err());
        assert!(bernoulli_signs::<f64>(2, f64::NAN, Streams::new(0), 0).is_err());
    }
}
