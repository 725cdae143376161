//! Delayed match to sample: do two stimuli across a delay have the same sign?

use std::ops::Range;

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};
use rand::RngExt;

use super::ResponseTask;
use super::periods::{check, check_response, ranges};

/// Delayed match to sample; all times in ms, whole numbers of steps. Class 1 are the matches.
///
/// ```text
/// | fixation | stimulus 1 | delay | stimulus 2 | second delay, gap | response | tail |
/// input        +-1                  +-1
/// target                                                            +-1
/// ```
///
/// The target is +1 for two equal stimuli and -1 for two different ones, and 0 outside the response
/// (Rungratsameetaweemana et al., Fig. 1a; the gap, the response and the tail are those of Kim, Li &
/// Sejnowski 2019). The stimuli come on two channels, the first on channel 0 and the second on
/// channel 1, or both on one. With a second delay it is the task of two delays.
///
/// ```
/// use neuro_core::{Batch, Streams};
/// use neuro_models::tasks::{MatchingTask, ResponseTask};
///
/// let task = MatchingTask { delay: 250.0, ..MatchingTask::default() };
/// let batch = Batch::<f64>::of(&task, Streams::new(7), 0, 50)?;
/// let [first, second] = ["stimulus_1", "stimulus_2"].map(|name| batch.parameter(name));
/// let response = ResponseTask::<f64>::response(&task);
/// for (trial, (one, two)) in first?.iter().zip(&second?).enumerate() {
///     assert_eq!(batch.targets.state(response.start, trial)[0], one * two);
/// }
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MatchingTask {
    /// Euler step, positive; default 5.
    pub dt: f64,
    /// Time before the first stimulus; default 250.
    pub fixation: f64,
    /// Time of each stimulus; default 250.
    pub stimulus: f64,
    /// Time between the stimuli; default 250.
    pub delay: f64,
    /// Further time after the second stimulus, 0 (the default) in the task of one delay.
    pub second_delay: f64,
    /// Time from there to the response; default 50.
    pub gap: f64,
    /// Time of the response; default 500.
    pub response: f64,
    /// Time after the response; default 150.
    pub tail: f64,
    /// Whether both stimuli come on one channel; by default each has its own.
    pub shared_channel: bool,
}

impl Default for MatchingTask {
    fn default() -> Self {
        Self {
            dt: 5.0,
            fixation: 250.0,
            stimulus: 250.0,
            delay: 250.0,
            second_delay: 0.0,
            gap: 50.0,
            response: 500.0,
            tail: 150.0,
            shared_channel: false,
        }
    }
}

/// One trial of a [`MatchingTask`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatchingTrial {
    /// The stimuli, -1 or +1.
    pub stimuli: [f64; 2],
}

impl MatchingTrial {
    /// The four trials that there are: `++`, `+-`, `-+` and `--`.
    pub const ALL: [Self; 4] = [
        Self {
            stimuli: [1.0, 1.0],
        },
        Self {
            stimuli: [1.0, -1.0],
        },
        Self {
            stimuli: [-1.0, 1.0],
        },
        Self {
            stimuli: [-1.0, -1.0],
        },
    ];

    /// 1 when the stimuli are equal, otherwise 0.
    #[must_use]
    pub fn label(&self) -> usize {
        usize::from(self.stimuli[0] == self.stimuli[1])
    }
}

impl MatchingTask {
    /// The samples of all periods, in their order.
    fn periods(&self) -> [Range<usize>; 8] {
        let periods = [
            self.fixation,
            self.stimulus,
            self.delay,
            self.stimulus,
            self.second_delay,
            self.gap,
            self.response,
            self.tail,
        ];
        ranges(periods, self.dt)
    }

    /// Steps of a trial: one less than its samples.
    fn steps(&self) -> usize {
        self.periods()[7].end.saturating_sub(1)
    }

    /// The samples of the first and the second stimulus.
    #[must_use]
    pub fn stimulus_samples(&self) -> [Range<usize>; 2] {
        let [_, first, _, second, ..] = self.periods();
        [first, second]
    }

    /// The samples of the delay between the stimuli; sample `k` is state `k`, the initial one first.
    #[must_use]
    pub fn delay_samples(&self) -> Range<usize> {
        let [_, _, delay, ..] = self.periods();
        delay
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range or no whole number of steps.
    pub fn validate(&self) -> Result<(), Error> {
        check(
            self.dt,
            &[
                ("fixation", self.fixation),
                ("stimulus", self.stimulus),
                ("delay", self.delay),
                ("second_delay", self.second_delay),
                ("gap", self.gap),
                ("response", self.response),
                ("tail", self.tail),
            ],
        )?;
        check_response(&ResponseTask::<f64>::response(self))
    }

    /// The trial of an index: each stimulus is +1 or -1 with the same probability.
    #[must_use]
    pub fn draw(&self, index: u64, streams: Streams) -> MatchingTrial {
        let mut rng = streams.rng(Domain::Trial, index);
        let sign = |positive| if positive { 1.0 } else { -1.0 };
        MatchingTrial {
            stimuli: [0; 2].map(|_| sign(rng.random::<bool>())),
        }
    }

    /// Writes a given trial; the mask marks the response.
    ///
    /// # Panics
    /// When the batch does not have the shape of this task.
    pub fn write<T: Scalar>(&self, trial: &MatchingTrial, out: &mut TrialMut<'_, T>) {
        let steps = self.steps();
        for (which, samples) in self.stimulus_samples().into_iter().enumerate() {
            let channel = if self.shared_channel { 0 } else { which };
            for step in samples.start..samples.end.min(steps) {
                out.input(step)[channel] = T::of(trial.stimuli[which]);
            }
        }
        let [different, same] = ResponseTask::<T>::levels(self);
        let target = if trial.label() == 1 { same } else { different };
        for step in ResponseTask::<T>::response(self) {
            out.target(step)[0] = T::of(target);
            out.set_mask(step, T::one());
        }
        out.set_label(trial.label());
    }
}

impl<T: Scalar> Task<T> for MatchingTask {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: if self.shared_channel { 1 } else { 2 },
            outputs: 1,
            steps: self.steps(),
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &["stimulus_1", "stimulus_2"]
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        let trial = self.draw(index, streams);
        self.write(&trial, &mut out);
        for (k, stimulus) in trial.stimuli.into_iter().enumerate() {
            out.set_parameter(k, stimulus);
        }
    }
}

impl<T: Scalar> ResponseTask<T> for MatchingTask {
    fn levels(&self) -> [f64; 2] {
        [-1.0, 1.0]
    }

    fn response(&self) -> Range<usize> {
        let response = self.periods()[6].clone();
        response.start..response.end.min(self.steps()).max(response.start)
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Batch;

    use super::*;

    #[test]
    fn the_trial_of_the_paper_has_340_samples() {
        let task = MatchingTask::default();
        let batch = Batch::<f64>::of(&task, Streams::new(1), 0, 20).expect("a valid task");
        assert_eq!(batch.steps(), 339);
        assert_eq!(task.stimulus_samples(), [50..100, 150..200]);
        assert_eq!(task.delay_samples(), 100..150);
        assert_eq!(ResponseTask::<f64>::response(&task), 210..310);
        let of = |name| batch.parameter(name).expect("named");
        let (one, two) = (of("stimulus_1"), of("stimulus_2"));
        for trial in 0..20 {
            for step in 0..339 {
                let on =
                    |samples: Range<usize>, s: f64| if samples.contains(&step) { s } else { 0.0 };
                let u = [on(50..100, one[trial]), on(150..200, two[trial])];
                assert_eq!(batch.inputs.state(step, trial), u);
                let z = on(210..310, one[trial] * two[trial]);
                assert_eq!(batch.targets.state(step, trial), [z]);
            }
        }
        // Both classes and both stimuli occur.
        assert!(batch.labels.contains(&0) && batch.labels.contains(&1));
        assert!(one.contains(&-1.0) && one.contains(&1.0));
    }

    #[test]
    fn half_the_step_doubles_every_period() {
        let task = MatchingTask {
            dt: 2.5,
            ..MatchingTask::default()
        };
        assert_eq!(Task::<f64>::shape(&task).steps, 679);
        assert_eq!(ResponseTask::<f64>::response(&task), 420..620);
    }

    #[test]
    fn a_second_delay_moves_the_response_alone() {
        let task = MatchingTask {
            second_delay: 250.0,
            ..MatchingTask::default()
        };
        assert_eq!(task.stimulus_samples(), [50..100, 150..200]);
        assert_eq!(ResponseTask::<f64>::response(&task), 260..360);
    }

    #[test]
    fn a_trial_may_have_no_delay_and_no_tail() {
        let task = MatchingTask {
            delay: 0.0,
            tail: 0.0,
            shared_channel: true,
            ..MatchingTask::default()
        };
        let batch = Batch::<f64>::of(&task, Streams::new(1), 0, 4).expect("zero-length periods");
        assert_eq!((batch.inputs.units(), batch.steps()), (1, 259));
        // The last target belongs to no output.
        assert_eq!(ResponseTask::<f64>::response(&task), 160..259);
    }

    #[test]
    fn periods_that_are_no_whole_steps_and_empty_responses_are_refused() {
        let refused = |change: fn(&mut MatchingTask)| {
            let mut task = MatchingTask::default();
            change(&mut task);
            let batch = Batch::<f64>::of(&task, Streams::new(0), 0, 1);
            batch.expect_err("invalid").to_string()
        };
        assert!(refused(|t| t.delay = 52.0).starts_with("delay: "));
        assert!(refused(|t| t.dt = 0.0).starts_with("dt: "));
        assert!(refused(|t| t.dt = f64::NAN).starts_with("dt: "));
        assert!(refused(|t| t.gap = -5.0).starts_with("gap: "));
        assert!(refused(|t| t.delay = 1e300).starts_with("delay: "));
        assert!(refused(|t| t.response = 0.0).starts_with("steps of the response: "));
    }
}
