//! Sequential memories with seven memories of a hundred features: ten time units (a thousand steps of the classical
//! Runge–Kutta method) of each form of the dynamics, alone and in copies, and an epoch of learning.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use neuro_core::integrate::{RungeKutta4, Stepper};
use neuro_core::{Scalar, Streams, System};
use neuro_models::sequential_memory::{
    Config, Drive, Episodes, LaneFlow, Learning, LearningConfig, Network, OverlapFlow,
    ProjectedFlow, ReducedFlow, random_memories,
};

fn stored(config: &Config) -> Network {
    let memories = random_memories(100, 7, Streams::new(1));
    let episodes = Episodes::cycles(&[3, 4]).expect("two cycles");
    Network::store(config, memories, &episodes).expect("different memories")
}

/// A thousand steps that go on from where the last ones ended.
fn steps<S: System<f64>>(c: &mut Criterion, name: &str, flow: &S, start: &[f64]) {
    for copies in [1, 8, 64] {
        steps_of(c, name, flow, copies, start.repeat(copies));
    }
}

/// The same of copies in lanes.
fn lane_steps<T: Scalar, const L: usize>(
    c: &mut Criterion,
    name: &str,
    flow: &LaneFlow<'_, T, L>,
    start: &[f64],
) {
    for copies in [1, L, 64] {
        let x = flow.pack(&vec![start; copies]).expect("sizes fit");
        steps_of(c, &format!("{name}, lanes of {}", T::NAME), flow, copies, x);
    }
}

fn steps_of<T: Scalar, S: System<T>>(
    c: &mut Criterion,
    name: &str,
    flow: &S,
    copies: usize,
    mut x: Vec<T>,
) {
    let mut work = RungeKutta4.work(flow, x.len() / flow.dim());
    let mut group = c.benchmark_group("1000 steps");
    group.bench_function(BenchmarkId::new(name, copies), |b| {
        b.iter(|| {
            for _ in 0..1000 {
                RungeKutta4.step(flow, T::zero(), T::of(0.01), &mut x, &mut work);
            }
            black_box(&x);
        });
    });
}

fn sequential_memory(c: &mut Criterion) {
    let still = [0.0; 100];
    for (name, network) in [
        ("LISEM", stored(&Config::lisem(100))),
        ("DSEM", stored(&Config::dsem())),
    ] {
        let cue = network.memory(4).expect("seven memories");
        let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
        steps(c, &format!("{name}, full"), &flow, &[cue, &still].concat());
        let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
        let start = flow.state(cue, &still).expect("sizes fit");
        let form = format!("{name}, delay projected");
        steps(c, &form, &flow, &start);
        lane_steps(c, &form, &flow.in_lanes::<f64, 8>(), &start);
        lane_steps(c, &form, &flow.in_lanes::<f32, 16>(), &start);
        if name == "DSEM" {
            let flow = OverlapFlow::new(&network, Drive::Free).expect("linear features");
            let start = flow.state(cue, &still).expect("sizes fit");
            steps(c, "DSEM, overlaps", &flow, &start);
            lane_steps(c, "DSEM, overlaps", &flow.in_lanes::<f64, 8>(), &start);
            lane_steps(c, "DSEM, overlaps", &flow.in_lanes::<f32, 16>(), &start);
        }
    }
    let network = Network::new(&Config::dsem_learning(), 100, 20, Streams::new(1));
    let learning = Learning::new(network.expect("valid"), &LearningConfig::default());
    let mut learning = learning.expect("valid");
    let memories = random_memories(100, 4, Streams::new(2));
    c.bench_function("epoch of learning", |b| {
        b.iter(|| learning.epoch(&memories).expect("bounded"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = sequential_memory
}
criterion_main!(benches);
