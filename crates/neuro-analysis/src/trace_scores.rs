//! How well a trained network follows its targets: in training, in single tests, on average.
//!
//! For each unit `i` with trace `x_i(t)` and target `f_i(t)`, Pearson's correlation over time; the score of a
//! trial is its mean over the units. Three scores that say different things and belong together:
//!
//! - `training`: the last pass of training, in which the teacher corrects the network all along. High
//!   without any memory.
//! - `single`: tests without a teacher, each trial by itself. This is what a network can do.
//! - `averaged`: the correlation of the traces averaged over the trials. Noise that differs between trials
//!   cancels, so that it is higher than that of single trials unless all trials are alike.
//!
//! A trace that never changes counts as 0. A network that was silent in a trial has no score in it: such
//! trials are counted and have `None`, never a 0.
//!
//! Source: C. M. Kim & C. C. Chow 2018, eLife 7, e37124 (Methods; the paper does not say whether it
//! averages).

use nalgebra::DMatrix;
use neuro_core::{Error as Core, TraceCorrelation};

use crate::Error;

/// The three scores of a network on one set of targets.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceScores {
    /// Correlation in the last pass of training, given by the caller.
    pub training: f64,
    /// Score of each test trial; `None` where the network was silent.
    pub single: Vec<Option<f64>>,
    /// Correlation of the traces averaged over the trials; `None` when all were silent.
    pub averaged: Option<f64>,
    /// Number of silent trials.
    pub silent: usize,
    /// Largest number of scored units in a trial whose trace never changed.
    pub constant: usize,
}

impl TraceScores {
    /// Mean of the scores of single trials; `None` when the network was silent in any of them.
    #[must_use]
    pub fn mean_single(&self) -> Option<f64> {
        let scores: Option<Vec<f64>> = self.single.iter().copied().collect();
        let scores = scores.filter(|scores| !scores.is_empty())?;
        Some(scores.iter().sum::<f64>() / scores.len() as f64)
    }
}

/// Takes up trials one by one and keeps only what the scores need.
///
/// ```
/// use neuro_analysis::TraceScoring;
/// use neuro_core::nalgebra::DMatrix;
///
/// // One unit that follows a ramp, once with an error of one sign, once of the other.
/// let target = DMatrix::from_fn(1, 50, |_, t| t as f64);
/// let error = DMatrix::from_fn(1, 50, |_, t| if t % 3 == 0 { 10.0 } else { -5.0 });
/// let mut scoring = TraceScoring::new(&target, 1)?;
/// scoring.add(&(&target + &error), false)?;
/// scoring.add(&(&target - &error), false)?;
/// let scores = scoring.scores(0.99)?;
/// assert!(scores.mean_single().expect("not silent") < 0.95);
/// assert!((scores.averaged.expect("not silent") - 1.0).abs() < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct TraceScoring<'a> {
    targets: &'a DMatrix<f64>,
    scored: usize,
    sum: DMatrix<f64>,
    single: Vec<Option<f64>>,
    constant: usize,
}

impl<'a> TraceScoring<'a> {
    /// No trial yet; the first `scored` units of the targets (units x samples) count.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when there are not so many units, or none is scored;
    /// [`neuro_core::Error::NonFinite`].
    pub fn new(targets: &'a DMatrix<f64>, scored: usize) -> Result<Self, Error> {
        let expected = format!("1 to {}", targets.nrows());
        let fits = (1..=targets.nrows()).contains(&scored);
        Core::check_range("scored units", &expected, scored as f64, fits)?;
        Core::check_finite("targets", targets.as_slice())?;
        Ok(Self {
            targets,
            scored,
            sum: DMatrix::zeros(targets.nrows(), targets.ncols()),
            single: Vec::new(),
            constant: 0,
        })
    }

    /// Takes up the traces of a trial (units x samples); `silent` when no unit has spiked in it.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when they have not the shape of the targets,
    /// [`neuro_core::Error::NonFinite`].
    pub fn add(&mut self, traces: &DMatrix<f64>, silent: bool) -> Result<Option<f64>, Error> {
        Core::check_shape("traces", self.targets.shape(), traces.shape())?;
        Core::check_finite("traces", traces.as_slice())?;
        self.sum += traces;
        let correlation = correlation(traces, self.targets);
        let score = (!silent).then(|| correlation.mean(self.scored));
        self.single.push(score);
        if !silent {
            self.constant = self.constant.max(correlation.constant(self.scored));
        }
        Ok(score)
    }

    /// The traces averaged over the trials so far.
    #[must_use]
    pub fn average(&self) -> DMatrix<f64> {
        &self.sum / self.single.len().max(1) as f64
    }

    /// The scores, beside that of the last pass of training.
    ///
    /// # Errors
    /// [`Error::TooFewSamples`] without any trial.
    pub fn scores(&self, training: f64) -> Result<TraceScores, Error> {
        if self.single.is_empty() {
            return Err(Error::TooFewSamples {
                what: "trials of a test".into(),
                needed: 1,
                found: 0,
            });
        }
        let silent = self.single.iter().filter(|score| score.is_none()).count();
        // A common factor does not change a correlation.
        let averaged = (silent < self.single.len())
            .then(|| correlation(&self.sum, self.targets).mean(self.scored));
        Ok(TraceScores {
            training,
            single: self.single.clone(),
            averaged,
            silent,
            constant: self.constant,
        })
    }
}

fn correlation(traces: &DMatrix<f64>, targets: &DMatrix<f64>) -> TraceCorrelation {
    let units = traces.nrows();
    let mut correlation = TraceCorrelation::new(units);
    let samples = traces.as_slice().chunks_exact(units);
    for (found, target) in samples.zip(targets.as_slice().chunks_exact(units)) {
        correlation.add(found, target);
    }
    correlation
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(units: usize) -> DMatrix<f64> {
        DMatrix::from_fn(units, 20, |i, t| (i + 1) as f64 * t as f64)
    }

    #[test]
    fn silent_trials_are_counted_and_not_scored() {
        let targets = ramp(2);
        let mut scoring = TraceScoring::new(&targets, 2).expect("valid");
        scoring.add(&targets, false).expect("the shape");
        scoring.add(&(0.0 * &targets), true).expect("the shape");
        let scores = scoring.scores(0.5).expect("two trials");
        assert_eq!(scores.single, [Some(1.0), None]);
        assert_eq!((scores.silent, scores.mean_single()), (1, None));
        assert_eq!((scores.averaged, scores.training), (Some(1.0), 0.5));
        let mut never = TraceScoring::new(&targets, 2).expect("valid");
        never.add(&(0.0 * &targets), true).expect("the shape");
        assert_eq!(never.scores(0.0).expect("one trial").averaged, None);
    }

    #[test]
    fn only_the_first_units_are_scored_and_constant_traces_are_counted() {
        let targets = ramp(3);
        let mut traces = targets.clone();
        traces.row_mut(1).fill(4.0);
        traces.row_mut(2).neg_mut();
        let mut scoring = TraceScoring::new(&targets, 2).expect("valid");
        assert_eq!(scoring.add(&traces, false).expect("the shape"), Some(0.5));
        assert_eq!(scoring.scores(1.0).expect("one trial").constant, 1);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let targets = ramp(3);
        assert!(TraceScoring::new(&targets, 0).is_err());
        assert!(TraceScoring::new(&targets, 4).is_err());
        let mut scoring = TraceScoring::new(&targets, 3).expect("valid");
        assert!(scoring.add(&ramp(2), false).is_err());
        assert!(scoring.add(&(&targets * f64::NAN), false).is_err());
        assert!(scoring.scores(1.0).is_err());
    }
}
