//! Doing the jobs of a run: threads of this process, beside any other processes.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use neuro_core::parallel::Workers;

use super::{Experiment, Job};
use crate::{Error, Session};

/// An experiment and the session that its jobs are done in. The runs that are worked on together share
/// workers, shard, interrupt and display: those of the first session.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The grid of jobs.
    pub experiment: &'a dyn Experiment,
    /// Options and folder.
    pub session: &'a Session,
}

impl std::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Run")
            .field("paper", &self.experiment.paper().name)
            .finish_non_exhaustive()
    }
}

/// A job that could not be done.
#[derive(Debug)]
pub struct Failure {
    /// The paper's name.
    pub paper: &'static str,
    /// The job's name.
    pub job: String,
    /// Why.
    pub error: Error,
}

/// Pauses while all jobs that are left are those of other processes.
const PAUSE: Duration = Duration::from_millis(100);

/// Does the jobs of some runs that are missing in their folders: all jobs, or the share of the first
/// session's [`shard`](crate::Options::shard), counted through all runs. Returns the jobs that failed.
///
/// # Errors
/// [`Error::Interrupted`] after Ctrl-C. The first error of reading or writing files, after which no
/// more jobs are begun. What was done is in the folders then, and the same call goes on.
pub fn work(runs: &[Run<'_>]) -> Result<Vec<Failure>, Error> {
    let Some(first) = runs.first() else {
        return Ok(Vec::new());
    };
    let (interrupt, workers) = (&first.session.interrupt, &first.session.workers);
    let mut todo = missing(runs)?;
    first.session.progress.workers(workers.threads());
    let mut failures = Vec::new();
    let mut waited = false;
    while !todo.is_empty() {
        interrupt.check()?;
        let before = todo.len();
        let mut held = Vec::new();
        for (place, outcome) in one_round(&todo, workers)? {
            match outcome {
                Ok(true) => {}
                Ok(false) => held.push(place),
                Err(error) => failures.push(Failure {
                    paper: todo[place].run.experiment.paper().name,
                    job: todo[place].job.name(),
                    error,
                }),
            }
        }
        held.sort_unstable();
        todo = held.into_iter().map(|place| todo[place].clone()).collect();
        if !todo.is_empty() && todo.len() == before {
            if !waited {
                let words = format!("waiting for {before} jobs of other processes");
                first.session.progress.note(&words);
                waited = true;
            }
            sleep(PAUSE);
        }
    }
    Ok(failures)
}

/// A job of one of the runs.
#[derive(Clone)]
struct Item<'a> {
    run: Run<'a>,
    job: Job,
}

/// The jobs of this process that are not done yet; tells the display how many there are.
fn missing<'a>(runs: &[Run<'a>]) -> Result<Vec<Item<'a>>, Error> {
    let (mut missing, mut number) = (Vec::new(), 0);
    for run in runs {
        let Session {
            options,
            output,
            progress,
            ..
        } = run.session;
        let shard = runs[0].session.options.shard;
        let (mut mine, mut done) = (0, 0);
        for job in run.experiment.jobs(options) {
            let takes = shard.is_none_or(|shard| shard.takes(number));
            number += 1;
            if !takes {
                continue;
            }
            mine += 1;
            match run.experiment.is_done(output, &job) {
                Ok(true) => done += 1,
                Ok(false) => missing.push(Item { run: *run, job }),
                Err(error @ Error::File { .. }) => {
                    progress.note(&format!("{error}; the job is done again"));
                    missing.push(Item { run: *run, job });
                }
                Err(error) => return Err(error),
            }
        }
        progress.expect(mine);
        progress.done_before(done);
    }
    Ok(missing)
}

/// What became of a job: whether it is done, or another process is at it.
type Tried = Result<bool, Error>;

/// Tries each job once; returns what became of each by its place in the list.
fn one_round(todo: &[Item<'_>], workers: &Workers) -> Result<Vec<(usize, Tried)>, Error> {
    // One job has all threads; several have one thread each.
    if let [only] = todo {
        let workers = Workers::new(workers.threads())?;
        return match only.attempt(workers) {
            Err(error) if ends_all(&error) => Err(error),
            tried => Ok(vec![(0, tried)]),
        };
    }
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let lists = workers.map(workers.threads().min(todo.len()), |_| {
        let mut tried = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            let place = next.fetch_add(1, Ordering::SeqCst);
            let Some(item) = todo.get(place) else { break };
            match item.attempt(Workers::sequential()) {
                Ok(done) => tried.push((place, Ok(done))),
                Err(error) if ends_all(&error) => {
                    stop.store(true, Ordering::SeqCst);
                    return Err(error);
                }
                Err(error) => tried.push((place, Err(error))),
            }
        }
        Ok(tried)
    });
    let mut all = Vec::new();
    for list in lists {
        all.extend(list?);
    }
    Ok(all)
}

/// Whether no other job can be done after an error: the person wants to stop, or files cannot be read
/// or written.
fn ends_all(error: &Error) -> bool {
    matches!(error, Error::Interrupted) || is_of_files(error)
}

/// Whether the operating system could not read or write a file.
pub(crate) fn is_of_files(error: &Error) -> bool {
    let mut cause = error.source();
    while let Some(found) = cause {
        if found.is::<std::io::Error>() {
            return true;
        }
        cause = found.source();
    }
    false
}

impl Item<'_> {
    /// Does the job, unless another process is at it or has done it.
    fn attempt(&self, workers: Workers) -> Tried {
        let Run {
            experiment,
            session,
        } = self.run;
        let (output, name) = (&session.output, self.job.name());
        session.interrupt.check()?;
        let Some(lock) = output.hold(&name)? else {
            return Ok(false);
        };
        if let Ok(true) = experiment.is_done(output, &self.job) {
            lock.remove();
            session.progress.done_before(1);
            return Ok(true);
        }
        let (shown, started) = (
            session.progress.job(&name, self.job.updates),
            Instant::now(),
        );
        let summary = experiment.work(session, &self.job, workers, &shown)?;
        output.add_job(started.elapsed())?;
        lock.remove();
        shown.finish(&summary);
        Ok(true)
    }
}
