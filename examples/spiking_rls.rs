//! Spiking networks that learn recurrent dynamics by recursive least squares (Kim & Chow 2018).
//!
//! ```text
//! cargo run --release --example spiking_rls -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::spiking_rls::EXPERIMENT;

fn main() -> ExitCode {
    neuro_papers::run_sweep(EXPERIMENT)
}
