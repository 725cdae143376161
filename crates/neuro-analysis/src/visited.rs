//! Surfaces on visited states: an energy that a slow variable moves, seen where a run has been.
//!
//! A network of many fast variables `v` and slow variables `d` has an energy `E(v, d)` that cannot be drawn. What can be
//! drawn is its value for each state `v` that a run went through with each `d` that it went through. A run stays in some
//! states for long, so that the states are thinned first: one is kept when it is less like the last kept one than a
//! threshold. Source: Karuvally, Sejnowski & Siegelmann, General sequential episodic memory model, Figs. 2A, 3A and 5A.
//!
//! ```
//! use neuro_analysis::visited::{Likeness, VisitedSurface, visited_states};
//! use neuro_core::nalgebra::DMatrix;
//!
//! // The state goes from 0 to 1 after the slow variable has gone from 0 to 1.
//! let v = DMatrix::from_row_slice(1, 6, &[0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
//! let d = DMatrix::from_row_slice(1, 6, &[0.0, 0.5, 1.0, 1.0, 1.0, 1.0]);
//! let moved = Likeness::Distance { scale: 1.0 };
//! let (fast, slow) = (visited_states(&v, moved, 0.5)?, visited_states(&d, moved, 0.7)?);
//! assert_eq!((&fast[..], &slow[..]), (&[0, 4][..], &[0, 1, 2][..]));
//! let energy = |i: usize, j: usize| (v[fast[i]] - d[slow[j]]).powi(2);
//! let surface = VisitedSurface::new(fast.clone(), slow.clone(), DMatrix::from_fn(2, 3, energy))?;
//! // The lowest of the visited states follows the slow variable; the run stays behind.
//! assert_eq!(surface.valley(), [0, 0, 1]);
//! assert_eq!(surface.course(6)?, [(0, 0), (0, 1), (0, 2), (0, 2), (1, 2), (1, 2)]);
//! # Ok::<(), neuro_analysis::Error>(())
//! ```

use nalgebra::DMatrix;
use neuro_core::Error as Core;

use crate::Error;

/// How alike two states are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Likeness {
    /// `a . b / n`, for `n` variables: 1 for equal states of +-1.
    Overlap,
    /// `a . b / (|a| |b|)`; 0 when one of them is 0.
    Cosine,
    /// `exp(-|a - b| / scale)`; the scale is finite and positive.
    Distance {
        /// The distance at which it is 1/e.
        scale: f64,
    },
}

impl Likeness {
    fn of(self, a: &[f64], b: &[f64]) -> f64 {
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        match self {
            Self::Overlap => dot(a, b) / a.len() as f64,
            Self::Cosine => {
                let norms = (dot(a, a) * dot(b, b)).sqrt();
                if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
            }
            Self::Distance { scale } => {
                let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
                (-squares.sum::<f64>().sqrt() / scale).exp()
            }
        }
    }
}

/// The samples (columns of `states`, variables x samples) that are less like the last kept one than `threshold`; the
/// first sample is always kept.
///
/// # Errors
/// [`neuro_core::Error`] when there is no sample or no variable, or a value is not finite.
pub fn visited_states(
    states: &DMatrix<f64>,
    likeness: Likeness,
    threshold: f64,
) -> Result<Vec<usize>, Error> {
    if states.is_empty() {
        let what = "visited states".into();
        return Err(Core::Empty { what }.into());
    }
    Core::check_finite("visited states", states.as_slice())?;
    Core::check_finite("threshold of likeness", &[threshold])?;
    if let Likeness::Distance { scale } = likeness {
        let holds = scale.is_finite() && scale > 0.0;
        Core::check_range("scale of likeness", "finite, positive", scale, holds)?;
    }
    let samples: Vec<&[f64]> = states.as_slice().chunks(states.nrows()).collect();
    let mut kept = vec![0];
    let mut last = samples[0];
    for (k, sample) in samples.iter().enumerate().skip(1) {
        if likeness.of(last, sample) < threshold {
            kept.push(k);
            last = sample;
        }
    }
    Ok(kept)
}

/// At most `most` of some samples, evenly chosen, the first and the last among them.
#[must_use]
pub fn evenly_chosen(samples: &[usize], most: usize) -> Vec<usize> {
    if samples.len() <= most {
        return samples.to_vec();
    }
    let last = samples.len() - 1;
    let place = |k: usize| samples[(k * last + (most - 1) / 2) / (most - 1).max(1)];
    (0..most).map(place).collect()
}

/// An energy on visited states.
#[derive(Clone, Debug, PartialEq)]
pub struct VisitedSurface {
    fast: Vec<usize>,
    slow: Vec<usize>,
    energy: DMatrix<f64>,
}

impl VisitedSurface {
    /// The energy of the fast states of some samples (rows) with the slow states of others (columns); samples ascend.
    ///
    /// # Errors
    /// [`neuro_core::Error`] when there are no samples, they do not ascend, their number is not that of rows or columns,
    /// or an energy is not finite.
    pub fn new(fast: Vec<usize>, slow: Vec<usize>, energy: DMatrix<f64>) -> Result<Self, Error> {
        let shape = (fast.len(), slow.len());
        Core::check_shape("energy on visited states", shape, energy.shape())?;
        Core::check_finite("energy on visited states", energy.as_slice())?;
        for samples in [&fast, &slow] {
            let Some(first) = samples.first() else {
                let what = "samples of a surface".into();
                return Err(Core::Empty { what }.into());
            };
            let ascends = samples.is_sorted_by(|a, b| a < b);
            let what = "samples of a surface";
            Core::check_range(what, "samples that ascend", *first as f64, ascends)?;
        }
        Ok(Self { fast, slow, energy })
    }

    /// Samples of the rows.
    #[must_use]
    pub fn fast(&self) -> &[usize] {
        &self.fast
    }

    /// Samples of the columns.
    #[must_use]
    pub fn slow(&self) -> &[usize] {
        &self.slow
    }

    /// The energies, fast x slow.
    #[must_use]
    pub fn energy(&self) -> &DMatrix<f64> {
        &self.energy
    }

    /// For each slow state, the row of the least energy.
    #[must_use]
    pub fn valley(&self) -> Vec<usize> {
        let columns = self.energy.column_iter();
        columns.map(|column| column.argmin().0).collect()
    }

    /// Row and column of each of `samples` samples: the last kept at or before it, the first kept for those before any.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for fewer samples than the last kept one.
    pub fn course(&self, samples: usize) -> Result<Vec<(usize, usize)>, Error> {
        let last = |kept: &[usize]| kept.last().copied().unwrap_or(0);
        let last = last(&self.fast).max(last(&self.slow));
        let expected = format!("more than {last}");
        Core::check_range("samples", &expected, samples as f64, samples > last)?;
        let place =
            |kept: &[usize], sample: usize| kept.partition_point(|k| *k <= sample).max(1) - 1;
        let places = (0..samples).map(|k| (place(&self.fast, k), place(&self.slow, k)));
        Ok(places.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_kept_when_it_has_moved_far_enough_from_the_last_kept() {
        // A quarter turn in steps of a degree; cos 10 degrees is 0.985.
        let turn = DMatrix::from_fn(2, 91, |i, k| {
            let angle = (k as f64).to_radians();
            3.0 * if i == 0 { angle.cos() } else { angle.sin() }
        });
        let kept = visited_states(&turn, Likeness::Cosine, 9.5_f64.to_radians().cos());
        let expected: Vec<usize> = (0..=9).map(|k| 10 * k).collect();
        assert_eq!(kept.expect("finite"), expected);
        // An overlap is not normalised: 9 / 2 and more.
        let kept = visited_states(&turn, Likeness::Overlap, 0.5).expect("finite");
        assert_eq!(kept, [0, 84]);
    }

    #[test]
    fn zeros_are_like_nothing() {
        let states = DMatrix::from_row_slice(1, 3, &[0.0, 0.0, 1.0]);
        let kept = visited_states(&states, Likeness::Cosine, 0.5).expect("finite");
        assert_eq!(kept, [0, 1, 2]);
    }

    #[test]
    fn chosen_samples_span_all() {
        let samples: Vec<usize> = (10..110).collect();
        assert_eq!(evenly_chosen(&samples, 200), samples);
        let chosen = evenly_chosen(&samples, 5);
        assert_eq!((chosen.len(), chosen[0], chosen[4]), (5, 10, 109));
        assert!(chosen.is_sorted_by(|a, b| a < b));
        assert_eq!(evenly_chosen(&samples, 1), [10]);
        assert!(evenly_chosen(&samples, 0).is_empty());
    }

    #[test]
    fn surfaces_that_do_not_fit_are_refused() {
        let energy = DMatrix::zeros(2, 1);
        assert!(VisitedSurface::new(vec![0, 1], vec![0, 2], energy.clone()).is_err());
        assert!(VisitedSurface::new(vec![1, 0], vec![0], energy.clone()).is_err());
        assert!(VisitedSurface::new(vec![], vec![0], DMatrix::zeros(0, 1)).is_err());
        let surface = VisitedSurface::new(vec![2, 5], vec![1], energy).expect("it fits");
        assert!(surface.course(5).is_err());
        assert_eq!(surface.course(6).expect("enough")[..3], [(0, 0); 3]);
        assert!(visited_states(&DMatrix::zeros(3, 0), Likeness::Cosine, 0.5).is_err());
        let scale = Likeness::Distance { scale: 0.0 };
        assert!(visited_states(&DMatrix::zeros(3, 1), scale, 0.5).is_err());
    }
}
