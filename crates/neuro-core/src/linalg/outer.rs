//! Sums of outer products: the gradient of a weight matrix over all steps and trials.

use pulp::{Simd, WithSimd};

use super::panel::{VECTORS, lanes, store_column};
use crate::simd::dispatch;
use crate::{Error, Scalar};

/// Columns in one block: its packed factors share the second-level cache with the sum.
const BLOCK: usize = 192;
/// Columns of the sum in one tile, on machines with 32 vector registers and with 16.
const WIDE: usize = 10;
const NARROW: usize = 5;

/// Adds up outer products; holds the buffers to do it without allocating.
///
/// Back-propagation needs `G += sum_c d_c p_c^T` over thousands of columns `c` (one for each step and
/// trial), with `d` the gradients of the post-synaptic drive and `p` the presynaptic rates. Both are
/// stored column by column, which is just what this product likes: registers of `d` times single
/// values of `p`, no transposition. Each entry of `G` is one chain of multiply-adds (fused, where the
/// machine can) in the order of the columns, whatever the width of the registers and however the
/// columns are cut into calls.
///
/// ```
/// use neuro_core::linalg::OuterProducts;
///
/// let mut sum = [0.0; 4];
/// let mut outer = OuterProducts::new(2, 2);
/// outer.add(&[1.0, 2.0, 3.0, 4.0], &[1.0, 0.0, 0.0, 1.0], 2, &mut sum)?;
/// assert_eq!(sum, [1.0, 2.0, 3.0, 4.0]); // the columns of left, against the unit vectors
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OuterProducts<T: Scalar = f64> {
    rows: usize,
    right_rows: usize,
    /// Panels of two registers of rows of the left factors of a block, column after column.
    left: Vec<T>,
    /// Tiles of ten rows (five where registers are few) of the right factors of a block, column after column.
    right: Vec<T>,
}

impl<T: Scalar> OuterProducts<T> {
    /// For sums of `rows x right_rows`.
    #[must_use]
    pub fn new(rows: usize, right_rows: usize) -> Self {
        let left = rows.next_multiple_of(VECTORS * lanes::<T>());
        let right = right_rows.next_multiple_of(WIDE);
        Self {
            rows,
            right_rows,
            left: vec![T::zero(); left * BLOCK],
            right: vec![T::zero(); right * BLOCK],
        }
    }

    /// Adds `left right^T` to `sum`.
    ///
    /// `left` is `rows x columns` without gaps; the columns of `right` (of length `right_rows`)
    /// start `stride` values apart; `sum` is `rows x right_rows`, column-major. Allocates nothing.
    ///
    /// # Errors
    /// [`Error::Length`] when a slice is too short or `sum` has another size, and
    /// [`Error::OutOfRange`] when `stride` is smaller than `right_rows`.
    pub fn add(
        &mut self,
        left: &[T],
        right: &[T],
        stride: usize,
        sum: &mut [T],
    ) -> Result<(), Error> {
        let (rows, right_rows) = (self.rows, self.right_rows);
        Error::check_length("sum of outer products", rows * right_rows, sum.len())?;
        Error::check_range(
            "stride",
            "at least right_rows",
            stride as f64,
            stride >= right_rows,
        )?;
        if sum.is_empty() {
            return Ok(());
        }
        let columns = left.len() / rows;
        Error::check_length("left factors", columns * rows, left.len())?;
        let needed = if columns == 0 {
            0
        } else {
            (columns - 1)
                .saturating_mul(stride)
                .saturating_add(right_rows)
        };
        if right.len() < needed {
            let what = "right factors".into();
            return Err(Error::Length {
                what,
                expected: needed,
                found: right.len(),
            });
        }
        dispatch(Add {
            products: self,
            left,
            right,
            stride,
            sum,
        });
        Ok(())
    }
}

struct Add<'a, T: Scalar> {
    products: &'a mut OuterProducts<T>,
    left: &'a [T],
    right: &'a [T],
    stride: usize,
    sum: &'a mut [T],
}

impl<T: Scalar> WithSimd for Add<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if S::REGISTER_COUNT >= 32 {
            self.blocks::<S, WIDE>(simd);
        } else {
            self.blocks::<S, NARROW>(simd);
        }
    }
}

impl<T: Scalar> Add<'_, T> {
    #[inline(always)]
    fn blocks<S: Simd, const WIDTH: usize>(self, simd: S) {
        let Self {
            products,
            left,
            right,
            stride,
            sum,
        } = self;
        let (rows, right_rows) = (products.rows, products.right_rows);
        let height = VECTORS * T::lanes::<S>();
        for (left, right) in left
            .chunks(BLOCK * rows)
            .zip(right.chunks(BLOCK.saturating_mul(stride)))
        {
            let count = left.len() / rows;
            pack::<T, S>(left, rows, count, &mut products.left);
            pack_tiles::<T, WIDTH>(right, stride, right_rows, count, &mut products.right);
            // Panels outside: one stays in the first-level cache while all tiles pass by.
            let panels = products
                .left
                .chunks_exact(height * count)
                .take(rows.div_ceil(height));
            for (p, left) in panels.enumerate() {
                let tiles = products.right.chunks_exact(WIDTH * count);
                for (right, sum) in tiles.zip(sum.chunks_mut(WIDTH * rows)) {
                    add_tile::<T, S, WIDTH>(simd, left, right, rows, p * height, sum);
                }
            }
        }
    }
}

/// Cuts columns into panels of two registers, and gathers the first panels of all columns, then the
/// second ones, and so on. Rows that are missing in the last panel keep what the buffer holds: their
/// products are not stored.
#[inline(always)]
fn pack<T: Scalar, S: Simd>(left: &[T], rows: usize, count: usize, packed: &mut [T]) {
    let height = VECTORS * T::lanes::<S>();
    for (k, column) in left.chunks_exact(rows).enumerate() {
        let mut first = 0;
        let mut at = k * height;
        while first + height <= rows {
            let from = T::vectors::<S>(&column[first..][..height]).0;
            let to = T::vectors_mut::<S>(&mut packed[at..][..height]).0;
            to.copy_from_slice(from);
            first += height;
            at += height * count;
        }
        if first < rows {
            packed[at..][..rows - first].copy_from_slice(&column[first..]);
        }
    }
}

/// The same for tiles of `WIDTH` rows.
#[inline(always)]
fn pack_tiles<T: Scalar, const WIDTH: usize>(
    right: &[T],
    stride: usize,
    rows: usize,
    count: usize,
    packed: &mut [T],
) {
    for (k, column) in right.chunks(stride).take(count).enumerate() {
        let (tiles, rest) = column[..rows].as_chunks::<WIDTH>();
        let mut at = k * WIDTH;
        for tile in tiles {
            packed[at..at + WIDTH].as_chunks_mut::<WIDTH>().0[0] = *tile;
            at += WIDTH * count;
        }
        if !rest.is_empty() {
            packed[at..][..rest.len()].copy_from_slice(rest);
        }
    }
}

/// Adds the products of a panel and a tile to the columns `sum` of the sum, from row `first` on.
#[inline(always)]
fn add_tile<T: Scalar, S: Simd, const WIDTH: usize>(
    simd: S,
    left: &[T],
    right: &[T],
    rows: usize,
    first: usize,
    sum: &mut [T],
) {
    let height = (VECTORS * T::lanes::<S>()).min(rows - first);
    let mut sums = [[T::splat(simd, T::zero()); VECTORS]; WIDTH];
    for (sums, column) in sums.iter_mut().zip(sum.chunks_exact(rows)) {
        let (whole, rest) = T::vectors::<S>(&column[first..][..height]);
        if whole.len() == VECTORS {
            sums.copy_from_slice(whole);
            continue;
        }
        for (sums, whole) in sums.iter_mut().zip(whole) {
            *sums = *whole;
        }
        if !rest.is_empty() {
            let last = std::slice::from_mut(&mut sums[whole.len()]);
            T::elements_mut::<S>(last)[..rest.len()].copy_from_slice(rest);
        }
    }
    let mut acc = sums;
    let left = T::vectors::<S>(left).0.as_chunks::<VECTORS>().0;
    let (left_pairs, left_last) = left.as_chunks::<2>();
    let (right_pairs, right_last) = right.as_chunks::<WIDTH>().0.as_chunks::<2>();
    let mut add = |left: &[T::Vector<S>; VECTORS], right: &[T; WIDTH]| {
        for j in 0..WIDTH {
            let r = T::splat(simd, right[j]);
            for v in 0..VECTORS {
                acc[j][v] = T::fused(simd, left[v], r, acc[j][v]);
            }
        }
    };
    for (left, right) in left_pairs.iter().zip(right_pairs) {
        add(&left[0], &right[0]);
        add(&left[1], &right[1]);
    }
    for (left, right) in left_last.iter().zip(right_last) {
        add(left, right);
    }
    for (sums, acc) in sums.iter_mut().zip(&acc) {
        *sums = *acc;
    }
    for (column, sums) in sum.chunks_exact_mut(rows).zip(&sums) {
        store_column::<T, S>(&mut column[first..][..height], sums);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Scalar>(rows: usize, right_rows: usize, columns: usize) {
        let value = |i: usize| T::of(((i * 7 + 3) % 11) as f64 - 5.0);
        let stride = right_rows + 2;
        let left: Vec<T> = (0..rows * columns).map(value).collect();
        let right: Vec<T> = (0..stride * columns).map(|i| value(i * 5 + 2)).collect();
        let mut found: Vec<T> = (0..rows * right_rows).map(value).collect();
        let mut expected = found.clone();
        for c in 0..columns {
            for j in 0..right_rows {
                for i in 0..rows {
                    expected[j * rows + i] += left[c * rows + i] * right[c * stride + j];
                }
            }
        }
        let mut outer = OuterProducts::new(rows, right_rows);
        outer.add(&left, &right, stride, &mut found).expect("fits");
        // Small integers: every sum is exact in both number types.
        assert_eq!(found, expected, "{rows} x {right_rows}, {columns} columns");
    }

    #[test]
    fn sums_equal_the_definition_for_every_remainder() {
        for rows in [1, 7, 16, 31, 32, 33, 70] {
            for right_rows in [1, 2, 4, 9, 10, 23, 34] {
                for columns in [0, 1, 127, 128, 300] {
                    check::<f32>(rows, right_rows, columns);
                    check::<f64>(rows, right_rows, columns);
                }
            }
        }
    }

    #[test]
    fn cutting_the_columns_into_calls_does_not_change_the_bits() {
        let value = |i: usize| ((i * 37 % 101) as f32).sin();
        let (rows, right_rows, columns) = (40, 13, 200);
        let left: Vec<f32> = (0..rows * columns).map(value).collect();
        let right: Vec<f32> = (0..right_rows * columns).map(|i| value(i + 9)).collect();
        let mut whole = vec![0.0; rows * right_rows];
        let n = right_rows;
        let mut outer = OuterProducts::new(rows, n);
        outer.add(&left, &right, n, &mut whole).expect("fits");
        let mut parts = vec![0.0; rows * right_rows];
        let pieces = left.chunks(77 * rows).zip(right.chunks(77 * n));
        for (left, right) in pieces {
            outer.add(left, right, n, &mut parts).expect("fits");
        }
        assert_eq!(whole, parts);
    }

    #[test]
    fn sizes_that_do_not_fit_are_refused() {
        let mut sum = [0.0; 4];
        let mut outer = OuterProducts::new(2, 2);
        assert!(outer.add(&[1.0; 3], &[1.0; 4], 2, &mut sum).is_err());
        assert!(outer.add(&[1.0; 4], &[1.0; 3], 2, &mut sum).is_err());
        assert!(outer.add(&[1.0; 4], &[1.0; 4], 1, &mut sum).is_err());
        assert!(outer.add(&[1.0; 4], &[1.0; 4], 2, &mut sum[..3]).is_err());
    }
}
