//! The leaky integrate-and-fire unit, stepped exactly.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{SpikingUnits, assert_sizes, check_time};
use crate::{Error, vectorize};

/// Leaky integrate-and-fire units; one variable, the voltage.
///
/// ```equation
/// tau dv/dt = E - v + tau x,    v > threshold: spike, v = reset
/// v' = v_inf + (v - v_inf) exp(-dt / tau),    v_inf = E + tau x
/// ```
///
/// `v` voltage (mV), `E` voltage at rest (mV), `x` current (mV per ms), `tau` time constant and `dt` step
/// (ms). The step is exact for a current that is constant within it; threshold crossings are noticed
/// at its end. There is no refractory period. Source: Kim & Chow (2018), Fig. 3, supplement 2.
///
/// ```
/// use neuro_core::spiking::{LeakyIntegrateAndFire, SpikingUnits};
///
/// // 1 mV/ms lifts the voltage at rest by tau * 1 = 10 mV: past the threshold, and back.
/// let units = LeakyIntegrateAndFire { dt: 100.0, ..LeakyIntegrateAndFire::default() };
/// let (mut v, mut spikes) = ([-55.0], [0.0]);
/// units.step(&[1.0], &mut v, &mut spikes);
/// assert_eq!((v, spikes), ([-65.0], [1.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeakyIntegrateAndFire {
    /// `E` (mV): -55, our choice; the paper does not give it.
    pub rest: f64,
    /// Voltage above which a unit spikes (mV): -50.
    pub threshold: f64,
    /// Voltage after a spike, below the threshold (mV): -65.
    pub reset: f64,
    /// `tau`, positive (ms): 10.
    pub time_constant: f64,
    /// Step, positive (ms): 0.1.
    pub dt: f64,
}

impl Default for LeakyIntegrateAndFire {
    fn default() -> Self {
        Self {
            rest: -55.0,
            threshold: -50.0,
            reset: -65.0,
            time_constant: 10.0,
            dt: 0.1,
        }
    }
}

impl SpikingUnits for LeakyIntegrateAndFire {
    fn name(&self) -> &'static str {
        "leaky_integrate_and_fire"
    }

    fn validate(&self, _units: usize) -> Result<(), Error> {
        check_time("time constant of the membrane", self.time_constant)?;
        check_time("step of the membrane", self.dt)?;
        Error::check_finite("voltages", &[self.rest, self.threshold, self.reset])?;
        let below = self.reset < self.threshold;
        Error::check_range("reset", "below the threshold", self.reset, below)
    }

    /// Voltages uniform from the reset to the threshold.
    fn start(&self, rng: &mut ChaCha8Rng, state: &mut [f64]) {
        for v in state {
            *v = self.reset + (self.threshold - self.reset) * rng.random::<f64>();
        }
    }

    fn step(&self, current: &[f64], state: &mut [f64], spikes: &mut [f64]) {
        assert_sizes(1, current, state, spikes);
        let Self {
            rest,
            threshold,
            reset,
            time_constant: tau,
            dt,
        } = *self;
        let decay = (-dt / tau).exp();
        vectorize(
            #[inline(always)]
            || {
                for ((v, x), spike) in state.iter_mut().zip(current).zip(spikes) {
                    let limit = rest + tau * *x;
                    let to = limit + (*v - limit) * decay;
                    let fires = to > threshold;
                    *spike = if fires { 1.0 } else { 0.0 };
                    *v = if fires { reset } else { to };
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voltage_relaxes_exactly_at_any_step() {
        for dt in [0.1, 3.0, 40.0] {
            let units = LeakyIntegrateAndFire {
                dt,
                ..LeakyIntegrateAndFire::default()
            };
            let (mut v, mut spikes) = ([-65.0], [0.0]);
            units.step(&[0.2], &mut v, &mut spikes);
            let exact = -53.0 - 12.0 * (-dt / 10.0).exp();
            assert!((v[0] - exact).abs() < 1e-13, "{dt}: {v:?}");
        }
    }

    #[test]
    fn the_rate_is_that_of_the_formula() {
        // Period tau log((v_inf - reset) / (v_inf - threshold)), 10.99 ms for v_inf = -42.5.
        let units = LeakyIntegrateAndFire::default();
        let (mut v, mut spikes, mut count) = ([-65.0], [0.0], 0.0);
        for _ in 0..100_000 {
            units.step(&[1.25], &mut v, &mut spikes);
            count += spikes[0];
        }
        let period = 10.0 * (22.5_f64 / 7.5).ln();
        // The crossing is noticed up to 0.1 ms late: 1 %.
        let expected = 10_000.0 / period;
        assert!(
            count <= expected + 1.0 && count > 0.99 * expected - 1.0,
            "{count}"
        );
    }

    #[test]
    fn senseless_voltages_are_refused() {
        let units = LeakyIntegrateAndFire {
            reset: -40.0,
            ..LeakyIntegrateAndFire::default()
        };
        assert!(units.validate(3).is_err());
        assert!(LeakyIntegrateAndFire::default().validate(3).is_ok());
    }
}
