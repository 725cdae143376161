//! How many jobs there are, how many have finished, and how long the others may take.

use crate::clock;

/// The jobs of all parts.
#[derive(Debug)]
pub(super) struct Counts {
    parts: Vec<Part>,
    /// Jobs that run at the same time.
    workers: usize,
}

/// The jobs of one experiment.
#[derive(Debug, Default)]
struct Part {
    /// What labels begin with.
    prefix: String,
    /// Number of jobs; 0 when it is not known.
    total: usize,
    finished: usize,
    /// Finished jobs that were timed, and their time together.
    timed: usize,
    seconds: f64,
}

impl Counts {
    /// One part without a name.
    pub(super) fn new(total: usize) -> Self {
        let part = Part {
            total,
            ..Part::default()
        };
        Self {
            parts: vec![part],
            workers: 1,
        }
    }

    /// Adds a part; returns its place.
    pub(super) fn add_part(&mut self, name: &str) -> usize {
        let prefix = format!("{name}/");
        self.parts.push(Part {
            prefix,
            ..Part::default()
        });
        self.parts.len() - 1
    }

    pub(super) fn expect(&mut self, part: usize, total: usize) {
        self.parts[part].total = total;
    }

    pub(super) fn workers(&mut self, workers: usize) {
        self.workers = workers.max(1);
    }

    pub(super) fn done_before(&mut self, part: usize, jobs: usize) {
        self.parts[part].finished += jobs;
    }

    /// The whole label of a job that begins.
    pub(super) fn begin(&self, part: usize, label: &str) -> String {
        format!("{}{label}", self.parts[part].prefix)
    }

    pub(super) fn finish(&mut self, part: usize, seconds: f64) {
        let part = &mut self.parts[part];
        part.finished += 1;
        part.timed += 1;
        part.seconds += seconds;
    }

    pub(super) fn total(&self) -> usize {
        self.parts.iter().map(|part| part.total).sum()
    }

    pub(super) fn finished(&self) -> usize {
        self.parts.iter().map(|part| part.finished).sum()
    }

    /// The time left in words, empty when nothing is left or nothing is known: a job is expected to
    /// take the mean time of those of its part, or of all where its part has none yet.
    pub(super) fn left(&self) -> String {
        let timed: usize = self.parts.iter().map(|part| part.timed).sum();
        let seconds: f64 = self.parts.iter().map(|part| part.seconds).sum();
        if timed == 0 || self.finished() >= self.total() {
            return String::new();
        }
        let left = self.parts.iter().map(|part| {
            let mean = match part.timed {
                0 => seconds / timed as f64,
                timed => part.seconds / timed as f64,
            };
            mean * part.total.saturating_sub(part.finished) as f64
        });
        let seconds = left.sum::<f64>() / self.workers as f64;
        format!(", about {} left", clock::words(seconds.round() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_is_that_of_the_jobs_of_each_part() {
        let mut counts = Counts::new(0);
        let (short, long) = (counts.add_part("short"), counts.add_part("long"));
        counts.workers(2);
        counts.expect(short, 11);
        counts.expect(long, 3);
        assert_eq!(counts.left(), "", "nothing is known yet");
        counts.finish(short, 4.0);
        // 10 and 3 jobs of 4 s, two at a time.
        assert_eq!(counts.left(), ", about 26 s left");
        counts.finish(long, 100.0);
        assert_eq!(counts.left(), ", about 2 min 0 s left");
        counts.done_before(long, 2);
        assert_eq!(counts.left(), ", about 20 s left");
        counts.done_before(short, 10);
        assert_eq!((counts.finished(), counts.total()), (14, 14));
        assert_eq!(counts.left(), "");
    }
}
