//! What is integrated: a right-hand side, and what a system may offer beside it.
//!
//! A system is immutable and can be shared between threads; what it needs to compute lives in its
//! `Work`, which the caller makes once and passes in, so that no call allocates.

use nalgebra::DMatrix;

use crate::Scalar;

/// An ordinary differential equation `dx/dt = f(t, x)`.
///
/// `x` holds one or more states of length [`dim`](System::dim), one after another (units x trials,
/// column-major). `Work` holds the buffers of one evaluation: `()` when none are needed.
pub trait System<T: Scalar = f64> {
    /// Buffers of an evaluation.
    type Work;

    /// Length of one state.
    fn dim(&self) -> usize;

    /// Makes the buffers for `states` states evaluated together.
    fn work(&self, states: usize) -> Self::Work;

    /// Writes `f(t, x)` into `dx`; `x` and `dx` have the same length. Never allocates.
    fn rhs(&self, t: T, x: &[T], dx: &mut [T], work: &mut Self::Work);
}

/// A system that knows its Jacobian.
pub trait Linearize<T: Scalar = f64>: System<T> {
    /// Writes `df_i/dx_j` at one state `x` into the `dim x dim` matrix `jacobian`.
    fn jacobian(&self, t: T, x: &[T], jacobian: &mut DMatrix<T>);
}

/// A system with diagonal noise: `dx = f dt + g dW`, with `g` one amplitude a variable.
pub trait Diffusion<T: Scalar = f64>: System<T> {
    /// Writes `g(t, x)` into `g`; the same length as `x`.
    fn diffusion(&self, t: T, x: &[T], g: &mut [T]);
}

/// A system made of a closure; see [`system_from_fn`].
#[derive(Clone, Debug)]
pub struct FromFn<F> {
    dim: usize,
    rhs: F,
}

/// Makes a [`System`] of a closure `(t, x, dx)` that handles one state of length `dim` at a time.
///
/// ```
/// use neuro_core::integrate::{RungeKutta4, integrate};
/// use neuro_core::system_from_fn;
///
/// // A leaky unit with time constant 1 relaxes to its input 2.
/// let leaky = system_from_fn(1, |_t: f64, x: &[f64], dx: &mut [f64]| dx[0] = 2.0 - x[0]);
/// let end = integrate(&leaky, &RungeKutta4, 0.0, 0.1, 100, &[0.0])?;
/// assert!((end.last()[0] - 2.0).abs() < 1e-4);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn system_from_fn<T, F>(dim: usize, rhs: F) -> FromFn<F>
where
    T: Scalar,
    F: Fn(T, &[T], &mut [T]),
{
    FromFn { dim, rhs }
}

impl<T, F> System<T> for FromFn<F>
where
    T: Scalar,
    F: Fn(T, &[T], &mut [T]),
{
    type Work = ();

    fn dim(&self) -> usize {
        self.dim
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, t: T, x: &[T], dx: &mut [T], (): &mut ()) {
        for (x, dx) in x.chunks_exact(self.dim).zip(dx.chunks_exact_mut(self.dim)) {
            (self.rhs)(t, x, dx);
        }
    }
}
