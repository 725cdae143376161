//! Targets: what units are to do, one row a unit, one column a step.
//!
//! Column `s` is for the end of step `s`, at time `(s + 1) dt` after the stimulus (ms). Drives have no unit
//! for theta neurons; rates count per 10 ms. Random numbers come from the `Trial` streams from 2^40 on,
//! `index` counting sets of targets.
//!
//! ```
//! use neuro_core::Streams;
//! use neuro_models::spiking_rls::targets::{Sines, rates_of};
//!
//! let drives = Sines::default().generate(3, 1000, 1.0, Streams::new(1), 0)?;
//! assert!(drives.amax() <= 1.5 && drives.min() < 0.0);
//! // A theta neuron with this drive fires sqrt(drive) / pi per 10 ms, not at all below 0.
//! let rates = rates_of(&drives);
//! assert!(rates.min() == 0.0 && rates.max() <= 1.5_f64.sqrt() / std::f64::consts::PI);
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod chaotic;
mod innate;
mod process;
mod recorded;
mod sines;
mod synthetic;

pub use chaotic::ChaoticRates;
pub use innate::innate_drive;
pub use process::{OrnsteinUhlenbeck, Scheme};
pub use recorded::{Origin, RateConfig, RecordedRates, RecordedSpikes, SpikeRow};
pub use sines::{ProductsOfSines, Sines};
pub use synthetic::SyntheticConfig;

use nalgebra::DMatrix;
use neuro_core::Error as Core;
use neuro_core::transfer::{QifGain, Transfer};

use super::RATE_UNIT;
use crate::Error;

/// The rates that these drives give theta neurons: `phi_1(f) = sqrt([f]_+) / pi`, the targets of the rate
/// objective (Methods to Fig. 1).
#[must_use]
pub fn rates_of(drives: &DMatrix<f64>) -> DMatrix<f64> {
    let mut rates = drives.clone();
    QifGain.value_into(drives.as_slice(), rates.as_mut_slice());
    rates
}

/// The targets through a synapse of `time_constant` ms, in steps of `dt` ms: each row relaxes exponentially
/// towards its target, from its first value. The auxiliary units of Fig. 5 learn such targets.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] unless both times are positive.
pub fn low_passed(
    targets: &DMatrix<f64>,
    time_constant: f64,
    dt: f64,
) -> Result<DMatrix<f64>, Error> {
    use neuro_core::spiking::{Decay, SynapticFilter};
    let filter = SynapticFilter::new(time_constant, dt, RATE_UNIT, Decay::Exact)?;
    let mut smooth = targets.clone();
    for s in 1..targets.ncols() {
        for i in 0..targets.nrows() {
            let (before, target) = (smooth[(i, s - 1)], targets[(i, s)]);
            smooth[(i, s)] = target + (before - target) * filter.decay();
        }
    }
    Ok(smooth)
}

/// First `Trial` stream of targets; those below are of the loops of learning.
const FIRST: u64 = 1 << 40;

/// The stream of targets `index`.
fn stream(index: u64) -> u64 {
    FIRST.wrapping_add(index)
}

/// Checks that targets of so many units and steps fit into memory.
fn check_size(units: usize, steps: usize) -> Result<(), Error> {
    Ok(Core::check_size::<f64>("targets", &[units, steps])?)
}

/// Checks a range of uniform numbers.
fn check_interval(what: &str, [low, high]: [f64; 2], positive: bool) -> Result<(), Error> {
    let fits = low <= high && high.is_finite() && low.is_finite() && (!positive || low > 0.0);
    let expected = if positive {
        "two positive numbers, the smaller first"
    } else {
        "two numbers, the smaller first"
    };
    Ok(Core::check_range(what, expected, low, fits)?)
}
