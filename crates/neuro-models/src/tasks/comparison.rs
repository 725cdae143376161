//! Comparing two signals across a delay.

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};
use rand::RngExt;

use super::Timing;

/// In which of two signals was a quantity larger?
///
/// A trial is a first signal, a silent delay, and a second signal; the network says at the end in
/// which signal a quantity `q` was larger: class 0 in the first, class 1 in the second (ties are
/// class 1). Sample `n` of a signal is one of
///
/// ```equation
/// sin(q a n + c) + eta                frequency,           eta ~ N(0, noise_sd^2)
/// q a n + c + eta                     velocity,            eta ~ N(0, noise_sd^2)
/// sin(w a n + c) + q eta              noise (its sd),      eta ~ N(0, 1)
/// ```
///
/// with `q` what is compared, `c` a phase or offset that is not to the point, `a` the Euler step in
/// units of the membrane time constant, and `n = 0, 1, ...` counted anew for the second signal
/// (Ichikawa & Kaneko 2021, Sec. II A and III A). Time is counted in Euler steps throughout;
/// frequencies and velocities are in units of the membrane's rate. Were `a` left out, frequencies
/// above pi would be aliased and the task ill-posed.
///
/// ```
/// use neuro_core::{Batch, Streams};
/// use neuro_models::tasks::{ComparisonTask, SecondSignal, Signal, Timing};
///
/// let task = ComparisonTask {
///     alpha: 0.25,
///     timing: Timing { first: 13..=17, delay: 25..=35, second: SecondSignal::Until(60) },
///     signal: Signal::Frequency { range: (1.0, 5.0), largest_phase: 3.14, noise_sd: 0.05 },
///     minimal_gap: 1.0,
///     shared_nuisance: false,
/// };
/// let batch = Batch::<f64>::of(&task, Streams::new(7), 0, 100)?;
/// let [first, second] = task.compared().map(|name| batch.parameter(name));
/// for (trial, (one, two)) in first?.iter().zip(&second?).enumerate() {
///     assert_eq!(batch.labels[trial], usize::from(one <= two));
/// }
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonTask {
    /// Euler step in units of the membrane time constant, in (0, 1].
    pub alpha: f64,
    /// Periods.
    pub timing: Timing,
    /// What the signals are, and what is compared.
    pub signal: Signal,
    /// Least difference of the two quantities; below half the width of their range.
    pub minimal_gap: f64,
    /// Whether the second signal has the phase or offset of the first; otherwise each has its own.
    pub shared_nuisance: bool,
}

/// What a signal is made of: sample `n` of a signal with quantity `q` and phase or offset `c` is
///
/// ```equation
/// sin(q a n + c) + eta                frequency,           eta ~ N(0, noise_sd^2)
/// q a n + c + eta                     velocity,            eta ~ N(0, noise_sd^2)
/// sin(w a n + c) + q eta              noise (its sd),      eta ~ N(0, 1)
/// ```
///
/// with `a` the Euler step in units of the membrane time constant.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// Sinusoids whose angular frequencies are compared.
    Frequency {
        /// Range of the angular frequencies, in units of the membrane's rate.
        range: (f64, f64),
        /// Phases are uniform from 0 to this, in radians; at least 0.
        largest_phase: f64,
        /// Standard deviation of the noise on each sample, at least 0.
        noise_sd: f64,
    },
    /// Ramps whose slopes are compared.
    Velocity {
        /// Range of the slopes, in units of the membrane's rate.
        range: (f64, f64),
        /// Range of the offsets.
        offset: (f64, f64),
        /// Standard deviation of the noise on each sample, at least 0.
        noise_sd: f64,
    },
    /// Noisy sinusoids whose noise is compared.
    NoiseSd {
        /// Range of the standard deviations of the noise, from 0 on.
        range: (f64, f64),
        /// Angular frequency of all signals, in units of the membrane's rate.
        frequency: f64,
        /// Phases are uniform from 0 to this, in radians; at least 0.
        largest_phase: f64,
    },
}

impl Signal {
    /// Range of the quantity that is compared.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        match *self {
            Self::Frequency { range, .. }
            | Self::Velocity { range, .. }
            | Self::NoiseSd { range, .. } => range,
        }
    }

    /// Range of what is not to the point: a phase (radians) or an offset.
    #[must_use]
    pub fn nuisance_range(&self) -> (f64, f64) {
        match *self {
            Self::Frequency { largest_phase, .. } | Self::NoiseSd { largest_phase, .. } => {
                (0.0, largest_phase)
            }
            Self::Velocity { offset, .. } => offset,
        }
    }

    /// Sample `n` of the signal with quantity `q` and phase or offset `c`; `normal` is a standard
    /// normal number.
    #[must_use]
    pub fn sample(&self, alpha: f64, n: usize, q: f64, c: f64, normal: f64) -> f64 {
        let time = alpha * n as f64;
        match *self {
            Self::Frequency { noise_sd, .. } => (q * time + c).sin() + noise_sd * normal,
            Self::Velocity { noise_sd, .. } => q * time + c + noise_sd * normal,
            Self::NoiseSd { frequency, .. } => (frequency * time + c).sin() + q * normal,
        }
    }

    /// Names of a trial's numbers, in the order in which they are set.
    fn names(&self) -> &'static [&'static str; 7] {
        match self {
            Self::Frequency { .. } => &[
                "frequency_1",
                "frequency_2",
                "phase_1",
                "phase_2",
                "first_steps",
                "delay_steps",
                "second_steps",
            ],
            Self::Velocity { .. } => &[
                "velocity_1",
                "velocity_2",
                "offset_1",
                "offset_2",
                "first_steps",
                "delay_steps",
                "second_steps",
            ],
            Self::NoiseSd { .. } => &[
                "noise_sd_1",
                "noise_sd_2",
                "phase_1",
                "phase_2",
                "first_steps",
                "delay_steps",
                "second_steps",
            ],
        }
    }

    fn validate(&self) -> Result<(), Error> {
        let range = |what: &str, (low, high): (f64, f64), holds: bool| {
            let finite = low.is_finite() && high.is_finite();
            Error::check_range(what, "a finite range, low < high", low, holds && finite)
        };
        let at_least_0 = |what: &str, v: f64| {
            Error::check_range(what, "at least 0", v, v >= 0.0 && v.is_finite())
        };
        let (low, high) = self.range();
        range("range of the signals", (low, high), low < high)?;
        match *self {
            Self::Frequency { noise_sd, .. } => at_least_0("noise_sd", noise_sd)?,
            Self::Velocity { noise_sd, .. } => at_least_0("noise_sd", noise_sd)?,
            Self::NoiseSd { frequency, .. } => {
                at_least_0("least noise_sd", low)?;
                at_least_0("frequency", frequency)?;
            }
        }
        let (low, high) = self.nuisance_range();
        let what = "range of phases or offsets";
        range(what, (low, high), low <= high)
    }
}

/// One trial of a [`ComparisonTask`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ComparisonTrial {
    /// The quantity that is compared, in each signal.
    pub compared: [f64; 2],
    /// Phase (radians) or offset of each signal.
    pub nuisance: [f64; 2],
    /// Steps of the first signal, the delay and the second signal.
    pub steps: [usize; 3],
}

impl ComparisonTrial {
    /// 0 when the quantity is larger in the first signal, otherwise 1.
    #[must_use]
    pub fn label(&self) -> usize {
        usize::from(self.compared[0] <= self.compared[1])
    }

    /// Which signal is on at a step, and the sample of it; `None` while there is no signal.
    fn sample(&self, step: usize) -> Option<(usize, usize)> {
        let [first, delay, second] = self.steps;
        if step < first {
            Some((0, step))
        } else if step >= first + delay && step < first + delay + second {
            Some((1, step - first - delay))
        } else {
            None
        }
    }
}

impl ComparisonTask {
    /// Names of the two numbers of a trial that are compared, for [`neuro_core::Batch::parameter`].
    #[must_use]
    pub fn compared(&self) -> [&'static str; 2] {
        let names = self.signal.names();
        [names[0], names[1]]
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let alpha = self.alpha;
        Error::check_range("alpha", "in (0, 1]", alpha, alpha > 0.0 && alpha <= 1.0)?;
        self.timing.validate()?;
        self.signal.validate()?;
        let (low, high) = self.signal.range();
        let (gap, half) = (self.minimal_gap, (high - low) / 2.0);
        let expected = format!("at least 0 and below {half}, half the range of the signals");
        Error::check_range("minimal_gap", &expected, gap, gap >= 0.0 && gap < half)
    }

    /// The trial of an index.
    ///
    /// The first quantity is uniform; the second is uniform over what is at least the minimal gap
    /// away from it.
    #[must_use]
    pub fn draw(&self, index: u64, streams: Streams) -> ComparisonTrial {
        let mut rng = streams.rng(Domain::Trial, index);
        let (low, high) = self.signal.range();
        let one = rng.random_range(low..high);
        let below = (one - self.minimal_gap - low).max(0.0);
        let above = (high - one - self.minimal_gap).max(0.0);
        let u = rng.random::<f64>() * (below + above);
        let two = if u < below {
            low + u
        } else {
            high - (u - below)
        };
        let (start, end) = self.signal.nuisance_range();
        let mut nuisance = [0; 2].map(|_| start + rng.random::<f64>() * (end - start));
        if self.shared_nuisance {
            nuisance[1] = nuisance[0];
        }
        ComparisonTrial {
            compared: [one, two],
            nuisance,
            steps: self.timing.draw(&mut rng),
        }
    }

    /// Writes a given trial; `noise` gives the standard normal number of a step and is asked only
    /// while a signal is on.
    ///
    /// # Panics
    /// When the batch has fewer steps than the trial, or fewer than 2 outputs.
    pub fn write<T: Scalar>(
        &self,
        trial: &ComparisonTrial,
        mut noise: impl FnMut(usize) -> f64,
        out: &mut TrialMut<'_, T>,
    ) {
        let end = trial.steps.iter().sum();
        for step in 0..end {
            if let Some((which, n)) = trial.sample(step) {
                let (q, c) = (trial.compared[which], trial.nuisance[which]);
                let sample = self.signal.sample(self.alpha, n, q, c, noise(step));
                out.input(step)[0] = T::of(sample);
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

impl<T: Scalar> Task<T> for ComparisonTask {
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
        self.signal.names()
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        let trial = self.draw(index, streams);
        let mut normals = streams.normals::<f64>(Domain::InputNoise, index);
        self.write(&trial, |_| normals.sample(), &mut out);
        let steps = trial.steps.map(|n| n as f64);
        let numbers = trial
            .compared
            .into_iter()
            .chain(trial.nuisance)
            .chain(steps);
        for (k, value) in numbers.enumerate() {
            out.set_parameter(k, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Batch;

    use super::super::SecondSignal;
    use super::*;

    const PI: f64 = std::f64::consts::PI;

    fn task() -> ComparisonTask {
        ComparisonTask {
            alpha: 0.25,
            timing: Timing {
                first: 13..=17,
                delay: 25..=35,
                second: SecondSignal::Until(60),
            },
            signal: frequencies((1.0, 5.0), 0.05),
            minimal_gap: 1.0,
            shared_nuisance: false,
        }
    }

    fn frequencies(range: (f64, f64), noise_sd: f64) -> Signal {
        Signal::Frequency {
            range,
            largest_phase: PI,
            noise_sd,
        }
    }

    #[test]
    fn quantities_keep_their_gap_and_the_first_stays_uniform() {
        let streams = Streams::new(3);
        let trials: Vec<_> = (0..4000).map(|k| task().draw(k, streams)).collect();
        let gap = |t: &ComparisonTrial| (t.compared[1] - t.compared[0]).abs();
        assert!(trials.iter().all(|t| gap(t) >= 1.0 - 1e-12));
        assert!(
            trials
                .iter()
                .flat_map(|t| t.compared)
                .all(|f| (1.0..=5.0).contains(&f))
        );
        // Mean 3 and variance 16/12 of the first frequency; five standard errors.
        let mean = trials.iter().map(|t| t.compared[0]).sum::<f64>() / 4000.0;
        assert!((mean - 3.0).abs() < 5.0 * (16.0_f64 / 12.0 / 4000.0).sqrt());
        assert!(trials.iter().all(|t| t.steps.iter().sum::<usize>() == 60));
    }

    #[test]
    fn settings_out_of_range_are_refused_before_a_trial_is_drawn() {
        let of = |task: &ComparisonTask| Batch::<f64>::of(task, Streams::new(0), 0, 2).is_ok();
        assert!(of(&task()));
        let with = |change: fn(&mut ComparisonTask)| {
            let mut task = task();
            change(&mut task);
            of(&task)
        };
        assert!(!with(|t| t.signal = frequencies((5.0, 1.0), 0.05)));
        assert!(!with(|t| t.signal = frequencies((1.0, 5.0), f64::NAN)));
        assert!(!with(|t| t.minimal_gap = 2.0));
        assert!(!with(|t| t.alpha = 0.0));
        assert!(!with(|t| t.timing.second = SecondSignal::Until(20)));
        assert!(!with(|t| t.signal = Signal::NoiseSd {
            range: (-0.5, 5.0),
            frequency: 1.0,
            largest_phase: PI,
        }));
        assert!(!with(|t| t.signal = Signal::Velocity {
            range: (-5.0, 5.0),
            offset: (1.0, -1.0),
            noise_sd: 0.05,
        }));
    }

    #[test]
    fn a_trial_may_have_no_delay_and_no_second_signal() {
        let timing = Timing {
            first: 3..=3,
            delay: 0..=0,
            second: SecondSignal::Steps(0..=0),
        };
        let batch = Batch::<f64>::of(&ComparisonTask { timing, ..task() }, Streams::new(0), 0, 2);
        assert_eq!(batch.expect("zero-length periods").lengths, [3, 3]);
    }

    #[test]
    fn ramps_rise_with_their_velocity_from_their_offset_and_are_silent_between() {
        let task = ComparisonTask {
            signal: Signal::Velocity {
                range: (-0.15, 0.15),
                offset: (-1.0, 1.0),
                noise_sd: 0.0,
            },
            minimal_gap: 0.01,
            ..task()
        };
        let batch = Batch::<f64>::of(&task, Streams::new(5), 0, 20).expect("a valid task");
        let of = |name| batch.parameter(name).expect("named");
        let u = |step, trial| batch.inputs.state(step, trial)[0];
        for b in 0..20 {
            let second = (of("first_steps")[b] + of("delay_steps")[b]) as usize;
            for (start, which) in [(0, 1), (second, 2)] {
                let (v, c) = (
                    of(["velocity_1", "velocity_2"][which - 1])[b],
                    of(["offset_1", "offset_2"][which - 1])[b],
                );
                assert!((u(start, b) - c).abs() < 1e-15);
                // Four samples of a quarter of the membrane time constant.
                assert!((u(start + 4, b) - u(start, b) - v).abs() < 1e-15);
            }
            assert_eq!(u(second - 1, b), 0.0);
            let answer = usize::from(of("velocity_1")[b] <= of("velocity_2")[b]);
            assert_eq!(batch.labels[b], answer);
        }
    }

    #[test]
    fn the_noise_of_each_signal_has_the_standard_deviation_that_is_compared() {
        let task = ComparisonTask {
            signal: Signal::NoiseSd {
                range: (0.0, 0.5),
                frequency: 1.0,
                largest_phase: PI,
            },
            minimal_gap: 0.2,
            ..task()
        };
        let trials = 4000;
        let batch = Batch::<f64>::of(&task, Streams::new(6), 0, trials).expect("a valid task");
        let of = |name| batch.parameter(name).expect("named");
        let (sd, phase) = (of("noise_sd_1"), of("phase_1"));
        let mut chi = 0.0;
        for b in 0..trials {
            for n in 0..13 {
                let wave = (0.25 * n as f64 + phase[b]).sin();
                chi += ((batch.inputs.state(n, b)[0] - wave) / sd[b]).powi(2);
            }
        }
        // A sum of squared normals: five standard deviations of sqrt(2 n).
        let n = 13.0 * trials as f64;
        assert!((chi - n).abs() < 5.0 * (2.0 * n).sqrt(), "{}", chi / n);
    }

    #[test]
    fn a_shared_nuisance_is_that_of_the_first_signal() {
        let shared = ComparisonTask {
            shared_nuisance: true,
            ..task()
        };
        for index in 0..10 {
            let (own, shared) = (
                task().draw(index, Streams::new(1)),
                shared.draw(index, Streams::new(1)),
            );
            assert_eq!(shared.nuisance, [own.nuisance[0]; 2]);
            assert_ne!(own.nuisance[0], own.nuisance[1]);
            assert_eq!((own.compared, own.steps), (shared.compared, shared.steps));
        }
    }
}
