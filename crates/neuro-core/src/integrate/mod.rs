//! Integrators of ordinary and stochastic differential equations.
//!
//! An integration is made of three things that know nothing of each other: the **system**
//! (`dx/dt = f(t, x)`, [`System`]), the **method** ([`Stepper`]) and the **buffers**
//! ([`StepWork`]), made once and reused by every step, so that a step allocates nothing.
//!
//! | method | order | evaluations of `f` a step | for |
//! |---|---|---|---|
//! | [`Euler`] | 1 | 1 | the discrete-time networks of the field |
//! | [`Heun`] | 2 | 2 | smooth systems, moderate accuracy |
//! | [`RungeKutta4`] | 4 | 4 | smooth systems: orbits, Lyapunov exponents |
//! | [`DormandPrince5`] | 5 | 6 | smooth systems, high accuracy |
//! | [`ExponentialEuler`] | 1, exact for decay with constant input | 1 | leaks faster than `dt` |
//! | [`EulerMaruyama`] | 1/2 strong, 1 weak | 1 | noise, in the sense of Ito |
//!
//! [`integrate`] keeps every state, [`integrate_every`] every n-th, [`integrate_observed`] none and
//! shows each to a closure: all with a fixed step, time being always `t0 + k dt`, never a running
//! sum. [`adaptive`] has the same method of Dormand and Prince with a step that follows the solution
//! to given tolerances. There is no implicit method.
//!
//! ```
//! use neuro_core::integrate::{Heun, integrate};
//! use neuro_core::system_from_fn;
//!
//! // A unit with self-excitation 2 and transfer tanh leaves the unstable state 0 and settles where
//! // x = 2 tanh(x).
//! let unit = system_from_fn(1, |_t, x: &[f64], dx| dx[0] = -x[0] + 2.0 * x[0].tanh());
//! let solution = integrate(&unit, &Heun, 0.0, 0.05, 1000, &[0.01])?;
//! let x = solution.last()[0];
//! assert!((x - 2.0 * x.tanh()).abs() < 1e-9 && x > 1.9);
//! # Ok::<(), neuro_core::Error>(())
//! ```

pub mod adaptive;
mod exponential;
mod fixed;
mod solution;
mod stochastic;

pub use adaptive::dormand_prince::DormandPrince5;
pub use exponential::{ExponentialEuler, Semilinear};
pub use fixed::{Euler, Heun, RungeKutta4};
pub use solution::{Solution, integrate, integrate_every, integrate_observed};
pub use stochastic::{EulerMaruyama, integrate_stochastic};

use crate::{Scalar, System};

/// A method that takes one step of a system.
///
/// The method is a value without state of its own (often of size zero); what it needs to compute
/// lives in a [`StepWork`]. `S` is the kind of system that it can step: any [`System`] for the
/// explicit methods, a [`Semilinear`] one for [`ExponentialEuler`].
///
/// ```
/// use neuro_core::integrate::{RungeKutta4, Stepper};
/// use neuro_core::system_from_fn;
///
/// let oscillator = system_from_fn(2, |_t, x: &[f64], dx| (dx[0], dx[1]) = (x[1], -x[0]));
/// let mut work = RungeKutta4.work(&oscillator, 1);
/// let mut x = [1.0, 0.0];
/// for k in 0..10 {
///     RungeKutta4.step(&oscillator, 0.1 * f64::from(k), 0.1, &mut x, &mut work);
/// }
/// assert!((x[0] - 1f64.cos()).abs() < 1e-6);
/// ```
pub trait Stepper<S: System<T>, T: Scalar = f64> {
    /// Order of convergence: over a fixed time the error shrinks as `dt` to this power.
    const ORDER: u32;

    /// Number of buffers, each as long as `x`, that a step needs.
    const BUFFERS: usize;

    /// Makes the buffers for `states` states of `system` stepped together.
    fn work(&self, system: &S, states: usize) -> StepWork<T, S::Work> {
        StepWork::new(system, states, Self::BUFFERS)
    }

    /// Replaces `x(t)` by the approximation of `x(t + dt)`. Allocates nothing.
    ///
    /// `x` holds one or more states one after another, as many as `work` was made for.
    ///
    /// # Panics
    /// When `x` has another length than `work` was made for.
    fn step(&self, system: &S, t: T, dt: T, x: &mut [T], work: &mut StepWork<T, S::Work>);
}

/// The buffers of a [`Stepper`] and of the system that it steps.
#[derive(Clone, Debug)]
pub struct StepWork<T: Scalar, W> {
    buffers: Vec<Vec<T>>,
    /// The step that the factors of [`ExponentialEuler`] in the buffers were computed for.
    prepared: Option<T>,
    length: usize,
    system: W,
}

impl<T: Scalar, W> StepWork<T, W> {
    /// Buffers for `states` states of `system`: `buffers` of the length of all states.
    pub fn new<S: System<T, Work = W>>(system: &S, states: usize, buffers: usize) -> Self {
        let length = system.dim() * states;
        Self {
            buffers: vec![vec![T::zero(); length]; buffers],
            prepared: None,
            length,
            system: system.work(states),
        }
    }

    /// The first `N` buffers and those of the system, for a state `x` of `length` values.
    ///
    /// # Panics
    /// When `length` is not that of all states, or there are fewer than `N` buffers.
    pub fn split<const N: usize>(&mut self, length: usize) -> ([&mut [T]; N], &mut W) {
        assert_eq!(
            length, self.length,
            "the state has another length than its buffers were made for"
        );
        assert!(N <= self.buffers.len(), "fewer than {N} buffers");
        let mut buffers = self.buffers.iter_mut();
        let first = std::array::from_fn(|_| {
            let buffer = buffers.next().expect("the count was checked above");
            buffer.as_mut_slice()
        });
        (first, &mut self.system)
    }
}
