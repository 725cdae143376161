//! Losses and regularisers: gradients, values, refusals.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use neuro_autodiff::gradcheck::{
    GradientOptions, check_loss, check_state_regularizer, check_weight_regularizer,
};
use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, MeanSquare, NormOverTime,
    Penalized, StateRegularizer, WeightPenalty, WeightRegularizer,
};
use neuro_autodiff::{Identity, Parameters};
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Batch, Domain, Scalar, Streams, TaskShape, Trajectory};

const SHAPE: TaskShape = TaskShape {
    inputs: 1,
    outputs: 3,
    steps: 6,
};
const TRIALS: usize = 4;

/// Trials of different lengths, with weights 0, 1/2 and 1, the last one without any.
fn batch<T: Scalar>() -> Batch<T> {
    let mut batch = Batch::new(SHAPE, TRIALS).expect("nothing is empty");
    batch.labels = vec![2, 0, 1, 0];
    batch.lengths = vec![6, 4, 3, 5];
    let mut targets = vec![0.0; 3 * TRIALS * 6];
    Streams::new(1).normals(Domain::Trial, 0).fill(&mut targets);
    for (to, from) in batch.targets.as_mut_slice().iter_mut().zip(targets) {
        *to = T::of(from);
    }
    for step in 1..5 {
        for trial in 0..TRIALS - 1 {
            batch.mask.step_mut(step)[trial] = T::of(0.5 * ((step + trial) % 3) as f64);
        }
    }
    batch
}

fn outputs<T: Scalar>() -> Trajectory<T> {
    let mut values = vec![0.0; 3 * TRIALS * 6];
    Streams::new(2).normals(Domain::Trial, 0).fill(&mut values);
    let values = values.into_iter().map(|v: f64| T::of(2.0 * v)).collect();
    Trajectory::from_vec(3, TRIALS, 6, values).expect("the length fits")
}

fn losses<T: Scalar>() -> Vec<Box<dyn Loss<T>>> {
    vec![
        Box::new(CrossEntropy { at: At::End }),
        Box::new(CrossEntropy { at: At::Step(2) }),
        Box::new(CrossEntropy { at: At::Masked }),
        Box::new(MeanSquare),
        Box::new(NormOverTime { every_step: false }),
        Box::new(NormOverTime { every_step: true }),
    ]
}

#[test]
fn every_loss_passes_the_gradient_check() {
    for loss in losses() {
        let report = check_loss(&*loss, &outputs(), &batch(), &GradientOptions::default())
            .expect("the batch fits");
        // Extrapolated differences with steps of 1e-3 are good to about 1e-11 of the largest
        // component; the smallest components are 1e-3 of it.
        assert!(report.passes(1e-8), "{loss:?}: {report}");
        assert_eq!(report.checked, 3 * TRIALS * 6);
    }
}

#[test]
fn every_regularizer_passes_the_gradient_check() {
    let options = GradientOptions::default();
    for normalization in [
        ActivityNormalization::MeanOverUnits,
        ActivityNormalization::SumOverUnits,
    ] {
        let penalty = ActivityPenalty {
            strength: 0.7,
            normalization,
        };
        let report = check_state_regularizer(&penalty, &outputs(), &batch(), &options).unwrap();
        assert!(report.passes(1e-8), "{normalization:?}: {report}");
    }
    let (parameters, id) = parameters();
    for which in [Penalized::All, Penalized::Only(vec![id])] {
        let penalty = WeightPenalty {
            strength: 0.3,
            parameters: which,
        };
        let report = check_weight_regularizer(&penalty, &parameters, &options).unwrap();
        assert!(report.passes(1e-8), "{report}");
    }
}

fn parameters() -> (Parameters, neuro_autodiff::ParameterId) {
    let mut parameters = Parameters::new();
    let matrix = |rows, columns| DMatrix::from_fn(rows, columns, |i, j| 1.0 + i as f64 - j as f64);
    let mut add = |name, matrix: DMatrix<f64>, trainable| {
        parameters
            .add(name, &matrix, Arc::new(Identity), trainable)
            .expect("names differ")
    };
    let a = add("a", matrix(3, 3), true);
    add("fixed", matrix(2, 2), false);
    add("b", matrix(1, 4), true);
    (parameters, a)
}

#[test]
fn f32_losses_agree_with_f64_to_single_precision() {
    let (single, double) = (outputs::<f32>(), outputs::<f64>());
    for (loss32, loss64) in losses::<f32>().iter().zip(losses::<f64>()) {
        let mut d32 = Trajectory::zeros(3, TRIALS, 6);
        let mut d64 = Trajectory::zeros(3, TRIALS, 6);
        let cost32 = loss32.evaluate(&single, &batch(), 0.25, &mut d32);
        let cost64 = loss64.evaluate(&double, &batch(), 0.25, &mut d64);
        // Outputs and targets below 6 are rounded by at most 2.4e-7 each; costs grow at most 8 as
        // fast as they do.
        assert!((cost32 - cost64).abs() < 4e-6, "{loss32:?}");
        for (a, b) in d32.as_slice().iter().zip(d64.as_slice()) {
            assert!((f64::from(*a) - b).abs() < 1e-6, "{loss32:?}");
        }
    }
}

#[test]
fn a_batch_evaluated_in_parts_costs_the_mean_over_all_its_trials() {
    let (batch, outputs) = (batch::<f64>(), outputs::<f64>());
    for loss in losses::<f64>() {
        let whole = loss.evaluate(&outputs, &batch, 0.25, &mut outputs.clone());
        let mut sum = 0.0;
        for trial in 0..TRIALS {
            let mut part = Batch::new(SHAPE, 1).unwrap();
            part.labels[0] = batch.labels[trial];
            part.lengths[0] = batch.lengths[trial];
            let mut z = Trajectory::zeros(3, 1, 6);
            for k in 0..6 {
                let source = batch.targets.state(k, trial);
                part.targets.state_mut(k, 0).copy_from_slice(source);
                part.mask.step_mut(k)[0] = batch.mask.state(k, trial)[0];
                z.state_mut(k, 0).copy_from_slice(outputs.state(k, trial));
            }
            sum += loss.evaluate(&z, &part, 0.25, &mut z.clone());
        }
        assert!((whole - sum).abs() < 1e-14, "{loss:?}");
    }
}

#[test]
fn cross_entropy_is_stable_for_large_outputs() {
    let mut batch = Batch::<f64>::new(SHAPE, 1).unwrap();
    batch.labels[0] = 1;
    let mut z = Trajectory::zeros(3, 1, 6);
    z.step_mut(5).copy_from_slice(&[1e4, -1e4, 0.0]);
    let mut d = z.clone();
    let cost = CrossEntropy::default().evaluate(&z, &batch, 1.0, &mut d);
    assert_eq!(cost, 2e4);
    assert_eq!(d.step(5), [1.0, -1.0, 0.0]);
}

#[test]
fn predictions_are_read_at_the_end_of_each_trial() {
    let mut batch = Batch::<f64>::new(SHAPE, 3).unwrap();
    batch.lengths = vec![2, 6, 6];
    batch.labels = vec![0, 1, 2];
    let mut z = Trajectory::zeros(3, 3, 6);
    z.state_mut(1, 0)[0] = 1.0;
    z.state_mut(5, 0)[1] = 9.0;
    z.state_mut(5, 1)[1] = 1.0;
    z.state_mut(5, 2)[0] = f64::NAN;
    let loss = CrossEntropy::default();
    assert_eq!(loss.predictions(&z, &batch), [Some(0), Some(1), None]);
    assert!((loss.accuracy(&z, &batch) - 2.0 / 3.0).abs() < 1e-15);
    let p = loss.probabilities(&z, &batch, 1).unwrap();
    let e = std::f64::consts::E;
    assert!((p[1] - e / (e + 2.0)).abs() < 1e-15);
}

#[test]
fn a_trial_without_mask_costs_nothing() {
    let batch = Batch::<f64>::new(SHAPE, 2).unwrap();
    for loss in [
        Box::new(CrossEntropy { at: At::Masked }) as Box<dyn Loss>,
        Box::new(MeanSquare),
        Box::new(NormOverTime::default()),
    ] {
        assert!(loss.steps(&batch).is_empty());
        let z = Trajectory::zeros(3, 2, 6);
        assert_eq!(loss.evaluate(&z, &batch, 1.0, &mut z.clone()), 0.0);
    }
}

#[test]
fn the_norm_over_time_has_gradient_zero_at_a_perfect_output() {
    let batch = batch::<f64>();
    let loss = NormOverTime { every_step: true };
    let mut d = outputs();
    assert_eq!(
        loss.evaluate(&batch.targets.clone(), &batch, 1.0, &mut d),
        0.0
    );
    assert!(d.as_slice().iter().all(|d| *d == 0.0));
}

#[test]
fn labels_lengths_steps_and_targets_out_of_range_are_refused() {
    let good = batch::<f64>();
    let refusal = |loss: &dyn Loss, batch: &Batch, outputs| {
        loss.validate(batch, outputs)
            .expect_err("must be refused")
            .to_string()
    };
    let cross = CrossEntropy::default();
    assert_eq!(
        refusal(&cross, &good, 2),
        "label of trial 0: expected a class below 2, found 2"
    );
    let mut batch = good.clone();
    batch.lengths[1] = 7;
    assert_eq!(
        refusal(&cross, &batch, 3),
        "length of trial 1: expected 1 to 6 steps, found 7"
    );
    batch.lengths[1] = 0;
    refusal(&NormOverTime { every_step: true }, &batch, 3);
    refusal(&CrossEntropy { at: At::Step(6) }, &good, 3);
    assert_eq!(
        refusal(&MeanSquare, &good, 2),
        "target rows of the batch: expected 2 values, found 3"
    );
    let mut batch = good.clone();
    batch.mask.step_mut(3)[2] = -1.0;
    assert_eq!(
        refusal(&MeanSquare, &batch, 3),
        "mask of trial 2, step 3: expected a finite number >= 0, found -1"
    );
    for loss in losses() {
        loss.validate(&good, 3).expect("the batch fits");
    }
}

#[test]
fn activity_sums_to_the_mean_or_the_sum_of_squares_up_to_each_length() {
    let (batch, x) = (batch::<f64>(), outputs::<f64>());
    let cost = |normalization| {
        let penalty = ActivityPenalty {
            strength: 2.0,
            normalization,
        };
        let mut d = vec![0.0; 3 * TRIALS];
        (0..6)
            .map(|k| penalty.accumulate(k, x.step(k), &batch, 0.25, &mut d))
            .sum::<f64>()
    };
    let mut expected = 0.0;
    for trial in 0..TRIALS {
        let length = batch.lengths[trial];
        let squares = (0..length).flat_map(|k| x.state(k, trial)).map(|x| x * x);
        expected += 2.0 * 0.25 * squares.sum::<f64>() / length as f64;
    }
    assert!((cost(ActivityNormalization::SumOverUnits) - expected).abs() < 1e-13);
    assert!((cost(ActivityNormalization::MeanOverUnits) - expected / 3.0).abs() < 1e-13);
}

#[test]
fn a_weight_penalty_sees_trainable_parameters_only() {
    let (parameters, a) = parameters();
    let cost = |which| {
        let mut gradient = vec![0.0; parameters.len()];
        let penalty = WeightPenalty {
            strength: 1.0,
            parameters: which,
        };
        let cost = penalty.accumulate(&parameters, &mut gradient);
        assert!(gradient[9..13].iter().all(|g| *g == 0.0));
        cost
    };
    // Matrix a: 1+i-j over 3x3 has squares 9+2*4+3*1+0+1 = 21; b: 1, 0, -1, -2 has 6.
    assert_eq!(cost(Penalized::Only(vec![a])), 21.0);
    assert_eq!(cost(Penalized::All), 27.0);
}

#[test]
fn strengths_below_zero_are_refused() {
    let activity = |strength| ActivityPenalty {
        strength,
        normalization: ActivityNormalization::default(),
    };
    let weight = |strength| WeightPenalty {
        strength,
        parameters: Penalized::All,
    };
    assert!(activity(0.0).validate().is_ok() && weight(0.0).validate().is_ok());
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(activity(bad).validate().is_err() && weight(bad).validate().is_err());
    }
}
