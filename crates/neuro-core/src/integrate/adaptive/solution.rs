//! What is kept of an adaptive integration.

use super::StepControl;
use super::dormand_prince::{COEFFICIENTS, interpolate};
use super::run::{AdaptiveWork, integrate_adaptive_observed};
use super::step::{AcceptedStep, StepStatistics};
use crate::integrate::solution::check_start;
use crate::{Error, Scalar, System, Trajectory};

/// States of an adaptive integration and their times.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveSolution<T: Scalar = f64> {
    times: Vec<T>,
    states: Trajectory<T>,
    statistics: StepStatistics,
}

impl<T: Scalar> AdaptiveSolution<T> {
    /// The kept states: units x states integrated together x times.
    #[must_use]
    pub fn states(&self) -> &Trajectory<T> {
        &self.states
    }

    /// The kept states, without their times.
    #[must_use]
    pub fn into_states(self) -> Trajectory<T> {
        self.states
    }

    /// Number of kept states, at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether nothing was kept; never so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
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

    /// Times of the kept states.
    #[must_use]
    pub fn times(&self) -> &[T] {
        &self.times
    }

    /// What the integration cost.
    #[must_use]
    pub fn statistics(&self) -> StepStatistics {
        self.statistics
    }
}

/// An adaptive integration as a function of time, with a continuous slope between breakpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseSolution<T: Scalar = f64> {
    steps: AdaptiveSolution<T>,
    /// The coefficients of each variable, one step after another.
    coefficients: Vec<[T; COEFFICIENTS]>,
}

impl<T: Scalar> DenseSolution<T> {
    /// The initial state and that after each accepted step.
    #[must_use]
    pub fn steps(&self) -> &AdaptiveSolution<T> {
        &self.steps
    }

    /// The state at time `t`: all states integrated together, one after another.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `t` is outside of the integration.
    pub fn at(&self, t: T) -> Result<Vec<T>, Error> {
        let mut out = vec![T::zero(); self.steps.last().len()];
        self.at_into(t, &mut out)?;
        Ok(out)
    }

    /// Writes the state at time `t` into `out`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `t` is outside of the integration; [`Error::Length`] when `out`
    /// has another length than the state.
    pub fn at_into(&self, t: T, out: &mut [T]) -> Result<(), Error> {
        let (times, length) = (self.steps.times(), self.steps.last().len());
        Error::check_length("interpolated state", length, out.len())?;
        let (first, last) = (times[0], times[times.len() - 1]);
        let holds = t >= first && t <= last;
        if !holds {
            let expected = format!("a time within the integration, {first} to {last}");
            Error::check_range("t", &expected, t.as_f64(), false)?;
        }
        // The last time that is not after t.
        let step = times.partition_point(|time| *time <= t) - 1;
        let before = self.steps.state(step);
        if times[step] == t {
            out.copy_from_slice(before);
            return Ok(());
        }
        let after = self.steps.state(step + 1);
        let theta = (t - times[step]) / (times[step + 1] - times[step]);
        let coefficients = &self.coefficients[step * length..][..length];
        for (i, out) in out.iter_mut().enumerate() {
            *out = interpolate(theta, before[i], after[i], coefficients[i]);
        }
        Ok(())
    }
}

/// Integrates from the state `x0` at `t0` to `t1` and keeps the state after each accepted step.
///
/// `x0` holds one or more states of length [`dim`](System::dim), one after another. They share
/// their steps; see [`integrate_adaptive_observed`].
///
/// # Errors
/// Those of [`integrate_adaptive_observed`].
pub fn integrate_adaptive<T: Scalar, S: System<T>>(
    system: &S,
    control: &StepControl<T>,
    t0: T,
    t1: T,
    x0: &[T],
) -> Result<AdaptiveSolution<T>, Error> {
    let (mut times, mut kept) = (vec![t0], x0.to_vec());
    let statistics = run(system, control, t0, t1, x0, |step| {
        times.push(step.end());
        kept.extend_from_slice(step.after());
    })?;
    finish(system.dim(), x0.len(), times, kept, statistics)
}

/// [`integrate_adaptive`] whose solution can be asked for any time between `t0` and `t1`.
///
/// Keeps four numbers a variable and accepted step.
///
/// ```
/// use neuro_core::integrate::adaptive::{StepControl, integrate_dense};
/// use neuro_core::system_from_fn;
///
/// let oscillator = system_from_fn(2, |_t, x: &[f64], dx| (dx[0], dx[1]) = (x[1], -x[0]));
/// let control = StepControl::new(1e-8, 1e-8);
/// let solution = integrate_dense(&oscillator, &control, 0.0, 10.0, &[1.0, 0.0])?;
/// assert!(solution.steps().len() < 120);
/// for t in (0..=1000).map(|k| 0.01 * f64::from(k)) {
///     assert!((solution.at(t)?[0] - t.cos()).abs() < 1e-6);
/// }
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`integrate_adaptive_observed`].
pub fn integrate_dense<T: Scalar, S: System<T>>(
    system: &S,
    control: &StepControl<T>,
    t0: T,
    t1: T,
    x0: &[T],
) -> Result<DenseSolution<T>, Error> {
    let (mut times, mut kept, mut coefficients) = (vec![t0], x0.to_vec(), Vec::new());
    let statistics = run(system, control, t0, t1, x0, |step| {
        times.push(step.end());
        kept.extend_from_slice(step.after());
        coefficients.extend((0..x0.len()).map(|i| step.coefficients(i)));
    })?;
    Ok(DenseSolution {
        steps: finish(system.dim(), x0.len(), times, kept, statistics)?,
        coefficients,
    })
}

/// Integrates from the state `x0` at `t0` to the last of `times` and keeps the states at those
/// times, by the interpolant of each step: they do not change the steps.
///
/// # Errors
/// Those of [`integrate_adaptive_observed`]; [`Error::Empty`] without times, and
/// [`Error::OutOfRange`] when one is not finite, before `t0` or before its predecessor, or when the
/// states do not fit into memory.
pub fn integrate_at<T: Scalar, S: System<T>>(
    system: &S,
    control: &StepControl<T>,
    t0: T,
    times: &[T],
    x0: &[T],
) -> Result<AdaptiveSolution<T>, Error> {
    let Some(&t1) = times.last() else {
        let what = "times".into();
        return Err(Error::Empty { what });
    };
    let mut before = t0;
    for &time in times {
        let expected = "finite times from t0 on, none before its predecessor";
        let holds = time.is_finite() && time >= before;
        Error::check_range("times", expected, time.as_f64(), holds)?;
        before = time;
    }
    let mut kept: Vec<T> = Vec::new();
    let values = times.len().checked_mul(x0.len());
    let reserved = values.is_some_and(|values| kept.try_reserve_exact(values).is_ok());
    let expected = "a number of kept states that fits into memory";
    Error::check_range("times", expected, times.len() as f64, reserved)?;
    let mut left = times;
    while let [time, rest @ ..] = left
        && *time == t0
    {
        kept.extend_from_slice(x0);
        left = rest;
    }
    let mut state = x0.to_vec();
    let statistics = run(system, control, t0, t1, x0, |step| {
        while let [time, rest @ ..] = left
            && *time <= step.end()
        {
            step.interpolate(*time, &mut state);
            kept.extend_from_slice(&state);
            left = rest;
        }
    })?;
    finish(system.dim(), x0.len(), times.to_vec(), kept, statistics)
}

/// Integrates with buffers of its own.
fn run<T: Scalar, S: System<T>>(
    system: &S,
    control: &StepControl<T>,
    t0: T,
    t1: T,
    x0: &[T],
    observe: impl FnMut(&AcceptedStep<'_, T>),
) -> Result<StepStatistics, Error> {
    let states = check_start(system, t0, T::one(), x0)?;
    let mut work = AdaptiveWork::new(system, states);
    let mut x = x0.to_vec();
    integrate_adaptive_observed(system, control, t0, t1, &mut x, &mut work, observe)
}

fn finish<T: Scalar>(
    dim: usize,
    length: usize,
    times: Vec<T>,
    kept: Vec<T>,
    statistics: StepStatistics,
) -> Result<AdaptiveSolution<T>, Error> {
    Ok(AdaptiveSolution {
        states: Trajectory::from_vec(dim, length / dim, times.len(), kept)?,
        times,
        statistics,
    })
}
