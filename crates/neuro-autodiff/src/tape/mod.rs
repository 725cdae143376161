//! A tape of matrix operations: gradients without calculus.
//!
//! The cells and losses of this crate are differentiated by hand, which is fast and takes a page of
//! algebra each. For one of your own, write the equations with [`Var`]s, matrices that remember how
//! they were made: [`Tape::backward`] then walks back over the operations (reverse-mode
//! differentiation). [`TapeCell`] makes a [`Cell`](crate::Cell) of equations, [`TapeLoss`] a
//! [`Loss`](crate::loss::Loss), and both train like the built-in ones.
//!
//! ```
//! use neuro_autodiff::tape::Tape;
//!
//! // The energy of two units, E = -1/2 r^T W r with r = tanh(x), and its gradient.
//! let tape = Tape::new();
//! let w = tape.constant((2, 2), &[0.0, 1.0, 1.0, 0.0]);
//! let x = tape.variable((2, 1), &[0.5, -2.0]);
//! let r = x.tanh();
//! let energy = r.transpose_matmul(w.matmul(r)) * -0.5;
//! assert!((tape.backward(energy)? + 0.5_f64.tanh() * (-2.0_f64).tanh()).abs() < 1e-15);
//! let gradient = tape.gradient(x)?;
//! let slope = 1.0 - 0.5_f64.tanh().powi(2);
//! assert!((gradient[0] + slope * (-2.0_f64).tanh()).abs() < 1e-15);
//! # Ok::<(), neuro_autodiff::Error>(())
//! ```
//!
//! Matrices are dense and column-major, unit = row and trial = column, as everywhere in this crate.
//!
//! # Operations
//!
//! | | |
//! |---|---|
//! | products | [`matmul`](Var::matmul), [`transpose_matmul`](Var::transpose_matmul) |
//! | element by element | `+`, `-`, `*`, `/`, also with a number on either side; `-x` |
//! | functions | [`map`](Var::map) with any [`Transfer`](neuro_core::transfer::Transfer); [`tanh`](Var::tanh), [`logistic`](Var::logistic), [`relu`](Var::relu), [`softplus`](Var::softplus), [`exp`](Var::exp), [`ln`](Var::ln), [`sqrt`](Var::sqrt), [`square`](Var::square), [`abs`](Var::abs), [`recip`](Var::recip) |
//! | columns as distributions | [`softmax`](Var::softmax), [`log_softmax`](Var::log_softmax) |
//! | sums | [`sum`](Var::sum), [`mean`](Var::mean), [`sum_rows`](Var::sum_rows), [`mean_rows`](Var::mean_rows), [`sum_columns`](Var::sum_columns), [`sum_blocks`](Var::sum_blocks) |
//! | parts | [`rows`](Var::rows), [`columns`](Var::columns), [`stack`](Var::stack) |
//!
//! Where the two sides of an operation element by element differ, a single row or column is repeated
//! for all: a bias (units x 1) is added to every trial, a weight of each trial (1 x trials) multiplies
//! all its units.
//!
//! # Errors
//!
//! An operation returns a `Var`, not a `Result`: equations read as they are printed, with `+` and `*`.
//! The tape keeps the first mistake, with the line of your source that made it, and what follows from
//! it is not computed; [`Tape::backward`], [`Tape::value`] and [`Tape::check`] return it:
//! `matmul at src/main.rs:12:30: expected 3 rows on the right, found 4x2`. A `Var` cannot outlive the
//! run it belongs to: [`Tape::clear`] wants the tape for itself. Numbers that are not finite are
//! passed on, as in all arithmetic; only a loss that is not finite is an error.
//!
//! # Memory
//!
//! Values and adjoints lie in two buffers, which [`Tape::clear`] keeps: running the same equations
//! again allocates nothing.

mod cell;
mod elementwise;
mod functions;
mod loss;
mod operation;
mod operators;
mod record;
mod var;

pub use cell::{CellEquations, ParameterVars, StepVars, TapeCell, TapeWork};
pub use loss::{LossEquation, LossVars, TapeLoss};
pub use var::Var;

use std::cell::RefCell;
use std::fmt;
use std::panic::Location;

use nalgebra::DMatrix;
use neuro_core::Scalar;

use crate::Error;
use operation::Operation;
use record::Record;

/// Rows and columns.
type Shape = (usize, usize);

/// Matrices and the operations that made them; see the [module](self).
pub struct Tape<T: Scalar = f64> {
    record: RefCell<Record<T>>,
}

impl<T: Scalar> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tape({} matrices)", self.record.borrow().len())
    }
}

impl<T: Scalar> Tape<T> {
    /// An empty tape.
    #[must_use]
    pub fn new() -> Self {
        let record = RefCell::new(Record::default());
        Self { record }
    }

    /// A matrix whose gradient is wanted, from its values column by column: for a `DMatrix` these are
    /// `m.shape()` and `m.as_slice()`. It is an error when there are not `rows * columns` values.
    #[must_use]
    #[track_caller]
    pub fn variable(&self, shape: (usize, usize), values: &[T]) -> Var<'_, T> {
        self.leaf("variable", shape, values, true)
    }

    /// A matrix that is what it is: no gradient is computed. Otherwise as
    /// [`variable`](Self::variable).
    #[must_use]
    #[track_caller]
    pub fn constant(&self, shape: (usize, usize), values: &[T]) -> Var<'_, T> {
        self.leaf("constant", shape, values, false)
    }

    #[track_caller]
    fn leaf(&self, name: &'static str, shape: Shape, values: &[T], varies: bool) -> Var<'_, T> {
        if shape.0.checked_mul(shape.1) != Some(values.len()) {
            let expected = format!("{}x{} values", shape.0, shape.1);
            return self.mistake(name, expected, values.len().to_string());
        }
        self.filled(name, shape, varies, |block| block.copy_from_slice(values))
    }

    /// A leaf whose values `fill` writes.
    #[track_caller]
    fn filled(
        &self,
        name: &'static str,
        shape: Shape,
        varies: bool,
        fill: impl FnOnce(&mut [T]),
    ) -> Var<'_, T> {
        let location = Location::caller();
        let node = self.record.borrow_mut().leaf(shape, varies, fill);
        self.var(node, name, location)
    }

    /// Computes the gradient of `loss` (1x1) with respect to every variable, and returns the loss.
    ///
    /// # Errors
    /// [`Error::Tape`] for the first mistake in the equations or a loss that is not 1x1, and
    /// [`neuro_core::Error::NonFinite`] for a loss that is not finite.
    #[track_caller]
    pub fn backward(&self, loss: Var<'_, T>) -> Result<T, Error> {
        if loss.shape() != (1, 1) {
            self.unfit("backward", "a loss of 1x1", loss);
        }
        self.own(loss)?;
        let mut value = [T::zero()];
        self.read(loss, &mut value);
        neuro_core::Error::check_finite("loss on a tape", &value)?;
        self.pull(loss, |seed| seed[0] += T::one());
        Ok(value[0])
    }

    /// The value of a matrix of this tape.
    ///
    /// # Errors
    /// [`Error::Tape`] for the first mistake in the equations, or a matrix of another tape.
    #[track_caller]
    pub fn value(&self, var: Var<'_, T>) -> Result<DMatrix<T>, Error> {
        self.own(var)?;
        let (rows, columns) = var.shape();
        let record = self.record.borrow();
        let values = record.value(var.node);
        Ok(DMatrix::from_column_slice(rows, columns, values))
    }

    /// The gradient of the last [`backward`](Self::backward)'s loss: 0 where it does not depend on
    /// `var`, and for constants and what is made of constants only.
    ///
    /// # Errors
    /// As [`value`](Self::value).
    #[track_caller]
    pub fn gradient(&self, var: Var<'_, T>) -> Result<DMatrix<T>, Error> {
        self.own(var)?;
        let (rows, columns) = var.shape();
        let record = self.record.borrow();
        Ok(match record.adjoint(var.node) {
            Some(adjoint) => DMatrix::from_column_slice(rows, columns, adjoint),
            None => DMatrix::from_element(rows, columns, T::zero()),
        })
    }

    /// Whether the equations so far are without mistakes.
    ///
    /// # Errors
    /// [`Error::Tape`] for the first.
    pub fn check(&self) -> Result<(), Error> {
        let record = self.record.borrow();
        record.mistake.as_ref().map_or(Ok(()), |m| Err(m.error()))
    }

    /// Forgets all matrices and the mistake, if there was one, and keeps the buffers.
    pub fn clear(&mut self) {
        self.record.get_mut().clear();
    }

    /// Checks for mistakes, and that `var` is a matrix of this tape.
    #[track_caller]
    fn own(&self, var: Var<'_, T>) -> Result<(), Error> {
        if !std::ptr::eq(self, var.tape) {
            let _ = self.mistake(
                "tape",
                "a matrix of this tape".into(),
                "one of another".into(),
            );
        }
        self.check()
    }

    /// The matrix that an operation makes, or a mistake.
    fn apply(
        &self,
        name: &'static str,
        location: &'static Location<'static>,
        operation: Operation<T>,
    ) -> Var<'_, T> {
        let node = self.record.borrow_mut().apply(operation);
        self.var(node, name, location)
    }

    /// The matrix of a node that was made, or the mistake that was found in its place.
    fn var(
        &self,
        node: Result<usize, record::Unfit>,
        name: &'static str,
        location: &'static Location<'static>,
    ) -> Var<'_, T> {
        let node = node.unwrap_or_else(|unfit| {
            let mut record = self.record.borrow_mut();
            record.keep_mistake(name, location, unfit);
            Var::<T>::NONE
        });
        Var { tape: self, node }
    }

    /// Keeps a mistake, if it is the first.
    #[track_caller]
    fn mistake(&self, name: &'static str, expected: String, found: String) -> Var<'_, T> {
        let unfit = record::Unfit { expected, found };
        self.var(Err(unfit), name, Location::caller())
    }

    /// Keeps the mistake that `found` has a shape that does not fit.
    #[track_caller]
    fn unfit(&self, name: &'static str, expected: &str, found: Var<'_, T>) -> Var<'_, T> {
        if found.is_none() {
            return self.none();
        }
        let (rows, columns) = found.shape();
        self.mistake(name, expected.into(), format!("{rows}x{columns}"))
    }

    /// What follows from a mistake.
    fn none(&self) -> Var<'_, T> {
        Var {
            tape: self,
            node: Var::<T>::NONE,
        }
    }

    // What follows serves `TapeCell` and `TapeLoss`, which keep the discipline that `clear` leaves to
    // the borrow checker: no `Var` is used after a `rewind` that drops it.

    /// Makes the matrices so far permanent: [`rewind`](Self::rewind) keeps them, and their adjoints
    /// are summed over passes.
    fn keep(&self) {
        self.record.borrow_mut().keep();
    }

    /// Forgets all matrices that are not kept; with `differentiate` false, what is computed from now
    /// on cannot be pulled back.
    fn rewind(&self, differentiate: bool) {
        self.record.borrow_mut().rewind(differentiate);
    }

    /// Overwrites the values of a leaf that is kept.
    fn overwrite(&self, node: usize, values: &[T]) {
        let mut record = self.record.borrow_mut();
        record.value_mut(node).copy_from_slice(values);
    }

    /// Copies the value of `var`, or not-a-numbers where there is a mistake.
    fn read(&self, var: Var<'_, T>, values: &mut [T]) {
        if var.is_none() {
            values.fill(T::nan());
        } else {
            values.copy_from_slice(self.record.borrow().value(var.node));
        }
    }

    /// Shows the value of `var`, if there is no mistake.
    fn with_value(&self, var: Var<'_, T>, show: impl FnOnce(&[T])) {
        if !var.is_none() {
            show(self.record.borrow().value(var.node));
        }
    }

    /// Shows the adjoint of `var` after [`pull`](Self::pull), if there is one.
    fn with_adjoint(&self, var: Var<'_, T>, show: impl FnOnce(&[T])) {
        if let Some(adjoint) = self.record.borrow().adjoint(var.node) {
            show(adjoint);
        }
    }

    /// Pulls an adjoint of `var`, which `seed` adds to what is there, back to all variables.
    fn pull(&self, var: Var<'_, T>, seed: impl FnOnce(&mut [T])) {
        if !var.is_none() {
            self.record.borrow_mut().pull(var.node, seed);
        }
    }

    /// Pulls the adjoint `d` of `var` back to `to`, whose adjoint is added to `result`, or overwrites
    /// it; not-a-numbers where there is a mistake.
    fn pull_back(&self, var: Var<'_, T>, d: &[T], to: Var<'_, T>, result: &mut [T], add: bool) {
        if var.is_none() {
            return result.fill(T::nan());
        }
        self.pull(var, |seed| elementwise::add_to_each(seed, d));
        if !add {
            result.fill(T::zero());
        }
        self.with_adjoint(to, |adjoint| elementwise::add_to_each(result, adjoint));
    }

    /// Adds the adjoint of a kept node to `sum`, and sets it to 0.
    fn take_adjoint(&self, node: usize, sum: &mut [T]) {
        self.record.borrow_mut().take_adjoint(node, sum);
    }
}
