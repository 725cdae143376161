//! The network in as many variables as there are memories, when features are linear (DSEM).

use neuro_core::{Error as Core, Kernel, System, run_kernel};

use super::Network;
use super::flow::{Drive, FlowWork, Rhs, delay_slope_into};
use super::panels::Panels;
use super::reduced::hidden_activation;
use crate::Error;

/// DSEM in its overlaps; a state is `[f, d]`.
///
/// With `f = Xi^T V_f`, `d = Xi^T V_d` and the overlaps of the memories with each other `C = Xi^T Xi`:
///
/// ```equation
/// T_f df/dt = sqrt(alpha_s) C sigma_h( sqrt(alpha_s) f + alpha_c W d ) - f + Xi^T I
/// T_d dd/dt = beta_d f - d
/// ```
///
/// This is closed, and exact from any state on, whether or not it lies in the span of the memories: a
/// product of `N_h x N_h` and one with the transitions, whatever the number of features. `f / N_f`
/// are the overlaps. The features themselves are not in it.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_core::integrate::{RungeKutta4, integrate};
/// use neuro_models::sequential_memory::{
///     Config, Drive, Episodes, Network, OverlapFlow, ReducedFlow, random_memories,
/// };
///
/// let memories = random_memories(50, 3, Streams::new(1));
/// let network = Network::store(&Config::dsem(), memories, &Episodes::cycles(&[3])?)?;
/// let start = [network.memory(0)?, &[0.0; 50]].concat();
/// let full = integrate(&ReducedFlow::new(&network, Drive::Free)?, &RungeKutta4, 0.0, 0.01, 3000, &start)?;
/// let flow = OverlapFlow::new(&network, Drive::Free)?;
/// let start = flow.state(&start[..50], &start[50..])?;
/// let small = integrate(&flow, &RungeKutta4, 0.0, 0.01, 3000, &start)?;
/// for (m, f) in network.overlaps(&full.last()[..50])?.iter().zip(small.last()) {
///     assert!((m - f / 50.0).abs() < 1e-9);
/// }
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct OverlapFlow<'a> {
    pub(super) network: &'a Network,
    /// `sqrt(alpha_s) C`.
    pub(super) memories: Panels,
    pub(super) drive: Drive,
}

impl<'a> OverlapFlow<'a> {
    /// The network with what acts on its features (an input is one of features). `T_h` is not looked at.
    ///
    /// # Errors
    /// [`Error::NonlinearFeatures`] for another feature Lagrangian than `Quadratic`; [`neuro_core::Error`] for an
    /// input of the wrong length or one that is not finite.
    pub fn new(network: &'a Network, drive: Drive) -> Result<Self, Error> {
        if !network.feature_kind.is_identity() {
            let found = network.config.features.name();
            return Err(Error::NonlinearFeatures { found });
        }
        let (n, k) = network.memories.shape();
        drive.check(n)?;
        let drive = match drive {
            Drive::Input(input) => {
                let projected = input.chunks_exact(n).flat_map(|i| network.projection(i));
                Drive::Input(projected.collect())
            }
            other => other,
        };
        let strength = network.config.memory_strength.sqrt();
        let gram = network.memories.tr_mul(&network.memories);
        Ok(Self {
            network,
            memories: Panels::new(k, k, |i, j| strength * gram[(i, j)]),
            drive,
        })
    }

    /// The state of these features and delayed features.
    ///
    /// # Errors
    /// [`neuro_core::Error::Length`].
    pub fn state(&self, features: &[f64], delay: &[f64]) -> Result<Vec<f64>, Error> {
        let n = self.network.feature_units();
        Core::check_length("feature state", n, features.len())?;
        Core::check_length("delay state", n, delay.len())?;
        let network = self.network;
        Ok([network.projection(features), network.projection(delay)].concat())
    }
}

impl Network {
    /// Whether features are linear and a product of `N_h x N_h` is smaller than two of `N_f x N_h`.
    pub(super) fn is_smaller_in_overlaps(&self) -> bool {
        self.feature_kind.is_identity() && self.hidden_units() <= 2 * self.feature_units()
    }
}

impl System<f64> for OverlapFlow<'_> {
    type Work = FlowWork;

    fn dim(&self) -> usize {
        2 * self.network.hidden_units()
    }

    fn work(&self, states: usize) -> FlowWork {
        FlowWork::new(self.network, states)
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], work: &mut FlowWork) {
        let flow = self;
        run_kernel(Rhs { flow, x, dx, work });
    }
}

impl Kernel for Rhs<'_, OverlapFlow<'_>> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rhs { flow, x, dx, work } = self;
        let (network, dim) = (flow.network, flow.dim());
        let (k, padded) = (dim / 2, network.padded_units());
        for (x, drive) in x.chunks_exact(dim).zip(work.drive.chunks_exact_mut(padded)) {
            // The state begins with the overlaps. What follows them is read along, for it fills a register.
            network.drive_into::<FMA>(x, &x[k..], drive);
        }
        let hidden = hidden_activation::<FMA>(network, &work.drive, &mut work.hidden);
        let config = &network.config;
        let rates = [config.feature_time_constant, config.delay_time_constant].map(f64::recip);
        let states = x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim));
        for ((x, dx), s_h) in states.zip(hidden.chunks_exact(padded)) {
            let (f, d) = x.split_at(k);
            let (d_f, d_d) = dx.split_at_mut(k);
            flow.memories
                .leaky_slope_into::<FMA, 2>(rates[0], &s_h[..k], f, d_f);
            delay_slope_into(rates[1], config.delay_gain, f, d, d_d);
        }
        flow.drive.act(k, dim, rates[0], dx);
    }
}
