//! One accepted step and its interpolant, and the count of steps.

use super::dormand_prince::{COEFFICIENTS, coefficients, interpolate};
use crate::{Error, Scalar};

/// What an integration cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepStatistics {
    /// Number of accepted steps.
    pub accepted: usize,
    /// Number of steps whose error was too large, taken again with a smaller size.
    pub rejected: usize,
    /// Number of evaluations of `f`: six a step, accepted or not, and two at the start and after
    /// each breakpoint (one, where the first step is given).
    pub evaluations: usize,
}

/// A step that was accepted, with its interpolant.
#[derive(Clone, Copy, Debug)]
pub struct AcceptedStep<'a, T: Scalar = f64> {
    pub(super) number: usize,
    pub(super) start: f64,
    pub(super) dt: f64,
    pub(super) end: f64,
    pub(super) before: &'a [T],
    pub(super) after: &'a [T],
    pub(super) slopes: &'a [Vec<T>; 7],
}

impl<T: Scalar> AcceptedStep<'_, T> {
    /// Number of the step among the accepted ones, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        self.number
    }

    /// Time before the step.
    #[must_use]
    pub fn start(&self) -> T {
        T::of(self.start)
    }

    /// Time after the step.
    #[must_use]
    pub fn end(&self) -> T {
        T::of(self.end)
    }

    /// State before the step.
    #[must_use]
    pub fn before(&self) -> &[T] {
        self.before
    }

    /// State after the step.
    #[must_use]
    pub fn after(&self) -> &[T] {
        self.after
    }

    /// Writes the state at a time within the step into `out`, of the length of all states.
    ///
    /// What the interpolant adds to the error of the step is of order `dt^5`; at its ends, it is the
    /// state there, exactly.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `t` is not within the step, [`Error::Length`] when `out` has
    /// another length than the state.
    pub fn at_into(&self, t: T, out: &mut [T]) -> Result<(), Error> {
        Error::check_length("interpolated state", self.before.len(), out.len())?;
        let holds = t >= self.start() && t <= self.end();
        if !holds {
            let expected = format!("a time within the step, {} to {}", self.start, self.end);
            Error::check_range("t", &expected, t.as_f64(), false)?;
        }
        self.interpolate(t, out);
        Ok(())
    }

    /// The state at a time within the step, the lengths being equal.
    pub(super) fn interpolate(&self, t: T, out: &mut [T]) {
        if t == self.end() {
            out.copy_from_slice(self.after);
        } else if t == self.start() {
            out.copy_from_slice(self.before);
        } else {
            let theta = T::of((t.as_f64() - self.start) / self.dt);
            for (i, out) in out.iter_mut().enumerate() {
                *out = interpolate(theta, self.before[i], self.after[i], self.coefficients(i));
            }
        }
    }

    /// What the interpolant of variable `i` needs beside the ends of the step.
    pub(super) fn coefficients(&self, i: usize) -> [T; COEFFICIENTS] {
        coefficients(T::of(self.dt), self.before, self.after, self.slopes, i)
    }
}
