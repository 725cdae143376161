#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod bptt;
mod cell;
mod error;
pub mod gradcheck;
pub mod loss;
mod noise;
pub mod optimizer;
mod parameter;
mod rollout;
mod simulate;
pub mod tape;
pub mod train;

pub use bptt::{Bptt, BpttConfig};
pub use cell::{
    Cell, CellShape, Features, LeakyCell, LeakyConfig, LeakyWork, LinearReadout, Pass,
    ReadoutSource, StepInput, UnitNoise,
};
pub use error::Error;
pub use noise::{Disturbance, DrawnNoise, Noise, draw_initial_states};
pub use parameter::{
    Bounded, DaleProjected, DaleRectified, Identity, Mask, ParameterId, Parameters, Transform,
};
pub use rollout::{Memory, Rollout};
pub use simulate::{Simulation, simulate, simulate_outputs};
pub use train::Objective;
