//! Steps other than those of `neuro-core`: the split scheme of the authors' program, and clipped states.

use neuro_core::System;
use neuro_core::integrate::{StepWork, Stepper};

use super::flow::FlowWork;
use super::reduced::ReducedFlow;

/// Classical Runge–Kutta steps of the features with frozen delay, then of the delay with the new features
/// frozen: the scheme of the authors' program, of order 1 as a whole, for comparison with its stored runs.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_core::integrate::{RungeKutta4, integrate};
/// use neuro_models::sequential_memory::{
///     Config, Drive, Episodes, Network, ReducedFlow, SplitRungeKutta4, random_memories,
/// };
///
/// let memories = random_memories(20, 3, Streams::new(1));
/// let network = Network::store(&Config::dsem(), memories, &Episodes::cycles(&[3])?)?;
/// let flow = ReducedFlow::new(&network, Drive::Free)?;
/// let half = network.memory(0)?.iter().map(|v| 0.5 * v);
/// let start: Vec<f64> = half.chain([0.0; 20]).collect();
/// let joint = integrate(&flow, &RungeKutta4, 0.0, 0.01, 100, &start)?;
/// let split = integrate(&flow, &SplitRungeKutta4, 0.0, 0.01, 100, &start)?;
/// let apart = joint.last().iter().zip(split.last()).map(|(a, b)| (a - b).abs());
/// assert!((1e-9..1e-2).contains(&apart.fold(0.0, f64::max)));
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SplitRungeKutta4;

impl<'a> Stepper<ReducedFlow<'a>> for SplitRungeKutta4 {
    const ORDER: u32 = 1;
    const BUFFERS: usize = 3;

    fn step(
        &self,
        system: &ReducedFlow<'a>,
        t: f64,
        dt: f64,
        x: &mut [f64],
        work: &mut StepWork<f64, FlowWork>,
    ) {
        let dim = system.dim();
        let ([slope, sum, stage], work) = work.split(x.len());
        for moving in [0..dim / 2, dim / 2..dim] {
            let mut slope_into = |x: &[f64], slope: &mut [f64]| {
                system.rhs(t, x, slope, work);
                for slope in slope.chunks_exact_mut(dim) {
                    slope[..moving.start].fill(0.0);
                    slope[moving.end..].fill(0.0);
                }
            };
            slope_into(x, sum);
            offset(x, 0.5 * dt, sum, stage);
            for reach in [0.5 * dt, dt] {
                slope_into(stage, slope);
                for (sum, k) in sum.iter_mut().zip(&*slope) {
                    *sum += k + k;
                }
                offset(x, reach, slope, stage);
            }
            slope_into(stage, slope);
            for ((x, sum), k) in x.iter_mut().zip(&*sum).zip(&*slope) {
                *x += dt / 6.0 * (sum + k);
            }
        }
    }
}

/// `stage = x + reach * slope`.
fn offset(x: &[f64], reach: f64, slope: &[f64], stage: &mut [f64]) {
    for ((stage, x), k) in stage.iter_mut().zip(x).zip(slope) {
        *stage = x + reach * k;
    }
}

/// Any method, after each step of which the first variables of each state are clipped.
///
/// Networks whose learned memories have values beyond +-1 are recalled with features clipped to these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clipped<M> {
    /// The method.
    pub method: M,
    /// Number of variables, the first of a state, that are clipped: the features.
    pub variables: usize,
    /// Their largest size.
    pub bound: f64,
}

impl<S: System<f64>, M: Stepper<S>> Stepper<S> for Clipped<M> {
    const ORDER: u32 = M::ORDER;
    const BUFFERS: usize = M::BUFFERS;

    fn step(&self, system: &S, t: f64, dt: f64, x: &mut [f64], work: &mut StepWork<f64, S::Work>) {
        self.method.step(system, t, dt, x, work);
        for x in x.chunks_exact_mut(system.dim()) {
            for x in x.iter_mut().take(self.variables) {
                // Not-a-number stays, to be found.
                if x.abs() > self.bound {
                    *x = self.bound.copysign(*x);
                }
            }
        }
    }
}
