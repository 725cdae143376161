//! The networks, tasks and targets of `neuro_models`.

mod derivative_feedback;
mod noisy_ei;
mod sequential_memory;
mod spiking_rls;
mod tasks;
mod transient_memory;
