//! Claims about whole embeddings.

use nalgebra::DMatrix;
use neuro_core::noise::StandardNormals;
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams};

use super::*;

/// Three branches of `length` samples from one root along different directions in 20 dimensions,
/// with noise; sample `i` belongs to branch `i / length`.
fn tree(length: usize, noise: f64) -> DMatrix<f64> {
    let mut normals: StandardNormals<f64> = Streams::new(17).normals(Domain::User, 0);
    let mut samples = DMatrix::from_fn(3 * length, 20, |_, _| noise * normals.sample());
    for i in 0..3 * length {
        let s = (i % length) as f64 / length as f64;
        samples[(i, i / length)] += 2.0 * s;
        samples[(i, 3 + i / length)] += s * s;
    }
    samples
}

fn embedded(samples: &DMatrix<f64>, config: &PhateConfig) -> Phate {
    phate(samples, config, Streams::new(1), &Workers::sequential()).expect("valid samples")
}

/// Share of the samples in the outer halves of the branches whose nearest other sample is of the
/// same branch.
fn purity(embedding: &DMatrix<f64>, length: usize) -> f64 {
    let distances = pairwise_distances(embedding, &Workers::sequential()).expect("finite");
    let outer: Vec<usize> = (0..3 * length)
        .filter(|i| i % length > length / 2)
        .collect();
    let pure = outer.iter().filter(|&&i| {
        let others = (0..3 * length).filter(|&j| j != i);
        let nearest = others.min_by(|&a, &b| distances[(i, a)].total_cmp(&distances[(i, b)]));
        nearest.is_some_and(|j| j / length == i / length)
    });
    pure.count() as f64 / outer.len() as f64
}

#[test]
fn branches_of_a_noisy_tree_separate() {
    let samples = tree(60, 0.05);
    let config = PhateConfig {
        components: 2,
        ..PhateConfig::default()
    };
    let found = embedded(&samples, &config);
    assert!(found.scaling.converged);
    assert!(purity(&found.embedding, 60) > 0.97);
    assert_eq!(found.embedding.shape(), (180, 2));
    assert!(found.embedding.row_sum().amax() < 1e-12);
}

#[test]
fn landmarks_keep_the_shape_of_the_embedding() {
    let samples = tree(120, 0.05);
    let config = |landmarks, time| PhateConfig {
        // Five neighbours among so few samples barely hold a branch together: which clusters a
        // seed gives would then change its shape.
        kernel: KernelConfig {
            neighbors: 15,
            ..KernelConfig::default()
        },
        landmarks,
        diffusion_time: DiffusionTime::Fixed(time),
        ..PhateConfig::default()
    };
    let exact = embedded(&samples, &config(None, 20));
    assert_eq!(exact.clusters, None);
    for selection in [
        LandmarkSelection::Spectral { vectors: 30 },
        LandmarkSelection::Random,
    ] {
        let count = 150;
        // A step between landmarks is two between samples: there and back.
        let found = embedded(
            &samples,
            &config(Some(LandmarkConfig { count, selection }), 10),
        );
        assert_eq!(found.clusters.as_ref().map(Vec::len), Some(360));
        assert_eq!(found.scaling.layout.nrows(), 150);
        let fit = procrustes(&exact.embedding, &found.embedding).expect("varies");
        assert!(fit.disparity < 0.05, "{selection:?}: {}", fit.disparity);
        assert!(purity(&found.embedding, 120) > 0.97);
    }
}

#[test]
fn an_embedding_does_not_depend_on_position_unit_or_rotation_of_the_samples() {
    let samples = tree(30, 0.05);
    let config = PhateConfig::default();
    let plain = embedded(&samples, &config);
    let q = neuro_core::linalg::qr(&DMatrix::from_fn(20, 20, |i, j| {
        ((i * 20 + j) as f64 * 1.7).sin() + f64::from(u8::from(i == j))
    }));
    let moved = (&samples * q.expect("finite").q * 300.0).add_scalar(7.0);
    let moved = embedded(&moved, &config);
    assert_eq!(moved.diffusion_time, plain.diffusion_time);
    let fit = procrustes(&plain.embedding, &moved.embedding).expect("varies");
    // The kernel is steep and scaling stops at a tolerance: rounding grows, but not far.
    assert!(fit.disparity < 1e-12, "{}", fit.disparity);
}

#[test]
fn threads_change_no_bit_of_an_embedding() {
    let samples = tree(100, 0.05);
    for landmarks in [None, Some(140)] {
        let config = PhateConfig {
            landmarks: landmarks.map(|count| LandmarkConfig {
                count,
                ..LandmarkConfig::default()
            }),
            ..PhateConfig::default()
        };
        let one = embedded(&samples, &config);
        for threads in [2, 8] {
            let workers = Workers::new(threads).expect("threads start");
            let other = phate(&samples, &config, Streams::new(1), &workers);
            assert_eq!(other.expect("valid samples"), one);
        }
    }
}

#[test]
fn principal_components_beyond_the_variance_change_nothing() {
    // 20 dimensions hidden among 60.
    let samples = tree(40, 0.05);
    let mixing = DMatrix::from_fn(20, 60, |i, j| ((i * 60 + j) as f64 * 0.9).sin());
    let samples = samples * mixing;
    let config = |principal_components| PhateConfig {
        principal_components,
        ..PhateConfig::default()
    };
    let (plain, reduced) = (
        embedded(&samples, &config(None)),
        embedded(&samples, &config(Some(20))),
    );
    let fit = procrustes(&plain.embedding, &reduced.embedding).expect("varies");
    assert!(fit.disparity < 1e-12, "{}", fit.disparity);
    let poor = embedded(&samples, &config(Some(1)));
    let fit = procrustes(&plain.embedding, &poor.embedding).expect("varies");
    assert!(fit.disparity > 1e-3);
}

#[test]
fn repeated_samples_are_embedded_at_one_point() {
    let mut samples = tree(30, 0.05);
    for i in 40..48 {
        let row = samples.row(35).into_owned();
        samples.set_row(i, &row);
    }
    let found = embedded(&samples, &PhateConfig::default());
    assert_eq!(found.bandwidth[44], 0.0);
    let apart = (found.embedding.row(35) - found.embedding.row(44)).norm();
    assert!(apart < 1e-9 && found.embedding.iter().all(|x| x.is_finite()));
}

#[test]
fn other_potentials_separate_branches_too() {
    let samples = tree(40, 0.03);
    for gamma in [0.0, -1.0] {
        let config = PhateConfig {
            gamma,
            ..PhateConfig::default()
        };
        let found = embedded(&samples, &config);
        assert!(purity(&found.embedding, 40) > 0.9, "{gamma}");
    }
}

#[test]
fn bad_samples_and_settings_are_refused_before_work_starts() {
    let usual = PhateConfig::default();
    let workers = Workers::sequential();
    let refused = |samples: &DMatrix<f64>, config: &PhateConfig| {
        phate(samples, config, Streams::new(0), &workers).expect_err("bad")
    };
    for rows in [0, 1, 5] {
        let few = tree(30, 0.1).rows(0, rows).into_owned();
        assert!(matches!(
            refused(&few, &usual),
            Error::TooFewSamples { found, .. } if found == rows
        ));
    }
    let config = PhateConfig {
        components: 40,
        ..usual.clone()
    };
    assert!(matches!(
        refused(&tree(10, 0.1), &config),
        Error::TooFewSamples {
            needed: 41,
            found: 30,
            ..
        }
    ));
    // With and without a reduction to principal components.
    for columns in [3, 200] {
        let constant = DMatrix::from_element(150, columns, 0.1);
        assert!(matches!(
            refused(&constant, &usual),
            Error::NoVariance { .. }
        ));
    }
    let mut samples = tree(10, 0.1);
    samples[(3, 3)] = f64::NAN;
    assert!(matches!(
        refused(&samples, &usual),
        Error::Core(neuro_core::Error::NonFinite { .. })
    ));
    for config in [
        PhateConfig {
            principal_components: Some(0),
            ..usual.clone()
        },
        PhateConfig {
            components: 0,
            ..usual.clone()
        },
        PhateConfig {
            gamma: 1.5,
            ..usual.clone()
        },
        PhateConfig {
            diffusion_time: DiffusionTime::Fixed(0),
            ..usual.clone()
        },
        PhateConfig {
            diffusion_time: DiffusionTime::Knee { max: 2 },
            ..usual
        },
    ] {
        assert!(matches!(
            refused(&tree(10, 0.1), &config),
            Error::Core(neuro_core::Error::OutOfRange { .. })
        ));
    }
}
