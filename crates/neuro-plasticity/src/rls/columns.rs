//! What the tiles of [`kernel`](super::kernel) are used for when little has changed: single columns, and
//! changes that have waited.

use neuro_core::{Scalar, fused};

use super::kernel::{Kernel, ROWS, dispatch, fused_row};
use super::pending::{DELAY, Pending};

/// `P <- P - pending`; then nothing is.
pub(super) fn apply<T: Scalar>(p: &mut [T], pending: &mut Pending<T>) {
    if pending.count() > 0 {
        dispatch::<T, _>(Apply {
            p,
            roots: pending.roots(),
            count: pending.count(),
        });
        pending.clear();
    }
}

/// `y += P d`, where `changes` has the places of `d` that are not 0, and their values.
pub(super) fn add_columns<T: Scalar>(p: &[T], changes: &[(usize, T)], y: &mut [T]) {
    dispatch::<T, _>(Columns { p, changes, y });
}

struct Apply<'a, T> {
    p: &'a mut [T],
    roots: &'a [T],
    count: usize,
}

impl<T: Scalar> Kernel for Apply<'_, T> {
    #[inline(always)]
    fn run<const C: usize, const FMA: bool>(self) {
        let blocks = self.roots.as_chunks::<C>().0.as_chunks::<DELAY>().0;
        let count = self.count.min(DELAY);
        let mut rest = self.p.as_chunks_mut::<C>().0.as_chunks_mut::<ROWS>().0;
        let mut scaled = [[T::zero(); ROWS]; DELAY];
        for group in 0..blocks.len() * C / ROWS {
            let (first, lane) = (group * ROWS / C, group * ROWS % C);
            let (row, below) = rest.split_at_mut(blocks.len() - first);
            rest = below;
            for (scaled, root) in scaled.iter_mut().zip(&blocks[first]) {
                for (scaled, root) in scaled.iter_mut().zip(&root[lane..]) {
                    *scaled = -*root;
                }
            }
            for (tile, roots) in row.iter_mut().zip(&blocks[first..]) {
                let mut sums = *tile;
                for (scaled, root) in scaled[..count].iter().zip(&roots[..count]) {
                    for i in 0..ROWS {
                        sums[i] = fused_row::<T, C, FMA>(scaled[i], root, &sums[i]);
                    }
                }
                *tile = sums;
            }
        }
    }
}

struct Columns<'a, T> {
    p: &'a [T],
    changes: &'a [(usize, T)],
    y: &'a mut [T],
}

impl<T: Scalar> Kernel for Columns<'_, T> {
    #[inline(always)]
    fn run<const C: usize, const FMA: bool>(self) {
        let tiles = self.p.as_chunks::<C>().0.as_chunks::<ROWS>().0;
        let y = self.y.as_chunks_mut::<C>().0;
        for (c, d) in self.changes {
            add_column::<T, C, FMA>(tiles, *c, *d, y);
        }
    }
}

/// `y += d P_:c`. Above the tile of the diagonal the column is stored as such, from there on as the row.
#[inline(always)]
fn add_column<T: Scalar, const C: usize, const FMA: bool>(
    tiles: &[[[T; C]; ROWS]],
    c: usize,
    d: T,
    y: &mut [[T; C]],
) {
    let (block, lane) = (c / C, c % C);
    let (mut place, mut width) = (0, y.len());
    let (above, below) = y.split_at_mut(block);
    for (first, y) in above.iter_mut().enumerate() {
        for y in y.as_chunks_mut::<ROWS>().0 {
            let tile = &tiles[place + block - first];
            for (y, row) in y.iter_mut().zip(tile) {
                *y = fused::<FMA, T>(d, row[lane], *y);
            }
            place += width;
        }
        width -= 1;
    }
    place += width * (lane / ROWS);
    for (tile, y) in tiles[place..][..width].iter().zip(below) {
        *y = fused_row::<T, C, FMA>(d, &tile[c % ROWS], y);
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{Aligned, Layout};
    use super::*;

    fn check<T: Scalar>(size: usize, tolerance: f64) {
        let layout = Layout::of::<T>(size);
        let value = |i: usize, j: usize| ((i * j) as f64).sin() + ((i + j) as f64).cos();
        let mut p = Aligned::<T>::zeros(layout.len());
        for i in 0..size {
            for j in 0..=i {
                for place in layout.write(i, j) {
                    p[place] = T::of(value(i, j));
                }
            }
        }
        let gain = |k: usize, i: usize| (0.3 * (k + 1) as f64 * i as f64).sin();
        let mut pending = Pending::<T>::none(layout.padded);
        for k in 0..3 {
            let mut padded = Aligned::<T>::zeros(layout.padded);
            for (i, g) in padded[..size].iter_mut().enumerate() {
                *g = T::of(gain(k, i));
            }
            pending.push(&padded, T::of(0.25));
        }
        let changed = |i: usize, j: usize| {
            let waiting: f64 = (0..3).map(|k| 0.25 * gain(k, i) * gain(k, j)).sum();
            value(i, j) - waiting
        };
        // Every third place has changed; before and after what waits is applied.
        let changes: Vec<(usize, T)> = (0..size).step_by(3).map(|c| (c, T::of(0.5))).collect();
        for applied in [false, true] {
            if applied {
                apply(&mut p, &mut pending);
                assert_eq!(pending.count(), 0);
            }
            let mut y = Aligned::<T>::zeros(layout.padded);
            y[..size].fill(T::one());
            pending.subtract(T::of(2.0), &changes, &mut y);
            add_columns(&p, &changes, &mut y);
            for i in 0..size {
                let columns = (0..size).step_by(3).map(|c| 0.5 * changed(i, c));
                let expected = 2.0 + columns.sum::<f64>();
                let error = (y[i].as_f64() - expected).abs();
                assert!(error < tolerance, "{size} {i} {applied}: {error}");
            }
            assert!(y[size..].iter().all(|y| *y == T::zero()));
        }
        for i in 0..size {
            for j in 0..size {
                let (found, mirror) = (p[layout.read(i, j)], p[layout.read(j, i)]);
                assert!(found == mirror, "{size} {i} {j}");
                assert!((found.as_f64() - changed(i, j)).abs() < tolerance);
            }
        }
    }

    #[test]
    fn columns_are_those_of_the_matrix_whether_changes_wait_or_not() {
        for size in [1, 7, 8, 9, 16, 17, 33, 60] {
            // Sums of up to 20 terms of size 2.
            check::<f64>(size, 1e-13);
            check::<f32>(size, 3e-5);
        }
    }
}
