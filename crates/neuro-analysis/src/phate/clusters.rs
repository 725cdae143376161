//! Assigning points to centres, and k-means: what landmarks are made of.
//!
//! Private and plain: k-means++ with one start, Lloyd's iteration until no label changes.
//!
//! Source: D. Arthur and S. Vassilvitskii 2007, k-means++: the advantages of careful seeding.

use neuro_core::parallel::Workers;
use neuro_core::vectorize;
use rand::{Rng, RngExt};

use super::distances::{BLOCK, Points, product, squared_distance};

/// Bound of Lloyd's iteration. Labels of 5000 points in 2000 clusters rest after 10 to 20.
const ITERATIONS: usize = 100;

/// For each point the nearest of the centres, stored one after the other; the first of equally
/// near ones.
pub(super) fn nearest(points: &Points, centers: &[f64], workers: &Workers) -> Vec<usize> {
    let (p, n) = (points.values.nrows(), points.count());
    let k = centers.len() / p;
    let halves: Vec<f64> = centers
        .chunks_exact(p)
        .map(|center| center.iter().map(|c| c * c).sum::<f64>() / 2.0)
        .collect();
    let labels = workers.map(n.div_ceil(BLOCK), |b| {
        let block = b * BLOCK..n.min((b + 1) * BLOCK);
        let rows = block.len();
        let mut scores = vec![0.0; rows * k];
        product(points, block, centers, -1.0, &mut scores);
        let (mut best, mut least) = (vec![0; rows], vec![f64::INFINITY; rows]);
        vectorize(|| {
            for (label, scores) in scores.chunks_exact(rows).enumerate() {
                // |x - c|^2 / 2 but for what all centres have in common.
                for ((best, least), score) in best.iter_mut().zip(&mut least).zip(scores) {
                    let score = score + halves[label];
                    let nearer = score < *least;
                    *least = if nearer { score } else { *least };
                    *best = if nearer { label } else { *best };
                }
            }
        });
        best
    });
    labels.concat()
}

/// A label of each point in a clustering into at most `count` clusters.
pub(super) fn k_means(
    points: &Points,
    count: usize,
    rng: &mut impl Rng,
    workers: &Workers,
) -> Vec<usize> {
    let p = points.values.nrows();
    let mut centers = seeds(points, count, rng, workers);
    let mut labels = Vec::new();
    for _ in 0..ITERATIONS {
        let now = nearest(points, &centers, workers);
        if now == labels {
            break;
        }
        labels = now;
        let mut sizes = vec![0.0; centers.len() / p];
        let mut sums = vec![0.0; centers.len()];
        for (i, &label) in labels.iter().enumerate() {
            sizes[label] += 1.0;
            let sum = &mut sums[label * p..(label + 1) * p];
            for (sum, x) in sum.iter_mut().zip(points.coordinates(i..i + 1)) {
                *sum += x;
            }
        }
        let means = sums.chunks_exact(p).zip(&sizes);
        for (center, (sum, &size)) in centers.chunks_exact_mut(p).zip(means) {
            // A cluster that lost its last point keeps its centre, and may win points again.
            if size > 0.0 {
                for (center, sum) in center.iter_mut().zip(sum) {
                    *center = sum / size;
                }
            }
        }
    }
    labels
}

/// Points as first centres: any one, then each with a probability proportional to its squared
/// distance from the nearest one so far. Fewer than `count` when there are fewer distinct points.
fn seeds(points: &Points, count: usize, rng: &mut impl Rng, workers: &Workers) -> Vec<f64> {
    let n = points.count();
    let mut next = rng.random_range(0..n as u64) as usize;
    let mut centers = Vec::new();
    let mut squared = vec![f64::INFINITY; n];
    for _ in 0..count {
        let center = points.coordinates(next..next + 1);
        centers.extend_from_slice(center);
        let mut blocks: Vec<&mut [f64]> = squared.chunks_mut(BLOCK).collect();
        workers.for_each(&mut blocks, |b, block| {
            for (i, squared) in (b * BLOCK..).zip(block.iter_mut()) {
                let own = squared_distance(points.coordinates(i..i + 1), center);
                *squared = squared.min(own);
            }
        });
        let total: f64 = squared.iter().sum();
        if total == 0.0 {
            break;
        }
        let mut left = rng.random::<f64>() * total;
        let chosen = squared.iter().position(|&squared| {
            left -= squared;
            left < 0.0
        });
        // Rounding may leave a rest after the last point.
        let last = || squared.iter().rposition(|&squared| squared > 0.0);
        next = chosen.or_else(last).unwrap_or(0);
    }
    centers
}

/// The labels numbered 0, 1, ... in their order, without the clusters that are empty; and how many
/// there are.
pub(super) fn compacted(mut labels: Vec<usize>) -> (Vec<usize>, usize) {
    let largest = labels.iter().max().map_or(0, |label| label + 1);
    let mut number = vec![0; largest];
    for &label in &labels {
        number[label] = 1;
    }
    let mut count = 0;
    for number in &mut number {
        let used = *number;
        *number = count;
        count += used;
    }
    for label in &mut labels {
        *label = number[*label];
    }
    (labels, count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use neuro_core::{Domain, Streams};

    #[test]
    fn separate_groups_become_clusters() {
        // Ten groups of 20 points, far apart.
        let samples = DMatrix::from_fn(200, 2, |i, j| {
            [(i / 20) as f64 * 10.0, 0.0][j] + 0.1 * ((i * 3 + j) as f64).sin()
        });
        let points = Points::new("points", &samples).expect("finite");
        for seed in 0..5 {
            let mut rng = Streams::new(seed).rng(Domain::Analysis, 0);
            let labels = k_means(&points, 10, &mut rng, &Workers::sequential());
            let (labels, count) = compacted(labels);
            assert_eq!(count, 10);
            for group in labels.chunks(20) {
                assert!(group.iter().all(|label| *label == group[0]));
            }
        }
    }

    #[test]
    fn there_are_no_more_clusters_than_distinct_points() {
        let samples = DMatrix::from_fn(30, 1, |i, _| (i % 3) as f64);
        let points = Points::new("points", &samples).expect("finite");
        let mut rng = Streams::new(4).rng(Domain::Analysis, 0);
        let labels = k_means(&points, 10, &mut rng, &Workers::sequential());
        assert_eq!(compacted(labels).1, 3);
    }

    #[test]
    fn empty_clusters_are_dropped_and_the_others_keep_their_order() {
        assert_eq!(compacted(vec![4, 1, 4, 2]), (vec![2, 0, 2, 1], 3));
    }
}
