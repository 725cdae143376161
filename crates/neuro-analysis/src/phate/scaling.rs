//! Multidimensional scaling: points in few dimensions with given distances.

use nalgebra::DMatrix;
use neuro_core::linalg::matmul;
use neuro_core::parallel::Workers;
use neuro_core::{Domain, Streams, vectorize};

use super::subspace::{OVERSAMPLING, by_modulus, leading_eigenpairs};
use crate::Error;

/// Up to this size the whole decomposition is as fast as the iteration.
const SMALL: usize = 128;
/// Bound of the iteration for the classic layout, and residual at which it ends. What takes longer
/// gets the whole decomposition.
const ITERATIONS: usize = 60;
const RESIDUAL: f64 = 1e-11;

/// Points whose Guttman transforms are computed together, a constant for equal bits whatever the
/// number of threads; and points that one of them is compared with at a time.
const ROWS: usize = 64;
const SPAN: usize = 32;

/// The classic layout of `n` points: `n x components`, centred, in the SQUARED unit of the
/// distances, along axes of descending extent. The largest coordinate of each axis (the first of
/// equal ones) is positive.
///
/// With the squared distances `D_ij^2` centred by rows and columns as `B = U S V^T`, these are the
/// first columns of `U S`. It is PHATE's form: textbooks take `-B / 2` and `U sqrt(S)`, so that only
/// directions and signs compare, not scales. Source: I. Borg and P. J. F. Groenen 2005, Modern
/// multidimensional scaling, chapter 12.
///
/// `streams` gives the start of an iteration (index 0 of its `Analysis` domain) that runs until
/// the layout depends on it no more, but for rounding.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when `distances` is not square, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] when a distance is negative, the matrix is not symmetric, or
/// `components` is 0 or not below `n`; [`neuro_core::Error::NoConvergence`].
pub fn classic_layout(
    distances: &DMatrix<f64>,
    components: usize,
    streams: Streams,
) -> Result<DMatrix<f64>, Error> {
    let n = check_distances(distances)?;
    neuro_core::Error::check_range(
        "components of a layout",
        &format!("1 to {}", n.saturating_sub(1)),
        components as f64,
        (1..n).contains(&components),
    )?;
    let centered = doubly_centered(distances);
    let (values, vectors) = if n <= SMALL {
        by_modulus(&centered, components)?
    } else {
        let mut normals = streams.normals::<f64>(Domain::Analysis, 0);
        let width = n.min(components + OVERSAMPLING);
        let start = DMatrix::from_fn(n, width, |_, _| normals.sample());
        let found = leading_eigenpairs(start, components, ITERATIONS, RESIDUAL, |x| {
            product(&centered, x)
        })?;
        if found.converged {
            (found.values, found.vectors)
        } else {
            by_modulus(&centered, components)?
        }
    };
    let mut layout = vectors;
    for (mut axis, value) in layout.column_iter_mut().zip(values) {
        let sign = axis[axis.iamax()].signum();
        axis *= sign * value.abs();
    }
    Ok(layout)
}

fn product(left: &DMatrix<f64>, right: &DMatrix<f64>) -> DMatrix<f64> {
    let mut product = DMatrix::zeros(left.nrows(), right.ncols());
    matmul(
        false,
        1.0,
        left.into(),
        right.into(),
        product.as_mut_slice(),
    )
    .expect("shapes fit");
    product
}

/// Squared distances without the means of their columns, then without those of their rows.
fn doubly_centered(distances: &DMatrix<f64>) -> DMatrix<f64> {
    let n = distances.nrows() as f64;
    let mut centered = distances.map(|d| d * d);
    for mut column in centered.column_iter_mut() {
        let mean = column.sum() / n;
        column.add_scalar_mut(-mean);
    }
    let means = centered.column_sum() / n;
    for mut column in centered.column_iter_mut() {
        column -= &means;
    }
    // Exactly symmetric, as the decomposition asks.
    centered.fill_upper_triangle_with_lower_triangle();
    centered
}

/// When [`smacof`] ends.
#[derive(Clone, Debug, PartialEq)]
pub struct SmacofConfig {
    /// Most Guttman transforms; at least 1. Default 3000.
    pub max_iterations: usize,
    /// The layout has converged when one transform lowers the stress by less than this share of
    /// `sum_ij d_ij^2 / 2`; finite and at least 0. Default 1e-6.
    pub tolerance: f64,
}

impl Default for SmacofConfig {
    fn default() -> Self {
        Self {
            max_iterations: 3000,
            tolerance: 1e-6,
        }
    }
}

impl SmacofConfig {
    /// Checks both values.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first outside its range.
    pub fn validate(&self) -> Result<(), Error> {
        let iterations = self.max_iterations;
        neuro_core::Error::check_range(
            "max_iterations",
            "at least 1",
            iterations as f64,
            iterations > 0,
        )?;
        neuro_core::Error::check_range(
            "tolerance",
            "a finite value of at least 0",
            self.tolerance,
            self.tolerance >= 0.0 && self.tolerance.is_finite(),
        )?;
        Ok(())
    }
}

/// A layout by [`smacof`].
#[derive(Clone, Debug, PartialEq)]
pub struct Smacof {
    /// The points, `n x components`, centred, in the unit of the distances.
    pub layout: DMatrix<f64>,
    /// Stress after each Guttman transform, in the squared unit of the distances; the last one
    /// is the layout's.
    pub stress: Vec<f64>,
    /// `sqrt(stress / (sum_ij d_ij^2 / 2))` of the layout, Kruskal's Stress-1: 0 is a perfect fit,
    /// above 0.2 a poor one. 0 when all points coincide because all distances are 0.
    pub normalized_stress: f64,
    /// Whether the last transform lowered the stress by less than the tolerance.
    pub converged: bool,
}

/// Metric scaling of the given distances (`n x n`) from the layout `start` (`n x components`).
///
/// Points `x_i` that minimise the stress
///
/// ```equation
/// 1/2 sum_ij (d_ij - D_ij)^2,    d_ij = |x_i - x_j|
/// ```
///
/// by the Guttman transform `x_i <- 1/n sum_j (D_ij / d_ij) (x_i - x_j)`, which never raises it. Coincident
/// points do not part. Source: I. Borg and P. J. F. Groenen 2005, Modern multidimensional scaling, chapter 8.
///
/// The memory is that of the distances and a few layouts.
///
/// # Errors
/// Those of [`SmacofConfig::validate`]; [`neuro_core::Error::Shape`],
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] when a distance is negative
/// or the matrix is not symmetric.
///
/// ```
/// use neuro_analysis::phate::{SmacofConfig, pairwise_distances, smacof};
/// use neuro_core::{nalgebra::DMatrix, parallel::Workers};
///
/// // A square from the distances of its corners, starting from a distorted one.
/// let workers = Workers::sequential();
/// let square = DMatrix::from_row_slice(4, 2, &[0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]);
/// let distances = pairwise_distances(&square, &workers)?;
/// let start = DMatrix::from_row_slice(4, 2, &[0.0, 0.0, 3.0, 1.0, 2.0, 2.0, -1.0, 1.0]);
/// let config = SmacofConfig { tolerance: 1e-15, ..SmacofConfig::default() };
/// let found = smacof(&distances, &start, &config, &workers)?;
/// assert!(found.converged && found.normalized_stress < 1e-6);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn smacof(
    distances: &DMatrix<f64>,
    start: &DMatrix<f64>,
    config: &SmacofConfig,
    workers: &Workers,
) -> Result<Smacof, Error> {
    config.validate()?;
    let n = check_distances(distances)?;
    let what = "start of a layout";
    neuro_core::Error::check_shape(what, (n, start.ncols()), start.shape())?;
    neuro_core::Error::check_finite(what, start.as_slice())?;
    let mut blocks: Vec<Block> = (0..n)
        .step_by(ROWS)
        .map(|first| Block::new(first, ROWS.min(n - first), start.ncols()))
        .collect();
    let mut layout = start.clone();
    transform(distances, &layout, &mut blocks, workers);
    let mut stress = Vec::new();
    loop {
        for block in &blocks {
            let mut rows = layout.rows_mut(block.first, block.moved.nrows());
            rows.copy_from(&block.moved);
        }
        // One pass measures a layout and computes the next one.
        transform(distances, &layout, &mut blocks, workers);
        let now = blocks.iter().map(|block| block.stress).sum::<f64>() / 2.0;
        let extent = blocks.iter().map(|block| block.extent).sum::<f64>() / 2.0;
        let before = stress.last().copied().unwrap_or(f64::INFINITY);
        stress.push(now);
        let converged = before - now <= config.tolerance * extent;
        if converged || stress.len() >= config.max_iterations {
            let normalized_stress = if extent > 0.0 {
                (now / extent).sqrt()
            } else {
                0.0
            };
            return Ok(Smacof {
                layout,
                stress,
                normalized_stress,
                converged,
            });
        }
    }
}

/// Some successive points and what one pass finds for them.
#[derive(Debug)]
struct Block {
    first: usize,
    /// Their Guttman transforms.
    moved: DMatrix<f64>,
    /// `sum (d_ij - D_ij)^2` over these `i` and all `j`.
    stress: f64,
    /// `sum d_ij^2` over these `i` and all `j`.
    extent: f64,
}

impl Block {
    fn new(first: usize, rows: usize, components: usize) -> Self {
        Self {
            first,
            moved: DMatrix::zeros(rows, components),
            stress: 0.0,
            extent: 0.0,
        }
    }
}

/// The stress of a layout and the Guttman transform of each of its points.
fn transform(
    distances: &DMatrix<f64>,
    layout: &DMatrix<f64>,
    blocks: &mut [Block],
    workers: &Workers,
) {
    let n = layout.nrows();
    workers.for_each(blocks, |_, block| {
        vectorize(|| {
            // Partial sums side by side: the loops below have no sum across registers.
            let (mut stress, mut extent) = ([0.0; SPAN], [0.0; SPAN]);
            let (mut squared, mut ratio) = ([0.0; SPAN], [0.0; SPAN]);
            let mut pull = vec![[0.0; SPAN]; layout.ncols()];
            for row in 0..block.moved.nrows() {
                let i = block.first + row;
                // Column i is row i: the distances are symmetric.
                let targets = &distances.as_slice()[i * n..(i + 1) * n];
                pull.fill([0.0; SPAN]);
                for (span, targets) in targets.chunks(SPAN).enumerate() {
                    let others = span * SPAN..span * SPAN + targets.len();
                    let (squared, ratio) =
                        (&mut squared[..targets.len()], &mut ratio[..targets.len()]);
                    squared.fill(0.0);
                    for axis in layout.column_iter() {
                        let own = axis[i];
                        let axis = &axis.as_slice()[others.clone()];
                        for (squared, other) in squared.iter_mut().zip(axis) {
                            *squared += (own - other) * (own - other);
                        }
                    }
                    let sums = stress.iter_mut().zip(&mut extent);
                    let terms = squared.iter().zip(targets).zip(ratio.iter_mut());
                    for ((stress, extent), ((&squared, target), ratio)) in sums.zip(terms) {
                        let distance = squared.sqrt();
                        *stress += (distance - target) * (distance - target);
                        *extent += squared;
                        let exact = target / distance;
                        *ratio = if distance > 0.0 { exact } else { 0.0 };
                    }
                    for (axis, pull) in layout.column_iter().zip(&mut pull) {
                        let own = axis[i];
                        let axis = &axis.as_slice()[others.clone()];
                        for ((pull, ratio), other) in pull.iter_mut().zip(&*ratio).zip(axis) {
                            *pull += ratio * (own - other);
                        }
                    }
                }
                for (k, pull) in pull.iter().enumerate() {
                    block.moved[(row, k)] = pull.iter().sum::<f64>() / n as f64;
                }
            }
            block.stress = stress.iter().sum();
            block.extent = extent.iter().sum();
        });
    });
}

/// The size of a symmetric matrix of distances.
fn check_distances(distances: &DMatrix<f64>) -> Result<usize, Error> {
    let n = distances.nrows();
    neuro_core::Error::check_shape("distances", (n, n), distances.shape())?;
    neuro_core::Error::check_finite("distances", distances.as_slice())?;
    let least = distances.iter().copied().fold(0.0, f64::min);
    neuro_core::Error::check_range("distance", "at least 0", least, least >= 0.0)?;
    let mut asymmetry = 0.0;
    for j in 0..n {
        for i in 0..j {
            asymmetry = f64::max(asymmetry, (distances[(i, j)] - distances[(j, i)]).abs());
        }
    }
    neuro_core::Error::check_range(
        "asymmetry of distances",
        "at most 1e-10 of the largest",
        asymmetry,
        asymmetry <= 1e-10 * distances.amax(),
    )?;
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::super::distances::pairwise_distances;
    use super::super::procrustes::procrustes;
    use super::*;

    fn cloud(n: usize, dimensions: usize) -> DMatrix<f64> {
        DMatrix::from_fn(n, dimensions, |i, j| {
            ((i * i + 5 * i * j + 3 * j) as f64 * 0.7).sin() * (1 + j) as f64
        })
    }

    fn distances(points: &DMatrix<f64>) -> DMatrix<f64> {
        pairwise_distances(points, &Workers::sequential()).expect("finite")
    }

    fn layout(distances: &DMatrix<f64>, components: usize) -> DMatrix<f64> {
        classic_layout(distances, components, Streams::new(1)).expect("distances")
    }

    #[test]
    fn the_classic_layout_spans_the_axes_of_the_points() {
        // Below and above the size at which the iteration takes over.
        for n in [40, 300] {
            let points = cloud(n, 3);
            let found = layout(&distances(&points), 3);
            let (_, centered) = crate::participation::centered(&points);
            // B = -2 X X^T: its leading vectors are the principal axes, its values squared extents.
            let axes = crate::pca(&points, None).expect("varies");
            for k in 0..3 {
                let score = axes.scores.column(k);
                let expected = score.norm() * 2.0 * score;
                let column = found.column(k);
                let sign = column.dot(&expected).signum();
                assert!((column * sign - &expected).amax() < 1e-8 * centered.norm_squared());
            }
        }
    }

    #[test]
    fn the_classic_layout_does_not_depend_on_the_start() {
        let d = distances(&cloud(200, 6));
        let one = layout(&d, 2);
        let two = classic_layout(&d, 2, Streams::new(99)).expect("distances");
        assert!((&one - &two).amax() < 1e-9 * one.amax());
        let whole = by_modulus(&doubly_centered(&d), 2).expect("symmetric");
        assert!((one.column(1).norm() - whole.0[1].abs()).abs() < 1e-9 * one.amax());
    }

    #[test]
    fn smacof_finds_points_again_from_their_distances() {
        let points = cloud(150, 2);
        let d = distances(&points);
        let config = SmacofConfig {
            tolerance: 1e-14,
            ..SmacofConfig::default()
        };
        // The squared extents of the start are distorted: metric scaling has something to do.
        let found = smacof(&d, &layout(&d, 2), &config, &Workers::sequential());
        let found = found.expect("distances");
        assert!(found.converged);
        let fit = procrustes(&points, &found.layout).expect("varies");
        assert!(fit.disparity < 1e-8, "{}", fit.disparity);
        assert!(found.normalized_stress < 1e-4);
    }

    #[test]
    fn no_guttman_transform_raises_the_stress() {
        let d = distances(&cloud(100, 8));
        let config = SmacofConfig {
            max_iterations: 50,
            tolerance: 0.0,
        };
        let found = smacof(&d, &layout(&d, 2), &config, &Workers::sequential());
        let found = found.expect("distances");
        assert_eq!(found.stress.len(), 50);
        assert!(!found.converged);
        assert!(found.stress.is_sorted_by(|a, b| a >= b));
        // Eight dimensions do not fit into two.
        assert!(found.normalized_stress > 0.05);
        assert!(found.layout.row_sum().amax() < 1e-10);
    }

    #[test]
    fn layouts_have_the_same_bits_for_any_number_of_threads() {
        // Three blocks of rows, the last one short.
        let d = distances(&cloud(2 * ROWS + 11, 5));
        let start = layout(&d, 3);
        let config = SmacofConfig::default();
        let one = smacof(&d, &start, &config, &Workers::sequential()).expect("distances");
        for threads in [2, 8] {
            let workers = Workers::new(threads).expect("threads start");
            let other = smacof(&d, &start, &config, &workers).expect("distances");
            assert_eq!(one, other);
        }
    }

    #[test]
    fn distances_of_zero_keep_all_points_together() {
        let (d, start) = (DMatrix::zeros(5, 5), DMatrix::zeros(5, 2));
        let found = smacof(&d, &start, &SmacofConfig::default(), &Workers::sequential());
        let found = found.expect("distances");
        assert!(found.converged && found.normalized_stress == 0.0);
        assert_eq!(found.layout, start);
    }

    #[test]
    fn bad_distances_and_settings_are_refused() {
        let d = distances(&cloud(10, 3));
        let start = layout(&d, 2);
        let workers = Workers::sequential();
        let refused = |d: &DMatrix<f64>, start: &DMatrix<f64>, max_iterations, tolerance| {
            let config = SmacofConfig {
                max_iterations,
                tolerance,
            };
            smacof(d, start, &config, &workers).is_err()
        };
        assert!(!refused(&d, &start, 3, 0.1));
        assert!(refused(&d, &start, 0, 0.1));
        assert!(refused(&d, &start, 3, f64::NAN));
        assert!(refused(&d, &DMatrix::zeros(9, 2), 3, 0.1));
        assert!(refused(&(&d * -1.0), &start, 3, 0.1));
        let mut skew = d.clone();
        skew[(1, 0)] += 0.1;
        assert!(refused(&skew, &start, 3, 0.1));
        for components in [0, 10] {
            assert!(classic_layout(&d, components, Streams::new(0)).is_err());
        }
    }
}
