#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod derivative_feedback;
mod error;
mod flow;
pub mod noisy_ei;
pub mod sequential_memory;
pub mod spiking_rls;
pub mod tasks;
mod training;
pub mod transient_memory;
mod trials;

pub use error::Error;
pub use flow::Flow;
pub use training::{Trainable, TrainingRun};
