//! What a cycle looks like once its period is known.

use std::ops::Range;

use neuro_core::Trajectory;

use super::interpolation::distance;
use super::recurrence::Recurrence;

/// A limit cycle; distances and norms are Euclidean, in the unit of the state.
///
/// Averages are over all trials and over whole periods, as many as fit into the longest lag, at
/// the end of the trajectory.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitCycle {
    /// The period in steps, fractional.
    pub period: f64,
    /// The whole number of steps at which the recurrence curve has its minimum.
    pub integer_period: usize,
    /// Mean distance `|x(t0) - x(t0 + T)|` with the fractional period: what interpolation, noise
    /// and missing convergence leave of it.
    pub floor: f64,
    /// The same with the whole period, up to half the speed: what a criterion with whole lags
    /// cannot go below.
    pub integer_floor: f64,
    /// Maximum of the recurrence curve: the mean distance to the farthest part of the cycle.
    pub extent: f64,
    /// Root mean square distance from the mean of the cycle.
    pub radius: f64,
    /// Relative change of the radius a period; 0 on a cycle, negative while an oscillation dies.
    pub size_change: f64,
    /// Mean norm of the states.
    pub mean_norm: f64,
    /// Smallest and largest norm of a state.
    pub norm_range: (f64, f64),
    /// Mean distance of one step.
    pub mean_speed: f64,
    /// Mean distance `|x(t0 + T/2) + x(t0)|` relative to the radius.
    ///
    /// In a system that is odd under `x -> -x` it is near 0 on a cycle that is its own mirror
    /// image, and of the order of twice the distance from 0 over the radius on one of a pair of
    /// mirror images.
    pub antiphase: f64,
}

impl LimitCycle {
    /// Measures the cycle of a known period, at least 1 and below the longest lag of the curve.
    pub(super) fn measure(
        states: &Trajectory<f64>,
        curve: &Recurrence,
        integer_period: usize,
        period: f64,
    ) -> Self {
        let turns = ((curve.mean.len() - 1) as f64 / period).floor().max(1.0);
        let window = (turns * period).round() as usize;
        let end = states.steps();
        let trials = 0..states.trials();
        let before = radius(states, end - 2 * window..end - window, trials.clone());
        let radius = radius(states, end - window..end, trials.clone());
        let mut norm_range = (f64::INFINITY, 0f64);
        for step in end - window..end {
            for state in states.step(step).chunks_exact(states.units()) {
                let norm = norm(state);
                norm_range = (norm_range.0.min(norm), norm_range.1.max(norm));
            }
        }
        let units = states.units();
        let average = |of_step: &dyn Fn(usize) -> f64| {
            (end - window..end).map(of_step).sum::<f64>() / window as f64
        };
        let speed = |step: usize| {
            let moved = states.step(step).chunks_exact(units);
            let moved = moved.zip(states.step(step - 1).chunks_exact(units));
            moved.map(|(a, b)| distance(a, b)).sum::<f64>() / states.trials() as f64
        };
        Self {
            period,
            integer_period,
            floor: curve.refined(states, trials.clone(), period, 1.0),
            integer_floor: curve.mean[integer_period],
            extent: curve.mean.max(),
            radius,
            size_change: (radius / before).ln() / turns,
            mean_norm: average(&|step| mean_norm(units, states.step(step))),
            norm_range,
            mean_speed: average(&speed),
            antiphase: curve.refined(states, trials, 0.5 * period, -1.0) / radius,
        }
    }
}

/// Mean norm of states that stand one after another.
pub(super) fn mean_norm(units: usize, states: &[f64]) -> f64 {
    let states = states.chunks_exact(units);
    let count = states.len() as f64;
    states.map(norm).sum::<f64>() / count
}

fn norm(state: &[f64]) -> f64 {
    state.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Root mean square distance of the states of each trial from their mean over the steps.
pub(super) fn radius(states: &Trajectory<f64>, steps: Range<usize>, trials: Range<usize>) -> f64 {
    let units = states.units();
    let columns = trials.start * units..trials.end * units;
    let count = steps.len() as f64;
    // Measured from the last state: exactly 0 for a trial that does not move.
    let last = &states.step(steps.end - 1)[columns.clone()];
    let (mut sums, mut squares) = (vec![0.0; columns.len()], 0.0);
    for step in steps {
        let state = &states.step(step)[columns.clone()];
        for (sum, (x, last)) in sums.iter_mut().zip(state.iter().zip(last)) {
            *sum += x - last;
            squares += (x - last).powi(2);
        }
    }
    let mean_square = sums.iter().map(|sum| (sum / count).powi(2)).sum::<f64>();
    ((squares / count - mean_square).max(0.0) / trials.len() as f64).sqrt()
}
