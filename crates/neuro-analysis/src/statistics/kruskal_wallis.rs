//! The test of Kruskal and Wallis: whether several independent groups share one distribution.
//!
//! Among all `N` values ranked together (equal values share the mean of their ranks), with the sum of
//! ranks `R_g` of the `n_g` values of group `g`,
//! `H = [12 / (N (N + 1)) sum_g R_g^2 / n_g - 3 (N + 1)] / [1 - sum(t^3 - t) / (N^3 - N)]`, where the
//! divisor allows for groups of `t` tied values. Without an effect `H` follows the chi-squared
//! distribution with one degree of freedom less than there are groups, to an approximation that is
//! good from about five values a group on.
//!
//! Which groups differ, [`dunn`](super::dunn()) says. Source: W. H. Kruskal and W. A. Wallis 1952, J.
//! Am. Stat. Assoc. 47, 583. Not here: the exact distribution for smaller groups.

use super::distribution::chi_squared_survival;
use super::{check_sample, tie_term};
use crate::Error;
use crate::correlation::ranks;

/// What a test of Kruskal and Wallis found.
#[derive(Clone, Debug, PartialEq)]
pub struct KruskalWallis {
    /// `H`, corrected for ties; 0 when all values are equal.
    pub h: f64,
    /// `H` as it would be without ties.
    pub h_uncorrected: f64,
    /// Degrees of freedom: one less than there are groups.
    pub degrees: usize,
    /// Probability of so large an `H` without an effect; 1 when all values are equal.
    pub p_value: f64,
    /// Mean rank of each group.
    pub mean_ranks: Vec<f64>,
    /// Number of values of all groups.
    pub samples: usize,
}

impl KruskalWallis {
    /// Effect size `epsilon^2 = H / (N - 1)`: the share of the variance of the ranks that the groups
    /// explain, 0 to 1 (J. M. King and others 2018, Statistical Reasoning in the Behavioral
    /// Sciences, chapter 18).
    #[must_use]
    pub fn epsilon_squared(&self) -> f64 {
        self.h / (self.samples as f64 - 1.0)
    }
}

/// Compares independent groups by their ranks.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two groups or an empty one,
/// [`neuro_core::Error::NonFinite`].
///
/// ```
/// use neuro_analysis::statistics::kruskal_wallis;
///
/// // Three groups in perfect order: mean ranks 2, 5 and 8 of 9.
/// let groups = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]];
/// let found = kruskal_wallis(&groups)?;
/// assert!((found.h - 7.2).abs() < 1e-14);
/// // Two degrees of freedom: an exponential distribution.
/// assert!((found.p_value - (-3.6_f64).exp()).abs() < 1e-15);
/// assert!((found.epsilon_squared() - 0.9).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn kruskal_wallis<G: AsRef<[f64]>>(groups: &[G]) -> Result<KruskalWallis, Error> {
    let pooled = PooledRanks::of("test of Kruskal and Wallis", groups)?;
    let total = pooled.total;
    // From the deviations of the mean ranks: the published formula subtracts two large numbers.
    let middle = f64::midpoint(total, 1.0);
    let between: f64 = pooled
        .mean_ranks
        .iter()
        .zip(&pooled.sizes)
        .map(|(mean, size)| size * (mean - middle) * (mean - middle))
        .sum();
    let h_uncorrected = 12.0 * between / (total * (total + 1.0));
    let untied = 1.0 - pooled.ties / (total * total * total - total);
    let h = if untied > 0.0 {
        h_uncorrected / untied
    } else {
        0.0
    };
    let degrees = groups.len() - 1;
    Ok(KruskalWallis {
        h,
        h_uncorrected,
        degrees,
        p_value: chi_squared_survival(h, degrees as f64)?,
        mean_ranks: pooled.mean_ranks,
        samples: total as usize,
    })
}

/// Several groups ranked together.
pub(super) struct PooledRanks {
    /// Mean rank of each group.
    pub(super) mean_ranks: Vec<f64>,
    /// Number of values of each group.
    pub(super) sizes: Vec<f64>,
    /// Number of values of all groups.
    pub(super) total: f64,
    /// `sum(t^3 - t)` over groups of `t` tied values.
    pub(super) ties: f64,
}

impl PooledRanks {
    pub(super) fn of<G: AsRef<[f64]>>(what: &str, groups: &[G]) -> Result<Self, Error> {
        if groups.len() < 2 {
            return Err(Error::TooFewSamples {
                what: format!("groups of a {what}"),
                needed: 2,
                found: groups.len(),
            });
        }
        for (index, group) in groups.iter().enumerate() {
            check_sample(&format!("group {index} of a {what}"), group.as_ref(), 1)?;
        }
        let values: Vec<&[f64]> = groups.iter().map(AsRef::as_ref).collect();
        let ranks = ranks(&values.concat());
        let mut rest = ranks.as_slice();
        let mut mean_ranks = Vec::with_capacity(groups.len());
        for group in &values {
            let (own, others) = rest.split_at(group.len());
            mean_ranks.push(own.iter().sum::<f64>() / own.len() as f64);
            rest = others;
        }
        Ok(Self {
            mean_ranks,
            sizes: values.iter().map(|group| group.len() as f64).collect(),
            total: ranks.len() as f64,
            ties: tie_term(&ranks),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{RankSumConfig, close, rank_sum};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn statistics_and_p_values_match_scipy() {
        // SciPy 1.17, kruskal; the second with ties.
        let distinct: [&[f64]; 3] = [
            &[2.9, 3.0, 2.5, 2.6, 3.2],
            &[3.8, 2.7, 4.0, 2.4],
            &[2.8, 3.4, 3.7, 2.2, 2.0],
        ];
        let tied: [&[f64]; 3] = [
            &[4.0, 7.0, 7.0, 9.0, 12.0, 12.0, 15.0],
            &[1.0, 4.0, 4.0, 7.0, 8.0, 9.0],
            &[3.0, 3.0, 12.0, 20.0],
        ];
        for (groups, h, p_value) in [
            (distinct, 0.7714285714285722, 0.6799647735788936),
            (tied, 2.2508015675097917, 0.32452237799403905),
        ] {
            let found = kruskal_wallis(&groups).expect("valid groups");
            close(found.h, h, 1e-13);
            close(found.p_value, p_value, 1e-13);
            assert_eq!(found.degrees, 2);
        }
    }

    #[test]
    fn equal_values_have_p_value_one() {
        let found = kruskal_wallis(&[vec![0.1; 3], vec![0.1]]).expect("valid groups");
        assert_eq!(
            (found.h, found.h_uncorrected, found.p_value),
            (0.0, 0.0, 1.0)
        );
        assert_eq!((found.mean_ranks, found.samples), (vec![2.5, 2.5], 4));
    }

    #[test]
    fn bad_groups_are_refused_by_name() {
        let found = kruskal_wallis(&[[1.0, 2.0]]);
        assert!(matches!(found, Err(Error::TooFewSamples { needed: 2, .. })));
        let found = kruskal_wallis(&[vec![1.0], vec![]]);
        assert!(
            matches!(found, Err(Error::TooFewSamples { what, .. }) if what.contains("group 1"))
        );
        assert!(kruskal_wallis(&[[1.0], [f64::NAN]]).is_err());
    }

    proptest! {
        #[test]
        fn of_two_groups_it_is_the_square_of_the_rank_sum_test(
            x in proptest::collection::vec((0..20).prop_map(f64::from), 1..12),
            y in proptest::collection::vec((0..20).prop_map(f64::from), 1..12),
        ) {
            let config = RankSumConfig { continuity_correction: false, ..RankSumConfig::default() };
            let z = rank_sum(&x, &y, &config).expect("valid").z;
            let h = kruskal_wallis(&[x, y]).expect("valid").h;
            prop_assert!((h - z * z).abs() < 1e-12 * (1.0 + h));
        }

        #[test]
        fn the_groups_explain_at_most_all_of_the_ranks(
            values in proptest::collection::vec(0..30, 12),
        ) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let groups: Vec<&[f64]> = values.chunks(3).collect();
            let share = kruskal_wallis(&groups).expect("valid").epsilon_squared();
            prop_assert!((0.0..=1.0 + 1e-12).contains(&share));
        }
    }
}
