//! Damaged files and arguments for everything in the workspace that reads.
//!
//! A [`Target`] is a loader with a few valid inputs that the library itself has written. [`Fuzzer`]
//! damages them in ways that fit their form ([`Form`]), loads the result, and keeps an input that was
//! refused for a reason not seen before to damage it further. Whatever the loader is given, it has to
//! return a value or an error: a panic is a failure, and so is more memory or time than
//! [`bounds`](fuzzer::LONGEST) allow. Inputs that failed lie in `corpus/TARGET`, and `cargo test`
//! loads them again, with a few hundred fresh ones of each target.
//!
//! `cargo run --release -p neuro-fuzz -- TARGET --seconds 600` runs one target for ten minutes.

pub mod fuzzer;
pub mod memory;
mod mutation;
mod targets;

pub use fuzzer::{Fuzzer, Outcome};
pub use mutation::Form;
pub use targets::{TARGETS, Target};

/// A new temporary folder, in memory where there is one: whole files are written with a wait for the
/// disk.
///
/// # Errors
/// When it cannot be made.
pub fn scratch() -> std::io::Result<tempfile::TempDir> {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    }
}
