//! Figures 4 and 5: where the activity stays, the modes around it, and the rates of their units.

use neuro_analysis::fixed_points::{FixedPointConfig, PointKind, find_fixed_points};
use neuro_analysis::{SteadyState, inverse_participation_ratio, leading_amplitudes};
use neuro_core::linalg::Eigen;
use neuro_models::Flow;

use super::probe::{Chunk, Probe};
use super::{four_digits, rounded};
use crate::Error;
use crate::noisy_ei::measured::{DOMINANT, LEADING, Refined, STRIDE, Steady};

/// Milliseconds in a second: eigenvalues are reported in 1/s.
const MS: f64 = 1000.0;

/// Steps of the search for a fixed point near a steady state; far fewer are needed near one.
const SEARCH: usize = 60;

/// Sums over the trials of one side.
#[derive(Clone, Debug)]
struct Side {
    trials: usize,
    /// Of each unit's state over the samples of the window.
    states: Vec<f64>,
    /// Of each unit's rate over the samples of the window.
    window_rates: Vec<f64>,
    /// Of each unit's rate at each sample, units x samples.
    rates: Vec<f64>,
    /// Of each input over the samples of the window.
    inputs: Vec<f64>,
}

/// Sums of states and rates over trials of both signs of the first stimulus.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    window: std::ops::Range<usize>,
    sides: [Side; 2],
}

impl Sums {
    pub(super) fn new(probe: &Probe<'_>) -> Self {
        let units = probe.config.units;
        let samples = probe.task.shape().steps + 1;
        let side = Side {
            trials: 0,
            states: vec![0.0; units],
            window_rates: vec![0.0; units],
            rates: vec![0.0; units * samples],
            inputs: vec![0.0; probe.config.inputs],
        };
        Self {
            window: probe.window(),
            sides: [side.clone(), side],
        }
    }

    pub(super) fn add(&mut self, probe: &Probe<'_>, chunk: &Chunk) {
        let states = &chunk.run.states;
        let rates = probe.network.rates(states);
        let units = states.units();
        for (trial, condition) in chunk.conditions.iter().enumerate() {
            let side = &mut self.sides[probe.side(*condition)];
            side.trials += 1;
            for sample in 0..states.steps() {
                let rate = rates.state(sample, trial);
                accumulate(&mut side.rates[sample * units..][..units], rate);
                if self.window.contains(&sample) {
                    accumulate(&mut side.states, states.state(sample, trial));
                    accumulate(&mut side.window_rates, rate);
                    accumulate(&mut side.inputs, chunk.batch.inputs.state(sample, trial));
                }
            }
        }
    }
}

fn accumulate(sums: &mut [f64], values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += f64::from(*value);
    }
}

/// Both steady states, and their modes.
pub(super) fn measure(
    probe: &Probe<'_>,
    sums: Option<Sums>,
) -> Result<(Vec<Steady>, Vec<Eigen>), Error> {
    let (mut found, mut modes) = (Vec::new(), Vec::new());
    let Some(Sums { window, sides }) = sums else {
        return Ok((found, modes));
    };
    for (side, positive) in sides.into_iter().zip([true, false]) {
        if side.trials == 0 {
            continue;
        }
        if let Some((steady, eigen)) = one(probe, side, window.len(), positive)? {
            found.push(steady);
            modes.push(eigen);
        }
    }
    Ok((found, modes))
}

fn one(
    probe: &Probe<'_>,
    side: Side,
    window: usize,
    positive: bool,
) -> Result<Option<(Steady, Eigen)>, Error> {
    let failed = probe.failed();
    let count = (side.trials * window) as f64;
    let mean = |sums: Vec<f64>| -> Vec<f64> { sums.into_iter().map(|s| s / count).collect() };
    let (state, inputs) = (mean(side.states), mean(side.inputs));
    let flow = probe.network.flow_with_input(&inputs);
    let flow = flow.map_err(probe.assignment.failed())?;
    let steady = SteadyState::at(&flow, 0.0, &state).map_err(&failed)?;
    let Some(eigen) = probe.unless_lost(steady.modes())? else {
        return Ok(None);
    };
    let amplitudes = leading_amplitudes(&eigen, LEADING).map_err(&failed)?;
    let modes = eigen.values.iter().zip(eigen.left.column_iter());
    let modes = modes.map(|(value, left)| {
        let left: Vec<_> = left.iter().copied().collect();
        let participation = inverse_participation_ratio(&left).map_err(&failed)?;
        Ok([value.re * MS, value.im * MS, participation].map(four_digits))
    });
    let modes = modes.collect::<Result<Vec<_>, Error>>()?;
    let refined = refine(probe, &flow, &steady)?;
    let [dominant_course, other_course] = [true, false].map(|dominant| {
        let chosen: Vec<usize> = (0..amplitudes.len())
            .filter(|i| (amplitudes[*i] > DOMINANT) == dominant)
            .collect();
        course(&side.rates, probe.config.units, &chosen, side.trials)
    });
    let found = Steady {
        positive,
        trials: side.trials,
        size: four_digits(steady.state.norm() / (steady.state.len().max(1) as f64).sqrt()),
        residual: four_digits(steady.residual() * MS),
        modes,
        amplitudes: rounded(amplitudes),
        rates: rounded(mean(side.window_rates)),
        dominant_course,
        other_course,
        refined,
    };
    Ok(Some((found, eigen)))
}

/// Mean rate over chosen units and all trials, every [`STRIDE`] samples; empty without units.
fn course(rates: &[f64], units: usize, chosen: &[usize], trials: usize) -> Vec<f64> {
    if chosen.is_empty() {
        return Vec::new();
    }
    let count = (chosen.len() * trials) as f64;
    let samples = rates.chunks_exact(units).step_by(STRIDE);
    rounded(samples.map(|sums| chosen.iter().map(|i| sums[*i]).sum::<f64>() / count))
}

/// The fixed point to which the descent from the steady state leads, when it comes to one.
fn refine(probe: &Probe<'_>, flow: &Flow, steady: &SteadyState) -> Result<Option<Refined>, Error> {
    let config = FixedPointConfig {
        max_iterations: SEARCH,
        ..FixedPointConfig::default()
    };
    let starts =
        nalgebra::DMatrix::from_column_slice(steady.state.len(), 1, steady.state.as_slice());
    let found = probe.unless_lost(find_fixed_points(flow, 0.0, &starts, &config))?;
    let points = found.map_or(Vec::new(), |found| found.points);
    let point = points.iter().find(|p| p.kind == PointKind::Fixed);
    Ok(point.and_then(|point| {
        let units = steady.state.len() as f64;
        Some(Refined {
            distance: four_digits((&point.state - &steady.state).norm() / units.sqrt()),
            abscissa: four_digits(point.spectrum.abscissa()? * MS),
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_the_mean_over_units_and_trials() {
        // Three units, four samples; sums over two trials.
        let rates: Vec<f64> = (0..12).map(f64::from).collect();
        // Samples 0 and 2: units 0 and 2 have the sums 0, 2 and 6, 8.
        assert_eq!(course(&rates, 3, &[0, 2], 2), [0.5, 3.5]);
        assert!(course(&rates, 3, &[], 2).is_empty());
    }
}
