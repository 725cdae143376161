//! Training and testing the networks of a run: each is its own job, resumable.

use std::ops::ControlFlow;

use neuro_autodiff::Parameters;
use neuro_autodiff::train::{Checkpointing, Record, ScoreAtLeast, Termination};
use neuro_core::parallel::Workers;
use neuro_core::{Purpose, Streams};
use neuro_models::transient_memory::{Config, Evaluation, Network, TrainingRun};

use crate::{Error, Job, Session, Table};

/// Trials that each check during training looks at.
const VALIDATION_TRIALS: usize = 300;

/// A trained network, tested.
pub(super) struct Trained {
    pub(super) seed: u64,
    pub(super) history: Vec<Record>,
    pub(super) termination: Termination,
    pub(super) evaluation: Evaluation,
}

/// Trains and tests one network for each seed, and writes their weights and a table of them.
pub(super) fn train_all(session: &Session) -> Result<Vec<Trained>, Error> {
    let seeds: Vec<u64> = session.options.network_seeds().collect();
    session.progress.expect(seeds.len());
    // One network has all threads for its trials; several networks have one thread each.
    let trained: Vec<Result<Trained, Error>> = if seeds.len() == 1 {
        let threads = session.workers.threads();
        vec![
            Workers::new(threads)
                .map_err(Error::from)
                .and_then(|w| train(session, seeds[0], w)),
        ]
    } else {
        session.workers.map(seeds.len(), |i| {
            train(session, seeds[i], Workers::sequential())
        })
    };
    let trained = trained.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut table = Table::new([
        "seed",
        "ended",
        "updates",
        "accuracy",
        "accuracy for gap >= 1",
        "trials with gap >= 1",
        "test trials",
    ])?;
    for network in &trained {
        let of = |gap| network.evaluation.accuracy(gap).unwrap_or((f64::NAN, 0));
        let ((all, trials), (far, far_trials)) = (of(0.0), of(1.0));
        let updates = network.history.last().map_or(0, |r| r.update);
        table.push([
            network.seed.into(),
            format!("{:?}", network.termination).into(),
            updates.into(),
            all.into(),
            far.into(),
            far_trials.into(),
            trials.into(),
        ])?;
    }
    table.write(&session.output.data("networks"))?;
    Ok(trained)
}

fn train(session: &Session, seed: u64, workers: Workers) -> Result<Trained, Error> {
    let (scale, streams) = (session.options.scale, Streams::new(seed));
    let config = Config {
        updates: scale.choose(60, 3_000, 12_000),
        ..Config::default()
    };
    let check_every = scale.choose(20, 250, 250);
    let name = format!("seed-{seed}");
    let failed = |e: neuro_models::Error| Error::experiment(format!("network of seed {seed}"), e);

    let network = Network::<f32>::new(&config, streams).map_err(failed)?;
    let checkpoint = session.output.checkpoint(&name);
    let mut run = TrainingRun::new(
        &network,
        Box::new(config.training_task()),
        streams,
        workers,
        check_every,
        Some(Checkpointing {
            path: checkpoint.clone(),
            every: check_every,
        }),
    )
    .map_err(failed)?;
    let job = session
        .progress
        .job(&format!("network {seed}"), config.updates);
    if session.output.is_resumed() && checkpoint.exists() {
        run.resume(&checkpoint).map_err(failed)?;
        job.start_at(run.trainer().update());
    }
    let termination = watch(session, &mut run, &config, streams, &job).map_err(failed)?;
    if termination == Termination::Stopped {
        return Err(Error::Interrupted);
    }
    let history = run.trainer().history().to_vec();
    if let Termination::Diverged { step, quantity } = &termination {
        // It counts as a network that answers nothing.
        job.finish(&format!("diverged at update {step}: {quantity}"));
        let evaluation = Evaluation::default();
        return Ok(Trained {
            seed,
            history,
            termination,
            evaluation,
        });
    }
    let network = run.network().map_err(failed)?;
    network
        .save(&session.output.network(&name))
        .map_err(failed)?;
    let trials = scale.choose(500, 4_000, 10_000);
    let test = streams.split(Purpose::Test);
    let evaluation = network
        .test(&config.test_task(), test, trials)
        .map_err(failed)?;
    let (accuracy, _) = evaluation.accuracy(1.0).unwrap_or((f64::NAN, 0));
    job.finish(&format!(
        "test accuracy {accuracy:.3} for frequencies at least 1 apart"
    ));
    Ok(Trained {
        seed,
        history,
        termination,
        evaluation,
    })
}

/// Trains until the end or an interrupt, and shows how it goes.
fn watch(
    session: &Session,
    run: &mut TrainingRun<f32>,
    config: &Config,
    streams: Streams,
    job: &Job,
) -> Result<Termination, neuro_models::Error> {
    // Validation trials are like training trials, but never trained on.
    let (task, validation) = (config.training_task(), streams.split(Purpose::Validation));
    let config = config.clone();
    let measure = move |parameters: &Parameters<f32>| {
        let network = Network::from_parameters(&config, parameters.clone())?;
        let tested = network.test(&task, validation, VALIDATION_TRIALS)?;
        Ok(tested.accuracy(1.0).map_or(f64::NAN, |(share, _)| share))
    };
    let mut criterion = ScoreAtLeast::new(f64::INFINITY, 0.0..=1.0, measure)?;
    let (mut loss, mut accuracy) = (f64::NAN, f64::NAN);
    run.run(Some(&mut criterion), &mut |report| {
        loss = if loss.is_nan() {
            report.loss
        } else {
            0.98 * loss + 0.02 * report.loss
        };
        if let Some(record) = report.record {
            accuracy = record.score;
        }
        let message = if accuracy.is_nan() {
            format!("loss {loss:.3}")
        } else {
            format!("loss {loss:.3}, accuracy {accuracy:.3}")
        };
        job.update(report.update, &message);
        if session.interrupt.is_set() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
}
