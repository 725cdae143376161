//! The comparison tasks of the paper, with their constants.

use std::f64::consts::PI;
use std::ops::RangeInclusive;

use super::config::{Compared, Config, Delay};
use crate::tasks::{ComparisonTask, SecondSignal, Signal, Timing};

/// Steps of the periods of a task with the short delay.
struct Periods {
    /// Signals: in training, in tests.
    signal: (RangeInclusive<usize>, usize),
    /// Delay: in training, in tests.
    delay: (RangeInclusive<usize>, usize),
    /// All periods in training: the second signal lasts until then.
    total: usize,
}

impl Periods {
    /// Table I for frequencies and velocities. For noise the paper names no other, but with these
    /// nothing is learned (see `docs/papers/transient_memory.md`): signals of 20 steps and a delay
    /// of 10.
    fn of(compared: Compared) -> Self {
        match compared {
            Compared::Frequency | Compared::Velocity => Self {
                signal: (13..=17, 15),
                delay: (25..=35, 30),
                total: 60,
            },
            Compared::NoiseSd => Self {
                signal: (20..=20, 20),
                delay: (9..=11, 10),
                total: 50,
            },
        }
    }
}

/// Delay of networks with the long delay: in training, in tests (Sec. III A).
const LONG: (RangeInclusive<usize>, usize) = (75..=105, 90);

impl Config {
    /// The task as networks are trained on it.
    ///
    /// With the short delay all trials end together; with the long one, of 75 to 105 steps (Sec. III
    /// A), second signals last as long as first ones. With another Euler step all counts change so
    /// that times stay.
    ///
    /// | compared | range | least gap | signals | short delay, all | else |
    /// |---|---|---|---|---|---|
    /// | frequency | 1 to 5 | 1 | 13 to 17 | 25 to 35, 60 | phase 0 to pi, noise 0.05 on each sample (Table I) |
    /// | velocity | -0.15 to 0.15 | 0.01 | 13 to 17 | 25 to 35, 60 | offset -1 to 1, noise 0.05 |
    /// | noise | 0 to 0.5 | 0.2 | 20 | 9 to 11, 50 | frequency 1, phase 0 |
    #[must_use]
    pub fn training_task(&self) -> ComparisonTask {
        let periods = Periods::of(self.compared);
        let (delay, second) = match self.delay {
            Delay::Short => (
                periods.delay.0,
                SecondSignal::Until(self.steps(periods.total)),
            ),
            Delay::Long => (LONG.0, SecondSignal::Steps(self.range(&periods.signal.0))),
        };
        let (signal, minimal_gap) = match self.compared {
            Compared::Frequency => (
                Signal::Frequency {
                    range: (1.0, 5.0),
                    largest_phase: PI,
                    noise_sd: 0.05,
                },
                1.0,
            ),
            Compared::Velocity => (
                Signal::Velocity {
                    range: (-0.15, 0.15),
                    offset: (-1.0, 1.0),
                    noise_sd: 0.05,
                },
                0.01,
            ),
            Compared::NoiseSd => (
                Signal::NoiseSd {
                    range: (0.0, 0.5),
                    frequency: 1.0,
                    largest_phase: 0.0,
                },
                0.2,
            ),
        };
        ComparisonTask {
            alpha: self.alpha,
            timing: Timing {
                first: self.range(&periods.signal.0),
                delay: self.range(&delay),
                second,
            },
            signal,
            minimal_gap,
            shared_nuisance: false,
        }
    }

    /// The task as networks are tested on it: signals and delay of [`test_steps`](Self::test_steps),
    /// any two quantities of the range.
    #[must_use]
    pub fn test_task(&self) -> ComparisonTask {
        let [first, delay, second] = self.test_steps();
        ComparisonTask {
            timing: Timing {
                first: first..=first,
                delay: delay..=delay,
                second: SecondSignal::Until(first.saturating_add(delay).saturating_add(second)),
            },
            minimal_gap: 0.0,
            ..self.training_task()
        }
    }

    /// Steps of the first signal, the delay and the second signal in tests: 15, 30 and 15 (Table I),
    /// with the long delay 15, 90 and 15, for noise 20, 10 and 20.
    #[must_use]
    pub fn test_steps(&self) -> [usize; 3] {
        let periods = Periods::of(self.compared);
        let (signal, delay) = match self.delay {
            Delay::Short => (periods.signal.1, periods.delay.1),
            Delay::Long => (periods.signal.1, LONG.1),
        };
        [signal, delay, signal].map(|steps| self.steps(steps))
    }

    /// The number of steps of this configuration in the time of `steps` of the paper's, which are
    /// counted for the default Euler step.
    #[must_use]
    pub fn steps(&self, steps: usize) -> usize {
        (steps as f64 * Self::default().alpha / self.alpha).round() as usize
    }

    fn range(&self, steps: &RangeInclusive<usize>) -> RangeInclusive<usize> {
        self.steps(*steps.start())..=self.steps(*steps.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_euler_step_doubles_all_counts() {
        let config = Config {
            alpha: 0.125,
            ..Config::default()
        };
        let timing = config.training_task().timing;
        assert_eq!((timing.first, timing.delay), (26..=34, 50..=70));
        assert_eq!(timing.second, SecondSignal::Until(120));
        assert_eq!(config.test_steps(), [30, 60, 30]);
    }

    #[test]
    fn every_task_is_valid_and_tests_have_the_length_that_is_said() {
        for compared in [Compared::Frequency, Compared::Velocity, Compared::NoiseSd] {
            for delay in [Delay::Short, Delay::Long] {
                let config = Config {
                    compared,
                    delay,
                    ..Config::default()
                };
                assert!(config.training_task().validate().is_ok());
                assert!(config.test_task().validate().is_ok());
                let steps: usize = config.test_steps().iter().sum();
                assert_eq!(config.test_task().timing.longest(), steps);
            }
        }
    }
}
