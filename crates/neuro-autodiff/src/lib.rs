#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod cell;
mod error;
pub mod loss;
pub mod optimizer;
mod parameter;

pub use cell::{
    Cell, CellShape, LeakyCell, LeakyConfig, LeakyWork, LinearReadout, Pass, ReadoutSource, StepInput,
    UnitNoise,
};
pub use error::Error;
pub use parameter::{Identity, ParameterId, Parameters, Transform};
