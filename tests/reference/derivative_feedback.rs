//! The homogeneous model and the ring network of Gu & Lim; see the README beside its files.

mod homogeneous;
mod readout;

use nalgebra::DMatrix;
use neuro_core::System;
use neuro_core::integrate::{RungeKutta4, integrate_every};
use neuro_core::nalgebra;
use neuro_models::derivative_feedback::{
    Config, Learning, NegativeWeights, Network, Pathway, Period, Perturbation, PlasticFlow,
    Plasticity, Scheme, Stimulus,
};

use crate::data::{Tensors, files_by_kind};

/// Values that follow by a few operations (README).
const EXACT: f64 = 1e-12;
/// The Runge–Kutta method on all variables (README).
const SAME_METHOD: f64 = 1e-8;
/// Step (ms) with which trajectories are compared, and what the README grants for it. With 0.25 ms, units
/// that cross their threshold in the transient leave errors of 6e-5.
const STEP: f64 = 0.125;
const RATES: f64 = 2e-5;
const WEIGHTS: f64 = 1e-6;
const GAINS: f64 = 1e-7;

const RULES: [&str; 4] = ["none", "diff", "homeo", "comb"];

#[test]
#[allow(clippy::print_stdout, reason = "says which file a failure is in")]
fn every_reference_file_is_met() {
    let kinds = [
        "ring_small_static",
        "ring_small_rhs",
        "ring_small_traj",
        "ring_small_seq",
        "ring_small_rk4",
        "ring_small_readout",
        "ring_large_static",
        "ring_large_rhs",
        "ring_large_traj",
        "ring_large_seq",
        "ring_large_rk4",
        "ring_large_readout",
        "homogeneous",
    ];
    for (kind, files) in files_by_kind("derivative_feedback", &kinds) {
        for file in files {
            println!("{}", file.display());
            let t = Tensors::read(&file);
            match kind.rsplit('_').next() {
                Some("static") => check_static(&t),
                Some("rhs") => check_rhs(&t),
                Some("traj") => check_trajectories(&t),
                Some("seq") => check_sequence(&t),
                Some("rk4") => check_method(&t),
                Some("readout") => readout::check(&t),
                _ => homogeneous::check(&t),
            }
        }
    }
}

/// Each value within `absolute + relative * |expected|`.
#[track_caller]
pub(super) fn close(what: &str, found: &[f64], expected: &[f64], (relative, absolute): (f64, f64)) {
    assert_eq!(found.len(), expected.len(), "size of {what}");
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = absolute + relative * expected.abs();
        let error = (found - expected).abs();
        assert!(
            error <= allowed,
            "{what}[{k}]: {found}, expected {expected}"
        );
    }
}

/// As exact as sums allow whose terms are as large as the largest value.
fn exact(what: &str, found: &[f64], expected: &[f64]) {
    let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    close(what, found, expected, (EXACT, 0.1 * EXACT * largest));
}

fn config(t: &Tensors) -> Config {
    let p = |name: &str| t.scalar(&format!("param.{name}"));
    let pathway = |name: &str| Pathway {
        strength: p(&format!("J_{name}")),
        width: p(&format!("sigma_{name}")),
        time_constant: p(&format!("tau_{name}")),
    };
    let ceiling = p("r_max");
    Config {
        units: p("N") as usize,
        excitatory_time_constant: p("tau_E"),
        inhibitory_time_constant: p("tau_I"),
        ee: pathway("EE"),
        ei: pathway("EI"),
        ie: pathway("IE"),
        ii: pathway("II"),
        stimulus: Stimulus {
            peak: p("J_0"),
            width: p("sigma_0"),
            background: p("h_0"),
            time_constant: p("tau_0"),
            end: p("t_stim"),
        },
        tonic: 0.0,
        ceiling: ceiling.is_finite().then_some(ceiling),
        trial_end: p("t_total"),
    }
}

fn plasticity(t: &Tensors, rule: &str) -> Plasticity {
    let p = |name: &str, rules: [&str; 2]| {
        let on = rules.contains(&rule);
        if on {
            t.scalar(&format!("param.{name}"))
        } else {
            0.0
        }
    };
    Plasticity {
        differential: p("alpha_d", ["diff", "comb"]),
        homeostatic: p("alpha_h", ["homeo", "comb"]),
        target: t.scalar("param.r_0"),
        gate_homeostasis: false,
        negative: NegativeWeights::Relax(t.scalar("param.neg_leak")),
    }
}

/// A ring state of the file in our order: `U` column by column.
fn state(units: usize, row_major: &[f64]) -> Vec<f64> {
    let (neural, learned) = row_major.split_at(6 * units);
    let (weights, gains) = learned.split_at(units * units);
    let weights = DMatrix::from_row_slice(units, units, weights);
    [neural, weights.as_slice(), gains].concat()
}

fn check_static(t: &Tensors) {
    let config = config(t);
    exact("x", &config.angles(), t.values("x"));
    for (name, pathway) in config.pathways() {
        let name = format!("W_{}", name.to_uppercase());
        let kernel = config.kernel(pathway);
        exact(&name, kernel.transpose().as_slice(), t.values(&name));
    }
    let profiles = (0..config.units).flat_map(|k| config.stimulus_profile(k));
    let profiles: Vec<f64> = profiles.collect();
    exact("stim_profiles", &profiles, t.values("stim_profiles"));
    let times = t.values("stim_time.t").iter();
    let levels: Vec<f64> = times.map(|time| config.stimulus.level(*time)).collect();
    exact("stim_time.I", &levels, t.values("stim_time.I"));
    let mut k = 0;
    while t.has(&format!("perturb{k}.spec")) {
        check_perturbation(t, &config, &format!("perturb{k}"));
        k += 1;
    }
    assert!(k > 0, "a perturbation");
    let modes = config.units / 2 + 1;
    let gains: Vec<_> = (0..modes).map(|mode| config.mode_gains(mode)).collect();
    let check = |name: &str, of: fn(&neuro_models::derivative_feedback::ModeGains) -> f64| {
        let found: Vec<f64> = gains.iter().map(of).collect();
        exact(name, &found, t.values(&format!("fourier_eig.{name}")));
    };
    check("W_EE", |g| g.ee);
    check("W_EI", |g| g.ei);
    check("W_IE", |g| g.ie);
    check("W_II", |g| g.ii);
    for (name, ceiling) in [("y_unbounded", None), ("y_max100", Some(100.0))] {
        let found = transfer(&config, ceiling, t.values("transfer.x"));
        exact(name, &found, t.values(&format!("transfer.{name}")));
    }
}

fn perturbations(spec: &[f64]) -> [(&'static str, Perturbation); 3] {
    let [depth, centre, width] = *spec else {
        panic!("a perturbation is depth, centre, width")
    };
    [
        ("global", Perturbation::Global { depth }),
        (
            "post",
            Perturbation::PostSynaptic {
                depth,
                centre,
                width,
            },
        ),
        (
            "pre",
            Perturbation::PreSynaptic {
                depth,
                centre,
                width,
            },
        ),
    ]
}

fn check_perturbation(t: &Tensors, config: &Config, name: &str) {
    let balanced = Network::new(config).expect("valid configuration");
    for (kind, perturbation) in perturbations(t.values(&format!("{name}.spec"))) {
        let found = balanced.perturbed(&perturbation).expect("valid");
        let found = found.synapses().transpose();
        let name = format!("{name}.{kind}");
        exact(&name, found.as_slice(), t.values(&name));
        if kind != "global" {
            let angles = config.angles().into_iter();
            let factors: Vec<f64> = angles.map(|x| perturbation.factor(x)).collect();
            let name = format!("{}.factor", name.trim_end_matches(&format!(".{kind}")));
            exact(&name, &factors, t.values(&name));
        }
    }
}

/// `q` of each value: with the identity for weights, `tau_E` times the slope of silent units whose
/// synapses have these values.
fn transfer(config: &Config, ceiling: Option<f64>, x: &[f64]) -> Vec<f64> {
    let n = config.units;
    let config = Config {
        ceiling,
        ..config.clone()
    };
    let gains = vec![1.0; n];
    let network = Network::from_weights(&config, DMatrix::identity(n, n), gains);
    let flow = network.expect("valid").flow();
    let mut work = flow.work(1);
    let mut rates = Vec::new();
    for x in x.chunks(n) {
        let (mut y, mut dy) = (vec![0.0; 6 * n], vec![0.0; 6 * n]);
        y[2 * n..][..x.len()].copy_from_slice(x);
        flow.rhs(0.0, &y, &mut dy, &mut work);
        let tau = config.excitatory_time_constant;
        rates.extend(dy[..x.len()].iter().map(|d| d * tau));
    }
    rates
}

fn check_rhs(t: &Tensors) {
    let config = config(t);
    let (n, size) = (config.units, t.array("y").shape[1]);
    let mut checked = 0;
    for rule in RULES.into_iter().chain(["comb_gated_rmax25"]) {
        let name = format!("dy.{rule}");
        if !t.has(&name) {
            continue;
        }
        checked += 1;
        let gated = rule == "comb_gated_rmax25";
        let plasticity = Plasticity {
            gate_homeostasis: gated,
            ..plasticity(t, if gated { "comb" } else { rule })
        };
        let config = Config {
            ceiling: if gated { Some(25.0) } else { config.ceiling },
            ..config.clone()
        };
        let network = Network::new(&config).expect("valid configuration");
        for (b, y) in t.values("y").chunks_exact(size).enumerate() {
            let period = if t.values("delay")[b] == 1.0 {
                Period::Delay
            } else {
                Period::Stimulus
            };
            let stimulus = t.indices("stim_index")[b];
            let flow = PlasticFlow::new(&network, plasticity, stimulus, period).expect("valid");
            let y = state(n, y);
            let mut dy = vec![0.0; size];
            flow.rhs(t.values("t")[b], &y, &mut dy, &mut flow.work(1));
            let expected = state(n, &t.values(&name)[b * size..][..size]);
            // Each variable has its own scale.
            for part in 0..6 {
                let of = |v: &[f64]| v[part * n..(part + 1) * n].to_vec();
                exact(&name, &of(&dy), &of(&expected));
            }
            let (weights, gains) = (6 * n..6 * n + n * n, 6 * n + n * n..size);
            exact(&name, &dy[weights.clone()], &expected[weights]);
            exact(&name, &dy[gains.clone()], &expected[gains]);
        }
    }
    assert!(checked > 0, "a rule");
}

/// The states of a trial every `every` steps of `step` ms: at the ends of both periods, too.
fn trial(
    network: &Network,
    plasticity: Plasticity,
    stimulus: usize,
    step: f64,
    every: usize,
) -> Vec<Vec<f64>> {
    let config = network.config();
    let (on, end) = (config.stimulus.end, config.trial_end);
    let mut x = vec![0.0; 6 * config.units];
    x.extend_from_slice(network.synapses().as_slice());
    x.extend_from_slice(network.gains());
    let mut states = vec![x];
    for (period, from, to) in [(Period::Stimulus, 0.0, on), (Period::Delay, on, end)] {
        let flow = PlasticFlow::new(network, plasticity, stimulus, period).expect("valid");
        let steps = ((to - from) / step).round() as usize;
        let start = states.last().expect("the first state").clone();
        let run = integrate_every(&flow, &RungeKutta4, from, step, steps, every, &start);
        let run = run.expect("a bounded trial");
        states.extend((1..run.len()).map(|k| run.state(k).to_vec()));
    }
    states
}

fn network(t: &Tensors) -> Network {
    let config = config(t);
    let gains = vec![1.0; config.units];
    Network::from_weights(&config, t.matrix("U0"), gains).expect("valid weights")
}

/// `U` row by row, of a state of ours.
fn weights(units: usize, state: &[f64]) -> Vec<f64> {
    let columns = &state[6 * units..][..units * units];
    DMatrix::from_column_slice(units, units, columns)
        .transpose()
        .as_slice()
        .to_vec()
}

fn check_trajectories(t: &Tensors) {
    let network = network(t);
    let n = network.config().units;
    let times = t.values("t");
    let every = ((times[1] - times[0]) / STEP).round() as usize;
    let mut checked = 0;
    for rule in RULES {
        if !t.has(&format!("{rule}.U_end")) {
            continue;
        }
        checked += 1;
        let stimulus = t.indices("stim_index")[0];
        let states = trial(&network, plasticity(t, rule), stimulus, STEP, every);
        assert_eq!(states.len(), times.len());
        for (part, name) in ["rE", "rI", "sEE", "sIE", "sEI", "sII"].iter().enumerate() {
            let name = format!("{rule}.{name}");
            if t.has(&name) {
                let of = |s: &Vec<f64>| s[part * n..(part + 1) * n].to_vec();
                let found: Vec<f64> = states.iter().flat_map(of).collect();
                close(&name, &found, t.values(&name), (0.0, RATES));
            }
        }
        let end = states.last().expect("states");
        let check = |name: &str, found: &[f64], tolerance: f64| {
            let name = format!("{rule}.{name}");
            close(&name, found, t.values(&name), (0.0, tolerance));
        };
        check("y_end_neural", &end[..6 * n], RATES);
        check("U_end", &weights(n, end), WEIGHTS);
        check("g_end", &end[6 * n + n * n..], GAINS);
    }
    assert!(checked > 0, "a rule");
}

fn check_sequence(t: &Tensors) {
    let start = network(t);
    let n = start.config().units;
    for (_, perturbation) in &perturbations(t.values("perturb.spec"))[2..] {
        let balanced = Network::new(start.config()).expect("valid configuration");
        let perturbed = balanced.perturbed(perturbation).expect("valid");
        exact(
            "U0",
            perturbed.synapses().as_slice(),
            start.synapses().as_slice(),
        );
    }
    let mut checked = 0;
    for rule in RULES {
        if !t.has(&format!("{rule}.U")) {
            continue;
        }
        checked += 1;
        let scheme = Scheme::Joint { step: STEP };
        let learning = Learning::new(start.clone(), plasticity(t, rule), scheme, RungeKutta4);
        let mut learning = learning.expect("stable parameters");
        for (k, stimulus) in t.indices("stim_index").into_iter().enumerate() {
            learning.trial(stimulus).expect("a bounded trial");
            let of = |name: &str, size: usize| {
                t.values(&format!("{rule}.{name}"))[k * size..][..size].to_vec()
            };
            let found = learning.network().synapses().transpose();
            close("U", found.as_slice(), &of("U", n * n), (0.0, WEIGHTS));
            close("g", learning.network().gains(), &of("g", n), (0.0, GAINS));
            close(
                "rE_end",
                learning.rates_at_end(),
                &of("rE_end", n),
                (0.0, RATES),
            );
        }
    }
    assert!(checked > 0, "a rule");
}

fn check_method(t: &Tensors) {
    let network = network(t);
    let n = network.config().units;
    let mut checked = 0;
    for rule in RULES {
        if !t.has(&format!("{rule}.U_end")) {
            continue;
        }
        checked += 1;
        let stimulus = t.indices("stim_index")[0];
        let states = trial(&network, plasticity(t, rule), stimulus, t.scalar("h"), 100);
        let rates: Vec<f64> = states.iter().flat_map(|s| s[..n].to_vec()).collect();
        let end = states.last().expect("states");
        t.check(&format!("{rule}.rE_every_100"), &rates, SAME_METHOD);
        t.check(&format!("{rule}.U_end"), &weights(n, end), SAME_METHOD);
        t.check(&format!("{rule}.g_end"), &end[6 * n + n * n..], SAME_METHOD);
    }
    assert!(checked > 0, "a rule");
}
