//! Working memory kept in balance by differential and homeostatic plasticity (Gu & Lim 2021).
//!
//! ```text
//! cargo run --release --example derivative_feedback -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::derivative_feedback::EXPERIMENT;

fn main() -> ExitCode {
    neuro_papers::run_sweep(EXPERIMENT)
}
