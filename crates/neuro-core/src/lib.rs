#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod archive;
pub mod connectivity;
mod error;
pub mod integrate;
pub mod linalg;
pub mod noise;
pub mod parallel;
mod scalar;
mod simd;
pub mod spiking;
mod streams;
mod system;
mod task;
mod trace_correlation;
mod trajectory;
pub mod transfer;

pub use error::Error;
pub use nalgebra;
pub use num_complex::Complex;
pub use rand;
pub use rand_chacha;
pub use scalar::Scalar;
pub use simd::{Kernel, flushed, fused, run_kernel, vectorize};
pub use streams::{Domain, Purpose, Streams};
pub use system::{Diffusion, FromFn, Linearize, System, system_from_fn};
pub use task::{Batch, Task, TaskShape, TrialMut};
pub use trace_correlation::TraceCorrelation;
pub use trajectory::Trajectory;
