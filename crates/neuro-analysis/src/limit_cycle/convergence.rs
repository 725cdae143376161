//! When trials have reached their cycle.

use nalgebra::DMatrix;
use neuro_core::Trajectory;

use super::interpolation::Shift;
use super::recurrence::check_late;
use crate::Error;

/// When a trial counts as converged.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvergenceCriterion {
    /// First step that is looked at, such as the end of a stimulus; default 0.
    pub start: usize,
    /// A trial has converged where `|x(t) - x(t + T)|` is at most this, in the unit of the state
    /// (a Euclidean norm over units); at least 0, default 0.05.
    pub threshold: f64,
    /// Where the mean over trials never reaches the threshold, it has converged where it is below
    /// this factor times its minimum; above 1, default 1.05.
    pub near_floor: f64,
}

impl Default for ConvergenceCriterion {
    fn default() -> Self {
        Self {
            start: 0,
            threshold: 0.05,
            near_floor: 1.05,
        }
    }
}

impl ConvergenceCriterion {
    /// Checks every field but the start, which depends on the trajectory.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] with the name of the field.
    pub fn validate(&self) -> Result<(), neuro_core::Error> {
        let check = neuro_core::Error::check_range;
        let holds = self.threshold >= 0.0 && self.threshold.is_finite();
        check(
            "threshold",
            "a finite value, at least 0",
            self.threshold,
            holds,
        )?;
        let holds = self.near_floor > 1.0 && self.near_floor.is_finite();
        check(
            "near_floor",
            "a finite value above 1",
            self.near_floor,
            holds,
        )
    }
}

/// How far trials are from repeating themselves, and when they do. Steps count from the start of
/// the trajectory.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvergenceTimes {
    /// `l(t) = |x(t) - x(t + T)|`, `trials x times`; the first time is the start.
    pub distance: DMatrix<f64>,
    /// First step at which each trial is within the threshold, if any.
    pub trials: Vec<Option<usize>>,
    /// Least distance of each trial: no threshold below it can be reached.
    pub floors: Vec<f64>,
    /// First step at which the mean over trials has converged, and by which rule.
    pub mean: MeanConvergence,
    /// Least mean over trials.
    pub mean_floor: f64,
}

/// First step at which the mean distance over trials has converged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeanConvergence {
    /// The mean is at most the threshold.
    BelowThreshold(usize),
    /// The mean never reaches the threshold; it is below the factor times its minimum.
    NearFloor(usize),
}

impl MeanConvergence {
    /// The convergence of mean distances, of which the first is at the criterion's start, and the
    /// least of them; for trials that come in parts, whose distances are averaged first. `None`
    /// without a distance, or when one is not finite or negative.
    #[must_use]
    pub fn of(means: &[f64], criterion: &ConvergenceCriterion) -> Option<(Self, f64)> {
        let valid = means.iter().all(|m| *m >= 0.0 && m.is_finite());
        if means.is_empty() || !valid {
            return None;
        }
        let floor = means.iter().copied().fold(f64::INFINITY, f64::min);
        let first = |holds: &dyn Fn(f64) -> bool| {
            let at = means.iter().position(|&m| holds(m));
            at.map(|at| criterion.start + at)
        };
        let below = first(&|m| m <= criterion.threshold).map(Self::BelowThreshold);
        // The floor itself is below its bound, unless it is 0 and so within any threshold.
        let found = below.or_else(|| {
            let bound = criterion.near_floor * floor;
            first(&|m| m < bound).map(Self::NearFloor)
        });
        found.map(|found| (found, floor))
    }

    /// The step, by whichever rule.
    #[must_use]
    pub fn step(self) -> usize {
        match self {
            Self::BelowThreshold(step) | Self::NearFloor(step) => step,
        }
    }
}

/// The distance `l(t) = |x(t) - x(t + T)|` of each trial for the period `T >= 1` in steps, and the
/// first step at which it is small.
///
/// `l` falls below the threshold on a cycle of period `T` and at a fixed point, but also while a
/// state passes slowly by an unstable one: the first step is not yet proof that it stays. The
/// last `T` steps and two for the interpolation have no `l`.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] from [`ConvergenceCriterion::validate`] and when the period is
/// below 1 or not finite, [`neuro_core::Error::Empty`] without trials, units or steps,
/// [`Error::TooFewSamples`] when fewer than the period and two steps follow the start,
/// [`neuro_core::Error::NonFinite`] for a state or a distance.
///
/// ```
/// use neuro_analysis::{ConvergenceCriterion, convergence_times};
/// use neuro_core::Trajectory;
///
/// // A circle reached from inside, |x| = 1 - 0.9^t, period 20: |x(t) - x(t + 20)| is
/// // 0.9^t (1 - 0.9^20), below 0.05 from step 28 on.
/// let states = (0..200).flat_map(|t| {
///     let (radius, phase) = (1.0 - 0.9f64.powi(t), f64::from(t) * std::f64::consts::TAU / 20.0);
///     [radius * phase.cos(), radius * phase.sin()]
/// });
/// let states = Trajectory::from_vec(2, 1, 200, states.collect())?;
/// let found = convergence_times(&states, 20.0, &ConvergenceCriterion::default())?;
/// assert_eq!(found.trials, [Some(28)]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn convergence_times(
    states: &Trajectory<f64>,
    period: f64,
    criterion: &ConvergenceCriterion,
) -> Result<ConvergenceTimes, Error> {
    criterion.validate()?;
    check_period(period)?;
    // As a number of steps a period beyond all trajectories saturates.
    let margin = (period.floor() as usize).saturating_add(2);
    let start = criterion.start;
    check_late(states, start.saturating_add(margin).saturating_add(1))?;
    let times = states.steps() - margin - start;
    let shift = Shift::new(period);
    // The interpolation reads the step before the whole part of the shift: at least this one.
    let distance = DMatrix::from_fn(states.trials(), times, |trial, time| {
        let step = start + time;
        shift.distance((states, trial), step, states.state(step, trial), 1.0)
    });
    neuro_core::Error::check_finite("distances after a period", distance.as_slice())?;
    let means: Vec<f64> = distance.column_iter().map(|c| c.mean()).collect();
    // There is a time, and no distance is NaN: the mean is missing only when it overflows.
    let Some((mean, mean_floor)) = MeanConvergence::of(&means, criterion) else {
        let what = "mean distances after a period";
        neuro_core::Error::check_finite(what, &means)?;
        return Err(neuro_core::Error::Empty { what: what.into() }.into());
    };
    Ok(ConvergenceTimes {
        trials: distance
            .row_iter()
            .map(|l| l.iter().position(|&l| l <= criterion.threshold))
            .map(|at| at.map(|at| start + at))
            .collect(),
        floors: distance.row_iter().map(|l| l.min()).collect(),
        distance,
        mean,
        mean_floor,
    })
}

/// Checks that a period is a number of steps.
pub(super) fn check_period(period: f64) -> Result<(), neuro_core::Error> {
    let holds = period >= 1.0 && period.is_finite();
    neuro_core::Error::check_range(
        "period",
        "a finite number of steps, at least 1",
        period,
        holds,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Trials that approach a circle of period 12.5 by a factor `rate` a step.
    fn approaching(rates: &[f64], steps: usize) -> Trajectory<f64> {
        let mut states = Trajectory::zeros(2, rates.len(), steps);
        for step in 0..steps {
            for (trial, rate) in rates.iter().enumerate() {
                let radius = 1.0 + 2.0 * rate.powi(step as i32);
                let phase = step as f64 * std::f64::consts::TAU / 12.5;
                states
                    .state_mut(step, trial)
                    .copy_from_slice(&[radius * phase.cos(), radius * phase.sin()]);
            }
        }
        states
    }

    #[test]
    fn faster_trials_converge_earlier_and_their_mean_between() {
        let states = approaching(&[0.8, 0.95], 300);
        let found = convergence_times(&states, 12.5, &ConvergenceCriterion::default());
        let found = found.expect("long enough");
        // 2 rate^t (1 - rate^12.5) is 0.05 at 16.3 and at 57.3; the cubic between samples is off
        // by up to 0.1 % of a radius that itself is near 1.
        let [Some(fast), Some(slow)] = found.trials[..] else {
            panic!("{:?}", found.trials);
        };
        assert!((16..=18).contains(&fast), "{fast}");
        assert!((57..=59).contains(&slow), "{slow}");
        let MeanConvergence::BelowThreshold(mean) = found.mean else {
            panic!("{:?}", found.mean);
        };
        assert!(fast < mean && mean < slow);
        assert!(found.floors.iter().all(|&floor| floor <= 0.05));
    }

    #[test]
    fn a_start_after_convergence_is_the_convergence_time() {
        let states = approaching(&[0.8, 0.95], 300);
        let criterion = ConvergenceCriterion {
            start: 100,
            ..ConvergenceCriterion::default()
        };
        let found = convergence_times(&states, 12.5, &criterion).expect("long enough");
        assert_eq!(found.trials, [Some(100); 2]);
        assert_eq!(found.mean, MeanConvergence::BelowThreshold(100));
        assert_eq!(found.distance.shape(), (2, 300 - 14 - 100));
    }

    #[test]
    fn with_a_whole_period_the_floor_stays_above_the_threshold_and_is_flagged() {
        let states = approaching(&[0.8, 0.9], 300);
        let criterion = ConvergenceCriterion::default();
        let found = convergence_times(&states, 12.0, &criterion).expect("long enough");
        // Half a step of motion, 2 sin(pi / 25), remains.
        let floor = 2.0 * (std::f64::consts::PI / 25.0).sin();
        assert!(
            (found.mean_floor - floor).abs() < 1e-9,
            "{}",
            found.mean_floor
        );
        assert_eq!(found.trials, [None; 2]);
        let MeanConvergence::NearFloor(step) = found.mean else {
            panic!("{:?}", found.mean);
        };
        let mean = |step: usize| found.distance.column(step).mean();
        assert!(mean(step) < 1.05 * floor && mean(step - 1) >= 1.05 * floor);
        assert_eq!(found.mean.step(), step);
    }

    #[test]
    fn short_runs_and_bad_periods_are_refused_by_name() {
        let states = approaching(&[0.5], 15);
        let criterion = ConvergenceCriterion::default();
        assert!(convergence_times(&states, 12.5, &criterion).is_ok());
        for (period, start) in [(13.0, 0), (12.5, 1), (12.5, usize::MAX), (1e30, 0)] {
            let criterion = ConvergenceCriterion {
                start,
                ..ConvergenceCriterion::default()
            };
            let found = convergence_times(&states, period, &criterion);
            assert!(
                matches!(found, Err(Error::TooFewSamples { .. })),
                "{period}"
            );
        }
        for period in [0.5, 0.0, -3.0, f64::NAN, f64::INFINITY] {
            assert!(convergence_times(&states, period, &criterion).is_err());
        }
        for (threshold, near_floor) in [(-0.1, 1.05), (f64::NAN, 1.05), (0.05, 1.0)] {
            let criterion = ConvergenceCriterion {
                start: 0,
                threshold,
                near_floor,
            };
            assert!(convergence_times(&states, 12.5, &criterion).is_err());
        }
    }
}
