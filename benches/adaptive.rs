//! The adaptive integrator: what a step costs beside the right-hand side, and a network at several
//! tolerances beside a fixed step.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use neuro_core::connectivity::gaussian_gain;
use neuro_core::integrate::adaptive::{AdaptiveWork, StepControl, integrate_adaptive_observed};
use neuro_core::integrate::{RungeKutta4, integrate_observed};
use neuro_core::linalg::PackedMatrix;
use neuro_core::nalgebra::DMatrix;
use neuro_core::transfer::tanh_into;
use neuro_core::{Scalar, Streams, System, vectorize};

/// `dx/dt = -x`, which costs next to nothing.
struct Decay;

impl<T: Scalar> System<T> for Decay {
    type Work = ();

    fn dim(&self) -> usize {
        1
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: T, x: &[T], dx: &mut [T], (): &mut ()) {
        vectorize(|| {
            for (dx, x) in dx.iter_mut().zip(x) {
                *dx = -*x;
            }
        });
    }
}

/// A hundred steps.
fn overhead<T: Scalar>(criterion: &mut Criterion, variables: usize) {
    let mut control = StepControl::new(T::of(1e-3), T::of(1e-3));
    (control.first_step, control.max_step) = (Some(T::of(0.01)), T::of(0.01));
    let mut work = AdaptiveWork::<T, ()>::new(&Decay, variables);
    let mut x = vec![T::one(); variables];
    let mut group = criterion.benchmark_group(format!("adaptive steps/{}", T::NAME));
    group.throughput(Throughput::Elements(100 * variables as u64));
    group.bench_function(format!("{variables} variables"), |b| {
        b.iter(|| {
            x.fill(T::one());
            let (start, end) = (T::zero(), T::one());
            integrate_adaptive_observed(&Decay, &control, start, end, &mut x, &mut work, |s| {
                black_box(s.end());
            })
            .expect("valid problem")
        });
    });
    group.finish();
}

/// `dx/dt = -x + W tanh(x) + input`, the input being on from 10 to 11 time constants.
struct Network {
    units: usize,
    weights: PackedMatrix<f64>,
}

impl System for Network {
    type Work = Vec<f64>;

    fn dim(&self) -> usize {
        self.units
    }

    fn work(&self, states: usize) -> Vec<f64> {
        vec![0.0; self.units * states]
    }

    fn rhs(&self, t: f64, x: &[f64], dx: &mut [f64], rates: &mut Vec<f64>) {
        tanh_into(x, rates);
        self.weights
            .multiply(rates, self.units, x.len() / self.units, dx);
        let input = if (10.0..11.0).contains(&t) { 1.0 } else { 0.0 };
        for (dx, x) in dx.iter_mut().zip(x) {
            *dx += input - *x;
        }
    }
}

/// 200 units, 20 trials, 50 time constants.
fn network(criterion: &mut Criterion) {
    let units = 200;
    let weights = gaussian_gain(units, 0.9, Streams::new(1), 0);
    let weights: DMatrix<f64> = weights.expect("valid gain");
    let mut packed = PackedMatrix::zeros(units, units);
    packed
        .pack(weights.as_slice())
        .expect("shape of the weights");
    let system = Network {
        units,
        weights: packed,
    };
    let start: Vec<f64> = (0..units * 20).map(|i| (i as f64).sin()).collect();
    let mut work = AdaptiveWork::new(&system, 20);
    let mut run = |tolerance| {
        let mut control = StepControl::new(tolerance, tolerance);
        control.breakpoints = vec![10.0, 11.0];
        let mut x = start.clone();
        let run =
            integrate_adaptive_observed(&system, &control, 0.0, 50.0, &mut x, &mut work, |_| ());
        (run.expect("valid problem"), x)
    };
    let mut group = criterion.benchmark_group("network of 200 units, 20 trials");
    group.sample_size(10);
    for tolerance in [1e-4, 1e-6, 1e-8] {
        group.bench_function(format!("adaptive, {tolerance:e}"), |b| {
            b.iter(|| run(tolerance));
        });
    }
    for steps in [500, 1000, 5000] {
        let dt = 50.0 / f64::from(steps);
        group.bench_function(format!("Runge-Kutta 4, dt = {dt}"), |b| {
            b.iter(|| {
                let mut x = start.clone();
                let steps = steps as usize;
                integrate_observed(&system, &RungeKutta4, 0.0, dt, steps, &mut x, |_, _, _| ())
                    .expect("valid problem");
                x
            });
        });
    }
    group.finish();
}

fn adaptive(criterion: &mut Criterion) {
    for variables in [1, 100, 12_800] {
        overhead::<f32>(criterion, variables);
        overhead::<f64>(criterion, variables);
    }
    network(criterion);
}

criterion_group!(benches, adaptive);
criterion_main!(benches);
