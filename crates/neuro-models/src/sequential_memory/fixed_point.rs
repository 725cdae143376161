//! Instantaneous fixed points: where the features would settle if the delay stood still.

use neuro_core::Error as Core;

use super::Network;
use super::network::activation;
use super::panels::DEEP;
use crate::Error;

/// When the sweeps end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sweeps {
    /// Largest change of a feature in the last sweep, finite and positive: 1e-12.
    pub tolerance: f64,
    /// Most sweeps, at least 1: 20 000.
    pub most: usize,
}

impl Default for Sweeps {
    fn default() -> Self {
        Self {
            tolerance: 1e-12,
            most: 20_000,
        }
    }
}

/// Where the sweeps ended.
///
/// ```equation
/// V_f <- sqrt(alpha_s) Xi sigma_h( h^*(V_f, V_d) ),    V_d frozen
/// ```
///
/// The adiabatic energy is a difference of convex functions of `s_f`, and this is its concave-convex procedure (Yuille
/// & Rangarajan 2003): the energy falls with every sweep until the state stands still, without a step size. The
/// authors minimise with BFGS and numerical gradients instead.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedPoint {
    /// The features.
    pub features: Vec<f64>,
    /// The adiabatic energy there.
    pub energy: f64,
    /// Number of sweeps.
    pub sweeps: usize,
    /// Largest change of a feature in the last sweep.
    pub change: f64,
    /// Whether that is below the tolerance.
    pub converged: bool,
}

impl Network {
    /// The instantaneous fixed point to which these features go while the delay stands still.
    ///
    /// ```
    /// use neuro_core::Streams;
    /// use neuro_models::sequential_memory::{
    ///     Config, Corruption, Episodes, Network, Sweeps, random_memories,
    /// };
    ///
    /// let memories = random_memories(100, 7, Streams::new(1));
    /// let network = Network::store(&Config::dsem(), memories, &Episodes::cycles(&[3, 4])?)?;
    /// // Without a delayed signal each memory is stable, and found from afar.
    /// let cue = network.cue(2, Corruption::Flipped(20), Streams::new(2), 0)?;
    /// let point = network.fixed_point(&cue, &[0.0; 100], Sweeps::default())?;
    /// assert!(point.converged && network.overlaps(&point.features)?[2] > 0.999);
    /// # Ok::<(), neuro_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`neuro_core::Error`] for wrong lengths, states that are not finite and sweeps out of range. Not for a lack
    /// of convergence, which the result tells.
    pub fn fixed_point(
        &self,
        features: &[f64],
        delay: &[f64],
        sweeps: Sweeps,
    ) -> Result<FixedPoint, Error> {
        let (n, k) = self.memories.shape();
        Core::check_length("feature state", n, features.len())?;
        Core::check_length("delay state", n, delay.len())?;
        Core::check_finite("feature state", features)?;
        Core::check_finite("delay state", delay)?;
        super::config::positive("tolerance", sweeps.tolerance)?;
        super::config::at_least_one("sweeps", sweeps.most)?;
        let transitions = self.transition_drive(delay);
        let strength = self.config.memory_strength.sqrt();
        let (mut at, mut next) = (features.to_vec(), vec![0.0; n]);
        let mut hidden = vec![0.0; k];
        let (mut taken, mut change) = (0, f64::INFINITY);
        // Not-a-number ends the sweeps as well.
        while taken < sweeps.most && change >= sweeps.tolerance {
            let s_f = activation(&*self.config.features, &at);
            self.to_hidden.write_product::<DEEP>(&s_f, &mut hidden);
            for (h, transition) in hidden.iter_mut().zip(&transitions) {
                *h = strength * *h + transition;
            }
            let s_h = activation(&*self.config.hidden, &hidden);
            self.to_features.write_product::<1>(&s_h, &mut next);
            let moved = at.iter().zip(&next).map(|(a, b)| (a - b).abs());
            change = moved.fold(0.0, |m, d| if d > m || d.is_nan() { d } else { m });
            std::mem::swap(&mut at, &mut next);
            taken += 1;
        }
        Ok(FixedPoint {
            energy: self.reduced_energy(&at, delay)?,
            features: at,
            sweeps: taken,
            change,
            converged: change < sweeps.tolerance,
        })
    }
}
