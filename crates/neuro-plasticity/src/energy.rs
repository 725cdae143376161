//! The online energy rule: the memory that should come next is made deeper, the one that is on shallower.

use neuro_core::{Error as Core, Scalar, vectorize};

use crate::error::check_non_negative;
use crate::{Clip, Error};

/// The rule for memories and transitions together.
///
/// A network of features and hidden units with memories `Xi` (features x hidden units), delayed transitions `W`
/// between hidden units (row: to, column: from) and delayed features `V_d` has the energy
///
/// ```equation
/// E = ... - sqrt(alpha_s) s_f^T Xi s_h - alpha_c s_h^T W Xi^T V_d
/// ```
///
/// Each synapse follows its gradient at two states, that of the target memory and that of the current one:
///
/// ```equation
/// T dX/dt = -dE/dX | target + beta_c dE/dX | current,    X in Xi, W
/// T_Xi dXi/dt = sqrt(alpha_s) (s_f s_h^T - beta_c s_f' s_h'^T) + alpha_c V_d (W^T y)^T
/// T_W  dW/dt  = alpha_c y (Xi^T V_d)^T,    y = s_h - beta_c s_h'
/// ```
///
/// `s_f`, `s_h` activations at the target, `s_f'`, `s_h'` at the current memory. The products with `s_f` are Hebbian;
/// those with `V_d`, where the pre-synaptic signal is an earlier one, are spike-timing dependent plasticity in terms of
/// rates. Each alone: a rule with a `delay_strength` or a `memory_strength` of 0. Source: Karuvally, Sejnowski &
/// Siegelmann, General sequential episodic memory model, Eqs. 17-19; `beta_c` is missing from all equations but the
/// first. `W` is the transpose of their `Phi`.
///
/// The rule reads hidden activations of two states, so that it is not a
/// [`PlasticityRule`](crate::PlasticityRule) of two rates.
///
/// ```
/// use neuro_plasticity::{EnergyRule, EnergySignals, EnergyUpdate};
///
/// // Hidden unit 0 stands for the memory that is on, unit 1 for the next; the delay holds the former.
/// let rule = EnergyRule {
///     memory_strength: 1.0, delay_strength: 1.0, current_weight: 0.5,
///     memories_time_constant: 10.0, transitions_time_constant: 10.0,
///     memories_bound: Some(5.0), transitions_bound: None,
/// };
/// let signals = EnergySignals {
///     target_features: &[-1.0, 1.0], target_hidden: &[0.0, 1.0],
///     current_features: &[1.0, 1.0], current_hidden: &[1.0, 0.0],
///     delay: &[1.0, 1.0], delayed_overlaps: &[2.0, 0.0],
/// };
/// let (mut xi, mut w) = ([1.0, 1.0, -1.0, 1.0], [0.0; 4]);
/// let mut update = EnergyUpdate::new(2, 2);
/// update.step(&rule, &signals, 1.0, &mut xi, &mut w)?;
/// // The memory that is on becomes shallower, the next one deeper, and the way there opens.
/// assert_eq!(xi, [0.95, 0.95, -1.1, 1.1]);
/// assert_eq!(w, [-0.1, 0.2, 0.0, 0.0]); // columns: from unit 0, from unit 1
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyRule {
    /// `alpha_s`, finite and at least 0.
    pub memory_strength: f64,
    /// `alpha_c`, finite and at least 0.
    pub delay_strength: f64,
    /// `beta_c`, finite and at least 0: weight of the current memory against the target.
    pub current_weight: f64,
    /// `T_Xi`, finite and positive, in the unit of the durations given to [`EnergyUpdate::step`].
    pub memories_time_constant: f64,
    /// `T_W`, finite and positive, in the same unit.
    pub transitions_time_constant: f64,
    /// Largest size of a value of `Xi`, positive, or none.
    pub memories_bound: Option<f64>,
    /// Largest size of a value of `W`, positive, or none.
    pub transitions_bound: Option<f64>,
}

/// What the synapses see at one moment; features and hidden units each of one length.
#[derive(Clone, Copy, Debug)]
pub struct EnergySignals<'a, T: Scalar = f64> {
    /// `s_f`: activation of the features in the target memory.
    pub target_features: &'a [T],
    /// `s_h`: activation of the hidden units there.
    pub target_hidden: &'a [T],
    /// `s_f'`: activation of the features now.
    pub current_features: &'a [T],
    /// `s_h'`: activation of the hidden units now.
    pub current_hidden: &'a [T],
    /// `V_d`, delayed features.
    pub delay: &'a [T],
    /// `Xi^T V_d`, one value for each hidden unit.
    pub delayed_overlaps: &'a [T],
}

impl EnergyRule {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        check_non_negative("memory_strength", self.memory_strength)?;
        check_non_negative("delay_strength", self.delay_strength)?;
        check_non_negative("current_weight", self.current_weight)?;
        let bounds = [self.memories_bound, self.transitions_bound];
        let times = [self.memories_time_constant, self.transitions_time_constant];
        let times = times.map(|value| ("time constant of learning", value));
        let bounds = bounds.into_iter().flatten();
        for (what, value) in times.into_iter().chain(bounds.map(|b| ("bound", b))) {
            let holds = value.is_finite() && value > 0.0;
            Core::check_range(what, "finite, positive", value, holds)?;
        }
        Ok(())
    }

    /// Writes `dXi/dt` (features x hidden units) and `dW/dt` (hidden x hidden units), column-major, given `W`.
    /// Allocates nothing.
    ///
    /// # Panics
    /// When the lengths do not fit together.
    pub fn rates_into<T: Scalar>(
        &self,
        signals: &EnergySignals<'_, T>,
        transitions: &[T],
        memories_rates: &mut [T],
        transitions_rates: &mut [T],
    ) {
        let (n, k) = (signals.delay.len(), signals.delayed_overlaps.len());
        assert_eq!(signals.target_features.len(), n, "target features");
        assert_eq!(signals.current_features.len(), n, "current features");
        assert_eq!(signals.target_hidden.len(), k, "target hidden units");
        assert_eq!(signals.current_hidden.len(), k, "current hidden units");
        assert_eq!(transitions.len(), k * k, "transitions");
        assert_eq!(memories_rates.len(), n * k, "rates of the memories");
        assert_eq!(transitions_rates.len(), k * k, "rates of the transitions");
        let memory = T::of(self.memory_strength.sqrt() / self.memories_time_constant);
        let delayed = T::of(self.delay_strength / self.memories_time_constant);
        let transition = T::of(self.delay_strength / self.transitions_time_constant);
        let beta = T::of(self.current_weight);
        vectorize(
            #[inline(always)]
            || {
                let hidden = signals.target_hidden.iter().zip(signals.current_hidden);
                let columns = memories_rates.chunks_exact_mut(n.max(1));
                let columns = columns.zip(transitions.chunks_exact(k.max(1)));
                for ((rates, w), (target, current)) in columns.zip(hidden.clone()) {
                    let pull: T = w
                        .iter()
                        .zip(hidden.clone())
                        .map(|(w, (t, c))| *w * (*t - beta * *c))
                        .sum();
                    let (target, current) = (memory * *target, memory * beta * *current);
                    let pull = delayed * pull;
                    let features = signals.target_features.iter().zip(signals.current_features);
                    let features = features.zip(signals.delay);
                    for (rate, ((s, c), d)) in rates.iter_mut().zip(features) {
                        *rate = target * *s - current * *c + pull * *d;
                    }
                }
                let columns = transitions_rates.chunks_exact_mut(k.max(1));
                for (rates, overlap) in columns.zip(signals.delayed_overlaps) {
                    let scale = transition * *overlap;
                    for (rate, (t, c)) in rates.iter_mut().zip(hidden.clone()) {
                        *rate = scale * (*t - beta * *c);
                    }
                }
            },
        );
    }

    /// Moves synapses beyond the bounds to them.
    pub fn limit<T: Scalar>(&self, memories: &mut [T], transitions: &mut [T]) {
        let bounds = [self.memories_bound, self.transitions_bound];
        for (bound, synapses) in bounds.into_iter().zip([memories, transitions]) {
            if let Some(high) = bound {
                Clip { low: -high, high }.apply(synapses);
            }
        }
    }
}

/// Buffers of updates by an [`EnergyRule`].
#[derive(Clone, Debug)]
pub struct EnergyUpdate<T: Scalar = f64> {
    features: usize,
    hidden: usize,
    memories: Vec<T>,
    transitions: Vec<T>,
}

impl<T: Scalar> EnergyUpdate<T> {
    /// For this number of features and hidden units.
    ///
    /// # Panics
    /// When the buffers do not fit into memory, which [`neuro_core::Error::check_size`] tells beforehand.
    #[must_use]
    pub fn new(features: usize, hidden: usize) -> Self {
        Self {
            features,
            hidden,
            memories: vec![T::zero(); features * hidden],
            transitions: vec![T::zero(); hidden * hidden],
        }
    }

    /// Adds `duration` times the rates to memories and transitions, both from the values before, and limits them
    /// to their bounds. Allocates nothing.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] when the sizes are not those that the buffers were made for.
    pub fn step(
        &mut self,
        rule: &EnergyRule,
        signals: &EnergySignals<'_, T>,
        duration: T,
        memories: &mut [T],
        transitions: &mut [T],
    ) -> Result<(), Error> {
        for (what, expected, found) in [
            (
                "target features",
                self.features,
                signals.target_features.len(),
            ),
            (
                "target hidden units",
                self.hidden,
                signals.target_hidden.len(),
            ),
            (
                "current features",
                self.features,
                signals.current_features.len(),
            ),
            (
                "current hidden units",
                self.hidden,
                signals.current_hidden.len(),
            ),
            ("delayed features", self.features, signals.delay.len()),
            (
                "delayed overlaps",
                self.hidden,
                signals.delayed_overlaps.len(),
            ),
            ("memories", self.memories.len(), memories.len()),
            ("transitions", self.transitions.len(), transitions.len()),
        ] {
            Core::check_length(what, expected, found)?;
        }
        rule.rates_into(
            signals,
            transitions,
            &mut self.memories,
            &mut self.transitions,
        );
        for (synapses, rates) in [
            (&mut *memories, &self.memories),
            (&mut *transitions, &self.transitions),
        ] {
            for (synapse, rate) in synapses.iter_mut().zip(rates) {
                *synapse += duration * *rate;
            }
        }
        rule.limit(memories, transitions);
        Ok(())
    }

    /// The rates of the last update: `dXi/dt` and `dW/dt`, column-major.
    #[must_use]
    pub fn rates(&self) -> (&[T], &[T]) {
        (&self.memories, &self.transitions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> EnergyRule {
        EnergyRule {
            memory_strength: 0.7,
            delay_strength: 1.9,
            current_weight: 0.6,
            memories_time_constant: 3.0,
            transitions_time_constant: 7.0,
            memories_bound: Some(5.0),
            transitions_bound: Some(0.1),
        }
    }

    /// `-sqrt(alpha_s) s_f^T Xi s_h - alpha_c s_h^T W Xi^T V_d` for 3 features and 2 hidden units.
    fn energy(xi: &[f64], w: &[f64], s_f: &[f64], s_h: &[f64], v_d: &[f64]) -> f64 {
        let rule = rule();
        let mut energy = 0.0;
        for i in 0..3 {
            for mu in 0..2 {
                energy -= rule.memory_strength.sqrt() * s_f[i] * xi[3 * mu + i] * s_h[mu];
                for to in 0..2 {
                    let way = w[2 * mu + to] * xi[3 * mu + i];
                    energy -= rule.delay_strength * s_h[to] * way * v_d[i];
                }
            }
        }
        energy
    }

    #[test]
    fn synapses_descend_the_energy_of_the_target_and_climb_that_of_the_current_memory() {
        let xi = [0.3, -1.1, 0.8, 1.2, 0.5, -0.4];
        let w = [0.1, -0.3, 0.9, 0.2];
        let (s_f, c_f, v_d) = ([0.9, -0.2, 0.4], [-0.5, 0.7, 0.1], [0.2, 0.6, -0.8]);
        let (s_h, c_h) = ([0.8, 0.2], [0.3, 0.7]);
        let overlaps = [0, 1].map(|mu| (0..3).map(|i| xi[3 * mu + i] * v_d[i]).sum::<f64>());
        let signals = EnergySignals {
            target_features: &s_f,
            target_hidden: &s_h,
            current_features: &c_f,
            current_hidden: &c_h,
            delay: &v_d,
            delayed_overlaps: &overlaps,
        };
        let rule = rule();
        let (mut xi_rates, mut w_rates) = ([0.0; 6], [0.0; 4]);
        rule.rates_into(&signals, &w, &mut xi_rates, &mut w_rates);
        let objective = |xi: &[f64], w: &[f64]| {
            energy(xi, w, &s_f, &s_h, &v_d) - rule.current_weight * energy(xi, w, &c_f, &c_h, &v_d)
        };
        // The energy is linear in each synapse: differences are exact but for rounding.
        for k in 0..6 {
            let mut moved = xi;
            moved[k] += 1.0;
            let expected = (objective(&xi, &w) - objective(&moved, &w)) / 3.0;
            assert!((xi_rates[k] - expected).abs() < 1e-14, "memory {k}");
        }
        for k in 0..4 {
            let mut moved = w;
            moved[k] += 1.0;
            let expected = (objective(&xi, &w) - objective(&xi, &moved)) / 7.0;
            assert!((w_rates[k] - expected).abs() < 1e-14, "transition {k}");
        }
    }

    #[test]
    fn synapses_stay_within_their_bounds_and_sizes_are_checked() {
        let (ones, hidden) = ([1.0; 3], [1.0, 0.0]);
        let signals = EnergySignals {
            target_features: &ones,
            target_hidden: &hidden,
            current_features: &ones,
            current_hidden: &hidden,
            delay: &ones,
            delayed_overlaps: &[1.0, -1.0],
        };
        let mut update = EnergyUpdate::new(3, 2);
        let (mut xi, mut w) = ([4.9; 6], [0.0; 4]);
        let rule = rule();
        update
            .step(&rule, &signals, 100.0, &mut xi, &mut w)
            .expect("sizes fit");
        assert_eq!((xi[0], w), (5.0, [0.1, 0.0, -0.1, 0.0]));
        let wrong = update.step(&rule, &signals, 1.0, &mut xi[..5], &mut w);
        assert_eq!(
            wrong.map_err(|e| e.to_string()),
            Err("memories: expected 6 values, found 5".into())
        );
    }

    #[test]
    fn wrong_constants_are_refused_with_their_name() {
        let message = |change: fn(&mut EnergyRule)| {
            let mut rule = rule();
            change(&mut rule);
            rule.validate().map_err(|e| e.to_string()).expect_err("bad")
        };
        let strength = message(|r| r.delay_strength = -1.0);
        assert_eq!(
            strength,
            "delay_strength: expected finite, at least 0, found -1"
        );
        message(|r| r.memory_strength = f64::NAN);
        message(|r| r.current_weight = f64::INFINITY);
        message(|r| r.memories_time_constant = 0.0);
        message(|r| r.transitions_bound = Some(0.0));
        assert!(rule().validate().is_ok());
    }
}
