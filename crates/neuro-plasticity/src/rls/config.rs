//! Options of recursive least squares.

use std::sync::Arc;

use neuro_core::Error as Core;
use neuro_core::transfer::{SmoothQifGain, Transfer};

use crate::Error;

/// The two constants of recursive least squares: weights that follow a target from one sample to the
/// next.
///
/// For one unit with weights `w`, rates `r` of its inputs and target `f`, at each update
///
/// ```equation
/// e = f - w.r,   k = P r,   d = lambda_f + r.k
/// w <- w + e k / d,   P <- (P - k k^T / d) / lambda_f
/// ```
///
/// with `P = I / lambda` before the first update; `lambda` is the [`regularization`](Self::regularization),
/// `lambda_f` the [forgetting factor](Self::forgetting) (1: nothing is forgotten). After `K` updates `w`
/// minimises, exactly,
///
/// ```equation
/// sum_k lambda_f^(K-k) (f_k - w.r_k)^2 + lambda_f^K lambda |w - w_0|^2,    w_0: weights at the start
/// ```
///
/// It is the distance from `w_0` that is penalised, not `|w|^2` as papers often write. `P` is the inverse
/// of `sum_k lambda_f^(K-k) r_k r_k^T + lambda_f^K lambda I`. `lambda` is in squared rates:
/// with rates per ms instead of per 10 ms the same number weighs a hundred times as much.
///
/// | type | `P` | for |
/// |---|---|---|
/// | [`PerUnitRls`](crate::PerUnitRls) | one for each unit | sparse recurrent weights, each unit with inputs of its own |
/// | [`AllToAllRls`](crate::AllToAllRls) | one for all | recurrent weights of all to all without self-connection |
/// | [`SharedRls`](crate::SharedRls) | one for all outputs | dense readouts (FORCE: Sussillo & Abbott, Neuron 63 (2009) 544) |
///
/// [`Objective`] says whether drive or rate is fit, [`Dale`](crate::Dale) what happens to a weight that
/// would change its sign. Sources: Kim & Chow (2018), Eqs. 9-19; Haykin, Adaptive Filter Theory, ch. 9.
///
/// Rounding can make `P` lose its positivity (`f32`, tiny `lambda`, forgetting without excitation): every
/// update looks, and refuses with [`Error::LostPositivity`].
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
#[non_exhaustive]
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
