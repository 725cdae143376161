//! k-means: the samples it starts from, the clusters it ends with.

use neuro_analysis::kmeans::{KMeansConfig, k_means, k_means_from, k_means_plus_plus};
use neuro_core::Streams;

use crate::data::Tensors;

/// Centres and inertia (README: 1e-12).
const TOLERANCE: f64 = 1e-12;

pub(super) fn check_kmeans(t: &Tensors) {
    let samples = t.matrix("X");
    let seeds = k_means_plus_plus(&samples, t.values("pp_uniforms")).expect("distinct samples");
    assert_eq!(seeds, t.indices("pp_index"), "samples of k-means++");

    let first = t.matrix("init");
    let found = k_means_from(&samples, &first, 300).expect("samples and centres");
    assert!(found.converged, "Lloyd's iteration ends");
    assert_eq!(found.labels, t.indices("labels"), "labels");
    t.check_matrix("centers", &found.centers, TOLERANCE);
    t.check("inertia", &[found.inertia], TOLERANCE);
    // The file counts the last look at the labels, which moves no centre.
    assert_eq!(found.iterations + 1, t.indices("iterations")[0]);

    let config = KMeansConfig {
        clusters: first.nrows(),
        starts: 50,
        ..KMeansConfig::default()
    };
    let best = k_means(&samples, &config, Streams::new(1)).expect("distinct samples");
    t.check("best_inertia", &[best.inertia], TOLERANCE);
}
