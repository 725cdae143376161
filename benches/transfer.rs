//! Transfer functions on 2560 values (256 units, 10 trials), which fit into the first-level cache, on
//! 12800 (50 trials), which do not, and on the few of one state of a small network, beside the standard
//! library.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuro_core::Scalar;
use neuro_core::transfer::{exp_into, logistic_into, softplus_into, tanh_into};

const LENGTHS: [usize; 6] = [7, 36, 100, 200, 2_560, 12_800];

fn compare<T: Scalar>(
    criterion: &mut Criterion,
    name: &str,
    slices: fn(&[T], &mut [T]),
    standard: fn(T) -> T,
) {
    for length in LENGTHS {
        // Both signs, small and saturating arguments, in mixed order.
        let x: Vec<T> = (0..length)
            .map(|i| T::of(16.0 * (((i * 7919) % length) as f64 / length as f64 - 0.5)))
            .collect();
        let mut y = vec![T::zero(); length];
        let mut group = criterion.benchmark_group(format!("{name}/{}/{length}", T::NAME));
        group.throughput(Throughput::Elements(length as u64));
        group.bench_function("neuro", |b| b.iter(|| slices(black_box(&x), &mut y)));
        group.bench_function("std", |b| {
            b.iter(|| {
                for (x, y) in black_box(&x).iter().zip(&mut y) {
                    *y = standard(*x);
                }
                black_box(&mut y);
            });
        });
        group.finish();
    }
}

fn both<T: Scalar>(criterion: &mut Criterion) {
    compare::<T>(criterion, "tanh", tanh_into, |x| x.tanh());
    compare::<T>(criterion, "logistic", logistic_into, |x| {
        T::one() / (T::one() + (-x).exp())
    });
    compare::<T>(criterion, "exp", exp_into, |x| x.exp());
    compare::<T>(criterion, "softplus", softplus_into, |x| x.exp().ln_1p());
}

fn transfer(criterion: &mut Criterion) {
    both::<f32>(criterion);
    both::<f64>(criterion);
}

criterion_group!(benches, transfer);
criterion_main!(benches);
