//! How well clusters agree with classes, and how compact they are.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::{check_points, squared_distance};
use crate::Error;

/// Adjusted Rand index of two labellings of the same samples; the labels themselves do not matter.
/// It is 1 when both put all samples together, or none.
///
/// The index compares two partitions of `n` samples by the pairs that they put together. With `S` pairs
/// together in both, `A` in the one and `B` in the other, of `P` in all, it is
///
/// ```equation
/// (S - A B / P) / ((A + B) / 2 - A B / P)
/// ```
///
/// 1 for equal partitions, 0 on average for independent ones, and below 0 for fewer common pairs than
/// those have. Source: L. Hubert and P. Arabie 1985, J. Classif. 2, 193.
///
/// # Errors
/// [`neuro_core::Error::Length`] when the numbers of samples differ, [`neuro_core::Error::Empty`]
/// without samples.
///
/// ```
/// use neuro_analysis::kmeans::adjusted_rand_index;
///
/// // Other names for the same groups.
/// assert_eq!(adjusted_rand_index(&[0, 0, 1, 1], &[7, 7, 3, 3])?, 1.0);
/// // Fewer common pairs than by chance.
/// assert_eq!(adjusted_rand_index(&[0, 1, 0, 1], &[0, 0, 1, 1])?, -0.5);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn adjusted_rand_index(one: &[usize], other: &[usize]) -> Result<f64, Error> {
    neuro_core::Error::check_length("labels to compare with", one.len(), other.len())?;
    if one.is_empty() {
        let what = "labels to compare".into();
        return Err(neuro_core::Error::Empty { what }.into());
    }
    let all = pairs(one.len());
    let first = pairs_together(one.iter());
    let second = pairs_together(other.iter());
    let both = pairs_together(one.iter().zip(other));
    if first == second && first == both {
        return Ok(1.0);
    }
    // Times P, so that few samples have whole numbers; the divisor is 0 for equal partitions only.
    let chance = first * second;
    Ok((both * all - chance) / (f64::midpoint(first, second) * all - chance))
}

fn pairs(n: usize) -> f64 {
    n as f64 * (n as f64 - 1.0) / 2.0
}

/// Number of pairs of equal labels.
fn pairs_together<L: Ord>(labels: impl Iterator<Item = L>) -> f64 {
    let mut sizes = BTreeMap::new();
    for label in labels {
        *sizes.entry(label).or_insert(0) += 1;
    }
    sizes.into_values().map(pairs).sum()
}

/// Silhouette of each sample of `samples x variables` among clusters of any labels, -1 to 1; their
/// mean judges the clusters. Takes a time proportional to the square of the number of samples.
///
/// The silhouette of a sample is `(b - a) / max(a, b)`, with `a` its mean distance to the others of its
/// cluster and `b` that to the nearest other cluster: near 1 well inside, below 0 nearer to another
/// cluster, and 0 alone in its cluster. Source: P. J. Rousseeuw 1987, J. Comput. Appl. Math. 20, 53.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without samples or variables, [`neuro_core::Error::Length`] when the
/// numbers of samples and labels differ, [`neuro_core::Error::NonFinite`],
/// [`Error::TooFewSamples`] for fewer than two clusters.
///
/// ```
/// use neuro_analysis::kmeans::silhouettes;
/// use neuro_core::nalgebra::DMatrix;
///
/// let samples = DMatrix::from_row_slice(4, 1, &[0.0, 1.0, 10.0, 11.0]);
/// let found = silhouettes(&samples, &[0, 0, 1, 1])?;
/// // 1 from its like, 10.5 on average from the others.
/// assert!((found[0] - 9.5 / 10.5).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn silhouettes(samples: &DMatrix<f64>, labels: &[usize]) -> Result<Vec<f64>, Error> {
    check_points("samples of a silhouette", samples)?;
    neuro_core::Error::check_length("labels of a silhouette", samples.nrows(), labels.len())?;
    let mut names = labels.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() < 2 {
        return Err(Error::TooFewSamples {
            what: "clusters of a silhouette".into(),
            needed: 2,
            found: names.len(),
        });
    }
    let clusters: Vec<usize> = labels
        .iter()
        .map(|label| names.partition_point(|name| name < label))
        .collect();
    let mut sizes = vec![0_usize; names.len()];
    for &cluster in &clusters {
        sizes[cluster] += 1;
    }
    let points = samples.transpose();
    let mut sums = vec![0.0; names.len()];
    let silhouette = |(point, &own): (nalgebra::DVectorView<'_, f64>, &usize)| {
        sums.fill(0.0);
        for (other, &cluster) in points.column_iter().zip(&clusters) {
            sums[cluster] += squared_distance(point.as_slice(), other.as_slice()).sqrt();
        }
        if sizes[own] == 1 {
            return 0.0;
        }
        let inside = sums[own] / (sizes[own] - 1) as f64;
        let outside = (0..sizes.len())
            .filter(|&cluster| cluster != own)
            .map(|cluster| sums[cluster] / sizes[cluster] as f64)
            .fold(f64::INFINITY, f64::min);
        // All on one spot: neither inside nor outside.
        if inside == outside {
            0.0
        } else {
            (outside - inside) / inside.max(outside)
        }
    };
    Ok(points
        .column_iter()
        .zip(&clusters)
        .map(silhouette)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn indices_and_silhouettes_match_scikit_learn() {
        // scikit-learn 1.9, adjusted_rand_score and silhouette_samples.
        let index = |one: &[usize], other: &[usize]| adjusted_rand_index(one, other).expect("fit");
        let found = index(&[0, 0, 1, 1, 2, 2, 2], &[1, 1, 1, 0, 0, 2, 2]);
        assert!((found - 0.2125).abs() < 1e-15);
        assert!((index(&[0, 0, 1, 2], &[0, 0, 1, 1]) - 4.0 / 7.0).abs() < 1e-15);
        assert_eq!(index(&[0, 1, 2], &[0, 0, 0]), 0.0);
        let samples = DMatrix::from_row_slice(
            7,
            2,
            &[
                0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 5.0, 5.0, 6.0, 5.0, 5.0, 7.0, 9.0, 0.0,
            ],
        );
        let found = silhouettes(&samples, &[0, 0, 0, 4, 4, 4, 2]).expect("three clusters");
        let expected = [
            0.8722515058110002,
            0.8318515643203309,
            0.8309727498079399,
            0.7657393571670909,
            0.722509460216903,
            0.7372902163544842,
            0.0,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn trivial_partitions_agree_with_themselves() {
        for labels in [vec![3], vec![1; 5], (0..5).collect()] {
            assert_eq!(adjusted_rand_index(&labels, &labels).expect("fit"), 1.0);
        }
    }

    #[test]
    fn samples_on_one_spot_are_neither_inside_nor_outside() {
        let found = silhouettes(&DMatrix::from_element(4, 2, 0.3), &[0, 0, 1, 1]);
        assert_eq!(found.expect("two clusters"), [0.0; 4]);
    }

    #[test]
    fn labels_that_do_not_fit_are_refused_by_name() {
        assert!(adjusted_rand_index(&[0, 1], &[0]).is_err());
        let found = adjusted_rand_index(&[], &[]);
        assert!(matches!(
            found,
            Err(Error::Core(neuro_core::Error::Empty { .. }))
        ));
        let samples = DMatrix::identity(3, 2);
        let found = silhouettes(&samples, &[1, 1, 1]);
        assert!(matches!(found, Err(Error::TooFewSamples { .. })));
        assert!(silhouettes(&samples, &[0, 1]).is_err());
        assert!(silhouettes(&DMatrix::from_element(2, 1, f64::NAN), &[0, 1]).is_err());
    }

    proptest! {
        #[test]
        fn the_index_does_not_depend_on_names_or_order(
            labels in proptest::collection::vec((0_usize..4, 0_usize..3), 1..20),
        ) {
            let (one, other): (Vec<_>, Vec<_>) = labels.into_iter().unzip();
            let index = adjusted_rand_index(&one, &other).expect("fit");
            let renamed: Vec<_> = one.iter().map(|l| 9 - 2 * l).collect();
            prop_assert_eq!(adjusted_rand_index(&other, &renamed).expect("fit"), index);
            prop_assert!((-1.0..=1.0).contains(&index));
        }
    }
}
