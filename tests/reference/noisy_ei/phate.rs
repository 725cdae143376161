//! PHATE stage by stage: each from the file's own input of that stage, then all of them together.

use nalgebra::DMatrix;
use neuro_analysis::phate::{
    KernelConfig, Phate, PhateConfig, SmacofConfig, adaptive_kernel, classic_layout, diffuse,
    diffusion_entropy, diffusion_potential, pairwise_distances, phate, procrustes, smacof,
};
use neuro_core::Streams;
use neuro_core::parallel::Workers;

use crate::data::Tensors;

/// Stages that are sums and products (relative to the larger of a value and a hundredth of the
/// largest one).
const STAGE: f64 = 1e-10;
/// Affinities: the 40th power multiplies the rounding of a distance by 40.
const KERNEL: f64 = 1e-9;
/// Embeddings, as Procrustes disparity (README: 1e-6). Rounding leaves 1e-20; a mistake in any
/// stage more than this.
const DISPARITY: f64 = 1e-12;
/// The package computes its kernel in single precision (README: up to 7e-7 in a value).
const PACKAGE: f64 = 1e-6;

pub(super) fn check_phate(t: &Tensors) {
    let workers = Workers::sequential();
    let kernel = check_kernel(t, &workers);
    let time = t.indices("t_opt")[0];

    let operator = t.matrix("diff_op");
    let entropy = diffusion_entropy(&operator, t.values("vne").len()).expect("a square matrix");
    t.check("svals", entropy.singular_values.as_slice(), STAGE);
    t.check("vne", &entropy.entropy, STAGE);
    t.check("knee_error", &entropy.knee.errors, STAGE);
    assert_eq!(entropy.knee.index, time, "knee");

    let diffused = diffuse(&operator, time, &workers).expect("a square matrix");
    let potential = diffusion_potential(diffused, 1.0).expect("probabilities");
    t.check_matrix("potential", &potential, STAGE);
    let distances = pairwise_distances(&t.matrix("potential"), &workers).expect("finite");
    t.check_matrix("potential_dist", &distances, STAGE);
    check_layouts(t, &workers);

    let config = PhateConfig {
        kernel,
        components: t.matrix("embedding").ncols(),
        ..PhateConfig::default()
    };
    let found = phate(&t.matrix("X"), &config, Streams::new(0), &workers);
    check_embedding(t, &found.expect("valid samples"), time);
}

/// Distances, bandwidth, kernel and diffusion operator of the samples.
fn check_kernel(t: &Tensors, workers: &Workers) -> KernelConfig {
    let samples = t.matrix("X");
    let distances = pairwise_distances(&samples, workers).expect("finite samples");
    t.check_matrix("dist", &distances, STAGE);
    let config = KernelConfig {
        neighbors: t.indices("knn")[0],
        decay: t.scalar("decay"),
        // The README fixes it.
        threshold: 1e-4,
    };
    let kernel = adaptive_kernel(&samples, &config, workers).expect("valid samples");
    t.check("bandwidth", kernel.bandwidth.as_slice(), STAGE);
    t.check_matrix("kernel", &kernel.affinity.to_dense(), KERNEL);
    let operator = kernel.diffusion_operator().to_dense();
    t.check_matrix("diff_op", &operator, KERNEL);
    config
}

/// Classic layout and metric scaling of the file's potential distances.
fn check_layouts(t: &Tensors, workers: &Workers) {
    let (distances, expected) = (t.matrix("potential_dist"), t.matrix("classic_mds"));
    let mut classic =
        classic_layout(&distances, expected.ncols(), Streams::new(0)).expect("distances");
    for (mut found, expected) in classic.column_iter_mut().zip(expected.column_iter()) {
        // The sign of an axis is nobody's choice.
        let sign = found.dot(&expected).signum();
        found *= sign;
    }
    t.check_matrix("classic_mds", &classic, STAGE);
    let config = SmacofConfig::default();
    let found = smacof(&distances, &expected, &config, workers).expect("distances");
    assert!(found.converged);
    t.check("smacof_stress", &found.stress, STAGE);
    t.check_matrix("smacof", &found.layout, KERNEL);
    let turned = procrustes(&expected, &found.layout)
        .expect("varies")
        .aligned;
    t.check_matrix("embedding", &turned, KERNEL);
}

fn check_embedding(t: &Tensors, found: &Phate, time: usize) {
    assert_eq!(found.diffusion_time, time, "steps of diffusion");
    assert!(found.scaling.converged);
    let disparity = |expected: &DMatrix<f64>| {
        let fit = procrustes(expected, &found.embedding);
        fit.expect("varies").disparity
    };
    let own = disparity(&t.matrix("embedding"));
    assert!(own < DISPARITY, "embedding: {own}");
    let package = disparity(&t.matrix("embedding_package"));
    assert!(package < PACKAGE, "embedding of the package: {package}");
}
