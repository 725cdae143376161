//! Workload W1: the rate network of `transient_memory`.

use neuro_autodiff::loss::{At, CrossEntropy};
use neuro_autodiff::optimizer::AdamConfig;
use neuro_autodiff::{Bptt, BpttConfig, Memory};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams, Task, TaskShape, TrialMut};
use neuro_models::transient_memory::{Config, Network};

use super::{Sequence, Workload};

const UNITS: usize = 256;
const TRIALS: usize = 50;
const STEPS: usize = 60;

/// The one batch of the workload; trial `i` has label `i mod 2`.
#[derive(Debug)]
struct FixedBatch {
    inputs: Vec<f64>,
}

impl<T: Scalar> Task<T> for FixedBatch {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 1,
            outputs: 2,
            steps: STEPS,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, T>) {
        let index = index as usize % TRIALS;
        for step in 0..STEPS {
            trial.input(step)[0] = T::of(self.inputs[step * TRIALS + index]);
        }
        trial.set_label(index % 2);
    }
}

pub(super) fn workload<T: Scalar>() -> Workload<T> {
    let mut sequence = Sequence(1);
    let recurrent = sequence.matrix::<T>(UNITS, UNITS, 1.0 / 16.0);
    let input = sequence.matrix::<T>(UNITS, 1, 1.0);
    let readout = sequence.matrix::<T>(2, UNITS, 1.0 / 16.0);
    let inputs = (0..STEPS * TRIALS).map(|_| sequence.draw(1.0)).collect();
    let config = Config {
        units: UNITS,
        ..Config::default()
    };
    let network = Network::from_weights(&config, &recurrent, &input, &readout);
    let network = network.expect("shapes of the workload");
    let bptt = BpttConfig {
        batch: TRIALS,
        chunk: TRIALS,
        memory: Memory::Full,
        window: None,
        initial_state_sd: 0.0,
    };
    let objective = Bptt::new(
        bptt,
        network.cell().clone(),
        Box::new(FixedBatch { inputs }),
        Box::new(CrossEntropy { at: At::End }),
        Streams::new(0),
        Workers::sequential(),
    );
    Workload {
        start: network.parameters().clone(),
        objective: objective.expect("a valid workload"),
        adam: AdamConfig {
            weight_decay: 1e-4,
            ..AdamConfig::default()
        },
        learning_rate: 1e-3,
    }
}
