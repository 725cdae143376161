//! Dunn's test: which of several independent groups differ.
//!
//! For the groups `g` and `h` with mean ranks `R_g` and `R_h` among all `N` values ranked together,
//! `z = (R_g - R_h) / sqrt([N (N + 1) / 12 - sum(t^3 - t) / (12 (N - 1))] (1 / n_g + 1 / n_h))`,
//! the sum taken over groups of `t` tied values, is judged by the normal distribution on both sides.
//! All pairs are tested, and their p-values adjusted for that.
//!
//! Source: O. J. Dunn 1964, Technometrics 6, 241.

use super::distribution::normal_survival;
use super::kruskal_wallis::PooledRanks;
use super::multiple::{Adjustment, adjusted_p_values};
use crate::Error;

/// The comparison of one pair of groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DunnComparison {
    /// The first group, counted from 0.
    pub first: usize,
    /// The second group, after the first.
    pub second: usize,
    /// Difference of the mean ranks in standard deviations, positive for larger values of the first
    /// group; 0 when all values are equal.
    pub z: f64,
    /// Two-sided probability of such a `z` without an effect, of this pair alone.
    pub p_value: f64,
    /// The p-value adjusted for the number of pairs.
    pub adjusted_p_value: f64,
}

/// What Dunn's test found.
#[derive(Clone, Debug, PartialEq)]
pub struct Dunn {
    /// Mean rank of each group.
    pub mean_ranks: Vec<f64>,
    /// All pairs of groups, by the first and then by the second.
    pub comparisons: Vec<DunnComparison>,
}

impl Dunn {
    /// The comparison of two groups, in either order (its `z` is that of the smaller index minus the
    /// larger); `None` when there is no such pair.
    #[must_use]
    pub fn between(&self, one: usize, other: usize) -> Option<&DunnComparison> {
        let pair = (one.min(other), one.max(other));
        self.comparisons
            .iter()
            .find(|c| (c.first, c.second) == pair)
    }
}

/// Compares all pairs of independent groups by their ranks.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two groups or an empty one,
/// [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::statistics::{Adjustment, dunn};
///
/// // Mean time constant (ms) of five networks at three strengths of noise: only the last differs.
/// let groups = [
///     [31.0, 33.0, 30.0, 35.0, 32.0],
///     [31.5, 34.0, 30.5, 33.5, 32.5],
///     [51.0, 55.0, 49.0, 60.0, 47.0],
/// ];
/// let found = dunn(&groups, Adjustment::Bonferroni)?;
/// let p = |g, h| found.between(g, h).expect("two groups").adjusted_p_value;
/// assert!(p(0, 1) == 1.0 && p(0, 2) < 0.05 && p(1, 2) < 0.05);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn dunn<G: AsRef<[f64]>>(groups: &[G], adjustment: Adjustment) -> Result<Dunn, Error> {
    let pooled = PooledRanks::of("test of Dunn", groups)?;
    let total = pooled.total;
    let variance = (total * (total + 1.0) - pooled.ties / (total - 1.0)) / 12.0;
    // Equal values leave a variance of 0 up to rounding, and no difference.
    let all_tied = pooled.ties == total * total * total - total;
    let mut comparisons = Vec::new();
    for first in 0..groups.len() {
        for second in first + 1..groups.len() {
            let difference = pooled.mean_ranks[first] - pooled.mean_ranks[second];
            let share = 1.0 / pooled.sizes[first] + 1.0 / pooled.sizes[second];
            let z = if all_tied {
                0.0
            } else {
                difference / (variance * share).sqrt()
            };
            let p_value = 2.0 * normal_survival(z.abs())?;
            comparisons.push(DunnComparison {
                first,
                second,
                z,
                p_value,
                adjusted_p_value: p_value,
            });
        }
    }
    let alone: Vec<f64> = comparisons.iter().map(|c| c.p_value).collect();
    for (comparison, p_value) in comparisons
        .iter_mut()
        .zip(adjusted_p_values(&alone, adjustment)?)
    {
        comparison.adjusted_p_value = p_value;
    }
    Ok(Dunn {
        mean_ranks: pooled.mean_ranks,
        comparisons,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{close, kruskal_wallis};
    use super::*;

    #[test]
    fn two_groups_give_the_square_root_of_kruskal_and_wallis() {
        let groups: [&[f64]; 2] = [&[4.0, 7.0, 7.0, 9.0, 12.0], &[1.0, 4.0, 4.0, 7.0, 8.0, 9.0]];
        let h = kruskal_wallis(&groups).expect("valid groups");
        let found = dunn(&groups, Adjustment::Bonferroni).expect("valid groups");
        close(found.comparisons[0].z.powi(2), h.h, 1e-13);
        close(found.comparisons[0].p_value, h.p_value, 1e-13);
        assert_eq!(
            found.comparisons[0].adjusted_p_value,
            found.comparisons[0].p_value
        );
    }

    #[test]
    fn perfectly_ordered_groups_have_their_closed_form() {
        // Mean ranks 1.5, 3.5, 5.5 of 6; variance 6 * 7 / 12 * (1/2 + 1/2).
        let found = dunn(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], Adjustment::Holm);
        let found = found.expect("valid groups");
        assert_eq!(found.mean_ranks, [1.5, 3.5, 5.5]);
        let pairs: Vec<_> = found
            .comparisons
            .iter()
            .map(|c| (c.first, c.second))
            .collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2)]);
        for (comparison, difference) in found.comparisons.iter().zip([-2.0, -4.0, -2.0]) {
            close(comparison.z, difference / 3.5_f64.sqrt(), 1e-15);
        }
        let far = found.between(2, 0).expect("a pair");
        close(far.adjusted_p_value, 3.0 * far.p_value, 1e-15);
        assert!(found.between(0, 3).is_none() && found.between(1, 1).is_none());
    }

    #[test]
    fn equal_values_do_not_differ() {
        let found = dunn(&[vec![2.0; 3], vec![2.0], vec![2.0; 4]], Adjustment::Sidak);
        for comparison in found.expect("valid groups").comparisons {
            assert_eq!((comparison.z, comparison.adjusted_p_value), (0.0, 1.0));
        }
    }

    #[test]
    fn bad_groups_are_refused_by_name() {
        let refuse = |groups: &[Vec<f64>]| dunn(groups, Adjustment::Bonferroni).is_err();
        assert!(refuse(&[vec![1.0]]) && refuse(&[vec![1.0], vec![]]));
        assert!(refuse(&[vec![1.0], vec![f64::INFINITY]]));
    }
}
