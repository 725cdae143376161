//! Perturbation ensembles: how many directions many perturbed copies of one trial spread in.
//!
//! One trial is run once as it is, with states `x(t)`, and many times with a small random
//! perturbation at one time, with states `x_c(t)` of the copies `c = 1 .. n`. Of the differences
//! `d_c = x_c - x` at one time, centred over the copies (`d_c - mean(d)`), the covariance with
//! denominator `n - 1` has the eigenvalues `l_1 >= l_2 >= ...`, the variances along the principal
//! components. From them:
//!
//! - cumulative share of the `k` largest, `C_k = (l_1 + ... + l_k) / sum l` (`C_10` in the source):
//!   high when the perturbations have collapsed onto few directions;
//! - the number of components that hold a given share (90 % in the source) of the variance;
//! - participation ratio `(sum l)^2 / sum l^2`.
//!
//! Beside them stands the mean distance `|x_c - x|`, which tells whether perturbations grow, not
//! where they go. In the linear regime nothing but the distance depends on the size of the
//! perturbation.
//!
//! **The number of copies matters.** `n` copies have at most `n - 1` nonzero eigenvalues, and even
//! perturbations alike in all of `N` directions do not give `C_k = k / N` but more: for `N = 256`
//! and `k = 10` not 0.039 but 0.097 with 600 copies and 0.128 with 300. Compare ensembles of equal
//! size, and with [`isotropic_leading_share`] and [`isotropic_participation_ratio`], the values
//! without any preferred direction.
//!
//! Source: K. Ichikawa and K. Kaneko 2021, Phys. Rev. Research 3, 033193, Fig. 4(b) and
//! Supplement 7. Reference values: V. A. Marchenko and L. A. Pastur 1967, Math. USSR Sb. 1, 457.
//! Not here: running the copies, which is the simulation's work.
//!
//! ```
//! use neuro_analysis::perturbation::{isotropic_leading_share, perturbation_spectrum, perturbed};
//! use neuro_core::{Streams, nalgebra::DMatrix};
//!
//! // A linear network that keeps two directions of fifty and lets all others decay.
//! let gains = DMatrix::from_fn(50, 50, |i, j| match (i == j, i < 2) {
//!     (true, true) => 1.0,
//!     (true, false) => 0.1,
//!     _ => 0.0,
//! });
//! let state = vec![0.0; 50];
//! let copies = perturbed(&state, 0.01, 300, Streams::new(1), 0)?;
//! let before = perturbation_spectrum(&copies, &state)?;
//! let after = perturbation_spectrum(&(gains * copies), &state)?;
//!
//! // At first no direction is preferred: the two largest of 50 hold little more than 2 / 50.
//! let expected = isotropic_leading_share(50, 300, 2)?;
//! assert!((before.leading_share(2) - expected).abs() < 0.02);
//! // Then the two that are kept hold 2 / (2 + 48 * 0.01) of the variance.
//! assert!((after.leading_share(2) - 2.0 / 2.48).abs() < 0.03);
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

mod curves;
mod isotropic;
mod spectrum;

pub use curves::{PerturbationCurves, PerturbationMeasures, perturbation_curves};
pub use isotropic::{isotropic_leading_share, isotropic_participation_ratio};
pub use spectrum::{PerturbationSpectrum, perturbation_spectrum, perturbed};

use crate::Error;

fn check_sizes(units: usize, copies: usize) -> Result<(), Error> {
    if copies < 2 {
        return Err(Error::TooFewSamples {
            what: "perturbation ensemble".into(),
            needed: 2,
            found: copies,
        });
    }
    if units == 0 {
        return Err(neuro_core::Error::Empty {
            what: "units of a perturbation ensemble".into(),
        }
        .into());
    }
    Ok(())
}
