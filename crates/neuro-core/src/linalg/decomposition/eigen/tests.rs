use super::super::leading;
use super::super::tests::{matrix, square};
use super::*;
use nalgebra::DVector;
use proptest::prelude::*;
use std::f64::consts::TAU;

/// Checks both vector equations, the norms, the phases and the order.
fn check(a: &DMatrix<f64>) -> Eigen {
    let n = a.nrows();
    let modes = eigen(a).expect("square and finite");
    let complex = a.map(Complex::from);
    let tolerance = 1e-13 * n.max(1) as f64 * a.norm().max(f64::MIN_POSITIVE);
    for (j, &w) in modes.values.iter().enumerate() {
        let (v, u) = (modes.right.column(j), modes.left.column(j));
        let right = (&complex * v - v * w).norm();
        let left = (u.adjoint() * &complex - u.adjoint() * w).norm();
        assert!(right <= tolerance, "right residual {right:e} of {w}");
        assert!(left <= tolerance, "left residual {left:e} of {w}");
        for vector in [v, u] {
            assert!((vector.norm() - 1.0).abs() < 1e-13);
            let pivot = leading(n, |i| vector[i].norm_sqr()).expect("a unit vector");
            assert!(vector[pivot].im == 0.0 && vector[pivot].re > 0.0);
        }
    }
    check_order(&modes.values);
    modes
}

fn check_order(values: &[Complex<f64>]) {
    for pair in values.windows(2) {
        assert!(pair[0].re > pair[1].re || (pair[0].re == pair[1].re && pair[0].im >= pair[1].im));
    }
    for w in values {
        assert!(values.contains(&w.conj()), "{w} has no conjugate");
    }
}

/// Each expected value is met by one found value, within `tolerance`.
fn check_values(found: &[Complex<f64>], expected: &[Complex<f64>], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    let mut left = found.to_vec();
    for w in expected {
        let nearest = (0..left.len())
            .min_by(|&i, &j| (left[i] - w).norm().total_cmp(&(left[j] - w).norm()))
            .expect("as many as expected");
        let found = left.swap_remove(nearest);
        assert!(
            (found - w).norm() < tolerance,
            "expected {w}, found {found}"
        );
    }
}

fn roots_of_unity(n: usize) -> Vec<Complex<f64>> {
    (0..n)
        .map(|k| Complex::from_polar(1.0, TAU * k as f64 / n as f64))
        .collect()
}

fn cyclic_shift(n: usize) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| f64::from(i == (j + 1) % n))
}

/// The companion matrix of the polynomial with the given roots.
fn companion(roots: &[f64]) -> DMatrix<f64> {
    let n = roots.len();
    let mut coefficients = vec![1.0];
    for root in roots {
        coefficients.push(0.0);
        for k in (1..coefficients.len()).rev() {
            coefficients[k] -= root * coefficients[k - 1];
        }
    }
    DMatrix::from_fn(n, n, |i, j| {
        if i == 0 {
            -coefficients[j + 1]
        } else {
            f64::from(i == j + 1)
        }
    })
}

/// `value` on the diagonal and 1 from each unit to the next.
fn chain(n: usize, value: f64) -> DMatrix<f64> {
    DMatrix::from_fn(
        n,
        n,
        |i, j| {
            if i == j { value } else { f64::from(i == j + 1) }
        },
    )
}

#[test]
fn the_path_of_three_units_has_its_three_values() {
    let path = DMatrix::from_row_slice(3, 3, &[0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    let expected = [2f64.sqrt(), 0.0, -2f64.sqrt()];
    let modes = check(&path);
    for (values, name) in [
        (modes.values, "eigen"),
        (eigenvalues(&path).expect("finite"), "values"),
    ] {
        for (w, expected) in values.iter().zip(expected) {
            assert!(
                (w.re - expected).abs() < 1e-14 && w.im == 0.0,
                "{name}: {w}"
            );
        }
    }
}

#[test]
fn cyclic_shifts_have_the_roots_of_unity() {
    // 75 units and more take the blocked iteration.
    for n in [1, 2, 3, 4, 5, 8, 10, 16, 31, 64, 75, 76, 100, 128, 150, 200] {
        let shift = cyclic_shift(n);
        let values = eigenvalues(&shift).expect("finite");
        check_order(&values);
        check_values(&values, &roots_of_unity(n), 1e-12);
        check_values(
            &eigenvalues(&shift.transpose()).expect("finite"),
            &roots_of_unity(n),
            1e-12,
        );
        check_values(&check(&shift).values, &roots_of_unity(n), 1e-12);
    }
}

#[test]
fn companion_matrices_have_the_roots_of_their_polynomials() {
    // x^10 - 1.
    let mut unity = DMatrix::from_fn(10, 10, |i, j| f64::from(i == j + 1));
    unity[(0, 9)] = 1.0;
    check_values(&check(&unity).values, &roots_of_unity(10), 1e-13);

    // Chebyshev nodes: about the best-conditioned ten real roots.
    let roots: Vec<f64> = (0..10)
        .map(|k| (TAU * (f64::from(k) + 0.5) / 20.0).cos())
        .collect();
    let expected: Vec<_> = roots.iter().map(|&r| Complex::from(r)).collect();
    let found = check(&companion(&roots)).values;
    check_values(&found, &expected, 1e-10);
    check_values(
        &eigenvalues(&companion(&roots)).expect("finite"),
        &expected,
        1e-10,
    );
}

#[test]
fn circulant_rings_have_the_fourier_transform_of_their_kernel() {
    for n in [6, 20, 40, 90, 120] {
        let kernel = |d: usize| (2.0 * TAU * d as f64 / n as f64).cos() + f64::from(d == 1);
        let ring = DMatrix::from_fn(n, n, |i, j| kernel((i + n - j) % n));
        let expected: Vec<_> = (0..n)
            .map(|k| {
                (0..n)
                    .map(|d| Complex::from_polar(kernel(d), -TAU * (k * d) as f64 / n as f64))
                    .sum()
            })
            .collect();
        check_values(&check(&ring).values, &expected, 1e-11);
    }
}

#[test]
fn permutations_and_block_rotations_end() {
    // Cycles of lengths 3, 5, 7, ... side by side, and many equal rotations.
    for n in [15, 48, 99, 143] {
        let mut permutation = DMatrix::zeros(n, n);
        let (mut first, mut length) = (0, 3);
        while first < n {
            let size = length.min(n - first);
            for k in 0..size {
                permutation[(first + (k + 1) % size, first + k)] = 1.0;
            }
            first += size;
            length += 2;
        }
        let radius = spectral_radius(&permutation).expect("finite");
        assert!((radius - 1.0).abs() < 1e-12);
        check(&permutation);
    }
    let rotations = DMatrix::from_fn(100, 100, |i, j| match (i / 2 == j / 2, i % 2, j % 2) {
        (true, 0, 1) => -1.0,
        (true, 1, 0) => 1.0,
        _ => 0.0,
    });
    for w in check(&rotations).values {
        assert!((w.im.abs() - 1.0).abs() < 1e-14 && w.re.abs() < 1e-14);
    }
}

#[test]
fn a_defective_chain_has_one_value_and_one_vector() {
    // A feedforward chain; from 23 units on, plain back substitution overflows.
    for n in [2, 3, 5, 10, 30, 80] {
        for a in [chain(n, 0.9), chain(n, 0.9).transpose()] {
            let modes = check(&a);
            for (w, alone) in modes.values.iter().zip(eigenvalues(&a).expect("finite")) {
                assert!((w - 0.9).norm() < 1e-12, "{n}: {w}");
                assert!((alone - 0.9).norm() < 1e-12, "{n}: {alone}");
            }
        }
        let modes = check(&chain(n, 0.9));
        assert!((modes.right[(n - 1, 0)].re - 1.0).abs() < 1e-12);
        assert!((modes.left[(0, 0)].re - 1.0).abs() < 1e-12);
    }
}

#[test]
fn nilpotent_zero_and_identity_matrices_are_handled() {
    for n in [1, 2, 3, 30] {
        assert!(
            check(&chain(n, 0.0))
                .values
                .iter()
                .all(|w| w.norm() < 1e-12)
        );
        assert!(
            check(&DMatrix::zeros(n, n))
                .values
                .iter()
                .all(|w| w.norm() == 0.0)
        );
        let found = check(&DMatrix::identity(n, n)).values;
        assert!(found.iter().all(|w| *w == Complex::from(1.0)));
    }
}

#[test]
fn an_empty_matrix_has_no_values() {
    let modes = eigen(&DMatrix::zeros(0, 0)).expect("empty is fine");
    assert!(modes.values.is_empty() && modes.right.is_empty() && modes.left.is_empty());
    assert!(
        eigenvalues(&DMatrix::zeros(0, 0))
            .expect("empty is fine")
            .is_empty()
    );
    assert_eq!(
        spectral_radius(&DMatrix::zeros(0, 0)).expect("empty is fine"),
        0.0
    );
}

#[test]
fn bad_matrices_are_refused() {
    for found in [
        eigenvalues(&DMatrix::zeros(2, 3)),
        eigen(&DMatrix::zeros(2, 3)).map(|e| e.values),
    ] {
        assert!(matches!(found, Err(Error::Shape { .. })));
    }
    let mut a = DMatrix::zeros(2, 2);
    a[(0, 1)] = f64::NEG_INFINITY;
    assert!(matches!(
        eigenvalues(&a),
        Err(Error::NonFinite { index: 2, .. })
    ));
}

#[test]
fn tiny_and_huge_matrices_scale() {
    let a = DMatrix::from_row_slice(3, 3, &[0.1, -2.0, 0.3, 1.5, 0.2, 0.7, -0.4, 0.5, -1.0]);
    let expected = eigenvalues(&a).expect("finite");
    for factor in [1e-290, 1e-40, 1e150, 1e300] {
        let found = eigen(&(&a * factor)).expect("finite").values;
        for (w, expected) in found.iter().zip(&expected) {
            assert!((w / factor - expected).norm() < 1e-13);
        }
    }
}

#[test]
fn left_and_right_vectors_of_different_values_are_orthogonal() {
    let a = DMatrix::from_fn(7, 7, |i, j| (((i + 1) * (j + 2) * (j + 2)) as f64).sin());
    let modes = check(&a);
    let products = modes.left.adjoint() * &modes.right;
    for i in 0..7 {
        for j in 0..7 {
            assert_eq!(i == j, products[(i, j)].norm() > 1e-10, "{i} {j}");
        }
    }
}

#[test]
fn a_large_random_matrix_fills_its_circle() {
    use rand::RngExt;
    use rand::SeedableRng;
    // Girko's circular law: entries of variance 1/n have their values in the unit disc.
    let n = 160;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let width = (3.0 / n as f64).sqrt();
    let a = DMatrix::from_fn(n, n, |_, _| rng.random_range(-width..width));
    let radius = spectral_radius(&a).expect("finite");
    assert!((radius - 1.0).abs() < 0.15, "{radius}");
    let modes = check(&a);
    let alone = eigenvalues(&a).expect("finite");
    check_values(&modes.values, &alone, 1e-11);
}

#[test]
fn vectors_do_not_depend_on_the_sign_of_a_similarity() {
    // Flipping the sign of a unit flips its row in every vector, up to the phase convention.
    let a = DMatrix::from_fn(6, 6, |i, j| (((i + 1) * (j + 2) * (j + 2)) as f64).cos());
    let flip = DMatrix::from_diagonal(&DVector::from_vec(vec![1.0, -1.0, 1.0, 1.0, -1.0, 1.0]));
    let (plain, flipped) = (check(&a), check(&(&flip * &a * &flip)));
    for (v, f) in plain.right.iter().zip(flipped.right.iter()) {
        assert!((v.norm() - f.norm()).abs() < 1e-12);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn vectors_satisfy_their_equations(a in square(0..14)) {
        let modes = check(&a);
        let sum: Complex<f64> = modes.values.iter().sum();
        prop_assert!((sum - a.trace()).norm() < 1e-12 * (1.0 + a.norm()));
        let alone = eigenvalues(&a).expect("finite");
        check_order(&alone);
    }

    #[test]
    fn rank_deficient_matrices_have_zero_values(b in matrix(8, 2), c in matrix(2, 8)) {
        let a = &b * &c;
        let modes = check(&a);
        // Six values are 0, in a Jordan block of at most 2: rounding moves them by its root.
        let small = modes.values.iter().filter(|w| w.norm() < 1e-5 * (1.0 + a.norm())).count();
        prop_assert!(small >= 6);
    }

    #[test]
    fn small_integer_matrices_end(entries in proptest::collection::vec(-1i8..=1, 36)) {
        // Full of ties, cycles and zeros.
        check(&DMatrix::from_iterator(6, 6, entries.into_iter().map(f64::from)));
    }
}

#[test]
fn all_small_sign_matrices_end() {
    for code in 0..3i32.pow(9) {
        let a = DMatrix::from_fn(3, 3, |i, j| {
            f64::from(code / 3i32.pow((3 * i + j) as u32) % 3 - 1)
        });
        check(&a);
        eigenvalues(&a).expect("finite");
    }
    use rand::RngExt;
    use rand::SeedableRng;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
    for n in 75..130 {
        for density in [0.01, 0.03, 0.1, 0.5] {
            let a = DMatrix::from_fn(n, n, |_, _| f64::from(rng.random_range(0.0..1.0) < density));
            check(&a);
            eigenvalues(&a).expect("finite");
        }
    }
}

#[test]
fn a_vector_that_the_solver_leaves_at_zero_is_computed_anew() {
    // A double value with one vector; the solver returned zeros for its second one.
    let entries = [
        0, 0, 1, 0, -1, 0, 0, 0, -1, 0, 1, -1, 0, 1, 1, 0, 0, 1, 0, 0, -1, 1, 1, 0, 0, 0, 0, 1, 1,
        0, 0, -1, 0, -1, -1, 1,
    ];
    check(&DMatrix::from_iterator(
        6,
        6,
        entries.into_iter().map(f64::from),
    ));
}
