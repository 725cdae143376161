//! The matrix exponential, by Padé approximation with scaling and squaring.

use nalgebra::DMatrix;

use super::decomposition::one_norm;
use super::{matmul, solve};
use crate::Error;

/// Degree-by-degree: the largest 1-norm, and the coefficients of `p`, constant first.
const LOW_DEGREES: [(f64, &[f64]); 4] = [
    (1.495_585_217_958_292e-2, &[120.0, 60.0, 12.0, 1.0]),
    (
        2.539_398_330_063_23e-1,
        &[30_240.0, 15_120.0, 3_360.0, 420.0, 30.0, 1.0],
    ),
    (
        9.504_178_996_162_932e-1,
        &[
            17_297_280.0,
            8_648_640.0,
            1_995_840.0,
            277_200.0,
            25_200.0,
            1_512.0,
            56.0,
            1.0,
        ],
    ),
    (
        2.097_847_961_257_068,
        &[
            17_643_225_600.0,
            8_821_612_800.0,
            2_075_673_600.0,
            302_702_400.0,
            30_270_240.0,
            2_162_160.0,
            110_880.0,
            3_960.0,
            90.0,
            1.0,
        ],
    ),
];
const NORM_13: f64 = 5.371_920_351_148_152;
const DEGREE_13: [f64; 14] = [
    64_764_752_532_480_000.0,
    32_382_376_266_240_000.0,
    7_771_770_303_897_600.0,
    1_187_353_796_428_800.0,
    129_060_195_264_000.0,
    10_559_470_521_600.0,
    670_442_572_800.0,
    33_522_128_640.0,
    1_323_241_920.0,
    40_840_800.0,
    960_960.0,
    16_380.0,
    182.0,
    1.0,
];

/// The exponential of a square matrix.
///
/// `exp(A) = r(A / 2^s)^(2^s)` with the diagonal Padé approximant `r = q(A)^-1 p(A)` of degree 3,
/// 5, 7, 9 or 13, whichever is the cheapest that reaches double precision for the 1-norm of `A`
/// (N. J. Higham 2005, The scaling and squaring method for the matrix exponential revisited, SIAM
/// J. Matrix Anal. Appl. 26, algorithm 2.3 and tables 2.3 and 2.4).
///
/// For a linear network `dx/dt = A x`, `exp(t A)` carries the state over a time `t`.
///
/// # Errors
/// [`Error::Shape`] when `a` is not square, [`Error::NonFinite`] when an entry of `a` or of the
/// result is not finite (the result overflows where `A` has an eigenvalue beyond about 709).
///
/// ```
/// use neuro_core::{linalg::expm, nalgebra::DMatrix};
///
/// // A quarter turn of an undamped oscillator.
/// let generator = DMatrix::from_row_slice(2, 2, &[0.0, -1.0, 1.0, 0.0]);
/// let turn = expm(&(&generator * std::f64::consts::FRAC_PI_2))?;
/// assert!((turn - generator).amax() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn expm(a: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let n = a.nrows();
    Error::check_shape("matrix exponential", (n, n), a.shape())?;
    Error::check_finite("matrix exponential", a.as_slice())?;
    let norm = one_norm(a);
    if let Some((_, coefficients)) = LOW_DEGREES.iter().find(|(largest, _)| norm <= *largest) {
        let (odd, even) = low_degree(a, coefficients)?;
        return quotient(odd, &even);
    }
    // The smallest s with |A| / 2^s within the bound; at most 1023 + 53, halved in two factors so
    // that neither of them vanishes.
    let squarings = ((norm / NORM_13).log2().ceil().max(0.0) as i32).min(1100);
    let scaled = a * 2f64.powi(-squarings / 2) * 2f64.powi(-(squarings - squarings / 2));
    let (odd, even) = degree_13(&scaled)?;
    let mut result = quotient(odd, &even)?;
    for _ in 0..squarings {
        result = product(&result, &result)?;
    }
    Error::check_finite("result of the matrix exponential", result.as_slice())?;
    Ok(result)
}

/// `(even - odd)^-1 (even + odd)`.
fn quotient(odd: DMatrix<f64>, even: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    solve(&(even - &odd), &(odd + even))
}

/// The odd and the even part of `p(A)`.
fn low_degree(
    a: &DMatrix<f64>,
    coefficients: &[f64],
) -> Result<(DMatrix<f64>, DMatrix<f64>), Error> {
    let n = a.nrows();
    let square = product(a, a)?;
    let mut power = DMatrix::identity(n, n);
    let (mut odd, mut even) = (DMatrix::zeros(n, n), DMatrix::zeros(n, n));
    for (k, pair) in coefficients.chunks_exact(2).enumerate() {
        if k > 0 {
            power = product(&power, &square)?;
        }
        even += &power * pair[0];
        odd += &power * pair[1];
    }
    Ok((product(a, &odd)?, even))
}

/// The odd and the even part of `p(A)` of degree 13, in six products.
fn degree_13(a: &DMatrix<f64>) -> Result<(DMatrix<f64>, DMatrix<f64>), Error> {
    let n = a.nrows();
    let b = &DEGREE_13;
    let identity = DMatrix::<f64>::identity(n, n);
    let a2 = product(a, a)?;
    let a4 = product(&a2, &a2)?;
    let a6 = product(&a4, &a2)?;
    let half = |parity: usize| -> Result<DMatrix<f64>, Error> {
        let high = &a6 * b[12 + parity] + &a4 * b[10 + parity] + &a2 * b[8 + parity];
        let low = &a6 * b[6 + parity] + &a4 * b[4 + parity] + &a2 * b[2 + parity];
        Ok(product(&a6, &high)? + low + &identity * b[parity])
    };
    Ok((product(a, &half(1)?)?, half(0)?))
}

fn product(a: &DMatrix<f64>, b: &DMatrix<f64>) -> Result<DMatrix<f64>, Error> {
    let mut c = DMatrix::zeros(a.nrows(), b.ncols());
    matmul(false, 1.0, a.into(), b.into(), c.as_mut_slice())?;
    Ok(c)
}

#[cfg(test)]
mod tests {
    use super::super::decomposition::tests::{difference, square};
    use super::*;
    use nalgebra::DVector;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn the_exponential_of_the_negative_is_the_inverse(
            a in square(0..10), exponent in -8.0..0.5,
        ) {
            // Norms from 1e-8 to about 30 meet every degree.
            let n = a.nrows();
            let a = a * 10f64.powf(exponent);
            let (forward, backward) = (expm(&a).expect("finite"), expm(&-a).expect("finite"));
            let tolerance = 1e-13 * (1.0 + forward.norm() * backward.norm());
            prop_assert!(difference(&(forward * backward), &DMatrix::identity(n, n)) < tolerance);
        }

        #[test]
        fn the_determinant_is_the_exponential_of_the_trace(a in square(1..7)) {
            let found = expm(&a).expect("finite").determinant();
            // Relative to the largest possible determinant: small ones come out by cancellation.
            let scale = expm(&a).expect("finite").norm().powi(a.nrows() as i32);
            prop_assert!((found - a.trace().exp()).abs() < 1e-12 * scale.max(1.0));
        }

        #[test]
        fn the_exponential_of_twice_is_the_square(a in square(1..8)) {
            let once = expm(&a).expect("finite");
            let twice = expm(&(&a * 2.0)).expect("finite");
            let square = &once * &once;
            prop_assert!(difference(&square, &twice) < 1e-12 * (1.0 + once.norm().powi(2)));
        }
    }

    #[test]
    fn every_degree_agrees_with_the_power_series() {
        let a = DMatrix::from_row_slice(3, 3, &[0.2, -0.5, 0.1, 0.7, -0.3, 0.4, -0.6, 0.2, 0.1]);
        // The 1-norm of `a` is 1.5.
        for norm in [0.01, 0.2, 0.9, 2.0, 5.0] {
            let a = &a * (norm / 1.5);
            let mut term = DMatrix::identity(3, 3);
            let mut sum = DMatrix::identity(3, 3);
            for k in 1..60 {
                term = &term * &a / f64::from(k);
                sum += &term;
            }
            let found = expm(&a).expect("finite");
            assert!(difference(&found, &sum) < 2e-14 * sum.norm(), "norm {norm}");
        }
    }

    #[test]
    fn diagonals_are_exponentiated_entry_by_entry() {
        let values = DVector::from_vec(vec![-700.0, -1.5, 0.0, 1e-9, 3.0, 20.0]);
        let found = expm(&DMatrix::from_diagonal(&values)).expect("finite");
        for i in 0..6 {
            for j in 0..6 {
                let expected = if i == j { values[i].exp() } else { 0.0 };
                // Squaring about 2^8 times multiplies the rounding of one approximant.
                assert!(
                    (found[(i, j)] - expected).abs() <= 1e-12 * expected,
                    "{i} {j}"
                );
            }
        }
    }

    #[test]
    fn a_nilpotent_chain_has_a_finite_series() {
        let n = 5;
        let chain = DMatrix::from_fn(n, n, |i, j| f64::from(i == j + 1));
        let found = expm(&chain).expect("finite");
        let factorial = [1.0, 1.0, 2.0, 6.0, 24.0];
        for i in 0..n {
            for j in 0..n {
                let expected = if i >= j { 1.0 / factorial[i - j] } else { 0.0 };
                assert!((found[(i, j)] - expected).abs() < 1e-15);
            }
        }
    }

    #[test]
    fn rotations_through_many_turns_stay_rotations() {
        for angle in [0.01, 1.0, 30.0, 1e4] {
            let generator = DMatrix::from_row_slice(2, 2, &[0.0, -angle, angle, 0.0]);
            let found = expm(&generator).expect("finite");
            let (sine, cosine) = angle.sin_cos();
            let expected = DMatrix::from_row_slice(2, 2, &[cosine, -sine, sine, cosine]);
            assert!(difference(&found, &expected) < 1e-15 * (10.0 + 10.0 * angle));
        }
    }

    #[test]
    fn large_stable_matrices_decay_and_unstable_ones_are_refused() {
        let a = DMatrix::from_row_slice(2, 2, &[-1e6, 1e6, 0.0, -1e6]);
        assert!(expm(&a).expect("decays to 0").amax() < 1e-300);
        assert!(matches!(expm(&-a), Err(Error::NonFinite { .. })));
        let huge = DMatrix::from_element(1, 1, -1e308);
        assert_eq!(expm(&huge).expect("decays to 0")[(0, 0)], 0.0);
    }

    #[test]
    fn empty_zero_and_bad_matrices_are_handled() {
        assert!(
            expm(&DMatrix::zeros(0, 0))
                .expect("empty is fine")
                .is_empty()
        );
        assert_eq!(
            expm(&DMatrix::zeros(3, 3)).expect("finite"),
            DMatrix::identity(3, 3)
        );
        assert!(matches!(
            expm(&DMatrix::zeros(2, 1)),
            Err(Error::Shape { .. })
        ));
        let nan = DMatrix::from_element(1, 1, f64::NAN);
        assert!(matches!(expm(&nan), Err(Error::NonFinite { .. })));
    }
}
