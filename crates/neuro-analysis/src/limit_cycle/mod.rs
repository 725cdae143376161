//! Limit cycles of sampled dynamics: their period, their symmetry, how fast they are reached.
//!
//! A trajectory gives a state `x(t)` at every step `t`. How far the state is from where it was
//! `lag` steps before is its recurrence curve ([`recurrence_curve`]),
//!
//! ```equation
//! R(lag) = mean |x(t0) - x(t0 + lag)|    over trials and reference steps t0 late in the run
//! ```
//!
//! with the Euclidean norm over units, not divided by their number. On a cycle of period `T` the
//! curve rises, and is 0 again at `T` and its multiples. [`find_attractor`] takes the *first* deep
//! minimum after the curve has passed half of its maximum: the deepest one of all may be a
//! multiple, and a slow state is near itself after one step. Sampled at whole steps, the curve
//! keeps a floor of up to half the speed at the period, because the states of a map `x(t+1) =
//! F(x(t))` with an oscillation fill an invariant circle without ever coming back exactly. The
//! period is therefore fractional: `T` minimises the mean distance between `x(t0)` and
//! `x(t0 + T)`, interpolated by a cubic through four samples.
//!
//! [`convergence_times`] says when each trial has reached its cycle, [`group_cycles`] which trials
//! ended on the same one.
//!
//! With few steps a turn, interpolation leaves more than the tolerance; the period is then found
//! from a later return that needs less of it.
//!
//! What this does not do: it finds no cycle that is unstable; where a turn takes fewer than about
//! four steps, it finds the number of steps after which the samples return, which may be several
//! turns; and it does not tell quasi-periodic from chaotic motion
//! or from a period beyond the lags: all are [`Unresolved`]. A torus whose frequencies nearly agree
//! with a fraction does close within any tolerance after some turns; the tolerance and the longest
//! lag decide. Oscillations that shrink by less than the tolerance a turn look like cycles:
//! [`LimitCycle::size_change`] shows them.
//!
//! Source of the convergence criterion: Ichikawa & Kaneko 2021, Phys. Rev. Research 3, 033193,
//! section III B.

mod comparison;
mod convergence;
mod cycle;
mod interpolation;
mod recurrence;

pub use comparison::{CycleGroups, OrbitMatch, SameCycle, compare_orbits, group_cycles};
pub use convergence::{ConvergenceCriterion, ConvergenceTimes, MeanConvergence, convergence_times};
pub use cycle::LimitCycle;
pub use recurrence::{Recurrence, recurrence_curve};

use std::ops::Range;

use neuro_core::Trajectory;

use crate::Error;

/// The recurrence curve has left the start where it passes this share of its maximum. On a cycle
/// the maximum is reached before the first return, so that no period is passed over.
const LEFT: f64 = 0.5;

/// How an attractor is looked for.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleSearch {
    /// Longest lag, in steps; at least 1, default 300. Periods up to one step less are found, and
    /// the last `2 max_lag + 3` steps of the trajectory are used, which must have converged.
    pub max_lag: usize,
    /// Number of reference steps; 1 to `max_lag`, default 8.
    pub references: usize,
    /// A trajectory that stays within this distance of itself, in the unit of the state, is at
    /// rest; at least 0, default 1e-6.
    pub rest: f64,
    /// A minimum is a possible period when it is at most this share of the maximum, apart from
    /// half a step of motion; above 0 and below 0.5, default 0.1.
    pub depth: f64,
    /// A possible period is one when the interpolated distance is at most this share of the
    /// maximum; above 0 and at most `depth`, default 0.02.
    pub closure: f64,
}

impl Default for CycleSearch {
    fn default() -> Self {
        Self {
            max_lag: 300,
            references: 8,
            rest: 1e-6,
            depth: 0.1,
            closure: 0.02,
        }
    }
}

impl CycleSearch {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] with the name of the field.
    pub fn validate(&self) -> Result<(), neuro_core::Error> {
        recurrence::check_lags(self.max_lag, self.references)?;
        let check = neuro_core::Error::check_range;
        let holds = self.rest >= 0.0 && self.rest.is_finite();
        check("rest", "a finite value, at least 0", self.rest, holds)?;
        let holds = self.depth > 0.0 && self.depth < 0.5;
        check("depth", "above 0 and below 0.5", self.depth, holds)?;
        let holds = self.closure > 0.0 && self.closure <= self.depth;
        check("closure", "above 0 and at most depth", self.closure, holds)
    }
}

/// Where the trials of a trajectory have ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Attractor {
    /// Every trial is at rest, not necessarily all at the same state.
    FixedPoint {
        /// Largest distance of a trial from itself over the lags, averaged over reference steps.
        movement: f64,
        /// Mean norm of the last states.
        mean_norm: f64,
    },
    /// Every trial returns after one period, not necessarily all on the same cycle.
    Cycle(LimitCycle),
    /// Neither was found; the reason says why.
    Unresolved(Unresolved),
}

impl Attractor {
    /// The cycle, if it is one.
    #[must_use]
    pub fn cycle(&self) -> Option<&LimitCycle> {
        match self {
            Self::Cycle(cycle) => Some(cycle),
            _ => None,
        }
    }
}

/// Why no attractor was found. Distances are shares of the maximum of the recurrence curve.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Unresolved {
    /// The states do not come nearer again within the lags: a drift, or a period longer than the
    /// lags.
    NoReturn,
    /// The states come back, but not near: chaotic or quasi-periodic motion, noise, a transient,
    /// or a period longer than the lags.
    Shallow {
        /// Lag of the deepest minimum, in steps.
        lag: usize,
        /// Mean distance of the states there, in their unit.
        distance: f64,
    },
    /// The states come near, but not close enough with the period refined: as for a shallow
    /// return, or too few samples a period for the interpolation.
    NotClosed {
        /// The lag of the closest return, refined, in steps.
        lag: f64,
        /// Mean distance of the states there, in their unit.
        distance: f64,
    },
    /// The trials together have a period, and this trial is at rest or has another, possibly a
    /// fraction of it.
    TrialsDiffer {
        /// Index of the first such trial.
        trial: usize,
    },
}

/// The attractor on which all trials of a trajectory have ended, judged from its last
/// `2 max_lag + 3` steps.
///
/// The period is common to all trials: give one trial at a time when they may differ.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] from [`CycleSearch::validate`],
/// [`neuro_core::Error::Empty`] without trials, units or steps, [`Error::TooFewSamples`] for fewer
/// than `2 max_lag + 3` steps, [`neuro_core::Error::NonFinite`] for a state or a distance.
///
/// ```
/// use neuro_analysis::{CycleSearch, find_attractor};
/// use neuro_core::Trajectory;
///
/// // One trial of two units that turn by 0.3 a step: a period of 20.94 steps.
/// let phases = (0..103).map(|t| 0.3 * f64::from(t));
/// let states = phases.flat_map(|phase| [phase.cos(), phase.sin()]).collect();
/// let states = Trajectory::from_vec(2, 1, 103, states)?;
/// let search = CycleSearch { max_lag: 50, ..CycleSearch::default() };
/// let found = find_attractor(&states, &search)?;
/// let cycle = found.cycle().expect("it turns");
/// assert!((cycle.period - std::f64::consts::TAU / 0.3).abs() < 1e-3);
/// // Half a period later the state is the opposite one.
/// assert!(cycle.antiphase < 1e-3);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn find_attractor(states: &Trajectory<f64>, search: &CycleSearch) -> Result<Attractor, Error> {
    search.validate()?;
    let curve = recurrence_curve(states, search.max_lag, search.references)?;
    let extents: Vec<f64> = curve.of_trials.column_iter().map(|c| c.max()).collect();
    let moving = |extent: &f64| *extent > search.rest;
    if !extents.iter().any(moving) {
        return Ok(Attractor::FixedPoint {
            movement: extents.iter().copied().fold(0.0, f64::max),
            mean_norm: cycle::mean_norm(states.units(), states.last()),
        });
    }
    let all = period(states, &curve, 0..states.trials(), search);
    let (integer_period, period_of_all) = match all {
        Ok(found) => found,
        Err(reason) => return Ok(Attractor::Unresolved(reason)),
    };
    let differs = |&trial: &usize| {
        let lag = match period(states, &curve, trial..trial + 1, search) {
            Ok((_, lag)) | Err(Unresolved::NotClosed { lag, .. }) => lag,
            Err(_) => return true,
        };
        // A trial that closes a little less than the mean agrees all the same.
        !moving(&extents[trial]) || (lag - period_of_all).abs() > 0.5
    };
    Ok(match (0..states.trials()).find(differs) {
        Some(trial) => Attractor::Unresolved(Unresolved::TrialsDiffer { trial }),
        None => Attractor::Cycle(LimitCycle::measure(
            states,
            &curve,
            integer_period,
            period_of_all,
        )),
    })
}

/// The period of some trials together: the first minimum of their curve, after it has left 0, at
/// which they close. The whole lag and the refined one.
fn period(
    states: &Trajectory<f64>,
    curve: &Recurrence,
    trials: Range<usize>,
    search: &CycleSearch,
) -> Result<(usize, f64), Unresolved> {
    let r = curve.of_trials.columns(trials.start, trials.len());
    let r = r.column_mean();
    let maximum = r.max();
    let left = r.iter().position(|&r| r > LEFT * maximum);
    let first = left.map_or(r.len(), |lag| lag + 1);
    let minima: Vec<usize> = (first..r.len().saturating_sub(1))
        .filter(|&lag| r[lag] <= r[lag - 1] && r[lag] <= r[lag + 1])
        .collect();
    let deepest = minima
        .iter()
        .copied()
        .min_by(|&a, &b| r[a].total_cmp(&r[b]));
    let Some(deepest) = deepest else {
        return Err(Unresolved::NoReturn);
    };
    let near = search.depth * maximum + 0.5 * r[1];
    let distance = |lag| curve.refined(states, trials.clone(), lag, 1.0) / maximum;
    // Whether the interpolation may be all that keeps the trials from closing.
    let may_close = |lag| {
        let uncertainty = curve.uncertainty(states, trials.clone(), lag) / maximum;
        distance(lag) <= search.closure + uncertainty
    };
    // Near returns that are not close enough: whole lag, refined lag, distance.
    let mut open: Vec<(usize, f64, f64)> = Vec::new();
    for &lag in minima.iter().filter(|&&lag| r[lag] <= near) {
        let (refined, least) = interpolation::minimise(lag, distance);
        if least > search.closure {
            if least <= search.depth {
                open.push((lag, refined, least));
            }
            continue;
        }
        // With few samples a turn, interpolation may miss the period and close only at a multiple
        // that is nearly whole. The period is then the fraction of it all of whose multiples may
        // close; those that are nearly whole themselves are a sharp test.
        let fraction = open.iter().find_map(|&(lag, early, _)| {
            let turns = (refined / early).round() as usize;
            let period = refined / turns as f64;
            let closes = turns > 1 && (1..turns).all(|k| may_close(k as f64 * period));
            closes.then_some((lag, period))
        });
        return Ok(fraction.unwrap_or((lag, refined)));
    }
    let closest = open.into_iter().min_by(|a, b| a.2.total_cmp(&b.2));
    Err(match closest {
        Some((_, lag, distance)) => Unresolved::NotClosed { lag, distance },
        None => Unresolved::Shallow {
            lag: deepest,
            distance: r[deepest] / maximum,
        },
    })
}

#[cfg(test)]
mod tests;
