//! Loops of operations element by element, whose operands may be repeated over rows or columns.

use neuro_core::{Scalar, vectorize};

use super::Shape;

/// A matrix to be read, of which a single row or column stands for all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix<'a, T> {
    values: &'a [T],
    pub(super) shape: Shape,
}

impl<'a, T> Matrix<'a, T> {
    pub(super) fn new((values, shape): (&'a [T], Shape)) -> Self {
        Self { values, shape }
    }

    /// One column; of a single row, one value.
    #[inline(always)]
    pub(super) fn column(&self, index: usize) -> &'a [T] {
        let index = if self.shape.1 == 1 { 0 } else { index };
        &self.values[index * self.shape.0..][..self.shape.0]
    }
}

/// The shape of an operation element by element, if there is one.
pub(super) fn broadcast(a: Shape, b: Shape) -> Option<Shape> {
    let side = |a, b| match (a, b) {
        (1, n) | (n, 1) => Some(n),
        (a, b) => (a == b).then_some(a),
    };
    Some((side(a.0, b.0)?, side(a.1, b.1)?))
}

/// Writes `f(a, b)` into `result`.
#[inline(always)]
pub(super) fn combine<T: Scalar>(
    f: impl Fn(T, T) -> T,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    result: &mut [T],
    shape: Shape,
) {
    vectorize(|| {
        if a.shape == b.shape {
            // As one long column.
            combine_column(&f, a.values, b.values, result);
            return;
        }
        for (index, column) in result.chunks_exact_mut(shape.0.max(1)).enumerate() {
            combine_column(&f, a.column(index), b.column(index), column);
        }
    });
}

#[inline(always)]
fn combine_column<T: Scalar>(f: impl Fn(T, T) -> T, a: &[T], b: &[T], result: &mut [T]) {
    if a.len() == b.len() {
        for ((y, a), b) in result.iter_mut().zip(a).zip(b) {
            *y = f(*a, *b);
        }
    } else if let &[a] = a {
        for (y, b) in result.iter_mut().zip(b) {
            *y = f(a, *b);
        }
    } else if let &[b] = b {
        for (y, a) in result.iter_mut().zip(a) {
            *y = f(*a, b);
        }
    }
}

/// Adds `weight factor d` to `target`, summed over the rows or columns over which the target was
/// repeated.
pub(super) fn accumulate<T: Scalar>(
    (target, target_shape): (&mut [T], Shape),
    (d, shape): (&[T], Shape),
    weight: T,
    factor: Option<Matrix<'_, T>>,
) {
    let rows = target_shape.0;
    let Some(factor) = factor else {
        if target_shape == shape {
            add_to(target, d, weight);
        } else {
            for (index, d) in d.chunks_exact(shape.0.max(1)).enumerate() {
                let first = if target_shape.1 == 1 { 0 } else { index * rows };
                add_to(&mut target[first..][..rows], d, weight);
            }
        }
        return;
    };
    vectorize(|| {
        if target_shape == shape && factor.shape == shape {
            return add_times(target, d, factor.values);
        }
        for (index, d) in d.chunks_exact(shape.0.max(1)).enumerate() {
            let first = if target_shape.1 == 1 { 0 } else { index * rows };
            add_times(&mut target[first..][..rows], d, factor.column(index));
        }
    });
}

/// Adds `weight d` to `target`, or its sum to a single value.
pub(super) fn add_to<T: Scalar>(target: &mut [T], d: &[T], weight: T) {
    if let ([sum], true) = (&mut *target, d.len() != 1) {
        *sum += weight * d.iter().copied().sum::<T>();
        return;
    }
    vectorize(|| {
        for (target, d) in target.iter_mut().zip(d) {
            *target += weight * *d;
        }
    });
}

/// Adds `d` to `target`, of the same length.
pub(super) fn add_to_each<T: Scalar>(target: &mut [T], d: &[T]) {
    vectorize(|| {
        for (target, d) in target.iter_mut().zip(d) {
            *target += *d;
        }
    });
}

/// Adds `d factor` to `target`, where a single target takes the sum and a single factor holds for
/// all.
#[inline(always)]
fn add_times<T: Scalar>(target: &mut [T], d: &[T], factor: &[T]) {
    if let ([sum], true) = (&mut *target, d.len() != 1) {
        if let &[factor] = factor {
            *sum += factor * d.iter().copied().sum::<T>();
        } else {
            *sum += d.iter().zip(factor).map(|(d, f)| *d * *f).sum::<T>();
        }
    } else if factor.len() == d.len() {
        for ((target, d), factor) in target.iter_mut().zip(d).zip(factor) {
            *target += *d * *factor;
        }
    } else if let &[factor] = factor {
        for (target, d) in target.iter_mut().zip(d) {
            *target += *d * factor;
        }
    }
}
