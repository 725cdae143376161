//! What figures show of networks with (synthetic) cortical targets (Figure 5).

use neuro_analysis::quasi_static::binned_means;
use neuro_core::Streams;
use neuro_models::spiking_rls::targets::SyntheticConfig;
use neuro_models::spiking_rls::{Network, RATE_UNIT};

use super::{Failure, tested_with};
use crate::spiking_rls::group::Group;
use crate::spiking_rls::lessons::Lessons;
use crate::spiking_rls::measured::{Cortical, rounded};
use crate::spiking_rls::plan::Plan;

/// Time between two rates that are kept (ms).
const STEP: f64 = 50.0;

pub(super) fn measure(
    group: Group,
    plan: &Plan,
    network: &Network,
    lessons: &Lessons,
    streams: Streams,
    synthetic: &SyntheticConfig,
) -> Result<Cortical, Failure> {
    let neurons = synthetic.neurons;
    let mut cortical = Cortical {
        neurons,
        ratio: (network.units() - neurons) as f64 / neurons as f64,
        step: STEP,
        data: vec![],
        model: vec![],
    };
    if !matches!(group, Group::Cortical(0 | 200)) {
        return Ok(cortical);
    }
    let targets = &lessons.patterns[0].targets;
    let mut sum = nalgebra::DMatrix::zeros(targets.nrows(), targets.ncols());
    tested_with(
        network,
        plan,
        lessons,
        0,
        plan.trials,
        streams,
        |_, recording| {
            sum += &recording.rates;
        },
    )?;
    sum /= plan.trials as f64;
    let width = ((STEP / network.dt()).round() as usize).min(targets.ncols());
    let kept = |rates: &nalgebra::DMatrix<f64>| -> Result<Vec<Vec<f64>>, Failure> {
        // From spikes per 10 ms to Hz.
        let means = binned_means(rates, width)? * (1000.0 / RATE_UNIT);
        let rows = (0..neurons).map(|i| rounded(means.row(i).iter().copied()));
        Ok(rows.collect())
    };
    cortical.data = kept(targets)?;
    cortical.model = kept(&sum)?;
    Ok(cortical)
}
