//! `neuro_core`.

use nalgebra::DMatrix;
use neuro_core::archive::Archive;
use neuro_core::connectivity::{
    RingKernel, apply_mask, apply_signs, bernoulli_mask, bernoulli_signs, exact_mask, exact_signs,
    excitatory_count, gaussian, gaussian_gain, in_degree_mask, ring, sparse_gaussian, uniform,
    wrap_angle,
};
use neuro_core::integrate::adaptive::{
    AbsoluteTolerance, StepControl, integrate_adaptive, integrate_at, integrate_dense,
};
use neuro_core::integrate::{
    DormandPrince5, Euler, Heun, RungeKutta4, integrate, integrate_every, integrate_observed,
    integrate_stochastic,
};
use neuro_core::linalg::{
    Operand, OuterProducts, PackedMatrix, eigen, eigenvalues, expm, least_squares, matmul, qr,
    singular_values, solve, spectral_radius, svd, symmetric_eigen,
};
use neuro_core::noise::{NoiseScaling, OrnsteinUhlenbeck, WhiteNoise};
use neuro_core::spiking::{
    Connections, Decay, Izhikevich, IzhikevichType, LeakyIntegrateAndFire, SpikingUnits,
    SynapticFilter, Theta,
};
use neuro_core::transfer::{
    Identity, Logistic, QifGain, Relu, SmoothQifGain, Softplus, Tanh, Transfer, by_name,
    log_sum_exp,
};
use neuro_core::{Batch, Domain, Task, TaskShape, Trajectory, TrialMut};

use crate::given::{Entry, Given, answered, throw_at};

#[test]
fn linear_algebra_answers_or_refuses() {
    let entries: [Entry; 7] = [
        ("eigen", |g| {
            let a = g.square();
            answered(eigenvalues(&a));
            answered(eigen(&a));
            answered(spectral_radius(&a));
            answered(symmetric_eigen(&a));
        }),
        ("svd, qr", |g| {
            let a = g.matrix();
            answered(svd(&a));
            answered(singular_values(&a));
            answered(qr(&a));
        }),
        ("expm", |g| {
            answered(expm(&g.square()));
        }),
        ("solve, least_squares", |g| {
            let a = g.square();
            let b = g.matrix_of(a.nrows(), 2);
            answered(solve(&a, &b));
            let a = g.matrix();
            let b = g.matrix_of(a.nrows(), 2);
            answered(least_squares(&a, &b));
        }),
        ("matmul", |g| {
            let (a, b) = (g.matrix(), g.matrix());
            let mut c = g.list_of(a.nrows() * b.ncols());
            answered(matmul(g.flag(), 1.0, (&a).into(), (&b).into(), &mut c));
            let data = g.list();
            let (rows, columns, stride) = (g.count(), g.count(), g.count());
            answered(Operand::new(&data, rows, columns));
            if let Some(a) = answered(Operand::strided(&data, rows, columns, stride)) {
                answered(matmul(false, 1.0, a, a.transpose(), &mut c));
            }
        }),
        ("OuterProducts", |g| {
            let (rows, right) = (g.few(), g.few());
            let mut products = OuterProducts::new(rows, right);
            let mut sum = g.list_of(rows * right);
            let (left, more) = (g.list_of(rows * 3), g.list_of(right * 3));
            answered(products.add(&left, &more, g.count(), &mut sum));
        }),
        ("PackedMatrix", |g| {
            let mut packed = PackedMatrix::zeros(g.few(), g.few());
            let (rows, columns) = packed.shape();
            let matrix = g.list_of(rows * columns);
            answered(packed.pack(&matrix));
            answered(packed.pack_transposed(&matrix, g.count()));
            let selected = g.labels(columns, rows);
            answered(packed.pack_columns(&matrix, &selected));
            answered(packed.pack_transposed_columns(&matrix, &selected));
        }),
    ];
    throw_at(&entries);
}

#[test]
fn connectivity_answers_or_refuses() {
    let entries: [Entry; 6] = [
        ("signs", |g| {
            let (units, fraction, streams) = (g.count(), g.mostly(0.8), g.streams());
            answered(excitatory_count(units, fraction));
            answered(exact_signs::<f64>(units, fraction));
            answered(bernoulli_signs::<f64>(units, fraction, streams, 0));
        }),
        ("apply_signs, apply_mask", |g| {
            let mut weights = g.matrix();
            let signs = g.list_of(weights.ncols());
            answered(apply_signs(&mut weights, &signs));
            let mask = g.matrix_of(weights.nrows(), weights.ncols());
            answered(apply_mask(&mut weights, &mask));
        }),
        ("random weights", |g| {
            let (post, pre, scale, streams) = (g.count(), g.count(), g.number(), g.streams());
            answered(uniform::<f64>(post, pre, scale, streams, 0));
            answered(gaussian::<f64>(post, pre, scale, streams, 0));
            answered(gaussian_gain::<f64>(post, scale, streams, 0));
            answered(uniform::<f32>(post, pre, scale, streams, 0));
        }),
        ("sparse weights", |g| {
            let (units, gain, p, streams) = (g.count(), g.number(), g.mostly(0.5), g.streams());
            answered(sparse_gaussian::<f64>(units, gain, p, streams, 0));
        }),
        ("masks", |g| {
            let (post, pre, p, streams) = (g.count(), g.count(), g.mostly(0.5), g.streams());
            answered(bernoulli_mask::<f64>(post, pre, p, streams, 0));
            let count = g.count();
            answered(exact_mask::<f64>(post, pre, count, streams, 0));
            answered(in_degree_mask::<f64>(post, pre, count, streams, 0));
        }),
        ("ring", |g| {
            let (a, b) = (g.number(), g.number());
            let kernel = match g.few() % 3 {
                0 => RingKernel::Cosine { j0: a, j1: b },
                1 => RingKernel::VonMises {
                    amplitude: a,
                    concentration: b,
                },
                _ => RingKernel::Gaussian {
                    amplitude: a,
                    width: b,
                },
            };
            answered(kernel.validate());
            let _ = kernel.value(g.number());
            answered(ring::<f64>(g.count(), kernel));
            let _ = wrap_angle(a);
        }),
    ];
    throw_at(&entries);
}

fn control(g: &mut Given) -> StepControl<f64> {
    let mut control = StepControl::new(g.mostly(1e-4), g.mostly(1e-6));
    if g.once_in(4) {
        control.absolute = AbsoluteTolerance::PerVariable(g.list_of(2));
    }
    control.first_step = g.option(Given::number);
    control.max_step = g.mostly(f64::INFINITY);
    control.max_steps = g.few() * 100;
    if g.flag() {
        control.breakpoints = g.list();
    }
    control
}

#[test]
fn integrators_answer_or_refuse() {
    let entries: [Entry; 5] = [
        ("integrate", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let (t0, dt, steps) = (g.number(), g.mostly(0.1), g.count());
            answered(integrate(&system, &Euler, t0, dt, steps, &x0));
            answered(integrate(&system, &DormandPrince5, t0, dt, steps, &x0));
            // The number of steps is time, the number of steps between those kept is not.
            let (steps, every) = (g.few(), g.count());
            answered(integrate_every(&system, &Heun, t0, dt, steps, every, &x0));
            let mut x = x0;
            answered(integrate_observed(
                &system,
                &RungeKutta4,
                t0,
                dt,
                steps,
                &mut x,
                |_, _, _| (),
            ));
        }),
        ("integrate_stochastic", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let (t0, dt, steps, streams) = (g.number(), g.mostly(0.1), g.count(), g.streams());
            let normals = |index| streams.normals(Domain::UnitNoise, index);
            let mut normals: Vec<_> = (0..g.length_near(1) as u64).map(normals).collect();
            answered(integrate_stochastic(
                &system,
                t0,
                dt,
                steps,
                &x0,
                &mut normals,
            ));
        }),
        ("integrate_adaptive", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let (control, t0, t1) = (control(g), g.number(), g.mostly(2.0));
            answered(integrate_adaptive(&system, &control, t0, t1, &x0));
        }),
        ("integrate_dense", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let (control, t0, t1) = (control(g), g.number(), g.mostly(2.0));
            if let Some(found) = answered(integrate_dense(&system, &control, t0, t1, &x0)) {
                answered(found.at(g.number()));
                let mut out = g.list_of(x0.len());
                answered(found.at_into(g.number(), &mut out));
            }
        }),
        ("integrate_at", |g| {
            let system = g.system();
            let x0 = g.list_of(system.0.nrows());
            let (control, t0) = (control(g), g.number());
            let mut times = g.list();
            if g.flag() {
                times.sort_by(f64::total_cmp);
            }
            answered(integrate_at(&system, &control, t0, &times, &x0));
        }),
    ];
    throw_at(&entries);
}

#[test]
fn noise_and_transfer_functions_answer_or_refuse() {
    let entries: [Entry; 4] = [
        ("OrnsteinUhlenbeck", |g| {
            let normals = g.streams().normals::<f64>(Domain::UnitNoise, 0);
            let (mean, sd, tau, dt) = (g.number(), g.number(), g.mostly(10.0), g.mostly(0.1));
            let process = OrnsteinUhlenbeck::new(g.count(), mean, sd, tau, dt, normals);
            if let Some(mut process) = answered(process) {
                let _ = process.advance();
            }
        }),
        ("WhiteNoise", |g| {
            let normals = g.streams().normals::<f64>(Domain::UnitNoise, 0);
            let scaling = g.of(&[
                NoiseScaling::SqrtAlpha,
                NoiseScaling::SqrtTwoAlpha,
                NoiseScaling::PerStep,
            ]);
            let (sigma, alpha) = (g.number(), g.mostly(0.1));
            if let Some(mut noise) = answered(WhiteNoise::new(sigma, scaling, alpha, normals)) {
                noise.fill(&mut g.list());
            }
            let normals = g.streams().normals::<f64>(Domain::UnitNoise, 0);
            answered(WhiteNoise::increments(sigma, alpha, normals));
        }),
        ("StandardNormals::seek", |g| {
            let mut normals = g.streams().normals::<f64>(Domain::UnitNoise, 0);
            normals.seek(g.count() as u64);
            assert!(normals.sample().is_finite());
            let mut values = g.list();
            normals.fill(&mut values);
        }),
        ("transfer functions", |g| {
            let sharpness = g.number();
            let smooth = SmoothQifGain { sharpness };
            answered(smooth.validate());
            let all: [&dyn Transfer<f64>; 7] = [
                &Identity, &Logistic, &QifGain, &Relu, &Softplus, &Tanh, &smooth,
            ];
            let x = g.list();
            for transfer in all {
                let (mut rate, mut slope) = (x.clone(), x.clone());
                transfer.value_into(&x, &mut rate);
                transfer.slope_into(&x, &rate, &mut slope);
                let _ = by_name::<f64>(transfer.name());
            }
            let _ = log_sum_exp(&x);
        }),
    ];
    throw_at(&entries);
}

#[test]
fn spiking_units_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("Connections", |g| {
            let rows: Vec<_> = (0..g.few()).map(|_| g.labels(4, 5)).collect();
            let presynaptic = g.count();
            answered(Connections::of_sources(
                presynaptic,
                rows.iter().map(Vec::as_slice),
            ));
            let (connections, weights) = Connections::of_matrix(&g.matrix());
            let _ = connections.matrix_of(&weights);
            let _ = Connections::of_mask(&g.matrix());
        }),
        ("SynapticFilter", |g| {
            let decay = g.of(&[Decay::Exact, Decay::RungeKutta4]);
            let (tau, dt, unit) = (g.mostly(20.0), g.mostly(0.1), g.mostly(1e-3));
            answered(SynapticFilter::new(tau, dt, unit, decay));
        }),
        ("SpikingUnits", |g| {
            let n = g.few();
            let dt = g.mostly(0.1);
            answered(Izhikevich::equal_shares(g.count(), dt));
            let mut kind = || IzhikevichType {
                a: g.mostly(0.02),
                b: g.mostly(0.2),
                c: g.mostly(-65.0),
                d: g.mostly(8.0),
            };
            let types: Vec<_> = (0..n).map(|_| kind()).collect();
            let leaky = LeakyIntegrateAndFire {
                rest: g.mostly(-65.0),
                threshold: g.mostly(-40.0),
                reset: g.mostly(-65.0),
                time_constant: g.mostly(10.0),
                dt,
            };
            let theta = Theta {
                time_constant: g.mostly(10.0),
                dt,
            };
            let mut all: Vec<Box<dyn SpikingUnits>> = vec![Box::new(leaky), Box::new(theta)];
            if let Some(units) = answered(Izhikevich::new(types, dt)) {
                all.push(Box::new(units));
            }
            let current = g.numbers(n);
            for units in all {
                if answered(units.validate(n)).is_some() {
                    let mut state = g.numbers(n * units.variables());
                    let mut spikes = vec![0.0; n];
                    units.step(&current, &mut state, &mut spikes);
                    assert!(spikes.iter().all(|&s| s == 0.0 || s == 1.0), "{spikes:?}");
                }
            }
        }),
    ];
    throw_at(&entries);
}

/// A task of any shape that shows what it is given.
#[derive(Debug)]
struct Shown {
    shape: TaskShape,
    values: Vec<f64>,
    length: usize,
}

impl Task for Shown {
    fn shape(&self) -> TaskShape {
        self.shape
    }

    fn parameter_names(&self) -> &[&'static str] {
        &["first"]
    }

    fn trial(&self, _index: u64, _streams: neuro_core::Streams, mut trial: TrialMut<'_, f64>) {
        for (k, &value) in self.values.iter().enumerate() {
            if self.shape.inputs > 0 && self.shape.steps > 0 {
                trial.input(k % self.shape.steps)[0] = value;
            }
        }
        trial.set_length(self.length);
        trial.set_parameter(0, self.values.first().copied().unwrap_or(f64::NAN));
    }
}

#[test]
fn containers_answer_or_refuse() {
    let entries: [Entry; 3] = [
        ("Trajectory::from_vec", |g| {
            let (units, trials, steps) = (g.count(), g.count(), g.count());
            let values = g.list();
            answered(Trajectory::from_vec(units, trials, steps, values));
            let fit = g.trajectory();
            let mut archive = Archive::new("", 1);
            archive.insert_trajectory("fit", &fit);
            archive.insert_matrix("matrix", &g.matrix());
            let name = g.of(&["fit", "matrix", "none"]);
            answered(archive.trajectory::<f64>(name));
            answered(archive.matrix::<f64>(name));
            answered(archive.vector::<f32>(name));
            answered(archive.scalar::<f64>(name));
        }),
        ("Batch", |g| {
            let shape = TaskShape {
                inputs: g.count(),
                outputs: g.count(),
                steps: g.count(),
            };
            let trials = g.count();
            answered(Batch::<f64>::new(shape, trials));
            let task = Shown {
                shape,
                values: g.list(),
                length: g.length_near(shape.steps.min(9)),
            };
            let streams = g.streams();
            if let Some(batch) = answered(Batch::of(&task, streams, u64::MAX, trials)) {
                answered(batch.check_lengths());
                answered(batch.parameter(g.of(&["first", "second"])));
            }
        }),
        ("DMatrix of an archive", |g| {
            let mut archive = Archive::new("", 1);
            archive.insert_vector("list", &g.list());
            if let Some(tensor) = archive.tensors.get_mut("list") {
                tensor.shape = vec![g.count(), g.count()];
            }
            let matrix: Option<DMatrix<f64>> = answered(archive.matrix("list"));
            assert!(matrix.is_none_or(|m| m.len() < 13));
        }),
    ];
    throw_at(&entries);
}
