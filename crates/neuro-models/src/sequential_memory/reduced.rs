//! The adiabatic limit `T_h = 0`: hidden units follow at once, `V_h = h*(V_f, V_d)`.

use nalgebra::DMatrix;
use neuro_core::{Kernel, Linearize, System, run_kernel};

use super::Network;
use super::flow::{Drive, FlowWork, Rhs, activate, delay_slope_into};
use super::lagrangian::{Activation, Lagrangian};
use super::network::activation;
use super::panels::DEEP;
use super::softmax::softmax_into;
use crate::Error;

/// The network in the adiabatic limit; a state is `[V_f, V_d]`.
///
/// ```equation
/// T_f dV_f/dt = sqrt(alpha_s) Xi sigma_h( sqrt(alpha_s) Xi^T sigma_f(V_f) + alpha_c W Xi^T V_d ) - V_f + I
/// T_d dV_d/dt = beta_d sigma_f(V_f) - V_d
/// T_d dd/dt   = beta_d Xi^T sigma_f(V_f) - d,        d = Xi^T V_d
/// ```
///
/// The last line closes the system without `V_d`: half of the variables and of the products are spared.
#[derive(Clone, Debug)]
pub struct ReducedFlow<'a> {
    network: &'a Network,
    drive: Drive,
}

impl<'a> ReducedFlow<'a> {
    /// The network with what acts on its features. `T_h` is not looked at.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for an input of the wrong length or one that is not finite.
    pub fn new(network: &'a Network, drive: Drive) -> Result<Self, Error> {
        drive.check(network.feature_units())?;
        Ok(Self { network, drive })
    }
}

impl System<f64> for ReducedFlow<'_> {
    type Work = FlowWork;

    fn dim(&self) -> usize {
        2 * self.network.feature_units()
    }

    fn work(&self, states: usize) -> FlowWork {
        FlowWork::new(self.network, states)
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], work: &mut FlowWork) {
        let flow = self;
        run_kernel(Rhs { flow, x, dx, work });
    }
}

impl Kernel for Rhs<'_, ReducedFlow<'_>> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rhs { flow, x, dx, work } = self;
        let (network, dim) = (flow.network, flow.dim());
        let (n, k) = network.memories.shape();
        let padded = network.padded_units();
        activate(&*network.config.features, n, dim, x, &mut work.features);
        let states = x.chunks_exact(dim).zip(work.drive.chunks_exact_mut(padded));
        for (b, (x, drive)) in states.enumerate() {
            let (v_f, v_d) = x.split_at(n);
            let s_f = network.activated(b, v_f, &work.features);
            let overlaps = &mut work.overlaps[..padded];
            let to_hidden = &network.to_hidden;
            to_hidden.products_into::<FMA, DEEP>(s_f, v_d, overlaps, &mut work.delayed);
            network.drive_into::<FMA>(overlaps, &work.delayed[..k], drive);
        }
        let hidden = hidden_activation::<FMA>(network, &work.drive, &mut work.hidden);
        let config = &network.config;
        let rates = [config.feature_time_constant, config.delay_time_constant].map(f64::recip);
        let states = x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim));
        for (b, (x, dx)) in states.enumerate() {
            let (v_f, v_d) = x.split_at(n);
            let (d_f, d_d) = dx.split_at_mut(n);
            let s_f = network.activated(b, v_f, &work.features);
            let s_h = &hidden[b * padded..][..k];
            let to_features = &network.to_features;
            to_features.leaky_slope_into::<FMA, 1>(rates[0], s_h, v_f, d_f);
            delay_slope_into(rates[1], config.delay_gain, s_f, v_d, d_d);
        }
        flow.drive.act(n, dim, rates[0], dx);
    }
}

impl Linearize<f64> for ReducedFlow<'_> {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        let (network, config) = (self.network, &self.network.config);
        let (n, xi) = (network.feature_units(), &network.memories);
        let (v_f, v_d) = x.split_at(n);
        let s_f = activation(&*config.features, v_f);
        let hidden = network.drive(&network.projection(&s_f), &network.projection(v_d));
        let h_f = hessian(&*config.features, v_f);
        let h_h = hessian(&*config.hidden, &hidden);
        let strength = config.memory_strength;
        // What features do to themselves, through memories and through the delay.
        let out = xi * h_h;
        let direct = &out * xi.transpose() * &h_f * strength;
        let delay = &out * &network.transitions * xi.transpose();
        let delay = delay * (strength.sqrt() * config.delay_strength);
        let (tau_f, tau_d) = (config.feature_time_constant, config.delay_time_constant);
        jacobian.fill(0.0);
        for i in 0..n {
            for j in 0..n {
                jacobian[(i, j)] = direct[(i, j)] / tau_f;
                jacobian[(i, n + j)] = delay[(i, j)] / tau_f;
                jacobian[(n + i, j)] = config.delay_gain * h_f[(i, j)] / tau_d;
            }
            jacobian[(i, i)] -= 1.0 / tau_f;
            jacobian[(n + i, n + i)] = -1.0 / tau_d;
        }
        if self.drive == Drive::Clamp {
            jacobian.rows_mut(0, n).fill(0.0);
        }
    }
}

/// The Hessian of a Lagrangian at the state of one layer.
fn hessian(lagrangian: &dyn Lagrangian, v: &[f64]) -> DMatrix<f64> {
    let s = activation(lagrangian, v);
    let mut hessian = DMatrix::zeros(v.len(), v.len());
    let mut unit = vec![0.0; v.len()];
    for (j, column) in hessian.as_mut_slice().chunks_mut(v.len()).enumerate() {
        unit[j] = 1.0;
        lagrangian.hessian_product_into(v, &s, &unit, column);
        unit[j] = 0.0;
    }
    hessian
}

/// `sigma_h` of these drives, in whole registers for each state; the drives themselves where it is the
/// identity.
#[inline(always)]
pub(super) fn hidden_activation<'w, const FMA: bool>(
    network: &Network,
    drive: &'w [f64],
    hidden: &'w mut [f64],
) -> &'w [f64] {
    if network.hidden_kind.is_identity() {
        return drive;
    }
    let (units, padded) = (network.hidden_units(), network.padded_units());
    let states = drive.chunks_exact(padded);
    for (drive, hidden) in states.zip(hidden.chunks_exact_mut(padded)) {
        if let Activation::Softmax { gain } = network.hidden_kind {
            softmax_into::<FMA>(gain, units, drive, hidden);
        } else {
            let lagrangian = &*network.config.hidden;
            lagrangian.activation_into(units, &drive[..units], &mut hidden[..units]);
        }
    }
    hidden
}

/// The network in the adiabatic limit without its delayed features; a state is `[V_f, d]`.
#[derive(Clone, Debug)]
pub struct ProjectedFlow<'a> {
    pub(super) network: &'a Network,
    pub(super) drive: Drive,
}

impl<'a> ProjectedFlow<'a> {
    /// The network with what acts on its features. `T_h` is not looked at.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for an input of the wrong length or one that is not finite.
    pub fn new(network: &'a Network, drive: Drive) -> Result<Self, Error> {
        drive.check(network.feature_units())?;
        Ok(Self { network, drive })
    }

    /// The state of these features and delayed features.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn state(&self, features: &[f64], delay: &[f64]) -> Result<Vec<f64>, Error> {
        let n = self.network.feature_units();
        neuro_core::Error::check_length("feature state", n, features.len())?;
        neuro_core::Error::check_length("delay state", n, delay.len())?;
        Ok([features, &self.network.projection(delay)].concat())
    }
}

impl System<f64> for ProjectedFlow<'_> {
    type Work = FlowWork;

    fn dim(&self) -> usize {
        self.network.feature_units() + self.network.hidden_units()
    }

    fn work(&self, states: usize) -> FlowWork {
        FlowWork::new(self.network, states)
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], work: &mut FlowWork) {
        let flow = self;
        run_kernel(Rhs { flow, x, dx, work });
    }
}

impl Kernel for Rhs<'_, ProjectedFlow<'_>> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rhs { flow, x, dx, work } = self;
        let (network, dim) = (flow.network, flow.dim());
        let (n, k) = network.memories.shape();
        let padded = network.padded_units();
        activate(&*network.config.features, n, dim, x, &mut work.features);
        let hidden = work.drive.chunks_exact_mut(padded);
        let hidden = hidden.zip(work.overlaps.chunks_exact_mut(padded));
        for (b, (x, (drive, overlaps))) in x.chunks_exact(dim).zip(hidden).enumerate() {
            let (v_f, d) = x.split_at(n);
            let s_f = network.activated(b, v_f, &work.features);
            network.to_hidden.product_into::<FMA, DEEP>(s_f, overlaps);
            network.drive_into::<FMA>(overlaps, d, drive);
        }
        let hidden = hidden_activation::<FMA>(network, &work.drive, &mut work.hidden);
        let config = &network.config;
        let rates = [config.feature_time_constant, config.delay_time_constant].map(f64::recip);
        let states = x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim));
        for (b, (x, dx)) in states.enumerate() {
            let (v_f, d) = x.split_at(n);
            let (d_f, d_d) = dx.split_at_mut(n);
            let (s_h, overlaps) = (
                &hidden[b * padded..][..k],
                &work.overlaps[b * padded..][..k],
            );
            let to_features = &network.to_features;
            to_features.leaky_slope_into::<FMA, 1>(rates[0], s_h, v_f, d_f);
            delay_slope_into(rates[1], config.delay_gain, overlaps, d, d_d);
        }
        flow.drive.act(n, dim, rates[0], dx);
    }
}
