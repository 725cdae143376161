//! Every constant of the model, once.

use std::fmt;
use std::str::FromStr;

use neuro_autodiff::optimizer::EpsilonPlacement;
use neuro_core::Error;

/// How many units inhibit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CellTypes {
    /// Each unit with this probability, independently: the code of the paper's authors.
    Bernoulli(f64),
    /// This fraction of them, rounded to whole units, the last ones: the paper's text.
    Exact(f64),
}

/// The synaptic time constants of the units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TimeConstants {
    /// Each unit's own, trained; between two bounds in ms, `dt <= low < high`.
    Trained {
        /// Lower bound (ms), at least `dt`.
        low: f64,
        /// Upper bound (ms), above `low`.
        high: f64,
    },
    /// The same for all, not trained, in ms; at least `dt`.
    Fixed(f64),
}

impl fmt::Display for TimeConstants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trained { low, high } => write!(f, "trained {low} {high}"),
            Self::Fixed(tau) => write!(f, "fixed {tau}"),
        }
    }
}

/// Reads what [`Display`](fmt::Display) writes, as it stands in saved networks.
impl FromStr for TimeConstants {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut words = text.split(' ');
        let kind = words.next();
        let numbers: Result<Vec<f64>, _> = words.map(str::parse).collect();
        match (kind, numbers.as_deref()) {
            (Some("trained"), Ok(&[low, high])) => Ok(Self::Trained { low, high }),
            (Some("fixed"), Ok(&[tau])) => Ok(Self::Fixed(tau)),
            _ => Err(format!(
                "expected trained LOW HIGH or fixed TAU, found {text:?}"
            )),
        }
    }
}

/// The network and how it learns; the default is the paper's, with the gaps filled by the code of
/// its authors (Kim, Li & Sejnowski 2019) where the documentation of a field names no other source.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Units `N`, at least 1; 200 in the paper.
    pub units: usize,
    /// Input channels, at least 1: 2 for matching to sample (1 with a shared channel), 1 for forced
    /// choice, 4 for context-dependent integration. Default 2.
    pub inputs: usize,
    /// Noise channels `C`; 0, 1, 5 and 10 in the paper. Default 10.
    pub channels: usize,
    /// Euler step in ms, positive; 5 in the paper.
    pub dt: f64,
    /// Time constants; trained between 20 and 125 ms in the paper.
    pub time_constants: TimeConstants,
    /// How many units inhibit; default a probability of 0.2.
    pub cell_types: CellTypes,
    /// Probability of a recurrent connection at the start, above 0 and at most 1; default 0.2.
    pub connection_probability: f64,
    /// Gain `g` of the recurrent weights at the start, at least 0: they are `|N(0, 1)|` times
    /// `g / sqrt(N p)` with the connection probability `p`. Default 1.5.
    pub gain: f64,
    /// Standard deviation of the channels' weights at the start, at least 0. Default 1, our choice:
    /// the paper says that they have the law of the noise itself.
    pub noise_weight_sd: f64,
    /// Standard deviation of the readout weights at the start, at least 0; default 0.01.
    pub readout_weight_sd: f64,
    /// Standard deviation `sigma` of the noise that each unit gets at each step, whatever `dt`, in
    /// training and in tests; at least 0. 0.1 in the paper.
    pub unit_noise_sd: f64,
    /// Standard deviation of the state at the start of a trial, at least 0; default 0.01.
    pub initial_state_sd: f64,
    /// Adam's learning rate, positive; default 0.01.
    pub learning_rate: f64,
    /// Where Adam's epsilon of 1e-8 stands; by default as in `TensorFlow` 1, which the paper used.
    pub epsilon_placement: EpsilonPlacement,
    /// Trials of one update, at least 1; default 1 (the loss is their mean).
    pub batch: usize,
    /// Trials that run together in one thread, at least 1; default 1.
    pub chunk: usize,
    /// Updates, at least 1; 20 000 in the paper.
    pub updates: u64,
    /// Updates from one check of the criterion to the next, at least 1; default 100.
    pub check_every: u64,
    /// Trials of one check, at least 1; 100 in the paper.
    pub criterion_trials: usize,
    /// A network has learned when its mean loss on these trials is below this, positive; 7 in the
    /// paper. A silent output costs 10 on trials with 100 steps of response.
    pub criterion_loss: f64,
    /// And its share of correct trials above this, 0 to 1; 0.95 in the paper.
    pub criterion_accuracy: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: 200,
            inputs: 2,
            channels: 10,
            dt: 5.0,
            time_constants: TimeConstants::Trained {
                low: 20.0,
                high: 125.0,
            },
            cell_types: CellTypes::Bernoulli(0.2),
            connection_probability: 0.2,
            gain: 1.5,
            noise_weight_sd: 1.0,
            readout_weight_sd: 0.01,
            unit_noise_sd: 0.1,
            initial_state_sd: 0.01,
            learning_rate: 0.01,
            epsilon_placement: EpsilonPlacement::BeforeCorrection,
            batch: 1,
            chunk: 1,
            updates: 20_000,
            check_every: 100,
            criterion_trials: 100,
            criterion_loss: 7.0,
            criterion_accuracy: 0.95,
        }
    }
}

impl Config {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range; [`Error::TooLarge`] when the weights do
    /// not fit into memory.
    pub fn validate(&self) -> Result<(), Error> {
        let count = |what, n: u64| Error::check_range(what, "at least 1", n as f64, n > 0);
        count("units", self.units as u64)?;
        count("inputs", self.inputs as u64)?;
        for (what, pre) in [
            ("recurrent weights", self.units),
            ("input weights", self.inputs),
            ("noise weights", self.channels),
        ] {
            Error::check_size::<f64>(what, &[self.units, pre])?;
        }
        count("batch", self.batch as u64)?;
        Error::check_range("chunk", "at least 1", self.chunk as f64, self.chunk > 0)?;
        count("updates", self.updates)?;
        count("check_every", self.check_every)?;
        count("criterion_trials", self.criterion_trials as u64)?;
        for (what, v) in [
            ("dt", self.dt),
            ("learning_rate", self.learning_rate),
            ("criterion_loss", self.criterion_loss),
        ] {
            Error::check_range(what, "positive", v, v > 0.0 && v.is_finite())?;
        }
        let at_least_dt = |what, tau: f64| {
            let expected = format!("at least dt, {} ms", self.dt);
            Error::check_range(what, &expected, tau, tau >= self.dt && tau.is_finite())
        };
        match self.time_constants {
            TimeConstants::Trained { low, high } => {
                at_least_dt("lower bound of the time constants", low)?;
                let what = "upper bound of the time constants";
                let expected = format!("above the lower bound, {low} ms");
                Error::check_range(what, &expected, high, high > low && high.is_finite())?;
            }
            TimeConstants::Fixed(tau) => at_least_dt("time constant", tau)?,
        }
        let (CellTypes::Bernoulli(inhibitory) | CellTypes::Exact(inhibitory)) = self.cell_types;
        let p = self.connection_probability;
        for (what, v) in [
            ("share of inhibitory units", inhibitory),
            ("connection_probability", p),
            ("criterion_accuracy", self.criterion_accuracy),
        ] {
            Error::check_range(what, "0 to 1", v, (0.0..=1.0).contains(&v))?;
        }
        Error::check_range("connection_probability", "above 0", p, p > 0.0)?;
        for (what, v) in [
            ("gain", self.gain),
            ("noise_weight_sd", self.noise_weight_sd),
            ("readout_weight_sd", self.readout_weight_sd),
            ("unit_noise_sd", self.unit_noise_sd),
            ("initial_state_sd", self.initial_state_sd),
        ] {
            Error::check_range(what, "at least 0", v, v >= 0.0 && v.is_finite())?;
        }
        Ok(())
    }

    /// The numbers that a saved network keeps beside its weights, by name.
    pub(super) fn numbers_mut(&mut self) -> [(&'static str, &mut f64); 3] {
        [
            ("dt", &mut self.dt),
            ("unit_noise_sd", &mut self.unit_noise_sd),
            ("initial_state_sd", &mut self.initial_state_sd),
        ]
    }
}
