//! When a rule acts.

use std::fmt::Debug;

use neuro_core::Scalar;

use crate::Error;
use crate::rule::{Activity, PlasticityRule, Rates, Synapses};

/// How far plasticity is allowed at each time.
///
/// A gate says how far it is open, from 0 to 1, at each time; [`Gated`] multiplies all rates of
/// change by it. [`AfterStimulus`] is `1 - I(t)` of Gu & Lim, Unsupervised learning for robust
/// working memory, Eq. 19: plasticity sets in as the stimulus fades.
pub trait Gate<T: Scalar = f64>: Debug + Send + Sync {
    /// From 0 (closed) to 1 (open) at `time`.
    fn openness(&self, time: T) -> T;
}

/// Open at all times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Always;

impl<T: Scalar> Gate<T> for Always {
    fn openness(&self, _time: T) -> T {
        T::one()
    }
}

/// As far open as the caller says, for one who keeps the time elsewhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fixed(
    /// From 0 (closed) to 1 (open).
    pub f64,
);

impl<T: Scalar> Gate<T> for Fixed {
    fn openness(&self, _time: T) -> T {
        T::of(self.0)
    }
}

/// Open for `start < t <= end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within {
    /// Time before which the gate is closed.
    pub start: f64,
    /// Time after which the gate is closed; not before `start`.
    pub end: f64,
}

impl Within {
    /// Checks that the end does not come before the start.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] otherwise, and for times that are not numbers.
    pub fn validate(&self) -> Result<(), Error> {
        let ordered = self.end >= self.start;
        Ok(neuro_core::Error::check_range(
            "end of the gate",
            "not before its start",
            self.end,
            ordered,
        )?)
    }
}

impl<T: Scalar> Gate<T> for Within {
    fn openness(&self, time: T) -> T {
        let time = time.as_f64();
        if time > self.start && time <= self.end {
            T::one()
        } else {
            T::zero()
        }
    }
}

/// Closed until the stimulus ends, then `1 - level exp(-(t - end) / time_constant)`.
///
/// ```
/// use neuro_plasticity::{AfterStimulus, Gate};
///
/// let gate = AfterStimulus { end: 500.0, level: 1.0, time_constant: 100.0 };
/// assert_eq!(gate.openness(499.0_f64), 0.0);
/// assert!((gate.openness(600.0_f64) - 0.632).abs() < 1e-3);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AfterStimulus {
    /// Time at which the stimulus ends.
    pub end: f64,
    /// Strength of the stimulus at its end, 0 to 1.
    pub level: f64,
    /// Time constant with which it fades, positive.
    pub time_constant: f64,
}

impl AfterStimulus {
    /// Checks the level and the time constant.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        use neuro_core::Error as Core;
        let (level, tau) = (self.level, self.time_constant);
        let within = (0.0..=1.0).contains(&level);
        Core::check_range("level of the stimulus", "0 to 1", level, within)?;
        let positive = tau.is_finite() && tau > 0.0;
        Core::check_range("time constant of the stimulus", "positive", tau, positive)?;
        Ok(())
    }
}

impl<T: Scalar> Gate<T> for AfterStimulus {
    fn openness(&self, time: T) -> T {
        let elapsed = time.as_f64() - self.end;
        if elapsed > 0.0 {
            T::of(1.0 - self.level * (-elapsed / self.time_constant).exp())
        } else {
            T::zero()
        }
    }
}

/// A rule whose weights and variables change only as far as the gate is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gated<R, G> {
    /// The rule.
    pub rule: R,
    /// When it acts.
    pub gate: G,
}

impl<T: Scalar, R: PlasticityRule<T>, G: Gate<T>> PlasticityRule<T> for Gated<R, G> {
    fn variables(&self) -> usize {
        self.rule.variables()
    }

    fn check(&self, post: usize, pre: usize) -> Result<(), Error> {
        self.rule.check(post, pre)
    }

    fn start(&self, variables: &mut [T]) {
        self.rule.start(variables);
    }

    fn effective_into(&self, synapses: &Synapses<'_, T>, effective: &mut [T]) {
        self.rule.effective_into(synapses, effective);
    }

    fn rates_into(
        &self,
        activity: &Activity<'_, T>,
        synapses: &Synapses<'_, T>,
        mut rates: Rates<'_, T>,
    ) {
        let open = self.gate.openness(activity.time);
        self.rule.rates_into(activity, synapses, rates.reborrow());
        for rate in rates.weights.iter_mut().chain(rates.variables) {
            *rate *= open;
        }
    }
}
