//! Jacobians, spectra and dimensionality of a small network, against the library's own analyses.

use nalgebra::DMatrix;
use neuro_analysis::{
    covariance, mean_jacobian, participation_ratio, pca, perturbation_spectrum, tangent_product,
};
use neuro_core::Complex;
use neuro_core::linalg::{eigenvalues, expm};
use neuro_models::transient_memory::Flow;

use super::TRAJECTORY;
use crate::data::Tensors;

pub(super) fn check(t: &Tensors) {
    let flow = Flow::new(t.matrix("j")).expect("a square matrix");
    // One state a column, x_0 .. x_T.
    let states = t.matrix("x").transpose();
    let jacobian = mean_jacobian(&flow, 0.0, &states).expect("states of the flow");
    let mean = jacobian + DMatrix::identity(states.nrows(), states.nrows());
    t.check_matrix("mean_g", &mean, TRAJECTORY);
    t.check_matrix("exp_mean_g", &expm(&mean).expect("finite"), TRAJECTORY);
    check_spectrum(t, "eig_mean_g", &mean);
    check_spectrum(t, "eig_exp", &expm(&mean).expect("finite"));

    let samples = t.matrix("pert");
    let covariance = covariance(&samples).expect("several samples");
    t.check_matrix("pert_cov", &covariance, TRAJECTORY);
    let pca = pca(&samples, None).expect("several samples");
    t.check(
        "pca_eigenvalues",
        pca.explained_variance.as_slice(),
        TRAJECTORY,
    );
    t.check("cum_ratio", pca.cumulative_ratio().as_slice(), TRAJECTORY);
    let ratio = participation_ratio(&covariance).expect("varying samples");
    t.check("participation_ratio", &[ratio], TRAJECTORY);
    check_ensemble(t, &samples);

    // The README fixes alpha 0.25 for this kind; the last state starts no step.
    let starts = states.columns(0, states.ncols() - 1).into_owned();
    let tangent = tangent_product(&flow, 0.0, 0.25, &starts).expect("states of the flow");
    t.check_matrix("tangent_product", &tangent.matrix, TRAJECTORY);
    t.check(
        "tangent_singular_values",
        tangent.singular_values.as_slice(),
        TRAJECTORY,
    );
}

/// The same numbers from the analysis of perturbations: the points as copies of one state.
fn check_ensemble(t: &Tensors, samples: &DMatrix<f64>) {
    let origin = vec![0.0; samples.ncols()];
    let spectrum = perturbation_spectrum(&samples.transpose(), &origin).expect("several copies");
    let expected = t.values("pca_eigenvalues");
    let found = spectrum.eigenvalues.as_slice();
    t.check("pca_eigenvalues", &found[..expected.len()], TRAJECTORY);
    let shares: Vec<f64> = (1..=t.values("cum_ratio").len())
        .map(|k| spectrum.leading_share(k))
        .collect();
    t.check("cum_ratio", &shares, TRAJECTORY);
    let ratio = spectrum.participation_ratio;
    t.check("participation_ratio", &[ratio], TRAJECTORY);
}

/// Compares eigenvalues as sets: each of the file's with the nearest of ours, each used once.
fn check_spectrum(t: &Tensors, name: &str, matrix: &DMatrix<f64>) {
    let mut found = eigenvalues(matrix).expect("finite");
    let (re, im) = (
        t.values(&format!("{name}_re")),
        t.values(&format!("{name}_im")),
    );
    assert_eq!(found.len(), re.len(), "number of eigenvalues");
    let scale = found.iter().fold(0.0_f64, |m, v| m.max(v.norm()));
    for (re, im) in re.iter().zip(im) {
        let expected = Complex::new(*re, *im);
        let distance = |v: &Complex<f64>| (v - expected).norm();
        let nearest =
            (0..found.len()).min_by(|a, b| distance(&found[*a]).total_cmp(&distance(&found[*b])));
        let value = found.swap_remove(nearest.expect("one left for each"));
        let error = distance(&value);
        assert!(
            error <= TRAJECTORY * scale,
            "{name}: expected {expected}, found {value}"
        );
    }
}
