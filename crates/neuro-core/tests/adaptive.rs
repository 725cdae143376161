//! The adaptive integrator: its breakpoints, its output, its steps and what it refuses.
//!
//! Its accuracy is in `adaptive_accuracy.rs`.

use std::cell::RefCell;

use neuro_core::integrate::adaptive::{
    AbsoluteTolerance, AdaptiveSolution, AdaptiveWork, StepControl, integrate_adaptive,
    integrate_adaptive_observed, integrate_at, integrate_dense,
};
use neuro_core::{Error, FromFn, system_from_fn};

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

fn solve(system: &FromFn<Rhs>, tolerance: f64, t1: f64, x0: &[f64]) -> AdaptiveSolution {
    let control = StepControl::new(tolerance, tolerance);
    integrate_adaptive(system, &control, 0.0, t1, x0).expect("valid problem")
}

fn largest_difference(x: &[f64], y: &[f64]) -> f64 {
    let pairs = x.iter().zip(y);
    pairs.map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
}

/// A leaky unit with time constant 1 and input 1 between 3 and 3.2.
fn pulsed(t: f64, x: &[f64], dx: &mut [f64]) {
    dx[0] = f64::from(u8::from((3.0..3.2).contains(&t))) - x[0];
}

fn with_breakpoints(tolerance: f64, breakpoints: &[f64]) -> StepControl {
    StepControl {
        breakpoints: breakpoints.to_vec(),
        ..StepControl::new(tolerance, tolerance)
    }
}

#[test]
fn a_pulse_is_exact_with_breakpoints_and_missed_without() {
    let unit = system_from_fn(1, pulsed);
    let end = |control| {
        let solution = integrate_adaptive(&unit, &control, 0.0, 10.0, &[0.0]);
        solution.expect("valid problem").last()[0]
    };
    let exact = (1.0 - (-0.2f64).exp()) * (-6.8f64).exp();
    let error = (end(with_breakpoints(1e-9, &[3.0, 3.2])) - exact).abs();
    assert!(error < 1e-9, "{error}");
    assert_eq!(end(with_breakpoints(1e-9, &[])), 0.0);
}

#[test]
fn a_step_across_a_jump_costs_many_rejections_and_one_ending_there_none() {
    let unit = system_from_fn(1, |t, x: &[f64], dx: &mut [f64]| {
        dx[0] = if t < 0.7 { 1.0 } else { -1.0 } - 0.1 * x[0];
    });
    let run = |control| {
        let solution = integrate_adaptive(&unit, &control, 0.0, 2.0, &[0.0]);
        solution.expect("valid problem").statistics()
    };
    let (with, without) = (
        run(with_breakpoints(1e-8, &[0.7])),
        run(with_breakpoints(1e-8, &[])),
    );
    assert_eq!(with.rejected, 0);
    assert!(without.rejected >= 5, "{without:?}");
    assert!(
        with.evaluations < without.evaluations,
        "{with:?} {without:?}"
    );
}

#[test]
fn steps_end_at_breakpoints_and_f_is_asked_for_one_side_only() {
    let times = RefCell::new(Vec::new());
    let unit = system_from_fn(1, |t, x: &[f64], dx: &mut [f64]| {
        times.borrow_mut().push(t);
        pulsed(t, x, dx);
    });
    let control = with_breakpoints(1e-6, &[-1.0, 0.0, 3.0, 3.2, 5.0, 7.0]);
    let (mut work, mut x) = (AdaptiveWork::new(&unit, 1), [0.3]);
    let mut ends = Vec::new();
    let mut first = 0;
    let result =
        integrate_adaptive_observed(&unit, &control, 0.0, 5.0, &mut x, &mut work, |step| {
            ends.push(step.end());
            let piece = [(0.0, 3.0), (3.0, 3.2), (3.2, 5.0)]
                .into_iter()
                .find(|(_, end)| step.end() <= *end);
            let (start, end) = piece.expect("one of the pieces");
            let times = times.borrow();
            assert!(times[first..].iter().all(|t| *t >= start && *t < end));
            first = times.len();
        });
    result.expect("valid problem");
    for time in [3.0, 3.2, 5.0] {
        assert!(ends.contains(&time), "{time}: {ends:?}");
    }
    let times = times.borrow();
    assert!(times.contains(&3.0) && times.contains(&3.2) && !times.contains(&5.0));
}

#[test]
fn a_breakpoint_ends_one_integration_and_starts_another() {
    let input =
        |level: f64| system_from_fn(1, move |_t, x: &[f64], dx: &mut [f64]| dx[0] = level - x[0]);
    let stepped = system_from_fn(1, |t, x: &[f64], dx: &mut [f64]| {
        dx[0] = if t < 0.3 { 1.0 } else { -2.0 } - x[0];
    });
    let control = with_breakpoints(1e-7, &[0.3]);
    let whole = integrate_adaptive(&stepped, &control, 0.0, 1.0, &[0.5]).expect("valid");
    let first = integrate_adaptive(&input(1.0), &control, 0.0, 0.3, &[0.5]).expect("valid");
    let second = integrate_adaptive(&input(-2.0), &control, 0.3, 1.0, first.last());
    let second = second.expect("valid");
    assert_eq!(whole.last(), second.last());
    assert_eq!(whole.len(), first.len() + second.len() - 1);
}

#[test]
fn single_precision_breakpoints_are_one_sided_too() {
    let unit = system_from_fn(1, |t: f32, x: &[f32], dx: &mut [f32]| {
        dx[0] = if (100.1..100.4).contains(&t) {
            1.0
        } else {
            0.0
        } - x[0];
    });
    let mut control = StepControl::new(1e-5f32, 1e-6);
    control.breakpoints = vec![100.1, 100.4];
    let solution = integrate_adaptive(&unit, &control, 90.0f32, 101.0, &[0.0]).expect("valid");
    let (on, off) = (f64::from(100.1f32), f64::from(100.4f32));
    let exact = (1.0 - (on - off).exp()) * (off - 101.0).exp();
    let error = (f64::from(solution.last()[0]) - exact).abs();
    assert!(error < 1e-6, "{error}");
}

#[test]
fn given_times_do_not_change_the_steps_and_agree_with_the_dense_solution() {
    let control = StepControl::new(1e-6, 1e-6);
    let x0 = [1.0, 0.0, 0.5, -0.5];
    let dense = integrate_dense(&oscillator(), &control, 0.0, 7.0, &x0).expect("valid");
    let times = [0.0, 0.0, 0.01, 0.5, 0.5, 3.3, 6.9999, 7.0];
    let at = integrate_at(&oscillator(), &control, 0.0, &times, &x0).expect("valid");
    assert_eq!(at.times(), times);
    assert_eq!(at.statistics(), dense.steps().statistics());
    for (k, t) in times.into_iter().enumerate() {
        assert_eq!(at.state(k), dense.at(t).expect("within"), "{t}");
    }
    assert_eq!(at.states().state(7, 1).len(), 2);
    assert_eq!(at.last(), dense.steps().last());
}

#[test]
fn the_observer_sees_every_step_end_where_the_next_starts() {
    let control = StepControl::new(1e-6, 1e-6);
    let kept = solve(&lorenz(), 1e-6, 2.0, &[1.0; 3]);
    let (mut x, mut work) = ([1.0; 3], AdaptiveWork::new(&lorenz(), 1));
    let mut seen = vec![0.0];
    let mut between = [0.0; 3];
    let statistics =
        integrate_adaptive_observed(&lorenz(), &control, 0.0, 2.0, &mut x, &mut work, |step| {
            assert_eq!(step.start(), seen[seen.len() - 1]);
            assert_eq!(step.before(), kept.state(step.number() - 1));
            assert_eq!(step.after(), kept.state(step.number()));
            assert!(step.at_into(step.start(), &mut between).is_ok());
            assert_eq!(between, step.before());
            let outside = step.at_into(step.end() + 1e-9, &mut between);
            assert!(matches!(outside, Err(Error::OutOfRange { .. })));
            let short = step.at_into(step.end(), &mut between[..2]);
            assert!(matches!(short, Err(Error::Length { .. })));
            seen.push(step.end());
        });
    assert_eq!(statistics.expect("valid problem"), kept.statistics());
    assert_eq!(seen, kept.times());
    assert_eq!(x, kept.last());
}

#[test]
fn a_dense_solution_is_not_asked_outside_of_its_span() {
    let control = StepControl::new(1e-6, 1e-6);
    let solution = integrate_dense(&oscillator(), &control, 1.0, 2.0, &[1.0, 0.0]);
    let solution = solution.expect("valid problem");
    for t in [0.999, 2.001, f64::NAN] {
        assert!(
            matches!(solution.at(t), Err(Error::OutOfRange { .. })),
            "{t}"
        );
    }
    let mut short = [0.0];
    let result = solution.at_into(1.5, &mut short);
    assert!(matches!(result, Err(Error::Length { .. })));
}

#[test]
fn a_span_of_zero_gives_the_initial_state_and_evaluates_nothing() {
    let nothing = system_from_fn(1, |_t: f64, _x: &[f64], _dx: &mut [f64]| {
        panic!("evaluated")
    });
    let control = StepControl::new(1e-6, 1e-6);
    let solution = integrate_adaptive(&nothing, &control, 2.0, 2.0, &[3.0]).expect("valid");
    assert_eq!(
        (solution.times(), solution.last()),
        (&[2.0][..], &[3.0][..])
    );
    assert_eq!(solution.statistics().evaluations, 0);
    let at = integrate_at(&nothing, &control, 2.0, &[2.0, 2.0], &[3.0]).expect("valid");
    assert_eq!((at.len(), at.last()), (2, &[3.0][..]));
    let dense = integrate_dense(&nothing, &control, 2.0, 2.0, &[3.0]).expect("valid");
    assert_eq!(dense.at(2.0).expect("within"), [3.0]);
}

#[test]
fn statistics_count_the_evaluations() {
    let count = RefCell::new(0);
    let unit = system_from_fn(1, |t: f64, x: &[f64], dx: &mut [f64]| {
        *count.borrow_mut() += 1;
        dx[0] = (50.0 * t).sin() - x[0];
    });
    let mut control = with_breakpoints(1e-6, &[0.5]);
    let run = |control: &StepControl| {
        *count.borrow_mut() = 0;
        let solution = integrate_adaptive(&unit, control, 0.0, 1.0, &[0.0]);
        let statistics = solution.expect("valid problem").statistics();
        assert_eq!(statistics.evaluations, *count.borrow());
        (statistics, 6 * (statistics.accepted + statistics.rejected))
    };
    let (statistics, stages) = run(&control);
    assert_eq!(statistics.evaluations, stages + 4);
    control.first_step = Some(0.01);
    let (statistics, stages) = run(&control);
    assert_eq!(statistics.evaluations, stages + 3);
}

#[test]
fn first_and_largest_step_are_obeyed() {
    let mut control = StepControl::new(1e-3, 1e-3);
    (control.first_step, control.max_step) = (Some(0.03), 0.1);
    let solution = integrate_adaptive(&oscillator(), &control, 0.0, 1.0, &[1.0, 0.0]);
    let times = solution.expect("valid problem").times().to_vec();
    assert_eq!(times[1], 0.03);
    assert!(
        times.windows(2).all(|t| t[1] - t[0] < 0.1 + 1e-12),
        "{times:?}"
    );
    assert!((10..14).contains(&times.len()), "{times:?}");
}

#[test]
fn states_together_share_their_steps_and_each_keeps_the_tolerance() {
    let starts: Vec<f64> = (0..20).map(|i| (f64::from(i) * 0.7).sin()).collect();
    let solution = solve(&oscillator(), 1e-8, 10.0, &starts);
    let (c, s) = (10.0f64.cos(), 10.0f64.sin());
    for (x, x0) in solution.last().chunks(2).zip(starts.chunks(2)) {
        let exact = [c * x0[0] + s * x0[1], c * x0[1] - s * x0[0]];
        // Ten time units of errors of at most 1e-8 a step.
        assert!(largest_difference(x, &exact) < 1e-6);
    }
    assert_eq!(solution.states().trials(), 10);
}

#[test]
fn a_variable_with_a_wide_tolerance_does_not_limit_the_step() {
    let two = system_from_fn(3, |_t, x: &[f64], dx: &mut [f64]| {
        (dx[0], dx[1], dx[2]) = (100.0 * x[1], -100.0 * x[0], -x[2]);
    });
    let steps = |wide: f64| {
        let mut control = StepControl::new(1e-8, 1e-8);
        control.absolute = AbsoluteTolerance::PerVariable(vec![wide, wide, 1e-8]);
        let solution = integrate_adaptive(&two, &control, 0.0, 1.0, &[1.0, 0.0, 1.0]);
        solution.expect("valid problem").statistics().accepted
    };
    let (narrow, wide) = (steps(1e-8), steps(1.0));
    assert!(narrow > 5 * wide, "{narrow} {wide}");
}

#[test]
fn equal_runs_are_equal_bit_for_bit_also_with_buffers_used_before() {
    let control = StepControl::new(1e-7, 1e-7);
    let once = solve(&lorenz(), 1e-7, 5.0, &[1.0; 3]);
    assert_eq!(once, solve(&lorenz(), 1e-7, 5.0, &[1.0; 3]));
    let mut work = AdaptiveWork::new(&lorenz(), 1);
    for _ in 0..2 {
        let mut x = [1.0; 3];
        integrate_adaptive_observed(&lorenz(), &control, 0.0, 5.0, &mut x, &mut work, |_| ())
            .expect("valid problem");
        assert_eq!(x, once.last());
    }
}

#[test]
fn single_precision_reaches_its_tolerance_and_loses_no_time() {
    let single = system_from_fn(2, |_t: f32, x: &[f32], dx: &mut [f32]| {
        (dx[0], dx[1]) = (x[1], -x[0]);
    });
    let mut control = StepControl::new(1e-5f32, 1e-5);
    control.max_step = 0.01;
    let solution = integrate_adaptive(&single, &control, 1000.0f32, 1020.0, &[1.0, 0.0]);
    let solution = solution.expect("valid problem");
    // 2000 steps, each 80 roundings of the time; of the state, 2000 roundings of 6e-8.
    assert!((2000..2010).contains(&solution.statistics().accepted));
    assert_eq!(solution.times().last(), Some(&1020.0));
    assert!((solution.last()[0] - 20.0f32.cos()).abs() < 3e-5);
}

#[test]
fn a_solution_that_blows_up_stops_at_the_time_of_it() {
    let square = system_from_fn(1, |_t, x: &[f64], dx: &mut [f64]| dx[0] = x[0] * x[0]);
    let control = StepControl::new(1e-8, 1e-8);
    let (mut work, mut x) = (AdaptiveWork::new(&square, 1), [1.0]);
    let result =
        integrate_adaptive_observed(&square, &control, 0.0, 2.0, &mut x, &mut work, |_| ());
    // x = 1 / (1 - t)
    let Err(Error::StepSizeTooSmall { time }) = result else {
        panic!("{result:?}");
    };
    assert!((time - 1.0).abs() < 1e-6, "{time}");
    assert!(x[0].is_finite() && x[0] > 1e6, "{x:?}");
    let single = system_from_fn(1, |_t, x: &[f32], dx: &mut [f32]| dx[0] = x[0] * x[0]);
    let result = integrate_adaptive(&single, &StepControl::new(1e-4, 1e-4), 0.0, 2.0f32, &[1.0]);
    assert!(
        matches!(result, Err(Error::StepSizeTooSmall { .. })),
        "{result:?}"
    );
}

#[test]
fn a_right_hand_side_that_is_not_a_number_is_reported_with_its_time() {
    let control = StepControl::new(1e-6, 1e-6);
    let broken = system_from_fn(2, |t: f64, _x: &[f64], dx: &mut [f64]| {
        (dx[0], dx[1]) = (1.0, if t < 1.0 { 1.0 } else { f64::NAN });
    });
    let message = |t0| {
        let result = integrate_adaptive(&broken, &control, t0, 3.0, &[0.0; 2]);
        let error = result.expect_err("must be refused");
        assert!(
            matches!(error, Error::NonFinite { index: 1, .. }),
            "{error}"
        );
        error.to_string()
    };
    assert_eq!(
        message(2.0),
        "slope of the system near time 2: value 1 is NaN, expected finite values"
    );
    assert!(
        message(0.0).contains("near time 0.99999999"),
        "{}",
        message(0.0)
    );
}

#[test]
fn a_step_out_of_the_domain_is_taken_again_with_a_smaller_size() {
    let decay = system_from_fn(1, |_t, x: &[f64], dx: &mut [f64]| {
        dx[0] = if x[0] > 0.0 { -x[0] } else { f64::NAN };
    });
    let mut control = StepControl::new(1e-8, 1e-12);
    control.first_step = Some(40.0);
    let solution = integrate_adaptive(&decay, &control, 0.0, 5.0, &[1.0]).expect("valid");
    assert!(solution.statistics().rejected > 0);
    assert!((solution.last()[0] - (-5.0f64).exp()).abs() < 1e-8);
}

#[test]
fn the_number_of_steps_is_bounded() {
    let mut control = StepControl::new(1e-6, 1e-6);
    control.max_steps = 10;
    let result = integrate_adaptive(&oscillator(), &control, 0.0, 1e6, &[1.0, 0.0]);
    let Err(Error::TooManySteps { time, steps: 10 }) = result else {
        panic!("{result:?}");
    };
    assert!(time > 0.0 && time < 10.0, "{time}");
}

#[test]
fn bad_input_is_refused_with_the_reason() {
    let valid = StepControl::new(1e-6, 1e-6);
    let run = |control: &StepControl, t0, t1, x0: &[f64]| {
        let result = integrate_adaptive(&oscillator(), control, t0, t1, x0);
        result.expect_err("must be refused").to_string()
    };
    let x0 = [1.0, 0.0];
    let zero = |relative, absolute| StepControl::new(relative, absolute);
    assert!(run(&zero(0.0, 1e-6), 0.0, 1.0, &x0).starts_with("relative tolerance"));
    assert!(run(&zero(1e-6, 0.0), 0.0, 1.0, &x0).starts_with("absolute tolerance"));
    assert!(run(&valid, 1.0, 0.0, &x0).contains("not before t0, found 0"));
    assert!(run(&valid, 0.0, f64::INFINITY, &x0).contains("t1"));
    assert!(run(&valid, f64::NAN, 1.0, &x0).contains("t0"));
    assert!(run(&valid, 0.0, 1.0, &[]).contains("x0: expected at least one"));
    assert!(run(&valid, 0.0, 1.0, &[1.0; 3]).contains("expected 4 values, found 3"));
    assert!(run(&valid, 0.0, 1.0, &[1.0, f64::NAN]).contains("value 1 is NaN"));
    let nothing = system_from_fn(0, |_t: f64, _x: &[f64], _dx: &mut [f64]| ());
    let result = integrate_adaptive(&nothing, &valid, 0.0, 1.0, &[]);
    assert!(matches!(result, Err(Error::Empty { .. })));
    let mut work = AdaptiveWork::new(&oscillator(), 2);
    let mut x = x0;
    let result =
        integrate_adaptive_observed(&oscillator(), &valid, 0.0, 1.0, &mut x, &mut work, |_| ());
    assert!(matches!(
        result,
        Err(Error::Length {
            expected: 2,
            found: 4,
            ..
        })
    ));
    let at = |times: &[f64]| {
        let result = integrate_at(&oscillator(), &valid, 0.0, times, &x0);
        result.expect_err("must be refused").to_string()
    };
    assert!(at(&[]).contains("times: expected at least one"));
    for times in [
        [1.0, 0.5],
        [-0.1, 0.5],
        [0.1, f64::NAN],
        [0.1, f64::INFINITY],
    ] {
        assert!(at(&times).contains("times: expected finite"), "{times:?}");
    }
}
