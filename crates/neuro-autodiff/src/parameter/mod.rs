//! Named parameters: what an optimiser changes, and what a network sees of it.
//!
//! An optimiser works on *raw* values; a network uses *effective* ones. A [`Transform`] maps one to
//! the other: a mask keeps connections absent, a Dale transform gives each unit's outgoing weights
//! one sign, a bounded transform keeps time constants in their range. Analyses only ever see
//! effective values.

mod layout;
mod set;
mod transform;

pub(crate) use layout::Layout;
pub use set::{ParameterId, Parameters};
pub use transform::{Bounded, DaleProjected, DaleRectified, Identity, Mask, Transform};
