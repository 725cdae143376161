//! Running a method over many steps, and what is kept of it.

use super::Stepper;
use crate::{Error, Scalar, System, Trajectory};

/// The states of an integration and their times.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution<T: Scalar = f64> {
    states: Trajectory<T>,
    t0: T,
    dt: T,
    every: usize,
}

impl<T: Scalar> Solution<T> {
    /// The kept states, the first being the initial one: units x states integrated together x kept
    /// steps.
    #[must_use]
    pub fn states(&self) -> &Trajectory<T> {
        &self.states
    }

    /// The kept states, without their times.
    #[must_use]
    pub fn into_states(self) -> Trajectory<T> {
        self.states
    }

    /// Number of kept states, the initial one included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.steps()
    }

    /// Whether nothing was kept; never so, since the initial state is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `kept`-th state: all states integrated together, one after another.
    ///
    /// # Panics
    /// When `kept` is out of range.
    #[must_use]
    pub fn state(&self, kept: usize) -> &[T] {
        self.states.step(kept)
    }

    /// The state at the end.
    #[must_use]
    pub fn last(&self) -> &[T] {
        self.states.last()
    }

    /// Time of the `kept`-th state.
    #[must_use]
    pub fn time(&self, kept: usize) -> T {
        time(self.t0, self.dt, kept * self.every)
    }

    /// Times of all kept states.
    #[must_use]
    pub fn times(&self) -> Vec<T> {
        (0..self.len()).map(|kept| self.time(kept)).collect()
    }
}

/// Takes `steps` steps of size `dt` from the state `x0` at time `t0` and keeps every state.
///
/// `x0` holds one or more states of length [`dim`](System::dim), one after another; each is
/// integrated as if it were alone.
///
/// # Errors
/// [`Error::OutOfRange`] when `t0` is not finite, `dt` is not finite and positive, or the states do
/// not fit into memory; [`Error::Empty`] or [`Error::Length`] when `x0` is empty or not a multiple
/// of the dimension; [`Error::NonFinite`] when `x0` is not finite; [`Error::Diverged`] with the
/// number of the step after which the state was not finite.
pub fn integrate<T: Scalar, S: System<T>>(
    system: &S,
    method: &impl Stepper<S, T>,
    t0: T,
    dt: T,
    steps: usize,
    x0: &[T],
) -> Result<Solution<T>, Error> {
    integrate_every(system, method, t0, dt, steps, 1, x0)
}

/// [`integrate`], keeping the initial state and then every `every`-th.
///
/// # Errors
/// Those of [`integrate`], and [`Error::OutOfRange`] when `every` is 0 or does not divide `steps`:
/// the last state kept is the last one computed.
pub fn integrate_every<T: Scalar, S: System<T>>(
    system: &S,
    method: &impl Stepper<S, T>,
    t0: T,
    dt: T,
    steps: usize,
    every: usize,
    x0: &[T],
) -> Result<Solution<T>, Error> {
    let mut keeper = Keeper::new(steps, every, x0)?;
    let mut x = x0.to_vec();
    integrate_observed(system, method, t0, dt, steps, &mut x, |step, _t, x| {
        keeper.keep(step, x);
    })?;
    keeper.finish(system.dim(), t0, dt)
}

/// [`integrate`] that keeps nothing: `observe(step, t, x)` sees the initial state (`step` 0) and the
/// state after each step, and `x` ends as the last state.
///
/// ```
/// use neuro_core::integrate::{RungeKutta4, integrate_observed};
/// use neuro_core::system_from_fn;
///
/// // An oscillator of period 2 pi crosses zero upwards three times in 20 time units.
/// let oscillator = system_from_fn(2, |_t, x: &[f64], dx| (dx[0], dx[1]) = (x[1], -x[0]));
/// let (mut before, mut crossings) = (f64::NAN, 0);
/// let mut x = [1.0, 0.0];
/// integrate_observed(&oscillator, &RungeKutta4, 0.0, 0.1, 200, &mut x, |_step, _t, x| {
///     crossings += usize::from(before < 0.0 && x[0] >= 0.0);
///     before = x[0];
/// })?;
/// assert_eq!(crossings, 3);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`integrate`]; after [`Error::Diverged`], `x` is the first state that is not finite.
pub fn integrate_observed<T: Scalar, S: System<T>>(
    system: &S,
    method: &impl Stepper<S, T>,
    t0: T,
    dt: T,
    steps: usize,
    x: &mut [T],
    mut observe: impl FnMut(usize, T, &[T]),
) -> Result<(), Error> {
    let states = check_start(system, t0, dt, x)?;
    let mut work = method.work(system, states);
    observe(0, t0, x);
    for step in 1..=steps {
        method.step(system, time(t0, dt, step - 1), dt, x, &mut work);
        check_state(step, x)?;
        observe(step, time(t0, dt, step), x);
    }
    Ok(())
}

/// `t0 + step dt`, in `f64` so that an `f32` run does not lose count after 2^24 steps.
pub(super) fn time<T: Scalar>(t0: T, dt: T, step: usize) -> T {
    T::of(t0.as_f64() + step as f64 * dt.as_f64())
}

/// Checks what an integration starts from; the number of states.
pub(super) fn check_start<T: Scalar, S: System<T>>(
    system: &S,
    t0: T,
    dt: T,
    x0: &[T],
) -> Result<usize, Error> {
    Error::check_range("t0", "a finite time", t0.as_f64(), t0.is_finite())?;
    let positive = dt.is_finite() && dt > T::zero();
    Error::check_range("dt", "a finite step > 0", dt.as_f64(), positive)?;
    for (what, count) in [("variables of the system", system.dim()), ("x0", x0.len())] {
        if count == 0 {
            return Err(Error::Empty { what: what.into() });
        }
    }
    let states = x0.len().div_ceil(system.dim());
    let what = "x0 (whole states of the system)";
    Error::check_length(what, states.saturating_mul(system.dim()), x0.len())?;
    Error::check_finite("x0", x0)?;
    Ok(states)
}

/// Checks the state after `step` steps.
pub(super) fn check_state<T: Scalar>(step: usize, x: &[T]) -> Result<(), Error> {
    if x.iter().all(|v| v.is_finite()) {
        return Ok(());
    }
    Err(Error::Diverged {
        what: "state of the system".into(),
        step,
    })
}

/// Collects the states of a [`Solution`].
pub(super) struct Keeper<T: Scalar> {
    kept: Vec<T>,
    length: usize,
    every: usize,
}

impl<T: Scalar> Keeper<T> {
    pub(super) fn new(steps: usize, every: usize, x0: &[T]) -> Result<Self, Error> {
        let divides = every > 0 && steps.is_multiple_of(every);
        let expected = format!("a divisor of the {steps} steps");
        Error::check_range("every", &expected, every as f64, divides)?;
        let mut kept = Vec::new();
        let reserved = (steps / every)
            .checked_add(1)
            .and_then(|count| count.checked_mul(x0.len()))
            .is_some_and(|values| kept.try_reserve_exact(values).is_ok());
        let expected = "a number of kept states that fits into memory";
        Error::check_range("steps", expected, steps as f64, reserved)?;
        Ok(Self {
            kept,
            length: x0.len(),
            every,
        })
    }

    pub(super) fn keep(&mut self, step: usize, x: &[T]) {
        if step.is_multiple_of(self.every) {
            self.kept.extend_from_slice(x);
        }
    }

    pub(super) fn finish(self, dim: usize, t0: T, dt: T) -> Result<Solution<T>, Error> {
        let kept = self.kept.len() / self.length;
        let states = Trajectory::from_vec(dim, self.length / dim, kept, self.kept)?;
        Ok(Solution {
            states,
            t0,
            dt,
            every: self.every,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrate::{Euler, RungeKutta4};
    use crate::{FromFn, system_from_fn};

    fn decay() -> FromFn<impl Fn(f64, &[f64], &mut [f64])> {
        system_from_fn(2, |_t, x: &[f64], dx: &mut [f64]| {
            dx[0] = -x[0];
            dx[1] = -2.0 * x[1];
        })
    }

    #[test]
    fn every_nth_state_is_that_of_the_whole_run() {
        let x0 = [1.0, 2.0, 3.0, 4.0];
        let whole = integrate(&decay(), &RungeKutta4, 1.0, 0.1, 12, &x0).expect("valid");
        let some = integrate_every(&decay(), &RungeKutta4, 1.0, 0.1, 12, 4, &x0).expect("valid");
        assert_eq!((whole.len(), some.len()), (13, 4));
        for kept in 0..4 {
            assert_eq!(some.state(kept), whole.state(4 * kept));
            assert_eq!(some.time(kept), whole.time(4 * kept));
        }
        assert_eq!(some.times()[3], 1.0 + 12.0 * 0.1);
        assert_eq!(some.state(0), x0);
        assert_eq!(
            whole.into_states().trial(1).column(0).as_slice(),
            [3.0, 4.0]
        );
    }

    #[test]
    fn no_steps_give_the_initial_state() {
        let solution = integrate(&decay(), &Euler, 0.0, 0.1, 0, &[1.0, 2.0]).expect("valid");
        assert_eq!((solution.len(), solution.last()), (1, &[1.0, 2.0][..]));
        assert!(!solution.is_empty());
    }

    #[test]
    fn time_is_a_product_not_a_sum() {
        assert_eq!(time(0.0, 0.1, 1_000_000), 1_000_000.0 * 0.1);
        // 2^24 + 1 is not an f32: counting in f32 would stand still there.
        assert_eq!(time(0.0f32, 0.5, (1 << 24) + 2), 8_388_609.0);
        let mut seen = Vec::new();
        let clock = system_from_fn(1, |_t: f64, _x: &[f64], dx: &mut [f64]| dx[0] = 0.0);
        integrate_observed(&clock, &Euler, 2.0, 0.1, 3, &mut [0.0], |step, t, _x| {
            seen.push((step, t));
        })
        .expect("valid");
        assert_eq!(seen, [(0, 2.0), (1, 2.1), (2, 2.2), (3, 2.0 + 3.0 * 0.1)]);
    }

    #[test]
    fn bad_starts_are_refused_with_the_reason() {
        let run = |t0, dt, every, x0: &[f64]| {
            let result = integrate_every(&decay(), &Euler, t0, dt, 10, every, x0);
            result.map(drop).map_err(|e| e.to_string())
        };
        let x0 = [1.0, 2.0];
        assert_eq!(run(0.0, 0.1, 1, &x0), Ok(()));
        for dt in [0.0, -0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(
                run(0.0, dt, 1, &x0),
                Err(format!("dt: expected a finite step > 0, found {dt}"))
            );
        }
        let message = |result: Result<(), String>| result.expect_err("must be refused");
        assert!(message(run(f64::NAN, 0.1, 1, &x0)).contains("t0"));
        assert!(message(run(0.0, 0.1, 0, &x0)).contains("divisor"));
        assert!(message(run(0.0, 0.1, 3, &x0)).contains("divisor"));
        assert!(message(run(0.0, 0.1, 1, &[])).contains("x0: expected at least one"));
        assert!(message(run(0.0, 0.1, 1, &[1.0, 2.0, 3.0])).contains("expected 4 values, found 3"));
        assert!(message(run(0.0, 0.1, 1, &[1.0, f64::NAN])).contains("value 1 is NaN"));
    }

    #[test]
    fn more_states_than_memory_are_refused() {
        for steps in [usize::MAX, usize::MAX / 8, usize::MAX / 32] {
            let result = integrate(&decay(), &Euler, 0.0, 0.1, steps, &[1.0, 2.0]);
            assert!(matches!(result, Err(Error::OutOfRange { .. })), "{steps}");
        }
    }

    #[test]
    fn a_system_without_variables_is_refused() {
        let nothing = system_from_fn(0, |_t: f64, _x: &[f64], _dx: &mut [f64]| ());
        let result = integrate(&nothing, &Euler, 0.0, 0.1, 1, &[]);
        assert!(matches!(result, Err(Error::Empty { .. })));
    }

    #[test]
    fn divergence_is_reported_with_its_step() {
        // Euler's method with dt = 1 on dx/dt = x^2 - x squares the state: 10^(2^k) exceeds the
        // largest number, 1.8e308, at k = 9.
        let square = system_from_fn(1, |_t, x: &[f64], dx: &mut [f64]| {
            dx[0] = x[0] * x[0] - x[0];
        });
        let mut x = [10.0];
        let mut last = 0;
        let result = integrate_observed(&square, &Euler, 0.0, 1.0, 20, &mut x, |k, _, _| last = k);
        assert!(
            matches!(result, Err(Error::Diverged { step: 9, .. })),
            "{result:?}"
        );
        assert_eq!(last, 8);
        assert!(!x[0].is_finite());
    }
}
