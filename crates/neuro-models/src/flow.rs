//! A rate network without noise as a flow, for analyses; the equations stand at [`Flow`].

use std::sync::Arc;

use nalgebra::DMatrix;
use neuro_core::linalg::PackedMatrix;
use neuro_core::transfer::{Tanh, Transfer};
use neuro_core::{Error, Linearize, System};

/// The autonomous dynamics of a rate network.
///
/// ```equation
/// dx_i/dt   = ( -x_i + sum_j W_ij phi(x_j) + d_i ) / tau_i
/// df_i/dx_j = ( -delta_ij + W_ij phi'(x_j) ) / tau_i
/// ```
///
/// `x` state of the units, `W[i, j]` weight from unit `j` to unit `i`, `phi` transfer function, `d` a
/// constant drive, `tau` time constants. Time is in the unit of `tau`, the Jacobian in its inverse.
///
/// ```
/// use neuro_core::{Linearize, nalgebra::DMatrix, transfer::Logistic};
/// use neuro_models::Flow;
///
/// // Two units with time constants of 20 and 100 ms, the second driven by the first.
/// let weights = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 4.0, 0.0]);
/// let flow = Flow::new(weights)?.with_transfer(Logistic).with_time_constants(vec![20.0, 100.0])?;
/// let mut jacobian = DMatrix::zeros(2, 2);
/// flow.jacobian(0.0, &[0.0, 0.0], &mut jacobian);
/// // 1/ms; the logistic function has slope 1/4 at 0.
/// assert_eq!(jacobian, DMatrix::from_row_slice(2, 2, &[-0.05, 0.0, 0.01, -0.01]));
/// # Ok::<(), neuro_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Flow {
    recurrent: DMatrix<f64>,
    packed: PackedMatrix<f64>,
    transfer: Arc<dyn Transfer<f64>>,
    time_constants: Vec<f64>,
    drive: Vec<f64>,
}

impl Flow {
    /// The flow of recurrent weights (units x units), with the transfer function `tanh`, time
    /// constants of 1 and no drive.
    ///
    /// # Errors
    /// [`Error::Shape`] for a matrix that is not square, and [`Error::NonFinite`] for weights that
    /// are not finite.
    pub fn new(recurrent: DMatrix<f64>) -> Result<Self, Error> {
        let (rows, columns) = recurrent.shape();
        Error::check_shape("recurrent weights", (rows, rows), (rows, columns))?;
        Error::check_finite("recurrent weights", recurrent.as_slice())?;
        Ok(Self::of(recurrent, vec![1.0; rows]))
    }

    /// The flow of a network whose parameters have been checked.
    pub(crate) fn of(recurrent: DMatrix<f64>, time_constants: Vec<f64>) -> Self {
        let units = recurrent.nrows();
        let mut packed = PackedMatrix::zeros(units, units);
        packed
            .pack(recurrent.as_slice())
            .expect("packed has the shape of the weights");
        Self {
            recurrent,
            packed,
            transfer: Arc::new(Tanh),
            time_constants,
            drive: vec![0.0; units],
        }
    }

    /// The same flow with another transfer function.
    #[must_use]
    pub fn with_transfer(mut self, transfer: impl Transfer<f64> + 'static) -> Self {
        self.transfer = Arc::new(transfer);
        self
    }

    /// The same flow with other time constants, one for each unit.
    ///
    /// # Errors
    /// [`Error::Length`], and [`Error::OutOfRange`] for one that is not positive and finite.
    pub fn with_time_constants(mut self, time_constants: Vec<f64>) -> Result<Self, Error> {
        Error::check_length("time constants", self.dim(), time_constants.len())?;
        for tau in &time_constants {
            let fits = *tau > 0.0 && tau.is_finite();
            Error::check_range("time constant", "a positive number", *tau, fits)?;
        }
        self.time_constants = time_constants;
        Ok(self)
    }

    /// The same flow with a constant drive, one value for each unit.
    ///
    /// # Errors
    /// [`Error::Length`] and [`Error::NonFinite`].
    pub fn with_drive(mut self, drive: Vec<f64>) -> Result<Self, Error> {
        Error::check_length("drive", self.dim(), drive.len())?;
        Error::check_finite("drive", &drive)?;
        self.drive = drive;
        Ok(self)
    }

    /// The recurrent weights `W`.
    #[must_use]
    pub fn recurrent(&self) -> &DMatrix<f64> {
        &self.recurrent
    }

    /// The time constants `tau`.
    #[must_use]
    pub fn time_constants(&self) -> &[f64] {
        &self.time_constants
    }
}

impl System<f64> for Flow {
    type Work = Vec<f64>;

    fn dim(&self) -> usize {
        self.recurrent.nrows()
    }

    fn work(&self, states: usize) -> Vec<f64> {
        vec![0.0; self.dim() * states]
    }

    fn rhs(&self, _t: f64, x: &[f64], dx: &mut [f64], rates: &mut Vec<f64>) {
        let n = self.dim();
        let rates = &mut rates[..x.len()];
        self.transfer.value_into(x, rates);
        self.packed.multiply(rates, n, x.len() / n, dx);
        for (dx, x) in dx.chunks_exact_mut(n).zip(x.chunks_exact(n)) {
            let units = self.time_constants.iter().zip(&self.drive);
            for ((dx, x), (tau, drive)) in dx.iter_mut().zip(x).zip(units) {
                *dx = (*dx + *drive - *x) / *tau;
            }
        }
    }
}

impl Linearize<f64> for Flow {
    fn jacobian(&self, _t: f64, x: &[f64], jacobian: &mut DMatrix<f64>) {
        jacobian.copy_from(&self.recurrent);
        for (j, mut column) in jacobian.column_iter_mut().enumerate() {
            column *= self.transfer.slope(x[j]);
            column[j] -= 1.0;
            for (value, tau) in column.iter_mut().zip(&self.time_constants) {
                *value /= *tau;
            }
        }
    }
}
