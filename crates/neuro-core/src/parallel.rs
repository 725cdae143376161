//! The one place that starts threads.
//!
//! Work is cut into pieces whose number and size do not depend on the thread count; piece `i`
//! writes only its own result, and results are combined in index order by the caller. The bits
//! are therefore the same for any number of threads.
//!
//! ```
//! use neuro_core::parallel::Workers;
//! use neuro_core::{Domain, Streams};
//!
//! // The mean of a thousand numbers in each of 16 trials.
//! let streams = Streams::new(1);
//! let mean = |trial: usize| {
//!     let mut normals = streams.normals::<f64>(Domain::Trial, trial as u64);
//!     (0..1000).map(|_| normals.sample()).sum::<f64>() / 1000.0
//! };
//! let alone = Workers::sequential().map(16, mean);
//! assert_eq!(alone, Workers::new(3)?.map(16, mean)); // the same bits
//! # Ok::<(), neuro_core::Error>(())
//! ```

use rayon::prelude::*;

use crate::Error;

/// A fixed set of worker threads; with one thread everything runs on the caller's.
#[derive(Debug)]
pub struct Workers {
    pool: Option<rayon::ThreadPool>,
}

impl Workers {
    /// Work on the calling thread.
    #[must_use]
    pub fn sequential() -> Self {
        Self { pool: None }
    }

    /// Work on `threads` threads; 0 means one for each core.
    ///
    /// # Errors
    /// [`Error::Threads`] when the operating system refuses.
    pub fn new(threads: usize) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if threads == 0 { cores } else { threads };
        if threads == 1 {
            return Ok(Self::sequential());
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|e| Error::Threads {
            threads,
            reason: e.to_string(),
        })?;
        Ok(Self { pool: Some(pool) })
    }

    /// Number of threads.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.pool
            .as_ref()
            .map_or(1, rayon::ThreadPool::current_num_threads)
    }

    /// Calls `work(i, &mut items[i])` for every item, in any order.
    pub fn for_each<I, F>(&self, items: &mut [I], work: F)
    where
        I: Send,
        F: Fn(usize, &mut I) + Sync,
    {
        match &self.pool {
            None => items
                .iter_mut()
                .enumerate()
                .for_each(|(i, item)| work(i, item)),
            Some(pool) => pool.install(|| {
                items
                    .par_iter_mut()
                    .with_max_len(1)
                    .enumerate()
                    .for_each(|(i, item)| work(i, item));
            }),
        }
    }

    /// The results of `work(0)`, `work(1)`, … `work(count - 1)`, in this order.
    pub fn map<R, F>(&self, count: usize, work: F) -> Vec<R>
    where
        R: Send,
        F: Fn(usize) -> R + Sync,
    {
        match &self.pool {
            None => (0..count).map(work).collect(),
            Some(pool) => pool.install(|| {
                (0..count)
                    .into_par_iter()
                    .with_max_len(1)
                    .map(&work)
                    .collect()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_index_order_for_any_thread_count() {
        for threads in [1, 2, 8] {
            let workers = Workers::new(threads).expect("threads start");
            assert_eq!(workers.threads(), threads);
            assert_eq!(workers.map(5, |i| i * i), [0, 1, 4, 9, 16]);
            let mut items = vec![0; 100];
            workers.for_each(&mut items, |i, item| *item = i);
            assert!(items.iter().enumerate().all(|(i, &item)| i == item));
        }
    }
}
