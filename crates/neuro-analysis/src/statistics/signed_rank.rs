//! The signed-rank test of paired samples (Wilcoxon).
//!
//! Differences of 0 are dropped; `W+` and `W-` are the sums of the ranks of `|d|` among the `n` that
//! are left (equal ones share the mean of their ranks) over the positive and the negative ones.
//! Without an effect `W+` has mean `n (n + 1) / 4` and variance
//! `n (n + 1) (2 n + 1) / 24 - sum(t^3 - t) / 48`, the sum taken over groups of `t` tied `|d|`; `z`
//! is its deviation in standard deviations, which the continuity correction brings nearer to 0 by
//! 1/2 in `W+`. The exact distribution counts all `2^n` signs of the ranks that were found, by
//! dynamic programming over their sums.
//!
//! Source: F. Wilcoxon 1945, Biometrics Bull. 1, 80; E. L. Lehmann 1975, Nonparametrics, chapter 3.

use super::{
    Alternative, NullDistribution, check_sample, doubled, exact_p_value, normal_test, tie_term,
};
use crate::Error;
use crate::correlation::ranks;

/// Automatically exact up to this number of differences that are not 0.
const SMALL: usize = 15;
/// Most differences for an exact test: 1e8 additions.
const EXACT_MOST: usize = 500;

/// Options of [`signed_rank`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignedRankConfig {
    /// Whether `z` is corrected for continuity. Default false.
    pub continuity_correction: bool,
    /// Which effects count. Default two-sided.
    pub alternative: Alternative,
    /// Source of the p-value. Default automatic: exact for at most 15 differences that are not 0.
    pub distribution: NullDistribution,
}

/// What a signed-rank test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SignedRank {
    /// `W+`, the sum of the ranks of positive differences.
    pub positive: f64,
    /// `W-`, the sum of the ranks of negative differences.
    pub negative: f64,
    /// Deviation of `W+` from its mean in standard deviations, positive for positive differences; 0
    /// without any difference.
    pub z: f64,
    /// Probability of such ranks without an effect; 1 without any difference.
    pub p_value: f64,
    /// Whether `p_value` is exact rather than that of `z`.
    pub exact: bool,
    /// Number of differences that are not 0.
    pub used: usize,
    /// Number of differences that are 0 and were dropped.
    pub zeros: usize,
}

impl SignedRank {
    /// Rank-biserial correlation `(W+ - W-) / (W+ + W-)`, -1 to 1; 0 without any difference.
    #[must_use]
    pub fn rank_biserial(&self) -> f64 {
        if self.used == 0 {
            return 0.0;
        }
        (self.positive - self.negative) / (self.positive + self.negative)
    }
}

/// Whether differences are symmetric about 0.
///
/// # Errors
/// [`Error::TooFewSamples`] without any value, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] for an exact test of more than 500 differences.
///
/// ```
/// use neuro_analysis::statistics::{SignedRankConfig, signed_rank};
///
/// // Change of the time constants of eight units by training: seven slower, one a little faster.
/// let change = [12.0, 7.0, -2.0, 31.0, 5.0, 9.0, 16.0, 20.0];
/// let found = signed_rank(&change, &SignedRankConfig::default())?;
/// // Of 256 signs, W- is at most 1 for two, as is W+.
/// assert!(found.negative == 1.0 && (found.p_value - 4.0 / 256.0).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn signed_rank(differences: &[f64], config: &SignedRankConfig) -> Result<SignedRank, Error> {
    check_sample("differences of a signed-rank test", differences, 1)?;
    let kept: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
    let n = kept.len();
    let exact = match config.distribution {
        NullDistribution::Automatic => n <= SMALL,
        NullDistribution::Exact => true,
        NullDistribution::Normal => false,
    };
    neuro_core::Error::check_range(
        "differences of an exact signed-rank test",
        &format!("at most {EXACT_MOST}"),
        n as f64,
        !exact || n <= EXACT_MOST,
    )?;
    let ranks = ranks(&kept.iter().map(|d| d.abs()).collect::<Vec<_>>());
    let sum = |sign: f64| {
        let signed = kept.iter().zip(&ranks).filter(|(d, _)| *d * sign > 0.0);
        signed.map(|(_, rank)| rank).sum::<f64>()
    };
    let (positive, negative) = (sum(1.0), sum(-1.0));
    let count = n as f64;
    let pairs = count * (count + 1.0);
    let variance = pairs * (2.0 * count + 1.0) / 24.0 - tie_term(&ranks) / 48.0;
    let continuity = f64::from(config.continuity_correction) / 2.0;
    let deviation = positive - pairs / 4.0;
    let (z, normal) = normal_test(deviation, variance, continuity, config.alternative)?;
    let p_value = if exact {
        let weights = sums_of_signs(&doubled(&ranks));
        exact_p_value(&weights, (2.0 * positive) as usize, config.alternative)
    } else {
        normal
    };
    Ok(SignedRank {
        positive,
        negative,
        z,
        p_value,
        exact,
        used: n,
        zeros: differences.len() - n,
    })
}

/// [`signed_rank`] of `x - y`, one pair a sample.
///
/// # Errors
/// As [`signed_rank`], and [`neuro_core::Error::Length`] when the numbers of samples differ.
pub fn paired_signed_rank(
    x: &[f64],
    y: &[f64],
    config: &SignedRankConfig,
) -> Result<SignedRank, Error> {
    neuro_core::Error::check_length("second sample of a signed-rank test", x.len(), y.len())?;
    check_sample("first sample of a signed-rank test", x, 1)?;
    check_sample("second sample of a signed-rank test", y, 1)?;
    let differences: Vec<f64> = x.iter().zip(y).map(|(x, y)| x - y).collect();
    signed_rank(&differences, config)
}

/// Share of the subsets of `ranks` with each sum.
fn sums_of_signs(ranks: &[usize]) -> Vec<f64> {
    let mut shares = vec![0.0; ranks.iter().sum::<usize>() + 1];
    shares[0] = 1.0;
    let mut largest = 0;
    for &rank in ranks {
        largest += rank;
        // From above: each entry takes that of the ranks before. Halved: no overflow.
        for sum in (0..=largest).rev() {
            let with = sum.checked_sub(rank).map_or(0.0, |rest| shares[rest]);
            shares[sum] = f64::midpoint(shares[sum], with);
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::super::close;
    use super::*;
    use proptest::prelude::*;

    const X: [f64; 9] = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30];
    const Y: [f64; 9] = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.15, 1.29];
    const TIED: [f64; 11] = [1.0, 2.0, 2.0, -1.0, 3.0, 0.0, -2.0, 5.0, 0.0, 4.0, 3.0];
    const ALTERNATIVES: [Alternative; 3] = [
        Alternative::TwoSided,
        Alternative::Less,
        Alternative::Greater,
    ];

    #[test]
    fn normal_p_values_match_scipy_with_and_without_continuity() {
        // SciPy 1.17, wilcoxon(method="asymptotic").
        let pairs = [
            (0.038151710173415135, 0.04401098401295143),
            (0.9809241449132924, 0.98351530937789),
            (0.019075855086707567, 0.022005492006475714),
        ];
        let tied = [
            (0.04290120601140134, 0.04940018799120368),
            (0.9785493969942993, 0.9814299048158035),
            (0.02145060300570067, 0.02470009399560184),
        ];
        for (i, alternative) in ALTERNATIVES.into_iter().enumerate() {
            for continuity_correction in [false, true] {
                let config = SignedRankConfig {
                    continuity_correction,
                    alternative,
                    distribution: NullDistribution::Normal,
                };
                let pick = |(plain, corrected)| {
                    if continuity_correction {
                        corrected
                    } else {
                        plain
                    }
                };
                let found = paired_signed_rank(&X, &Y, &config).expect("valid samples");
                assert_eq!((found.positive, found.negative), (40.0, 5.0));
                close(found.p_value, pick(pairs[i]), 1e-13);
                let found = signed_rank(&TIED, &config).expect("valid samples");
                assert_eq!((found.positive, found.used, found.zeros), (39.5, 9, 2));
                close(found.p_value, pick(tied[i]), 1e-13);
            }
        }
    }

    #[test]
    fn exact_p_values_match_scipy_with_and_without_ties() {
        // SciPy 1.17: wilcoxon(method="exact"), and permutation_test of W+ over all 512 signs for
        // the ties.
        let pairs = [0.0390625, 0.986328125, 0.01953125];
        let tied = [0.05078125, 0.986328125, 0.025390625];
        for (i, alternative) in ALTERNATIVES.into_iter().enumerate() {
            let config = SignedRankConfig {
                alternative,
                ..SignedRankConfig::default()
            };
            let found = paired_signed_rank(&X, &Y, &config).expect("valid samples");
            assert!(found.exact);
            close(found.p_value, pairs[i], 1e-14);
            let found = signed_rank(&TIED, &config).expect("valid samples");
            close(found.p_value, tied[i], 1e-14);
        }
    }

    #[test]
    fn the_largest_exact_test_matches_scipy() {
        // SciPy 1.17, wilcoxon(method="exact" and "asymptotic").
        let sign = |i: i32| if i * i % 11 < 5 { -1.0 } else { 1.0 };
        let values: Vec<f64> = (1..=500).map(|i| sign(i) * f64::from(i)).collect();
        for (distribution, p_value) in [
            (NullDistribution::Exact, 1.014652248912969e-07),
            (NullDistribution::Normal, 1.267387420172591e-07),
        ] {
            let config = SignedRankConfig {
                distribution,
                ..SignedRankConfig::default()
            };
            let found = signed_rank(&values, &config).expect("valid values");
            close(found.p_value, p_value, 1e-12);
        }
    }

    #[test]
    fn without_any_difference_the_p_value_is_one() {
        for distribution in [NullDistribution::Exact, NullDistribution::Normal] {
            for alternative in ALTERNATIVES {
                let config = SignedRankConfig {
                    continuity_correction: true,
                    alternative,
                    distribution,
                };
                let found = signed_rank(&[0.0, -0.0], &config).expect("two values");
                assert_eq!((found.z, found.p_value, found.zeros), (0.0, 1.0, 2));
                assert_eq!(found.rank_biserial(), 0.0);
            }
        }
    }

    #[test]
    fn bad_samples_are_refused_by_name() {
        let config = SignedRankConfig::default();
        let found = signed_rank(&[], &config);
        assert!(matches!(found, Err(Error::TooFewSamples { .. })));
        assert!(signed_rank(&[f64::NAN], &config).is_err());
        assert!(paired_signed_rank(&[1.0], &[1.0, 2.0], &config).is_err());
        assert!(paired_signed_rank(&[1.0], &[f64::INFINITY], &config).is_err());
        let exact = SignedRankConfig {
            distribution: NullDistribution::Exact,
            ..config
        };
        assert!(signed_rank(&[1.0; 501], &exact).is_err());
    }

    fn differences() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec((-6..7).prop_map(f64::from), 1..11)
    }

    proptest! {
        #[test]
        fn the_exact_p_value_counts_all_signs(values in differences()) {
            let kept: Vec<f64> = values.iter().filter(|d| **d != 0.0).map(|d| d.abs()).collect();
            let ranks = ranks(&kept);
            let found = signed_rank(&values, &SignedRankConfig {
                alternative: Alternative::Greater,
                ..SignedRankConfig::default()
            }).expect("valid");
            let sums = (0_u32..1 << kept.len()).map(|signs| {
                let positive = (0..kept.len()).filter(|i| signs >> i & 1 == 1);
                positive.map(|i| ranks[i]).sum::<f64>()
            });
            let above = sums.filter(|sum| *sum >= found.positive).count();
            let expected = above as f64 / f64::from(1_u32 << kept.len());
            prop_assert!((found.p_value - expected).abs() < 1e-14);
        }

        #[test]
        fn opposite_differences_have_the_opposite_deviation(values in differences()) {
            let config = SignedRankConfig::default();
            let turned: Vec<f64> = values.iter().map(|d| -d).collect();
            let (one, other) = (
                signed_rank(&values, &config).expect("valid"),
                signed_rank(&turned, &config).expect("valid"),
            );
            prop_assert_eq!((one.positive, one.negative), (other.negative, other.positive));
            prop_assert_eq!(one.z, -other.z);
            prop_assert!((one.p_value - other.p_value).abs() < 1e-14);
        }
    }
}
