//! Workloads W5: learning trials of the ring network, and the read-out of all its stimuli.

use neuro_core::integrate::RungeKutta4;
use neuro_core::nalgebra::DMatrix;
use neuro_models::derivative_feedback::{
    Config, Learning, Network, Perturbation, Plasticity, Scheme,
};

use super::Work;

fn perturbed() -> Network {
    let network = Network::new(&Config::default()).expect("the paper's network");
    let perturbation = Perturbation::Global { depth: 0.1 };
    network.perturbed(&perturbation).expect("a valid depth")
}

pub(super) struct Trials {
    start: Network,
    scheme: Scheme,
    learning: Learning,
}

impl Trials {
    /// Trials with all variables together in steps of 2 ms, without matrices of stages or (`flat`) with them, or
    /// (`blocks`) with weights that change each 10 ms.
    pub(super) fn new(form: &str) -> Self {
        let scheme = match form {
            "" => Scheme::LowRank { step: 2.0 },
            "flat" => Scheme::Joint { step: 2.0 },
            "blocks" => Scheme::default(),
            _ => panic!("expected flat or blocks, found {form}"),
        };
        let start = perturbed();
        Self {
            learning: learning(&start, scheme),
            start,
            scheme,
        }
    }
}

fn learning(start: &Network, scheme: Scheme) -> Learning {
    let rule = Plasticity::differential();
    Learning::new(start.clone(), rule, scheme, RungeKutta4).expect("a stable step")
}

impl Work for Trials {
    fn reset(&mut self) {
        self.learning = learning(&self.start, self.scheme);
    }

    fn iterate(&mut self) {
        let trial = self.learning.trials() as usize;
        let stimulus = 27 * (trial + 1) % self.start.config().units;
        self.learning.trial(stimulus).expect("a bounded trial");
    }

    /// What the weights have learned.
    fn result(&self) -> Vec<f64> {
        let change = self.learning.network().synapses() - self.start.synapses();
        change.as_slice().to_vec()
    }
}

pub(super) struct Readout {
    network: Network,
    together: usize,
    rates: DMatrix<f64>,
}

impl Readout {
    /// All stimuli together, or (`single`) one after the other.
    pub(super) fn new(form: &str) -> Self {
        let network = perturbed();
        let units = network.config().units;
        let together = match form {
            "" => units,
            "single" => 1,
            _ => panic!("expected single, found {form}"),
        };
        Self {
            network,
            together,
            rates: DMatrix::zeros(units, units),
        }
    }
}

impl Work for Readout {
    fn reset(&mut self) {}

    fn iterate(&mut self) {
        let units = self.network.config().units;
        let stimuli: Vec<usize> = (0..units).collect();
        for stimuli in stimuli.chunks(self.together) {
            let run = self.network.simulate(stimuli, &RungeKutta4, 2.5, 1400);
            let run = run.expect("valid stimuli");
            let states = run.last().chunks_exact(run.last().len() / stimuli.len());
            for (stimulus, state) in stimuli.iter().zip(states) {
                let mut column = self.rates.column_mut(*stimulus);
                column.copy_from_slice(&state[..units]);
            }
        }
    }

    /// Rates at the end of the delay.
    fn result(&self) -> Vec<f64> {
        self.rates.as_slice().to_vec()
    }
}
