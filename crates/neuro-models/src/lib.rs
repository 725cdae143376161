#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod error;
pub mod tasks;
pub mod transient_memory;

pub use error::Error;
