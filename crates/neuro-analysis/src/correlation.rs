//! Correlation of two variables over samples, with p-values and confidence intervals.
//!
//! Of `n` pairs `(x, y)`:
//!
//! - Pearson's `r = sum (x - mx)(y - my) / sqrt(sum (x - mx)^2 sum (y - my)^2)`, which measures a
//!   linear relation;
//! - Spearman's `rho`, the `r` of the ranks (equal values share the mean of their ranks), which
//!   measures a monotone relation;
//! - Kendall's `tau_b = (C - D) / sqrt((P - P_x)(P - P_y))` with `C` concordant and `D` discordant
//!   pairs of samples among all `P`, of which `P_x` and `P_y` are tied in `x` and in `y`.
//!
//! The p-value is two-sided, for no correlation: for `r` and `rho` by Student's
//! `t = r sqrt((n - 2) / (1 - r^2))` with `n - 2` degrees of freedom (exact for `r` of normal
//! variables; an approximation for `rho`), for `tau_b` by the normal approximation of `C - D` with
//! its variance under ties. Intervals come from Fisher's `z = artanh r`, taken as normal with
//! variance `1 / (n - 3)` for `r`, `(1 + rho^2 / 2) / (n - 3)` for `rho` and `0.437 / (n - 4)` for
//! `tau`.
//!
//! Source: R. A. Fisher 1921, Metron 1, 3; M. G. Kendall 1970, Rank Correlation Methods, chapters 3
//! and 4; E. C. Fieller, H. O. Hartley and E. S. Pearson 1957, Biometrika 44, 470; D. G. Bonett and
//! T. A. Wright 2000, Psychometrika 65, 23. Not here: exact p-values of ranks in small samples.

use nalgebra::DMatrix;

use crate::Error;
use crate::statistics::distribution::{beta_between, normal_quantile, normal_survival};

/// Which relation a coefficient measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CorrelationKind {
    /// Linear: Pearson's `r`.
    Pearson,
    /// Monotone, by ranks: Spearman's `rho`.
    Spearman,
    /// Monotone, by pairs: Kendall's `tau_b`.
    Kendall,
}

/// A correlation coefficient of some samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Correlation {
    /// Which coefficient it is.
    pub kind: CorrelationKind,
    /// The coefficient, -1 to 1.
    pub coefficient: f64,
    /// Two-sided probability of a coefficient at least as far from 0 without any relation.
    pub p_value: f64,
    /// Number of samples.
    pub samples: usize,
}

impl Correlation {
    /// The interval (lower, upper) that holds the true coefficient with the given confidence, such
    /// as 0.95; `None` for so few samples (3, for Kendall 4) that Fisher's `z` has no variance.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when `confidence` is not between 0 and 1.
    pub fn interval(&self, confidence: f64) -> Result<Option<(f64, f64)>, Error> {
        let inside = confidence > 0.0 && confidence < 1.0;
        neuro_core::Error::check_range("confidence", "above 0 and below 1", confidence, inside)?;
        let r = self.coefficient;
        let n = self.samples as f64;
        let variance = match self.kind {
            CorrelationKind::Pearson => 1.0 / (n - 3.0),
            CorrelationKind::Spearman => (1.0 + r * r / 2.0) / (n - 3.0),
            CorrelationKind::Kendall => 0.437 / (n - 4.0),
        };
        if !(variance.is_finite() && variance > 0.0) {
            return Ok(None);
        }
        let spread = normal_quantile(0.5 + confidence / 2.0)? * variance.sqrt();
        let z = r.atanh();
        Ok(Some(((z - spread).tanh(), (z + spread).tanh())))
    }
}

/// Pearson's correlation of two variables, one value of each a sample.
///
/// # Errors
/// [`neuro_core::Error::Length`] when the numbers of samples differ,
/// [`Error::TooFewSamples`] for fewer than three, [`neuro_core::Error::NonFinite`],
/// [`Error::Constant`] when all values of a variable are equal.
///
/// ```
/// use neuro_analysis::correlation::pearson;
///
/// // The amplitude of a transient against the frequency that it remembers.
/// let frequency = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let found = pearson(&frequency, &[2.1, 1.7, 1.6, 1.1, 0.8])?;
/// let (lower, upper) = found.interval(0.95)?.expect("five samples");
/// assert!(found.coefficient < -0.95 && found.p_value < 0.01);
/// assert!(lower > -1.0 && upper < -0.8);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn pearson(x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    check(x, y)?;
    of_values(CorrelationKind::Pearson, x, y)
}

/// Spearman's rank correlation of two variables.
///
/// # Errors
/// As [`pearson`].
///
/// ```
/// use neuro_analysis::correlation::spearman;
///
/// // Monotone though far from linear.
/// let found = spearman(&[0.0, 1.0, 2.0, 3.0], &[1.0, 1.1, 8.0, 3e5])?;
/// assert!((found.coefficient - 1.0).abs() < 1e-15);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    check(x, y)?;
    of_values(CorrelationKind::Spearman, &ranks(x), &ranks(y))
}

/// Kendall's `tau_b` of two variables, in `O(n log n)` (W. R. Knight 1966, J. Am. Stat. Assoc. 61,
/// 436).
///
/// # Errors
/// As [`pearson`].
pub fn kendall(x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    check(x, y)?;
    let n = x.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| {
        let by_x = ascending(x[i], x[j]);
        by_x.then(ascending(y[i], y[j]))
    });
    let mut tied_x = Ties::default();
    for run in order.chunk_by(|&i, &j| x[i] == x[j]) {
        tied_x.add(run.len());
    }
    let mut tied_both = Ties::default();
    for run in order.chunk_by(|&i, &j| x[i] == x[j] && y[i] == y[j]) {
        tied_both.add(run.len());
    }
    let mut values: Vec<f64> = order.iter().map(|&i| y[i]).collect();
    let discordant = inversions(&mut values);
    let mut tied_y = Ties::default();
    for run in values.chunk_by(|a, b| a == b) {
        tied_y.add(run.len());
    }
    let count = n as f64;
    let pairs = count * (count - 1.0) / 2.0;
    let excess = pairs - tied_x.pairs - tied_y.pairs + tied_both.pairs - 2.0 * discordant;
    let root = ((pairs - tied_x.pairs) * (pairs - tied_y.pairs)).sqrt();
    let variance = (2.0 * pairs * (2.0 * count + 5.0) - tied_x.first - tied_y.first) / 18.0
        + 2.0 * tied_x.pairs * tied_y.pairs / (count * (count - 1.0))
        + tied_x.second * tied_y.second / (9.0 * count * (count - 1.0) * (count - 2.0));
    Ok(Correlation {
        kind: CorrelationKind::Kendall,
        coefficient: (excess / root).clamp(-1.0, 1.0),
        p_value: 2.0 * normal_survival(excess.abs() / variance.sqrt())?,
        samples: n,
    })
}

/// The correlation of each column of `samples` (samples x variables) with one variable; `None` for
/// a column that is constant (a silent unit has no correlation).
///
/// # Errors
/// As [`pearson`], [`Error::Constant`] for `variable` only.
pub fn correlate_columns(
    kind: CorrelationKind,
    samples: &DMatrix<f64>,
    variable: &[f64],
) -> Result<Vec<Option<Correlation>>, Error> {
    let correlate = match kind {
        CorrelationKind::Pearson => pearson,
        CorrelationKind::Spearman => spearman,
        CorrelationKind::Kendall => kendall,
    };
    neuro_core::Error::check_length(
        "variable to correlate with",
        samples.nrows(),
        variable.len(),
    )?;
    check_varies("variable to correlate with", variable)?;
    neuro_core::Error::check_finite("samples to correlate", samples.as_slice())?;
    let columns =
        samples
            .column_iter()
            .map(|column| match correlate(column.as_slice(), variable) {
                Ok(found) => Ok(Some(found)),
                Err(Error::Constant { .. }) => Ok(None),
                Err(other) => Err(other),
            });
    columns.collect()
}

/// Ranks of the values, from 1; equal values share the mean of their ranks.
///
/// ```
/// use neuro_analysis::correlation::ranks;
///
/// assert_eq!(ranks(&[0.3, -1.0, 0.3, 7.0]), [2.5, 1.0, 2.5, 4.0]);
/// ```
#[must_use]
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| ascending(values[i], values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for run in order.chunk_by(|&i, &j| values[i] == values[j]) {
        for &i in run {
            ranks[i] = below as f64 + (run.len() + 1) as f64 / 2.0;
        }
        below += run.len();
    }
    ranks
}

fn check(x: &[f64], y: &[f64]) -> Result<(), Error> {
    neuro_core::Error::check_length("second variable of a correlation", x.len(), y.len())?;
    check_varies("first variable of a correlation", x)?;
    check_varies("second variable of a correlation", y)
}

fn check_varies(what: &str, values: &[f64]) -> Result<(), Error> {
    if values.len() < 3 {
        return Err(Error::TooFewSamples {
            what: what.into(),
            needed: 3,
            found: values.len(),
        });
    }
    neuro_core::Error::check_finite(what, values)?;
    if values.iter().all(|&v| v == values[0]) {
        return Err(Error::Constant { what: what.into() });
    }
    Ok(())
}

/// Pearson's coefficient of values or ranks that were checked, and its t-test.
fn of_values(kind: CorrelationKind, x: &[f64], y: &[f64]) -> Result<Correlation, Error> {
    let (x, y) = (unit_vector(x), unit_vector(y));
    let product: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
    let r = product.clamp(-1.0, 1.0);
    // t^2 / (n - 2) = r^2 / (1 - r^2): the shares of the beta function without t, which is
    // infinite at r = 1.
    let degrees = (x.len() - 2) as f64;
    Ok(Correlation {
        kind,
        coefficient: r,
        p_value: beta_between(degrees / 2.0, 0.5, (1.0 - r) * (1.0 + r), r * r)?,
        samples: x.len(),
    })
}

/// The values without their mean, brought to length 1; they are not all equal.
fn unit_vector(values: &[f64]) -> Vec<f64> {
    // Half and a quarter: neither the range nor its square may leave the numbers.
    let (low, high) = values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| {
            (low.min(v), high.max(v))
        });
    let half_range = high / 2.0 - low / 2.0;
    let scale = |v: f64| {
        if half_range >= f64::MIN_POSITIVE {
            (v / 2.0 - low / 2.0) / half_range
        } else {
            // Subnormal: the range is exact, halves of it are not.
            (v - low) / (high - low)
        }
    };
    let mut unit: Vec<f64> = values.iter().map(|&v| scale(v)).collect();
    let mean = unit.iter().sum::<f64>() / unit.len() as f64;
    unit.iter_mut().for_each(|v| *v -= mean);
    let norm = unit.iter().map(|v| v * v).sum::<f64>().sqrt();
    unit.iter_mut().for_each(|v| *v /= norm);
    unit
}

/// Order in which -0 and 0 are equal, of values that are not NaN.
fn ascending(a: f64, b: f64) -> std::cmp::Ordering {
    a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal)
}

/// Sums over groups of `t` tied values.
#[derive(Default)]
struct Ties {
    /// `t (t - 1) / 2`.
    pairs: f64,
    /// `t (t - 1) (2 t + 5)`.
    first: f64,
    /// `t (t - 1) (t - 2)`.
    second: f64,
}

impl Ties {
    fn add(&mut self, size: usize) {
        let t = size as f64;
        self.pairs += t * (t - 1.0) / 2.0;
        self.first += t * (t - 1.0) * (2.0 * t + 5.0);
        self.second += t * (t - 1.0) * (t - 2.0);
    }
}

/// Number of pairs with the larger value first; sorts the values (bottom-up merging).
fn inversions(values: &mut Vec<f64>) -> f64 {
    let n = values.len();
    let mut count = 0.0;
    let mut merged = Vec::with_capacity(n);
    let mut width = 1;
    while width < n {
        merged.clear();
        for block in values.chunks(2 * width) {
            let (left, right) = block.split_at(width.min(block.len()));
            let (mut i, mut j) = (0, 0);
            while i < left.len() && j < right.len() {
                if right[j] < left[i] {
                    count += (left.len() - i) as f64;
                    merged.push(right[j]);
                    j += 1;
                } else {
                    merged.push(left[i]);
                    i += 1;
                }
            }
            merged.extend_from_slice(&left[i..]);
            merged.extend_from_slice(&right[j..]);
        }
        std::mem::swap(values, &mut merged);
        width *= 2;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const X: [f64; 8] = [2.1, -0.4, 3.3, 1.0, 0.2, 4.8, 2.1, -1.7];
    const Y: [f64; 8] = [1.0, 0.3, 2.9, -0.2, 0.3, 3.1, 2.2, 0.3];

    #[test]
    fn coefficients_and_p_values_match_scipy() {
        // SciPy 1.17: pearsonr, spearmanr, kendalltau(method="asymptotic"); ties in both variables.
        for (found, coefficient, p_value) in [
            (pearson(&X, &Y), 0.853192729033955, 0.007064738967957421),
            (spearman(&X, &Y), 0.8222251619036417, 0.012239767043296674),
            (kendall(&X, &Y), 0.6928203230275509, 0.020946430759030917),
        ] {
            let found = found.expect("varies");
            assert!((found.coefficient - coefficient).abs() < 1e-14, "{found:?}");
            assert!((found.p_value - p_value).abs() < 1e-13, "{found:?}");
            assert_eq!(found.samples, 8);
        }
    }

    #[test]
    fn intervals_match_scipy() {
        let found = pearson(&X, &Y).expect("varies");
        for (confidence, lower, upper) in [
            (0.95, 0.37243712829046505, 0.9729230760490085),
            (0.9, 0.4870391608285548, 0.96426512587961),
        ] {
            let interval = found.interval(confidence).expect("inside").expect("eight");
            assert!((interval.0 - lower).abs() < 1e-13 && (interval.1 - upper).abs() < 1e-13);
        }
        assert!(found.interval(1.0).is_err() && found.interval(f64::NAN).is_err());
    }

    #[test]
    fn a_perfect_relation_has_probability_zero_and_a_point_interval() {
        let x = [1.0, 2.0, 4.0, 8.0, 9.0];
        let y = x.map(|x| 3.0 - x);
        let found = Correlation {
            coefficient: -1.0,
            p_value: 0.0,
            ..pearson(&x, &y).expect("varies")
        };
        assert!((pearson(&x, &y).expect("varies").coefficient + 1.0).abs() < 1e-15);
        assert!(pearson(&x, &y).expect("varies").p_value < 1e-20);
        assert_eq!(found.interval(0.95).expect("inside"), Some((-1.0, -1.0)));
        assert_eq!(kendall(&x, &y).expect("varies").coefficient, -1.0);
    }

    #[test]
    fn three_samples_have_a_p_value_but_no_interval() {
        let found = pearson(&[0.0, 1.0, 2.0], &[0.0, 1.0, 0.0]).expect("varies");
        assert_eq!((found.coefficient, found.p_value), (0.0, 1.0));
        assert_eq!(found.interval(0.95).expect("inside"), None);
        let four = kendall(&[0.0, 1.0, 2.0, 3.0], &[0.0, 1.0, 0.0, 2.0]).expect("varies");
        assert_eq!(four.interval(0.95).expect("inside"), None);
    }

    #[test]
    fn bad_variables_are_refused_by_name() {
        for correlate in [pearson, spearman, kendall] {
            let found = correlate(&[0.1; 4], &[1.0, 2.0, 3.0, 4.0]);
            assert!(matches!(found, Err(Error::Constant { what }) if what.starts_with("first")));
            let found = correlate(&[1.0, 2.0], &[1.0, 2.0]);
            assert!(matches!(found, Err(Error::TooFewSamples { .. })));
            assert!(correlate(&[1.0, 2.0, 3.0], &[1.0, 2.0]).is_err());
            assert!(correlate(&[1.0, f64::NAN, 3.0], &[1.0, 2.0, 1.0]).is_err());
        }
    }

    #[test]
    fn a_constant_column_has_no_correlation_and_hides_no_other() {
        let samples = DMatrix::from_fn(5, 3, |i, j| [i as f64, 0.1, -((i * i) as f64)][j]);
        let variable = [0.0, 1.0, 2.0, 3.0, 4.0];
        for kind in [
            CorrelationKind::Pearson,
            CorrelationKind::Spearman,
            CorrelationKind::Kendall,
        ] {
            let found = correlate_columns(kind, &samples, &variable).expect("varies");
            assert!(found[0].is_some_and(|c| c.coefficient > 1.0 - 1e-15));
            assert!(found[1].is_none());
            assert!(found[2].is_some_and(|c| c.coefficient < -0.9 && c.kind == kind));
        }
        let kind = CorrelationKind::Pearson;
        let found = correlate_columns(kind, &samples, &[2.0; 5]);
        assert!(matches!(found, Err(Error::Constant { .. })));
        assert!(correlate_columns(kind, &samples, &[0.0, 1.0, 2.0]).is_err());
    }

    proptest! {
        #[test]
        fn a_change_of_units_does_not_change_the_correlation(
            pairs in proptest::collection::vec((-2.0..2.0f64, -2.0..2.0f64), 3..30),
            exponent in -300..300i32,
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let plain = pearson(&x, &y).expect("varies");
            let scaled: Vec<f64> = x.iter().map(|x| x * 10f64.powi(exponent)).collect();
            let again = pearson(&scaled, &y).expect("varies");
            prop_assert!((plain.coefficient - again.coefficient).abs() < 1e-12);
            let turned: Vec<f64> = y.iter().map(|y| -y).collect();
            let turned = pearson(&x, &turned).expect("varies");
            prop_assert!((plain.coefficient + turned.coefficient).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&plain.p_value));
        }

        #[test]
        fn kendall_counts_the_pairs(
            pairs in proptest::collection::vec((0..5i32, 0..5i32), 3..25),
        ) {
            let (x, y): (Vec<f64>, Vec<f64>) =
                pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
            let (mut excess, mut with_x, mut with_y) = (0, 0, 0);
            for (k, a) in pairs.iter().enumerate() {
                for b in &pairs[..k] {
                    let (dx, dy) = ((a.0 - b.0).signum(), (a.1 - b.1).signum());
                    excess += dx * dy;
                    with_x += dx * dx;
                    with_y += dy * dy;
                }
            }
            if with_x > 0 && with_y > 0 {
                let expected = f64::from(excess) / (f64::from(with_x) * f64::from(with_y)).sqrt();
                let found = kendall(&x, &y).expect("varies");
                prop_assert!((found.coefficient - expected).abs() < 1e-12);
                prop_assert!((0.0..=1.0).contains(&found.p_value));
            } else {
                prop_assert!(kendall(&x, &y).is_err());
            }
        }
    }
}
