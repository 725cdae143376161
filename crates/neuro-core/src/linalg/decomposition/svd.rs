//! Singular value decomposition: `A = U diag(s) V^T` with orthonormal columns in `U` and `V`.

use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::svd::{ComputeSvdVectors, svd as faer_svd, svd_scratch};
use nalgebra::{DMatrix, DVector};

use super::{descending, leading, scaled, view, view_mut};
use crate::Error;
use crate::simd::clear_registers;

/// A thin singular value decomposition; `k` is the smaller of the two sizes of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// Left singular vectors, `rows x k`.
    pub u: DMatrix<f64>,
    /// Singular values, descending, `k` of them.
    pub values: DVector<f64>,
    /// Right singular vectors, `columns x k`. The largest component of each (the first of equal
    /// ones) is positive.
    pub v: DMatrix<f64>,
}

/// The thin singular value decomposition of a matrix.
///
/// # Errors
/// [`Error::NonFinite`], [`Error::NoConvergence`].
///
/// ```
/// use neuro_core::{linalg::svd, nalgebra::DMatrix};
///
/// // A feedforward link of weight 10 amplifies tenfold though its eigenvalues are 0.
/// let link = svd(&DMatrix::from_row_slice(2, 2, &[0.0, 10.0, 0.0, 0.0]))?;
/// assert_eq!(link.values.as_slice(), [10.0, 0.0]);
/// assert_eq!(link.v.column(0).as_slice(), [0.0, 1.0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn svd(a: &DMatrix<f64>) -> Result<Svd, Error> {
    decompose(a, true)
}

/// The singular values of a matrix, descending; as many as the smaller of its two sizes.
///
/// # Errors
/// [`Error::NonFinite`], [`Error::NoConvergence`].
pub fn singular_values(a: &DMatrix<f64>) -> Result<DVector<f64>, Error> {
    Ok(decompose(a, false)?.values)
}

fn decompose(a: &DMatrix<f64>, vectors: bool) -> Result<Svd, Error> {
    Error::check_finite("singular value decomposition", a.as_slice())?;
    let (rows, columns) = a.shape();
    let k = rows.min(columns);
    let kept = if vectors { k } else { 0 };
    let mut values = vec![0.0; k];
    let mut u = DMatrix::zeros(rows, kept);
    let mut v = DMatrix::zeros(columns, kept);
    let (a, unit) = scaled(a);
    if k > 0 {
        let compute = if vectors {
            ComputeSvdVectors::Thin
        } else {
            ComputeSvdVectors::No
        };
        let scratch = svd_scratch::<f64>(
            rows,
            columns,
            compute,
            compute,
            Par::Seq,
            Default::default(),
        );
        let outcome = faer_svd(
            view(&a),
            DiagMut::from_slice_mut(&mut values),
            vectors.then(|| view_mut(&mut u)),
            vectors.then(|| view_mut(&mut v)),
            Par::Seq,
            MemStack::new(&mut MemBuffer::new(scratch)),
            Default::default(),
        );
        clear_registers();
        outcome.map_err(|_| Error::NoConvergence {
            what: "singular values".into(),
            iterations: 32 * k * k,
        })?;
    }
    let order = descending(&values);
    if vectors {
        u = u.select_columns(&order);
        v = v.select_columns(&order);
        for (mut u, mut v) in u.column_iter_mut().zip(v.column_iter_mut()) {
            if leading(v.len(), |i| v[i].abs()).is_some_and(|i| v[i] < 0.0) {
                u.neg_mut();
                v.neg_mut();
            }
        }
    }
    let values = DVector::from_iterator(k, order.iter().map(|&i| values[i] * unit));
    Ok(Svd { u, values, v })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, matrix, rectangular};
    use super::*;
    use proptest::prelude::*;

    fn check(a: &DMatrix<f64>) {
        let k = a.nrows().min(a.ncols());
        let Svd { u, values, v } = svd(a).expect("finite");
        let tolerance = 1e-13 * a.norm().max(1.0);
        let rebuilt = &u * DMatrix::from_diagonal(&values) * v.transpose();
        assert!(difference(&rebuilt, a) < tolerance);
        let identity = DMatrix::identity(k, k);
        assert!(difference(&(u.transpose() * &u), &identity) < 1e-13);
        assert!(difference(&(v.transpose() * &v), &identity) < 1e-13);
        assert!(values.as_slice().is_sorted_by(|a, b| a >= b));
        assert!(values.iter().all(|&s| s >= 0.0));
        let alone = singular_values(a).expect("finite");
        assert!((&alone - &values).amax() < tolerance);
        if k > 0 {
            let mut peer = a
                .clone()
                .svd(false, false)
                .singular_values
                .as_slice()
                .to_vec();
            peer.sort_by(|a, b| b.total_cmp(a));
            for (s, peer) in values.iter().zip(&peer) {
                assert!((s - peer).abs() < tolerance);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn factors_rebuild_any_matrix(a in rectangular()) {
            check(&a);
        }

        #[test]
        fn factors_rebuild_a_rank_deficient_matrix(b in matrix(10, 2), c in matrix(2, 7)) {
            let a = &b * &c;
            check(&a);
            let values = singular_values(&a).expect("finite");
            prop_assert!(values.rows(2, 5).amax() < 1e-13 * a.norm().max(1.0));
        }
    }

    #[test]
    fn large_tall_and_wide_matrices_are_rebuilt() {
        // Tall enough for a QR factorisation first, large enough for divide and conquer.
        let a = DMatrix::from_fn(400, 140, |i, j| ((i * j) as f64).sin());
        check(&a);
        check(&a.transpose());
    }

    #[test]
    fn zeros_and_single_values_are_rebuilt() {
        check(&DMatrix::zeros(4, 3));
        check(&DMatrix::from_element(1, 1, -3.0));
        check(&DMatrix::from_element(5, 5, 1.0));
        check(&DMatrix::zeros(0, 3));
    }

    #[test]
    fn a_tiny_matrix_keeps_its_ratios() {
        let values =
            singular_values(&(DMatrix::from_row_slice(2, 2, &[3.0, 0.0, 4.0, 5.0]) * 1e-200))
                .expect("finite");
        // A^T A has trace 50 and determinant 225, hence eigenvalues 45 and 5.
        assert!((values[0] * 1e200 - 45f64.sqrt()).abs() < 1e-13);
        assert!((values[1] * 1e200 - 5f64.sqrt()).abs() < 1e-13);
    }
}
