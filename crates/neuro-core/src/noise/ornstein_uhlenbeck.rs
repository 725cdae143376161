//! Ornstein–Uhlenbeck noise: correlated over a time constant, exact at any step.

use super::StandardNormals;
use crate::{Error, Scalar};

/// Independent Ornstein–Uhlenbeck processes, one a unit, that start in their stationary state.
///
/// ```equation
/// tau dx = (mu - x) dt + sigma sqrt(2 tau) dW
/// x' = mu + (x - mu) e^(-dt/tau) + sigma sqrt(1 - e^(-2 dt/tau)) xi
/// ```
///
/// `mu` is the mean and `sigma` the stationary standard deviation (units of `x`), `tau` the
/// correlation time and `dt` the step (both in the same unit), `xi` standard normal. The update has
/// the distribution of the continuous process at the sampled times, so mean, variance and the
/// autocorrelation `e^(-|t - s| / tau)` do not depend on `dt`. Source: Gillespie, Phys. Rev. E 54
/// (1996) 2084, eq. 1.9.
///
/// ```
/// use neuro_core::noise::OrnsteinUhlenbeck;
/// use neuro_core::{Domain, Streams};
///
/// // Without fluctuations the process stays at its mean.
/// let normals = Streams::new(0).normals(Domain::UnitNoise, 0);
/// let mut noise = OrnsteinUhlenbeck::<f64>::new(2, 1.5, 0.0, 10.0, 1.0, normals)?;
/// assert_eq!(noise.advance(), [1.5, 1.5]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OrnsteinUhlenbeck<T: Scalar = f64> {
    values: Vec<T>,
    fresh: Vec<T>,
    normals: StandardNormals<T>,
    mean: T,
    decay: T,
    amplitude: T,
}

impl<T: Scalar> OrnsteinUhlenbeck<T> {
    /// `units` processes with mean `mean`, stationary standard deviation `deviation`, correlation
    /// time `tau` and step `dt`, the last two in the same unit. The first values are drawn at once.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `mean` is finite, `deviation` finite and >= 0, and `tau` and
    /// `dt` finite and > 0.
    pub fn new(
        units: usize,
        mean: f64,
        deviation: f64,
        tau: f64,
        dt: f64,
        mut normals: StandardNormals<T>,
    ) -> Result<Self, Error> {
        Error::check_range(
            "mean of the noise",
            "a finite number",
            mean,
            mean.is_finite(),
        )?;
        let valid = deviation.is_finite() && deviation >= 0.0;
        let what = "standard deviation of the noise";
        Error::check_range(what, "a finite number >= 0", deviation, valid)?;
        for (what, time) in [("correlation time tau", tau), ("dt", dt)] {
            let positive = time.is_finite() && time > 0.0;
            Error::check_range(what, "a finite time > 0", time, positive)?;
        }
        Error::check_size::<T>("noise", &[units])?;
        let mut values = vec![T::zero(); units];
        normals.fill(&mut values);
        for x in &mut values {
            *x = T::of(mean) + T::of(deviation) * *x;
        }
        Ok(Self {
            fresh: values.clone(),
            values,
            normals,
            mean: T::of(mean),
            decay: T::of((-dt / tau).exp()),
            // 1 - e^(-2 dt/tau) by expm1: it would lose its digits at small steps.
            amplitude: T::of(deviation * (-(-2.0 * dt / tau).exp_m1()).sqrt()),
        })
    }

    /// The values now, one a unit.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Moves on by one step; the new values. Allocates nothing.
    pub fn advance(&mut self) -> &[T] {
        self.normals.fill(&mut self.fresh);
        for (x, xi) in self.values.iter_mut().zip(&self.fresh) {
            *x = self.mean + (*x - self.mean) * self.decay + self.amplitude * *xi;
        }
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, Streams};

    const TAU: f64 = 20.0;
    const DEVIATION: f64 = 0.3;
    const UNITS: usize = 40_000;

    fn noise(dt: f64) -> OrnsteinUhlenbeck {
        let normals = Streams::new(5).normals(Domain::UnitNoise, dt as u64);
        OrnsteinUhlenbeck::new(UNITS, -2.0, DEVIATION, TAU, dt, normals).expect("valid")
    }

    /// Mean product of deviations from the mean -2, in units of the variance.
    fn covariance(x: &[f64], y: &[f64]) -> f64 {
        let products = x.iter().zip(y).map(|(x, y)| (x + 2.0) * (y + 2.0));
        products.sum::<f64>() / UNITS as f64 / (DEVIATION * DEVIATION)
    }

    #[test]
    fn mean_and_variance_are_stationary_from_the_start_at_any_step() {
        for dt in [1.0, 10.0, 60.0] {
            let mut noise = noise(dt);
            for step in 0..5 {
                let mean = noise.values().iter().sum::<f64>() / UNITS as f64;
                // Standard errors: 0.3 / 200 = 0.0015 and sqrt(2 / 40000) = 0.7 %.
                assert!((mean + 2.0).abs() < 0.0065, "{dt} {step}: {mean}");
                let variance = covariance(noise.values(), noise.values());
                assert!((variance - 1.0).abs() < 0.03, "{dt} {step}: {variance}");
                noise.advance();
            }
        }
    }

    #[test]
    fn the_autocorrelation_over_a_time_does_not_depend_on_the_step() {
        for dt in [1.0, 4.0, 20.0] {
            let mut noise = noise(dt);
            let start = noise.values().to_vec();
            for lag in 1..=2 {
                for _ in 0..(TAU / dt) as usize {
                    noise.advance();
                }
                let expected = (-f64::from(lag)).exp();
                let found = covariance(&start, noise.values());
                // Standard error at most sqrt((1 + 1/e^2) / 40000) = 0.0053.
                assert!((found - expected).abs() < 0.023, "{dt} {lag}: {found}");
            }
        }
    }

    #[test]
    fn small_steps_keep_the_digits_of_the_amplitude() {
        let normals = Streams::new(5).normals(Domain::UnitNoise, 0);
        let noise: OrnsteinUhlenbeck =
            OrnsteinUhlenbeck::new(0, 0.0, 1.0, 1.0, 1e-14, normals).expect("valid");
        assert!((noise.amplitude / 2e-14f64.sqrt() - 1.0).abs() < 1e-13);
    }

    #[test]
    fn invalid_parameters_are_refused() {
        let make = |mean, deviation, tau, dt| {
            let normals: StandardNormals = Streams::new(5).normals(Domain::UnitNoise, 0);
            OrnsteinUhlenbeck::new(1, mean, deviation, tau, dt, normals).is_ok()
        };
        assert!(make(0.0, 0.0, 1.0, 1.0));
        assert!(!make(f64::NAN, 1.0, 1.0, 1.0));
        assert!(!make(0.0, -1.0, 1.0, 1.0));
        assert!(!make(0.0, 1.0, 0.0, 1.0));
        assert!(!make(0.0, 1.0, 1.0, f64::INFINITY));
    }
}
