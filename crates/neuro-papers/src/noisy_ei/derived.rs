//! Numbers of one network that figures and claims share.
//!
//! What depends on the first stimulus is the mean over both of its signs. Every number is a NaN where
//! it does not exist (no inhibitory units, no dominant units, no steady states), so that a rule does
//! not hold for it.

use super::measured::{Found, LEADING, Perturbed, Population, Slowed, Steady, mean};

/// Mean time constant of a population (ms).
pub(super) fn time_constant(found: &Found, population: Population) -> f64 {
    let mean = found.units.mean_time_constant(population);
    mean.unwrap_or(f64::NAN)
}

/// A number of dominant units and of all others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Contrast {
    pub(super) dominant: f64,
    pub(super) others: f64,
}

impl Contrast {
    pub(super) fn difference(self) -> f64 {
        self.dominant - self.others
    }
}

/// The mean of a number of each unit (given its steady state) over dominant units and over the others.
fn contrast<'a>(
    found: &'a Found,
    threshold: f64,
    values: impl Fn(&'a Steady) -> &'a [f64],
) -> Contrast {
    let of = |dominant: bool| {
        over_states(found, |steady| {
            let units = steady.amplitudes.iter().zip(values(steady));
            let units = units.filter(|(amplitude, _)| (**amplitude > threshold) == dominant);
            mean(units.map(|(_, value)| *value))
        })
    };
    Contrast {
        dominant: of(true),
        others: of(false),
    }
}

/// The mean over the steady states; NaN when one has no value.
fn over_states<'a>(found: &'a Found, value: impl Fn(&'a Steady) -> Option<f64>) -> f64 {
    let values = found.steady.iter().map(value);
    let values: Option<Vec<f64>> = values.collect();
    values.and_then(mean).unwrap_or(f64::NAN)
}

/// Time constants of dominant and other units.
pub(super) fn dominant_time_constants(found: &Found, threshold: f64) -> Contrast {
    contrast(found, threshold, |_| &found.units.time_constants)
}

/// Mean rates of dominant and other units in the delay.
pub(super) fn dominant_rates(found: &Found, threshold: f64) -> Contrast {
    contrast(found, threshold, |steady| &steady.rates)
}

/// Share of the units that are dominant.
pub(super) fn dominant_share(found: &Found, threshold: f64) -> f64 {
    over_states(found, |steady| {
        let dominant = steady
            .amplitudes
            .iter()
            .map(|a| f64::from(u8::from(*a > threshold)));
        mean(dominant)
    })
}

/// Share of the dominant units that inhibit.
pub(super) fn dominant_inhibitory(found: &Found, threshold: f64) -> f64 {
    over_states(found, |steady| {
        let units = steady.amplitudes.iter().zip(&found.units.inhibitory);
        let dominant = units.filter(|(amplitude, _)| **amplitude > threshold);
        mean(dominant.map(|(_, inhibitory)| f64::from(u8::from(*inhibitory))))
    })
}

/// Largest real part of all eigenvalues of both states (1/s); below 0 where both are stable.
pub(super) fn abscissa(found: &Found) -> f64 {
    let largest = |steady: &Steady| steady.modes.iter().map(|m| m[0]).reduce(f64::max);
    let of_states: Option<Vec<f64>> = found.steady.iter().map(largest).collect();
    let of_states = of_states.into_iter().flatten();
    of_states.reduce(f64::max).unwrap_or(f64::NAN)
}

/// Mean real part of the first modes (1/s).
pub(super) fn leading_real(found: &Found) -> f64 {
    over_states(found, |steady| {
        mean(steady.modes.iter().take(LEADING).map(|m| m[0]))
    })
}

/// Mean real part of the modes that turn (1/s).
pub(super) fn turning_real(found: &Found) -> f64 {
    over_states(found, |steady| mean(turning(steady).map(|m| m[0])))
}

/// Mean decimal logarithm of the inverse participation ratio of the modes that turn.
pub(super) fn turning_participation(found: &Found) -> f64 {
    over_states(found, |steady| mean(turning(steady).map(|m| m[2].log10())))
}

/// Mean decimal logarithm of the inverse participation ratio of all modes.
pub(super) fn participation(found: &Found) -> f64 {
    over_states(found, |steady| {
        mean(steady.modes.iter().map(|m| m[2].log10()))
    })
}

fn turning(steady: &Steady) -> impl Iterator<Item = &[f64; 3]> {
    steady.modes.iter().filter(|m| m[1] != 0.0)
}

/// Decimal logarithms of the inverse participation ratios of all modes of both states.
pub(super) fn participations(found: &Found) -> Vec<f64> {
    let modes = found.steady.iter().flat_map(|steady| &steady.modes);
    modes.map(|m| m[2].log10()).collect()
}

/// Mean flow at the steady states (1/s).
pub(super) fn residual(found: &Found) -> f64 {
    over_states(found, |steady| Some(steady.residual))
}

/// How far the steady states are from being steady: the flow there times the mean time constant, by the
/// size of the state. Without coupling it is 1.
pub(super) fn drift(found: &Found) -> f64 {
    let seconds = time_constant(found, Population::All) / 1000.0;
    over_states(found, |steady| {
        (steady.size > 0.0).then(|| steady.residual * seconds / steady.size)
    })
}

/// Inverse participation ratio by accuracy of each perturbed mode; an accuracy of 0 counts as half a
/// correct trial.
pub(super) fn pipr(found: &Found) -> Vec<f64> {
    let ratio = |p: &Perturbed| {
        let least = 0.5 / p.trials.max(1) as f64;
        p.participation / p.accuracy[0].max(least)
    };
    found.perturbed.iter().map(ratio).collect()
}

/// Mean of [`pipr`].
pub(super) fn mean_pipr(found: &Found) -> f64 {
    mean(pipr(found)).unwrap_or(f64::NAN)
}

/// Mean share of correct trials (`peak`) over the perturbed modes.
pub(super) fn perturbed_accuracy(found: &Found) -> f64 {
    let all = found.perturbed.iter().map(|p| p.accuracy[0]);
    mean(all).unwrap_or(f64::NAN)
}

/// A rule of correct trials: what the output has to do in the response window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Correct {
    /// To reach its level once.
    Peak,
    /// To have the right sign on average.
    Mean,
}

impl Correct {
    pub(super) const ALL: [Self; 2] = [Self::Peak, Self::Mean];

    pub(super) fn of(self, accuracy: [f64; 2]) -> f64 {
        accuracy[self as usize]
    }
}

/// Share of correct trials with some time constants set to 125 ms.
pub(super) fn accuracy_with(found: &Found, slowed: Slowed, correct: Correct) -> f64 {
    let answers = found
        .answers
        .iter()
        .find(|answers| answers.slowed == slowed);
    answers.map_or(f64::NAN, |answers| correct.of(answers.accuracy))
}

/// Share of correct trials under fresh noise with a delay in ms.
pub(super) fn robust_accuracy(found: &Found, delay: f64, correct: Correct) -> f64 {
    let at = found.robustness.iter().find(|at| at.delay == delay);
    at.map_or(f64::NAN, |at| correct.of(at.accuracy))
}

#[cfg(test)]
mod tests {
    use super::super::figures::fixture::full;
    use super::super::group::{Channels, Group};
    use super::super::measured::{DOMINANT, Measured};
    use super::*;

    fn example() -> Found {
        let of = |n: &Measured| n.group == Group::Matching(Channels::Ten) && n.seed == 0;
        let network = full().into_iter().find(of);
        network.and_then(|n| n.found).expect("in the set")
    }

    #[test]
    fn dominant_units_are_those_above_the_threshold() {
        let found = example();
        // Every third of forty units, with a rate of 0.17 where the others have 0.02.
        assert!((dominant_share(&found, DOMINANT) - 14.0 / 40.0).abs() < 1e-12);
        let rates = dominant_rates(&found, DOMINANT);
        assert!((rates.dominant - 0.17).abs() < 1e-12 && (rates.others - 0.02).abs() < 1e-12);
        assert!((rates.difference() - 0.15).abs() < 1e-12);
        // The second half inhibits: seven of units 0, 3, … 39.
        let share = dominant_inhibitory(&found, DOMINANT);
        assert!((share - 7.0 / 14.0).abs() < 1e-12, "{share}");
        assert_eq!(dominant_share(&found, 0.0), 1.0);
    }

    #[test]
    fn what_has_no_units_or_no_states_is_not_a_number() {
        let mut found = example();
        // All units are dominant: there are no others.
        assert!(dominant_rates(&found, 0.0).others.is_nan());
        found.steady.clear();
        assert!(dominant_share(&found, DOMINANT).is_nan());
        assert!(abscissa(&found).is_nan() && drift(&found).is_nan());
        found.units.inhibitory.fill(false);
        assert!(time_constant(&found, Population::Inhibitory).is_nan());
        assert!(accuracy_with(&found, Slowed::All, Correct::Peak).is_nan());
        assert!(robust_accuracy(&found, 500.0, Correct::Mean).is_nan());
    }

    #[test]
    fn the_abscissa_is_that_of_the_less_stable_state() {
        let mut found = example();
        found.steady[0].modes[5][0] = 0.25;
        assert_eq!(abscissa(&found), 0.25);
    }

    #[test]
    fn a_mode_that_spoils_every_trial_has_a_finite_ratio() {
        let mut found = example();
        found.perturbed.truncate(2);
        for (perturbed, accuracy) in found.perturbed.iter_mut().zip([0.0, 0.5]) {
            perturbed.participation = 0.1;
            perturbed.accuracy = [accuracy; 2];
        }
        // Half of one of 100 trials stands for none.
        assert_eq!(pipr(&found), [0.1 / 0.005, 0.2]);
        assert!((mean_pipr(&found) - 10.1).abs() < 1e-9);
        assert_eq!(perturbed_accuracy(&found), 0.25);
    }
}
