//! Workloads of recursive least squares: loops of learning of a spiking network, and a readout.

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::{Connections, Decay, SynapticFilter, Theta};
use neuro_core::{Scalar, Streams};
use neuro_models::spiking_rls::{Learning, LearningConfig, Network, Pattern, Population};
use neuro_plasticity::{RlsConfig, SharedRls};

use super::{Sequence, Work, serve};

/// Steps of the targets (1 ms).
const STEPS: usize = 1000;
/// Samples of the readout in one iteration, its inputs and outputs.
const SAMPLES: usize = 200;
const INPUTS: usize = 500;
const OUTPUTS: usize = 10;

/// Of the weights of a network, those that are compared.
const STRIDE: usize = 101;

/// Answers `run.py`; the form may name `f32`, `threads`, or both.
pub(super) fn work(name: &str, form: &str, group: usize) {
    let threads = if form.ends_with("threads") { 2 } else { 1 };
    let single = form.starts_with("f32");
    let (units, probability) = match name {
        "rls-200" => (200, 0.3),
        "rls-500" => (500, 0.3),
        "rls-1000" => (1000, 0.3),
        "rls-1000-sparse" => (1000, 0.1),
        "readout" if single => return serve(Readout::<f32>::new(), group),
        "readout" => return serve(Readout::<f64>::new(), group),
        _ => panic!("expected rls-200, -500, -1000, -1000-sparse or readout, found {name}"),
    };
    if single {
        serve(Loops::<f32>::new(units, probability, threads), group);
    } else {
        serve(Loops::<f64>::new(units, probability, threads), group);
    }
}

/// A network of theta neurons without weights at first, each with a sine wave to learn.
struct Loops<T: Scalar> {
    network: Network,
    pattern: Pattern,
    /// Phases at the start.
    start: Vec<f64>,
    threads: usize,
    /// Made at the reset before each run, so that there is one of them at a time.
    learning: Option<Learning<T>>,
}

impl<T: Scalar> Loops<T> {
    fn new(units: usize, probability: f64, threads: usize) -> Self {
        let mut sequence = Sequence(1);
        let draws = sequence.matrix::<f64>(units, units, 1.0);
        let connections = Connections::of_mask(&draws.map(|draw| {
            if draw < 2.0 * probability - 1.0 {
                1.0
            } else {
                0.0
            }
        }));
        let mut uniform = |low: f64, high: f64| {
            let draws = (0..units).map(|_| 0.5 * (low + high) + sequence.draw(0.5 * (high - low)));
            draws.collect::<Vec<_>>()
        };
        let stimulus = uniform(-2.0, 2.0);
        let (amplitude, phase) = (uniform(0.5, 1.5), uniform(0.0, 1000.0));
        let (period, start) = (uniform(300.0, 1000.0), uniform(-3.0, 3.0));
        let targets = DMatrix::from_fn(units, STEPS, |i, step| {
            let turns = ((step + 1) as f64 - phase[i]) / period[i];
            amplitude[i] * (std::f64::consts::TAU * turns).sin()
        });
        let filter = SynapticFilter::new(20.0, 1.0, 10.0, Decay::Exact);
        let population = Population::Spiking {
            units: Arc::new(Theta::default()),
            filter: filter.expect("positive times"),
        };
        let weights = vec![0.0; connections.len()];
        let network = Network::from_parts(population, connections, weights, 1.0);
        Self {
            network: network.expect("a valid network"),
            pattern: Pattern::new(stimulus, targets),
            start,
            threads,
            learning: None,
        }
    }
}

impl<T: Scalar> Work for Loops<T> {
    fn reset(&mut self) {
        self.learning = None;
        let config = LearningConfig {
            free_run: [0.0, 0.0],
            ..LearningConfig::default()
        };
        let patterns = vec![self.pattern.clone()];
        let learning = Learning::new(self.network.clone(), patterns, &config, Streams::new(1))
            .and_then(|learning| learning.with_variables(self.start.clone()))
            .expect("a pattern that fits");
        let workers = Workers::new(self.threads).expect("threads start");
        self.learning = Some(learning.with_workers(workers));
    }

    fn iterate(&mut self) {
        let learning = self.learning.as_mut().expect("made by the reset");
        learning.run_loop().expect("a positive P");
    }

    fn result(&self) -> Vec<f64> {
        let learning = self.learning.as_ref().expect("made by the reset");
        let weights = learning.network().weights().iter();
        weights.step_by(STRIDE).copied().collect()
    }
}

/// A readout of ten outputs, all of whose inputs change at random from sample to sample.
struct Readout<T: Scalar> {
    rls: SharedRls<T>,
    readout: DMatrix<f64>,
    rates: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
}

impl<T: Scalar> Readout<T> {
    fn new() -> Self {
        let mut sequence = Sequence(1);
        let mut rows = |width: usize| {
            let rows = (0..SAMPLES).map(|_| (0..width).map(|_| sequence.draw(1.0)).collect());
            rows.collect::<Vec<_>>()
        };
        Self {
            rates: rows(INPUTS),
            targets: rows(OUTPUTS),
            rls: SharedRls::new(RlsConfig::default(), INPUTS).expect("valid options"),
            readout: DMatrix::zeros(OUTPUTS, INPUTS),
        }
    }
}

impl<T: Scalar> Work for Readout<T> {
    fn reset(&mut self) {
        self.rls = SharedRls::new(RlsConfig::default(), INPUTS).expect("valid options");
        self.readout.fill(0.0);
    }

    fn iterate(&mut self) {
        for (rates, targets) in self.rates.iter().zip(&self.targets) {
            let fit = self.rls.partial_fit(rates, targets, &mut self.readout);
            fit.expect("a positive P");
        }
    }

    fn result(&self) -> Vec<f64> {
        self.readout.as_slice().to_vec()
    }
}
