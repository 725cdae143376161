//! Random processes: standard normal numbers, white noise, Ornstein–Uhlenbeck noise.
//!
//! A process is handed its stream of numbers ([`StandardNormals`], made by
//! [`Streams::normals`](crate::Streams::normals)) and its step, and fills the caller's slices. White
//! noise has no single meaning in discrete time: [`NoiseScaling`] names the conventions of the field.
//! Ornstein–Uhlenbeck noise has one: [`OrnsteinUhlenbeck`] is exact at any step.
//!
//! ```
//! use neuro_core::noise::OrnsteinUhlenbeck;
//! use neuro_core::{Domain, Streams};
//!
//! // 4000 units, mean 1, standard deviation 0.5, time constant 20 ms, step 5 ms.
//! let normals = Streams::new(3).normals(Domain::UnitNoise, 0);
//! let mut noise = OrnsteinUhlenbeck::<f64>::new(4000, 1.0, 0.5, 20.0, 5.0, normals)?;
//! for _ in 0..10 {
//!     noise.advance();
//! }
//! let variance = noise.values().iter().map(|x| (x - 1.0) * (x - 1.0)).sum::<f64>() / 4000.0;
//! assert!((variance - 0.25).abs() < 0.03); // five standard errors
//! # Ok::<(), neuro_core::Error>(())
//! ```

mod normal;
mod ornstein_uhlenbeck;
mod white;

pub use normal::StandardNormals;
pub use ornstein_uhlenbeck::OrnsteinUhlenbeck;
pub use white::{NoiseScaling, WhiteNoise};
