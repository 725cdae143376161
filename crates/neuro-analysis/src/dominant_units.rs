//! Which units carry the slowest modes of a flow.
//!
//! A small perturbation `d` of `dx/dt = A x` goes as `sum_n exp(w_n t) v_n (u_n^H d)`, with the right
//! and left eigenvectors `v_n` and `u_n` of the eigenvalue `w_n` (1/time). What is left of it after a
//! while is decided by the first modes, those of largest real part, and by where `d` meets their
//! *left* vectors. With these brought to 2-norm 1, the amplitude of unit `i` among the first `k`
//! modes is
//!
//! ```equation
//! a_i = max_{n < k} |u_n[i]|,      0 <= a_i <= 1
//! ```
//!
//! and a unit is dominant when `a_i` is above a threshold. A conjugate pair counts as two modes; both
//! have the same amplitudes.
//!
//! "Not 0" is a property of the couplings and not of small numbers: a unit that sends to no other one
//! (its column of `A` is 0 but for the diagonal) has `u[i] = 0` in the left vectors of all
//! eigenvalues but its own. A threshold such as 1e-6 tells these zeros, which rounding leaves at about
//! 1e-15, from the rest.
//!
//! Source: N. Rungratsameetaweemana, R. Kim, T. Chotibut & T. J. Sejnowski (PNAS 2025), Methods.

use neuro_core::Error as Core;
use neuro_core::linalg::Eigen;

use crate::Error;

/// The largest amplitude of each unit in the left eigenvectors of the first `modes` eigenvalues (all
/// of them when there are fewer), as `eigen` sorts them: largest real part first.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for no modes, [`neuro_core::Error::NonFinite`],
/// [`Error::ZeroVector`] for a left vector that is 0.
///
/// ```
/// use neuro_analysis::leading_amplitudes;
/// use neuro_core::linalg::eigen;
/// use neuro_core::nalgebra::DMatrix;
///
/// // Time constants of 10, 50 and 100 ms (diagonal, 1/ms). Unit 2 is slow and drives unit 0; unit
/// // 1 sends to nobody.
/// let flow = DMatrix::from_row_slice(3, 3, &[-0.1, 0.0, 0.04, 0.0, -0.02, 0.01, 0.0, 0.0, -0.01]);
/// let modes = eigen(&flow)?;
/// // The slowest mode is touched through unit 2 alone: it is where the mode is read from.
/// let one = leading_amplitudes(&modes, 1)?;
/// assert!(one[0] < 1e-12 && one[1] < 1e-12 && (one[2] - 1.0).abs() < 1e-12);
/// let two = leading_amplitudes(&modes, 2)?;
/// assert!(two[0] < 1e-12 && two[1] > 0.5);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn leading_amplitudes(eigen: &Eigen, modes: usize) -> Result<Vec<f64>, Error> {
    let what = "modes of dominant units";
    Core::check_range(what, "at least 1", modes as f64, modes > 0)?;
    let (units, count) = eigen.left.shape();
    let mut amplitudes = vec![0.0_f64; units];
    for vector in eigen.left.column_iter().take(modes.min(count)) {
        let moduli: Vec<f64> = vector.iter().map(|c| c.norm()).collect();
        Core::check_finite("left eigenvector", &moduli)?;
        let largest = moduli.iter().copied().fold(0.0, f64::max);
        if largest == 0.0 {
            let what = "dominant units".into();
            return Err(Error::ZeroVector { what });
        }
        // Brought to the order of 1 first: squares of small numbers vanish.
        let scaled = moduli.iter().map(|m| (m / largest).powi(2));
        let norm = largest * scaled.sum::<f64>().sqrt();
        for (amplitude, modulus) in amplitudes.iter_mut().zip(&moduli) {
            *amplitude = amplitude.max(modulus / norm);
        }
    }
    Ok(amplitudes)
}

/// The units whose [`leading_amplitudes`] among the first `modes` modes exceed `threshold`, at least 0
/// and below 1; 1e-6 for "not 0".
///
/// # Errors
/// As [`leading_amplitudes`], and [`neuro_core::Error::OutOfRange`] for the threshold.
pub fn dominant_units(eigen: &Eigen, modes: usize, threshold: f64) -> Result<Vec<usize>, Error> {
    let valid = (0.0..1.0).contains(&threshold);
    let expected = "at least 0 and below 1";
    Core::check_range("threshold of dominant units", expected, threshold, valid)?;
    let amplitudes = leading_amplitudes(eigen, modes)?;
    let dominant = |i: &usize| amplitudes[*i] > threshold;
    Ok((0..amplitudes.len()).filter(dominant).collect())
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;
    use neuro_core::linalg::eigen;
    use num_complex::Complex;

    use super::*;

    /// Ten units with time constants from 20 to 65 ms; the units from 6 on send to nobody.
    fn network() -> DMatrix<f64> {
        DMatrix::from_fn(10, 10, |i, j| {
            let weight = if j < 6 {
                0.8 * ((3 * i + 7 * j + i * j) as f64).sin()
            } else {
                0.0
            };
            let leak = if i == j { 1.0 } else { 0.0 };
            (weight - leak) / (20.0 + 5.0 * i as f64)
        })
    }

    #[test]
    fn a_unit_that_sends_to_nobody_is_dominant_in_its_own_mode_only() {
        let modes = eigen(&network()).expect("finite");
        for (n, value) in modes.values.iter().enumerate() {
            let alone = Eigen {
                values: vec![*value],
                right: modes.right.columns(n, 1).into_owned(),
                left: modes.left.columns(n, 1).into_owned(),
            };
            let found = dominant_units(&alone, 1, 1e-6).expect("a vector");
            for silent in 6..10 {
                let own = (value.re + 1.0 / (20.0 + 5.0 * silent as f64)).abs() < 1e-9;
                let own = own && value.im == 0.0;
                assert_eq!(found.contains(&silent), own, "unit {silent} in mode {n}");
            }
        }
    }

    #[test]
    fn a_conjugate_pair_counts_as_two_modes_with_the_same_units() {
        // The slowest modes are a pair in units 0 and 1; the third is unit 2.
        let flow =
            DMatrix::from_row_slice(3, 3, &[-0.1, -2.0, 0.0, 2.0, -0.1, 0.0, 0.0, 0.0, -3.0]);
        let modes = eigen(&flow).expect("finite");
        for count in [1, 2] {
            assert_eq!(dominant_units(&modes, count, 1e-6).expect("modes"), [0, 1]);
        }
        assert_eq!(dominant_units(&modes, 3, 1e-6).expect("modes"), [0, 1, 2]);
        let amplitudes = leading_amplitudes(&modes, 2).expect("modes");
        assert!((amplitudes[0] - 0.5_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn amplitudes_do_not_depend_on_the_scale_of_a_vector() {
        let modes = eigen(&network()).expect("finite");
        let mut scaled = modes.clone();
        // Also where squares vanish.
        for (n, mut column) in scaled.left.column_iter_mut().enumerate() {
            column *= Complex::new(0.0, 1e-200 * (1.0 + n as f64));
        }
        let (one, other) = (
            leading_amplitudes(&modes, 10).expect("modes"),
            leading_amplitudes(&scaled, 10).expect("modes"),
        );
        for (a, b) in one.iter().zip(&other) {
            assert!((a - b).abs() < 1e-12, "{a} {b}");
        }
    }

    #[test]
    fn no_modes_a_wrong_threshold_and_vectors_without_direction_are_refused() {
        let modes = eigen(&network()).expect("finite");
        assert!(leading_amplitudes(&modes, 0).is_err());
        for threshold in [-1e-6, 1.0, f64::NAN] {
            assert!(dominant_units(&modes, 10, threshold).is_err());
        }
        let mut broken = modes.clone();
        broken.left.column_mut(0).fill(Complex::new(0.0, 0.0));
        let refused = leading_amplitudes(&broken, 1);
        assert!(matches!(refused, Err(Error::ZeroVector { .. })));
        broken.left[(3, 0)] = Complex::new(f64::NAN, 0.0);
        assert!(leading_amplitudes(&broken, 1).is_err());
        // More modes than there are: all of them.
        let all = leading_amplitudes(&modes, 10).expect("modes");
        assert_eq!(leading_amplitudes(&modes, 99).expect("modes"), all);
    }
}
