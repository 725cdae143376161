//! The energy, its parts, and how it changes.

use nalgebra::DMatrix;
use neuro_core::{Error as Core, System};
use neuro_plasticity::{EnergyRule, EnergySignals};

use super::flow::{Drive, Flow};
use super::lagrangian::Lagrangian;
use super::network::activation;
use super::{Network, ReducedFlow};
use crate::Error;

/// The terms of the energy of all three variables.
///
/// ```equation
/// E(V_f, V_h, V_d) = [V_f . s_f - L_f] + [V_h . s_h - L_h] - sqrt(alpha_s) s_f^T Xi s_h - alpha_c s_h^T W Xi^T V_d
/// ```
///
/// In the adiabatic limit, with `V_h = h*`, `E = V_f . s_f - L_f - L_h(h*)`. Symbols are those of the
/// [module](super). Source: paper, Eqs. 4-8; in its Eqs. 4, 13, 14 and 16 signs, gains and transposes are
/// misprinted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyTerms {
    /// `V_f . s_f - L_f`.
    pub features: f64,
    /// `V_h . s_h - L_h`.
    pub hidden: f64,
    /// `-sqrt(alpha_s) s_f^T Xi s_h`.
    pub memories: f64,
    /// `-alpha_c s_h^T W Xi^T V_d`.
    pub transitions: f64,
}

impl EnergyTerms {
    /// Their sum `E`.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.features + self.hidden + self.memories + self.transitions
    }
}

/// The two parts of `dE/dt`, for the energy of [`EnergyTerms`].
///
/// ```equation
/// dE/dt = F + G
/// F = -T_f V_f'^T H_f V_f' - T_h V_h'^T H_h V_h'     <= 0
/// G = -alpha_c s_h^T W Xi^T V_d'                     of any sign, of order 1 / T_d
/// ```
///
/// because `dE/ds_f = -T_f V_f'` and `dE/ds_h = -T_h V_h'`: with `V_d` frozen the energy cannot rise, and what moves
/// `V_d` tilts the surface. A prime is a derivative by time. Without feature input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnergyRate {
    /// `F`, at most 0: the state descends.
    pub descent: f64,
    /// `G`: the delay moves the surface.
    pub delay: f64,
}

impl EnergyRate {
    /// `dE/dt`.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.descent + self.delay
    }
}

/// The parts of the adiabatic energy when hidden units are linear (LISEM).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearEnergyParts {
    /// `V_f . s_f - L_f - (alpha_s / 2) |Xi^T s_f|^2`: the static associative memory.
    pub associative: f64,
    /// `-sqrt(alpha_s) alpha_c s_f^T Xi W Xi^T V_d`: what leads from memory to memory.
    pub sequential: f64,
    /// `-(alpha_c^2 / 2) |W Xi^T V_d|^2`, which does not depend on the features: leave it out of surfaces,
    /// not out of `dE/dt`.
    pub constant: f64,
}

impl Network {
    /// The terms of the energy at a state of all three variables.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn energy(
        &self,
        features: &[f64],
        hidden: &[f64],
        delay: &[f64],
    ) -> Result<EnergyTerms, Error> {
        let s_f = self.feature_activation(features)?;
        let s_h = self.hidden_activation(hidden)?;
        Core::check_length("delay state", self.feature_units(), delay.len())?;
        let c = &self.config;
        let drive = self.transition_drive(delay);
        Ok(EnergyTerms {
            features: dot(features, &s_f) - c.features.value(features),
            hidden: dot(hidden, &s_h) - c.hidden.value(hidden),
            memories: -c.memory_strength.sqrt() * dot(&self.projection(&s_f), &s_h),
            transitions: -dot(&s_h, &drive),
        })
    }

    /// `dE/dt` along the dynamics of all three variables.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for wrong lengths, and when `T_h` is 0.
    pub fn energy_rate(
        &self,
        features: &[f64],
        hidden: &[f64],
        delay: &[f64],
    ) -> Result<EnergyRate, Error> {
        let flow = Flow::new(self, Drive::Free)?;
        Core::check_length("feature state", self.feature_units(), features.len())?;
        let s_h = self.hidden_activation(hidden)?;
        let slopes = self.slopes(&flow, &[features, hidden, delay])?;
        let c = &self.config;
        let (d_f, rest) = slopes.split_at(self.feature_units());
        let (d_h, d_d) = rest.split_at(self.hidden_units());
        let features = curvature(&*c.features, features, d_f);
        let hidden = curvature(&*c.hidden, hidden, d_h);
        Ok(EnergyRate {
            descent: -c.feature_time_constant * features - c.hidden_time_constant * hidden,
            delay: -dot(&s_h, &self.transition_drive(d_d)),
        })
    }

    /// The energy in the adiabatic limit: `V_f . s_f - L_f - L_h(h*)`.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn reduced_energy(&self, features: &[f64], delay: &[f64]) -> Result<f64, Error> {
        let s_f = self.feature_activation(features)?;
        let hidden = self.adiabatic_hidden(features, delay)?;
        let c = &self.config;
        Ok(dot(features, &s_f) - c.features.value(features) - c.hidden.value(&hidden))
    }

    /// `dE/dt` along the dynamics of the adiabatic limit.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn reduced_energy_rate(
        &self,
        features: &[f64],
        delay: &[f64],
    ) -> Result<EnergyRate, Error> {
        let s_h = activation(
            &*self.config.hidden,
            &self.adiabatic_hidden(features, delay)?,
        );
        let flow = ReducedFlow::new(self, Drive::Free)?;
        let slopes = self.slopes(&flow, &[features, delay])?;
        let (d_f, d_d) = slopes.split_at(self.feature_units());
        let c = &self.config;
        Ok(EnergyRate {
            descent: -c.feature_time_constant * curvature(&*c.features, features, d_f),
            delay: -dot(&s_h, &self.transition_drive(d_d)),
        })
    }

    /// `dE/dV_f = -T_f H_f V_f'` in the adiabatic limit.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn reduced_energy_gradient(
        &self,
        features: &[f64],
        delay: &[f64],
    ) -> Result<Vec<f64>, Error> {
        let s_f = self.feature_activation(features)?;
        Core::check_length("delay state", self.feature_units(), delay.len())?;
        let flow = ReducedFlow::new(self, Drive::Free)?;
        let mut slopes = self.slopes(&flow, &[features, delay])?;
        slopes.truncate(self.feature_units());
        let mut gradient = vec![0.0; slopes.len()];
        let c = &self.config;
        c.features
            .hessian_product_into(features, &s_f, &slopes, &mut gradient);
        gradient
            .iter_mut()
            .for_each(|g| *g *= -c.feature_time_constant);
        Ok(gradient)
    }

    /// The parts of the adiabatic energy when hidden units are linear.
    ///
    /// # Errors
    /// [`Error::NonlinearHidden`] when they are not; [`neuro_core::Error::Length`].
    pub fn linear_energy_parts(
        &self,
        features: &[f64],
        delay: &[f64],
    ) -> Result<LinearEnergyParts, Error> {
        let c = &self.config;
        if !self.hidden_kind.is_identity() {
            let found = c.hidden.name();
            return Err(Error::NonlinearHidden { found });
        }
        let s_f = self.feature_activation(features)?;
        Core::check_length("delay state", self.feature_units(), delay.len())?;
        let (overlaps, drive) = (self.projection(&s_f), self.transition_drive(delay));
        let layer = dot(features, &s_f) - c.features.value(features);
        Ok(LinearEnergyParts {
            associative: layer - 0.5 * c.memory_strength * dot(&overlaps, &overlaps),
            sequential: -c.memory_strength.sqrt() * dot(&overlaps, &drive),
            constant: -0.5 * dot(&drive, &drive),
        })
    }

    /// The adiabatic energy of each feature state (rows) with each delay state (columns), states being the columns
    /// of these matrices. Each state is projected once.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`] for states of another length.
    pub fn energy_surface(
        &self,
        features: &DMatrix<f64>,
        delays: &DMatrix<f64>,
    ) -> Result<DMatrix<f64>, Error> {
        let n = self.feature_units();
        Core::check_length("feature states", n, features.nrows())?;
        Core::check_length("delay states", n, delays.nrows())?;
        let c = &self.config;
        let strength = c.memory_strength.sqrt();
        let layers = features.as_slice().chunks(n).map(|v| {
            let s = activation(&*c.features, v);
            let overlaps = self.projection(&s).into_iter().map(|m| strength * m);
            (
                dot(v, &s) - c.features.value(v),
                overlaps.collect::<Vec<f64>>(),
            )
        });
        let layers: Vec<(f64, Vec<f64>)> = layers.collect();
        let drives = delays
            .as_slice()
            .chunks(n)
            .map(|d| self.transition_drive(d));
        let drives: Vec<Vec<f64>> = drives.collect();
        let mut hidden = vec![0.0; self.hidden_units()];
        Ok(DMatrix::from_fn(layers.len(), drives.len(), |i, j| {
            let (layer, overlaps) = &layers[i];
            for ((h, m), d) in hidden.iter_mut().zip(overlaps).zip(&drives[j]) {
                *h = m + d;
            }
            layer - c.hidden.value(&hidden)
        }))
    }

    /// `dE/dXi` and `dE/dW` at a state of all three variables, which stays as it is. At `V_h = h*` they are also
    /// those of the adiabatic energy.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn energy_gradients(
        &self,
        features: &[f64],
        hidden: &[f64],
        delay: &[f64],
    ) -> Result<(DMatrix<f64>, DMatrix<f64>), Error> {
        let s_f = self.feature_activation(features)?;
        let s_h = self.hidden_activation(hidden)?;
        Core::check_length("delay state", self.feature_units(), delay.len())?;
        let signals = EnergySignals {
            target_features: &s_f,
            target_hidden: &s_h,
            current_features: &s_f,
            current_hidden: &s_h,
            delay,
            delayed_overlaps: &self.projection(delay),
        };
        // Learning descends; without a current memory, with time constants of 1, by the gradient itself.
        let rule = EnergyRule {
            memory_strength: self.config.memory_strength,
            delay_strength: self.config.delay_strength,
            current_weight: 0.0,
            memories_time_constant: 1.0,
            transitions_time_constant: 1.0,
            memories_bound: None,
            transitions_bound: None,
        };
        let (mut xi, mut w) = (self.memories.clone(), self.transitions.clone());
        rule.rates_into(
            &signals,
            self.transitions.as_slice(),
            xi.as_mut_slice(),
            w.as_mut_slice(),
        );
        Ok((-xi, -w))
    }

    /// `alpha_c W Xi^T v`.
    pub(super) fn transition_drive(&self, v: &[f64]) -> Vec<f64> {
        let (delayed, mut drive) = (self.projection(v), vec![0.0; self.hidden_units()]);
        self.delayed.product_into::<false>(&delayed, &mut drive);
        drive
    }

    /// The time derivative of a state given in parts.
    fn slopes<S: System<f64>>(&self, flow: &S, state: &[&[f64]]) -> Result<Vec<f64>, Error> {
        let x = state.concat();
        Core::check_length("state", flow.dim(), x.len())?;
        let mut slopes = vec![0.0; x.len()];
        flow.rhs(0.0, &x, &mut slopes, &mut flow.work(1));
        Ok(slopes)
    }
}

/// `x^T H(v) x`.
fn curvature(lagrangian: &dyn Lagrangian, v: &[f64], x: &[f64]) -> f64 {
    let s = activation(lagrangian, v);
    let mut product = vec![0.0; v.len()];
    lagrangian.hessian_product_into(v, &s, x, &mut product);
    dot(x, &product)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
