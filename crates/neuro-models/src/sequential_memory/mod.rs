//! Memories that follow each other: Karuvally, Sejnowski & Siegelmann, General sequential episodic memory model.
//!
//! A layer of features and a layer of hidden units, one for each memory, form an associative memory with an energy.
//! Delayed copies of the features act on the hidden units through directed synapses, and tilt the energy slowly: each
//! memory is stable until the next one draws the network away.
//!
//! ```equation
//! T_f dV_f/dt = sqrt(alpha_s) Xi s_h - V_f + I                               (Eq. 1)
//! T_h dV_h/dt = sqrt(alpha_s) Xi^T s_f + alpha_c W Xi^T V_d - V_h
//! T_d dV_d/dt = beta_d s_f - V_d
//! s_f = sigma_f(V_f) = grad L_f,    s_h = sigma_h(V_h) = grad L_h
//! ```
//!
//! `V_f`, `V_h` states of the `N_f` features and `N_h` hidden units, `V_d` delayed features; `Xi` (features x hidden
//! units) memories; `W` (hidden x hidden units, row: to, column: from) transitions, **the transpose of the paper's**
//! `Phi`; `L_f`, `L_h` [Lagrangians](Lagrangian); `I` an input; `alpha_s`, `alpha_c` strengths, `beta_d` a gain, `T` time
//! constants. Time is in units of `T_f`.
//!
//! | model | features | hidden units | capacity |
//! |---|---|---|---|
//! | LISEM ([`Config::lisem`]) | `tanh` | linear | linear in `N_f` |
//! | DSEM ([`Config::dsem`]) | linear | softmax | exponential in `N_f` |
//! | any other pair | | | |
//!
//! [`Network::store`] and [`Network::recall`] are all that a sequence memory needs; [`Learning`] acquires episodes online.
//! How large a network must be for its episode is asked by a [`CycleTest`] and a [`SizeSearch`].
//! The dynamics are [systems](Flow) for any integrator, the [energy](Network::energy) and its parts are there, and the
//! [fixed points](Network::fixed_point) of the tilted surface. Many of the paper's printed equations have misprints; these
//! here are those that follow from its energy, checked by differentiation.
//!
//! ```
//! use neuro_core::Streams;
//! use neuro_models::sequential_memory::{
//!     Config, Corruption, Episodes, Network, random_memories,
//! };
//!
//! // Two episodes, one of which begins in the other: 0 -> 1 -> 2 -> 3 and 4 -> 2.
//! let episodes = Episodes::new(5).with_chain(&[0, 1, 2, 3])?.with_chain(&[4, 2])?;
//! let network = Network::store(&Config::dsem(), random_memories(80, 5, Streams::new(3)), &episodes)?;
//! let cue = network.cue(4, Corruption::Flipped(8), Streams::new(4), 0)?;
//! let replay = network.recall(&cue, 60.0)?;
//! assert_eq!(replay.sequence(), [4, 2, 3]); // and there it stays
//! # Ok::<(), neuro_models::Error>(())
//! ```

mod capacity;
mod config;
mod cue;
mod energy;
mod episodes;
mod files;
mod fixed_point;
mod flow;
mod lagrangian;
mod lanes;
mod learn;
mod network;
mod overlap;
mod panels;
mod recall;
mod reduced;
mod replay;
mod softmax;
mod steppers;
mod transitions;

pub use capacity::{CycleReplay, CycleTest, SizeSearch, SmallestSize};
pub use config::{Config, LearningConfig, Presentation};
pub use cue::{Corruption, random_memories};
pub use energy::{EnergyRate, EnergyTerms, LinearEnergyParts};
pub use episodes::Episodes;
pub use fixed_point::{FixedPoint, Sweeps};
pub use flow::{Drive, Flow, FlowWork};
pub use lagrangian::{Activation, Lagrangian, LogCosh, LogSumExp, Quadratic, Softplus};
pub use lanes::{LaneFlow, LaneWork};
pub use learn::Learning;
pub use network::Network;
pub use overlap::OverlapFlow;
pub use recall::{Cueing, Recall};
pub use reduced::{ProjectedFlow, ReducedFlow};
pub use replay::{Dwell, Replay, Visit};
pub use steppers::{Clipped, SplitRungeKutta4};
