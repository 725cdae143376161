//! The noisy excitatory–inhibitory network of Rungratsameetaweemana et al.; see the README beside its
//! files.

mod analysis;
mod kmeans;
mod phate;
mod statistics;
mod trained;

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_autodiff::loss::{Loss, NormOverTime};
use neuro_autodiff::optimizer::{Adam, AdamConfig, EpsilonPlacement, Optimizer};
use neuro_autodiff::{
    Bounded, DaleRectified, Disturbance, Identity, Memory, Noise, Parameters, Rollout, Transform,
};
use neuro_core::{Batch, Linearize, TaskShape, Trajectory};
use neuro_models::noisy_ei::{Config, Network};

use crate::data::{Tensors, files_by_kind};

/// States, losses, gradients.
const EXACT: f64 = 1e-9;
/// Parameters after Adam: its ratio of moments magnifies rounding.
const ADAM: f64 = 1e-8;

/// The check of one file.
type Check = fn(&Tensors);

/// All kinds of files.
const KINDS: [(&str, Check); 6] = [
    ("rnn", check_network),
    ("trained", trained::check),
    ("pca", analysis::check_pca),
    ("stats", statistics::check_statistics),
    ("kmeans", kmeans::check_kmeans),
    ("phate", phate::check_phate),
];

#[test]
fn every_reference_file_is_met() {
    let found = files_by_kind("noisy_ei", &KINDS.map(|(kind, _)| kind));
    for (kind, check) in KINDS {
        for file in &found[kind] {
            check(&Tensors::read(file));
        }
    }
}

/// Our name of each trained parameter, and the file's.
const NAMES: [(&str, &str); 5] = [
    ("recurrent", "w"),
    ("noise", "w_noise"),
    ("time_constant", "tau_raw"),
    ("readout", "w_out"),
    ("readout_bias", "b"),
];

/// A network and its trial as a file describes them.
struct Case {
    network: Network<f64>,
    batch: Batch<f64>,
    initial: Vec<f64>,
    disturbance: Disturbance<f64>,
}

/// The first `steps` samples of an array samples x units.
fn samples(t: &Tensors, name: &str, steps: usize) -> Trajectory<f64> {
    let units = t.array(name).shape[1];
    let values = t.values(name)[..steps * units].to_vec();
    Trajectory::from_vec(units, 1, steps, values).expect("as many values as the shape says")
}

impl Case {
    fn new(t: &Tensors) -> Self {
        let [units, inputs, channels, samples_in_all] = t.indices("meta.dims")[..] else {
            panic!("four dimensions")
        };
        let steps = samples_in_all - 1;
        let config = Config {
            units,
            inputs,
            channels,
            ..Config::default()
        };
        let mut parameters = Parameters::new();
        let dale = DaleRectified::new(t.values("in.sign").to_vec()).expect("signs");
        let bounded = Bounded::new(20.0, 125.0).expect("valid bounds");
        let plain = || Arc::new(Identity) as Arc<dyn Transform<f64>>;
        let row = t.matrix("p.w_out").transpose();
        for (name, matrix, transform, trainable) in [
            ("recurrent", t.matrix("p.w"), Arc::new(dale) as _, true),
            ("input", t.matrix("in.w_in"), plain(), false),
            ("noise", t.matrix("p.w_noise"), plain(), true),
            (
                "time_constant",
                t.matrix("p.tau_raw"),
                Arc::new(bounded) as _,
                true,
            ),
            ("readout", row, plain(), true),
            ("readout_bias", t.matrix("p.b"), plain(), true),
            ("sign", t.matrix("in.sign"), plain(), false),
        ] {
            parameters
                .add(name, &matrix, transform, trainable)
                .expect("new name");
        }
        let shape = TaskShape {
            inputs,
            outputs: 1,
            steps,
        };
        let mut batch = Batch::new(shape, 1).expect("not empty");
        batch.inputs = samples(t, "in.u", steps);
        batch
            .targets
            .as_mut_slice()
            .copy_from_slice(t.values("in.z"));
        let mut xi = samples(t, "in.xi", steps);
        for xi in xi.as_mut_slice() {
            *xi /= config.unit_noise_sd;
        }
        Self {
            network: Network::from_parameters(&config, parameters).expect("a valid network"),
            batch,
            initial: t.values("in.x0").to_vec(),
            disturbance: Disturbance {
                units: Noise::Given(xi),
                channels: Noise::Given(samples(t, "in.psi", steps)),
            },
        }
    }

    /// Loss and gradient with respect to effective parameters.
    fn evaluate(&self, parameters: &Parameters<f64>, memory: Memory) -> (f64, Vec<f64>) {
        let loss = NormOverTime { every_step: true };
        let (cell, batch) = (self.network.cell(), &self.batch);
        let mut noise = self.disturbance.clone();
        let rollout = Rollout::new(cell, 1, batch.steps(), memory, None);
        let mut rollout = rollout.expect("not empty");
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
        let (outputs, d_outputs) = rollout.outputs_and_gradient();
        let total = loss.evaluate(outputs, batch, 1.0, d_outputs);
        let mut gradient = vec![0.0; parameters.len()];
        let cost = rollout.backward(cell, batch, &mut noise, &read, &[], 1.0, &mut gradient);
        cost.expect("sizes fit");
        (total, gradient)
    }

    /// Compares values in the flat layout of the parameters with the file's arrays.
    fn check_parameters(&self, t: &Tensors, prefix: &str, values: &[f64], tolerance: f64) {
        let parameters = self.network.parameters();
        for (ours, theirs) in NAMES {
            let id = parameters.find(ours).expect("a parameter of the network");
            let (rows, columns) = parameters.shape(id);
            let found = DMatrix::from_column_slice(rows, columns, &values[parameters.range(id)]);
            t.check_matrix(&format!("{prefix}.{theirs}"), &found, tolerance);
        }
    }
}

fn check_network(t: &Tensors) {
    let case = Case::new(t);
    check_forward(&case, t);
    check_gradients(&case, t);
    for (kind, placement) in [
        ("torch", EpsilonPlacement::AfterCorrection),
        ("tf1", EpsilonPlacement::BeforeCorrection),
    ] {
        check_adam(&case, t, kind, placement);
    }
    let flow = case.network.flow();
    let units = case.initial.len();
    let mut jacobian = DMatrix::zeros(units, units);
    flow.jacobian(0.0, t.values("jac.x"), &mut jacobian);
    t.check_matrix("jac.J", &jacobian, EXACT);
    analysis::check_spectrum(t, &jacobian);
}

fn check_forward(case: &Case, t: &Tensors) {
    let network = &case.network;
    let mut noise = case.disturbance.clone();
    let run = network.simulate(&case.batch.inputs, &case.initial, &mut noise);
    let run = run.expect("sizes fit");
    t.check("out.x", run.states.as_slice(), EXACT);
    t.check("out.r", network.rates(&run.states).as_slice(), EXACT);
    t.check("out.o", run.outputs.as_slice(), EXACT);
    t.check("out.tau", &network.time_constants(), EXACT);
    let weights = network.weights("recurrent").expect("exists");
    t.check_matrix("out.W", &weights, EXACT);
}

fn check_gradients(case: &Case, t: &Tensors) {
    let parameters = case.network.parameters();
    // Keeping all steps, and running segments of 1, 4 and sqrt(T) steps twice.
    let steps = case.batch.steps();
    for memory in [
        Memory::Full,
        Memory::Segments(1),
        Memory::Segments(4),
        Memory::sqrt(steps),
    ] {
        let (loss, mut gradient) = case.evaluate(parameters, memory);
        t.check("out.loss", &[loss], EXACT);
        let tau = parameters.find("time_constant").expect("exists");
        t.check("grad.tau", &gradient[parameters.range(tau)], EXACT);
        parameters.pull_back(&mut gradient);
        case.check_parameters(t, "grad", &gradient, EXACT);
        // A connection that does not exist has no gradient at all.
        let w = parameters.find("recurrent").expect("exists");
        let raw = parameters.raw(w).iter();
        for (raw, g) in raw.zip(&gradient[parameters.range(w)]) {
            assert!(*raw > 0.0 || *g == 0.0);
        }
    }
}

fn check_adam(case: &Case, t: &Tensors, kind: &str, epsilon_placement: EpsilonPlacement) {
    let config = AdamConfig {
        epsilon_placement,
        ..AdamConfig::default()
    };
    let mut parameters = case.network.parameters().clone();
    let mut adam = Adam::new(config, &parameters).expect("valid settings");
    let mut losses = Vec::new();
    for _ in 0..3 {
        let (loss, mut gradient) = case.evaluate(&parameters, Memory::Full);
        losses.push(loss);
        parameters.pull_back(&mut gradient);
        adam.step(&mut parameters, &gradient, 0.01);
    }
    losses.push(case.evaluate(&parameters, Memory::Full).0);
    let prefix = format!("adam3.{kind}");
    t.check(&format!("{prefix}.losses"), &losses, ADAM);
    case.check_parameters(t, &prefix, parameters.raw_values(), ADAM);
}
