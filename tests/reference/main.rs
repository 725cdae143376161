//! Every reference file of every paper, checked against the library.
//!
//! The files lie in `tests/data/reference/<paper>/`, or in `$NEURO_REFERENCE_DIR/<paper>/`. A file's
//! kind is the beginning of its name; sizes, seeds and options are read from the file. A kind
//! without a file, or a file without a kind, fails.

mod data;
mod derivative_feedback;
mod noisy_ei;
mod sequential_memory;
mod spiking_rls;
mod transient_memory;
