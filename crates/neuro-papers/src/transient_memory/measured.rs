//! What is measured on each network: the file `jobs/NAME.json`, from which figures and claims are
//! made.
//!
//! Norms are Euclidean norms of the state of all units, times are counts of Euler steps. `T_s`, `T_f`
//! and `T_a` are the ends of the first signal, the delay and the second signal. A number that does
//! not exist (a period without a cycle, an average over nothing) is absent, never a NaN.

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::study;

/// One network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Version of this file.
    pub version: u32,
    /// Kind of network.
    pub group: Group,
    /// Seed of its weights and trials.
    pub seed: u64,
    /// What ended its training.
    pub ended: String,
    /// The learning curve.
    pub learning: Vec<Check>,
    /// Everything else; absent when training diverged.
    pub found: Option<Found>,
}

/// A check during training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Updates made.
    pub update: u64,
    /// Mean loss since the last check.
    pub loss: f64,
    /// Share of correct validation trials with far quantities.
    pub accuracy: f64,
}

/// The measurements on a trained network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// How well it does its task.
    pub behaviour: Behaviour,
    /// How it represents the first signal.
    pub code: Code,
    /// Where its undriven activity goes.
    pub attractor: Attractor,
    /// How attractors change while it learns.
    pub stages: Vec<Stage>,
    /// Fixed and slow points.
    pub points: Points,
    /// What perturbations do to it.
    pub robustness: Robustness,
}

/// Figures 2a, 2b and 4a.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Behaviour {
    /// Test trials.
    pub trials: usize,
    /// Test trials whose quantities are far apart ([`Group::far`]).
    pub far_trials: usize,
    /// Share of correct answers when quantities are far apart.
    pub accuracy_far: f64,
    /// Share of correct answers when they are not.
    pub accuracy_near: f64,
    /// Difference at which both answers are equally likely in a fitted logistic that rises.
    pub threshold: Option<f64>,
    /// Whether no bin's 95 % interval lies wholly below that of a bin of smaller difference.
    pub rises: bool,
    /// The psychometric curve.
    pub bins: Vec<Bin>,
    /// Standard deviation `sigma` of each unit's noise, and the share of correct answers under it
    /// when quantities are far apart.
    pub noise: Vec<[f64; 2]>,
    /// Cross-validated share of far trials on the right side of a plane, in the space of the first
    /// three principal components of `x(T_a)`.
    pub plane_accuracy: f64,
    /// Cross-validated `R^2` of the difference, decoded linearly from those three components.
    pub gradient: f64,
    /// Three components and the difference of some trials.
    pub ends: Vec<[f64; 4]>,
}

/// A bin of the psychometric curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Differences from this on, second minus first.
    pub from: f64,
    /// Differences up to this.
    pub to: f64,
    /// Mean difference of the trials.
    pub mean: f64,
    /// Trials.
    pub trials: usize,
    /// Share of answers "second is larger", with its 95 % interval.
    pub chosen: [f64; 3],
    /// Share of correct answers.
    pub correct: f64,
}

/// Figures 3b to 3f: trials with random first quantities and phases, test timing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Code {
    /// Trials.
    pub trials: usize,
    /// Mean norm over trials and the steps of the delay.
    pub norm: f64,
    /// Mean norm at `T_f`.
    pub norm_end: f64,
    /// Standard deviation of the norm at `T_f` over trials.
    pub norm_end_sd: f64,
    /// Correlation of the norm at `T_s` with the first quantity: Pearson, Spearman.
    pub start: [f64; 2],
    /// Correlation of the norm at `T_f` with the first quantity: Pearson, Spearman.
    pub end: [f64; 2],
    /// Pearson correlation of the norm with the first quantity at each step from `T_s` to `T_f`.
    pub along: Vec<f64>,
    /// Cross-validated `R^2` of the first quantity, decoded linearly from the state at `T_s`, `T_f`.
    pub decoded: [f64; 2],
    /// The same for the cosine of the phase, or the offset, where it varies.
    pub nuisance_decoded: Option<[f64; 2]>,
    /// Share of the variance of the norm at `T_f` between three quantities, over phases.
    pub ring_share: f64,
    /// Whether the mean norms of the three fall with the quantity.
    pub ring_falls: bool,
    /// Share of the variance of `x(T_f)` in three principal components.
    pub three_components: f64,
    /// Participation ratio of the variance of `x(T_f)`.
    pub participation: f64,
    /// Correlation of the norm at `T_f` with the displacement along the readout's axis
    /// `w_2 - w_1` during a second signal of the middle quantity.
    pub shift: f64,
    /// Correlation of the norm at `T_f` with the step `x(T_f + 1) - x(T_f)` along the third
    /// component, over six quantities and phases; its sign is arbitrary.
    pub third_component: f64,
    /// Mean over trials of the smallest step `|x(t + 1) - x(t)|` in the delay.
    pub least_speed: f64,
    /// Mean step over trials and the delay.
    pub speed: f64,
    /// Standard deviation over the delay of the population mean of `x`, by that of single units (root
    /// mean square).
    pub mean_stationarity: f64,
    /// Quantity, three components and norm at `T_s` of 50 first signals.
    pub starts: Vec<[f64; 5]>,
    /// The same at `T_f`.
    pub ends: Vec<[f64; 5]>,
    /// Quantity, phase, two components and norm at `T_f` for three quantities and many phases.
    pub ring: Vec<[f64; 5]>,
    /// Quantity, norm at `T_f` and first step along the third component, for six quantities.
    pub arrows: Vec<[f64; 3]>,
    /// Quantity, norm at `T_f` and displacement along the readout's axis of some trials.
    pub shifts: Vec<[f64; 3]>,
    /// State of some units of one trial at each step from 0 on.
    pub traces: Vec<Vec<f64>>,
    /// Mean state over all units of the same trial.
    pub mean_trace: Vec<f64>,
}

/// Where the undriven activity goes after a first signal: Figure 3a and Sec. III B.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attractor {
    /// What it is.
    pub kind: Kind,
    /// Why it is not resolved, in the words of [`neuro_analysis::limit_cycle::Unresolved`].
    pub reason: Option<String>,
    /// Period of a cycle in steps, not rounded; where trials end on cycles of several periods, that of
    /// most trials.
    pub period: Option<f64>,
    /// All periods on which trials end, that of most trials first.
    pub periods: Vec<f64>,
    /// Mean norm on the attractor.
    pub norm: f64,
    /// Mean step on the attractor.
    pub speed: f64,
    /// Whether half a period turns the state of a cycle into its negative.
    pub symmetric: Option<bool>,
    /// Whether all first signals lead to the same cycle, up to the sign of the state.
    pub one_cycle: Option<bool>,
    /// Largest Lyapunov exponents on the attractor, per membrane time constant.
    pub lyapunov: Vec<f64>,
    /// When trials converge to it.
    pub convergence: Convergence,
    /// Three components at each step for three first quantities.
    pub trajectories: Vec<Vec<[f64; 3]>>,
}

/// Kinds of attractors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A stationary state.
    FixedPoint,
    /// A limit cycle.
    Cycle,
    /// No period was found: quasi-periodic, chaotic, or slower than the lags that were looked at.
    Unresolved,
}

/// Times from the start of the trial until `|x(t) - x(t + T_L)| <= 0.05`; of a fixed point, until the
/// distance to it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Mean over the trials that converge.
    pub mean: Option<f64>,
    /// Trials that converge.
    pub converged: usize,
    /// Trials.
    pub trials: usize,
    /// When the mean distance over trials is below 0.05, or within 5 % of its least value.
    pub of_mean: Option<f64>,
    /// The least mean distance.
    pub floor: Option<f64>,
}

/// A network while it learns: Supplement 6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Updates made.
    pub update: u64,
    /// Share of correct answers when quantities are far apart.
    pub accuracy: f64,
    /// What its attractor is.
    pub kind: Kind,
    /// Period of a cycle in steps.
    pub period: Option<f64>,
    /// Mean norm on the attractor.
    pub norm: f64,
    /// Mean convergence time of the trials that converge.
    pub convergence: Option<f64>,
}

/// Fixed and slow points of the flow: Supplement 3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Points {
    /// States from which the search began.
    pub starts: usize,
    /// The distinct points.
    pub points: Vec<Point>,
    /// Smallest distance of a trajectory in the delay from a saddle off the origin, by the mean norm
    /// in the delay; mean over trials.
    pub approach: Option<f64>,
    /// Three components of one trajectory through the delay, the same axes as the points'.
    pub trajectory: Vec<[f64; 3]>,
}

/// A fixed or slow point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Whether it is a fixed point, otherwise a slow one.
    pub fixed: bool,
    /// Speed `|x(k + 1) - x(k)|` there, in one Euler step.
    pub speed: f64,
    /// Norm.
    pub norm: f64,
    /// Whether it is the origin, which is a fixed point of every network.
    pub origin: bool,
    /// Unstable directions.
    pub unstable: usize,
    /// Smallest modulus of the eigenvalues of the flow's Jacobian.
    pub least_eigenvalue: f64,
    /// Three components.
    pub components: [f64; 3],
}

/// Figures 4b and 5, Supplement 7.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// Perturbed copies of each trial.
    pub copies: usize,
    /// Share of the variance of perturbed copies in ten components, at each step after the
    /// perturbation (mean over trials).
    pub ten_components: Vec<f64>,
    /// Components that hold 90 % of that variance.
    pub dimension: Vec<f64>,
    /// Mean distance from the unperturbed run, by that of the perturbation.
    pub distance: Vec<f64>,
    /// Mean real part of the eigenvalues of `M`, the mean of `G` over the delay (Eq. 8).
    pub mean_real: f64,
    /// Share of the eigenvalues of `M` with positive real part.
    pub positive: f64,
    /// Share of the eigenvalues of `M` with real part above 1, where the leak is overcome.
    pub expanding: f64,
    /// Share of the eigenvalues of `exp(M)` with real part above 1.
    pub exp_above_one: f64,
    /// Share of the eigenvalues of `exp(M)` with negative real part.
    pub exp_negative: f64,
    /// Counts of the real parts of the eigenvalues of `exp(M)`; see [`HISTOGRAM`].
    pub histogram: Vec<usize>,
}

/// Lower and upper edge and number of bins of [`Robustness::histogram`]; values beyond are counted in
/// the outermost bins.
pub const HISTOGRAM: (f64, f64, usize) = (0.0, 3.0, 120);

/// Version of the file; a reader refuses another.
pub const VERSION: u32 = 1;

impl Measured {
    /// One line about the network.
    #[must_use]
    pub fn summary(&self) -> String {
        let Some(found) = &self.found else {
            return self.ended.clone();
        };
        let (accuracy, norm) = (found.behaviour.accuracy_far, found.code.norm);
        let correlation = found.code.end[0];
        let attractor = match (found.attractor.kind, found.attractor.period) {
            (Kind::Cycle, Some(period)) => format!("a cycle of {period:.1} steps"),
            (Kind::FixedPoint, _) => "a fixed point".into(),
            _ => "no period".into(),
        };
        format!(
            "accuracy {accuracy:.3}, mean |x| {norm:.1}, its correlation {correlation:+.2}, \
             {attractor}"
        )
    }
}

study::network!(Measured, Group, Found, VERSION);
