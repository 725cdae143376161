//! What a network's rates say about the stimulus, and the balance of its modes.

use nalgebra::DMatrix;
use neuro_analysis::mode_balance::{mode_eigenvalues, mode_projections};
use neuro_analysis::population_vector::{
    CountConfig, circular_error, decode_counts, population_vector,
};
use neuro_analysis::selectivity::selectivity;
use neuro_core::linalg::eigenvalues;
use neuro_core::{Streams, nalgebra};

use super::{EXACT, close, config, exact};
use crate::data::Tensors;

/// Eigenvalues (README).
const EIGENVALUES: f64 = 1e-8;

pub(super) fn check(t: &Tensors) {
    let (angles, rates) = (config(t).angles(), t.matrix("R"));
    let found = selectivity(&rates, &angles).expect("rates for every stimulus");
    exact("f_theta", &found.units, t.values("f_theta"));
    exact("f_mean", &[found.mean], t.values("f_mean"));
    exact("f_std", &[found.sd], t.values("f_std"));
    let heterogeneity = found.heterogeneity(0.0).expect("tuned units");
    exact("f_norm", &[heterogeneity], t.values("f_norm"));

    let noiseless = population_vector(&rates, &angles).expect("rates of every unit");
    exact(
        "decoded_noiseless",
        &noiseless,
        t.values("decoded_noiseless"),
    );
    check_counts(t, &angles);
    check_expected_error(t, &rates, &angles);
    check_balance(t);
}

fn check_counts(t: &Tensors, angles: &[f64]) {
    let n = angles.len();
    let (mut decoded, mut errors) = (Vec::new(), Vec::new());
    for counts in t.values("counts").chunks_exact(n * n) {
        let counts = DMatrix::from_row_slice(n, n, counts);
        let found = population_vector(&counts, angles).expect("counts of every unit");
        errors.extend(
            found
                .iter()
                .zip(angles)
                .map(|(a, b)| circular_error(*a, *b)),
        );
        decoded.extend(found);
    }
    // Angles at pi and -pi are the same.
    let differences = decoded.iter().zip(t.values("decoded"));
    for (found, expected) in differences {
        assert!(
            circular_error(*found, *expected) < EXACT,
            "{found} {expected}"
        );
    }
    // 1 - cos is exact to the last place of 1.
    close("error", &errors, t.values("error"), (EXACT, EXACT));
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    exact("error_mean", &[mean], t.values("error_mean"));
}

/// Our Poisson counts lead to the error that other ones do.
fn check_expected_error(t: &Tensors, rates: &DMatrix<f64>, angles: &[f64]) {
    let config = CountConfig {
        repetitions: 400,
        ..CountConfig::default()
    };
    let found = decode_counts(rates, angles, angles, config, Streams::new(1));
    let found = found.expect("rates for every stimulus");
    let samples = found.errors.len() as f64;
    // Five standard errors of ours; the file has ten times as many repetitions.
    let allowed = 5.0 * (found.errors.variance() * 1.1 / samples).sqrt();
    let expected = t.scalar("expected_error_4000_reps");
    let error = (found.mean_error - expected).abs();
    assert!(error < allowed, "{} {expected} {allowed}", found.mean_error);
}

fn check_balance(t: &Tensors) {
    let config = config(t);
    let n = config.units;
    let modes = t.array("balance.proj").shape[1];
    // The excitatory gain that would balance the unperturbed inhibition.
    let needed: Vec<f64> = (0..modes)
        .map(|mode| config.mode_gains(mode))
        .map(|g| g.ei * g.ie / g.ii)
        .collect();
    let (mut projected, mut assigned, mut real) = (Vec::new(), Vec::new(), Vec::new());
    for w in t.values("balance.W").chunks_exact(n * n) {
        let w = DMatrix::from_row_slice(n, n, w);
        let found = mode_projections(&w, modes).expect("a square matrix");
        projected.extend(
            found
                .iter()
                .zip(&needed)
                .map(|(gain, needed)| gain / needed),
        );
        let found = mode_eigenvalues(&w, modes).expect("a square matrix");
        let ratio = |(gain, needed): (&Option<f64>, &f64)| gain.map_or(f64::NAN, |g| g / needed);
        assigned.extend(found.iter().zip(&needed).map(ratio));
        let values = eigenvalues(&w).expect("a finite matrix");
        real.extend(values.iter().map(|value| value.re));
    }
    exact("balance.proj", &projected, t.values("balance.proj"));
    t.check("balance.eigvals_re", &real, EIGENVALUES);
    t.check("balance.eig", &assigned, EIGENVALUES);
}
