//! What an untrained network does by itself, to be learned by the same network.

use nalgebra::DMatrix;
use neuro_core::Streams;

use crate::Error;
use crate::spiking_rls::config::steps_of;
use crate::spiking_rls::{Network, State};

/// The drive of a network over `steps` steps, after `warm_up` ms from the random state `index`; and the state
/// at the end (Fig. 4: 3000 ms of warm-up, 2000 ms of targets).
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for a negative warm-up, [`neuro_core::Error::TooLarge`] when the drive
/// does not fit into memory.
pub fn innate_drive(
    network: &Network,
    warm_up: f64,
    steps: usize,
    streams: Streams,
    index: u64,
) -> Result<(DMatrix<f64>, State), Error> {
    super::check_size(network.units(), steps)?;
    let mut state = network.random_state(streams, index);
    network.run(steps_of("warm-up", warm_up, network.dt())?, &[], &mut state);
    let recording = network.record(steps, |_| &[], &mut state);
    Ok((recording.drive, state))
}
