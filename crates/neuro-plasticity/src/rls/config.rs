//! Options of recursive least squares.

use std::sync::Arc;

use neuro_core::Error as Core;
use neuro_core::transfer::{SmoothQifGain, Transfer};

use crate::Error;

/// The two constants of recursive least squares.
///
/// ```
/// use neuro_plasticity::RlsConfig;
///
/// assert!(RlsConfig::default().validate().is_ok());
/// let refused = RlsConfig { regularization: 0.0, ..RlsConfig::default() }.validate();
/// assert!(refused.is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RlsConfig {
    /// `lambda`, positive (squared rates): 1. The larger, the slower weights leave their start.
    pub regularization: f64,
    /// `lambda_f`, in (0, 1]: 1. What a sample counts for after one more update.
    pub forgetting: f64,
}

impl Default for RlsConfig {
    fn default() -> Self {
        Self {
            regularization: 1.0,
            forgetting: 1.0,
        }
    }
}

impl RlsConfig {
    /// Checks both constants.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let (lambda, forgetting) = (self.regularization, self.forgetting);
        let positive = lambda.is_finite() && lambda > 0.0;
        Core::check_range("regularization lambda", "positive", lambda, positive)?;
        let within = forgetting > 0.0 && forgetting <= 1.0;
        Core::check_range(
            "forgetting factor",
            "above 0, at most 1",
            forgetting,
            within,
        )?;
        Ok(())
    }
}

/// What of a unit follows the target.
#[derive(Clone, Debug)]
pub enum Objective {
    /// The drive `w.r` (Eqs. 9-12 of Kim & Chow).
    Drive,
    /// The rate `phi(w.r + I)`, with external input `I` (Eqs. 15-19): the error is `f - phi`, and
    /// `phi' r` takes the place of the rates. It is a Gauss-Newton step: the least squares of the module
    /// hold for `phi` linearised at each update.
    Rate {
        /// `phi`.
        gain: Arc<dyn Transfer<f64>>,
        /// Whether units with `w.r + I < 0`, on which `phi` has next to no grip, are left as they are,
        /// `P` included. Units at threshold learn, or a network without weights would never begin to.
        gated: bool,
    },
}

impl Objective {
    /// The paper's rate rule: the smooth gain of theta neurons, not below threshold. Targets count per
    /// membrane time constant (10 ms).
    #[must_use]
    pub fn rate() -> Self {
        Self::Rate {
            gain: Arc::new(SmoothQifGain::<f64>::default()),
            gated: true,
        }
    }
}
