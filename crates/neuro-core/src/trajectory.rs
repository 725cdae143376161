//! States over time: one contiguous block of units x (trials, time).

use nalgebra::DMatrix;

use crate::{Error, Scalar};

/// The values of some units over trials and steps.
///
/// Unit = row, trial = column, time = outermost block, column-major: one trial's state at one step
/// is contiguous, one step of all trials is a `units x trials` block, and the whole is a
/// `units x (trials * steps)` matrix, so that a weight gradient is one product.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory<T: Scalar = f64> {
    data: Vec<T>,
    units: usize,
    trials: usize,
    steps: usize,
}

impl<T: Scalar> Trajectory<T> {
    /// A trajectory of zeros.
    ///
    /// # Panics
    /// When it does not fit into memory, which
    /// [`Error::check_size`] tells beforehand.
    #[must_use]
    pub fn zeros(units: usize, trials: usize, steps: usize) -> Self {
        let count = units.checked_mul(trials).and_then(|n| n.checked_mul(steps));
        let count = count.expect("a trajectory that fits into memory");
        Self {
            data: vec![T::zero(); count],
            units,
            trials,
            steps,
        }
    }

    /// A trajectory from its values in storage order: unit fastest, then trial, then step.
    ///
    /// # Errors
    /// [`Error::Length`] when `data` is not `units * trials * steps` long.
    pub fn from_vec(
        units: usize,
        trials: usize,
        steps: usize,
        data: Vec<T>,
    ) -> Result<Self, Error> {
        let expected = units.saturating_mul(trials).saturating_mul(steps);
        Error::check_length("trajectory", expected, data.len())?;
        Ok(Self {
            data,
            units,
            trials,
            steps,
        })
    }

    /// Number of units.
    #[must_use]
    pub fn units(&self) -> usize {
        self.units
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.trials
    }

    /// Number of steps.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// All trials at one step: `units x trials`, column-major.
    ///
    /// # Panics
    /// When `step` is out of range.
    #[must_use]
    pub fn step(&self, step: usize) -> &[T] {
        &self.data[step * self.block()..][..self.block()]
    }

    /// All trials at one step, for writing.
    ///
    /// # Panics
    /// When `step` is out of range.
    #[must_use]
    pub fn step_mut(&mut self, step: usize) -> &mut [T] {
        let block = self.block();
        &mut self.data[step * block..][..block]
    }

    /// The state of one trial at one step.
    ///
    /// # Panics
    /// When `step` or `trial` is out of range.
    #[must_use]
    pub fn state(&self, step: usize, trial: usize) -> &[T] {
        &self.step(step)[trial * self.units..][..self.units]
    }

    /// The state of one trial at one step, for writing.
    ///
    /// # Panics
    /// When `step` or `trial` is out of range.
    #[must_use]
    pub fn state_mut(&mut self, step: usize, trial: usize) -> &mut [T] {
        let units = self.units;
        &mut self.step_mut(step)[trial * units..][..units]
    }

    /// All trials at the last step.
    ///
    /// # Panics
    /// When there is no step.
    #[must_use]
    pub fn last(&self) -> &[T] {
        self.step(self.steps() - 1)
    }

    /// Block `step` for reading beside block `step + 1` for writing.
    ///
    /// # Panics
    /// When `step + 1` is out of range.
    #[must_use]
    pub fn advance(&mut self, step: usize) -> (&[T], &mut [T]) {
        let block = self.block();
        let (before, after) = self.data.split_at_mut((step + 1) * block);
        (&before[step * block..], &mut after[..block])
    }

    /// One trial over time: `units x steps`.
    ///
    /// # Panics
    /// When `trial` is out of range.
    #[must_use]
    pub fn trial(&self, trial: usize) -> DMatrix<T>
    where
        T: nalgebra::Scalar,
    {
        DMatrix::from_fn(self.units, self.steps(), |i, t| self.state(t, trial)[i])
    }

    /// The mean of each unit over all trials and some steps.
    ///
    /// ```
    /// use neuro_core::Trajectory;
    ///
    /// // Two units, two trials, one step.
    /// let rates = Trajectory::from_vec(2, 2, 1, vec![1.0, 5.0, 3.0, 7.0])?;
    /// assert_eq!(rates.mean(0..1), [2.0, 6.0]);
    /// # Ok::<(), neuro_core::Error>(())
    /// ```
    ///
    /// # Panics
    /// When there is no such step, or none at all.
    #[must_use]
    pub fn mean(&self, steps: std::ops::Range<usize>) -> Vec<f64> {
        let count = steps.len() * self.trials;
        assert!(count > 0, "at least one step of one trial");
        let mut mean = vec![0.0; self.units];
        for step in steps {
            for state in self.step(step).chunks_exact(self.units.max(1)) {
                for (mean, x) in mean.iter_mut().zip(state) {
                    *mean += x.as_f64();
                }
            }
        }
        mean.iter_mut().for_each(|m| *m /= count as f64);
        mean
    }

    /// All values in storage order, a `units x (trials * steps)` matrix.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.data
    }

    /// All values in storage order, for writing.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.data
    }

    fn block(&self) -> usize {
        self.units * self.trials
    }
}
