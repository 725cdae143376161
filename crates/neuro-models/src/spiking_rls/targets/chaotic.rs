//! The activity of a chaotic network of rate units.

use nalgebra::DMatrix;
use neuro_core::connectivity::sparse_gaussian;
use neuro_core::spiking::Connections;
use neuro_core::transfer::{QifGain, Transfer};
use neuro_core::{Domain, Error as Core, Streams};
use rand::RngExt;

use super::{check_size, stream};
use crate::Error;
use crate::spiking_rls::config::{check_time, steps_of};
use crate::spiking_rls::network::zero_sums;

/// `tau dx/dt = -x + M h(x)`, `h(x) = sqrt([x]_+) / pi` (Methods to Fig. 3): the targets are `x`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChaoticRates {
    /// `tau`, positive (ms): 40.
    pub time_constant: f64,
    /// `g`, finite, at least 0: 5; weights have standard deviation `g / sqrt(N p)`.
    pub gain: f64,
    /// `p`, between 0 and 1: 0.3.
    pub connection_probability: f64,
    /// Whether each unit's weights are shifted so that they sum to 0: true, as in the authors' program.
    pub zero_sums: bool,
    /// What is left out at the start (ms): 1000.
    pub transient: f64,
}

impl Default for ChaoticRates {
    fn default() -> Self {
        Self {
            time_constant: 40.0,
            gain: 5.0,
            connection_probability: 0.3,
            zero_sums: true,
            transient: 1000.0,
        }
    }
}

impl ChaoticRates {
    /// Targets of `units` units over `steps` Euler steps of `dt` ms, from a network with the weights and
    /// connections of the streams 2^40 + `index`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a number that is out of range, and a step that is not smaller
    /// than the time constant.
    pub fn generate(
        &self,
        units: usize,
        steps: usize,
        dt: f64,
        streams: Streams,
        index: u64,
    ) -> Result<DMatrix<f64>, Error> {
        let tau = self.time_constant;
        check_time("time constant of the chaotic network", tau)?;
        check_time("step", dt)?;
        Core::check_range("step", "below the time constant", dt, dt < tau)?;
        let before = steps_of("transient", self.transient, dt)?;
        check_size(units, steps)?;
        let p = self.connection_probability;
        let dense = sparse_gaussian(units, self.gain, p, streams, stream(index))?;
        let (connections, mut weights) = Connections::of_matrix(&dense);
        if self.zero_sums {
            zero_sums(&connections, &mut weights);
        }
        let mut rng = streams.rng(Domain::Trial, stream(index));
        let mut x: Vec<f64> = (0..units).map(|_| 0.2 * rng.random::<f64>()).collect();
        let (mut rates, mut drive) = (vec![0.0; units], vec![0.0; units]);
        let mut targets = DMatrix::zeros(units, steps);
        for step in 0..before + steps {
            QifGain.value_into(&x, &mut rates);
            connections.drive_into(&weights, &rates, &mut drive);
            for (x, u) in x.iter_mut().zip(&drive) {
                *x += dt / tau * (u - *x);
            }
            if let Some(step) = step.checked_sub(before) {
                targets.as_mut_slice()[step * units..][..units].copy_from_slice(&x);
            }
        }
        Ok(targets)
    }
}
