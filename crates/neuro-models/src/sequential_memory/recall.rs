//! Recall: from a cue on, the network replays the episode that the cue belongs to.

use nalgebra::DMatrix;
use neuro_core::integrate::{RungeKutta4, integrate_observed};
use neuro_core::{Error as Core, System};

use super::config::{at_least_one, positive};
use super::network::activation;
use super::replay::THRESHOLD;
use super::{Clipped, Drive, LaneFlow, Network, OverlapFlow, ProjectedFlow, Replay};
use crate::Error;

/// How the cue is given.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cueing {
    /// The features begin as the cue.
    Start,
    /// The features begin at 0 and get the cue times `strength` (finite) as input for so many steps, before the
    /// replay begins. The authors have 200 steps and 0.1 at 100 features: a cue of length 1.
    Input {
        /// Number of steps of the integration.
        steps: usize,
        /// What the cue is multiplied by, finite.
        strength: f64,
    },
}

/// How a recall is simulated and read; the delay is empty at its start.
#[derive(Clone, Debug, PartialEq)]
pub struct Recall {
    /// Step of the classical Runge–Kutta method, finite and positive: 0.01.
    pub step: f64,
    /// Steps from one sample to the next, at least 1: 10.
    pub steps_per_sample: usize,
    /// Overlap from which on a memory counts as retrieved, finite: 0.8.
    pub threshold: f64,
    /// Largest size of a feature, positive, to which the state is clipped after each step; or none (the default).
    /// Networks that have learned are recalled with 1.
    pub bound: Option<f64>,
    /// How the cue is given: as the state at the start.
    pub cueing: Cueing,
    /// Patterns of which the overlaps are taken, one a column; those of the hidden units, if none (the default).
    /// For networks that have learned, whose hidden units are in no order.
    pub patterns: Option<DMatrix<f64>>,
}

impl Default for Recall {
    fn default() -> Self {
        Self {
            step: 0.01,
            steps_per_sample: 10,
            threshold: THRESHOLD,
            bound: None,
            cueing: Cueing::Start,
            patterns: None,
        }
    }
}

/// More than a simulation could ever make: a time in another unit, or a step that vanishes.
pub(super) const MOST_STEPS: f64 = 1e12;

impl Recall {
    /// Checks every field for a network of this number of features.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for the first that is out of range.
    pub fn validate(&self, features: usize) -> Result<(), Error> {
        positive("step", self.step)?;
        at_least_one("steps_per_sample", self.steps_per_sample)?;
        Core::check_finite("threshold", &[self.threshold])?;
        if let Some(bound) = self.bound {
            positive("bound of the features", bound)?;
        }
        if let Cueing::Input { steps, strength } = self.cueing {
            let steps = steps as f64;
            Core::check_range(
                "steps of the cue",
                "at most 1e12",
                steps,
                steps <= MOST_STEPS,
            )?;
            Core::check_finite("strength of the cue", &[strength])?;
        }
        if let Some(patterns) = &self.patterns {
            let shape = (features, patterns.ncols().max(1));
            Core::check_shape("patterns", shape, patterns.shape())?;
            Core::check_finite("patterns", patterns.as_slice())?;
        }
        Ok(())
    }
}

impl Network {
    /// Replays for a duration, from a cue on, with the default [`Recall`].
    ///
    /// # Errors
    /// Those of [`recall_many`](Self::recall_many).
    pub fn recall(&self, cue: &[f64], duration: f64) -> Result<Replay, Error> {
        self.recall_with(cue, duration, &Recall::default())
    }

    /// Replays for a duration, from a cue on.
    ///
    /// # Errors
    /// Those of [`recall_many`](Self::recall_many).
    pub fn recall_with(
        &self,
        cue: &[f64],
        duration: f64,
        recall: &Recall,
    ) -> Result<Replay, Error> {
        Core::check_length("cue", self.feature_units(), cue.len())?;
        let cues = DMatrix::from_column_slice(cue.len(), 1, cue);
        let mut replays = self.recall_many(&cues, duration, recall)?;
        Ok(replays.swap_remove(0))
    }

    /// Replays from several cues, one a column, each as if it were alone: with the same bits, but eight
    /// together in the [lanes](LaneFlow) of registers. The duration is rounded to whole samples.
    ///
    /// In the adiabatic limit, with [`OverlapFlow`] where features are linear and neither clipped nor compared
    /// with other patterns (and there are not so many memories that its products are the larger ones), else with
    /// [`ProjectedFlow`].
    ///
    /// # Errors
    /// [`neuro_core::Error`] for no cue, cues of the wrong length or that are not finite, a duration that is not
    /// positive or less than half a sample; [`neuro_core::Error::Diverged`]; what [`Recall::validate`] finds.
    pub fn recall_many(
        &self,
        cues: &DMatrix<f64>,
        duration: f64,
        recall: &Recall,
    ) -> Result<Vec<Replay>, Error> {
        let n = self.feature_units();
        recall.validate(n)?;
        Core::check_length("cue", n, cues.nrows())?;
        Core::check_finite("cue", cues.as_slice())?;
        if cues.ncols() == 0 {
            return Err(Core::Empty {
                what: "cues".into(),
            }
            .into());
        }
        positive("duration", duration)?;
        let sample = recall.step * recall.steps_per_sample as f64;
        let samples = (duration / sample).round();
        let steps = samples * recall.steps_per_sample as f64;
        let fits = samples >= 1.0 && steps <= MOST_STEPS;
        let expected = format!("1 or more samples of {sample}, at most 1e12 steps");
        Core::check_range("duration", &expected, duration, fits)?;
        let run = Run {
            recall,
            cues,
            steps: (samples as usize).saturating_mul(recall.steps_per_sample),
        };
        let still = vec![0.0; n];
        let from_overlaps = recall.bound.is_none() && recall.patterns.is_none();
        if self.is_smaller_in_overlaps() && from_overlaps {
            let flow = |drive| OverlapFlow::new(self, drive);
            let start = |free: &OverlapFlow<'_>, features: &[f64]| free.state(features, &still);
            let read = |x: &[f64], overlaps: &mut Vec<f64>| {
                let f = &x[..self.hidden_units()];
                overlaps.extend(f.iter().map(|f| f / n as f64));
            };
            run.replays(flow, |flow| flow.in_lanes(), start, read)
        } else {
            let flow = |drive| ProjectedFlow::new(self, drive);
            let start = |free: &ProjectedFlow<'_>, features: &[f64]| free.state(features, &still);
            let patterns = recall.patterns.as_ref().unwrap_or(&self.memories);
            let read = |x: &[f64], overlaps: &mut Vec<f64>| {
                let s = activation(&*self.config.features, &x[..n]);
                overlaps.extend(patterns.as_slice().chunks(n).map(|p| {
                    let dot: f64 = p.iter().zip(&s).map(|(p, s)| p * s).sum();
                    dot / n as f64
                }));
            };
            run.replays(flow, |flow| flow.in_lanes(), start, read)
        }
    }
}

/// One call of [`Network::recall_many`] that has been checked.
struct Run<'a> {
    recall: &'a Recall,
    cues: &'a DMatrix<f64>,
    steps: usize,
}

/// Copies that go together, if there are more than half as many.
const LANES: usize = 8;

impl Run<'_> {
    /// Runs `flow` from the cues, `lanes` of it where there are enough for them; `read` adds the overlaps of one
    /// state.
    fn replays<'n, S: System<f64>>(
        &self,
        flow: impl Fn(Drive) -> Result<S, Error>,
        lanes: impl Fn(&S) -> LaneFlow<'n, f64, LANES>,
        start: impl Fn(&S, &[f64]) -> Result<Vec<f64>, Error>,
        read: impl Fn(&[f64], &mut Vec<f64>),
    ) -> Result<Vec<Replay>, Error> {
        let n = self.cues.nrows();
        let free = flow(Drive::Free)?;
        let mut replays = Vec::with_capacity(self.cues.ncols());
        for cues in self.cues.as_slice().chunks(n * LANES) {
            let starts = cues.chunks(n).map(|cue| match self.recall.cueing {
                Cueing::Start => start(&free, cue),
                Cueing::Input { .. } => start(&free, &vec![0.0; n]),
            });
            let starts = starts.collect::<Result<Vec<_>, Error>>()?;
            let cueing = match self.recall.cueing {
                Cueing::Start => None,
                Cueing::Input { steps, strength } => {
                    let input = cues.iter().map(|v| strength * v).collect();
                    Some((flow(Drive::Input(input))?, steps))
                }
            };
            let copies = starts.len();
            replays.extend(if 2 * copies > LANES {
                let free = lanes(&free);
                let cueing = cueing.map(|(flow, steps)| (lanes(&flow), steps));
                let state = |x: &[f64], c: usize| free.copy(x, c);
                let x = free.pack(&starts)?;
                self.follow((cueing, &free), n * LANES, (x, copies), state, &read)?
            } else {
                let dim = free.dim();
                let state = |x: &[f64], c: usize| x[c * dim..][..dim].to_vec();
                let x = starts.concat();
                self.follow((cueing, &free), n, (x, copies), state, &read)?
            });
        }
        Ok(replays)
    }

    /// Follows so many copies that begin as `x`, first while they are cued, then while they are free; `state` is one
    /// of them, of whose variables the first `features` are clipped where there is a bound.
    fn follow<S: System<f64>>(
        &self,
        (cueing, free): (Option<(S, usize)>, &S),
        features: usize,
        (mut x, copies): (Vec<f64>, usize),
        state: impl Fn(&[f64], usize) -> Vec<f64>,
        read: &impl Fn(&[f64], &mut Vec<f64>),
    ) -> Result<Vec<Replay>, Error> {
        if let Some((flow, steps)) = cueing {
            self.integrate(&flow, features, steps, &mut x, |_, _, _| {})?;
        }
        let (mut times, mut overlaps) = (Vec::new(), vec![Vec::new(); copies]);
        self.integrate(free, features, self.steps, &mut x, |step, t, x| {
            if step.is_multiple_of(self.recall.steps_per_sample) {
                times.push(t);
                for (c, overlaps) in overlaps.iter_mut().enumerate() {
                    read(&state(x, c), overlaps);
                }
            }
        })?;
        let replays = overlaps.into_iter().map(|overlaps| {
            let patterns = overlaps.len() / times.len();
            let overlaps = DMatrix::from_vec(patterns, times.len(), overlaps);
            Replay::new(times.clone(), overlaps, self.recall.threshold)
        });
        replays.collect()
    }

    fn integrate<S: System<f64>>(
        &self,
        flow: &S,
        features: usize,
        steps: usize,
        x: &mut [f64],
        observe: impl FnMut(usize, f64, &[f64]),
    ) -> Result<(), Error> {
        let step = self.recall.step;
        match self.recall.bound {
            None => integrate_observed(flow, &RungeKutta4, 0.0, step, steps, x, observe)?,
            Some(bound) => {
                let method = Clipped {
                    method: RungeKutta4,
                    variables: features,
                    bound,
                };
                integrate_observed(flow, &method, 0.0, step, steps, x, observe)?;
            }
        }
        Ok(())
    }
}
