//! The ring network of `derivative_feedback`: a learning trial of 3500 ms (N = 64), and a read-out of all
//! 64 stimuli with weights that rest.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use neuro_core::integrate::RungeKutta4;
use neuro_models::derivative_feedback::{
    Config, Learning, Network, Perturbation, Plasticity, Scheme,
};

fn perturbed(perturbation: &Perturbation) -> Network {
    let network = Network::new(&Config::default()).expect("the paper's network");
    network.perturbed(perturbation).expect("a valid depth")
}

/// Learning goes on from one iteration to the next, as in an experiment.
fn trials(c: &mut Criterion, name: &str, perturbation: &Perturbation, scheme: Scheme) {
    let network = perturbed(perturbation);
    let rule = Plasticity::differential();
    let mut learning = Learning::new(network, rule, scheme, RungeKutta4).expect("a stable step");
    let mut stimulus = 0;
    c.bench_function(&format!("learning trial, {name}"), |b| {
        b.iter(|| {
            stimulus = (stimulus + 27) % 64;
            black_box(learning.trial(stimulus).expect("a bounded trial"))
        });
    });
}

fn derivative_feedback(c: &mut Criterion) {
    let global = Perturbation::Global { depth: 0.1 };
    trials(c, "blocks of 4 x 2.5 ms", &global, Scheme::default());
    let rows = Perturbation::post_synaptic(0.15);
    trials(c, "blocks of 4 x 2.5 ms, rows", &rows, Scheme::default());
    trials(
        c,
        "all together, 2 ms",
        &global,
        Scheme::Joint { step: 2.0 },
    );
    trials(
        c,
        "all together without matrices of stages, 2 ms",
        &global,
        Scheme::LowRank { step: 2.0 },
    );
    let network = perturbed(&global);
    for count in [1, 64] {
        let stimuli: Vec<usize> = (0..count).collect();
        c.bench_function(&format!("read-out of {count} stimuli"), |b| {
            b.iter(|| black_box(network.simulate(&stimuli, &RungeKutta4, 2.5, 1400)));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = derivative_feedback
}
criterion_main!(benches);
