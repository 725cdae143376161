//! Products of thin matrices: `N_h x N_f`, `N_f x N_h` and `N_h x N_h` with few hidden units.
//!
//! The matrix is kept in blocks of eight rows, one register each, column after column. A product has one
//! chain of additions for each register of rows; with seven rows and a hundred columns that chain, not
//! the arithmetic, would be the time, so that such products are summed in several chains, whose number
//! is part of the call. The packed matrix of `neuro-core`, made for many rows, has one.
//!
//! Vectors may also come as many at once, one in each lane of the registers. Each of them then goes through the
//! operations that it would go through alone, in the same order, and gets the same bits.
//!
//! All functions are inlined into a [`neuro_core::Kernel`]. Multiplications and additions are fused where the machine
//! can.

use neuro_core::{Kernel, Scalar, fused, run_kernel};

/// Rows in a block.
pub(super) const LANES: usize = 8;
/// Chains of a product with many columns.
pub(super) const DEEP: usize = 4;
/// Rows that are summed at once where vectors come in lanes: each takes up a register for each chain.
const LANE_ROWS: usize = 4;

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Block<T>([T; LANES]);

/// A matrix in blocks of eight rows; the last block of rows is filled up with zeros.
#[derive(Clone, Debug)]
pub(super) struct Panels<T = f64> {
    rows: usize,
    columns: usize,
    blocks: Vec<Block<T>>,
}

impl<T: Scalar> Panels<T> {
    /// The `rows x columns` matrix of these values.
    pub(super) fn new(rows: usize, columns: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let zeros = Block([T::zero(); LANES]);
        let mut panels = Self {
            rows,
            columns,
            blocks: vec![zeros; rows.div_ceil(LANES) * columns],
        };
        panels.set(value);
        panels
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// The same matrix for another type of number.
    pub(super) fn cast<U: Scalar>(&self) -> Panels<U> {
        let cast = |block: &Block<T>| Block(block.0.map(|v| U::of(v.as_f64())));
        Panels {
            rows: self.rows,
            columns: self.columns,
            blocks: self.blocks.iter().map(cast).collect(),
        }
    }

    /// Takes over other values. Allocates nothing.
    pub(super) fn set(&mut self, value: impl Fn(usize, usize) -> f64) {
        let (rows, columns) = (self.rows, self.columns);
        for (p, panel) in self.blocks.chunks_exact_mut(columns.max(1)).enumerate() {
            for (j, block) in panel.iter_mut().enumerate() {
                for (i, out) in (p * LANES..rows).zip(&mut block.0) {
                    *out = T::of(value(i, j));
                }
            }
        }
    }

    /// Writes `M x` into `out`, summed in `CHAINS` chains.
    #[inline(always)]
    pub(super) fn product_into<const FMA: bool, const CHAINS: usize>(
        &self,
        x: &[T],
        out: &mut [T],
    ) {
        debug_assert_eq!(x.len(), self.columns, "length of the vector");
        for (panel, out) in self.panels().zip(out.chunks_mut(LANES)) {
            store(&product::<FMA, CHAINS, T>(panel, x), out);
        }
    }

    /// [`product_into`](Self::product_into) outside of a kernel.
    pub(super) fn write_product<const CHAINS: usize>(&self, x: &[T], out: &mut [T]) {
        run_kernel(Product::<T, CHAINS> {
            matrix: self,
            x,
            out,
        });
    }

    /// Writes `M x` and `M y`, reading the matrix once.
    #[inline(always)]
    pub(super) fn products_into<const FMA: bool, const CHAINS: usize>(
        &self,
        x: &[T],
        y: &[T],
        x_out: &mut [T],
        y_out: &mut [T],
    ) {
        debug_assert_eq!(
            (x.len(), y.len()),
            (self.columns, self.columns),
            "lengths of the vectors"
        );
        let outs = x_out.chunks_mut(LANES).zip(y_out.chunks_mut(LANES));
        for (panel, (x_out, y_out)) in self.panels().zip(outs) {
            let [x_sums, y_sums] = pair_of_products::<FMA, CHAINS, T>(panel, x, y);
            store(&x_sums, x_out);
            store(&y_sums, y_out);
        }
    }

    /// Writes `rate (M x - v)` into `slope`: what a leaky variable does with this drive.
    #[inline(always)]
    pub(super) fn leaky_slope_into<const FMA: bool, const CHAINS: usize>(
        &self,
        rate: T,
        x: &[T],
        v: &[T],
        slope: &mut [T],
    ) {
        debug_assert_eq!(x.len(), self.columns, "length of the vector");
        let (slope, slope_rest) = slope.as_chunks_mut::<LANES>();
        let (v, v_rest) = v.as_chunks::<LANES>();
        let mut panels = self.panels();
        for ((slope, v), panel) in slope.iter_mut().zip(v).zip(&mut panels) {
            let mut sums = product::<FMA, CHAINS, T>(panel, x);
            // In a block of their own: where `slope` might be `v`, each value would be stored alone.
            let v = *v;
            for l in 0..LANES {
                sums[l] = rate * (sums[l] - v[l]);
            }
            *slope = sums;
        }
        if let Some(panel) = panels.next() {
            let sums = product::<FMA, CHAINS, T>(panel, x);
            for ((slope, v), sum) in slope_rest.iter_mut().zip(v_rest).zip(&sums) {
                *slope = rate * (*sum - *v);
            }
        }
    }

    /// Writes `M x` of the vectors in the lanes of `x`.
    #[inline(always)]
    pub(super) fn lane_products_into<const FMA: bool, const CHAINS: usize, const L: usize>(
        &self,
        x: &[[T; L]],
        out: &mut [[T; L]],
    ) {
        debug_assert_eq!(x.len(), self.columns, "length of the vectors");
        for (panel, out) in self.panels().zip(out.chunks_mut(LANES)) {
            for (rows, out) in out.chunks_mut(LANE_ROWS).enumerate() {
                let sums = lane_product::<FMA, CHAINS, L, T>(panel, rows * LANE_ROWS, x);
                store(&sums, out);
            }
        }
    }

    /// Writes `rate (M x - v)` of the vectors in the lanes of `x` and `v` into `slope`.
    #[inline(always)]
    pub(super) fn leaky_lane_slopes_into<const FMA: bool, const CHAINS: usize, const L: usize>(
        &self,
        rate: T,
        x: &[[T; L]],
        v: &[[T; L]],
        slope: &mut [[T; L]],
    ) {
        self.lane_products_into::<FMA, CHAINS, L>(x, slope);
        // Flat, so that it is lanes, not rows, that make up a register.
        for (slope, v) in slope.as_flattened_mut().iter_mut().zip(v.as_flattened()) {
            *slope = rate * (*slope - *v);
        }
    }

    #[inline(always)]
    fn panels(&self) -> std::slice::ChunksExact<'_, Block<T>> {
        self.blocks.chunks_exact(self.columns.max(1))
    }
}

struct Product<'a, T, const CHAINS: usize> {
    matrix: &'a Panels<T>,
    x: &'a [T],
    out: &'a mut [T],
}

impl<T: Scalar, const CHAINS: usize> Kernel for Product<'_, T, CHAINS> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.matrix.product_into::<FMA, CHAINS>(self.x, self.out);
    }
}

/// Writes the first values into `out`, all of them where there is room.
#[inline(always)]
pub(super) fn store<T: Copy, const N: usize>(sums: &[T; N], out: &mut [T]) {
    // A copy of a length known beforehand is one instruction.
    if let Ok(out) = <&mut [T; N]>::try_from(&mut *out) {
        *out = *sums;
    } else {
        out.copy_from_slice(&sums[..out.len()]);
    }
}

#[inline(always)]
fn product<const FMA: bool, const CHAINS: usize, T: Scalar>(
    panel: &[Block<T>],
    x: &[T],
) -> [T; LANES] {
    let (blocks, blocks_rest) = panel.as_chunks::<CHAINS>();
    let (xs, xs_rest) = x.as_chunks::<CHAINS>();
    let mut sums = [[T::zero(); LANES]; CHAINS];
    for (blocks, xs) in blocks.iter().zip(xs) {
        for c in 0..CHAINS {
            for l in 0..LANES {
                sums[c][l] = fused::<FMA, _>(blocks[c].0[l], xs[c], sums[c][l]);
            }
        }
    }
    // All to the first chain: an index that is not known beforehand would put the sums into memory.
    for (block, x) in blocks_rest.iter().zip(xs_rest) {
        for l in 0..LANES {
            sums[0][l] = fused::<FMA, _>(block.0[l], *x, sums[0][l]);
        }
    }
    total(sums)
}

#[inline(always)]
fn pair_of_products<const FMA: bool, const CHAINS: usize, T: Scalar>(
    panel: &[Block<T>],
    x: &[T],
    y: &[T],
) -> [[T; LANES]; 2] {
    let (blocks, blocks_rest) = panel.as_chunks::<CHAINS>();
    let (xs, xs_rest) = x.as_chunks::<CHAINS>();
    let (ys, ys_rest) = y.as_chunks::<CHAINS>();
    let mut sums = [[[T::zero(); LANES]; CHAINS]; 2];
    for ((blocks, xs), ys) in blocks.iter().zip(xs).zip(ys) {
        for c in 0..CHAINS {
            for l in 0..LANES {
                sums[0][c][l] = fused::<FMA, _>(blocks[c].0[l], xs[c], sums[0][c][l]);
                sums[1][c][l] = fused::<FMA, _>(blocks[c].0[l], ys[c], sums[1][c][l]);
            }
        }
    }
    for ((block, x), y) in blocks_rest.iter().zip(xs_rest).zip(ys_rest) {
        for l in 0..LANES {
            sums[0][0][l] = fused::<FMA, _>(block.0[l], *x, sums[0][0][l]);
            sums[1][0][l] = fused::<FMA, _>(block.0[l], *y, sums[1][0][l]);
        }
    }
    [total(sums[0]), total(sums[1])]
}

/// The products of `LANE_ROWS` rows from `first` on with the vectors in the lanes, each summed as
/// [`product`] does it.
#[inline(always)]
fn lane_product<const FMA: bool, const CHAINS: usize, const L: usize, T: Scalar>(
    panel: &[Block<T>],
    first: usize,
    x: &[[T; L]],
) -> [[T; L]; LANE_ROWS] {
    let (blocks, blocks_rest) = panel.as_chunks::<CHAINS>();
    let (xs, xs_rest) = x.as_chunks::<CHAINS>();
    let mut sums = [[[T::zero(); L]; LANE_ROWS]; CHAINS];
    for (blocks, xs) in blocks.iter().zip(xs) {
        for c in 0..CHAINS {
            for r in 0..LANE_ROWS {
                let weight = blocks[c].0[first + r];
                sums[c][r] = both(xs[c], sums[c][r], |x, sum| fused::<FMA, _>(weight, x, sum));
            }
        }
    }
    for (block, x) in blocks_rest.iter().zip(xs_rest) {
        for r in 0..LANE_ROWS {
            let weight = block.0[first + r];
            sums[0][r] = both(*x, sums[0][r], |x, sum| fused::<FMA, _>(weight, x, sum));
        }
    }
    let mut totals = [[T::zero(); L]; LANE_ROWS];
    for sums in sums {
        for r in 0..LANE_ROWS {
            totals[r] = both(totals[r], sums[r], |total, sum| total + sum);
        }
    }
    totals
}

/// `f(a, b)` in each lane. Values in, value out: a register of lanes that is written lane by lane where it lies may be
/// taken apart by the compiler, and rows put together instead.
#[inline(always)]
pub(super) fn both<T: Copy, const L: usize>(
    mut a: [T; L],
    b: [T; L],
    f: impl Fn(T, T) -> T,
) -> [T; L] {
    for l in 0..L {
        a[l] = f(a[l], b[l]);
    }
    a
}

#[inline(always)]
fn total<const CHAINS: usize, const N: usize, T: Scalar>(sums: [[T; N]; CHAINS]) -> [T; N] {
    let mut total = [T::zero(); N];
    for sums in sums {
        for l in 0..N {
            total[l] += sums[l];
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_equal_the_definition_for_every_remainder() {
        let value = |i: usize, j: usize| ((i * 7 + j * 5 + 3) % 11) as f64 - 5.0;
        for rows in [1, 7, 8, 9, 23] {
            for columns in [1, 3, 4, 100] {
                let panels = Panels::new(rows, columns, value);
                let x: Vec<f64> = (0..columns).map(|j| value(j, 2)).collect();
                let y: Vec<f64> = (0..columns).map(|j| value(j, 9)).collect();
                let expected = |x: &[f64]| -> Vec<f64> {
                    (0..rows)
                        .map(|i| (0..columns).map(|j| value(i, j) * x[j]).sum())
                        .collect()
                };
                // Small integers: every sum is exact.
                let (mut a, mut b) = (vec![f64::NAN; rows], vec![f64::NAN; rows]);
                panels.product_into::<false, DEEP>(&x, &mut a);
                assert_eq!(a, expected(&x), "{rows}x{columns}");
                panels.products_into::<false, DEEP>(&x, &y, &mut a, &mut b);
                assert_eq!((a.clone(), b), (expected(&x), expected(&y)));
                let v = vec![1.0; rows];
                panels.leaky_slope_into::<false, 1>(0.5, &y, &v, &mut a);
                let slope: Vec<f64> = expected(&y).iter().map(|d| 0.5 * (d - 1.0)).collect();
                assert_eq!(a, slope, "{rows}x{columns}");
                let lanes: Vec<[f32; 2]> = x
                    .iter()
                    .zip(&y)
                    .map(|(x, y)| [*x as f32, *y as f32])
                    .collect();
                let mut out = vec![[f32::NAN; 2]; rows];
                let single = panels.cast::<f32>();
                single.lane_products_into::<false, DEEP, 2>(&lanes, &mut out);
                for (out, (x, y)) in out.iter().zip(expected(&x).iter().zip(expected(&y))) {
                    assert_eq!(*out, [*x as f32, y as f32], "{rows}x{columns}");
                }
            }
        }
    }
}
