//! A network as it is measured: without noise, in double precision, on trials of its test task.

use nalgebra::DMatrix;
use neuro_analysis::{Pca, pca};
use neuro_autodiff::{Disturbance, draw_initial_states};
use neuro_core::{Batch, Domain, Purpose, Streams, TaskShape, Trajectory};
use neuro_models::tasks::{ComparisonTask, ComparisonTrial};
use neuro_models::transient_memory::{Config, Flow, Network};

use super::super::group::Group;
use super::super::networks::Assignment;
use crate::Error;

/// Trials that run together; more would only take more memory.
const TOGETHER: usize = 10;

/// Streams of the `Analysis` domain: phases of drawn signals, folds of cross-validation, perturbations
/// from here on. The first ones are those of the starts of a search for fixed points.
pub(super) const PHASES: u64 = 1 << 20;
pub(super) const FOLDS: u64 = 2 << 20;
pub(super) const PERTURBATIONS: u64 = 3 << 20;

/// A network without noise and its test trials.
pub(super) struct Probe {
    pub(super) assignment: Assignment,
    pub(super) config: Config,
    pub(super) network: Network<f64>,
    pub(super) task: ComparisonTask,
    /// Streams of trials that training never sees.
    pub(super) streams: Streams,
}

impl Probe {
    pub(super) fn new(
        assignment: Assignment,
        config: &Config,
        network: &Network<f32>,
    ) -> Result<Self, Error> {
        let config = Config {
            noise_sigma: 0.0,
            ..config.clone()
        };
        let failed = assignment.failed();
        let weights = |name| {
            let weights = network.weights(name);
            weights.map(|w| w.map(f64::from)).map_err(&failed)
        };
        let [recurrent, input, readout] = ["recurrent", "input", "readout"].map(weights);
        let network = Network::from_weights(&config, &recurrent?, &input?, &readout?);
        Ok(Self {
            assignment,
            network: network.map_err(&failed)?,
            task: config.test_task(),
            streams: Streams::new(assignment.seed).split(Purpose::Test),
            config,
        })
    }

    pub(super) fn group(&self) -> Group {
        self.assignment.group
    }

    /// Turns an error of an analysis into one that names the network.
    pub(super) fn failed(&self) -> impl Fn(neuro_analysis::Error) -> Error {
        let name = self.assignment.name();
        move |e| Error::experiment(format!("analysis of network {name}"), e)
    }

    pub(super) fn flow(&self) -> Flow {
        self.network.flow()
    }

    /// `T_s` in steps.
    pub(super) fn signal_end(&self) -> usize {
        self.config.test_steps()[0]
    }

    /// `T_f` in steps.
    pub(super) fn delay_end(&self) -> usize {
        let [first, delay, _] = self.config.test_steps();
        first + delay
    }

    /// Steps of this network in one of the paper's.
    pub(super) fn stride(&self) -> usize {
        self.config.steps(1)
    }

    /// The quantity at a fraction of its range, 0 to 1.
    pub(super) fn quantity(&self, fraction: f64) -> f64 {
        let (low, high) = self.task.signal.range();
        low + fraction * (high - low)
    }

    /// The phase or offset at a fraction of its range.
    pub(super) fn nuisance(&self, fraction: f64) -> f64 {
        let (low, high) = self.task.signal.nuisance_range();
        low + fraction * (high - low)
    }

    /// Test trials `0 .. count`.
    pub(super) fn test_trials(&self, count: usize) -> Vec<ComparisonTrial> {
        let draw = |index| self.task.draw(index as u64, self.streams);
        (0..count).map(draw).collect()
    }

    /// A trial of a first signal alone.
    pub(super) fn first_signal(&self, quantity: f64, nuisance: f64) -> ComparisonTrial {
        ComparisonTrial {
            compared: [quantity; 2],
            nuisance: [nuisance; 2],
            steps: [self.signal_end(), 0, 0],
        }
    }

    /// The states of trials for `steps` steps, the state at time `t` at step `t` (units x trials x
    /// steps + 1). Signals that would come later are left out, silence follows the last. Trial `k`
    /// has input noise and initial state number `first + k`.
    pub(super) fn run(
        &self,
        trials: &[ComparisonTrial],
        first: usize,
        steps: usize,
    ) -> Result<Trajectory<f64>, Error> {
        let shape = TaskShape {
            inputs: 1,
            outputs: 2,
            steps: steps.max(self.task.timing.longest()),
        };
        let failed = self.failed();
        let core = |e: neuro_core::Error| failed(e.into());
        let mut batch = Batch::<f64>::new(shape, trials.len()).map_err(core)?;
        for (k, trial) in trials.iter().enumerate() {
            let index = (first + k) as u64;
            let mut normals = self.streams.normals::<f64>(Domain::InputNoise, index);
            self.task
                .write(trial, |_| normals.sample(), &mut batch.trial_mut(k));
        }
        let mut inputs = Trajectory::zeros(1, trials.len(), steps);
        let used = inputs.as_slice().len();
        inputs
            .as_mut_slice()
            .copy_from_slice(&batch.inputs.as_slice()[..used]);
        let units = self.config.units;
        let mut initial = vec![0.0; units * trials.len()];
        let sd = self.config.initial_state_sd;
        draw_initial_states(self.streams, first as u64, units, sd, &mut initial);
        let run = self
            .network
            .simulate(&inputs, &initial, &mut Disturbance::silent());
        run.map(|run| run.states).map_err(self.assignment.failed())
    }

    /// States at some steps of many trials, a few trials at a time: one matrix for each step, trials
    /// x units.
    pub(super) fn states_at(
        &self,
        trials: &[ComparisonTrial],
        steps: &[usize],
    ) -> Result<Vec<DMatrix<f64>>, Error> {
        let last = steps.iter().copied().max().unwrap_or(0);
        let units = self.config.units;
        let mut found = vec![DMatrix::zeros(trials.len(), units); steps.len()];
        for (chunk, trials) in trials.chunks(TOGETHER).enumerate() {
            let first = chunk * TOGETHER;
            let run = self.run(trials, first, last)?;
            for (matrix, &step) in found.iter_mut().zip(steps) {
                for k in 0..trials.len() {
                    let state = nalgebra::DVectorView::from_slice(run.state(step, k), units);
                    matrix.row_mut(first + k).tr_copy_from(&state);
                }
            }
        }
        Ok(found)
    }

    /// Three principal axes of the delay: of all states from `T_s` to `T_f` of the first test trials.
    pub(super) fn delay_axes(&self) -> Result<Pca, Error> {
        let steps: Vec<usize> = (self.signal_end()..=self.delay_end()).collect();
        let trials = self.test_trials(5 * TOGETHER);
        let states = self.states_at(&trials, &steps)?;
        let units = self.config.units;
        let mut samples = DMatrix::zeros(steps.len() * trials.len(), units);
        for (k, states) in states.iter().enumerate() {
            let rows = k * trials.len();
            samples.rows_mut(rows, trials.len()).copy_from(states);
        }
        pca(&samples, Some(3)).map_err(self.failed())
    }
}

/// Trials that run together.
pub(super) fn chunks(count: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..count)
        .step_by(TOGETHER)
        .map(move |first| first..count.min(first + TOGETHER))
}

/// Euclidean norm of a state.
pub(super) fn norm(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum::<f64>().sqrt()
}

/// Euclidean distance of two states.
pub(super) fn distance(x: &[f64], y: &[f64]) -> f64 {
    let squares = x.iter().zip(y).map(|(x, y)| (x - y).powi(2));
    squares.sum::<f64>().sqrt()
}

/// The norm of each row.
pub(super) fn norms(states: &DMatrix<f64>) -> Vec<f64> {
    states.row_iter().map(|row| row.norm()).collect()
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation with denominator `n`.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    (squares / values.len() as f64).sqrt()
}
