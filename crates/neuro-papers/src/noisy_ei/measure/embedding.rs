//! Figure 2: the rates from the first stimulus on in three dimensions, and whether clusters there
//! agree with what the network saw.

use nalgebra::DMatrix;
use neuro_analysis::kmeans::{KMeansConfig, adjusted_rand_index, k_means};
use neuro_analysis::phate::{PhateConfig, SmacofConfig, phate};
use neuro_core::parallel::Workers;
use neuro_models::tasks::MatchingTask;

use super::probe::{Chunk, Probe};
use super::{Effort, four_digits};
use crate::Error;
use crate::noisy_ei::measured::Embedding;

/// Steps of the metric scaling; it has converged after a few dozen.
const SCALING: usize = 300;

/// From the onset of the second stimulus to the first state that is to tell the conditions apart, ms.
const SETTLING: f64 = 100.0;

/// The rates that are embedded.
pub(super) struct Rows {
    trials: usize,
    stride: usize,
    /// The first sample.
    from: usize,
    /// Condition and sample of each row.
    labels: Vec<(usize, usize)>,
    /// Rates of all units, row after row.
    rates: Vec<f64>,
}

impl Rows {
    pub(super) fn new(probe: &Probe<'_>, effort: &Effort) -> Self {
        let task = probe.matching.as_ref();
        Self {
            trials: effort.embedded.0,
            stride: effort.embedded.1,
            from: task.map_or(0, |task| task.stimulus_samples()[0].start),
            labels: Vec::new(),
            rates: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, probe: &Probe<'_>, chunk: &Chunk) {
        let wanted = self.trials.saturating_sub(chunk.first);
        if wanted == 0 {
            return;
        }
        let rates = probe.network.rates(&chunk.run.states);
        for (trial, condition) in chunk.conditions.iter().enumerate().take(wanted) {
            for sample in (self.from..rates.steps()).step_by(self.stride) {
                self.labels.push((*condition, sample));
                let rate = rates.state(sample, trial);
                self.rates.extend(rate.iter().map(|r| f64::from(*r)));
            }
        }
    }
}

pub(super) fn measure(
    probe: &Probe<'_>,
    task: &MatchingTask,
    rows: &Rows,
) -> Result<Option<Embedding>, Error> {
    let failed = probe.failed();
    let (count, units) = (rows.labels.len(), probe.config.units);
    let samples = DMatrix::from_row_slice(count, units, &rows.rates);
    let config = PhateConfig {
        scaling: SmacofConfig {
            max_iterations: SCALING,
            ..SmacofConfig::default()
        },
        ..PhateConfig::default()
    };
    let found = phate(&samples, &config, probe.streams, &Workers::sequential());
    let Some(found) = probe.unless_lost(found)? else {
        return Ok(None);
    };
    let dt = probe.config.dt;
    let second = task.stimulus_samples()[1].start + (SETTLING / dt).round() as usize;
    let delay = task.delay_samples();
    let agreement = |clusters, of: &dyn Fn(usize) -> bool, class: &dyn Fn(usize) -> usize| {
        let chosen: Vec<usize> = (0..count).filter(|k| of(rows.labels[*k].1)).collect();
        let points = found.embedding.select_rows(&chosen);
        let config = KMeansConfig {
            clusters,
            ..KMeansConfig::default()
        };
        let clusters = k_means(&points, &config, probe.streams)?;
        let classes: Vec<usize> = chosen.iter().map(|k| class(rows.labels[*k].0)).collect();
        adjusted_rand_index(&clusters.labels, &classes)
    };
    let in_delay = |sample| delay.contains(&sample);
    let memory = agreement(2, &in_delay, &|condition| condition / 2).map_err(&failed)?;
    let late = |sample| sample >= second;
    let conditions = agreement(4, &late, &|condition| condition).map_err(&failed)?;
    let points = rows.labels.iter().zip(found.embedding.row_iter());
    let points = points.map(|((condition, sample), row)| {
        let [a, b, c] = [row[0], row[1], row[2]].map(four_digits);
        [*condition as f64, *sample as f64 * dt, a, b, c]
    });
    Ok(Some(Embedding {
        trials: rows.trials,
        diffusion_time: found.diffusion_time,
        converged: found.scaling.converged,
        memory,
        conditions,
        points: points.collect(),
    }))
}
