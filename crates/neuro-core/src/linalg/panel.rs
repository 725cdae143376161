//! Products of one matrix with many: packed once, multiplied at every step.

mod selected;

use pulp::{Simd, WithSimd};

use crate::simd::{Element, dispatch};
use crate::{Error, Scalar};

/// Vector registers of rows in one panel.
pub(super) const VECTORS: usize = 2;

/// A matrix packed for fast repeated products.
///
/// A recurrent network multiplies by the same weights at each of its steps. This type keeps them in
/// panels of two vector registers of rows, contiguous over the columns, so that the product streams
/// through memory; up to ten columns of the right factor share one pass over a panel. Each result is
/// one chain of multiply-adds (fused, where the machine can) in the order of the columns, whatever
/// the width of the machine's registers and however many columns are multiplied together: trial 3 of
/// a batch of 50 gets the same bits as trial 3 alone.
///
/// ```
/// use neuro_core::linalg::PackedMatrix;
///
/// let mut w = PackedMatrix::zeros(2, 3);
/// w.pack(&[1.0, 0.0, 0.0, 1.0, 5.0, 5.0])?; // columns (1, 0), (0, 1), (5, 5)
/// let mut y = [0.0; 2];
/// w.multiply(&[1.0, 2.0, 3.0], 3, 1, &mut y);
/// assert_eq!(y, [16.0, 17.0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PackedMatrix<T: Scalar = f64> {
    panels: Vec<T>,
    /// First value of the first panel that lies on a 64-byte boundary.
    start: usize,
    rows: usize,
    columns: usize,
    panel_rows: usize,
}

impl<T: Scalar> PackedMatrix<T> {
    /// A `rows x columns` matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        let panel_rows = VECTORS * lanes::<T>();
        let length = rows.div_ceil(panel_rows) * panel_rows * columns;
        let line = 64 / size_of::<T>();
        let panels = vec![T::zero(); length + line];
        let start = panels.as_ptr().align_offset(64).min(line);
        Self {
            panels,
            start,
            rows,
            columns,
            panel_rows,
        }
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Packs a matrix given column by column.
    ///
    /// # Errors
    /// [`Error::Length`] when `matrix` is not `rows * columns` long.
    pub fn pack(&mut self, matrix: &[T]) -> Result<(), Error> {
        Error::check_length("matrix to pack", self.rows * self.columns, matrix.len())?;
        let (rows, height) = (self.rows, self.panel_rows);
        for (p, panel) in self.panels_mut().enumerate() {
            let first = p * height;
            let count = height.min(rows - first);
            for (k, out) in panel.chunks_exact_mut(height).enumerate() {
                out[..count].copy_from_slice(&matrix[k * rows + first..][..count]);
            }
        }
        Ok(())
    }

    /// Packs the transpose of a `columns x rows` matrix given column by column with `stride` values
    /// from one column to the next.
    ///
    /// # Errors
    /// [`Error::Length`] when `matrix` ends early.
    pub fn pack_transposed(&mut self, matrix: &[T], stride: usize) -> Result<(), Error> {
        let needed = if self.rows == 0 {
            0
        } else {
            (self.rows - 1)
                .saturating_mul(stride)
                .saturating_add(self.columns)
        };
        if stride < self.columns || matrix.len() < needed {
            return Err(Error::Length {
                what: "matrix to pack transposed".into(),
                expected: needed,
                found: matrix.len(),
            });
        }
        let (rows, height) = (self.rows, self.panel_rows);
        for (p, panel) in self.panels_mut().enumerate() {
            let first = p * height;
            for i in 0..height.min(rows - first) {
                let source = &matrix[(first + i) * stride..];
                for (out, &v) in panel[i..].iter_mut().step_by(height).zip(source) {
                    *out = v;
                }
            }
        }
        Ok(())
    }

    /// Writes the product with `count` columns of length `columns` that start `stride` values apart
    /// into `product` (`rows x count`, no gaps). Allocates nothing.
    ///
    /// # Panics
    /// When `product` is not `rows * count` long or `right` ends before the last column does.
    pub fn multiply(&self, right: &[T], stride: usize, count: usize, product: &mut [T]) {
        assert_eq!(product.len(), self.rows * count, "length of the product");
        assert!(
            count == 0 || right.len() >= (count - 1) * stride + self.columns,
            "length of the right factor"
        );
        dispatch(Multiply {
            matrix: self,
            right,
            stride,
            count,
            product,
        });
    }

    fn panels_mut(&mut self) -> std::slice::ChunksExactMut<'_, T> {
        let size = self.panel_rows * self.columns;
        let used = self.rows.div_ceil(self.panel_rows) * size;
        self.panels[self.start..][..used].chunks_exact_mut(size.max(1))
    }

    #[inline(always)]
    fn panel(&self, p: usize) -> &[T] {
        let size = self.panel_rows * self.columns;
        &self.panels[self.start + p * size..][..size]
    }
}

/// Elements in one vector register of this machine.
pub(super) fn lanes<T: Element>() -> usize {
    dispatch(Lanes::<T>(std::marker::PhantomData))
}

struct Lanes<T>(std::marker::PhantomData<T>);

impl<T: Element> WithSimd for Lanes<T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> usize {
        T::lanes::<S>()
    }
}

struct Multiply<'a, T: Scalar> {
    matrix: &'a PackedMatrix<T>,
    right: &'a [T],
    stride: usize,
    count: usize,
    product: &'a mut [T],
}

impl<T: Scalar> WithSimd for Multiply<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let panels = self.matrix.rows.div_ceil(self.matrix.panel_rows);
        // 10 x 2 accumulators need 32 registers; machines with 16 take 5 x 2.
        let wide = S::REGISTER_COUNT >= 32;
        let mut column = 0;
        // Panels outside: one stays in the first-level cache while all columns pass by.
        for p in 0..panels {
            column = 0;
            loop {
                column += match self.count - column {
                    10.. if wide => self.tile::<S, 10>(simd, p, column),
                    8.. if wide => self.tile::<S, 8>(simd, p, column),
                    5.. => self.tile::<S, 5>(simd, p, column),
                    4 => self.tile::<S, 4>(simd, p, column),
                    3 => self.tile::<S, 3>(simd, p, column),
                    2 => self.tile::<S, 2>(simd, p, column),
                    _ => break,
                };
            }
        }
        if column < self.count {
            self.single::<S>(simd, panels, column);
        }
    }
}

impl<T: Scalar> Multiply<'_, T> {
    /// One panel against `WIDTH` columns of the right factor.
    #[inline(always)]
    fn tile<S: Simd, const WIDTH: usize>(&mut self, simd: S, panel: usize, column: usize) -> usize {
        let inner = self.matrix.columns;
        // Plain loops, not `from_fn`: its closure may stay a call, and the slices' equal lengths, which
        // spare the kernel ten bounds checks a column, would be lost.
        let mut right: [&[T]; WIDTH] = [&[]; WIDTH];
        for j in 0..WIDTH {
            right[j] = &self.right[(column + j) * self.stride..][..inner];
        }
        let sums = tile::<T, S, WIDTH>(simd, self.matrix.panel(panel), right);
        let (rows, height) = (self.matrix.rows, self.matrix.panel_rows);
        let first = panel * height;
        let height = height.min(rows - first);
        let columns = self.product[column * rows..].chunks_exact_mut(rows);
        for (column, sums) in columns.zip(&sums) {
            store_column::<T, S>(&mut column[first..][..height], sums);
        }
        WIDTH
    }

    /// One column against groups of two or three panels: independent chains that hide their latency,
    /// but few enough streams for the processor to read ahead. Seven panels took a tenth longer.
    #[inline(always)]
    fn single<S: Simd>(&mut self, simd: S, panels: usize, column: usize) {
        let right = &self.right[column * self.stride..][..self.matrix.columns];
        let mut p = 0;
        while p < panels {
            p += match panels - p {
                1 => self.group::<S, 1>(simd, right, p, column),
                2 | 4 => self.group::<S, 2>(simd, right, p, column),
                _ => self.group::<S, 3>(simd, right, p, column),
            };
        }
    }

    #[inline(always)]
    fn group<S: Simd, const PANELS: usize>(
        &mut self,
        simd: S,
        right: &[T],
        first: usize,
        column: usize,
    ) -> usize {
        let mut panels: [&[[T::Vector<S>; VECTORS]]; PANELS] = [&[]; PANELS];
        for p in 0..PANELS {
            panels[p] = vectors::<T, S>(self.matrix.panel(first + p), right.len());
        }
        let mut sums = [[T::splat(simd, T::zero()); VECTORS]; PANELS];
        for (k, &r) in right.iter().enumerate() {
            let r = T::splat(simd, r);
            for p in 0..PANELS {
                for v in 0..VECTORS {
                    sums[p][v] = T::fused(simd, panels[p][k][v], r, sums[p][v]);
                }
            }
        }
        for (p, sums) in sums.iter().enumerate() {
            self.store::<S>(first + p, column, sums);
        }
        PANELS
    }

    #[inline(always)]
    fn store<S: Simd>(&mut self, panel: usize, column: usize, sums: &[T::Vector<S>; VECTORS]) {
        let (rows, height) = (self.matrix.rows, self.matrix.panel_rows);
        let first = panel * height;
        let out = &mut self.product[column * rows + first..][..height.min(rows - first)];
        store_column::<T, S>(out, sums);
    }
}

/// Writes two registers into a column, or as much of them as there is room for.
#[inline(always)]
pub(super) fn store_column<T: Scalar, S: Simd>(column: &mut [T], sums: &[T::Vector<S>; VECTORS]) {
    let (whole, rest) = T::vectors_mut::<S>(column);
    if whole.len() == VECTORS {
        whole.copy_from_slice(sums);
        return;
    }
    for (out, sums) in whole.iter_mut().zip(sums) {
        *out = *sums;
    }
    if !rest.is_empty() {
        let last = [sums[whole.len()]];
        rest.copy_from_slice(&T::elements::<S>(&last)[..rest.len()]);
    }
}

/// The panel as rows of two registers, one row for each column of the matrix.
#[inline(always)]
fn vectors<T: Scalar, S: Simd>(panel: &[T], inner: usize) -> &[[T::Vector<S>; VECTORS]] {
    let (whole, _) = T::vectors::<S>(panel);
    &whole.as_chunks::<VECTORS>().0[..inner]
}

/// The products of one panel with `WIDTH` columns, two rows of the panel at a time.
#[inline(always)]
fn tile<T: Scalar, S: Simd, const WIDTH: usize>(
    simd: S,
    panel: &[T],
    right: [&[T]; WIDTH],
) -> [[T::Vector<S>; VECTORS]; WIDTH] {
    let inner = right[0].len();
    let (pairs, last) = vectors::<T, S>(panel, inner).as_chunks::<2>();
    let mut columns: [&[[T; 2]]; WIDTH] = [&[]; WIDTH];
    for j in 0..WIDTH {
        columns[j] = &right[j].as_chunks::<2>().0[..pairs.len()];
    }
    let mut sums = [[T::splat(simd, T::zero()); VECTORS]; WIDTH];
    for (k, [even, odd]) in pairs.iter().enumerate() {
        for j in 0..WIDTH {
            let r = T::splat(simd, columns[j][k][0]);
            for v in 0..VECTORS {
                sums[j][v] = T::fused(simd, even[v], r, sums[j][v]);
            }
        }
        for j in 0..WIDTH {
            let r = T::splat(simd, columns[j][k][1]);
            for v in 0..VECTORS {
                sums[j][v] = T::fused(simd, odd[v], r, sums[j][v]);
            }
        }
    }
    if let [row] = last {
        for j in 0..WIDTH {
            let r = T::splat(simd, right[j][inner - 1]);
            for v in 0..VECTORS {
                sums[j][v] = T::fused(simd, row[v], r, sums[j][v]);
            }
        }
    }
    // Copied out in a loop of its own: otherwise the accumulators live in memory.
    let mut out = sums;
    for (out, sums) in out.iter_mut().zip(&sums) {
        *out = *sums;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Scalar>(rows: usize, columns: usize, count: usize) {
        let value = |i: usize| T::of(((i * 7 + 3) % 11) as f64 - 5.0);
        let a: Vec<T> = (0..rows * columns).map(value).collect();
        let stride = columns + 3;
        let b: Vec<T> = (0..stride * count).map(|i| value(i * 3 + 1)).collect();
        let mut expected = vec![T::zero(); rows * count];
        for j in 0..count {
            for k in 0..columns {
                for i in 0..rows {
                    expected[j * rows + i] += a[k * rows + i] * b[j * stride + k];
                }
            }
        }
        let mut product = vec![T::nan(); rows * count];
        let mut packed = PackedMatrix::zeros(rows, columns);
        packed.pack(&a).expect("length fits");
        packed.multiply(&b, stride, count, &mut product);
        // Small integers: every sum is exact in both number types.
        assert_eq!(product, expected, "{rows}x{columns} times {count} columns");

        let transposed: Vec<T> = (0..rows * columns)
            .map(|i| a[i % columns * rows + i / columns])
            .collect();
        packed
            .pack_transposed(&transposed, columns)
            .expect("length fits");
        product.fill(T::nan());
        packed.multiply(&b, stride, count, &mut product);
        assert_eq!(
            product, expected,
            "transposed {rows}x{columns} times {count} columns"
        );
    }

    #[test]
    fn products_equal_the_definition_for_every_remainder() {
        for rows in [1, 2, 16, 31, 32, 33, 200, 256] {
            for columns in [0, 1, 7, 257] {
                for count in [0, 1, 2, 3, 4, 5, 6, 9, 10, 16, 25, 50] {
                    check::<f32>(rows, columns, count);
                    check::<f64>(rows, columns, count);
                }
            }
        }
    }

    #[test]
    fn a_trial_gets_the_same_bits_alone_and_in_a_batch() {
        let (n, count) = (200, 23);
        let value = |i: usize| ((i * 37 % 101) as f32).sin();
        let a: Vec<f32> = (0..n * n).map(value).collect();
        let b: Vec<f32> = (0..n * count).map(|i| value(i + 5)).collect();
        let mut packed = PackedMatrix::zeros(n, n);
        packed.pack(&a).expect("length fits");
        let mut together = vec![0.0; n * count];
        packed.multiply(&b, n, count, &mut together);
        for j in 0..count {
            let mut alone = vec![0.0; n];
            packed.multiply(&b[j * n..], n, 1, &mut alone);
            assert_eq!(alone, together[j * n..][..n]);
        }
    }
}
