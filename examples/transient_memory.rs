//! Short-term memory by transient oscillation (Ichikawa & Kaneko 2021).
//!
//! ```text
//! cargo run --release --example transient_memory -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::transient_memory::EXPERIMENT;

fn main() -> ExitCode {
    neuro_papers::run_sweep(EXPERIMENT)
}
