//! Ctrl-C: the first asks the experiment to stop where it can go on later, the second stops it.
//!
//! Long loops look at [`Interrupt::is_set`] (or call [`Interrupt::check`]) between updates, write
//! their checkpoint and return [`Error::Interrupted`]. A second Ctrl-C ends the process at once,
//! with the exit code 130 that shells expect; files are replaced whole or not at all, so even that
//! leaves nothing half-written. The signals by which systems end a program (SIGTERM, SIGHUP) count as
//! Ctrl-C: a scheduler that stops a job lets it save.
//!
//! ```
//! use neuro_papers::{Error, Interrupt};
//!
//! let interrupt = Interrupt::new();
//! assert!(interrupt.check().is_ok());
//! interrupt.set();
//! assert!(matches!(interrupt.clone().check(), Err(Error::Interrupted)));
//! ```

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::Error;

/// A flag that Ctrl-C raises; its clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
}

impl Interrupt {
    /// A flag that nothing raises but [`set`](Self::set): for tests and for callers with their own
    /// way to stop.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A flag that Ctrl-C raises. A process can have one.
    ///
    /// # Errors
    /// [`Error::Signal`] when the process has a handler already, or cannot have one.
    pub fn install() -> Result<Self, Error> {
        let interrupt = Self::new();
        let raised = Arc::clone(&interrupt.raised);
        ctrlc::set_handler(move || {
            if raised.swap(true, Ordering::SeqCst) {
                std::process::exit(130);
            }
            eprintln!("\nstopping as soon as the work is saved; once more stops at once");
        })
        .map_err(|e| Error::Signal {
            reason: e.to_string(),
        })?;
        Ok(interrupt)
    }

    /// Whether the experiment should save its work and stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.raised.load(Ordering::SeqCst)
    }

    /// Raises the flag.
    pub fn set(&self) {
        self.raised.store(true, Ordering::SeqCst);
    }

    /// Turns a raised flag into an error, for use with `?`.
    ///
    /// # Errors
    /// [`Error::Interrupted`] when the flag is raised.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_set() {
            return Err(Error::Interrupted);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_flag() {
        let interrupt = Interrupt::new();
        let seen_by_a_thread = interrupt.clone();
        assert!(!seen_by_a_thread.is_set());
        interrupt.set();
        let seen = std::thread::spawn(move || seen_by_a_thread.is_set());
        assert!(seen.join().expect("the thread ends"));
    }

    #[test]
    fn a_process_has_one_handler() {
        let _first = Interrupt::install().expect("the first handler");
        assert!(matches!(Interrupt::install(), Err(Error::Signal { .. })));
    }
}
