//! Tasks that networks are trained on.

mod comparison;
mod timing;

pub use comparison::{ComparisonTask, ComparisonTrial, Signal};
pub use timing::{SecondSignal, Timing};
