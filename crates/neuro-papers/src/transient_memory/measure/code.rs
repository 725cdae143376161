//! Figures 3b to 3f, Supplement 1: how the first signal is represented in the delay.

use nalgebra::DMatrix;
use neuro_analysis::correlation::{pearson, spearman};
use neuro_analysis::decode::{RidgeConfig, cross_validate_ridge};
use neuro_analysis::{Pca, participation_ratio_of_variances, pca};
use neuro_core::{Domain, Trajectory};
use neuro_models::tasks::{ComparisonTrial, Signal};
use rand::RngExt;

use super::probe::{FOLDS, PHASES, Probe, chunks, deviation, distance, mean, norm, norms};
use super::{Effort, four_digits};
use crate::Error;
use crate::transient_memory::measured::Code;

/// Quantities of Figure 3f: frequencies 1.5, 2, 2.5, 3.5, 4 and 4.5, as fractions of their range.
const SIX: [f64; 6] = [0.125, 0.25, 0.375, 0.625, 0.75, 0.875];

/// Quantities of Figures 3a and 3e: frequencies 1.5, 3 and 4.5.
pub(super) const THREE: [f64; 3] = [0.125, 0.5, 0.875];

/// First signals of Figures 3b to 3d.
const FIRSTS: usize = 50;

/// Phases of Figure 3e, and of Figure 3f.
const TURNS: (usize, usize) = (50, 20);

/// Trials whose displacements are drawn.
const DRAWN: usize = 100;

/// Units whose activity is drawn.
const TRACES: usize = 6;

/// Measures, with the principal axes of the states in the delay and of those at `T_a`.
pub(super) fn measure(
    probe: &Probe,
    axes: &Pca,
    ends: &Pca,
    effort: &Effort,
) -> Result<Code, Error> {
    let delay = delay(probe, effort)?;
    let ring = ring(probe, axes)?;
    let (third_component, arrows) = arrows(probe, ends)?;
    let [starts, end_points] = firsts(probe, axes)?;
    let (start, end) = (&delay.states[0], &delay.states[1]);
    let correlation = |states: &DMatrix<f64>| {
        let (norms, q) = (norms(states), &delay.quantity);
        [
            coefficient(pearson(&norms, q)),
            coefficient(spearman(&norms, q)),
        ]
    };
    let (shift, shifts) = shifts(probe, &delay)?;
    let decoded = |target: &[f64]| -> Result<[f64; 2], Error> {
        let of = |states: &DMatrix<f64>| decode(probe, &states.transpose(), target);
        Ok([of(start)?, of(end)?])
    };
    let components = pca(end, None).map_err(probe.failed())?;
    let norm_end = norms(end);
    Ok(Code {
        trials: delay.quantity.len(),
        norm: delay.norm,
        norm_end: mean(&norm_end),
        norm_end_sd: deviation(&norm_end),
        start: correlation(start),
        end: correlation(end),
        along: delay.along.iter().copied().map(four_digits).collect(),
        decoded: decoded(&delay.quantity)?,
        nuisance_decoded: if deviation(&delay.nuisance) > 0.0 {
            Some(decoded(&delay.nuisance)?)
        } else {
            None
        },
        ring_share: ring.share,
        ring_falls: ring.falls,
        three_components: components.explained_variance_ratio.rows(0, 3).sum(),
        participation: participation_ratio_of_variances(components.explained_variance.as_slice())
            .map_err(probe.failed())?,
        shift,
        third_component,
        least_speed: mean(&delay.least_speed),
        speed: delay.speed,
        mean_stationarity: mean(&delay.stationarity),
        starts,
        ends: end_points,
        ring: ring.points,
        arrows,
        shifts,
        traces: delay.traces,
        mean_trace: delay.mean_trace,
    })
}

/// A correlation, 0 where one of the two does not vary at all.
fn coefficient<E>(found: Result<neuro_analysis::correlation::Correlation, E>) -> f64 {
    found.map_or(0.0, |c| c.coefficient)
}

/// Cross-validated `R^2` of one target from features x samples.
pub(super) fn decode(probe: &Probe, features: &DMatrix<f64>, target: &[f64]) -> Result<f64, Error> {
    let targets = DMatrix::from_row_slice(1, target.len(), target);
    let config = RidgeConfig::default();
    let found = cross_validate_ridge(features, &targets, &config, probe.streams, FOLDS);
    found.map(|f| f.r_squared[0]).map_err(probe.failed())
}

/// Random first signals through the delay and a second signal of the middle quantity.
struct Delay {
    quantity: Vec<f64>,
    /// Cosine of the phase, or the offset.
    nuisance: Vec<f64>,
    /// States at `T_s`, `T_f` and `T_a`, trials x units.
    states: Vec<DMatrix<f64>>,
    norm: f64,
    along: Vec<f64>,
    least_speed: Vec<f64>,
    speed: f64,
    stationarity: Vec<f64>,
    traces: Vec<Vec<f64>>,
    mean_trace: Vec<f64>,
}

fn delay(probe: &Probe, effort: &Effort) -> Result<Delay, Error> {
    let middle = probe.quantity(0.5);
    let mut trials = probe.test_trials(effort.code);
    for trial in &mut trials {
        trial.compared[1] = middle;
    }
    let quantity: Vec<f64> = trials.iter().map(|t| t.compared[0]).collect();
    let nuisance = trials.iter().map(|t| match probe.task.signal {
        Signal::Velocity { .. } => t.nuisance[0],
        Signal::Frequency { .. } | Signal::NoiseSd { .. } => t.nuisance[0].cos(),
    });
    let (start, end) = (probe.signal_end(), probe.delay_end());
    let last: usize = probe.config.test_steps().iter().sum();
    let units = probe.config.units;
    let mut found = Delay {
        nuisance: nuisance.collect(),
        states: vec![DMatrix::zeros(trials.len(), units); 3],
        norm: 0.0,
        along: Vec::new(),
        least_speed: Vec::new(),
        speed: 0.0,
        stationarity: Vec::new(),
        traces: Vec::new(),
        mean_trace: Vec::new(),
        quantity,
    };
    let mut norms = vec![Vec::with_capacity(trials.len()); end - start + 1];
    for range in chunks(trials.len()) {
        let run = probe.run(&trials[range.clone()], range.start, last)?;
        for (k, trial) in range.enumerate() {
            for (states, step) in found.states.iter_mut().zip([start, end, last]) {
                let state = nalgebra::DVectorView::from_slice(run.state(step, k), units);
                states.row_mut(trial).tr_copy_from(&state);
            }
            for (norms, step) in norms.iter_mut().zip(start..) {
                norms.push(norm(run.state(step, k)));
            }
            let speeds: Vec<f64> = (start..end)
                .map(|t| distance(run.state(t, k), run.state(t + 1, k)))
                .collect();
            found.speed += mean(&speeds);
            found
                .least_speed
                .push(speeds.iter().copied().fold(f64::INFINITY, f64::min));
            found.stationarity.push(stationarity(&run, k, start..=end));
            if trial == 0 {
                let spaced = (0..TRACES).map(|i| i * units / TRACES);
                let trace = |i: usize| {
                    (0..=last)
                        .map(|t| four_digits(run.state(t, k)[i]))
                        .collect()
                };
                found.traces = spaced.map(trace).collect();
                let population = (0..=last).map(|t| four_digits(mean(run.state(t, k))));
                found.mean_trace = population.collect();
            }
        }
    }
    found.speed /= trials.len() as f64;
    found.norm = mean(&norms.iter().map(|n| mean(n)).collect::<Vec<_>>());
    found.along = norms
        .iter()
        .map(|norms| coefficient(pearson(norms, &found.quantity)))
        .collect();
    Ok(found)
}

/// How much the mean over units moves in time, by how much single units move.
fn stationarity(
    run: &Trajectory<f64>,
    trial: usize,
    steps: std::ops::RangeInclusive<usize>,
) -> f64 {
    let population: Vec<f64> = steps.clone().map(|t| mean(run.state(t, trial))).collect();
    let variance = (0..run.units()).map(|i| {
        let unit: Vec<f64> = steps.clone().map(|t| run.state(t, trial)[i]).collect();
        deviation(&unit).powi(2)
    });
    let single = (variance.sum::<f64>() / run.units() as f64).sqrt();
    deviation(&population) / single
}

/// Correlation of `|x(T_f)|` with the displacement along `w_2 - w_1` until `T_a`, and quantity, norm
/// and displacement of some trials.
fn shifts(probe: &Probe, delay: &Delay) -> Result<(f64, Vec<[f64; 3]>), Error> {
    let readout = probe.network.weights("readout");
    let readout = readout.map_err(probe.assignment.failed())?;
    let axis = (readout.row(1) - readout.row(0)).transpose().normalize();
    let moved = (&delay.states[2] - &delay.states[1]) * axis;
    let norms = norms(&delay.states[1]);
    let found = coefficient(pearson(&norms, moved.as_slice()));
    let some = (0..norms.len().min(DRAWN))
        .map(|k| [delay.quantity[k], norms[k], moved[k]].map(four_digits));
    Ok((found, some.collect()))
}

/// Quantity, components and norm at `T_s` and at `T_f` of first signals of evenly spaced quantities
/// and random phases.
fn firsts(probe: &Probe, axes: &Pca) -> Result<[Vec<[f64; 5]>; 2], Error> {
    let mut rng = probe.streams.rng(Domain::Analysis, PHASES);
    let trials: Vec<ComparisonTrial> = (0..FIRSTS)
        .map(|k| {
            let fraction = k as f64 / (FIRSTS - 1) as f64;
            let phase = rng.random::<f64>();
            probe.first_signal(probe.quantity(fraction), probe.nuisance(phase))
        })
        .collect();
    let states = probe.states_at(&trials, &[probe.signal_end(), probe.delay_end()])?;
    let mut found = [Vec::new(), Vec::new()];
    for (found, states) in found.iter_mut().zip(&states) {
        let scores = axes.transform(states).map_err(probe.failed())?;
        *found = (0..FIRSTS)
            .map(|k| {
                let [a, b, c] = [0, 1, 2].map(|i| scores[(k, i)]);
                [trials[k].compared[0], a, b, c, states.row(k).norm()].map(four_digits)
            })
            .collect();
    }
    Ok(found)
}

/// Radii at `T_f` for three quantities and all phases.
struct Ring {
    share: f64,
    falls: bool,
    points: Vec<[f64; 5]>,
}

fn ring(probe: &Probe, axes: &Pca) -> Result<Ring, Error> {
    let phases = TURNS.0;
    let trials: Vec<ComparisonTrial> = THREE
        .iter()
        .flat_map(|fraction| {
            (0..phases).map(|k| {
                let phase = probe.nuisance(k as f64 / (phases - 1) as f64);
                probe.first_signal(probe.quantity(*fraction), phase)
            })
        })
        .collect();
    let states = probe
        .states_at(&trials, &[probe.delay_end()])?
        .swap_remove(0);
    let scores = axes.transform(&states).map_err(probe.failed())?;
    let radii = norms(&states);
    let means: Vec<f64> = radii.chunks(phases).map(mean).collect();
    let total = deviation(&radii).powi(2);
    let points = trials.iter().enumerate().map(|(k, trial)| {
        [
            trial.compared[0],
            trial.nuisance[0],
            scores[(k, 0)],
            scores[(k, 1)],
            radii[k],
        ]
        .map(four_digits)
    });
    Ok(Ring {
        share: deviation(&means).powi(2) / total,
        falls: means.windows(2).all(|pair| pair[1] < pair[0]),
        points: points.collect(),
    })
}

/// The first step of the second signal along the third principal axis of the states at `T_a`.
fn arrows(probe: &Probe, ends: &Pca) -> Result<(f64, Vec<[f64; 3]>), Error> {
    let [first, delay, second] = probe.config.test_steps();
    let phases = TURNS.1;
    let middle = probe.quantity(0.5);
    let trials: Vec<ComparisonTrial> = SIX
        .iter()
        .flat_map(|fraction| {
            (0..phases).map(|k| {
                let phase = probe.nuisance(k as f64 / (phases - 1) as f64);
                ComparisonTrial {
                    compared: [probe.quantity(*fraction), middle],
                    nuisance: [phase, probe.nuisance(0.5)],
                    steps: [first, delay, second],
                }
            })
        })
        .collect();
    let (end, step) = (first + delay, probe.stride());
    let states = probe.states_at(&trials, &[end, end + step])?;
    let axis = ends.components.row(2).transpose();
    let moved = (&states[1] - &states[0]) * axis;
    let norms = norms(&states[0]);
    let found = coefficient(pearson(&norms, moved.as_slice()));
    let arrows = SIX.iter().enumerate().map(|(i, fraction)| {
        let of = i * phases..(i + 1) * phases;
        let moved = mean(&moved.as_slice()[of.clone()]);
        [probe.quantity(*fraction), mean(&norms[of]), moved].map(four_digits)
    });
    Ok((found, arrows.collect()))
}
