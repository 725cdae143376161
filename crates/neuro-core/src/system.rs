//! What is integrated: a right-hand side, and what a system may offer beside it.

use nalgebra::DMatrix;

use crate::Scalar;

/// An ordinary differential equation `dx/dt = f(t, x)`.
///
/// A system is immutable and can be shared between threads; what it needs to compute lives in its
/// `Work`, which the caller makes once and passes in, so that no call allocates.
///
/// `x` holds one or more states of length [`dim`](System::dim), one after another (units x trials,
/// column-major). `Work` holds the buffers of one evaluation: `()` when none are needed.
///
/// ```
/// use neuro_core::integrate::{RungeKutta4, integrate};
/// use neuro_core::nalgebra::{DMatrix, DMatrixView, DMatrixViewMut};
/// use neuro_core::{Error, System};
///
/// /// `dx/dt = -x + W tanh(x)`, any number of states at once.
/// struct Network {
///     weights: DMatrix<f64>,
/// }
///
/// impl System for Network {
///     type Work = Vec<f64>; // the rates
///
///     fn dim(&self) -> usize {
///         self.weights.nrows()
///     }
///
///     fn work(&self, states: usize) -> Vec<f64> {
///         vec![0.0; states * self.dim()]
///     }
///
///     fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], rates: &mut Vec<f64>) {
///         let (units, states) = (self.dim(), x.len() / self.dim());
///         for ((rate, dx), x) in rates.iter_mut().zip(&mut *dx).zip(x) {
///             (*rate, *dx) = (x.tanh(), -x);
///         }
///         let rates = DMatrixView::from_slice(rates, units, states);
///         DMatrixViewMut::from_slice(dx, units, states).gemm(1.0, &self.weights, &rates, 1.0);
///     }
/// }
///
/// // Two units that inhibit each other: whichever is ahead suppresses the other one.
/// let network = Network { weights: DMatrix::from_row_slice(2, 2, &[1.0, -2.0, -2.0, 1.0]) };
/// let starts = [0.1, 0.0, 0.0, 0.1];
/// let ends = integrate(&network, &RungeKutta4, 0.0, 0.1, 200, &starts)?;
/// let [first, second] = [&ends.last()[..2], &ends.last()[2..]];
/// assert!(first[0] > 1.0 && first[1] < -1.0);
/// assert!(second[0] < -1.0 && second[1] > 1.0);
/// # Ok::<(), Error>(())
/// ```
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
