//! The change of weights and gains over a block of steps during which the network used the old ones.
//!
//! With `R` the excitatory rates before and after each step of length `h`:
//!
//! ```equation
//! dU = -alpha_d sum (1 - I_mid) (R_after - R_before) ((R_after + R_before) / 2)^T
//! g <- g exp( alpha_h sum h (r_0 - R_mid) )
//! ```
//!
//! The first is exact for rates that move on a line in each step. Negative weights relax as if `dU`
//! came at a constant rate during the block, each solved exactly, from its crossing of 0 on.

use nalgebra::DMatrix;
use neuro_core::vectorize;

use super::{NegativeWeights, Plasticity};

/// Sums over the steps of a block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    units: usize,
    /// Steps recorded.
    steps: usize,
    /// Gated change of the rates in each step, times `-alpha_d`.
    changes: Vec<f64>,
    /// Mean rates of each step.
    means: Vec<f64>,
    /// Logarithm of the factor of each gain.
    growth: Vec<f64>,
    column: Vec<f64>,
}

impl Block {
    pub(super) fn new(units: usize, steps: usize) -> Self {
        Self {
            units,
            steps: 0,
            changes: vec![0.0; units * steps],
            means: vec![0.0; units * steps],
            growth: vec![0.0; units],
            column: vec![0.0; units],
        }
    }

    /// Takes up a step of length `h` (ms); the stimulus has faded by `faded` in its middle.
    pub(super) fn record(
        &mut self,
        plasticity: &Plasticity,
        faded: f64,
        h: f64,
        before: &[f64],
        after: &[f64],
    ) {
        let n = self.units;
        let changes = &mut self.changes[self.steps * n..][..n];
        let means = &mut self.means[self.steps * n..][..n];
        let (before, after, growth) = (&before[..n], &after[..n], &mut self.growth[..n]);
        let open = if plasticity.gate_homeostasis {
            faded
        } else {
            1.0
        };
        let scale = -plasticity.differential * faded;
        let (strength, target) = (plasticity.homeostatic * h * open, plasticity.target);
        vectorize(
            #[inline(always)]
            || {
                for k in 0..n {
                    changes[k] = scale * (after[k] - before[k]);
                    means[k] = 0.5 * (after[k] + before[k]);
                    growth[k] += strength * (target - means[k]);
                }
            },
        );
        self.steps += 1;
    }

    /// Forgets what was recorded.
    pub(super) fn clear(&mut self) {
        self.steps = 0;
        self.growth.fill(0.0);
    }

    /// Whether as many steps are recorded as there is room for.
    pub(super) fn is_full(&self) -> bool {
        self.steps * self.units == self.changes.len()
    }

    /// Changes the weights by what was recorded in `duration` (ms), and starts anew.
    pub(super) fn apply(
        &mut self,
        plasticity: &Plasticity,
        duration: f64,
        synapses: &mut DMatrix<f64>,
        gains: &mut [f64],
    ) {
        let n = self.units;
        let recorded = self.steps * n;
        let (changes, means) = (&self.changes[..recorded], &self.means[..recorded]);
        let relaxed = Relaxation::new(plasticity.negative, duration);
        for (j, column) in synapses.as_mut_slice().chunks_exact_mut(n).enumerate() {
            let total = &mut self.column[..n];
            let crossed = vectorize(
                #[inline(always)]
                || {
                    total.fill(0.0);
                    for (changes, means) in changes.chunks_exact(n).zip(means.chunks_exact(n)) {
                        let mean = means[j];
                        for (total, change) in total.iter_mut().zip(changes) {
                            *total += mean * change;
                        }
                    }
                    let mut crossed = false;
                    for (u, total) in column.iter_mut().zip(&mut *total) {
                        let straight = relaxed.straight(*u, *total);
                        let crosses = (*u < 0.0) != (straight < 0.0);
                        crossed |= crosses;
                        // One that crosses 0 keeps its change for the exact solution below.
                        *u = if crosses { *u } else { straight };
                        *total = if crosses { *total } else { 0.0 };
                    }
                    crossed
                },
            );
            if crossed {
                for (u, total) in column.iter_mut().zip(&*total) {
                    if *total != 0.0 {
                        *u = relaxed.crossing(*u, *total);
                    }
                }
            }
        }
        for (gain, growth) in gains.iter_mut().zip(&mut self.growth) {
            *gain *= growth.exp();
            *growth = 0.0;
        }
        self.steps = 0;
    }
}

/// Weights below 0 over a given time.
#[derive(Debug)]
pub(super) struct Relaxation {
    negative: NegativeWeights,
    duration: f64,
    /// What remains of a negative weight, and of a change that comes at a constant rate.
    remains: (f64, f64),
}

impl Relaxation {
    pub(super) fn new(negative: NegativeWeights, duration: f64) -> Self {
        let remains = match negative {
            NegativeWeights::Clip => (1.0, 1.0),
            NegativeWeights::Relax(rate) => ((-rate * duration).exp(), mean_decay(rate * duration)),
        };
        Self {
            negative,
            duration,
            remains,
        }
    }

    /// The weight `u` after a change that would add `total` in the time if it were not below 0.
    pub(super) fn after(&self, u: f64, total: f64) -> f64 {
        let straight = self.straight(u, total);
        if (u < 0.0) == (straight < 0.0) {
            straight
        } else {
            self.crossing(u, total)
        }
    }

    /// [`after`](Self::after) for a weight that stays on its side of 0.
    #[inline(always)]
    pub(super) fn straight(&self, u: f64, total: f64) -> f64 {
        let (kept, added) = self.remains;
        if u < 0.0 {
            u * kept + total * added
        } else {
            u + total
        }
    }

    /// [`after`](Self::after) for a weight that crosses 0.
    fn crossing(&self, u: f64, total: f64) -> f64 {
        let NegativeWeights::Relax(rate) = self.negative else {
            return (u + total).max(0.0);
        };
        let (end, kt) = (u + total, rate * self.duration);
        if kt == 0.0 {
            return end;
        }
        if u >= 0.0 {
            // Falls through 0 after the share u / |total| of the time.
            return end * mean_decay(kt * end / total);
        }
        // Rises through 0 where u exp(-k t) + (total / (k T)) (1 - exp(-k t)) = 0. A weight that decays
        // below the smallest number, without a change, arrives at the end only.
        let share = (1.0 - kt * u / total).ln() / kt;
        total * (1.0 - share.min(1.0))
    }
}

/// `(1 - exp(-x)) / x`.
fn mean_decay(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { -(-x).exp_m1() / x }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relaxation_follows_its_equation_for_every_path() {
        let (rate, duration) = (0.7, 3.0);
        let relaxed = Relaxation::new(NegativeWeights::Relax(rate), duration);
        for (u, total) in [
            (1.0, 0.5),
            (1.0, -0.4),
            (0.2, -1.5),
            (-0.3, -0.5),
            (-0.3, 0.1),
            (-0.3, 2.0),
            (-0.3, 0.0),
        ] {
            let steps = 300_000;
            let h = duration / f64::from(steps);
            let mut expected = u;
            for _ in 0..steps {
                let below = f64::min(expected, 0.0);
                expected += h * (total / duration - rate * below);
            }
            // Euler steps of 1e-5.
            let found = relaxed.after(u, total);
            assert!(
                (found - expected).abs() < 1e-5,
                "{u} {total}: {found} {expected}"
            );
        }
    }

    #[test]
    fn a_weight_that_decays_below_the_smallest_number_is_0() {
        let relaxed = Relaxation::new(NegativeWeights::Relax(1.0), 500.0);
        let mut u = -0.3;
        for _ in 0..5 {
            u = relaxed.after(u, 0.0);
            assert!(u <= 0.0, "{u}");
        }
        assert_eq!(u, 0.0);
        for total in [f64::MIN_POSITIVE, 5e-324, -5e-324, 1e-9] {
            assert!(relaxed.after(-5e-324, total).is_finite(), "{total}");
        }
    }

    #[test]
    fn clipped_weights_end_at_0_and_free_ones_where_the_change_puts_them() {
        let clipped = Relaxation::new(NegativeWeights::Clip, 10.0);
        assert_eq!(
            (clipped.after(0.1, -0.5), clipped.after(0.1, 0.5)),
            (0.0, 0.6)
        );
        let free = Relaxation::new(NegativeWeights::Relax(0.0), 10.0);
        for (u, total) in [(0.1, -0.5), (-0.5, 0.25), (-0.5, 1.0)] {
            assert_eq!(free.after(u, total), u + total);
        }
    }
}
