//! Eigenvalues and eigenvectors of symmetric matrices: `A = V diag(w) V^T` with orthonormal `V`.

use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use nalgebra::{DMatrix, DVector};

use super::{check_square, descending, leading, scaled, view, view_mut};
use crate::Error;
use crate::simd::clear_registers;

/// Largest difference of `a[i, j]` and `a[j, i]`, relative to the largest entry, that rounding may
/// have left in a matrix that is meant to be symmetric.
const ASYMMETRY: f64 = 1e-10;

/// The eigendecomposition of a symmetric matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct SymmetricEigen {
    /// Eigenvalues, descending.
    pub values: DVector<f64>,
    /// Orthonormal eigenvectors, one a column, in the order of the values. The largest component
    /// of each (the first of equal ones) is positive.
    pub vectors: DMatrix<f64>,
}

/// Eigenvalues (descending) and orthonormal eigenvectors of a symmetric matrix.
///
/// # Errors
/// [`Error::Shape`] when `a` is not square, [`Error::NonFinite`], [`Error::OutOfRange`] when it is
/// not symmetric to 1e-10 of its largest entry, [`Error::NoConvergence`].
///
/// ```
/// use neuro_core::{linalg::symmetric_eigen, nalgebra::DMatrix};
///
/// // Two units that excite each other: the common mode is amplified, the difference decays.
/// let eigen = symmetric_eigen(&DMatrix::from_row_slice(2, 2, &[0.0, 0.5, 0.5, 0.0]))?;
/// assert!((eigen.values[0] - 0.5).abs() < 1e-15 && (eigen.values[1] + 0.5).abs() < 1e-15);
/// assert!((eigen.vectors[(0, 0)] - eigen.vectors[(1, 0)]).abs() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn symmetric_eigen(a: &DMatrix<f64>) -> Result<SymmetricEigen, Error> {
    let n = check_square("symmetric matrix", a)?;
    let (mut a, unit) = scaled(a);
    let transpose = a.transpose();
    let asymmetry = (&a - &transpose).amax();
    Error::check_range(
        "asymmetry of a symmetric matrix, relative to its largest entry",
        "at most 1e-10",
        asymmetry,
        asymmetry <= ASYMMETRY,
    )?;
    a = (a + transpose) * 0.5;

    if n == 0 {
        // faer's scratch of an empty matrix subtracts 1 from 0.
        return Ok(SymmetricEigen {
            values: DVector::zeros(0),
            vectors: DMatrix::zeros(0, 0),
        });
    }
    let mut values = vec![0.0; n];
    let mut vectors = DMatrix::zeros(n, n);
    let scratch =
        self_adjoint_evd_scratch::<f64>(n, ComputeEigenvectors::Yes, Par::Seq, Default::default());
    let outcome = self_adjoint_evd(
        view(&a),
        DiagMut::from_slice_mut(&mut values),
        Some(view_mut(&mut vectors)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
    );
    clear_registers();
    outcome.map_err(|_| Error::NoConvergence {
        what: "symmetric eigenvalues".into(),
        iterations: 32 * n * n,
    })?;

    let order = descending(&values);
    let mut vectors = vectors.select_columns(&order);
    for mut v in vectors.column_iter_mut() {
        if leading(v.len(), |i| v[i].abs()).is_some_and(|i| v[i] < 0.0) {
            v.neg_mut();
        }
    }
    Ok(SymmetricEigen {
        values: DVector::from_iterator(n, order.iter().map(|&i| values[i] * unit)),
        vectors,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, matrix, square};
    use super::*;
    use proptest::prelude::*;

    fn check(a: &DMatrix<f64>) {
        let n = a.nrows();
        let SymmetricEigen { values, vectors } = symmetric_eigen(a).expect("symmetric and finite");
        let tolerance = 1e-13 * a.norm().max(1.0);
        let rebuilt = &vectors * DMatrix::from_diagonal(&values) * vectors.transpose();
        assert!(difference(&rebuilt, a) < tolerance);
        let gram = vectors.transpose() * &vectors;
        assert!(difference(&gram, &DMatrix::identity(n, n)) < 1e-13);
        assert!(values.as_slice().is_sorted_by(|a, b| a >= b));
        if n == 0 {
            return;
        }
        let mut peer = a.clone().symmetric_eigen().eigenvalues.as_slice().to_vec();
        peer.sort_by(|a, b| b.total_cmp(a));
        for (value, peer) in values.iter().zip(&peer) {
            assert!((value - peer).abs() < tolerance);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn vectors_rebuild_any_symmetric_matrix(a in square(0..14)) {
            check(&(&a + a.transpose()));
        }

        #[test]
        fn vectors_rebuild_a_rank_deficient_matrix(b in matrix(9, 3)) {
            check(&(&b * b.transpose()));
        }
    }

    #[test]
    fn a_large_matrix_is_rebuilt() {
        // Beyond the size at which the iteration gives way to divide and conquer.
        check(&DMatrix::from_fn(150, 150, |i, j| ((i * j) as f64).sin()));
    }

    #[test]
    fn repeated_and_zero_values_are_found() {
        check(&DMatrix::zeros(3, 3));
        check(&(DMatrix::identity(5, 5) * -2.0));
        check(&DMatrix::from_element(6, 6, 1.0));
        check(&DMatrix::from_element(1, 1, -7.0));
    }

    #[test]
    fn tiny_and_huge_matrices_scale() {
        for factor in [1e-300, 1e-20, 1e200, 1e307] {
            let a = DMatrix::from_row_slice(2, 2, &[2.0, 1.0, 1.0, 2.0]) * factor;
            let values = symmetric_eigen(&a).expect("symmetric and finite").values / factor;
            assert!((values[0] - 3.0).abs() < 1e-14 && (values[1] - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn bad_matrices_are_refused() {
        let found = symmetric_eigen(&DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 0.5, 0.0]));
        assert!(matches!(found, Err(Error::OutOfRange { .. })));
        let found = symmetric_eigen(&DMatrix::zeros(2, 3));
        assert!(matches!(found, Err(Error::Shape { .. })));
        let found = symmetric_eigen(&DMatrix::from_element(2, 2, f64::NAN));
        assert!(matches!(found, Err(Error::NonFinite { .. })));
    }
}
