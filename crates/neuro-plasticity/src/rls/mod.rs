//! Recursive least squares: weights that follow a target from one sample to the next.
//!
//! For one unit with weights `w`, rates `r` of its inputs and target `f`, at each update
//!
//! ```text
//! e = f - w.r,   k = P r,   d = lambda_f + r.k,   w <- w + e k / d,   P <- (P - k k^T / d) / lambda_f
//! ```
//!
//! with `P = I / lambda` before the first update; `lambda` is the [`regularization`](RlsConfig), `lambda_f`
//! the forgetting factor (1: nothing is forgotten). After `K` updates `w` minimises, exactly,
//!
//! ```text
//! sum_k lambda_f^(K-k) (f_k - w.r_k)^2 + lambda_f^K lambda |w - w_0|^2,    w_0: weights at the start
//! ```
//!
//! It is the distance from `w_0` that is penalised, not `|w|^2` as papers often write. `P` is the inverse
//! of `sum_k lambda_f^(K-k) r_k r_k^T + lambda_f^K lambda I`. `lambda` is in squared rates:
//! with rates per ms instead of per 10 ms the same number weighs a hundred times as much.
//!
//! | type | `P` | for |
//! |---|---|---|
//! | [`PerUnitRls`] | one for each unit | sparse recurrent weights, each unit with inputs of its own |
//! | [`AllToAllRls`] | one for all | recurrent weights of all to all without self-connection |
//! | [`SharedRls`] | one for all outputs | dense readouts (FORCE: Sussillo & Abbott, Neuron 63 (2009) 544) |
//!
//! [`Objective`] says whether drive or rate is fit, [`Dale`] what happens to a weight that would change
//! its sign. Sources: Kim & Chow (2018), Eqs. 9-19; Haykin, Adaptive Filter Theory, ch. 9.
//!
//! When rates decay alike between spikes, say so in [`Lesson::decay`]: an update then takes a part of the time, with
//! the same result up to rounding.
//!
//! Rounding can make `P` lose its positivity (`f32`, tiny `lambda`, forgetting without excitation): every
//! update looks, and refuses with [`Error::LostPositivity`](crate::Error::LostPositivity).

mod all_to_all;
mod columns;
mod config;
mod dale;
mod inverse;
mod kernel;
mod pending;
mod per_unit;
mod places;
mod shared;

pub use all_to_all::AllToAllRls;
pub use config::{Objective, RlsConfig};
pub use dale::Dale;
pub use per_unit::{Lesson, PerUnitRls};
pub use shared::SharedRls;

use neuro_core::Error as Core;

use crate::Error;

/// Checks the inputs and targets of one update.
fn check_sample(what: &str, expected: usize, values: &[f64]) -> Result<(), Error> {
    Core::check_length(what, expected, values.len())?;
    Ok(Core::check_finite(what, values)?)
}
