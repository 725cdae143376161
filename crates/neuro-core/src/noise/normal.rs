//! Standard normal numbers.

mod chacha;
mod polar;

use std::fmt;

use rand_chacha::ChaCha8Rng;

use crate::Scalar;
use crate::simd::{Kernel, run_kernel};
use chacha::{GROUP_BLOCKS, Words};

/// Numbers in one block.
const BLOCK: usize = 256;

/// An endless sequence of independent standard normal numbers.
///
/// The numbers come in blocks of 256, each from its own `ChaCha8` words, by the method of Box and
/// Muller (1958) turned by 45 degrees: with `u` uniform on (0, 1], `phi` uniform on
/// [-pi/4, pi/4) and two fair signs,
///
/// ```equation
/// +- sqrt(-ln u) (cos phi - sin phi)    and    +- sqrt(-ln u) (cos phi + sin phi)
/// ```
///
/// are two independent standard normal numbers: `phi + pi/4` is an angle in the first quadrant, and
/// the signs choose the quadrant, so that nothing has to be swapped.
///
/// An `f32` number takes one 32-bit word and an `f64` number two; `u` has 31 and 52 bits, `phi` 30 and
/// 52, so the largest possible numbers are 6.7 and 8.5. Number `i` and number `i + 128` of a block
/// are a pair: word `i` gives `u`, word `i + 128` gives `phi` and, in its lowest bits, the signs; the
/// words of sixteen consecutive `ChaCha8` blocks are taken word-major (all first words, then all
/// second words). For `f64` the words of the first and second sixteen blocks are the low and the high
/// halves. Logarithm, sine and cosine are polynomials, evaluated in the widest registers of the
/// machine: without fused multiply-add the last bits differ.
///
/// The sequence does not depend on how it is cut into calls: filling 100 and then 156 values gives
/// the same as filling 256, and [`seek`](Self::seek) jumps to any position in constant time.
///
/// ```
/// use neuro_core::{Domain, Streams};
///
/// let mut normals = Streams::new(1).normals::<f64>(Domain::UnitNoise, 0);
/// let mut noise = vec![0.0; 10_000];
/// normals.fill(&mut noise);
/// let mean = noise.iter().sum::<f64>() / 10_000.0;
/// assert!(mean.abs() < 0.05); // five standard errors
/// ```
#[derive(Clone)]
pub struct StandardNormals<T: Scalar = f64> {
    words: Words,
    /// The next number of the sequence.
    position: u64,
    /// Which block the buffer holds; none before the first number is asked for.
    buffered: Option<u64>,
    buffer: [T; BLOCK],
}

impl<T: Scalar> StandardNormals<T> {
    /// The sequence of a generator, from the generator's current position on: from its next whole
    /// block of 16 words. Nothing is generated yet.
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the sequence takes the generator over: nobody else may draw its words"
    )]
    pub fn new(rng: ChaCha8Rng) -> Self {
        Self {
            words: Words::new(&rng),
            position: 0,
            buffered: None,
            buffer: [T::zero(); BLOCK],
        }
    }

    /// Replaces `values` by the next numbers of the sequence.
    pub fn fill(&mut self, values: &mut [T]) {
        let mut rest = values;
        while !rest.is_empty() {
            let offset = offset_in_block(self.position);
            let count = if offset == 0 && rest.len() >= BLOCK {
                let (blocks, _) = rest.as_chunks_mut();
                let count = blocks.len() * BLOCK;
                run_kernel(Generate {
                    words: &self.words,
                    first: self.position / BLOCK as u64,
                    blocks,
                });
                count
            } else {
                let count = rest.len().min(BLOCK - offset);
                rest[..count].copy_from_slice(&self.block()[offset..][..count]);
                count
            };
            self.position = self.position.wrapping_add(count as u64);
            rest = &mut rest[count..];
        }
    }

    /// The next number of the sequence.
    pub fn sample(&mut self) -> T {
        let offset = offset_in_block(self.position);
        let value = self.block()[offset];
        self.position = self.position.wrapping_add(1);
        value
    }

    /// Continues with the number at `position`, counted from the start of the sequence.
    pub fn seek(&mut self, position: u64) {
        self.position = position;
    }

    /// The block that holds the next number.
    #[inline]
    fn block(&mut self) -> &[T; BLOCK] {
        let block = self.position / BLOCK as u64;
        if self.buffered != Some(block) {
            run_kernel(Generate {
                words: &self.words,
                first: block,
                blocks: std::slice::from_mut(&mut self.buffer),
            });
            self.buffered = Some(block);
        }
        &self.buffer
    }
}

impl<T: Scalar> fmt::Debug for StandardNormals<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StandardNormals")
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

#[inline]
fn offset_in_block(position: u64) -> usize {
    // Below 256: fits any usize.
    (position % BLOCK as u64) as usize
}

/// Blocks from the block with index `first` on.
struct Generate<'a, T> {
    words: &'a Words,
    first: u64,
    blocks: &'a mut [[T; BLOCK]],
}

impl<T: Scalar> Kernel for Generate<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        // As many groups as the wider type needs.
        let mut words = [[0; BLOCK]; 2];
        let words = &mut words[..T::GROUPS];
        let groups = T::GROUPS as u64;
        for (index, block) in (self.first..).zip(self.blocks) {
            for (group, words) in (0..groups).zip(&mut *words) {
                let first = index.wrapping_mul(groups).wrapping_add(group);
                self.words
                    .group_into(first.wrapping_mul(GROUP_BLOCKS), words);
            }
            T::normals_from_words::<FMA>(words, block);
        }
    }
}
