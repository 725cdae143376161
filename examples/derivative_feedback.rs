//! Working memory kept in balance by differential and homeostatic plasticity (Gu & Lim 2021).
//!
//! ```text
//! cargo run --release --example derivative_feedback -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::derivative_feedback::{PAPER, experiment};

fn main() -> ExitCode {
    neuro_papers::run(&PAPER, experiment)
}
