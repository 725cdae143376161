//! Factorisations of dense real matrices, one file each, in `f64`.
//!
//! All of them refuse values that are not finite, return empty results for empty matrices, run on
//! one thread (so that the bits do not depend on the number of threads) and fix the signs or
//! phases that the mathematics leaves open, so that equal matrices give equal factors.

mod eigen;
mod qr;
mod solve;
mod svd;
mod symmetric;

pub use eigen::{Eigen, eigen, eigenvalues, spectral_radius};
pub use qr::{Qr, qr};
pub(super) use solve::one_norm;
pub use solve::{least_squares, solve};
pub use svd::{Svd, singular_values, svd};
pub use symmetric::{SymmetricEigen, symmetric_eigen};

use faer::{MatMut, MatRef};
use nalgebra::DMatrix;

use crate::Error;

/// Components whose moduli differ by less than this share count as equally large when a sign or a
/// phase is chosen; otherwise rounding would choose among the equal components of a Fourier mode.
const TIE: f64 = 1e-8;

fn view(a: &DMatrix<f64>) -> MatRef<'_, f64> {
    MatRef::from_column_major_slice(a.as_slice(), a.nrows(), a.ncols())
}

fn view_mut(a: &mut DMatrix<f64>) -> MatMut<'_, f64> {
    let (rows, columns) = a.shape();
    MatMut::from_column_major_slice_mut(a.as_mut_slice(), rows, columns)
}

/// The size of a square matrix of finite values.
fn check_square(what: &str, a: &DMatrix<f64>) -> Result<usize, Error> {
    let n = a.nrows();
    Error::check_shape(what, (n, n), a.shape())?;
    Error::check_finite(what, a.as_slice())?;
    Ok(n)
}

/// The matrix with its largest entry brought to [1, 2) by a power of two, and that power.
///
/// The iterations inside compare with absolute thresholds and square entries: at 1e-20 or 1e200
/// they would be wrong. A power of two costs no rounding (but for entries 1e300 times smaller than
/// the largest).
fn scaled(a: &DMatrix<f64>) -> (DMatrix<f64>, f64) {
    let largest = a.amax();
    if largest == 0.0 {
        return (a.clone(), 1.0);
    }
    // The two ends of the range have no reciprocal.
    let exponent = (largest.log2().floor() as i32).clamp(-1000, 1000);
    (a * 2f64.powi(-exponent), 2f64.powi(exponent))
}

/// Index of the first of the components of largest modulus, `None` when all are 0.
fn leading(count: usize, modulus: impl Fn(usize) -> f64) -> Option<usize> {
    let largest = (0..count).map(&modulus).fold(0.0, f64::max);
    (0..count).find(|&i| largest > 0.0 && modulus(i) >= (1.0 - TIE) * largest)
}

/// Indices that put values in descending order; equal values keep theirs.
fn descending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[j].total_cmp(&values[i]));
    order
}

#[cfg(test)]
pub(crate) mod tests {
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    /// A matrix of entries in (-2, 2).
    pub(crate) fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = DMatrix<f64>> {
        proptest::collection::vec(-2.0..2.0, rows * columns)
            .prop_map(move |values| DMatrix::from_vec(rows, columns, values))
    }

    pub(crate) fn square(sizes: std::ops::Range<usize>) -> impl Strategy<Value = DMatrix<f64>> {
        sizes.prop_flat_map(|n| matrix(n, n))
    }

    pub(crate) fn rectangular() -> impl Strategy<Value = DMatrix<f64>> {
        (0usize..12, 0usize..12).prop_flat_map(|(m, n)| matrix(m, n))
    }

    /// The largest difference of two matrices of equal shape.
    pub(crate) fn difference(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
        assert_eq!(a.shape(), b.shape());
        a.iter()
            .zip(b.iter())
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |largest, d| {
                if d > largest || d.is_nan() {
                    d
                } else {
                    largest
                }
            })
    }
}
