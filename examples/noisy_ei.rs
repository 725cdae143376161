//! Noise, slow inhibition and working memory (Rungratsameetaweemana, Kim, Chotibut & Sejnowski 2025).
//!
//! ```text
//! cargo run --release --example noisy_ei -- --help
//! ```

use std::process::ExitCode;

use neuro_papers::noisy_ei::EXPERIMENT;

fn main() -> ExitCode {
    neuro_papers::run_sweep(EXPERIMENT)
}
