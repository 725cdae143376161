//! Landmarks: clusters of samples that stand for them where all pairs would be too many.

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams};
use rand::RngExt;

use super::clusters::{compacted, k_means, nearest};
use super::distances::Points;
use super::kernel::AdaptiveKernel;
use super::sparse::SparseMatrix;
use super::subspace::{OVERSAMPLING, leading_eigenpairs};
use crate::Error;

/// Power iterations for the eigenvectors that samples are clustered by. Clusters need the span of
/// slow modes, not each of them to all digits.
const ITERATIONS: usize = 8;

/// Streams of the `Analysis` domain; the classic layout uses 0.
const EIGENVECTORS: u64 = 1;
const CLUSTERS: u64 = 2;

/// Which clusters become landmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LandmarkSelection {
    /// k-means of the samples after one step of diffusion, seen through the leading eigenvectors.
    Spectral {
        /// Number of eigenvectors; at least 1, more than there are samples count as all.
        vectors: usize,
    },
    /// Samples drawn at random, each with the samples that are nearest to it.
    Random,
}

/// How many landmarks, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LandmarkConfig {
    /// Number of landmarks; at least 2. Default 2000.
    pub count: usize,
    /// Which ones. Default spectral with 100 vectors.
    pub selection: LandmarkSelection,
}

impl Default for LandmarkConfig {
    fn default() -> Self {
        Self {
            count: 2000,
            selection: LandmarkSelection::Spectral { vectors: 100 },
        }
    }
}

impl LandmarkConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first field outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let check = neuro_core::Error::check_range;
        let count = self.count;
        check(
            "number of landmarks",
            "at least 2",
            count as f64,
            count >= 2,
        )?;
        if let LandmarkSelection::Spectral { vectors } = self.selection {
            check(
                "eigenvectors to cluster by",
                "at least 1",
                vectors as f64,
                vectors > 0,
            )?;
        }
        Ok(())
    }
}

/// Landmarks of `n` samples: `m` clusters and the steps between them.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    /// The landmark (0 to `m - 1`) that each sample belongs to, `n`; none is empty.
    pub clusters: Vec<usize>,
    /// The diffusion operator between landmarks `P_mn P_nm`, rows of probabilities, `m x m`.
    pub operator: DMatrix<f64>,
    /// Steps from samples to landmarks `P_nm`, rows of probabilities, `n x m`.
    pub transitions: SparseMatrix,
}

/// Landmarks of `samples x variables` with the given kernel. There may be fewer than asked for:
/// empty clusters, as many equal samples leave, are dropped.
///
/// With `C_ki` 1 when sample `i` belongs to cluster `k` and 0 otherwise, and the kernel `K`,
///
/// - `Q = C K`, landmarks x samples: the affinity of a cluster to a sample;
/// - `P_mn`, the rows of `Q` divided by their sums: steps from landmarks to samples;
/// - `P_nm`, the rows of `Q^T` divided by their sums: steps from samples to landmarks;
/// - `P_mn P_nm`, landmarks x landmarks, takes the place of the diffusion operator;
/// - what is found for the landmarks, `Y`, is carried to the samples as `P_nm Y`.
///
/// Clusters come from the diffusion itself or from random samples ([`LandmarkSelection`]). The
/// first is a k-means of `P V`, `V` the leading eigenvectors of `D^-1/2 K D^-1/2`; the authors' programs
/// do the same with mini-batches and a fixed number of power iterations, so that clusters agree in
/// kind and not one by one.
///
/// Source: K. R. Moon et al. 2019, Visualizing structure and transitions in high-dimensional
/// biological data, methods, "Scalability of PHATE".
///
/// # Errors
/// Those of [`LandmarkConfig::validate`]; [`neuro_core::Error::Shape`] when the kernel belongs to
/// another number of samples, [`neuro_core::Error::OutOfRange`] unless there are more samples than
/// landmarks, [`neuro_core::Error::NonFinite`].
pub fn landmarks(
    samples: &DMatrix<f64>,
    kernel: &AdaptiveKernel,
    config: &LandmarkConfig,
    streams: Streams,
    workers: &Workers,
) -> Result<Landmarks, Error> {
    config.validate()?;
    let n = samples.nrows();
    let what = "kernel of the samples";
    neuro_core::Error::check_shape(what, (n, n), kernel.affinity.shape())?;
    neuro_core::Error::check_range(
        "number of landmarks",
        "fewer than samples",
        config.count as f64,
        config.count < n,
    )?;
    let labels = match config.selection {
        LandmarkSelection::Spectral { vectors } => {
            let features = spectral_features(kernel, vectors.min(n), streams, workers)?;
            let points = Points::new("spectral features", &features)?;
            let mut rng = streams.rng(Domain::Analysis, CLUSTERS);
            k_means(&points, config.count, &mut rng, workers)
        }
        LandmarkSelection::Random => {
            let points = Points::new("samples", samples)?;
            let centers: Vec<f64> = draw(n, config.count, streams)
                .into_iter()
                .flat_map(|i| points.coordinates(i..i + 1))
                .copied()
                .collect();
            nearest(&points, &centers, workers)
        }
    };
    let (clusters, count) = compacted(labels);
    let (operator, transitions) = steps(&kernel.affinity, &clusters, count);
    Ok(Landmarks {
        clusters,
        operator,
        transitions,
    })
}

/// `P V`: where each sample is after one step, along the slowest modes.
fn spectral_features(
    kernel: &AdaptiveKernel,
    vectors: usize,
    streams: Streams,
    workers: &Workers,
) -> Result<DMatrix<f64>, Error> {
    let symmetric = kernel.symmetric_operator();
    let n = symmetric.shape().0;
    let mut normals = streams.normals::<f64>(Domain::Analysis, EIGENVECTORS);
    let width = n.min(vectors + OVERSAMPLING);
    let start = DMatrix::from_fn(n, width, |_, _| normals.sample());
    let apply = |x: &DMatrix<f64>| symmetric.multiply(x, workers);
    let modes = leading_eigenpairs(start, vectors, ITERATIONS, 1e-12, apply)?;
    Ok(kernel
        .diffusion_operator()
        .multiply(&modes.vectors, workers))
}

/// `count` different indices below `n`, all sets equally likely, ascending.
fn draw(n: usize, count: usize, streams: Streams) -> Vec<usize> {
    let mut rng = streams.rng(Domain::Analysis, CLUSTERS);
    let mut indices: Vec<usize> = (0..n).collect();
    for k in 0..count {
        let other = rng.random_range(k as u64..n as u64) as usize;
        indices.swap(k, other);
    }
    indices.truncate(count);
    indices.sort_unstable();
    indices
}

/// Steps from landmark to landmark, and from sample to landmark.
fn steps(
    affinity: &SparseMatrix,
    clusters: &[usize],
    count: usize,
) -> (DMatrix<f64>, SparseMatrix) {
    // Rows of Q^T: the affinity of a sample to each cluster, by symmetry of the kernel.
    let mut sums = vec![0.0; count];
    let rows = (0..clusters.len()).map(|i| {
        let mut reached: Vec<usize> = Vec::new();
        for (j, value) in affinity.row(i) {
            reached.push(clusters[j]);
            sums[clusters[j]] += value;
        }
        reached.sort_unstable();
        reached.dedup();
        let row = reached.into_iter();
        row.map(|k| (k, std::mem::take(&mut sums[k])))
            .collect::<Vec<_>>()
    });
    let rows: Vec<Vec<(usize, f64)>> = rows.collect();
    let affinity = SparseMatrix::from_rows(count, rows);
    let from_landmarks = affinity.transpose().with_unit_row_sums();
    let to_landmarks = affinity.with_unit_row_sums();
    // A row of the operator is a column here, so that it is written without strides.
    let mut transposed = DMatrix::zeros(count, count);
    for (from, mut row) in transposed.column_iter_mut().enumerate() {
        for (sample, step) in from_landmarks.row(from) {
            for (to, next) in to_landmarks.row(sample) {
                row[to] += step * next;
            }
        }
    }
    (transposed.transpose(), to_landmarks)
}

impl Landmarks {
    /// Number of landmarks `m`.
    #[must_use]
    pub fn count(&self) -> usize {
        self.operator.nrows()
    }

    /// Carries something known of the landmarks (`m x k`), such as their layout, to all samples
    /// (`n x k`): the mean over the landmarks that a sample steps to.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when there is not one row for each landmark.
    pub fn interpolate(
        &self,
        values: &DMatrix<f64>,
        workers: &Workers,
    ) -> Result<DMatrix<f64>, Error> {
        let expected = (self.count(), values.ncols());
        neuro_core::Error::check_shape("values of the landmarks", expected, values.shape())?;
        Ok(self.transitions.multiply(values, workers))
    }
}

#[cfg(test)]
mod tests {
    use super::super::kernel::{KernelConfig, adaptive_kernel};
    use super::*;

    fn ring(n: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, 3, |i, j| {
            let phase = std::f64::consts::TAU * i as f64 / n as f64;
            [phase.cos(), phase.sin(), 0.1 * (2.0 * phase).sin()][j]
        })
    }

    fn found(samples: &DMatrix<f64>, config: LandmarkConfig, threads: usize) -> Landmarks {
        let workers = Workers::new(threads).expect("threads start");
        let kernel = adaptive_kernel(samples, &KernelConfig::default(), &workers).expect("varies");
        landmarks(samples, &kernel, &config, Streams::new(3), &workers).expect("valid settings")
    }

    const SELECTIONS: [LandmarkSelection; 2] = [
        LandmarkSelection::Spectral { vectors: 10 },
        LandmarkSelection::Random,
    ];

    #[test]
    fn landmarks_stand_for_samples_near_each_other() {
        for selection in SELECTIONS {
            let config = LandmarkConfig {
                count: 30,
                selection,
            };
            let found = found(&ring(300), config, 1);
            assert_eq!(found.count(), 30);
            for landmark in 0..30 {
                let members: Vec<usize> = (0..300)
                    .filter(|&i| found.clusters[i] == landmark)
                    .collect();
                let apart = |i: usize, j: usize| i.abs_diff(j).min(300 - i.abs_diff(j));
                // 10 samples a cluster on average; a cluster is one stretch of the ring.
                assert!(!members.is_empty());
                assert!(members.iter().all(|&i| apart(i, members[0]) < 60));
            }
        }
    }

    #[test]
    fn landmark_operators_are_the_products_of_the_definition() {
        let samples = ring(120);
        let config = LandmarkConfig {
            count: 12,
            selection: LandmarkSelection::Random,
        };
        let found = found(&samples, config, 1);
        let kernel = adaptive_kernel(&samples, &KernelConfig::default(), &Workers::sequential());
        let kernel = kernel.expect("varies").affinity.to_dense();
        let member = |k: usize, i: usize| f64::from(u8::from(found.clusters[i] == k));
        let q = DMatrix::from_fn(12, 120, member) * kernel;
        let normalized = |mut m: DMatrix<f64>| {
            for mut row in m.row_iter_mut() {
                let sum = row.sum();
                row /= sum;
            }
            m
        };
        let (from, to) = (normalized(q.clone()), normalized(q.transpose()));
        assert!((found.transitions.to_dense() - &to).amax() < 1e-15);
        assert!((&found.operator - from * &to).amax() < 1e-15);
        // A constant stays what it is.
        let ones = DMatrix::from_element(12, 1, 1.0);
        let carried = found
            .interpolate(&ones, &Workers::sequential())
            .expect("a row each");
        assert!(carried.add_scalar(-1.0).amax() < 1e-14);
    }

    #[test]
    fn landmarks_are_the_same_for_any_number_of_threads() {
        for selection in SELECTIONS {
            let config = LandmarkConfig {
                count: 40,
                selection,
            };
            let samples = ring(500);
            let one = found(&samples, config, 1);
            assert_eq!(one, found(&samples, config, 2));
            assert_eq!(one, found(&samples, config, 8));
        }
    }

    #[test]
    fn random_landmarks_are_distinct_samples() {
        let drawn = draw(50, 49, Streams::new(1));
        assert!(drawn.is_sorted_by(|a, b| a < b) && drawn.len() == 49);
        assert_ne!(draw(50, 10, Streams::new(1)), draw(50, 10, Streams::new(2)));
    }

    #[test]
    fn bad_settings_are_refused() {
        let samples = ring(30);
        let workers = Workers::sequential();
        let kernel = adaptive_kernel(&samples, &KernelConfig::default(), &workers).expect("varies");
        for (count, vectors) in [(1, 10), (30, 10), (10, 0)] {
            let config = LandmarkConfig {
                count,
                selection: LandmarkSelection::Spectral { vectors },
            };
            let found = landmarks(&samples, &kernel, &config, Streams::new(0), &workers);
            assert!(matches!(
                found,
                Err(Error::Core(neuro_core::Error::OutOfRange { .. }))
            ));
        }
        let config = LandmarkConfig::default();
        let found = landmarks(&ring(31), &kernel, &config, Streams::new(0), &workers);
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::Shape { .. }))
        ));
    }
}
