//! Locks that processes hold on files, so that they do not do the same work twice.
//!
//! The operating system frees a lock when its process ends in any way, so a kill leaves nothing to
//! clean up. Some network file systems have no locks, or keep them to one machine. Work is then done
//! twice at worst: every file is written whole or not at all, and equal jobs give equal files.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::Error;

/// A lock, held until it is dropped.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes a lock, or none when another process holds it.
    pub(crate) fn take(path: &Path) -> Result<Option<Self>, Error> {
        let lock = Self::open(path)?;
        match lock._file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // A file system without locks.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(lock)),
        }
    }

    /// Waits until the lock is free: for locks that are held for moments.
    pub(crate) fn wait(path: &Path) -> Result<Self, Error> {
        let lock = Self::open(path)?;
        // An error is that of a file system without locks.
        let _ = lock._file.lock();
        Ok(lock)
    }

    /// Frees the lock and removes its file: for work that is done for good, whose result every later
    /// holder of the lock looks for first.
    pub(crate) fn remove(self) {
        // A file that stays is in nobody's way.
        let _ = fs::remove_file(&self.path);
    }

    fn open(path: &Path) -> Result<Self, Error> {
        let options = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(path);
        Ok(Self {
            path: path.into(),
            _file: options.map_err(|e| Error::io(path, e))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_one_holder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("job.lock");
        let first = Lock::take(&path).expect("writable").expect("free");
        assert!(Lock::take(&path).expect("writable").is_none());
        drop(first);
        let second = Lock::take(&path).expect("writable").expect("free again");
        second.remove();
        assert!(!path.exists());
    }
}
