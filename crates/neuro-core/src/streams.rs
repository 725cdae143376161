//! One seed, many independent random streams.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Scalar;
use crate::noise::StandardNormals;

/// What a random stream is for. The numbers are part of the stream values and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Domain {
    /// Initial weights; the index counts the weight matrices.
    Weights = 1,
    /// Parameters and input noise of a trial; the index is the trial's.
    Trial = 2,
    /// State at the start of a trial; the index is the trial's.
    InitialState = 3,
    /// Noise of each unit; the index is the trial's.
    UnitNoise = 4,
    /// Noise channels shared by the units; the index is the trial's.
    ChannelNoise = 5,
    /// Rewiring of sparse connections; the index is the update's.
    Rewiring = 6,
    /// Perturbations, random starts and other choices of an analysis.
    Analysis = 7,
    /// Connectivity: which connections exist, which units inhibit.
    Connectivity = 8,
    /// Noise of the inputs of a trial; the index is the trial's.
    InputNoise = 9,
    /// Draws of a program that uses this library; the library itself never draws from it.
    User = 255,
}

/// Which trials are meant: the three sets never share a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum Purpose {
    /// Trials that a network learns from.
    Training = 1,
    /// Trials that decide when to stop.
    Validation = 2,
    /// Trials that a result is reported on.
    Test = 3,
}

/// All random streams of one seed.
///
/// Every random number of the project is drawn from `ChaCha8`, keyed by the seed, on the stream
/// `domain << 56 | index`. Trial 17 is the same trial whatever the batch size, the order of
/// evaluation, the number of threads or the point of resumption, and a checkpoint need not store
/// any generator: the seed and the counters say it all. The values are pinned by tests; changing
/// them is a breaking change.
///
/// ```
/// use neuro_core::{Domain, Purpose, Streams};
/// use rand::Rng;
///
/// let streams = Streams::new(7);
/// let first = streams.rng(Domain::Trial, 17).next_u64();
/// assert_eq!(first, streams.rng(Domain::Trial, 17).next_u64());
/// assert_ne!(first, streams.rng(Domain::Trial, 18).next_u64());
/// assert_ne!(first, streams.split(Purpose::Test).rng(Domain::Trial, 17).next_u64());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Streams {
    seed: u64,
}

impl Streams {
    /// The streams of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed that these streams come from.
    #[must_use]
    pub fn seed(self) -> u64 {
        self.seed
    }

    /// Uniform random bits of one stream. `index` is taken modulo 2^56.
    #[must_use]
    pub fn rng(self, domain: Domain, index: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(domain as u8) << 56 | index & ((1 << 56) - 1));
        rng
    }

    /// Standard normal numbers of one stream.
    #[must_use]
    pub fn normals<T: Scalar>(self, domain: Domain, index: u64) -> StandardNormals<T> {
        StandardNormals::new(self.rng(domain, index))
    }

    /// The streams of training, validation or test trials; they have nothing in common.
    #[must_use]
    pub fn split(self, purpose: Purpose) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(u64::from(purpose as u8));
        Self {
            seed: rng.next_u64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stream_values_are_stable() {
        let streams = Streams::new(42);
        let draw = |domain, index| streams.rng(domain, index).next_u64();
        let drawn = [
            draw(Domain::Weights, 0),
            draw(Domain::Trial, 0),
            draw(Domain::Trial, 1),
            streams.split(Purpose::Test).seed(),
        ];
        assert_eq!(
            drawn,
            [
                10778380846689891090,
                1491449246528654903,
                1563497024682941011,
                6672028999979260041
            ]
        );
    }

    #[test]
    fn domains_and_purposes_do_not_share_streams() {
        let streams = Streams::new(0);
        let mut seen = std::collections::BTreeSet::new();
        for purpose in [Purpose::Training, Purpose::Validation, Purpose::Test] {
            for domain in [Domain::Weights, Domain::Trial, Domain::UnitNoise] {
                for index in 0..20 {
                    assert!(seen.insert(streams.split(purpose).rng(domain, index).next_u64()));
                }
            }
        }
    }
}
