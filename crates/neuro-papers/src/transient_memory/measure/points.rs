//! Supplement 3: fixed and slow points of the flow, and whether the activity passes by them.

use neuro_analysis::Pca;
use neuro_analysis::fixed_points::{
    FixedPoint, FixedPointConfig, PointKind, find_fixed_points, sample_starts,
};
use neuro_core::Trajectory;
use neuro_models::tasks::ComparisonTrial;

use super::attractor::project;
use super::probe::{Probe, distance};
use super::{Effort, four_digits};
use crate::Error;
use crate::transient_memory::measured::{Point, Points};

/// Speed of a slow point: 0.02 in an Euler step of 0.25.
const SLOW: f64 = 0.02 / 0.25;

/// States from which points are looked for: up to so many steps before and after `T_f`.
const AROUND: usize = 10;

/// Trials whose approach to the points is measured.
const TRIALS: usize = 10;

/// Points nearer to the origin than this share of the mean norm are the origin, which is a fixed
/// point of every network.
const ORIGIN: f64 = 0.1;

/// Measures; `norm` is the mean norm in the delay.
pub(super) fn measure(
    probe: &Probe,
    axes: &Pca,
    norm: f64,
    effort: &Effort,
) -> Result<Points, Error> {
    let failed = probe.failed();
    let (start, end, stride) = (probe.signal_end(), probe.delay_end(), probe.stride());
    let trials: Vec<ComparisonTrial> = probe
        .test_trials(TRIALS)
        .iter()
        .map(|t| probe.first_signal(t.compared[0], t.nuisance[0]))
        .collect();
    let run = probe.run(&trials, 0, end + AROUND * stride)?;
    let visited = later(&run, end - AROUND * stride).map_err(|e| failed(e.into()))?;
    let starts = sample_starts(&visited, effort.starts, 0.0, probe.streams).map_err(&failed)?;
    let config = FixedPointConfig {
        slow_speed: SLOW,
        ..FixedPointConfig::default()
    };
    let found = find_fixed_points(&probe.flow(), 0.0, &starts, &config).map_err(&failed)?;
    let points = found.points.iter().map(|point| {
        let state = point.state.transpose();
        let scores = axes.transform(&nalgebra::DMatrix::from_row_slice(
            1,
            state.len(),
            state.as_slice(),
        ));
        let scores = scores.map_err(&failed)?;
        let moduli = point.spectrum.values.iter().map(|w| w.norm());
        Ok(Point {
            fixed: point.kind == PointKind::Fixed,
            speed: point.speed * probe.config.alpha,
            norm: point.state.norm(),
            origin: is_origin(point, norm),
            unstable: point.spectrum.count_real_above(0.0),
            least_eigenvalue: moduli.fold(f64::INFINITY, f64::min),
            components: [0, 1, 2].map(|i| four_digits(scores[(0, i)])),
        })
    });
    let points = points.collect::<Result<Vec<_>, Error>>()?;
    let saddles: Vec<&FixedPoint> = found
        .points
        .iter()
        .filter(|p| p.spectrum.count_real_above(0.0) > 0 && !is_origin(p, norm))
        .collect();
    let approach = |trial: usize| {
        let from = |t: usize, p: &FixedPoint| distance(run.state(t, trial), p.state.as_slice());
        let nearest = saddles
            .iter()
            .flat_map(|p| (start..=end).map(|t| from(t, p)));
        nearest.fold(f64::INFINITY, f64::min)
    };
    let approaches: Vec<f64> = (0..trials.len()).map(approach).collect();
    let approach = super::probe::mean(&approaches) / norm;
    Ok(Points {
        starts: starts.ncols(),
        points,
        approach: approach.is_finite().then_some(approach),
        trajectory: project(probe, axes, &run, 0, (start..=end).step_by(stride))?,
    })
}

fn is_origin(point: &FixedPoint, norm: f64) -> bool {
    point.state.norm() < ORIGIN * norm
}

/// The steps of a run from one on.
fn later(run: &Trajectory<f64>, from: usize) -> Result<Trajectory<f64>, neuro_core::Error> {
    let (units, trials, steps) = (run.units(), run.trials(), run.steps() - from);
    let states = run.as_slice()[from * units * trials..].to_vec();
    Trajectory::from_vec(units, trials, steps, states)
}
