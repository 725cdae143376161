//! Whether trials ended on the same cycle, up to the phase and possibly the sign.

use neuro_core::Trajectory;

use super::convergence::check_period;
use super::cycle::radius;
use super::interpolation::{Shift, minimise};
use super::recurrence::check_late;
use crate::Error;

/// Number of samples of a cycle that decide about the whole part of the phase; all of them decide
/// about the rest.
const COARSE: usize = 32;

/// Phases of up to this many steps are tried, or of one period where that is longer: the samples
/// of a map with few steps a turn fill its cycle over many turns, and the best of many phases needs
/// little interpolation.
const REACH: usize = 400;

/// What counts as the same cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct SameCycle {
    /// Largest distance anywhere on the cycle, relative to the larger of the two radii; above 0,
    /// default 0.05.
    pub tolerance: f64,
    /// Whether a cycle and its mirror image under `x -> -x` count as one; default false.
    pub up_to_sign: bool,
}

impl Default for SameCycle {
    fn default() -> Self {
        Self {
            tolerance: 0.05,
            up_to_sign: false,
        }
    }
}

/// How well two orbits `a` and `b` lie upon each other: `b(t + phase)` is near `sign a(t)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrbitMatch {
    /// 1, or -1 where `b` is nearer to the mirror image of `a`; of a cycle that is its own mirror
    /// image, either.
    pub sign: f64,
    /// The phase in steps, at least 0 and below the period.
    pub phase: f64,
    /// Mean distance over one period, relative to the larger radius.
    pub mean: f64,
    /// Largest distance over one period, relative to the larger radius.
    pub largest: f64,
}

/// The cycles among some trials.
#[derive(Clone, Debug, PartialEq)]
pub struct CycleGroups {
    /// For each trial, the number of its cycle: 0, 1, ... in order of appearance.
    pub labels: Vec<usize>,
    /// For each cycle, the first trial on it.
    pub representatives: Vec<usize>,
    /// For each trial, how it lies upon the representative of its cycle.
    pub matches: Vec<OrbitMatch>,
}

impl CycleGroups {
    /// Number of different cycles.
    #[must_use]
    pub fn count(&self) -> usize {
        self.representatives.len()
    }
}

/// Compares the last period of a trial of one trajectory with that of a trial of another, or of
/// the same, for a period of both in steps.
///
/// The phase minimises the mean distance: over whole steps first, of one period or up to 400 as far
/// as the trajectories go back, then between them with cubic interpolation. Times count from the
/// last step of each. With `up_to_sign` the mirror image is tried as well.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] when the period is below 1 or not finite or a trial does not
/// exist, [`neuro_core::Error::Shape`] when the numbers of units differ,
/// [`neuro_core::Error::Empty`] without trials, units or steps, [`Error::TooFewSamples`] for fewer
/// than `2 ceil(period) + 4` steps, [`neuro_core::Error::NonFinite`] for a state or a distance,
/// [`Error::NoVariance`] when both trials are at rest.
///
/// ```
/// use neuro_analysis::compare_orbits;
/// use neuro_core::Trajectory;
///
/// // The second trial is a quarter of a period ahead on the same circle.
/// let states = (0..80).flat_map(|t| {
///     let phase = f64::from(t) * std::f64::consts::TAU / 30.0;
///     [phase.cos(), phase.sin(), -phase.sin(), phase.cos()]
/// });
/// let states = Trajectory::from_vec(2, 2, 80, states.collect())?;
/// let found = compare_orbits((&states, 0), (&states, 1), 30.0, false)?;
/// assert!(found.largest < 1e-3 && (found.phase - 22.5).abs() < 1e-3);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn compare_orbits(
    (a, trial_a): (&Trajectory<f64>, usize),
    (b, trial_b): (&Trajectory<f64>, usize),
    period: f64,
    up_to_sign: bool,
) -> Result<OrbitMatch, Error> {
    for (states, trial) in [(a, trial_a), (b, trial_b)] {
        check_orbits(states, period)?;
        neuro_core::Error::check_range(
            "trial to compare",
            &format!("below {}", states.trials()),
            trial as f64,
            trial < states.trials(),
        )?;
    }
    neuro_core::Error::check_shape("state", (a.units(), 1), (b.units(), 1))?;
    let (a, b) = (
        Orbit::new(a, trial_a, period),
        Orbit::new(b, trial_b, period),
    );
    let plain = a.compare(&b, 1.0)?;
    if up_to_sign {
        let mirrored = a.compare(&b, -1.0)?;
        if mirrored.mean < plain.mean {
            return Ok(mirrored);
        }
    }
    Ok(plain)
}

/// Sorts the trials of a trajectory by the cycle that they ended on, for a common period in steps.
///
/// Each trial is compared with the first trial of every cycle so far, in order, and begins a new
/// one when it is on none of them; a trial on a cycle of another period does. For trials on
/// cycles, not at rest: see [`find_attractor`](crate::find_attractor).
///
/// # Errors
/// Those of [`compare_orbits`], and [`neuro_core::Error::OutOfRange`] when the tolerance is not
/// positive.
pub fn group_cycles(
    states: &Trajectory<f64>,
    period: f64,
    same: &SameCycle,
) -> Result<CycleGroups, Error> {
    neuro_core::Error::check_range(
        "tolerance",
        "a finite value above 0",
        same.tolerance,
        same.tolerance > 0.0 && same.tolerance.is_finite(),
    )?;
    check_orbits(states, period)?;
    let signs: &[f64] = if same.up_to_sign {
        &[1.0, -1.0]
    } else {
        &[1.0]
    };
    let mut groups = CycleGroups {
        labels: Vec::with_capacity(states.trials()),
        representatives: Vec::new(),
        matches: Vec::with_capacity(states.trials()),
    };
    for trial in 0..states.trials() {
        let orbit = Orbit::new(states, trial, period);
        let mut known = None;
        'cycles: for (label, &first) in groups.representatives.iter().enumerate() {
            let representative = Orbit::new(states, first, period);
            for &sign in signs {
                let found = representative.compare(&orbit, sign)?;
                if found.largest <= same.tolerance {
                    known = Some((label, found));
                    break 'cycles;
                }
            }
        }
        let (label, found) = match known {
            Some(known) => known,
            None => {
                groups.representatives.push(trial);
                let found = orbit.compare(&orbit, 1.0)?;
                (groups.representatives.len() - 1, found)
            }
        };
        groups.labels.push(label);
        groups.matches.push(found);
    }
    Ok(groups)
}

/// A trial that has at least `2 samples + 4` steps.
struct Orbit<'a> {
    states: &'a Trajectory<f64>,
    trial: usize,
    period: f64,
    /// Whole steps that cover a period.
    samples: usize,
    /// The step from which the period is compared.
    start: usize,
    /// Largest phase; that many steps, a period and two steps follow the start.
    reach: usize,
}

impl<'a> Orbit<'a> {
    fn new(states: &'a Trajectory<f64>, trial: usize, period: f64) -> Self {
        let samples = period.ceil() as usize;
        let reach = REACH.min(states.steps() - samples - 4).max(samples);
        Self {
            states,
            trial,
            period,
            samples,
            start: states.steps() - samples - reach - 3,
            reach,
        }
    }

    fn compare(&self, other: &Orbit<'_>, sign: f64) -> Result<OrbitMatch, Error> {
        let what = "comparison of two cycles";
        let size = self.radius().max(other.radius());
        if size == 0.0 {
            return Err(Error::NoVariance { what: what.into() });
        }
        // Two trajectories of different lengths start at different steps; both end at the end.
        let lead = self.reach as f64 - other.reach as f64;
        let stride = self.samples.div_ceil(COARSE);
        let coarse = |phase: &usize| self.mean(other, sign, *phase as f64, stride);
        let phase = (1..=other.reach)
            .min_by(|a, b| coarse(a).total_cmp(&coarse(b)))
            .expect("the reach is at least one step");
        let (phase, mean) = minimise(phase, |phase| self.mean(other, sign, phase, 1));
        let largest = self.distances(other, sign, phase, 1).fold(0.0, f64::max);
        neuro_core::Error::check_finite(what, &[mean, largest, size])?;
        Ok(OrbitMatch {
            sign,
            phase: (phase + lead).rem_euclid(self.period),
            mean: mean / size,
            largest: largest / size,
        })
    }

    fn mean(&self, other: &Orbit<'_>, sign: f64, phase: f64, stride: usize) -> f64 {
        let count = self.samples.div_ceil(stride);
        self.distances(other, sign, phase, stride).sum::<f64>() / count as f64
    }

    /// Distances between `sign` times this orbit and the other one `phase` later.
    fn distances(
        &self,
        other: &Orbit<'_>,
        sign: f64,
        phase: f64,
        stride: usize,
    ) -> impl Iterator<Item = f64> {
        let shift = Shift::new(phase);
        (0..self.samples).step_by(stride).map(move |k| {
            let state = self.states.state(self.start + k, self.trial);
            shift.distance((other.states, other.trial), other.start + k, state, sign)
        })
    }

    fn radius(&self) -> f64 {
        let period = self.states.steps() - self.samples;
        radius(
            self.states,
            period..self.states.steps(),
            self.trial..self.trial + 1,
        )
    }
}

fn check_orbits(states: &Trajectory<f64>, period: f64) -> Result<(), Error> {
    check_period(period)?;
    // As a number of steps a period beyond all trajectories saturates.
    let samples = period.ceil() as usize;
    check_late(states, samples.saturating_mul(2).saturating_add(4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    const PERIOD: f64 = 17.3;

    /// An oval off the origin (`offset` 1) or around it (0), with the given phases and signs.
    fn ovals(offset: f64, trials: &[(f64, f64)]) -> Trajectory<f64> {
        let mut states = Trajectory::zeros(3, trials.len(), 60);
        for step in 0..60 {
            for (trial, (phase, sign)) in trials.iter().enumerate() {
                let angle = TAU * (step as f64 + phase) / PERIOD;
                let state = [2.0 * angle.cos(), angle.sin(), 0.5 * angle.cos() + offset];
                let state = state.map(|x| sign * x);
                states.state_mut(step, trial).copy_from_slice(&state);
            }
        }
        states
    }

    #[test]
    fn one_cycle_at_several_phases_is_one_and_the_phase_is_recovered() {
        let states = ovals(1.0, &[(0.0, 1.0), (3.37, 1.0), (16.9, 1.0)]);
        let found = group_cycles(&states, PERIOD, &SameCycle::default()).expect("long enough");
        assert_eq!(found.labels, [0, 0, 0]);
        for (found, ahead) in found.matches.iter().zip([0.0, 3.37, 16.9]) {
            let phase = (found.phase + ahead) / PERIOD;
            assert!((phase - phase.round()).abs() < 1e-4, "{found:?}");
            // The error of the interpolation at 17 samples a period is 4e-4.
            assert!(found.largest < 1e-3 && found.mean <= found.largest);
        }
    }

    #[test]
    fn a_pair_of_mirror_images_is_two_cycles_or_one_up_to_sign() {
        let states = ovals(1.0, &[(0.0, 1.0), (5.2, -1.0), (2.0, 1.0), (9.9, -1.0)]);
        let mut same = SameCycle::default();
        let found = group_cycles(&states, PERIOD, &same).expect("long enough");
        assert_eq!(found.labels, [0, 1, 0, 1]);
        assert_eq!(
            (found.count(), &found.representatives[..]),
            (2, &[0, 1][..])
        );
        same.up_to_sign = true;
        let found = group_cycles(&states, PERIOD, &same).expect("long enough");
        assert_eq!(found.labels, [0; 4]);
        let signs: Vec<f64> = found.matches.iter().map(|m| m.sign).collect();
        assert_eq!(signs, [1.0, -1.0, 1.0, -1.0]);
    }

    #[test]
    fn the_mirror_image_of_a_self_symmetric_cycle_is_itself_half_a_period_later() {
        let states = ovals(0.0, &[(0.0, 1.0), (0.0, -1.0)]);
        let found = compare_orbits((&states, 0), (&states, 1), PERIOD, false);
        let found = found.expect("long enough");
        assert!(found.largest < 1e-3, "{found:?}");
        assert!((found.phase - PERIOD / 2.0).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn phases_between_runs_of_different_lengths_count_from_their_ends() {
        let long = ovals(1.0, &[(0.0, 1.0)]);
        let mut short = Trajectory::zeros(3, 1, 47);
        for step in 0..47 {
            // 13 steps fewer at the start: the same states at the same distance from the end.
            let state = long.state(step + 13, 0);
            short.state_mut(step, 0).copy_from_slice(state);
        }
        for (a, b) in [(&long, &short), (&short, &long)] {
            let found = compare_orbits((a, 0), (b, 0), PERIOD, false).expect("long enough");
            let phase = found.phase / PERIOD;
            assert!((phase - phase.round()).abs() < 1e-4, "{found:?}");
        }
    }

    #[test]
    fn cycles_of_another_size_are_others() {
        let mut states = ovals(0.0, &[(0.0, 1.0), (0.0, 1.2)]);
        let found = compare_orbits((&states, 0), (&states, 1), PERIOD, true);
        // 0.2 of the semi-axis 2, over a radius of sqrt((4 + 1 + 0.25) / 2) * 1.2.
        let expected = 0.2 * 4.25f64.sqrt() / (1.2 * 2.625f64.sqrt());
        let largest = found.expect("long enough").largest;
        assert!(
            (largest / expected - 1.0).abs() < 0.03,
            "{largest} {expected}"
        );
        for step in 0..60 {
            states.state_mut(step, 1).fill(1.0);
        }
        let groups = group_cycles(&states, PERIOD, &SameCycle::default());
        assert!(matches!(groups, Err(Error::NoVariance { .. })));
    }

    #[test]
    fn orbits_that_cannot_be_compared_are_refused_by_name() {
        let states = ovals(0.0, &[(0.0, 1.0)]);
        let other = Trajectory::zeros(2, 1, 60);
        assert!(compare_orbits((&states, 0), (&other, 0), PERIOD, false).is_err());
        assert!(compare_orbits((&states, 0), (&states, 1), PERIOD, false).is_err());
        let short = compare_orbits((&states, 0), (&states, 0), 28.1, false);
        assert!(matches!(
            short,
            Err(Error::TooFewSamples {
                needed: 62,
                found: 60,
                ..
            })
        ));
        assert!(compare_orbits((&states, 0), (&states, 0), 28.0, false).is_ok());
        for tolerance in [0.0, f64::NAN] {
            let same = SameCycle {
                tolerance,
                up_to_sign: false,
            };
            assert!(group_cycles(&states, PERIOD, &same).is_err());
        }
    }
}
