//! Linear systems: square ones by LU factorisation, the others by least squares.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::lu::partial_pivoting::{factor, solve as substitute};
use faer::perm::PermRef;
use faer::{MatRef, Par};
use nalgebra::{DMatrix, DVector};

use super::{Svd, check_square, svd, view, view_mut};
use crate::Error;
use crate::simd::clear_registers;

/// Steps of the condition estimate; it nearly always ends after two or three.
const ESTIMATE_STEPS: usize = 5;

/// Solves `A X = B` for a square `A` and any number of columns in `B`, by LU factorisation with
/// partial pivoting.
///
/// # Errors
/// [`Error::Shape`], [`Error::NonFinite`], and [`Error::Singular`] when a pivot vanishes or the
/// estimated condition number (in the 1-norm) exceeds 1/epsilon = 4.5e15, so that no digit of the
/// solution would be right.
///
/// ```
/// use neuro_core::{linalg::solve, nalgebra::DMatrix};
///
/// // Fixed point of dx/dt = -x + W x + h, that is (1 - W) x = h.
/// let one_minus_w = DMatrix::from_row_slice(2, 2, &[1.0, -0.5, 0.5, 1.0]);
/// let x = solve(&one_minus_w, &DMatrix::from_row_slice(2, 1, &[1.0, 3.0]))?;
/// assert!((x - DMatrix::from_row_slice(2, 1, &[2.0, 2.0])).amax() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn solve(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let n = check_square("matrix of a linear system", a)?;
    let what = "right side of a linear system";
    Error::check_shape(what, (n, b.ncols()), b.shape())?;
    Error::check_finite(what, b.as_slice())?;
    let mut x = b.clone();
    if n == 0 {
        return Ok(x);
    }
    let singular = || Error::Singular {
        what: "linear system".into(),
    };

    // Rows brought to size 1 (by powers of two) so that pivots compare entries of like size.
    let mut lu = a.clone();
    for (mut row, mut x) in lu.row_iter_mut().zip(x.row_iter_mut()) {
        let largest = row.amax();
        if largest == 0.0 {
            return Err(singular());
        }
        let exponent = (largest.log2().floor() as i32).clamp(-1000, 1000);
        row *= 2f64.powi(-exponent);
        x *= 2f64.powi(-exponent);
    }
    let norm = one_norm(&lu);
    let (mut forward, mut backward) = (vec![0usize; n], vec![0usize; n]);
    let scratch = factor::lu_in_place_scratch::<usize, f64>(n, n, Par::Seq, Default::default())
        .or(substitute::solve_in_place_scratch::<usize, f64>(
            n,
            x.ncols().max(1),
            Par::Seq,
        ))
        .or(substitute::solve_transpose_in_place_scratch::<usize, f64>(
            n,
            1,
            Par::Seq,
        ));
    let mut memory = MemBuffer::new(scratch);
    let (_, permutation) = factor::lu_in_place(
        view_mut(&mut lu),
        &mut forward,
        &mut backward,
        Par::Seq,
        MemStack::new(&mut memory),
        Default::default(),
    );
    clear_registers();
    if lu.diagonal().iter().any(|&pivot| pivot == 0.0) {
        return Err(singular());
    }
    let mut factors = Factors {
        lu: view(&lu),
        permutation,
        memory: &mut memory,
    };
    let condition = norm * factors.inverse_norm(n);
    if condition.is_nan() || condition > 1.0 / f64::EPSILON {
        return Err(singular());
    }
    factors.solve(&mut x);
    Ok(x)
}

/// Minimises `|A X - B|` column by column; of the minimisers, the one of smallest norm.
///
/// Singular values below `max(rows, columns) * epsilon` of the largest count as zero.
///
/// # Errors
/// [`Error::Shape`] when the numbers of rows differ, [`Error::NonFinite`],
/// [`Error::NoConvergence`].
pub fn least_squares(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let what = "right side of a least-squares problem";
    Error::check_shape(what, (a.nrows(), b.ncols()), b.shape())?;
    Error::check_finite(what, b.as_slice())?;
    let Svd { u, values, v } = svd(a)?;
    let largest = values.iter().copied().fold(0.0, f64::max);
    let cutoff = a.nrows().max(a.ncols()) as f64 * f64::EPSILON * largest;
    let mut coordinates = u.transpose() * b;
    for (mut row, &s) in coordinates.row_iter_mut().zip(values.iter()) {
        for c in row.iter_mut() {
            *c = if s > cutoff { *c / s } else { 0.0 };
        }
    }
    Ok(v * coordinates)
}

/// Largest sum of moduli in a column.
pub(in crate::linalg) fn one_norm(a: &DMatrix<f64>) -> f64 {
    a.column_iter()
        .map(|column| column.iter().map(|x| x.abs()).sum())
        .fold(0.0, f64::max)
}

struct Factors<'a> {
    lu: MatRef<'a, f64>,
    permutation: PermRef<'a, usize>,
    memory: &'a mut MemBuffer,
}

impl Factors<'_> {
    fn solve(&mut self, x: &mut DMatrix<f64>) {
        let stack = MemStack::new(self.memory);
        substitute::solve_in_place(
            self.lu,
            self.lu,
            self.permutation,
            view_mut(x),
            Par::Seq,
            stack,
        );
        clear_registers();
    }

    fn solve_transposed(&mut self, x: &mut DMatrix<f64>) {
        let stack = MemStack::new(self.memory);
        substitute::solve_transpose_in_place(
            self.lu,
            self.lu,
            self.permutation,
            view_mut(x),
            Par::Seq,
            stack,
        );
        clear_registers();
    }

    /// A lower bound of the 1-norm of the inverse, nearly always within a factor of 3: Hager's
    /// ascent (Higham 2002, Accuracy and Stability of Numerical Algorithms, algorithm 15.1).
    fn inverse_norm(&mut self, n: usize) -> f64 {
        let mut x = DMatrix::from_element(n, 1, 1.0 / n as f64);
        let mut norm = 0.0;
        for _ in 0..ESTIMATE_STEPS {
            let probe = x.clone();
            self.solve(&mut x);
            let found = one_norm(&x);
            if found.is_nan() || found <= norm {
                return if found.is_nan() { found } else { norm };
            }
            norm = found;
            x.apply(|v| *v = v.signum());
            self.solve_transposed(&mut x);
            let gradient = DVector::from_column_slice(x.as_slice());
            let steepest = gradient.iamax();
            if gradient[steepest].abs() <= x.dot(&probe) {
                break;
            }
            x.fill(0.0);
            x[steepest] = 1.0;
        }
        norm
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{difference, matrix, square};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn solutions_satisfy_their_system(a in square(0..13), columns in 0usize..4) {
            let n = a.nrows();
            let b = DMatrix::from_fn(n, columns, |i, j| (i as f64 - j as f64).cos());
            // A dominant diagonal: the condition number stays below about 30.
            let a = a + DMatrix::identity(n, n) * (3.0 * n as f64);
            let x = solve(&a, &b).expect("regular");
            prop_assert!(difference(&(&a * x), &b) < 1e-13);
        }

        #[test]
        fn least_squares_residuals_are_orthogonal_to_the_columns(
            a in matrix(9, 4), b in matrix(9, 2),
        ) {
            let x = least_squares(&a, &b).expect("finite");
            let residual = &a * x - b;
            prop_assert!((a.transpose() * residual).amax() < 1e-10);
        }

        #[test]
        fn singular_systems_are_refused(b in matrix(6, 5), c in matrix(5, 6)) {
            // Rank 5 up to rounding.
            let found = solve(&(b * c), &DMatrix::identity(6, 6));
            let refused = matches!(found, Err(Error::Singular { .. }));
            prop_assert!(refused);
        }
    }

    #[test]
    fn a_system_that_needs_pivoting_is_solved() {
        let a = DMatrix::from_row_slice(3, 3, &[0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        let b = DMatrix::from_row_slice(3, 1, &[1.0, 2.0, 3.0]);
        let x = solve(&a, &b).expect("regular");
        assert_eq!(x.as_slice(), [3.0, 1.0, 2.0]);
    }

    #[test]
    fn the_hilbert_matrix_is_refused_once_no_digit_is_left() {
        let hilbert = |n| DMatrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64);
        // Condition numbers 1.6e13 and 1.6e18 or more.
        assert!(solve(&hilbert(10), &DMatrix::identity(10, 1)).is_ok());
        let found = solve(&hilbert(14), &DMatrix::identity(14, 1));
        assert!(matches!(found, Err(Error::Singular { .. })));
    }

    #[test]
    fn rows_of_very_different_size_are_not_singular() {
        let a = DMatrix::from_row_slice(2, 2, &[1e-200, 2e-200, 3e200, -1e200]);
        let x = DMatrix::from_row_slice(2, 1, &[1.0, -1.0]);
        let found = solve(&a, &(&a * &x)).expect("regular once its rows are scaled");
        assert!(difference(&found, &x) < 1e-14);
    }

    #[test]
    fn the_shortest_minimiser_is_chosen() {
        let a = DMatrix::from_element(1, 2, 1.0);
        let x = least_squares(&a, &DMatrix::from_element(1, 1, 2.0)).expect("finite");
        assert!((x - DMatrix::from_element(2, 1, 1.0)).amax() < 1e-15);
    }

    #[test]
    fn wrong_shapes_and_values_are_refused() {
        let found = solve(&DMatrix::zeros(2, 2), &DMatrix::zeros(2, 1));
        assert!(matches!(found, Err(Error::Singular { .. })));
        let found = solve(&DMatrix::identity(2, 2), &DMatrix::zeros(3, 1));
        assert!(matches!(found, Err(Error::Shape { .. })));
        let found = solve(
            &DMatrix::from_element(1, 1, f64::INFINITY),
            &DMatrix::zeros(1, 1),
        );
        assert!(matches!(found, Err(Error::NonFinite { .. })));
    }
}
