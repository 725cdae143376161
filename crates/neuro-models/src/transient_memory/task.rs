//! The comparison tasks of the paper, with their constants.

use std::f64::consts::PI;
use std::ops::RangeInclusive;

use super::config::{Compared, Config, Delay};
use crate::tasks::{ComparisonTask, SecondSignal, Signal, Timing};

/// Steps of the signals in training and in tests (Table I).
const SIGNAL: (RangeInclusive<usize>, usize) = (13..=17, 15);

/// Steps of all periods together, with the short delay: the second signal lasts until then.
const SHORT_TOTAL: usize = 60;

/// The Euler step for which the paper counts its steps.
const ALPHA: f64 = 0.25;

impl Config {
    /// The task as networks are trained on it.
    ///
    /// Signals of 13 to 17 steps and delays of 25 to 35 or 75 to 105 (Table I, Sec. III A); with the
    /// short delay all trials have 60 steps, with the long one second signals have 13 to 17. With
    /// another Euler step all counts change so that times stay.
    ///
    /// | compared | range | least gap | else |
    /// |---|---|---|---|
    /// | frequency | 1 to 5 | 1 (Table I) | phase 0 to pi, noise 0.05 on each sample |
    /// | velocity | -0.15 to 0.15 | 0.01 | offset -1 to 1, noise 0.05 on each sample |
    /// | standard deviation of the noise | 0 to 0.5 | 0.2 | frequency 1, phase 0 to pi |
    #[must_use]
    pub fn training_task(&self) -> ComparisonTask {
        let delay = match self.delay {
            Delay::Short => 25..=35,
            Delay::Long => 75..=105,
        };
        let second = match self.delay {
            Delay::Short => SecondSignal::Until(self.steps(SHORT_TOTAL)),
            Delay::Long => SecondSignal::Steps(self.range(SIGNAL.0)),
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
                    largest_phase: PI,
                },
                0.2,
            ),
        };
        ComparisonTask {
            alpha: self.alpha,
            timing: Timing {
                first: self.range(SIGNAL.0),
                delay: self.range(delay),
                second,
            },
            signal,
            minimal_gap,
            shared_nuisance: false,
        }
    }

    /// The task as networks are tested on it: signals of 15 steps, a delay of 30 or 90, any two
    /// quantities of the range.
    #[must_use]
    pub fn test_task(&self) -> ComparisonTask {
        let [first, delay, second] = self.test_steps();
        ComparisonTask {
            timing: Timing {
                first: first..=first,
                delay: delay..=delay,
                second: SecondSignal::Until(first + delay + second),
            },
            minimal_gap: 0.0,
            ..self.training_task()
        }
    }

    /// Steps of the first signal, the delay and the second signal in tests.
    #[must_use]
    pub fn test_steps(&self) -> [usize; 3] {
        let delay = match self.delay {
            Delay::Short => 30,
            Delay::Long => 90,
        };
        [SIGNAL.1, delay, SIGNAL.1].map(|steps| self.steps(steps))
    }

    /// The number of steps of this configuration in the time of `steps` of the paper's.
    fn steps(&self, steps: usize) -> usize {
        (steps as f64 * ALPHA / self.alpha).round() as usize
    }

    fn range(&self, steps: RangeInclusive<usize>) -> RangeInclusive<usize> {
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
