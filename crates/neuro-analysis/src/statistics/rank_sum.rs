//! The rank-sum test of two independent samples (Wilcoxon; Mann and Whitney).
//!
//! Among all `N = n + m` values of `x` and `y` ranked together (equal values share the mean of their
//! ranks), `W` is the sum of the ranks of `x` and `U = W - n (n + 1) / 2` the number of pairs with
//! `x > y`, ties counting one half. Without an effect `U` has mean `n m / 2` and variance
//! `n m / 12 (N + 1 - sum(t^3 - t) / (N (N - 1)))`, the sum taken over groups of `t` tied values;
//! `z` is its deviation in standard deviations, which the continuity correction brings nearer to 0
//! by 1/2 in `U`. The exact distribution counts all `N! / (n! m!)` choices of `n` of the ranks that
//! were found, by dynamic programming over their sums.
//!
//! Source: F. Wilcoxon 1945, Biometrics Bull. 1, 80; H. B. Mann and D. R. Whitney 1947, Ann. Math.
//! Stat. 18, 50; E. L. Lehmann 1975, Nonparametrics, chapter 1 (ties, exact distribution).

use super::{
    Alternative, NullDistribution, check_sample, doubled, exact_p_value, normal_test, tie_term,
};
use crate::Error;
use crate::correlation::ranks;

/// Automatically exact when the smaller sample has fewer values than this, ...
const SMALL_SAMPLE: usize = 10;
/// ... and both together fewer than this.
const SMALL_TOTAL: usize = 20;
/// Most values in all for an exact test: 1e9 additions.
const EXACT_MOST: usize = 200;

/// Options of [`rank_sum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankSumConfig {
    /// Whether the variance of `z` allows for ties. Default true.
    pub tie_correction: bool,
    /// Whether `z` is corrected for continuity. Default true.
    pub continuity_correction: bool,
    /// Which effects count. Default two-sided.
    pub alternative: Alternative,
    /// Source of the p-value. Default automatic: exact when the smaller sample has fewer than 10
    /// values and both together fewer than 20.
    pub distribution: NullDistribution,
}

impl Default for RankSumConfig {
    fn default() -> Self {
        Self {
            tie_correction: true,
            continuity_correction: true,
            alternative: Alternative::TwoSided,
            distribution: NullDistribution::Automatic,
        }
    }
}

/// What a rank-sum test of `x` and `y` found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankSum {
    /// `W`, the sum of the ranks of `x`.
    pub rank_sum: f64,
    /// `U`, the number of pairs with `x > y`; ties count one half.
    pub u: f64,
    /// Deviation of `U` from its mean in standard deviations, positive for larger `x`; 0 when all
    /// values are equal.
    pub z: f64,
    /// Probability of such ranks without an effect; 1 when all values are equal.
    pub p_value: f64,
    /// Whether `p_value` is exact rather than that of `z`.
    pub exact: bool,
    /// Numbers of values of `x` and `y`.
    pub samples: (usize, usize),
}

impl RankSum {
    /// Probability that a value of `x` is larger than one of `y`, ties counting one half
    /// (`U / (n m)`): the common-language effect size, and the area under the ROC curve.
    #[must_use]
    pub fn common_language(&self) -> f64 {
        self.u / (self.samples.0 as f64 * self.samples.1 as f64)
    }

    /// Rank-biserial correlation, equal to Cliff's delta: the share of pairs with `x > y` minus that
    /// with `x < y`, -1 to 1.
    #[must_use]
    pub fn rank_biserial(&self) -> f64 {
        2.0 * self.common_language() - 1.0
    }
}

/// Compares two independent samples by their ranks.
///
/// # Errors
/// [`Error::TooFewSamples`] for an empty sample, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] for an exact test of more than 200 values.
///
/// ```
/// use neuro_analysis::statistics::{RankSumConfig, rank_sum};
///
/// // Trials to criterion of two groups of networks, cut off at 20,000.
/// let short = [900.0, 1200.0, 700.0, 1500.0, 1100.0];
/// let long = [4000.0, 20_000.0, 2600.0, 20_000.0, 9000.0];
/// let found = rank_sum(&short, &long, &RankSumConfig::default())?;
/// // All five below all five: 2 of the 252 ways to choose five ranks of ten are as extreme.
/// assert!(found.exact && (found.p_value - 2.0 / 252.0).abs() < 1e-15);
/// assert_eq!(found.rank_biserial(), -1.0);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn rank_sum(x: &[f64], y: &[f64], config: &RankSumConfig) -> Result<RankSum, Error> {
    check_sample("first sample of a rank-sum test", x, 1)?;
    check_sample("second sample of a rank-sum test", y, 1)?;
    let (n, m) = (x.len(), y.len());
    let exact = match config.distribution {
        NullDistribution::Automatic => n.min(m) < SMALL_SAMPLE && n + m < SMALL_TOTAL,
        NullDistribution::Exact => true,
        NullDistribution::Normal => false,
    };
    neuro_core::Error::check_range(
        "values of an exact rank-sum test",
        &format!("at most {EXACT_MOST}"),
        (n + m) as f64,
        !exact || n + m <= EXACT_MOST,
    )?;
    let ranks = ranks(&[x, y].concat());
    let rank_sum: f64 = ranks[..n].iter().sum();
    let (a, b) = (n as f64, m as f64);
    let total = a + b;
    let u = rank_sum - a * (a + 1.0) / 2.0;
    let ties = tie_term(&ranks);
    let variance = if ties == total * total * total - total {
        // All values equal: no rank tells anything, whether ties are corrected for or not.
        0.0
    } else if config.tie_correction {
        a * b / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)))
    } else {
        a * b / 12.0 * (total + 1.0)
    };
    let continuity = f64::from(config.continuity_correction) / 2.0;
    let (z, normal) = normal_test(u - a * b / 2.0, variance, continuity, config.alternative)?;
    let p_value = if exact {
        exact_probability(&ranks, n, config.alternative)
    } else {
        normal
    };
    Ok(RankSum {
        rank_sum,
        u,
        z,
        p_value,
        exact,
        samples: (n, m),
    })
}

/// The p-value of the sum of the first `n` ranks among the sums of any `n` of them.
fn exact_probability(ranks: &[f64], n: usize, alternative: Alternative) -> f64 {
    let ranks = doubled(ranks);
    // The smaller sample has the smaller table; what it gains, the other loses.
    let (own, alternative) = if 2 * n <= ranks.len() {
        (&ranks[..n], alternative)
    } else {
        let mirrored = match alternative {
            Alternative::TwoSided => Alternative::TwoSided,
            Alternative::Less => Alternative::Greater,
            Alternative::Greater => Alternative::Less,
        };
        (&ranks[n..], mirrored)
    };
    let observed = own.iter().sum();
    let most: usize = {
        let mut sorted = ranks.clone();
        sorted.sort_unstable();
        sorted.iter().rev().take(own.len()).sum()
    };
    // Row k: number of choices of k ranks by their sum. Below 2^53 the numbers are exact; beyond,
    // sums of positive numbers keep their digits.
    let width = most + 1;
    let mut choices = vec![0.0; (own.len() + 1) * width];
    choices[0] = 1.0;
    for (used, &rank) in ranks.iter().enumerate() {
        for k in (1..=own.len().min(used + 1)).rev() {
            let (fewer, these) = choices[(k - 1) * width..(k + 1) * width].split_at_mut(width);
            for (to, from) in these[rank.min(width)..].iter_mut().zip(fewer.iter()) {
                *to += from;
            }
        }
    }
    exact_p_value(&choices[own.len() * width..], observed, alternative)
}

#[cfg(test)]
mod tests {
    use super::super::close;
    use super::*;
    use proptest::prelude::*;

    const TIED: ([f64; 7], [f64; 6]) = (
        [4.0, 7.0, 7.0, 9.0, 12.0, 12.0, 15.0],
        [1.0, 4.0, 4.0, 7.0, 8.0, 9.0],
    );
    const DISTINCT: ([f64; 5], [f64; 7]) = (
        [0.1, 0.4, 0.35, 0.8, 2.0],
        [1.1, 0.9, 3.0, 2.5, 1.7, 0.6, 4.2],
    );
    const ALTERNATIVES: [Alternative; 3] = [
        Alternative::TwoSided,
        Alternative::Less,
        Alternative::Greater,
    ];

    fn test(x: &[f64], y: &[f64], config: RankSumConfig) -> RankSum {
        rank_sum(x, y, &config).expect("valid samples")
    }

    #[test]
    fn normal_p_values_match_scipy_with_and_without_continuity() {
        // SciPy 1.17, mannwhitneyu(method="asymptotic").
        let expected = [
            (0.11105494577590766, 0.09573338486463373),
            (0.9589236730769642, 0.9521333075676831),
            (0.05552747288795383, 0.047866692432316865),
        ];
        for (alternative, (corrected, plain)) in ALTERNATIVES.into_iter().zip(expected) {
            for (continuity_correction, p_value) in [(true, corrected), (false, plain)] {
                let found = test(
                    &TIED.0,
                    &TIED.1,
                    RankSumConfig {
                        continuity_correction,
                        alternative,
                        distribution: NullDistribution::Normal,
                        ..RankSumConfig::default()
                    },
                );
                assert_eq!((found.u, found.rank_sum, found.exact), (32.5, 60.5, false));
                close(found.p_value, p_value, 1e-13);
            }
        }
    }

    #[test]
    fn exact_p_values_match_scipy_with_and_without_ties() {
        // SciPy 1.17: mannwhitneyu(method="exact"), and permutation_test of the rank sum over all
        // 1716 choices for the ties.
        let distinct = [0.04797979797979798, 0.02398989898989899, 0.9848484848484849];
        let tied = [0.12237762237762238, 0.9632867132867133, 0.06118881118881119];
        for (i, alternative) in ALTERNATIVES.into_iter().enumerate() {
            let config = RankSumConfig {
                alternative,
                ..RankSumConfig::default()
            };
            let found = test(&DISTINCT.0, &DISTINCT.1, config);
            assert!(found.exact);
            close(found.p_value, distinct[i], 1e-14);
            close(test(&TIED.0, &TIED.1, config).p_value, tied[i], 1e-14);
        }
    }

    #[test]
    fn the_largest_exact_test_matches_scipy() {
        // SciPy 1.17, mannwhitneyu(method="exact" and "asymptotic").
        let x: Vec<f64> = (0..100).map(|i| f64::from(2 * i)).collect();
        let y: Vec<f64> = (0..100).map(|i| f64::from(2 * i) - 31.0).collect();
        for (distribution, p_value) in [
            (NullDistribution::Exact, 0.0004350734655708572),
            (NullDistribution::Normal, 0.00047794066018616577),
        ] {
            let config = RankSumConfig {
                distribution,
                ..RankSumConfig::default()
            };
            close(test(&x, &y, config).p_value, p_value, 1e-12);
        }
    }

    #[test]
    fn samples_without_differences_have_p_value_one() {
        for distribution in [NullDistribution::Exact, NullDistribution::Normal] {
            for alternative in ALTERNATIVES {
                for tie_correction in [true, false] {
                    let config = RankSumConfig {
                        tie_correction,
                        alternative,
                        distribution,
                        ..RankSumConfig::default()
                    };
                    let found = test(&[0.1; 4], &[0.1; 3], config);
                    assert_eq!((found.z, found.p_value), (0.0, 1.0));
                    assert_eq!(found.common_language(), 0.5);
                }
            }
        }
    }

    #[test]
    fn single_values_can_be_compared_but_say_nothing() {
        let found = test(&[1.0], &[2.0], RankSumConfig::default());
        assert_eq!((found.u, found.p_value, found.exact), (0.0, 1.0, true));
    }

    #[test]
    fn automatic_tests_are_exact_for_small_samples_only() {
        let values: Vec<f64> = (0..40).map(f64::from).collect();
        for (n, m, exact) in [(9, 10, true), (9, 11, false), (10, 9, true), (2, 30, false)] {
            let found = test(&values[..n], &values[n..n + m], RankSumConfig::default());
            assert_eq!(found.exact, exact, "{n} and {m}");
        }
    }

    #[test]
    fn bad_samples_are_refused_by_name() {
        let config = RankSumConfig::default();
        let found = rank_sum(&[], &[1.0], &config);
        assert!(
            matches!(found, Err(Error::TooFewSamples { what, .. }) if what.starts_with("first"))
        );
        assert!(rank_sum(&[1.0], &[], &config).is_err());
        let found = rank_sum(&[1.0], &[2.0, f64::INFINITY], &config);
        let non_finite = matches!(found, Err(Error::Core(neuro_core::Error::NonFinite { .. })));
        assert!(non_finite);
        let exact = RankSumConfig {
            distribution: NullDistribution::Exact,
            ..config
        };
        let found = rank_sum(&[0.0; 150], &[1.0; 51], &exact);
        let refused = matches!(
            found,
            Err(Error::Core(neuro_core::Error::OutOfRange { .. }))
        );
        assert!(refused);
    }

    /// Whole numbers, so that ties are frequent.
    fn sample() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec((0..9).prop_map(f64::from), 1..7)
    }

    proptest! {
        #[test]
        fn u_counts_the_pairs_with_the_larger_x(x in sample(), y in sample()) {
            let pairs = x.iter().flat_map(|x| y.iter().map(move |y| (x, y)));
            let count: f64 = pairs
                .map(|(x, y)| f64::from(x > y) + f64::from(x == y) / 2.0)
                .sum();
            prop_assert_eq!(test(&x, &y, RankSumConfig::default()).u, count);
        }

        #[test]
        fn the_exact_p_value_counts_all_choices(x in sample(), y in sample()) {
            let pooled = ranks(&[x.as_slice(), &y].concat());
            let (mut all, mut below) = (0.0, 0.0);
            let observed: f64 = pooled[..x.len()].iter().sum();
            for choice in 0_u32..1 << pooled.len() {
                if choice.count_ones() as usize == x.len() {
                    let chosen = (0..pooled.len()).filter(|i| choice >> i & 1 == 1);
                    all += 1.0;
                    below += f64::from(chosen.map(|i| pooled[i]).sum::<f64>() <= observed);
                }
            }
            let config = RankSumConfig {
                alternative: Alternative::Less,
                distribution: NullDistribution::Exact,
                ..RankSumConfig::default()
            };
            prop_assert!((test(&x, &y, config).p_value - below / all).abs() < 1e-14);
        }

        #[test]
        fn exchanged_samples_have_the_opposite_deviation(x in sample(), y in sample()) {
            for distribution in [NullDistribution::Exact, NullDistribution::Normal] {
                let config = RankSumConfig { distribution, ..RankSumConfig::default() };
                let (one, other) = (test(&x, &y, config), test(&y, &x, config));
                prop_assert!((one.p_value - other.p_value).abs() < 1e-14);
                prop_assert_eq!(one.z, -other.z);
                prop_assert!((one.rank_biserial() + other.rank_biserial()).abs() < 1e-15);
            }
        }

        #[test]
        fn only_the_order_of_the_values_matters(x in sample(), y in sample()) {
            let grown = |v: &[f64]| v.iter().map(|v| v.exp() - 3.0).collect::<Vec<_>>();
            let config = RankSumConfig::default();
            prop_assert_eq!(test(&x, &y, config), test(&grown(&x), &grown(&y), config));
        }
    }
}
