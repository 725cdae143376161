//! `ChaCha8` words, sixteen blocks at a time.
//!
//! The same words as `rand_chacha::ChaCha8Rng` (Bernstein 2008: 64-bit counter, 64-bit stream), but
//! word-major and in the widest registers of the machine: one block per lane.

use rand_chacha::ChaCha8Rng;

/// Blocks in one group.
pub(super) const GROUP_BLOCKS: u64 = LANES as u64;
const LANES: usize = 16;
/// Words of one block.
const WORDS: usize = 16;

/// Key, stream and start of a sequence of words.
#[derive(Clone)]
pub(super) struct Words {
    /// Constants, key, two places for the counter, stream.
    state: [u32; WORDS],
    /// Counter of the first block.
    start: u64,
}

impl Words {
    /// The words of a generator from its next whole block on.
    pub(super) fn new(rng: &ChaCha8Rng) -> Self {
        let mut state = [0; WORDS];
        // "expand 32-byte k".
        state[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
        let seed = rng.get_seed();
        let (key, _) = seed.as_chunks::<4>();
        for (word, bytes) in state[4..12].iter_mut().zip(key) {
            *word = u32::from_le_bytes(*bytes);
        }
        [state[14], state[15]] = halves(rng.get_stream());
        // The counter has 64 bits: the 68-bit word position modulo its end.
        let block = rng.get_word_pos().div_ceil(WORDS as u128) & u128::from(u64::MAX);
        Self {
            state,
            start: u64::try_from(block).expect("masked to 64 bits"),
        }
    }

    /// Word `w` of blocks `first..first + 16` into `words[16 * w..]`.
    #[inline(always)]
    pub(super) fn group_into(&self, first: u64, words: &mut [u32; WORDS * LANES]) {
        let mut low = [0; LANES];
        let mut high = [0; LANES];
        for (lane, (low, high)) in (first..).zip(low.iter_mut().zip(&mut high)) {
            [*low, *high] = halves(self.start.wrapping_add(lane));
        }
        for lane in 0..LANES {
            let mut initial = self.state;
            initial[12] = low[lane];
            initial[13] = high[lane];
            let mut s = initial;
            // Written out: the loop over the lanes is vectorised only if it is the innermost.
            double_round(&mut s);
            double_round(&mut s);
            double_round(&mut s);
            double_round(&mut s);
            for w in 0..WORDS {
                words[w * LANES + lane] = s[w].wrapping_add(initial[w]);
            }
        }
    }
}

/// Low and high half.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    reason = "cutting into halves is the purpose"
)]
fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

#[inline(always)]
fn double_round(s: &mut [u32; WORDS]) {
    quarter_round(s, 0, 4, 8, 12);
    quarter_round(s, 1, 5, 9, 13);
    quarter_round(s, 2, 6, 10, 14);
    quarter_round(s, 3, 7, 11, 15);
    quarter_round(s, 0, 5, 10, 15);
    quarter_round(s, 1, 6, 11, 12);
    quarter_round(s, 2, 7, 8, 13);
    quarter_round(s, 3, 4, 9, 14);
}

#[inline(always)]
fn quarter_round(s: &mut [u32; WORDS], a: usize, b: usize, c: usize, d: usize) {
    s[a] = s[a].wrapping_add(s[b]);
    s[d] = (s[d] ^ s[a]).rotate_left(16);
    s[c] = s[c].wrapping_add(s[d]);
    s[b] = (s[b] ^ s[c]).rotate_left(12);
    s[a] = s[a].wrapping_add(s[b]);
    s[d] = (s[d] ^ s[a]).rotate_left(8);
    s[c] = s[c].wrapping_add(s[d]);
    s[b] = (s[b] ^ s[c]).rotate_left(7);
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn words_are_those_of_the_generator() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        rng.set_stream(0x0123_4567_89ab_cdef);
        // 64 words later the low half of the counter overflows.
        let position = (u128::from(u32::MAX) - 4) * 16;
        rng.set_word_pos(position);
        let words = Words::new(&rng);
        let mut group = [0; 256];
        words.group_into(0, &mut group);
        for block in 0..16 {
            for word in 0..16 {
                assert_eq!(group[16 * word + block], rng.next_u32());
            }
        }
    }

    #[test]
    fn words_start_at_the_next_whole_block() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for drawn in 0..40 {
            let expected: u64 = [0, 16, 32, 48][(drawn as usize).div_ceil(16)] / 16;
            assert_eq!(Words::new(&rng).start, expected, "{drawn} words drawn");
            rng.next_u32();
        }
    }
}
