//! Short-term memory by transient oscillation: Ichikawa & Kaneko, Phys. Rev. Research 3, 033193
//! (2021).
//!
//! A rate network of `N = 256` units compares two signals across a delay; trained by
//! back-propagation through time, it keeps the first signal in a transient oscillation.
//!
//! ```equation
//! r_k     = tanh(x_k)
//! x_{k+1} = (1 - a) x_k + a (J r_k + W_in u_k) + sqrt(a) sigma xi_k       (Eqs. 1, 3)
//! z_k     = W_out x_k,   p_k = softmax(z_k)                               (Eq. 2)
//! ```
//!
//! `x` state (units), `u` input, `J[i, j]` weight from unit `j` to unit `i`, `a = 0.25` the Euler
//! step in units of the membrane time constant, `xi` standard normal. The readout is of `x`, not of
//! `r`, at the end of the trial; class 0 says that the first signal was the larger one. All times
//! are counts of Euler steps.
//!
//! [`Config`] covers all networks of the paper: frequencies, velocities or noise compared
//! ([`Compared`]), short and long delays ([`Delay`]), training with noise, and dense,
//! excitatory–inhibitory or sparse connections ([`Connections`]).
//!
//! ```
//! use neuro_core::{Purpose, Streams, parallel::Workers};
//! use neuro_models::transient_memory::{Config, Network, TrainingRun};
//!
//! // A small network begins to learn which of two frequencies was the higher one.
//! let config = Config { units: 32, updates: 30, ..Config::default() };
//! let streams = Streams::new(1);
//! let network = Network::<f32>::new(&config, streams)?;
//! let task = Box::new(config.training_task());
//! let mut run = TrainingRun::new(&network, task, streams, Workers::sequential(), 10, None)?;
//! run.run_to_end()?;
//! let losses: Vec<f64> = run.trainer().history().iter().map(|record| record.loss).collect();
//! assert!(losses[2] < losses[0], "{losses:?}");
//!
//! // Trials that training has never seen.
//! let answers = run.network()?.test(&config.test_task(), streams.split(Purpose::Test), 100)?;
//! assert_eq!(answers.correct().len(), 100);
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod config;
mod learn;
mod network;
mod task;

pub use config::{Compared, Config, Connections, Delay};
pub use learn::{Evaluation, TrainingRun};
pub use network::Network;

pub use crate::Flow;
