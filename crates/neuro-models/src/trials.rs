//! What trials begin with, the same for every network that is trained by back-propagation.

use neuro_autodiff::{Cell, Disturbance, draw_initial_states};
use neuro_core::{Scalar, Streams};

/// States at the start (units x trials) and noise of the trials from `first` on.
pub(crate) fn circumstances<T: Scalar, C: Cell<T>>(
    cell: &C,
    initial_state_sd: f64,
    streams: Streams,
    first: u64,
    trials: usize,
) -> (Vec<T>, Disturbance<T>) {
    let units = cell.shape().units;
    let mut initial = vec![T::zero(); units * trials];
    draw_initial_states(streams, first, units, initial_state_sd, &mut initial);
    (initial, Disturbance::drawn(cell, streams, first, trials))
}
