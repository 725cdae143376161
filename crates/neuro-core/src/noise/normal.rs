//! Standard normal numbers.

use std::marker::PhantomData;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::Scalar;

/// An endless sequence of independent standard normal numbers.
///
/// The sequence does not depend on how it is cut into calls: filling 100 and then 156 values gives
/// the same as filling 256, and [`seek`](Self::seek) jumps to any position.
#[derive(Clone, Debug)]
pub struct StandardNormals<T: Scalar = f64> {
    rng: ChaCha8Rng,
    of: PhantomData<T>,
}

impl<T: Scalar> StandardNormals<T> {
    /// The sequence of a generator, from the generator's current position on.
    #[must_use]
    pub fn new(rng: ChaCha8Rng) -> Self {
        Self {
            rng,
            of: PhantomData,
        }
    }

    /// Replaces `values` by the next numbers of the sequence.
    pub fn fill(&mut self, values: &mut [T]) {
        for v in values {
            let (a, b): (f64, f64) = (self.rng.random(), self.rng.random());
            *v = T::of((-2.0 * (1.0 - a).ln()).sqrt() * (std::f64::consts::TAU * b).cos());
        }
    }

    /// The next number of the sequence.
    pub fn sample(&mut self) -> T {
        let mut value = [T::zero()];
        self.fill(&mut value);
        value[0]
    }

    /// Continues with the number at `position`, counted from the start of the sequence.
    pub fn seek(&mut self, position: u64) {
        self.rng.set_word_pos(u128::from(position) * 4);
    }
}
