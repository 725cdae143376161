//! Fisher's exact test of a table of two groups and two outcomes, such as success and failure.
//!
//! With its row and column sums given, the table `[[a, b], [c, d]]` has the hypergeometric
//! probability `P(a) = C(a + b, a) C(c + d, c) / C(a + b + c + d, a + c)` when the outcome does not
//! depend on the group. The two-sided p-value sums the tables that are not more probable than the
//! one that was found.
//!
//! Source: R. A. Fisher 1922, J. R. Stat. Soc. 85, 87; A. Agresti 2013, Categorical Data Analysis,
//! chapter 3.5.

use super::Alternative;
use crate::Error;

/// Tables whose probability exceeds the found one's by less than this share count as equal: they
/// differ by rounding only.
const EQUAL: f64 = 1e-7;
/// Most counts in all: fewer than a million tables have a probability above the smallest number then.
const MOST: usize = 1_000_000_000;

/// What Fisher's exact test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FisherExact {
    /// Odds of the first outcome in the first group, divided by those in the second: `a d / (b c)`;
    /// infinite when only `b c` is 0, `None` when both products are 0.
    pub odds_ratio: Option<f64>,
    /// Probability of such a table without an effect, 0 when it is below about 1e-308; 1 when a row
    /// or a column is empty.
    pub p_value: f64,
}

/// Tests whether two groups (rows) have the same rate of the first of two outcomes (columns).
///
/// [`Alternative::Less`] asks for a smaller rate in the first group.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for more than 1e9 counts in all.
///
/// ```
/// use neuro_analysis::statistics::{Alternative, fisher_exact};
///
/// // 8 of 11 networks learned without noise, 11 of 11 with it: seeds are too few to tell.
/// let found = fisher_exact([[8, 3], [11, 0]], Alternative::TwoSided)?;
/// assert!((found.p_value - 3.0 / 14.0).abs() < 1e-14);
/// assert_eq!(found.odds_ratio, Some(0.0));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn fisher_exact(
    table: [[usize; 2]; 2],
    alternative: Alternative,
) -> Result<FisherExact, Error> {
    let [[a, b], [c, d]] = table;
    let total = [a, b, c, d].into_iter().fold(0, usize::saturating_add);
    neuro_core::Error::check_range(
        "counts of a table",
        &format!("at most {MOST}"),
        total as f64,
        total <= MOST,
    )?;
    let product = |x: usize, y: usize| x as f64 * y as f64;
    let (agree, disagree) = (product(a, d), product(b, c));
    let odds_ratio = (agree > 0.0 || disagree > 0.0).then(|| agree / disagree);

    let (row, column) = (a + b, a + c);
    // Of all tables with these sums, the first entry runs from `least` to `most`.
    let least = (row + column).saturating_sub(total);
    let most = row.min(column);
    // Ratio of the probabilities of k + 1 and k.
    let ratio =
        |k: usize| product(row - k, column - k) / product(k + 1, total + k + 1 - row - column);
    // Relative to the most probable table nothing overflows, and what underflows does not count. (A
    // subnormal number times 0.9 may be itself again, without end.)
    let mode = (product(row + 1, column + 1) / (total as f64 + 2.0)) as usize;
    let mode = mode.clamp(least, most);
    let mut probabilities = Vec::new();
    let mut p = 1.0;
    for k in (least..mode).rev() {
        p /= ratio(k);
        if p < f64::MIN_POSITIVE {
            break;
        }
        probabilities.push((k, p));
    }
    probabilities.reverse();
    probabilities.push((mode, 1.0));
    p = 1.0;
    for k in mode..most {
        p *= ratio(k);
        if p < f64::MIN_POSITIVE {
            break;
        }
        probabilities.push((k + 1, p));
    }
    let found = probabilities.iter().find(|(k, _)| *k == a);
    let limit = found.map_or(0.0, |(_, p)| p * (1.0 + EQUAL));
    let extreme = |k: usize, p: f64| match alternative {
        Alternative::TwoSided => p <= limit,
        Alternative::Less => k <= a,
        Alternative::Greater => k >= a,
    };
    // Summed from the small ones of either side, apart: the rest of 1 would lose a small tail.
    let (mut tail, mut rest) = (0.0, 0.0);
    for &(k, p) in &probabilities {
        *(if extreme(k, p) { &mut tail } else { &mut rest }) += p;
    }
    Ok(FisherExact {
        odds_ratio,
        p_value: tail / (tail + rest),
    })
}

#[cfg(test)]
mod tests {
    use super::super::close;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn odds_ratios_and_p_values_match_scipy() {
        // SciPy 1.17, fisher_exact: two-sided, less, greater.
        for (table, odds_ratio, p_values) in [
            (
                [[8, 2], [1, 5]],
                20.0,
                [
                    0.034965034965034975,
                    0.9991258741258742,
                    0.024475524475524483,
                ],
            ),
            (
                [[11, 0], [8, 3]],
                f64::INFINITY,
                [0.2142857142857143, 1.0, 0.10714285714285714],
            ),
            (
                [[3, 7], [9, 1]],
                1.0 / 21.0,
                [
                    0.019766611097880443,
                    0.009883305548940223,
                    0.9996427720885925,
                ],
            ),
            (
                [[100, 50], [70, 80]],
                16.0 / 7.0,
                [
                    0.0007003772753720399,
                    0.9998555176864725,
                    0.00035018863768601996,
                ],
            ),
            (
                [[4, 4], [4, 4]],
                1.0,
                [1.0, 0.6903651903651904, 0.6903651903651904],
            ),
        ] {
            let alternatives = [
                Alternative::TwoSided,
                Alternative::Less,
                Alternative::Greater,
            ];
            for (alternative, p_value) in alternatives.into_iter().zip(p_values) {
                let found = fisher_exact(table, alternative).expect("few counts");
                assert_eq!(found.odds_ratio, Some(odds_ratio));
                close(found.p_value, p_value, 1e-12);
            }
        }
    }

    #[test]
    fn an_empty_row_or_column_tells_nothing() {
        for table in [[[0, 5], [0, 6]], [[0, 0], [3, 4]], [[0, 0], [0, 0]]] {
            let found = fisher_exact(table, Alternative::TwoSided).expect("few counts");
            assert_eq!(
                found,
                FisherExact {
                    odds_ratio: None,
                    p_value: 1.0
                }
            );
        }
    }

    #[test]
    fn many_counts_neither_overflow_nor_take_long() {
        let half = MOST / 4;
        let found = fisher_exact([[half, half], [half, half]], Alternative::TwoSided);
        close(found.expect("just few enough").p_value, 1.0, 1e-12);
        let found = fisher_exact([[half, 0], [0, half]], Alternative::TwoSided);
        assert_eq!(found.expect("fewer").p_value, 0.0);
        for too_many in [MOST, usize::MAX] {
            assert!(fisher_exact([[too_many, 1], [0, 0]], Alternative::Less).is_err());
        }
    }

    proptest! {
        #[test]
        fn the_two_tails_overlap_in_the_found_table(
            a in 0_usize..9, b in 0_usize..9, c in 0_usize..9, d in 0_usize..9,
        ) {
            let choose = |n: usize, k: usize| {
                (1..=k).map(|i| (n - k + i) as f64 / i as f64).product::<f64>()
            };
            let probability = choose(a + b, a) * choose(c + d, c) / choose(a + b + c + d, a + c);
            let p = |alternative| fisher_exact([[a, b], [c, d]], alternative).expect("few").p_value;
            let sum = p(Alternative::Less) + p(Alternative::Greater);
            prop_assert!((sum - 1.0 - probability).abs() < 1e-12);
            prop_assert!(p(Alternative::TwoSided) >= probability * (1.0 - 1e-12));
        }

        #[test]
        fn groups_and_outcomes_can_be_exchanged(
            a in 0_usize..40, b in 0_usize..40, c in 0_usize..40, d in 0_usize..40,
        ) {
            let p = |table| fisher_exact(table, Alternative::TwoSided).expect("few").p_value;
            let found = p([[a, b], [c, d]]);
            for other in [[[c, d], [a, b]], [[b, a], [d, c]], [[a, c], [b, d]]] {
                prop_assert!((p(other) - found).abs() < 1e-12 * found);
            }
        }
    }
}
