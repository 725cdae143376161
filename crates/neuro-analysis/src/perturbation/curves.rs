//! The spread of an ensemble over time.

use neuro_core::Trajectory;
use neuro_core::parallel::Workers;

use super::check_sizes;
use super::spectrum::{mean_distance, spectrum};
use crate::Error;

/// Which numbers of a perturbation ensemble are followed over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerturbationMeasures {
    /// Number `k` of components whose share is followed, at least 1; 10 by default, as in the
    /// source.
    pub components: usize,
    /// Share of the variance whose dimension is followed, above 0 and at most 1; 0.9 by default,
    /// as in the source.
    pub fraction: f64,
}

impl Default for PerturbationMeasures {
    fn default() -> Self {
        Self {
            components: 10,
            fraction: 0.9,
        }
    }
}

impl PerturbationMeasures {
    /// Checks both values.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`].
    pub fn validate(&self) -> Result<(), Error> {
        let components = self.components as f64;
        neuro_core::Error::check_range(
            "number of leading components",
            "at least 1",
            components,
            self.components > 0,
        )?;
        neuro_core::Error::check_range(
            "share of the variance",
            "above 0 and at most 1",
            self.fraction,
            self.fraction > 0.0 && self.fraction <= 1.0,
        )?;
        Ok(())
    }
}

/// The spread of a perturbation ensemble over time: one value a step.
///
/// Where the copies coincide (before the perturbation, or after all have converged to within
/// rounding) there is a distance but no dimension: `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct PerturbationCurves {
    /// Number of copies `n`.
    pub copies: usize,
    /// The largest number of dimensions that so many copies can show, `min(N, n - 1)`.
    pub rank_bound: usize,
    /// Mean over the copies of `|x_c - x|`.
    pub mean_distance: Vec<f64>,
    /// Sum of the variances of all units; 0 where the copies coincide.
    pub total_variance: Vec<f64>,
    /// Share of the [`components`](PerturbationMeasures::components) largest variances, `C_k`.
    pub leading_share: Vec<Option<f64>>,
    /// Least number of components that hold the
    /// [`fraction`](PerturbationMeasures::fraction) of the variance.
    pub dimension: Vec<Option<usize>>,
    /// The same, interpolated: [`crate::PerturbationSpectrum::interpolated_dimension_for`].
    pub interpolated_dimension: Vec<Option<f64>>,
    /// `(sum l)^2 / sum l^2`.
    pub participation_ratio: Vec<Option<f64>>,
}

/// The curves of `perturbed` (units x copies x steps) around `unperturbed` (units x 1 x steps), the
/// steps shared among `workers`.
///
/// # Errors
/// [`neuro_core::Error::Length`] when `unperturbed` has another number of units, of steps, or not
/// one trial; those of [`PerturbationMeasures::validate`] and of [`crate::perturbation_spectrum`],
/// but for [`Error::NoVariance`].
pub fn perturbation_curves(
    perturbed: &Trajectory,
    unperturbed: &Trajectory,
    measures: PerturbationMeasures,
    workers: &Workers,
) -> Result<PerturbationCurves, Error> {
    measures.validate()?;
    let (units, copies, steps) = (perturbed.units(), perturbed.trials(), perturbed.steps());
    check_sizes(units, copies)?;
    for (what, expected, found) in [
        ("units of the unperturbed run", units, unperturbed.units()),
        ("trials of the unperturbed run", 1, unperturbed.trials()),
        ("steps of the unperturbed run", steps, unperturbed.steps()),
    ] {
        neuro_core::Error::check_length(what, expected, found)?;
    }
    let spectra = workers.map(steps, |step| {
        let (copies, state) = (perturbed.step(step), unperturbed.step(step));
        match spectrum(copies, state) {
            Ok(spectrum) => Ok((spectrum.mean_distance, Some(spectrum))),
            Err(Error::NoVariance { .. }) => Ok((mean_distance(copies, state)?, None)),
            Err(other) => Err(other),
        }
    });
    let mut curves = PerturbationCurves {
        copies,
        rank_bound: units.min(copies - 1),
        mean_distance: Vec::with_capacity(steps),
        total_variance: Vec::with_capacity(steps),
        leading_share: Vec::with_capacity(steps),
        dimension: Vec::with_capacity(steps),
        interpolated_dimension: Vec::with_capacity(steps),
        participation_ratio: Vec::with_capacity(steps),
    };
    for result in spectra {
        let (distance, spectrum) = result?;
        let of = spectrum.as_ref();
        curves.mean_distance.push(distance);
        curves
            .total_variance
            .push(of.map_or(0.0, |s| s.total_variance));
        curves
            .leading_share
            .push(of.map(|s| s.leading_share(measures.components)));
        curves
            .dimension
            .push(of.map(|s| s.dimension_for(measures.fraction)));
        curves
            .interpolated_dimension
            .push(of.map(|s| s.interpolated_dimension_for(measures.fraction)));
        curves
            .participation_ratio
            .push(of.map(|s| s.participation_ratio));
    }
    Ok(curves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{perturbation_spectrum, perturbed};
    use nalgebra::DMatrix;
    use neuro_core::{Domain, Streams};

    fn ensemble(units: usize, copies: usize, seed: u64) -> (Vec<f64>, DMatrix<f64>) {
        let state: Vec<f64> = (0..units).map(|i| (i as f64 * 0.7).sin()).collect();
        let copies = perturbed(&state, 0.05, copies, Streams::new(seed), 3).expect("valid");
        (state, copies)
    }

    #[test]
    fn curves_have_a_distance_but_no_dimension_before_the_perturbation() {
        let (state, copies) = ensemble(6, 20, 9);
        let mut run = Trajectory::zeros(6, 20, 3);
        let mut alone = Trajectory::zeros(6, 1, 3);
        for step in 0..3 {
            alone.step_mut(step).copy_from_slice(&state);
            for copy in 0..20 {
                run.state_mut(step, copy).copy_from_slice(&state);
            }
        }
        run.step_mut(1).copy_from_slice(copies.as_slice());
        run.step_mut(2)
            .copy_from_slice((copies.clone() * 2.0).as_slice());
        let measures = PerturbationMeasures {
            components: 2,
            fraction: 0.9,
        };
        let curves = |threads| {
            let workers = Workers::new(threads).expect("threads start");
            perturbation_curves(&run, &alone, measures, &workers).expect("valid")
        };
        let found = curves(1);
        assert_eq!(found, curves(2));
        assert_eq!((found.copies, found.rank_bound), (20, 6));
        assert_eq!(
            (found.mean_distance[0], found.total_variance[0]),
            (0.0, 0.0)
        );
        assert_eq!((found.leading_share[0], found.dimension[0]), (None, None));
        let one = perturbation_spectrum(&copies, &state).expect("varies");
        assert_eq!(found.leading_share[1], Some(one.leading_share(2)));
        assert_eq!(found.dimension[1], Some(one.dimension_for(0.9)));
        assert!((found.total_variance[2] / one.total_variance - 4.0).abs() < 1e-12);
    }

    #[test]
    fn runs_of_other_shapes_and_bad_measures_are_refused() {
        let (run, alone) = (Trajectory::zeros(2, 3, 4), Trajectory::zeros(2, 2, 4));
        let workers = Workers::sequential();
        let measures = PerturbationMeasures::default();
        assert!(perturbation_curves(&run, &alone, measures, &workers).is_err());
        for (components, fraction) in [(0, 0.9), (1, 0.0), (1, 1.1), (1, f64::NAN)] {
            let measures = PerturbationMeasures {
                components,
                fraction,
            };
            assert!(measures.validate().is_err());
        }
    }

    /// 10 trials of 20 times of 600 copies of 256 units.
    #[test]
    #[ignore = "the size of the source, 2 s"]
    fn the_source_sized_ensembles_are_finite_at_all_times() {
        let normals = Streams::new(3).normals::<f64>(Domain::Analysis, 0);
        let mut normals = normals;
        let workers = Workers::new(0).expect("threads start");
        let (mut run, alone) = (
            Trajectory::zeros(256, 600, 20),
            Trajectory::zeros(256, 1, 20),
        );
        normals.fill(run.as_mut_slice());
        for _ in 0..10 {
            let curves =
                perturbation_curves(&run, &alone, PerturbationMeasures::default(), &workers)
                    .expect("valid");
            assert!(
                curves
                    .leading_share
                    .iter()
                    .all(|s| s.is_some_and(|s| (s - 0.0973).abs() < 0.003))
            );
        }
    }
}
