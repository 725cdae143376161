//! The loop: damage, load, look at what came of it.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::memory::most_in_use;
use crate::mutation::mutate;
use crate::targets::Target;

/// The longest that one load may take.
pub const LONGEST: Duration = Duration::from_secs(10);

/// The most memory that one load may take, beside [`MEMORY_PER_BYTE`] of its input.
pub const MEMORY: usize = 16 << 20;

/// Bytes of memory for each byte of the input: a number takes two characters and becomes 8 bytes in a
/// list that may have grown to twice what it needs.
pub const MEMORY_PER_BYTE: usize = 64;

/// Inputs that are kept to be damaged further.
const POOL: usize = 2000;

/// What became of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Inputs that were loaded.
    pub cases: u64,
    /// How many of them the loader took.
    pub accepted: u64,
    /// The reasons for which it refused others, without their numbers and names.
    pub reasons: BTreeSet<String>,
    /// What went wrong, and the smallest input that did it.
    pub failures: BTreeMap<String, Vec<u8>>,
}

/// A target with the inputs that are damaged next.
#[derive(Debug)]
pub struct Fuzzer {
    target: &'static Target,
    rng: ChaCha8Rng,
    pool: Vec<Vec<u8>>,
    whole: usize,
    file: PathBuf,
    outcome: Outcome,
}

impl Fuzzer {
    /// Starts from the valid inputs of a target. Inputs are written to `folder/TARGET` before they are
    /// loaded, so that one that ends the process is found there.
    ///
    /// # Errors
    /// When the folder cannot be written.
    ///
    /// # Panics
    /// When the target does not accept an input of its own.
    pub fn new(target: &'static Target, seed: u64, folder: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let pool = (target.seeds)();
        let mut fuzzer = Self {
            target,
            rng: ChaCha8Rng::seed_from_u64(seed),
            whole: pool.len(),
            pool,
            file: folder.join(target.name),
            outcome: Outcome::default(),
        };
        for input in fuzzer.pool.clone() {
            fuzzer.load(&input)?;
        }
        let found = &fuzzer.outcome;
        assert!(
            found.whole_are_accepted(fuzzer.whole),
            "{}: valid inputs are refused: {found:?}",
            target.name
        );
        Ok(fuzzer)
    }

    /// Loads one input.
    ///
    /// # Errors
    /// When it cannot be written to a file.
    pub fn load(&mut self, input: &[u8]) -> io::Result<()> {
        fs::write(&self.file, input)?;
        let started = Instant::now();
        let watched = Watch::begin(&self.file);
        let (result, memory) =
            most_in_use(|| catch_unwind(AssertUnwindSafe(|| (self.target.load)(&self.file))));
        drop(watched);
        self.outcome.cases += 1;
        let most = MEMORY + MEMORY_PER_BYTE * input.len();
        let failure = match result {
            Err(panic) => Some(last_panic(panic.as_ref())),
            Ok(_) if memory > most => Some(format!("takes {} MiB of memory", memory >> 20)),
            Ok(_) if started.elapsed() > LONGEST => Some("takes too long".into()),
            Ok(Ok(())) => {
                self.outcome.accepted += 1;
                None
            }
            Ok(Err(reason)) => {
                if self.outcome.reasons.insert(gist(&reason)) && self.pool.len() < POOL {
                    self.pool.push(input.to_vec());
                }
                None
            }
        };
        if let Some(failure) = failure {
            let smallest = self.outcome.failures.entry(failure);
            let smallest = smallest.or_insert_with(|| input.to_vec());
            if input.len() < smallest.len() {
                *smallest = input.to_vec();
            }
        }
        Ok(())
    }

    /// Damages an input and loads it.
    ///
    /// # Errors
    /// When it cannot be written to a file.
    pub fn step(&mut self) -> io::Result<()> {
        // Every other input is a valid one.
        let most = if self.rng.random() {
            self.whole
        } else {
            self.pool.len()
        };
        let from = self.rng.random_range(0..most);
        let form = self.target.form;
        let input = mutate(
            &mut self.rng,
            form,
            &self.pool[from],
            &self.pool[..self.whole],
        );
        self.load(&input)
    }

    /// What came of all inputs so far.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl Outcome {
    fn whole_are_accepted(&self, count: usize) -> bool {
        count > 0 && self.accepted == count as u64
    }
}

/// A reason without what differs between inputs: digits, and what is quoted.
fn gist(reason: &str) -> String {
    let mut gist = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in reason.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' | '`' | '\'' => quoted = !quoted,
            _ if quoted || c.is_ascii_digit() || !c.is_ascii() => {}
            _ => gist.push(c),
        }
    }
    gist.truncate(120);
    gist
}

/// Where the last panic was, which its payload does not say.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Keeps what panics say instead of printing it.
pub fn keep_panics() {
    panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = PANIC.lock() {
            *last = Some(panic.to_string());
        }
    }));
}

fn last_panic(panic: &(dyn Any + Send)) -> String {
    let kept = PANIC.lock().ok().and_then(|mut last| last.take());
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
    // The place, and what was said without its numbers.
    gist(&kept.or(text).unwrap_or_else(|| "panics".into()))
}

/// Ends the process when a load takes too long.
struct Watch;

static STARTED: AtomicU64 = AtomicU64::new(0);

impl Watch {
    fn begin(file: &Path) -> Self {
        static THREAD: std::sync::Once = std::sync::Once::new();
        let file = file.to_owned();
        THREAD.call_once(|| drop(std::thread::spawn(move || Self::look(&file))));
        STARTED.fetch_add(1, Relaxed);
        Self
    }

    /// Looks now and then whether the same load is still going on.
    fn look(file: &Path) {
        let mut seen = 0;
        loop {
            std::thread::sleep(2 * LONGEST);
            let now = STARTED.load(Relaxed);
            if now == seen && now % 2 == 1 {
                let _ = io::Write::write_all(
                    &mut io::stderr(),
                    format!("does not end: {}\n", file.display()).as_bytes(),
                );
                std::process::abort();
            }
            seen = now;
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        STARTED.fetch_add(1, Relaxed);
    }
}
