//! The Euler–Maruyama method for systems with noise.

use super::solution::{Keeper, check_start, check_state, time};
use super::{Solution, StepWork};
use crate::noise::StandardNormals;
use crate::{Diffusion, Error, Scalar};

/// The Euler–Maruyama method, strong order 1/2, in the sense of Ito.
///
/// ```equation
/// dx = f(t, x) dt + g(t, x) dW,      x' = x + dt f(t, x) + g(t, x) dW,   dW ~ N(0, dt)
/// ```
///
/// `dW` is one Wiener increment a variable, of variance `dt` (in the unit of `t`). `g` is taken at
/// the start of the step: the solution is that of Ito's calculus. A Stratonovich equation has the
/// same solution once `g dg/dx / 2` is added to its drift; where `g` does not depend on `x` the two
/// are one. The method is of strong order 1/2 (1 for additive noise) and of weak order 1. Source:
/// Kloeden & Platen, Numerical Solution of Stochastic Differential Equations, section 10.2.
///
/// The increment is an argument of the step, so that the caller owns the random stream;
/// [`integrate_stochastic`] draws it from one stream a state. Noise correlated between variables is
/// not covered by [`Diffusion`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EulerMaruyama;

impl EulerMaruyama {
    /// Makes the buffers for `states` states of `system` stepped together.
    pub fn work<S: Diffusion<T>, T: Scalar>(
        &self,
        system: &S,
        states: usize,
    ) -> StepWork<T, S::Work> {
        StepWork::new(system, states, 2)
    }

    /// Replaces `x(t)` by the approximation of `x(t + dt)` for the Wiener increment `increment`,
    /// whose values have variance `dt`. Allocates nothing.
    ///
    /// # Panics
    /// When `x` or `increment` has another length than `work` was made for.
    pub fn step<S: Diffusion<T>, T: Scalar>(
        &self,
        system: &S,
        t: T,
        dt: T,
        increment: &[T],
        x: &mut [T],
        work: &mut StepWork<T, S::Work>,
    ) {
        assert_eq!(increment.len(), x.len(), "one increment a variable");
        let ([slope, amplitude], work) = work.split(x.len());
        system.rhs(t, x, slope, work);
        system.diffusion(t, x, amplitude);
        for ((x, dw), (f, g)) in x.iter_mut().zip(increment).zip(slope.iter().zip(amplitude)) {
            *x += dt * *f + *g * *dw;
        }
    }
}

/// Takes `steps` steps of size `dt` of a stochastic system and keeps every state.
///
/// `x0` holds one or more states, one after another. State `k` is driven by `normals[k]` alone,
/// [`dim`](crate::System::dim) numbers a step in the order of the variables, so that its path does
/// not depend on what it is integrated with.
///
/// ```
/// use neuro_core::integrate::integrate_stochastic;
/// use neuro_core::{Diffusion, Domain, Streams, System};
///
/// /// dx = dW: Brownian motion.
/// struct Brownian;
/// impl System for Brownian {
///     type Work = ();
///     fn dim(&self) -> usize { 1 }
///     fn work(&self, _states: usize) {}
///     fn rhs(&self, _t: f64, _x: &[f64], dx: &mut [f64], (): &mut ()) { dx.fill(0.0); }
/// }
/// impl Diffusion for Brownian {
///     fn diffusion(&self, _t: f64, _x: &[f64], g: &mut [f64]) { g.fill(1.0); }
/// }
///
/// // After the time 4 the variance over paths is 4: 2000 paths give it to 5 times 3 %.
/// let streams = Streams::new(1);
/// let mut normals: Vec<_> = (0..2000).map(|k| streams.normals(Domain::UnitNoise, k)).collect();
/// let paths = integrate_stochastic(&Brownian, 0.0, 0.5, 8, &[0.0; 2000], &mut normals)?;
/// let variance = paths.last().iter().map(|x| x * x).sum::<f64>() / 2000.0;
/// assert!((variance / 4.0 - 1.0).abs() < 0.15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
///
/// # Errors
/// Those of [`integrate`](super::integrate), and [`Error::Length`] when there is not one stream a
/// state.
pub fn integrate_stochastic<T: Scalar, S: Diffusion<T>>(
    system: &S,
    t0: T,
    dt: T,
    steps: usize,
    x0: &[T],
    normals: &mut [StandardNormals<T>],
) -> Result<Solution<T>, Error> {
    let states = check_start(system, t0, dt, x0)?;
    Error::check_length("streams of noise, one a state", states, normals.len())?;
    let mut keeper = Keeper::new(steps, 1, x0)?;
    let mut x = x0.to_vec();
    let mut increment = vec![T::zero(); x.len()];
    let mut work = EulerMaruyama.work(system, states);
    let deviation = dt.sqrt();
    keeper.keep(0, &x);
    for step in 1..=steps {
        for (increment, normals) in increment.chunks_exact_mut(system.dim()).zip(&mut *normals) {
            normals.fill(increment);
        }
        for dw in &mut increment {
            *dw *= deviation;
        }
        let t = time(t0, dt, step - 1);
        EulerMaruyama.step(system, t, dt, &increment, &mut x, &mut work);
        check_state(step, &x)?;
        keeper.keep(step, &x);
    }
    keeper.finish(system.dim(), t0, dt)
}
