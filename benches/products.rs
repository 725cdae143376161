//! The products of training: packed weights with a batch of rates, and the gradient of the weights,
//! beside the general product.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuro_core::Scalar;
use neuro_core::linalg::{Operand, OuterProducts, PackedMatrix, matmul};

fn product<T: Scalar>(c: &mut Criterion, units: usize, trials: usize) {
    let value = |i: usize| T::of(((i * 37 % 101) as f64).sin());
    let weights: Vec<T> = (0..units * units).map(value).collect();
    let rates: Vec<T> = (0..units * trials).map(value).collect();
    let mut out = vec![T::zero(); units * trials];
    let mut group = c.benchmark_group(format!("{units}x{units} times {trials}, {}", T::NAME));
    // Floating-point operations, so that the throughput reads as FLOP/s.
    group.throughput(Throughput::Elements((2 * units * units * trials) as u64));
    let mut packed = PackedMatrix::zeros(units, units);
    packed.pack(&weights).expect("shape of the weights");
    group.bench_function("packed", |b| {
        b.iter(|| packed.multiply(black_box(&rates), units, trials, &mut out));
    });
    let left = Operand::new(&weights, units, units).expect("shape of the weights");
    let right = Operand::new(&rates, units, trials).expect("shape of the rates");
    group.bench_function("general", |b| {
        b.iter(|| matmul(false, T::one(), left, black_box(right), &mut out).expect("shapes fit"));
    });
    group.bench_function("packing", |b| b.iter(|| packed.pack(black_box(&weights))));
    group.finish();
}

/// The gradient of the recurrent weights: the sum over all steps and trials.
fn weight_gradient<T: Scalar>(c: &mut Criterion, units: usize, columns: usize) {
    let value = |i: usize| T::of(((i * 37 % 101) as f64).sin());
    let delta: Vec<T> = (0..units * columns).map(value).collect();
    let rates: Vec<T> = (0..units * columns).map(|i| value(i + 7)).collect();
    let mut sum = vec![T::zero(); units * units];
    let mut group = c.benchmark_group(format!(
        "sum of {columns} outer products, {units}x{units}, {}",
        T::NAME
    ));
    group.throughput(Throughput::Elements((2 * units * units * columns) as u64));
    let mut outer = OuterProducts::new(units, units);
    group.bench_function("packed", |b| {
        b.iter(|| {
            outer
                .add(black_box(&delta), &rates, units, &mut sum)
                .expect("shapes fit");
        });
    });
    let left = Operand::new(&delta, units, columns).expect("shape of the gradients");
    let right = Operand::new(&rates, units, columns)
        .expect("shape of the rates")
        .transpose();
    group.bench_function("general", |b| {
        b.iter(|| matmul(true, T::one(), black_box(left), right, &mut sum).expect("shapes fit"));
    });
    group.finish();
}

fn products(c: &mut Criterion) {
    weight_gradient::<f32>(c, 256, 3000);
    weight_gradient::<f64>(c, 256, 3000);
    for (units, trials) in [(256, 50), (256, 25), (200, 16), (200, 1), (256, 1)] {
        product::<f32>(c, units, trials);
        product::<f64>(c, units, trials);
    }
}

criterion_group!(benches, products);
criterion_main!(benches);
