//! Periods of a trial that presents two signals across a delay, counted in Euler steps.

use std::ops::RangeInclusive;

use neuro_core::Error;
use rand::RngExt;

/// Lengths of a trial's periods, in Euler steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// First signal, drawn uniformly.
    pub first: RangeInclusive<usize>,
    /// Delay, drawn uniformly.
    pub delay: RangeInclusive<usize>,
    /// Second signal.
    pub second: SecondSignal,
}

/// How long the second signal lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondSignal {
    /// Until the trial has this many steps in all, so that all trials end together.
    Until(usize),
    /// A number of steps drawn uniformly; trials end at different steps.
    Steps(RangeInclusive<usize>),
}

impl Timing {
    /// Steps of the longest trial.
    #[must_use]
    pub fn longest(&self) -> usize {
        match &self.second {
            SecondSignal::Until(total) => *total,
            SecondSignal::Steps(steps) => (self.first.end())
                .saturating_add(*self.delay.end())
                .saturating_add(*steps.end()),
        }
    }

    /// Checks that every period can be drawn.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an empty range or a total that the first two periods exceed.
    pub fn validate(&self) -> Result<(), Error> {
        let range = |what: &str, r: &RangeInclusive<usize>| {
            Error::check_range(
                what,
                "start <= end",
                *r.start() as f64,
                r.start() <= r.end(),
            )
        };
        range("timing.first", &self.first)?;
        range("timing.delay", &self.delay)?;
        match &self.second {
            SecondSignal::Until(total) => {
                let taken = self.first.end().saturating_add(*self.delay.end());
                let expected = format!("at least {taken}, first signal and delay");
                Error::check_range("timing.second", &expected, *total as f64, *total >= taken)
            }
            SecondSignal::Steps(steps) => range("timing.second", steps),
        }
    }

    /// Draws the steps of the first signal, the delay and the second signal.
    pub(super) fn draw(&self, rng: &mut impl rand::Rng) -> [usize; 3] {
        let first = rng.random_range(self.first.clone());
        let delay = rng.random_range(self.delay.clone());
        let second = match &self.second {
            SecondSignal::Until(total) => total - first - delay,
            SecondSignal::Steps(steps) => rng.random_range(steps.clone()),
        };
        [first, delay, second]
    }
}
