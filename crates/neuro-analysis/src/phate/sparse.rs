//! Sparse matrices stored by rows: kernels with a threshold keep a handful of neighbours a row.

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;

/// A matrix that stores only what is not 0, row by row, with ascending column indices.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix {
    columns: usize,
    /// Row `i` holds the entries `offsets[i]..offsets[i + 1]`.
    offsets: Vec<usize>,
    indices: Vec<usize>,
    values: Vec<f64>,
}

impl SparseMatrix {
    /// From the entries (column, value) of each row, columns ascending.
    pub(super) fn from_rows<R>(columns: usize, rows: impl IntoIterator<Item = R>) -> Self
    where
        R: IntoIterator<Item = (usize, f64)>,
    {
        let mut matrix = Self {
            columns,
            offsets: vec![0],
            indices: Vec::new(),
            values: Vec::new(),
        };
        for row in rows {
            for (j, value) in row {
                matrix.indices.push(j);
                matrix.values.push(value);
            }
            matrix.offsets.push(matrix.indices.len());
        }
        matrix
    }

    /// Number of rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.offsets.len() - 1, self.columns)
    }

    /// Number of stored entries.
    #[must_use]
    pub fn stored(&self) -> usize {
        self.values.len()
    }

    /// The stored entries (column, value) of a row, columns ascending.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, row: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[row]..self.offsets[row + 1];
        let values = self.values[range.clone()].iter().copied();
        self.indices[range].iter().copied().zip(values)
    }

    /// The sum of each row.
    #[must_use]
    pub fn row_sums(&self) -> Vec<f64> {
        let rows = self.offsets.windows(2);
        rows.map(|range| self.values[range[0]..range[1]].iter().sum())
            .collect()
    }

    /// The matrix with its zeros.
    #[must_use]
    pub fn to_dense(&self) -> DMatrix<f64> {
        let (rows, columns) = self.shape();
        let mut dense = DMatrix::zeros(rows, columns);
        for i in 0..rows {
            for (j, value) in self.row(i) {
                dense[(i, j)] = value;
            }
        }
        dense
    }

    /// Each value multiplied with what `factor(row, column)` says.
    pub(super) fn scaled(mut self, factor: impl Fn(usize, usize) -> f64) -> Self {
        for i in 0..self.offsets.len() - 1 {
            for k in self.offsets[i]..self.offsets[i + 1] {
                self.values[k] *= factor(i, self.indices[k]);
            }
        }
        self
    }

    /// Each row divided by its sum.
    pub(super) fn with_unit_row_sums(self) -> Self {
        let sums = self.row_sums();
        self.scaled(|i, _| sums[i].recip())
    }

    pub(super) fn transpose(&self) -> Self {
        let (rows, columns) = self.shape();
        let mut transposed: Vec<Vec<(usize, f64)>> = vec![Vec::new(); columns];
        for i in 0..rows {
            for (j, value) in self.row(i) {
                transposed[j].push((i, value));
            }
        }
        Self::from_rows(rows, transposed)
    }

    /// `(A + A^T) / 2` of a square matrix.
    pub(super) fn symmetrized(&self) -> Self {
        let transposed = self.transpose();
        let rows = (0..self.shape().0).map(|i| {
            let mut own = self.row(i).peekable();
            let mut other = transposed.row(i).peekable();
            std::iter::from_fn(move || {
                let next = [own.peek(), other.peek()].into_iter().flatten();
                let j = next.map(|entry| entry.0).min()?;
                let here = own.next_if(|entry| entry.0 == j);
                let there = other.next_if(|entry| entry.0 == j);
                let value = |entry: Option<(usize, f64)>| entry.map_or(0.0, |entry| entry.1);
                Some((j, 0.5 * (value(here) + value(there))))
            })
        });
        Self::from_rows(self.columns, rows)
    }

    /// The product with a dense matrix, its columns shared among `workers`.
    pub(super) fn multiply(&self, right: &DMatrix<f64>, workers: &Workers) -> DMatrix<f64> {
        let rows = self.shape().0;
        let mut product = DMatrix::zeros(rows, right.ncols());
        if rows == 0 {
            return product;
        }
        let mut columns: Vec<&mut [f64]> = product.as_mut_slice().chunks_exact_mut(rows).collect();
        workers.for_each(&mut columns, |k, column| {
            let right = right.column(k);
            for (i, sum) in column.iter_mut().enumerate() {
                *sum = self.row(i).map(|(j, value)| value * right[j]).sum();
            }
        });
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> SparseMatrix {
        SparseMatrix::from_rows(3, [vec![(0, 1.0), (2, 3.0)], vec![(0, 2.0)], vec![]])
    }

    #[test]
    fn products_and_transposes_are_those_of_the_dense_matrix() {
        let (sparse, dense) = (example(), example().to_dense());
        let right = DMatrix::from_fn(3, 2, |i, j| (1 + i + 4 * j) as f64);
        let found = sparse.multiply(&right, &Workers::sequential());
        assert_eq!(found, &dense * &right);
        assert_eq!(sparse.transpose().to_dense(), dense.transpose());
        let symmetric = (&dense + dense.transpose()) / 2.0;
        assert_eq!(sparse.symmetrized().to_dense(), symmetric);
        assert_eq!(sparse.stored(), 3);
        assert_eq!(sparse.row_sums(), [4.0, 2.0, 0.0]);
    }
}
