//! Tasks that networks are trained on.

mod comparison;

pub use comparison::{FrequencyTask, FrequencyTrial, SecondSignal, Timing};
