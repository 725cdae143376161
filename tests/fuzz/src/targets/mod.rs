//! Everything that reads, each with a few inputs that it must take.

mod networks;
mod papers;
mod tensors;

use std::path::Path;

use crate::mutation::Form;

/// A loader.
#[derive(Debug)]
pub struct Target {
    /// What it is called on the command line and in the corpus.
    pub name: &'static str,
    /// What its inputs look like.
    pub form: Form,
    /// Valid inputs, written by the library.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads a file and uses what it holds; or says why not.
    pub load: fn(&Path) -> Result<(), String>,
}

/// All of them.
pub static TARGETS: [Target; 14] = [
    tensors::ARCHIVE,
    tensors::CHECKPOINT,
    tensors::LEARNING,
    networks::TRANSIENT_MEMORY,
    networks::NOISY_EI,
    networks::DERIVATIVE_FEEDBACK,
    networks::SEQUENTIAL_MEMORY,
    networks::SPIKING_RLS,
    papers::SPIKES,
    papers::TABLE,
    papers::CLAIMS,
    papers::RECORD,
    papers::JOBS,
    papers::OPTIONS,
];

/// What `save` writes to a file.
fn written(save: impl FnOnce(&Path)) -> Vec<u8> {
    let folder = crate::scratch().expect("a temporary folder");
    let path = folder.path().join("file");
    save(&path);
    std::fs::read(path).expect("it was just written")
}

/// What an error says.
fn said(error: impl std::error::Error) -> String {
    let text = error.to_string();
    assert!(text.len() > 8, "an error without a message: {error:?}");
    text
}
