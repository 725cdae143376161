//! Recurrent networks of spiking units that learn given dynamics by recursive least squares: Kim & Chow,
//! Learning recurrent dynamics in spiking networks (2018).
//!
//! Times are in ms; rates `r` count per 10 ms (0.1 is 10 Hz), and so does the regularization `lambda`.
//! Theta neurons (other models: [`neuro_core::spiking`]):
//!
//! ```equation
//! tau dtheta_i/dt = 1 - cos theta_i + (I_i + u_i) (1 + cos theta_i)         (Eqs. 4, 5)
//! tau_s dr_i/dt = -r_i + spikes of i per 10 ms,    u_i = sum_j W_ij r_j      (Eqs. 6-8)
//! ```
//!
//! `theta` phase, `u` synaptic drive, `I` external input (both without unit, threshold 0), `tau` 10 ms,
//! `tau_s` synaptic time constant, `W[i, j]` weight from unit `j` to unit `i`, present with probability `p`. A
//! network of rate units, `tau dx/dt = -x + W tanh(x) + I`, has the same form ([`Population`]).
//!
//! A step advances the units with the drive of the step before, then `r`, then `u`, and then learns;
//! `u` is not computed anew after learning. A loop of learning is a free run of random length, a brief
//! stimulus, and the time of the target, in which every unit's drive (or rate) is its own target
//! ([`Learning`]; the rule is in [`neuro_plasticity::PerUnitRls`]). A test starts from a random state
//! ([`Network::recall`]).
//!
//! What the paper leaves open or states in two ways is listed with the fields of [`Config`],
//! [`LearningConfig`] and [`BalancedConfig`]. The recordings of Fig. 5 are not part of this library:
//! [`targets::RecordedSpikes`] reads them from a table, or makes synthetic ones and says so.
//!
//! ```
//! use neuro_core::Streams;
//! use neuro_models::spiking_rls::targets::Sines;
//! use neuro_models::spiking_rls::{
//!     Config, Learning, LearningConfig, Network, Pattern, RecallConfig, Recording, stimulus,
//! };
//!
//! // Every one of 100 units learns a sine wave of its own.
//! let streams = Streams::new(1);
//! let network = Network::new(&Config { units: 100, ..Config::default() }, streams)?;
//! let targets = Sines::default().generate(100, 400, 1.0, streams, 0)?;
//! let pattern = Pattern::new(stimulus(100, 2.0, streams, 0)?, targets);
//! let config = LearningConfig::default();
//! let mut learning = Learning::<f64>::new(network, vec![pattern.clone()], &config, streams)?;
//! for _ in 0..8 {
//!     learning.run_loop()?;
//! }
//!
//! // After learning, the brief stimulus alone brings the pattern back.
//! let recall = learning.network().recall(&pattern, &RecallConfig::default(), streams, 0)?;
//! assert!(Recording::correlation(&recall.drive, &pattern.targets)? > 0.7);
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod balanced;
mod config;
mod files;
mod learn;
mod lesion;
mod network;
mod recall;
pub mod targets;

pub use balanced::BalancedConfig;
pub use config::{Config, LearningConfig, Model, ObjectiveKind, RecallConfig};
pub use learn::{Learning, LoopOutcome, Moment};
pub use lesion::Deletion;
pub use network::{Network, Population, State};
pub use recall::{Pattern, Recording, stimulus};

/// Time per which rates count (ms).
pub const RATE_UNIT: f64 = 10.0;
