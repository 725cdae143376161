//! Products with a circulant matrix of even size, in half the multiplications.
//!
//! ```text
//! y_i = sum_j c[(i - j) mod N] x_j
//! ```
//!
//! Sums and differences of opposite units, `x_j +- x_{j + N/2}`, do not mix: each goes through a
//! matrix of size `N/2` whose rows are windows of one vector. That vector stays in the first-level
//! cache where the matrix would not: it leaves the cache to the plastic weights.

use neuro_core::vectorize;

/// Outputs that are summed together in registers.
const TILE: usize = 32;

/// A circulant matrix of even size.
#[derive(Clone, Debug)]
pub(super) struct Circulant {
    half: usize,
    /// `(c[k] + c[k + N/2]) / 2` for `k` from `-N/2` to `N/2 - 1`.
    sums: Vec<f64>,
    /// The same for differences.
    differences: Vec<f64>,
}

impl Circulant {
    /// The matrix whose first column is `column`, of even length.
    pub(super) fn new(column: &[f64]) -> Self {
        let (n, half) = (column.len(), column.len() / 2);
        let pair = |k: usize| (column[(k + half) % n], column[k]);
        Self {
            half,
            sums: (0..n).map(|k| 0.5 * (pair(k).0 + pair(k).1)).collect(),
            differences: (0..n).map(|k| 0.5 * (pair(k).0 - pair(k).1)).collect(),
        }
    }

    /// Writes the product with `x` into `y`; `work` is as long as `x`, of even length `N`.
    pub(super) fn multiply(&self, x: &[f64], work: &mut [f64], y: &mut [f64]) {
        vectorize(
            #[inline(always)]
            || {
                let half = self.half;
                let (plus, minus) = work[..2 * half].split_at_mut(half);
                let (near, far) = x[..2 * half].split_at(half);
                for k in 0..half {
                    plus[k] = near[k] + far[k];
                    minus[k] = near[k] - far[k];
                }
                let (y_near, y_far) = y[..2 * half].split_at_mut(half);
                slide(&self.sums, plus, y_near);
                slide(&self.differences, minus, y_far);
                for (near, far) in y_near.iter_mut().zip(y_far) {
                    (*near, *far) = (*near + *far, *near - *far);
                }
            },
        );
    }
}

/// `y_i = sum_j d[N/2 + i - j] x_j`.
#[inline(always)]
fn slide(d: &[f64], x: &[f64], y: &mut [f64]) {
    let half = x.len();
    let (tiles, rest) = y.as_chunks_mut::<TILE>();
    let first_of_rest = tiles.len() * TILE;
    for (t, tile) in tiles.iter_mut().enumerate() {
        let mut sum = [0.0; TILE];
        for (j, x) in x.iter().enumerate() {
            let window: &[f64; TILE] = d[half + t * TILE - j..]
                .first_chunk()
                .expect("d is twice as long as x");
            for l in 0..TILE {
                sum[l] += window[l] * x;
            }
        }
        *tile = sum;
    }
    rest.fill(0.0);
    for (j, x) in x.iter().enumerate() {
        let window = &d[half + first_of_rest - j..];
        for (y, d) in rest.iter_mut().zip(window) {
            *y += d * x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_full_matrix_for_every_even_size() {
        for n in [2, 4, 10, 16, 62, 64, 66, 130] {
            // Small integers: every sum is exact.
            let column: Vec<f64> = (0..n).map(|k| ((k * 7 + 3) % 11) as f64 - 4.0).collect();
            let x: Vec<f64> = (0..n).map(|k| ((k * 5 + 1) % 13) as f64 - 6.0).collect();
            let expected: Vec<f64> = (0..n)
                .map(|i| (0..n).map(|j| column[(i + n - j) % n] * x[j]).sum())
                .collect();
            let (mut work, mut y) = (vec![0.0; n], vec![0.0; n]);
            Circulant::new(&column).multiply(&x, &mut work, &mut y);
            assert_eq!(y, expected, "{n}");
        }
    }
}
