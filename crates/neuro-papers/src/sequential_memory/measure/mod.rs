//! Measures networks: from memories and cues to [`Measured`](super::Measured).

mod capacity;
mod energy;
mod learning;
mod picture;
mod points;
mod replay;
mod run;
mod strengths;

pub(super) use capacity::measure as capacity;
pub(super) use learning::{epochs, measure as learning};
pub(super) use replay::measure as replay;
pub(super) use strengths::measure as strengths;

use nalgebra::DMatrix;
use neuro_analysis::visited::{Likeness, VisitedSurface, evenly_chosen, visited_states};
use neuro_models::sequential_memory::Network;

use super::measured::{Surface, Visit};
use super::networks::Modelled;
use crate::claims::four_digits;
use crate::{Error, Session};

/// Seeds of which pictures are kept, from the first of a run on.
const PICTURED: u64 = 5;

/// Whether figures may show this network: they show the first that replays.
fn is_pictured(session: &Session, seed: u64) -> bool {
    seed.saturating_sub(session.options.seed) < PICTURED
}

/// Overlap with a memory from which on a fixed point is that memory's own.
const OWN: f64 = 0.9;

/// States of the features and of the delay that a surface has at most.
const MOST_STATES: [usize; 2] = [80, 100];

/// Visits with a known begin and end.
fn whole_visits(visits: &[Visit]) -> &[Visit] {
    visits.get(1..visits.len().saturating_sub(1)).unwrap_or(&[])
}

/// The energy of states (columns) of the features with states of the delay, without the part that depends on the delay
/// alone where hidden units are linear.
fn surface_energy(
    network: &Network,
    features: &DMatrix<f64>,
    delays: &DMatrix<f64>,
) -> Modelled<DMatrix<f64>> {
    let mut energy = network.energy_surface(features, delays)?;
    if !network.config().hidden.kind().is_identity() {
        return Ok(energy);
    }
    let any = features.column(0).into_owned();
    let n = delays.nrows();
    for (mut column, delay) in energy.column_iter_mut().zip(delays.as_slice().chunks(n)) {
        let constant = network.linear_energy_parts(any.as_slice(), delay)?.constant;
        column.add_scalar_mut(-constant);
    }
    Ok(energy)
}

/// The energy on the states that samples went through: features, their activations, delayed features (columns).
fn surface(
    network: &Network,
    times: &[f64],
    [features, activations, delays]: [&DMatrix<f64>; 3],
) -> Result<Surface, Error> {
    let failed = |e| Error::experiment("energy on visited states", e);
    // Thresholds of the specification: an overlap of 0.95, and a cosine of almost 1, as the delay moves slowly.
    let fast = visited_states(activations, Likeness::Overlap, 0.95).map_err(failed)?;
    let slow = visited_states(delays, Likeness::Cosine, 0.99997).map_err(failed)?;
    let fast = evenly_chosen(&fast, MOST_STATES[0]);
    let slow = evenly_chosen(&slow, MOST_STATES[1]);
    let (v, d) = (features.select_columns(&fast), delays.select_columns(&slow));
    let energy = surface_energy(network, &v, &d);
    let energy = energy.map_err(|e| Error::experiment("energy on visited states", e))?;
    let surface = VisitedSurface::new(fast, slow, energy).map_err(failed)?;
    let course = surface.course(times.len()).map_err(failed)?;
    let mut course: Vec<[usize; 2]> = course.iter().map(|(fast, slow)| [*slow, *fast]).collect();
    course.dedup();
    let at = |kept: &[usize]| kept.iter().map(|k| four_digits(times[*k])).collect();
    let columns = surface.energy().column_iter();
    Ok(Surface {
        features: at(surface.fast()),
        delays: at(surface.slow()),
        energy: columns
            .map(|column| column.iter().map(|e| four_digits(*e)).collect())
            .collect(),
        course,
    })
}

#[cfg(test)]
mod tests;
