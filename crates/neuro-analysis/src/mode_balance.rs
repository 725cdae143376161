//! Gains of Fourier modes of ring couplings that are no longer circulant.
//!
//! The mode of `k` waves on a ring of `N` units is `v_j = exp(2 pi i k j / N)`. For a circulant matrix
//! it is an eigenvector, and its gain the eigenvalue. For any other matrix there are two readings:
//!
//! * the Rayleigh quotient `Re(v^H W v) / N` ([`mode_projections`]), always defined;
//! * the eigenvalue of the eigenvectors that are most like the mode: each eigenvector belongs to the
//!   mode that has the largest part in its Fourier transform, and the gain is the mean real part over
//!   both directions ([`mode_eigenvalues`]). With strong heterogeneity several or no eigenvectors may
//!   belong to a mode.
//!
//! A mode is balanced when its excitatory gain is what inhibition asks for; dividing by that is the
//! caller's. Source: Gu & Lim, Unsupervised learning for robust working memory, Figs. 6 and 8.
//!
//! ```
//! use neuro_analysis::mode_balance::{mode_eigenvalues, mode_projections};
//! use neuro_core::connectivity::{RingKernel, ring};
//!
//! // The cosine ring has the gain N j0 in mode 0 and N j1 / 2 in mode 1.
//! let w = ring::<f64>(16, RingKernel::Cosine { j0: 0.5, j1: 0.25 })?;
//! let (projected, assigned) = (mode_projections(&w, 2)?, mode_eigenvalues(&w, 2)?);
//! assert!((projected[0] - 8.0).abs() < 1e-13 && (projected[1] - 2.0).abs() < 1e-13);
//! assert!(assigned[1].is_some_and(|gain| (gain - 2.0).abs() < 1e-12));
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use std::f64::consts::TAU;

use nalgebra::DMatrix;
use neuro_core::Complex;
use neuro_core::linalg::eigen;

use crate::Error;

fn check(w: &DMatrix<f64>, modes: usize) -> Result<(), Error> {
    use neuro_core::Error as Core;
    let n = w.nrows();
    Core::check_shape("ring coupling", (n, n), w.shape())?;
    Core::check_finite("ring coupling", w.as_slice())?;
    let most = if n == 0 { 0 } else { n / 2 + 1 };
    let expected = format!("at most {most} on {n} units");
    Core::check_range("modes", &expected, modes as f64, modes <= most)?;
    Ok(())
}

/// Powers of the first mode: `exp(2 pi i k / n)`.
fn waves(n: usize) -> Vec<Complex<f64>> {
    let angle = |k: usize| TAU * k as f64 / n as f64;
    (0..n).map(|k| Complex::cis(angle(k))).collect()
}

/// Rayleigh quotients `Re(v^H W v) / N` of the modes `0 .. modes` of a coupling (post x pre).
///
/// # Errors
/// [`neuro_core::Error`] when the matrix is not square, has values that are not finite, or has fewer
/// modes.
pub fn mode_projections(w: &DMatrix<f64>, modes: usize) -> Result<Vec<f64>, Error> {
    check(w, modes)?;
    let n = w.nrows();
    // v^H W v depends on the sums along the wrapped diagonals only.
    let mut diagonals = vec![0.0; n];
    for (j, column) in w.column_iter().enumerate() {
        for (i, w) in column.iter().enumerate() {
            diagonals[(i + n - j) % n] += w;
        }
    }
    let waves = waves(n);
    let quotient = |mode: usize| {
        let terms = diagonals.iter().enumerate();
        let sum: f64 = terms.map(|(d, sum)| sum * waves[mode * d % n].re).sum();
        sum / n as f64
    };
    Ok((0..modes).map(quotient).collect())
}

/// Mean real part of the eigenvalues whose eigenvectors belong to each of the modes `0 .. modes`; `None`
/// for a mode to which none belongs.
///
/// # Errors
/// Those of [`mode_projections`], and what [`eigen`] finds.
pub fn mode_eigenvalues(w: &DMatrix<f64>, modes: usize) -> Result<Vec<Option<f64>>, Error> {
    check(w, modes)?;
    let (n, waves) = (w.nrows(), waves(w.nrows()));
    let modes_of = eigen(w)?;
    let mut sums = vec![(0.0, 0_u32); modes];
    for (value, vector) in modes_of.values.iter().zip(modes_of.right.column_iter()) {
        let power = |bin: usize| {
            let terms = vector.iter().enumerate();
            let part: Complex<f64> = terms.map(|(j, v)| v * waves[bin * j % n].conj()).sum();
            part.norm_sqr()
        };
        let powers: Vec<f64> = (0..n).map(power).collect();
        let largest = (0..n).fold(0, |best, bin| {
            if powers[bin] > powers[best] {
                bin
            } else {
                best
            }
        });
        let mode = largest.min(n - largest);
        if let Some((sum, count)) = sums.get_mut(mode) {
            *sum += value.re;
            *count += 1;
        }
    }
    let mean = |(sum, count): (f64, u32)| (count > 0).then(|| sum / f64::from(count));
    Ok(sums.into_iter().map(mean).collect())
}

#[cfg(test)]
mod tests {
    use neuro_core::connectivity::circulant;

    use super::*;

    #[test]
    fn both_readings_are_the_eigenvalues_of_a_circulant_matrix() {
        let kernel = |d: f64| (-d * d).exp();
        let w = circulant(10, kernel);
        let column: Vec<f64> = w.column(0).iter().copied().collect();
        let projected = mode_projections(&w, 6).expect("valid");
        let assigned = mode_eigenvalues(&w, 6).expect("valid");
        for mode in 0..6 {
            let angle = |k: usize| TAU * (mode * k) as f64 / 10.0;
            let terms = column.iter().enumerate().map(|(k, c)| c * angle(k).cos());
            let exact: f64 = terms.sum();
            assert!((projected[mode] - exact).abs() < 1e-14, "{mode}");
            let assigned = assigned[mode].expect("a mode of its own");
            assert!((assigned - exact).abs() < 1e-12, "{mode}");
        }
    }

    #[test]
    fn a_mode_can_be_without_an_eigenvector() {
        // Of two units that do not interact both eigenvectors have equal parts in both modes.
        let w = DMatrix::from_diagonal(&nalgebra::DVector::from_vec(vec![1.0, 3.0]));
        let assigned = mode_eigenvalues(&w, 2).expect("valid");
        assert_eq!(assigned.iter().flatten().count(), 1);
        assert_eq!(mode_projections(&w, 2).expect("valid"), [2.0, 2.0]);
    }

    #[test]
    fn matrices_that_are_not_square_and_modes_in_excess_are_refused() {
        assert!(mode_projections(&DMatrix::zeros(3, 2), 1).is_err());
        assert!(mode_eigenvalues(&DMatrix::zeros(4, 4), 4).is_err());
        assert!(mode_projections(&DMatrix::from_element(2, 2, f64::NAN), 1).is_err());
    }
}
