//! Progress of long jobs: a live bar for each running job at a terminal, otherwise a plain line
//! now and then.
//!
//! A job has a label, a number of updates and a message (the latest loss, accuracy …). At a
//! terminal it shows as `label  [####----]  120/500  loss 0.031  (3 min 20 s, 10 min 30 s left)`;
//! a finished job leaves one line. When standard error is not a terminal, the same facts come as
//! plain lines, for all jobs together at most one every five seconds, and one at the end of each
//! job. Progress goes to standard error, so that it never mixes with results.
//!
//! ```
//! use neuro_papers::Progress;
//!
//! let progress = Progress::quiet();
//! std::thread::scope(|scope| {
//!     for network in 0..2 {
//!         let job = progress.job(&format!("network {network}"), 100);
//!         scope.spawn(move || {
//!             for update in 1..=100 {
//!                 job.update(update, &format!("loss {:.3}", 1.0 / update as f64));
//!             }
//!             job.finish("converged");
//!         });
//!     }
//! });
//! assert_eq!(progress.finished(), 2);
//! ```

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::clock;

mod counts;

use counts::Counts;

/// Time between plain lines: often enough to see life, seldom enough for a log file.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);

/// Where the progress of all jobs is shown; clones show in the same place.
#[derive(Clone, Debug)]
pub struct Progress {
    shared: Arc<Shared>,
    /// Place in the parts that are counted for themselves.
    part: usize,
}

#[derive(Debug)]
struct Shared {
    display: Display,
    counts: Mutex<Counts>,
    started: Instant,
}

#[derive(Debug)]
enum Display {
    Quiet,
    /// A bar for each running job, and one below them for all jobs.
    Bars(MultiProgress, ProgressBar),
    Lines(Mutex<Lines>),
}

struct Lines {
    to: Box<dyn Write + Send>,
    interval: Duration,
    last: Option<Instant>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Progress {
    /// Progress on standard error of `total` jobs (0: not known, see [`expect`](Self::expect)): bars
    /// at a terminal, otherwise plain lines.
    #[must_use]
    pub fn new(total: usize) -> Self {
        if io::stderr().is_terminal() {
            return Self::with(Display::bars(ProgressDrawTarget::stderr_with_hz(8)), total);
        }
        Self::lines(total, Box::new(io::stderr()), PLAIN_INTERVAL)
    }

    /// Progress that is counted but not shown, for tests and for callers with their own display.
    #[must_use]
    pub fn quiet() -> Self {
        Self::with(Display::Quiet, 0)
    }

    fn lines(total: usize, to: Box<dyn Write + Send>, interval: Duration) -> Self {
        let last = None;
        let lines = Lines { to, interval, last };
        Self::with(Display::Lines(Mutex::new(lines)), total)
    }

    fn with(display: Display, total: usize) -> Self {
        let shared = Shared {
            display,
            counts: Mutex::new(Counts::new(total)),
            started: Instant::now(),
        };
        Self {
            shared: Arc::new(shared),
            part: 0,
        }
    }

    /// The same display for one of several experiments: its jobs are labelled `name/...` and counted
    /// for themselves, since those of different experiments take different times.
    #[must_use]
    pub fn part(&self, name: &str) -> Self {
        let part = self.shared.counts().add_part(name);
        Self {
            shared: Arc::clone(&self.shared),
            part,
        }
    }

    /// Starts a job of `total` updates; 0 when the number is not known.
    #[must_use]
    pub fn job(&self, label: &str, total: u64) -> Job {
        let label = self.shared.counts().begin(self.part, label);
        let bar = match &self.shared.display {
            Display::Bars(bars, all) => {
                let bar = bars.insert_before(all, ProgressBar::new(total));
                bar.set_style(style(total));
                bar.set_prefix(label.clone());
                // Redrawn between updates too, so that the clock runs while an update is long.
                bar.enable_steady_tick(Duration::from_millis(500));
                Some(bar)
            }
            Display::Quiet | Display::Lines(_) => None,
        };
        Job {
            shared: Arc::clone(&self.shared),
            part: self.part,
            label,
            total,
            first: AtomicU64::new(0),
            started: Instant::now(),
            bar,
        }
    }

    /// Says how many jobs there will be, those that have finished included.
    pub fn expect(&self, total: usize) {
        let mut counts = self.shared.counts();
        counts.expect(self.part, total);
        self.shared.show_all(&counts);
    }

    /// Counts some jobs as finished that were done before, or by another process.
    pub fn done_before(&self, jobs: usize) {
        let mut counts = self.shared.counts();
        counts.done_before(self.part, jobs);
        self.shared.show_all(&counts);
    }

    /// Says how many jobs run at the same time, for the estimate of the time left.
    pub fn workers(&self, workers: usize) {
        self.shared.counts().workers(workers);
    }

    /// Number of jobs that have finished.
    #[must_use]
    pub fn finished(&self) -> usize {
        self.shared.counts().finished()
    }

    /// Shows a line without disturbing the bars.
    pub fn note(&self, line: &str) {
        self.shared.print(line);
    }
}

impl Shared {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows how many of all jobs have finished.
    fn show_all(&self, counts: &Counts) {
        if let Display::Bars(_, all) = &self.display
            && counts.total() > 1
        {
            all.set_length(counts.total() as u64);
            all.set_position(counts.finished() as u64);
            all.set_message(counts.left());
            all.enable_steady_tick(Duration::from_millis(500));
        }
    }

    fn print(&self, line: &str) {
        match &self.display {
            Display::Quiet => {}
            // A display that cannot be written to is no reason to lose the experiment.
            Display::Bars(bars, _) => drop(bars.println(line)),
            Display::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                lines.print(line);
            }
        }
    }
}

impl Display {
    fn bars(target: ProgressDrawTarget) -> Self {
        let bars = MultiProgress::with_draw_target(target);
        let all = bars.add(ProgressBar::no_length());
        let template = "{prefix:20} [{bar:20}] {pos:>6}/{len} jobs in {elapsed}{msg}";
        let style = ProgressStyle::with_template(template).expect("the template above is valid");
        all.set_style(style.progress_chars("=> "));
        all.set_prefix("all");
        Self::Bars(bars, all)
    }
}

impl Lines {
    fn print(&mut self, line: &str) {
        let _ = writeln!(self.to, "{line}");
        self.last = Some(Instant::now());
    }

    fn is_due(&self) -> bool {
        self.last.is_none_or(|last| last.elapsed() >= self.interval)
    }
}

/// One running job. Dropped without [`finish`](Self::finish), it disappears from the display.
#[derive(Debug)]
pub struct Job {
    shared: Arc<Shared>,
    part: usize,
    label: String,
    total: u64,
    first: AtomicU64,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Job {
    /// Says that the job goes on from an earlier run's update `position`, so that the time left is
    /// judged by the updates made now.
    pub fn start_at(&self, position: u64) {
        self.first.store(position, Ordering::SeqCst);
        if let Some(bar) = &self.bar {
            bar.set_position(position);
            bar.reset_eta();
        }
    }

    /// Shows that `position` updates are done, with the latest figures in words. Cheap enough to
    /// call after every update.
    pub fn update(&self, position: u64, message: &str) {
        match &self.shared.display {
            Display::Quiet => {}
            Display::Bars(..) => {
                if let Some(bar) = &self.bar {
                    bar.set_position(position);
                    bar.set_message(message.to_string());
                }
            }
            Display::Lines(lines) => {
                let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
                if lines.is_due() {
                    lines.print(&self.line(position, message));
                }
            }
        }
    }

    /// Ends the job with its outcome in words.
    pub fn finish(self, message: &str) {
        // Held until the line is shown, so that the lines of two jobs that end together come in the
        // order of their counts.
        let mut counts = self.shared.counts();
        let took = self.started.elapsed();
        counts.finish(self.part, took.as_secs_f64());
        let mut line = format!(
            "{}: {message} ({})",
            self.label,
            clock::words(took.as_secs())
        );
        let total = counts.total();
        if total > 1 {
            let since = clock::words(self.shared.started.elapsed().as_secs());
            let (finished, left) = (counts.finished(), counts.left());
            line.push_str(&format!(
                "; {finished} of {total} jobs done in {since}{left}"
            ));
        }
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.shared.show_all(&counts);
        self.shared.print(&line);
    }

    fn line(&self, position: u64, message: &str) -> String {
        let elapsed = self.started.elapsed();
        let mut times = clock::words(elapsed.as_secs());
        let done = position.saturating_sub(self.first.load(Ordering::SeqCst));
        if self.total > position && done > 0 {
            let left = elapsed.as_secs_f64() / done as f64 * (self.total - position) as f64;
            times.push_str(&format!(", {} left", clock::words(left as u64)));
        }
        let count = if self.total == 0 {
            position.to_string()
        } else {
            format!("{position}/{}", self.total)
        };
        format!("{}: {count}  {message}  ({times})", self.label)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar
            && !bar.is_finished()
        {
            bar.finish_and_clear();
        }
    }
}

fn style(total: u64) -> ProgressStyle {
    let template = if total == 0 {
        "{prefix:20} {spinner} {pos}  {msg}  ({elapsed})"
    } else {
        "{prefix:20} [{bar:20}] {pos:>6}/{len}  {msg}  ({elapsed}, {eta} left)"
    };
    ProgressStyle::with_template(template)
        .expect("the templates above are valid")
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Text that a test can read while progress is written to it.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no test panics here").write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Page {
        fn lines(&self) -> Vec<String> {
            let bytes = self.0.lock().expect("no test panics here").clone();
            let text = String::from_utf8(bytes).expect("text");
            text.lines().map(String::from).collect()
        }
    }

    #[test]
    fn plain_lines_come_at_most_once_an_interval_for_all_jobs() {
        let page = Page::default();
        let hour = Duration::from_secs(3600);
        let progress = Progress::lines(2, Box::new(page.clone()), hour);
        let (a, b) = (progress.job("a", 100), progress.job("b", 100));
        for update in 1..=50 {
            a.update(update, "loss 1.0");
            b.update(update, "loss 2.0");
        }
        assert_eq!(page.lines(), ["a: 1/100  loss 1.0  (0 s, 0 s left)"]);
        b.finish("converged");
        assert_eq!(
            page.lines()[1],
            "b: converged (0 s); 1 of 2 jobs done in 0 s, about 0 s left"
        );
        assert_eq!(progress.finished(), 1);
    }

    #[test]
    fn a_job_of_unknown_length_shows_its_count() {
        let page = Page::default();
        let progress = Progress::lines(1, Box::new(page.clone()), Duration::ZERO);
        let job = progress.job("search", 0);
        job.update(7, "3 found");
        job.finish("4 found");
        assert_eq!(
            page.lines(),
            ["search: 7  3 found  (0 s)", "search: 4 found (0 s)"]
        );
    }

    #[test]
    fn jobs_work_from_many_threads() {
        fn shared<T: Send + Sync>(_: &T) {}
        let progress = Progress::quiet();
        shared(&progress);
        shared(&progress.job("a", 1));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| progress.job("network", 1).finish("done"));
            }
        });
        assert_eq!(progress.finished(), 8);
    }

    #[test]
    fn the_styles_of_bars_are_valid() {
        let progress = Progress::with(Display::bars(ProgressDrawTarget::hidden()), 2);
        for total in [0, 10] {
            let job = progress.job("network", total);
            job.start_at(3);
            job.update(4, "loss 0.1");
            drop(job);
        }
        progress.job("network", 1).finish("done");
        assert_eq!(progress.finished(), 1, "a dropped job has not finished");
    }
}
