//! Powers of a diffusion operator: the probabilities of walks of `t` steps.

use nalgebra::DMatrix;
use neuro_core::linalg::{Operand, matmul};
use neuro_core::parallel::Workers;

use crate::Error;

/// Columns of a product that are computed together. A constant: the blocks, and so the bits, must
/// not depend on the number of threads.
const COLUMNS: usize = 256;

/// `P^t`, by repeated squaring: at most `2 log2(t)` products. Entry `(i, j)` is the probability that
/// a walk of `time` steps leads from `i` to `j`.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when `operator` is not square, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] when `time` is 0.
///
/// ```
/// use neuro_analysis::phate::diffuse;
/// use neuro_core::{nalgebra::DMatrix, parallel::Workers};
///
/// // A step that changes sides with probability 0.1: after many both sides are equally likely.
/// let operator = DMatrix::from_row_slice(2, 2, &[0.9, 0.1, 0.1, 0.9]);
/// let after = diffuse(&operator, 10, &Workers::sequential())?;
/// assert!((after[(0, 0)] - 0.5 * (1.0 + 0.8f64.powi(10))).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn diffuse(
    operator: &DMatrix<f64>,
    time: usize,
    workers: &Workers,
) -> Result<DMatrix<f64>, Error> {
    check_operator(operator)?;
    neuro_core::Error::check_range("diffusion time", "at least 1", time as f64, time > 0)?;
    let mut square = operator.clone();
    let mut left = time;
    while left.is_multiple_of(2) {
        square = product(&square, &square, workers);
        left /= 2;
    }
    let mut power = square.clone();
    while left > 1 {
        square = product(&square, &square, workers);
        left /= 2;
        if !left.is_multiple_of(2) {
            power = product(&power, &square, workers);
        }
    }
    Ok(power)
}

pub(super) fn check_operator(operator: &DMatrix<f64>) -> Result<(), Error> {
    let n = operator.nrows();
    let what = "diffusion operator";
    neuro_core::Error::check_shape(what, (n, n), operator.shape())?;
    neuro_core::Error::check_finite(what, operator.as_slice())?;
    Ok(())
}

/// The product of two square matrices, its columns shared among `workers`.
fn product(left: &DMatrix<f64>, right: &DMatrix<f64>, workers: &Workers) -> DMatrix<f64> {
    let n = left.nrows();
    let mut product = DMatrix::zeros(n, n);
    if n == 0 {
        return product;
    }
    let mut blocks: Vec<&mut [f64]> = product.as_mut_slice().chunks_mut(COLUMNS * n).collect();
    workers.for_each(&mut blocks, |b, block| {
        let columns = &right.as_slice()[b * COLUMNS * n..][..block.len()];
        let columns = Operand::new(columns, n, block.len() / n).expect("whole columns");
        matmul(false, 1.0, left.into(), columns, block).expect("shapes fit");
    });
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operator(n: usize) -> DMatrix<f64> {
        let weights = DMatrix::from_fn(n, n, |i, j| 1.0 + ((i * 7 + j * 3) as f64).sin());
        let sums = weights.column_sum();
        DMatrix::from_fn(n, n, |i, j| weights[(i, j)] / sums[i])
    }

    #[test]
    fn powers_are_repeated_products() {
        let p = operator(20);
        let mut expected = p.clone();
        for time in 1..40 {
            let found = diffuse(&p, time, &Workers::sequential()).expect("square");
            assert!((&found - &expected).amax() < 1e-14, "{time}");
            expected *= &p;
        }
    }

    #[test]
    fn powers_have_the_same_bits_for_any_number_of_threads() {
        // Three blocks of columns, the last one short.
        let p = operator(2 * COLUMNS + 10);
        let one = diffuse(&p, 5, &Workers::sequential()).expect("square");
        for threads in [2, 8] {
            let workers = Workers::new(threads).expect("threads start");
            assert_eq!(diffuse(&p, 5, &workers).expect("square"), one);
        }
    }

    #[test]
    fn bad_operators_and_times_are_refused() {
        let workers = Workers::sequential();
        assert!(diffuse(&DMatrix::zeros(2, 3), 1, &workers).is_err());
        assert!(diffuse(&DMatrix::from_element(2, 2, f64::NAN), 1, &workers).is_err());
        assert!(diffuse(&operator(3), 0, &workers).is_err());
    }
}
