//! k-means: samples grouped around the means of their groups.
//!
//! Labels `l_i` and centres `c_j` are sought that make the inertia `sum_i |x_i - c_(l_i)|^2` small.
//! Lloyd's iteration alternates between giving each sample to its nearest centre (the first of equal
//! ones) and moving each centre to the mean of its samples, until no label changes. It finds a local
//! minimum that depends on the first centres. Those are drawn by k-means++: one sample at random,
//! then each next sample with a probability proportional to its squared distance from the nearest
//! centre drawn so far. The best of several such starts is kept.
//!
//! A cluster that has lost all its samples takes the one farthest from its own centre (the first of
//! equal ones), which lowers the inertia. All variables count alike: rescale them first if their
//! units differ.
//!
//! Whether clusters agree with known classes says the adjusted Rand index, whether they are compact
//! and apart the silhouette. Source: S. Lloyd 1982, IEEE Trans. Inf. Theory 28, 129; D. Arthur and
//! S. Vassilvitskii 2007, Proc. 18th SODA, 1027.

mod agreement;

pub use agreement::{adjusted_rand_index, silhouettes};

use nalgebra::DMatrix;
use neuro_core::{Domain, Streams};
use rand::RngExt;

use crate::Error;

/// Options of [`k_means`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KMeansConfig {
    /// Number of clusters, at least 1 and at most the number of distinct samples.
    pub clusters: usize,
    /// Number of starts, at least 1. Default 10.
    pub starts: usize,
    /// Most iterations of each start, at least 1. Default 300.
    pub iterations: usize,
}

impl Default for KMeansConfig {
    /// Two clusters; set their number to what you look for.
    fn default() -> Self {
        Self {
            clusters: 2,
            starts: 10,
            iterations: 300,
        }
    }
}

impl KMeansConfig {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] with the name of the field.
    pub fn validate(&self) -> Result<(), neuro_core::Error> {
        for (what, value) in [
            ("number of clusters", self.clusters),
            ("starts", self.starts),
            ("iterations", self.iterations),
        ] {
            neuro_core::Error::check_range(what, "at least 1", value as f64, value >= 1)?;
        }
        Ok(())
    }
}

/// Clusters of some samples.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// Cluster of each sample, from 0.
    pub labels: Vec<usize>,
    /// Centre of each cluster, clusters x variables: the mean of its samples.
    pub centers: DMatrix<f64>,
    /// Sum of the squared distances of the samples from the centres of their clusters.
    pub inertia: f64,
    /// Number of times that the centres were moved.
    pub iterations: usize,
    /// Whether the labels stopped changing within the bound, so that each sample is with its nearest
    /// centre.
    pub converged: bool,
}

impl KMeans {
    /// The nearest centre of each of some samples (samples x variables), the first of equal ones.
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the number of variables differs,
    /// [`neuro_core::Error::NonFinite`].
    pub fn nearest(&self, samples: &DMatrix<f64>) -> Result<Vec<usize>, Error> {
        let expected = (samples.nrows(), self.centers.ncols());
        neuro_core::Error::check_shape("samples to label", expected, samples.shape())?;
        neuro_core::Error::check_finite("samples to label", samples.as_slice())?;
        let (points, centers) = (samples.transpose(), self.centers.transpose());
        let (labels, _) = nearest_centers(&points, &centers);
        Ok(labels)
    }
}

/// The best of several starts of k-means on `samples x variables`: start `s` draws its first centres
/// from stream `s` of [`Domain::Analysis`]. Of equally good starts it is the first.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without samples or variables, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] for an option out of its range, for more clusters than distinct
/// samples, and for samples so far apart that the sum of squared distances overflows.
///
/// ```
/// use neuro_analysis::kmeans::{KMeansConfig, adjusted_rand_index, k_means};
/// use neuro_core::Streams;
/// use neuro_core::nalgebra::DMatrix;
///
/// // States of three trials, 20 steps each, around three fixed points.
/// let trial = |k: usize| k / 20;
/// let states = DMatrix::from_fn(60, 2, |k, unit| {
///     [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]][trial(k)][unit] + 0.1 * ((7 * k + unit) as f64).sin()
/// });
/// let config = KMeansConfig { clusters: 3, ..KMeansConfig::default() };
/// let found = k_means(&states, &config, Streams::new(1))?;
/// let trials: Vec<usize> = (0..60).map(trial).collect();
/// assert!(found.converged);
/// assert_eq!(adjusted_rand_index(&found.labels, &trials)?, 1.0);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn k_means(
    samples: &DMatrix<f64>,
    config: &KMeansConfig,
    streams: Streams,
) -> Result<KMeans, Error> {
    config.validate()?;
    check_points("samples of k-means", samples)?;
    neuro_core::Error::check_range(
        "number of clusters",
        &format!("at most {}, the number of samples", samples.nrows()),
        config.clusters as f64,
        config.clusters <= samples.nrows(),
    )?;
    let points = samples.transpose();
    let run = |start: usize| {
        let mut rng = streams.rng(Domain::Analysis, start as u64);
        let uniforms: Vec<f64> = (0..config.clusters).map(|_| rng.random()).collect();
        let seeds = seeds(&points, &uniforms)?;
        lloyd(&points, points.select_columns(&seeds), config.iterations)
    };
    let mut best = run(0)?;
    for start in 1..config.starts {
        let found = run(start)?;
        if found.inertia < best.inertia {
            best = found;
        }
    }
    Ok(best)
}

/// Lloyd's iteration on `samples x variables` from given first centres, `clusters x variables`.
///
/// With fewer distinct samples than centres some clusters stay empty, and their centres where they
/// were.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without samples, variables or centres,
/// [`neuro_core::Error::Shape`] when the numbers of variables differ,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] for no iterations, and for
/// samples or centres so far apart that the sum of squared distances overflows.
pub fn k_means_from(
    samples: &DMatrix<f64>,
    centers: &DMatrix<f64>,
    iterations: usize,
) -> Result<KMeans, Error> {
    check_points("samples of k-means", samples)?;
    check_points("first centres of k-means", centers)?;
    let expected = (centers.nrows(), samples.ncols());
    neuro_core::Error::check_shape("first centres of k-means", expected, centers.shape())?;
    let enough = iterations >= 1;
    neuro_core::Error::check_range("iterations", "at least 1", iterations as f64, enough)?;
    lloyd(&samples.transpose(), centers.transpose(), iterations)
}

/// The samples (rows) that k-means++ starts from, one for each of the given uniform numbers
/// (0 <= u < 1): the first is `floor(u n)` of `n`, each next one the first whose cumulative squared
/// distance from the nearest centre before it exceeds `u` times the total.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without samples, variables or uniform numbers,
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] for a uniform number out of
/// its range, for more of them than distinct samples (those a squared distance above 0 apart), and
/// for samples so far apart that the sum of squared distances overflows.
///
/// ```
/// use neuro_analysis::kmeans::k_means_plus_plus;
/// use neuro_core::nalgebra::DMatrix;
///
/// let samples = DMatrix::from_row_slice(4, 1, &[0.0, 1.0, 2.0, 10.0]);
/// // Squared distances from sample 1 are 1, 0, 1 and 81.
/// assert_eq!(k_means_plus_plus(&samples, &[0.3, 0.5])?, [1, 3]);
/// assert_eq!(k_means_plus_plus(&samples, &[0.3, 0.02])?, [1, 2]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn k_means_plus_plus(samples: &DMatrix<f64>, uniforms: &[f64]) -> Result<Vec<usize>, Error> {
    check_points("samples of k-means", samples)?;
    if uniforms.is_empty() {
        let what = "uniform numbers of k-means++".into();
        return Err(neuro_core::Error::Empty { what }.into());
    }
    for &u in uniforms {
        let inside = (0.0..1.0).contains(&u);
        neuro_core::Error::check_range("uniform number", "0 to below 1", u, inside)?;
    }
    seeds(&samples.transpose(), uniforms)
}

fn check_points(what: &str, points: &DMatrix<f64>) -> Result<(), Error> {
    if points.is_empty() {
        return Err(neuro_core::Error::Empty { what: what.into() }.into());
    }
    neuro_core::Error::check_finite(what, points.as_slice())?;
    Ok(())
}

/// k-means++ on variables x samples.
fn seeds(points: &DMatrix<f64>, uniforms: &[f64]) -> Result<Vec<usize>, Error> {
    let n = points.ncols();
    let mut chosen = vec![((uniforms[0] * n as f64) as usize).min(n - 1)];
    let mut distances = vec![f64::INFINITY; n];
    for &u in &uniforms[1..] {
        let last = points.column(chosen[chosen.len() - 1]);
        let mut total = 0.0;
        for (point, distance) in points.column_iter().zip(&mut distances) {
            *distance = distance.min(squared_distance(point.as_slice(), last.as_slice()));
            total += *distance;
        }
        check_total(total)?;
        neuro_core::Error::check_range(
            "number of clusters",
            &format!("at most {}, the number of distinct samples", chosen.len()),
            uniforms.len() as f64,
            total > 0.0,
        )?;
        let mut cumulative = 0.0;
        let next = distances.iter().position(|distance| {
            cumulative += distance;
            cumulative > u * total
        });
        // u < 1, but its product with the total may round up to the total.
        let farther = |d: &f64| *d > 0.0;
        let next = next.or_else(|| distances.iter().rposition(farther));
        chosen.push(next.expect("a total above 0 has a distance above 0"));
    }
    Ok(chosen)
}

/// Lloyd's iteration on variables x samples from variables x clusters.
fn lloyd(
    points: &DMatrix<f64>,
    mut centers: DMatrix<f64>,
    iterations: usize,
) -> Result<KMeans, Error> {
    let mut labels = Vec::new();
    let mut moved = 0;
    let mut converged = false;
    // One round more than moves: the last only looks whether labels still change.
    for round in 0..=iterations {
        let (mut nearest, mut distances) = nearest_centers(points, &centers);
        check_total(distances.iter().sum())?;
        fill_empty_clusters(&mut nearest, &mut distances, centers.ncols());
        converged = nearest == labels;
        if converged || round == iterations {
            break;
        }
        labels = nearest;
        move_to_means(points, &labels, &mut centers);
        moved += 1;
    }
    let inertia = points
        .column_iter()
        .zip(&labels)
        .map(|(point, &label)| squared_distance(point.as_slice(), centers.column(label).as_slice()))
        .sum();
    Ok(KMeans {
        labels,
        centers: centers.transpose(),
        inertia,
        iterations: moved,
        converged,
    })
}

/// Label and squared distance of each point's nearest centre.
fn nearest_centers(points: &DMatrix<f64>, centers: &DMatrix<f64>) -> (Vec<usize>, Vec<f64>) {
    let nearest = |point: &[f64]| {
        let mut best = (0, f64::INFINITY);
        for (label, center) in centers.column_iter().enumerate() {
            let distance = squared_distance(point, center.as_slice());
            if distance < best.1 {
                best = (label, distance);
            }
        }
        best
    };
    let columns = points.column_iter();
    columns.map(|point| nearest(point.as_slice())).unzip()
}

/// Gives each empty cluster the point farthest from its centre, unless all lie on theirs.
fn fill_empty_clusters(labels: &mut [usize], distances: &mut [f64], clusters: usize) {
    let mut sizes = vec![0_usize; clusters];
    for &label in labels.iter() {
        sizes[label] += 1;
    }
    for cluster in 0..clusters {
        if sizes[cluster] > 0 {
            continue;
        }
        let mut farthest = None;
        let mut distance = 0.0;
        for (i, &d) in distances.iter().enumerate() {
            // Taking the only point of a cluster would empty that one instead.
            if d > distance && sizes[labels[i]] > 1 {
                (farthest, distance) = (Some(i), d);
            }
        }
        if let Some(i) = farthest {
            sizes[labels[i]] -= 1;
            sizes[cluster] = 1;
            labels[i] = cluster;
            distances[i] = 0.0;
        }
    }
}

/// Moves each centre to the mean of its points; an empty cluster keeps its centre.
fn move_to_means(points: &DMatrix<f64>, labels: &[usize], centers: &mut DMatrix<f64>) {
    let mut sizes = vec![0_usize; centers.ncols()];
    // Relative to the first point of each cluster: exact for equal points, precise far from 0.
    let mut first = vec![0; centers.ncols()];
    let mut sums = DMatrix::zeros(centers.nrows(), centers.ncols());
    for (i, &label) in labels.iter().enumerate() {
        if sizes[label] == 0 {
            first[label] = i;
        }
        sizes[label] += 1;
        let origin = points.column(first[label]);
        let shifts = points.column(i).into_iter().zip(&origin);
        for (sum, (point, origin)) in sums.column_mut(label).iter_mut().zip(shifts) {
            *sum += point - origin;
        }
    }
    for (label, &size) in sizes.iter().enumerate().filter(|(_, size)| **size > 0) {
        let origin = points.column(first[label]);
        centers.set_column(label, &(sums.column(label) / size as f64 + origin));
    }
}

fn check_total(total: f64) -> Result<(), Error> {
    let what = "sum of squared distances of samples";
    neuro_core::Error::check_range(what, "finite", total, total.is_finite())?;
    Ok(())
}

/// `|a - b|^2`, in four sums: one alone cannot be vectorised.
pub(crate) fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_rest) = a.as_chunks::<4>();
    let (b, b_rest) = b.as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for k in 0..4 {
            sums[k] += (a[k] - b[k]) * (a[k] - b[k]);
        }
    }
    let rest: f64 = a_rest
        .iter()
        .zip(b_rest)
        .map(|(a, b)| (a - b) * (a - b))
        .sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests;
