//! Perturbing the units of the slowest modes during the response (Figure 6e, f, and "PIPR").
//!
//! The units with an amplitude above 1e-6 in the left eigenvector of one mode get a constant current
//! of 1 in the bracket of the model's equation throughout the response window, and the network is
//! tested. The paper's own perturbation is not described; its ratio of participation and accuracy is.

use neuro_analysis::dominant_units;
use neuro_analysis::inverse_participation_ratio;
use neuro_core::linalg::Eigen;

use super::probe::{Probe, accuracy};
use super::{Effort, four_digits};
use crate::Error;
use crate::noisy_ei::measured::{DOMINANT, LEADING, Perturbed};

/// The current, in units of the synaptic current.
const CURRENT: f32 = 1.0;

/// Perturbs the first modes one by one. Modes of the same units (conjugate pairs always) share the
/// test.
pub(super) fn measure(
    probe: &Probe<'_>,
    modes: &Eigen,
    effort: &Effort,
) -> Result<Vec<Perturbed>, Error> {
    let failed = probe.failed();
    let mut tested: Vec<(Vec<usize>, [f64; 2])> = Vec::new();
    let mut found = Vec::new();
    for n in 0..LEADING.min(modes.values.len()) {
        let one = Eigen {
            values: vec![modes.values[n]],
            right: modes.right.columns(n, 1).into_owned(),
            left: modes.left.columns(n, 1).into_owned(),
        };
        let units = dominant_units(&one, 1, DOMINANT).map_err(&failed)?;
        let before = tested.iter().find(|(other, _)| *other == units);
        let accuracy = match before {
            Some((_, accuracy)) => *accuracy,
            None => {
                let found = probe.test_driven(&units, CURRENT, effort.perturbed)?;
                tested.push((units.clone(), accuracy(&found)));
                accuracy(&found)
            }
        };
        let left: Vec<_> = one.left.iter().copied().collect();
        let participation = inverse_participation_ratio(&left).map_err(&failed)?;
        let value = modes.values[n] * 1000.0;
        found.push(Perturbed {
            value: [value.re, value.im].map(four_digits),
            participation: four_digits(participation),
            units: units.len(),
            trials: effort.perturbed,
            accuracy,
        });
    }
    Ok(found)
}
