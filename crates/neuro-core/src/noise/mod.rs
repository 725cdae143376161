//! Random processes: standard normal numbers, white noise, Ornstein–Uhlenbeck noise.

mod normal;

pub use normal::StandardNormals;
