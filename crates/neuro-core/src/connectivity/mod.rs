//! Weight matrices: random, sparse, sign-constrained, ring-shaped.
//!
//! `weight[i, j]` goes from unit `j` to unit `i` (post x pre): a row gathers what a unit receives, a
//! column what it sends. Random builders take [`Streams`](crate::Streams) and the index of the
//! matrix: values come from [`Domain::Weights`](crate::Domain), which connections exist and which
//! units inhibit from [`Domain::Connectivity`](crate::Domain), each in column-major order, so that a
//! matrix is the same whatever else is drawn. Masks and signs share that domain: give each its own
//! index. Masks are matrices of 0 and 1. Rescaling to a spectral radius is not here; it needs
//! eigenvalues.
//!
//! ```
//! use neuro_core::Streams;
//! use neuro_core::connectivity::{apply_mask, apply_signs, exact_signs, gaussian, no_self_mask};
//! use neuro_core::nalgebra::DMatrix;
//!
//! // 80 excitatory and 20 inhibitory units without connections to themselves.
//! let mut w: DMatrix<f64> = gaussian(100, 100, 1.5 / 10.0, Streams::new(1), 0)?;
//! apply_signs(&mut w, &exact_signs(100, 0.8)?)?;
//! apply_mask(&mut w, &no_self_mask(100))?;
//! assert!(w.column(79).min() >= 0.0 && w.column(80).max() <= 0.0);
//! assert_eq!(w[(5, 5)], 0.0);
//! # Ok::<(), neuro_core::Error>(())
//! ```

mod dale;
mod mask;
mod random;
mod ring;
mod sparse;

pub use dale::{apply_signs, bernoulli_signs, exact_signs, excitatory_count};
pub use mask::{apply_mask, block_mask, mask_from_fn, no_self_mask};
pub use random::{gaussian, gaussian_gain, uniform, uniform_fan_in};
pub use ring::{RingKernel, circulant, ring, ring_angles, wrap_angle};
pub use sparse::{bernoulli_mask, exact_mask, in_degree_mask, sparse_gaussian};

use crate::Error;

/// Checks a probability or a fraction.
fn check_probability(what: &str, p: f64) -> Result<(), Error> {
    Error::check_range(what, "0 to 1", p, (0.0..=1.0).contains(&p))
}

/// Checks a scale that must be finite and not negative.
fn check_scale(what: &str, value: f64) -> Result<(), Error> {
    let valid = value.is_finite() && value >= 0.0;
    Error::check_range(what, "a finite number >= 0", value, valid)
}
