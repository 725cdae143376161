//! How far the state is, on average, from where it was a number of steps before.

use std::ops::Range;

use nalgebra::{DMatrix, DVector};
use neuro_core::Trajectory;

use super::interpolation::{Shift, distance};
use crate::Error;

/// A recurrence curve `R(lag)`, for lags 0 to `max_lag` in steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    /// `R(lag)`, the mean over trials and reference steps; `max_lag + 1` values, the first 0.
    pub mean: DVector<f64>,
    /// The same for each trial alone, `(max_lag + 1) x trials`.
    pub of_trials: DMatrix<f64>,
    /// The reference steps `t0`, all among the last `2 max_lag + 3` steps.
    pub references: Vec<usize>,
}

/// The recurrence curve `R(lag) = mean |x(t0) - x(t0 + lag)|` late in a run, over all trials and
/// `references` steps `t0`.
///
/// The reference steps lie in the `max_lag` steps up to the latest one that leaves `max_lag` steps
/// and two for interpolation after it, spread by the golden ratio so that no period keeps them at
/// one phase.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] when `max_lag` is 0 or `references` is not 1 to
/// `max_lag`, [`neuro_core::Error::Empty`] without trials or units, [`Error::TooFewSamples`] for fewer than
/// `2 max_lag + 3` steps, [`neuro_core::Error::NonFinite`] for a state or a distance.
///
/// ```
/// use neuro_analysis::recurrence_curve;
/// use neuro_core::Trajectory;
///
/// // A unit that alternates between 1 and -1 is back after every second step.
/// let states = (0..30).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
/// let curve = recurrence_curve(&Trajectory::from_vec(1, 1, 30, states)?, 4, 3)?;
/// assert_eq!(curve.mean.as_slice(), [0.0, 2.0, 0.0, 2.0, 0.0]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn recurrence_curve(
    states: &Trajectory<f64>,
    max_lag: usize,
    references: usize,
) -> Result<Recurrence, Error> {
    check_lags(max_lag, references)?;
    check_late(states, max_lag.saturating_mul(2).saturating_add(3))?;
    let latest = states.steps() - 3 - max_lag;
    let references: Vec<usize> = (0..references)
        .map(|i| latest - ((i as f64 * 0.618_033_988_749_895).fract() * max_lag as f64) as usize)
        .collect();
    let trials = states.trials();
    let mut of_trials = DMatrix::zeros(max_lag + 1, trials);
    for (trial, mut curve) in of_trials.column_iter_mut().enumerate() {
        for &t0 in &references {
            let state = states.state(t0, trial);
            for (lag, sum) in curve.iter_mut().enumerate() {
                *sum += distance(state, states.state(t0 + lag, trial));
            }
        }
        curve /= references.len() as f64;
    }
    neuro_core::Error::check_finite("distances of a recurrence curve", of_trials.as_slice())?;
    Ok(Recurrence {
        mean: of_trials.column_mean(),
        of_trials,
        references,
    })
}

impl Recurrence {
    /// Mean distance of `sign` times some trials after a lag that need not be whole, at most
    /// `max_lag`.
    pub(super) fn refined(
        &self,
        states: &Trajectory<f64>,
        trials: Range<usize>,
        lag: f64,
        sign: f64,
    ) -> f64 {
        let shift = Shift::new(lag);
        self.average(trials, |t0, trial| {
            shift.distance((states, trial), t0, states.state(t0, trial), sign)
        })
    }

    /// What the interpolation at a lag may be wrong by: twice its leading term, with the fourth
    /// difference of the samples for the fourth derivative. For harmonics of three samples a turn
    /// and more, twice the term is above the whole error.
    pub(super) fn uncertainty(
        &self,
        states: &Trajectory<f64>,
        trials: Range<usize>,
        lag: f64,
    ) -> f64 {
        let f = lag.fract();
        let size = (1.0 + f) * f * (1.0 - f) * (2.0 - f) / 24.0;
        let fourth_difference = self.average(trials, |t0, trial| {
            let x = |k: usize| states.state(t0 + k, trial);
            let squares = (0..states.units()).map(|i| {
                let outer = x(0)[i] + x(4)[i] - 4.0 * (x(1)[i] + x(3)[i]);
                (outer + 6.0 * x(2)[i]).powi(2)
            });
            squares.sum::<f64>().sqrt()
        });
        2.0 * size * fourth_difference
    }

    fn average(&self, trials: Range<usize>, of: impl Fn(usize, usize) -> f64) -> f64 {
        let count = (trials.len() * self.references.len()) as f64;
        let of_trial = |trial| self.references.iter().map(move |&t0| (t0, trial));
        let sum: f64 = trials
            .flat_map(of_trial)
            .map(|(t0, trial)| of(t0, trial))
            .sum();
        sum / count
    }
}

/// Checks the longest lag and the number of reference steps.
pub(super) fn check_lags(max_lag: usize, references: usize) -> Result<(), neuro_core::Error> {
    let what = "longest lag of a recurrence curve";
    neuro_core::Error::check_range(what, "at least 1", max_lag as f64, max_lag > 0)?;
    neuro_core::Error::check_range(
        "reference steps of a recurrence curve",
        "1 to the longest lag",
        references as f64,
        (1..=max_lag).contains(&references),
    )
}

/// Checks that there are units, trials and at least `needed` steps, all finite.
pub(super) fn check_late(states: &Trajectory<f64>, needed: usize) -> Result<(), Error> {
    for (what, count) in [
        ("units of a trajectory", states.units()),
        ("trials of a trajectory", states.trials()),
        ("steps of a trajectory", states.steps()),
    ] {
        if count == 0 {
            return Err(neuro_core::Error::Empty { what: what.into() }.into());
        }
    }
    if states.steps() < needed {
        return Err(Error::TooFewSamples {
            what: "steps of a trajectory that may be a cycle".into(),
            needed,
            found: states.steps(),
        });
    }
    neuro_core::Error::check_finite("states of a trajectory", states.as_slice())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_a_circle_the_curve_is_the_chord() {
        let phase = |t: usize| 0.21 * t as f64;
        let data = (0..200).flat_map(|t| [3.0 * phase(t).cos(), 3.0 * phase(t).sin()]);
        let states = Trajectory::from_vec(2, 1, 200, data.collect()).expect("400 values");
        let curve = recurrence_curve(&states, 60, 5).expect("long enough");
        for (lag, found) in curve.mean.iter().enumerate() {
            let chord = 6.0 * (phase(lag) / 2.0).sin().abs();
            assert!((found - chord).abs() < 1e-12, "{lag}: {found} {chord}");
        }
        assert!(
            curve
                .references
                .iter()
                .all(|&t| t + 62 < 200 && t + 123 >= 200)
        );
    }

    #[test]
    fn a_run_shorter_than_twice_the_lags_is_refused_by_name() {
        let found = recurrence_curve(&Trajectory::zeros(2, 3, 22), 10, 1);
        let expected = (23, 22);
        assert!(matches!(
            found,
            Err(Error::TooFewSamples { needed, found, .. }) if (needed, found) == expected
        ));
        assert!(recurrence_curve(&Trajectory::zeros(2, 3, 23), 10, 1).is_ok());
        assert!(recurrence_curve(&Trajectory::zeros(2, 3, 23), usize::MAX, 1).is_err());
    }

    #[test]
    fn empty_and_unbounded_states_are_refused_by_name() {
        for (units, trials, steps) in [(0, 1, 50), (1, 0, 50), (1, 1, 0)] {
            let found = recurrence_curve(&Trajectory::zeros(units, trials, steps), 10, 1);
            assert!(matches!(
                found,
                Err(Error::Core(neuro_core::Error::Empty { .. }))
            ));
        }
        let mut states = Trajectory::zeros(1, 1, 50);
        for bad in [f64::NAN, f64::INFINITY, 1e300] {
            // The square of the last is beyond the numbers, though it is a number itself.
            states.state_mut(46, 0)[0] = bad;
            let found = recurrence_curve(&states, 10, 8);
            assert!(matches!(
                found,
                Err(Error::Core(neuro_core::Error::NonFinite { .. }))
            ));
        }
        assert!(recurrence_curve(&Trajectory::zeros(1, 1, 50), 0, 1).is_err());
        for references in [0, 11, usize::MAX] {
            assert!(recurrence_curve(&Trajectory::zeros(1, 1, 50), 10, references).is_err());
        }
    }
}
