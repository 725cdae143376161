//! A network as it is measured: test trials with all noise, a few at a time.

use std::ops::Range;

use neuro_autodiff::Simulation;
use neuro_core::{Batch, Purpose, Streams, Task, Trajectory};
use neuro_models::noisy_ei::{Config, Evaluation, Network};
use neuro_models::tasks::{MatchingTask, MatchingTrial, PeakRule, ResponseTask, WindowMeanRule};

use super::super::group::Group;
use super::super::networks::Assignment;
use crate::{Error, Scale};

/// Trials that run together; more would only take more memory.
const TOGETHER: usize = 20;

/// First trials of the measurements, so that they do not share noise.
pub(super) const ROBUST: u64 = 1 << 20;
pub(super) const PERTURBED: u64 = 2 << 20;

/// A network and its test trials.
pub(super) struct Probe<'a> {
    pub(super) assignment: Assignment,
    pub(super) config: Config,
    pub(super) network: &'a Network<f32>,
    pub(super) task: Box<dyn ResponseTask<f32>>,
    /// The same task where it is one of matching.
    pub(super) matching: Option<MatchingTask>,
    /// Streams of trials that training never sees.
    pub(super) streams: Streams,
}

/// Some trials that have been run.
pub(super) struct Chunk {
    /// Number of the first.
    pub(super) first: usize,
    /// Condition of each; see `Answers::courses`.
    pub(super) conditions: Vec<usize>,
    pub(super) batch: Batch<f32>,
    pub(super) run: Simulation<f32>,
}

impl<'a> Probe<'a> {
    pub(super) fn new(assignment: Assignment, scale: Scale, network: &'a Network<f32>) -> Self {
        let group = assignment.group;
        let config = group.config(scale);
        let delay = group.delay(scale);
        let matching = delay.map(|delay| match group {
            Group::TwoDelays(_) => config.two_delay_matching_task(delay),
            _ => config.matching_task(delay),
        });
        Self {
            assignment,
            network,
            task: group.task(scale),
            matching,
            streams: Streams::new(assignment.seed).split(Purpose::Test),
            config,
        }
    }

    /// Turns an error of an analysis into one that names the network.
    pub(super) fn failed(&self) -> impl Fn(neuro_analysis::Error) -> Error {
        let name = self.assignment.name();
        move |e| Error::experiment(format!("analysis of network {name}"), e)
    }

    /// What an analysis found; none where there is nothing to find (an iteration that does not converge,
    /// data that do not vary): one such network must not end a run of hours.
    pub(super) fn unless_lost<T>(
        &self,
        result: Result<T, neuro_analysis::Error>,
    ) -> Result<Option<T>, Error> {
        use neuro_analysis::Error as Analysis;
        match result {
            Ok(found) => Ok(Some(found)),
            Err(
                Analysis::Core(neuro_core::Error::NoConvergence { .. })
                | Analysis::NoVariance { .. },
            ) => Ok(None),
            Err(error) => Err(self.failed()(error)),
        }
    }

    /// How many conditions trials have.
    pub(super) fn conditions(&self) -> usize {
        if self.matching.is_some() { 4 } else { 2 }
    }

    /// The steady state that a trial of a condition belongs to: 0 after a positive first stimulus (or
    /// during a positive attended one), otherwise 1.
    pub(super) fn side(&self, condition: usize) -> usize {
        if self.matching.is_some() {
            condition / 2
        } else {
            condition
        }
    }

    /// The samples in which the activity should stay: those of the delay, and where there is none the
    /// last 200 of the stimulus.
    pub(super) fn window(&self) -> Range<usize> {
        match &self.matching {
            Some(task) => task.delay_samples(),
            None => {
                let stimulus = self.config.context_task().stimulus_samples();
                stimulus.end.saturating_sub(200).max(stimulus.start)..stimulus.end
            }
        }
    }

    /// Trials and the condition of each: in matching to sample the four conditions in turn, otherwise
    /// as the task draws them.
    fn trials(&self, first: usize, count: usize) -> Result<(Batch<f32>, Vec<usize>), Error> {
        let failed = self.assignment.failed();
        let core = |e: neuro_core::Error| failed(e.into());
        let Some(task) = &self.matching else {
            let batch = Batch::of(self.task.as_ref(), self.streams, first as u64, count);
            let batch = batch.map_err(core)?;
            let conditions = batch.labels.iter().map(|label| 1 - label).collect();
            return Ok((batch, conditions));
        };
        let mut batch = Batch::new(Task::<f32>::shape(task), count).map_err(core)?;
        let conditions: Vec<usize> = (first..first + count).map(|k| k % 4).collect();
        for (k, condition) in conditions.iter().enumerate() {
            let trial = &MatchingTrial::ALL[*condition];
            task.write(trial, &mut batch.trial_mut(k));
        }
        Ok((batch, conditions))
    }

    /// Runs `count` trials of a network (this one or a changed one), a few at a time.
    pub(super) fn run(
        &self,
        network: &Network<f32>,
        count: usize,
        mut look: impl FnMut(&Chunk) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let failed = self.assignment.failed();
        for first in (0..count).step_by(TOGETHER) {
            let (batch, conditions) = self.trials(first, TOGETHER.min(count - first))?;
            let run = network.run(&batch, self.streams, first as u64);
            look(&Chunk {
                first,
                conditions,
                run: run.map_err(&failed)?,
                batch,
            })?;
        }
        Ok(())
    }

    /// Tests the network with a current into some units during the response.
    pub(super) fn test_driven(
        &self,
        units: &[usize],
        current: f32,
        count: usize,
    ) -> Result<Evaluation, Error> {
        let failed = self.assignment.failed();
        let mut weights = vec![0.0; self.config.units];
        for unit in units {
            weights[*unit] = current;
        }
        let network = self.network.with_input_channel(&weights).map_err(&failed)?;
        let mut found = Evaluation::new(self.task.levels());
        let response = self.task.response();
        for first in (0..count).step_by(TOGETHER) {
            let trials = TOGETHER.min(count - first);
            let first = PERTURBED + first as u64;
            let batch = Batch::of(self.task.as_ref(), self.streams, first, trials);
            let mut batch = batch.map_err(|e| failed(e.into()))?;
            batch.inputs = with_channel(&batch.inputs, &response);
            let run = network.run(&batch, self.streams, first).map_err(&failed)?;
            let added = found.add(self.task.as_ref(), &batch, &run.outputs);
            added.map_err(&failed)?;
        }
        Ok(found)
    }
}

/// Inputs with one more channel, the last, that is 1 in some steps.
fn with_channel(inputs: &Trajectory<f32>, on: &Range<usize>) -> Trajectory<f32> {
    let (channels, trials) = (inputs.units(), inputs.trials());
    let mut wider = Trajectory::zeros(channels + 1, trials, inputs.steps());
    for step in 0..inputs.steps() {
        for trial in 0..trials {
            let state = wider.state_mut(step, trial);
            state[..channels].copy_from_slice(inputs.state(step, trial));
            state[channels] = if on.contains(&step) { 1.0 } else { 0.0 };
        }
    }
    wider
}

/// Shares of correct trials by both rules: `peak`, `mean`.
pub(super) fn accuracy(found: &Evaluation) -> [f64; 2] {
    [
        found.accuracy(&PeakRule::default()),
        found.accuracy(&WindowMeanRule),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_channel_is_on_in_its_steps_and_leaves_the_others() {
        let inputs = Trajectory::from_vec(2, 1, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let wider = with_channel(&inputs.expect("six values"), &(1..3));
        assert_eq!(
            wider.as_slice(),
            [1.0, 2.0, 0.0, 3.0, 4.0, 1.0, 5.0, 6.0, 1.0]
        );
    }
}
