//! Every constant of the model, once.

use std::fmt;
use std::str::FromStr;

use neuro_core::Error;

/// Which recurrent connections there are, and how they learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connections {
    /// All, of either sign: each uniform in `+-1 / sqrt(N)` at the start.
    Dense,
    /// `J = J+ D` with `J+ >= 0`: all connections that a unit sends have one sign (Sec. III D). `J+`
    /// is uniform from 0 to `1 / N` at the start, and set to at least 0 after each update.
    ExcitatoryInhibitory {
        /// Units `0 .. excitatory` excite, the others inhibit; at most `units`. The paper says 4:1
        /// and 180 of 256 ([`PRINTED`](Connections::PRINTED)), which is 2.4:1.
        excitatory: usize,
    },
    /// A fixed number of connections that move while the network learns (Sec. III D: deep rewiring,
    /// about 20 %). Each place has a random sign for good; active ones are uniform up to
    /// `1 / sqrt(active / N)` at the start.
    Sparse {
        /// Active connections, 1 to `units^2`.
        active: usize,
    },
}

impl Connections {
    /// The paper's network of excitatory and inhibitory units: `D = +1` for the first 180.
    pub const PRINTED: Self = Self::ExcitatoryInhibitory { excitatory: 180 };

    /// The ratio 4:1 that the paper's text names, of 256 units.
    pub const FOUR_TO_ONE: Self = Self::ExcitatoryInhibitory { excitatory: 205 };

    /// A fifth of all connections of `units` units.
    #[must_use]
    pub fn fifth(units: usize) -> Self {
        let active = units.saturating_mul(units).saturating_add(2) / 5;
        Self::Sparse { active }
    }
}

impl fmt::Display for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dense => write!(f, "dense"),
            Self::ExcitatoryInhibitory { excitatory } => write!(f, "excitatory {excitatory}"),
            Self::Sparse { active } => write!(f, "sparse {active}"),
        }
    }
}

/// Reads what [`Display`](fmt::Display) writes, as it stands in saved networks.
impl FromStr for Connections {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || format!("expected dense, excitatory N or sparse N, found {text:?}");
        let (kind, count) = text.split_once(' ').unwrap_or((text, ""));
        match (kind, count.parse()) {
            ("dense", _) if count.is_empty() => Ok(Self::Dense),
            ("excitatory", Ok(excitatory)) => Ok(Self::ExcitatoryInhibitory { excitatory }),
            ("sparse", Ok(active)) => Ok(Self::Sparse { active }),
            _ => Err(problem()),
        }
    }
}

/// What the network compares (Sec. II A and III A).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// The frequencies of two sinusoids.
    Frequency,
    /// The velocities of two ramps.
    Velocity,
    /// The standard deviations of the noise on two sinusoids.
    NoiseSd,
}

/// How long the first signal has to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// 25 to 35 steps, in tests 30 (Table I).
    Short,
    /// 75 to 105 steps, in tests 90 (Sec. III A).
    Long,
}

/// The network and how it learns; the default is the paper's, with the gaps filled as the
/// documentation of each field says.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Units `N`, at least 1 (Table I: 256).
    pub units: usize,
    /// Euler step `a` in units of the membrane time constant, in (0, 1] (Table I: 0.25).
    pub alpha: f64,
    /// Recurrent connections.
    pub connections: Connections,
    /// What is compared.
    pub compared: Compared,
    /// How long the delay is.
    pub delay: Delay,
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
    /// Trials that run together in one thread, at least 1.
    pub chunk: usize,
    /// Updates, at least 1. The paper's 3000 iterations are epochs of four updates: 12 000.
    pub updates: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: 256,
            alpha: 0.25,
            connections: Connections::Dense,
            compared: Compared::Frequency,
            delay: Delay::Short,
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
    /// [`Error::OutOfRange`] for the first that is out of range; [`Error::TooLarge`] when the weights do
    /// not fit into memory.
    pub fn validate(&self) -> Result<(), Error> {
        let count = |what, n: usize| Error::check_range(what, "at least 1", n as f64, n > 0);
        count("units", self.units)?;
        count("batch", self.batch)?;
        Error::check_size::<f64>("recurrent weights", &[self.units, self.units])?;
        let alpha = self.alpha;
        Error::check_range("alpha", "in (0, 1]", alpha, alpha > 0.0 && alpha <= 1.0)?;
        let within = |what: &str, n: usize, least: usize, most: usize| {
            let expected = format!("{least} to {most}");
            Error::check_range(what, &expected, n as f64, (least..=most).contains(&n))
        };
        match self.connections {
            Connections::Dense => {}
            Connections::ExcitatoryInhibitory { excitatory } => {
                within("excitatory units", excitatory, 0, self.units)?;
            }
            Connections::Sparse { active } => {
                within(
                    "active connections",
                    active,
                    1,
                    self.units.saturating_mul(self.units),
                )?;
            }
        }
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
        Error::check_range("chunk", "at least 1", chunk as f64, chunk > 0)?;
        Error::check_range(
            "updates",
            "at least 1",
            self.updates as f64,
            self.updates > 0,
        )
    }

    /// Paper's setting for networks trained with noise: `sigma = 0.04` (Sec. III C) and the activity
    /// penalty that goes with it.
    #[must_use]
    pub fn with_noise() -> Self {
        Self {
            noise_sigma: 0.04,
            activity_penalty: 0.05,
            ..Self::default()
        }
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
}
