//! The adaptive integrator: its order, and its accuracy against its tolerance.

use neuro_core::integrate::adaptive::{
    AdaptiveSolution, StepControl, integrate_adaptive, integrate_dense,
};
use neuro_core::integrate::{DormandPrince5, integrate};
use neuro_core::{FromFn, system_from_fn};

type Rhs = fn(f64, &[f64], &mut [f64]);

fn oscillator() -> FromFn<Rhs> {
    system_from_fn(2, |_t, x, dx| (dx[0], dx[1]) = (x[1], -x[0]))
}

fn lorenz() -> FromFn<Rhs> {
    system_from_fn(3, |_t, x, dx| {
        dx[0] = 10.0 * (x[1] - x[0]);
        dx[1] = x[0] * (28.0 - x[2]) - x[1];
        dx[2] = x[0] * x[1] - 8.0 / 3.0 * x[2];
    })
}

/// A light body between the Earth and the Moon, in the rotating frame (Arenstorf's orbit; Hairer,
/// Nørsett & Wanner I, eq. II.0.1).
fn arenstorf() -> FromFn<Rhs> {
    const MOON: f64 = 0.012_277_471;
    const EARTH: f64 = 1.0 - MOON;
    system_from_fn(4, |_t, x, dx| {
        let earth = ((x[0] + MOON).powi(2) + x[1].powi(2)).powf(1.5);
        let moon = ((x[0] - EARTH).powi(2) + x[1].powi(2)).powf(1.5);
        (dx[0], dx[1]) = (x[2], x[3]);
        dx[2] = x[0] + 2.0 * x[3] - EARTH * (x[0] + MOON) / earth - MOON * (x[0] - EARTH) / moon;
        dx[3] = x[1] - 2.0 * x[2] - EARTH * x[1] / earth - MOON * x[1] / moon;
    })
}

fn van_der_pol() -> FromFn<Rhs> {
    system_from_fn(2, |_t, x, dx| {
        dx[0] = x[1];
        dx[1] = 10.0 * (1.0 - x[0] * x[0]) * x[1] - x[0];
    })
}

/// A decay of time constant 1/1000 towards a slow target.
fn relaxation() -> FromFn<Rhs> {
    system_from_fn(1, |t, x, dx| dx[0] = -1000.0 * (x[0] - t.cos()))
}

const ARENSTORF_START: [f64; 4] = [0.994, 0.0, 0.0, -2.001_585_106_379_082_5];
const ARENSTORF_PERIOD: f64 = 17.065_216_560_157_964;
/// At time 5 from (1, 1, 1): scipy's DOP853 at a relative tolerance of 3e-14; 1e-12 gives the same
/// to 1.3e-11.
const LORENZ_END: [f64; 3] = [-6.512_113_699_42, -6.974_042_788_42, 23.924_129_572_10];

fn solve(system: &FromFn<Rhs>, tolerance: f64, t1: f64, x0: &[f64]) -> AdaptiveSolution {
    let control = StepControl::new(tolerance, tolerance);
    integrate_adaptive(system, &control, 0.0, t1, x0).expect("valid problem")
}

fn largest_difference(x: &[f64], y: &[f64]) -> f64 {
    let pairs = x.iter().zip(y);
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

#[track_caller]
fn check_order_five(rhs: Rhs, x0: &[f64], exact: &[f64]) {
    let system = system_from_fn(x0.len(), rhs);
    let error = |steps: usize| {
        let solution = integrate(&system, &DormandPrince5, 0.0, 2.0 / steps as f64, steps, x0);
        largest_difference(solution.expect("valid problem").last(), exact)
    };
    // The smallest error is 1e-10, far above rounding, and the next term moves the order by 0.3.
    let order = (error(16) / error(32)).log2();
    assert!((order - 5.0).abs() < 0.35, "order {order}");
}

#[test]
fn dormand_prince_converges_with_order_five() {
    check_order_five(
        |_t, x, dx| (dx[0], dx[1]) = (x[1], -x[0]),
        &[1.0, 0.0],
        &[2.0f64.cos(), -2.0f64.sin()],
    );
    // Stages at a wrong time would lower the order.
    check_order_five(
        |t, x, dx| dx[0] = x[0] * t.cos(),
        &[1.0],
        &[2.0f64.sin().exp()],
    );
    let e = 2.0f64.exp();
    check_order_five(
        |_t, x, dx| dx[0] = x[0] * (1.0 - x[0]),
        &[0.1],
        &[0.1 * e / (0.9 + 0.1 * e)],
    );
}

#[test]
fn the_interpolant_has_order_four_and_the_step_order_five() {
    // The error of one step is of one order more.
    let error = |dt: f64, fraction: f64| {
        let mut control = StepControl::new(0.9, 1.0);
        control.first_step = Some(dt);
        let solution = integrate_dense(&oscillator(), &control, 0.0, dt, &[1.0, 0.0]);
        let solution = solution.expect("valid problem");
        assert_eq!(solution.steps().statistics().accepted, 1);
        let (t, x) = (fraction * dt, solution.at(fraction * dt).expect("within"));
        largest_difference(&x, &[t.cos(), -t.sin()])
    };
    for (fraction, expected) in [(0.3, 5.0), (0.7, 5.0), (1.0, 6.0)] {
        let order = (error(0.2, fraction) / error(0.1, fraction)).log2();
        assert!((order - expected).abs() < 0.3, "{fraction}: {order}");
    }
}

#[track_caller]
fn check_error_follows_tolerance(system: &FromFn<Rhs>, t1: f64, x0: &[f64], exact: &[f64]) {
    let error = |tolerance| largest_difference(solve(system, tolerance, t1, x0).last(), exact);
    let errors = [1e-5, 1e-7, 1e-9].map(error);
    for pair in errors.windows(2) {
        // 100 were the error exactly in proportion; single runs scatter about it.
        let ratio = pair[0] / pair[1];
        assert!((30.0..500.0).contains(&ratio), "{ratio}, errors {errors:?}");
    }
}

#[test]
fn the_error_is_about_proportional_to_the_tolerance() {
    let end = [100.0f64.cos(), -(100.0f64.sin())];
    check_error_follows_tolerance(&oscillator(), 100.0, &[1.0, 0.0], &end);
    check_error_follows_tolerance(&lorenz(), 5.0, &[1.0; 3], &LORENZ_END);
}

#[test]
fn sixteen_turns_of_an_oscillator_at_a_tight_tolerance_are_exact_to_ten_digits() {
    let end = [100.0f64.cos(), -(100.0f64.sin())];
    let error = largest_difference(solve(&oscillator(), 1e-12, 100.0, &[1.0, 0.0]).last(), &end);
    assert!(error < 1e-10, "{error}");
}

#[test]
fn arenstorfs_orbit_closes() {
    let end = solve(&arenstorf(), 1e-11, ARENSTORF_PERIOD, &ARENSTORF_START);
    // The orbit multiplies errors by about a million; a fixed step of the mean size would miss it
    // altogether, since the steps near the Moon are a hundred times smaller than the others.
    let error = largest_difference(end.last(), &ARENSTORF_START);
    assert!(error < 1e-6, "{error}");
    let steps = end.times().windows(2).map(|t| t[1] - t[0]);
    let (small, large) = steps.fold((f64::MAX, 0.0f64), |(s, l), d| (s.min(d), l.max(d)));
    assert!(large > 100.0 * small, "{small} {large}");
}

#[test]
fn the_lorenz_attractor_is_followed_to_known_values() {
    let error = largest_difference(solve(&lorenz(), 1e-11, 5.0, &[1.0; 3]).last(), &LORENZ_END);
    assert!(error < 1e-8, "{error}");
}

#[test]
fn a_fast_relaxation_costs_the_steps_of_its_stability_and_keeps_the_tolerance() {
    let solution = solve(&relaxation(), 1e-6, 2.0, &[0.0]);
    // x = (k^2 cos t + k sin t) / (k^2 + 1) once the start is forgotten, with k = 1000.
    let exact = (1e6 * 2.0f64.cos() + 1e3 * 2.0f64.sin()) / (1e6 + 1.0);
    let error = (solution.last()[0] - exact).abs();
    assert!(error < 1e-6, "{error}");
    // The method is stable for steps below 3.3 time constants: 606 steps and the rejected ones.
    let statistics = solution.statistics();
    let steps = statistics.accepted + statistics.rejected;
    assert!((606..800).contains(&steps), "{statistics:?}");
}

/// Evaluations of `f` and error at the end of scipy 1.17's RK45 (the same method, with another
/// choice of the steps) at the same tolerance, relative and absolute.
#[test]
fn evaluations_are_about_those_of_scipy_at_the_same_tolerance() {
    let turn = [100.0f64.cos(), -(100.0f64.sin())];
    let van_der_pol_end = [-1.837_906_517_857, 0.077_044_081_421];
    let problems: [(_, _, _, &[f64], &[f64], _); 4] = [
        (
            "oscillator",
            oscillator(),
            100.0,
            &[1.0, 0.0],
            &turn,
            [
                (1e-4, 860, 5.7e-3),
                (1e-6, 2192, 3.8e-5),
                (1e-8, 5552, 3.2e-7),
            ],
        ),
        (
            "Arenstorf",
            arenstorf(),
            ARENSTORF_PERIOD,
            &ARENSTORF_START,
            &ARENSTORF_START,
            [
                (1e-6, 1004, 1.6e-2),
                (1e-8, 2114, 1.5e-4),
                (1e-10, 4772, 3.3e-6),
            ],
        ),
        (
            "Lorenz",
            lorenz(),
            5.0,
            &[1.0; 3],
            &LORENZ_END,
            [
                (1e-4, 494, 1.8e-2),
                (1e-6, 986, 2.4e-4),
                (1e-8, 2414, 2.2e-6),
            ],
        ),
        (
            "van der Pol",
            van_der_pol(),
            50.0,
            &[2.0, 0.0],
            &van_der_pol_end,
            [
                (1e-4, 2534, 1.1e-4),
                (1e-6, 4058, 6.3e-7),
                (1e-8, 8522, 1.6e-8),
            ],
        ),
    ];
    for (name, system, t1, x0, exact, known) in problems {
        for (tolerance, evaluations, error) in known {
            let solution = solve(&system, tolerance, t1, x0);
            let ratio = solution.statistics().evaluations as f64 / f64::from(evaluations);
            let error_ratio = largest_difference(solution.last(), exact) / error;
            assert!((0.85..1.15).contains(&ratio), "{name} {tolerance}: {ratio}");
            assert!(error_ratio < 4.0, "{name} {tolerance}: {error_ratio}");
        }
    }
}

#[test]
fn between_steps_the_solution_is_as_accurate_as_at_them() {
    let control = StepControl::new(1e-8, 1e-8);
    let solution = integrate_dense(&oscillator(), &control, 0.0, 20.0, &[1.0, 0.0]);
    let solution = solution.expect("valid problem");
    let error = |t: f64| {
        let x = solution.at(t).expect("within");
        largest_difference(&x, &[t.cos(), -t.sin()])
    };
    let at_steps = solution.steps().times().iter().map(|t| error(*t));
    let at_steps = at_steps.fold(0.0, f64::max);
    let between = (0..=4000).map(|k| error(0.005 * f64::from(k)));
    let between = between.fold(0.0, f64::max);
    assert!(between < 2.0 * at_steps, "{between} {at_steps}");
}
