//! The one error type of this crate.

use std::path::PathBuf;

/// What can be wrong with a caller's data.
///
/// Messages name the quantity and say what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A matrix or vector has the wrong shape (rows, columns).
    #[error("{what}: expected {}x{}, found {}x{}", expected.0, expected.1, found.0, found.1)]
    Shape {
        /// The quantity, as a user would name it.
        what: String,
        /// Rows and columns that were needed.
        expected: (usize, usize),
        /// Rows and columns that were given.
        found: (usize, usize),
    },
    /// A slice has the wrong length.
    #[error("{what}: expected {expected} values, found {found}")]
    Length {
        /// The quantity, as a user would name it.
        what: String,
        /// Number of values that was needed.
        expected: usize,
        /// Number of values that was given.
        found: usize,
    },
    /// A parameter lies outside its valid range.
    #[error("{what}: expected {expected}, found {found}")]
    OutOfRange {
        /// The parameter.
        what: String,
        /// The valid range, in words or symbols.
        expected: String,
        /// The value that was given.
        found: f64,
    },
    /// Something that must hold at least one element holds none.
    #[error("{what}: expected at least one, found none")]
    Empty {
        /// The collection.
        what: String,
    },
    /// An array does not fit into memory.
    #[error("{what}: {} values do not fit into memory", product(dimensions))]
    TooLarge {
        /// The array.
        what: String,
        /// Its length along each dimension.
        dimensions: Vec<usize>,
    },
    /// A value that must be finite is NaN or infinite.
    #[error("{what}: value {index} is {value}, expected finite values")]
    NonFinite {
        /// The quantity.
        what: String,
        /// Index of the first offending value in storage order.
        index: usize,
        /// The offending value.
        value: f64,
    },
    /// A name that does not exist.
    #[error("{what} {name}: not found; there are {known}")]
    Unknown {
        /// What kind of thing was named.
        what: String,
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// An iterative method did not converge within its bound.
    #[error("{what}: no convergence after {iterations} iterations")]
    NoConvergence {
        /// The method.
        what: String,
        /// Number of iterations that was allowed.
        iterations: usize,
    },
    /// A simulation left the finite numbers.
    #[error("{what}: not finite after step {step}")]
    Diverged {
        /// The quantity.
        what: String,
        /// The first step (counted from 1) after which a value was NaN or infinite.
        step: usize,
    },
    /// An adaptive integration needs a smaller step than the rounding of its time allows: the
    /// solution grows without bound, or the tolerance is below what the number type can give.
    #[error("the tolerance needs a step too small for the time to advance at time {time}")]
    StepSizeTooSmall {
        /// Time of the last accepted step.
        time: f64,
    },
    /// An adaptive integration did not reach its end within the steps that it was allowed.
    #[error("time {time} reached after {steps} steps, the most that are allowed")]
    TooManySteps {
        /// Time of the last accepted step.
        time: f64,
        /// Number of steps taken, accepted or rejected.
        steps: usize,
    },
    /// A matrix that must be invertible is singular to working precision.
    #[error("{what}: the matrix is singular")]
    Singular {
        /// The computation that needed the inverse.
        what: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is not what it should be: damaged, of another kind, or of a newer version.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was expected and what was found.
        problem: String,
    },
    /// A named tensor of an archive is missing or not what was asked for.
    #[error("tensor {name}: {problem}")]
    Tensor {
        /// The tensor's name.
        name: String,
        /// What was expected and what was found.
        problem: String,
    },
    /// The operating system refused to start worker threads.
    #[error("could not start {threads} worker threads: {reason}")]
    Threads {
        /// Number of threads that was asked for.
        threads: usize,
        /// What the thread library said.
        reason: String,
    },
}

impl Error {
    /// Checks that `found` values are `expected` values long.
    ///
    /// # Errors
    /// [`Error::Length`] when the two differ.
    pub fn check_length(what: &str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            return Ok(());
        }
        Err(Self::Length {
            what: what.into(),
            expected,
            found,
        })
    }

    /// Checks rows and columns.
    ///
    /// # Errors
    /// [`Error::Shape`] when the two differ.
    pub fn check_shape(
        what: &str,
        expected: (usize, usize),
        found: (usize, usize),
    ) -> Result<(), Self> {
        if expected == found {
            return Ok(());
        }
        Err(Self::Shape {
            what: what.into(),
            expected,
            found,
        })
    }

    /// Checks that a parameter satisfies a condition; `expected` says which, in words.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when `holds` is false.
    pub fn check_range(what: &str, expected: &str, found: f64, holds: bool) -> Result<(), Self> {
        if holds {
            return Ok(());
        }
        Err(Self::OutOfRange {
            what: what.into(),
            expected: expected.into(),
            found,
        })
    }

    /// Checks that an array of values of type `T` fits into memory: that its size is a number, and that
    /// the allocator grants so much now. A dimension of 0 counts as 1, because the others may be loop
    /// bounds.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when it does not.
    pub fn check_size<T>(what: &str, dimensions: &[usize]) -> Result<(), Self> {
        let count = |count: usize, &length: &usize| count.checked_mul(length.max(1));
        let count = dimensions.iter().try_fold(1, count);
        if count.is_some_and(|count| Vec::<T>::new().try_reserve_exact(count).is_ok()) {
            return Ok(());
        }
        Err(Self::TooLarge {
            what: what.into(),
            dimensions: dimensions.into(),
        })
    }

    /// Checks that every value is finite.
    ///
    /// # Errors
    /// [`Error::NonFinite`] with the index of the first NaN or infinity.
    pub fn check_finite<T: crate::Scalar>(what: &str, values: &[T]) -> Result<(), Self> {
        match values.iter().position(|v| !v.is_finite()) {
            None => Ok(()),
            Some(index) => Err(Self::NonFinite {
                what: what.into(),
                index,
                value: values[index].as_f64(),
            }),
        }
    }
}

/// Lengths as in `3 x 4 x 5`.
fn product(dimensions: &[usize]) -> String {
    let words: Vec<String> = dimensions.iter().map(ToString::to_string).collect();
    words.join(" x ")
}
