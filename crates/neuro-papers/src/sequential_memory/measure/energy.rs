//! The energy along a run: `dE/dt = F + G`, of which `F` descends and `G` moves the surface.

use nalgebra::DMatrix;
use neuro_core::System;
use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_models::sequential_memory::{Config, Drive, Network, ReducedFlow};

use super::run::Run;
use super::{surface_energy, whole_visits};
use crate::claims::median;
use crate::sequential_memory::measured::{Energy, Visit};
use crate::sequential_memory::networks::Modelled;

/// Time after an onset in which the features still settle.
const SETTLING: f64 = 2.0;

/// Time before the overlap of a memory has fallen below 0.8 in which features leave it already: with the time constant
/// of 1 of linear features a third of the descent is over by then.
const LEAVING: f64 = 1.0;

/// Steps of a run with the delay frozen, and their size.
const FROZEN_STEPS: usize = 1500;
const FROZEN_STEP: f64 = 0.01;

/// Measures the energy; `starts` states from which it is followed with the delay frozen.
pub(super) fn energy(run: &Run<'_>, visits: &[Visit], starts: usize) -> Modelled<Energy> {
    let network = run.network;
    let mut rates = Vec::with_capacity(run.times.len());
    for k in 0..run.times.len() {
        rates.push(network.reduced_energy_rate(run.feature(k), run.delay(k))?);
    }
    let of = |within: &dyn Fn(f64) -> bool, value: &dyn Fn(usize) -> f64| -> Vec<f64> {
        let samples = (0..rates.len()).filter(|k| within(run.times[*k]));
        samples.map(value).collect()
    };
    let settled = |t: f64| {
        let mut on = visits.iter();
        on.any(|v| (v.start + SETTLING + 1.0..=v.end - LEAVING).contains(&t))
    };
    let switching = |t: f64| {
        let mut pairs = visits.windows(2);
        pairs.any(|v| t > v[0].end - LEAVING && t <= v[1].start + SETTLING)
    };
    // From the first memory on, so that the way from the cue is not counted.
    let begin = visits.first().map_or(0.0, |v| v.start + SETTLING);
    let descent = |within: &dyn Fn(f64) -> bool| -> f64 {
        let later = |t: f64| t >= begin && within(t);
        of(&later, &|k| -rates[k].descent).iter().sum()
    };
    let whole = descent(&|_| true);
    let total_time = of(&|t| t >= begin, &|_| 1.0).len().max(1) as f64;
    let time = of(&|t| t >= begin && switching(t), &|_| 1.0).len() as f64;
    let finite = |value: f64| value.is_finite().then_some(value);
    let rising = rates.iter().filter(|rate| rate.total() > 0.0).count();
    let states: Vec<[usize; 2]> = (0..starts)
        .map(|k| apart(k, starts, run.times.len()))
        .collect();
    Ok(Energy {
        identity: largest(&states, |at| identity(run, at))?,
        largest_descent: rates.iter().map(|r| r.descent).fold(f64::MIN, f64::max),
        rising: rising as f64 / rates.len() as f64,
        dwell_descent: finite(median(&of(&settled, &|k| rates[k].descent))),
        dwell_delay: finite(median(&of(&settled, &|k| rates[k].delay))),
        switch_share: finite(descent(&switching) / whole).filter(|_| visits.len() > 1),
        switch_time: time / total_time,
        frozen_rise: largest(&states, |at| frozen_rise(run, at))?,
        tilt: tilt(run, visits)?,
        parts: parts(run, &states)?,
    })
}

/// Samples of the features and of the delay that are far apart: a state off balance.
fn apart(k: usize, count: usize, samples: usize) -> [usize; 2] {
    let features = (2 * k + 1) * samples / (2 * count);
    [features, (features + samples / 3) % samples]
}

fn largest(states: &[[usize; 2]], value: impl Fn([usize; 2]) -> Modelled<f64>) -> Modelled<f64> {
    let values: Modelled<Vec<f64>> = states.iter().map(|at| value(*at)).collect();
    Ok(values?.into_iter().fold(f64::MIN, f64::max))
}

/// How far `F + G` is from the central difference of the energy along the flow.
fn identity(run: &Run<'_>, [f, d]: [usize; 2]) -> Modelled<f64> {
    let (network, n) = (run.network, run.units());
    let x = [run.feature(f), run.delay(d)].concat();
    let flow = ReducedFlow::new(network, Drive::Free)?;
    let mut dx = vec![0.0; 2 * n];
    flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
    let moved = |by: f64| {
        let x: Vec<f64> = x.iter().zip(&dx).map(|(x, dx)| x + by * dx).collect();
        network.reduced_energy(&x[..n], &x[n..])
    };
    // Rounding of some 1e-13 by the step, and the third power of rates of some tens times its square.
    let step = 1e-5;
    let slope = (moved(step)? - moved(-step)?) / (2.0 * step);
    let rate = network.reduced_energy_rate(&x[..n], &x[n..])?;
    let scale = (rate.descent.abs() + rate.delay.abs()).max(1.0);
    Ok((slope - rate.total()).abs() / scale)
}

/// Largest rise of the energy in a step while the delay stands still, by the energy.
fn frozen_rise(run: &Run<'_>, [f, d]: [usize; 2]) -> Modelled<f64> {
    let network = run.network;
    // So slow a delay stands still for the time of the run.
    let config = Config {
        delay_time_constant: 1e15,
        ..network.config().clone()
    };
    let (xi, w) = (network.memories().clone(), network.transitions().clone());
    let frozen = Network::from_weights(&config, xi, w)?;
    let flow = ReducedFlow::new(&frozen, Drive::Free)?;
    let start = [run.feature(f), run.delay(d)].concat();
    let found = integrate(&flow, &RungeKutta4, 0.0, FROZEN_STEP, FROZEN_STEPS, &start)?;
    let n = run.units();
    let mut before: Option<f64> = None;
    let mut rise = f64::MIN;
    for k in 0..found.len() {
        let (v_f, v_d) = found.state(k).split_at(n);
        let energy = network.reduced_energy(v_f, v_d)?;
        if let Some(before) = before {
            rise = rise.max((energy - before) / before.abs().max(1.0));
        }
        before = Some(energy);
    }
    Ok(rise)
}

/// Visits in which the energy of the memory that is on rises, in which that of the next falls against it, and all.
fn tilt(run: &Run<'_>, visits: &[Visit]) -> Modelled<[usize; 3]> {
    let whole = whole_visits(visits);
    let (mut raised, mut tilted) = (0, 0);
    for (visit, next) in whole.iter().zip(visits.iter().skip(2)) {
        let middle = |v: &Visit| run.sample(0.5 * (v.start + v.end));
        let states = run.features.select_columns(&[middle(visit), middle(next)]);
        let delays = [run.sample(visit.start), run.sample(visit.end)];
        let delays: DMatrix<f64> = run.delays.select_columns(&delays);
        let e = surface_energy(run.network, &states, &delays)?;
        raised += usize::from(e[(0, 1)] > e[(0, 0)]);
        tilted += usize::from(e[(1, 1)] - e[(0, 1)] < e[(1, 0)] - e[(0, 0)]);
    }
    Ok([raised, tilted, whole.len()])
}

/// Largest difference between the energy and the sum of its parts, by the energy; none for other hidden units.
fn parts(run: &Run<'_>, states: &[[usize; 2]]) -> Modelled<Option<f64>> {
    let network = run.network;
    if !network.config().hidden.kind().is_identity() {
        return Ok(None);
    }
    let difference = |[f, d]: [usize; 2]| {
        let parts = network.linear_energy_parts(run.feature(f), run.delay(d))?;
        let whole = network.reduced_energy(run.feature(f), run.delay(d))?;
        let sum = parts.associative + parts.sequential + parts.constant;
        Ok((sum - whole).abs() / whole.abs().max(1.0))
    };
    largest(states, difference).map(Some)
}
