//! Writing an archive so that nothing is lost, and reading it so that damage is noticed.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Archive;
use super::format::{Origin, decode, encode};
use crate::Error;

/// Names that are tried for a temporary file before giving up.
const ATTEMPTS: u32 = 1000;

impl Archive {
    /// Writes the archive, whole or not at all, see [`replace_file`].
    ///
    /// # Errors
    /// [`Error::File`] when a name is reserved, a shape does not fit its values, or `path` names no
    /// file; [`Error::Io`] when the operating system refuses.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let bytes = encode(self).map_err(|problem| file_error(path, problem))?;
        replace_file(path, &bytes)
    }

    /// Reads an archive of the given kind, of any version up to `newest_version`.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read; [`Error::File`] when it is empty, truncated or
    /// otherwise damaged (any single flipped bit that changes the contents is noticed), was not
    /// written by [`write`](Self::write), is of another kind, or of a newer version.
    pub fn read(path: impl AsRef<Path>, kind: &str, newest_version: u32) -> Result<Self, Error> {
        let path = path.as_ref();
        let (archive, origin) = load(path, |found, version| {
            if found != kind {
                return Err(format!("a file of kind {found:?}, expected {kind:?}"));
            }
            if version > newest_version {
                return Err(format!(
                    "file version {version}, this library reads up to {newest_version}"
                ));
            }
            Ok(())
        })?;
        if origin == Origin::Foreign {
            let problem = format!("a file without kind and version, expected {kind:?}");
            return Err(file_error(path, problem));
        }
        Ok(archive)
    }

    /// Reads any `safetensors` file, such as one written by Python. Its kind is empty and its
    /// version 0 unless it was written by [`write`](Self::write), in which case its checksum is
    /// verified.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read; [`Error::File`] when it is no `safetensors` file,
    /// is damaged, or holds numbers of a type that [`TensorData`](super::TensorData) has not.
    pub fn read_foreign(path: impl AsRef<Path>) -> Result<Self, Error> {
        Ok(load(path.as_ref(), |_, _| Ok(()))?.0)
    }
}

/// Writes a file, whole or not at all: a temporary file in the same folder is filled, flushed to the
/// disk and renamed. An existing file of this name is replaced by the complete new one or, on any
/// error or crash, left as it was; after an error no temporary file remains. Processes that write the
/// same file at the same time do not share their temporary files.
///
/// # Errors
/// [`Error::File`] when `path` names no file; [`Error::Io`] when the operating system refuses.
pub fn replace_file(path: impl AsRef<Path>, bytes: &[u8]) -> Result<(), Error> {
    let path = path.as_ref();
    let io_error = |source| Error::Io {
        path: path.into(),
        source,
    };
    let name = path
        .file_name()
        .ok_or_else(|| file_error(path, "names no file".into()))?;
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let (mut file, temporary) = Temporary::create(folder, name).map_err(io_error)?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .and_then(|()| {
            // Closed before the renaming, which some systems refuse for an open file.
            drop(file);
            temporary.rename(path)
        })
        .map_err(io_error)?;
    // The new name itself must reach the disk too; only Unix lets a folder be flushed.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error)?;
    Ok(())
}

fn load(
    path: &Path,
    kind_and_version: impl Fn(&str, u32) -> Result<(), String>,
) -> Result<(Archive, Origin), Error> {
    let bytes = fs::read(path).map_err(|source| Error::Io {
        path: path.into(),
        source,
    })?;
    decode(&bytes, kind_and_version).map_err(|problem| file_error(path, problem))
}

fn file_error(path: &Path, problem: String) -> Error {
    Error::File {
        path: path.into(),
        problem,
    }
}

/// A file that is removed unless it is renamed.
struct Temporary {
    path: Option<PathBuf>,
}

impl Temporary {
    /// A new file in `folder`, named after `name`; never one that exists.
    fn create(folder: &Path, name: &std::ffi::OsStr) -> io::Result<(File, Self)> {
        let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
        for attempt in 0..ATTEMPTS {
            // The process number keeps processes that write the same file apart, the attempt threads.
            let mut hidden = OsString::from(".");
            hidden.push(name);
            hidden.push(format!(".{}-{attempt}.tmp", std::process::id()));
            let path = folder.join(hidden);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((file, Self { path: Some(path) })),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => taken = e,
                Err(e) => return Err(e),
            }
        }
        Err(taken)
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            fs::rename(path, to)?;
            self.path = None;
        }
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // Nothing can be done about a failure here, and the caller gets the first error.
            let _ = fs::remove_file(path);
        }
    }
}
