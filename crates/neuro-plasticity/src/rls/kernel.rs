//! The one loop in which recursive least squares spends its time.
//!
//! `P` is symmetric; only tiles on and above the diagonal are kept. A tile has 8 rows and as many
//! columns as a 64-byte register has numbers, so that a row of a tile is one register. One sweep
//! applies the rank-one change of the update before and multiplies the result with the new rates:
//!
//! ```equation
//! P <- P - factor k k^T,    y = P x
//! ```
//!
//! so that each number is read once and written once. A tile off the diagonal serves its rows and, as
//! its mirror image, its columns. Against the full matrix in two passes this took 0.54 of the processor
//! time with 60 inputs (200 units, in the cache) and 0.37 with 150 (500 units); in `f32` 0.42 and 0.12.
//! Rows go through the loop as values: written element by element, the compiler did not vectorise
//! the tiles of the diagonal, and nothing was gained (`benches/spiking_rls.rs`).
//!
//! Additions are fused with products on machines that can (the same on all of them), elsewhere
//! rounded twice.

use std::ops::{Deref, DerefMut};

use neuro_core::{Scalar, fused, run_kernel, vectorize};

/// Rows of a tile.
pub(super) const ROWS: usize = 8;

/// Numbers in a register of 64 bytes, the columns of a tile.
pub(super) const fn columns<T>() -> usize {
    64 / size_of::<T>()
}

/// Where the numbers of a packed symmetric matrix stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Columns of a tile.
    columns: usize,
    /// Rows and columns of the matrix, rounded up to whole tiles.
    pub(super) padded: usize,
}

impl Layout {
    pub(super) fn of<T: Scalar>(size: usize) -> Self {
        let columns = columns::<T>();
        Self {
            columns,
            padded: size.next_multiple_of(columns),
        }
    }

    /// Numbers that are stored.
    pub(super) fn len(self) -> usize {
        self.start(self.padded / ROWS)
    }

    /// Where the `group`-th eight rows begin.
    fn start(self, group: usize) -> usize {
        let ratio = self.columns / ROWS;
        let (whole, rest) = (group / ratio, group % ratio);
        let tiles = self.padded / self.columns;
        // Row groups above have `tiles`, `tiles - 1`, ... tiles, `ratio` groups of each.
        let above = ratio * (whole * tiles - whole * whole.saturating_sub(1) / 2);
        (above + rest * (tiles - whole.min(tiles))) * ROWS * self.columns
    }

    /// Every stored row of a tile: row and first column of the matrix, and where it begins.
    pub(super) fn for_each_row(self, mut row: impl FnMut(usize, usize, usize)) {
        let mut place = 0;
        for group in 0..self.padded / ROWS {
            for tile in group * ROWS / self.columns..self.padded / self.columns {
                for i in 0..ROWS {
                    row(group * ROWS + i, tile * self.columns, place);
                    place += self.columns;
                }
            }
        }
    }

    /// Where entry `(i, j)` stands, when it is stored.
    fn place(self, i: usize, j: usize) -> Option<usize> {
        let group = i / ROWS;
        let tile = (j / self.columns).checked_sub(group * ROWS / self.columns)?;
        Some(self.start(group) + (tile * ROWS + i % ROWS) * self.columns + j % self.columns)
    }

    /// Where entry `(i, j)` or its mirror image stands.
    pub(super) fn read(self, i: usize, j: usize) -> usize {
        let place = self.place(i, j).or_else(|| self.place(j, i));
        place.expect("one of the two is on or above the diagonal")
    }

    /// Both places of an entry within a tile of the diagonal, else twice the only one.
    pub(super) fn write(self, i: usize, j: usize) -> [usize; 2] {
        let (here, mirror) = (self.place(i, j), self.place(j, i));
        let first = self.read(i, j);
        [first, here.and(mirror).unwrap_or(first)]
    }
}

/// Numbers that begin at a boundary of 64 bytes, where a row of a tile is one line of the cache.
#[derive(Debug)]
pub(super) struct Aligned<T> {
    data: Vec<T>,
    offset: usize,
    len: usize,
}

impl<T: Scalar> Aligned<T> {
    pub(super) fn zeros(len: usize) -> Self {
        let data = vec![T::zero(); len + columns::<T>()];
        let offset = data.as_ptr().align_offset(64);
        // The contract of align_offset lets it give up; any offset is correct, this one only fast.
        let offset = if offset <= columns::<T>() { offset } else { 0 };
        Self { data, offset, len }
    }
}

impl<T: Scalar> Clone for Aligned<T> {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.data[self.offset..][..self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data[self.offset..][..self.len]
    }
}

/// Work on tiles: `C` columns of each, products fused with additions or not.
pub(super) trait Kernel {
    fn run<const C: usize, const FMA: bool>(self);
}

/// Runs a kernel as the type of the numbers and the machine ask for.
#[inline]
pub(super) fn dispatch<T: Scalar, K: Kernel>(kernel: K) {
    if size_of::<T>() == 8 {
        run_kernel(Tiles::<K, 8>(kernel));
    } else {
        run_kernel(Tiles::<K, 16>(kernel));
    }
}

struct Tiles<K, const C: usize>(K);

impl<K: Kernel, const C: usize> neuro_core::Kernel for Tiles<K, C> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.0.run::<C, FMA>();
    }
}

/// `P <- P - factor k k^T`, then `y = P x`; `k`, `x` and `y` are as long as the padded matrix.
pub(super) fn sweep<T: Scalar>(p: &mut [T], k: &[T], factor: T, x: &[T], y: &mut [T]) {
    dispatch::<T, _>(Sweep { p, k, factor, x, y });
}

struct Sweep<'a, T> {
    p: &'a mut [T],
    k: &'a [T],
    factor: T,
    x: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Kernel for Sweep<'_, T> {
    #[inline(always)]
    fn run<const C: usize, const FMA: bool>(self) {
        tiles::<T, C, FMA>(self.p, self.k, self.factor, self.x, self.y);
    }
}

/// `a b + c` for each lane; one instruction when a row is a register.
#[inline(always)]
pub(super) fn fused_row<T: Scalar, const C: usize, const FMA: bool>(
    a: T,
    b: &[T; C],
    c: &[T; C],
) -> [T; C] {
    let mut sum = *c;
    for (sum, b) in sum.iter_mut().zip(b) {
        *sum = fused::<FMA, T>(a, *b, *sum);
    }
    sum
}

/// `a b + c` lane by lane.
#[inline(always)]
fn fused_lanes<T: Scalar, const C: usize, const FMA: bool>(
    a: &[T; C],
    b: &[T; C],
    c: &[T; C],
) -> [T; C] {
    let mut sum = *c;
    for ((sum, a), b) in sum.iter_mut().zip(a).zip(b) {
        *sum = fused::<FMA, T>(*a, *b, *sum);
    }
    sum
}

#[inline(always)]
fn tiles<T: Scalar, const C: usize, const FMA: bool>(
    p: &mut [T],
    k: &[T],
    factor: T,
    x: &[T],
    y: &mut [T],
) {
    let (k_rows, x_rows) = (k.as_chunks::<ROWS>().0, x.as_chunks::<ROWS>().0);
    let (k, x) = (k.as_chunks::<C>().0, x.as_chunks::<C>().0);
    y.fill(T::zero());
    let mut rest = p.as_chunks_mut::<C>().0.as_chunks_mut::<ROWS>().0;
    for (group, (k_rows, x_rows)) in k_rows.iter().zip(x_rows).enumerate() {
        let first = group * ROWS / C;
        let (row, below) = rest.split_at_mut(k.len() - first);
        rest = below;
        let (diagonal, row) = row.split_first_mut().expect("a row group has its diagonal");
        let scaled = k_rows.map(|k| -factor * k);
        let mut dots = [[T::zero(); C]; ROWS];
        let columns = y.as_chunks_mut::<C>().0;
        let sum = &mut columns[first];
        for ((tile, scaled), x) in diagonal.iter_mut().zip(&scaled).zip(x_rows) {
            *tile = fused_row::<T, C, FMA>(*scaled, &k[first], tile);
            *sum = fused_row::<T, C, FMA>(*x, tile, sum);
        }
        let others = k[first + 1..].iter().zip(&x[first + 1..]);
        for ((tile, (k, x)), y) in row.iter_mut().zip(others).zip(&mut columns[first + 1..]) {
            let mut sum = *y;
            for i in 0..ROWS {
                let p = fused_row::<T, C, FMA>(scaled[i], k, &tile[i]);
                tile[i] = p;
                sum = fused_row::<T, C, FMA>(x_rows[i], &p, &sum);
                dots[i] = fused_lanes::<T, C, FMA>(&p, x, &dots[i]);
            }
            *y = sum;
        }
        // Copied out, or the sums would live in memory during the loop above.
        let dots = dots;
        for (y, dots) in y[group * ROWS..].iter_mut().zip(&dots) {
            *y += halved(dots);
        }
    }
}

/// Sum of a register, in an order that does not depend on the machine.
#[inline(always)]
fn halved<T: Scalar, const C: usize>(lanes: &[T; C]) -> T {
    let mut lanes = *lanes;
    let mut width = C / 2;
    while width > 0 {
        for l in 0..width {
            lanes[l] += lanes[l + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// `sum a_i b_i` in `f64`, eight sums side by side.
pub(super) fn dot<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    vectorize(
        #[inline(always)]
        || {
            let mut sums = [0.0; 8];
            let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
            for (a, b) in a.iter().zip(b) {
                for l in 0..8 {
                    sums[l] += a[l].as_f64() * b[l].as_f64();
                }
            }
            let rest = a_rest.iter().zip(b_rest);
            let rest: f64 = rest.map(|(a, b)| a.as_f64() * b.as_f64()).sum();
            halved(&sums) + rest
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Scalar>(size: usize, tolerance: f64) {
        let layout = Layout::of::<T>(size);
        let value = |i: usize, j: usize| ((i * j) as f64).sin() + ((i + j) as f64).cos();
        let mut p = Aligned::<T>::zeros(layout.len());
        for i in 0..size {
            for j in 0..size {
                for place in layout.write(i, j) {
                    p[place] = T::of(value(i, j));
                }
            }
        }
        let [k, x] = [0.3, 1.7].map(|f: f64| {
            let mut v = Aligned::<T>::zeros(layout.padded);
            for (i, v) in v[..size].iter_mut().enumerate() {
                *v = T::of((f * i as f64).sin());
            }
            v
        });
        let mut y = Aligned::<T>::zeros(layout.padded);
        sweep(&mut p, &k, T::of(0.5), &x, &mut y);
        for i in 0..size {
            let changed = |j: usize| value(i, j) - 0.5 * k[i].as_f64() * k[j].as_f64();
            let product: f64 = (0..size).map(|j| changed(j) * x[j].as_f64()).sum();
            assert!((y[i].as_f64() - product).abs() < tolerance, "{size} {i}");
            for j in 0..size {
                let found = p[layout.read(i, j)].as_f64();
                assert!((found - changed(j)).abs() < tolerance, "{size} {i} {j}");
            }
        }
        assert!(y[size..].iter().all(|y| *y == T::zero()));
    }

    #[test]
    fn one_sweep_is_a_rank_one_change_and_a_product() {
        for size in [1, 7, 8, 9, 16, 17, 33, 60] {
            // Sums of up to 60 terms of size 2.
            check::<f64>(size, 1e-13);
            check::<f32>(size, 5e-5);
        }
    }

    #[test]
    fn half_of_a_large_matrix_is_stored() {
        assert_eq!(Layout::of::<f64>(8).len(), 64);
        assert_eq!(Layout::of::<f64>(64).len(), 36 * 64);
        assert_eq!(Layout::of::<f32>(64).len(), 10 * 256);
    }
}
