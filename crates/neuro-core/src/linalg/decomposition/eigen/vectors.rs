//! Eigenvectors as the solver packs them: the vectors of a conjugate pair of values take two real
//! columns, the real and the imaginary part of the vector of the value with positive imaginary part.
//!
//! They are normalised and checked in this form, in which a product with all vectors is one product of
//! real matrices.

use nalgebra::DMatrix;
use num_complex::Complex;

use super::super::leading;
use super::no_convergence;
use crate::Error;
use crate::linalg::matmul;

pub(super) struct PackedVectors<'a> {
    /// Each conjugate pair together, the positive imaginary part first.
    values: &'a [Complex<f64>],
    /// Sign of the imaginary parts of the values to which the vectors belong as right ones.
    sign: f64,
    columns: DMatrix<f64>,
}

impl<'a> PackedVectors<'a> {
    /// Right vectors as they come.
    pub(super) fn right(values: &'a [Complex<f64>], columns: DMatrix<f64>) -> Self {
        Self {
            values,
            sign: 1.0,
            columns,
        }
    }

    /// Left vectors: `u^H A = w u^H` is `A^T u = conj(w) u`.
    pub(super) fn left(values: &'a [Complex<f64>], mut columns: DMatrix<f64>) -> Self {
        // The solver reverses the columns on the left. They are the imaginary and the real part of
        // a vector x with x^T A = w x^T, the conjugate of ours.
        for j in (0..values.len()).filter(|&j| values[j].im > 0.0) {
            columns.swap_columns(j, j + 1);
            columns.column_mut(j + 1).neg_mut();
        }
        Self {
            values,
            sign: -1.0,
            columns,
        }
    }

    /// The first column of each real vector or pair.
    fn blocks(&self) -> impl Iterator<Item = usize> + use<'a> {
        let values = self.values;
        (0..values.len()).filter(move |&j| values[j].im >= 0.0)
    }

    /// The value whose vector is at `j`, and the columns of that vector.
    fn block(&self, j: usize) -> (Complex<f64>, std::ops::Range<usize>) {
        let (w, n) = (self.values[j], self.values.len());
        let width = if w.im == 0.0 { 1 } else { 2 };
        (Complex::new(w.re, self.sign * w.im), j * n..(j + width) * n)
    }

    /// Normalises the vectors, checks `A v = w v` and computes anew those that fail.
    ///
    /// The solver substitutes back without rescaling: along a defective chain of more than about 20
    /// units its vectors overflow, and in large defective groups they lose digits or vanish.
    pub(super) fn verified(mut self, a: &DMatrix<f64>) -> Result<Self, Error> {
        let n = a.nrows();
        for j in self.blocks() {
            let (_, range) = self.block(j);
            normalize(&mut self.columns.as_mut_slice()[range], n);
        }
        let scale = n as f64 * a.norm();
        let (good, bearable) = (1e-13 * scale, 1e-11 * scale);
        let before = self.residuals(a)?;
        // NaN is not good either.
        let poor = |r: f64| r.is_nan() || r > good;
        if !before.iter().any(|&r| poor(r)) {
            return Ok(self);
        }
        let found = self.columns.clone();
        for j in self.blocks().filter(|&j| poor(before[j])) {
            let (w, range) = self.block(j);
            let columns = self.columns.as_mut_slice();
            match (0..j).find(|&i| self.values[i] == self.values[j]) {
                Some(i) => columns.copy_within(i * n..i * n + range.len(), range.start),
                None => null_vector(a, w, &mut columns[range]),
            }
        }
        let after = self.residuals(a)?;
        for j in self.blocks() {
            let (_, range) = self.block(j);
            let better = before[j].is_nan() || after[j] < before[j];
            if !better {
                let columns = &mut self.columns.as_mut_slice()[range.clone()];
                columns.copy_from_slice(&found.as_slice()[range]);
            }
            let least = before[j].min(after[j]);
            if least.is_nan() || least > bearable {
                return Err(no_convergence(n));
            }
        }
        Ok(self)
    }

    /// The 2-norm of `A v - w v` for each vector, at its first column.
    fn residuals(&self, a: &DMatrix<f64>) -> Result<Vec<f64>, Error> {
        let n = a.nrows();
        let mut products = vec![0.0; n * n];
        matmul(false, 1.0, a.into(), (&self.columns).into(), &mut products)?;
        let mut residuals = vec![0.0; n];
        for j in self.blocks() {
            let (w, range) = self.block(j);
            let (x, y) = self.columns.as_slice()[range.clone()].split_at(n);
            let (ax, ay) = products[range].split_at(n);
            let square = |residual: f64| residual * residual;
            let squares: f64 = if y.is_empty() {
                let parts = ax.iter().zip(x);
                parts.map(|(ax, x)| square(ax - w.re * x)).sum()
            } else {
                let parts = (0..n).map(|i| {
                    square(ax[i] - (w.re * x[i] - w.im * y[i]))
                        + square(ay[i] - (w.im * x[i] + w.re * y[i]))
                });
                parts.sum()
            };
            residuals[j] = squares.sqrt();
        }
        Ok(residuals)
    }

    /// The vectors of the values with these numbers.
    pub(super) fn complex(&self, order: &[usize]) -> DMatrix<Complex<f64>> {
        let n = self.values.len();
        let columns = self.columns.as_slice();
        let mut vectors = Vec::with_capacity(n * order.len());
        for &j in order {
            let im = self.values[j].im;
            let first = if im < 0.0 { j - 1 } else { j };
            let x = &columns[first * n..][..n];
            if im == 0.0 {
                vectors.extend(x.iter().map(|x| Complex::from(*x)));
            } else {
                let y = &columns[(first + 1) * n..][..n];
                let parts = x.iter().zip(y);
                vectors
                    .extend(parts.map(|(x, y)| Complex::new(*x, if im < 0.0 { -y } else { *y })));
            }
        }
        DMatrix::from_vec(n, order.len(), vectors)
    }
}

/// Unit 2-norm, and the largest component real and positive. A pair has `2 n` numbers. Zeros become
/// NaN: they satisfy the equation of any vector, and are none.
fn normalize(vector: &mut [f64], n: usize) {
    let largest = vector.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    if largest == 0.0 {
        vector.fill(f64::NAN);
        return;
    }
    // Divided twice: the squares of the components could overflow or vanish.
    for v in vector.iter_mut() {
        *v /= largest;
    }
    let norm = vector.iter().map(|v| v * v).sum::<f64>().sqrt();
    let (x, y) = vector.split_at_mut(n);
    if y.is_empty() {
        let pivot = leading(n, |i| x[i] * x[i]);
        let norm = pivot.map_or(norm, |i| norm.copysign(x[i]));
        for v in x {
            *v /= norm;
        }
        return;
    }
    let Some(pivot) = leading(n, |i| x[i] * x[i] + y[i] * y[i]) else {
        return;
    };
    let size = x[pivot].hypot(y[pivot]) * norm;
    let (cosine, sine) = (x[pivot] / size, y[pivot] / size);
    for (x, y) in x.iter_mut().zip(&mut *y) {
        (*x, *y) = (cosine * *x + sine * *y, cosine * *y - sine * *x);
    }
    y[pivot] = 0.0;
}

/// The vector that `A - w` sends nearly to 0, for an eigenvalue `w`: half a step of inverse
/// iteration, `U v = (1, ..., 1)` with the triangular factor `U` of `A - w`, rescaled on the way
/// so that it cannot overflow.
fn null_vector(a: &DMatrix<f64>, w: Complex<f64>, vector: &mut [f64]) {
    let n = a.nrows();
    let mut shifted = a.map(Complex::from);
    for i in 0..n {
        shifted[(i, i)] -= w;
    }
    // nalgebra's factorisation passes over a column without a pivot; faer's divides by 0 there.
    let u = shifted.lu().u();
    let smallest = f64::EPSILON * a.norm().max(f64::MIN_POSITIVE);
    let mut v = nalgebra::DVector::from_element(n, Complex::new(1.0, 0.0));
    for j in (0..n).rev() {
        let pivot = u[(j, j)];
        v[j] /= if pivot.norm() < smallest {
            smallest.into()
        } else {
            pivot
        };
        for i in 0..j {
            let change = u[(i, j)] * v[j];
            v[i] -= change;
        }
        let size = v[j].norm();
        if size > 1e100 {
            v.unscale_mut(size);
        }
    }
    // Of a real value, the matrix and all factors are real.
    let parts = v.iter().map(|c| c.re).chain(v.iter().map(|c| c.im));
    for (to, from) in vector.iter_mut().zip(parts) {
        *to = from;
    }
    normalize(vector, n);
}
