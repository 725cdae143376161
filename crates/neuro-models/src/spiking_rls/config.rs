//! Every constant of the networks and of learning, once.

use neuro_core::Error;
use neuro_core::spiking::{Decay, LeakyIntegrateAndFire, SpikingUnits, SynapticFilter};
use neuro_plasticity::{Dale, RlsConfig};

use super::RATE_UNIT;

/// What the units of a network are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Model {
    /// Theta neurons with a time constant of 10 ms.
    Theta {
        /// Step, positive (ms): 1, as in the authors' program; the paper does not say.
        dt: f64,
    },
    /// Leaky integrate-and-fire units (Fig. 3, supplement 2); drive in mV per ms.
    LeakyIntegrateAndFire(LeakyIntegrateAndFire),
    /// Izhikevich's units, equal shares of five types (Fig. 3, supplement 2); drive in mV per ms.
    Izhikevich {
        /// Step, positive (ms): 0.1.
        dt: f64,
    },
    /// Rate units `tau dx/dt = -x + W tanh(x) + I` with Euler steps (Fig. 1, supplement 1).
    Rate {
        /// `tau`, positive (ms): 10.
        time_constant: f64,
        /// Step, positive, at most `tau` (ms): 1.
        dt: f64,
    },
}

impl Model {
    /// The step (ms).
    #[must_use]
    pub fn dt(&self) -> f64 {
        match self {
            Self::Theta { dt } | Self::Izhikevich { dt } | Self::Rate { dt, .. } => *dt,
            Self::LeakyIntegrateAndFire(units) => units.dt,
        }
    }
}

/// A random network; the default is that of Figs. 6 and 7 at the size of Fig. 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// `N`, at least 1: 200 (Figs. 1, 2), 500 (Figs. 3, 6, 7).
    pub units: usize,
    /// `p`, above 0, at most 1: 0.3. Connections to itself are as likely as others.
    pub connection_probability: f64,
    /// `sigma`, finite, at least 0: weights have standard deviation `sigma / sqrt(N p)` before learning. 4 in
    /// Figs. 1 and 2, 1 in Figs. 3 and 5, 0 in Figs. 6 and 7 (connections exist, with weight 0).
    pub gain: f64,
    /// Whether each unit's weights are shifted so that they sum to 0 (Figs. 1 and 2): false.
    pub zero_sums: bool,
    /// The units.
    pub model: Model,
    /// `tau_s`, positive (ms): 20; 30 with the other models, 50 in Fig. 5, scanned in Fig. 6.
    pub synaptic_time_constant: f64,
    /// How synapses decay in a step. The authors' program uses the Runge–Kutta factor, which fails at
    /// the 1 ms of Fig. 6.
    pub decay: Decay,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: 200,
            connection_probability: 0.3,
            gain: 0.0,
            zero_sums: false,
            model: Model::Theta { dt: 1.0 },
            synaptic_time_constant: 20.0,
            decay: Decay::Exact,
        }
    }
}

impl Config {
    /// The network of Figs. 1 and 2: 200 units, `sigma` 4, weights of each unit summing to 0.
    #[must_use]
    pub fn strong() -> Self {
        Self {
            gain: 4.0,
            zero_sums: true,
            ..Self::default()
        }
    }

    /// Checks all numbers.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let Self {
            units,
            connection_probability: p,
            gain,
            ..
        } = *self;
        Error::check_range("units", "at least 1", units as f64, units > 0)?;
        Error::check_range(
            "connection probability",
            "above 0, at most 1",
            p,
            p > 0.0 && p <= 1.0,
        )?;
        let valid = gain.is_finite() && gain >= 0.0;
        Error::check_range("gain sigma", "a finite number >= 0", gain, valid)?;
        let dt = self.model.dt();
        check_time("step", dt)?;
        match self.model {
            Model::Rate { time_constant, .. } => {
                check_time("time constant", time_constant)?;
                Error::check_range("step", "at most the time constant", dt, dt <= time_constant)
            }
            Model::LeakyIntegrateAndFire(membranes) => membranes.validate(units),
            Model::Theta { .. } | Model::Izhikevich { .. } => Ok(()),
        }?;
        SynapticFilter::new(self.synaptic_time_constant, dt, RATE_UNIT, self.decay).map(drop)
    }
}

/// What of each unit follows its target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectiveKind {
    /// The drive `u` (Eqs. 9-12); of a network of rate units, `x`, see [`LearningConfig::lag`].
    #[default]
    Drive,
    /// The rate, by the smooth gain of theta neurons; targets count per 10 ms (Eqs. 15-19).
    Rate {
        /// Whether units below threshold are left as they are, `P` too. The paper trains "supra-threshold"
        /// units; that `P` rests as well is our reading.
        gated: bool,
    },
}

/// How a network learns.
#[derive(Clone, Debug, PartialEq)]
pub struct LearningConfig {
    /// What follows the target.
    pub objective: ObjectiveKind,
    /// `lambda` 1 (10 in Figs. 2 and 4), nothing forgotten.
    pub rls: RlsConfig,
    /// What becomes of weights that would change sign: nothing special; [`Dale::Delete`] in Fig. 4.
    pub dale: Dale,
    /// Time between updates, a multiple of the step (ms): 2; 10 in Fig. 4 and in the authors' program.
    pub update_interval: f64,
    /// Shortest and longest free run before each stimulus (ms), uniform: 100 to 300. The paper stimulates
    /// "at random times", the authors' program after 1000 ms.
    pub free_run: [f64; 2],
    /// Length of the stimulus (ms): 100, as in the authors' program and Fig. 1; 50 in one place of the Methods.
    pub stimulus_duration: f64,
    /// Units that count for the correlation of a loop: the first so many; `None` for all. The rest are
    /// auxiliary (Fig. 5).
    pub scored: Option<usize>,
    /// Networks of rate units only: whether the drive learns `f + tau df/dt`, with which `x` follows `f`
    /// without lag: true. Without, the drive learns `f` itself, and `x` lags. The paper does not say.
    pub lag: bool,
}

impl Default for LearningConfig {
    fn default() -> Self {
        Self {
            objective: ObjectiveKind::Drive,
            rls: RlsConfig::default(),
            dale: Dale::Free,
            update_interval: 2.0,
            free_run: [100.0, 300.0],
            stimulus_duration: 100.0,
            scored: None,
            lag: true,
        }
    }
}

impl LearningConfig {
    /// Checks all numbers but those that depend on the network.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), crate::Error> {
        self.rls.validate()?;
        check_time("time between updates", self.update_interval)?;
        let [shortest, longest] = self.free_run;
        let ordered = shortest >= 0.0 && longest >= shortest && longest.is_finite();
        Error::check_range(
            "longest free run",
            "at least the shortest, >= 0",
            longest,
            ordered,
        )?;
        check_duration("stimulus", self.stimulus_duration)?;
        Ok(())
    }
}

/// How a trained network is tested.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecallConfig {
    /// Time from the random state to the stimulus, at least 0 (ms): 500.
    pub free_run: f64,
    /// Length of the stimulus (ms), that of learning: 100.
    pub stimulus_duration: f64,
    /// Time that is recorded after it (ms), 0 for that of the targets: 0.
    pub duration: f64,
}

impl Default for RecallConfig {
    fn default() -> Self {
        Self {
            free_run: 500.0,
            stimulus_duration: 100.0,
            duration: 0.0,
        }
    }
}

pub(super) fn check_time(what: &str, time: f64) -> Result<(), Error> {
    let positive = time.is_finite() && time > 0.0;
    Error::check_range(what, "a finite time > 0", time, positive)
}

pub(super) fn check_duration(what: &str, time: f64) -> Result<(), Error> {
    let valid = time.is_finite() && time >= 0.0;
    Error::check_range(what, "a finite time >= 0", time, valid)
}

/// More than a simulation could ever make: a time in another unit, or a step that vanishes.
const MOST_STEPS: f64 = 1e12;

/// Number of steps of a duration, to the nearest.
pub(super) fn steps_of(what: &str, duration: f64, dt: f64) -> Result<usize, Error> {
    check_duration(what, duration)?;
    check_time("step", dt)?;
    let steps = (duration / dt).round();
    let what = format!("{what}, in steps");
    Error::check_range(&what, "at most 1e12", steps, steps <= MOST_STEPS)?;
    Ok(steps as usize)
}

/// Number of steps of a time that must be a multiple of the step, at least one.
pub(super) fn whole_steps(what: &str, time: f64, dt: f64) -> Result<usize, Error> {
    whole_parts(what, time, "step", dt)
}

/// Number of parts of a time that must be a multiple of the part, at least one.
pub(super) fn whole_parts(what: &str, time: f64, part: &str, length: f64) -> Result<usize, Error> {
    let parts = steps_of(what, time, length)?;
    let whole = parts > 0 && (parts as f64 * length - time).abs() <= 1e-9 * time;
    let expected = format!("a multiple of the {part} of {length} ms");
    Error::check_range(what, &expected, time, whole)?;
    Ok(parts)
}
