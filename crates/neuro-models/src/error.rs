//! The one error type of this crate.

/// What can be wrong with a model's configuration, data or files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A shape, range or file problem found by the numerical core.
    #[error(transparent)]
    Core(#[from] neuro_core::Error),
    /// A problem with parameters or training.
    #[error(transparent)]
    Autodiff(#[from] neuro_autodiff::Error),
    /// A problem with a rule of plasticity.
    #[error(transparent)]
    Plasticity(#[from] neuro_plasticity::Error),
    /// A mode of the linearised network grows.
    #[error("mode {mode} grows at {rate} per ms and oscillates at {frequency} radians per ms")]
    GrowingMode {
        /// Number of waves around the ring.
        mode: usize,
        /// Real part of the eigenvalue (per ms), positive.
        rate: f64,
        /// Imaginary part of the eigenvalue (radians per ms), at least 0.
        frequency: f64,
    },
    /// A step with which the method would blow up modes that decay.
    #[error("step {step} ms: the method is stable up to {largest} ms in this network")]
    UnstableStep {
        /// The step that was asked for (ms).
        step: f64,
        /// The largest stable step (ms).
        largest: f64,
    },
    /// A trial of learning left the finite numbers; the weights from before it are kept.
    #[error("trial {trial}: {quantity} is not finite after {time} ms")]
    DivergedTrial {
        /// Number of the trial, from 0.
        trial: u64,
        /// What was not finite.
        quantity: &'static str,
        /// Time in the trial (ms).
        time: f64,
    },
    /// Two memories that cannot be told apart.
    #[error("memories {first} and {second} are the same")]
    DuplicateMemories {
        /// Number of the earlier one.
        first: usize,
        /// Number of the later one.
        second: usize,
    },
    /// What was asked for needs features whose activation is the identity.
    #[error("features: expected the Lagrangian quadratic, found {found}")]
    NonlinearFeatures {
        /// Name of the Lagrangian.
        found: &'static str,
    },
    /// What was asked for needs hidden units whose activation is the identity.
    #[error("hidden units: expected the Lagrangian quadratic, found {found}")]
    NonlinearHidden {
        /// Name of the Lagrangian.
        found: &'static str,
    },
    /// A table that is not what it should be.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Csv {
        /// The file.
        path: std::path::PathBuf,
        /// Line, from 1 (the header).
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What was expected and what was found.
        problem: String,
    },
}
