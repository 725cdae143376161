//! Copies of a network, one in each lane of the registers.

use neuro_core::transfer::{logistic_into, tanh_into};
use neuro_core::{Error as Core, Kernel, Scalar, System, fused, run_kernel};

use super::flow::delay_slope_into;
use super::lagrangian::{Activation, Lagrangian, scaled_into};
use super::panels::{DEEP, Panels};
use super::softmax::softmax_lanes_into;
use super::transitions::Transitions;
use super::{Drive, Network, OverlapFlow, ProjectedFlow};
use crate::Error;

/// Copies of one network in the adiabatic limit, `L` of which go together as one state, each in a lane of the registers.
///
/// For many runs of a network from different states. A copy takes a fraction of the time that it takes alone, where
/// each operation waits for the one before; in `f64` it gets the bits that it gets alone. 8 lanes of `f64` or 16 of `f32`
/// fill the largest registers there are. In `f32` weights and states are rounded to 7 digits; what a switch from one
/// memory to the next amplifies, it amplifies from there.
///
/// A state of the system has `L` values for each variable of the flow that it is made of by
/// [`ProjectedFlow::in_lanes`] or [`OverlapFlow::in_lanes`]; several states, one after another, go together.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_core::integrate::{RungeKutta4, integrate};
/// use neuro_models::sequential_memory::{
///     Config, Drive, Episodes, Network, OverlapFlow, random_memories,
/// };
///
/// let memories = random_memories(80, 5, Streams::new(3));
/// let network = Network::store(&Config::dsem(), memories, &Episodes::cycles(&[5])?)?;
/// let flow = OverlapFlow::new(&network, Drive::Free)?;
/// // From each of the five memories on.
/// let still = [0.0; 80];
/// let start = |memory| flow.state(network.memory(memory)?, &still);
/// let starts = (0..5).map(start).collect::<Result<Vec<_>, _>>()?;
///
/// let lanes = flow.in_lanes::<f64, 8>();
/// let together = integrate(&lanes, &RungeKutta4, 0.0, 0.01, 2000, &lanes.pack(&starts)?)?;
/// let alone = integrate(&flow, &RungeKutta4, 0.0, 0.01, 2000, &starts[3])?;
/// assert_eq!(lanes.copy(together.last(), 3), alone.last());
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LaneFlow<'a, T: Scalar = f64, const L: usize = 8> {
    network: &'a Network,
    /// `Xi^T`, unless the first variables are the overlaps.
    to_hidden: Option<Panels<T>>,
    /// From hidden units to the first variables, times `sqrt(alpha_s)`.
    to_first: Panels<T>,
    delayed: Transitions<T>,
    drive: Drive,
}

impl<'a> ProjectedFlow<'a> {
    /// Copies of the network, each in a lane.
    ///
    /// If an input has several columns, copy `c` gets column `c`, modulo their number.
    #[must_use]
    pub fn in_lanes<T: Scalar, const L: usize>(&self) -> LaneFlow<'a, T, L> {
        let network = self.network;
        let to_hidden = Some(network.to_hidden.cast());
        LaneFlow::new(network, to_hidden, &network.to_features, &self.drive)
    }
}

impl<'a> OverlapFlow<'a> {
    /// Copies of the network, each in a lane.
    ///
    /// If an input has several columns, copy `c` gets column `c`, modulo their number.
    #[must_use]
    pub fn in_lanes<T: Scalar, const L: usize>(&self) -> LaneFlow<'a, T, L> {
        LaneFlow::new(self.network, None, &self.memories, &self.drive)
    }
}

impl<'a, T: Scalar, const L: usize> LaneFlow<'a, T, L> {
    fn new(
        network: &'a Network,
        to_hidden: Option<Panels<T>>,
        to_first: &Panels,
        drive: &Drive,
    ) -> Self {
        const { assert!(L > 0, "no lanes") };
        let first = to_first.rows();
        let drive = match drive {
            Drive::Input(input) => {
                let columns = input.len() / first;
                let column = |c: usize| &input[c % columns * first..][..first];
                let copies = least_common_multiple(columns, L);
                Drive::Input(interleaved::<f64, L>(copies, first, column))
            }
            other => other.clone(),
        };
        Self {
            network,
            to_hidden,
            to_first: to_first.cast(),
            delayed: network.delayed.cast(),
            drive,
        }
    }

    /// Number of the first variables: features or overlaps.
    fn first(&self) -> usize {
        self.to_first.rows()
    }

    /// Number of variables of a copy.
    #[must_use]
    pub fn variables(&self) -> usize {
        self.first() + self.network.hidden_units()
    }

    /// The states of these copies, as many as whole registers have room for: the last copy fills what is left.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for no copy or one of the wrong length.
    pub fn pack<S: AsRef<[f64]>>(&self, copies: &[S]) -> Result<Vec<T>, Error> {
        let Some(last) = copies.last() else {
            let what = "copies".into();
            return Err(Core::Empty { what }.into());
        };
        let variables = self.variables();
        for copy in copies {
            Core::check_length("state of a copy", variables, copy.as_ref().len())?;
        }
        let copy = |c: usize| copies.get(c).unwrap_or(last).as_ref();
        Ok(interleaved::<T, L>(copies.len(), variables, copy))
    }

    /// One copy of these states.
    ///
    /// # Panics
    /// When there is no such copy.
    #[must_use]
    pub fn copy(&self, x: &[T], copy: usize) -> Vec<f64> {
        let state = &x[copy / L * self.dim()..][..self.dim()];
        let lanes = state.as_chunks::<L>().0.iter();
        lanes.map(|lanes| lanes[copy % L].as_f64()).collect()
    }
}

/// The values of this many copies and of those that fill the last lanes, variable by variable.
fn interleaved<'c, T: Scalar, const L: usize>(
    copies: usize,
    variables: usize,
    copy: impl Fn(usize) -> &'c [f64],
) -> Vec<T> {
    let mut x = vec![T::zero(); copies.next_multiple_of(L) * variables];
    for (state, x) in x.chunks_exact_mut(variables * L).enumerate() {
        for l in 0..L {
            for (x, v) in x.as_chunks_mut::<L>().0.iter_mut().zip(copy(state * L + l)) {
                x[l] = T::of(*v);
            }
        }
    }
    x
}

fn least_common_multiple(a: usize, b: usize) -> usize {
    let (mut divisor, mut rest) = (a, b);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    a / divisor * b
}

/// Buffers of a [`LaneFlow`].
#[derive(Clone, Debug)]
pub struct LaneWork<T, const L: usize> {
    features: Vec<[T; L]>,
    overlaps: Vec<[T; L]>,
    drive: Vec<[T; L]>,
    hidden: Vec<[T; L]>,
    /// A layer of one copy and its activation.
    alone: [Vec<f64>; 2],
}

impl<T: Scalar, const L: usize> System<T> for LaneFlow<'_, T, L> {
    type Work = LaneWork<T, L>;

    fn dim(&self) -> usize {
        self.variables() * L
    }

    fn work(&self, _states: usize) -> LaneWork<T, L> {
        let (n, k) = self.network.memories.shape();
        let lanes = |units: usize| vec![[T::zero(); L]; units];
        LaneWork {
            features: lanes(n),
            overlaps: lanes(k),
            drive: lanes(k),
            hidden: lanes(k),
            alone: [vec![0.0; n.max(k)], vec![0.0; n.max(k)]],
        }
    }

    fn rhs(&self, _t: T, x: &[T], dx: &mut [T], work: &mut LaneWork<T, L>) {
        let flow = self;
        run_kernel(Rhs { flow, x, dx, work });
    }
}

struct Rhs<'a, 'n, T: Scalar, const L: usize> {
    flow: &'a LaneFlow<'n, T, L>,
    x: &'a [T],
    dx: &'a mut [T],
    work: &'a mut LaneWork<T, L>,
}

impl<T: Scalar, const L: usize> Kernel for Rhs<'_, '_, T, L> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Rhs { flow, x, dx, work } = self;
        let (network, dim) = (flow.network, flow.dim());
        let config = &network.config;
        let strength = T::of(config.memory_strength.sqrt());
        let rates = [config.feature_time_constant, config.delay_time_constant];
        let rates = rates.map(|tau| T::of(tau.recip()));
        let gain = T::of(config.delay_gain);
        for (x, dx) in x.chunks_exact(dim).zip(dx.chunks_exact_mut(dim)) {
            let (v, d) = x.as_chunks::<L>().0.split_at(flow.first());
            let (d_v, d_d) = dx.as_chunks_mut::<L>().0.split_at_mut(flow.first());
            let overlaps = match &flow.to_hidden {
                None => v,
                Some(to_hidden) => {
                    let features = &*config.features;
                    let s_f = activated(features, v, &mut work.features, &mut work.alone);
                    to_hidden.lane_products_into::<FMA, DEEP, L>(s_f, &mut work.overlaps);
                    &work.overlaps
                }
            };
            flow.delayed
                .lane_products_into::<FMA, L>(d, &mut work.drive);
            let (m, d) = (overlaps.as_flattened(), d.as_flattened());
            let drive = work.drive.as_flattened_mut();
            for (drive, m) in drive.iter_mut().zip(m) {
                *drive = fused::<FMA, _>(strength, *m, *drive);
            }
            delay_slope_into(rates[1], gain, m, d, d_d.as_flattened_mut());
            let s_h = if let Activation::Softmax { gain } = network.hidden_kind {
                softmax_lanes_into::<FMA, L, T>(T::of(gain), &work.drive, &mut work.hidden);
                &work.hidden
            } else {
                let hidden = &*config.hidden;
                activated(hidden, &work.drive, &mut work.hidden, &mut work.alone)
            };
            if flow.to_hidden.is_some() {
                flow.to_first
                    .leaky_lane_slopes_into::<FMA, 1, L>(rates[0], s_h, v, d_v);
            } else {
                flow.to_first
                    .leaky_lane_slopes_into::<FMA, 2, L>(rates[0], s_h, v, d_v);
            }
        }
        flow.drive.act(flow.first() * L, dim, rates[0], dx);
    }
}

/// The activation of one layer of the copies, written to `activation` unless it is the identity.
fn activated<'v, T: Scalar, const L: usize>(
    lagrangian: &dyn Lagrangian,
    v: &'v [[T; L]],
    activation: &'v mut [[T; L]],
    alone: &mut [Vec<f64>; 2],
) -> &'v [[T; L]] {
    let (all, out) = (v.as_flattened(), activation.as_flattened_mut());
    match lagrangian.kind() {
        Activation::Identity => return v,
        Activation::Tanh { gain } => scaled_into(tanh_into, T::of(gain), all, out),
        Activation::Logistic { gain } => scaled_into(logistic_into, T::of(gain), all, out),
        Activation::Softmax { .. } | Activation::Other => {
            let [state, active] = alone;
            let (state, active) = (&mut state[..v.len()], &mut active[..v.len()]);
            for l in 0..L {
                for (state, v) in state.iter_mut().zip(v) {
                    *state = v[l].as_f64();
                }
                lagrangian.activation_into(v.len(), state, active);
                for (out, active) in activation.iter_mut().zip(&*active) {
                    out[l] = T::of(*active);
                }
            }
        }
    }
    activation
}
