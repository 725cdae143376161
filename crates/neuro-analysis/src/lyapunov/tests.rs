//! Claims about [`lyapunov_exponents`], on systems whose exponents are known.

use super::*;
use neuro_core::System;
use neuro_core::integrate::{Euler, Heun, RungeKutta4, Solution, integrate};
use proptest::prelude::*;

/// `dx/dt = A x`.
struct Linear(DMatrix<f64>);

impl System for Linear {
    type Work = ();

    fn dim(&self) -> usize {
        self.0.nrows()
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let derivative = &self.0 * DVector::from_column_slice(x);
        dx.copy_from_slice(derivative.as_slice());
    }
}

impl Linearize for Linear {
    fn jacobian(&self, _t: f64, _x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.copy_from(&self.0);
    }
}

/// The equations of Lorenz 1963 with 10, 28 and 8/3.
struct Lorenz;

impl System for Lorenz {
    type Work = ();

    fn dim(&self) -> usize {
        3
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        dx[0] = 10.0 * (x[1] - x[0]);
        dx[1] = x[0] * (28.0 - x[2]) - x[1];
        dx[2] = x[0] * x[1] - 8.0 / 3.0 * x[2];
    }
}

impl Linearize for Lorenz {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.copy_from(&DMatrix::from_row_slice(
            3,
            3,
            &[
                -10.0,
                10.0,
                0.0, //
                28.0 - x[2],
                -1.0,
                -x[0], //
                x[1],
                x[0],
                -8.0 / 3.0,
            ],
        ));
    }
}

/// The Stuart–Landau oscillator with frequency 2: a circle of radius 1, exponents 0 and -2.
struct Circle;

impl System for Circle {
    type Work = ();

    fn dim(&self) -> usize {
        2
    }

    fn work(&self, _states: usize) {}

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], (): &mut ()) {
        let growth = 1.0 - x[0] * x[0] - x[1] * x[1];
        (dx[0], dx[1]) = (growth * x[0] - 2.0 * x[1], growth * x[1] + 2.0 * x[0]);
    }
}

impl Linearize for Circle {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        let growth = 1.0 - x[0] * x[0] - x[1] * x[1];
        jacobian[(0, 0)] = growth - 2.0 * x[0] * x[0];
        jacobian[(0, 1)] = -2.0 * x[0] * x[1] - 2.0;
        jacobian[(1, 0)] = -2.0 * x[0] * x[1] + 2.0;
        jacobian[(1, 1)] = growth - 2.0 * x[1] * x[1];
    }
}

/// Eigenvalues -0.1 +- 2 i, 0.05 and -0.9, in a basis that is not orthogonal.
fn linear() -> Linear {
    let a = DMatrix::from_row_slice(
        4,
        4,
        &[
            -0.1, -2.0, 0.0, 0.0, //
            2.0, -0.1, 0.0, 0.0, //
            0.0, 0.0, 0.05, 0.0, //
            0.0, 0.0, 0.0, -0.9,
        ],
    );
    let basis = DMatrix::from_fn(4, 4, |i, j| {
        f64::from(i == j) + 0.3 * ((3 * i + j) as f64).sin()
    });
    let inverse = basis.clone().try_inverse().expect("near the identity");
    Linear(basis * a * inverse)
}

fn settings(map: StepMap, dt: f64, transient: usize, steps: usize) -> LyapunovSettings {
    LyapunovSettings {
        map,
        dt,
        transient,
        steps,
        ..LyapunovSettings::default()
    }
}

#[test]
fn of_a_linear_flow_they_are_the_real_parts_of_its_eigenvalues() {
    // The pair turns: over a time t its growth is known up to O(1) / t.
    let found = lyapunov_exponents(
        &linear(),
        0.0,
        &[0.0; 4],
        &settings(StepMap::RungeKutta4, 0.02, 10_000, 50_000),
    )
    .expect("finite");
    for (found, expected) in found.values.iter().zip([0.05, -0.1, -0.1, -0.9]) {
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }
    let (first, last) = (found.values[0], found.values[3]);
    assert!(
        (first - 0.05).abs() < 1e-7 && (last + 0.9).abs() < 1e-7,
        "{found:?}"
    );
    assert_eq!((found.dim, found.time), (4, 1000.0));
}

#[test]
fn of_the_euler_map_they_are_the_logarithms_of_the_moduli_of_its_factors() {
    let dt = 0.1;
    let found = lyapunov_exponents(
        &linear(),
        0.0,
        &[0.0; 4],
        &settings(StepMap::Euler, dt, 5000, 50_000),
    )
    .expect("finite");
    // For the pair |1 + dt (-0.1 + 2 i)|, which exceeds 1: the map is unstable where the flow is not.
    let pair = 0.5 * ((0.99f64).powi(2) + 0.04).ln() / dt;
    let expected = [pair, pair, 1.005f64.ln() / dt, 0.91f64.ln() / dt];
    for (found, expected) in found.values.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-3, "{found} {expected}");
    }
    assert!((found.values[3] - expected[3]).abs() < 1e-9);
    assert!((found.values[0] + found.values[1] - 2.0 * pair).abs() < 1e-9);
}

#[test]
fn the_leading_ones_do_not_depend_on_how_many_are_computed() {
    let mut settings = settings(StepMap::Heun, 0.01, 2000, 5000);
    let all = lyapunov_exponents(&Lorenz, 0.0, &[1.0, 1.0, 20.0], &settings).expect("finite");
    settings.exponents = Some(1);
    settings.every = 3;
    let one = lyapunov_exponents(&Lorenz, 0.0, &[1.0, 1.0, 20.0], &settings).expect("finite");
    // The first direction does not depend on the others nor, but for rounding, on how often it is
    // made unit; the orbit is the same.
    assert_eq!(one.values.len(), 1);
    assert!((one.values[0] - all.values[0]).abs() < 1e-9);
    assert_eq!(one.state, all.state);
    assert_eq!(one.kaplan_yorke_dimension(0.0), None);
}

#[test]
fn their_sum_is_the_logarithm_of_the_determinant_of_the_tangent_product() {
    let (dt, steps, start) = (0.005, 200, [1.0, 2.0, 20.0]);
    let found = lyapunov_exponents(
        &Lorenz,
        0.0,
        &start,
        &settings(StepMap::Euler, dt, 0, steps),
    )
    .expect("finite");
    let run = integrate(&Lorenz, &Euler, 0.0, dt, steps, &start).expect("finite");
    let states = run.states().trial(0).columns(0, steps).into_owned();
    let product = crate::tangent_product(&Lorenz, 0.0, dt, &states).expect("finite");
    let expected: f64 = product.singular_values.iter().map(|s| s.ln()).sum();
    let sum = found.values.sum() * found.time;
    // The least of the singular values is 1e-6 of the largest, correct to 1e-10.
    assert!((sum - expected).abs() < 1e-8, "{sum} {expected}");
}

#[test]
fn the_orbit_is_that_of_the_method_itself() {
    let start = [1.0, 2.0, 20.0];
    let end = |map| {
        lyapunov_exponents(&Lorenz, 0.0, &start, &settings(map, 0.01, 0, 100))
            .expect("finite")
            .state
    };
    let of = |run: Result<Solution, neuro_core::Error>| {
        let run = run.expect("finite");
        DVector::from_column_slice(run.last())
    };
    // Rounded in another order, grown by exp(0.9) over a unit of time.
    let euler = of(integrate(&Lorenz, &Euler, 0.0, 0.01, 100, &start));
    assert!((end(StepMap::Euler) - euler).amax() < 1e-11);
    let heun = of(integrate(&Lorenz, &Heun, 0.0, 0.01, 100, &start));
    assert!((end(StepMap::Heun) - heun).amax() < 1e-11);
    let rk4 = of(integrate(&Lorenz, &RungeKutta4, 0.0, 0.01, 100, &start));
    assert!((end(StepMap::RungeKutta4) - rk4).amax() < 1e-11);
}

#[test]
fn of_the_lorenz_attractor_they_are_the_known_ones() {
    let settings = settings(StepMap::RungeKutta4, 0.005, 10_000, 400_000);
    let found = lyapunov_exponents(&Lorenz, 0.0, &[1.0, 1.0, 20.0], &settings).expect("finite");
    let errors = found.standard_errors.as_ref().expect("ten blocks");
    // The divergence is constant, so that the sum is exact but for the order of the method:
    // 14.57^5 dt^4 / 5! = 3.4e-6, and more where the contraction is faster than its mean.
    assert!((found.values.sum() + 41.0 / 3.0).abs() < 1e-5, "{found:?}");
    // 0.9056, 0, -14.5723 (Sprott 2003, Chaos and Time-Series Analysis). Over 2000 time units the
    // first fluctuates by about 0.005; four standard errors, which are themselves bounded.
    assert!(errors.max() < 0.01, "{errors}");
    for (i, expected) in [0.9056, 0.0, -14.5723].into_iter().enumerate() {
        let error = (found.values[i] - expected).abs();
        assert!(error < 4.0 * errors[i] + 1e-3, "{i} {error} {errors}");
    }
    let dimension = found.kaplan_yorke_dimension(0.01).expect("all exponents");
    assert!((dimension - 2.062).abs() < 2e-3, "{dimension}");
}

#[test]
fn a_limit_cycle_has_one_exponent_zero_and_dimension_one() {
    let settings = settings(StepMap::RungeKutta4, 0.01, 3000, 20_000);
    let found = lyapunov_exponents(&Circle, 0.0, &[0.1, 0.0], &settings).expect("finite");
    assert!(found.values[0].abs() < 1e-6, "{found:?}");
    assert!((found.values[1] + 2.0).abs() < 1e-6, "{found:?}");
    assert_eq!(found.kaplan_yorke_dimension(1e-5), Some(1.0));
}

#[test]
fn an_unstable_direction_that_no_unit_alone_reaches_is_found() {
    // Perturbations along the first unit stay there and decay; those along the second grow.
    let a = DMatrix::from_row_slice(2, 2, &[-1.0, 0.0, 0.0, 0.5]);
    let mut settings = settings(StepMap::RungeKutta4, 0.05, 2000, 2000);
    settings.exponents = Some(1);
    let found = lyapunov_exponents(&Linear(a), 0.0, &[0.0; 2], &settings).expect("finite");
    assert!((found.values[0] - 0.5).abs() < 1e-7, "{found:?}");
}

fn with_values(values: &[f64], dim: usize) -> LyapunovExponents {
    LyapunovExponents {
        values: DVector::from_column_slice(values),
        standard_errors: None,
        of_blocks: DMatrix::zeros(0, values.len()),
        dim,
        time: 1.0,
        state: DVector::zeros(dim),
    }
}

#[test]
fn the_kaplan_yorke_dimension_interpolates_the_sums() {
    let dimension = |values: &[f64], dim| with_values(values, dim).kaplan_yorke_dimension(0.0);
    assert_eq!(dimension(&[-1.0, -2.0], 2), Some(0.0));
    assert_eq!(dimension(&[0.5, 0.0, -2.0], 3), Some(2.25));
    assert_eq!(dimension(&[0.5, 0.25, -0.5, -1.0], 4), Some(3.25));
    assert_eq!(dimension(&[0.5, 0.25, -0.5], 4), None);
    assert_eq!(dimension(&[0.5, -0.5], 2), Some(2.0));
    let cycle = with_values(&[-1e-8, -1.0], 2);
    assert_eq!(cycle.kaplan_yorke_dimension(0.0), Some(0.0));
    assert_eq!(cycle.kaplan_yorke_dimension(1e-7), Some(1.0));
}

#[test]
fn blocks_average_to_the_whole_and_their_spread_is_the_error() {
    let settings = LyapunovSettings {
        every: 7,
        blocks: 6,
        ..settings(StepMap::RungeKutta4, 0.01, 1000, 6000)
    };
    let found = lyapunov_exponents(&Lorenz, 0.0, &[1.0, 1.0, 20.0], &settings).expect("finite");
    assert_eq!(found.of_blocks.shape(), (6, 3));
    // 858 orthonormalisations in six blocks of 143, the last one of them 1 step instead of 7.
    let lengths = [1001.0, 1001.0, 1001.0, 1001.0, 1001.0, 995.0];
    for i in 0..3 {
        let column = found.of_blocks.column(i);
        let mean: f64 = column
            .iter()
            .zip(lengths)
            .map(|(l, n)| l * n / 6000.0)
            .sum();
        assert!((mean - found.values[i]).abs() < 1e-12);
        let plain = column.mean();
        let squares: f64 = column.iter().map(|l| (l - plain).powi(2)).sum();
        let error = found.standard_errors.as_ref().expect("six blocks")[i];
        assert!((error - (squares / 30.0).sqrt()).abs() < 1e-12);
    }
    let settings = LyapunovSettings {
        blocks: 1,
        ..settings
    };
    let one = lyapunov_exponents(&Lorenz, 0.0, &[1.0, 1.0, 20.0], &settings).expect("finite");
    assert_eq!(one.standard_errors, None);
}

#[test]
fn a_direction_that_the_map_annihilates_is_named() {
    // 1 - dt = 0 along the second direction.
    let a = DMatrix::from_row_slice(2, 2, &[-0.5, 0.3, 0.0, -1.0]);
    let mut settings = settings(StepMap::Euler, 1.0, 5, 100);
    let found = lyapunov_exponents(&Linear(a.clone()), 0.0, &[1.0; 2], &settings);
    let lost = matches!(
        found,
        Err(Error::LostDirection {
            exponent: 2,
            step: 5
        })
    );
    assert!(lost, "{found:?}");
    settings.exponents = Some(1);
    let found = lyapunov_exponents(&Linear(a), 0.0, &[1.0; 2], &settings).expect("finite");
    assert!((found.values[0] - 0.5f64.ln()).abs() < 1e-9);
}

#[test]
fn orbits_and_perturbations_that_leave_the_finite_numbers_are_named() {
    let explosive = Linear(DMatrix::from_element(1, 1, 1e20));
    let settings = settings(StepMap::Euler, 1.0, 0, 100);
    for (start, every) in [(1.0, 1), (0.0, 100)] {
        let settings = LyapunovSettings {
            every,
            blocks: 1,
            ..settings.clone()
        };
        let found = lyapunov_exponents(&explosive, 0.0, &[start], &settings);
        assert!(
            matches!(found, Err(Error::Core(neuro_core::Error::Diverged { .. }))),
            "{found:?}"
        );
    }
    let bad = Linear(DMatrix::from_element(1, 1, f64::NAN));
    assert!(lyapunov_exponents(&bad, 0.0, &[0.0], &settings).is_err());
    assert!(lyapunov_exponents(&explosive, 0.0, &[f64::NAN], &settings).is_err());
    assert!(lyapunov_exponents(&explosive, f64::NAN, &[0.0], &settings).is_err());
    assert!(lyapunov_exponents(&explosive, 0.0, &[0.0; 2], &settings).is_err());
}

#[test]
fn bad_settings_are_refused_by_the_name_of_the_field() {
    let bad = |change: &dyn Fn(&mut LyapunovSettings)| {
        let mut settings = LyapunovSettings::default();
        change(&mut settings);
        settings.validate(3).expect_err("out of range").to_string()
    };
    assert!(bad(&|s| s.dt = 0.0).starts_with("dt"));
    assert!(bad(&|s| s.dt = f64::INFINITY).starts_with("dt"));
    assert!(bad(&|s| s.exponents = Some(0)).starts_with("number of"));
    assert!(bad(&|s| s.exponents = Some(4)).starts_with("number of"));
    assert!(bad(&|s| s.steps = 0).starts_with("steps"));
    assert!(bad(&|s| s.every = 0).starts_with("every"));
    assert!(bad(&|s| s.blocks = 0).starts_with("blocks"));
    assert!(bad(&|s| s.every = 50_000).starts_with("blocks"));
    assert!(LyapunovSettings::default().validate(0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_sum_for_any_linear_system_is_the_determinant_of_its_step_map(
        weights in proptest::collection::vec(-0.5..0.5, 9), every in 1usize..6,
    ) {
        let a = DMatrix::from_vec(3, 3, weights) - DMatrix::identity(3, 3);
        let z = &a * 0.1;
        let square = &z * &z;
        let map = DMatrix::identity(3, 3) + &z + &square / 2.0
            + &square * &z / 6.0 + &square * &square / 24.0;
        let settings = LyapunovSettings {
            every, ..settings(StepMap::RungeKutta4, 0.1, 3, 60)
        };
        let found = lyapunov_exponents(&Linear(a), 0.0, &[0.1; 3], &settings).expect("finite");
        let expected = map.determinant().ln() / 0.1;
        prop_assert!((found.values.sum() - expected).abs() < 1e-10);
        prop_assert!(found.values.as_slice().is_sorted_by(|a, b| a >= b));
    }
}
