#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this crate is the outer end of the project: it talks to the person at the terminal"
)]

pub mod claims;
mod clock;
pub mod derivative_feedback;
mod error;
mod file;
pub mod interrupt;
mod lock;
pub mod noisy_ei;
pub mod options;
pub mod output;
pub mod plot;
mod program;
pub mod progress;
mod report;
mod reproduce;
pub mod sequential_memory;
mod session;
pub mod spiking_rls;
mod study;
mod suggest;
pub mod sweep;
pub mod table;
pub mod transient_memory;

pub use claims::{Claim, Claims, Rule, Share, Verdict};
pub use error::Error;
pub use interrupt::Interrupt;
pub use options::{Options, Paper, Parsed, Scale, ScaleGuide};
pub use output::Output;
pub use plot::{Figure, Panel};
pub use program::{run, run_several, run_sweep};
pub use progress::{Job, Progress};
pub use reproduce::{PAPERS, reproduce};
pub use session::Session;
pub use table::{Cell, Table};

/// The Rust of the repository's README and of its guide is compiled and run with the doc tests.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/guide/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../../docs/guide/integrators.md")]
    struct Integrators;
    #[doc = include_str!("../../../docs/guide/extending.md")]
    struct Extending;
    #[doc = include_str!("../../../docs/guide/reproducibility.md")]
    struct Reproducibility;
    #[doc = include_str!("../../../docs/guide/from-other-tools.md")]
    struct FromOtherTools;
}
