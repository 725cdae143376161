//! Working memory in a noisy network of excitatory and inhibitory units: Rungratsameetaweemana, Kim,
//! Chotibut & Sejnowski, PNAS 2025 (doi 10.1073/pnas.2316745122).
//!
//! A rate network of `N = 200` units with one synaptic time constant each, trained by
//! back-propagation through time, keeps a stimulus across a delay. Noise during training slows the
//! inhibitory units.
//!
//! ```equation
//! r_k     = 1 / (1 + exp(-x_k))
//! x_{k+1} = (1 - a) x_k + a (W r_k + W_in u_k + W_noise psi_k) + sigma xi_k       (Eq. 9)
//! o_k     = W_out r_{k+1} + b
//! W[i, j] = max(V[i, j], 0) s_j,   a_i = dt / tau_i,   tau_i = 20 + 105 / (1 + exp(-v_i)) ms
//! L       = sqrt(sum_k (o_k - z_k)^2)                   of one trial, over all its steps
//! ```
//!
//! `x` synaptic currents, `r` rates, `u` input, `z` target, `dt = 5` ms; `W[i, j]` weight from unit
//! `j` to unit `i`, of the sign `s_j` of its sender; `psi` standard normal numbers of `C` noise
//! channels, `xi` standard normal numbers of the units with `sigma = 0.1`. Trained are `V`, `W_noise`,
//! `v`, `W_out` and `b`.
//!
//! Two things are easily read past. The noise of the units is *not* multiplied by `a`, while that of
//! the channels is: slow units gather more of the first and less of the second, which is the
//! paper's mechanism. And the slope of `max(V, 0)` at 0 is 0: a connection that has reached 0 is
//! gone for good, so that training can only remove connections.
//!
//! [`Config`] covers all networks of the paper, and its methods make the tasks;
//! [`LearningCriterion`] decides when a network has learned; the `with_` methods of [`Network`] change
//! a trained one for tests: its time constants, its noise channels, its inputs.
//!
//! ```
//! use neuro_core::{Batch, Streams};
//! use neuro_models::noisy_ei::{Config, Network};
//!
//! let config = Config { units: 50, ..Config::default() };
//! let streams = Streams::new(1);
//! let network = Network::<f64>::new(&config, streams)?;
//! let task = config.matching_task(250.0);
//! let batch = Batch::of(&task, streams, 0, 20)?;
//! let run = network.run(&batch, streams, 0)?;
//! assert_eq!(run.outputs.trials(), 20);
//!
//! // Dale's principle: what an inhibitory unit sends inhibits.
//! let weights = network.weights("recurrent")?;
//! assert!(network.inhibitory().iter().all(|&j| weights.column(j).max() <= 0.0));
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod changed;
mod config;
mod evaluation;
mod learn;
mod network;
mod task;
mod weights;

pub use config::{CellTypes, Config, TimeConstants};
pub use evaluation::Evaluation;
pub use learn::{LearningCriterion, TrainingRun};
pub use network::Network;
pub use weights::{UnitTimeConstants, Weights};

pub use crate::Flow;
