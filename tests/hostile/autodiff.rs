//! `neuro_autodiff`.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::gradcheck::{
    GradientOptions, check_gradient, check_loss, check_transform, check_weight_regularizer,
};
use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, MeanSquare, NormOverTime,
    Penalized, StateRegularizer, WeightPenalty, WeightRegularizer,
};
use neuro_autodiff::tape::{LossEquation, LossVars, TapeLoss, Var};
use neuro_autodiff::{
    Bounded, Bptt, BpttConfig, DaleProjected, DaleRectified, Disturbance, Identity, LeakyCell,
    LeakyConfig, Mask, Memory, Noise, Objective, Parameters, ReadoutSource, Rollout, Transform,
    UnitNoise, simulate, simulate_outputs,
};
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::transfer::Tanh;
use neuro_core::{Batch, Streams, Task, TaskShape, TrialMut};

use crate::given::{Entry, Given, answered, throw_at};

pub(crate) const UNITS: usize = 3;
const SHAPE: TaskShape = TaskShape {
    inputs: 2,
    outputs: 2,
    steps: 4,
};

fn transform(g: &mut Given) -> Option<Arc<dyn Transform>> {
    Some(match g.few() {
        0 => Arc::new(answered(Bounded::new(g.number(), g.number()))?),
        1 => Arc::new(answered(DaleRectified::new(g.list_of(UNITS)))?),
        2 => Arc::new(answered(DaleProjected::new(signs(g)))?),
        3 => Arc::new(answered(DaleRectified::new(signs(g)))?),
        4 => {
            let (rows, columns) = (g.length_near(UNITS), g.length_near(UNITS));
            let pattern = DMatrix::from_fn(rows, columns, |i, j| i != j);
            Arc::new(Mask::new(pattern))
        }
        _ => Arc::new(Identity),
    })
}

pub(crate) fn signs(g: &mut Given) -> Vec<f64> {
    (0..g.length_near(UNITS))
        .map(|_| if g.flag() { 1.0 } else { -1.0 })
        .collect()
}

/// Parameters of a leaky network, as they should be or nearly so.
pub(crate) fn parameters(g: &mut Given) -> Parameters {
    let mut parameters = Parameters::new();
    for (name, rows, columns) in [
        ("recurrent", UNITS, UNITS),
        ("input", UNITS, SHAPE.inputs),
        ("bias", UNITS, 1),
        ("readout", SHAPE.outputs, UNITS),
        ("readout_bias", SHAPE.outputs, 1),
    ] {
        let wrong = g.once_in(12);
        let (rows, columns) = match wrong {
            true => (g.length_near(rows), g.length_near(columns)),
            false => (rows, columns),
        };
        let transform: Arc<dyn Transform> = Arc::new(Identity);
        answered(parameters.add(name, &g.matrix_exactly(rows, columns), transform, g.flag()));
    }
    let rows = if g.once_in(8) { g.few() } else { UNITS };
    let time_constants = DMatrix::from_fn(rows, 1, |_, _| g.mostly(3.0));
    answered(parameters.add("time_constant", &time_constants, Arc::new(Identity), true));
    parameters
}

fn cell(g: &mut Given, parameters: &Parameters) -> Option<LeakyCell> {
    let scaling = NoiseScaling::SqrtAlpha;
    let config = LeakyConfig {
        dt: g.mostly(1.0),
        transfer: Arc::new(Tanh),
        readout: g.of(&[ReadoutSource::State, ReadoutSource::Rate]),
        unit_noise: g.option(|g| UnitNoise {
            sigma: g.mostly(0.1),
            scaling,
        }),
    };
    answered(LeakyCell::new(config, parameters))
}

/// Trials of whatever numbers; two outputs are the classes.
#[derive(Clone, Debug)]
struct Wild {
    values: Vec<f64>,
    label: usize,
    length: usize,
}

impl Wild {
    fn of(g: &mut Given) -> Self {
        Self {
            values: g.list(),
            label: g.labels(1, 2).first().copied().unwrap_or(7),
            length: g.length_near(SHAPE.steps),
        }
    }
}

impl Task for Wild {
    fn shape(&self) -> TaskShape {
        SHAPE
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, _index: u64, _streams: Streams, mut trial: TrialMut<'_, f64>) {
        for (k, &value) in self.values.iter().enumerate() {
            let step = k % SHAPE.steps;
            trial.input(step)[k % 2] = value;
            trial.target(step)[k % 2] = value;
            trial.set_mask(step, value);
        }
        trial.set_label(self.label);
        trial.set_length(self.length);
    }
}

fn batch(g: &mut Given) -> Option<Batch> {
    let task = Wild::of(g);
    let trials = g.few();
    answered(Batch::of(&task, Streams::new(1), 0, trials))
}

/// `-log softmax(z)_c`, on a tape.
#[derive(Debug)]
struct Entropy;

impl LossEquation for Entropy {
    fn cost<'t>(&self, vars: &LossVars<'t>) -> Var<'t> {
        -(vars.outputs.log_softmax() * vars.classes()).sum_rows()
    }
}

fn loss(g: &mut Given) -> Box<dyn Loss> {
    match g.few() {
        0 => Box::new(MeanSquare),
        1 => Box::new(NormOverTime {
            every_step: g.flag(),
        }),
        2 => Box::new(CrossEntropy { at: At::End }),
        3 => Box::new(CrossEntropy { at: At::Masked }),
        4 => Box::new(TapeLoss::per_step(Entropy, At::End)),
        _ => Box::new(CrossEntropy {
            at: At::Step(g.count()),
        }),
    }
}

#[test]
fn parameters_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("Parameters", |g| {
            let Some(transform) = transform(g) else {
                return;
            };
            let mut parameters = Parameters::new();
            let values = g.matrix_of(UNITS, UNITS);
            if let Some(id) = answered(parameters.add("w", &values, transform, true)) {
                answered(parameters.set_raw(id, &g.list_of(values.len())));
                let mut gradient = g.numbers(parameters.len());
                parameters.pull_back(&mut gradient);
                let values = g.list();
                parameters.update(|raw| {
                    for (raw, value) in raw.iter_mut().zip(&values) {
                        *raw = *value;
                    }
                });
            }
            answered(parameters.add("w", &g.matrix(), Arc::new(Identity), false));
            answered(parameters.find(g.of(&["w", "v"])));
        }),
        ("Bounded", |g| {
            if let Some(bounded) = answered(Bounded::new(g.number(), g.number())) {
                answered(bounded.raw_of(g.number()));
            }
        }),
        ("gradient checks", |g| {
            let options = GradientOptions {
                step: g.mostly(1e-4),
                richardson: g.flag(),
                sample: g.option(Given::count),
                seed: 1,
                floor: g.mostly(1e-6),
            };
            let (at, gradient) = g.pair();
            let sum = |x: &[f64]| x.iter().sum();
            answered(check_gradient(sum, &at, &gradient, &options));
            if let Some(transform) = transform(g) {
                let (rows, raw) = (g.few(), g.list_of(UNITS * UNITS));
                answered(check_transform(transform.as_ref(), rows, &raw, &options));
            }
            if let Some(batch) = batch(g) {
                let outputs = g.trajectory_of(2, batch.trials(), batch.steps());
                answered(check_loss(loss(g).as_ref(), &outputs, &batch, &options));
                answered(check_loss(
                    loss(g).as_ref(),
                    &g.trajectory(),
                    &batch,
                    &options,
                ));
            }
            let strength = g.mostly(0.1);
            let penalty = WeightPenalty {
                strength,
                parameters: Penalized::All,
            };
            answered(check_weight_regularizer(&penalty, &parameters(g), &options));
        }),
    ];
    throw_at(&entries);
}

#[test]
fn rollouts_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("simulate", |g| {
            let parameters = parameters(g);
            let Some(cell) = cell(g, &parameters) else {
                return;
            };
            let (inputs, mut disturbance) = (inputs(g), disturbance(g, &cell));
            let initial = g.list_of(UNITS * inputs.trials());
            answered(simulate(
                &cell,
                &parameters,
                &inputs,
                &initial,
                &mut disturbance,
            ));
            answered(simulate_outputs(
                &cell,
                &parameters,
                &inputs,
                &initial,
                &mut disturbance,
            ));
            let other = self::parameters(g);
            answered(simulate(&cell, &other, &inputs, &initial, &mut disturbance));
        }),
        ("Rollout", |g| {
            let parameters = parameters(g);
            let Some(cell) = cell(g, &parameters) else {
                return;
            };
            let Some(batch) = batch(g) else {
                return;
            };
            let (trials, steps) = (batch.trials(), batch.steps());
            let (trials, steps) = match g.once_in(6) {
                true => (g.count(), g.count()),
                false => (trials, steps),
            };
            let memory = match g.flag() {
                true => Memory::Full,
                false => Memory::Segments(g.count()),
            };
            let window = g.option(Given::count);
            let Some(mut rollout) = answered(Rollout::new(&cell, trials, steps, memory, window))
            else {
                return;
            };
            let mut disturbance = disturbance(g, &cell);
            let initial = g.list_of(UNITS * trials);
            let read = g.few()..g.count();
            let inputs = &batch.inputs;
            let (params, noise) = (&parameters, &mut disturbance);
            if g.once_in(8) {
                let mut gradient = g.list();
                answered(rollout.backward(&cell, &batch, noise, &read, &[], 1.0, &mut gradient));
            }
            let ran = rollout.forward(&cell, params, inputs, &initial, noise, read.clone());
            if answered(ran).is_some() {
                let mut gradient = g.list_of(parameters.len());
                let other = self::batch(g);
                let batch = match (other, g.once_in(8)) {
                    (Some(other), true) => other,
                    _ => batch,
                };
                let mut other = self::disturbance(g, &cell);
                let noise = if g.once_in(8) { &mut other } else { noise };
                let scale = g.mostly(1.0);
                let penalty: Box<dyn StateRegularizer> = Box::new(ActivityPenalty {
                    strength: 0.1,
                    normalization: ActivityNormalization::MeanOverUnits,
                });
                let penalties = [penalty];
                answered(rollout.backward(
                    &cell,
                    &batch,
                    noise,
                    &read,
                    &penalties,
                    scale,
                    &mut gradient,
                ));
            }
        }),
        ("Bptt", |g| {
            let parameters = parameters(g);
            let Some(cell) = cell(g, &parameters) else {
                return;
            };
            let config = BpttConfig {
                batch: g.few(),
                chunk: g.count(),
                memory: match g.flag() {
                    true => Memory::Full,
                    false => Memory::Segments(g.count()),
                },
                window: g.option(Given::count),
                initial_state_sd: g.mostly(0.1),
            };
            let (task, streams) = (Box::new(Wild::of(g)), g.streams());
            let workers = Workers::sequential();
            let made = Bptt::new(config, cell, task, loss(g), streams, workers);
            let Some(bptt) = answered(made) else {
                return;
            };
            let penalty = ActivityPenalty {
                strength: g.mostly(0.1),
                normalization: ActivityNormalization::SumOverUnits,
            };
            let Some(bptt) = answered(bptt.with_state_regularizer(Box::new(penalty))) else {
                return;
            };
            let penalty = WeightPenalty {
                strength: g.mostly(0.1),
                parameters: Penalized::Only(parameters.ids().take(2).collect()),
            };
            if let Some(mut bptt) = answered(bptt.with_weight_regularizer(Box::new(penalty))) {
                let other = match g.once_in(6) {
                    true => self::parameters(g),
                    false => parameters,
                };
                let mut gradient = g.list_of(other.len());
                answered(bptt.evaluate(g.count() as u64, &other, &mut gradient));
            }
        }),
    ];
    throw_at(&entries);
}

fn inputs(g: &mut Given) -> neuro_core::Trajectory {
    let (trials, steps) = (g.few(), g.few());
    let units = g.length_near(SHAPE.inputs);
    g.trajectory_of(units, trials, steps)
}

fn disturbance(g: &mut Given, cell: &LeakyCell) -> Disturbance {
    let mut disturbance = Disturbance::drawn(cell, g.streams(), u64::MAX - 1, g.few());
    if g.once_in(3) {
        let units = g.length_near(UNITS);
        let (trials, steps) = (g.few(), g.few());
        disturbance.units = Noise::Given(g.trajectory_of(units, trials, steps));
    }
    disturbance
}

#[test]
fn losses_answer_or_refuse() {
    let entries: [Entry; 2] = [
        ("losses", |g| {
            let Some(mut batch) = batch(g) else {
                return;
            };
            let loss = loss(g);
            if g.once_in(8) {
                batch.lengths = g.labels(batch.trials(), 5);
                let labels = if g.flag() { batch.trials() } else { g.few() };
                batch.labels = g.labels(labels, 3);
            }
            if answered(loss.validate(&batch, SHAPE.outputs)).is_some() {
                let outputs = g.trajectory_of(SHAPE.outputs, batch.trials(), batch.steps());
                let mut gradient = outputs.clone();
                let steps = loss.steps(&batch);
                assert!(steps.end <= batch.steps(), "{steps:?}");
                let _ = loss.evaluate(&outputs, &batch, g.number(), &mut gradient);
            }
        }),
        ("penalties", |g| {
            let penalty = ActivityPenalty {
                strength: g.number(),
                normalization: ActivityNormalization::MeanOverUnits,
            };
            answered(StateRegularizer::<f64>::validate(&penalty));
            let parameters = parameters(g);
            let penalty = WeightPenalty {
                strength: g.number(),
                parameters: Penalized::All,
            };
            if answered(WeightRegularizer::<f64>::validate(&penalty)).is_some() {
                let mut gradient = vec![0.0; parameters.len()];
                let _ = penalty.accumulate(&parameters, &mut gradient);
            }
        }),
    ];
    throw_at(&entries);
}
