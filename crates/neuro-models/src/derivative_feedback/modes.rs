//! Modes of the linearised ring, and what they say about parameters and steps.

use std::f64::consts::TAU;

use nalgebra::DMatrix;
use neuro_core::Complex;
use neuro_core::linalg::eigenvalues;

use super::Config;
use crate::Error;

/// Gains of the pathways for one mode.
///
/// Without rectification the kernels are circulant: `n` waves around the ring stay `n` waves, and
/// follow six linear equations with the gains `lambda_ab(n) = sum_k W_ab[k, 0] cos(2 pi n k / N)`.
/// `lambda_EE lambda_II = lambda_EI lambda_IE` in every mode is the balance that makes a memory slow.
/// It does not keep the mode from growing oscillations: with strengths 120, 90, 180 and 135 the
/// balance is perfect and mode 0 grows at 0.087 per ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeGains {
    /// Excitatory to excitatory.
    pub ee: f64,
    /// Inhibitory to excitatory.
    pub ei: f64,
    /// Excitatory to inhibitory.
    pub ie: f64,
    /// Inhibitory to inhibitory.
    pub ii: f64,
}

impl ModeGains {
    /// `ee ii / (ei ie)`: 1 for a balanced mode, below it for a mode that decays.
    #[must_use]
    pub fn balance(&self) -> f64 {
        self.ee * self.ii / (self.ei * self.ie)
    }
}

/// Largest growth (per ms) that rounding can give a mode that neither grows nor decays.
const ROUNDING: f64 = 1e-9;

impl Config {
    /// Gains of the unperturbed kernels for the mode of `mode` waves, 0 to `N / 2`.
    #[must_use]
    pub fn mode_gains(&self, mode: usize) -> ModeGains {
        let [ee, ei, ie, ii] = self.pathways().map(|(_, pathway)| {
            let column = self.kernel_column(pathway);
            let n = column.len();
            let angle = |k: usize| TAU * ((mode % n * k) % n) as f64 / n as f64;
            let waves = column.iter().enumerate();
            waves.map(|(k, w)| w * angle(k).cos()).sum()
        });
        ModeGains { ee, ei, ie, ii }
    }

    /// Eigenvalues (per ms) of the six equations of a mode with these gains, the slowest first.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when gains are not finite or the eigenvalues were not found.
    pub fn mode_eigenvalues(&self, gains: &ModeGains) -> Result<Vec<Complex<f64>>, Error> {
        let mut a = DMatrix::zeros(6, 6);
        let (tau_e, tau_i) = (self.excitatory_time_constant, self.inhibitory_time_constant);
        a[(0, 0)] = -1.0 / tau_e;
        a[(1, 1)] = -1.0 / tau_i;
        a[(0, 2)] = gains.ee / tau_e;
        a[(0, 4)] = -gains.ei / tau_e;
        a[(1, 3)] = gains.ie / tau_i;
        a[(1, 5)] = -gains.ii / tau_i;
        for (row, source, pathway) in [
            (2, 0, self.ee),
            (3, 0, self.ie),
            (4, 1, self.ei),
            (5, 1, self.ii),
        ] {
            a[(row, row)] = -1.0 / pathway.time_constant;
            a[(row, source)] = 1.0 / pathway.time_constant;
        }
        Ok(eigenvalues(&a)?)
    }

    /// Eigenvalues (per ms) of all modes of the unperturbed network: those of mode `n` at `n`.
    ///
    /// # Errors
    /// What [`validate`](Self::validate) and [`mode_eigenvalues`](Self::mode_eigenvalues) find.
    pub fn spectrum(&self) -> Result<Vec<Vec<Complex<f64>>>, Error> {
        self.validate()?;
        (0..=self.units / 2)
            .map(|mode| self.mode_eigenvalues(&self.mode_gains(mode)))
            .collect()
    }

    /// Refuses parameters with which a mode grows, balanced or not. With a tonic input nothing is
    /// refused: there rectification is at work from the start, and modes without it decide nothing.
    ///
    /// # Errors
    /// [`Error::GrowingMode`] for the fastest, and what [`spectrum`](Self::spectrum) finds.
    pub fn check_stability(&self) -> Result<(), Error> {
        let spectrum = self.spectrum()?;
        if self.tonic > 0.0 {
            return Ok(());
        }
        let leading = spectrum.iter().map(|values| values[0]).enumerate();
        match leading.max_by(|a, b| a.1.re.total_cmp(&b.1.re)) {
            Some((mode, value)) if value.re > ROUNDING => Err(Error::GrowingMode {
                mode,
                rate: value.re,
                frequency: value.im.abs(),
            }),
            _ => Ok(()),
        }
    }

    /// The largest step (ms) with which an explicit Runge–Kutta method of this `order` lets every decaying mode of
    /// the unperturbed network decay: of as many stages for orders 1 to 4, that of Dormand and Prince for order 5.
    ///
    /// # Errors
    /// What [`spectrum`](Self::spectrum) finds, and [`neuro_core::Error::OutOfRange`] for another order.
    pub fn largest_step(&self, order: u32) -> Result<f64, Error> {
        let valid = (1..=5).contains(&order);
        neuro_core::Error::check_range("order", "1 to 5", f64::from(order), valid)?;
        let spectrum = self.spectrum()?;
        let decaying = spectrum.iter().flatten().filter(|value| value.re < 0.0);
        Ok(decaying.fold(f64::INFINITY, |least, value| {
            least.min(stable_step(order, *value))
        }))
    }
}

/// What a step makes of 1 at `z = h lambda`: `R(z) = 1 + z + ... + z^order / order!`, and `z^6 / 600` more for the
/// method of Dormand and Prince, of order 5, which has a sixth stage (Hairer and Wanner, Solving Ordinary Differential
/// Equations II, IV.2).
fn amplification(order: u32, z: Complex<f64>) -> Complex<f64> {
    let mut term = Complex::new(1.0, 0.0);
    let mut sum = term;
    for k in 1..=order {
        term *= z / f64::from(k);
        sum += term;
    }
    if order == 5 {
        sum + z.powu(6) / 600.0
    } else {
        sum
    }
}

/// The step at which `|R(h lambda)|` first exceeds 1.
fn stable_step(order: u32, value: Complex<f64>) -> f64 {
    let grows = |h: f64| amplification(order, value * h).norm() > 1.0 + 1e-12;
    // Every method of these orders has left its region of stability at |z| = 4.
    let (mut stable, mut h) = (0.0, 1e-6 / value.norm());
    while h * value.norm() < 4.0 && !grows(h) {
        stable = h;
        h *= 1.02;
    }
    for _ in 0..40 {
        let middle = 0.5 * (stable + h);
        if grows(middle) {
            h = middle;
        } else {
            stable = middle;
        }
    }
    stable
}

#[cfg(test)]
mod tests {
    use neuro_core::integrate::{DormandPrince5, Euler, Heun, RungeKutta4, integrate};
    use neuro_core::system_from_fn;

    use super::*;

    #[test]
    fn methods_amplify_as_their_polynomials_say() {
        for z in [
            Complex::new(-0.7, 0.4),
            Complex::new(-0.01, 0.9),
            Complex::new(-3.1, 0.0),
        ] {
            let spiral = system_from_fn(2, move |_t, x: &[f64], dx| {
                (dx[0], dx[1]) = (z.re * x[0] - z.im * x[1], z.im * x[0] + z.re * x[1]);
            });
            let start = [1.0, 0.0];
            let runs = [
                (1, integrate(&spiral, &Euler, 0.0, 1.0, 1, &start)),
                (2, integrate(&spiral, &Heun, 0.0, 1.0, 1, &start)),
                (4, integrate(&spiral, &RungeKutta4, 0.0, 1.0, 1, &start)),
                (5, integrate(&spiral, &DormandPrince5, 0.0, 1.0, 1, &start)),
            ];
            for (order, run) in runs {
                let run = run.expect("finite");
                let found = Complex::new(run.last()[0], run.last()[1]);
                let error = (found - amplification(order, z)).norm();
                assert!(error < 1e-13, "order {order} at {z}: {error}");
            }
        }
        // Where modes oscillate and hardly decay, the method of Dormand and Prince is stable, up to a shorter step
        // than that of order 4.
        let weak = Complex::new(-1e-4, 1.0);
        let [fourth, fifth] = [4, 5].map(|order| stable_step(order, weak));
        assert!(fifth > 1.0 && 2.0 * fifth < fourth, "{fourth} {fifth}");
        for (factor, stable) in [(0.5, true), (0.99, true), (1.01, false)] {
            let size = amplification(5, weak * (factor * fifth)).norm();
            assert_eq!(size < 1.0, stable, "{factor}: {size}");
        }
    }

    #[test]
    fn steps_end_where_the_methods_are_known_to() {
        let decay = Complex::new(-0.5, 0.0);
        for (order, limit) in [(1, 2.0), (2, 2.0), (3, 2.512_745), (4, 2.785_294)] {
            assert!(
                (stable_step(order, decay) - 2.0 * limit).abs() < 1e-5,
                "{order}"
            );
        }
        // Euler on an oscillation that decays: 2 |Re| / |lambda|^2.
        let value = Complex::new(-0.01, 0.3);
        assert!((stable_step(1, value) - 0.02 / value.norm_sqr()).abs() < 1e-6);
    }
}
