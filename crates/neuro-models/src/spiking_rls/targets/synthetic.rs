//! Synthetic spikes in place of the recordings of Fig. 5, which are not freely part of this library.

use nalgebra::DMatrix;
use neuro_core::{Domain, Error as Core, Streams};
use rand::RngExt;

use super::{Origin, RecordedSpikes, SpikeRow, check_size, stream};
use crate::Error;
use crate::spiking_rls::config::check_time;

/// What synthetic spikes in place of the recordings of Fig. 5 are made of.
///
/// Each neuron has a baseline rate and a random mixture of what neurons of a motor cortex do in a delayed
/// response: a transient in the sample period, a ramp in the delay, a bump at the movement. Spikes are
/// Poisson. Nothing of it is fit to data; the result is labelled [`Origin::Synthetic`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyntheticConfig {
    /// Number of neurons: 227.
    pub neurons: usize,
    /// Trials of each: 100.
    pub trials: usize,
    /// End of the sample period (ms): 1300.
    pub sample_end: f64,
    /// End of the delay (ms), after the sample: 2600.
    pub delay_end: f64,
    /// End of the trial (ms), after the delay: 4600.
    pub duration: f64,
    /// Least baseline rate (Hz): 5.5, so that neurons pass the limit of 5 Hz.
    pub least_rate: f64,
}

impl Default for SyntheticConfig {
    fn default() -> Self {
        Self {
            neurons: 227,
            trials: 100,
            sample_end: 1300.0,
            delay_end: 2600.0,
            duration: 4600.0,
            least_rate: 5.5,
        }
    }
}

impl SyntheticConfig {
    /// Spikes of all neurons and trials, in one condition named `synthetic`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for times out of order and a rate below 0.
    pub fn spikes(&self, streams: Streams, index: u64) -> Result<RecordedSpikes, Error> {
        Core::check_size::<SpikeRow>("trials", &[self.neurons, self.trials])?;
        let rates = self.true_rates(streams, index)?;
        // Its own stream: rates are the same however many trials are drawn from them.
        let mut rng = streams.rng(Domain::Trial, stream(index).wrapping_add(1 << 39));
        let mut rows = Vec::new();
        for neuron in 0..self.neurons {
            for trial in 0..self.trials {
                let mut row = |time| {
                    rows.push(SpikeRow {
                        neuron: format!("s{neuron:03}"),
                        trial: trial.to_string(),
                        condition: "synthetic".into(),
                        time,
                    });
                };
                row(None);
                for ms in 0..rates.ncols() {
                    // At most one spike a ms: rates stay below 150 Hz.
                    if rng.random::<f64>() < rates[(neuron, ms)] / 1000.0 {
                        row(Some(ms as f64 + rng.random::<f64>()));
                    }
                }
            }
        }
        let origin = Origin::Synthetic;
        Ok(RecordedSpikes { rows, origin })
    }

    /// The rates (Hz) from which spikes are drawn, neurons x ms.
    ///
    /// # Errors
    /// Those of [`spikes`](Self::spikes).
    pub fn true_rates(&self, streams: Streams, index: u64) -> Result<DMatrix<f64>, Error> {
        let (sample, delay, end) = (self.sample_end, self.delay_end, self.duration);
        check_time("end of the sample", sample)?;
        Core::check_range(
            "end of the delay",
            "after the sample",
            delay,
            delay > sample,
        )?;
        let ordered = end > delay && end.is_finite();
        Core::check_range("end of the trial", "after the delay", end, ordered)?;
        let least = self.least_rate;
        Core::check_range(
            "least rate",
            "0 to 50 Hz",
            least,
            (0.0..=50.0).contains(&least),
        )?;
        let mut rng = streams.rng(Domain::Trial, stream(index));
        let mut normals =
            streams.normals::<f64>(Domain::Trial, stream(index).wrapping_add(1 << 38));
        check_size(self.neurons, end.round() as usize)?;
        let mut rates = DMatrix::zeros(self.neurons, end.round() as usize);
        for mut row in rates.row_iter_mut() {
            let baseline = least + 4.0 * (0.7 * normals.sample()).exp();
            // Share of neurons with each part: about 0.4, 0.5, 0.6.
            let mut part = |share: f64, size: f64, signed: bool| {
                let present = rng.random::<f64>() < share;
                let sign = if signed && rng.random::<f64>() < 0.5 {
                    -1.0
                } else {
                    1.0
                };
                let size = sign * size * rng.random::<f64>();
                if present { size } else { 0.0 }
            };
            let (transient, ramp, bump) = (
                part(0.4, 1.5, false),
                part(0.5, 1.0, true),
                part(0.6, 2.0, true),
            );
            let onset = 0.3 * sample * rng.random::<f64>();
            let centre = delay + (0.05 + 0.4 * rng.random::<f64>()) * (end - delay);
            let width = 50.0 + 250.0 * rng.random::<f64>();
            for (ms, rate) in row.iter_mut().enumerate() {
                let t = ms as f64 + 0.5;
                let since = (t - onset) / 150.0;
                let fast = if since > 0.0 {
                    since * (1.0 - since).exp()
                } else {
                    0.0
                };
                let slow = match t {
                    t if t < sample => 0.0,
                    t if t < delay => (t - sample) / (delay - sample),
                    t => (-(t - delay) / 300.0).exp(),
                };
                let late = (-0.5 * ((t - centre) / width).powi(2)).exp();
                let factor = 1.0 + transient * fast + ramp * slow + bump * late;
                *rate = (baseline * factor).clamp(0.1, 150.0);
            }
        }
        Ok(rates)
    }
}
