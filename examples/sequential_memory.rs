//! Sequences of memories in networks with an energy (Karuvally, Sejnowski & Siegelmann 2022).
//!
//! ```text
//! cargo run --release --example sequential_memory -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::sequential_memory::EXPERIMENT;

fn main() -> ExitCode {
    neuro_papers::run_sweep(EXPERIMENT)
}
