//! How long to diffuse: the von Neumann entropy of the powers of a diffusion operator, and its knee.

use nalgebra::{DMatrix, DVector};
use neuro_core::linalg::singular_values;
use neuro_core::vectorize;

use super::diffusion::check_operator;
use crate::Error;

/// The entropy of the powers of a diffusion operator.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffusionEntropy {
    /// Singular values of the operator, descending.
    pub singular_values: DVector<f64>,
    /// `H(1), H(2), ...`, in nats: index `k` belongs to the power `k + 1`.
    pub entropy: Vec<f64>,
    /// The knee of `entropy`.
    pub knee: Knee,
}

/// The entropy of the powers 1 to `max_time` of a diffusion operator, and its knee.
///
/// With the singular values `s_i` of the operator and `p_i = s_i^t / sum_j s_j^t + e`, where
/// `e = 2^-52` keeps the logarithm finite,
///
/// - `H(t) = -sum_i p_i log p_i`, in nats: fast at first, while noise is averaged away, it falls
///   slowly once only structure is left;
/// - the knee is the index `k` at which one least-squares line through the values `0..=k` and
///   another through `k..` leave the smallest sum of absolute residuals.
///
/// **The index is used as the exponent**, although index `k` holds `H(k + 1)`: so do the
/// authors' programs, and results would not compare otherwise.
///
/// Source: K. R. Moon et al. 2019, Visualizing structure and transitions in high-dimensional
/// biological data, equation 7 and section "Choosing t"; singular values instead of eigenvalues and
/// the search for the knee as in the authors' programs.
///
/// # Errors
/// [`neuro_core::Error::Shape`] when `operator` is not square, [`neuro_core::Error::NonFinite`],
/// [`neuro_core::Error::OutOfRange`] when all its singular values are 0 or `max_time` is below 3,
/// [`neuro_core::Error::NoConvergence`].
///
/// ```
/// use neuro_analysis::phate::diffusion_entropy;
/// use neuro_core::nalgebra::{DMatrix, DVector};
///
/// // Four modes of which two outlast the others: the entropy falls from near log 4 to log 2.
/// let operator = DMatrix::from_diagonal(&DVector::from_row_slice(&[1.0, 1.0, 0.7, 0.7]));
/// let found = diffusion_entropy(&operator, 100)?;
/// assert!((found.entropy[99] - 2f64.ln()).abs() < 1e-12);
/// assert!((4..20).contains(&found.knee.index));
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn diffusion_entropy(
    operator: &DMatrix<f64>,
    max_time: usize,
) -> Result<DiffusionEntropy, Error> {
    check_operator(operator)?;
    check_max_time(max_time)?;
    let singular_values = singular_values(operator)?;
    let largest = singular_values.iter().copied().fold(0.0, f64::max);
    neuro_core::Error::check_range(
        "largest singular value of the diffusion operator",
        "above 0",
        largest,
        largest > 0.0,
    )?;
    // Relative to the largest, powers vanish but never overflow; the shares are the same.
    let relative = singular_values
        .iter()
        .map(|s| s / largest)
        .collect::<Vec<_>>();
    let mut powers = relative.clone();
    let mut shares = vec![0.0; powers.len()];
    let mut entropy = Vec::with_capacity(max_time);
    for _ in 0..max_time {
        let sum: f64 = powers.iter().sum();
        // Vectorised for the logarithms' sake: right after a decomposition, which leaves vector
        // registers as they are, one takes 300 ns instead of 5.
        vectorize(|| {
            for (share, power) in shares.iter_mut().zip(&powers) {
                *share = power / sum + f64::EPSILON;
            }
            for (power, factor) in powers.iter_mut().zip(&relative) {
                *power *= factor;
            }
        });
        entropy.push(shares.iter().map(|share| -share * share.ln()).sum());
    }
    Ok(DiffusionEntropy {
        knee: knee(&entropy)?,
        singular_values,
        entropy,
    })
}

pub(super) fn check_max_time(max_time: usize) -> Result<(), Error> {
    let holds = max_time >= 3;
    neuro_core::Error::check_range(
        "largest diffusion time",
        "at least 3",
        max_time as f64,
        holds,
    )?;
    Ok(())
}

/// Where a curve bends.
#[derive(Clone, Debug, PartialEq)]
pub struct Knee {
    /// Index of the value at which two lines meet best; the first of equally good ones. Neither
    /// the first nor the last.
    pub index: usize,
    /// Sum of the absolute residuals of both lines for a break at index 1, 2, ..., in the unit of
    /// the values: two fewer than there are values.
    pub errors: Vec<f64>,
}

/// The knee of a curve given at evenly spaced points.
///
/// On a straight line every break is as good as any other, and rounding chooses.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than three values, [`neuro_core::Error::NonFinite`].
pub fn knee(values: &[f64]) -> Result<Knee, Error> {
    if values.len() < 3 {
        return Err(Error::TooFewSamples {
            what: "knee of a curve".into(),
            needed: 3,
            found: values.len(),
        });
    }
    neuro_core::Error::check_finite("knee of a curve", values)?;
    let breaks = 1..values.len() - 1;
    let errors: Vec<f64> = breaks
        .map(|k| residuals(&values[..=k]) + residuals(&values[k..]))
        .collect();
    let first_best = |best: usize, k: usize| if errors[k] < errors[best] { k } else { best };
    Ok(Knee {
        index: (0..errors.len()).fold(0, first_best) + 1,
        errors,
    })
}

/// Sum of the absolute residuals of the least-squares line through at least two values.
fn residuals(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = values.iter().sum::<f64>() / count;
    let points = || (0..).map(|x: i32| f64::from(x) - middle).zip(values);
    let covariance: f64 = points().map(|(x, y)| x * (y - mean)).sum();
    let slope = covariance / points().map(|(x, _)| x * x).sum::<f64>();
    points().map(|(x, y)| (y - mean - slope * x).abs()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_knee_of_two_lines_is_where_they_meet() {
        for bend in 1..29 {
            let values: Vec<f64> = (0..30)
                .map(|k| 10.0 - f64::from(k.min(bend)) - 0.1 * f64::from(k))
                .collect();
            let found = knee(&values).expect("enough values");
            assert_eq!(found.index, bend as usize);
            assert_eq!(found.errors.len(), 28);
            assert!(found.errors[found.index - 1] < 1e-12);
        }
    }

    #[test]
    fn the_entropy_falls_from_all_modes_to_the_slowest() {
        let p = DMatrix::from_fn(30, 30, |i, j| {
            let distance = i.abs_diff(j).min(30 - i.abs_diff(j));
            if distance <= 2 { 0.2 } else { 0.0 }
        });
        let found = diffusion_entropy(&p, 100).expect("stochastic");
        assert!(found.entropy.is_sorted_by(|a, b| a > b));
        assert!(found.entropy[0] < 30f64.ln() && found.entropy[99] > 0.0);
        // A circulant matrix is normal: its singular values are the moduli of its eigenvalues.
        let mut expected: Vec<f64> = (0..30)
            .map(|k| {
                let phase = std::f64::consts::TAU * f64::from(k) / 30.0;
                (0.2 + 0.4 * phase.cos() + 0.4 * (2.0 * phase).cos()).abs()
            })
            .collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        for (found, expected) in found.singular_values.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14);
        }
    }

    #[test]
    fn large_powers_of_an_operator_that_amplifies_do_not_overflow() {
        let p = DMatrix::from_row_slice(2, 2, &[2.0, 0.0, 0.0, 1.0]);
        let found = diffusion_entropy(&p, 3000).expect("finite");
        assert!(found.entropy[2999].abs() < 1e-13);
    }

    #[test]
    fn bad_curves_and_operators_are_refused() {
        assert!(knee(&[1.0, 0.0]).is_err());
        assert!(knee(&[1.0, f64::NAN, 0.0]).is_err());
        assert!(diffusion_entropy(&DMatrix::identity(4, 4), 2).is_err());
        assert!(diffusion_entropy(&DMatrix::zeros(4, 4), 10).is_err());
        assert!(diffusion_entropy(&DMatrix::zeros(4, 3), 10).is_err());
    }
}
