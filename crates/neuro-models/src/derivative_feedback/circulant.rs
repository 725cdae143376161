//! Products with a circulant matrix of even size, in half the multiplications.
//!
//! ```equation
//! y_i = sum_j c[(i - j) mod N] x_j
//! ```
//!
//! Sums and differences of opposite units, `x_j +- x_{j + N/2}`, do not mix: each goes through a
//! matrix of size `N/2` whose columns are windows of one vector. Eight copies of that vector, each moved by
//! one more value, hold every window on a boundary of 64 bytes: they take a quarter of the matrix's
//! room, so that the first-level cache has space for the plastic weights, and no load crosses a
//! cache line, which halved the speed.

use neuro_core::linalg::PackedMatrix;
use neuro_core::{fused, vectorize};

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
    /// The same as whole matrices, for many vectors together.
    packed: [PackedMatrix<f64>; 2],
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
            packed: [&sums, &differences].map(|d| {
                let columns: Vec<f64> = (0..half)
                    .flat_map(|j| &d[half - j..][..half])
                    .copied()
                    .collect();
                let mut packed = PackedMatrix::zeros(half, half);
                packed.pack(&columns).expect("half x half values");
                packed
            }),
            sums: Windows::new(&sums),
            differences: Windows::new(&differences),
        }
    }

    /// Writes the products with `count` vectors, `stride` values apart in `x`, into `y` (no gaps): each with the
    /// bits of [`multiply`](Self::multiply). `work` is twice as long as `y`.
    pub(super) fn multiply_many(
        &self,
        x: &[f64],
        stride: usize,
        count: usize,
        work: &mut [f64],
        y: &mut [f64],
    ) {
        let half = self.half;
        let quarter = half * count;
        let (inputs, outputs) = work[..4 * quarter].split_at_mut(2 * quarter);
        let (plus, minus) = inputs.split_at_mut(quarter);
        vectorize(
            #[inline(always)]
            || {
                let parts = plus
                    .chunks_exact_mut(half)
                    .zip(minus.chunks_exact_mut(half));
                for (x, (plus, minus)) in x.chunks(stride).zip(parts) {
                    let (near, far) = x[..2 * half].split_at(half);
                    for k in 0..half {
                        plus[k] = near[k] + far[k];
                        minus[k] = near[k] - far[k];
                    }
                }
            },
        );
        let (of_plus, of_minus) = outputs.split_at_mut(quarter);
        self.packed[0].multiply(plus, half, count, of_plus);
        self.packed[1].multiply(minus, half, count, of_minus);
        vectorize(
            #[inline(always)]
            || {
                let parts = of_plus.chunks_exact(half).zip(of_minus.chunks_exact(half));
                for (y, (plus, minus)) in y.chunks_exact_mut(2 * half).zip(parts) {
                    let (near, far) = y.split_at_mut(half);
                    for k in 0..half {
                        near[k] = plus[k] + minus[k];
                        far[k] = plus[k] - minus[k];
                    }
                }
            },
        );
    }

    /// Writes the product with `x` into `y`; `work` is as long as `x`, of even length `N`. Inlined into a
    /// [`Kernel`](neuro_core::Kernel).
    #[inline(always)]
    pub(super) fn multiply<const FMA: bool>(&self, x: &[f64], work: &mut [f64], y: &mut [f64]) {
        let half = self.half;
        let (plus, minus) = work[..2 * half].split_at_mut(half);
        let (near, far) = x[..2 * half].split_at(half);
        for k in 0..half {
            plus[k] = near[k] + far[k];
            minus[k] = near[k] - far[k];
        }
        let (y_near, y_far) = y[..2 * half].split_at_mut(half);
        let mut first = 0;
        while first < half {
            let lines = (half - first).div_ceil(LANES);
            first += if lines >= TILE {
                self.add::<FMA, TILE>(plus, minus, first, y_near, y_far)
            } else {
                self.add::<FMA, 1>(plus, minus, first, y_near, y_far)
            };
        }
    }

    /// `COUNT` lines of outputs from the `first`-th value on, of both halves: chains of additions enough to
    /// hide their latency. Returns how many values these are.
    #[inline(always)]
    fn add<const FMA: bool, const COUNT: usize>(
        &self,
        plus: &[f64],
        minus: &[f64],
        first: usize,
        y_near: &mut [f64],
        y_far: &mut [f64],
    ) -> usize {
        let mut sums = [[[0.0; LANES]; COUNT]; 2];
        for (j, (plus, minus)) in plus.iter().zip(minus).enumerate() {
            let of_sums = self.sums.lines::<COUNT>(j, first / LANES);
            let of_differences = self.differences.lines::<COUNT>(j, first / LANES);
            for c in 0..COUNT {
                for l in 0..LANES {
                    sums[0][c][l] = fused::<FMA, _>(of_sums[c].0[l], *plus, sums[0][c][l]);
                    sums[1][c][l] = fused::<FMA, _>(of_differences[c].0[l], *minus, sums[1][c][l]);
                }
            }
        }
        // Copied out, or the sums would live in memory during the loop above.
        let sums = sums;
        let near = y_near[first..].iter_mut().zip(&mut y_far[first..]);
        let [plus, minus] = [sums[0].as_flattened(), sums[1].as_flattened()];
        for ((near, far), (plus, minus)) in near.zip(plus.iter().zip(minus)) {
            (*near, *far) = (plus + minus, plus - minus);
        }
        COUNT * LANES
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
}

#[cfg(test)]
mod tests {
    use neuro_core::{Kernel, run_kernel};

    use super::*;

    struct Product<'a>(&'a Circulant, &'a [f64], &'a mut [f64], &'a mut [f64]);

    impl Kernel for Product<'_> {
        type Output = ();

        #[inline(always)]
        fn run<const FMA: bool>(self) {
            self.0.multiply::<FMA>(self.1, self.2, self.3);
        }
    }

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
            let circulant = Circulant::new(&column);
            run_kernel(Product(&circulant, &x, &mut work, &mut y));
            assert_eq!(y, expected, "{n}");
            // Two vectors with a gap between them.
            let many = [x.as_slice(), &[7.0; 3], &x].concat();
            let (mut work, mut both) = (vec![0.0; 4 * n], vec![0.0; 2 * n]);
            circulant.multiply_many(&many, n + 3, 2, &mut work, &mut both);
            assert_eq!(both, expected.repeat(2), "{n}");
        }
    }
}
