//! What a network replays: overlaps over time, and the memories that they visit.

use nalgebra::DMatrix;
use neuro_core::Error as Core;

use super::Episodes;
use crate::Error;

/// Overlap from which on a memory counts as retrieved.
pub(super) const THRESHOLD: f64 = 0.8;

/// A stay in one memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Visit {
    /// Index of the memory, counted from 0.
    pub memory: usize,
    /// Time of the first sample in it.
    pub start: f64,
    /// Time of the last sample in it before another memory.
    pub end: f64,
    /// Largest overlap during the stay; 1 is the memory itself.
    pub peak: f64,
}

/// How long memories are on, from the onset of one to the onset of the next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dwell {
    /// Mean time, in the unit of the times of the replay (`T_f`).
    pub mean: f64,
    /// Standard deviation over the visits, without correction.
    pub deviation: f64,
    /// Number of visits.
    pub visits: usize,
}

/// The overlaps of a run with some patterns, and the visits that they show.
///
/// A memory is on when its overlap is the largest and reaches a threshold. The largest alone would not do: a
/// mixture of memories, too, has a largest overlap.
///
/// ```
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_models::sequential_memory::{Episodes, Replay};
///
/// // Two memories; at time 1 neither is on, at times 4 and 5 the first is on again.
/// let overlaps = DMatrix::from_column_slice(2, 6, &[
///     0.9, 0.1, 0.6, 0.5, 0.1, 0.95, 0.0, 1.0, 1.0, 0.0, 0.9, 0.0,
/// ]);
/// let times = (0..6).map(f64::from).collect();
/// let replay = Replay::new(times, overlaps, 0.8)?;
/// assert_eq!(replay.sequence(), [0, 1, 0]);
/// assert_eq!(replay.dwell().map(|d| d.mean), Some(2.0)); // the one visit with a known begin and end
/// assert!(replay.follows(&Episodes::cycles(&[2])?));
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Replay {
    times: Vec<f64>,
    overlaps: DMatrix<f64>,
    threshold: f64,
    visits: Vec<Visit>,
}

impl Replay {
    /// Finds the visits in overlaps (patterns x samples) at these times.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when there is not one column for each time, a value is not finite, or there is no
    /// pattern.
    pub fn new(times: Vec<f64>, overlaps: DMatrix<f64>, threshold: f64) -> Result<Self, Error> {
        Core::check_length("samples of the overlaps", times.len(), overlaps.ncols())?;
        Core::check_finite("times", &times)?;
        Core::check_finite("overlaps", overlaps.as_slice())?;
        Core::check_finite("threshold", &[threshold])?;
        if overlaps.nrows() == 0 {
            let what = "patterns of the overlaps".into();
            return Err(Core::Empty { what }.into());
        }
        let visits = visits(&times, &overlaps, threshold);
        Ok(Self {
            times,
            overlaps,
            threshold,
            visits,
        })
    }

    /// Times of the samples.
    #[must_use]
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// Overlaps, patterns x samples.
    #[must_use]
    pub fn overlaps(&self) -> &DMatrix<f64> {
        &self.overlaps
    }

    /// The visits in order; two that follow each other are of different memories.
    #[must_use]
    pub fn visits(&self) -> &[Visit] {
        &self.visits
    }

    /// The memories in the order of their visits.
    #[must_use]
    pub fn sequence(&self) -> Vec<usize> {
        self.visits.iter().map(|v| v.memory).collect()
    }

    /// Times from onset to onset; neither of the first visit, which is as long as the cue makes it, nor of the
    /// last, which is not over.
    #[must_use]
    pub fn dwell_times(&self) -> Vec<f64> {
        let known = self.visits.get(1..).unwrap_or(&[]);
        known.windows(2).map(|v| v[1].start - v[0].start).collect()
    }

    /// Mean and spread of the [`dwell_times`](Self::dwell_times); none with less than three visits.
    #[must_use]
    pub fn dwell(&self) -> Option<Dwell> {
        let times = self.dwell_times();
        let count = times.len() as f64;
        let mean = times.iter().sum::<f64>() / count;
        let variance = times.iter().map(|t| (t - mean).powi(2)).sum::<f64>() / count;
        (!times.is_empty()).then(|| Dwell {
            mean,
            deviation: variance.sqrt(),
            visits: times.len(),
        })
    }

    /// Share of the samples in which a memory is on.
    #[must_use]
    pub fn fraction_retrieved(&self) -> f64 {
        let on = self.overlaps.column_iter();
        let on = on.filter(|m| m.max() >= self.threshold).count();
        on as f64 / self.times.len().max(1) as f64
    }

    /// Largest overlap that a pattern has at any sample.
    ///
    /// # Panics
    /// When there is no such pattern.
    #[must_use]
    pub fn peak(&self, pattern: usize) -> f64 {
        self.overlaps.row(pattern).max()
    }

    /// Whether every visit but the first follows the one before it in these episodes.
    #[must_use]
    pub fn follows(&self, episodes: &Episodes) -> bool {
        self.longest_chain(episodes) == self.visits.len()
    }

    /// The largest number of visits in a row, each of which follows the one before.
    #[must_use]
    pub fn longest_chain(&self, episodes: &Episodes) -> usize {
        let sequence = self.sequence();
        let mut longest = sequence.len().min(1);
        let mut chain = longest;
        for pair in sequence.windows(2) {
            chain = if episodes.follows(pair[0], pair[1]) {
                chain + 1
            } else {
                1
            };
            longest = longest.max(chain);
        }
        longest
    }
}

fn visits(times: &[f64], overlaps: &DMatrix<f64>, threshold: f64) -> Vec<Visit> {
    let mut visits: Vec<Visit> = Vec::new();
    for (time, overlaps) in times.iter().zip(overlaps.column_iter()) {
        let (memory, overlap) = overlaps.argmax();
        if overlap < threshold {
            continue;
        }
        match visits.last_mut() {
            Some(visit) if visit.memory == memory => {
                visit.end = *time;
                visit.peak = visit.peak.max(overlap);
            }
            _ => visits.push(Visit {
                memory,
                start: *time,
                end: *time,
                peak: overlap,
            }),
        }
    }
    visits
}
