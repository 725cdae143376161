//! The parts of the trials that a cross-validation leaves out in turn.

use neuro_core::noise::StandardNormals;
use neuro_core::{Domain, Streams};

use crate::Error;

/// Which fold each trial belongs to: tested in that fold, trained on in all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folds {
    assignment: Vec<usize>,
    count: usize,
}

impl Folds {
    /// `count` folds of `trials` trials, drawn at random and of equal size up to one trial, from
    /// stream `index` of [`Domain::Analysis`].
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for fewer than two folds, [`Error::TooFewSamples`] for
    /// fewer trials than folds.
    ///
    /// ```
    /// use neuro_analysis::decode::Folds;
    /// use neuro_core::Streams;
    ///
    /// let folds = Folds::random(10, 3, Streams::new(1), 0)?;
    /// let sizes: Vec<usize> = (0..3).map(|fold| folds.test(fold).len()).collect();
    /// assert_eq!(sizes, [4, 3, 3]);
    /// assert_eq!(folds.train(0).len(), 6);
    /// # Ok::<(), neuro_analysis::Error>(())
    /// ```
    pub fn random(
        trials: usize,
        count: usize,
        streams: Streams,
        index: u64,
    ) -> Result<Self, Error> {
        Self::draw(trials, count, &mut streams.normals(Domain::Analysis, index))
    }

    /// Random folds in which both labels are spread evenly: the trials of either label differ by
    /// at most one between folds.
    ///
    /// # Errors
    /// As [`Folds::random`].
    pub fn stratified(
        labels: &[bool],
        count: usize,
        streams: Streams,
        index: u64,
    ) -> Result<Self, Error> {
        check(labels.len(), count)?;
        let mut normals = streams.normals(Domain::Analysis, index);
        let mut order = random_order(labels.len(), &mut normals);
        order.sort_by_key(|&trial| labels[trial]);
        Ok(Self::dealt(&order, count))
    }

    /// The folds of a given assignment, such as one fold for each condition or session.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for fewer than two folds or a fold without a trial.
    pub fn from_assignment(assignment: Vec<usize>) -> Result<Self, Error> {
        let count = assignment
            .iter()
            .map(|fold| fold.saturating_add(1))
            .max()
            .unwrap_or(0);
        check_count(count)?;
        // Checked before room is made for the folds: a wild index must not ask for its memory.
        let what = "number of folds";
        let enough = count <= assignment.len();
        neuro_core::Error::check_range(what, "at most the trials", count as f64, enough)?;
        let mut sizes = vec![0; count];
        for &fold in &assignment {
            sizes[fold] += 1;
        }
        for (fold, &size) in sizes.iter().enumerate() {
            let what = format!("trials of fold {fold}");
            neuro_core::Error::check_range(&what, "at least 1", 0.0, size > 0)?;
        }
        Ok(Self { assignment, count })
    }

    /// Number of folds.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of trials.
    #[must_use]
    pub fn trials(&self) -> usize {
        self.assignment.len()
    }

    /// The fold of each trial.
    #[must_use]
    pub fn assignment(&self) -> &[usize] {
        &self.assignment
    }

    /// The trials of a fold, ascending.
    #[must_use]
    pub fn test(&self, fold: usize) -> Vec<usize> {
        self.select(|of| of == fold)
    }

    /// The trials of all other folds, ascending.
    #[must_use]
    pub fn train(&self, fold: usize) -> Vec<usize> {
        self.select(|of| of != fold)
    }

    pub(super) fn draw(
        trials: usize,
        count: usize,
        normals: &mut StandardNormals,
    ) -> Result<Self, Error> {
        check(trials, count)?;
        neuro_core::Error::check_size::<f64>("trials", &[trials])?;
        Ok(Self::dealt(&random_order(trials, normals), count))
    }

    fn dealt(order: &[usize], count: usize) -> Self {
        let mut assignment = vec![0; order.len()];
        for (position, &trial) in order.iter().enumerate() {
            assignment[trial] = position % count;
        }
        Self { assignment, count }
    }

    fn select(&self, holds: impl Fn(usize) -> bool) -> Vec<usize> {
        let trials = 0..self.assignment.len();
        trials.filter(|&t| holds(self.assignment[t])).collect()
    }
}

/// A random order of the trials: that of as many normal numbers.
fn random_order(trials: usize, normals: &mut StandardNormals) -> Vec<usize> {
    let mut keys = vec![0.0; trials];
    normals.fill(&mut keys);
    let mut order: Vec<usize> = (0..trials).collect();
    order.sort_by(|&i, &j| keys[i].total_cmp(&keys[j]));
    order
}

fn check_count(count: usize) -> Result<(), Error> {
    let what = "number of folds";
    neuro_core::Error::check_range(what, "at least 2", count as f64, count >= 2)?;
    Ok(())
}

pub(super) fn check(trials: usize, count: usize) -> Result<(), Error> {
    check_count(count)?;
    if trials < count {
        return Err(Error::TooFewSamples {
            what: format!("trials of a cross-validation with {count} folds"),
            needed: count,
            found: trials,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folds_are_stable() {
        let folds = Folds::random(8, 3, Streams::new(4), 0).expect("enough trials");
        assert_eq!(
            folds,
            Folds::random(8, 3, Streams::new(4), 0).expect("enough trials")
        );
        let other = Folds::random(8, 3, Streams::new(4), 1).expect("enough trials");
        assert_ne!(folds, other);
        assert_eq!(folds.assignment(), [1, 2, 1, 0, 1, 0, 2, 0]);
    }

    #[test]
    fn bad_folds_are_refused_by_name() {
        let found = Folds::random(3, 4, Streams::new(0), 0);
        assert!(matches!(
            found,
            Err(Error::TooFewSamples {
                needed: 4,
                found: 3,
                ..
            })
        ));
        assert!(Folds::random(3, 1, Streams::new(0), 0).is_err());
        assert!(Folds::stratified(&[true], 2, Streams::new(0), 0).is_err());
        assert!(Folds::from_assignment(vec![0, 2, 0]).is_err());
        assert!(Folds::from_assignment(vec![0, 0]).is_err());
        assert!(Folds::from_assignment(vec![]).is_err());
        assert!(Folds::from_assignment(vec![0, usize::MAX]).is_err());
        let given = Folds::from_assignment(vec![1, 0, 1]).expect("two folds");
        assert_eq!(
            (given.count(), given.trials(), given.test(1)),
            (2, 3, vec![0, 2])
        );
    }

    proptest! {
        #[test]
        fn every_trial_is_tested_once_and_labels_are_spread(
            labels in proptest::collection::vec(any::<bool>(), 6..60), count in 2usize..7,
        ) {
            let folds = Folds::stratified(&labels, count, Streams::new(2), 7).expect("enough");
            let mut tested = vec![0; labels.len()];
            let mut of_label = [vec![], vec![]];
            for fold in 0..count {
                let (test, train) = (folds.test(fold), folds.train(fold));
                prop_assert_eq!(test.len() + train.len(), labels.len());
                test.iter().for_each(|&t| tested[t] += 1);
                let positive = test.iter().filter(|&&t| labels[t]).count();
                of_label[0].push(test.len() - positive);
                of_label[1].push(positive);
            }
            prop_assert!(tested.iter().all(|&n| n == 1));
            for sizes in of_label {
                let (least, most) = (sizes.iter().min(), sizes.iter().max());
                prop_assert!(most.zip(least).is_some_and(|(m, l)| m - l <= 1));
            }
        }
    }
}
