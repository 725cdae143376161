//! PHATE: trajectories and branches of high-dimensional samples in two or three dimensions.
//!
//! Samples are compared by where a random walk over near neighbours leads from them, not by their
//! straight distances: what is connected stays together, noise is averaged away, and far apart
//! remains far apart. The stages, each a function of its own:
//!
//! 1. [`adaptive_kernel`]: affinities `K` with a bandwidth for each sample, after a reduction to
//!    principal components when there are many variables;
//! 2. the diffusion operator `P = D^-1 K`, or [`landmarks()`] in its place for many samples;
//! 3. [`diffusion_entropy`]: how many steps `t` to diffuse, at the knee of the entropy of `P^t`;
//! 4. [`diffuse`] and [`diffusion_potential`]: `U = -log(P^t + 1e-7)`;
//! 5. [`pairwise_distances`] between the rows of `U`, and their [`classic_layout`];
//! 6. [`smacof`] from there; and the result turned onto the classic layout by [`procrustes`]: both
//!    have unit norm, so that the SCALE of an embedding carries no meaning, nor do signs.
//!
//! [`phate()`] does all of them. Memory: without landmarks four matrices of samples x samples at the
//! worst (diffusion), with landmarks four of landmarks x landmarks; distances between samples are
//! never kept (150 MB for 2000 samples of 200 variables, 170 MB for 5000 with 2000 landmarks). Time
//! grows as the cube of the number of samples or landmarks, and with the square of the number of
//! samples before that.
//!
//! It agrees with the authors' programs (version 2.0 with the solver `smacof`) to rounding, but for two
//! random choices. They reduce 200 variables to 100 components by a randomised decomposition, here
//! it is exact: their knee moves by one or two from seed to seed where ours stays. And landmarks
//! are random in both: on two sets of 5000 samples of 200 variables the knee lay between 28 and 45
//! both here (ten runs) and there (eight), with the median 31; where the entropy has no clear knee
//! both scatter over tens. Fix the diffusion time to compare embeddings by landmarks. Not here:
//! their newer default, stochastic gradient descent in place of SMACOF, and non-metric scaling.
//!
//! Source: K. R. Moon et al. 2019, Visualizing structure and transitions in high-dimensional
//! biological data, Nature Biotechnology 37:1482.

mod clusters;
mod diffusion;
mod distances;
mod entropy;
mod kernel;
mod landmarks;
mod potential;
mod procrustes;
mod scaling;
mod sparse;
mod subspace;

#[cfg(test)]
mod tests;

pub use diffusion::diffuse;
pub use distances::pairwise_distances;
pub use entropy::{DiffusionEntropy, Knee, diffusion_entropy, knee};
pub use kernel::{AdaptiveKernel, KernelConfig, adaptive_kernel};
pub use landmarks::{LandmarkConfig, LandmarkSelection, Landmarks, landmarks};
pub use potential::diffusion_potential;
pub use procrustes::{Procrustes, procrustes};
pub use scaling::{Smacof, SmacofConfig, classic_layout, smacof};
pub use sparse::SparseMatrix;

use nalgebra::{DMatrix, DVector};
use neuro_core::Streams;
use neuro_core::parallel::Workers;

use crate::participation::check_samples;
use crate::{Error, pca};

/// How many steps to diffuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DiffusionTime {
    /// The knee of the entropy of the powers 1 to `max`, at least 3.
    Knee {
        /// The largest power; the result is at most `max - 2`.
        max: usize,
    },
    /// This many steps, at least 1. No singular values are computed.
    Fixed(usize),
}

/// The settings of [`phate()`].
#[derive(Clone, Debug, PartialEq)]
pub struct PhateConfig {
    /// Number of principal components that samples with more variables are reduced to, at least 1,
    /// or `None` to use the variables as they are. Default 100. Fewer samples than components are
    /// not reduced: nothing would be lost.
    pub principal_components: Option<usize>,
    /// Affinities between samples. Default: 5 neighbors, decay 40.
    pub kernel: KernelConfig,
    /// What stands for the samples when there are more of them than landmarks, or `None` to use all
    /// pairs of samples whatever it takes. Default: 2000 spectral landmarks.
    pub landmarks: Option<LandmarkConfig>,
    /// Steps of diffusion. Default: the knee of the first 100 powers.
    pub diffusion_time: DiffusionTime,
    /// Which potential, from -1 to 1: 1 for the logarithm, 0 for the square root. Default 1.
    pub gamma: f64,
    /// Dimensions of the embedding; at least 1 and fewer than samples. Default 3.
    pub components: usize,
    /// When the metric scaling ends.
    pub scaling: SmacofConfig,
}

impl Default for PhateConfig {
    fn default() -> Self {
        Self {
            principal_components: Some(100),
            kernel: KernelConfig::default(),
            landmarks: Some(LandmarkConfig::default()),
            diffusion_time: DiffusionTime::Knee { max: 100 },
            gamma: 1.0,
            components: 3,
            scaling: SmacofConfig::default(),
        }
    }
}

impl PhateConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first field outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let at_least_one = |what: &str, value: usize| {
            neuro_core::Error::check_range(what, "at least 1", value as f64, value > 0)
        };
        if let Some(count) = self.principal_components {
            at_least_one("number of principal components", count)?;
        }
        self.kernel.validate()?;
        if let Some(landmarks) = &self.landmarks {
            landmarks.validate()?;
        }
        match self.diffusion_time {
            DiffusionTime::Knee { max } => entropy::check_max_time(max)?,
            DiffusionTime::Fixed(time) => at_least_one("diffusion time", time)?,
        }
        potential::check_gamma(self.gamma)?;
        at_least_one("components of an embedding", self.components)?;
        self.scaling.validate()
    }
}

/// An embedding of `n` samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Phate {
    /// Coordinates of the samples, `n x components`, without a unit.
    pub embedding: DMatrix<f64>,
    /// Distance from each sample to its nearest neighbour of the configured rank, `n`: 0 for
    /// samples that coincide with so many others. In the unit of the samples.
    pub bandwidth: DVector<f64>,
    /// Steps of diffusion.
    pub diffusion_time: usize,
    /// The entropy whose knee chose them; `None` for a fixed number.
    pub entropy: Option<DiffusionEntropy>,
    /// The landmark of each sample, `n`; `None` when all pairs of samples were used.
    pub clusters: Option<Vec<usize>>,
    /// Metric scaling of the potential distances between the samples, or between the landmarks:
    /// its layout is the embedding before it was turned and scaled.
    pub scaling: Smacof,
}

/// Embeds `samples x variables`.
///
/// The steps are shared among `workers`; the bits do not depend on their number. `streams` decides
/// about landmarks and nothing else (indices 0 to 2 of its `Analysis` domain).
///
/// Where [`Smacof::converged`] is false in the result, the embedding is that of the last iteration.
///
/// # Errors
/// Those of [`PhateConfig::validate`]; [`Error::TooFewSamples`] unless there are more samples than
/// `neighbors` and than `components`, [`Error::NoVariance`] when all samples are equal, or all of
/// them reach all others alike; [`neuro_core::Error::Empty`] without variables,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::NoConvergence`]. With landmarks:
/// [`neuro_core::Error::OutOfRange`] when so many samples are equal that no more landmarks than
/// `components` are left.
///
/// ```
/// use neuro_analysis::phate::{PhateConfig, phate};
/// use neuro_core::{Streams, nalgebra::DMatrix, parallel::Workers};
///
/// // A tree: three branches of 40 states each from one root, in ten dimensions. Each branch bends
/// // from one direction into another.
/// let tree = DMatrix::from_fn(120, 10, |i, unit| {
///     let (branch, s) = (i / 40, (i % 40) as f64 / 40.0);
///     match unit {
///         unit if unit == 2 * branch => s,
///         unit if unit == 2 * branch + 1 => s * s,
///         _ => 0.02 * ((13 * i + 7 * unit) as f64).sin(),
///     }
/// });
/// let config = PhateConfig { components: 2, ..PhateConfig::default() };
/// let found = phate(&tree, &config, Streams::new(0), &Workers::sequential())?;
/// assert!(found.scaling.converged);
///
/// // The three tips are further from each other than each is from the root.
/// let distance = |i: usize, j: usize| (found.embedding.row(i) - found.embedding.row(j)).norm();
/// for (tip, other) in [(39, 79), (79, 119), (119, 39)] {
///     assert!(distance(tip, other) > distance(tip, 0));
/// }
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn phate(
    samples: &DMatrix<f64>,
    config: &PhateConfig,
    streams: Streams,
    workers: &Workers,
) -> Result<Phate, Error> {
    config.validate()?;
    let what = "PHATE";
    let n = check_samples(what, samples)?;
    let needed = config.kernel.neighbors.max(config.components);
    if n <= needed {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed: needed.saturating_add(1),
            found: n,
        });
    }
    let reduced = match config.principal_components {
        Some(count) if count < n.min(samples.ncols()) => Some(pca(samples, Some(count))?.scores),
        _ => None,
    };
    let samples = reduced.as_ref().unwrap_or(samples);
    let kernel = adaptive_kernel(samples, &config.kernel, workers)?;
    let landmarks = match &config.landmarks {
        Some(config) if config.count < n => {
            Some(landmarks(samples, &kernel, config, streams, workers)?)
        }
        _ => None,
    };
    let dense;
    let operator = match &landmarks {
        Some(landmarks) => &landmarks.operator,
        None => {
            dense = kernel.diffusion_operator().to_dense();
            &dense
        }
    };
    let (entropy, diffusion_time) = match config.diffusion_time {
        DiffusionTime::Fixed(time) => (None, time),
        DiffusionTime::Knee { max } => {
            let entropy = diffusion_entropy(operator, max)?;
            let time = entropy.knee.index;
            (Some(entropy), time)
        }
    };
    let diffused = diffuse(operator, diffusion_time, workers)?;
    let potential = diffusion_potential(diffused, config.gamma)?;
    let distances = pairwise_distances(&potential, workers)?;
    drop(potential);
    let classic = classic_layout(&distances, config.components, streams)?;
    let scaling = smacof(&distances, &classic, &config.scaling, workers)?;
    let turned = procrustes(&classic, &scaling.layout)?.aligned;
    let embedding = match &landmarks {
        Some(landmarks) => landmarks.interpolate(&turned, workers)?,
        None => turned,
    };
    Ok(Phate {
        embedding,
        bandwidth: kernel.bandwidth,
        diffusion_time,
        entropy,
        clusters: landmarks.map(|landmarks| landmarks.clusters),
        scaling,
    })
}
