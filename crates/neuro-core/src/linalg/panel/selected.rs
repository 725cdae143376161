//! Packing some columns of a matrix only.
//!
//! Networks whose connections disappear while they learn are left with many columns of zeros. The
//! product without them is shorter and the same: `a + 0 b` is `a` but for the sign of a zero, as long
//! as `b` is finite.

use super::PackedMatrix;
use crate::{Error, Scalar};

impl<T: Scalar> PackedMatrix<T> {
    /// Packs some columns of a matrix given column by column; the packed matrix then has these columns
    /// only, in this order. A product with many columns of zeros is so spared them, and has the same
    /// bits but for the sign of a zero.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more columns than the packed matrix was made for, or one that
    /// `matrix` does not have.
    pub fn pack_columns(&mut self, matrix: &[T], selected: &[usize]) -> Result<(), Error> {
        self.check_selected("columns to pack", matrix.len() / self.rows.max(1), selected)?;
        let needed = self.rows.div_ceil(self.panel_rows) * self.panel_rows * selected.len();
        self.check_room(needed)?;
        self.columns = selected.len();
        let (rows, height) = (self.rows, self.panel_rows);
        for (p, panel) in self.panels_mut().enumerate() {
            let first = p * height;
            let count = height.min(rows - first);
            for (&k, out) in selected.iter().zip(panel.chunks_exact_mut(height)) {
                out[..count].copy_from_slice(&matrix[k * rows + first..][..count]);
            }
        }
        Ok(())
    }

    /// Packs the transpose of some columns of a matrix of this matrix's number of columns as rows;
    /// the packed matrix then has one row for each of them, in this order.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for more rows than the packed matrix was made for, or a column that
    /// `matrix` does not have.
    pub fn pack_transposed_columns(
        &mut self,
        matrix: &[T],
        selected: &[usize],
    ) -> Result<(), Error> {
        let length = self.columns;
        self.check_selected("rows to pack", matrix.len() / length.max(1), selected)?;
        let needed = selected.len().div_ceil(self.panel_rows) * self.panel_rows * length;
        self.check_room(needed)?;
        self.rows = selected.len();
        let height = self.panel_rows;
        for (panel, selected) in self.panels_mut().zip(selected.chunks(height)) {
            for (i, &k) in selected.iter().enumerate() {
                let source = &matrix[k * length..][..length];
                for (out, &v) in panel[i..].iter_mut().step_by(height).zip(source) {
                    *out = v;
                }
            }
        }
        Ok(())
    }

    fn check_selected(&self, what: &str, count: usize, selected: &[usize]) -> Result<(), Error> {
        match selected.iter().find(|k| **k >= count) {
            None => Ok(()),
            Some(&k) => {
                let expected = format!("indices below {count}");
                Error::check_range(what, &expected, k as f64, false)
            }
        }
    }

    fn check_room(&self, needed: usize) -> Result<(), Error> {
        let room = self.panels.len() - self.start;
        if needed <= room {
            return Ok(());
        }
        let expected = format!("at most {room}");
        Error::check_range("values to pack", &expected, needed as f64, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_columns_of_zeros_a_matrix_has_the_same_products() {
        let n = 70;
        let value = |i: usize| ((i * 37 % 101) as f32).sin();
        let selected: Vec<usize> = (0..n).filter(|j| j % 3 == 1).collect();
        let mut a: Vec<f32> = (0..n * n).map(value).collect();
        for (j, column) in a.chunks_exact_mut(n).enumerate() {
            if !selected.contains(&j) {
                column.fill(0.0);
            }
        }
        let product = |packed: &PackedMatrix<f32>, b: &[f32]| {
            let (rows, columns) = packed.shape();
            let mut product = vec![f32::NAN; 2 * rows];
            packed.multiply(b, columns, 2, &mut product);
            product
        };
        let (mut all, mut few) = (PackedMatrix::zeros(n, n), PackedMatrix::zeros(n, n));
        // Smaller and back again.
        for selected in [&selected[..5], &selected] {
            all.pack(&a).expect("length fits");
            few.pack_columns(&a, selected).expect("room for all");
            assert_eq!(few.shape(), (n, selected.len()));
        }
        let b: Vec<f32> = (0..2 * n).map(|i| value(i + 5)).collect();
        let gathered = b
            .chunks_exact(n)
            .flat_map(|b| selected.iter().map(|j| b[*j]));
        let gathered: Vec<f32> = gathered.collect();
        assert_eq!(product(&few, &gathered), product(&all, &b));

        let mut few = PackedMatrix::zeros(n, n);
        all.pack_transposed(&a, n).expect("length fits");
        few.pack_transposed_columns(&a, &selected)
            .expect("room for all");
        assert_eq!(few.shape(), (selected.len(), n));
        let (all, few) = (product(&all, &b), product(&few, &b));
        for (all, few) in all.chunks_exact(n).zip(few.chunks_exact(selected.len())) {
            let scattered = |i: usize| {
                selected
                    .iter()
                    .position(|j| *j == i)
                    .map_or(0.0, |k| few[k])
            };
            assert_eq!(all, (0..n).map(scattered).collect::<Vec<_>>());
        }
    }

    #[test]
    fn columns_that_there_are_not_are_not_packed() {
        let mut packed = PackedMatrix::<f64>::zeros(2, 2);
        assert!(packed.pack_columns(&[1.0; 4], &[0, 2]).is_err());
        assert!(packed.pack_columns(&[1.0; 400], &[0; 100]).is_err());
        assert!(packed.pack_transposed_columns(&[1.0; 4], &[2]).is_err());
        assert_eq!(packed.shape(), (2, 2));
    }
}
