//! Gives the program a fingerprint of its sources: results of the same sources may be added to each
//! other, wherever they were made; those of changed sources may not.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    let crates = Path::new("..");
    let mut files = vec![crates.join("../Cargo.lock")];
    for entry in fs::read_dir(crates)? {
        let sources = entry?.path().join("src");
        if sources.is_dir() {
            println!("cargo::rerun-if-changed={}", sources.display());
            find(&sources, &mut files)?;
        }
    }
    println!("cargo::rerun-if-changed={}", files[0].display());
    files.retain(|path| path.is_file());
    files.sort();
    let mut hash = Fnv::new();
    for path in &files {
        hash.add(path.to_string_lossy().replace('\\', "/").as_bytes());
        hash.add(&fs::read(path)?);
    }
    println!("cargo::rustc-env=NEURO_SOURCES={:016x}", hash.value);
    Ok(())
}

/// All files of a folder and of those in it.
fn find(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// The hash FNV-1a of 64 bits (Fowler, Noll & Vo): nobody is to be kept from forging, only told
/// what has changed.
struct Fnv {
    value: u64,
}

impl Fnv {
    fn new() -> Self {
        let value = 0xcbf2_9ce4_8422_2325;
        Self { value }
    }

    /// Adds bytes and an end; line ends count the same on all systems.
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().filter(|byte| **byte != b'\r').chain(&[0]) {
            self.value = (self.value ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
