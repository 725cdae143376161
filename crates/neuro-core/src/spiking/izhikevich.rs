//! Izhikevich's unit: two variables, many firing patterns.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{SpikingUnits, assert_sizes, check_time};
use crate::{Error, vectorize};

/// Voltage above which a unit spikes (mV).
const PEAK: f64 = 30.0;

/// Parameters of one unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IzhikevichType {
    /// Rate of the recovery (1/ms).
    pub a: f64,
    /// Sensitivity of the recovery to the voltage (1/ms).
    pub b: f64,
    /// Voltage after a spike (mV).
    pub c: f64,
    /// Jump of the recovery at a spike (mV/ms).
    pub d: f64,
}

impl IzhikevichType {
    /// Regular spiking.
    pub const REGULAR: Self = Self::of(0.02, 0.2, -65.0, 8.0);
    /// Intrinsically bursting.
    pub const BURSTING: Self = Self::of(0.02, 0.2, -55.0, 4.0);
    /// Chattering.
    pub const CHATTERING: Self = Self::of(0.02, 0.2, -50.0, 2.0);
    /// Fast spiking.
    pub const FAST: Self = Self::of(0.1, 0.2, -65.0, 2.0);
    /// Low threshold spiking.
    pub const LOW_THRESHOLD: Self = Self::of(0.02, 0.25, -65.0, 2.0);
    /// The five types, in the order above.
    pub const ALL: [Self; 5] = [
        Self::REGULAR,
        Self::BURSTING,
        Self::CHATTERING,
        Self::FAST,
        Self::LOW_THRESHOLD,
    ];

    const fn of(a: f64, b: f64, c: f64, d: f64) -> Self {
        Self { a, b, c, d }
    }
}

/// Izhikevich's units, each of its own type; two variables, voltage and recovery.
///
/// ```equation
/// dv/dt = 0.04 v^2 + 5 v + 140 - w + x,    dw/dt = a (b v - w)
/// v > 30: spike, v = c, w = w + d
/// ```
///
/// `v` voltage (mV), `w` recovery (mV per ms), `x` current (mV per ms), time in ms; `a` to `d` give the firing
/// pattern. Source: Izhikevich, IEEE Trans. Neural Netw. 14 (2003) 1569.
///
/// Forward Euler steps, both slopes from the state before the step, as Kim & Chow (2018) use it; the
/// spike is noticed at the end of the step.
///
/// ```
/// use neuro_core::spiking::{Izhikevich, IzhikevichType, SpikingUnits};
///
/// // Under the same current a fast spiking unit fires more than a regular one.
/// let units = Izhikevich::new(vec![IzhikevichType::REGULAR, IzhikevichType::FAST], 0.1)?;
/// let (mut state, mut spikes, mut counts) = ([-65.0, -65.0, -13.0, -13.0], [0.0; 2], [0.0; 2]);
/// for _ in 0..10_000 {
///     units.step(&[10.0, 10.0], &mut state, &mut spikes);
///     counts = [counts[0] + spikes[0], counts[1] + spikes[1]];
/// }
/// assert!(counts[1] > 2.0 * counts[0] && counts[0] > 5.0);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Izhikevich {
    types: Vec<IzhikevichType>,
    dt: f64,
}

impl Izhikevich {
    /// Units of these types with steps of `dt` ms (the paper: 0.1).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a step that is not positive, [`Error::NonFinite`] for parameters.
    pub fn new(types: Vec<IzhikevichType>, dt: f64) -> Result<Self, Error> {
        check_time("step of Izhikevich's units", dt)?;
        for IzhikevichType { a, b, c, d } in &types {
            Error::check_finite("parameters of an Izhikevich unit", &[*a, *b, *c, *d])?;
        }
        Ok(Self { types, dt })
    }

    /// `units` units, an equal share of each of the five types, one type after another.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a step that is not positive, [`Error::TooLarge`] for more units than fit
    /// into memory.
    pub fn equal_shares(units: usize, dt: f64) -> Result<Self, Error> {
        let count = IzhikevichType::ALL.len();
        Error::check_size::<IzhikevichType>("types of units", &[units])?;
        let types = (0..units).map(|i| IzhikevichType::ALL[i * count / units]);
        Self::new(types.collect(), dt)
    }

    /// The type of each unit.
    #[must_use]
    pub fn types(&self) -> &[IzhikevichType] {
        &self.types
    }
}

impl SpikingUnits for Izhikevich {
    fn name(&self) -> &'static str {
        "izhikevich"
    }

    fn variables(&self) -> usize {
        2
    }

    fn validate(&self, units: usize) -> Result<(), Error> {
        Error::check_length("types of Izhikevich's units", units, self.types.len())
    }

    /// Voltages uniform from -65 to -55 mV, recoveries at `b v`.
    fn start(&self, rng: &mut ChaCha8Rng, state: &mut [f64]) {
        let (v, w) = state.split_at_mut(self.types.len());
        for ((v, w), kind) in v.iter_mut().zip(w).zip(&self.types) {
            *v = -65.0 + 10.0 * rng.random::<f64>();
            *w = kind.b * *v;
        }
    }

    fn step(&self, current: &[f64], state: &mut [f64], spikes: &mut [f64]) {
        assert_sizes(2, current, state, spikes);
        assert_eq!(current.len(), self.types.len(), "one type a unit");
        let (v, w) = state.split_at_mut(self.types.len());
        let dt = self.dt;
        vectorize(
            #[inline(always)]
            || {
                let units = v
                    .iter_mut()
                    .zip(w)
                    .zip(current)
                    .zip(&self.types)
                    .zip(spikes);
                for ((((v, w), x), kind), spike) in units {
                    let dv = 0.04 * *v * *v + 5.0 * *v + 140.0 - *w + *x;
                    let dw = kind.a * (kind.b * *v - *w);
                    let (to, recovery) = (*v + dt * dv, *w + dt * dw);
                    let fires = to > PEAK;
                    *spike = if fires { 1.0 } else { 0.0 };
                    *v = if fires { kind.c } else { to };
                    *w = if fires { recovery + kind.d } else { recovery };
                }
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_of_the_types_are_equal() {
        let units = Izhikevich::equal_shares(10, 0.1).expect("a positive step");
        for (k, kind) in IzhikevichType::ALL.iter().enumerate() {
            assert_eq!(units.types()[2 * k..2 * k + 2], [*kind; 2]);
        }
        assert!(units.validate(10).is_ok() && units.validate(9).is_err());
        assert!(Izhikevich::equal_shares(0, 0.1).is_ok());
        assert!(Izhikevich::equal_shares(5, 0.0).is_err());
    }

    #[test]
    fn chattering_units_burst_and_regular_ones_do_not() {
        let types = vec![IzhikevichType::REGULAR, IzhikevichType::CHATTERING];
        let units = Izhikevich::new(types, 0.1).expect("a positive step");
        let (mut state, mut spikes) = ([-65.0, -65.0, -13.0, -13.0], [0.0; 2]);
        let mut times = [vec![], vec![]];
        for step in 0..10_000 {
            units.step(&[10.0, 10.0], &mut state, &mut spikes);
            for (times, spike) in times.iter_mut().zip(spikes) {
                if spike > 0.0 {
                    times.push(0.1 * f64::from(step));
                }
            }
        }
        let shortest = |times: &[f64]| {
            let late = times
                .iter()
                .filter(|t| **t > 300.0)
                .copied()
                .collect::<Vec<_>>();
            late.windows(2)
                .map(|w| w[1] - w[0])
                .fold(f64::INFINITY, f64::min)
        };
        assert!(shortest(&times[0]) > 20.0 && shortest(&times[1]) < 8.0);
    }
}
