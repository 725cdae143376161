//! Matrices on a tape and what can be done with them.

use std::fmt;
use std::ops::Range;
use std::panic::Location;

use neuro_core::Scalar;
use neuro_core::transfer::{Logistic, Relu, Softplus, Tanh, Transfer};

use super::Tape;
use super::functions::Function;
use super::operation::Operation;

/// A matrix on a [`Tape`]: a small value to be copied, valid for as long as the tape is not cleared.
///
/// ```
/// use neuro_autodiff::tape::Tape;
///
/// // A row is repeated for all rows, a column for all columns.
/// let tape = Tape::new();
/// let x = tape.constant((2, 3), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
/// let bias = tape.constant((2, 1), &[10.0, 20.0]);
/// let weight = tape.constant((1, 3), &[1.0, 0.0, 2.0]);
/// let y = (x + bias) * weight;
/// assert_eq!(tape.value(y)?.as_slice(), [11.0, 22.0, 0.0, 0.0, 30.0, 52.0]);
/// // A mistake is kept and told when something is asked for.
/// let message = tape.value(x.matmul(bias).tanh()).unwrap_err().to_string();
/// assert!(message.contains("expected 3 rows on the right, found 2x1"), "{message}");
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
pub struct Var<'t, T: Scalar = f64> {
    pub(super) tape: &'t Tape<T>,
    pub(super) node: usize,
}

// By hand: a derive would ask more of `T`, and show the whole tape.
impl<T: Scalar> Copy for Var<'_, T> {}

impl<T: Scalar> Clone for Var<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Scalar> fmt::Debug for Var<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, columns) = self.shape();
        write!(f, "Var({rows}x{columns})")
    }
}

/// How much of a matrix a range is; more than there can be if it ends before it begins.
fn count(range: &Range<usize>) -> usize {
    range.end.checked_sub(range.start).unwrap_or(usize::MAX)
}

impl<'t, T: Scalar> Var<'t, T> {
    /// The node of what a mistake has made.
    pub(super) const NONE: usize = usize::MAX;

    pub(super) fn is_none(self) -> bool {
        self.node == Self::NONE
    }

    /// Rows and columns; 0x0 after a mistake.
    #[must_use]
    pub fn shape(self) -> (usize, usize) {
        self.tape.record.borrow().shape(self.node)
    }

    /// The tape that it is on, for further constants.
    #[must_use]
    pub fn tape(self) -> &'t Tape<T> {
        self.tape
    }

    /// `A B`.
    #[must_use]
    #[track_caller]
    pub fn matmul(self, right: Self) -> Self {
        self.binary("matmul", right, Operation::Product(self.node, right.node))
    }

    /// `A^T B`.
    #[must_use]
    #[track_caller]
    pub fn transpose_matmul(self, right: Self) -> Self {
        let operation = Operation::TransposeProduct(self.node, right.node);
        self.binary("transpose_matmul", right, operation)
    }

    /// A function of each element: any transfer function, with the slope that it states.
    #[must_use]
    #[track_caller]
    pub fn map(self, function: &dyn Transfer<T>) -> Self {
        if self.is_none() {
            return self;
        }
        let location = Location::caller();
        let node = self.tape.record.borrow_mut().map(self.node, function);
        self.tape.var(node, "map", location)
    }

    /// Hyperbolic tangent.
    #[must_use]
    #[track_caller]
    pub fn tanh(self) -> Self {
        self.map(&Tanh)
    }

    /// `1 / (1 + exp(-x))`.
    #[must_use]
    #[track_caller]
    pub fn logistic(self) -> Self {
        self.map(&Logistic)
    }

    /// `max(x, 0)`.
    #[must_use]
    #[track_caller]
    pub fn relu(self) -> Self {
        self.map(&Relu)
    }

    /// `log(1 + exp(x))`.
    #[must_use]
    #[track_caller]
    pub fn softplus(self) -> Self {
        self.map(&Softplus)
    }

    /// `exp(x)`.
    #[must_use]
    #[track_caller]
    pub fn exp(self) -> Self {
        self.map(&Function::Exp)
    }

    /// Natural logarithm.
    #[must_use]
    #[track_caller]
    pub fn ln(self) -> Self {
        self.map(&Function::Ln)
    }

    /// Square root, with slope 0 at 0, so that a norm may be 0.
    #[must_use]
    #[track_caller]
    pub fn sqrt(self) -> Self {
        self.map(&Function::Sqrt)
    }

    /// `x^2`.
    #[must_use]
    #[track_caller]
    pub fn square(self) -> Self {
        self.map(&Function::Square)
    }

    /// `|x|`, with slope 0 at 0.
    #[must_use]
    #[track_caller]
    pub fn abs(self) -> Self {
        self.map(&Function::Abs)
    }

    /// `1 / x`. `a / b` is `a` times this.
    #[must_use]
    #[track_caller]
    pub fn recip(self) -> Self {
        self.map(&Function::Recip)
    }

    /// `x - log sum_i exp(x_i)` in each column; safe for values of any size.
    #[must_use]
    #[track_caller]
    pub fn log_softmax(self) -> Self {
        self.unary("log_softmax", Operation::LogSoftmax(self.node))
    }

    /// `exp(x) / sum_i exp(x_i)` in each column.
    #[must_use]
    #[track_caller]
    pub fn softmax(self) -> Self {
        self.log_softmax().exp()
    }

    /// The sum of all elements: 1x1.
    #[must_use]
    #[track_caller]
    pub fn sum(self) -> Self {
        self.sum_rows().sum_columns()
    }

    /// The mean of all elements: 1x1. Not a number when there are none.
    #[must_use]
    #[track_caller]
    pub fn mean(self) -> Self {
        let (rows, columns) = self.shape();
        self.sum()
            .scaled(T::one() / T::of(rows as f64 * columns as f64))
    }

    /// The sum of each column over its rows (over units): 1 x columns.
    #[must_use]
    #[track_caller]
    pub fn sum_rows(self) -> Self {
        self.unary("sum_rows", Operation::SumRows(self.node))
    }

    /// The mean of each column over its rows (over units): 1 x columns. Not a number when there are
    /// no rows.
    #[must_use]
    #[track_caller]
    pub fn mean_rows(self) -> Self {
        self.sum_rows()
            .scaled(T::one() / T::of(self.shape().0 as f64))
    }

    /// The sum of each row over its columns (over trials): rows x 1.
    #[must_use]
    #[track_caller]
    pub fn sum_columns(self) -> Self {
        self.sum_blocks(1)
    }

    /// The sum of blocks of so many columns each: rows x `columns`. The blocks of a trajectory are
    /// its steps, so with the number of trials this sums over time.
    #[must_use]
    #[track_caller]
    pub fn sum_blocks(self, columns: usize) -> Self {
        self.unary("sum_blocks", Operation::SumBlocks(self.node, columns))
    }

    /// Some rows. A range that ends before it begins is a mistake, as is one beyond the last row.
    #[must_use]
    #[track_caller]
    pub fn rows(self, rows: Range<usize>) -> Self {
        let operation = Operation::Rows(self.node, rows.start, count(&rows));
        self.unary("rows", operation)
    }

    /// Some columns. A range that ends before it begins is a mistake, as is one beyond the last column.
    #[must_use]
    #[track_caller]
    pub fn columns(self, columns: Range<usize>) -> Self {
        let operation = Operation::Columns(self.node, columns.start, count(&columns));
        self.unary("columns", operation)
    }

    /// These rows above those of another matrix.
    #[must_use]
    #[track_caller]
    pub fn stack(self, below: Self) -> Self {
        self.binary("stack", below, Operation::Stack(self.node, below.node))
    }

    #[track_caller]
    pub(super) fn scaled(self, factor: T) -> Self {
        self.affine(factor, T::zero())
    }

    /// `scale x + shift`.
    #[track_caller]
    pub(super) fn affine(self, scale: T, shift: T) -> Self {
        self.unary("number", Operation::Affine(self.node, scale, shift))
    }

    #[track_caller]
    fn unary(self, name: &'static str, operation: Operation<T>) -> Self {
        if self.is_none() {
            return self;
        }
        self.tape.apply(name, Location::caller(), operation)
    }

    #[track_caller]
    pub(super) fn binary(self, name: &'static str, other: Self, operation: Operation<T>) -> Self {
        if !std::ptr::eq(self.tape, other.tape) {
            let (expected, found) = ("two matrices of one tape", "one of another");
            return self.tape.mistake(name, expected.into(), found.into());
        }
        if self.is_none() || other.is_none() {
            return self.tape.none();
        }
        self.tape.apply(name, Location::caller(), operation)
    }
}
