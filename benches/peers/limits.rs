//! What one core can do at most, for comparison: arithmetic in registers, and traffic of each level of memory.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use neuro_core::{Kernel, Scalar, fused, run_kernel, vectorize};

/// Chains of fused multiplications and additions, enough to hide their latency.
const CHAINS: usize = 12;
const BYTES: usize = 64;
const REPEATS: usize = 15;

/// Buffers of each level, of which the first-level cache holds 32 KiB or more, the second 1 MiB or more.
const LEVELS: [(&str, usize); 4] = [
    ("first", 16 << 10),
    ("second", 512 << 10),
    ("third", 6 << 20),
    ("memory", 256 << 20),
];

/// Writes a line for each limit: its name, and thousand millions of operations or bytes in a second.
pub(super) fn print() {
    let mut stdout = std::io::stdout();
    let mut line = |name: String, value: f64| {
        writeln!(stdout, "{name} {value:.1}").expect("writable output");
    };
    line("fma f32".into(), arithmetic::<f32, { BYTES / 4 }>());
    line("fma f64".into(), arithmetic::<f64, { BYTES / 8 }>());
    for (level, bytes) in LEVELS {
        line(format!("read {level}"), traffic(bytes, read));
    }
    for (level, bytes) in LEVELS {
        // Each value is read and written.
        line(format!("update {level}"), 2.0 * traffic(bytes, update));
    }
}

/// Independent chains of operations of full registers.
struct Chains<T, const LANES: usize> {
    values: [[T; LANES]; CHAINS],
    factor: [T; LANES],
    rounds: usize,
}

impl<T: Scalar, const LANES: usize> Kernel for Chains<T, LANES> {
    type Output = [[T; LANES]; CHAINS];

    #[inline(always)]
    fn run<const FMA: bool>(self) -> Self::Output {
        let Self {
            mut values,
            factor,
            rounds,
        } = self;
        for _ in 0..rounds {
            for chain in &mut values {
                for (value, factor) in chain.iter_mut().zip(&factor) {
                    *value = fused::<FMA, _>(*value, *factor, *factor);
                }
            }
        }
        values
    }
}

fn arithmetic<T: Scalar, const LANES: usize>() -> f64 {
    let rounds = 200_000;
    let operations = (2 * LANES * CHAINS * rounds) as f64;
    let seconds = shortest(|| {
        let values = black_box([[T::of(0.1); LANES]; CHAINS]);
        let factor = black_box([T::of(0.5); LANES]);
        black_box(run_kernel(Chains {
            values,
            factor,
            rounds,
        }));
    });
    operations / seconds * 1e-9
}

fn traffic(bytes: usize, pass: fn(&mut [f64])) -> f64 {
    let mut buffer = vec![1.0; bytes / 8];
    let passes = ((64 << 20) / bytes).max(1);
    let seconds = shortest(|| {
        for _ in 0..passes {
            pass(black_box(&mut buffer));
        }
    });
    (bytes * passes) as f64 / seconds * 1e-9
}

/// Reads all values: their sum, in as many chains as hide its latency.
fn read(buffer: &mut [f64]) {
    let sum = vectorize(
        #[inline(always)]
        || {
            let mut sums = [0.0; 64];
            for values in buffer.as_chunks::<64>().0 {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            }
            sums
        },
    );
    black_box(sum);
}

fn update(buffer: &mut [f64]) {
    vectorize(
        #[inline(always)]
        || {
            for value in buffer.iter_mut() {
                *value = 2.0 - *value;
            }
        },
    );
}

/// Of some repetitions, the shortest time (s).
fn shortest(mut work: impl FnMut()) -> f64 {
    let times = (0..REPEATS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    times.fold(f64::INFINITY, f64::min)
}
