//! Standard normal numbers, beside `rand_distr::StandardNormal` on the same generator.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuro_core::Scalar;
use neuro_core::noise::StandardNormals;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const LENGTH: usize = 12_800;

fn compare<T: Scalar>(criterion: &mut Criterion)
where
    StandardNormal: Distribution<T>,
{
    let mut values = vec![T::zero(); LENGTH];
    let mut group = criterion.benchmark_group(format!("normals/{}", T::NAME));
    group.throughput(Throughput::Elements(LENGTH as u64));
    let mut normals = StandardNormals::<T>::new(ChaCha8Rng::seed_from_u64(1));
    group.bench_function("neuro", |b| b.iter(|| normals.fill(&mut values)));
    group.bench_function("neuro, one by one", |b| {
        b.iter(|| values.iter_mut().for_each(|v| *v = normals.sample()));
    });
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    group.bench_function("rand_distr", |b| {
        b.iter(|| {
            values
                .iter_mut()
                .for_each(|v| *v = rng.sample(StandardNormal));
        });
    });
    group.finish();
}

fn normals(criterion: &mut Criterion) {
    compare::<f32>(criterion);
    compare::<f64>(criterion);
    // One is made for each trial: it must cost nothing before its first number.
    let rng = ChaCha8Rng::seed_from_u64(1);
    criterion.bench_function("normals/new", |b| {
        b.iter(|| StandardNormals::<f32>::new(rng.clone()));
    });
}

criterion_group!(benches, normals);
criterion_main!(benches);
