#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod bcm;
mod combined;
mod differential;
mod energy;
mod error;
mod gate;
mod hebbian;
mod homeostatic;
mod mask;
mod oja;
mod rls;
mod rule;
mod sign;

pub use bcm::Bcm;
pub use combined::Combined;
pub use differential::Differential;
pub use energy::{EnergyRule, EnergySignals, EnergyUpdate};
pub use error::Error;
pub use gate::{AfterStimulus, Always, Fixed, Gate, Gated, Within};
pub use hebbian::Hebbian;
pub use homeostatic::Homeostatic;
pub use mask::Masked;
pub use oja::Oja;
pub use rls::{AllToAllRls, Dale, Lesson, Objective, PerUnitRls, RlsConfig, SharedRls};
pub use rule::{Activity, Increment, PlasticityRule, Rates, Synapses};
pub use sign::{Clip, Rectified};
