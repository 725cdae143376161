//! All five papers: their figures and claims, and one report, `out/reproduce/report.html`.
//!
//! ```text
//! cargo run --release --example reproduce -- --help
//! ```

use std::process::ExitCode;

fn main() -> ExitCode {
    neuro_papers::reproduce(std::env::args_os().skip(1))
}
