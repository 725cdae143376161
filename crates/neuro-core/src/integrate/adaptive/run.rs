//! The loop over steps: try one, judge its error, show it to the observer.
//!
//! Time and step are `f64` whatever the number type of the state, so that an `f32` run of many
//! small steps does not lose time; only what `f` sees is rounded.

use super::StepControl;
use super::control::Controller;
use super::dormand_prince::{advance, error_into_second_slope, offset};
use super::{AcceptedStep, StepStatistics};
use crate::integrate::solution::check_start;
use crate::{Error, Scalar, System, vectorize};

/// The buffers of an adaptive integration and of its system, for any number of integrations.
#[derive(Clone, Debug)]
pub struct AdaptiveWork<T: Scalar, W> {
    /// The slopes `k_1` to `k_7`; `k_2` becomes the error.
    slopes: [Vec<T>; 7],
    after: Vec<T>,
    /// Absolute tolerance of each value.
    absolute: Vec<T>,
    system: W,
}

impl<T: Scalar, W> AdaptiveWork<T, W> {
    /// Buffers for `states` states of `system` integrated together.
    pub fn new<S: System<T, Work = W>>(system: &S, states: usize) -> Self {
        let buffer = vec![T::zero(); system.dim() * states];
        Self {
            slopes: std::array::from_fn(|_| buffer.clone()),
            after: buffer.clone(),
            absolute: buffer,
            system: system.work(states),
        }
    }
}

/// Integrates from the state `x` at `t0` to `t1` and keeps nothing: `observe` sees each accepted
/// step, and `x` ends as the state at `t1`.
///
/// `x` holds one or more states of length [`dim`](System::dim), one after another, as many as
/// `work` was made for. They share their steps, and the tolerance holds for the mean square over all
/// of them: of many states, a few may be less accurate than each would be alone. Where `t1 == t0`,
/// nothing is evaluated and no step observed. Allocates nothing.
///
/// ```
/// use neuro_core::integrate::adaptive::{AdaptiveWork, StepControl, integrate_adaptive_observed};
/// use neuro_core::system_from_fn;
///
/// // When does a leaky unit with input 2 reach the threshold 1? At t = ln 2.
/// let unit = system_from_fn(1, |_t, x: &[f64], dx| dx[0] = 2.0 - x[0]);
/// let (mut work, mut x) = (AdaptiveWork::new(&unit, 1), [0.0]);
/// let mut reached = f64::NAN;
/// let control = StepControl::new(1e-8, 1e-8);
/// integrate_adaptive_observed(&unit, &control, 0.0, 5.0, &mut x, &mut work, |step| {
///     if step.before()[0] < 1.0 && step.after()[0] >= 1.0 {
///         let (mut low, mut high, mut middle) = (step.start(), step.end(), [0.0]);
///         for _ in 0..50 {
///             reached = 0.5 * (low + high);
///             step.at_into(reached, &mut middle).expect("within the step");
///             *(if middle[0] < 1.0 { &mut low } else { &mut high }) = reached;
///         }
///     }
/// })?;
/// assert!((reached - 2f64.ln()).abs() < 1e-7);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`StepControl::validate`]; [`Error::OutOfRange`] when `t0` or `t1` is not finite or
/// `t1 < t0`; [`Error::Empty`] or [`Error::Length`] when `x` is empty, not a multiple of the
/// dimension or of another length than `work`; [`Error::NonFinite`] when `x` is not finite, or when
/// `f` is not, at a point that no smaller step avoids; [`Error::StepSizeTooSmall`] when the
/// tolerance asks for a step below ten roundings of the time; [`Error::TooManySteps`]. After the
/// last three, `x` is the state after the last accepted step.
pub fn integrate_adaptive_observed<T: Scalar, S: System<T>>(
    system: &S,
    control: &StepControl<T>,
    t0: T,
    t1: T,
    x: &mut [T],
    work: &mut AdaptiveWork<T, S::Work>,
    mut observe: impl FnMut(&AcceptedStep<'_, T>),
) -> Result<StepStatistics, Error> {
    check_start(system, t0, T::one(), x)?;
    let holds = t1.is_finite() && t1 >= t0;
    Error::check_range("t1", "a finite time, not before t0", t1.as_f64(), holds)?;
    control.validate(system.dim())?;
    Error::check_length("buffers of the integration", x.len(), work.after.len())?;
    control.absolute_into(&mut work.absolute);
    let mut run = Run {
        system,
        control,
        work,
        observe: &mut observe,
        statistics: StepStatistics::default(),
    };
    if t1 == t0 {
        return Ok(run.statistics);
    }
    let mut start = t0;
    let mut first_step = control.first_step;
    for &time in control.breakpoints.iter().filter(|t| **t > t0 && **t <= t1) {
        run.piece(&Piece::before_breakpoint(start, time), first_step.take(), x)?;
        start = time;
    }
    if start < t1 {
        run.piece(&Piece::new(start, t1), first_step, x)?;
    }
    Ok(run.statistics)
}

/// A span of time without a breakpoint inside.
struct Piece<T> {
    start: f64,
    end: f64,
    /// The latest time at which `f` is evaluated.
    latest: T,
}

impl<T: Scalar> Piece<T> {
    fn new(start: T, end: T) -> Self {
        Self {
            start: start.as_f64(),
            end: end.as_f64(),
            latest: end,
        }
    }

    /// `f` belongs to the other side at the end of this one.
    fn before_breakpoint(start: T, end: T) -> Self {
        let below = end - (T::epsilon() * end.abs()).max(T::min_positive_value());
        Self {
            latest: below.max(start),
            ..Self::new(start, end)
        }
    }

    /// What `f` is told at time `t`.
    fn time(&self, t: f64) -> T {
        T::of(t).min(self.latest)
    }
}

/// An integration under way.
struct Run<'a, T: Scalar, S: System<T>> {
    system: &'a S,
    control: &'a StepControl<T>,
    work: &'a mut AdaptiveWork<T, S::Work>,
    observe: &'a mut dyn FnMut(&AcceptedStep<'_, T>),
    statistics: StepStatistics,
}

impl<T: Scalar, S: System<T>> Run<'_, T, S> {
    /// Takes `x` from the start of a piece to its end.
    fn piece(&mut self, piece: &Piece<T>, first_step: Option<T>, x: &mut [T]) -> Result<(), Error> {
        let mut t = piece.start;
        let time = piece.time(t);
        self.system
            .rhs(time, x, &mut self.work.slopes[0], &mut self.work.system);
        self.statistics.evaluations += 1;
        check_slope(t, &self.work.slopes[0])?;
        let mut dt = match first_step {
            Some(step) => step.as_f64(),
            None => self.first_step(piece, x),
        };
        let (mut controller, mut error) = (Controller::new(), 0.0);
        let max_step = self.control.max_step.as_f64();
        while t < piece.end {
            dt = dt.min(max_step);
            self.check_step(t, dt, error)?;
            // A last step up to 1 % longer, rather than another that is tiny.
            let last = t + 1.01 * dt >= piece.end;
            let end = if last { piece.end } else { t + dt };
            dt = end - t;
            error = self.attempt(piece, t, dt, end, x);
            let (accepted, factor) = controller.judge(error);
            if accepted {
                self.accept(t, dt, end, x);
                t = end;
            } else {
                self.statistics.rejected += 1;
            }
            dt *= factor;
        }
        Ok(())
    }

    /// Takes a step and returns the norm of its error: at most 1 where it satisfies the tolerance.
    fn attempt(&mut self, piece: &Piece<T>, t: f64, dt: f64, end: f64, x: &[T]) -> f64 {
        let AdaptiveWork {
            slopes,
            after,
            absolute,
            system: work,
        } = &mut *self.work;
        let size = T::of(dt);
        let [k1, k2, k3, k4, k5, k6, k7] = slopes;
        let time = |c: f64| piece.time(if c == 1.0 { end } else { t + c * dt });
        advance(
            self.system,
            time,
            size,
            x,
            k1,
            [k2, k3, k4, k5, k6],
            after,
            work,
        );
        self.system.rhs(time(1.0), after, k7, work);
        self.statistics.evaluations += 6;
        error_into_second_slope(size, slopes);
        norm(&slopes[1], x, after, absolute, self.control.relative)
    }

    /// Shows the step and makes its end the next start.
    fn accept(&mut self, start: f64, dt: f64, end: f64, x: &mut [T]) {
        self.statistics.accepted += 1;
        (self.observe)(&AcceptedStep {
            number: self.statistics.accepted,
            start,
            dt,
            end,
            before: x,
            after: &self.work.after,
            slopes: &self.work.slopes,
        });
        x.copy_from_slice(&self.work.after);
        self.work.slopes.swap(0, 6);
    }

    /// A first step whose error will be small against what is allowed, from the slope at the start
    /// and after an Euler step (Hairer, Nørsett & Wanner I, section II.4).
    fn first_step(&mut self, piece: &Piece<T>, x: &[T]) -> f64 {
        let relative = self.control.relative;
        let span = (piece.end - piece.start).min(self.control.max_step.as_f64());
        let least = 10.0 * smallest_step::<T>(piece.start);
        let AdaptiveWork {
            slopes: [slope, second, ..],
            after,
            absolute,
            system: work,
        } = &mut *self.work;
        let size = norm(x, x, x, absolute, relative);
        let speed = norm(slope, x, x, absolute, relative);
        let tiny = size < 1e-5 || speed < 1e-5;
        let probe = if tiny { 1e-6 } else { 0.01 * size / speed };
        let probe = probe.max(least).min(span);
        offset(x, T::of(probe), [1.0], [slope], after);
        let time = piece.time(piece.start + probe);
        self.system.rhs(time, after, second, work);
        self.statistics.evaluations += 1;
        for (second, slope) in second.iter_mut().zip(&*slope) {
            *second -= *slope;
        }
        let curvature = norm(second, x, x, absolute, relative) / probe;
        if !curvature.is_finite() {
            // The probe left the domain of f.
            return (1e-3 * probe).max(least);
        }
        let fastest = speed.max(curvature);
        let step = if fastest <= 1e-15 {
            (1e-3 * probe).max(1e-6)
        } else {
            (0.01 / fastest).powf(0.2)
        };
        step.min(100.0 * probe).max(least)
    }

    /// Whether one more step of size `dt` at `t` is allowed, after one with this error.
    fn check_step(&self, t: f64, dt: f64, error: f64) -> Result<(), Error> {
        let steps = self.statistics.accepted + self.statistics.rejected;
        if steps >= self.control.max_steps {
            return Err(Error::TooManySteps { time: t, steps });
        }
        if dt > smallest_step::<T>(t) {
            return Ok(());
        }
        if !error.is_finite() {
            // The slopes are those of the step that was rejected last; the second is its error.
            for slope in &self.work.slopes[2..] {
                check_slope(t, slope)?;
            }
        }
        Err(Error::StepSizeTooSmall { time: t })
    }
}

fn check_slope<T: Scalar>(t: f64, slope: &[T]) -> Result<(), Error> {
    if slope.iter().all(|k| k.is_finite()) {
        return Ok(());
    }
    Error::check_finite(&format!("slope of the system near time {t}"), slope)
}

/// Ten roundings of the time.
fn smallest_step<T: Scalar>(t: f64) -> f64 {
    10.0 * T::epsilon().as_f64() * t.abs()
}

/// Partial sums of a norm; a fixed number of them, so that the result does not depend on the width
/// of the registers, and in `f64`, since squares of an `f32` overflow from 1.8e19 on.
const LANES: usize = 8;

/// `sqrt(mean_i (values_i / (absolute_i + relative max(|x_i|, |y_i|)))^2)`.
///
/// NaN when `y` is not finite: an infinite state would have an infinite tolerance.
fn norm<T: Scalar>(values: &[T], x: &[T], y: &[T], absolute: &[T], relative: T) -> f64 {
    let sum: f64 = vectorize(|| {
        // Local to the closure, so that they stay in registers.
        let (mut sums, relative) = ([0.0; LANES], relative);
        let (values, values_rest) = values.as_chunks::<LANES>();
        let (x, x_rest) = x.as_chunks::<LANES>();
        let (y, y_rest) = y.as_chunks::<LANES>();
        let (absolute, absolute_rest) = absolute.as_chunks::<LANES>();
        for (((v, x), y), a) in values.iter().zip(x).zip(y).zip(absolute) {
            add_squares(&mut sums, v, x, y, a, relative);
        }
        add_squares(
            &mut sums,
            values_rest,
            x_rest,
            y_rest,
            absolute_rest,
            relative,
        );
        sums.iter().sum()
    });
    (sum / values.len() as f64).sqrt()
}

#[inline(always)]
fn add_squares<T: Scalar>(
    sums: &mut [f64; LANES],
    values: &[T],
    x: &[T],
    y: &[T],
    absolute: &[T],
    relative: T,
) {
    let scales = x.iter().zip(y).zip(absolute);
    for ((sum, v), ((x, y), a)) in sums.iter_mut().zip(values).zip(scales) {
        let largest = if y.abs() > x.abs() { y.abs() } else { x.abs() };
        let ratio = (*v / (*a + relative * largest) + T::zero() * *y).as_f64();
        *sum += ratio * ratio;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_time_before_a_breakpoint_is_just_below_it() {
        for b in [1.0f64, 1.5, 0.1, 1e-300, 1e300, -1.0, -0.7, 0.0] {
            let latest = Piece::before_breakpoint(-2e300, b).latest;
            let two_below = b.next_down().next_down();
            // Next to zero, the smallest normal number is near enough.
            let least = two_below.min(b - 2.0 * f64::MIN_POSITIVE);
            assert!(latest < b && latest >= least, "{b}: {latest}");
        }
        // A piece of one rounding still starts where it starts.
        let start = 1.0f64.next_down();
        assert_eq!(Piece::before_breakpoint(start, 1.0).latest, start);
    }

    #[test]
    fn the_norm_is_the_root_mean_square_in_units_of_the_tolerance() {
        let values: Vec<f64> = (0..19).map(f64::from).collect();
        let (x, y) = (vec![1.0; 19], vec![-3.0; 19]);
        let found = norm(&values, &x, &y, &[0.5; 19], 0.1);
        let exact = (values.iter().map(|v| v * v).sum::<f64>() / 19.0).sqrt() / (0.5 + 0.1 * 3.0);
        assert!((found - exact).abs() < 1e-14 * exact, "{found} {exact}");
    }

    #[test]
    fn a_state_that_is_not_finite_has_no_norm() {
        for y in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(norm(&[1.0], &[1.0], &[y], &[1.0], 1e-3).is_nan());
        }
    }

    #[test]
    fn large_values_in_single_precision_have_a_finite_norm() {
        assert!(norm(&[1e30f32], &[0.0], &[0.0], &[1e-6], 1e-3).is_finite());
    }
}
