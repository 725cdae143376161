//! Writing files so that a reader only ever sees a complete one.
//!
//! The bytes go to a file beside the target, which then takes the target's name in one step. A
//! kill in the middle leaves the old file as it was, and at worst a hidden temporary file beside it.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// Writes `bytes` to `path`, replacing what was there, all or nothing. Missing folders are made.
pub(crate) fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|e| Error::io(folder, e))?;
    }
    neuro_core::archive::replace_file(path, bytes).map_err(|error| match error {
        neuro_core::Error::Io { path, source } => Error::io(path, source),
        other => other.into(),
    })
}

/// Writes a value as indented JSON, keys in the order of its fields.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| damaged(path, &e))?;
    text.push('\n');
    write_atomic(path, text.as_bytes())
}

/// Writes a value as JSON on one line: long arrays would otherwise fill pages.
pub(crate) fn write_compact_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string(value).map_err(|e| damaged(path, &e))?;
    text.push('\n');
    write_atomic(path, text.as_bytes())
}

/// Reads a value that [`write_json`] or [`write_compact_json`] has written.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = fs::read(path).map_err(|e| Error::io(path, e))?;
    serde_json::from_slice(&text).map_err(|e| damaged(path, &e))
}

fn damaged(path: &Path, error: &serde_json::Error) -> Error {
    Error::File {
        path: path.into(),
        problem: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("deep/er/file.txt");
        write_atomic(&path, b"old").expect("first write");
        write_atomic(&path, b"new").expect("second write");
        assert_eq!(fs::read(&path).expect("file is there"), b"new");
        let count = fs::read_dir(path.parent().expect("folder"))
            .expect("readable")
            .count();
        assert_eq!(count, 1);
    }

    #[test]
    fn a_failed_write_keeps_the_old_file_and_names_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("taken");
        fs::create_dir(&path).expect("a folder in the way");
        let error = write_atomic(&path, b"x").expect_err("a folder cannot be replaced");
        assert!(error.to_string().contains("taken"), "{error}");
        assert!(path.is_dir());
        let left = fs::read_dir(folder.path()).expect("readable").count();
        assert_eq!(left, 1, "no partial file stays");
    }
}
