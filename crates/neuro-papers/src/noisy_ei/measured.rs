//! What is measured on each network: the file `jobs/NAME.json`, from which figures and claims are
//! made.
//!
//! Times are in ms, time constants too; eigenvalues and flows are in 1/s. Accuracies are shares of
//! correct trials by two rules: that of the paper's authors, by which the output has to reach its
//! level once (`peak`), and that of the sign of its mean in the response window (`mean`). A number
//! that does not exist is absent, never a NaN.

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
    /// The delay of its task.
    pub delay: Option<f64>,
    /// What ended its training.
    pub ended: String,
    /// Whether it met the criterion within the cap.
    pub learned: bool,
    /// Trials that it was trained on.
    pub trials: u64,
    /// Most trials that it could be trained on.
    pub cap: u64,
    /// The learning curve.
    pub learning: Vec<Check>,
    /// Everything else, also of networks that have not learned; absent when training diverged.
    pub found: Option<Found>,
}

/// A check during training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// Trials so far.
    pub trial: u64,
    /// Mean loss since the last check.
    pub loss: f64,
    /// Share of correct trials (`peak`) of the check.
    pub accuracy: f64,
}

/// The measurements on a trained network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its units.
    pub units: Units,
    /// Its recurrent weights.
    pub weights: Weights,
    /// How well it does its task, as it is and with slow units (Figure 3d to f); the first is as it is.
    pub answers: Vec<Answers>,
    /// How well it does under fresh noise, with delays up to 1250 ms (Figure 1f); networks of one delay.
    pub robustness: Vec<Robustness>,
    /// Where its activity stays after a positive and after a negative first stimulus, and the modes
    /// around it (Figures 4 and 5). In context-dependent integration: during a stimulus whose attended
    /// offset is positive or negative.
    pub steady: Vec<Steady>,
    /// What perturbing the units of its slowest modes does (Figure 6e, f).
    pub perturbed: Vec<Perturbed>,
    /// The embedding of its activity (Figure 2).
    pub embedding: Option<Embedding>,
}

/// Figure 3a to c.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Units {
    /// Time constant of each unit.
    pub time_constants: Vec<f64>,
    /// Whether it inhibits.
    pub inhibitory: Vec<bool>,
}

/// Recurrent connections that training has left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Weights {
    /// Connections from excitatory and from inhibitory units.
    pub connections: [usize; 2],
    /// Their mean strength `|W|`, in this order.
    pub strengths: [Option<f64>; 2],
    /// Units that send to nobody.
    pub silent: usize,
}

/// Which time constants are set to 125 ms for a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Slowed {
    /// None.
    Nothing,
    /// Those of all units.
    All,
    /// Those of the inhibitory units.
    Inhibitory,
}

/// Answers on test trials, with the network's own noise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// What was changed.
    pub slowed: Slowed,
    /// Trials.
    pub trials: usize,
    /// Share of correct trials: `peak`, `mean`.
    pub accuracy: [f64; 2],
    /// Mean loss.
    pub loss: f64,
    /// The output over time in each condition: in matching to sample `++`, `+-`, `-+` and `--`,
    /// otherwise class 1 and class 0; every [`STRIDE`] steps, the first after one step.
    pub courses: Vec<Course>,
}

/// Mean and standard deviation over trials.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Course {
    /// Mean.
    pub mean: Vec<f64>,
    /// Standard deviation (denominator `n`).
    pub deviation: Vec<f64>,
}

/// Euler steps between the values of courses.
pub const STRIDE: usize = 2;

/// Answers under ten fresh noise channels and noise on the inputs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Robustness {
    /// The delay.
    pub delay: f64,
    /// Trials.
    pub trials: usize,
    /// Share of correct trials: `peak`, `mean`.
    pub accuracy: [f64; 2],
}

/// A steady state and the modes around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Steady {
    /// Whether the first stimulus (or the attended offset) is positive.
    pub positive: bool,
    /// Trials whose mean it is.
    pub trials: usize,
    /// Root mean square of the state over units.
    pub size: f64,
    /// Root mean square of the flow there over units, in 1/s: 0 at a fixed point.
    pub residual: f64,
    /// Each eigenvalue, the slowest first: real part, imaginary part, inverse participation ratio of its
    /// left eigenvector.
    pub modes: Vec<[f64; 3]>,
    /// Largest amplitude of each unit in the left eigenvectors of the first [`LEADING`] modes.
    pub amplitudes: Vec<f64>,
    /// Mean rate of each unit over the window and the trials.
    pub rates: Vec<f64>,
    /// Mean rate over the dominant units, from the start of the trial on, every [`STRIDE`] steps; empty
    /// when there are none.
    pub dominant_course: Vec<f64>,
    /// The same of all other units.
    pub other_course: Vec<f64>,
    /// The fixed point to which the state leads, when it leads to one.
    pub refined: Option<Refined>,
}

/// Modes whose units are called dominant; a conjugate pair counts as two.
pub const LEADING: usize = 10;

/// Amplitude above which a unit is dominant: "not 0" up to rounding.
pub const DOMINANT: f64 = 1e-6;

/// A second threshold, for comparison.
pub const LOOSE: f64 = 0.01;

/// A fixed point near a steady state.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refined {
    /// Distance from the steady state, root mean square over units.
    pub distance: f64,
    /// Largest real part of the eigenvalues there, in 1/s.
    pub abscissa: f64,
}

/// A constant current of 1 into the units of one slow mode, during the response.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Perturbed {
    /// Real and imaginary part of the eigenvalue, in 1/s.
    pub value: [f64; 2],
    /// Inverse participation ratio of its left eigenvector.
    pub participation: f64,
    /// Perturbed units.
    pub units: usize,
    /// Trials.
    pub trials: usize,
    /// Share of correct trials: `peak`, `mean`.
    pub accuracy: [f64; 2],
}

/// Figure 2: PHATE in three dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Embedding {
    /// Trials, as many of each condition.
    pub trials: usize,
    /// Steps of diffusion.
    pub diffusion_time: usize,
    /// Whether the scaling came to its end.
    pub converged: bool,
    /// Adjusted Rand index between two clusters of the states in the delay and the first stimulus.
    pub memory: f64,
    /// Adjusted Rand index between four clusters of the states from 100 ms after the onset of the second
    /// stimulus on and the conditions.
    pub conditions: f64,
    /// Condition (0 to 3, see [`Answers::courses`]), time and the three coordinates of each state.
    pub points: Vec<[f64; 5]>,
}

/// Version of the file; a reader refuses another.
pub const VERSION: u32 = 1;

impl Measured {
    /// Trials to the criterion; the cap for a network that did not meet it, to be used by its rank
    /// only.
    #[must_use]
    pub fn trials_to_criterion(&self) -> f64 {
        let trials = if self.learned { self.trials } else { self.cap };
        trials as f64
    }

    /// One line about the network.
    #[must_use]
    pub fn summary(&self) -> String {
        let trials = self.trials;
        let outcome = if self.learned {
            format!("learned in {trials} trials")
        } else {
            format!("not learned in {trials} trials")
        };
        let Some(found) = &self.found else {
            return format!("{outcome}, {}", self.ended);
        };
        let [_, excitatory, inhibitory] =
            Population::ALL.map(|p| found.units.mean_time_constant(p));
        let shown = |tau: Option<f64>| tau.map_or("none".into(), |tau| format!("{tau:.0} ms"));
        format!(
            "{outcome}, time constants E {}, I {}",
            shown(excitatory),
            shown(inhibitory)
        )
    }
}

/// Units that are looked at together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// All units.
    All,
    /// Excitatory units.
    Excitatory,
    /// Inhibitory units.
    Inhibitory,
}

impl Population {
    /// All of them, in the order of Figure 3a to c.
    pub const ALL: [Self; 3] = [Self::All, Self::Excitatory, Self::Inhibitory];

    /// What it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all units",
            Self::Excitatory => "excitatory units",
            Self::Inhibitory => "inhibitory units",
        }
    }
}

impl Units {
    /// Mean time constant of a population; none when it has no units.
    #[must_use]
    pub fn mean_time_constant(&self, population: Population) -> Option<f64> {
        let units = self.time_constants.iter().zip(&self.inhibitory);
        let of = units.filter(|(_, inhibitory)| match population {
            Population::All => true,
            Population::Excitatory => !**inhibitory,
            Population::Inhibitory => **inhibitory,
        });
        mean(of.map(|(tau, _)| *tau))
    }
}

/// The mean of some values; none without values.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0_u32);
    for value in values {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / f64::from(count))
}

study::network!(Measured, Group, Found, VERSION);
