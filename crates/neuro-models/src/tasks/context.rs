//! Context-dependent integration: what is the sign of the attended one of two noisy inputs?

use std::ops::Range;

use neuro_core::{Domain, Error, Scalar, Streams, Task, TaskShape, TrialMut};
use rand::RngExt;

use super::ResponseTask;
use super::periods::{check, check_response, ranges, steps};

/// Context-dependent integration; all times in ms, whole numbers of steps. Class 1 are the trials
/// with a positive attended offset.
///
/// ```text
/// | fixation | stimulus                | response |
/// u_0, u_1     offset + N(0, noise_sd^2)              each its own offset, + or - `offset`
/// u_2, u_3   1 on the channel of the attended input, always
/// target                               sign of the attended offset
/// ```
///
/// (Rungratsameetaweemana et al., Fig. 6b; after Mante et al. 2013.) The noise is drawn anew at each
/// step and does not depend on `dt`. Only the last part of the response decides whether a trial is
/// correct.
///
/// ```
/// use neuro_core::{Batch, Streams};
/// use neuro_models::tasks::ContextTask;
///
/// let batch = Batch::<f64>::of(&ContextTask::default(), Streams::new(7), 0, 20)?;
/// let offsets = [batch.parameter("offset_1")?, batch.parameter("offset_2")?];
/// for (trial, attended) in batch.parameter("attended")?.into_iter().enumerate() {
///     let sign = offsets[attended as usize][trial].signum();
///     assert_eq!(batch.targets.state(498, trial)[0], sign);
/// }
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ContextTask {
    /// Euler step, positive; default 5.
    pub dt: f64,
    /// Time before the stimulus; default 250.
    pub fixation: f64,
    /// Time of the stimulus; default 1000.
    pub stimulus: f64,
    /// Time of the response, until the end; default 1250.
    pub response: f64,
    /// Time at the end of the response that decides whether a trial is correct, at most the
    /// response; default 1000.
    pub window: f64,
    /// Size of the offsets, positive; default 0.5.
    pub offset: f64,
    /// Standard deviation of the noise of each step, at least 0; default 1.
    pub noise_sd: f64,
}

impl Default for ContextTask {
    fn default() -> Self {
        Self {
            dt: 5.0,
            fixation: 250.0,
            stimulus: 1000.0,
            response: 1250.0,
            window: 1000.0,
            offset: 0.5,
            noise_sd: 1.0,
        }
    }
}

/// One trial of a [`ContextTask`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContextTrial {
    /// Mean of each input.
    pub offsets: [f64; 2],
    /// The attended input, 0 or 1.
    pub attended: usize,
}

impl ContextTrial {
    /// 1 when the attended offset is positive, otherwise 0.
    #[must_use]
    pub fn label(&self) -> usize {
        usize::from(self.offsets[self.attended] > 0.0)
    }
}

impl ContextTask {
    /// The samples of fixation, stimulus and response.
    fn periods(&self) -> [Range<usize>; 3] {
        ranges([self.fixation, self.stimulus, self.response], self.dt)
    }

    fn steps(&self) -> usize {
        self.periods()[2].end.saturating_sub(1)
    }

    /// The samples of the stimulus.
    #[must_use]
    pub fn stimulus_samples(&self) -> Range<usize> {
        self.periods()[1].clone()
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
                ("response", self.response),
                ("window", self.window),
            ],
        )?;
        let expected = format!("at most the response, {} ms", self.response);
        let fits = self.window <= self.response;
        Error::check_range("window", &expected, self.window, fits)?;
        check_response(&ResponseTask::<f64>::response(self))?;
        let (offset, sd) = (self.offset, self.noise_sd);
        let positive = offset > 0.0 && offset.is_finite();
        Error::check_range("offset", "a positive number", offset, positive)?;
        Error::check_range("noise_sd", "at least 0", sd, sd >= 0.0 && sd.is_finite())
    }

    /// The trial of an index: the signs of the offsets and the context are fair coins.
    #[must_use]
    pub fn draw(&self, index: u64, streams: Streams) -> ContextTrial {
        let mut rng = streams.rng(Domain::Trial, index);
        let sign = |positive| if positive { self.offset } else { -self.offset };
        ContextTrial {
            offsets: [0; 2].map(|_| sign(rng.random::<bool>())),
            attended: usize::from(rng.random::<bool>()),
        }
    }

    /// Writes a given trial; `noise` gives standard normal numbers, two for each step of the
    /// stimulus. The mask marks the deciding part of the response.
    ///
    /// # Panics
    /// When the batch does not have the shape of this task.
    pub fn write<T: Scalar>(
        &self,
        trial: &ContextTrial,
        mut noise: impl FnMut() -> f64,
        out: &mut TrialMut<'_, T>,
    ) {
        let (steps, stimulus) = (self.steps(), self.stimulus_samples());
        for step in 0..steps {
            let u = out.input(step);
            u[2 + trial.attended] = T::one();
            if stimulus.contains(&step) {
                for (u, offset) in u.iter_mut().zip(trial.offsets) {
                    *u = T::of(offset + self.noise_sd * noise());
                }
            }
        }
        let target = ResponseTask::<T>::levels(self)[trial.label()];
        for step in stimulus.end..steps {
            out.target(step)[0] = T::of(target);
        }
        for step in ResponseTask::<T>::response(self) {
            out.set_mask(step, T::one());
        }
        out.set_label(trial.label());
    }
}

impl<T: Scalar> Task<T> for ContextTask {
    fn validate(&self) -> Result<(), Error> {
        Self::validate(self)
    }

    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 4,
            outputs: 1,
            steps: self.steps(),
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &["offset_1", "offset_2", "attended"]
    }

    fn trial(&self, index: u64, streams: Streams, mut out: TrialMut<'_, T>) {
        let trial = self.draw(index, streams);
        let mut normals = streams.normals::<f64>(Domain::InputNoise, index);
        self.write(&trial, || normals.sample(), &mut out);
        let [one, two] = trial.offsets;
        for (k, value) in [one, two, trial.attended as f64].into_iter().enumerate() {
            out.set_parameter(k, value);
        }
    }
}

impl<T: Scalar> ResponseTask<T> for ContextTask {
    fn levels(&self) -> [f64; 2] {
        [-1.0, 1.0]
    }

    fn response(&self) -> Range<usize> {
        let end = self.steps();
        let start = (end + 1).saturating_sub(steps(self.window, self.dt));
        start.min(end)..end
    }
}

#[cfg(test)]
mod tests {
    use neuro_core::Batch;

    use super::*;

    #[test]
    fn inputs_are_noisy_offsets_during_the_stimulus_and_silent_otherwise() {
        let task = ContextTask::default();
        let trials = 400;
        let batch = Batch::<f64>::of(&task, Streams::new(3), 0, trials).expect("a valid task");
        assert_eq!(batch.steps(), 499);
        let of = |name| batch.parameter(name).expect("named");
        let (offsets, attended) = ([of("offset_1"), of("offset_2")], of("attended"));
        let (mut sum, mut squares) = (0.0, 0.0);
        for b in 0..trials {
            for step in 0..499 {
                let u = batch.inputs.state(step, b);
                assert_eq!(u[2..], [1.0 - attended[b], attended[b]]);
                if (50..250).contains(&step) {
                    for (u, offset) in u.iter().zip([offsets[0][b], offsets[1][b]]) {
                        sum += u - offset;
                        squares += (u - offset).powi(2);
                    }
                } else {
                    assert_eq!(u[..2], [0.0; 2]);
                }
            }
        }
        // Five standard errors of mean and variance.
        let n = (trials * 400) as f64;
        assert!(sum.abs() < 5.0 * n.sqrt(), "{}", sum / n);
        assert!(
            (squares - n).abs() < 5.0 * (2.0 * n).sqrt(),
            "{}",
            squares / n
        );
    }

    #[test]
    fn the_last_part_of_the_response_decides() {
        let task = ContextTask::default();
        assert_eq!(ResponseTask::<f64>::response(&task), 300..499);
        let batch = Batch::<f64>::of(&task, Streams::new(3), 0, 5).expect("a valid task");
        for b in 0..5 {
            let target = batch.targets.state(498, b)[0];
            assert_eq!(target, [-1.0, 1.0][batch.labels[b]]);
            let z = |k| batch.targets.state(k, b)[0];
            assert_eq!([z(249), z(250), z(299)], [0.0, target, target]);
            assert_eq!(batch.mask.state(299, b), [0.0]);
        }
    }

    #[test]
    fn settings_out_of_range_are_refused_with_their_name() {
        let refused = |change: fn(&mut ContextTask)| {
            let mut task = ContextTask::default();
            change(&mut task);
            task.validate().expect_err("invalid").to_string()
        };
        assert!(refused(|t| t.window = 1500.0).starts_with("window: "));
        assert!(refused(|t| t.window = 0.0).starts_with("steps of the response: "));
        assert!(refused(|t| t.offset = 0.0).starts_with("offset: "));
        assert!(refused(|t| t.noise_sd = f64::NAN).starts_with("noise_sd: "));
        assert!(refused(|t| t.stimulus = 1001.0).starts_with("stimulus: "));
    }
}
