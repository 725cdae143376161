//! Fixed points of the surface while the delay is held still, along a run.

use neuro_analysis::pca;
use neuro_analysis::visited::evenly_chosen;
use neuro_models::sequential_memory::{FixedPoint, Network, Sweeps};

use super::run::Run;
use super::{OWN, whole_visits};
use crate::sequential_memory::measured::{Points, Visit};
use crate::sequential_memory::networks::Modelled;

/// Root mean square difference of activations below which a state is at its fixed point.
const NEAR: f64 = 0.05;

/// Where sweeps end: near a fixed point that vanishes they become very many.
pub(super) const SWEEPS: Sweeps = Sweeps {
    tolerance: 1e-8,
    most: 2000,
};

/// The state in which the features would be if a memory were perfectly retrieved.
fn perfect(network: &Network, memory: usize) -> Modelled<Vec<f64>> {
    let config = network.config();
    // The drive of `tanh` features by a memory that is fully on; linear features are the memory.
    let size = if config.features.kind().is_identity() {
        config.memory_strength.sqrt()
    } else {
        config.memory_strength * network.feature_units() as f64
    };
    Ok(network.memory(memory)?.iter().map(|v| size * v).collect())
}

/// The fixed point near a memory; none when the memory is not retrieved there.
pub(super) fn own(network: &Network, memory: usize, delay: &[f64]) -> Modelled<Option<FixedPoint>> {
    let point = network.fixed_point(&perfect(network, memory)?, delay, SWEEPS)?;
    let retrieved = network.overlaps(&point.features)?[memory] >= OWN;
    Ok((retrieved && point.converged).then_some(point))
}

/// Measures fixed points at samples of the window and at the visits.
pub(super) fn points(run: &Run<'_>, visits: &[Visit]) -> Modelled<Points> {
    let (network, n) = (run.network, run.units());
    let count = network.hidden_units();
    let samples = evenly_chosen(&run.window(), run.plan.looked_at);
    let mut near = 0;
    let mut present = vec![0.0; count];
    for &k in &samples {
        let point = network.fixed_point(run.feature(k), run.delay(k), SWEEPS)?;
        let there = network.feature_activation(&point.features)?;
        let squares = run.activations.column(k);
        let squares = squares.iter().zip(&there).map(|(a, b)| (a - b).powi(2));
        near += usize::from((squares.sum::<f64>() / n as f64).sqrt() < NEAR);
        for (memory, present) in present.iter_mut().enumerate() {
            let found = own(network, memory, run.delay(k))?.is_some();
            *present += f64::from(u8::from(found)) / samples.len() as f64;
        }
    }
    let still = vec![0.0; n];
    let mut at_rest = 0;
    for memory in 0..count {
        at_rest += usize::from(own(network, memory, &still)?.is_some());
    }
    let mut held = [0; 2];
    for visit in whole_visits(visits) {
        let middle = run.sample(0.5 * (visit.start + visit.end));
        held[0] += usize::from(own(network, visit.memory, run.delay(middle))?.is_some());
        held[1] += 1;
    }
    let (mut lost, mut leads) = ([0; 2], [0; 2]);
    for pair in visits.windows(2) {
        let delay = run.delay(run.sample(pair[1].start));
        lost[0] += usize::from(own(network, pair[0].memory, delay)?.is_none());
        lost[1] += 1;
        let left = perfect(network, pair[0].memory)?;
        let drawn = network.fixed_point(&left, delay, SWEEPS)?;
        let overlaps = network.overlaps(&drawn.features)?;
        let largest = (1..count).fold(0, |b, m| if overlaps[m] > overlaps[b] { m } else { b });
        leads[0] += usize::from(largest == pair[1].memory);
        leads[1] += 1;
    }
    let window = run.delays.select_columns(&run.window()).transpose();
    let shares = pca(&window, Some(3.min(n)));
    let shares = shares.map(|found| found.explained_variance_ratio.as_slice().to_vec());
    Ok(Points {
        near: near as f64 / samples.len().max(1) as f64,
        at_rest,
        present,
        held,
        lost,
        leads,
        // A delay that does not move has no components.
        delay_shares: shares.unwrap_or_default(),
    })
}
