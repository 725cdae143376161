//! What figures show of a run: overlaps, the energy on visited states, principal components, fixed points.

use nalgebra::DMatrix;
use neuro_analysis::visited::evenly_chosen;
use neuro_analysis::{Pca, pca};

use super::points::{SWEEPS, own};
use super::run::Run;
use super::surface;
use crate::Error;
use crate::claims::four_digits;
use crate::sequential_memory::measured::{Marker, Shown};

/// Samples of overlaps and energies.
const DRAWN: usize = 600;

/// Samples from which the principal components are.
const FITTED: usize = 400;

fn rounded<const N: usize>(values: [f64; N]) -> [f64; N] {
    values.map(four_digits)
}

/// The picture of a run.
pub(super) fn picture(run: &Run<'_>) -> Result<Shown, Error> {
    let failed = |e| Error::experiment("picture of a run", e);
    let all: Vec<usize> = (0..run.times.len()).collect();
    let drawn = evenly_chosen(&all, DRAWN);
    let overlaps = run.replay.overlaps();
    let of = |memory: usize| {
        drawn
            .iter()
            .map(|k| four_digits(overlaps[(memory, *k)]))
            .collect()
    };
    let window = run.window();
    let times: Vec<f64> = window.iter().map(|k| run.times[*k]).collect();
    let parts = [&run.features, &run.activations, &run.delays].map(|m| m.select_columns(&window));
    let [features, activations, delays] = &parts;
    let mut rates = Vec::new();
    for &k in &evenly_chosen(&window, DRAWN) {
        let (v_f, v_d) = (run.feature(k), run.delay(k));
        let rate = run.network.reduced_energy_rate(v_f, v_d).map_err(failed)?;
        let energy = run.network.reduced_energy(v_f, v_d).map_err(failed)?;
        rates.push(rounded([run.times[k], energy, rate.descent, rate.delay]));
    }
    let fitted = run
        .activations
        .select_columns(&evenly_chosen(&window, FITTED));
    // Activations that do not move have no components.
    let axis = pca(&fitted.transpose(), Some(1)).ok();
    let (components, markers) = match &axis {
        Some(axis) => {
            along(run, axis, &evenly_chosen(&window, run.plan.looked_at)).map_err(failed)?
        }
        None => (Vec::new(), Vec::new()),
    };
    Ok(Shown {
        times: drawn.iter().map(|k| four_digits(run.times[*k])).collect(),
        overlaps: (0..overlaps.nrows()).map(of).collect(),
        window: run.plan.window,
        surface: surface(run.network, &times, [features, activations, delays])?,
        components,
        markers,
        rates,
    })
}

/// States and fixed points along the first principal component.
fn along(
    run: &Run<'_>,
    axis: &Pca,
    samples: &[usize],
) -> Result<(Vec<[f64; 4]>, Vec<Marker>), neuro_models::Error> {
    let network = run.network;
    let place = |state: &[f64]| {
        let row = DMatrix::from_row_slice(1, state.len(), state);
        // The components are those of states of this length.
        axis.transform(&row)
            .map_or(f64::NAN, |scores| scores[(0, 0)])
    };
    let (mut components, mut markers) = (Vec::new(), Vec::new());
    for &k in samples {
        let (time, delay) = (run.times[k], run.delay(k));
        let drawn = network.fixed_point(run.feature(k), delay, SWEEPS)?;
        let [state, fixed] =
            [run.feature(k), &drawn.features].map(|v| network.feature_activation(v));
        components.push(rounded([
            time,
            place(delay),
            place(&state?),
            place(&fixed?),
        ]));
        for memory in 0..network.hidden_units() {
            if let Some(point) = own(network, memory, delay)? {
                let component = place(&network.feature_activation(&point.features)?);
                markers.push(Marker {
                    time: four_digits(time),
                    memory,
                    component: four_digits(component),
                    energy: four_digits(point.energy),
                });
            }
        }
    }
    Ok((components, markers))
}
