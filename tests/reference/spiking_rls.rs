//! Spiking networks and recursive least squares of Kim & Chow; see the README beside the files.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::{
    Connections, Decay, Izhikevich, IzhikevichType, LeakyIntegrateAndFire, SpikingUnits,
    SynapticFilter, Theta,
};
use neuro_core::transfer::{QifGain, SmoothQifGain, Tanh, Transfer};
use neuro_core::{Streams, nalgebra};
use neuro_models::spiking_rls::targets::{OrnsteinUhlenbeck, Scheme};
use neuro_models::spiking_rls::{
    Learning, LearningConfig, Network, ObjectiveKind, Pattern, Population, State,
};
use neuro_plasticity::{Dale, Lesson, Objective, PerUnitRls, RlsConfig};

use crate::data::{Tensors, files_by_kind};

/// States absolutely, `P` and weights relative to the largest (README).
const TOLERANCE: f64 = 1e-10;

#[test]
#[allow(clippy::print_stdout, reason = "says which file a failure is in")]
fn every_reference_file_is_met() {
    let kinds = [
        "theta_exp",
        "theta_rk4decay",
        "lif",
        "izhikevich",
        "rate",
        "rls_drive",
        "rls_rate",
        "rls_dale_delete",
        "rls_dale_schur",
        "train_theta_drive",
        "train_theta_rate",
        "gain_curves",
        "ou_path",
    ];
    for (kind, files) in files_by_kind("spiking_rls", &kinds) {
        for file in files {
            println!("{}", file.display());
            let t = Tensors::read(&file);
            match kind {
                "theta_exp" => check_theta(&t, Decay::Exact),
                "theta_rk4decay" => check_theta(&t, Decay::RungeKutta4),
                "lif" => check_integrate_and_fire(&t),
                "izhikevich" => check_izhikevich(&t),
                "rate" => check_rate_network(&t),
                "rls_drive" => check_rls(&t, Objective::Drive, Dale::Free),
                "rls_rate" => check_rls(&t, Objective::rate(), Dale::Free),
                "rls_dale_delete" => check_rls(&t, Objective::Drive, Dale::Delete),
                "rls_dale_schur" => check_rls(&t, Objective::Drive, Dale::Schur),
                "train_theta_drive" => check_training(&t, ObjectiveKind::Drive),
                "train_theta_rate" => check_training(&t, ObjectiveKind::Rate { gated: true }),
                "gain_curves" => check_gains(&t),
                _ => check_processes(&t),
            }
        }
    }
}

/// Row `step` of an array steps x units within [`TOLERANCE`], absolutely.
#[track_caller]
fn check_row(t: &Tensors, name: &str, step: usize, found: &[f64]) {
    let expected = &t.values(name)[step * found.len()..][..found.len()];
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= TOLERANCE,
            "{name}[{step}, {i}]: {found}, expected {expected}"
        );
    }
}

/// All values within [`TOLERANCE`] of the largest.
#[track_caller]
fn check_relative(name: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "size of {name}");
    let largest = expected.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= TOLERANCE * largest,
            "{name}[{i}]: {found}, expected {expected}"
        );
    }
}

/// The network of a file, its connections those of the mask.
fn network(t: &Tensors, weights: &str, population: Population, dt: f64) -> Network {
    let connections = Connections::of_mask(&t.matrix("mask"));
    let weights = connections.weights_of(&t.matrix(weights));
    Network::from_parts(population, connections, weights, dt)
        .expect("a network of the file's sizes")
}

fn spiking(units: impl SpikingUnits + 'static, filter: SynapticFilter) -> Population {
    let units = Arc::new(units);
    Population::Spiking { units, filter }
}

/// Runs the steps of a file; `check` sees the state after each.
fn run(t: &Tensors, network: &Network, mut state: State, check: impl Fn(usize, &State)) {
    let (stimulus, window) = (t.values("stim"), t.indices("stim_window"));
    for step in 0..t.array("r").shape[0] {
        let on = (window[0]..window[1]).contains(&step);
        network.step(if on { stimulus } else { &[] }, &mut state);
        check_row(t, "r", step, state.rates());
        check_row(t, "u", step, state.drive());
        check(step, &state);
    }
}

fn check_theta(t: &Tensors, decay: Decay) {
    let (dt, jump) = (t.scalar("dt"), t.scalar("b"));
    let filter = SynapticFilter::new(1.0 / jump, dt, 1.0, decay).expect("positive times");
    assert!((filter.decay() - t.scalar("decay")).abs() < 1e-15);
    let time_constant = 1.0;
    let population = spiking(Theta { time_constant, dt }, filter);
    let network = network(t, "W", population, dt);
    let network = network.with_bias(t.values("bias").to_vec()).expect("bias");
    let state = network.state(t.values("theta0").to_vec()).expect("phases");
    run(t, &network, state, |step, state| {
        check_row(t, "theta", step, state.variables());
        check_row(t, "spikes", step, state.spikes());
    });
}

/// The filter of the files whose times are in ms, with rates per 10 ms.
fn filter_in_ms(t: &Tensors, dt: f64) -> SynapticFilter {
    let filter = SynapticFilter::new(10.0 / t.scalar("b"), dt, 10.0, Decay::Exact);
    let filter = filter.expect("positive times");
    assert!((filter.decay() - t.scalar("decay")).abs() < 1e-15);
    filter
}

fn check_integrate_and_fire(t: &Tensors) {
    let (dt, tau) = (t.scalar("dt_ms"), t.scalar("tau_ms"));
    // The file's bias is a voltage for each unit: an input of bias / tau beside a rest at 0.
    let units = LeakyIntegrateAndFire {
        rest: 0.0,
        threshold: t.scalar("v_thr"),
        reset: t.scalar("v_res"),
        time_constant: tau,
        dt,
    };
    let network = network(t, "W", spiking(units, filter_in_ms(t, dt)), dt);
    let bias = t.values("bias").iter().map(|v| v / tau).collect();
    let network = network.with_bias(bias).expect("bias");
    let state = network.state(t.values("v0").to_vec()).expect("voltages");
    run(t, &network, state, |step, state| {
        check_row(t, "v", step, state.variables());
        check_row(t, "spikes", step, state.spikes());
    });
}

fn check_izhikevich(t: &Tensors) {
    let dt = t.scalar("dt_ms");
    let (types, _) = t.values("abcd").as_chunks::<4>();
    let types = types
        .iter()
        .map(|&[a, b, c, d]| IzhikevichType { a, b, c, d });
    let units = Izhikevich::new(types.collect(), dt).expect("finite parameters");
    let network = network(t, "W", spiking(units, filter_in_ms(t, dt)), dt);
    let network = network.with_bias(t.values("bias").to_vec()).expect("bias");
    let start = [t.values("v0"), t.values("w_rec0")].concat();
    let state = network.state(start).expect("voltages and recoveries");
    run(t, &network, state, |step, state| {
        let (v, w) = state.variables().split_at(network.units());
        check_row(t, "v", step, v);
        check_row(t, "w_rec", step, w);
        check_row(t, "spikes", step, state.spikes());
    });
}

fn check_rate_network(t: &Tensors) {
    let step = t.scalar("dt");
    let transfer = Arc::new(Tanh);
    let network = network(t, "W", Population::Rate { transfer, step }, step);
    let state = network.state(t.values("x0").to_vec()).expect("states");
    run(t, &network, state, |step, state| {
        check_row(t, "x", step, state.variables());
    });
}

fn check_rls(t: &Tensors, objective: Objective, dale: Dale) {
    let (units, widest) = (t.array("w0").shape[0], t.array("w0").shape[1]);
    let padded: Vec<&[f64]> = t.values("pre_index").chunks_exact(widest).collect();
    let sources: Vec<Vec<usize>> = padded
        .iter()
        .map(|row| {
            row.iter()
                .filter(|j| **j >= 0.0)
                .map(|j| *j as usize)
                .collect()
        })
        .collect();
    let rows = sources.iter().map(Vec::as_slice);
    let presynaptic = t.array("r").shape[1];
    let connections = Connections::of_sources(presynaptic, rows).expect("ascending sources");
    // Values at existing connections of an array units x widest.
    let existing = |values: &[f64]| -> Vec<f64> {
        let rows = values.chunks_exact(widest).zip(&sources);
        rows.flat_map(|(row, sources)| row[..sources.len()].to_vec())
            .collect()
    };
    let mut weights = existing(t.values("w0"));
    let config = RlsConfig {
        regularization: t.scalar("lam"),
        forgetting: 1.0,
    };
    let rls = PerUnitRls::<f64>::new(config, objective, dale, &connections, &weights);
    let mut rls = rls.expect("options of the file");
    let workers = Workers::sequential();
    for update in 0..t.array("r").shape[0] {
        let block = |name: &str, size: usize| &t.values(name)[update * size..][..size];
        let lesson = Lesson {
            rates: block("r", presynaptic),
            targets: block("target", units),
            inputs: &[],
            decay: 0.0,
        };
        rls.update(&workers, &lesson, &mut weights)
            .expect("a positive P");
        check_row(t, "error", update, rls.errors());
        let trained = rls.trained().iter().map(|t| if *t { 1.0 } else { 0.0 });
        check_row(t, "trained", update, &trained.collect::<Vec<_>>());
        check_relative("w", &weights, &existing(block("w", units * widest)));
        if t.has("active") {
            let active = rls.active().map(|a| if a { 1.0 } else { 0.0 });
            let expected = existing(block("active", units * widest));
            assert_eq!(
                active.collect::<Vec<_>>(),
                expected,
                "active, update {update}"
            );
        }
        let p = block("P", units * widest * widest);
        check_inverses(&rls, &sources, p, widest);
    }
    if t.has("w_batch") {
        check_relative("w_batch", &weights, &existing(t.values("w_batch")));
        check_inverses(&rls, &sources, t.values("P_batch"), widest);
    }
}

fn check_inverses(rls: &PerUnitRls, sources: &[Vec<usize>], expected: &[f64], widest: usize) {
    for (unit, (sources, padded)) in sources
        .iter()
        .zip(expected.chunks_exact(widest * widest))
        .enumerate()
    {
        let n = sources.len();
        let found = rls.inverse_correlation(unit);
        let expected = DMatrix::from_fn(n, n, |i, j| padded[i * widest + j]);
        check_relative("P", found.as_slice(), expected.as_slice());
    }
}

fn check_training(t: &Tensors, objective: ObjectiveKind) {
    let (dt, jump) = (10.0 * t.scalar("dt"), t.scalar("b"));
    let filter = SynapticFilter::new(10.0 / jump, dt, 10.0, Decay::Exact).expect("positive times");
    assert!((filter.decay() - t.scalar("decay")).abs() < 1e-15);
    let time_constant = 10.0;
    let network = network(t, "W0", spiking(Theta { time_constant, dt }, filter), dt);
    let n = network.units();
    let (off, every) = (t.scalar("stim_off"), t.scalar("every"));
    let config = LearningConfig {
        objective,
        rls: RlsConfig {
            regularization: t.scalar("lam"),
            forgetting: 1.0,
        },
        update_interval: every * dt,
        free_run: [0.0, 0.0],
        stimulus_duration: off * dt,
        ..LearningConfig::default()
    };
    let targets = t.matrix("target").transpose();
    let pattern = Pattern::new(t.values("stim").to_vec(), targets);
    let learning = Learning::<f64>::new(network, vec![pattern], &config, Streams::new(0));
    let learning = learning.expect("a pattern that fits");
    let learning = learning.with_variables(t.values("theta0").to_vec());
    let mut learning = learning.expect("phases");
    let connections = learning.network().connections().clone();
    let matrix = |weights: &[f64]| connections.matrix_of(weights).transpose();
    let mut step = 0_usize;
    let outcome = learning.run_loop_with(|moment| {
        assert_eq!(moment.step, step.checked_sub(off as usize));
        check_row(t, "theta", step, moment.state.variables());
        check_row(t, "spikes", step, moment.state.spikes());
        check_row(t, "r", step, moment.state.rates());
        check_row(t, "u", step, moment.state.drive());
        if (step + 1).is_multiple_of(20) {
            let stored = &t.values("W_every20")[step / 20 * n * n..][..n * n];
            check_relative("W_every20", matrix(moment.weights).as_slice(), stored);
        }
        step += 1;
    });
    outcome.expect("a loop without trouble");
    assert_eq!(step, t.array("r").shape[0]);
    let last = matrix(learning.network().weights());
    check_relative("W_last", last.as_slice(), t.values("W_last"));
}

fn check_gains(t: &Tensors) {
    let x = t.values("x");
    let sharpness = t.scalar("c");
    let smooth = SmoothQifGain { sharpness };
    let mut values = [vec![0.0; x.len()], vec![0.0; x.len()], vec![0.0; x.len()]];
    let [phi1, phi2, slope] = &mut values;
    QifGain.value_into(x, phi1);
    smooth.value_into(x, phi2);
    smooth.slope_into(x, phi2, slope);
    for (name, found) in ["phi1", "phi2", "dphi2"].into_iter().zip(&values) {
        // Relative in the tail too, where the curves fall like an exponential, down to where the
        // exponential of the file's program underflows: to 0 or, before that, to a few digits.
        for ((x, found), expected) in x.iter().zip(found).zip(t.values(name)) {
            let error = (found - expected).abs();
            assert!(
                error <= TOLERANCE * expected.abs() || error <= 1e-150,
                "{name}({x}): {found}, expected {expected}"
            );
        }
    }
}

fn check_processes(t: &Tensors) {
    let increments = t.matrix("xi").transpose();
    for (scheme, name) in [(Scheme::Exact, "x_exact"), (Scheme::Euler, "x_euler")] {
        let process = OrnsteinUhlenbeck {
            correlation_time: t.scalar("tau_ms"),
            deviation: t.scalar("sd"),
            scheme,
        };
        let path = process.path(t.values("x0"), &increments, t.scalar("dt_ms"));
        let path = path.expect("one start a unit");
        check_relative(name, path.as_slice(), t.values(name));
    }
}
