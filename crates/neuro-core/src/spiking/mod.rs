//! Spiking units, the filters of their synapses, and who is connected to whom.
//!
//! [`SpikingUnits`] is what a population of units does in one step; [`Theta`] (quadratic
//! integrate-and-fire), [`LeakyIntegrateAndFire`] and [`Izhikevich`] implement it, and a user's own
//! model may. [`SynapticFilter`] turns spikes into rates, [`Connections`] rates into drive. One step
//! of a recurrent network is, in this order:
//!
//! ```text
//! 1. membranes   state advances by dt; the current u + I is that before the step, and constant in it
//! 2. spikes      threshold test and reset, as part of the same call
//! 3. filter      r <- decay r + jump s: a new spike does not decay in its own step
//! 4. drive       u <- W r
//! ```
//!
//! `u` drive from the other units and `I` external input (both in the unit of the model's current),
//! `s` 1 for a unit that has spiked and else 0, `r` filtered spikes (rate). Source: Kim & Chow,
//! Learning recurrent dynamics in spiking networks (2018), Methods, and the authors' program.
//!
//! There are no delays and no conductances; membranes are in `f64` only, since rounding moves spikes.
//!
//! ```
//! use neuro_core::spiking::{SpikingUnits, Theta};
//!
//! // A theta neuron under constant input x fires sqrt(x) / pi spikes per time constant.
//! let units = Theta { time_constant: 10.0, dt: 1.0 };
//! let (mut theta, mut spikes, mut count) = ([0.0], [0.0], 0.0);
//! for _ in 0..10_000 {
//!     units.step(&[4.0], &mut theta, &mut spikes);
//!     count += spikes[0];
//! }
//! assert!((count / 1000.0 / (2.0 / std::f64::consts::PI) - 1.0).abs() < 5e-3);
//! ```

mod connections;
mod filter;
mod integrate_and_fire;
mod izhikevich;
mod theta;

use std::fmt::Debug;

use rand_chacha::ChaCha8Rng;

use crate::Error;

pub use connections::Connections;
pub use filter::{Decay, SynapticFilter};
pub use integrate_and_fire::LeakyIntegrateAndFire;
pub use izhikevich::{Izhikevich, IzhikevichType};
pub use theta::Theta;

/// A population of spiking units, advanced step by step.
///
/// The state holds [`variables`](Self::variables) values a unit: the first variable of all units, then
/// the second of all units.
///
/// ```
/// use neuro_core::spiking::SpikingUnits;
/// use rand_chacha::ChaCha8Rng;
///
/// /// Fires when the integral of its current reaches 1.
/// #[derive(Debug)]
/// struct Perfect;
///
/// impl SpikingUnits for Perfect {
///     fn name(&self) -> &'static str {
///         "perfect"
///     }
///     fn start(&self, _: &mut ChaCha8Rng, state: &mut [f64]) {
///         state.fill(0.0);
///     }
///     fn step(&self, current: &[f64], state: &mut [f64], spikes: &mut [f64]) {
///         for ((x, current), spike) in state.iter_mut().zip(current).zip(spikes) {
///             *x += current;
///             *spike = if *x >= 1.0 { 1.0 } else { 0.0 };
///             *x -= *spike;
///         }
///     }
/// }
///
/// let (mut state, mut spikes) = ([0.0], [0.0]);
/// let train = [0; 4].map(|_| {
///     Perfect.step(&[0.5], &mut state, &mut spikes);
///     spikes[0]
/// });
/// assert_eq!(train, [0.0, 1.0, 0.0, 1.0]);
/// ```
pub trait SpikingUnits: Debug + Send + Sync {
    /// The name that files store.
    fn name(&self) -> &'static str;

    /// Number of state variables of a unit.
    fn variables(&self) -> usize {
        1
    }

    /// Checks the parameters, and that they are those of a population of `units` units.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a parameter, [`Error::Length`] where there is one set of parameters a
    /// unit.
    fn validate(&self, units: usize) -> Result<(), Error> {
        let _ = units;
        Ok(())
    }

    /// Writes a random state.
    fn start(&self, rng: &mut ChaCha8Rng, state: &mut [f64]);

    /// Advances all units by one step with the current held, and writes 1 into `spikes` for each unit
    /// that has spiked, 0 for the others. Allocates nothing.
    ///
    /// # Panics
    /// The models of this crate panic when `current` and `spikes` have not one value a unit or `state`
    /// not [`variables`](Self::variables).
    fn step(&self, current: &[f64], state: &mut [f64], spikes: &mut [f64]);
}

/// Checks a time constant or a step.
fn check_time(what: &str, time: f64) -> Result<(), Error> {
    let positive = time.is_finite() && time > 0.0;
    Error::check_range(what, "a finite time > 0", time, positive)
}

/// Checks once what [`SpikingUnits::step`] demands.
fn assert_sizes(variables: usize, current: &[f64], state: &[f64], spikes: &[f64]) {
    assert_eq!(spikes.len(), current.len(), "spikes, one a unit");
    assert_eq!(state.len(), variables * current.len(), "state of the units");
}
