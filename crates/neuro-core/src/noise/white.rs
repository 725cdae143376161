//! White noise in discrete time: independent normal numbers, and how large they are.

use super::StandardNormals;
use crate::{Error, Scalar};

/// What a noise strength `sigma` means: the standard deviation added to a unit in one step.
///
/// A leaky unit driven by noise is stepped as `x' = (1 - alpha) x + alpha drive + a xi` with
/// `alpha = dt / tau` (no unit) and `xi` standard normal. The field does not agree on the amplitude
/// `a` that a paper's `sigma` stands for; these are the conventions. Without drive the
/// stationary variance of `x` is `a^2 / (alpha (2 - alpha))`, hence
///
/// | convention | `a` | stationary variance | as `dt` shrinks |
/// |---|---|---|---|
/// | [`NoiseScaling::SqrtAlpha`] | `sigma sqrt(alpha)` | `sigma^2 / (2 - alpha)` | `sigma^2 / 2` |
/// | [`NoiseScaling::SqrtTwoAlpha`] | `sigma sqrt(2 alpha)` | `2 sigma^2 / (2 - alpha)` | `sigma^2` |
/// | [`NoiseScaling::PerStep`] | `sigma` | `sigma^2 / (alpha (2 - alpha))` | grows without bound |
/// | [`WhiteNoise::increments`] | `sigma sqrt(dt)` | `tau sigma^2 / (2 - alpha)` | `tau sigma^2 / 2` |
///
/// Only the first two and the last describe the same process at every `dt`; the last is the Wiener
/// increment of `tau`-free stochastic equations, `dx = f dt + sigma dW`, with `sigma` in units of
/// `x` per square root of time.
///
/// ```
/// use neuro_core::noise::NoiseScaling;
///
/// // tau = 100 ms, dt = 4 ms.
/// let alpha = 4.0 / 100.0;
/// assert_eq!(NoiseScaling::SqrtAlpha.amplitude(0.5, alpha), 0.5 * 0.2);
/// assert_eq!(NoiseScaling::PerStep.amplitude(0.5, alpha), 0.5);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum NoiseScaling {
    /// `sigma sqrt(alpha)`: Ichikawa & Kaneko 2021.
    #[default]
    SqrtAlpha,
    /// `sigma sqrt(2 alpha)`, for which `sigma` is the standard deviation of a unit without
    /// drive: the convention of `pycog` and `PsychRNN`.
    SqrtTwoAlpha,
    /// `sigma` at each step, whatever the step: Kim, Li & Sejnowski 2019.
    PerStep,
}

impl NoiseScaling {
    /// All conventions.
    pub const ALL: [Self; 3] = [Self::SqrtAlpha, Self::SqrtTwoAlpha, Self::PerStep];

    /// The standard deviation of the noise added in one step, for `alpha = dt / tau`.
    #[must_use]
    pub fn amplitude(self, sigma: f64, alpha: f64) -> f64 {
        match self {
            Self::SqrtAlpha => sigma * alpha.sqrt(),
            Self::SqrtTwoAlpha => sigma * (2.0 * alpha).sqrt(),
            Self::PerStep => sigma,
        }
    }

    /// The name that files store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SqrtAlpha => "sqrt_alpha",
            Self::SqrtTwoAlpha => "sqrt_two_alpha",
            Self::PerStep => "per_step",
        }
    }

    /// The convention of a [`name`](Self::name).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scaling| scaling.name() == name)
    }
}

/// Independent normal numbers of mean 0 and one standard deviation, step after step.
#[derive(Clone, Debug)]
pub struct WhiteNoise<T: Scalar = f64> {
    normals: StandardNormals<T>,
    amplitude: T,
}

impl<T: Scalar> WhiteNoise<T> {
    /// Noise of strength `sigma` in the sense of `scaling`, for `alpha = dt / tau`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `sigma` is finite and >= 0 and `alpha` finite and > 0.
    pub fn new(
        sigma: f64,
        scaling: NoiseScaling,
        alpha: f64,
        normals: StandardNormals<T>,
    ) -> Result<Self, Error> {
        check_strength(sigma)?;
        let positive = alpha.is_finite() && alpha > 0.0;
        Error::check_range("alpha = dt / tau", "a finite number > 0", alpha, positive)?;
        Ok(Self {
            normals,
            amplitude: T::of(scaling.amplitude(sigma, alpha)),
        })
    }

    /// The increments `sigma dW` of a stochastic differential equation: standard deviation
    /// `sigma sqrt(dt)`.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `sigma` is finite and >= 0 and `dt` finite and > 0.
    pub fn increments(sigma: f64, dt: f64, normals: StandardNormals<T>) -> Result<Self, Error> {
        check_strength(sigma)?;
        let positive = dt.is_finite() && dt > 0.0;
        Error::check_range("dt", "a finite step > 0", dt, positive)?;
        Ok(Self {
            normals,
            amplitude: T::of(sigma * dt.sqrt()),
        })
    }

    /// The standard deviation of each number.
    #[must_use]
    pub fn amplitude(&self) -> T {
        self.amplitude
    }

    /// Replaces `values` by the next numbers. Allocates nothing.
    pub fn fill(&mut self, values: &mut [T]) {
        self.normals.fill(values);
        for v in values {
            *v *= self.amplitude;
        }
    }
}

fn check_strength(sigma: f64) -> Result<(), Error> {
    let valid = sigma.is_finite() && sigma >= 0.0;
    Error::check_range("noise strength sigma", "a finite number >= 0", sigma, valid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, Streams};

    fn normals(index: u64) -> StandardNormals {
        Streams::new(11).normals(Domain::UnitNoise, index)
    }

    /// Variance over 20000 leaky units without drive, after 10 time constants.
    fn leaky_variance(alpha: f64, mut noise: WhiteNoise) -> f64 {
        let mut x = vec![0.0; 20_000];
        let mut xi = x.clone();
        for _ in 0..(10.0 / alpha) as usize {
            noise.fill(&mut xi);
            for (x, xi) in x.iter_mut().zip(&xi) {
                *x += *xi - alpha * *x;
            }
        }
        x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64
    }

    #[test]
    fn leaky_units_get_the_stationary_variance_of_each_convention() {
        let sigma = 0.7;
        for (k, alpha) in [0.5, 0.2, 0.05].into_iter().enumerate() {
            for (scaling, in_sigma) in [
                (NoiseScaling::SqrtAlpha, 1.0 / (2.0 - alpha)),
                (NoiseScaling::SqrtTwoAlpha, 2.0 / (2.0 - alpha)),
                (NoiseScaling::PerStep, 1.0 / (alpha * (2.0 - alpha))),
            ] {
                let noise = WhiteNoise::new(sigma, scaling, alpha, normals(k as u64));
                let variance = leaky_variance(alpha, noise.expect("valid"));
                let ratio = variance / (sigma * sigma * in_sigma);
                // Standard error sqrt(2 / 20000) = 1 %.
                assert!((ratio - 1.0).abs() < 0.045, "{scaling:?} {alpha}: {ratio}");
            }
        }
    }

    #[test]
    fn the_variance_of_summed_increments_is_time_whatever_the_step() {
        for (k, steps) in [4u32, 20, 100].into_iter().enumerate() {
            let dt = 2.0 / f64::from(steps);
            let mut noise = WhiteNoise::increments(0.5, dt, normals(k as u64)).expect("valid");
            let mut x = vec![0.0; 10_000];
            let mut dw = x.clone();
            for _ in 0..steps {
                noise.fill(&mut dw);
                x.iter_mut().zip(&dw).for_each(|(x, dw)| *x += *dw);
            }
            let variance = x.iter().map(|x| x * x).sum::<f64>() / 10_000.0;
            // sigma^2 t = 0.5, standard error 1.4 %.
            assert!((variance / 0.5 - 1.0).abs() < 0.06, "{steps}: {variance}");
        }
    }

    #[test]
    fn names_lead_back_to_their_convention() {
        for scaling in NoiseScaling::ALL {
            assert_eq!(NoiseScaling::from_name(scaling.name()), Some(scaling));
        }
        assert_eq!(NoiseScaling::from_name("other"), None);
    }

    #[test]
    fn invalid_strengths_and_steps_are_refused() {
        let scaling = NoiseScaling::SqrtAlpha;
        assert!(WhiteNoise::new(-1.0, scaling, 0.1, normals(0)).is_err());
        assert!(WhiteNoise::new(f64::NAN, scaling, 0.1, normals(0)).is_err());
        assert!(WhiteNoise::new(1.0, scaling, 0.0, normals(0)).is_err());
        assert!(WhiteNoise::increments(1.0, f64::INFINITY, normals(0)).is_err());
        let silent = WhiteNoise::new(0.0, scaling, 0.1, normals(0)).expect("no noise is valid");
        assert_eq!(silent.amplitude(), 0.0);
    }
}
