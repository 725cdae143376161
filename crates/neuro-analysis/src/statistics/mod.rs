//! Tests that compare samples by their ranks, effect sizes, and summaries of samples.
//!
//! Ranks ask little: no distribution, no variance, no unit. They also survive censoring: of a value
//! that was cut off at a cap (a network that had not learned when training was stopped) it is only
//! known that it lies above all others. Enter it as the cap itself. All such values then share the
//! highest ranks, as they should when every sample has the same cap, and the tests below treat them
//! exactly; a mean or a standard deviation of such samples has no meaning, and leaving the values
//! out favours the group that failed more often. Values that were cut off at different caps need a
//! log-rank test, which is not here.
//!
//! Every `p_value` is the probability, without any effect, of a statistic at least as extreme as
//! the one that was found. None of the tests judges it.
//!
//! ```
//! use neuro_analysis::statistics::{
//!     Adjustment, RankSumConfig, adjusted_p_values, cliffs_delta, rank_sum,
//! };
//!
//! // Trials until three groups of networks had learned, cut off at 20 000.
//! let without_noise = [900.0, 1200.0, 700.0, 1500.0, 1100.0];
//! let little = [1000.0, 1300.0, 800.0, 1400.0, 950.0];
//! let much = [4000.0, 20_000.0, 2600.0, 20_000.0, 9000.0];
//! let p_value = |group: &[f64]| {
//!     rank_sum(&without_noise, group, &RankSumConfig::default()).map(|found| found.p_value)
//! };
//!
//! // Two comparisons, so that the p-values are adjusted.
//! let p = adjusted_p_values(&[p_value(&little)?, p_value(&much)?], Adjustment::Holm)?;
//! assert!(p[0] > 0.5 && p[1] < 0.02);
//! assert_eq!(cliffs_delta(&much, &without_noise)?, 1.0); // every one took longer than any without
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

pub mod bootstrap;
pub mod box_plot;
pub mod distribution;
pub mod dunn;
pub mod effect_size;
pub mod fisher;
pub mod kruskal_wallis;
pub mod multiple;
pub mod rank_sum;
pub mod signed_rank;
pub mod summary;

pub use bootstrap::{BootstrapInterval, bootstrap_interval};
pub use box_plot::{BoxPlot, BoxPlotConfig, Quartiles, box_plot};
pub use dunn::{Dunn, DunnComparison, dunn};
pub use effect_size::{cliffs_delta, cohens_d};
pub use fisher::{FisherExact, fisher_exact};
pub use kruskal_wallis::{KruskalWallis, kruskal_wallis};
pub use multiple::{Adjustment, adjusted_p_values};
pub use rank_sum::{RankSum, RankSumConfig, rank_sum};
pub use signed_rank::{SignedRank, SignedRankConfig, paired_signed_rank, signed_rank};
pub use summary::{Quantile, Summary, quantile, summary};

use crate::Error;
use distribution::normal_survival;

/// Which effects a test looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alternative {
    /// In either direction. Of an exact test on ranks, twice the smaller one-sided probability, at
    /// most 1.
    #[default]
    TwoSided,
    /// The first sample (or the differences) tends to smaller values.
    Less,
    /// The first sample (or the differences) tends to larger values.
    Greater,
}

/// Where a test on ranks takes its p-value from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullDistribution {
    /// Exact for small samples, with ties or without, and normal beyond; the test says where.
    #[default]
    Automatic,
    /// All assignments of the ranks that were found, ties included.
    Exact,
    /// The normal approximation, corrected for ties and continuity as configured.
    Normal,
}

/// A normal deviate with its p-value: `deviation` from the expected value in units of the root of
/// `variance`, brought nearer to 0 (or to the alternative's side) by `continuity`.
fn normal_test(
    deviation: f64,
    variance: f64,
    continuity: f64,
    alternative: Alternative,
) -> Result<(f64, f64), Error> {
    if variance <= 0.0 {
        return Ok((0.0, 1.0));
    }
    let sd = variance.sqrt();
    match alternative {
        Alternative::TwoSided => {
            let distance = (deviation.abs() - continuity).max(0.0);
            // Not -0 for a deviation below 0 that the correction used up.
            let z = if deviation < 0.0 && distance > 0.0 {
                -distance / sd
            } else {
                distance / sd
            };
            Ok((z, 2.0 * normal_survival(z.abs())?))
        }
        Alternative::Less => {
            let z = (deviation + continuity) / sd;
            Ok((z, normal_survival(-z)?))
        }
        Alternative::Greater => {
            let z = (deviation - continuity) / sd;
            Ok((z, normal_survival(z)?))
        }
    }
}

/// The p-value of `observed` when the statistic `k` has the relative weight `weights[k]`.
fn exact_p_value(weights: &[f64], observed: usize, alternative: Alternative) -> f64 {
    let total: f64 = weights.iter().sum();
    let below = weights[..=observed].iter().sum::<f64>() / total;
    let above = weights[observed..].iter().sum::<f64>() / total;
    match alternative {
        Alternative::TwoSided => (2.0 * below.min(above)).min(1.0),
        Alternative::Less => below.min(1.0),
        Alternative::Greater => above.min(1.0),
    }
}

/// `sum(t^3 - t)` over the groups of `t` tied ranks.
fn tie_term(ranks: &[f64]) -> f64 {
    let mut sorted = ranks.to_vec();
    sorted.sort_by(f64::total_cmp);
    let runs = sorted.chunk_by(|a, b| a == b);
    runs.map(|run| run.len() as f64)
        .map(|t| t * t * t - t)
        .sum()
}

/// Twice each rank: whole numbers, also with ties.
fn doubled(ranks: &[f64]) -> Vec<usize> {
    ranks.iter().map(|rank| (2.0 * rank) as usize).collect()
}

/// Checks that a sample has at least `needed` values, all finite.
fn check_sample(what: &str, values: &[f64], needed: usize) -> Result<(), Error> {
    if values.len() < needed {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed,
            found: values.len(),
        });
    }
    neuro_core::Error::check_finite(what, values)?;
    Ok(())
}

#[cfg(test)]
fn close(found: f64, expected: f64, tolerance: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= tolerance * expected.abs().max(1e-300),
        "{found} instead of {expected}"
    );
}
