//! Random processes: standard normal numbers, white noise, Ornstein–Uhlenbeck noise.

mod normal;

pub use normal::StandardNormals;

/// Placeholder until merged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoiseScaling {
    /// a
    SqrtAlpha,
    /// b
    SqrtTwoAlpha,
    /// c
    PerStep,
}
impl NoiseScaling {
    /// a
    pub fn amplitude(self, sigma: f64, alpha: f64) -> f64 {
        match self {
            Self::SqrtAlpha => sigma * alpha.sqrt(),
            Self::SqrtTwoAlpha => sigma * (2.0 * alpha).sqrt(),
            Self::PerStep => sigma,
        }
    }
}
