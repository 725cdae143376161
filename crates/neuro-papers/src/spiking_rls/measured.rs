//! What is measured on each network: the file `jobs/NAME.json`, from which figures and claims are made.
//!
//! Times are in ms, rates of spikes in Hz, filtered rates per 10 ms. Correlations are Pearson's over time,
//! averaged over the scored units. A number that does not exist is absent, never a NaN: a network that was
//! silent in a test has no score in it.

use neuro_analysis::TraceScores;
use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::claims::four_digits;
use crate::study;

/// One network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Version of this file.
    pub version: u32,
    /// Kind of network.
    pub group: Group,
    /// Seed of its weights, targets and trials.
    pub seed: u64,
    /// What ended its training.
    pub ended: String,
    /// The measurements; absent when training came to no end, as when `P` lost its positivity.
    pub found: Option<Found>,
}

/// The measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Found {
    /// Of a network that has learned.
    Learned(Box<Learned>),
    /// Rank of targets, and the solution of all samples at once.
    Heterogeneity(Heterogeneity),
    /// Formulas against simulations.
    Theory(Theory),
}

impl Found {
    /// Those of a network that has learned, if they are.
    #[must_use]
    pub fn learned(&self) -> Option<&Learned> {
        match self {
            Self::Learned(found) => Some(found),
            _ => None,
        }
    }

    /// Those of heterogeneity, if they are.
    #[must_use]
    pub fn heterogeneity(&self) -> Option<&Heterogeneity> {
        match self {
            Self::Heterogeneity(found) => Some(found),
            _ => None,
        }
    }

    /// Those of the theory, if they are.
    #[must_use]
    pub fn theory(&self) -> Option<&Theory> {
        match self {
            Self::Theory(found) => Some(found),
            _ => None,
        }
    }
}

/// A network that has learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// Number of units.
    pub units: usize,
    /// Its loops of learning.
    pub loops: Vec<Loop>,
    /// Root mean square of the weights in the end.
    pub weight_size: f64,
    /// A test before learning, of the first pattern.
    pub untrained: Option<Test>,
    /// Short tests on the way, of the first pattern.
    pub stages: Vec<Stage>,
    /// A test of each pattern after learning.
    pub tests: Vec<Test>,
    /// Under the rate rule: how well units without connections do whose drive is exactly what the targets are
    /// the rates of, which is as good as spikes with these synapses can do.
    pub ceiling: Option<Ceiling>,
    /// Comparison with the quasi-static description, of the first pattern.
    pub quasi_static: Option<QuasiStatic>,
    /// Tests after the loss of units, or after shuffling weights.
    pub lesions: Vec<Lesion>,
    /// Measurements on balanced networks.
    pub balanced: Option<Balanced>,
    /// Measurements on (synthetic) cortical networks.
    pub cortical: Option<Cortical>,
    /// What figures show; empty for points of scans.
    pub traces: Vec<Traces>,
}

impl Learned {
    /// The test of the first pattern; every network has it.
    #[must_use]
    pub fn test(&self) -> Option<&Test> {
        self.tests.first()
    }
}

/// A loop of learning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    /// Which pattern.
    pub pattern: usize,
    /// Correlation while learning.
    pub correlation: f64,
    /// `|W - W_0| / |W_0|`; `|W|` alone when all weights were 0.
    pub weight_change: f64,
    /// Root mean square of the errors before updates.
    pub error: f64,
    /// Share of units trained.
    pub trained: f64,
    /// Mean rate of spikes.
    pub rate: f64,
    /// Units whose trace never changed.
    pub constant: usize,
}

/// A short test in the course of learning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Loops made before.
    pub loops: u64,
    /// Correlation of the last of them.
    pub training: f64,
    /// Mean over single trials; absent when the network was silent.
    pub single: Option<f64>,
    /// Of the trace averaged over trials.
    pub averaged: Option<f64>,
    /// Correlation of spike counts between trials, see [`Test::spike_agreement`].
    pub spike_agreement: Option<f64>,
}

/// A test: several trials from random states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Which pattern.
    pub pattern: usize,
    /// Correlation of the last loop with this pattern; 0 before any.
    pub training: f64,
    /// Each trial; absent where the network was silent.
    pub single: Vec<Option<f64>>,
    /// Of the trace averaged over trials.
    pub averaged: Option<f64>,
    /// Of the average with the targets of the other pattern, where there are two.
    pub other: Option<f64>,
    /// Mean rate of spikes in the learned time.
    pub rate: f64,
    /// Number of silent trials.
    pub silent: usize,
    /// Largest number of units in a trial whose trace never changed.
    pub constant: usize,
    /// Standard deviation between trials of the drive just after the stimulus by that over time in the first
    /// trial; 0 when the stimulus brings all trials to one state.
    pub reset: Option<f64>,
    /// Correlation over time of spike counts in bins of 50 ms between successive trials; absent for units that
    /// do not spike.
    pub spike_agreement: Option<f64>,
}

impl Test {
    /// Mean over single trials; absent when the network was silent in any.
    #[must_use]
    pub fn single(&self) -> Option<f64> {
        self.scores().mean_single()
    }

    fn scores(&self) -> TraceScores {
        TraceScores {
            training: self.training,
            single: self.single.clone(),
            averaged: self.averaged,
            silent: self.silent,
            constant: self.constant,
        }
    }
}

/// As good as it gets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ceiling {
    /// Mean over single trials.
    pub single: Option<f64>,
    /// Of the trace averaged over trials.
    pub averaged: Option<f64>,
}

/// A network against its quasi-static description.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuasiStatic {
    /// Correlation of predicted and actual drive in single trials.
    pub drive_single: f64,
    /// Of the drive averaged over trials and what it predicts of itself.
    pub drive_averaged: f64,
    /// Of predicted rates and trial-averaged counts, in bins of 50 ms.
    pub rate: f64,
    /// Trials of the average.
    pub trials: u64,
}

/// A test after damage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lesion {
    /// Share of the units lost, or of the weights shuffled.
    pub share: f64,
    /// The test.
    pub test: Test,
}

/// A balanced network before and after learning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Balanced {
    /// Correlation of the untrained network's drive with its quasi-static prediction, while it made the
    /// targets.
    pub quasi_static: f64,
    /// Its rate then.
    pub innate_rate: f64,
    /// Before learning.
    pub before: Reliability,
    /// After learning.
    pub after: Reliability,
    /// Share of synapses that were excluded from learning because their sign would have changed.
    pub excluded: f64,
    /// Weights whose sign has changed.
    pub sign_changes: usize,
}

/// How alike the trials of a balanced network are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Correlation of drives between successive trials, in the learned time.
    pub between_trials: f64,
    /// Correlation of the rates in bins of 50 ms, averaged over even and over odd trials.
    pub split_half: f64,
    /// Correlation of the drive with the innate trajectory in the time that was learned.
    pub within: f64,
    /// The same in the time after it.
    pub outside: f64,
    /// Mean phase deviation of tests without one spike, every 10 ms; empty for points of scans.
    pub deviation: Vec<f64>,
    /// When the spike was deleted.
    pub deleted_at: f64,
    /// Number of tests it is averaged over.
    pub deletions: usize,
    /// Eigenvalues (real, imaginary) of the weights by the paper's norm; empty for points of scans.
    pub eigenvalues: Vec<[f64; 2]>,
}

impl Reliability {
    /// Mean deviation from `from` to `to` ms after the stimulus.
    #[must_use]
    pub fn mean_deviation(&self, from: f64, to: f64) -> f64 {
        let first = (from / DEVIATION_STEP) as usize;
        let last = ((to / DEVIATION_STEP) as usize).min(self.deviation.len());
        let part = self.deviation.get(first..last).unwrap_or(&[]);
        part.iter().sum::<f64>() / part.len() as f64
    }

    /// Moduli of the eigenvalues, ascending.
    #[must_use]
    pub fn moduli(&self) -> Vec<f64> {
        let moduli = self.eigenvalues.iter().map(|[re, im]| re.hypot(*im));
        let mut moduli: Vec<f64> = moduli.collect();
        moduli.sort_by(f64::total_cmp);
        moduli
    }
}

/// Time between two values of [`Reliability::deviation`] (ms).
pub const DEVIATION_STEP: f64 = 10.0;

/// A network with (synthetic) cortical targets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cortical {
    /// Units with cortical targets.
    pub neurons: usize,
    /// Share of the units with auxiliary targets by that of cortical ones.
    pub ratio: f64,
    /// Time between two values of the rates below (ms).
    pub step: f64,
    /// Targets of the cortical units (Hz); empty where no figure shows them.
    pub data: Vec<Vec<f64>>,
    /// Rates of the network averaged over trials (Hz).
    pub model: Vec<Vec<f64>>,
}

/// What a few units did, and what all did at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Traces {
    /// When: `untrained`, `loop 1`, `last loop`, `test`, ….
    pub label: String,
    /// Time between two values (ms).
    pub step: f64,
    /// Targets of each unit shown; empty where there are none.
    pub targets: Vec<Vec<f64>>,
    /// What each unit shown did.
    pub traces: Vec<Vec<f64>>,
    /// What the quasi-static description predicts.
    pub predicted: Vec<Vec<f64>>,
    /// Time (ms) and unit of spikes.
    pub spikes: Vec<[f64; 2]>,
}

/// Rank, capacity, and the solution of all samples at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heterogeneity {
    /// Units.
    pub units: usize,
    /// Share of random targets, and rank of the rate patterns by the largest possible.
    pub ranks: Vec<[f64; 2]>,
    /// The same with the dimension (participation ratio) of the rate patterns.
    pub dimensions: Vec<[f64; 2]>,
    /// Bins of time by units, and relative error of the best linear solution.
    pub capacity: Vec<[f64; 2]>,
    /// Weights that solve the quasi-static equation at once, in the spiking network.
    pub batch: Vec<Batch>,
    /// Recursive learning of the same targets on the same connections.
    pub recursive: Test,
}

/// A solution of the quasi-static equation for all samples at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// `lambda` of the ridge.
    pub regularization: f64,
    /// Correlation of `W phi(U)` with `U`.
    pub solved: f64,
    /// The spiking network with these weights.
    pub test: Test,
}

/// Formulas of the theory against simulations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Theory {
    /// Current, and total variation between the simulated and the predicted density of phases (Eq. 44).
    pub density: Vec<[f64; 2]>,
    /// `tau_s / tau_c`, and the normalised tracking error averaged up to the cut-off (Eq. 55), with the
    /// frequency of the cut-off taken as cycles per time.
    pub tracking: Vec<[f64; 2]>,
    /// Rate (Hz), and the variance of filtered spikes by that of Eq. 59: of a unit under constant current,
    /// then of Poisson spikes.
    pub variance: Vec<[f64; 3]>,
}

/// Version of the file; a reader refuses another.
pub const VERSION: u32 = 1;

/// Rounded to what figures can show.
pub(super) fn rounded(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    values.into_iter().map(four_digits).collect()
}

impl Measured {
    /// One line about the network.
    #[must_use]
    pub fn summary(&self) -> String {
        let learned = match &self.found {
            None => return self.ended.clone(),
            Some(Found::Heterogeneity(_) | Found::Theory(_)) => return "computed".into(),
            Some(Found::Learned(found)) => found,
        };
        let Some(test) = learned.test() else {
            return self.ended.clone();
        };
        let number = |value: Option<f64>| value.map_or("silent".into(), |v| format!("{v:.3}"));
        let (single, averaged) = (number(test.single()), number(test.averaged));
        let (training, rate) = (test.training, test.rate);
        format!("training {training:.3}, single {single}, averaged {averaged}, {rate:.1} Hz")
    }
}

study::network!(Measured, Group, Found, VERSION);
