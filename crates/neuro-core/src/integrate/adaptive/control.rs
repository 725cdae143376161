//! What the steps must satisfy, and how their size is chosen.

use crate::{Error, Scalar};

/// The error allowed where a variable is near zero, in its unit.
#[derive(Clone, Debug, PartialEq)]
pub enum AbsoluteTolerance<T: Scalar = f64> {
    /// The same for all variables; finite and > 0.
    Same(T),
    /// One for each variable of a state, the same in each state; finite and > 0.
    PerVariable(Vec<T>),
}

/// The accuracy of an adaptive integration and the bounds of its steps.
///
/// With `e` the norm of the error of a step of size `dt` (1 at the tolerance) and `e_old` that of
/// the step accepted before, the next step is
///
/// ```equation
/// dt' = dt min(10, max(1/5, 0.9 e^-(1/5 - 3 beta/4) e_old^beta)),   beta = 0.04
/// ```
///
/// a proportional-integral controller, which rejects fewer steps than `e^(-1/5)` alone where
/// stability limits the step. After a rejection, `dt' = dt max(1/5, 0.9 e^-(1/5 - 3 beta/4))`, and
/// the next step accepted does not grow. Constants: the program DOPRI5 of Hairer, Nørsett & Wanner
/// (Solving Ordinary Differential Equations I, section II.4; Hairer & Wanner II, section IV.2).
///
/// ```
/// use neuro_core::integrate::adaptive::{StepControl, integrate_adaptive};
/// use neuro_core::system_from_fn;
///
/// // A hundred times the accuracy costs an error-controlled method of order 5 about 100^(1/5) =
/// // 2.5 times the steps.
/// let oscillator = system_from_fn(2, |_t, x: &[f64], dx| (dx[0], dx[1]) = (x[1], -x[0]));
/// let steps = |tolerance| {
///     let control = StepControl::new(tolerance, tolerance);
///     let solution = integrate_adaptive(&oscillator, &control, 0.0, 100.0, &[1.0, 0.0]);
///     solution.map(|s| s.statistics().accepted as f64)
/// };
/// let ratio = steps(1e-8)? / steps(1e-6)?;
/// assert!((2.2..2.8).contains(&ratio), "{ratio}");
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct StepControl<T: Scalar = f64> {
    /// Error allowed in one step, relative to the size of a variable; from 10 machine epsilons
    /// (2.2e-15 in `f64`, 1.2e-6 in `f32`) to below 1. No default.
    pub relative: T,
    /// Error allowed in one step where a variable is near zero. No default.
    pub absolute: AbsoluteTolerance<T>,
    /// The first step, in the unit of `t`; finite and > 0. Default: chosen from `f` at `t0` and at
    /// one more point (Hairer, Nørsett & Wanner I, section II.4), near 1e-6 where `x` or `f` is 0. It
    /// is chosen anew after each breakpoint.
    pub first_step: Option<T>,
    /// The largest step, in the unit of `t`; > 0, default infinity. The last one before a
    /// breakpoint or the end may be 1 % longer.
    pub max_step: T,
    /// Number of steps, accepted or rejected, after which the integration gives up; at least 1,
    /// default 100 000.
    pub max_steps: usize,
    /// Times at which `f` jumps or has a kink, finite and increasing; default none. A step ends
    /// exactly there; see the [module](crate::integrate::adaptive) for which side `f` is asked for.
    /// Those outside of the integration have no effect.
    pub breakpoints: Vec<T>,
}

impl<T: Scalar> StepControl<T> {
    /// Steps with these tolerances, the absolute one in the unit of the variables.
    #[must_use]
    pub fn new(relative: T, absolute: T) -> Self {
        Self {
            relative,
            absolute: AbsoluteTolerance::Same(absolute),
            first_step: None,
            max_step: T::infinity(),
            max_steps: 100_000,
            breakpoints: Vec::new(),
        }
    }

    /// Checks every field against its range; `dim` is the number of variables of a state.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first field that is not in its range; [`Error::Length`] when
    /// there is not one absolute tolerance for each variable.
    pub fn validate(&self, dim: usize) -> Result<(), Error> {
        let least = T::of(10.0) * T::epsilon();
        let holds = self.relative >= least && self.relative < T::one();
        if !holds {
            let expected = format!("at least 10 machine epsilons ({least:e}) and below 1");
            Error::check_range(
                "relative tolerance",
                &expected,
                self.relative.as_f64(),
                false,
            )?;
        }
        match &self.absolute {
            AbsoluteTolerance::Same(value) => check_positive("absolute tolerance", *value)?,
            AbsoluteTolerance::PerVariable(values) => {
                Error::check_length("absolute tolerances (one a variable)", dim, values.len())?;
                for value in values {
                    check_positive("absolute tolerance", *value)?;
                }
            }
        }
        if let Some(step) = self.first_step {
            check_positive("first_step", step)?;
        }
        let max = self.max_step.as_f64();
        Error::check_range("max_step", "> 0", max, self.max_step > T::zero())?;
        let steps = self.max_steps;
        Error::check_range("max_steps", "at least 1", steps as f64, steps > 0)?;
        let mut before = T::neg_infinity();
        for time in &self.breakpoints {
            let holds = time.is_finite() && *time > before;
            let expected = "finite times, each later than the one before";
            Error::check_range("breakpoints", expected, time.as_f64(), holds)?;
            before = *time;
        }
        Ok(())
    }

    /// Writes the absolute tolerance of each value of one or more states.
    pub(super) fn absolute_into(&self, out: &mut [T]) {
        match &self.absolute {
            AbsoluteTolerance::Same(value) => out.fill(*value),
            AbsoluteTolerance::PerVariable(values) => {
                for state in out.chunks_exact_mut(values.len()) {
                    state.copy_from_slice(values);
                }
            }
        }
    }
}

fn check_positive<T: Scalar>(what: &str, value: T) -> Result<(), Error> {
    let holds = value.is_finite() && value > T::zero();
    Error::check_range(what, "a finite value > 0", value.as_f64(), holds)
}

/// The memory of the proportional-integral controller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Controller {
    /// Error of the step accepted before, at least 1e-4.
    accepted: f64,
    rejected: bool,
}

impl Controller {
    const BETA: f64 = 0.04;
    const ALPHA: f64 = 0.2 - 0.75 * Self::BETA;
    const SAFETY: f64 = 0.9;
    const SHRINK: f64 = 0.2;
    const GROW: f64 = 10.0;

    pub(super) fn new() -> Self {
        Self {
            accepted: 1e-4,
            rejected: false,
        }
    }

    /// Whether a step of this error is accepted, and the factor to the next step.
    ///
    /// An error that is not finite is a rejection.
    pub(super) fn judge(&mut self, error: f64) -> (bool, f64) {
        let proposed = Self::SAFETY * error.powf(-Self::ALPHA);
        if error <= 1.0 {
            let largest = if self.rejected { 1.0 } else { Self::GROW };
            let factor = proposed * self.accepted.powf(Self::BETA);
            self.accepted = error.max(1e-4);
            self.rejected = false;
            (true, factor.clamp(Self::SHRINK, largest))
        } else {
            self.rejected = true;
            // `max` takes the number where the other is NaN.
            (false, proposed.max(Self::SHRINK))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_at_the_tolerance_are_accepted_and_above_are_not() {
        assert!(Controller::new().judge(1.0).0);
        for error in [1.000_001, 1e300, f64::INFINITY, f64::NAN] {
            let (accepted, factor) = Controller::new().judge(error);
            assert!(
                !accepted && (0.2..1.0).contains(&factor),
                "{error} {factor}"
            );
        }
    }

    #[test]
    fn the_step_grows_at_most_tenfold_and_not_after_a_rejection() {
        let mut controller = Controller::new();
        assert_eq!(controller.judge(0.0), (true, 10.0));
        assert_eq!(controller.judge(1e9), (false, 0.2));
        assert_eq!(controller.judge(0.0), (true, 1.0));
        assert_eq!(controller.judge(0.0), (true, 10.0));
    }

    #[test]
    fn the_error_of_the_step_before_tempers_the_factor() {
        let mut controller = Controller::new();
        let error: f64 = 0.01;
        let factors = [controller.judge(error), controller.judge(error)];
        let exponent = 0.2 - 0.75 * 0.04 - 0.04;
        assert!((factors[1].1 - 0.9 * error.powf(-exponent)).abs() < 1e-12);
    }

    #[test]
    fn values_outside_their_range_are_refused() {
        let valid = StepControl::new(1e-6, 1e-9);
        assert!(valid.validate(2).is_ok());
        let refused = |change: fn(&mut StepControl)| {
            let mut control = valid.clone();
            change(&mut control);
            control
                .validate(2)
                .expect_err("must be refused")
                .to_string()
        };
        assert!(refused(|c| c.relative = 0.0).contains("relative tolerance: expected at least 10"));
        assert!(refused(|c| c.relative = 1e-15).contains("relative tolerance"));
        assert!(refused(|c| c.relative = 1.0).contains("relative tolerance"));
        assert!(refused(|c| c.relative = f64::NAN).contains("relative tolerance"));
        for zero in [0.0, -1e-9] {
            let control = StepControl::new(1e-6, zero);
            let error = control.validate(1).expect_err("must be refused");
            assert!(error.to_string().contains("absolute tolerance"), "{error}");
        }
        assert!(
            refused(|c| c.absolute = AbsoluteTolerance::PerVariable(vec![1e-9, f64::NAN]))
                .contains("absolute tolerance")
        );
        assert!(
            refused(|c| c.absolute = AbsoluteTolerance::PerVariable(vec![1e-9; 3]))
                .contains("expected 2 values, found 3")
        );
        assert!(refused(|c| c.first_step = Some(0.0)).contains("first_step"));
        assert!(refused(|c| c.max_step = 0.0).contains("max_step"));
        assert!(refused(|c| c.max_step = f64::NAN).contains("max_step"));
        assert!(refused(|c| c.max_steps = 0).contains("max_steps"));
        assert!(refused(|c| c.breakpoints = vec![1.0, 1.0]).contains("breakpoints"));
        assert!(refused(|c| c.breakpoints = vec![1.0, f64::INFINITY]).contains("breakpoints"));
    }
}
