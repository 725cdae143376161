//! Every constant of the models, once.

use std::sync::Arc;

use neuro_core::Error;
use neuro_plasticity::EnergyRule;

use super::{Lagrangian, LogCosh, LogSumExp, Quadratic};

/// A network: the activations of its two layers, strengths and time constants.
///
/// Time is in units of the feature layer's time constant, which is 1 in the paper.
#[derive(Clone, Debug)]
pub struct Config {
    /// Lagrangian of the feature layer: its activation is `sigma_f`.
    pub features: Arc<dyn Lagrangian>,
    /// Lagrangian of the hidden layer: its activation is `sigma_h`.
    pub hidden: Arc<dyn Lagrangian>,
    /// `alpha_s`, finite and positive: strength of the memories.
    pub memory_strength: f64,
    /// `alpha_c`, finite and at least 0: strength of the delayed transitions. With 0 the network is a static
    /// associative memory.
    pub delay_strength: f64,
    /// `T_f`, finite and positive.
    pub feature_time_constant: f64,
    /// `T_h`, finite and at least 0. 0, the default, is the adiabatic limit (the paper prints
    /// "diabatic"), in which hidden units follow at once; only the reduced forms exist there.
    pub hidden_time_constant: f64,
    /// `T_d`, finite and positive.
    pub delay_time_constant: f64,
    /// `beta_d`, finite and at least 0: gain of the delay. 1 in the paper; it does nothing but multiply
    /// `alpha_c`. The authors' program has 7 by default, but its stored run used 1.
    pub delay_gain: f64,
}

impl Config {
    /// Linear hidden units, feature activation `tanh`, for this number of features.
    ///
    /// `alpha_s` is `5 / N_f`, the paper's 0.05 at its size of 100, `T_d` is 100. `alpha_c` is `6 / N_f`: the
    /// paper's 4.9, that of DSEM, is a hundred times `alpha_s` and leaves no memory stable.
    #[must_use]
    pub fn lisem(features: usize) -> Self {
        Self {
            features: Arc::new(LogCosh { gain: 1.0 }),
            hidden: Arc::new(Quadratic),
            memory_strength: 5.0 / features as f64,
            delay_strength: 6.0 / features as f64,
            feature_time_constant: 1.0,
            hidden_time_constant: 0.0,
            delay_time_constant: 100.0,
            delay_gain: 1.0,
        }
    }

    /// Linear features, hidden activation softmax: `alpha_s` 1, `alpha_c` 4.9, gain 1.
    ///
    /// `T_d` is 20, with which the authors' stored run was made; the paper has 100, which works too.
    #[must_use]
    pub fn dsem() -> Self {
        Self {
            features: Arc::new(Quadratic),
            hidden: Arc::new(LogSumExp { gain: 1.0 }),
            memory_strength: 1.0,
            delay_strength: 4.9,
            feature_time_constant: 1.0,
            hidden_time_constant: 0.0,
            delay_time_constant: 20.0,
            delay_gain: 1.0,
        }
    }

    /// [`dsem`](Self::dsem) with the `alpha_c` of 0.991 of the learning experiment.
    #[must_use]
    pub fn dsem_learning() -> Self {
        Self {
            delay_strength: 0.991,
            ..Self::dsem()
        }
    }

    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        self.features.validate()?;
        self.hidden.validate()?;
        positive("memory_strength", self.memory_strength)?;
        non_negative("delay_strength", self.delay_strength)?;
        positive("feature_time_constant", self.feature_time_constant)?;
        non_negative("hidden_time_constant", self.hidden_time_constant)?;
        positive("delay_time_constant", self.delay_time_constant)?;
        non_negative("delay_gain", self.delay_gain)
    }

    /// The difference between the delayed traces of the memory that is on and of the one before at which the
    /// network leaves it, in units of the activation: `alpha_s / (alpha_c beta_d)`.
    ///
    /// With transitions `G / sqrt(alpha_s)`, as [`Network::store`](super::Network::store) makes them.
    #[must_use]
    pub fn switch_threshold(&self) -> f64 {
        self.memory_strength / (self.delay_strength * self.delay_gain)
    }

    /// How long each memory of a cycle is on, if memories are orthogonal and switches take no time.
    ///
    /// ```equation
    /// (1 - q)^2 / (1 - q^K) = theta,    q = exp(-tau / T_d)
    /// ```
    ///
    /// `theta` is the [threshold](Self::switch_threshold), `K` the length of the cycle. None when the threshold
    /// is 1 or more (the trace of a memory never exceeds 1, so that the first is held for ever) or the
    /// cycle has less than two memories. For DSEM: random memories come within a tenth. Linear hidden units leave a memory
    /// long before, with orthogonal memories too (after 119 instead of 244 with 64 features and the default strengths):
    /// each feature feels the traces of all memories together.
    ///
    /// ```
    /// use neuro_models::sequential_memory::Config;
    ///
    /// let dwell = Config::dsem().orthogonal_dwell_time(4).expect("a threshold below 1");
    /// assert!((dwell / 20.0 - 0.556).abs() < 1e-3); // in units of the delay
    /// let still = Config { delay_strength: 0.9, ..Config::dsem() };
    /// assert_eq!(still.orthogonal_dwell_time(4), None);
    /// ```
    #[must_use]
    pub fn orthogonal_dwell_time(&self, cycle: usize) -> Option<f64> {
        let theta = self.switch_threshold();
        let solvable = theta > 0.0 && theta < 1.0;
        if cycle < 2 || !solvable {
            return None;
        }
        // (1 - q)^2 / (1 - q^K) = (1 - q) / (1 + q + ... + q^(K-1)) falls from 1 to 0.
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        for _ in 0..200 {
            let q = 0.5 * (low + high);
            let sum = -(cycle as f64 * q.ln()).exp_m1() / (1.0 - q);
            if (1.0 - q) / sum > theta {
                low = q;
            } else {
                high = q;
            }
        }
        Some(-self.delay_time_constant * (0.5 * (low + high)).ln())
    }
}

pub(super) fn positive(what: &str, value: f64) -> Result<(), Error> {
    let holds = value.is_finite() && value > 0.0;
    Error::check_range(what, "finite, positive", value, holds)
}

fn non_negative(what: &str, value: f64) -> Result<(), Error> {
    let holds = value.is_finite() && value >= 0.0;
    Error::check_range(what, "finite, at least 0", value, holds)
}

pub(super) fn at_least_one(what: &str, value: usize) -> Result<(), Error> {
    Error::check_range(what, "at least 1", value as f64, value > 0)
}

/// How a network is shown the memory that it learns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Presentation {
    /// The features are the memory, from the first to the last step.
    Clamp,
    /// The features follow their dynamics, with the memory times this factor, finite, as input.
    Drive {
        /// Strength of the input; the authors' evaluation has 0.1 for 100 features, a pattern of length 1.
        strength: f64,
    },
}

/// How a network learns an episode online; the default is what recalled the whole cycle in 8 of 10 seeds.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningConfig {
    /// `beta_c`, finite and at least 0: weight of the current memory against the target. 0.621.
    pub current_weight: f64,
    /// Time constant of `Xi`, positive (steps): 6.2e4. The paper prints 6.2e5, with which memories are
    /// not learned to the bound that the authors' stored weights reach.
    pub memories_time_constant: f64,
    /// Time constant of `Phi`, positive (steps): 3.1e7. The paper prints 6.2e7.
    pub transitions_time_constant: f64,
    /// Largest size of a value of `Xi`, positive, or none: 5, as in the authors' stored weights.
    pub memories_bound: Option<f64>,
    /// Largest size of a value of `Phi`, positive, or none (the default).
    pub transitions_bound: Option<f64>,
    /// Steps for which a memory is shown, a whole number of updates: 4500.
    pub steps_per_presentation: usize,
    /// Steps between updates of the synapses, at least 1: 100.
    pub steps_per_update: usize,
    /// The step, finite and positive: 0.01.
    pub step: f64,
    /// How a memory is shown.
    pub presentation: Presentation,
    /// Whether the delay is empty at the start of each presentation (the default). If not, the trace of the memory
    /// before the last one also links it to the next but one.
    pub reset_delay: bool,
}

impl Default for LearningConfig {
    fn default() -> Self {
        Self {
            current_weight: 0.621,
            memories_time_constant: 6.2e4,
            transitions_time_constant: 3.1e7,
            memories_bound: Some(5.0),
            transitions_bound: None,
            steps_per_presentation: 4500,
            steps_per_update: 100,
            step: 0.01,
            presentation: Presentation::Clamp,
            reset_delay: true,
        }
    }
}

impl LearningConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        non_negative("current_weight", self.current_weight)?;
        positive("memories_time_constant", self.memories_time_constant)?;
        positive("transitions_time_constant", self.transitions_time_constant)?;
        for bound in [self.memories_bound, self.transitions_bound]
            .into_iter()
            .flatten()
        {
            positive("bound of the synapses", bound)?;
        }
        positive("step", self.step)?;
        at_least_one("steps_per_update", self.steps_per_update)?;
        let steps = self.steps_per_presentation;
        let whole = steps > 0 && steps.is_multiple_of(self.steps_per_update);
        let expected = format!("a multiple of {}", self.steps_per_update);
        Error::check_range("steps_per_presentation", &expected, steps as f64, whole)?;
        match self.presentation {
            Presentation::Clamp => Ok(()),
            Presentation::Drive { strength } => {
                Error::check_finite("strength of the input", &[strength])
            }
        }
    }

    /// The rule for a network with these strengths.
    #[must_use]
    pub fn rule(&self, network: &Config) -> EnergyRule {
        EnergyRule {
            memory_strength: network.memory_strength,
            delay_strength: network.delay_strength,
            current_weight: self.current_weight,
            memories_time_constant: self.memories_time_constant,
            transitions_time_constant: self.transitions_time_constant,
            memories_bound: self.memories_bound,
            transitions_bound: self.transitions_bound,
        }
    }
}
