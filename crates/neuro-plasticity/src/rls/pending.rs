//! Changes of `P` that wait to be applied together.
//!
//! Each is `g g^T`, to be subtracted. Waiting, they cost a product with every `g`; applied, all of `P` is read
//! and written once for [`DELAY`] of them. A change is stored by its root, so that entries `(i, j)` and `(j, i)`
//! change by the same bits.

use neuro_core::Scalar;

use super::kernel::{Aligned, Kernel, columns, dispatch, fused_row};

/// Changes that wait at most. The more, the less often all of `P` passes through the processor, but the
/// longer the products with those that wait.
pub(super) const DELAY: usize = 16;

/// `sum_k g_k g_k^T`.
#[derive(Clone, Debug)]
pub(super) struct Pending<T: Scalar> {
    /// For each block of as many rows as a register has numbers: that of every `g_k`.
    roots: Aligned<T>,
    count: usize,
}

impl<T: Scalar> Pending<T> {
    /// None yet, for a matrix of `padded` rows.
    pub(super) fn none(padded: usize) -> Self {
        Self {
            roots: Aligned::zeros(padded * DELAY),
            count: 0,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The roots, block by block; those from [`count`](Self::count) on are old.
    pub(super) fn roots(&self) -> &[T] {
        &self.roots
    }

    /// Adds `factor gain gain^T`. There must be room.
    pub(super) fn push(&mut self, gain: &[T], factor: T) {
        dispatch::<T, _>(Push {
            roots: &mut self.roots,
            place: self.count,
            gain,
            factor: factor.sqrt(),
        });
        self.count += 1;
    }

    pub(super) fn clear(&mut self) {
        self.count = 0;
    }

    /// `y <- kept y - pending d`, where `changes` has the places of `d` that are not 0, and their values.
    pub(super) fn subtract(&self, kept: T, changes: &[(usize, T)], y: &mut [T]) {
        dispatch::<T, _>(Subtract {
            roots: &self.roots,
            count: self.count,
            kept,
            changes,
            y,
        });
    }

    /// Entry `(i, j)` of the sum.
    pub(super) fn entry(&self, i: usize, j: usize) -> f64 {
        let width = columns::<T>();
        let root = |i: usize, k: usize| {
            let place = (i / width * DELAY + k) * width + i % width;
            self.roots[place].as_f64()
        };
        (0..self.count).map(|k| root(i, k) * root(j, k)).sum()
    }
}

struct Push<'a, T> {
    roots: &'a mut [T],
    place: usize,
    gain: &'a [T],
    factor: T,
}

impl<T: Scalar> Kernel for Push<'_, T> {
    #[inline(always)]
    fn run<const C: usize, const FMA: bool>(self) {
        let blocks = self.roots.as_chunks_mut::<C>().0.as_chunks_mut::<DELAY>().0;
        for (roots, gain) in blocks.iter_mut().zip(self.gain.as_chunks::<C>().0) {
            roots[self.place] = gain.map(|g| self.factor * g);
        }
    }
}

struct Subtract<'a, T> {
    roots: &'a [T],
    count: usize,
    kept: T,
    changes: &'a [(usize, T)],
    y: &'a mut [T],
}

impl<T: Scalar> Kernel for Subtract<'_, T> {
    #[inline(always)]
    fn run<const C: usize, const FMA: bool>(self) {
        let blocks = self.roots.as_chunks::<C>().0.as_chunks::<DELAY>().0;
        let count = self.count.min(DELAY);
        // -g_k.d
        let mut taken = [T::zero(); DELAY];
        for (c, d) in self.changes {
            for (taken, root) in taken[..count].iter_mut().zip(&blocks[c / C]) {
                *taken -= *d * root[c % C];
            }
        }
        let y = self.y.as_chunks_mut::<C>().0;
        for (y, roots) in y.iter_mut().zip(blocks) {
            let mut sum = y.map(|y| self.kept * y);
            for (taken, root) in taken[..count].iter().zip(roots) {
                sum = fused_row::<T, C, FMA>(*taken, root, &sum);
            }
            *y = sum;
        }
    }
}
