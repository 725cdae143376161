//! What a network is to do, and how one sees whether it does.

use nalgebra::DMatrix;
use neuro_core::{Domain, Error as Core, Streams, TraceCorrelation};
use rand::RngExt;

use super::config::steps_of;
use super::{Network, RecallConfig, State};
use crate::Error;

/// Random amplitudes of a stimulus, uniform in `-amplitude` to `amplitude`, from the `InputNoise` stream
/// `index`. The paper's amplitude is 1, that of the authors' program 2: with 1 and 50 ms some trials miss the
/// learned path (LIF units: 2 mV/ms, Izhikevich's: 20).
///
/// # Errors
/// [`neuro_core::Error::OutOfRange`] unless `amplitude` is finite and at least 0,
/// [`neuro_core::Error::TooLarge`] for more units than fit into memory.
pub fn stimulus(
    units: usize,
    amplitude: f64,
    streams: Streams,
    index: u64,
) -> Result<Vec<f64>, Error> {
    let valid = amplitude.is_finite() && amplitude >= 0.0;
    Core::check_range(
        "amplitude of the stimulus",
        "a finite number >= 0",
        amplitude,
        valid,
    )?;
    Core::check_size::<f64>("stimulus", &[units])?;
    let mut rng = streams.rng(Domain::InputNoise, index);
    Ok((0..units)
        .map(|_| amplitude * (2.0 * rng.random::<f64>() - 1.0))
        .collect())
}

/// One thing to learn: a stimulus, and what follows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    /// Input of each unit during the stimulus.
    pub stimulus: Vec<f64>,
    /// Targets, units x steps: column `s` is for the end of step `s` after the stimulus.
    pub targets: DMatrix<f64>,
    /// Further input from the end of the stimulus on, units x steps, the same in every loop and test (frozen
    /// noise, Fig. 3, supplement 3).
    pub input: Option<DMatrix<f64>>,
}

impl Pattern {
    /// A stimulus and its targets, without further input.
    #[must_use]
    pub fn new(stimulus: Vec<f64>, targets: DMatrix<f64>) -> Self {
        Self {
            stimulus,
            targets,
            input: None,
        }
    }

    /// Input of step `step` after the stimulus; empty for none or past the end.
    pub(super) fn input_at(&self, step: usize) -> &[f64] {
        match &self.input {
            Some(input) if step < input.ncols() => column(input, step),
            _ => &[],
        }
    }

    /// Checks the sizes and values for a network.
    pub(super) fn check(&self, units: usize) -> Result<(), Error> {
        Core::check_length("stimulus", units, self.stimulus.len())?;
        Core::check_finite("stimulus", &self.stimulus)?;
        let steps = self.targets.ncols();
        Core::check_shape("targets", (units, steps), self.targets.shape())?;
        Core::check_finite("targets", self.targets.as_slice())?;
        if steps == 0 {
            let what = "steps of the targets".into();
            return Err(Core::Empty { what }.into());
        }
        if let Some(input) = &self.input {
            Core::check_shape("input of a pattern", (units, steps), input.shape())?;
            Core::check_finite("input of a pattern", input.as_slice())?;
        }
        Ok(())
    }
}

/// Column `j` of a matrix as a slice.
pub(super) fn column(matrix: &DMatrix<f64>, j: usize) -> &[f64] {
    let rows = matrix.nrows();
    &matrix.as_slice()[j * rows..][..rows]
}

/// What a network did after a stimulus; units x steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// Drive `u`.
    pub drive: DMatrix<f64>,
    /// Rates `r` (per 10 ms).
    pub rates: DMatrix<f64>,
    /// First variable of the units: phase, voltage or `x`.
    pub variable: DMatrix<f64>,
    /// Step and unit of each spike, in this order.
    pub spikes: Vec<(usize, usize)>,
}

impl Recording {
    /// Mean over units of the correlation over time of two recordings or targets (units x steps).
    ///
    /// # Errors
    /// [`neuro_core::Error::Shape`] when the two do not have the same shape.
    pub fn correlation(found: &DMatrix<f64>, targets: &DMatrix<f64>) -> Result<f64, Error> {
        Core::check_shape("targets", found.shape(), targets.shape())?;
        let mut correlation = TraceCorrelation::new(found.nrows());
        for step in 0..found.ncols() {
            correlation.add(column(found, step), column(targets, step));
        }
        Ok(correlation.mean(found.nrows()))
    }

    /// Mean rate of all units (Hz), with steps of `dt` ms.
    #[must_use]
    pub fn mean_rate(&self, dt: f64) -> f64 {
        self.spikes.len() as f64 / (self.drive.len().max(1) as f64 * dt) * 1000.0
    }
}

impl Network {
    /// A test: random state, free run, stimulus, and a recording of what follows. Trial `trial` starts
    /// from the `InitialState` stream of that number.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when the pattern is that of another network, a duration is negative or the recording
    /// does not fit into memory.
    pub fn recall(
        &self,
        pattern: &Pattern,
        config: &RecallConfig,
        streams: Streams,
        trial: u64,
    ) -> Result<Recording, Error> {
        let steps = match steps_of("recording", config.duration, self.dt())? {
            0 => pattern.targets.ncols(),
            steps => steps,
        };
        Core::check_size::<f64>("recording", &[3, self.units(), steps])?;
        let mut state = self.state_after_stimulus(pattern, config, streams, trial)?;
        Ok(self.record(steps, |step| pattern.input_at(step), &mut state))
    }

    /// `steps` steps with the same input; empty for none.
    ///
    /// # Panics
    /// As [`step`](Self::step).
    pub fn run(&self, steps: usize, input: &[f64], state: &mut State) {
        for _ in 0..steps {
            self.step(input, state);
        }
    }

    /// `steps` steps with the input that `input` gives for each, all recorded.
    ///
    /// # Panics
    /// As [`step`](Self::step).
    pub fn record<'a>(
        &self,
        steps: usize,
        input: impl Fn(usize) -> &'a [f64],
        state: &mut State,
    ) -> Recording {
        self.record_edited(steps, input, |_, _| {}, state)
    }

    /// The same with `edit` free to change the spikes of each step, as in
    /// [`step_edited`](Self::step_edited); what is recorded are the spikes after that.
    ///
    /// # Panics
    /// As [`step`](Self::step).
    pub fn record_edited<'a>(
        &self,
        steps: usize,
        input: impl Fn(usize) -> &'a [f64],
        mut edit: impl FnMut(usize, &mut [f64]),
        state: &mut State,
    ) -> Recording {
        let n = self.units();
        let zeros = DMatrix::zeros(n, steps);
        let mut recording = Recording {
            drive: zeros.clone(),
            rates: zeros.clone(),
            variable: zeros,
            spikes: Vec::new(),
        };
        for step in 0..steps {
            self.step_edited(input(step), state, |spikes| edit(step, spikes));
            for (matrix, values) in [
                (&mut recording.drive, &state.drive),
                (&mut recording.rates, &state.rates),
                (&mut recording.variable, &state.variables),
            ] {
                matrix.as_mut_slice()[step * n..][..n].copy_from_slice(&values[..n]);
            }
            let fired = state.spikes.iter().enumerate().filter(|(_, s)| **s > 0.0);
            recording.spikes.extend(fired.map(|(unit, _)| (step, unit)));
        }
        recording
    }
}
