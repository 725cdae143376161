//! Workload W2: one training update of the excitatory-inhibitory network of `noisy_ei`.

use nalgebra::DMatrix;
use neuro_autodiff::loss::NormOverTime;
use neuro_autodiff::optimizer::{AdamConfig, EpsilonPlacement};
use neuro_autodiff::{Bptt, BpttConfig, Memory};
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams, Task, TaskShape, TrialMut};
use neuro_models::noisy_ei::{Config, Network, UnitTimeConstants, Weights};

use super::{Sequence, Workload};

const UNITS: usize = 200;
const STEPS: usize = 200;
/// Bound of a uniform distribution of standard deviation 1.
const UNIT: f64 = 1.7;

/// Two signs to compare: trial `i` has `(-1)^i` in steps 50 to 99 of the first channel and
/// `(-1)^(i / 2)` in steps 110 to 159 of the second; the target is their product from step 160 on.
#[derive(Debug)]
struct FixedTrials {
    batch: usize,
}

impl<T: Scalar> Task<T> for FixedTrials {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: 2,
            outputs: 1,
            steps: STEPS,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, _streams: Streams, mut trial: TrialMut<'_, T>) {
        let i = index as usize % self.batch;
        let sign = |odd: usize| {
            if odd.is_multiple_of(2) {
                T::one()
            } else {
                -T::one()
            }
        };
        let (first, second) = (sign(i), sign(i / 2));
        for step in 0..STEPS {
            let inputs = trial.input(step);
            inputs[0] = T::zero();
            inputs[1] = T::zero();
            match step {
                50..100 => inputs[0] = first,
                110..160 => inputs[1] = second,
                _ => {}
            }
            let target = if step < 160 {
                T::zero()
            } else {
                first * second
            };
            trial.target(step)[0] = target;
        }
    }
}

pub(super) fn workload<T: Scalar>(batch: usize, noise: bool) -> Workload<T> {
    let default = Config::default();
    let config = Config {
        units: UNITS,
        channels: if noise { default.channels } else { 0 },
        unit_noise_sd: if noise { default.unit_noise_sd } else { 0.0 },
        initial_state_sd: if noise { default.initial_state_sd } else { 0.0 },
        batch,
        chunk: batch,
        epsilon_placement: EpsilonPlacement::AfterCorrection,
        ..default
    };
    let mut sequence = Sequence(1);
    let uniform = sequence.matrix::<f64>(UNITS, UNITS, 1.0);
    let signs: Vec<T> = (0..UNITS)
        .map(|j| if j % 5 == 4 { -T::one() } else { T::one() })
        .collect();
    // A fifth of the weights, U(0, 0.4).
    let recurrent = DMatrix::from_fn(UNITS, UNITS, |i, j| {
        T::of((uniform[(i, j)] - 0.6).max(0.0)) * signs[j]
    });
    let weights = Weights {
        recurrent,
        input: sequence.matrix(UNITS, 2, UNIT),
        readout: sequence.matrix(1, UNITS, 0.017),
        readout_bias: T::zero(),
        time_constants: UnitTimeConstants::Raw(
            sequence.matrix::<T>(UNITS, 1, UNIT).as_slice().to_vec(),
        ),
        noise: sequence.matrix(UNITS, config.channels, UNIT),
        signs,
    };
    let network = Network::from_weights(&config, &weights).expect("shapes of the workload");
    let bptt = BpttConfig {
        batch,
        chunk: batch,
        memory: Memory::Full,
        window: None,
        initial_state_sd: config.initial_state_sd,
    };
    let objective = Bptt::new(
        bptt,
        network.cell().clone(),
        Box::new(FixedTrials { batch }),
        Box::new(NormOverTime { every_step: true }),
        Streams::new(0),
        Workers::sequential(),
    );
    Workload {
        start: network.parameters().clone(),
        objective: objective.expect("a valid workload"),
        adam: AdamConfig {
            epsilon_placement: config.epsilon_placement,
            ..AdamConfig::default()
        },
        learning_rate: config.learning_rate,
    }
}
