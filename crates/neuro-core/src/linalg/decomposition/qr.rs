//! Thin QR factorisation: `A = Q R` with orthonormal columns in `Q` and upper triangular `R`.

use faer::Par;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::householder::{
    apply_block_householder_sequence_on_the_left_in_place_scratch,
    apply_block_householder_sequence_on_the_left_in_place_with_conj,
};
use faer::linalg::qr::no_pivoting::factor::{
    qr_in_place, qr_in_place_scratch, recommended_block_size,
};
use nalgebra::DMatrix;

use super::{scaled, view, view_mut};
use crate::Error;
use crate::simd::clear_registers;

/// A thin QR factorisation; `k` is the smaller of the two sizes of the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Qr {
    /// Orthonormal columns, `rows x k`.
    pub q: DMatrix<f64>,
    /// Upper triangular (trapezoidal when the matrix is wide), `k x columns`, with a diagonal that
    /// is not negative.
    pub r: DMatrix<f64>,
}

/// The thin QR factorisation of a matrix, by Householder reflections without pivoting.
///
/// For a matrix of full column rank the factors are unique, because the diagonal of `r` is
/// positive. The logarithms of that diagonal are the growth rates of a Lyapunov spectrum.
///
/// # Errors
/// [`Error::NonFinite`].
///
/// ```
/// use neuro_core::{linalg::qr, nalgebra::DMatrix};
///
/// let found = qr(&DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -2.0, 0.0]))?;
/// assert!((found.r[(0, 0)] - 2.0).abs() < 1e-15 && (found.r[(1, 1)] - 1.0).abs() < 1e-15);
/// assert!((found.q[(1, 0)] + 1.0).abs() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn qr(a: &DMatrix<f64>) -> Result<Qr, Error> {
    Error::check_finite("QR factorisation", a.as_slice())?;
    let (rows, columns) = a.shape();
    let k = rows.min(columns);
    let mut q = DMatrix::identity(rows, k);
    let mut r = DMatrix::zeros(k, columns);
    if k == 0 {
        return Ok(Qr { q, r });
    }
    let (mut factors, unit) = scaled(a);
    let block = recommended_block_size::<f64>(rows, columns);
    let mut coefficients = DMatrix::zeros(block, k);
    let scratch = qr_in_place_scratch::<f64>(rows, columns, block, Par::Seq, Default::default())
        .or(apply_block_householder_sequence_on_the_left_in_place_scratch::<f64>(rows, block, k));
    let mut memory = MemBuffer::new(scratch);
    qr_in_place(
        view_mut(&mut factors),
        view_mut(&mut coefficients),
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    );
    let basis = factors.columns(0, k).into_owned();
    apply_block_householder_sequence_on_the_left_in_place_with_conj(
        view(&basis),
        view(&coefficients),
        faer::Conj::No,
        view_mut(&mut q),
        Par::Seq,
        MemStack::new(&mut memory),
    );
    clear_registers();
    for j in 0..columns {
        for i in 0..k.min(j + 1) {
            r[(i, j)] = factors[(i, j)] * unit;
        }
    }
    for i in 0..k {
        if r[(i, i)] < 0.0 {
            q.column_mut(i).neg_mut();
            r.row_mut(i).neg_mut();
        }
    }
    Ok(Qr { q, r })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, matrix, rectangular};
    use super::*;
    use proptest::prelude::*;

    fn check(a: &DMatrix<f64>) {
        let k = a.nrows().min(a.ncols());
        let Qr { q, r } = qr(a).expect("finite");
        assert!(difference(&(&q * &r), a) < 1e-13 * a.norm().max(1.0));
        assert!(difference(&(q.transpose() * &q), &DMatrix::identity(k, k)) < 1e-13);
        for i in 0..k {
            assert!(r[(i, i)] >= 0.0);
            for j in 0..i.min(a.ncols()) {
                assert_eq!(r[(i, j)], 0.0);
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
        fn factors_rebuild_a_rank_deficient_matrix(b in matrix(10, 3), c in matrix(3, 8)) {
            check(&(&b * &c));
        }
    }

    #[test]
    fn large_and_degenerate_matrices_are_rebuilt() {
        check(&DMatrix::from_fn(300, 120, |i, j| ((i * j) as f64).sin()));
        check(&DMatrix::zeros(5, 3));
        check(&DMatrix::from_element(1, 1, -2.0));
        // A zero column between others.
        check(&DMatrix::from_row_slice(
            3,
            3,
            &[1.0, 0.0, 2.0, 3.0, 0.0, 4.0, 5.0, 0.0, 7.0],
        ));
    }
}
