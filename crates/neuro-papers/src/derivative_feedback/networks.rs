//! The learning runs, each its own resumable job.
//!
//! A checkpoint is one file: synapses, gains, and what was measured so far. The streams of stimuli
//! are counted by trials, so that a run which goes on from it has the same bits as one that never
//! stopped.

use std::ops::ControlFlow;
use std::path::Path;

use neuro_core::Streams;
use neuro_core::archive::Archive;
use neuro_core::integrate::RungeKutta4;
use neuro_models::derivative_feedback::{Config, Learning, Network, Scheme};
use serde::{Deserialize, Serialize};

use super::group::{Group, Run};
use super::measure::Reading;
use super::measured::Stage;
use crate::{Error, Job, Session, study};

/// A run to make.
pub(super) type Assignment = study::Assignment<Group>;

/// What is known of a run so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    /// Trials made.
    pub(super) trials: u64,
    /// Largest rate in any of them.
    pub(super) largest_rate: f64,
    /// Largest number of units at the ceiling.
    pub(super) at_ceiling: usize,
    /// The stages that were reached.
    pub(super) stages: Vec<Stage>,
}

/// A run at its end.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) history: History,
    /// None when a trial diverged.
    pub(super) network: Option<Network>,
    /// What ended it.
    pub(super) ended: String,
}

const KIND: &str = "neuro.derivative-feedback-run";
const VERSION: u32 = 1;

/// Trials between two displays of progress.
const SHOWN_EVERY: u64 = 10;

fn save(path: &Path, network: &Network, history: &History) -> Result<(), Error> {
    let mut archive = Archive::new(KIND, VERSION);
    archive.insert_matrix("synapses", network.synapses());
    archive.insert_vector("gains", network.gains());
    let text = serde_json::to_string(history);
    let text = text.map_err(|e| Error::experiment("checkpoint", e))?;
    archive.metadata.insert("history".into(), text);
    Ok(archive.write(path)?)
}

fn load(path: &Path, config: &Config) -> Result<(Network, History), Error> {
    let damaged = |problem: String| Error::File {
        path: path.into(),
        problem,
    };
    let archive = Archive::read(path, KIND, VERSION)?;
    let text = archive.metadata.get("history").map_or("", String::as_str);
    let history = serde_json::from_str(text).map_err(|e| damaged(e.to_string()))?;
    let (synapses, gains) = (archive.matrix("synapses")?, archive.vector("gains")?);
    let network = Network::from_weights(config, synapses, gains);
    Ok((network.map_err(|e| damaged(e.to_string()))?, history))
}

/// Makes one run, or goes on with it, and writes its weights.
pub(super) fn train(
    session: &Session,
    assignment: Assignment,
    run: &Run,
    job: &Job,
) -> Result<Trained, Error> {
    let (scale, streams) = (session.options.scale, Streams::new(assignment.seed));
    let config = run.config(scale);
    let failed = assignment.failed();
    let path = session.output.checkpoint(&assignment.name());
    let (network, mut history) = if session.output.is_resumed() && path.exists() {
        load(&path, &config)?
    } else {
        let perturbation = run.site.perturbation(run.depth);
        let balanced = Network::new(&config).map_err(&failed)?;
        let perturbed = balanced.perturbed(&perturbation).map_err(&failed)?;
        (perturbed, History::default())
    };
    job.start_at(history.trials);
    let (plasticity, scheme) = (run.plasticity(scale), Scheme::default());
    let learning = Learning::new(network, plasticity, scheme, RungeKutta4).map_err(&failed)?;
    let mut learning = learning.after_trials(history.trials);
    let with_vectors = super::measure::shows_eigenvectors(assignment.group);
    let mut message = String::new();
    for stage in run.stages(scale).into_iter().skip(history.stages.len()) {
        let missing = stage.saturating_sub(learning.trials());
        let outcome = learning.run(streams, missing, |outcome, _| {
            history.trials = outcome.trial + 1;
            history.largest_rate = history.largest_rate.max(outcome.largest_rate);
            history.at_ceiling = history.at_ceiling.max(outcome.at_ceiling);
            if history.trials.is_multiple_of(SHOWN_EVERY) {
                job.update(history.trials, &message);
            }
            if session.interrupt.is_set() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        match outcome {
            Err(error @ neuro_models::Error::DivergedTrial { .. }) => {
                return Ok(Trained {
                    history,
                    network: None,
                    ended: error.to_string(),
                });
            }
            other => other.map_err(&failed)?,
        }
        if learning.trials() == stage {
            let reading = Reading::of(learning.network()).map_err(&failed)?;
            let read = reading.stage(stage, streams, with_vectors);
            let read = read.map_err(|e| Error::experiment(assignment.name(), e))?;
            message = format!("error {:.3}", read.error);
            job.update(stage, &message);
            history.stages.push(read);
        }
        save(&path, learning.network(), &history)?;
        session.interrupt.check()?;
    }
    let network = learning.network().clone();
    let path = session.output.network(&assignment.name());
    network.save(&path).map_err(&failed)?;
    Ok(Trained {
        history,
        network: Some(network),
        ended: "completed".into(),
    })
}
