//! Ornstein–Uhlenbeck processes.

use nalgebra::DMatrix;
use neuro_core::{Domain, Error as Core, Streams};

use super::{check_size, stream};
use crate::Error;
use crate::spiking_rls::config::check_time;

/// How a process goes from one step to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// With the distribution of the continuous process: `x <- a x + sd sqrt(1 - a^2) xi`, `a = exp(-dt / tau_c)`.
    #[default]
    Exact,
    /// Euler–Maruyama, as in the authors' program: `x <- x - x dt / tau_c + sd sqrt(2 dt / tau_c) xi`.
    Euler,
}

/// `tau_c dx/dt = -x + s xi(t)`, independent for each unit (Methods to Fig. 3).
///
/// The paper's `s` = 0.3 with times in ms would give almost silent units; the authors' program has the standard
/// deviation 0.3 sqrt(10) = 0.949, which is given here directly. Scans of `tau_c` shall hold it fixed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrnsteinUhlenbeck {
    /// `tau_c`, positive (ms): 200; 800 for the auxiliary units of Fig. 5.
    pub correlation_time: f64,
    /// Standard deviation in the stationary state, finite, at least 0: 0.949.
    pub deviation: f64,
    /// From step to step.
    pub scheme: Scheme,
}

impl Default for OrnsteinUhlenbeck {
    fn default() -> Self {
        Self {
            correlation_time: 200.0,
            deviation: 0.3 * 10.0_f64.sqrt(),
            scheme: Scheme::Exact,
        }
    }
}

impl OrnsteinUhlenbeck {
    /// Checks all numbers.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        check_time("correlation time", self.correlation_time)?;
        let sd = self.deviation;
        let valid = sd.is_finite() && sd >= 0.0;
        Core::check_range(
            "deviation of the process",
            "a finite number >= 0",
            sd,
            valid,
        )?;
        Ok(())
    }

    /// Targets of `units` units over `steps` steps of `dt` ms, stationary from the start.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) finds, and a step that is not positive or, with [`Scheme::Euler`], not
    /// below twice the correlation time.
    pub fn generate(
        &self,
        units: usize,
        steps: usize,
        dt: f64,
        streams: Streams,
        index: u64,
    ) -> Result<DMatrix<f64>, Error> {
        let ratio = self.ratio(dt)?;
        check_size(units, steps)?;
        // What the stationary state of the scheme has more than the process.
        let excess = match self.scheme {
            Scheme::Exact => 1.0,
            Scheme::Euler => (1.0 - 0.5 * ratio).sqrt().recip(),
        };
        let mut normals = streams.normals::<f64>(Domain::Trial, stream(index));
        let mut start = vec![0.0; units];
        normals.fill(&mut start);
        for x in &mut start {
            *x *= self.deviation * excess;
        }
        let mut increments = DMatrix::zeros(units, steps);
        normals.fill(increments.as_mut_slice());
        self.path(&start, &increments, dt)
    }

    /// The step in units of the correlation time.
    fn ratio(&self, dt: f64) -> Result<f64, Error> {
        self.validate()?;
        check_time("step", dt)?;
        let ratio = dt / self.correlation_time;
        let decays = self.scheme == Scheme::Exact || ratio < 2.0;
        let expected = "below twice the correlation time";
        Core::check_range("step of Euler's scheme", expected, dt, decays)?;
        Ok(ratio)
    }

    /// The path from `start` with these standard normal increments (units x steps).
    ///
    /// # Errors
    /// As [`generate`](Self::generate), and
    /// [`neuro_core::Error::Length`] when there is not one start a unit.
    pub fn path(
        &self,
        start: &[f64],
        increments: &DMatrix<f64>,
        dt: f64,
    ) -> Result<DMatrix<f64>, Error> {
        let ratio = self.ratio(dt)?;
        Core::check_length("start of the process", increments.nrows(), start.len())?;
        let (decay, amplitude) = match self.scheme {
            Scheme::Exact => ((-ratio).exp(), (-(-2.0 * ratio).exp_m1()).sqrt()),
            Scheme::Euler => (1.0 - ratio, (2.0 * ratio).sqrt()),
        };
        let mut x = start.to_vec();
        let mut path = increments.clone();
        for mut column in path.column_iter_mut() {
            for (x, xi) in x.iter_mut().zip(column.iter_mut()) {
                *x = decay * *x + self.deviation * amplitude * *xi;
                *xi = *x;
            }
        }
        Ok(path)
    }
}
