//! Every constant of the model, once.

use neuro_core::Error;

use crate::tasks::{FrequencyTask, SecondSignal, Timing};

/// The network and how it learns; the default is the paper's, with the gaps filled as the
/// documentation of each field says.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Units `N`, at least 1 (Table I: 256).
    pub units: usize,
    /// Euler step `a` in units of the membrane time constant, in (0, 1] (Table I: 0.25).
    pub alpha: f64,
    /// Noise `sigma` of each unit during training, at least 0 (Table I: 0 or 0.04).
    pub noise_sigma: f64,
    /// Strength of the penalty on the mean of `x^2` over trials, steps and units, at least 0. The
    /// paper's `lambda_act = 30` on a sum over units cannot be meant as printed; 0.05 on the mean
    /// goes with `noise_sigma` 0.04.
    pub activity_penalty: f64,
    /// Standard deviation of the state at the start of a trial, at least 0 (Sec. II: 0.1).
    pub initial_state_sd: f64,
    /// Weight decay added to the gradient before Adam's moments, at least 0. `1e-4` is
    /// `lambda_L2 = 5e-5` on the sum of squares.
    pub weight_decay: f64,
    /// Adam's learning rate, positive (Sec. II: 1e-3).
    pub learning_rate: f64,
    /// Trials of one update, at least 1 (Sec. II: 50; the loss is their mean).
    pub batch: usize,
    /// Trials that run together in one thread, 1 to `batch`.
    pub chunk: usize,
    /// Updates, at least 1. The paper's 3000 iterations are epochs of four updates: 12 000.
    pub updates: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: 256,
            alpha: 0.25,
            noise_sigma: 0.0,
            activity_penalty: 0.0,
            initial_state_sd: 0.1,
            weight_decay: 1e-4,
            learning_rate: 1e-3,
            batch: 50,
            chunk: 25,
            updates: 12_000,
        }
    }
}

impl Config {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let count = |what, n: usize| Error::check_range(what, "at least 1", n as f64, n > 0);
        count("units", self.units)?;
        count("batch", self.batch)?;
        let alpha = self.alpha;
        Error::check_range("alpha", "in (0, 1]", alpha, alpha > 0.0 && alpha <= 1.0)?;
        for (what, v) in [
            ("noise_sigma", self.noise_sigma),
            ("activity_penalty", self.activity_penalty),
            ("initial_state_sd", self.initial_state_sd),
            ("weight_decay", self.weight_decay),
        ] {
            Error::check_range(what, "at least 0", v, v >= 0.0 && v.is_finite())?;
        }
        let rate = self.learning_rate;
        Error::check_range(
            "learning_rate",
            "positive",
            rate,
            rate > 0.0 && rate.is_finite(),
        )?;
        let chunk = self.chunk;
        let fits = (1..=self.batch).contains(&chunk);
        Error::check_range("chunk", "1 to batch", chunk as f64, fits)?;
        Error::check_range(
            "updates",
            "at least 1",
            self.updates as f64,
            self.updates > 0,
        )
    }

    /// The numbers that a saved network keeps beside its weights, by name.
    pub(super) fn numbers(&self) -> [(&'static str, f64); 3] {
        [
            ("alpha", self.alpha),
            ("noise_sigma", self.noise_sigma),
            ("initial_state_sd", self.initial_state_sd),
        ]
    }

    pub(super) fn numbers_mut(&mut self) -> [(&'static str, &mut f64); 3] {
        [
            ("alpha", &mut self.alpha),
            ("noise_sigma", &mut self.noise_sigma),
            ("initial_state_sd", &mut self.initial_state_sd),
        ]
    }

    /// The frequency task as networks are trained on it (Sec. II, Table I): signals of 13 to 17
    /// steps, delays of 25 to 35, 60 steps in all, frequencies at least 1 apart.
    #[must_use]
    pub fn training_task(&self) -> FrequencyTask {
        FrequencyTask {
            alpha: self.alpha,
            timing: Timing {
                first: 13..=17,
                delay: 25..=35,
                second: SecondSignal::Until(60),
            },
            frequencies: (1.0, 5.0),
            minimal_gap: 1.0,
            largest_phase: std::f64::consts::PI,
            input_noise_sd: 0.05,
        }
    }

    /// The frequency task as networks are tested on it: 15, 30 and 15 steps, any two frequencies.
    #[must_use]
    pub fn test_task(&self) -> FrequencyTask {
        FrequencyTask {
            timing: Timing {
                first: 15..=15,
                delay: 30..=30,
                second: SecondSignal::Until(60),
            },
            minimal_gap: 0.0,
            ..self.training_task()
        }
    }
}
