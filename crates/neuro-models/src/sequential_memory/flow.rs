//! The dynamics as systems of differential equations.

use neuro_core::{Error as Core, Kernel, Scalar, System, run_kernel};

use super::Network;
use super::config::positive;
use super::lagrangian::Lagrangian;
use super::panels::DEEP;
use crate::Error;

/// What acts on the features from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Drive {
    /// Nothing.
    #[default]
    Free,
    /// A constant input `I` to the features: one value each, or one column for each state integrated together
    /// (state `b` gets column `b`, modulo their number).
    Input(Vec<f64>),
    /// The features stay as they are.
    Clamp,
}

impl Drive {
    pub(super) fn check(&self, features: usize) -> Result<(), Error> {
        let Self::Input(input) = self else {
            return Ok(());
        };
        if input.is_empty() || !input.len().is_multiple_of(features) {
            Core::check_length("feature input", features, input.len())?;
        }
        Ok(Core::check_finite("feature input", input)?)
    }

    /// What it does to the slopes of the features, the first `n` of each state of `dim` values.
    pub(super) fn act<T: Scalar>(&self, n: usize, dim: usize, rate: T, dx: &mut [T]) {
        match self {
            Self::Free => {}
            Self::Clamp => {
                for dx in dx.chunks_exact_mut(dim) {
                    dx[..n].fill(T::zero());
                }
            }
            Self::Input(input) => {
                let inputs = input.chunks_exact(n).cycle();
                for (dx, input) in dx.chunks_exact_mut(dim).zip(inputs) {
                    for (dx, input) in dx.iter_mut().zip(input) {
                        *dx += rate * T::of(*input);
                    }
                }
            }
        }
    }
}

/// Buffers of the flows. Those of hidden units have room for whole registers in each state.
#[derive(Clone, Debug)]
pub struct FlowWork {
    /// `sigma_f`, unless it is the identity.
    pub(super) features: Vec<f64>,
    /// `Xi^T sigma_f` of each state.
    pub(super) overlaps: Vec<f64>,
    /// `Xi^T V_d` of one state.
    pub(super) delayed: Vec<f64>,
    /// Drive of the hidden units.
    pub(super) drive: Vec<f64>,
    /// `sigma_h`, unless it is the identity.
    pub(super) hidden: Vec<f64>,
}

impl FlowWork {
    pub(super) fn new(network: &Network, states: usize) -> Self {
        let (n, padded) = (network.feature_units(), network.padded_units());
        Self {
            features: vec![0.0; n * states],
            overlaps: vec![0.0; padded * states],
            delayed: vec![0.0; padded],
            drive: vec![0.0; padded * states],
            hidden: vec![0.0; padded * states],
        }
    }
}

/// Writes the activation of the first values of each state, unless it is the identity.
pub(super) fn activate(
    lagrangian: &dyn Lagrangian,
    units: usize,
    dim: usize,
    x: &[f64],
    activation: &mut [f64],
) {
    if !lagrangian.kind().is_identity() {
        let states = x.chunks(dim).zip(activation.chunks_exact_mut(units));
        for (x, activation) in states {
            lagrangian.activation_into(units, &x[..units], activation);
        }
    }
}

/// `dd/dt = rate (gain s - d)`.
#[inline(always)]
pub(super) fn delay_slope_into<T: Scalar>(rate: T, gain: T, s: &[T], d: &[T], slope: &mut [T]) {
    for ((slope, s), d) in slope.iter_mut().zip(s).zip(d) {
        *slope = rate * (gain * *s - *d);
    }
}

/// One evaluation of a right-hand side.
pub(super) struct Rhs<'a, F> {
    pub(super) flow: &'a F,
    pub(super) x: &'a [f64],
    pub(super) dx: &'a mut [f64],
    pub(super) work: &'a mut FlowWork,
}

/// The network with all three variables; a state is `[V_f, V_h, V_d]`.
///
/// | system | state | exact for |
/// |---|---|---|
/// | [`Flow`] | `[V_f, V_h, V_d]` | any network with `T_h > 0` |
/// | [`ReducedFlow`](super::ReducedFlow) | `[V_f, V_d]` | `T_h = 0` |
/// | [`ProjectedFlow`](super::ProjectedFlow) | `[V_f, d]`, `d = Xi^T V_d` | `T_h = 0`: `V_d` is linear, and nothing else of it acts |
/// | [`OverlapFlow`](super::OverlapFlow) | `[Xi^T V_f, d]` | `T_h = 0` and linear features, as in DSEM |
/// | [`LaneFlow`](super::LaneFlow) | a copy of the network in each lane | the last two |
///
/// Runge–Kutta methods commute with linear maps of the state, so that the projected forms give the projected
/// trajectories to rounding, step by step. Several states, one after another, go together.
#[derive(Clone, Debug)]
pub struct Flow<'a> {
    network: &'a Network,
    drive: Drive,
}

impl<'a> Flow<'a> {
    /// The network with what acts on its features.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when `T_h` is 0, or for an input of the wrong length or that is not finite.
    pub fn new(network: &'a Network, drive: Drive) -> Result<Self, Error> {
        positive("hidden_time_constant", network.config.hidden_time_constant)?;
        drive.check(network.feature_units())?;
        Ok(Self { network, drive })
    }
}

impl System<f64> for Flow<'_> {
    type Work = FlowWork;

    fn dim(&self) -> usize {
        2 * self.network.feature_units() + self.network.hidden_units()
    }

    fn work(&self, states: usize) -> FlowWork {
        FlowWork::new(self.network, states)
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], work: &mut FlowWork) {
        let flow = self;
        run_kernel(Rhs { flow, x, dx, work });
    }
}

impl Kernel for Rhs<'_, Flow<'_>> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rhs { flow, x, dx, work } = self;
        let (network, dim) = (flow.network, flow.dim());
        let (n, k) = network.memories.shape();
        let config = &network.config;
        activate(&*config.features, n, dim, x, &mut work.features);
        activate(&*config.hidden, k, dim, &x[n..], &mut work.hidden);
        let rates = [
            config.feature_time_constant,
            config.hidden_time_constant,
            config.delay_time_constant,
        ]
        .map(f64::recip);
        let states = x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim));
        for (b, (x, dx)) in states.enumerate() {
            let (v_f, rest) = x.split_at(n);
            let (v_h, v_d) = rest.split_at(k);
            let (d_f, rest) = dx.split_at_mut(n);
            let (d_h, d_d) = rest.split_at_mut(k);
            let s_f = network.activated(b, v_f, &work.features);
            let hidden = &work.hidden[b * k..][..k];
            let s_h = if network.hidden_kind.is_identity() {
                v_h
            } else {
                hidden
            };
            let overlaps = &mut work.overlaps[..k];
            network
                .to_hidden
                .products_into::<FMA, DEEP>(s_f, v_d, overlaps, &mut work.delayed);
            let drive = &mut work.drive[..k];
            network.drive_into::<FMA>(overlaps, &work.delayed[..k], drive);
            for ((slope, drive), v) in d_h.iter_mut().zip(&*drive).zip(v_h) {
                *slope = rates[1] * (drive - v);
            }
            let to_features = &network.to_features;
            to_features.leaky_slope_into::<FMA, 1>(rates[0], s_h, v_f, d_f);
            delay_slope_into(rates[2], config.delay_gain, s_f, v_d, d_d);
        }
        flow.drive.act(n, dim, rates[0], dx);
    }
}
