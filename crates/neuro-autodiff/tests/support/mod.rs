//! A small task of random trials, and small leaky networks to run on it.

#![allow(dead_code, reason = "each test file uses a part of this")]

use std::sync::Arc;

use neuro_autodiff::loss::Loss;
use neuro_autodiff::{
    Bounded, Bptt, BpttConfig, Identity, LeakyCell, LeakyConfig, Memory, Parameters, ReadoutSource,
    Transform, UnitNoise,
};
use neuro_core::nalgebra::DMatrix;
use neuro_core::noise::NoiseScaling;
use neuro_core::parallel::Workers;
use neuro_core::transfer::{Tanh, Transfer};
use neuro_core::{Domain, Scalar, Streams, Task, TaskShape, Trajectory, TrialMut};
use rand::RngExt;

pub(crate) const UNITS: usize = 5;
pub(crate) const TRIALS: usize = 3;
pub(crate) const STEPS: usize = 7;
pub(crate) const INPUTS: usize = 2;
pub(crate) const OUTPUTS: usize = 2;

/// Random inputs and targets, a mask of 0, 1/2 and 1, and lengths from `steps - 2` to `steps`. The
/// same numbers in f32, rounded.
#[derive(Clone, Debug)]
pub(crate) struct RandomTask {
    pub(crate) steps: usize,
}

impl<T: Scalar> Task<T> for RandomTask {
    fn shape(&self) -> TaskShape {
        TaskShape {
            inputs: INPUTS,
            outputs: OUTPUTS,
            steps: self.steps,
        }
    }

    fn parameter_names(&self) -> &[&'static str] {
        &[]
    }

    fn trial(&self, index: u64, streams: Streams, mut trial: TrialMut<'_, T>) {
        let mut normals = streams.normals::<f64>(Domain::Trial, index);
        let mut rng = streams.rng(Domain::InputNoise, index);
        for step in 0..self.steps {
            trial.input(step).fill_with(|| T::of(normals.sample()));
            trial.target(step).fill_with(|| T::of(normals.sample()));
            trial.set_mask(step, T::of(f64::from(rng.random_range(0..3)) / 2.0));
        }
        trial.set_label(rng.random_range(0..OUTPUTS));
        let shorter = [0, 2, 1];
        let shorter = shorter[(index % 3) as usize];
        trial.set_length(self.steps.saturating_sub(shorter).max(1));
    }
}

/// What the time constants of a network are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TimeConstants {
    Fixed,
    TrainedRaw,
    TrainedBounded,
}

/// A leaky network; its default has every parameter that there can be.
#[derive(Clone, Debug)]
pub(crate) struct Net<T: Scalar = f64> {
    pub(crate) units: usize,
    pub(crate) channels: usize,
    pub(crate) bias: bool,
    pub(crate) readout_bias: bool,
    pub(crate) time_constants: TimeConstants,
    pub(crate) recurrent: Arc<dyn Transform<T>>,
    pub(crate) config: LeakyConfig<T>,
}

impl<T: Scalar> Default for Net<T> {
    fn default() -> Self {
        Self {
            units: UNITS,
            channels: 2,
            bias: true,
            readout_bias: true,
            time_constants: TimeConstants::TrainedRaw,
            recurrent: Arc::new(Identity),
            config: LeakyConfig {
                dt: 1.0,
                transfer: Arc::new(Tanh),
                readout: ReadoutSource::Rate,
                unit_noise: None,
            },
        }
    }
}

impl<T: Scalar> Net<T> {
    pub(crate) fn transfer(mut self, transfer: impl Transfer<T> + 'static) -> Self {
        self.config.transfer = Arc::new(transfer);
        self
    }

    pub(crate) fn readout(mut self, readout: ReadoutSource) -> Self {
        self.config.readout = readout;
        self
    }

    pub(crate) fn noise(mut self, noise: UnitNoise) -> Self {
        self.config.unit_noise = Some(noise);
        self
    }

    /// Random parameters; recurrent weights at least 0.05 from 0, where Dale transforms have kinks.
    pub(crate) fn parameters(&self) -> Parameters<T> {
        let n = self.units;
        let mut normals = Streams::new(3).normals::<f64>(Domain::Weights, 0);
        let mut draw = |rows, columns, sd: f64| {
            DMatrix::from_fn(rows, columns, |_, _| T::of(sd * normals.sample()))
        };
        let plain: Arc<dyn Transform<T>> = Arc::new(Identity);
        let mut parameters = Parameters::new();
        let away = |w: T| w + T::of(0.05).copysign(w);
        let w = draw(n, n, 1.0 / (n as f64).sqrt()).map(away);
        let mut add =
            |name: &str, values: &DMatrix<T>, transform: &Arc<dyn Transform<T>>, trains| {
                parameters
                    .add(name, values, transform.clone(), trains)
                    .expect("a new name");
            };
        add("recurrent", &w, &self.recurrent, true);
        add("input", &draw(n, INPUTS, 0.5), &plain, true);
        if self.channels > 0 {
            add("noise", &draw(n, self.channels, 0.5), &plain, true);
        }
        if self.bias {
            add("bias", &draw(n, 1, 0.5), &plain, true);
        }
        add("readout", &draw(OUTPUTS, n, 0.7), &plain, true);
        if self.readout_bias {
            add("readout_bias", &draw(OUTPUTS, 1, 0.5), &plain, true);
        }
        // 2 to 5 steps.
        let tau = |i: usize| 2.0 + 3.0 * (i as f64 + 0.5) / n as f64;
        match self.time_constants {
            TimeConstants::TrainedBounded => {
                let bounded = Bounded::new(1.0, 8.0).expect("ordered");
                let raw = |i, _| T::of(bounded.raw_of(tau(i)).expect("within"));
                let transform: Arc<dyn Transform<T>> = Arc::new(bounded);
                add(
                    "time_constant",
                    &DMatrix::from_fn(n, 1, raw),
                    &transform,
                    true,
                );
            }
            other => {
                let values = DMatrix::from_fn(n, 1, |i, _| T::of(tau(i)));
                add(
                    "time_constant",
                    &values,
                    &plain,
                    other == TimeConstants::TrainedRaw,
                );
            }
        }
        parameters
    }

    pub(crate) fn cell(&self) -> LeakyCell<T> {
        LeakyCell::new(self.config.clone(), &self.parameters()).expect("a valid cell")
    }

    pub(crate) fn bptt(&self, loss: Box<dyn Loss<T>>, config: BpttConfig) -> Bptt<T, LeakyCell<T>> {
        let task = Box::new(RandomTask { steps: STEPS });
        let workers = Workers::sequential();
        Bptt::new(config, self.cell(), task, loss, Streams::new(8), workers).expect("sizes fit")
    }
}

/// One chunk of [`TRIALS`] trials from random states.
pub(crate) fn one_chunk() -> BpttConfig {
    BpttConfig {
        batch: TRIALS,
        chunk: TRIALS,
        memory: Memory::Full,
        window: None,
        initial_state_sd: 0.5,
    }
}

/// Largest difference over the largest size.
pub(crate) fn distance<T: Scalar, U: Scalar>(found: &[T], expected: &[U]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let pairs = found.iter().zip(expected);
    let largest = pairs.fold([0.0_f64; 2], |[error, size], (f, e)| {
        let (f, e) = (f.as_f64(), e.as_f64());
        assert!(f.is_finite() && e.is_finite(), "{f} {e}");
        [error.max((f - e).abs()), size.max(e.abs())]
    });
    assert!(largest[1] > 0.0, "nothing but zeros to compare with");
    largest[0] / largest[1]
}

/// A network whose units are noisy.
pub(crate) fn noisy<T: Scalar>() -> Net<T> {
    Net::default().noise(UnitNoise {
        sigma: 0.3,
        scaling: NoiseScaling::SqrtAlpha,
    })
}

/// Normal numbers for each unit, trial and step.
pub(crate) fn normals(units: usize, steps: usize, index: u64) -> Trajectory {
    let mut values = Trajectory::zeros(units, TRIALS, steps);
    Streams::new(1)
        .normals(Domain::Analysis, index)
        .fill(values.as_mut_slice());
    values
}
