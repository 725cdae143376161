//! The gradient check itself: what it measures and what it finds.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::ops::Range;

use neuro_autodiff::Transform;
use neuro_autodiff::gradcheck::{
    GradientOptions, check_gradient, check_loss, check_state_regularizer, check_transform,
};
use neuro_autodiff::loss::{Loss, StateRegularizer};
use neuro_core::{Batch, TaskShape, Trajectory};

/// Absolute error of the check of `exp` at 0.7 with a step.
fn error_of_exp(step: f64, richardson: bool) -> f64 {
    let options = GradientOptions {
        step,
        richardson,
        ..Default::default()
    };
    check_gradient(|x| x[0].exp(), &[0.7], &[0.7_f64.exp()], &options)
        .unwrap()
        .absolute_error
}

#[test]
fn differences_converge_with_order_two_and_extrapolated_ones_with_order_four() {
    for (richardson, order) in [(false, 2.0), (true, 4.0)] {
        let ratio = error_of_exp(0.2, richardson) / error_of_exp(0.1, richardson);
        let found = ratio.log2();
        // The next order contributes about 1 % at these steps.
        assert!((found - order).abs() < 0.05, "{found}");
    }
}

#[test]
fn a_sample_is_reproducible_and_has_the_asked_size() {
    let at: Vec<f64> = (0..50).map(f64::from).collect();
    let wrong: Vec<f64> = at.iter().map(|x| 2.0 * x + 1.0).collect();
    let check = |seed| {
        let options = GradientOptions {
            sample: Some(5),
            seed,
            ..Default::default()
        };
        let energy = |x: &[f64]| x.iter().map(|x| x * x).sum();
        check_gradient(energy, &at, &wrong, &options).unwrap()
    };
    assert_eq!(check(1), check(1));
    assert_eq!(check(1).checked, 5);
    assert!((1..20).any(|seed| check(seed).worst != check(0).worst));
}

#[test]
fn a_gradient_that_is_not_a_number_and_an_empty_check_do_not_pass() {
    let options = GradientOptions::default();
    let report = check_gradient(|x| x[0], &[1.0], &[f64::NAN], &options).unwrap();
    assert!(!report.passes(1e6), "{report}");
    let report = check_gradient(|_| 0.0, &[], &[], &options).unwrap();
    assert!(!report.passes(1e6));
}

#[test]
fn wrong_lengths_points_and_options_are_refused() {
    let options = GradientOptions::default();
    assert!(check_gradient(|x| x[0], &[1.0], &[1.0, 2.0], &options).is_err());
    assert!(check_gradient(|x| x[0], &[f64::NAN], &[1.0], &options).is_err());
    let no_step = GradientOptions {
        step: 0.0,
        ..options
    };
    assert!(check_gradient(|x| x[0], &[1.0], &[1.0], &no_step).is_err());
}

/// `z^2 / 2` summed over steps 1 and 2, with one of three mistakes.
#[derive(Debug)]
struct Flawed {
    adds_instead_of_writing: bool,
    looks_at_another_step: bool,
    forgets_the_scale: bool,
}

impl Loss for Flawed {
    fn steps(&self, _batch: &Batch) -> Range<usize> {
        1..3
    }

    fn evaluate(
        &self,
        outputs: &Trajectory,
        _batch: &Batch,
        scale: f64,
        d_outputs: &mut Trajectory,
    ) -> f64 {
        let mut cost = 0.0;
        let slope = if self.forgets_the_scale { 1.0 } else { scale };
        for step in 1..3 {
            let pairs = d_outputs.step_mut(step).iter_mut().zip(outputs.step(step));
            for (d, z) in pairs {
                cost += 0.5 * scale * z * z;
                let old = if self.adds_instead_of_writing {
                    *d
                } else {
                    0.0
                };
                *d = old + slope * z;
            }
        }
        if self.looks_at_another_step {
            cost += scale * outputs.step(0)[0];
        }
        cost
    }
}

#[test]
fn the_check_of_a_loss_finds_each_kind_of_mistake() {
    let shape = TaskShape {
        inputs: 1,
        outputs: 1,
        steps: 4,
    };
    let batch = Batch::new(shape, 2).unwrap();
    let z = Trajectory::from_vec(1, 2, 4, vec![0.5, -1.0, 2.0, 0.3, -0.4, 1.5, 0.8, 1.0]).unwrap();
    let passes = |adds_instead_of_writing, looks_at_another_step, forgets_the_scale| {
        let loss = Flawed {
            adds_instead_of_writing,
            looks_at_another_step,
            forgets_the_scale,
        };
        check_loss(&loss, &z, &batch, &GradientOptions::default())
            .unwrap()
            .passes(1e-7)
    };
    assert!(passes(false, false, false));
    assert!(!passes(true, false, false));
    assert!(!passes(false, true, false));
    assert!(!passes(false, false, true));
}

/// `sum x` that overwrites instead of adding.
#[derive(Debug)]
struct Overwriting;

impl StateRegularizer for Overwriting {
    fn accumulate(
        &self,
        _step: usize,
        states: &[f64],
        _batch: &Batch,
        scale: f64,
        d_states: &mut [f64],
    ) -> f64 {
        d_states.fill(scale);
        scale * states.iter().sum::<f64>()
    }
}

/// Squares with the gradient of something else.
#[derive(Debug)]
struct WrongSquare;

impl Transform for WrongSquare {
    fn apply(&self, _rows: usize, raw: &[f64], effective: &mut [f64]) {
        for (raw, effective) in raw.iter().zip(effective) {
            *effective = raw * raw;
        }
    }

    fn pull_back(&self, _rows: usize, raw: &[f64], gradient: &mut [f64]) {
        for (raw, gradient) in raw.iter().zip(gradient) {
            *gradient *= raw;
        }
    }
}

#[test]
fn the_checks_of_users_own_parts_find_mistakes() {
    let options = GradientOptions::default();
    let report = check_transform(&WrongSquare, 2, &[1.0, 2.0, 3.0, 4.0], &options).unwrap();
    // Half of the true gradient everywhere.
    assert!((report.relative_error - 0.5).abs() < 1e-6, "{report}");
    let shape = TaskShape {
        inputs: 1,
        outputs: 1,
        steps: 2,
    };
    let batch = Batch::new(shape, 1).unwrap();
    let states = Trajectory::zeros(3, 1, 2);
    let report = check_state_regularizer(&Overwriting, &states, &batch, &options).unwrap();
    assert!(!report.passes(0.5), "{report}");
}
