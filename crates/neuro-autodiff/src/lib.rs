#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
pub mod gradcheck;
pub mod loss;
pub mod optimizer;
mod parameter;

pub use error::Error;
pub use parameter::{
    Bounded, DaleProjected, DaleRectified, Identity, Mask, ParameterId, Parameters, Transform,
};
