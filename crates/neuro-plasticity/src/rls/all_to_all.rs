//! Recurrent weights of all to all, without self-connections: one `P` for all units.

use neuro_core::archive::Archive;
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Error as Core, Scalar};

use super::inverse::InverseCorrelation;
use super::{RlsConfig, check_sample};
use crate::Error;

/// Recursive least squares of the drive for dense recurrent weights with an empty diagonal.
///
/// What it computes and minimises stands with [`RlsConfig`].
///
/// Each unit misses another input, itself. Its own `P` would be that of all inputs with one eliminated,
/// so that its gain follows from the common one in `n` operations:
///
/// ```equation
/// k_i = y - P_:i y_i / P_ii,    r.k_i = r.y - y_i^2 / P_ii,    y = P r
/// ```
///
/// An update of all `n` units costs of the order of `n^2` operations instead of `n^3`.
///
/// ```
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_plasticity::{AllToAllRls, RlsConfig};
///
/// let mut rls: AllToAllRls = AllToAllRls::new(RlsConfig::default(), 3)?;
/// let mut weights = DMatrix::zeros(3, 3);
/// rls.update(&[1.0, 0.5, 0.0], &[0.0, 1.0, 1.0], &mut weights)?;
/// // Unit 1 hears only unit 0 now: w = f r / (lambda + r^2) = 1/2. Unit 2 hears both.
/// assert_eq!(weights[(1, 0)], 0.5);
/// assert!(weights[(1, 1)] == 0.0 && (weights[(2, 0)] - 1.0 / 2.25).abs() < 1e-15);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AllToAllRls<T: Scalar = f64> {
    config: RlsConfig,
    inverse: InverseCorrelation<T>,
    matrix: DMatrix<f64>,
    rates: Vec<T>,
    errors: Vec<f64>,
    shares: Vec<f64>,
}

impl<T: Scalar> AllToAllRls<T> {
    /// `units` units that have not learned yet.
    ///
    /// # Errors
    /// What [`RlsConfig::validate`] finds, and [`Error::NoInputs`] for fewer than two units.
    pub fn new(config: RlsConfig, units: usize) -> Result<Self, Error> {
        config.validate()?;
        if units < 2 {
            return Err(Error::NoInputs { unit: 0 });
        }
        neuro_core::Error::check_size::<f64>("inverse correlation", &[units, units])?;
        let inverse = InverseCorrelation::new(units, config.regularization);
        Ok(Self {
            config,
            matrix: DMatrix::zeros(units, units),
            rates: vec![T::zero(); inverse.padded()],
            inverse,
            errors: vec![0.0; units],
            shares: vec![0.0; units],
        })
    }

    /// One update of `weights` (units x units; the diagonal is neither read nor written). Allocates nothing.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for wrong shapes and values that are not finite, and
    /// [`Error::LostPositivity`] with the first unit without a positive `P`; nothing but the
    /// [errors](Self::errors) has changed then.
    pub fn update(
        &mut self,
        rates: &[f64],
        targets: &[f64],
        weights: &mut DMatrix<f64>,
    ) -> Result<(), Error> {
        let n = self.inverse.inputs();
        check_sample("rates", n, rates)?;
        check_sample("targets", n, targets)?;
        Core::check_shape("weights", (n, n), weights.shape())?;
        for (j, column) in weights.column_iter().enumerate() {
            let (before, after) = column.as_slice().split_at(j);
            Core::check_finite("weights", before)?;
            Core::check_finite("weights", &after[1..])?;
        }
        for (to, r) in self.rates.iter_mut().zip(rates) {
            *to = T::of(*r);
        }
        let lost = |unit, quadratic| Error::LostPositivity { unit, quadratic };
        let quadratic = self.inverse.respond(&self.rates).map_err(|q| lost(0, q))?;
        self.inverse.unpack_into(self.matrix.as_mut_slice());
        let (y, scale) = (self.inverse.response(), self.inverse.scale());
        self.errors.copy_from_slice(targets);
        for (j, (column, r)) in weights.column_iter().zip(rates).enumerate() {
            for (i, (e, w)) in self.errors.iter_mut().zip(column.iter()).enumerate() {
                *e -= if i == j { 0.0 } else { w * r };
            }
        }
        // The difference of two equal numbers may round to below 0.
        let least = -1e-9_f64.max(64.0 * T::epsilon().as_f64()) * quadratic;
        for (i, share) in self.shares.iter_mut().enumerate() {
            let (own, pivot) = (scale * y[i].as_f64(), self.matrix[(i, i)]);
            let reduced = quadratic - own * own / pivot;
            if !(pivot > 0.0 && reduced >= least) {
                return Err(lost(i, reduced));
            }
            *share = self.errors[i] / (self.config.forgetting + reduced.max(0.0));
        }
        // w[i, j] += share_i (y_j - P_ij y_i / P_ii), column by column.
        for (j, mut column) in weights.column_iter_mut().enumerate() {
            let gain = scale * y[j].as_f64();
            for (i, w) in column.iter_mut().enumerate() {
                if i != j {
                    let own = scale * y[i].as_f64() / self.matrix[(i, i)];
                    *w += self.shares[i] * (gain - self.matrix[(i, j)] * own);
                }
            }
        }
        self.inverse.absorb(quadratic, 1.0, self.config.forgetting);
        Ok(())
    }

    /// The error of each unit before the last update, or the last one that failed.
    #[must_use]
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// `P` of all units, units x units.
    #[must_use]
    pub fn inverse_correlation(&self) -> DMatrix<f64> {
        self.inverse.matrix()
    }

    /// Stores `P` under this name; see [`PerUnitRls::export`](super::PerUnitRls::export).
    pub fn export(&mut self, archive: &mut Archive, name: &str) {
        self.inverse.export_alone(archive, name);
    }

    /// Goes on from what [`export`](Self::export) has stored under this name.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for what is missing or does not fit; nothing has changed then.
    pub fn import(&mut self, archive: &Archive, name: &str) -> Result<(), Error> {
        Ok(self.inverse.import_alone(archive, name)?)
    }
}
