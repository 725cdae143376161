//! Figures 4b and 5, Supplement 7: perturbations in the delay, and the mean Jacobian.

use nalgebra::DMatrix;
use neuro_analysis::perturbation::{PerturbationMeasures, perturbation_curves, perturbed};
use neuro_analysis::{Spectrum, mean_jacobian};
use neuro_autodiff::Disturbance;
use neuro_core::Trajectory;
use neuro_core::parallel::Workers;

use super::Effort;
use super::probe::{PERTURBATIONS, Probe, mean};
use crate::Error;
use crate::transient_memory::measured::{HISTOGRAM, Robustness};

/// Standard deviation of the perturbation of each unit; the paper gives none.
const PERTURBATION: f64 = 0.05;

/// Steps from `T_s` to the perturbation, and from there on.
const TIMES: (usize, usize) = (10, 20);

pub(super) fn measure(probe: &Probe, effort: &Effort) -> Result<Robustness, Error> {
    let curves = perturbations(probe, effort)?;
    let spectra = spectra(probe, effort)?;
    let (low, high, bins) = HISTOGRAM;
    let mut histogram = vec![0; bins];
    let share = |holds: &dyn Fn(&num_complex::Complex<f64>) -> bool| {
        spectra.iter().filter(|w| holds(w)).count() as f64 / spectra.len() as f64
    };
    for w in &spectra {
        let place = (w.exp().re - low) / (high - low) * bins as f64;
        // Values beyond the edges are counted in the outermost bins.
        histogram[(place.max(0.0) as usize).min(bins - 1)] += 1;
    }
    Ok(Robustness {
        copies: effort.perturbed.1,
        ten_components: curves.ten_components,
        dimension: curves.dimension,
        distance: curves.distance,
        mean_real: mean(&spectra.iter().map(|w| w.re).collect::<Vec<_>>()),
        positive: share(&|w| w.re > 0.0),
        expanding: share(&|w| w.re > 1.0),
        exp_above_one: share(&|w| w.exp().re > 1.0),
        exp_negative: share(&|w| w.exp().re < 0.0),
        histogram,
    })
}

/// Means over trials, one value for each of the paper's steps after the perturbation.
struct Curves {
    ten_components: Vec<f64>,
    dimension: Vec<f64>,
    distance: Vec<f64>,
}

fn perturbations(probe: &Probe, effort: &Effort) -> Result<Curves, Error> {
    let failed = probe.failed();
    let stride = probe.stride();
    let at = probe.signal_end() + TIMES.0 * stride;
    let (trials, copies) = effort.perturbed;
    let states = probe
        .states_at(&probe.test_trials(trials), &[at])?
        .swap_remove(0);
    let mut curves = Curves {
        ten_components: vec![0.0; TIMES.1 + 1],
        dimension: vec![0.0; TIMES.1 + 1],
        distance: vec![0.0; TIMES.1 + 1],
    };
    for (trial, state) in states.row_iter().enumerate() {
        let state: Vec<f64> = state.iter().copied().collect();
        let starts = perturbed(
            &state,
            PERTURBATION,
            copies,
            probe.streams,
            PERTURBATIONS + trial as u64,
        );
        let starts = starts.map_err(&failed)?;
        let found = perturbation_curves(
            &undriven(probe, starts.as_slice(), copies)?,
            &undriven(probe, &state, 1)?,
            PerturbationMeasures::default(),
            &Workers::sequential(),
        )
        .map_err(&failed)?;
        for t in 0..=TIMES.1 {
            let share = |value: Option<f64>| value.unwrap_or(0.0) / trials as f64;
            curves.ten_components[t] += share(found.leading_share[t]);
            curves.dimension[t] += share(found.interpolated_dimension[t]);
            curves.distance[t] += share(Some(found.mean_distance[t] / found.mean_distance[0]));
        }
    }
    Ok(curves)
}

/// The undriven states of some trials at the paper's steps from 0 on.
fn undriven(probe: &Probe, initial: &[f64], trials: usize) -> Result<Trajectory<f64>, Error> {
    let stride = probe.stride();
    let silence = Trajectory::zeros(1, trials, TIMES.1 * stride);
    let run = probe
        .network
        .simulate(&silence, initial, &mut Disturbance::silent())
        .map_err(probe.assignment.failed())?;
    let states = (0..=TIMES.1).flat_map(|t| run.states.step(t * stride).iter().copied());
    let kept = Trajectory::from_vec(probe.config.units, trials, TIMES.1 + 1, states.collect());
    kept.map_err(|e| probe.failed()(e.into()))
}

/// Eigenvalues of `M = 1/30 sum_{t=15}^{45} G(t)` of each trial, `G = J diag(1 - tanh(x)^2)` (Eq. 8):
/// 31 terms by 30, as printed.
fn spectra(probe: &Probe, effort: &Effort) -> Result<Vec<num_complex::Complex<f64>>, Error> {
    let failed = probe.failed();
    let steps: Vec<usize> = (probe.signal_end()..=probe.delay_end()).collect();
    let trials = probe.test_trials(effort.jacobians);
    let states = probe.states_at(&trials, &steps)?;
    let (flow, units) = (probe.flow(), probe.config.units);
    let mut found = Vec::with_capacity(units * trials.len());
    for trial in 0..trials.len() {
        let mut visited = DMatrix::zeros(units, steps.len());
        for (mut column, states) in visited.column_iter_mut().zip(&states) {
            column.tr_copy_from(&states.row(trial));
        }
        // The flow's Jacobian is G - I.
        let mean = mean_jacobian(&flow, 0.0, &visited).map_err(&failed)?;
        let terms = steps.len() as f64;
        let m = (mean + DMatrix::identity(units, units)) * (terms / (terms - 1.0));
        found.extend(Spectrum::of(&m).map_err(&failed)?.values);
    }
    Ok(found)
}
