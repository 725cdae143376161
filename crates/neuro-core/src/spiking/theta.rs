//! The theta neuron: quadratic integrate-and-fire on a circle.

use std::f64::consts::{FRAC_1_PI, PI, TAU};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{SpikingUnits, assert_sizes, check_time};
use crate::{Error, vectorize};

/// Theta neurons; one variable, the phase in `(-pi, pi]`.
///
/// ```equation
/// tau dtheta/dt = 1 - cos theta + x (1 + cos theta),    v = tan(theta / 2):  tau dv/dt = v^2 + x
/// ```
///
/// `theta` phase (radians), `x` current (no unit, threshold 0), `tau` time constant. The unit spikes
/// when the phase passes `pi`, where `v` is infinite. Constant current fires `sqrt(x) / pi` spikes per
/// `tau` ([`QifGain`](crate::transfer::QifGain)). Source: Ermentrout, Neural Comput. 8 (1996) 979.
///
/// The classical Runge–Kutta method, current constant within the step; the phase is kept in
/// `(-pi, pi]` by adding or subtracting turns, and a step that ends above `pi` is a spike, one however
/// many turns it made. Strong inhibition (`x dt / tau < -6`) can throw the phase below `-pi` within a step, and
/// currents beyond `6 tau / dt` by more than one turn: without the turns it would stay on a wrong branch.
///
/// ```
/// use neuro_core::spiking::{SpikingUnits, Theta};
///
/// // Without input the phase rests at 0; the voltage there is tan(0) = 0.
/// let (mut theta, mut spikes) = ([0.0], [1.0]);
/// Theta::default().step(&[0.0], &mut theta, &mut spikes);
/// assert_eq!((theta, spikes), ([0.0], [0.0]));
/// assert_eq!(Theta::voltage(theta[0]), 0.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theta {
    /// `tau`, positive (ms, or the unit of `dt`): 10.
    pub time_constant: f64,
    /// Step, positive: 1.
    pub dt: f64,
}

impl Default for Theta {
    fn default() -> Self {
        Self {
            time_constant: 10.0,
            dt: 1.0,
        }
    }
}

impl Theta {
    /// `v = tan(theta / 2)`, the voltage of the quadratic form.
    #[must_use]
    pub fn voltage(theta: f64) -> f64 {
        (0.5 * theta).tan()
    }

    /// Density of phases under a constant current `x > 0`, per radian (Kim & Chow 2018, Eq. 44):
    /// `sqrt(x) / (pi (1 - cos theta + x (1 + cos theta)))`. At the spike it is half the rate per time constant.
    ///
    /// ```
    /// use neuro_core::spiking::Theta;
    ///
    /// // It integrates to 1, and twice its value at pi is the rate sqrt(x) / pi.
    /// let (x, n) = (0.3_f64, 1000);
    /// let step = std::f64::consts::TAU / f64::from(n);
    /// let sum: f64 = (0..n).map(|k| Theta::phase_density(step * f64::from(k), x)).sum();
    /// assert!((sum * step - 1.0).abs() < 1e-12);
    /// let rate = 2.0 * Theta::phase_density(std::f64::consts::PI, x);
    /// assert!((rate - x.sqrt() / std::f64::consts::PI).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn phase_density(theta: f64, x: f64) -> f64 {
        x.sqrt() * FRAC_1_PI / (1.0 - theta.cos() + x * (1.0 + theta.cos()))
    }
}

impl SpikingUnits for Theta {
    fn name(&self) -> &'static str {
        "theta"
    }

    fn validate(&self, _units: usize) -> Result<(), Error> {
        check_time("time constant of theta neurons", self.time_constant)?;
        check_time("step of theta neurons", self.dt)
    }

    /// Phases uniform in `(-pi, pi]`.
    fn start(&self, rng: &mut ChaCha8Rng, state: &mut [f64]) {
        for theta in state {
            *theta = PI - TAU * rng.random::<f64>();
        }
    }

    fn step(&self, current: &[f64], state: &mut [f64], spikes: &mut [f64]) {
        assert_sizes(1, current, state, spikes);
        let h = self.dt / self.time_constant;
        vectorize(
            #[inline(always)]
            || {
                for ((theta, x), spike) in state.iter_mut().zip(current).zip(spikes) {
                    let at = *theta;
                    let k1 = rate(at, *x);
                    let k2 = rate(at + 0.5 * h * k1, *x);
                    let k3 = rate(at + 0.5 * h * k2, *x);
                    let k4 = rate(at + h * k3, *x);
                    let to = at + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
                    *spike = if to > PI { 1.0 } else { 0.0 };
                    *theta = on_circle(to);
                }
            },
        );
    }
}

/// The same phase in `(-pi, pi]`.
#[inline(always)]
fn on_circle(phase: f64) -> f64 {
    // Whole turns; at most half a turn is left, but for rounding.
    let turns = (phase * (1.0 / TAU) + ROUND) - ROUND;
    let rest = phase - turns * TAU;
    let turn = if rest > PI { TAU } else { 0.0 };
    let turn = if rest <= -PI { -TAU } else { turn };
    rest - turn
}

/// Adding and subtracting rounds to an integer.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// `1 - cos theta + x (1 + cos theta) = 2 (s^2 + x (1 - s^2))` with `s = sin(theta / 2)`.
#[inline(always)]
fn rate(theta: f64, x: f64) -> f64 {
    let square = sin_square(0.5 * theta);
    2.0 * (square + x * (1.0 - square))
}

/// `sin(y)^2`, to 3e-16 for `|y| < 1e5`; no branches and no library call, so that it vectorises: a step of 1000
/// units takes 9.0 us, 24.4 us with the cosine of the standard library (AVX-512, best of 300).
///
/// The period of the square is `pi`, so that no quadrant need be told apart; the Taylor series to the
/// 21st power has an error below 2e-18 at `pi / 2`.
#[inline(always)]
fn sin_square(y: f64) -> f64 {
    /// What `PI` lacks to be pi.
    const PI_REST: f64 = 1.224_646_799_147_353_2e-16;
    /// `(-1)^k / (2 k + 1)!` for `k = 10` down to 1.
    const SERIES: [f64; 10] = [
        1.0 / 51_090_942_171_709_440_000.0,
        -1.0 / 121_645_100_408_832_000.0,
        1.0 / 355_687_428_096_000.0,
        -1.0 / 1_307_674_368_000.0,
        1.0 / 6_227_020_800.0,
        -1.0 / 39_916_800.0,
        1.0 / 362_880.0,
        -1.0 / 5_040.0,
        1.0 / 120.0,
        -1.0 / 6.0,
    ];
    let turns = (y * FRAC_1_PI + ROUND) - ROUND;
    let z = (y - turns * PI) - turns * PI_REST;
    let square = z * z;
    let mut sum = SERIES[0];
    for c in &SERIES[1..] {
        sum = sum * square + *c;
    }
    let sine = z + z * (square * sum);
    sine * sine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_of_the_sine_is_that_of_the_library() {
        for k in -40_000..40_000 {
            let y = f64::from(k) * 1e-3;
            let error = (sin_square(y) - y.sin().powi(2)).abs();
            // One rounding of `turns * PI` at |y| = 40 is 7e-15 / 2.
            let allowed = 4e-16 + 1e-16 * y.abs();
            assert!(error <= allowed, "{y}: {error}");
        }
        assert!(sin_square(f64::NAN).is_nan());
    }

    #[test]
    fn constant_current_fires_the_square_root_over_pi() {
        // 0.5 % from threshold to strong currents at the step of the paper, over 2000 time constants.
        for x in [0.01, 0.1, 1.0, 5.0, 20.0] {
            let (mut theta, mut spikes, mut count) = ([0.0], [0.0], 0.0);
            for _ in 0..20_000 {
                Theta::default().step(&[x], &mut theta, &mut spikes);
                count += spikes[0];
            }
            let expected = 2000.0 * x.sqrt() / PI;
            let allowed = 1.0 + 5e-3 * expected;
            assert!(
                (count - expected).abs() <= allowed,
                "{x}: {count} {expected}"
            );
        }
    }

    #[test]
    fn strong_currents_stay_on_the_circle_and_leave_no_trace() {
        for x in [
            -5000.0, -100.0, -65.0, -60.0, -20.0, 62.0, 70.0, 150.0, 5000.0,
        ] {
            for start in -31..=31 {
                let (mut theta, mut spikes) = ([0.1 * f64::from(start)], [0.0]);
                for _ in 0..1000 {
                    Theta::default().step(&[x], &mut theta, &mut spikes);
                    assert!(theta[0] > -PI && theta[0] <= PI, "{x}: {theta:?}");
                }
                // Then a current of 1 fires once in 10 pi steps, whatever was before.
                let mut count = 0.0;
                for _ in 0..2000 {
                    Theta::default().step(&[1.0], &mut theta, &mut spikes);
                    count += spikes[0];
                }
                assert!((62.0..=65.0).contains(&count), "{x} from {start}: {count}");
            }
        }
        for (phase, same) in [
            (PI, PI),
            (-PI, PI),
            (3.5 * PI, -0.5 * PI),
            (-3.5 * PI, 0.5 * PI),
            (0.0, 0.0),
        ] {
            assert!((on_circle(phase) - same).abs() < 1e-14, "{phase}");
        }
    }

    #[test]
    fn phases_converge_with_order_four() {
        // One time constant that ends before the spike, against tiny steps.
        let run = |steps: u32| {
            let units = Theta {
                time_constant: 1.0,
                dt: 1.0 / f64::from(steps),
            };
            let (mut theta, mut spikes) = ([1.0], [0.0]);
            for _ in 0..steps {
                units.step(&[0.5], &mut theta, &mut spikes);
            }
            theta[0]
        };
        let exact = run(4096);
        let order = ((run(8) - exact) / (run(16) - exact)).abs().log2();
        assert!((order - 4.0).abs() < 0.2, "{order}");
    }
}
