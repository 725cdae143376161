//! One `P` for all outputs of a dense readout.

use neuro_core::archive::Archive;
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Error as Core, Scalar};

use super::inverse::InverseCorrelation;
use super::{RlsConfig, check_sample};
use crate::Error;

/// Recursive least squares for a readout `z = W r` in which every output hears every unit.
///
/// What it computes and minimises stands with [`RlsConfig`].
///
/// All outputs share the inputs and so `P`: an update costs one product with `P` and one outer product,
/// however many outputs there are. With the output fed back into the network this is FORCE learning.
///
/// ```
/// use neuro_core::nalgebra::{DMatrix, DVector};
/// use neuro_plasticity::{RlsConfig, SharedRls};
///
/// let truth = DMatrix::from_row_slice(2, 3, &[1.0, -2.0, 0.5, 0.0, 3.0, 1.0]);
/// let config = RlsConfig { regularization: 1e-8, ..RlsConfig::default() };
/// let mut rls: SharedRls = SharedRls::new(config, 3)?;
/// let mut readout = DMatrix::zeros(2, 3);
/// for k in 0..20 {
///     let rates = DVector::from_fn(3, |j, _| ((k * (j + 1)) as f64).sin());
///     let targets = &truth * &rates;
///     rls.partial_fit(rates.as_slice(), targets.as_slice(), &mut readout)?;
/// }
/// assert!((readout - truth).amax() < 1e-6);
/// # Ok::<(), neuro_plasticity::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedRls<T: Scalar = f64> {
    config: RlsConfig,
    inverse: InverseCorrelation<T>,
    rates: Vec<T>,
    errors: Vec<f64>,
}

impl<T: Scalar> SharedRls<T> {
    /// A readout of `inputs` units that has not learned yet.
    ///
    /// # Errors
    /// What [`RlsConfig::validate`] finds, and [`neuro_core::Error::Empty`] without inputs.
    pub fn new(config: RlsConfig, inputs: usize) -> Result<Self, Error> {
        config.validate()?;
        if inputs == 0 {
            let what = "inputs of the readout".into();
            return Err(Core::Empty { what }.into());
        }
        Core::check_size::<T>("inverse correlation", &[inputs, inputs])?;
        let inverse = InverseCorrelation::new(inputs, config.regularization);
        Ok(Self {
            config,
            rates: vec![T::zero(); inverse.padded()],
            inverse,
            errors: Vec::new(),
        })
    }

    /// One update of `readout` (outputs x inputs) towards `targets`, one for each output. Allocates nothing
    /// after the first.
    ///
    /// # Errors
    /// [`neuro_core::Error`] for wrong shapes and values that are not finite, and
    /// [`Error::LostPositivity`]; nothing but the [errors](Self::errors) has changed then.
    pub fn partial_fit(
        &mut self,
        rates: &[f64],
        targets: &[f64],
        readout: &mut DMatrix<f64>,
    ) -> Result<(), Error> {
        let inputs = self.inverse.inputs();
        check_sample("rates", inputs, rates)?;
        Core::check_shape("readout", (targets.len(), inputs), readout.shape())?;
        Core::check_finite("readout", readout.as_slice())?;
        Core::check_finite("targets", targets)?;
        self.errors.clear();
        self.errors.extend_from_slice(targets);
        for (column, r) in readout.column_iter().zip(rates) {
            for (e, w) in self.errors.iter_mut().zip(column.iter()) {
                *e -= w * r;
            }
        }
        for (to, r) in self.rates.iter_mut().zip(rates) {
            *to = T::of(*r);
        }
        let quadratic = self.inverse.respond(&self.rates);
        let quadratic =
            quadratic.map_err(|quadratic| Error::LostPositivity { unit: 0, quadratic })?;
        let share = self.inverse.absorb(quadratic, 1.0, self.config.forgetting);
        for (mut column, k) in readout.column_iter_mut().zip(self.inverse.response()) {
            let change = share * k.as_f64();
            for (w, e) in column.iter_mut().zip(&self.errors) {
                *w += e * change;
            }
        }
        Ok(())
    }

    /// The error of each output before the last update, or the last one that failed.
    #[must_use]
    pub fn errors(&self) -> &[f64] {
        &self.errors
    }

    /// `P`, inputs x inputs.
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
