//! Products with a circulant matrix of even size, in half the multiplications.
//!
//! ```text
//! y_i = sum_j c[(i - j) mod N] x_j
//! ```
//!
//! Sums and differences of opposite units, `x_j +- x_{j + N/2}`, do not mix: each goes through a
//! matrix of size `N/2` whose columns are windows of one vector. Eight copies of that vector, each moved by
//! one more value, hold every window on a boundary of 64 bytes: they take a quarter of the matrix's
//! room, so that the first-level cache has space for the plastic weights, and no load crosses a
//! cache line, which halved the speed.

use neuro_core::vectorize;

/// Values of one cache line, and of one register of the widest machines.
const LANES: usize = 8;
/// Lines of outputs that are summed together in registers.
const TILE: usize = 4;

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line([f64; LANES]);

/// A circulant matrix of even size.
#[derive(Clone, Debug)]
pub(super) struct Circulant {
    half: usize,
    sums: Windows,
    differences: Windows,
}

impl Circulant {
    /// The matrix whose first column is `column`, of even length.
    pub(super) fn new(column: &[f64]) -> Self {
        let (n, half) = (column.len(), column.len() / 2);
        // Of the couplings c[k] and c[k + N/2], for k from -N/2 to N/2 - 1.
        let pair = |k: usize| (column[(k + half) % n], column[k]);
        let sums: Vec<f64> = (0..n).map(|k| 0.5 * (pair(k).0 + pair(k).1)).collect();
        let differences: Vec<f64> = (0..n).map(|k| 0.5 * (pair(k).0 - pair(k).1)).collect();
        Self {
            half,
            sums: Windows::new(&sums),
            differences: Windows::new(&differences),
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
                self.sums.multiply(plus, y_near);
                self.differences.multiply(minus, y_far);
                for (near, far) in y_near.iter_mut().zip(y_far) {
                    (*near, *far) = (*near + *far, *near - *far);
                }
            },
        );
    }
}

/// All windows `d[N/2 - j ..]`, `j` from 0 to `N/2 - 1`, of a vector `d` of even length `N`.
#[derive(Clone, Debug)]
struct Windows {
    half: usize,
    /// Lines of each copy.
    length: usize,
    /// Copy `s` holds `d[s..]`, with zeros at its end.
    copies: Vec<Line>,
}

impl Windows {
    fn new(d: &[f64]) -> Self {
        let length = d.len().div_ceil(LANES) + 1;
        let value = |k: usize| d.get(k).copied().unwrap_or(0.0);
        let line = |s: usize, a: usize| Line(std::array::from_fn(|l| value(s + a * LANES + l)));
        Self {
            half: d.len() / 2,
            length,
            copies: (0..LANES * length)
                .map(|k| line(k / length, k % length))
                .collect(),
        }
    }

    /// Lines of outputs of the window of `j`, from the `first`-th on.
    #[inline(always)]
    fn lines<const COUNT: usize>(&self, j: usize, first: usize) -> &[Line; COUNT] {
        let start = self.half - j;
        let at = start % LANES * self.length + start / LANES + first;
        self.copies[at..]
            .first_chunk()
            .expect("windows end before their copy does")
    }

    /// `y_i = sum_j d[N/2 + i - j] x_j`.
    #[inline(always)]
    fn multiply(&self, x: &[f64], y: &mut [f64]) {
        let mut tiles = y.chunks_exact_mut(TILE * LANES);
        let mut first = 0;
        for tile in &mut tiles {
            self.add::<TILE>(x, first, tile);
            first += TILE;
        }
        for line in tiles.into_remainder().chunks_mut(LANES) {
            self.add::<1>(x, first, line);
            first += 1;
        }
    }

    #[inline(always)]
    fn add<const COUNT: usize>(&self, x: &[f64], first: usize, y: &mut [f64]) {
        let mut sum = [[0.0; LANES]; COUNT];
        for (j, x) in x.iter().enumerate() {
            let lines = self.lines::<COUNT>(j, first);
            for (sum, line) in sum.iter_mut().zip(lines) {
                for (sum, d) in sum.iter_mut().zip(&line.0) {
                    *sum += d * x;
                }
            }
        }
        for (y, sum) in y.iter_mut().zip(sum.as_flattened()) {
            *y = *sum;
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
