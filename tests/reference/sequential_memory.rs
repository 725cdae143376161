//! The sequential memories of Karuvally et al.; see the README beside its files.

mod runs;

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::System;
use neuro_core::integrate::adaptive::{StepControl, integrate_at};
use neuro_core::integrate::{RungeKutta4, integrate_observed};
use neuro_models::sequential_memory::{
    Config, Drive, Episodes, Flow, Lagrangian, LearningConfig, LogCosh, LogSumExp, Network,
    OverlapFlow, ProjectedFlow, Quadratic, ReducedFlow, Sweeps,
};

use crate::data::{Tensors, files_by_kind};

/// Values that follow by a few operations (README).
const EXACT: f64 = 1e-12;
/// The same method on the same equations (README).
const SAME_METHOD: f64 = 1e-9;
/// The step of 0.01 at the switches of DSEM (README).
const STEP_ERROR: f64 = 2e-5;
/// Steps chosen for errors of 1e-11 each.
const ADAPTIVE: f64 = 1e-7;

#[test]
#[allow(clippy::print_stdout, reason = "says which file a failure is in")]
fn every_reference_file_is_met() {
    let kinds = [
        "lisem",
        "dsem",
        "general",
        "dsem_notebook_run",
        "dsem_learning",
    ];
    for (kind, files) in files_by_kind("sequential_memory", &kinds) {
        for file in files {
            println!("{}", file.display());
            let t = Tensors::read(&file);
            match kind {
                "dsem_notebook_run" => runs::check_notebook(&t),
                "dsem_learning" => runs::check_learning(&t),
                _ => check_network(&t, kind),
            }
        }
    }
}

/// Each value within an absolute tolerance.
#[track_caller]
pub(super) fn close(what: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "size of {what}");
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= tolerance,
            "{what}[{k}]: {found}, expected {expected}"
        );
    }
}

fn config(t: &Tensors, kind: &str) -> Config {
    let [
        alpha_s,
        alpha_c,
        gain_f,
        gain_h,
        tau_f,
        tau_h,
        tau_d,
        beta_d,
    ] = *t.values("params")
    else {
        panic!("eight parameters")
    };
    let features: Arc<dyn Lagrangian> = match kind {
        "dsem" => Arc::new(Quadratic),
        _ => Arc::new(LogCosh { gain: gain_f }),
    };
    let hidden: Arc<dyn Lagrangian> = match kind {
        "lisem" => Arc::new(Quadratic),
        _ => Arc::new(LogSumExp { gain: gain_h }),
    };
    Config {
        features,
        hidden,
        memory_strength: alpha_s,
        delay_strength: alpha_c,
        feature_time_constant: tau_f,
        hidden_time_constant: tau_h,
        delay_time_constant: tau_d,
        delay_gain: beta_d,
    }
}

/// The transitions of `G`, which goes from row to column.
pub(super) fn episodes(adjacency: &DMatrix<f64>) -> Episodes {
    let count = adjacency.nrows();
    let mut episodes = Episodes::new(count);
    for from in 0..count {
        for to in (0..count).filter(|to| adjacency[(from, *to)] == 1.0) {
            episodes = episodes.with_transition(from, to).expect("in range");
        }
    }
    episodes
}

fn check_network(t: &Tensors, kind: &str) {
    let config = config(t, kind);
    let (xi, phi) = (t.matrix("Xi"), t.matrix("Phi"));
    let network = Network::from_weights(&config.clone(), xi.clone(), phi.transpose());
    let network = network.expect("a valid network");
    if t.has("G") {
        let stored = Network::store(&config, xi, &episodes(&t.matrix("G"))).expect("memories");
        t.check_matrix("Phi", &stored.transitions().transpose(), EXACT);
    }
    check_states(t, kind, &network);
    check_learning_rates(t, &network);
    check_trajectories(t, kind, &network);
    check_fixed_points(t, &network);
}

/// What was found of each state, under the name of the array.
#[derive(Default)]
struct Found(std::collections::BTreeMap<&'static str, Vec<f64>>);

impl Found {
    fn add(&mut self, name: &'static str, values: &[f64]) {
        self.0.entry(name).or_default().extend_from_slice(values);
    }

    fn check(&self, t: &Tensors) {
        for (name, found) in &self.0 {
            t.check(name, found, EXACT);
        }
    }
}

/// Row `s` of an array of states.
fn row<'t>(t: &'t Tensors, name: &str, s: usize) -> &'t [f64] {
    let array = t.array(name);
    let length = array.values.len() / array.shape[0];
    &array.values[s * length..][..length]
}

fn slopes<S: System<f64>>(system: &S, x: &[f64]) -> Vec<f64> {
    let mut dx = vec![0.0; x.len()];
    system.rhs(0.0, x, &mut dx, &mut system.work(1));
    dx
}

fn check_states(t: &Tensors, kind: &str, network: &Network) {
    let (n, k) = (network.feature_units(), network.hidden_units());
    let config = network.config();
    let mut found = Found::default();
    for s in 0..t.array("Vf").shape[0] {
        let [f, h, d] = ["Vf", "Vh", "Vd"].map(|name| row(t, name, s));
        let general = Flow::new(network, Drive::Free).expect("a hidden time constant");
        let dx = slopes(&general, &[f, h, d].concat());
        found.add("rhs_dVf", &dx[..n]);
        found.add("rhs_dVh", &dx[n..n + k]);
        found.add("rhs_dVd", &dx[n + k..]);
        let reduced = ReducedFlow::new(network, Drive::Free).expect("no input");
        let dx = slopes(&reduced, &[f, d].concat());
        found.add("rhs_reduced_dVf", &dx[..n]);
        found.add("rhs_reduced_dVd", &dx[n..]);
        let hidden = network.adiabatic_hidden(f, d).expect("sizes fit");
        found.add("h_star", &hidden);
        let s_f = network.feature_activation(f).expect("sizes fit");
        found.add("sigma_f", &s_f);
        let s_h = network.hidden_activation(h).expect("sizes fit");
        found.add("sigma_h", &s_h);
        found.add("L_f", &[config.features.value(f)]);
        found.add("L_h", &[config.hidden.value(h)]);
        found.add("overlaps", &network.overlaps(f).expect("sizes fit"));
        let terms = network.energy(f, h, d).expect("sizes fit");
        let all = [
            terms.features,
            terms.hidden,
            terms.memories,
            terms.transitions,
        ];
        found.add("energy_terms", &all);
        found.add("energy", &[terms.total()]);
        let rate = network.energy_rate(f, h, d).expect("sizes fit");
        found.add("F", &[rate.descent]);
        found.add("G_term", &[rate.delay]);
        let energy = network.reduced_energy(f, d).expect("sizes fit");
        found.add("energy_reduced", &[energy]);
        let rate = network.reduced_energy_rate(f, d).expect("sizes fit");
        found.add("F_reduced", &[rate.descent]);
        found.add("G_reduced", &[rate.delay]);
        let gradient = network.reduced_energy_gradient(f, d).expect("sizes fit");
        found.add("grad_Vf_reduced", &gradient);
        if kind == "lisem" {
            let parts = network.linear_energy_parts(f, d).expect("linear");
            let all = [parts.associative, parts.sequential, parts.constant];
            found.add("energy_parts_assoc_seq_c", &all);
        }
        let (xi, w) = network.energy_gradients(f, h, d).expect("sizes fit");
        found.add("dE_dXi", xi.transpose().as_slice());
        // Our transitions are the transpose of Phi: column-major is its row-major.
        found.add("dE_dPhi", w.as_slice());
    }
    found.check(t);
}

fn check_learning_rates(t: &Tensors, network: &Network) {
    let states = t.array("Vf").shape[0];
    // README: the settings of these rates.
    let config = LearningConfig {
        current_weight: 0.621,
        memories_time_constant: 6.2e3,
        transitions_time_constant: 6.2e5,
        memories_bound: None,
        ..LearningConfig::default()
    };
    let rule = config.rule(network.config());
    let mut found = Found::default();
    for s in 0..states {
        let [target, current] = [s, (s + 1) % states].map(|s| row(t, "Vf", s));
        let rates = network.learning_rates(&rule, target, current, row(t, "Vd", s));
        let (xi, w) = rates.expect("sizes fit");
        found.add("learn_dXi", xi.transpose().as_slice());
        found.add("learn_dPhi", w.as_slice());
    }
    found.check(t);
}

/// The states at these times by the classical Runge–Kutta method with step 0.01, all kept together.
fn samples<S: System<f64>>(system: &S, start: &[f64], times: &[f64]) -> Vec<f64> {
    let at: Vec<usize> = times.iter().map(|t| (t / 0.01).round() as usize).collect();
    let steps = *at.last().expect("sample times");
    let (mut x, mut kept) = (start.to_vec(), Vec::new());
    let run = integrate_observed(system, &RungeKutta4, 0.0, 0.01, steps, &mut x, |k, _, x| {
        if at.contains(&k) {
            kept.extend_from_slice(x);
        }
    });
    run.expect("bounded");
    kept
}

/// A range of each state of `dim` values.
fn part(states: &[f64], dim: usize, range: std::ops::Range<usize>) -> Vec<f64> {
    let parts = states.chunks_exact(dim).flat_map(|x| &x[range.clone()]);
    parts.copied().collect()
}

fn check_trajectories(t: &Tensors, kind: &str, network: &Network) {
    let (n, k) = (network.feature_units(), network.hidden_units());
    let [v0, h0, d0, times] =
        ["traj_v0", "traj_h0", "traj_d0", "traj_t"].map(|name| t.values(name));

    let flow = Flow::new(network, Drive::Free).expect("a hidden time constant");
    let start = [v0, h0, d0].concat();
    let variables = [("Vf", 0..n), ("Vh", n..n + k), ("Vd", n + k..2 * n + k)];
    check_method(t, "general", &flow, &start, times, &variables);

    let flow = ReducedFlow::new(network, Drive::Free).expect("no input");
    let start = [v0, d0].concat();
    let states = check_method(
        t,
        "reduced",
        &flow,
        &start,
        times,
        &[("Vf", 0..n), ("Vd", n..2 * n)],
    );
    let (mut overlaps, mut energies) = (Vec::new(), Vec::new());
    for x in states.chunks_exact(2 * n) {
        overlaps.extend(network.overlaps(&x[..n]).expect("sizes fit"));
        energies.push(network.reduced_energy(&x[..n], &x[n..]).expect("sizes fit"));
    }
    close(
        "traj_overlaps",
        &overlaps,
        t.values("traj_overlaps"),
        SAME_METHOD,
    );
    t.check("traj_energy_reduced", &energies, SAME_METHOD);

    // The smaller systems have the same trajectories.
    let flow = ProjectedFlow::new(network, Drive::Free).expect("no input");
    let start = flow.state(v0, d0).expect("sizes fit");
    let found = part(&samples(&flow, &start, times), n + k, 0..n);
    close("projected", &found, t.values("rk4_reduced_Vf"), SAME_METHOD);
    if kind == "dsem" {
        let flow = OverlapFlow::new(network, Drive::Free).expect("linear features");
        let start = flow.state(v0, d0).expect("sizes fit");
        let found = part(&samples(&flow, &start, times), 2 * k, 0..k);
        let found: Vec<f64> = found.iter().map(|f| f / n as f64).collect();
        close(
            "overlap form",
            &found,
            t.values("traj_overlaps"),
            SAME_METHOD,
        );
    }
}

/// Compares fixed and adaptive steps with the file; gives the states of the fixed steps.
fn check_method<S: System<f64>>(
    t: &Tensors,
    form: &str,
    flow: &S,
    start: &[f64],
    times: &[f64],
    variables: &[(&str, std::ops::Range<usize>)],
) -> Vec<f64> {
    let states = samples(flow, start, times);
    let control = StepControl::new(1e-11, 1e-11);
    let adaptive = integrate_at(flow, &control, 0.0, times, start).expect("bounded");
    for (name, range) in variables {
        let rk4 = format!("rk4_{form}_{name}");
        let found = part(&states, flow.dim(), range.clone());
        close(&rk4, &found, t.values(&rk4), SAME_METHOD);
        let tight = format!("tight_{form}_{name}");
        close(&tight, &found, t.values(&tight), STEP_ERROR);
        let found = part(adaptive.states().as_slice(), flow.dim(), range.clone());
        close(&tight, &found, t.values(&tight), ADAPTIVE);
    }
    states
}

fn check_fixed_points(t: &Tensors, network: &Network) {
    let mut compared = 0;
    for (s, converged) in t.values("fixed_point_converged").iter().enumerate() {
        if *converged != 1.0 {
            continue;
        }
        compared += 1;
        let [f, d] = ["rk4_reduced_Vf", "rk4_reduced_Vd"].map(|name| row(t, name, s));
        let point = network
            .fixed_point(f, d, Sweeps::default())
            .expect("sizes fit");
        assert!(point.converged, "sample {s}");
        let expected = row(t, "fixed_point_Vf", s);
        close("fixed_point_Vf", &point.features, expected, SAME_METHOD);
        let expected = t.values("fixed_point_energy")[s];
        let error = (point.energy - expected).abs();
        assert!(
            error <= EXACT * expected.abs().max(1.0),
            "energy of sample {s}"
        );
    }
    assert!(compared > 0, "a fixed point");
}
