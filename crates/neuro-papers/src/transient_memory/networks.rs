//! Training the networks of a run, each its own resumable job.

use std::ops::ControlFlow;

use neuro_autodiff::Parameters;
use neuro_autodiff::train::{Checkpointing, Record, Report, ScoreAtLeast, Termination};
use neuro_core::parallel::Workers;
use neuro_core::{Purpose, Streams};
use neuro_models::transient_memory::{Config, Network, TrainingRun};

use super::group::Group;
use crate::study::{self, Watch};
use crate::{Error, Job, Session};

/// Trials that each check during training looks at.
const VALIDATION_TRIALS: usize = 300;

/// A network to train.
pub(super) type Assignment = study::Assignment<Group>;

/// The network's name after an update of its training.
fn stage(assignment: Assignment, update: u64) -> String {
    format!("{}-at-{update}", assignment.name())
}

/// A network that has been trained, unless it diverged.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) config: Config,
    pub(super) history: Vec<Record>,
    pub(super) termination: Termination,
    /// None when training diverged: it counts as a network that can do nothing.
    pub(super) network: Option<Network<f32>>,
    /// The network at the updates of [`Group::stages`].
    pub(super) stages: Vec<(u64, Network<f32>)>,
}

/// Trains one network, or goes on training it, and writes its weights.
pub(super) fn train(
    session: &Session,
    assignment: Assignment,
    workers: Workers,
    job: &Job,
) -> Result<Trained, Error> {
    let Assignment { group, seed } = assignment;
    let (scale, streams) = (session.options.scale, Streams::new(seed));
    let config = group.config(scale);
    let check_every = scale.choose(20, 250, 250);
    let failed = assignment.failed();

    let network = Network::<f32>::new(&config, streams).map_err(&failed)?;
    let checkpoint = session.output.checkpoint(&assignment.name());
    let checkpointing = Checkpointing {
        path: checkpoint.clone(),
        every: check_every,
    };
    let task = Box::new(config.training_task());
    let mut run = TrainingRun::new(
        &network,
        task,
        streams,
        workers,
        check_every,
        Some(checkpointing),
    )
    .map_err(&failed)?;
    if checkpoint.exists() {
        run.resume(&checkpoint).map_err(&failed)?;
        let update = run.trainer().update();
        job.start_at(update);
        // The run may have been killed between the checkpoint and the network of this stage.
        if group.stages(scale).contains(&update) {
            let path = session.output.network(&stage(assignment, update));
            run.network().and_then(|n| n.save(&path)).map_err(&failed)?;
        }
    }
    let termination = watch(session, assignment, &mut run, &config, job)?;
    if termination == Termination::Stopped {
        return Err(Error::Interrupted);
    }
    let history = run.trainer().history().to_vec();
    let (mut network, mut stages) = (None, Vec::new());
    if !matches!(termination, Termination::Diverged { .. }) {
        let trained = run.network().map_err(&failed)?;
        let path = session.output.network(&assignment.name());
        trained.save(&path).map_err(&failed)?;
        network = Some(trained);
        for &update in group.stages(scale) {
            let path = session.output.network(&stage(assignment, update));
            stages.push((update, Network::load(&path).map_err(&failed)?));
        }
    }
    Ok(Trained {
        config,
        history,
        termination,
        network,
        stages,
    })
}

/// Trains until the end or an interrupt, keeps the stages, and shows how it goes.
fn watch(
    session: &Session,
    assignment: Assignment,
    run: &mut TrainingRun<f32>,
    config: &Config,
    job: &Job,
) -> Result<Termination, Error> {
    let Assignment { group, seed } = assignment;
    let stages = group.stages(session.options.scale);
    let failed = assignment.failed();
    // Validation trials are like training trials, but never trained on.
    let validation = Streams::new(seed).split(Purpose::Validation);
    let (task, settings, far) = (config.training_task(), config.clone(), group.far());
    let measure = move |parameters: &Parameters<f32>| {
        let network = Network::from_parameters(&settings, parameters.clone())?;
        let tested = network.test(&task, validation, VALIDATION_TRIALS)?;
        Ok(tested.accuracy(far).map_or(f64::NAN, |(share, _)| share))
    };
    let criterion = ScoreAtLeast::new(f64::INFINITY, 0.0..=1.0, measure);
    let mut criterion = criterion.map_err(|e| failed(e.into()))?;
    let keep = |report: &Report<'_, f32>| {
        let network = Network::from_parameters(config, report.parameters.clone())?;
        network.save(&session.output.network(&stage(assignment, report.update)))
    };
    let mut watch = Watch::new(job, &session.interrupt, 3);
    let mut lost = None;
    let termination = run.run(Some(&mut criterion), &mut |report| {
        let shown = watch.show(report);
        if stages.contains(&report.update) {
            lost = keep(report).err();
        }
        if lost.is_some() {
            ControlFlow::Break(())
        } else {
            shown
        }
    });
    match lost {
        Some(error) => Err(failed(error)),
        None => termination.map_err(failed),
    }
}
