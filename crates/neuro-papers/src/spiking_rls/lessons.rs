//! What a network of a plan learns: stimuli and targets.

use nalgebra::DMatrix;
use neuro_core::{Purpose, Streams};
use neuro_models::Error;
use neuro_models::spiking_rls::targets::{
    ChaoticRates, OrnsteinUhlenbeck, ProductsOfSines, RateConfig, Scheme, Sines, SyntheticConfig,
    innate_drive, low_passed, rates_of,
};
use neuro_models::spiking_rls::{Network, ObjectiveKind, Pattern, stimulus};

use super::plan::{Plan, Targets};

/// What a network learns.
#[derive(Clone, Debug, Default)]
pub(super) struct Lessons {
    pub(super) patterns: Vec<Pattern>,
    /// Under the rate rule: the drives that the targets are the rates of.
    pub(super) drives: Vec<DMatrix<f64>>,
    /// What the untrained network did, beyond the learned part too.
    pub(super) innate: Option<DMatrix<f64>>,
}

/// Frozen noise of Figure 3, supplement 3: the paper gives neither amplitudes nor time scale.
const FROZEN: OrnsteinUhlenbeck = OrnsteinUhlenbeck {
    correlation_time: 100.0,
    deviation: 1.0,
    scheme: Scheme::Exact,
};

/// The `InitialState` stream of innate activity.
const INNATE: u64 = 1 << 30;

impl Plan {
    /// The patterns, each with a stimulus of its own, and what an untrained network went on to do.
    pub(super) fn lessons(&self, network: &Network, streams: Streams) -> Result<Lessons, Error> {
        let (n, dt) = (self.units(), network.dt());
        let steps = (self.duration / dt).round() as usize;
        let is_rate = matches!(self.learning.objective, ObjectiveKind::Rate { .. });
        let mut lessons = Lessons::default();
        for index in 0..self.patterns as u64 {
            let stimulus = stimulus(n, self.amplitude, streams, index)?;
            let mut pattern = Pattern::new(stimulus, DMatrix::zeros(n, steps));
            match self.targets {
                Targets::Sines => {
                    pattern.targets = Sines::default().generate(n, steps, dt, streams, index)?;
                }
                Targets::Products(family) => {
                    pattern.targets = family.generate(n, steps, dt, streams, index)?;
                }
                Targets::Chaotic => {
                    let family = ChaoticRates::default();
                    pattern.targets = family.generate(n, steps, dt, streams, index)?;
                }
                Targets::Process(family) => {
                    pattern.targets = family.generate(n, steps, dt, streams, index)?;
                }
                Targets::Repeated(share) => {
                    pattern.targets = repeated(share, n, steps, dt, streams, index)?;
                }
                Targets::Identical(deviation) => {
                    let all = Sines::default().generate(1, steps, dt, streams, index)?;
                    pattern.targets = DMatrix::from_fn(n, steps, |_, s| all[(0, s)]);
                    let noise = FROZEN.generate(n, steps, dt, streams, 1000 + index)?;
                    pattern.input = Some(noise * deviation);
                }
                Targets::Innate { warm_up, after } => {
                    let more = (after / dt).round() as usize;
                    // The state of no test and no loop.
                    let start = INNATE + index;
                    let (all, _) = innate_drive(network, warm_up, steps + more, streams, start)?;
                    pattern.targets = all.columns(0, steps).into_owned();
                    lessons.innate = Some(all);
                }
                Targets::Cortical(synthetic) => {
                    pattern.targets = cortical(&synthetic, n, steps, dt, streams)?;
                }
            }
            if is_rate && !matches!(self.targets, Targets::Cortical(_)) {
                lessons.drives.push(pattern.targets.clone());
                pattern.targets = rates_of(&pattern.targets);
            }
            lessons.patterns.push(pattern);
        }
        Ok(lessons)
    }
}

/// Products of sines for a random share of the units, one and the same for the others.
fn repeated(
    share: f64,
    units: usize,
    steps: usize,
    dt: f64,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<f64>, Error> {
    let all = ProductsOfSines::default().generate(units, steps, dt, streams, index)?;
    // Units are connected at random: the first ones are as good as any.
    let own = (share * units as f64).round() as usize;
    let of = |i: usize| if i < own { i } else { units - 1 };
    Ok(DMatrix::from_fn(units, steps, |i, s| all[(of(i), s)]))
}

/// Synthetic cortical rates for the first units, low-passed rates of processes for the others.
fn cortical(
    synthetic: &SyntheticConfig,
    units: usize,
    steps: usize,
    dt: f64,
    streams: Streams,
) -> Result<DMatrix<f64>, Error> {
    // Baselines are above the limit, so that no neuron is left out by chance.
    let options = RateConfig {
        least_rate: 0.0,
        ..RateConfig::default()
    };
    let recorded = synthetic.spikes(streams, 0)?.rates(&options)?;
    let process = OrnsteinUhlenbeck {
        correlation_time: AUXILIARY_CORRELATION,
        // s = 0.1 with times in units of 10 ms: s sqrt(tau_c / 2).
        deviation: 0.1 * (AUXILIARY_CORRELATION / 10.0 / 2.0).sqrt(),
        ..OrnsteinUhlenbeck::default()
    };
    let neurons = recorded.rates.nrows().min(units);
    let drives = process.generate(units - neurons, steps, dt, streams, 1)?;
    let auxiliary = low_passed(&rates_of(&drives), AUXILIARY_SYNAPSE, dt)?;
    Ok(DMatrix::from_fn(units, steps, |i, s| {
        if i < neurons {
            recorded.rates[(i, s.min(recorded.rates.ncols() - 1))]
        } else {
            auxiliary[(i - neurons, s)]
        }
    }))
}

/// `tau_c` and the low-pass of the auxiliary targets (ms).
const AUXILIARY_CORRELATION: f64 = 800.0;
const AUXILIARY_SYNAPSE: f64 = 50.0;

/// Streams of tests share nothing with those of learning.
pub(super) fn test_streams(streams: Streams) -> Streams {
    streams.split(Purpose::Test)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_units_has_targets_of_its_own() {
        let targets = repeated(0.3, 10, 50, 1.0, Streams::new(1), 0).expect("valid");
        let same = |i: usize| targets.row(i) == targets.row(9);
        assert!((0..3).all(|i| !same(i)) && (3..10).all(same));
    }
}
