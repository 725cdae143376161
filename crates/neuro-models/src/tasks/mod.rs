//! Tasks that networks are trained on.
//!
//! | task | question | paper |
//! |---|---|---|
//! | [`ComparisonTask`] | in which of two signals was a quantity larger? | Ichikawa & Kaneko 2021 |
//! | [`MatchingTask`] | are two stimuli across a delay equal? | Rungratsameetaweemana et al. |
//! | [`ForcedChoiceTask`] | was there a stimulus? | the same |
//! | [`ContextTask`] | what is the sign of the attended input? | the same |
//!
//! The last three are answered by the level of one output ([`ResponseTask`]), and a [`CorrectTrial`]
//! rule says which answers are correct.

mod comparison;
mod context;
mod forced_choice;
mod matching;
mod noisy_inputs;
mod periods;
mod response;
mod timing;

pub use comparison::{ComparisonTask, ComparisonTrial, Signal};
pub use context::{ContextTask, ContextTrial};
pub use forced_choice::ForcedChoiceTask;
pub use matching::{MatchingTask, MatchingTrial};
pub use noisy_inputs::NoisyInputs;
pub use response::{Answer, CorrectTrial, PeakRule, ResponseTask, WindowMeanRule};
pub use timing::{SecondSignal, Timing};
