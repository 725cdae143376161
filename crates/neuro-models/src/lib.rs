#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod derivative_feedback;
mod error;
pub mod tasks;
pub mod transient_memory;

pub use error::Error;
