//! The run of the authors' notebook, and online learning.

use nalgebra::DMatrix;
use neuro_core::System;
use neuro_core::integrate::{RungeKutta4, Stepper, integrate_observed};
use neuro_models::sequential_memory::{
    Clipped, Config, Drive, Learning, LearningConfig, Network, OverlapFlow, Presentation,
    ProjectedFlow, ReducedFlow, Replay, SplitRungeKutta4,
};

use super::{EXACT, SAME_METHOD, close, config, episodes};
use crate::data::Tensors;

/// What `read` takes from the state after each step.
fn run<S: System<f64>, M: Stepper<S>>(
    system: &S,
    method: &M,
    dt: f64,
    steps: usize,
    start: &[f64],
    read: impl Fn(&[f64]) -> Vec<f64>,
) -> Vec<Vec<f64>> {
    let (mut x, mut kept) = (start.to_vec(), Vec::new());
    let run = integrate_observed(system, method, 0.0, dt, steps, &mut x, |_, _, x| {
        kept.push(read(x));
    });
    run.expect("bounded");
    kept
}

pub(super) fn check_notebook(t: &Tensors) {
    let network = Network::store(
        &config(t, "dsem"),
        t.matrix("Xi"),
        &episodes(&t.matrix("G")),
    );
    let network = network.expect("memories");
    let (n, k) = (network.feature_units(), network.hidden_units());
    let (times, dt) = (t.values("t"), 0.01);
    let at: Vec<usize> = times.iter().map(|t| (t / dt).round() as usize).collect();
    let steps = *at.last().expect("sample times");
    let (cue, still) = (t.values("cue"), vec![0.0; n]);
    let sampled = |overlaps: &[Vec<f64>]| -> Vec<f64> {
        at.iter().flat_map(|step| overlaps[*step].clone()).collect()
    };

    let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
    let start = [cue, &still].concat();
    let read = |x: &[f64]| network.overlaps(&x[..n]).expect("sizes fit");
    let split = run(&flow, &SplitRungeKutta4, dt, steps, &start, read);
    let expected = t.values("overlaps_split");
    close("overlaps_split", &sampled(&split), expected, SAME_METHOD);
    let joint = run(&flow, &RungeKutta4, dt, steps, &start, read);
    let expected = t.values("overlaps_joint");
    close("overlaps_joint", &sampled(&joint), expected, SAME_METHOD);

    let flow = OverlapFlow::new(&network, Drive::Free).expect("linear features");
    let start = flow.state(cue, &still).expect("sizes fit");
    let read = |x: &[f64]| x[..k].iter().map(|f| f / n as f64).collect::<Vec<f64>>();
    let overlaps = run(&flow, &RungeKutta4, dt, steps, &start, read);
    close("overlap form", &sampled(&overlaps), expected, SAME_METHOD);

    // Their steps are counted from that after the first one.
    let times = (0..joint.len()).map(|step| dt * step as f64).collect();
    let joint = DMatrix::from_vec(k, joint.len(), joint.concat());
    let replay = Replay::new(times, joint, 0.5).expect("finite overlaps");
    let onsets = t.values("onsets_memory_start").chunks_exact(2);
    assert_eq!(replay.visits().len(), onsets.len(), "number of visits");
    for (visit, onset) in replay.visits().iter().zip(onsets) {
        assert_eq!(visit.memory as f64, onset[0]);
        assert!(
            (visit.start - onset[1]).abs() < 1.01 * dt,
            "{visit:?} {onset:?}"
        );
    }
}

pub(super) fn check_learning(t: &Tensors) {
    let [
        tau_xi,
        tau_phi,
        beta_c,
        alpha_c,
        tau_d,
        dt,
        per_update,
        per_memory,
        bound,
    ] = *t.values("params")
    else {
        panic!("nine parameters")
    };
    let config = Config {
        delay_strength: alpha_c,
        delay_time_constant: tau_d,
        ..Config::dsem_learning()
    };
    let learning_config = LearningConfig {
        current_weight: beta_c,
        memories_time_constant: tau_xi,
        transitions_time_constant: tau_phi,
        memories_bound: Some(bound),
        transitions_bound: None,
        steps_per_presentation: per_memory as usize,
        steps_per_update: per_update as usize,
        step: dt,
        presentation: Presentation::Clamp,
        reset_delay: true,
    };
    let memories = t.matrix("memories").transpose();
    let network = |xi: &str, phi: &str| {
        let network =
            Network::from_weights(&config.clone(), t.matrix(xi), t.matrix(phi).transpose());
        network.expect("valid weights")
    };
    let start = || network("Xi0", "Phi0");
    let check = |network: &Network, when: &str, tolerance: f64| {
        t.check_matrix(&format!("Xi_{when}"), network.memories(), tolerance);
        let phi = network.transitions().transpose();
        t.check_matrix(&format!("Phi_{when}"), &phi, tolerance);
    };
    let (first, second) = (memories.column(0), memories.column(1));

    let single = LearningConfig {
        steps_per_presentation: learning_config.steps_per_update,
        ..learning_config.clone()
    };
    let mut learning = Learning::new(start(), &single).expect("valid");
    let update = learning.present(first.as_slice(), second.as_slice());
    update.expect("bounded");
    check(learning.network(), "1update", EXACT);

    let mut learning = Learning::new(start(), &learning_config.clone()).expect("valid");
    let memory = learning.present(first.as_slice(), second.as_slice());
    memory.expect("bounded");
    check(learning.network(), "1memory", EXACT);

    let mut learning = Learning::new(start(), &learning_config).expect("valid");
    for epoch in 0..100 {
        learning.epoch(&memories).expect("bounded");
        if epoch == 0 {
            check(learning.network(), "1epoch", 10.0 * EXACT);
        }
    }
    // README: loosely, the memories compete.
    check(learning.network(), "100epochs", 1e-6);
    check_recall(t, &network("Xi_100epochs", "Phi_100epochs"), &memories);
}

/// The recall with the synapses of the file.
fn check_recall(t: &Tensors, network: &Network, memories: &DMatrix<f64>) {
    let (n, count) = memories.shape();
    let flow = ProjectedFlow::new(network, Drive::Free).expect("no input");
    let start = flow.state(t.values("recall_cue"), &vec![0.0; n]);
    let start = start.expect("sizes fit");
    // README: step 0.05, features clipped to +-1.
    let dt = 0.05;
    let method = Clipped {
        method: RungeKutta4,
        variables: n,
        bound: 1.0,
    };
    let overlaps = |x: &[f64]| {
        let x = DMatrix::from_column_slice(n, 1, &x[..n]);
        (memories.tr_mul(&x) / n as f64).as_slice().to_vec()
    };
    let end = t.values("recall_visits").chunks_exact(3).map(|v| v[2]);
    let end = end
        .fold(0.0, f64::max)
        .max(*t.values("recall_t").last().expect("samples"));
    let steps = (end / dt).round() as usize + 1;
    let course = run(&flow, &method, dt, steps, &start.clone(), overlaps);

    let at = t
        .values("recall_t")
        .iter()
        .map(|t| (t / dt).round() as usize);
    let sampled: Vec<f64> = at.flat_map(|step| course[step].clone()).collect();
    let expected = t.values("recall_overlaps");
    close("recall_overlaps", &sampled, expected, SAME_METHOD);

    let samples: Vec<f64> = course[1..].iter().step_by(5).flatten().copied().collect();
    let times = (0..samples.len() / count).map(|k| 5.0 * dt * k as f64);
    let samples = DMatrix::from_vec(count, samples.len() / count, samples);
    let replay = Replay::new(times.collect(), samples, 0.8).expect("finite overlaps");
    let visits = replay.visits().iter();
    let visits: Vec<f64> = visits
        .flat_map(|v| [v.memory as f64, v.start, v.end])
        .collect();
    close("recall_visits", &visits, t.values("recall_visits"), 1e-9);
}
