//! p-values adjusted for the number of tests.
//!
//! Of `m` tests with sorted p-values `p_1 <= ... <= p_m`:
//!
//! | adjustment | adjusted `p_i` | controls |
//! |---|---|---|
//! | Bonferroni | `m p_i` | probability of any false discovery |
//! | Sidak | `1 - (1 - p_i)^m` | the same, for independent tests |
//! | Holm | largest `(m - j + 1) p_j` with `j <= i` | the same; never less powerful than Bonferroni |
//! | Benjamini–Hochberg | smallest `m p_j / j` with `j >= i` | expected share of false discoveries |
//!
//! all at most 1. Source: Z. Sidak 1967, J. Am. Stat. Assoc. 62, 626; S. Holm 1979, Scand. J. Stat.
//! 6, 65; Y. Benjamini and Y. Hochberg 1995, J. R. Stat. Soc. B 57, 289.

use crate::Error;

/// How p-values are adjusted for the number of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adjustment {
    /// Multiplied by the number of tests.
    #[default]
    Bonferroni,
    /// The probability of at least one such value among independent tests.
    Sidak,
    /// Bonferroni among the tests that are left, step by step.
    Holm,
    /// The false discovery rate at which the test would be called a discovery.
    BenjaminiHochberg,
}

/// The adjusted p-values, in the order of the given ones; none for none.
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] for a p-value that is not 0 to 1.
///
/// ```
/// use neuro_analysis::statistics::{Adjustment, adjusted_p_values};
///
/// let alone = [0.5, 0.125, 0.25];
/// assert_eq!(adjusted_p_values(&alone, Adjustment::Bonferroni)?, [1.0, 0.375, 0.75]);
/// assert_eq!(adjusted_p_values(&alone, Adjustment::Holm)?, [0.5, 0.375, 0.5]);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn adjusted_p_values(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>, Error> {
    for &p in p_values {
        let inside = (0.0..=1.0).contains(&p);
        neuro_core::Error::check_range("p-value", "0 to 1", p, inside)?;
    }
    let count = p_values.len() as f64;
    let each = |adjusted: &dyn Fn(f64) -> f64| p_values.iter().map(|&p| adjusted(p)).collect();
    Ok(match adjustment {
        Adjustment::Bonferroni => each(&|p| (count * p).min(1.0)),
        // Without the difference from 1, which would lose small values.
        Adjustment::Sidak => each(&|p| -(count * (-p).ln_1p()).exp_m1()),
        Adjustment::Holm => {
            let mut least = 0.0_f64;
            in_order(p_values, false, |position, p| {
                least = least.max((count - position as f64) * p).min(1.0);
                least
            })
        }
        Adjustment::BenjaminiHochberg => {
            let mut most = 1.0_f64;
            in_order(p_values, true, |position, p| {
                most = most.min(count * p / (position as f64 + 1.0));
                most
            })
        }
    })
}

/// The values of `adjusted(position among the sorted, p)`, visited by rising or falling `p`.
fn in_order(
    p_values: &[f64],
    falling: bool,
    mut adjusted: impl FnMut(usize, f64) -> f64,
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut out = vec![0.0; p_values.len()];
    let mut visit = |(position, &i): (usize, &usize)| out[i] = adjusted(position, p_values[i]);
    if falling {
        order.iter().enumerate().rev().for_each(&mut visit);
    } else {
        order.iter().enumerate().for_each(&mut visit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::close;
    use super::*;
    use proptest::prelude::*;

    fn adjust(p_values: &[f64], adjustment: Adjustment) -> Vec<f64> {
        adjusted_p_values(p_values, adjustment).expect("probabilities")
    }

    #[test]
    fn false_discovery_rates_match_scipy() {
        // SciPy 1.17, false_discovery_control.
        let found = adjust(
            &[0.01, 0.04, 0.03, 0.2, 0.04, 1.0],
            Adjustment::BenjaminiHochberg,
        );
        for (found, expected) in found.into_iter().zip([0.06, 0.06, 0.06, 0.24, 0.06, 1.0]) {
            close(found, expected, 1e-15);
        }
    }

    #[test]
    fn the_value_of_sidak_is_exact_for_small_probabilities() {
        let found = adjust(&[1e-20, 0.5, 1.0, 0.0], Adjustment::Sidak);
        close(found[0], 4e-20, 1e-15);
        close(found[1], 0.9375, 1e-15);
        assert_eq!(found[2..], [1.0, 0.0]);
    }

    #[test]
    fn probabilities_out_of_range_are_refused() {
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(adjusted_p_values(&[0.5, bad], Adjustment::Holm).is_err());
        }
        assert!(adjust(&[], Adjustment::BenjaminiHochberg).is_empty());
    }

    proptest! {
        #[test]
        fn adjustments_are_ordered_by_their_strictness(
            p_values in proptest::collection::vec(0.0..1.0, 1..9),
        ) {
            let of = |adjustment| adjust(&p_values, adjustment);
            let (bonferroni, sidak) = (of(Adjustment::Bonferroni), of(Adjustment::Sidak));
            let (holm, rate) = (of(Adjustment::Holm), of(Adjustment::BenjaminiHochberg));
            for i in 0..p_values.len() {
                prop_assert!(bonferroni[i] >= sidak[i] * (1.0 - 1e-14));
                prop_assert!(bonferroni[i] >= holm[i] && holm[i] >= rate[i] * (1.0 - 1e-14));
                prop_assert!(rate[i] >= p_values[i] * (1.0 - 1e-14));
                prop_assert!(sidak[i] >= p_values[i] * (1.0 - 1e-14));
            }
        }

        #[test]
        fn adjusted_values_keep_the_order(p_values in proptest::collection::vec(0.0..0.3, 2..9)) {
            for adjustment in [Adjustment::Holm, Adjustment::BenjaminiHochberg, Adjustment::Sidak] {
                let found = adjust(&p_values, adjustment);
                for (i, j) in (0..p_values.len()).flat_map(|i| (0..i).map(move |j| (i, j))) {
                    prop_assert!(p_values[i] > p_values[j] || found[i] <= found[j]);
                }
            }
        }
    }
}
