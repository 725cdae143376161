//! Euclidean distances between samples, in blocks.

use std::ops::Range;

use nalgebra::DMatrix;
use neuro_core::linalg::{Operand, matmul};
use neuro_core::parallel::Workers;
use neuro_core::vectorize;

use crate::Error;
use crate::participation::{centered, check_samples};

/// Samples whose distances to all others are computed together. A constant: the blocks, and so the
/// bits, must not depend on the number of threads.
pub(super) const BLOCK: usize = 128;

/// Below this share of `|x_i|^2 + |x_j|^2` a squared distance has lost two digits to cancellation.
const CANCELLATION: f64 = 1e-2;

/// Independent partial sums of a sum of squares: enough for two registers of four.
const LANES: usize = 8;

/// Euclidean distances between the rows of `samples x variables`, a symmetric `n x n` matrix with a
/// diagonal of zeros, in the unit of the variables.
///
/// `d_ij^2 = |x_i|^2 + |x_j|^2 - 2 x_i . x_j` of the centred samples needs one matrix product, which
/// is many times faster than differences. Where the three terms cancel (near neighbours, which
/// decide a kernel) the difference `x_i - x_j` is formed instead: distances are accurate to 1e-13,
/// and equal samples are at distance 0 exactly.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two samples, [`neuro_core::Error::Empty`] without
/// variables, [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::phate::pairwise_distances;
/// use neuro_core::{nalgebra::DMatrix, parallel::Workers};
///
/// let samples = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 4.0, 5.0]);
/// let distances = pairwise_distances(&samples, &Workers::sequential())?;
/// assert!((distances[(0, 1)] - 5.0).abs() < 1e-14);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn pairwise_distances(
    samples: &DMatrix<f64>,
    workers: &Workers,
) -> Result<DMatrix<f64>, Error> {
    let points = Points::new("distances", samples)?;
    let n = points.count();
    let mut distances = DMatrix::zeros(n, n);
    let mut blocks: Vec<&mut [f64]> = distances.as_mut_slice().chunks_mut(BLOCK * n).collect();
    workers.for_each(&mut blocks, |b, block| {
        let (first, columns) = (b * BLOCK, block.len() / n);
        let rows = n - first;
        let mut squared = vec![0.0; rows * columns];
        points.squared_distances_into(first, first..first + columns, &mut squared);
        for (column, squared) in block.chunks_exact_mut(n).zip(squared.chunks_exact(rows)) {
            for (distance, squared) in column[first..].iter_mut().zip(squared) {
                *distance = points.unit * squared.sqrt();
            }
        }
    });
    distances.fill_upper_triangle_with_lower_triangle();
    Ok(distances)
}

/// Centred samples, one a column, in a unit in which the largest value is near 1.
#[derive(Debug)]
pub(super) struct Points {
    /// Variables x samples.
    pub(super) values: DMatrix<f64>,
    /// `|x|^2` of each sample.
    pub(super) squares: Vec<f64>,
    /// The unit, a power of two: squares neither overflow nor vanish in it.
    pub(super) unit: f64,
}

impl Points {
    /// From `samples x variables`.
    pub(super) fn new(what: &str, samples: &DMatrix<f64>) -> Result<Self, Error> {
        check_samples(what, samples)?;
        let unit = scale(samples);
        let (_, centered) = centered(&(samples / unit));
        // Values close together but far from 0 are small once they are centred.
        let spread = scale(&centered);
        let values = centered.transpose() / spread;
        let square = |x: nalgebra::DVectorView<'_, f64>| x.norm_squared();
        let squares = values.column_iter().map(square).collect();
        Ok(Self {
            values,
            squares,
            unit: unit * spread,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.values.ncols()
    }

    /// Whether all samples are equal.
    pub(super) fn coincide(&self) -> bool {
        let first = self.values.column(0);
        self.values.column_iter().all(|x| x == first)
    }

    /// The coordinates of some successive samples.
    pub(super) fn coordinates(&self, samples: Range<usize>) -> &[f64] {
        let p = self.values.nrows();
        &self.values.as_slice()[samples.start * p..samples.end * p]
    }

    /// Squared distances from the samples `first..n` (rows of `out`) to the samples `to` (columns).
    pub(super) fn squared_distances_into(&self, first: usize, to: Range<usize>, out: &mut [f64]) {
        let n = self.count();
        product(self, first..n, self.coordinates(to.clone()), -2.0, out);
        for (j, column) in to.zip(out.chunks_exact_mut(n - first)) {
            let (own, squares) = (self.squares[j], &self.squares[first..]);
            vectorize(|| {
                for (squared, square) in column.iter_mut().zip(squares) {
                    *squared += own + square;
                }
            });
            let target = self.coordinates(j..j + 1);
            for (i, squared) in (first..n).zip(column) {
                if *squared < CANCELLATION * (own + self.squares[i]) {
                    *squared = squared_distance(self.coordinates(i..i + 1), target);
                }
            }
        }
    }
}

/// `factor` times the scalar products of some of the points (rows of `out`) with the vectors in
/// `others`, stored one after the other (columns).
pub(super) fn product(
    points: &Points,
    rows: Range<usize>,
    others: &[f64],
    factor: f64,
    out: &mut [f64],
) {
    let (p, count) = (points.values.nrows(), rows.len());
    let left = Operand::new(points.coordinates(rows), p, count);
    let right = Operand::new(others, p, others.len() / p);
    let (Ok(left), Ok(right)) = (left, right) else {
        unreachable!("both hold whole vectors of p coordinates");
    };
    matmul(false, factor, left.transpose(), right, out).expect("out has a place for each pair");
}

/// `|a - b|^2`.
pub(super) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    vectorize(|| {
        let mut sums = [0.0; LANES];
        let (a, a_rest) = a.as_chunks::<LANES>();
        let (b, b_rest) = b.as_chunks::<LANES>();
        for (a, b) in a.iter().zip(b) {
            for lane in 0..LANES {
                let difference = a[lane] - b[lane];
                sums[lane] += difference * difference;
            }
        }
        for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
            sums[lane] += (a - b) * (a - b);
        }
        sums.iter().sum()
    })
}

/// The power of two at or below the largest modulus; 1 for a matrix of zeros.
fn scale(values: &DMatrix<f64>) -> f64 {
    match values.amax() {
        0.0 => 1.0,
        // The two ends of the range have no reciprocal.
        largest => 2f64.powi((largest.log2().floor() as i32).clamp(-1000, 1000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn direct(samples: &DMatrix<f64>) -> DMatrix<f64> {
        let n = samples.nrows();
        DMatrix::from_fn(n, n, |i, j| (samples.row(i) - samples.row(j)).norm())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn distances_are_those_of_the_differences(
            values in proptest::collection::vec(-1.0..3.0, 9 * 11),
            offset in -1e3..1e3,
        ) {
            let samples = DMatrix::from_vec(9, 11, values);
            let found = pairwise_distances(&samples.add_scalar(offset), &Workers::sequential());
            // The offset takes up to 10 bits from each value: 1e3 * 2e-16 in a distance of order 1.
            prop_assert!((found.expect("finite") - direct(&samples)).amax() < 1e-12);
        }
    }

    #[test]
    fn near_neighbours_far_from_the_others_keep_their_digits() {
        let mut samples = DMatrix::from_fn(40, 3, |i, j| ((i * 3 + j) as f64 * 1.1).sin());
        for j in 0..3 {
            samples[(1, j)] = samples[(0, j)] + 1e-9;
            samples[(3, j)] = samples[(2, j)];
        }
        let found = pairwise_distances(&samples, &Workers::sequential()).expect("finite");
        // What is left of 1e-9 after it was added to values of order 1: seven digits.
        let expected = direct(&samples)[(0, 1)];
        assert!((found[(0, 1)] - expected).abs() < 1e-6 * expected);
        assert_eq!(found[(2, 3)], 0.0);
        assert!(found.diagonal().iter().all(|&d| d == 0.0));
        assert_eq!(found, found.transpose());
    }

    #[test]
    fn distances_do_not_overflow_or_vanish_before_the_values_do() {
        for unit in [1e-200, 1e200] {
            let samples = DMatrix::from_row_slice(3, 1, &[0.0, 3.0, 7.0]) * unit;
            let found = pairwise_distances(&samples, &Workers::sequential()).expect("finite");
            assert!((found[(0, 2)] / unit - 7.0).abs() < 1e-13);
            assert!((found[(1, 2)] / unit - 4.0).abs() < 1e-13);
        }
    }
}
