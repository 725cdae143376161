//! The gradients of the leaky cell, through the whole chain that training uses, against central
//! differences.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod support;

use std::sync::Arc;

use neuro_autodiff::gradcheck::{GradientOptions, check_gradient};
use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, MeanSquare, NormOverTime,
    Penalized, WeightPenalty,
};
use neuro_autodiff::{
    Bptt, Cell, DaleProjected, DaleRectified, Disturbance, Identity, LeakyCell, Mask, Memory,
    Objective, Parameters, ReadoutSource, Rollout, Transform, UnitNoise,
};
use neuro_core::nalgebra::DMatrix;
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::{Logistic, Relu, SmoothQifGain, Softplus, Tanh, Transfer};
use neuro_core::{Batch, Streams};
use support::{INPUTS, Net, RandomTask, STEPS, TRIALS, TimeConstants, UNITS, one_chunk};

/// Differences are good to about 1e-10 relative to the largest component.
const TOLERANCE: f64 = 1e-7;

/// Checks the gradient of update 2 with respect to all trainable raw parameters, and that it is
/// not 0 throughout any of them.
fn check<C: Cell>(
    what: &str,
    bptt: &mut Bptt<f64, C>,
    parameters: &Parameters,
    options: &GradientOptions,
) {
    let mut gradient = vec![0.0; parameters.len()];
    bptt.evaluate(2, parameters, &mut gradient).unwrap();
    for id in parameters.ids() {
        let reached = gradient[parameters.range(id)].iter().any(|g| *g != 0.0);
        let name = parameters.name(id);
        assert_eq!(reached, parameters.is_trainable(id), "{what}: {name}");
    }
    let mut moved = parameters.clone();
    let mut unused = gradient.clone();
    let loss = |raw: &[f64]| {
        moved.update(|all| {
            for range in parameters.trainable_ranges() {
                all[range.clone()].copy_from_slice(&raw[range]);
            }
        });
        bptt.evaluate(2, &moved, &mut unused).unwrap()
    };
    let report = check_gradient(loss, parameters.raw_values(), &gradient, options).unwrap();
    assert!(report.passes(TOLERANCE), "{what}: {report}");
}

fn check_net(what: &str, net: &Net, loss: Box<dyn Loss>) {
    check(
        what,
        &mut net.bptt(loss, one_chunk()),
        &net.parameters(),
        &GradientOptions::default(),
    );
}

fn transfers() -> Vec<Arc<dyn Transfer>> {
    vec![
        Arc::new(Tanh),
        Arc::new(Logistic),
        Arc::new(Softplus),
        Arc::new(SmoothQifGain { sharpness: 0.8 }),
    ]
}

#[test]
fn gradients_are_right_for_each_transfer_readout_noise_and_kind_of_time_constants() {
    for transfer in transfers() {
        for readout in [ReadoutSource::State, ReadoutSource::Rate] {
            for time_constants in [
                TimeConstants::Fixed,
                TimeConstants::TrainedRaw,
                TimeConstants::TrainedBounded,
            ] {
                let scalings = NoiseScaling::ALL.map(Some).into_iter().chain([None]);
                for scaling in scalings {
                    let mut net = Net::default().readout(readout);
                    net.config.transfer = transfer.clone();
                    net.time_constants = time_constants;
                    net.config.unit_noise = scaling.map(|scaling| UnitNoise {
                        sigma: 0.4,
                        scaling,
                    });
                    let what = format!("{transfer:?} {readout:?} {time_constants:?} {scaling:?}");
                    check_net(&what, &net, Box::new(MeanSquare));
                }
            }
        }
    }
}

#[test]
fn gradients_are_right_with_and_without_biases_and_noise_channels() {
    for bias in [false, true] {
        for readout_bias in [false, true] {
            for channels in [0, 1, 3] {
                let net = Net {
                    bias,
                    readout_bias,
                    channels,
                    ..Net::default()
                };
                let what = format!("bias {bias} {readout_bias}, {channels} channels");
                check_net(&what, &net, Box::new(MeanSquare));
            }
        }
    }
}

#[test]
fn gradients_are_right_away_from_the_kink_of_a_rectification() {
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        let net = Net::default().transfer(Relu).readout(readout);
        let mut bptt = net.bptt(Box::new(MeanSquare), one_chunk());
        // No state of these trials comes closer to 0 than such a small step can move it. Rounding
        // leaves 1e-11 of the difference, too much to compare components of 1e-5 by their size.
        let options = GradientOptions {
            step: 1e-4,
            floor: 1e-3,
            ..GradientOptions::default()
        };
        check("relu", &mut bptt, &net.parameters(), &options);
    }
}

#[test]
fn gradients_are_right_through_each_transform_of_the_recurrent_weights() {
    let signs = vec![1.0, -1.0, 1.0, 1.0, -1.0];
    let pattern = DMatrix::from_fn(UNITS, UNITS, |i, j| i != j && (i + 2 * j) % 3 != 0);
    let rectified = DaleRectified::new(signs.clone()).unwrap();
    let projected = DaleProjected::new(signs).unwrap();
    let transforms: [Arc<dyn Transform>; 5] = [
        Arc::new(Identity),
        Arc::new(Mask::new(pattern.clone())),
        Arc::new(rectified.clone()),
        Arc::new(Mask::over(pattern, rectified)),
        Arc::new(projected.clone()),
    ];
    for transform in transforms {
        let net = Net {
            recurrent: transform.clone(),
            ..Net::default()
        };
        let mut parameters = net.parameters();
        // A projection is a kink at 0; everything else stays where it is.
        let w = parameters.find("recurrent").unwrap();
        let inside: Vec<f64> = parameters.raw(w).iter().map(|w| w.abs() + 0.05).collect();
        if format!("{transform:?}").starts_with("DaleProjected") {
            parameters.set_raw(w, &inside).unwrap();
        }
        let mut bptt = net.bptt(Box::new(MeanSquare), one_chunk());
        check(
            &format!("{transform:?}"),
            &mut bptt,
            &parameters,
            &GradientOptions::default(),
        );
    }
}

#[test]
fn gradients_are_right_for_each_loss() {
    let losses: [Box<dyn Loss>; 6] = [
        Box::new(CrossEntropy { at: At::End }),
        Box::new(CrossEntropy { at: At::Masked }),
        Box::new(CrossEntropy { at: At::Step(4) }),
        Box::new(NormOverTime { every_step: false }),
        Box::new(NormOverTime { every_step: true }),
        Box::new(MeanSquare),
    ];
    for loss in losses {
        check_net(&format!("{loss:?}"), &Net::default(), loss);
    }
}

#[test]
fn trials_of_these_checks_end_at_different_steps() {
    let task = RandomTask { steps: STEPS };
    let batch = Batch::<f64>::of(&task, Streams::new(8), 2 * TRIALS as u64, TRIALS).unwrap();
    assert!(batch.lengths.iter().any(|l| *l != batch.lengths[0]));
}

#[test]
fn gradients_are_right_with_costs_of_states_and_weights() {
    for normalization in [
        ActivityNormalization::MeanOverUnits,
        ActivityNormalization::SumOverUnits,
    ] {
        let net = Net {
            time_constants: TimeConstants::TrainedBounded,
            ..Net::default()
        };
        let end = Box::new(CrossEntropy { at: At::End });
        let mut bptt = net
            .bptt(end, one_chunk())
            .with_state_regularizer(Box::new(ActivityPenalty {
                strength: 0.3,
                normalization,
            }))
            .unwrap()
            .with_weight_regularizer(Box::new(WeightPenalty {
                strength: 0.2,
                parameters: Penalized::All,
            }))
            .unwrap();
        check(
            "costs",
            &mut bptt,
            &net.parameters(),
            &GradientOptions::default(),
        );
    }
}

#[test]
fn gradients_are_right_in_chunks_and_segments() {
    for (chunk, memory) in [(1, Memory::Full), (2, Memory::Segments(3))] {
        let net = Net::default().noise(UnitNoise {
            sigma: 0.4,
            scaling: NoiseScaling::SqrtAlpha,
        });
        let config = neuro_autodiff::BpttConfig {
            chunk,
            memory,
            ..one_chunk()
        };
        let mut bptt = net.bptt(Box::new(MeanSquare), config);
        check(
            "chunks",
            &mut bptt,
            &net.parameters(),
            &GradientOptions::default(),
        );
    }
}

/// A forward and backward pass over one batch.
struct Run {
    net: Net,
    batch: Batch,
    initial: Vec<f64>,
    rollout: Rollout<f64, LeakyCell>,
}

impl Run {
    fn new(readout: ReadoutSource) -> Self {
        let net = Net::default().readout(readout);
        let task = RandomTask { steps: STEPS };
        let batch = Batch::of(&task, Streams::new(8), 0, TRIALS).unwrap();
        let mut initial = vec![0.0; UNITS * TRIALS];
        neuro_autodiff::draw_initial_states(Streams::new(8), 0, UNITS, 0.5, &mut initial);
        let rollout = Rollout::new(&net.cell(), TRIALS, STEPS, Memory::Full, None).unwrap();
        Self {
            net,
            batch,
            initial,
            rollout,
        }
    }

    /// The loss, with the gradients left in the rollout.
    fn loss(&mut self, inputs: &[f64], initial: &[f64]) -> f64 {
        let (cell, parameters) = (self.net.cell(), self.net.parameters());
        let mut noise = Disturbance::drawn(&cell, Streams::new(8), 0, TRIALS);
        self.batch.inputs.as_mut_slice().copy_from_slice(inputs);
        let batch = &self.batch;
        let read = Loss::<f64>::steps(&MeanSquare, batch);
        self.rollout
            .forward(
                &cell,
                &parameters,
                &batch.inputs,
                initial,
                &mut noise,
                read.clone(),
            )
            .unwrap();
        let (outputs, d_outputs) = self.rollout.outputs_and_gradient();
        let loss = MeanSquare.evaluate(outputs, batch, 1.0, d_outputs);
        let mut gradient = vec![0.0; parameters.len()];
        self.rollout
            .backward(&cell, batch, &mut noise, &read, &[], 1.0, &mut gradient)
            .unwrap();
        loss
    }
}

#[test]
fn the_gradient_of_the_initial_state_is_right() {
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        let mut run = Run::new(readout);
        let (inputs, initial) = (run.batch.inputs.as_slice().to_vec(), run.initial.clone());
        run.loss(&inputs, &initial);
        let gradient = run.rollout.initial_gradient().to_vec();
        let loss = |x: &[f64]| run.loss(&inputs, x);
        let report = check_gradient(loss, &initial, &gradient, &GradientOptions::default());
        let report = report.unwrap();
        assert!(report.passes(TOLERANCE), "{report}");
    }
}

#[test]
fn the_gradient_of_the_inputs_is_right() {
    for readout in [ReadoutSource::State, ReadoutSource::Rate] {
        let mut run = Run::new(readout);
        let (inputs, initial) = (run.batch.inputs.as_slice().to_vec(), run.initial.clone());
        run.loss(&inputs, &initial);
        let mut gradient = vec![0.0; INPUTS * TRIALS * STEPS];
        let work = run.rollout.work();
        let parameters = run.net.parameters();
        run.net
            .cell()
            .input_gradient(&parameters, STEPS, work, &mut gradient);
        let loss = |u: &[f64]| run.loss(u, &initial);
        let report = check_gradient(loss, &inputs, &gradient, &GradientOptions::default());
        let report = report.unwrap();
        assert!(report.passes(TOLERANCE), "{report}");
    }
}
