//! The built-in losses once more, as equations on a tape, and what only a loss on a tape can get wrong.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use neuro_autodiff::gradcheck::{GradientOptions, check_loss};
use neuro_autodiff::loss::{At, CrossEntropy, Loss, MeanSquare, NormOverTime};
use neuro_autodiff::tape::{LossEquation, LossVars, TapeLoss, Var};
use neuro_autodiff::{BpttConfig, Objective};
use neuro_core::parallel::Workers;
use neuro_core::{Batch, Scalar, Streams, Trajectory};
use support::{Net, OUTPUTS, RandomTask, STEPS, TRIALS, distance, one_chunk};

/// `mean_o (z - t)^2` of each step.
#[derive(Debug)]
struct Square;

impl<T: Scalar> LossEquation<T> for Square {
    fn cost<'t>(&self, vars: &LossVars<'t, T>) -> Var<'t, T> {
        (vars.outputs - vars.targets()).square().mean_rows()
    }
}

/// `-log softmax(z)_c` of each step.
#[derive(Debug)]
struct Entropy;

impl<T: Scalar> LossEquation<T> for Entropy {
    fn cost<'t>(&self, vars: &LossVars<'t, T>) -> Var<'t, T> {
        -(vars.outputs.log_softmax() * vars.classes()).sum_rows()
    }
}

/// `sqrt(sum_k m_k sum_o (z - t)^2)` of each trial.
#[derive(Debug)]
struct Norm;

impl<T: Scalar> LossEquation<T> for Norm {
    fn cost<'t>(&self, vars: &LossVars<'t, T>) -> Var<'t, T> {
        let squares = (vars.outputs - vars.targets()).square().sum_rows();
        vars.sum_over_steps(vars.mask() * squares).sqrt()
    }
}

/// `sum_k |z_{k+1} - z_k|^2` of each trial, which no single step tells.
#[derive(Debug)]
struct Rough;

impl LossEquation for Rough {
    fn cost<'t>(&self, vars: &LossVars<'t>) -> Var<'t> {
        let all = vars.outputs.shape().1;
        let moved = vars.outputs.columns(TRIALS..all) - vars.outputs.columns(0..all - TRIALS);
        vars.sum_over_steps(moved.square().sum_rows())
    }
}

fn pairs<T: Scalar>() -> Vec<(TapeLoss<T>, Box<dyn Loss<T>>)> {
    vec![
        (TapeLoss::per_step(Square, At::Masked), Box::new(MeanSquare)),
        (
            TapeLoss::per_trial(Norm),
            Box::new(NormOverTime { every_step: false }),
        ),
        (
            TapeLoss::per_step(Entropy, At::End),
            Box::new(CrossEntropy { at: At::End }),
        ),
        (
            TapeLoss::per_step(Entropy, At::Step(2)),
            Box::new(CrossEntropy { at: At::Step(2) }),
        ),
        (
            TapeLoss::per_step(Entropy, At::Masked),
            Box::new(CrossEntropy { at: At::Masked }),
        ),
    ]
}

fn batch<T: Scalar>() -> Batch<T> {
    Batch::of(&RandomTask { steps: STEPS }, Streams::new(8), 3, TRIALS).unwrap()
}

fn outputs<T: Scalar>() -> Trajectory<T> {
    let values = support::normals(OUTPUTS, STEPS, 3);
    let values = values.as_slice().iter().map(|x| T::of(*x)).collect();
    Trajectory::from_vec(OUTPUTS, TRIALS, STEPS, values).unwrap()
}

fn agree<T: Scalar>(tolerance: f64) {
    for (tape, hand) in pairs::<T>() {
        let (batch, outputs) = (batch(), outputs());
        tape.validate(&batch, OUTPUTS).unwrap();
        let [mut found, mut expected] = [(); 2].map(|()| Trajectory::zeros(OUTPUTS, TRIALS, STEPS));
        // Twice, so that buffers are used that have been used.
        for _ in 0..2 {
            let cost = hand.evaluate(&outputs, &batch, 0.25, &mut expected);
            let found_cost = tape.evaluate(&outputs, &batch, 0.25, &mut found);
            assert!((found_cost - cost).abs() <= tolerance * cost, "{tape:?}");
            let error = distance(found.as_slice(), expected.as_slice());
            assert!(error < tolerance, "{tape:?}: {error}");
        }
    }
}

#[test]
fn built_in_losses_on_a_tape_are_the_hand_derived_ones_to_rounding() {
    agree::<f64>(1e-14);
    agree::<f32>(1e-6);
}

#[test]
fn losses_on_a_tape_pass_the_gradient_check() {
    let options = GradientOptions::default();
    let mut losses: Vec<_> = pairs().into_iter().map(|(tape, _)| tape).collect();
    losses.push(TapeLoss::per_trial(Rough));
    for loss in losses {
        // `Rough` needs trials of all steps.
        let mut batch = batch();
        batch.lengths.fill(STEPS);
        let report = check_loss(&loss, &outputs(), &batch, &options).unwrap();
        assert!(report.passes(1e-8), "{loss:?}: {report}");
    }
}

#[test]
fn training_with_a_loss_on_a_tape_has_the_gradient_of_the_built_in_one_on_any_number_of_threads() {
    let net = Net::<f64>::default();
    let parameters = net.parameters();
    let config = BpttConfig {
        batch: 11,
        ..one_chunk()
    };
    let evaluate = |loss: Box<dyn Loss>, threads| {
        let task = Box::new(RandomTask { steps: STEPS });
        let workers = Workers::new(threads).unwrap();
        let streams = Streams::new(8);
        let cell = net.cell();
        let bptt = neuro_autodiff::Bptt::new(config.clone(), cell, task, loss, streams, workers);
        let mut gradient = vec![0.0; parameters.len()];
        let loss = bptt.unwrap().evaluate(1, &parameters, &mut gradient);
        (loss.unwrap(), gradient)
    };
    for (tape, hand) in pairs() {
        let (loss, gradient) = evaluate(hand, 1);
        let found = evaluate(Box::new(tape.clone()), 1);
        assert!((found.0 - loss).abs() < 1e-13 * loss);
        assert!(distance(&found.1, &gradient) < 1e-12);
        for threads in [2, 5] {
            assert_eq!(evaluate(Box::new(tape.clone()), threads), found);
        }
    }
}

#[test]
fn a_trial_that_does_not_count_costs_nothing_whatever_its_outputs() {
    let mut batch = batch::<f64>();
    batch.mask.as_mut_slice().fill(0.0);
    let loss = TapeLoss::per_step(Square, At::Masked);
    let mut gradient = outputs();
    loss.validate(&batch, OUTPUTS).unwrap();
    assert_eq!(loss.evaluate(&outputs(), &batch, 1.0, &mut gradient), 0.0);
    batch.mask.state_mut(2, 1)[0] = 1.0;
    let mut outputs = outputs();
    outputs.state_mut(2, 0).fill(f64::NAN);
    let cost = loss.evaluate(&outputs, &batch, 1.0, &mut gradient);
    assert!(cost.is_finite() && cost > 0.0);
    assert_eq!(gradient.state(2, 0), [0.0; OUTPUTS]);
}

#[test]
fn outputs_that_are_not_numbers_become_a_loss_that_is_none() {
    for (loss, _) in pairs::<f64>() {
        let mut outputs = outputs();
        outputs.as_mut_slice().fill(f64::NAN);
        let mut gradient = outputs.clone();
        assert!(
            loss.evaluate(&outputs, &batch(), 1.0, &mut gradient)
                .is_nan()
        );
    }
}

/// Costs of a wrong shape.
#[derive(Debug)]
struct Wrong;

impl LossEquation for Wrong {
    fn cost<'t>(&self, vars: &LossVars<'t>) -> Var<'t> {
        vars.outputs.square().sum()
    }
}

/// Finds a mistake only where an output is not 0.
#[derive(Debug)]
struct Late;

impl LossEquation for Late {
    fn cost<'t>(&self, vars: &LossVars<'t>) -> Var<'t> {
        let value = vars.outputs.tape().value(vars.outputs).unwrap();
        if value.iter().all(|z| *z == 0.0) {
            vars.outputs.sum_rows()
        } else {
            vars.outputs
        }
    }
}

#[test]
fn mistakes_are_found_before_work_starts() {
    let message = |loss: &TapeLoss, batch: &Batch| {
        let mistake = loss.validate(batch, OUTPUTS).unwrap_err();
        mistake.to_string()
    };
    let wrong = message(&TapeLoss::per_step(Wrong, At::End), &batch());
    let expected = format!("expected costs of 1x{TRIALS}, found 1x1");
    assert!(wrong.contains(&expected), "{wrong}");
    let wrong = message(&TapeLoss::per_trial(Square), &batch());
    let expected = format!("expected costs of 1x{TRIALS}, found 1x{}", TRIALS * STEPS);
    assert!(wrong.contains(&expected), "{wrong}");

    let mut labels = batch();
    labels.labels.clear();
    let wrong = message(&TapeLoss::per_step(Entropy, At::End), &labels);
    assert!(wrong.starts_with("labels"), "{wrong}");
    let mut labels = batch();
    labels.labels[1] = 9;
    let wrong = message(&TapeLoss::per_step(Entropy, At::End), &labels);
    assert!(
        wrong.contains("expected labels below 2, found 9"),
        "{wrong}"
    );
    let mut targets = batch();
    targets.targets = Trajectory::zeros(OUTPUTS + 1, TRIALS, STEPS);
    let wrong = message(&TapeLoss::per_step(Square, At::End), &targets);
    assert!(wrong.contains("difference at"), "{wrong}");
    for damage in [
        |batch: &mut Batch| batch.lengths[0] = STEPS + 1,
        |batch: &mut Batch| batch.lengths.clear(),
        |batch: &mut Batch| batch.mask = Trajectory::zeros(1, TRIALS, STEPS - 1),
        |batch: &mut Batch| batch.mask = Trajectory::zeros(2, TRIALS, STEPS),
        |batch: &mut Batch| batch.mask.as_mut_slice()[0] = f64::NAN,
        |batch: &mut Batch| batch.targets = Trajectory::zeros(OUTPUTS, TRIALS + 1, STEPS),
    ] {
        let mut damaged = batch();
        damage(&mut damaged);
        for (loss, _) in pairs() {
            assert!(loss.validate(&damaged, OUTPUTS).is_err(), "{loss:?}");
        }
    }
    let late = TapeLoss::per_step(Late, At::End);
    late.validate(&batch(), OUTPUTS).unwrap();
    let mut gradient = outputs();
    assert!(
        late.evaluate(&outputs(), &batch(), 1.0, &mut gradient)
            .is_nan()
    );
    assert!(gradient.state(STEPS - 1, 0)[0].is_nan());
}

#[test]
fn a_loss_is_described_by_its_equation_and_not_by_its_buffers() {
    let loss = TapeLoss::<f64>::per_step(Square, At::Masked);
    let before = format!("{loss:?}");
    loss.validate(&batch(), OUTPUTS).unwrap();
    assert_eq!(format!("{loss:?}"), before);
    assert_eq!(before, "TapeLoss { equation: Square, each: Step(Masked) }");
}
