//! Exponential synapses: spikes become rates.

use super::check_time;
use crate::{Error, flushed, vectorize};

/// How a filter decays within a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Decay {
    /// `exp(-dt / tau_s)`.
    #[default]
    Exact,
    /// The Runge–Kutta method of order four for `r' = -r / tau_s`, whose factor is the Taylor polynomial
    /// of the exponential: what the authors' program does. 2.6e-9 from the exact one at `tau_s` = 20 steps,
    /// 2 % at one step.
    RungeKutta4,
}

impl Decay {
    /// What remains of 1 after `dt / tau_s = z`.
    #[must_use]
    pub fn factor(self, z: f64) -> f64 {
        match self {
            Self::Exact => (-z).exp(),
            Self::RungeKutta4 => 1.0 - z * (1.0 - z / 2.0 * (1.0 - z / 3.0 * (1.0 - z / 4.0))),
        }
    }
}

/// The filter of all synapses that a unit sends.
///
/// ```equation
/// tau_s dr/dt = -r + unit sum_k delta(t - t_k),    r <- decay r + jump s,    jump = unit / tau_s
/// ```
///
/// `tau_s` synaptic time constant, `t_k` spike times, `s` 1 for a spike in this step and else 0. `unit` is
/// the time per which rates count: with 10 ms, a rate of 0.1 is 10 spikes per second. The mean of `r` is
/// the unit's rate whatever `tau_s` is. A new spike does not decay in its own step. A rate that has become
/// [subnormal](crate::flushed) is 0. Source: Kim & Chow (2018), Eqs. 6-8.
///
/// ```
/// use neuro_core::spiking::{Decay, SynapticFilter};
///
/// // 20 spikes per second, 20 ms synapses, steps of 1 ms: the mean rate is 0.2 per 10 ms.
/// let filter = SynapticFilter::new(20.0, 1.0, 10.0, Decay::Exact)?;
/// let (mut r, mut sum) = ([0.0], 0.0);
/// for step in 0..10_000 {
///     filter.step(&[if step % 50 == 0 { 1.0 } else { 0.0 }], &mut r);
///     sum += r[0];
/// }
/// // Spikes at the beginning of a step count for half a step too much: 1 / 40.
/// assert!((sum / 10_000.0 - 0.2 * (1.0 + 1.0 / 40.0)).abs() < 1e-4);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SynapticFilter {
    decay: f64,
    jump: f64,
}

impl SynapticFilter {
    /// A filter with this synaptic time constant, for steps of `dt`, and rates per `rate_unit`; all three in
    /// the same unit of time.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless all are positive, and for a step with which rates would grow: from 2.785 time
    /// constants on with [`Decay::RungeKutta4`].
    pub fn new(time_constant: f64, dt: f64, rate_unit: f64, decay: Decay) -> Result<Self, Error> {
        check_time("synaptic time constant", time_constant)?;
        check_time("step of the synapses", dt)?;
        check_time("time unit of rates", rate_unit)?;
        let steps = dt / time_constant;
        let factor = decay.factor(steps);
        let expected = "a step with which rates decay";
        Error::check_range(
            "step over synaptic time constant",
            expected,
            steps,
            factor < 1.0,
        )?;
        Ok(Self {
            decay: factor,
            jump: rate_unit / time_constant,
        })
    }

    /// What remains of a rate after a step.
    #[must_use]
    pub fn decay(&self) -> f64 {
        self.decay
    }

    /// What a spike adds.
    #[must_use]
    pub fn jump(&self) -> f64 {
        self.jump
    }

    /// `r <- decay r + jump s` for each unit.
    ///
    /// # Panics
    /// When there are not as many rates as spikes.
    pub fn step(&self, spikes: &[f64], rates: &mut [f64]) {
        assert_eq!(spikes.len(), rates.len(), "rates, one a unit");
        let Self { decay, jump } = *self;
        vectorize(
            #[inline(always)]
            || {
                for (r, s) in rates.iter_mut().zip(spikes) {
                    *r = flushed(decay * *r + jump * *s);
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_decays_differ_as_their_documentation_says() {
        let apart = |z| (Decay::RungeKutta4.factor(z) - Decay::Exact.factor(z)).abs();
        assert!((apart(0.05) - 2.6e-9).abs() < 1e-10);
        assert!((Decay::RungeKutta4.factor(1.0) - 0.375).abs() < 1e-15);
        assert!((apart(1.0) - 0.0071).abs() < 1e-4);
    }

    #[test]
    fn times_that_are_not_positive_are_refused() {
        for (tau, dt, unit) in [(0.0, 1.0, 1.0), (1.0, f64::NAN, 1.0), (1.0, 1.0, -1.0)] {
            assert!(SynapticFilter::new(tau, dt, unit, Decay::Exact).is_err());
        }
    }
}
