//! Which of the ends of a search are kept.

use nalgebra::DMatrix;

use super::Descent;
use crate::Error;

/// What a filter left.
#[derive(Clone, Debug, PartialEq)]
pub struct Filtered {
    /// The kept ones, in their old order.
    pub kept: Vec<Descent>,
    /// Number of removed ones.
    pub removed: usize,
}

/// Keeps one of those that lie within a Euclidean distance `tol_unique` of each other: the one of
/// lowest `q`, of equal ones the first.
///
/// Taken by rising `q`, each is removed when it lies within the distance of one that is kept. A
/// continuum of points is therefore thinned, not reduced to one: what is left lies more than
/// `tol_unique` apart.
///
/// # Errors
/// [`neuro_core::Error::Length`] when the states have different lengths.
pub fn keep_unique(descents: Vec<Descent>, tol_unique: f64) -> Result<Filtered, Error> {
    check_lengths(&descents, descents.first().map_or(0, |d| d.state.len()))?;
    let mut order: Vec<usize> = (0..descents.len()).collect();
    order.sort_by(|&a, &b| descents[a].q.total_cmp(&descents[b].q));
    let mut kept: Vec<usize> = Vec::new();
    for i in order {
        let state = &descents[i].state;
        let near = |&k: &usize| descents[k].state.metric_distance(state) <= tol_unique;
        if !kept.iter().any(near) {
            kept.push(i);
        }
    }
    let mut keep = vec![false; descents.len()];
    for i in kept {
        keep[i] = true;
    }
    Ok(filtered(descents, &keep))
}

/// Removes those that lie further from the mean of the starts (`units x starts`) than `scale` times
/// the mean distance of the starts from it.
///
/// Nothing is removed when all starts are equal: they set no distance.
///
/// # Errors
/// [`neuro_core::Error::Empty`] without starts, [`neuro_core::Error::Length`] when a state has
/// another length than the starts.
pub fn drop_outliers(
    descents: Vec<Descent>,
    starts: &DMatrix<f64>,
    scale: f64,
) -> Result<Filtered, Error> {
    check_lengths(&descents, starts.nrows())?;
    if starts.ncols() == 0 {
        let what = "starts to measure distances by".into();
        return Err(neuro_core::Error::Empty { what }.into());
    }
    let mean = starts.column_mean();
    let spread = starts
        .column_iter()
        .map(|start| (start - &mean).norm())
        .sum::<f64>()
        / starts.ncols() as f64;
    let keep: Vec<bool> = descents
        .iter()
        .map(|descent| spread == 0.0 || descent.state.metric_distance(&mean) <= scale * spread)
        .collect();
    Ok(filtered(descents, &keep))
}

fn check_lengths(descents: &[Descent], expected: usize) -> Result<(), Error> {
    for descent in descents {
        let found = descent.state.len();
        neuro_core::Error::check_length("state to filter", expected, found)?;
    }
    Ok(())
}

fn filtered(descents: Vec<Descent>, keep: &[bool]) -> Filtered {
    let before = descents.len();
    let kept: Vec<_> = descents
        .into_iter()
        .zip(keep)
        .filter_map(|(descent, keep)| keep.then_some(descent))
        .collect();
    Filtered {
        removed: before - kept.len(),
        kept,
    }
}
