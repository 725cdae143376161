//! What delayed features do to the hidden units: `alpha_c W d`, by all values of `W` or by those that are not 0.
//!
//! Episodes lead from a memory to one or a few others: of the transitions of `K` memories in a cycle, `K` of `K^2` are
//! not 0. From some ten memories on it is they that are gone through.

use nalgebra::DMatrix;
use neuro_core::Scalar;

use super::panels::{LANES, Panels};

/// The transitions times the strength of the delay.
#[derive(Clone, Debug)]
pub(super) struct Transitions<T = f64> {
    dense: Panels<T>,
    /// Used instead when there are few.
    sparse: Option<Entries<T>>,
}

/// Values that are not 0, row by row.
#[derive(Clone, Debug, Default)]
struct Entries<T> {
    /// How many each row has.
    counts: Vec<usize>,
    /// Column and value.
    entries: Vec<(usize, T)>,
}

impl<T: Scalar> Transitions<T> {
    /// No transitions between `units` hidden units.
    pub(super) fn new(units: usize) -> Self {
        Self {
            dense: Panels::new(units, units, |_, _| 0.0),
            sparse: None,
        }
    }

    /// Takes over `strength * w`.
    pub(super) fn set(&mut self, w: &DMatrix<f64>, strength: f64) {
        let nonzero = w.iter().filter(|v| **v != 0.0).count();
        // A register takes up `LANES` values at a time, one of the others one.
        if nonzero * LANES > w.len() {
            self.sparse = None;
            self.dense.set(|i, j| strength * w[(i, j)]);
            return;
        }
        let sparse = self.sparse.get_or_insert_default();
        sparse.counts.clear();
        sparse.entries.clear();
        for i in 0..w.nrows() {
            let before = sparse.entries.len();
            let row = (0..w.ncols()).map(|j| (j, w[(i, j)]));
            let row = row.filter(|(_, v)| *v != 0.0);
            sparse
                .entries
                .extend(row.map(|(j, v)| (j, T::of(strength * v))));
            sparse.counts.push(sparse.entries.len() - before);
        }
    }

    /// Writes `alpha_c W x` into `out`.
    #[inline(always)]
    pub(super) fn product_into<const FMA: bool>(&self, x: &[T], out: &mut [T]) {
        let Some(sparse) = &self.sparse else {
            return self.dense.product_into::<FMA, 2>(x, out);
        };
        let mut entries = sparse.entries.iter();
        for (out, count) in out.iter_mut().zip(&sparse.counts) {
            let row = entries.by_ref().take(*count);
            *out = row.map(|(j, v)| *v * x[*j]).sum();
        }
    }

    /// Writes `alpha_c W x` of the vectors in the lanes of `x`.
    #[inline(always)]
    pub(super) fn lane_products_into<const FMA: bool, const L: usize>(
        &self,
        x: &[[T; L]],
        out: &mut [[T; L]],
    ) {
        let Some(sparse) = &self.sparse else {
            return self.dense.lane_products_into::<FMA, 2, L>(x, out);
        };
        let mut entries = sparse.entries.iter();
        for (out, count) in out.iter_mut().zip(&sparse.counts) {
            let mut sums = [T::zero(); L];
            for (j, v) in entries.by_ref().take(*count) {
                for l in 0..L {
                    sums[l] += *v * x[*j][l];
                }
            }
            *out = sums;
        }
    }

    /// The same transitions for another type of number.
    pub(super) fn cast<U: Scalar>(&self) -> Transitions<U> {
        let sparse = self.sparse.as_ref().map(|sparse| Entries {
            counts: sparse.counts.clone(),
            entries: (sparse.entries.iter())
                .map(|(j, v)| (*j, U::of(v.as_f64())))
                .collect(),
        });
        let dense = self.dense.cast();
        Transitions { dense, sparse }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_transitions_give_the_product_of_the_matrix() {
        let mut transitions = Transitions::<f64>::new(20);
        let x: Vec<f64> = (0..20).map(|k| f64::from(k) - 7.0).collect();
        let value = |i: usize, j: usize| ((3 * i + 5 * j) % 7) as f64 - 3.0;
        // Dense, then a cycle with a shortcut and a unit that nothing leads to, then dense again.
        for few in [false, true, false] {
            let w = DMatrix::from_fn(20, 20, |i, j| {
                let kept = i != 4 && (i == (j + 1) % 20 || (i, j) == (3, 11));
                if few && !kept { 0.0 } else { value(i, j) }
            });
            transitions.set(&w, 2.0);
            assert_eq!(transitions.sparse.is_some(), few);
            let mut found = vec![f64::NAN; 20];
            transitions.product_into::<false>(&x, &mut found);
            // Small integers: every sum is exact.
            let expected = 2.0 * &w * nalgebra::DVector::from_column_slice(&x);
            assert_eq!(found, expected.as_slice());
        }
    }
}
