//! Time constants and recurrent weights.

use neuro_models::noisy_ei::Network;

use super::four_digits;
use super::probe::Probe;
use crate::Error;
use crate::noisy_ei::measured::{Units, Weights, mean};

pub(super) fn units(network: &Network<f32>) -> Units {
    let time_constants: Vec<f64> = network.time_constants();
    let mut inhibitory = vec![false; time_constants.len()];
    for unit in network.inhibitory() {
        inhibitory[unit] = true;
    }
    Units {
        time_constants: super::rounded(time_constants),
        inhibitory,
    }
}

pub(super) fn weights(probe: &Probe<'_>) -> Result<Weights, Error> {
    let failed = probe.assignment.failed();
    let recurrent = probe.network.weights("recurrent").map_err(&failed)?;
    let of = |units: Vec<usize>| {
        let sent = units
            .into_iter()
            .flat_map(|j| recurrent.column(j).iter().copied().collect::<Vec<_>>());
        let strengths: Vec<f64> = sent
            .filter(|w| *w != 0.0)
            .map(|w| f64::from(w).abs())
            .collect();
        (strengths.len(), mean(strengths).map(four_digits))
    };
    let (excitatory, inhibitory) = (
        of(probe.network.excitatory()),
        of(probe.network.inhibitory()),
    );
    let columns = recurrent.column_iter();
    Ok(Weights {
        connections: [excitatory.0, inhibitory.0],
        strengths: [excitatory.1, inhibitory.1],
        silent: columns
            .filter(|column| column.iter().all(|w| *w == 0.0))
            .count(),
    })
}
