//! Made-up arguments, and the loop that throws them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::{Once, mpsc};
use std::time::Duration;

use nalgebra::{DMatrix, DVector};
use neuro_core::{Linearize, Streams, System, Trajectory};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Cases for each entry point, unless `NEURO_HOSTILE_CASES` says otherwise.
const CASES: u64 = 300;

/// No case is that much work.
const LONGEST: Duration = Duration::from_secs(60);

/// Numbers that arithmetic does not expect.
const UNUSUAL: [f64; 20] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    1e300,
    -1e200,
    1e154,
    1e40,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    1e-310,
    5e-324,
    -5e-324,
    1e-160,
    0.0,
    -0.0,
    1.0,
    -1.0,
    f64::EPSILON,
];

/// Sizes that no memory holds.
const HUGE: [usize; 5] = [usize::MAX, usize::MAX / 2 + 1, 1 << 61, 1 << 48, 1 << 44];

/// How wild the arguments of a case are.
#[derive(Clone, Copy, PartialEq)]
enum Mood {
    /// Ordinary numbers and shapes that fit.
    Calm,
    /// Ordinary numbers with some repeated, shapes that fit.
    Tied,
    /// Finite numbers of any size.
    Finite,
    /// Anything.
    Wild,
}

/// Arguments of one case.
pub(crate) struct Given {
    rng: ChaCha8Rng,
    mood: Mood,
}

impl Given {
    fn new(case: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(case);
        let moods = [Mood::Calm, Mood::Tied, Mood::Finite, Mood::Wild, Mood::Wild];
        let mood = moods[rng.random_range(0..moods.len())];
        Self { rng, mood }
    }

    pub(crate) fn streams(&mut self) -> Streams {
        Streams::new(self.rng.random())
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.rng.random()
    }

    /// True in one case out of `n`.
    pub(crate) fn once_in(&mut self, n: u32) -> bool {
        self.rng.random_range(0..n) == 0
    }

    pub(crate) fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.rng.random_range(0..choices.len())].clone()
    }

    pub(crate) fn option<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.flag().then(|| make(self))
    }

    /// A number as the mood has it.
    pub(crate) fn number(&mut self) -> f64 {
        let ordinary = self.rng.random_range(-3.0..3.0);
        match self.mood {
            Mood::Calm => ordinary,
            Mood::Tied => f64::round(ordinary),
            Mood::Finite | Mood::Wild if self.rng.random_range(0..3) > 0 => ordinary,
            Mood::Finite => self.of(&UNUSUAL[3..]),
            Mood::Wild => self.of(&UNUSUAL),
        }
    }

    /// A number that is mostly what a field asks for: `fit`, or sometimes anything.
    pub(crate) fn mostly(&mut self, fit: f64) -> f64 {
        if self.once_in(6) {
            self.of(&UNUSUAL)
        } else {
            fit
        }
    }

    /// A small count, or sometimes one that no memory holds.
    pub(crate) fn count(&mut self) -> usize {
        if self.mood == Mood::Wild && self.once_in(4) {
            return self.of(&HUGE);
        }
        self.rng.random_range(0..7)
    }

    /// A count of which each unit costs time: never huge.
    pub(crate) fn few(&mut self) -> usize {
        self.rng.random_range(0..7)
    }

    pub(crate) fn numbers(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.number()).collect()
    }

    /// A list of up to a dozen numbers.
    pub(crate) fn list(&mut self) -> Vec<f64> {
        let count = self.rng.random_range(0..13);
        self.numbers(count)
    }

    /// A list that mostly has the given length.
    pub(crate) fn list_of(&mut self, length: usize) -> Vec<f64> {
        let length = self.length_near(length);
        self.numbers(length)
    }

    /// Two lists, mostly of equal length.
    pub(crate) fn pair(&mut self) -> (Vec<f64>, Vec<f64>) {
        let one = self.list();
        let other = self.list_of(one.len());
        (one, other)
    }

    pub(crate) fn flags(&mut self, length: usize) -> Vec<bool> {
        (0..self.length_near(length)).map(|_| self.flag()).collect()
    }

    /// Labels below `classes`, now and then huge ones.
    pub(crate) fn labels(&mut self, length: usize, classes: usize) -> Vec<usize> {
        let length = self.length_near(length);
        let label = |g: &mut Self| {
            if g.mood == Mood::Wild && g.once_in(8) {
                return g.of(&HUGE);
            }
            g.rng.random_range(0..classes.max(1))
        };
        (0..length).map(|_| label(self)).collect()
    }

    /// The length itself, or sometimes another.
    pub(crate) fn length_near(&mut self, length: usize) -> usize {
        match self.rng.random_range(0..16) {
            0 => 0,
            1 => length + 1,
            2 => length.saturating_sub(1),
            _ => length,
        }
    }

    pub(crate) fn matrix_exactly(&mut self, rows: usize, columns: usize) -> DMatrix<f64> {
        DMatrix::from_vec(rows, columns, self.numbers(rows * columns))
    }

    /// A matrix that mostly has the given shape.
    pub(crate) fn matrix_of(&mut self, rows: usize, columns: usize) -> DMatrix<f64> {
        let (rows, columns) = (self.length_near(rows), self.length_near(columns));
        self.matrix_exactly(rows, columns)
    }

    pub(crate) fn matrix(&mut self) -> DMatrix<f64> {
        let (rows, columns) = (self.rng.random_range(0..9), self.rng.random_range(0..9));
        self.matrix_exactly(rows, columns)
    }

    /// Mostly square, often symmetric.
    pub(crate) fn square(&mut self) -> DMatrix<f64> {
        let n = self.rng.random_range(0..7);
        let matrix = self.matrix_of(n, n);
        if matrix.is_square() && self.flag() {
            return &matrix + matrix.transpose();
        }
        matrix
    }

    /// Distances between points: symmetric, zero on the diagonal, unless the mood forbids.
    pub(crate) fn distances(&mut self) -> DMatrix<f64> {
        let points = self.matrix();
        let n = points.nrows();
        let mut distances = DMatrix::from_fn(n, n, |i, j| (points.row(i) - points.row(j)).norm());
        if n > 0 && self.mood == Mood::Wild {
            distances[(0, n - 1)] = self.number();
        }
        distances
    }

    pub(crate) fn trajectory(&mut self) -> Trajectory<f64> {
        let [units, trials, steps] = [5, 4, 12].map(|most| self.rng.random_range(0..most));
        self.trajectory_of(units, trials, steps)
    }

    pub(crate) fn trajectory_of(
        &mut self,
        units: usize,
        trials: usize,
        steps: usize,
    ) -> Trajectory<f64> {
        let values = self.numbers(units * trials * steps);
        Trajectory::from_vec(units, trials, steps, values).expect("as many values as places")
    }

    /// A linear system of a few variables that may blow up.
    pub(crate) fn system(&mut self) -> Linear {
        let n = self.rng.random_range(0..4);
        Linear(self.matrix_exactly(n, n))
    }
}

/// `dx/dt = A x`.
#[derive(Debug)]
pub(crate) struct Linear(pub(crate) DMatrix<f64>);

impl System for Linear {
    type Work = ();

    fn dim(&self) -> usize {
        self.0.nrows()
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let n = self.dim().max(1);
        for (x, dx) in x.chunks_exact(n).zip(dx.chunks_exact_mut(n)) {
            dx.copy_from_slice((&self.0 * DVector::from_column_slice(x)).as_slice());
        }
    }
}

impl Linearize for Linear {
    fn jacobian(&self, _t: f64, _x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.copy_from(&self.0);
    }
}

impl neuro_core::Diffusion for Linear {
    fn diffusion(&self, _t: f64, x: &[f64], g: &mut [f64]) {
        g.copy_from_slice(x);
    }
}

/// Takes an answer, or an error that says something.
pub(crate) fn answered<T, E: Error>(result: Result<T, E>) -> Option<T> {
    match result {
        Ok(answer) => Some(answer),
        Err(error) => {
            assert!(
                error.to_string().len() > 10,
                "an error without a message: {error:?}"
            );
            None
        }
    }
}

/// An entry point with its name.
pub(crate) type Entry = (&'static str, fn(&mut Given));

/// Throws all cases at each entry point.
pub(crate) fn throw_at(entries: &[Entry]) {
    let cases = std::env::var("NEURO_HOSTILE_CASES");
    let cases = cases.map_or(CASES, |n| n.parse().expect("a number of cases"));
    keep_panics();
    let mut found = BTreeMap::new();
    for &(name, entry) in entries {
        for case in 0..cases {
            if let Some(problem) = problem_of(entry, case) {
                found
                    .entry(format!("{name}: {problem}"))
                    .or_insert_with(Vec::new)
                    .push(case);
            }
        }
    }
    let lines: Vec<String> = found
        .iter()
        .map(|(problem, cases)| format!("{problem} ({} cases, first {})", cases.len(), cases[0]))
        .collect();
    assert!(lines.is_empty(), "\n  {}", lines.join("\n  "));
}

thread_local! {
    /// What the panic of a case said and where; none on threads that run no case.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps what panics of cases say, instead of printing it thousands of times.
fn keep_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            let kept = PANIC.with_borrow_mut(|kept| {
                kept.as_mut()
                    .map(|kept| *kept = panic.to_string().replace('\n', " "))
            });
            if kept.is_none() {
                print(panic);
            }
        }));
    });
}

/// What went wrong in a case, if anything did.
fn problem_of(entry: fn(&mut Given), case: u64) -> Option<String> {
    let (done, ended) = mpsc::channel();
    // On a thread of its own, so that a call that does not end is noticed.
    std::thread::spawn(move || {
        PANIC.set(Some(String::new()));
        let outcome = catch_unwind(AssertUnwindSafe(|| entry(&mut Given::new(case))));
        let problem = outcome.err().and_then(|_| PANIC.take());
        // The receiver has gone when it has waited for too long.
        let _ = done.send(problem);
    });
    let late = || Some(format!("does not end within {} s", LONGEST.as_secs()));
    ended.recv_timeout(LONGEST).unwrap_or_else(|_| late())
}
