//! The balanced network of excitatory and inhibitory units (Fig. 4).

use nalgebra::DMatrix;
use neuro_core::connectivity::in_degree_mask;
use neuro_core::spiking::{Connections, Decay};
use neuro_core::{Error as Core, Streams};

use super::config::check_time;
use super::{Config, Model, Network, Population};
use crate::Error;

/// A network of `(1-f) N` excitatory units, which come first, and `f N` inhibitory ones. Each unit hears
/// `p (1-f) N` of the former with weight `J / sqrt(N p)`, and `p f N` of the latter with `-g` times that. No
/// constant drive is needed: strong coupling keeps the network going.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::spiking_rls::BalancedConfig;
///
/// let config = BalancedConfig { units: 100, ..BalancedConfig::default() };
/// let w = config.network(Streams::new(1))?.weight_matrix();
/// // Each unit has 8 + 2 inputs, and each column one sign.
/// assert!(w.row_iter().all(|row| row.iter().filter(|w| **w > 0.0).count() == 8));
/// assert!(w.columns(0, 80).min() >= 0.0 && w.columns(80, 20).max() <= 0.0);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BalancedConfig {
    /// `N`: 1000.
    pub units: usize,
    /// `f`, between 0 and 1: 0.2.
    pub inhibitory_fraction: f64,
    /// `p`, above 0, at most 1: 0.1.
    pub connection_probability: f64,
    /// `J`, positive: 6, recalled, for the value is not legible in our copy; Fig. 4i scans 1 to 6. That it is
    /// divided by `sqrt(N p)` follows from the paper's normalisation of eigenvalues.
    pub strength: f64,
    /// `g`, positive: 5, recalled as well. Above 4 inhibition dominates.
    pub inhibition: f64,
    /// `tau_s`, positive (ms): 60, recalled as well; Fig. 4i scans 5 to 100.
    pub synaptic_time_constant: f64,
    /// Step, positive (ms): 1.
    pub dt: f64,
}

impl Default for BalancedConfig {
    fn default() -> Self {
        Self {
            units: 1000,
            inhibitory_fraction: 0.2,
            connection_probability: 0.1,
            strength: 6.0,
            inhibition: 5.0,
            synaptic_time_constant: 60.0,
            dt: 1.0,
        }
    }
}

impl BalancedConfig {
    /// Numbers of excitatory and inhibitory units.
    #[must_use]
    pub fn populations(&self) -> [usize; 2] {
        let inhibitory = (self.inhibitory_fraction * self.units as f64).round() as usize;
        let inhibitory = inhibitory.min(self.units);
        [self.units - inhibitory, inhibitory]
    }

    /// What the weights are divided by for eigenvalues within about the unit circle (Methods, Fig. 4h):
    /// `sqrt(((1-f) J^2 + f (g J)^2) (1-p))`.
    #[must_use]
    pub fn spectral_scale(&self) -> f64 {
        let (f, p) = (self.inhibitory_fraction, self.connection_probability);
        let (j, g) = (self.strength, self.inhibition);
        (((1.0 - f) * j * j + f * (g * j).powi(2)) * (1.0 - p)).sqrt()
    }

    /// A random network: connections from the `Connectivity` streams 0 and 1.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a number that is out of range.
    pub fn network(&self, streams: Streams) -> Result<Network, Error> {
        let (f, p, n) = (
            self.inhibitory_fraction,
            self.connection_probability,
            self.units,
        );
        Core::check_range("units", "at least 1", n as f64, n > 0)?;
        Core::check_range("inhibitory fraction", "0 to 1", f, (0.0..=1.0).contains(&f))?;
        Core::check_range(
            "connection probability",
            "above 0, at most 1",
            p,
            p > 0.0 && p <= 1.0,
        )?;
        for (what, value) in [
            ("strength J", self.strength),
            ("inhibition g", self.inhibition),
        ] {
            Core::check_range(what, "positive", value, value.is_finite() && value > 0.0)?;
        }
        check_time("step", self.dt)?;
        Core::check_size::<f64>("weights", &[n, n])?;
        let [excitatory, inhibitory] = self.populations();
        let degree = |units: usize| (p * units as f64).round() as usize;
        let unit = self.strength / (p * n as f64).sqrt();
        let mut weights = DMatrix::zeros(n, n);
        let columns = [
            (0, excitatory, unit),
            (excitatory, inhibitory, -self.inhibition * unit),
        ];
        for (index, (first, count, weight)) in columns.into_iter().enumerate() {
            let mask = in_degree_mask::<f64>(n, count, degree(count), streams, index as u64)?;
            weights
                .columns_mut(first, count)
                .copy_from(&(mask * weight));
        }
        let population = Population::of(&Config {
            units: n,
            model: Model::Theta { dt: self.dt },
            synaptic_time_constant: self.synaptic_time_constant,
            decay: Decay::Exact,
            ..Config::default()
        })?;
        let (connections, weights) = Connections::of_matrix(&weights);
        Network::from_parts(population, connections, weights, self.dt)
    }
}
