//! Figure 3a, Sec. III B, Supplement 6: where the undriven activity goes, and when it is there.

use neuro_analysis::Pca;
use neuro_analysis::limit_cycle::{
    Attractor as Ending, ConvergenceCriterion, CycleSearch, LimitCycle, MeanConvergence, SameCycle,
    convergence_times, find_attractor, group_cycles,
};
use neuro_analysis::lyapunov::{LyapunovSettings, StepMap, lyapunov_exponents};
use neuro_core::Trajectory;
use neuro_models::tasks::ComparisonTrial;

use super::code::THREE;
use super::probe::{Probe, chunks, distance, mean, norm};
use super::{Effort, four_digits};
use crate::Error;
use crate::transient_memory::measured::{Attractor, Convergence, Kind};

/// Longest period that is looked for, in steps of the paper's length.
const LONGEST: usize = 300;

/// Steps over which Lyapunov exponents are averaged, and their number.
const LYAPUNOV: (usize, usize) = (2_000, 3);

/// Steps of a trajectory that are drawn.
const DRAWN: usize = 250;

/// Distance at which a trial has converged (Sec. III B).
const CONVERGED: f64 = 0.05;

/// Measures; trajectories are drawn along `axes` when there are any.
pub(super) fn measure(
    probe: &Probe,
    axes: Option<&Pca>,
    effort: &Effort,
) -> Result<Attractor, Error> {
    let failed = probe.failed();
    let stride = probe.stride();
    let search = CycleSearch {
        max_lag: LONGEST * stride,
        ..CycleSearch::default()
    };
    let steps = effort.settle * stride + 2 * search.max_lag + 3;
    let trials: Vec<ComparisonTrial> = probe
        .test_trials(effort.convergence)
        .iter()
        .map(|t| probe.first_signal(t.compared[0], t.nuisance[0]))
        .collect();
    let mut ranges = chunks(trials.len());
    let first = ranges.next().unwrap_or(0..0);
    let run = probe.run(&trials[first], 0, steps)?;
    let End {
        ending,
        periods,
        one_cycle,
    } = end(probe, &run, &search)?;

    let mut gathered = Gathered::new(probe, &ending, &periods);
    gathered.add(probe, &run)?;
    for range in ranges {
        let run = probe.run(&trials[range.clone()], range.start, steps)?;
        gathered.add(probe, &run)?;
    }
    let exponents = LyapunovSettings {
        map: StepMap::Euler,
        dt: probe.config.alpha,
        exponents: Some(LYAPUNOV.1.min(probe.config.units)),
        transient: 0,
        steps: LYAPUNOV.0 * stride,
        ..LyapunovSettings::default()
    };
    let start = run.state(run.steps() - 1, 0);
    let lyapunov = lyapunov_exponents(&probe.flow(), 0.0, start, &exponents).map_err(&failed)?;
    let (norm, speed) = size(&run, 2 * search.max_lag);
    let cycle = match &ending {
        Ending::Cycle(cycle) => Some(cycle),
        _ => None,
    };
    Ok(Attractor {
        kind: match &ending {
            Ending::FixedPoint { .. } => Kind::FixedPoint,
            Ending::Cycle(_) => Kind::Cycle,
            _ => Kind::Unresolved,
        },
        reason: match &ending {
            Ending::Unresolved(reason) => Some(format!("{reason:?}")),
            _ => None,
        },
        period: periods.first().copied(),
        periods,
        norm,
        speed,
        symmetric: cycle.map(|c| c.antiphase < SameCycle::default().tolerance),
        one_cycle,
        lyapunov: lyapunov.values.iter().copied().map(four_digits).collect(),
        convergence: gathered.finish(trials.len()),
        trajectories: match axes {
            Some(axes) => trajectories(probe, axes)?,
            None => Vec::new(),
        },
    })
}

/// Periods nearer than this, in steps, are one.
const SAME_PERIOD: f64 = 0.05;

/// Where the trials of a run end.
struct End {
    /// The attractor; the first of several cycles stands for all.
    ending: Ending,
    periods: Vec<f64>,
    one_cycle: Option<bool>,
}

/// Trials need not end on one cycle: when they have no common period, each is looked at alone.
fn end(probe: &Probe, run: &Trajectory<f64>, search: &CycleSearch) -> Result<End, Error> {
    let failed = probe.failed();
    let all = find_attractor(run, search).map_err(&failed)?;
    let without_cycle = |ending| End {
        ending,
        periods: Vec::new(),
        one_cycle: None,
    };
    match all {
        Ending::Cycle(cycle) => {
            let same = SameCycle {
                up_to_sign: true,
                ..SameCycle::default()
            };
            let groups = group_cycles(run, cycle.period, &same).map_err(&failed)?;
            Ok(End {
                periods: vec![cycle.period],
                one_cycle: Some(groups.count() == 1),
                ending: Ending::Cycle(cycle),
            })
        }
        Ending::Unresolved(_) => {
            let cycles = (0..run.trials())
                .map(|trial| alone(probe, run, trial, search))
                .collect::<Result<Option<Vec<_>>, Error>>()?;
            let Some(mut cycles) = cycles.filter(|cycles| !cycles.is_empty()) else {
                return Ok(without_cycle(all));
            };
            let mut counts: Vec<(usize, f64)> = Vec::new();
            for cycle in &cycles {
                let known = |(_, p): &&mut (usize, f64)| (*p - cycle.period).abs() < SAME_PERIOD;
                match counts.iter_mut().find(known) {
                    Some((count, _)) => *count += 1,
                    None => counts.push((1, cycle.period)),
                }
            }
            counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
            Ok(End {
                periods: counts.iter().map(|(_, period)| *period).collect(),
                one_cycle: Some(false),
                ending: Ending::Cycle(cycles.swap_remove(0)),
            })
        }
        rest => Ok(without_cycle(rest)),
    }
}

/// The cycle of one trial, if it ends on one.
fn alone(
    probe: &Probe,
    run: &Trajectory<f64>,
    trial: usize,
    search: &CycleSearch,
) -> Result<Option<LimitCycle>, Error> {
    let failed = probe.failed();
    let states = run.trial(trial);
    let (units, steps) = states.shape();
    let states = Trajectory::from_vec(units, 1, steps, states.as_slice().to_vec());
    let states = states.map_err(|e| failed(e.into()))?;
    let ending = find_attractor(&states, search).map_err(&failed)?;
    Ok(ending.cycle().cloned())
}

/// Mean norm and step over the last steps of all trials.
fn size(run: &Trajectory<f64>, last: usize) -> (f64, f64) {
    let steps = run.steps() - last..run.steps();
    let over = |value: &dyn Fn(usize, usize) -> f64| {
        let of = steps.clone().map(|t| {
            let trials: Vec<f64> = (0..run.trials()).map(|k| value(t, k)).collect();
            mean(&trials)
        });
        mean(&of.collect::<Vec<_>>())
    };
    (
        over(&|t, k| norm(run.state(t, k))),
        over(&|t, k| distance(run.state(t - 1, k), run.state(t, k))),
    )
}

/// Convergence of trials that come a few at a time.
struct Gathered {
    to: Towards,
    criterion: ConvergenceCriterion,
    times: Vec<f64>,
    /// Sum over trials of the distance at each time from the start on.
    distance: Vec<f64>,
    trials: usize,
}

/// What trials converge to.
enum Towards {
    /// A cycle of one of these periods.
    Cycle(Vec<f64>),
    FixedPoint,
    Nothing,
}

impl Gathered {
    fn new(probe: &Probe, ending: &Ending, periods: &[f64]) -> Self {
        Self {
            to: match ending {
                Ending::Cycle(_) => Towards::Cycle(periods.to_vec()),
                Ending::FixedPoint { .. } => Towards::FixedPoint,
                _ => Towards::Nothing,
            },
            criterion: ConvergenceCriterion {
                start: probe.signal_end(),
                threshold: CONVERGED,
                ..ConvergenceCriterion::default()
            },
            times: Vec::new(),
            distance: Vec::new(),
            trials: 0,
        }
    }

    fn add(&mut self, probe: &Probe, run: &Trajectory<f64>) -> Result<(), Error> {
        let start = self.criterion.start;
        let curves: Vec<Vec<f64>> = match &self.to {
            Towards::Nothing => return Ok(()),
            Towards::Cycle(periods) => {
                let of = |period: &f64| convergence_times(run, *period, &self.criterion);
                let found = periods.iter().map(of).collect::<Result<Vec<_>, _>>();
                let found = found.map_err(probe.failed())?;
                let times = found.iter().map(|f| f.distance.ncols()).min().unwrap_or(0);
                // A trial returns with whichever period is its own.
                let least = |k: usize, t: usize| {
                    let all = found.iter().map(|f| f.distance[(k, t)]);
                    all.fold(f64::INFINITY, f64::min)
                };
                (0..run.trials())
                    .map(|k| (0..times).map(|t| least(k, t)).collect())
                    .collect()
            }
            Towards::FixedPoint => (0..run.trials())
                .map(|k| {
                    let end = run.state(run.steps() - 1, k);
                    let from = |t| distance(run.state(t, k), end);
                    (start..run.steps() - 1).map(from).collect()
                })
                .collect(),
        };
        for curve in curves {
            let at = curve.iter().position(|l| *l <= self.criterion.threshold);
            self.times.extend(at.map(|t| (start + t) as f64));
            self.distance.resize(curve.len(), 0.0);
            for (sum, l) in self.distance.iter_mut().zip(&curve) {
                *sum += l;
            }
            self.trials += 1;
        }
        Ok(())
    }

    fn finish(self, trials: usize) -> Convergence {
        let means: Vec<f64> = self
            .distance
            .iter()
            .map(|sum| sum / self.trials as f64)
            .collect();
        let of_mean = MeanConvergence::of(&means, &self.criterion);
        Convergence {
            mean: (!self.times.is_empty()).then(|| mean(&self.times)),
            converged: self.times.len(),
            trials,
            of_mean: of_mean.map(|(found, _)| found.step() as f64),
            floor: of_mean.map(|(_, floor)| floor),
        }
    }
}

/// Three first signals and the delay that follows, prolonged.
fn trajectories(probe: &Probe, axes: &Pca) -> Result<Vec<Vec<[f64; 3]>>, Error> {
    let trials = THREE.map(|f| probe.first_signal(probe.quantity(f), probe.nuisance(0.5)));
    let steps = DRAWN * probe.stride();
    let run = probe.run(&trials, 0, steps)?;
    (0..trials.len())
        .map(|k| project(probe, axes, &run, k, (0..=steps).step_by(probe.stride())))
        .collect()
}

/// Three components of a trial at some steps.
pub(super) fn project(
    probe: &Probe,
    axes: &Pca,
    run: &Trajectory<f64>,
    trial: usize,
    steps: impl Iterator<Item = usize>,
) -> Result<Vec<[f64; 3]>, Error> {
    let steps: Vec<usize> = steps.collect();
    let states = run.trial(trial).select_columns(&steps).transpose();
    let scores = axes.transform(&states).map_err(probe.failed())?;
    let rows = scores.row_iter();
    Ok(rows.map(|r| [r[0], r[1], r[2]].map(four_digits)).collect())
}
