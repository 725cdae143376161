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
//!
//! All are [`Task`](neuro_core::Task)s, so that what trains or tests a network takes any of them:
//!
//! ```
//! use neuro_core::{Batch, Streams, Task};
//! use neuro_models::tasks::{ContextTask, ForcedChoiceTask, MatchingTask};
//!
//! let tasks: [&dyn Task; 3] =
//!     [&MatchingTask::default(), &ForcedChoiceTask::default(), &ContextTask::default()];
//! for task in tasks {
//!     let batch = Batch::of(task, Streams::new(1), 0, 400)?;
//!     // Both classes are equally frequent, to within five standard deviations.
//!     let share = batch.labels.iter().sum::<usize>() as f64 / 400.0;
//!     assert!((share - 0.5).abs() < 5.0 * 0.5 / 20.0);
//! }
//! # Ok::<(), neuro_core::Error>(())
//! ```

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
