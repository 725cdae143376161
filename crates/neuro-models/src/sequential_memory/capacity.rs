//! How large a network must be to replay a cycle of memories.

use neuro_core::Error as Core;
use neuro_core::System;
use neuro_core::integrate::{RungeKutta4, Stepper};

use super::config::{at_least_one, positive};
use super::network::activation;
use super::recall::MOST_STEPS;
use super::{Drive, Episodes, Network, OverlapFlow, ProjectedFlow};
use crate::Error;

/// When a cycle counts as replayed.
///
/// ```
/// use neuro_core::Streams;
/// use neuro_models::sequential_memory::{Config, CycleTest, Episodes, Network, random_memories};
///
/// // Thirty memories in a network of forty features.
/// let episodes = Episodes::cycles(&[30])?;
/// let network = Network::store(&Config::dsem(), random_memories(40, 30, Streams::new(1)), &episodes)?;
/// let replay = network.replay_cycle(&episodes, &CycleTest::default())?;
/// assert!(replay.passed && replay.chain == 61);
/// # Ok::<(), neuro_models::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CycleTest {
    /// Step of the classical Runge–Kutta method, finite and positive: 0.05.
    pub step: f64,
    /// Steps from one look at the overlaps to the next, at least 1: 10.
    pub steps_per_sample: usize,
    /// Overlap from which on a memory counts as retrieved, finite; or none, so that at any moment the memory of the
    /// largest overlap is (the default, as in the authors' scripts).
    pub threshold: Option<f64>,
    /// Laps, at least 1, of which there must be more visits: 2.
    pub laps: usize,
    /// Share of the visits, from 0 to below 1, which the longest unbroken chain must exceed: 0.8.
    pub chain: f64,
    /// Time without a new visit, in units of the delay's time constant, finite and positive, after which the network
    /// has come to rest: 12, which leave 6e-6 of what the delay held.
    pub patience: f64,
}

impl Default for CycleTest {
    fn default() -> Self {
        Self {
            step: 0.05,
            steps_per_sample: 10,
            threshold: None,
            laps: 2,
            chain: 0.8,
            patience: 12.0,
        }
    }
}

/// What a network did of its cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CycleReplay {
    /// Whether it replayed it.
    pub passed: bool,
    /// Number of visits, at most one more than the laps have.
    pub visits: usize,
    /// Number of visits in the longest chain, each of which follows the one before.
    pub chain: usize,
    /// When it was decided.
    pub time: f64,
    /// Mean over the visits of their largest overlap.
    pub mean_peak: f64,
}

impl CycleTest {
    /// Checks every field.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        positive("step", self.step)?;
        at_least_one("steps_per_sample", self.steps_per_sample)?;
        if let Some(threshold) = self.threshold {
            Core::check_finite("threshold", &[threshold])?;
        }
        at_least_one("laps", self.laps)?;
        let holds = (0.0..1.0).contains(&self.chain);
        Core::check_range("chain", "from 0 to below 1", self.chain, holds)?;
        Ok(positive("patience", self.patience)?)
    }
}

impl Network {
    /// Whether the network, in the adiabatic limit and from its memory 0 on with an empty delay, replays the cycle
    /// of all its memories that these episodes are.
    ///
    /// # Errors
    /// What [`CycleTest::validate`] finds; [`neuro_core::Error::Length`] for episodes of another number of memories;
    /// [`neuro_core::Error::Diverged`].
    pub fn replay_cycle(
        &self,
        episodes: &Episodes,
        test: &CycleTest,
    ) -> Result<CycleReplay, Error> {
        test.validate()?;
        let sample = test.step * test.steps_per_sample as f64;
        let samples = test.patience * self.config.delay_time_constant / sample;
        let steps = samples * test.steps_per_sample as f64;
        let expected =
            "at least a sample and at most 1e12 steps, in units of the delay's time constant";
        let fits = samples >= 1.0 && steps <= MOST_STEPS;
        Core::check_range("patience", expected, test.patience, fits)?;
        let (n, k) = self.memories.shape();
        Core::check_length("memories of the episodes", k, episodes.memories())?;
        let (first, still) = (self.memory(0)?, vec![0.0; n]);
        let watch = Watch {
            test,
            episodes,
            patience: test.patience * self.config.delay_time_constant,
            visits_wanted: test.laps.saturating_mul(k).saturating_add(1),
        };
        if self.is_smaller_in_overlaps() {
            let flow = OverlapFlow::new(self, Drive::Free)?;
            let read = |x: &[f64], overlaps: &mut [f64]| {
                for (m, f) in overlaps.iter_mut().zip(x) {
                    *m = f / n as f64;
                }
            };
            watch.run(&flow, flow.state(first, &still)?, k, read)
        } else {
            let flow = ProjectedFlow::new(self, Drive::Free)?;
            let read = |x: &[f64], overlaps: &mut [f64]| {
                let s = activation(&*self.config.features, &x[..n]);
                for (m, f) in overlaps.iter_mut().zip(self.projection(&s)) {
                    *m = f / n as f64;
                }
            };
            watch.run(&flow, flow.state(first, &still)?, k, read)
        }
    }
}

/// One run of a test.
struct Watch<'a> {
    test: &'a CycleTest,
    episodes: &'a Episodes,
    /// Time without a new visit that ends the run.
    patience: f64,
    visits_wanted: usize,
}

impl Watch<'_> {
    /// Follows the visits of `flow`; `read` writes the `k` overlaps of a state.
    fn run<S: System<f64>>(
        &self,
        flow: &S,
        mut x: Vec<f64>,
        k: usize,
        read: impl Fn(&[f64], &mut [f64]),
    ) -> Result<CycleReplay, Error> {
        let test = self.test;
        let mut work = RungeKutta4.work(flow, 1);
        let mut overlaps = vec![0.0; k];
        let (mut last, mut began) = (None, 0.0);
        let (mut visits, mut chain, mut longest) = (0, 0, 0);
        // Of the visit that goes on, and the sum of those before.
        let (mut peak, mut peaks) = (0.0_f64, 0.0);
        let (mut step, mut time) = (0_usize, 0.0);
        while visits < self.visits_wanted && time - began < self.patience {
            read(&x, &mut overlaps);
            let best = (1..k).fold(0, |b, j| if overlaps[j] > overlaps[b] { j } else { b });
            if test.threshold.is_none_or(|floor| overlaps[best] >= floor) {
                if last == Some(best) {
                    peak = peak.max(overlaps[best]);
                } else {
                    let follows = last.is_some_and(|from| self.episodes.follows(from, best));
                    chain = if follows { chain + 1 } else { 1 };
                    longest = longest.max(chain);
                    peaks += peak;
                    (last, began, peak) = (Some(best), time, overlaps[best]);
                    visits += 1;
                }
            }
            for _ in 0..test.steps_per_sample {
                RungeKutta4.step(flow, time, test.step, &mut x, &mut work);
            }
            step += test.steps_per_sample;
            time = step as f64 * test.step;
            if x.iter().any(|v| !v.is_finite()) {
                let what = "state of the system".into();
                return Err(Core::Diverged { what, step }.into());
            }
        }
        let enough = visits >= self.visits_wanted;
        Ok(CycleReplay {
            passed: enough && longest as f64 > test.chain * visits as f64,
            visits,
            chain: longest,
            time,
            mean_peak: (peaks + peak) / visits.max(1) as f64,
        })
    }
}

/// A search for the smallest size at which something works.
///
/// From its first memory on, a network passes when so many laps of visits hold one unbroken chain that is long enough.
/// The smallest network is found by doubling and bisection. Success is not monotone in the number of features, since
/// each size has memories of its own: what a bisection returns is *a* size at which a network passed below which the
/// last one that was tried failed, not the smallest there is. Source: Karuvally et al., Fig. 4, and their scripts, which
/// simulate other networks than the paper's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizeSearch {
    /// The first size that is tried, at least 1: 2.
    pub first: usize,
    /// The largest size that is tried, at least the first: 500.
    pub largest: usize,
    /// Relative width, from 0 to 1, of the interval in which a bisection ends (sizes are whole in any case): 0.02.
    pub resolution: f64,
}

impl Default for SizeSearch {
    fn default() -> Self {
        Self {
            first: 2,
            largest: 500,
            resolution: 0.02,
        }
    }
}

/// The outcome of a [`SizeSearch`].
#[derive(Clone, Debug, PartialEq)]
pub struct SmallestSize {
    /// The smallest size that worked; none when none did.
    pub size: Option<usize>,
    /// Every size that was tried, in order, and whether it worked.
    pub tried: Vec<(usize, bool)>,
}

impl SizeSearch {
    /// Tries the first size and its doubles (the last one being the largest size) until one works, then bisects
    /// between it and the last failure. At most 64 sizes of each kind.
    ///
    /// ```
    /// use neuro_models::sequential_memory::SizeSearch;
    ///
    /// let search = SizeSearch { resolution: 0.0, ..SizeSearch::default() };
    /// let found = search.run(|size| Ok::<_, neuro_models::Error>(size >= 37))?;
    /// assert_eq!(found.size, Some(37));
    /// assert_eq!(found.tried.iter().map(|(size, _)| *size).collect::<Vec<_>>(), [
    ///     2, 4, 8, 16, 32, 64, 48, 40, 36, 38, 37,
    /// ]);
    /// # Ok::<(), neuro_models::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for the first field that is out of range, and what `works` returns.
    pub fn run<E: From<Core>>(
        &self,
        mut works: impl FnMut(usize) -> Result<bool, E>,
    ) -> Result<SmallestSize, E> {
        self.validate()?;
        let mut tried = Vec::new();
        let mut attempt = |size: usize| -> Result<bool, E> {
            let worked = works(size)?;
            tried.push((size, worked));
            Ok(worked)
        };
        // Below the first size nothing is tried before the bisection.
        let (mut failed, mut size) = (0, self.first);
        while !attempt(size)? {
            if size == self.largest {
                return Ok(SmallestSize { size: None, tried });
            }
            (failed, size) = (size, size.saturating_mul(2).min(self.largest));
        }
        let fine = |gap: usize, size: usize| gap as f64 <= self.resolution * size as f64;
        while size - failed > 1 && !fine(size - failed, size) {
            let middle = failed + (size - failed) / 2;
            if attempt(middle)? {
                size = middle;
            } else {
                failed = middle;
            }
        }
        let size = Some(size);
        Ok(SmallestSize { size, tried })
    }

    fn validate(&self) -> Result<(), Core> {
        at_least_one("first size", self.first)?;
        let expected = format!("at least {}", self.first);
        let holds = self.largest >= self.first;
        Core::check_range("largest size", &expected, self.largest as f64, holds)?;
        let holds = (0.0..=1.0).contains(&self.resolution);
        Core::check_range("resolution", "from 0 to 1", self.resolution, holds)
    }
}
