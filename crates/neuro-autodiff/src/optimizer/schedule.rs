//! Learning rates that change during training.

use std::f64::consts::PI;

use crate::Error;

/// The factor of the learning rate as a function of the number `n = 0, 1, …` of the update.
///
/// A schedule has no state: a resumed run asks for the same numbers.
///
/// ```
/// use neuro_autodiff::optimizer::Schedule;
///
/// let schedule = Schedule::WarmUp {
///     updates: 10,
///     then: Box::new(Schedule::Cosine { updates: 100, end: 0.1 }),
/// };
/// assert_eq!(schedule.at(4), 0.5);
/// assert_eq!(schedule.at(10), 1.0);
/// assert!((schedule.at(60) - 0.55).abs() < 1e-15);
/// assert_eq!(schedule.at(1000), 0.1);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Schedule {
    /// 1.
    #[default]
    Constant,
    /// `factor^(n / updates)`, smoothly: multiplied by `factor` over each `updates` updates.
    Exponential {
        /// Multiplies the learning rate; above 0.
        factor: f64,
        /// Number of updates, at least 1.
        updates: u64,
    },
    /// `factor^floor(n / updates)`: multiplied by `factor` after each `updates` updates.
    Step {
        /// Multiplies the learning rate; above 0.
        factor: f64,
        /// Number of updates, at least 1.
        updates: u64,
    },
    /// From 1 to `end` along half a cosine over `updates` updates, and `end` from there on.
    Cosine {
        /// Number of updates, at least 1.
        updates: u64,
        /// Share of the learning rate that is left, 0 to 1.
        end: f64,
    },
    /// `(n + 1) / updates` while `n < updates`, then another schedule that counts from 0.
    WarmUp {
        /// Length of the rise; 0 for none.
        updates: u64,
        /// The schedule that follows the rise.
        then: Box<Schedule>,
    },
}

impl Schedule {
    /// Checks every range.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] naming what lies outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = neuro_core::Error::check_range;
        let at_least_one = |updates: u64| {
            check(
                "updates of a schedule",
                "at least 1",
                updates as f64,
                updates > 0,
            )
        };
        match self {
            Self::Constant => Ok(()),
            Self::Exponential { factor, updates } | Self::Step { factor, updates } => {
                let holds = *factor > 0.0 && factor.is_finite();
                check(
                    "factor of a schedule",
                    "a finite number above 0",
                    *factor,
                    holds,
                )?;
                Ok(at_least_one(*updates)?)
            }
            Self::Cosine { updates, end } => {
                check(
                    "end of a cosine schedule",
                    "0 to 1",
                    *end,
                    (0.0..=1.0).contains(end),
                )?;
                Ok(at_least_one(*updates)?)
            }
            Self::WarmUp { then, .. } => then.validate(),
        }
    }

    /// The factor of the learning rate at update `update`, counted from 0.
    #[must_use]
    pub fn at(&self, update: u64) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Exponential { factor, updates } => factor.powf(update as f64 / *updates as f64),
            Self::Step { factor, updates } => {
                factor.powf(update.checked_div(*updates).unwrap_or(0) as f64)
            }
            Self::Cosine { updates, end } => {
                if update >= *updates {
                    return *end;
                }
                let phase = PI * update as f64 / *updates as f64;
                end + (1.0 - end) * 0.5 * (1.0 + phase.cos())
            }
            Self::WarmUp { updates, then } => {
                if update < *updates {
                    (update + 1) as f64 / *updates as f64
                } else {
                    then.at(update - updates)
                }
            }
        }
    }
}
