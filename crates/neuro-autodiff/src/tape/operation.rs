//! The operations of a tape: shapes, values, and how adjoints go back through them.
//!
//! With `d` the adjoint of the result:
//!
//! ```text
//! y = A B            dA += d B^T                     dB += A^T d
//! y = A^T B          dA += B d^T                     dB += A d
//! y = a + s b        da += d                         db += s d
//! y = a b            da += b d                       db += a d
//! y = s x + c        dx += s d
//! y = phi(x)         dx += phi'(x) d
//! y = sums of x      dx += d, repeated
//! y = parts of x     dx += d, in its place
//! y = log softmax x  dx += d - exp(y) sum_i d_i      in each column
//! ```
//!
//! Where `a` or `b` was repeated over rows or columns, its adjoint is summed over them.

use std::ops::Range;

use neuro_core::linalg::{Operand, matmul};
use neuro_core::transfer::{exp_into, log_sum_exp};
use neuro_core::{Scalar, vectorize};

use super::Shape;
use super::elementwise::{Matrix, accumulate, add_to, broadcast, combine};
use super::record::{Back, Unfit};

/// How a node was made, and of which nodes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation<T> {
    /// Given.
    Leaf,
    /// `A B`.
    Product(usize, usize),
    /// `A^T B`.
    TransposeProduct(usize, usize),
    /// `a + s b`, element by element.
    Sum(usize, usize, T),
    /// `a b`, element by element.
    Times(usize, usize),
    /// `s x + c`.
    Affine(usize, T, T),
    /// A function of each element.
    Map(usize),
    /// Sums over rows: 1 x columns.
    SumRows(usize),
    /// Sums over blocks of this many columns.
    SumBlocks(usize, usize),
    /// Some rows, from the first of them on.
    Rows(usize, usize, usize),
    /// Some columns.
    Columns(usize, usize, usize),
    /// Rows of one above those of another.
    Stack(usize, usize),
    /// `x - log sum_i exp(x_i)` in each column.
    LogSoftmax(usize),
}

fn words((rows, columns): Shape) -> String {
    format!("{rows}x{columns}")
}

/// The error of a matrix that should have another shape.
fn unfit<R>(expected: String, found: Shape) -> Result<R, Unfit> {
    let found = words(found);
    Err(Unfit { expected, found })
}

impl<T: Scalar> Operation<T> {
    /// The nodes that it is made of.
    pub(super) fn operands(&self) -> impl Iterator<Item = usize> + use<T> {
        let operands = match *self {
            Self::Leaf => [None, None],
            Self::Product(a, b)
            | Self::TransposeProduct(a, b)
            | Self::Sum(a, b, _)
            | Self::Times(a, b)
            | Self::Stack(a, b) => [Some(a), Some(b)],
            Self::Affine(x, ..)
            | Self::Map(x)
            | Self::SumRows(x)
            | Self::SumBlocks(x, _)
            | Self::Rows(x, ..)
            | Self::Columns(x, ..)
            | Self::LogSoftmax(x) => [Some(x), None],
        };
        operands.into_iter().flatten()
    }

    /// Whether it keeps as many values as its result has, for the way back.
    pub(super) fn keeps(&self) -> bool {
        matches!(self, Self::Map(_) | Self::LogSoftmax(_))
    }

    /// The shape of the result.
    pub(super) fn shape(&self, of: impl Fn(usize) -> Shape) -> Result<Shape, Unfit> {
        match *self {
            Self::Leaf => Ok((0, 0)),
            Self::Product(a, b) | Self::TransposeProduct(a, b) => {
                let (left, right) = (of(a), of(b));
                let (rows, inner) = match self {
                    Self::TransposeProduct(..) => (left.1, left.0),
                    _ => left,
                };
                if right.0 == inner {
                    return Ok((rows, right.1));
                }
                unfit(format!("{inner} rows on the right"), right)
            }
            Self::Sum(a, b, _) | Self::Times(a, b) => match broadcast(of(a), of(b)) {
                Some(shape) => Ok(shape),
                None => unfit(
                    format!("{} on the right, or 1 row or column", words(of(a))),
                    of(b),
                ),
            },
            Self::Affine(x, ..) | Self::Map(x) => Ok(of(x)),
            Self::LogSoftmax(x) => match of(x) {
                (0, columns) => unfit("at least 1 row".into(), (0, columns)),
                shape => Ok(shape),
            },
            Self::SumRows(x) => Ok((1, of(x).1)),
            Self::SumBlocks(x, columns) => {
                let shape = of(x);
                let whole = shape.1.checked_rem(columns) == Some(0);
                if whole {
                    return Ok((shape.0, columns));
                }
                unfit(format!("whole blocks of {columns} columns"), shape)
            }
            Self::Rows(x, first, count) => match of(x) {
                shape if within(first, count, shape.0) => Ok((count, shape.1)),
                shape => unfit(format!("{count} rows from row {first} on"), shape),
            },
            Self::Columns(x, first, count) => match of(x) {
                shape if within(first, count, shape.1) => Ok((shape.0, count)),
                shape => unfit(format!("{count} columns from column {first} on"), shape),
            },
            Self::Stack(a, b) => {
                let (above, below) = (of(a), of(b));
                if above.1 == below.1 {
                    return Ok((above.0 + below.0, above.1));
                }
                unfit(format!("{} columns below", above.1), below)
            }
        }
    }

    /// Writes the value of the result.
    pub(super) fn forward<'a>(
        &self,
        value: impl Fn(usize) -> (&'a [T], Shape),
        result: &mut [T],
        shape: Shape,
    ) {
        match *self {
            Self::Leaf | Self::Map(_) => {}
            Self::Product(a, b) => product(false, operand(value(a)), operand(value(b)), result),
            Self::TransposeProduct(a, b) => {
                let a = operand(value(a)).transpose();
                product(false, a, operand(value(b)), result);
            }
            Self::Sum(a, b, sign) => {
                let (a, b) = (Matrix::new(value(a)), Matrix::new(value(b)));
                combine(|a, b| a + sign * b, a, b, result, shape);
            }
            Self::Times(a, b) => {
                let (a, b) = (Matrix::new(value(a)), Matrix::new(value(b)));
                combine(|a, b| a * b, a, b, result, shape);
            }
            Self::Affine(x, scale, shift) => vectorize(|| {
                for (y, x) in result.iter_mut().zip(value(x).0) {
                    *y = scale * *x + shift;
                }
            }),
            Self::SumRows(x) => {
                let x = Matrix::new(value(x));
                for (column, sum) in result.iter_mut().enumerate() {
                    *sum = x.column(column).iter().copied().sum();
                }
            }
            Self::SumBlocks(x, _) => {
                result.fill(T::zero());
                for block in value(x).0.chunks_exact(result.len().max(1)) {
                    add_to(result, block, T::one());
                }
            }
            Self::Rows(x, first, count) => {
                let x = Matrix::new(value(x));
                for (column, part) in result.chunks_exact_mut(count.max(1)).enumerate() {
                    part.copy_from_slice(&x.column(column)[first..first + count]);
                }
            }
            Self::Columns(x, first, _) => {
                result.copy_from_slice(&value(x).0[first * shape.0..][..result.len()]);
            }
            Self::Stack(a, b) => {
                let (a, b) = (Matrix::new(value(a)), Matrix::new(value(b)));
                let height = shape.0.max(1);
                for (index, column) in result.chunks_exact_mut(height).enumerate() {
                    let (above, below) = column.split_at_mut(a.shape.0);
                    above.copy_from_slice(a.column(index));
                    below.copy_from_slice(b.column(index));
                }
            }
            Self::LogSoftmax(x) => {
                let x = Matrix::new(value(x));
                for (index, column) in result.chunks_exact_mut(shape.0.max(1)).enumerate() {
                    let x = x.column(index);
                    let log_sum = log_sum_exp(x);
                    for (y, x) in column.iter_mut().zip(x) {
                        *y = *x - log_sum;
                    }
                }
            }
        }
    }

    /// Writes what the way back needs beside the values; see [`keeps`](Self::keeps).
    pub(super) fn keep(&self, result: &[T], kept: &mut [T]) {
        if matches!(self, Self::LogSoftmax(_)) {
            exp_into(result, kept);
        }
    }

    /// Adds to the adjoints of the operands; `d` is that of the result and its shape.
    pub(super) fn backward(&self, back: &mut Back<'_, T>, d: (&[T], Shape), kept: &[T]) {
        let shape = d.1;
        match *self {
            Self::Leaf => {}
            Self::Product(a, b) => {
                let (left, right, d) = (operand(back.value(a)), operand(back.value(b)), operand(d));
                if let Some((da, _)) = back.adjoint(a) {
                    product(true, d, right.transpose(), da);
                }
                if let Some((db, _)) = back.adjoint(b) {
                    product(true, left.transpose(), d, db);
                }
            }
            Self::TransposeProduct(a, b) => {
                let (left, right, d) = (operand(back.value(a)), operand(back.value(b)), operand(d));
                if let Some((da, _)) = back.adjoint(a) {
                    product(true, right, d.transpose(), da);
                }
                if let Some((db, _)) = back.adjoint(b) {
                    product(true, left, d, db);
                }
            }
            Self::Sum(a, b, sign) => {
                for (operand, weight) in [(a, T::one()), (b, sign)] {
                    if let Some(target) = back.adjoint(operand) {
                        accumulate(target, d, weight, None);
                    }
                }
            }
            Self::Times(a, b) => {
                for (operand, other) in [(a, b), (b, a)] {
                    let factor = Matrix::new(back.value(other));
                    if let Some(target) = back.adjoint(operand) {
                        accumulate(target, d, T::one(), Some(factor));
                    }
                }
            }
            Self::Affine(x, scale, _) => {
                if let Some(target) = back.adjoint(x) {
                    accumulate(target, d, scale, None);
                }
            }
            Self::Map(x) => {
                if let Some(target) = back.adjoint(x) {
                    let slope = Matrix::new((kept, shape));
                    accumulate(target, d, T::one(), Some(slope));
                }
            }
            Self::SumRows(x) => {
                if let Some((dx, of)) = back.adjoint(x) {
                    for (dx, d) in dx.chunks_exact_mut(of.0.max(1)).zip(d.0) {
                        vectorize(|| dx.iter_mut().for_each(|x| *x += *d));
                    }
                }
            }
            Self::SumBlocks(x, _) => {
                if let Some((dx, _)) = back.adjoint(x) {
                    for block in dx.chunks_exact_mut(d.0.len().max(1)) {
                        add_to(block, d.0, T::one());
                    }
                }
            }
            Self::Rows(x, first, count) => add_rows(back, x, first, d, 0..count),
            Self::Columns(x, first, _) => {
                if let Some((dx, _)) = back.adjoint(x) {
                    add_to(&mut dx[first * shape.0..][..d.0.len()], d.0, T::one());
                }
            }
            Self::Stack(a, b) => {
                let above = back.value(a).1.0;
                add_rows(back, a, 0, d, 0..above);
                add_rows(back, b, 0, d, above..shape.0);
            }
            Self::LogSoftmax(x) => {
                if let Some((dx, _)) = back.adjoint(x) {
                    let columns = d.0.chunks_exact(shape.0).zip(kept.chunks_exact(shape.0));
                    for (dx, (d, p)) in dx.chunks_exact_mut(shape.0).zip(columns) {
                        let total: T = d.iter().copied().sum();
                        for ((dx, d), p) in dx.iter_mut().zip(d).zip(p) {
                            *dx += *d - *p * total;
                        }
                    }
                }
            }
        }
    }
}

/// Adds some rows of `d` to those of the adjoint of `x` from `first` on.
fn add_rows<T: Scalar>(
    back: &mut Back<'_, T>,
    x: usize,
    first: usize,
    (d, shape): (&[T], Shape),
    rows: Range<usize>,
) {
    let Some((dx, of)) = back.adjoint(x) else {
        return;
    };
    if rows.is_empty() {
        return;
    }
    for (dx, d) in dx.chunks_exact_mut(of.0).zip(d.chunks_exact(shape.0)) {
        add_to(&mut dx[first..][..rows.len()], &d[rows.clone()], T::one());
    }
}

/// Whether `count` things from `first` on are among `all`.
fn within(first: usize, count: usize, all: usize) -> bool {
    first.checked_add(count).is_some_and(|end| end <= all)
}

fn operand<T: Scalar>((values, (rows, columns)): (&[T], Shape)) -> Operand<'_, T> {
    Operand::new(values, rows, columns).expect("a node has as many values as its shape says")
}

fn product<T: Scalar>(add: bool, a: Operand<'_, T>, b: Operand<'_, T>, c: &mut [T]) {
    matmul(add, T::one(), a, b, c).expect("shapes were checked when the product was recorded");
}
