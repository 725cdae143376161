//! Transfer functions: from the input of a unit to its rate.
//!
//! A transfer function is a value that implements [`Transfer`]: `r = phi(x)` and its slope. The
//! built-in ones evaluate slices in the widest registers of the machine (0.2 to 1 ns an element,
//! where `std` needs ten times as long) and give the same bits for one value as for a slice.
//! [`softmax_into`] is not elementwise and stands apart.
//!
//! | largest error, ulp | `exp` | `tanh` | `logistic` | `softplus` |
//! |---|---|---|---|---|
//! | `f32`, every number | 0.95 | 1.8 | 2.0 | 2.0 |
//! | `f64`, some millions of numbers | 0.95 | 1.9 | 2.0 | 2.1 |
//! | the same without fused multiply-add | 1.3 | 1.9 | 2.2 | 2.1 |
//!
//! Signed zeros, infinities, not-a-number, subnormal results and overflow come out as in `std`.
//! Machines without fused multiply-add run bodies of separate multiplications and additions, whose
//! last bits differ.
//!
//! ```
//! use neuro_core::transfer::{Tanh, Transfer};
//!
//! let x = [-1.0, 0.0, 2.0];
//! let (mut rate, mut slope) = ([0.0; 3], [0.0; 3]);
//! Tanh.value_into(&x, &mut rate);
//! Tanh.slope_into(&x, &rate, &mut slope);
//! assert_eq!((rate[1], slope[1]), (0.0, 1.0));
//! assert!(slope[2] < slope[0]); // tanh saturates
//! ```

mod identity;
pub(crate) mod kernels;
mod logistic;
mod qif;
mod relu;
mod softmax;
mod softplus;
mod tanh;

pub use identity::Identity;
pub use kernels::{exp, exp_into, logistic_into, softplus_into, tanh_into};
pub use logistic::Logistic;
pub use qif::{QifGain, SmoothQifGain};
pub use relu::Relu;
pub use softmax::{log_sum_exp, softmax_into, softmax_vjp_into};
pub use softplus::Softplus;
pub use tanh::Tanh;

use std::fmt::Debug;
use std::sync::Arc;

use crate::Scalar;

/// A transfer function `r = phi(x)` and its slope `phi'(x)`, for one value and for slices.
///
/// The slice forms of the built-in functions are vectorised. A user's own function needs
/// [`value`](Transfer::value) and [`slope`](Transfer::slope) only.
pub trait Transfer<T: Scalar = f64>: Debug + Send + Sync {
    /// The name that files store.
    fn name(&self) -> &'static str;

    /// `phi(x)`.
    fn value(&self, x: T) -> T;

    /// `phi'(x)`.
    fn slope(&self, x: T) -> T;

    /// Writes `phi(x)` into `rate`; both have the same length.
    fn value_into(&self, x: &[T], rate: &mut [T]) {
        for (x, rate) in x.iter().zip(rate) {
            *rate = self.value(*x);
        }
    }

    /// Writes `phi'(x)` into `slope`. `rate` holds `phi(x)`, from which the slope of many functions
    /// follows without a new evaluation. All three have the same length.
    fn slope_into(&self, x: &[T], rate: &[T], slope: &mut [T]) {
        let _ = rate;
        for (x, slope) in x.iter().zip(slope) {
            *slope = self.slope(*x);
        }
    }
}

/// The built-in transfer function of this name, with default parameters; `None` for any other name.
///
/// ```
/// use neuro_core::transfer::{Transfer, by_name};
///
/// let phi = by_name::<f64>("relu").expect("a built-in function");
/// assert_eq!((phi.name(), phi.value(-2.0)), ("relu", 0.0));
/// assert!(by_name::<f64>("no such function").is_none());
/// ```
#[must_use]
pub fn by_name<T: Scalar>(name: &str) -> Option<Arc<dyn Transfer<T>>> {
    let all: [Arc<dyn Transfer<T>>; 7] = [
        Arc::new(Identity),
        Arc::new(Logistic),
        Arc::new(QifGain),
        Arc::new(Relu),
        Arc::new(SmoothQifGain::<T>::default()),
        Arc::new(Softplus),
        Arc::new(Tanh),
    ];
    all.into_iter().find(|phi| phi.name() == name)
}
