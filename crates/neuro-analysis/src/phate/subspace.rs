//! A few leading eigenvectors of a large symmetric operator, by subspace iteration.
//!
//! A block of orthonormal vectors is multiplied with the operator until the eigenpairs of its
//! projection on the block (Rayleigh-Ritz) have small residuals. The block is wider than what is
//! asked for: vector `k` of a block of `b` converges as `(l_(b+1) / l_k)^steps`, `l` the moduli of
//! the eigenvalues.
//!
//! Source: Y. Saad 2011, Numerical methods for large eigenvalue problems, chapter 5.

use nalgebra::DMatrix;
use neuro_core::linalg::{qr, symmetric_eigen};

use crate::Error;

/// Vectors of a block beyond those that are asked for.
pub(super) const OVERSAMPLING: usize = 10;

/// Eigenpairs by descending modulus of the eigenvalue.
#[derive(Debug)]
pub(super) struct Leading {
    pub(super) values: Vec<f64>,
    /// Orthonormal, one a column.
    pub(super) vectors: DMatrix<f64>,
    /// Whether all residuals `|A v - l v|` are at most the tolerance times the largest modulus.
    pub(super) converged: bool,
}

/// The `count` eigenpairs of largest modulus of the symmetric operator `apply`, from the block
/// `start` (at least `count` columns and as many rows).
pub(super) fn leading_eigenpairs(
    start: DMatrix<f64>,
    count: usize,
    iterations: usize,
    tolerance: f64,
    apply: impl Fn(&DMatrix<f64>) -> DMatrix<f64>,
) -> Result<Leading, Error> {
    let mut block = start;
    let mut iteration = 0;
    loop {
        let basis = qr(&block)?.q;
        block = apply(&basis);
        iteration += 1;
        let mut projected = basis.tr_mul(&block);
        projected.fill_upper_triangle_with_lower_triangle();
        let (values, rotation) = by_modulus(&projected, count)?;
        let vectors = basis * &rotation;
        let mut residuals = &block * &rotation;
        for (k, mut residual) in residuals.column_iter_mut().enumerate() {
            residual.axpy(-values[k], &vectors.column(k), 1.0);
        }
        let allowed = tolerance * values.first().map_or(0.0, |value| value.abs());
        let converged = residuals.column_iter().all(|r| r.norm() <= allowed);
        if converged || iteration >= iterations {
            return Ok(Leading {
                values,
                vectors,
                converged,
            });
        }
    }
}

/// The `count` eigenpairs of largest modulus of a symmetric matrix.
pub(super) fn by_modulus(
    matrix: &DMatrix<f64>,
    count: usize,
) -> Result<(Vec<f64>, DMatrix<f64>), Error> {
    let eigen = symmetric_eigen(matrix)?;
    let mut order: Vec<usize> = (0..eigen.values.len()).collect();
    order.sort_by(|&i, &j| eigen.values[j].abs().total_cmp(&eigen.values[i].abs()));
    order.truncate(count);
    let values = order.iter().map(|&k| eigen.values[k]).collect();
    Ok((values, eigen.vectors.select_columns(&order)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, n, |i, j| {
            // Slow modes that decay, and others that alternate.
            let decay = (-0.05 * i.abs_diff(j) as f64).exp();
            decay * if (i + j) % 2 == 0 { 0.1 } else { -0.4 }
        })
    }

    fn start(n: usize, width: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, width, |i, k| ((i * width + k) as f64 * 1.3).sin())
    }

    #[test]
    fn leading_eigenpairs_are_those_of_the_whole_decomposition() {
        let a = matrix(60);
        let found = leading_eigenpairs(start(60, 14), 4, 200, 1e-12, |x| &a * x).expect("finite");
        assert!(found.converged);
        let (values, vectors) = by_modulus(&a, 4).expect("symmetric");
        for k in 0..4 {
            assert!((found.values[k] - values[k]).abs() < 1e-11 * values[0].abs());
            let overlap = found.vectors.column(k).dot(&vectors.column(k));
            assert!((overlap.abs() - 1.0).abs() < 1e-9);
        }
        assert!(values.iter().any(|&value| value < 0.0));
        assert!(values.iter().any(|&value| value > 0.0));
    }

    #[test]
    fn too_few_iterations_are_said_to_be_too_few() {
        let a = matrix(60);
        let found = leading_eigenpairs(start(60, 5), 4, 2, 1e-12, |x| &a * x).expect("finite");
        assert!(!found.converged);
    }

    #[test]
    fn an_operator_of_zeros_has_any_orthonormal_vectors() {
        let found = leading_eigenpairs(start(20, 8), 3, 5, 1e-12, |x| x * 0.0).expect("finite");
        assert!(found.converged && found.values.iter().all(|&value| value == 0.0));
        let gram = found.vectors.tr_mul(&found.vectors);
        assert!((gram - DMatrix::identity(3, 3)).amax() < 1e-13);
    }
}
