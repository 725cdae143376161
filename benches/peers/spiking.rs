//! Recursive least squares for `spiking.py`: loops of learning of a spiking network, and a readout.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use nalgebra::DMatrix;
use neuro_core::parallel::Workers;
use neuro_core::spiking::{Connections, Decay, SynapticFilter, Theta};
use neuro_core::{Scalar, Streams};
use neuro_models::spiking_rls::{Learning, LearningConfig, Network, Pattern, Population};
use neuro_plasticity::{RlsConfig, SharedRls};

use super::Sequence;
use super::embedding::peak_memory;

/// Steps of the targets (1 ms).
const STEPS: usize = 1000;
/// Samples of the readout in one turn, and its outputs.
const SAMPLES: usize = 200;
const OUTPUTS: usize = 10;

/// What `spiking.py` asks for.
pub(super) trait Turns {
    /// One turn: how many numbers describe what happened, beside the time.
    fn turn(&mut self) -> Vec<f64>;

    fn weights(&self) -> Vec<f64>;
}

/// A network of theta neurons without weights at first, each with a sine wave to learn.
pub(super) struct Loops<T: Scalar> {
    learning: Learning<T>,
}

impl<T: Scalar> Loops<T> {
    pub(super) fn new(units: usize, probability: f64, threads: usize) -> Self {
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
        let network = Network::new(population, connections, weights, 1.0);
        let config = LearningConfig {
            free_run: [0.0, 0.0],
            ..LearningConfig::default()
        };
        let pattern = Pattern::new(stimulus, targets);
        let network = network.expect("a valid network");
        let learning = Learning::new(network, vec![pattern], &config, Streams::new(1))
            .and_then(|learning| learning.with_variables(start));
        Self {
            learning: learning
                .expect("a pattern that fits")
                .with_workers(Workers::new(threads).expect("threads start")),
        }
    }
}

impl<T: Scalar> Turns for Loops<T> {
    /// Number of spikes, and the sum of their numbers `step N + unit`.
    fn turn(&mut self) -> Vec<f64> {
        let (mut count, mut sum) = (0.0, 0.0);
        let outcome = self.learning.run_loop_with(|moment| {
            if let Some(step) = moment.step {
                let spikes = moment.state.spikes();
                for (unit, spike) in spikes.iter().enumerate() {
                    count += spike;
                    sum += spike * (step * spikes.len() + unit) as f64;
                }
            }
        });
        outcome.expect("a positive P");
        vec![count, sum]
    }

    fn weights(&self) -> Vec<f64> {
        self.learning.network().weights().to_vec()
    }
}

/// A readout of ten outputs, all of whose inputs change at random from sample to sample.
pub(super) struct Readout<T: Scalar> {
    rls: SharedRls<T>,
    readout: DMatrix<f64>,
    rates: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
}

impl<T: Scalar> Readout<T> {
    pub(super) fn new(inputs: usize) -> Self {
        let mut sequence = Sequence(1);
        let mut rows = |width: usize| {
            let rows = (0..SAMPLES).map(|_| (0..width).map(|_| sequence.draw(1.0)).collect());
            rows.collect::<Vec<_>>()
        };
        Self {
            rates: rows(inputs),
            targets: rows(OUTPUTS),
            rls: SharedRls::new(RlsConfig::default(), inputs).expect("valid options"),
            readout: DMatrix::zeros(OUTPUTS, inputs),
        }
    }
}

impl<T: Scalar> Turns for Readout<T> {
    fn turn(&mut self) -> Vec<f64> {
        for (rates, targets) in self.rates.iter().zip(&self.targets) {
            let fit = self.rls.partial_fit(rates, targets, &mut self.readout);
            fit.expect("a positive P");
        }
        vec![SAMPLES as f64]
    }

    fn weights(&self) -> Vec<f64> {
        self.readout.as_slice().to_vec()
    }
}

/// Answers `turn` with seconds and what the turn says, `weights FILE` with their number after writing them as
/// little-endian `f64`, `memory` with the largest resident memory (MiB); ends with the input.
pub(super) fn serve(mut work: impl Turns) {
    let mut stdout = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("readable input");
        let answer = match line.split_once(' ').unwrap_or((&line, "")) {
            ("turn", _) => {
                let start = Instant::now();
                let said = work.turn();
                let seconds = start.elapsed().as_secs_f64();
                [vec![seconds], said].concat()
            }
            ("weights", file) => {
                let weights = work.weights();
                let bytes: Vec<u8> = weights.iter().flat_map(|w| w.to_le_bytes()).collect();
                std::fs::write(file, bytes).expect("a writable file");
                vec![weights.len() as f64]
            }
            ("memory", _) => vec![peak_memory()],
            _ => return,
        };
        let words: Vec<String> = answer.iter().map(f64::to_string).collect();
        writeln!(stdout, "{}", words.join(" ")).expect("writable output");
        stdout.flush().expect("writable output");
    }
}
