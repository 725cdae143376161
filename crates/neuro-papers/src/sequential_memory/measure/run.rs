//! A run of the network with all features, sample by sample.

use nalgebra::DMatrix;
use neuro_core::Error as Core;
use neuro_core::integrate::{RungeKutta4, integrate_observed};
use neuro_models::sequential_memory::{Drive, Network, ReducedFlow, Replay};

use crate::sequential_memory::measured::{Course, Visit};
use crate::sequential_memory::networks::{CYCLES, Modelled};

/// Overlap from which on a memory is on.
const THRESHOLD: f64 = 0.8;

/// How a run is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Plan {
    pub(super) duration: f64,
    /// Step of the Runge–Kutta method.
    pub(super) step: f64,
    /// Steps between samples.
    pub(super) steps_per_sample: usize,
    /// The part that figures show.
    pub(super) window: [f64; 2],
    /// Samples at which fixed points are looked for.
    pub(super) looked_at: usize,
}

/// States of the features and of the delay at each sample, one a column.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) network: &'a Network,
    pub(super) plan: Plan,
    pub(super) times: Vec<f64>,
    pub(super) features: DMatrix<f64>,
    pub(super) activations: DMatrix<f64>,
    pub(super) delays: DMatrix<f64>,
    pub(super) replay: Replay,
}

impl<'a> Run<'a> {
    /// From a cue on, with an empty delay.
    pub(super) fn new(network: &'a Network, cue: &[f64], plan: Plan) -> Modelled<Self> {
        let n = network.feature_units();
        let flow = ReducedFlow::new(network, Drive::Free)?;
        Core::check_length("cue", n, cue.len())?;
        let mut x = [cue, &vec![0.0; n]].concat();
        let samples = (plan.duration / (plan.step * plan.steps_per_sample as f64)).round() as usize;
        let (mut times, mut features, mut delays) = (Vec::new(), Vec::new(), Vec::new());
        integrate_observed(
            &flow,
            &RungeKutta4,
            0.0,
            plan.step,
            samples * plan.steps_per_sample,
            &mut x,
            |step, t, x| {
                if step.is_multiple_of(plan.steps_per_sample) {
                    times.push(t);
                    features.extend_from_slice(&x[..n]);
                    delays.extend_from_slice(&x[n..]);
                }
            },
        )?;
        let matrix = |values: Vec<f64>| DMatrix::from_vec(n, times.len(), values);
        let features = matrix(features);
        let delays = matrix(delays);
        let mut activations = features.clone();
        let activation = &network.config().features;
        activation.activation_into(n, features.as_slice(), activations.as_mut_slice());
        let overlaps = network.memories().tr_mul(&activations) / n as f64;
        Ok(Self {
            replay: Replay::new(times.clone(), overlaps, THRESHOLD)?,
            network,
            plan,
            times,
            features,
            activations,
            delays,
        })
    }

    /// Number of features.
    pub(super) fn units(&self) -> usize {
        self.features.nrows()
    }

    /// The features at a sample.
    pub(super) fn feature(&self, sample: usize) -> &[f64] {
        let n = self.units();
        &self.features.as_slice()[sample * n..][..n]
    }

    /// The delayed features at a sample.
    pub(super) fn delay(&self, sample: usize) -> &[f64] {
        let n = self.units();
        &self.delays.as_slice()[sample * n..][..n]
    }

    /// The last sample at or before a time.
    pub(super) fn sample(&self, time: f64) -> usize {
        self.times.partition_point(|t| *t <= time + 1e-9).max(1) - 1
    }

    /// Samples of the window.
    pub(super) fn window(&self) -> Vec<usize> {
        let [from, to] = self.plan.window;
        let within = |k: &usize| (from..=to).contains(&self.times[*k]);
        (0..self.times.len()).filter(within).collect()
    }
}

/// What followed the cue of a memory.
pub(super) fn course(replay: &Replay, cue: usize, duration: f64) -> Modelled<Course> {
    let episodes = neuro_models::sequential_memory::Episodes::cycles(&CYCLES)?;
    let first = if cue < CYCLES[0] { 0 } else { CYCLES[0] };
    let cycle = if cue < CYCLES[0] {
        CYCLES[0]
    } else {
        CYCLES[1]
    };
    let own = first..first + cycle;
    let overlaps = replay.overlaps();
    let others = (0..overlaps.nrows()).filter(|m| !own.contains(m));
    let visits = visits(replay);
    Ok(Course {
        cue,
        cycle,
        duration,
        in_order: replay.follows(&episodes),
        foreign: others.map(|m| replay.peak(m)).fold(f64::MIN, f64::max),
        on: replay.fraction_retrieved(),
        dwell: replay.dwell().map(|dwell| [dwell.mean, dwell.deviation]),
        rise: rise(replay, &visits),
        last: overlaps[(cue, overlaps.ncols() - 1)],
        visits,
    })
}

/// The visits of a replay.
pub(super) fn visits(replay: &Replay) -> Vec<Visit> {
    let of = |visit: &neuro_models::sequential_memory::Visit| Visit {
        memory: visit.memory,
        start: visit.start,
        end: visit.end,
        peak: visit.peak,
    };
    replay.visits().iter().map(of).collect()
}

/// Mean time in which the overlap of a memory rises from 10 to 90 % of the way from the onset of the visit before to its
/// peak; none when nothing rises.
fn rise(replay: &Replay, visits: &[Visit]) -> Option<f64> {
    let (times, overlaps) = (replay.times(), replay.overlaps());
    let mut rises = Vec::new();
    for pair in visits.windows(2) {
        let from = times.partition_point(|t| *t < pair[0].start);
        let to = times.partition_point(|t| *t <= pair[1].end);
        let at = |k: usize| overlaps[(pair[1].memory, k)];
        let way = pair[1].peak - at(from);
        let (low, high) = (at(from) + 0.1 * way, at(from) + 0.9 * way);
        let above = (from..to).find(|k| at(*k) >= high);
        let below = above.and_then(|end| (from..end).rev().find(|k| at(*k) <= low));
        if let (Some(above), Some(below)) = (above, below) {
            rises.push(times[above] - times[below]);
        }
    }
    let count = rises.len() as f64;
    (!rises.is_empty()).then(|| rises.iter().sum::<f64>() / count)
}
