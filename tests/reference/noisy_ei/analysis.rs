//! Spectra and principal components.

use nalgebra::DMatrix;
use neuro_analysis::{inverse_participation_ratio, pca};
use neuro_core::Complex;
use neuro_core::linalg::{Eigen, eigen};

use crate::data::Tensors;

/// Eigenvalues and vectors of small matrices.
const VECTORS: f64 = 1e-8;

/// Moduli of one eigenvector, of norm 1.
pub(super) fn moduli(vectors: &DMatrix<Complex<f64>>, k: usize) -> Vec<f64> {
    let moduli: Vec<f64> = vectors.column(k).iter().map(|c| c.norm()).collect();
    let norm = moduli.iter().map(|m| m * m).sum::<f64>().sqrt();
    moduli.into_iter().map(|m| m / norm).collect()
}

/// Inverse participation ratios of all vectors, one a column.
pub(super) fn ratios(vectors: &DMatrix<Complex<f64>>) -> Vec<f64> {
    let ratio = |k| inverse_participation_ratio(vectors.column(k).as_slice());
    (0..vectors.ncols())
        .map(|k| ratio(k).expect("no vector is 0"))
        .collect()
}

/// The eigenvalues and vectors of a Jacobian, one by one.
pub(super) fn check_spectrum(t: &Tensors, jacobian: &DMatrix<f64>) {
    let Eigen {
        values,
        right,
        left,
    } = eigen(jacobian).expect("a finite matrix");
    let of = |part: fn(&Complex<f64>) -> f64| values.iter().map(part).collect();
    let (re, im): (Vec<f64>, Vec<f64>) = (of(|w| w.re), of(|w| w.im));
    t.check("jac.eig_re", &re, VECTORS);
    t.check("jac.eig_im", &im, VECTORS);
    t.check("jac.ipr_left", &ratios(&left), VECTORS);
    t.check("jac.ipr_right", &ratios(&right), VECTORS);
    let n = values.len();
    let all = |vectors| (0..n).flat_map(|k| moduli(vectors, k)).collect();
    let rows: Vec<f64> = all(&left);
    t.check("jac.left_abs", &rows, VECTORS);
    let columns = DMatrix::from_vec(n, n, all(&right));
    t.check_matrix("jac.right_abs", &columns, VECTORS);
}

pub(super) fn check_pca(t: &Tensors) {
    let components = t.array("components").shape[0];
    let found = pca(&t.matrix("X"), Some(components)).expect("samples that vary");
    let exact = 1e-10;
    t.check("mean", found.mean.as_slice(), exact);
    t.check_matrix("components", &found.components, exact);
    t.check(
        "explained_variance",
        found.explained_variance.as_slice(),
        exact,
    );
    let ratio = found.explained_variance_ratio.as_slice();
    t.check("explained_variance_ratio", ratio, exact);
    t.check("singular_values", found.singular_values.as_slice(), exact);
    t.check_matrix("scores", &found.scores, exact);
}
