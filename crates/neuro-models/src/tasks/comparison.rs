//! Comparing two signals across a delay.
//!
//! A trial is a first signal, a silent delay, and a second signal; the network says at the end
//! which signal had the larger frequency. Sample `n` of a signal is
//!
//! ```text
//! s[n] = sin(omega a n + phi) + eta,   n = 0, 1, ...   eta ~ N(0, input_noise_sd^2)
//! ```
//!
//! with `omega` the angular frequency in units of the membrane's rate, `a` the Euler step in units
//! of its time constant, and `n` counted anew for the second signal (Ichikawa & Kaneko 2021, Sec.
//! II). Time is counted in Euler steps throughout. Were `a` left out, frequencies above pi would be
//! aliased and the task ill-posed.

use std::ops::RangeInclusive;

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};
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
            SecondSignal::Steps(steps) => self.first.end() + self.delay.end() + steps.end(),
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
                let taken = self.first.end() + self.delay.end();
                let expected = format!("at least {taken}, first signal and delay");
                Error::check_range("timing.second", &expected, *total as f64, *total >= taken)
            }
            SecondSignal::Steps(steps) => range("timing.second", steps),
        }
    }
}

/// Which of two sinusoids has the larger frequency?
///
/// Class 0: the first, class 1: the second (ties are class 1).
#[derive(Clone, Debug, PartialEq)]
pub struct FrequencyTask {
    /// Euler step in units of the membrane time constant, in (0, 1].
    pub alpha: f64,
    /// Periods.
    pub timing: Timing,
    /// Range of both angular frequencies, in units of the membrane's rate.
    pub frequencies: (f64, f64),
    /// Least difference of the two frequencies; below half the width of their range.
    pub minimal_gap: f64,
    /// Largest phase; phases are uniform from 0 to this, in radians.
    pub largest_phase: f64,
    /// Standard deviation of the noise on each sample of a signal.
    pub input_noise_sd: f64,
}

/// One trial of a [`FrequencyTask`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrequencyTrial {
    /// Angular frequency of each signal, in units of the membrane's rate.
    pub frequency: [f64; 2],
    /// Phase of each signal, in radians.
    pub phase: [f64; 2],
    /// Steps of the first signal, the delay and the second signal.
    pub steps: [usize; 3],
}

impl FrequencyTrial {
    /// The noiseless input at a step; `None` while there is no signal.
    #[must_use]
    pub fn signal(&self, alpha: f64, step: usize) -> Option<f64> {
        let [first, delay, second] = self.steps;
        let (which, n) = if step < first {
            (0, step)
        } else if step >= first + delay && step < first + delay + second {
            (1, step - first - delay)
        } else {
            return None;
        };
        Some((self.frequency[which] * alpha * n as f64 + self.phase[which]).sin())
    }

    /// 0 when the first frequency is the larger one, otherwise 1.
    #[must_use]
    pub fn label(&self) -> usize {
        usize::from(self.frequency[0] <= self.frequency[1])
    }
}

impl FrequencyTask {
    /// Names of a trial's numbers, in the order in which they are set.
    const NAMES: [&'static str; 7] = [
        "frequency_1",
        "frequency_2",
        "phase_1",
        "phase_2",
        "first_steps",
        "delay_steps",
        "second_steps",
    ];

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let (low, high) = self.frequencies;
        let alpha = self.alpha;
        Error::check_range("alpha", "in (0, 1]", alpha, alpha > 0.0 && alpha <= 1.0)?;
        self.timing.validate()?;
        let ordered = low < high && low.is_finite() && high.is_finite();
        Error::check_range("frequencies", "a finite range, low < high", low, ordered)?;
        let gap = self.minimal_gap;
        let half = (high - low) / 2.0;
        let expected = format!("at least 0 and below {half}, half the range of frequencies");
        Error::check_range("minimal_gap", &expected, gap, gap >= 0.0 && gap < half)?;
        let finite = |what: &str, v: f64| {
            Error::check_range(what, "at least 0", v, v >= 0.0 && v.is_finite())
        };
        finite("largest_phase", self.largest_phase)?;
        finite("input_noise_sd", self.input_noise_sd)
    }

    /// The trial of an index.
    ///
    /// The first frequency is uniform; the second is uniform over what is at least the minimal gap
    /// away from it.
    #[must_use]
    pub fn draw(&self, index: u64, streams: Streams) -> FrequencyTrial {
        let mut rng = streams.rng(Domain::Trial, index);
        let (low, high) = self.frequencies;
        let one = rng.random_range(low..high);
        let below = (one - self.minimal_gap - low).max(0.0);
        let above = (high - one - self.minimal_gap).max(0.0);
        let u = rng.random::<f64>() * (below + above);
        let two = if u < below {
            low + u
        } else {
            high - (u - below)
        };
        let phase = [0; 2].map(|_| rng.random::<f64>() * self.largest_phase);
        let first = rng.random_range(self.timing.first.clone());
        let delay = rng.random_range(self.timing.delay.clone());
        let second = match &self.timing.second {
            SecondSignal::Until(total) => total - first - delay,
            SecondSignal::Steps(steps) => rng.random_range(steps.clone()),
        };
        FrequencyTrial {
            frequency: [one, two],
            phase,
            steps: [first, delay, second],
        }
    }

    /// Writes a given trial; `noise` gives the standard normal number of a step and is asked only
    /// while a signal is on.
    ///
    /// # Panics
    /// When the batch has fewer steps than the trial, or fewer than 2 outputs.
    pub fn write<T: Scalar>(
        &self,
        trial: &FrequencyTrial,
        mut noise: impl FnMut(usize) -> f64,
        out: &mut TrialMut<'_, T>,
    ) {
        let end = trial.steps.iter().sum();
        for step in 0..end {
            if let Some(signal) = trial.signal(self.alpha, step) {
                out.input(step)[0] = T::of(signal + self.input_noise_sd * noise(step));
            }
        }
        out.set_length(end);
        out.set_label(trial.label());
        if end > 0 {
            out.target(end - 1)[trial.label()] = T::one();
            out.set_mask(end - 1, T::one());
        }
    }
}

impl<T: Scalar> Task<T> for FrequencyTask {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 1,
            outputs: 2,
            steps: self.timing.longest(),
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &Self::NAMES
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        let trial = self.draw(index, streams);
        let mut normals = streams.normals::<f64>(Domain::InputNoise, index);
        self.write(&trial, |_| normals.sample(), &mut out);
        let [first, delay, second] = trial.steps.map(|n| n as f64);
        let [f1, f2] = trial.frequency;
        let [p1, p2] = trial.phase;
        for (k, value) in [f1, f2, p1, p2, first, delay, second]
            .into_iter()
            .enumerate()
        {
            out.set_parameter(k, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Batch;

    use super::*;

    fn task() -> FrequencyTask {
        FrequencyTask {
            alpha: 0.25,
            timing: Timing {
                first: 13..=17,
                delay: 25..=35,
                second: SecondSignal::Until(60),
            },
            frequencies: (1.0, 5.0),
            minimal_gap: 1.0,
            largest_phase: std::f64::consts::PI,
            input_noise_sd: 0.05,
        }
    }

    #[test]
    fn frequencies_keep_their_gap_and_the_first_stays_uniform() {
        let streams = Streams::new(3);
        let trials: Vec<_> = (0..4000).map(|k| task().draw(k, streams)).collect();
        let gap = |t: &FrequencyTrial| (t.frequency[1] - t.frequency[0]).abs();
        assert!(trials.iter().all(|t| gap(t) >= 1.0 - 1e-12));
        assert!(
            trials
                .iter()
                .flat_map(|t| t.frequency)
                .all(|f| (1.0..=5.0).contains(&f))
        );
        // Mean 3 and variance 16/12 of the first frequency; five standard errors.
        let mean = trials.iter().map(|t| t.frequency[0]).sum::<f64>() / 4000.0;
        assert!((mean - 3.0).abs() < 5.0 * (16.0_f64 / 12.0 / 4000.0).sqrt());
        assert!(trials.iter().all(|t| t.steps.iter().sum::<usize>() == 60));
    }

    #[test]
    fn settings_out_of_range_are_refused_before_a_trial_is_drawn() {
        let of = |task: &FrequencyTask| Batch::<f64>::of(task, Streams::new(0), 0, 2).is_ok();
        assert!(of(&task()));
        let timing = |second| Timing {
            second,
            ..task().timing
        };
        assert!(!of(&FrequencyTask {
            frequencies: (5.0, 1.0),
            ..task()
        }));
        assert!(!of(&FrequencyTask {
            minimal_gap: 2.0,
            ..task()
        }));
        assert!(!of(&FrequencyTask {
            alpha: 0.0,
            ..task()
        }));
        assert!(!of(&FrequencyTask {
            input_noise_sd: f64::NAN,
            ..task()
        }));
        assert!(!of(&FrequencyTask {
            timing: timing(SecondSignal::Until(20)),
            ..task()
        }));
    }

    #[test]
    fn a_trial_may_have_no_delay_and_no_second_signal() {
        let timing = Timing {
            first: 3..=3,
            delay: 0..=0,
            second: SecondSignal::Steps(0..=0),
        };
        let batch = Batch::<f64>::of(&FrequencyTask { timing, ..task() }, Streams::new(0), 0, 2);
        assert_eq!(batch.expect("zero-length periods").lengths, [3, 3]);
    }
}
