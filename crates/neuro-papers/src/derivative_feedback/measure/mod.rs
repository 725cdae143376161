//! Measures runs: from weights to [`Measured`].

mod homogeneous;
mod reading;
mod rings;
mod stability;

use super::group::{Group, Learned, Site};

pub(super) use homogeneous::measure as homogeneous;
pub(super) use reading::Reading;
pub(super) use rings::{ring, unlearned};

/// Whether a figure shows the eigenvectors of a run's weights.
pub(super) fn shows_eigenvectors(group: Group) -> bool {
    group == Group::learning(Learned::Differential, Site::Global, 10)
}
