//! Networks of 200 units that another implementation has trained.

use nalgebra::DMatrix;
use neuro_autodiff::Disturbance;
use neuro_core::linalg::eigen;
use neuro_core::{Batch, Linearize, Streams, Task};
use neuro_models::noisy_ei::{Config, Network, UnitTimeConstants, Weights};
use neuro_models::tasks::{MatchingTask, MatchingTrial, PeakRule, ResponseTask, WindowMeanRule};

use super::EXACT;
use super::analysis::{moduli, ratios};
use crate::data::Tensors;

/// Distance to the next eigenvalue, in 1/ms, from which on a vector is compared. The eigenvalues are
/// of the order of 0.01 / ms; rounding is magnified by the inverse of this gap.
const GAP: f64 = 1e-4;
/// Eigenvalues in 1/ms, and vectors where there is a gap.
const SPECTRUM: f64 = 1e-7;

pub(super) fn check(t: &Tensors) {
    let [delay, channels, samples, onset, response, inputs, ..] = t.indices("meta.cfg")[..] else {
        panic!("delay, channels, samples, response, inputs")
    };
    let units = t.array("in.sign").shape[0];
    let config = Config {
        units,
        inputs,
        channels,
        ..Config::default()
    };
    let task = config.matching_task(delay as f64 * config.dt);
    assert_eq!(Task::<f64>::shape(&task).steps, samples - 1);
    let window = ResponseTask::<f64>::response(&task);
    assert_eq!(window, onset..onset + response);
    let network = network(t, &config);
    t.check("tau", &network.time_constants(), EXACT);
    check_answers(t, &network, &task);
    check_behaviour(t, &network, &task);
    for sign in ["plus", "minus"] {
        check_spectrum(t, &network, sign);
    }
}

fn network(t: &Tensors, config: &Config) -> Network<f64> {
    let signs = t.values("in.sign").to_vec();
    let mut recurrent = t.matrix("p.w");
    for (mut column, sign) in recurrent.column_iter_mut().zip(&signs) {
        column *= *sign;
    }
    let weights = Weights {
        recurrent,
        input: t.matrix("in.w_in"),
        noise: t.matrix("p.w_noise"),
        readout: t.matrix("p.w_out").transpose(),
        readout_bias: t.scalar("p.b"),
        time_constants: UnitTimeConstants::Raw(t.values("p.tau_raw").to_vec()),
        signs,
    };
    Network::from_weights(config, &weights).expect("weights of the configuration")
}

/// The outputs without noise for all four pairs of stimuli.
fn check_answers(t: &Tensors, network: &Network<f64>, task: &MatchingTask) {
    let shape = Task::<f64>::shape(task);
    let mut batch = Batch::new(shape, 4).expect("not empty");
    for (b, trial) in MatchingTrial::ALL.iter().enumerate() {
        task.write(trial, &mut batch.trial_mut(b));
    }
    let initial = vec![0.0; 4 * network.config().units];
    let run = network.simulate(&batch.inputs, &initial, &mut Disturbance::silent());
    let run = run.expect("sizes fit");
    let outputs: Vec<f64> = (0..4)
        .flat_map(|b| (0..shape.steps).map(move |k| (k, b)))
        .map(|(k, b)| run.outputs.state(k, b)[0])
        .collect();
    t.check("noisefree.o", &outputs, EXACT);
}

/// With our noise and our rules the network is as good as it was found to be.
fn check_behaviour(t: &Tensors, network: &Network<f64>, task: &MatchingTask) {
    let trials = 200;
    let found = network.test(task, Streams::new(1), trials);
    let found = found.expect("a task of the network");
    let eval = t.matrix("train.eval");
    let last = eval.row(eval.nrows() - 1);
    let accuracies = [
        found.accuracy(&PeakRule::default()),
        found.accuracy(&WindowMeanRule),
    ];
    for (found, expected) in accuracies.into_iter().zip([last[2], last[3]]) {
        // It was measured when it passed the criterion, a chance selection of 100 trials: five
        // standard errors of 200 trials at an accuracy of 0.9.
        assert!((found - expected).abs() < 0.106, "{found} {expected}");
    }
    // The loss of a trial varies by about 1.5.
    let (loss, expected) = (found.mean_loss(), last[1]);
    assert!((loss - expected).abs() < 1.0, "{loss} {expected}");
}

/// The Jacobian at the mean state of the delay.
fn check_spectrum(t: &Tensors, network: &Network<f64>, sign: &str) {
    let name = |what: &str| format!("{sign}.{what}");
    let x = t.values(&name("x_star"));
    let n = x.len();
    let mut jacobian = DMatrix::zeros(n, n);
    network.flow().jacobian(0.0, x, &mut jacobian);
    let modes = eigen(&jacobian).expect("a finite matrix");
    let (re, im) = (t.values(&name("eig_re")), t.values(&name("eig_im")));
    // Equal real parts may come in either order: each value takes its nearest one.
    let distance =
        |k: usize, j: usize| (modes.values[j].re - re[k]).hypot(modes.values[j].im - im[k]);
    let mut free: Vec<usize> = (0..n).collect();
    let mut ours = Vec::new();
    for k in 0..n {
        let nearest = (0..free.len()).min_by(|a, b| {
            let (a, b) = (distance(k, free[*a]), distance(k, free[*b]));
            a.total_cmp(&b)
        });
        let j = free.swap_remove(nearest.expect("as many values on both sides"));
        assert!(distance(k, j) < SPECTRUM, "{sign}: eigenvalue {k}");
        ours.push(j);
    }
    let gap = |k: usize| {
        let others = (0..n).filter(|j| *j != k);
        others
            .map(|j| (re[k] - re[j]).hypot(im[k] - im[j]))
            .fold(f64::INFINITY, f64::min)
    };
    let ratios = ratios(&modes.left);
    let expected = t.values(&name("ipr_left"));
    let top = t.matrix(&name("left_abs_top10"));
    let mut largest = vec![0.0_f64; n];
    let mut compared = 0;
    for k in 0..n {
        let vector = moduli(&modes.left, ours[k]);
        if k < 10 {
            for (m, v) in largest.iter_mut().zip(&vector) {
                *m = m.max(*v);
            }
        }
        if gap(k) < GAP {
            continue;
        }
        compared += 1;
        let error = (ratios[ours[k]] - expected[k]).abs();
        assert!(error < SPECTRUM, "{sign}: ratio {k} {error}");
        if k < 10 {
            for (i, v) in vector.iter().enumerate() {
                let error = (v - top[(k, i)]).abs();
                assert!(error < SPECTRUM, "{sign}: vector {k}, unit {i}: {error}");
            }
        }
    }
    assert!(compared > n / 4, "{sign}: {compared} vectors have a gap");
    let dominant: Vec<f64> = largest
        .iter()
        .map(|m| f64::from(u8::from(*m > 1e-6)))
        .collect();
    t.check(&name("dominant"), &dominant, 0.0);
}
