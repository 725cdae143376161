//! Memories and cues: random patterns, and patterns in part destroyed.

use nalgebra::DMatrix;
use neuro_core::{Domain, Error as Core, Streams};
use rand::RngExt;

use super::{Config, Network};
use crate::Error;

/// Memories of fair, independent +-1: features x memories, drawn from the `Weights` stream 0.
///
/// With few features two of them may be equal; [`Network::store`] then refuses them.
///
/// # Panics
/// When they do not fit into memory, which [`neuro_core::Error::check_size`] tells beforehand.
#[must_use]
pub fn random_memories(features: usize, count: usize, streams: Streams) -> DMatrix<f64> {
    let mut rng = streams.rng(Domain::Weights, 0);
    let mut sign = || if rng.random::<bool>() { 1.0 } else { -1.0 };
    DMatrix::from_fn(features, count, |_, _| sign())
}

/// What a cue has lost of its memory.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Corruption {
    /// Nothing.
    None,
    /// The last values, this many, are 0; the authors' cue of 100 features has lost 25.
    Erased(usize),
    /// Random values, this many, have the wrong sign.
    Flipped(usize),
    /// Each value has Gaussian noise of this standard deviation, finite and at least 0, added.
    Noise(f64),
    /// All values have the same number added, Gaussian of this standard deviation: what the authors' capacity
    /// scripts call noise.
    Offset(f64),
}

impl Corruption {
    /// Does to a pattern what is to be done, with random numbers from the `InitialState` stream `trial`.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for more values than there are, or a wrong standard deviation.
    pub fn apply(&self, pattern: &mut [f64], streams: Streams, trial: u64) -> Result<(), Error> {
        let n = pattern.len();
        let mut rng = streams.rng(Domain::InitialState, trial);
        match *self {
            Self::None => {}
            Self::Erased(count) => {
                check_count(count, n)?;
                pattern[n - count..].fill(0.0);
            }
            Self::Flipped(count) => {
                check_count(count, n)?;
                let mut order: Vec<usize> = (0..n).collect();
                for k in 0..count {
                    order.swap(k, rng.random_range(k..n));
                    pattern[order[k]] = -pattern[order[k]];
                }
            }
            Self::Noise(deviation) => {
                check_deviation(deviation)?;
                let mut normals = streams.normals::<f64>(Domain::InitialState, trial);
                pattern
                    .iter_mut()
                    .for_each(|v| *v += deviation * normals.sample());
            }
            Self::Offset(deviation) => {
                check_deviation(deviation)?;
                let mut normals = streams.normals::<f64>(Domain::InitialState, trial);
                let offset = deviation * normals.sample();
                pattern.iter_mut().for_each(|v| *v += offset);
            }
        }
        Ok(())
    }
}

fn check_count(count: usize, features: usize) -> Result<(), Error> {
    let expected = format!("at most {features}");
    let holds = count <= features;
    Core::check_range("features to corrupt", &expected, count as f64, holds)?;
    Ok(())
}

fn check_deviation(deviation: f64) -> Result<(), Error> {
    let holds = deviation.is_finite() && deviation >= 0.0;
    let what = "standard deviation of the noise";
    Core::check_range(what, "finite, at least 0", deviation, holds)?;
    Ok(())
}

impl Network {
    /// A network before learning: `Xi` uniform on [-1, 1), `W` uniform on [-0.01, 0.01), from the `Weights` streams 0
    /// and 1.
    ///
    /// The paper has [-1, 1) for `W` too, with which the hidden units that win change while the network learns.
    ///
    /// # Errors
    /// What [`from_weights`](Self::from_weights) finds.
    pub fn new(
        config: &Config,
        features: usize,
        hidden: usize,
        streams: Streams,
    ) -> Result<Self, Error> {
        Core::check_size::<f64>("memories", &[features, hidden])?;
        Core::check_size::<f64>("transitions", &[hidden, hidden])?;
        let uniform = |index: u64, rows: usize, columns: usize, size: f64| {
            let mut rng = streams.rng(Domain::Weights, index);
            DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-size..size))
        };
        let memories = uniform(0, features, hidden, 1.0);
        Self::from_weights(config, memories, uniform(1, hidden, hidden, 0.01))
    }

    /// A memory, in part destroyed, to begin a recall from.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when there is no such memory, and what [`Corruption::apply`] finds.
    pub fn cue(
        &self,
        memory: usize,
        corruption: Corruption,
        streams: Streams,
        trial: u64,
    ) -> Result<Vec<f64>, Error> {
        let mut cue = self.memory(memory)?.to_vec();
        corruption.apply(&mut cue, streams, trial)?;
        Ok(cue)
    }
}
