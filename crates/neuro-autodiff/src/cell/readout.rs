//! A linear readout of the units: `z = W_out y + b`, with `y` the states or the rates.

use std::ops::Range;

use neuro_core::Scalar;
use neuro_core::linalg::{Operand, matmul};

use crate::{Error, ParameterId, Parameters};

/// What a readout sees of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadoutSource {
    /// The state `x`.
    State,
    /// The rate `r = phi(x)`.
    Rate,
}

/// A linear readout; a part that cells are made with.
///
/// With `dz` the gradient of the outputs, that of the features is `W_out^T dz`, and those of the
/// weights and the bias are the sums of `dz y^T` and `dz` over trials and steps.
///
/// Its parameters are named `readout` (outputs x units) and, if there is one, `readout_bias`
/// (outputs x 1). A cell copies [`weights`](Self::weights) and [`bias`](Self::bias) in
/// [`Cell::prepare`](crate::Cell::prepare) and passes them back to [`apply`](Self::apply) in
/// `outputs` and to [`pull_back`](Self::pull_back) in `outputs_vjp`; [`finish`](Self::finish)
/// belongs in the cell's `finish`.
///
/// ```
/// use neuro_autodiff::{Features, Identity, LinearReadout, Parameters};
/// use neuro_core::nalgebra::DMatrix;
/// use std::sync::Arc;
///
/// let mut parameters = Parameters::new();
/// let w = DMatrix::from_row_slice(1, 2, &[1.0, -2.0]);
/// parameters.add("readout", &w, Arc::new(Identity), true)?;
/// let readout = LinearReadout::find(&parameters, 2)?;
/// let weights = readout.weights(&parameters);
/// // Two units, three trials.
/// let states = Features { data: &[1.0, 0.0, 0.0, 1.0, 3.0, 1.0], stride: 2 };
/// let mut outputs = [0.0; 3];
/// readout.apply(weights, readout.bias(&parameters), states, &mut outputs);
/// assert_eq!(outputs, [1.0, -2.0, 1.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LinearReadout {
    weights: Range<usize>,
    bias: Option<Range<usize>>,
    outputs: usize,
    units: usize,
}

/// Columns of features to read out: units x columns, one column for each trial of each step.
#[derive(Clone, Copy, Debug)]
pub struct Features<'a, T: Scalar> {
    /// The values, at least up to the end of the last column.
    pub data: &'a [T],
    /// Values from the start of one column to that of the next, at least the number of units.
    pub stride: usize,
}

impl LinearReadout {
    /// The readout among `parameters`, of `units` units.
    ///
    /// # Errors
    /// [`neuro_core::Error::Unknown`] when there is no readout, and
    /// [`neuro_core::Error::Shape`] when its sizes do not fit.
    pub fn find<T: Scalar>(parameters: &Parameters<T>, units: usize) -> Result<Self, Error> {
        let weights: ParameterId = parameters.find("readout")?;
        let (outputs, columns) = parameters.shape(weights);
        neuro_core::Error::check_shape("readout", (outputs, units), (outputs, columns))?;
        let some = outputs > 0;
        neuro_core::Error::check_range("outputs", "at least 1", outputs as f64, some)?;
        let bias = parameters.find("readout_bias").ok();
        if let Some(bias) = bias {
            neuro_core::Error::check_shape("readout_bias", (outputs, 1), parameters.shape(bias))?;
        }
        let weights = parameters.range(weights);
        Ok(Self {
            weights,
            bias: bias.map(|b| parameters.range(b)),
            outputs,
            units,
        })
    }

    /// Number of outputs.
    #[must_use]
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The effective weights, outputs x units.
    ///
    /// # Panics
    /// When `parameters` are shorter than those of [`find`](Self::find).
    #[must_use]
    pub fn weights<'a, T: Scalar>(&self, parameters: &'a Parameters<T>) -> &'a [T] {
        &parameters.effective_values()[self.weights.clone()]
    }

    /// The effective bias, one value for each output; empty when there is none.
    ///
    /// # Panics
    /// When `parameters` are shorter than those of [`find`](Self::find).
    #[must_use]
    pub fn bias<'a, T: Scalar>(&self, parameters: &'a Parameters<T>) -> &'a [T] {
        let bias = self.bias.clone().unwrap_or(0..0);
        &parameters.effective_values()[bias]
    }

    /// Writes `W_out y + b` for each column of features; `outputs` (outputs x columns) says how many
    /// columns. An empty `bias` is none.
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn apply<T: Scalar>(
        &self,
        weights: &[T],
        bias: &[T],
        features: Features<'_, T>,
        outputs: &mut [T],
    ) {
        let columns = outputs.len() / self.outputs;
        product(
            false,
            self.operand(weights),
            columns_of(features, self.units, columns),
            outputs,
        );
        if !bias.is_empty() {
            for z in outputs.chunks_exact_mut(self.outputs) {
                for (z, b) in z.iter_mut().zip(bias) {
                    *z += *b;
                }
            }
        }
    }

    /// Writes `W_out^T dz` into the gradient of the features (units x columns, without gaps), or with
    /// `add` adds it to what is there.
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn pull_back<T: Scalar>(
        &self,
        add: bool,
        weights: &[T],
        d_outputs: &[T],
        d_features: &mut [T],
    ) {
        if self.outputs == 1 {
            // At each step of each trial: a general product costs more than its two hundred terms.
            for (d_features, d) in d_features.chunks_exact_mut(self.units).zip(d_outputs) {
                neuro_core::vectorize(|| {
                    for (d_feature, w) in d_features.iter_mut().zip(weights) {
                        let old = if add { *d_feature } else { T::zero() };
                        *d_feature = old + *w * *d;
                    }
                });
            }
            return;
        }
        let columns = d_outputs.len() / self.outputs;
        let d = Features {
            data: d_outputs,
            stride: self.outputs,
        };
        let d = columns_of(d, self.outputs, columns);
        product(add, self.operand(weights).transpose(), d, d_features);
    }

    /// Adds the gradient of weights and bias for some columns to `gradient`, which holds all
    /// effective parameters.
    ///
    /// # Panics
    /// When a length does not fit.
    pub fn finish<T: Scalar>(
        &self,
        features: Features<'_, T>,
        d_outputs: &[T],
        gradient: &mut [T],
    ) {
        let columns = d_outputs.len() / self.outputs;
        let d = Features {
            data: d_outputs,
            stride: self.outputs,
        };
        product(
            true,
            columns_of(d, self.outputs, columns),
            columns_of(features, self.units, columns).transpose(),
            &mut gradient[self.weights.clone()],
        );
        if let Some(bias) = self.bias.clone() {
            let bias = &mut gradient[bias];
            for d in d_outputs.chunks_exact(self.outputs) {
                for (g, d) in bias.iter_mut().zip(d) {
                    *g += *d;
                }
            }
        }
    }

    fn operand<'a, T: Scalar>(&self, weights: &'a [T]) -> Operand<'a, T> {
        Operand::new(weights, self.outputs, self.units).expect("checked when the readout was found")
    }
}

fn columns_of<T: Scalar>(features: Features<'_, T>, rows: usize, columns: usize) -> Operand<'_, T> {
    Operand::strided(features.data, rows, columns, features.stride)
        .expect("the cell's buffers hold every block")
}

fn product<T: Scalar>(add: bool, a: Operand<'_, T>, b: Operand<'_, T>, c: &mut [T]) {
    matmul(add, T::one(), a, b, c).expect("shapes were checked when the cell was made");
}
