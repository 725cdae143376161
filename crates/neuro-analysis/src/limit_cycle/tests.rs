//! Claims about [`find_attractor`], on oscillators whose period is known.

use super::*;
use neuro_core::integrate::{Euler, RungeKutta4, integrate};
use neuro_core::{System, system_from_fn};
use std::f64::consts::TAU;

fn search(max_lag: usize) -> CycleSearch {
    CycleSearch {
        max_lag,
        ..CycleSearch::default()
    }
}

/// The Stuart–Landau oscillator `dz/dt = (1 + i w) z - |z|^2 z`: a circle of radius 1, reached as
/// `exp(-2 t)`, of period `2 pi / w`.
fn stuart_landau(frequency: f64) -> impl System<f64, Work = ()> {
    system_from_fn(2, move |_t, z: &[f64], dz: &mut [f64]| {
        let growth = 1.0 - z[0] * z[0] - z[1] * z[1];
        dz[0] = growth * z[0] - frequency * z[1];
        dz[1] = growth * z[1] + frequency * z[0];
    })
}

fn van_der_pol() -> impl System<f64, Work = ()> {
    system_from_fn(2, |_t, x: &[f64], dx: &mut [f64]| {
        dx[0] = x[1];
        dx[1] = (1.0 - x[0] * x[0]) * x[1] - x[0];
    })
}

#[track_caller]
fn cycle(states: &Trajectory<f64>, max_lag: usize) -> LimitCycle {
    let found = find_attractor(states, &search(max_lag)).expect("enough finite states");
    found
        .cycle()
        .cloned()
        .unwrap_or_else(|| panic!("{found:?}"))
}

#[track_caller]
fn unresolved(states: &Trajectory<f64>, max_lag: usize) -> Unresolved {
    let found = find_attractor(states, &search(max_lag)).expect("enough finite states");
    let Attractor::Unresolved(reason) = found else {
        panic!("{found:?}");
    };
    reason
}

/// A signal of several units at every step, as one trial.
fn sampled<const N: usize>(steps: usize, signal: impl Fn(f64) -> [f64; N]) -> Trajectory<f64> {
    let data = (0..steps).flat_map(|t| signal(t as f64)).collect();
    Trajectory::from_vec(N, 1, steps, data).expect("a state a step")
}

#[test]
fn the_fractional_period_of_a_sampled_oscillator_is_recovered_to_a_thousandth_of_a_step() {
    for (frequency, dt) in [(1.0, 0.2), (2.3, 0.05), (0.7, 0.37), (1.0, 0.51)] {
        let system = stuart_landau(frequency);
        // Two trials, from inside and from outside; ten steps of integration to one sample.
        let run = integrate(
            &system,
            &RungeKutta4,
            0.0,
            dt / 10.0,
            8000,
            &[0.1, 0.0, 0.0, 2.0],
        );
        let run = run.expect("it stays finite");
        let data = (0..800).flat_map(|t| run.state(10 * t).to_vec()).collect();
        let states = Trajectory::from_vec(2, 2, 800, data).expect("every tenth");
        let found = cycle(&states, 200);
        let expected = TAU / frequency / dt;
        assert!(
            (found.period - expected).abs() < 1e-3,
            "{expected} {found:?}"
        );
        assert!((found.radius - 1.0).abs() < 2e-3, "{found:?}");
        assert!((found.mean_norm - 1.0).abs() < 1e-6 && found.size_change.abs() < 1e-3);
        assert!((found.norm_range.1 - found.norm_range.0).abs() < 1e-6);
        assert!((found.mean_speed - 2.0 * (0.5 * frequency * dt).sin()).abs() < 1e-6);
        // The chord to the nearest sample, at most half the speed.
        let miss = (expected - found.integer_period as f64).abs();
        let chord = 2.0 * (0.5 * frequency * dt * miss).sin();
        assert!((found.integer_floor - chord).abs() < 1e-3 * found.mean_speed.max(0.1));
        assert!(found.integer_floor <= 0.5 * found.mean_speed * 1.01);
    }
}

#[test]
fn the_period_of_the_van_der_pol_cycle_is_recovered() {
    let run = integrate(&van_der_pol(), &RungeKutta4, 0.0, 0.01, 20_000, &[0.1, 0.0]);
    let run = run.expect("it stays finite");
    // Fine steps between the zeros of x, where it is nearly straight: correct to 1e-5 over a
    // hundred time units, 15 turns.
    let zeros: Vec<f64> = (10_000..20_000)
        .map(|k| (k as f64, run.state(k)[0], run.state(k + 1)[0]))
        .filter(|&(_, before, after)| before < 0.0 && after >= 0.0)
        .map(|(k, before, after)| 0.01 * (k + before / (before - after)))
        .collect();
    let expected = (zeros[zeros.len() - 1] - zeros[0]) / (zeros.len() - 1) as f64 / 0.2;
    let states = sampled(1000, |t| {
        let state = run.state(20 * t as usize);
        [state[0], state[1]]
    });
    let found = cycle(&states, 150);
    assert!(
        (found.period - expected).abs() < 1e-3,
        "{expected} {found:?}"
    );
    // Odd under x -> -x: its own mirror image, up to the interpolation at the fast turns.
    assert!(found.antiphase < 2e-3, "{found:?}");
    assert!(found.norm_range.1 > 2.0 && found.norm_range.0 < found.mean_norm);
}

#[test]
fn an_oscillation_of_the_euler_map_is_an_invariant_circle_with_its_own_period() {
    // z' = z (1 + dt (1 + i w - r^2)) keeps |z| where |1 + dt (1 + i w - r^2)| = 1, and turns by
    // the argument of that factor: neither the radius nor the period of the flow.
    let (frequency, dt) = (1.0, 0.3);
    let run = integrate(
        &stuart_landau(frequency),
        &Euler,
        0.0,
        dt,
        1500,
        &[0.1, 0.0],
    );
    let states = run.expect("it stays finite").into_states();
    let real = (1.0 - (frequency * dt).powi(2)).sqrt();
    let expected = TAU / (frequency * dt).atan2(real);
    let found = cycle(&states, 100);
    assert!(
        (found.period - expected).abs() < 1e-3,
        "{expected} {found:?}"
    );
    let radius = (1.0 + (1.0 - real) / dt).sqrt();
    assert!(
        (found.mean_norm - radius).abs() < 1e-9,
        "{radius} {found:?}"
    );
    assert!((expected - TAU / dt).abs() > 0.1);
}

#[test]
fn a_slow_oscillation_is_not_one_of_a_single_step() {
    // After one step the state is within 0.02 of itself, 1 % of the extent.
    let states = sampled(1203, |t| [(TAU * t / 287.4).cos(), (TAU * t / 287.4).sin()]);
    let found = cycle(&states, 600);
    assert!((found.period - 287.4).abs() < 1e-3, "{found:?}");
}

#[test]
fn multiples_of_the_period_are_not_returned() {
    // 8.4 steps a turn: after 5 turns, 42 steps, a sample is hit exactly, after 1 turn none is.
    let states = sampled(403, |t| {
        let phase = TAU * t / 8.4;
        [phase.cos(), phase.sin() + 0.2 * (2.0 * phase).cos()]
    });
    let found = cycle(&states, 200);
    let curve = recurrence_curve(&states, 200, 8).expect("long enough");
    assert!(curve.mean[42] < 1e-12 && curve.mean[8] > 0.1);
    assert!((found.period - 8.4).abs() < 0.02, "{found:?}");
}

#[test]
fn a_turn_too_coarse_for_interpolation_is_found_from_a_multiple_of_it() {
    // A third harmonic of 3 samples a turn keeps a cubic from closing by 3 % of the extent.
    let expected = 8.53;
    let states = sampled(603, |t| {
        let phase = TAU * t / expected;
        let third = [0.15 * (3.0 * phase).cos(), 0.15 * (3.0 * phase).sin()];
        [phase.cos(), phase.sin(), third[0], third[1]]
    });
    let found = cycle(&states, 300);
    assert!((found.period - expected).abs() < 1e-3, "{found:?}");
    assert!(found.floor > 0.02 * found.extent, "{found:?}");
}

#[test]
fn a_multiple_common_to_trials_of_different_periods_is_not_their_period() {
    // 3 * 40 and 4 * 30.
    let mut states = Trajectory::zeros(2, 2, 403);
    for step in 0..403 {
        for (trial, period) in [30.0, 40.0].into_iter().enumerate() {
            let phase = TAU * step as f64 / period;
            let state = [phase.cos(), phase.sin()];
            states.state_mut(step, trial).copy_from_slice(&state);
        }
    }
    assert_eq!(
        unresolved(&states, 200),
        Unresolved::TrialsDiffer { trial: 0 }
    );
}

#[test]
fn a_doubled_period_is_not_taken_for_the_single_one() {
    // The turns alternate by 6 % of the size: near after one turn, back after two.
    let states = sampled(403, |t| {
        let phase = TAU * t / 25.3;
        [
            phase.cos(),
            phase.sin(),
            0.06 * (0.5 * phase).cos(),
            0.06 * (0.5 * phase).sin(),
        ]
    });
    let found = cycle(&states, 200);
    assert!((found.period - 50.6).abs() < 1e-3, "{found:?}");
}

#[test]
fn a_periodic_orbit_of_a_map_with_few_points_is_found_at_its_whole_period() {
    for points in [2usize, 3, 5] {
        let states = sampled(63, |t| [[0.3, -1.0, 2.0, 0.7, -0.4][t as usize % points]]);
        let found = cycle(&states, 30);
        assert_eq!(
            (found.period, found.integer_period),
            (points as f64, points)
        );
        assert_eq!(found.floor, 0.0);
    }
}

#[test]
fn a_self_symmetric_cycle_is_told_from_one_of_a_pair() {
    let oval = |offset: f64, sign: f64| {
        sampled(203, move |t| {
            let phase = TAU * t / 21.7;
            [sign * (2.0 * phase.cos() + offset), sign * phase.sin()]
        })
    };
    let around = cycle(&oval(0.0, 1.0), 100);
    assert!(around.antiphase < 1e-3, "{around:?}");
    for sign in [1.0, -1.0] {
        // x(t + T/2) + x(t) is twice the offset.
        let found = cycle(&oval(1.0, sign), 100);
        let expected = 2.0 / found.radius;
        assert!(
            (found.antiphase - expected).abs() < 1e-3 * expected,
            "{found:?}"
        );
    }
}

#[test]
fn a_state_that_rests_is_a_fixed_point() {
    let system = system_from_fn(2, |_t, x: &[f64], dx: &mut [f64]| {
        (dx[0], dx[1]) = (3.0 - x[0] - x[1], 4.0 - x[1] + x[0]);
    });
    let run = integrate(&system, &Euler, 0.0, 0.1, 1000, &[0.0, 0.0, 7.0, -3.0]);
    let states = run.expect("it stays finite").into_states();
    let found = find_attractor(&states, &search(100)).expect("enough states");
    let Attractor::FixedPoint {
        movement,
        mean_norm,
    } = found
    else {
        panic!("{found:?}");
    };
    assert!(movement < 1e-12 && (mean_norm - 0.5 * (1.0f64 + 49.0).sqrt()).abs() < 1e-9);
}

#[test]
fn a_state_that_drifts_never_returns() {
    let states = sampled(203, |t| [t, 1.0]);
    assert_eq!(unresolved(&states, 100), Unresolved::NoReturn);
    // A relaxation that is still on its way.
    let states = sampled(203, |t| [(-t / 50.0).exp()]);
    assert_eq!(unresolved(&states, 100), Unresolved::NoReturn);
}

#[test]
fn a_period_beyond_the_lags_is_not_guessed() {
    let states = sampled(203, |t| [(TAU * t / 101.5).cos(), (TAU * t / 101.5).sin()]);
    assert_eq!(unresolved(&states, 100), Unresolved::NoReturn);
    let states = sampled(209, |t| [(TAU * t / 101.5).cos(), (TAU * t / 101.5).sin()]);
    assert!((cycle(&states, 103).period - 101.5).abs() < 1e-3);
}

#[test]
fn a_run_too_short_for_the_lags_is_refused_by_name() {
    let states = sampled(202, |t| [t.cos(), t.sin()]);
    let found = find_attractor(&states, &search(100));
    assert!(matches!(
        found,
        Err(Error::TooFewSamples {
            needed: 203,
            found: 202,
            ..
        })
    ));
}

#[test]
fn a_torus_is_not_a_cycle() {
    // Frequencies in the ratio of the golden mean, farthest from every fraction.
    let golden = 0.5 * (1.0 + 5f64.sqrt());
    for size in [0.2, 0.5, 1.0] {
        let states = sampled(403, |t| {
            let (p, q) = (TAU * t / 23.1, TAU * t / 23.1 * golden);
            [p.cos(), p.sin(), size * q.cos(), size * q.sin()]
        });
        let reason = unresolved(&states, 200);
        assert!(
            matches!(
                reason,
                Unresolved::Shallow { .. } | Unresolved::NotClosed { .. }
            ),
            "{size}: {reason:?}"
        );
    }
}

#[test]
fn chaos_is_not_a_cycle() {
    let lorenz = system_from_fn(3, |_t, x: &[f64], dx: &mut [f64]| {
        dx[0] = 10.0 * (x[1] - x[0]);
        dx[1] = x[0] * (28.0 - x[2]) - x[1];
        dx[2] = x[0] * x[1] - 8.0 / 3.0 * x[2];
    });
    let run = integrate(&lorenz, &RungeKutta4, 0.0, 0.01, 5000, &[1.0, 1.0, 20.0]);
    let reason = unresolved(&run.expect("it stays finite").into_states(), 1000);
    assert!(matches!(reason, Unresolved::Shallow { .. }), "{reason:?}");
}

#[test]
fn an_oscillation_that_dies_is_unresolved_or_shows_its_shrinking_size() {
    let spiral = |rate: f64| {
        sampled(203, move |t| {
            let (size, phase) = ((-rate * t).exp(), TAU * t / 20.0);
            [size * phase.cos(), size * phase.sin()]
        })
    };
    let reason = unresolved(&spiral(0.01), 100);
    assert!(matches!(reason, Unresolved::NotClosed { .. }), "{reason:?}");
    // 1 % a turn closes within the tolerance.
    let found = cycle(&spiral(5e-4), 100);
    assert!((found.size_change + 0.01).abs() < 1e-4, "{found:?}");
}

#[test]
fn trials_on_different_attractors_are_named() {
    let mut states = Trajectory::zeros(2, 3, 403);
    for step in 0..403 {
        for (trial, period) in [21.0, 21.0, f64::INFINITY].into_iter().enumerate() {
            let phase = TAU * step as f64 / period;
            let state = [phase.cos(), phase.sin()];
            states.state_mut(step, trial).copy_from_slice(&state);
        }
    }
    assert_eq!(
        unresolved(&states, 200),
        Unresolved::TrialsDiffer { trial: 2 }
    );
}

#[test]
fn unbounded_states_and_missing_trials_are_refused() {
    let mut states = sampled(203, |t| [t.cos(), t.sin()]);
    states.state_mut(150, 0)[1] = f64::NAN;
    assert!(matches!(
        find_attractor(&states, &search(100)),
        Err(Error::Core(neuro_core::Error::NonFinite { index: 301, .. }))
    ));
    assert!(matches!(
        find_attractor(&Trajectory::zeros(2, 0, 203), &search(100)),
        Err(Error::Core(neuro_core::Error::Empty { .. }))
    ));
}

#[test]
fn bad_searches_are_refused_by_the_name_of_the_field() {
    let states = sampled(203, |t| [t.cos()]);
    let bad = |change: &dyn Fn(&mut CycleSearch)| {
        let mut search = search(100);
        change(&mut search);
        find_attractor(&states, &search)
            .expect_err("out of range")
            .to_string()
    };
    assert!(bad(&|s| s.max_lag = 0).starts_with("longest lag"));
    assert!(bad(&|s| s.references = 0).starts_with("reference steps"));
    assert!(bad(&|s| s.rest = f64::NAN).starts_with("rest"));
    assert!(bad(&|s| s.depth = 0.5).starts_with("depth"));
    assert!(bad(&|s| s.closure = 0.2).starts_with("closure"));
}

#[test]
#[ignore = "100 trials of 256 units over 3 000 steps, 700 MB; run once for the duration, 2 seconds"]
fn a_hundred_trials_of_a_large_network_share_a_period() {
    let (units, trials, steps) = (256, 100, 3000);
    let mut states = Trajectory::zeros(units, trials, steps);
    for step in 0..steps {
        for trial in 0..trials {
            let phase = TAU * (step as f64 / 37.3 + trial as f64 / 100.0);
            for (unit, x) in states.state_mut(step, trial).iter_mut().enumerate() {
                *x = (phase + unit as f64).sin();
            }
        }
    }
    let found = cycle(&states, 300);
    assert!((found.period - 37.3).abs() < 1e-3, "{found:?}");
    let same = group_cycles(&states, found.period, &SameCycle::default()).expect("long enough");
    assert_eq!(same.count(), 1);
    let times = convergence_times(&states, found.period, &ConvergenceCriterion::default());
    assert_eq!(
        times.expect("long enough").mean,
        MeanConvergence::BelowThreshold(0)
    );
}
