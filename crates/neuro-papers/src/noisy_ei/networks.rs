//! Training the networks of a run, each its own resumable job.

use neuro_autodiff::train::{Checkpointing, Record, Termination};
use neuro_core::Streams;
use neuro_core::parallel::Workers;
use neuro_models::noisy_ei::{Config, LearningCriterion, Network, TrainingRun};

use super::group::Group;
use crate::study::{self, Watch};
use crate::{Error, Job, Session};

/// A network to train.
pub(super) type Assignment = study::Assignment<Group>;

/// Updates from one checkpoint to the next: about a second of training.
const CHECKPOINT_EVERY: u64 = 1000;

/// A network that has been trained, unless it diverged.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) config: Config,
    pub(super) history: Vec<Record>,
    pub(super) termination: Termination,
    /// None when training diverged: it counts as a network that has not learned.
    pub(super) network: Option<Network<f32>>,
}

/// Trains one network until it meets the criterion of the paper or reaches the cap, or goes on
/// training it, and writes its weights.
pub(super) fn train(
    session: &Session,
    assignment: Assignment,
    workers: Workers,
    job: &Job,
) -> Result<Trained, Error> {
    let Assignment { group, seed } = assignment;
    let (scale, streams) = (session.options.scale, Streams::new(seed));
    let config = group.config(scale);
    let failed = assignment.failed();

    let network = Network::<f32>::new(&config, streams).map_err(&failed)?;
    let checkpoint = session.output.checkpoint(&assignment.name());
    let checkpointing = Checkpointing {
        path: checkpoint.clone(),
        every: CHECKPOINT_EVERY.min(config.check_every * 10),
    };
    let task = group.task(scale);
    let run = TrainingRun::new(&network, task, streams, workers, Some(checkpointing));
    let mut run = run.map_err(&failed)?;
    if checkpoint.exists() {
        run.resume(&checkpoint).map_err(&failed)?;
        job.start_at(run.trainer().update());
    }
    let criterion = LearningCriterion::new(&config, group.task(scale), streams);
    let mut criterion = criterion.map_err(&failed)?;
    let mut watch = Watch::new(job, &session.interrupt, 2);
    let termination = run.run(Some(&mut criterion), &mut |report| watch.show(report));
    let termination = termination.map_err(&failed)?;
    if termination == Termination::Stopped {
        return Err(Error::Interrupted);
    }
    let mut trained = None;
    if !matches!(termination, Termination::Diverged { .. }) {
        let network = run.network().map_err(&failed)?;
        let path = session.output.network(&assignment.name());
        network.save(&path).map_err(&failed)?;
        trained = Some(network);
    }
    Ok(Trained {
        config,
        history: run.trainer().history().to_vec(),
        termination,
        network: trained,
    })
}
