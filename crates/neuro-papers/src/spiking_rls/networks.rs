//! Training, each network its own resumable job.
//!
//! A checkpoint holds weights, state, all matrices `P` and what was measured so far. These matrices are large
//! (180 MB for 1000 units), so it is written about once in a minute of work, measured by the size of the
//! matrices and not by the clock, when the run is interrupted, and removed in the end.

use std::path::Path;

use neuro_core::archive::Archive;
use neuro_core::parallel::Workers;
use neuro_core::{Scalar, Streams};
use neuro_models::spiking_rls::{Learning, Moment, Network, ObjectiveKind, Recording, State};
use serde::{Deserialize, Serialize};

use super::group::Group;
use super::lessons::{Lessons, test_streams};
use super::measure;
use super::measured::{Loop, Stage, Traces, rounded};
use super::plan::{Architecture, Plan};
use crate::{Error, Job, Session, study};

/// A network to train.
pub(super) type Assignment = study::Assignment<Group>;

/// What is known of a training so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    pub(super) loops: Vec<Loop>,
    pub(super) stages: Vec<Stage>,
    pub(super) traces: Vec<Traces>,
}

/// A network at the end of its training.
#[derive(Debug)]
pub(super) struct Trained {
    pub(super) untrained: Network,
    /// None when a loop failed.
    pub(super) network: Option<Network>,
    pub(super) lessons: Lessons,
    pub(super) history: History,
    /// Share of synapses that do not learn any more.
    pub(super) excluded: f64,
    /// What ended it.
    pub(super) ended: String,
}

/// What of a network follows its targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    Drive,
    Rate,
    Variable,
}

impl Followed {
    pub(super) fn of(plan: &Plan) -> Self {
        match (&plan.architecture, plan.learning.objective) {
            (Architecture::Random(config), _) if is_rate_model(config) => Self::Variable,
            (_, ObjectiveKind::Rate { .. }) => Self::Rate,
            _ => Self::Drive,
        }
    }

    pub(super) fn of_state(self, state: &State) -> &[f64] {
        match self {
            Self::Drive => state.drive(),
            Self::Rate => state.rates(),
            Self::Variable => state.variables(),
        }
    }

    pub(super) fn of_recording(self, recording: &Recording) -> &nalgebra::DMatrix<f64> {
        match self {
            Self::Drive => &recording.drive,
            Self::Rate => &recording.rates,
            Self::Variable => &recording.variable,
        }
    }
}

pub(super) fn is_rate_model(config: &neuro_models::spiking_rls::Config) -> bool {
    matches!(config.model, neuro_models::spiking_rls::Model::Rate { .. })
}

/// Kind and version of the files that `Learning` writes.
const KIND: &str = "neuro.spiking-rls.learning";
const VERSION: u32 = 1;

/// Elements of `P` that are swept between two checkpoints: about a minute.
const SWEPT: f64 = 2e11;

/// Time between two values of the traces that are kept (ms).
pub(super) const TRACE_STEP: f64 = 5.0;

/// Trials of a test on the way.
const STAGE_TRIALS: u64 = 3;

/// Trains one network, or goes on with it, and writes its weights.
pub(super) fn train(
    session: &Session,
    assignment: Assignment,
    plan: &Plan,
    workers: Workers,
    job: &Job,
) -> Result<Trained, Error> {
    if plan.is_single() {
        train_with::<f32>(session, assignment, plan, workers, job)
    } else {
        train_with::<f64>(session, assignment, plan, workers, job)
    }
}

fn train_with<T: Scalar>(
    session: &Session,
    assignment: Assignment,
    plan: &Plan,
    workers: Workers,
    job: &Job,
) -> Result<Trained, Error> {
    let streams = Streams::new(assignment.seed);
    let failed = assignment.failed();
    let untrained = plan.network(streams).map_err(&failed)?;
    let lessons = plan.lessons(&untrained, streams).map_err(&failed)?;
    let (network, patterns) = (untrained.clone(), lessons.patterns.clone());
    let learning = Learning::<T>::new(network, patterns, &plan.learning, streams);
    let mut learning = learning.map_err(&failed)?.with_workers(workers);
    let path = session.output.checkpoint(&assignment.name());
    let mut history = History::default();
    if path.exists() {
        let archive = Archive::read(&path, KIND, VERSION)?;
        history = history_of(&archive, &path)?;
        learning.import(&archive).map_err(&failed)?;
    }
    job.start_at(learning.loops());
    let is_single = matches!(assignment.group, Group::Single(_));
    let stages = if is_single { plan.stages() } else { vec![] };
    let swept = plan.units() as f64 * plan.inputs().powi(2) * plan.updates();
    let mut since = 0.0;
    let mut ended = "completed".to_string();
    while learning.loops() < plan.loops {
        if session.interrupt.is_set() {
            save(&mut learning, &history, &path)?;
            return Err(Error::Interrupted);
        }
        let number = learning.loops();
        let label = match number {
            0 => Some("loop 1"),
            last if last + 1 == plan.loops => Some("last loop"),
            _ => None,
        };
        let mut watching = Watching::of(plan, learning.network().dt());
        let outcome = match label.filter(|_| is_single) {
            Some(_) => learning.run_loop_with(|moment| watching.see(moment)),
            None => learning.run_loop(),
        };
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(error) => {
                ended = error.to_string();
                break;
            }
        };
        if let Some(label) = label.filter(|_| is_single) {
            let targets = &lessons.patterns[outcome.pattern].targets;
            history.traces.push(watching.traces(label, targets));
        }
        history.loops.push(Loop {
            pattern: outcome.pattern,
            correlation: outcome.correlation,
            weight_change: outcome.weight_change,
            error: outcome.error,
            trained: outcome.trained,
            rate: outcome.rate,
            constant: outcome.constant,
        });
        if stages.contains(&learning.loops()) {
            let tests = test_streams(streams);
            let test = measure::tested(
                learning.network(),
                plan,
                &lessons,
                0,
                STAGE_TRIALS.min(plan.trials),
                tests,
            );
            let test = test.map_err(|e| measure::failed(assignment, e))?;
            history.stages.push(Stage {
                loops: learning.loops(),
                training: outcome.correlation,
                single: test.single(),
                averaged: test.averaged,
                spike_agreement: test.spike_agreement,
            });
        }
        job.update(
            learning.loops(),
            &format!("correlation {:.3}", outcome.correlation),
        );
        since += swept;
        if since >= SWEPT && learning.loops() < plan.loops {
            save(&mut learning, &history, &path)?;
            since = 0.0;
        }
    }
    let active = learning.rls().active();
    let (count, left) = active.fold((0.0, 0.0), |(count, left), active| {
        (count + 1.0, left + f64::from(u8::from(active)))
    });
    let completed = learning.loops() == plan.loops;
    let network = completed.then(|| learning.into_network());
    if let Some(network) = &network {
        let file = session.output.network(&assignment.name());
        network.save(&file).map_err(assignment.failed())?;
    }
    if path.exists() {
        std::fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
    }
    Ok(Trained {
        untrained,
        network,
        lessons,
        history,
        excluded: 1.0 - left / count,
        ended,
    })
}

fn save<T: Scalar>(
    learning: &mut Learning<T>,
    history: &History,
    path: &Path,
) -> Result<(), Error> {
    let mut archive = learning.export();
    let text = serde_json::to_string(history);
    let text = text.map_err(|e| Error::experiment("checkpoint", e))?;
    archive.metadata.insert("history".into(), text);
    Ok(archive.write(path)?)
}

fn history_of(archive: &Archive, path: &Path) -> Result<History, Error> {
    let text = archive.metadata.get("history").map_or("", String::as_str);
    serde_json::from_str(text).map_err(|e| Error::File {
        path: path.into(),
        problem: e.to_string(),
    })
}

/// Collects what a few units do in a loop.
struct Watching {
    followed: Followed,
    shown: std::ops::Range<usize>,
    every: usize,
    dt: f64,
    traces: Vec<Vec<f64>>,
    spikes: Vec<[f64; 2]>,
}

/// Units whose spikes figures show.
pub(super) const RASTER_UNITS: usize = 100;

impl Watching {
    fn of(plan: &Plan, dt: f64) -> Self {
        let shown = plan.shown();
        Self {
            followed: Followed::of(plan),
            traces: vec![Vec::new(); shown.len()],
            shown,
            every: ((TRACE_STEP / dt).round() as usize).max(1),
            dt,
            spikes: Vec::new(),
        }
    }

    fn see(&mut self, moment: &Moment<'_>) {
        let Some(step) = moment.step else { return };
        let spikes = moment.state.spikes().iter().take(RASTER_UNITS).enumerate();
        let time = (step + 1) as f64 * self.dt;
        let fired = spikes.filter(|(_, spike)| **spike > 0.0);
        self.spikes
            .extend(fired.map(|(unit, _)| [time, unit as f64]));
        if step % self.every == 0 {
            let values = self.followed.of_state(moment.state);
            for (trace, unit) in self.traces.iter_mut().zip(self.shown.clone()) {
                trace.push(values[unit]);
            }
        }
    }

    fn traces(self, label: &str, targets: &nalgebra::DMatrix<f64>) -> Traces {
        Traces {
            label: label.into(),
            step: self.every as f64 * self.dt,
            targets: sampled(targets, self.shown, self.every),
            traces: self.traces.into_iter().map(rounded).collect(),
            predicted: vec![],
            spikes: self.spikes,
        }
    }
}

/// Every so many samples of some units.
pub(super) fn sampled(
    traces: &nalgebra::DMatrix<f64>,
    units: std::ops::Range<usize>,
    every: usize,
) -> Vec<Vec<f64>> {
    let samples = |i| {
        (0..traces.ncols())
            .step_by(every)
            .map(move |s| traces[(i, s)])
    };
    units.map(|i| rounded(samples(i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spiking_rls::PAPER;
    use crate::spiking_rls::group::Kind;
    use crate::{Options, Scale};

    const TRAINED: Assignment = Assignment {
        group: Group::Single(Kind::Sines),
        seed: 3,
    };

    fn session(folder: &Path, resume: bool) -> Session {
        let options = Options {
            out: folder.join("out"),
            resume,
            threads: 1,
            ..Options::defaults(&PAPER, Scale::Smoke)
        };
        Session::quiet(&PAPER, options).expect("a folder of our own")
    }

    fn plan() -> Plan {
        let plan = Plan::of(TRAINED.group, Scale::Smoke).expect("it learns");
        Plan { loops: 4, ..plan }
    }

    fn trained(session: &Session) -> Result<Trained, Error> {
        let job = session.progress.job("a network", 4);
        train(session, TRAINED, &plan(), Workers::sequential(), &job)
    }

    #[test]
    fn a_resumed_training_ends_with_the_bits_of_one_that_never_stopped() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let whole = trained(&session(&folder.path().join("whole"), false)).expect("an end");
        // Two loops by hand, a checkpoint, and the rest.
        let parts = folder.path().join("parts");
        let first = session(&parts, false);
        let streams = Streams::new(TRAINED.seed);
        let plan = plan();
        let network = plan.network(streams).expect("valid");
        let lessons = plan.lessons(&network, streams).expect("valid");
        let patterns = lessons.patterns;
        let learning = Learning::<f64>::new(network, patterns, &plan.learning, streams);
        let mut learning = learning.expect("valid");
        let mut history = whole.history.clone();
        for _ in 0..2 {
            learning.run_loop().expect("a positive P");
        }
        history.loops.truncate(2);
        history.traces.truncate(1);
        history.stages.truncate(2);
        let path = first.output.checkpoint(&TRAINED.name());
        save(&mut learning, &history, &path).expect("writable");
        drop(first);
        let resumed = session(&parts, true);
        let gone_on = trained(&resumed).expect("an end");
        assert_eq!(whole.history, gone_on.history);
        let weights = |trained: &Trained| {
            let network = trained.network.as_ref().expect("it came to its end");
            network.weights().to_vec()
        };
        assert_eq!(weights(&whole), weights(&gone_on));
        assert!(!path.exists(), "the checkpoint is gone");
    }

    #[test]
    fn an_interrupt_leaves_a_checkpoint_and_a_damaged_one_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = session(folder.path(), false);
        first.interrupt.set();
        assert!(matches!(trained(&first), Err(Error::Interrupted)));
        let path = first.output.checkpoint(&TRAINED.name());
        assert!(path.exists());
        std::fs::write(&path, b"not a checkpoint").expect("writable");
        drop(first);
        let error = trained(&session(folder.path(), true)).expect_err("damaged");
        assert!(error.to_string().contains("sines-3"), "{error}");
    }
}
