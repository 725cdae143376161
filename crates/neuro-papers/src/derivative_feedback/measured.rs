//! What is measured on each run: the file `jobs/NAME.json`, from which figures and claims are made.
//!
//! Of the ring, angles are in radians, times in ms, rates in Hz; of the homogeneous model, times are in
//! units of its intrinsic time constant. `w` is the inhibition of the homogeneous model, `W` its
//! excitation. A number that does not exist is absent, never a NaN.

use serde::{Deserialize, Serialize};

use super::group::{Group, Site};
use crate::study;

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Version of this file.
    pub version: u32,
    /// Kind of run.
    pub group: Group,
    /// Seed of its stimuli and spike counts.
    pub seed: u64,
    /// What ended it.
    pub ended: String,
    /// The measurements; absent when a trial diverged.
    pub found: Option<Found>,
}

/// The measurements of a run that came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Of the homogeneous model.
    Homogeneous(Box<Homogeneous>),
    /// Of rings that do not learn: unperturbed, then each perturbation.
    Unlearned(Box<Unlearned>),
    /// Of a ring that learns.
    Ring(Box<Ring>),
}

impl Found {
    /// Those of the homogeneous model, if they are.
    #[must_use]
    pub fn homogeneous(&self) -> Option<&Homogeneous> {
        match self {
            Self::Homogeneous(found) => Some(found),
            _ => None,
        }
    }

    /// Those of rings that do not learn, if they are.
    #[must_use]
    pub fn unlearned(&self) -> Option<&Unlearned> {
        match self {
            Self::Unlearned(found) => Some(found),
            _ => None,
        }
    }

    /// Those of a ring that learns, if they are.
    #[must_use]
    pub fn ring(&self) -> Option<&Ring> {
        match self {
            Self::Ring(found) => Some(found),
            _ => None,
        }
    }
}

/// Figures 1 to 4: the homogeneous model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Homogeneous {
    /// Times of the rates of [`Traces`].
    pub times: Vec<f64>,
    /// Before learning, `W` at rest: with `W = w + 1`, with `W = w`, and a tenth below.
    pub before: Vec<Traces>,
    /// Learning: Figures 1C, 3, 4A, 4B and 4C, in this order.
    pub learning: Vec<Learning>,
    /// Phase plane of the differential rule in the delay (Figure 2A).
    pub phase_plane: PhasePlane,
    /// Trials of differential learning until `W >= 0.99 w` (Figures 2B-E).
    pub sweeps: Vec<Sweep>,
    /// Trials of homeostatic learning until `W >= 0.99 w` against `w`: with the rule divided by `w`,
    /// then as printed, of equal speed at `w = 500`.
    pub homeostatic_sweeps: Vec<Sweep>,
    /// Small oscillations about the fixed point of the homeostatic rule.
    pub oscillations: Vec<Oscillation>,
    /// `w`, and the relative difference of the three-variable from the one-variable form after a delay
    /// of `w` at `W = w`.
    pub three_variables: Vec<[f64; 2]>,
    /// Largest relative change of `W + alpha r^2 / 2` in a delay of differential learning.
    pub invariant: f64,
}

/// Rates of trials with the inputs 250, 500 and 1000, `W` at rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// `W / w`.
    pub weight: f64,
    /// The rates of each input at [`Homogeneous::times`].
    pub rates: Vec<Vec<f64>>,
}

/// One run of learning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learning {
    /// `W / w` after each trial.
    pub weights: Vec<f64>,
    /// Mean rates at the start and at the end of the delay, over the last tenth of the trials.
    pub rates: [f64; 2],
    /// Trials with `W` as it is in the end.
    pub after: Traces,
    /// Rates of a trial of input 250 with the weights after 90 %, 95 % and all of the trials.
    pub repeated: Vec<Vec<f64>>,
}

/// The vector field on a grid, and a course of learning through it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhasePlane {
    /// `r`, `W / w`, and their rates of change.
    pub field: Vec<[f64; 4]>,
    /// `r` and `W / w` in the first trials.
    pub course: Vec<[f64; 2]>,
}

/// How long learning takes against a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// The parameter.
    pub parameter: String,
    /// Its value and the mean number of trials; a run that never arrived counts as its last trial.
    pub trials: Vec<[f64; 2]>,
}

/// Small oscillations about `r = r_0`, `W = w + 1` in an endless delay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Oscillation {
    /// `alpha`.
    pub alpha: f64,
    /// Frequency from the linearised equations, in radians per unit of time.
    pub frequency: f64,
    /// Rate of growth from the linearised equations; negative when they damp.
    pub growth: f64,
    /// Frequency of a simulated oscillation, from its maxima.
    pub simulated: Option<f64>,
    /// Ratio of the second to the first maximum of a simulated oscillation above `r_0`.
    pub second_maximum: Option<f64>,
}

/// Rings that do not learn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unlearned {
    /// Angles of units and stimuli.
    pub angles: Vec<f64>,
    /// Largest deviation of the balance ratios of the modes 0 to 8 from 1, unperturbed.
    pub imbalance: f64,
    /// The unperturbed ring.
    pub balanced: Activity,
    /// Perturbed rings.
    pub perturbed: Vec<Perturbed>,
}

/// A perturbed ring.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Perturbed {
    /// Where.
    pub site: Site,
    /// Depth in per cent.
    pub depth: u8,
    /// What it does.
    pub activity: Activity,
}

/// What a ring does, and for figures how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Activity {
    /// Its numbers.
    pub read: Stage,
    /// Rates at the end of the delay for the stimulus about each unit; empty where no figure shows them.
    pub pattern: Vec<Vec<f64>>,
    /// Successive trials; empty where no figure shows them.
    pub courses: Vec<Course>,
}

/// A trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Unit about which the stimulus was.
    pub stimulus: usize,
    /// Rates every 100 ms.
    pub rates: Vec<Vec<f64>>,
}

/// A ring that learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ring {
    /// Angles of units and stimuli.
    pub angles: Vec<f64>,
    /// Decoding error of the unperturbed ring.
    pub baseline: f64,
    /// Largest rate at the end of the delay of the unperturbed ring.
    pub baseline_peak: f64,
    /// The ring along its learning; the first before, the last after it.
    pub stages: Vec<Stage>,
    /// Largest rate in any trial.
    pub largest_rate: f64,
    /// Largest number of units at the ceiling in any trial.
    pub at_ceiling: usize,
    /// Selectivity of each unit in the end.
    pub selectivity: Vec<f64>,
    /// Each stimulus, and the direction decoded from the rates at the end of the delay.
    pub decoded: Vec<[f64; 2]>,
    /// Rates at the end of the delay for the stimulus about each unit; empty where no figure shows them.
    pub pattern: Vec<Vec<f64>>,
    /// Successive trials; empty where no figure shows them.
    pub courses: Vec<Course>,
}

impl Ring {
    /// Before learning.
    #[must_use]
    pub fn first(&self) -> &Stage {
        &self.stages[0]
    }

    /// After learning.
    #[must_use]
    pub fn last(&self) -> &Stage {
        &self.stages[self.stages.len() - 1]
    }

    /// A number of the stages in the second half of the trials.
    pub fn later(&self, value: impl Fn(&Stage) -> f64) -> Vec<f64> {
        let half = self.last().trial / 2;
        let later = self.stages.iter().filter(|stage| stage.trial >= half);
        later.map(value).collect()
    }
}

/// A ring read out with its weights at rest: each unit's angle is the stimulus of one trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Trials of learning before.
    pub trial: u64,
    /// Mean decoding error, from Poisson counts.
    pub error: f64,
    /// The same for eight groups of stimuli, from angle -pi on.
    pub error_groups: Vec<f64>,
    /// Mean and standard deviation over units of the selectivity.
    pub selectivity: [f64; 2],
    /// Standard deviation by mean; absent when the mean is below 0.01 Hz.
    pub heterogeneity: Option<f64>,
    /// Balance ratios of modes 0 to 3, from projections.
    pub ratios: Vec<f64>,
    /// Balance ratios of modes 0 to 2, from the eigenvectors most like them.
    pub eigenvalue_ratios: Vec<Option<f64>>,
    /// Rates of decay of modes 0 to 3 from 1000 ms on (per ms).
    pub decay: Vec<Option<f64>>,
    /// Units that no stimulus drives above 0.1 Hz at the end of the delay.
    pub silent: usize,
    /// Largest rates at the end of the stimulus, at 1000 ms, and at the end of the delay.
    pub peaks: [f64; 3],
    /// Mean rate in the delay, over units and stimuli.
    pub mean_rate: f64,
    /// Mean displacement towards angle 0 of directions decoded from rates, of stimuli less than a right
    /// angle away.
    pub drift: f64,
    /// Largest displacement of any stimulus, in any direction.
    pub largest_drift: f64,
    /// Real parts of the first, third and fifth eigenvectors; empty where no figure shows them.
    pub eigenvectors: Vec<Vec<f64>>,
    /// Share of the power of each of these eigenvectors in its largest Fourier mode.
    pub purity: Vec<f64>,
}

/// Version of the file; a reader refuses another.
pub const VERSION: u32 = 1;

impl Measured {
    /// One line about the run.
    #[must_use]
    pub fn summary(&self) -> String {
        match &self.found {
            None => self.ended.clone(),
            Some(Found::Homogeneous(found)) => {
                let last = |learning: &Learning| learning.weights.last().copied();
                let weight = found.learning.first().and_then(last).unwrap_or(0.0);
                format!("W/w {weight:.4} after differential learning")
            }
            Some(Found::Unlearned(found)) => {
                format!("error {:.3} unperturbed", found.balanced.read.error)
            }
            Some(Found::Ring(ring)) => {
                let (first, last) = (ring.first(), ring.last());
                let (from, to, silent) = (first.error, last.error, last.silent);
                let uneven = last.heterogeneity.unwrap_or(f64::NAN);
                format!("error {from:.3} to {to:.3}, sd/mean {uneven:.3}, {silent} silent units")
            }
        }
    }
}

study::network!(Measured, Group, Found, VERSION);
