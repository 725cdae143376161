//! Sine waves and products of two.

use std::f64::consts::TAU;

use nalgebra::DMatrix;
use neuro_core::{Domain, Streams};
use rand::{Rng, RngExt};

use super::{check_interval, check_size, stream};
use crate::Error;
use crate::spiking_rls::config::check_time;

/// `f(t) = A sin(2 pi (t - T_0) / T_1)`, each unit with numbers of its own (Methods to Fig. 1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sines {
    /// Range of `A`: 0.5 to 1.5.
    pub amplitude: [f64; 2],
    /// Range of `T_0` (ms): 0 to 1000.
    pub phase: [f64; 2],
    /// Range of `T_1`, positive (ms): 300 to 1000.
    pub period: [f64; 2],
}

impl Default for Sines {
    fn default() -> Self {
        Self {
            amplitude: [0.5, 1.5],
            phase: [0.0, 1000.0],
            period: [300.0, 1000.0],
        }
    }
}

impl Sines {
    /// Targets of `units` units over `steps` steps of `dt` ms.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for ranges that are empty and a step that is not positive.
    pub fn generate(
        &self,
        units: usize,
        steps: usize,
        dt: f64,
        streams: Streams,
        index: u64,
    ) -> Result<DMatrix<f64>, Error> {
        check_interval("amplitude of the sines", self.amplitude, false)?;
        check_interval("phase of the sines", self.phase, false)?;
        check_interval("period of the sines", self.period, true)?;
        check_time("step", dt)?;
        check_size(units, steps)?;
        let mut rng = streams.rng(Domain::Trial, stream(index));
        let drawn: Vec<[f64; 3]> = (0..units)
            .map(|_| [self.amplitude, self.phase, self.period].map(|r| uniform(&mut rng, r)))
            .collect();
        Ok(DMatrix::from_fn(units, steps, |i, s| {
            let [amplitude, phase, period] = drawn[i];
            let t = (s + 1) as f64 * dt;
            amplitude * (TAU * (t - phase) / period).sin()
        }))
    }
}

/// `f(t) = A sin(2 pi (t - T_0) / T_1) sin(2 pi (t - T_0) / T_2)` (Methods to Fig. 3); with `one_phase` false,
/// each factor has a phase of its own, uniform over its period, as in the authors' program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProductsOfSines {
    /// Range of `A`: 0.5 to 1.5; 0.1, 0.05 and 0.01 in Fig. 3, supplement 1.
    pub amplitude: [f64; 2],
    /// Range of `T_0` (ms): 0 to 1000.
    pub phase: [f64; 2],
    /// Range of `T_1`, positive (ms): 500 to 1000.
    pub slow_period: [f64; 2],
    /// Range of `T_2`, positive (ms): 100 to 500; 500 to 1000 in the supplements to Fig. 3.
    pub fast_period: [f64; 2],
    /// Whether both factors have the phase `T_0`, as the paper prints: true.
    pub one_phase: bool,
}

impl Default for ProductsOfSines {
    fn default() -> Self {
        Self {
            amplitude: [0.5, 1.5],
            phase: [0.0, 1000.0],
            slow_period: [500.0, 1000.0],
            fast_period: [100.0, 500.0],
            one_phase: true,
        }
    }
}

impl ProductsOfSines {
    /// Targets of `units` units over `steps` steps of `dt` ms.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for ranges that are empty and a step that is not positive.
    pub fn generate(
        &self,
        units: usize,
        steps: usize,
        dt: f64,
        streams: Streams,
        index: u64,
    ) -> Result<DMatrix<f64>, Error> {
        check_interval("amplitude of the products", self.amplitude, false)?;
        check_interval("phase of the products", self.phase, false)?;
        check_interval("slow period of the products", self.slow_period, true)?;
        check_interval("fast period of the products", self.fast_period, true)?;
        check_time("step", dt)?;
        check_size(units, steps)?;
        let mut rng = streams.rng(Domain::Trial, stream(index));
        let drawn: Vec<[f64; 5]> = (0..units)
            .map(|_| {
                let periods = [self.slow_period, self.fast_period];
                let [amplitude, phase] = [self.amplitude, self.phase].map(|r| uniform(&mut rng, r));
                let [slow, fast] = periods.map(|r| uniform(&mut rng, r));
                let phases = if self.one_phase {
                    [phase; 2]
                } else {
                    [slow, fast].map(|period| uniform(&mut rng, [0.0, period]))
                };
                [amplitude, phases[0], slow, phases[1], fast]
            })
            .collect();
        Ok(DMatrix::from_fn(units, steps, |i, s| {
            let [amplitude, slow_phase, slow, fast_phase, fast] = drawn[i];
            let t = (s + 1) as f64 * dt;
            let wave = |phase: f64, period: f64| (TAU * (t - phase) / period).sin();
            amplitude * wave(slow_phase, slow) * wave(fast_phase, fast)
        }))
    }
}

fn uniform(rng: &mut impl Rng, [low, high]: [f64; 2]) -> f64 {
    low + (high - low) * rng.random::<f64>()
}
