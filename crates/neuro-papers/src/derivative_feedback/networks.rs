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
    let (network, mut history) = if path.exists() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derivative_feedback::PAPER;
    use crate::derivative_feedback::figures::WEAK;
    use crate::{Options, Scale};

    fn session(folder: &Path, resume: bool) -> Session {
        let options = Options {
            out: folder.join("out"),
            resume,
            threads: 1,
            ..Options::defaults(&PAPER, Scale::Smoke)
        };
        Session::quiet(&PAPER, options).expect("a folder of our own")
    }

    fn made(session: &Session) -> Result<Trained, Error> {
        let (Group::Learning(run), assignment) = (
            WEAK,
            Assignment {
                group: WEAK,
                seed: 3,
            },
        ) else {
            unreachable!("the run of Figure 6 learns");
        };
        let job = session.progress.job("a run", 6);
        train(session, assignment, &run, &job)
    }

    #[test]
    fn a_run_interrupted_after_each_trial_ends_with_the_bits_of_one_that_never_stopped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let [whole, parts] = ["whole", "parts"].map(|name| folder.path().join(name));
        let whole = made(&session(&whole, false)).expect("it comes to its end");
        let mut resume = false;
        let mut stops = 0;
        let gone_on = loop {
            let session = session(&parts, resume);
            session.interrupt.set();
            match made(&session) {
                Ok(trained) => break trained,
                Err(error) => assert!(matches!(error, Error::Interrupted), "{error}"),
            }
            resume = true;
            stops += 1;
            assert!(stops < 20, "it never ends");
        };
        // Before the first trial, and after each of six.
        assert_eq!(stops, 7);
        assert_eq!(whole.history, gone_on.history);
        let weights = |trained: &Trained| {
            let network = trained.network.as_ref().expect("it did not diverge");
            (network.synapses().clone(), network.gains().to_vec())
        };
        assert!(weights(&whole) == weights(&gone_on));
    }

    #[test]
    fn a_damaged_checkpoint_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let out = folder.path().join("parts");
        let first = session(&out, false);
        first.interrupt.set();
        assert!(made(&first).is_err());
        let path = first.output.checkpoint(&format!("{}-3", WEAK.name()));
        std::fs::write(&path, b"not a checkpoint").expect("writable");
        let error = made(&session(&out, true)).expect_err("damaged");
        assert!(error.to_string().contains(WEAK.name()), "{error}");
    }
}
