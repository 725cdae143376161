//! Formulas of the theory against simulations of single units and filters.

use std::f64::consts::{PI, TAU};

use neuro_core::spiking::{Decay, SpikingUnits, SynapticFilter, Theta};
use neuro_core::transfer::{QifGain, Transfer};
use neuro_core::{Domain, Streams};
use neuro_models::spiking_rls::RATE_UNIT;
use neuro_models::spiking_rls::targets::OrnsteinUhlenbeck;
use rand::RngExt;

use super::Failure;
use crate::Scale;
use crate::spiking_rls::measured::Theory;

/// Currents of the density of phases.
const CURRENTS: [f64; 4] = [0.05, 0.2, 1.0, 3.0];
/// Bins of the density.
const BINS: usize = 40;
/// Rates of the variance of filtered spikes (Hz), and the synapse (ms).
const RATES: [f64; 4] = [2.0, 5.0, 10.0, 20.0];
const SYNAPSE: f64 = 20.0;
/// `tau_s / tau_c` of the tracking error.
const RATIOS: [f64; 4] = [0.05, 0.1, 0.2, 0.5];

pub(super) fn measure(scale: Scale, streams: Streams) -> Result<Theory, Failure> {
    let steps = scale.choose(2_000, 40_000, 400_000);
    let density = CURRENTS.map(|x| [x, density_apart(x, steps)]);
    let mut tracking = Vec::new();
    for (k, ratio) in RATIOS.into_iter().enumerate() {
        let cycles = scale.choose(2, 4, 12);
        tracking.push([ratio, tracking_error(ratio, cycles, streams, k as u64)?]);
    }
    let mut variance = Vec::new();
    for (k, rate) in RATES.into_iter().enumerate() {
        let expected = variance_of(rate);
        let regular = variance_found(&mut regular(rate), 10 * steps)?;
        let poisson = variance_found(&mut poisson(rate, streams, k as u64), 10 * steps)?;
        variance.push([rate, regular / expected, poisson / expected]);
    }
    Ok(Theory {
        density: density.into(),
        tracking,
        variance,
    })
}

/// Total variation between the phases of a unit under constant current and Eq. 44: 0 to 1.
fn density_apart(x: f64, steps: usize) -> f64 {
    // A tenth of the networks' step: the density is that of continuous time.
    let units = Theta {
        time_constant: RATE_UNIT,
        dt: 0.1,
    };
    let (mut theta, mut spikes) = ([0.0], [0.0]);
    let mut counts = [0.0; BINS];
    for _ in 0..10 * steps {
        units.step(&[x], &mut theta, &mut spikes);
        let place = (theta[0] + PI) / TAU * BINS as f64;
        counts[(place as usize).min(BINS - 1)] += 1.0;
    }
    let width = TAU / BINS as f64;
    let expected = |bin: usize| {
        // Ten points of the bin.
        let points = (0..10).map(|k| -PI + width * (bin as f64 + (f64::from(k) + 0.5) / 10.0));
        points
            .map(|theta| Theta::phase_density(theta, x))
            .sum::<f64>()
            / 10.0
            * width
    };
    let total = (10 * steps) as f64;
    let apart = (0..BINS).map(|bin| (counts[bin] / total - expected(bin)).abs());
    0.5 * apart.sum::<f64>()
}

/// The tracking error `tau_s du/dt` of an Ornstein–Uhlenbeck process `u` relative to `u`, as moduli of
/// Fourier coefficients, averaged over the frequencies (cycles per time) up to `1 / (2 pi tau_c)`, of which the
/// path has `cycles`.
fn tracking_error(ratio: f64, cycles: usize, streams: Streams, index: u64) -> Result<f64, Failure> {
    let (target, dt) = (100.0, 1.0);
    let synapse = ratio * target;
    let process = OrnsteinUhlenbeck {
        correlation_time: target,
        ..OrnsteinUhlenbeck::default()
    };
    let samples = (cycles as f64 * TAU * target / dt).round() as usize;
    let path = process.generate(1, samples, dt, streams, 100 + index)?;
    let u = path.as_slice();
    // Periodic central differences, whose coefficients are exactly i sin(omega dt) / dt times those of u.
    let slope = |s: usize| (u[(s + 1) % samples] - u[(s + samples - 1) % samples]) / (2.0 * dt);
    let error: Vec<f64> = (0..samples).map(|s| synapse * slope(s)).collect();
    let modulus = |values: &[f64], k: usize| {
        let angle = |s: usize| TAU * (k * s % samples) as f64 / samples as f64;
        let terms = values.iter().enumerate();
        let (re, im) = terms.fold((0.0, 0.0), |(re, im), (s, x)| {
            (re + x * angle(s).cos(), im + x * angle(s).sin())
        });
        re.hypot(im)
    };
    // The trapezoidal rule of the integral from 0, where the ratio is 0.
    let ratios = (1..=cycles).map(|k| modulus(&error, k) / modulus(u, k));
    let ratios: Vec<f64> = ratios.collect();
    let end = ratios.last().copied().unwrap_or(0.0);
    Ok((ratios.iter().sum::<f64>() - 0.5 * end) / cycles as f64)
}

/// Eq. 59, rates per 10 ms.
fn variance_of(rate: f64) -> f64 {
    let r = rate * RATE_UNIT / 1000.0;
    r * (0.5 * RATE_UNIT / SYNAPSE - r)
}

/// Spikes of a theta neuron under the constant current that gives a rate.
fn regular(rate: f64) -> impl FnMut() -> f64 {
    let per_unit = rate * RATE_UNIT / 1000.0;
    let current = [(PI * per_unit).powi(2)];
    debug_assert!((QifGain.value(current[0]) - per_unit).abs() < 1e-12);
    let units = Theta::default();
    let (mut theta, mut spikes) = ([0.0], [0.0]);
    move || {
        units.step(&current, &mut theta, &mut spikes);
        spikes[0]
    }
}

fn poisson(rate: f64, streams: Streams, index: u64) -> impl FnMut() -> f64 {
    let mut rng = streams.rng(Domain::Analysis, index);
    move || f64::from(u8::from(rng.random::<f64>() < rate / 1000.0))
}

/// Variance over time of filtered spikes, steps of 1 ms.
fn variance_found(spikes: &mut impl FnMut() -> f64, steps: usize) -> Result<f64, Failure> {
    let filter = SynapticFilter::new(SYNAPSE, 1.0, RATE_UNIT, Decay::Exact)?;
    let mut r = [0.0];
    let (mut sum, mut squares) = (0.0, 0.0);
    let count = steps as f64;
    // The first second is the filter's own.
    for step in 0..steps + 1000 {
        filter.step(&[spikes()], &mut r);
        if step >= 1000 {
            sum += r[0];
            squares += r[0] * r[0];
        }
    }
    Ok(squares / count - (sum / count).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_of_a_unit_have_the_density_of_the_theory() {
        assert!(density_apart(0.3, 20_000) < 0.02);
    }

    #[test]
    fn slow_regular_spikes_have_the_variance_of_the_theory_and_poisson_spikes_have_more() {
        let rate = 5.0;
        let found = variance_found(&mut regular(rate), 200_000).expect("valid");
        let expected = variance_of(rate);
        assert!((found / expected - 1.0).abs() < 0.1, "{found} {expected}");
        let found = variance_found(&mut poisson(rate, Streams::new(1), 0), 400_000);
        // Campbell: r / (2 tau_s).
        let r = rate / 100.0;
        let campbell = r * 0.5 * RATE_UNIT / SYNAPSE;
        let found = found.expect("valid");
        assert!((found / campbell - 1.0).abs() < 0.1, "{found} {campbell}");
    }

    #[test]
    fn the_tracking_error_is_half_the_ratio_of_the_times() {
        // The mean of 2 pi f tau_s up to f = 1 / (2 pi tau_c).
        let found = tracking_error(0.2, 6, Streams::new(1), 0).expect("valid");
        assert!((found / 0.2 - 0.5).abs() < 0.01, "{found}");
    }
}
