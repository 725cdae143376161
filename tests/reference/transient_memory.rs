//! The rate network of Ichikawa & Kaneko 2021; see the README beside its files.

mod analysis;

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{
    ActivityNormalization, ActivityPenalty, At, CrossEntropy, Loss, Penalized, StateRegularizer,
    WeightPenalty, WeightRegularizer,
};
use neuro_autodiff::optimizer::{Adam, AdamConfig, EpsilonPlacement, Optimizer, Rewiring};
use neuro_autodiff::{
    DaleProjected, Disturbance, Identity, LeakyCell, LeakyConfig, Mask, Memory, Noise, Parameters,
    ReadoutSource, Rollout, Transform, UnitNoise, simulate,
};
use neuro_core::integrate::{Euler, integrate};
use neuro_core::noise::NoiseScaling;
use neuro_core::transfer::Tanh;
use neuro_core::{Batch, Scalar, TaskShape};
use neuro_models::tasks::ComparisonTrial;
use neuro_models::transient_memory::{Config, Network};

use crate::data::{Tensors, files_by_kind};

/// Trajectories, losses and gradients (README: rtol 1e-9).
const TRAJECTORY: f64 = 1e-9;
/// Parameters after Adam (README: 1e-8): its ratio of moments magnifies rounding.
const ADAM: f64 = 1e-8;

const MODEL_KINDS: [&str; 9] = [
    "plain",
    "strong_gain",
    "noise",
    "noise_act",
    "act_literal",
    "dale",
    "dale_noise_act",
    "sparse",
    "bias_var_ta",
];

#[test]
fn every_reference_file_is_met() {
    let mut kinds = MODEL_KINDS.to_vec();
    kinds.extend(["task_freq", "deepr", "analysis", "trained"]);
    for (kind, files) in files_by_kind("transient_memory", &kinds) {
        for file in files {
            let tensors = Tensors::read(&file);
            match kind {
                "task_freq" => check_task(&tensors),
                "deepr" => check_rewiring(&tensors),
                "analysis" => analysis::check(&tensors),
                "trained" => check_trained(&tensors),
                _ => ModelCase::new(&tensors).check(&tensors),
            }
        }
    }
}

/// A network, a batch and an objective as a file describes them.
struct ModelCase {
    parameters: Parameters<f64>,
    cell: LeakyCell<f64>,
    batch: Batch<f64>,
    initial: Vec<f64>,
    disturbance: Disturbance<f64>,
    activity: ActivityPenalty,
    weights: WeightPenalty,
}

/// Our name of each parameter, and the file's.
const NAMES: [(&str, &str); 4] = [
    ("recurrent", "j"),
    ("input", "w_in"),
    ("bias", "b"),
    ("readout", "w_out"),
];

impl ModelCase {
    fn new(t: &Tensors) -> Self {
        let recurrent: Arc<dyn Transform<f64>> = if t.has("sign") {
            Arc::new(DaleProjected::new(t.values("sign").to_vec()).expect("signs"))
        } else if t.has("mask") {
            Arc::new(Mask::new(t.matrix("mask").map(|m| m != 0.0)))
        } else {
            Arc::new(Identity)
        };
        let mut parameters = Parameters::new();
        for (ours, theirs) in NAMES {
            let name = format!("param.{theirs}");
            if t.has(&name) {
                let transform = if ours == "recurrent" {
                    recurrent.clone()
                } else {
                    Arc::new(Identity)
                };
                parameters
                    .add(ours, &t.matrix(&name), transform, true)
                    .expect("new name");
            }
        }
        let u = t.trajectory("u");
        let units = t.array("x0").shape[1];
        let time_constant = DMatrix::from_element(units, 1, 1.0);
        let fixed = Arc::new(Identity);
        parameters
            .add("time_constant", &time_constant, fixed, false)
            .expect("new name");
        let sigma = t.scalar("cfg.sigma");
        let config = LeakyConfig {
            dt: t.scalar("cfg.alpha"),
            transfer: Arc::new(Tanh),
            readout: ReadoutSource::State,
            unit_noise: Some(UnitNoise {
                sigma,
                scaling: NoiseScaling::SqrtAlpha,
            }),
        };
        let shape = TaskShape {
            inputs: u.units(),
            outputs: 2,
            steps: u.steps(),
        };
        let mut batch = Batch::new(shape, u.trials()).expect("not empty");
        batch.inputs = u;
        batch.labels = t.indices("label");
        if t.has("ta") {
            batch.lengths = t.indices("ta");
        }
        let units_noise = if t.has("xi") {
            Noise::Given(t.trajectory("xi"))
        } else {
            Noise::Silent
        };
        let normalization = if t.scalar("cfg.act_norm_is_mean") == 1.0 {
            ActivityNormalization::MeanOverUnits
        } else {
            ActivityNormalization::SumOverUnits
        };
        Self {
            cell: LeakyCell::new(config, &parameters).expect("a valid cell"),
            parameters,
            batch,
            initial: t.values("x0").to_vec(),
            disturbance: Disturbance {
                units: units_noise,
                channels: Noise::Silent,
            },
            activity: ActivityPenalty {
                strength: t.scalar("cfg.lam_act"),
                normalization,
            },
            weights: WeightPenalty {
                strength: t.scalar("cfg.lam_l2"),
                parameters: Penalized::All,
            },
        }
    }

    fn rollout(&self, memory: Memory) -> Rollout<f64, LeakyCell<f64>> {
        let batch = &self.batch;
        Rollout::new(&self.cell, batch.trials(), batch.steps(), memory, None).expect("not empty")
    }

    /// Loss and gradient with respect to raw parameters.
    fn evaluate(
        &self,
        parameters: &Parameters<f64>,
        rollout: &mut Rollout<f64, LeakyCell<f64>>,
    ) -> (f64, Vec<f64>) {
        let loss = CrossEntropy { at: At::End };
        let (cell, batch) = (&self.cell, &self.batch);
        let mut noise = self.disturbance.clone();
        let read = Loss::<f64>::steps(&loss, batch);
        let run = rollout.forward(
            cell,
            parameters,
            &batch.inputs,
            &self.initial,
            &mut noise,
            read.clone(),
        );
        run.expect("sizes fit");
        let scale = 1.0 / batch.trials() as f64;
        let (outputs, d_outputs) = rollout.outputs_and_gradient();
        let mut total = loss.evaluate(outputs, batch, scale, d_outputs);
        let mut gradient = vec![0.0; parameters.len()];
        let regularizers: [Box<dyn StateRegularizer<f64>>; 1] = [Box::new(self.activity)];
        let cost = rollout.backward(
            cell,
            batch,
            &mut noise,
            &read,
            &regularizers,
            scale,
            &mut gradient,
        );
        total += cost.expect("sizes fit");
        parameters.pull_back(&mut gradient);
        total += self.weights.accumulate(parameters, &mut gradient);
        (total, gradient)
    }

    fn check(&self, t: &Tensors) {
        self.check_forward(t);
        self.check_gradients(t);
        self.check_adam(t);
    }

    fn check_forward(&self, t: &Tensors) {
        let mut noise = self.disturbance.clone();
        let run = simulate(
            &self.cell,
            &self.parameters,
            &self.batch.inputs,
            &self.initial,
            &mut noise,
        )
        .expect("sizes fit");
        let mut after = run.states.as_slice().to_vec();
        after.drain(..self.initial.len());
        let (units, trials, steps) = (run.states.units(), self.batch.trials(), self.batch.steps());
        let states = neuro_core::Trajectory::from_vec(units, trials, steps, after);
        t.check_trajectory("x", &states.expect("one state a step"), TRAJECTORY);
        t.check_trajectory("z", &run.outputs, TRAJECTORY);

        let loss = CrossEntropy { at: At::End };
        let ends: Vec<f64> = (0..trials)
            .flat_map(|b| run.outputs.state(self.batch.lengths[b] - 1, b).to_vec())
            .collect();
        t.check("logits", &ends, TRAJECTORY);
        let probabilities: Vec<f64> = (0..trials)
            .flat_map(|b| {
                loss.probabilities(&run.outputs, &self.batch, b)
                    .expect("read out")
            })
            .collect();
        t.check("prob", &probabilities, TRAJECTORY);
        let mut unused = run.outputs.clone();
        let scale = 1.0 / trials as f64;
        let entropy = loss.evaluate(&run.outputs, &self.batch, scale, &mut unused);
        t.check("loss.ce", &[entropy], TRAJECTORY);
        for (name, normalization) in [
            ("loss.act_mean", ActivityNormalization::MeanOverUnits),
            ("loss.act_sum_n", ActivityNormalization::SumOverUnits),
        ] {
            let activity = ActivityPenalty {
                strength: 1.0,
                normalization,
            };
            let mut unused = vec![0.0; self.initial.len()];
            let costs = (0..steps).map(|step| {
                let state = run.states.step(step + 1);
                activity.accumulate(step, state, &self.batch, scale, &mut unused)
            });
            t.check(name, &[costs.sum()], TRAJECTORY);
        }
        let squares = WeightPenalty {
            strength: 1.0,
            parameters: Penalized::All,
        };
        let mut unused = vec![0.0; self.parameters.len()];
        let l2 = squares.accumulate(&self.parameters, &mut unused);
        t.check("loss.l2", &[l2], TRAJECTORY);
    }

    fn check_gradients(&self, t: &Tensors) {
        // Keeping all steps, and running segments of 1, 3 and sqrt(T) steps twice.
        let steps = self.batch.steps();
        for memory in [
            Memory::Full,
            Memory::Segments(1),
            Memory::Segments(3),
            Memory::sqrt(steps),
        ] {
            let mut rollout = self.rollout(memory);
            let (total, gradient) = self.evaluate(&self.parameters, &mut rollout);
            t.check("loss.total", &[total], TRAJECTORY);
            self.check_parameters(t, "grad", &gradient, TRAJECTORY);
            t.check("grad.x0", rollout.initial_gradient(), TRAJECTORY);
            if memory == Memory::Full {
                let mut d_input = self.batch.inputs.clone();
                self.cell.input_gradient(
                    &self.parameters,
                    steps,
                    rollout.work(),
                    d_input.as_mut_slice(),
                );
                t.check_trajectory("grad.u", &d_input, TRAJECTORY);
            }
        }
    }

    fn check_adam(&self, t: &Tensors) {
        let config = AdamConfig {
            beta1: t.scalar("cfg.beta1"),
            beta2: t.scalar("cfg.beta2"),
            epsilon: t.scalar("cfg.eps"),
            epsilon_placement: EpsilonPlacement::AfterCorrection,
            weight_decay: 0.0,
        };
        let mut parameters = self.parameters.clone();
        let mut adam = Adam::new(config, &parameters).expect("valid settings");
        let mut rollout = self.rollout(Memory::Full);
        let mut losses = Vec::new();
        for step in 1..=3 {
            let (total, gradient) = self.evaluate(&parameters, &mut rollout);
            losses.push(total);
            adam.step(&mut parameters, &gradient, t.scalar("cfg.lr"));
            self.check_parameters(t, &format!("adam{step}"), parameters.raw_values(), ADAM);
        }
        losses.push(self.evaluate(&parameters, &mut rollout).0);
        t.check("adam.loss", &losses, ADAM);
        let (first, second) = adam.moments();
        self.check_parameters(t, "adam3.m", first, ADAM);
        self.check_parameters(t, "adam3.v", second, ADAM);
    }

    /// Compares values in the flat layout of the parameters with the file's arrays.
    fn check_parameters(&self, t: &Tensors, prefix: &str, values: &[f64], tolerance: f64) {
        for (ours, theirs) in NAMES {
            let Ok(id) = self.parameters.find(ours) else {
                continue;
            };
            let (rows, columns) = self.parameters.shape(id);
            let found =
                DMatrix::from_column_slice(rows, columns, &values[self.parameters.range(id)]);
            t.check_matrix(&format!("{prefix}.{theirs}"), &found, tolerance);
        }
    }
}

fn check_task(t: &Tensors) {
    // The README fixes alpha 0.25 and the input noise 0.05 for this kind.
    let task = Config::default().training_task();
    assert_eq!(task.alpha, 0.25);
    let [trials, steps] = t.array("u").shape[..] else {
        panic!("u is trials x steps")
    };
    let shape = TaskShape {
        inputs: 1,
        outputs: 2,
        steps,
    };
    let mut batch = Batch::<f64>::new(shape, trials).expect("not empty");
    for b in 0..trials {
        let steps_of = ["t_s", "t_d", "t_s2"].map(|name| t.indices(name)[b]);
        let trial = ComparisonTrial {
            compared: [t.values("omega1")[b], t.values("omega2")[b]],
            nuisance: [t.values("phase1")[b], t.values("phase2")[b]],
            steps: steps_of,
        };
        let noise = &t.values("noise")[b * steps..][..steps];
        task.write(&trial, |step| noise[step], &mut batch.trial_mut(b));
        assert_eq!(batch.labels[b], t.indices("label")[b], "label of trial {b}");
    }
    let found: Vec<f64> = (0..trials * steps)
        .map(|i| batch.inputs.state(i % steps, i / steps)[0])
        .collect();
    t.check("u", &found, TRAJECTORY);
}

fn check_rewiring(t: &Tensors) {
    let rate = t.scalar("cfg.lr");
    let rewiring = Rewiring {
        active: t.scalar("cfg.k") as usize,
        l1: rate * t.scalar("cfg.l1"),
        amplitude: (2.0 * rate * t.scalar("cfg.temp")).sqrt(),
        initial: 0.0,
    };
    let sign = t.values("sign");
    let mut theta = t.values("theta0").to_vec();
    let mut active: Vec<bool> = t.values("active0").iter().map(|a| *a != 0.0).collect();
    for step in ["1", "2"] {
        let of = |name: &str| t.values(&format!("{name}{step}"));
        let increment: Vec<f64> = of("grad_w").iter().map(|g| rate * g).collect();
        let order = t.indices(&format!("order{step}"));
        let nu = of("nu");
        rewiring.apply(
            &mut theta,
            &mut active,
            sign,
            &increment,
            |i| nu[i],
            order,
            |_| (),
        );
        t.check(&format!("theta{step}"), &theta, TRAJECTORY);
        let flags: Vec<f64> = active.iter().map(|a| f64::from(u8::from(*a))).collect();
        t.check(&format!("active{step}"), &flags, 0.0);
        let weights: Vec<f64> = theta
            .iter()
            .zip(sign)
            .zip(&flags)
            .map(|((theta, s), a)| theta * s * a)
            .collect();
        t.check(&format!("w{step}"), &weights, TRAJECTORY);
    }
}

fn check_trained(t: &Tensors) {
    check_trained_as::<f64>(t, "logits64", TRAJECTORY);
    // README: 1e-3 on logits is safe between single-precision implementations.
    check_trained_as::<f32>(t, "logits32", 1e-3);
}

fn check_trained_as<T: Scalar>(t: &Tensors, logits: &str, tolerance: f64) {
    let cast = |name: &str| t.matrix(name).map(T::of);
    let recurrent = cast("j");
    let config = Config {
        units: recurrent.nrows(),
        ..Config::default()
    };
    let sigma = if t.has("sigma") {
        t.scalar("sigma")
    } else {
        0.0
    };
    let noisy = Config {
        noise_sigma: sigma,
        ..config.clone()
    };
    let network = |config| {
        Network::from_weights(config, &recurrent, &cast("w_in"), &cast("w_out")).expect("shapes")
    };
    let [trials, steps] = t.array("u").shape[..] else {
        panic!("u is trials x steps")
    };
    let run = |network: &Network<T>, trials: usize, noise: Noise<T>| {
        let u = t.values("u");
        let inputs = (0..steps * trials).map(|i| T::of(u[i % trials * steps + i / trials]));
        let inputs = neuro_core::Trajectory::from_vec(1, trials, steps, inputs.collect());
        let initial: Vec<T> = t.values("x0")[..trials * config.units]
            .iter()
            .map(|x| T::of(*x))
            .collect();
        let mut disturbance = Disturbance {
            units: noise,
            channels: Noise::Silent,
        };
        network
            .simulate(
                &inputs.expect("one input a step"),
                &initial,
                &mut disturbance,
            )
            .expect("sizes fit")
    };
    let plain_network = network(&config);
    let plain = run(&plain_network, trials, Noise::Silent);
    let last = |z: &neuro_core::Trajectory<T>| -> Vec<f64> {
        z.last().iter().map(|z| z.as_f64()).collect()
    };
    t.check(logits, &last(&plain.outputs), tolerance);
    if T::NAME == "f32" {
        return;
    }
    let state = |step: usize, b: usize| plain.states.state(step, b).iter().map(|x| x.as_f64());
    let norms: Vec<f64> = (0..trials)
        .flat_map(|b| (1..=steps).map(move |k| (b, k)))
        .map(|(b, k)| state(k, b).map(|x| x * x).sum::<f64>().sqrt())
        .collect();
    t.check("norm64", &norms, tolerance);
    let after_delay: Vec<f64> = (0..trials).flat_map(|b| state(45, b)).collect();
    t.check("x_tf64", &after_delay, tolerance);
    // The delay, steps 15 to 45, is the undriven flow.
    let flow = plain_network.flow();
    let undriven: Vec<f64> = (0..trials)
        .flat_map(|b| {
            let start: Vec<f64> = state(15, b).collect();
            let run = integrate(&flow, &Euler, 0.0, config.alpha, 30, &start);
            run.expect("a state of the flow").last().to_vec()
        })
        .collect();
    t.check("x_tf64", &undriven, tolerance);
    if sigma > 0.0 {
        let xi = t.trajectory("xi");
        let noise: Vec<T> = xi.as_slice().iter().map(|x| T::of(*x)).collect();
        let noise = neuro_core::Trajectory::from_vec(xi.units(), xi.trials(), xi.steps(), noise);
        let run = run(
            &network(&noisy),
            xi.trials(),
            Noise::Given(noise.expect("same sizes")),
        );
        t.check("logits64_noise", &last(&run.outputs), tolerance);
    }
}
