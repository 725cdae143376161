//! The variances of an ensemble along its principal components, and drawing its copies.

use nalgebra::{DMatrix, DVector};
use neuro_core::linalg::{Operand, matmul, symmetric_eigen};
use neuro_core::{Domain, Streams};

use super::check_sizes;
use crate::{Error, participation_ratio_of_variances};

/// Differences below this many units in the last place of a unit's largest state are rounding.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// Variances of an ensemble of perturbed copies at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct PerturbationSpectrum {
    /// Number of units `N`.
    pub units: usize,
    /// Number of copies `n`.
    pub copies: usize,
    /// Variances along the principal components, descending, with denominator `n - 1`. There are
    /// `min(N, n - 1)`: the others are 0 whatever the dynamics.
    pub eigenvalues: DVector<f64>,
    /// Sum of the variances of all units.
    pub total_variance: f64,
    /// `(sum l)^2 / sum l^2`, from 1 to `min(N, n - 1)`.
    pub participation_ratio: f64,
    /// Mean over the copies of `|x_c - x|` (not centred).
    pub mean_distance: f64,
}

impl PerturbationSpectrum {
    /// The largest number of dimensions that so many copies can show, `min(N, n - 1)`.
    #[must_use]
    pub fn rank_bound(&self) -> usize {
        self.eigenvalues.len()
    }

    /// Share of the `components` largest variances in all, `C_k`; 1 from
    /// [`rank_bound`](Self::rank_bound) components on.
    #[must_use]
    pub fn leading_share(&self, components: usize) -> f64 {
        if components >= self.rank_bound() {
            return 1.0;
        }
        let sum = self.eigenvalues.sum();
        (self.eigenvalues.rows(0, components).sum() / sum).min(1.0)
    }

    /// The least number of components that hold the given share (0 to 1) of the variance.
    #[must_use]
    pub fn dimension_for(&self, fraction: f64) -> usize {
        // All components together reach 1 up to the rounding of their sum only.
        let enough = (fraction - 1e-12) * self.eigenvalues.sum();
        let mut sum = 0.0;
        let below = self.eigenvalues.iter().take_while(|&&l| {
            sum += l;
            sum < enough
        });
        (below.count() + 1).min(self.rank_bound())
    }

    /// The same on the polygon through the points (0, 0), (1, `C_1`), (2, `C_2`), ...: where it
    /// reaches the given share (0 to 1). At most [`dimension_for`](Self::dimension_for), and less
    /// than 1 when the first component alone holds more.
    #[must_use]
    pub fn interpolated_dimension_for(&self, fraction: f64) -> f64 {
        let last = self.dimension_for(fraction);
        let before = self.eigenvalues.rows(0, last - 1).sum();
        let missing = fraction * self.eigenvalues.sum() - before;
        let of = self.eigenvalues[last - 1];
        let part = if of > 0.0 { missing / of } else { 1.0 };
        (last - 1) as f64 + part.clamp(0.0, 1.0)
    }
}

/// The spectrum of the states `perturbed` (units x copies) of many copies of one trial around the
/// state `unperturbed` (units), both at the same time.
///
/// Of the two Gram matrices (units x units, copies x copies) the smaller is decomposed; an
/// eigenvalue below 1e-15 of the largest is therefore rounding.
///
/// # Errors
/// [`Error::TooFewSamples`] for fewer than two copies, [`neuro_core::Error::Empty`] without units,
/// [`neuro_core::Error::Length`] when the numbers of units differ,
/// [`neuro_core::Error::NonFinite`], [`Error::NoVariance`] when all copies are equal up to the
/// rounding of their states, [`neuro_core::Error::NoConvergence`].
///
/// ```
/// use neuro_analysis::{perturbation_spectrum, perturbed};
/// use neuro_core::Streams;
///
/// // A network that forgets every perturbation but those along its first unit.
/// let x = vec![0.3; 20];
/// let mut copies = perturbed(&x, 0.05, 50, Streams::new(1), 0)?;
/// for mut copy in copies.column_iter_mut() {
///     copy.rows_mut(1, 19).fill(0.3);
/// }
/// let spectrum = perturbation_spectrum(&copies, &x)?;
/// assert_eq!(spectrum.dimension_for(0.9), 1);
/// assert!((spectrum.participation_ratio - 1.0).abs() < 1e-12);
/// # Ok::<(), neuro_analysis::Error>(())
/// ```
pub fn perturbation_spectrum(
    perturbed: &DMatrix<f64>,
    unperturbed: &[f64],
) -> Result<PerturbationSpectrum, Error> {
    let units = perturbed.nrows();
    check_sizes(units, perturbed.ncols())?;
    neuro_core::Error::check_length("unperturbed state", units, unperturbed.len())?;
    spectrum(perturbed.as_slice(), unperturbed)
}

/// Copies of a state, each unit of each moved by an independent normal number of standard
/// deviation `sd`: units x copies, from stream `index` of [`Domain::Analysis`].
///
/// Copy `c` is the same however many copies are drawn.
///
/// # Errors
/// [`neuro_core::Error::NonFinite`], [`neuro_core::Error::OutOfRange`] when `sd` is negative or not
/// finite.
pub fn perturbed(
    state: &[f64],
    sd: f64,
    copies: usize,
    streams: Streams,
    index: u64,
) -> Result<DMatrix<f64>, Error> {
    neuro_core::Error::check_finite("state to perturb", state)?;
    neuro_core::Error::check_range(
        "standard deviation of a perturbation",
        "finite and at least 0",
        sd,
        sd.is_finite() && sd >= 0.0,
    )?;
    neuro_core::Error::check_size::<f64>("perturbed states", &[state.len(), copies])?;
    let mut normals = streams.normals(Domain::Analysis, index);
    let mut perturbed = DMatrix::zeros(state.len(), copies);
    normals.fill(perturbed.as_mut_slice());
    for mut copy in perturbed.column_iter_mut() {
        for (x, unperturbed) in copy.iter_mut().zip(state) {
            *x = unperturbed + sd * *x;
        }
    }
    Ok(perturbed)
}

/// The mean length of the differences to `unperturbed`, for states without gaps.
pub(super) fn mean_distance(perturbed: &[f64], unperturbed: &[f64]) -> Result<f64, Error> {
    let copies = perturbed.chunks_exact(unperturbed.len());
    let count = copies.len() as f64;
    let mut mean = 0.0;
    for copy in copies {
        let difference = || copy.iter().zip(unperturbed).map(|(x, y)| x - y);
        // Squares overflow or vanish long before the distances do.
        let largest = difference().fold(0.0, |m: f64, d| m.max(d.abs()));
        if largest > 0.0 {
            let squares = difference().map(|d| (d / largest).powi(2)).sum::<f64>();
            mean += largest * squares.sqrt() / count;
        }
    }
    neuro_core::Error::check_finite("mean distance of perturbed states", &[mean])?;
    Ok(mean)
}

/// `perturbed` is units x copies, at least two of them, of as many units as `unperturbed`.
pub(super) fn spectrum(
    perturbed: &[f64],
    unperturbed: &[f64],
) -> Result<PerturbationSpectrum, Error> {
    neuro_core::Error::check_finite("perturbed states", perturbed)?;
    neuro_core::Error::check_finite("unperturbed state", unperturbed)?;
    let units = unperturbed.len();
    let copies = perturbed.len() / units;
    let mut differences = perturbed.to_vec();
    // What is subtracted first drops out of the centred differences; the first copy, and not the
    // unperturbed state, because copies that are equal then give exactly 0.
    let mut mean = vec![0.0; units];
    let mut magnitude: Vec<f64> = unperturbed.iter().map(|x| x.abs()).collect();
    let first = &perturbed[..units];
    for copy in differences.chunks_exact_mut(units) {
        for i in 0..units {
            magnitude[i] = magnitude[i].max(copy[i].abs());
            copy[i] -= first[i];
            mean[i] += copy[i] / copies as f64;
        }
    }
    let mut largest = 0.0f64;
    let mut beyond_rounding = false;
    for copy in differences.chunks_exact_mut(units) {
        for i in 0..units {
            copy[i] -= mean[i];
            largest = largest.max(copy[i].abs());
            beyond_rounding |= copy[i].abs() > ROUNDING * magnitude[i];
        }
    }
    if !beyond_rounding {
        return Err(Error::NoVariance {
            what: "perturbation ensemble".into(),
        });
    }
    neuro_core::Error::check_range(
        "largest difference of perturbed states",
        "1e-140 to 1e140, so that its square is a number",
        largest,
        (1e-140..=1e140).contains(&largest),
    )?;
    for d in &mut differences {
        *d /= largest;
    }
    let differences = Operand::new(&differences, units, copies)?;
    let size = units.min(copies);
    let mut gram = DMatrix::zeros(size, size);
    let (left, right) = if units <= copies {
        (differences, differences.transpose())
    } else {
        (differences.transpose(), differences)
    };
    let degrees = (copies - 1) as f64;
    matmul(false, 1.0 / degrees, left, right, gram.as_mut_slice())?;
    let relative = symmetric_eigen(&gram)?.values;
    // The smallest may be rounding on either side of 0; beyond the rank bound nothing else is left.
    let relative = relative.rows(0, units.min(copies - 1)).map(|l| l.max(0.0));
    Ok(PerturbationSpectrum {
        units,
        copies,
        participation_ratio: participation_ratio_of_variances(relative.as_slice())?,
        total_variance: relative.sum() * largest * largest,
        eigenvalues: relative * (largest * largest),
        mean_distance: mean_distance(perturbed, unperturbed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{isotropic_leading_share, isotropic_participation_ratio};
    use proptest::prelude::*;

    fn ensemble(units: usize, copies: usize, seed: u64) -> (Vec<f64>, DMatrix<f64>) {
        let state: Vec<f64> = (0..units).map(|i| (i as f64 * 0.7).sin()).collect();
        let copies = perturbed(&state, 0.05, copies, Streams::new(seed), 3).expect("valid");
        (state, copies)
    }

    #[test]
    fn isotropic_perturbations_give_the_reference_values() {
        // Spread of one draw at this size: 0.0007 in the share, 0.5 in the ratio.
        for (copies, share) in [(600, 0.098), (300, 0.130)] {
            let (state, copies) = ensemble(256, copies, 5);
            let found = perturbation_spectrum(&copies, &state).expect("varies");
            let expected = isotropic_leading_share(256, copies.ncols(), 10).expect("sizes");
            assert!((found.leading_share(10) - expected).abs() < 0.003);
            assert!((expected - share).abs() < 0.002);
            let expected = isotropic_participation_ratio(256, copies.ncols()).expect("sizes");
            assert!((found.participation_ratio / expected - 1.0).abs() < 0.02);
            // A normal vector of 256 units of 0.05 is 0.8 long.
            assert!((found.mean_distance - 0.8).abs() < 0.01);
            assert!((found.total_variance - 256.0 * 0.0025).abs() < 0.02);
        }
    }

    #[test]
    fn dimensions_are_counted_whole_and_interpolated() {
        // Variances in the ratio 6 : 3 : 1 along three axes.
        let mut copies = DMatrix::zeros(3, 6);
        for (axis, variance) in [6.0f64, 3.0, 1.0].into_iter().enumerate() {
            copies[(axis, 2 * axis)] = variance.sqrt();
            copies[(axis, 2 * axis + 1)] = -variance.sqrt();
        }
        let found = perturbation_spectrum(&copies, &[0.0; 3]).expect("varies");
        assert_eq!((found.rank_bound(), found.copies), (3, 6));
        assert!((found.eigenvalues[0] - 12.0 / 5.0).abs() < 1e-14);
        assert!((found.leading_share(2) - 0.9).abs() < 1e-15);
        for (fraction, whole, part) in [
            (0.3, 1, 0.5),
            (0.6, 1, 1.0),
            (0.75, 2, 1.5),
            (0.9, 2, 2.0),
            (0.95, 3, 2.5),
            (1.0, 3, 3.0),
        ] {
            assert_eq!(found.dimension_for(fraction), whole);
            assert!((found.interpolated_dimension_for(fraction) - part).abs() < 1e-12);
        }
        assert!((found.participation_ratio - 100.0 / 46.0).abs() < 1e-14);
    }

    #[test]
    fn an_ensemble_on_a_plane_has_two_dimensions_and_no_more() {
        let (_, plane) = ensemble(2, 40, 1);
        let map = DMatrix::from_fn(30, 2, |i, j| ((3 * i + j) as f64).cos());
        let found = perturbation_spectrum(&(map * plane), &[0.0; 30]).expect("varies");
        assert_eq!(found.dimension_for(1.0), 2);
        assert!(found.participation_ratio <= 2.0 + 1e-12);
        assert!(found.eigenvalues.iter().all(|&l| l >= 0.0));
    }

    #[test]
    fn two_copies_have_one_dimension() {
        let (state, copies) = ensemble(50, 2, 2);
        let found = perturbation_spectrum(&copies, &state).expect("varies");
        assert_eq!((found.rank_bound(), found.dimension_for(0.9)), (1, 1));
        assert_eq!(found.leading_share(10), 1.0);
        let distance = (copies.column(0) - copies.column(1)).norm_squared() / 2.0;
        assert!((found.total_variance - distance).abs() < 1e-14);
    }

    #[test]
    fn a_shift_common_to_all_copies_changes_the_distance_only() {
        let (state, copies) = ensemble(12, 30, 4);
        let shifted: Vec<f64> = state.iter().map(|x| x - 3.0).collect();
        let near = perturbation_spectrum(&copies, &state).expect("varies");
        let far = perturbation_spectrum(&copies, &shifted).expect("varies");
        assert_eq!(near.eigenvalues, far.eigenvalues);
        assert!(far.mean_distance > 10.0 && near.mean_distance < 0.3);
    }

    #[test]
    fn equal_copies_and_rounding_have_no_variance() {
        let state = [0.1, 0.7, -3.0];
        let mut copies = DMatrix::from_fn(3, 5, |i, _| state[i] + 0.3);
        let found = perturbation_spectrum(&copies, &state);
        assert!(matches!(found, Err(Error::NoVariance { .. })));
        // One unit in the last place of one copy is no direction.
        copies[(2, 1)] *= 1.0 + f64::EPSILON;
        let found = perturbation_spectrum(&copies, &state);
        assert!(matches!(found, Err(Error::NoVariance { .. })));
    }

    #[test]
    fn bad_ensembles_are_refused_by_name() {
        let found = perturbation_spectrum(&DMatrix::zeros(3, 1), &[0.0; 3]);
        assert!(matches!(found, Err(Error::TooFewSamples { .. })));
        assert!(perturbation_spectrum(&DMatrix::zeros(0, 4), &[]).is_err());
        assert!(perturbation_spectrum(&DMatrix::identity(3, 3), &[0.0; 2]).is_err());
        assert!(perturbation_spectrum(&DMatrix::identity(3, 3), &[f64::NAN; 3]).is_err());
        assert!(perturbation_spectrum(&(DMatrix::identity(3, 3) * 1e200), &[0.0; 3]).is_err());
        assert!(perturbation_spectrum(&(DMatrix::identity(3, 3) * 1e-200), &[0.0; 3]).is_err());
        assert!(perturbed(&[0.0], -1.0, 2, Streams::new(0), 0).is_err());
        assert!(perturbed(&[0.0], f64::NAN, 2, Streams::new(0), 0).is_err());
    }

    #[test]
    fn a_copy_does_not_depend_on_the_number_of_copies() {
        let (_, few) = ensemble(5, 3, 8);
        let (_, many) = ensemble(5, 200, 8);
        assert_eq!(few, many.columns(0, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_spectrum_is_that_of_the_principal_components(
            units in 1usize..9, copies in 2usize..12, seed in 0u64..1000, exponent in -8..8,
        ) {
            let size = 10f64.powi(exponent);
            let (state, copies) = ensemble(units, copies, seed);
            let state: Vec<f64> = state.iter().map(|x| x * size).collect();
            let copies = copies * size;
            let found = perturbation_spectrum(&copies, &state).expect("varies");
            let peer = crate::pca(&copies.transpose(), None).expect("varies");
            let bound = found.rank_bound();
            prop_assert!(bound <= peer.explained_variance.len());
            let difference = &found.eigenvalues - peer.explained_variance.rows(0, bound);
            prop_assert!(difference.amax() < 1e-11 * peer.explained_variance[0]);
            let ratio = found.participation_ratio;
            prop_assert!(ratio >= 1.0 - 1e-12 && ratio <= bound as f64 + 1e-12);
            let dimension = found.dimension_for(0.9);
            let part = found.interpolated_dimension_for(0.9);
            prop_assert!(part <= dimension as f64 && part > dimension as f64 - 1.0 - 1e-9);
        }
    }
}
