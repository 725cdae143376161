//! One sign for all outgoing weights of a unit (Dale's principle), in two forms that learn differently.

use neuro_core::Scalar;

use super::Transform;
use crate::Error;

/// Checks that each sign is +1 or -1.
fn check_signs(signs: &[f64]) -> Result<(), Error> {
    for (j, &sign) in signs.iter().enumerate() {
        neuro_core::Error::check_range(
            &format!("sign of unit {j}"),
            "+1 or -1",
            sign,
            sign.abs() == 1.0,
        )?;
    }
    Ok(())
}

/// The columns of a matrix beside their signs.
fn with_signs<'a, T: Scalar>(
    rows: usize,
    signs: &'a [f64],
    values: &'a mut [T],
) -> impl Iterator<Item = (&'a mut [T], T)> {
    values
        .chunks_exact_mut(rows.max(1))
        .zip(signs.iter().map(|&s| T::of(s)))
}

/// One sign for all outgoing weights of a unit (Dale's principle), by rectification.
///
/// `W[i, j] = max(V[i, j], 0) s_j` with `s_j` +1 for an excitatory unit `j` and -1 for an inhibitory one;
/// `W[i, j]` goes from `j` to `i`, so a sign belongs to a column. The slope is 0 at `V <= 0`: a connection
/// that has reached 0 is dead for ever (Kim, Li & Sejnowski 2019); with [`DaleProjected`] it can come
/// back. A raw value that is not a number stays one, so that a diverging run is seen.
///
/// ```
/// use neuro_autodiff::{DaleRectified, Transform};
///
/// let dale = DaleRectified::new(vec![1.0, -1.0])?;
/// let raw = [0.5, -0.5, 2.0, 0.0];
/// let mut w = [0.0; 4];
/// dale.apply(2, &raw, &mut w);
/// assert_eq!(w, [0.5, 0.0, -2.0, 0.0]);
/// let mut gradient = [1.0; 4];
/// dale.pull_back(2, &raw, &mut gradient);
/// assert_eq!(gradient, [1.0, 0.0, -1.0, 0.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DaleRectified {
    signs: Vec<f64>,
}

impl DaleRectified {
    /// One sign for each column (source unit).
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a sign that is not +1 or -1.
    pub fn new(signs: Vec<f64>) -> Result<Self, Error> {
        check_signs(&signs)?;
        Ok(Self { signs })
    }

    /// The sign of each source unit, +1 or -1.
    #[must_use]
    pub fn signs(&self) -> &[f64] {
        &self.signs
    }
}

impl<T: Scalar> Transform<T> for DaleRectified {
    fn validate(&self, _rows: usize, columns: usize) -> Result<(), Error> {
        Ok(neuro_core::Error::check_length(
            "signs of the source units",
            columns,
            self.signs.len(),
        )?)
    }

    fn apply(&self, rows: usize, raw: &[T], effective: &mut [T]) {
        let columns = raw.chunks_exact(rows.max(1));
        for (raw, (effective, sign)) in columns.zip(with_signs(rows, &self.signs, effective)) {
            for (raw, effective) in raw.iter().zip(effective) {
                // Written so that NaN passes.
                *effective = if *raw <= T::zero() {
                    T::zero()
                } else {
                    *raw * sign
                };
            }
        }
    }

    fn pull_back(&self, rows: usize, raw: &[T], gradient: &mut [T]) {
        let columns = raw.chunks_exact(rows.max(1));
        for (raw, (gradient, sign)) in columns.zip(with_signs(rows, &self.signs, gradient)) {
            for (raw, gradient) in raw.iter().zip(gradient) {
                *gradient = if *raw <= T::zero() {
                    T::zero()
                } else {
                    *gradient * sign
                };
            }
        }
    }
}

/// One sign for all outgoing weights of a unit (Dale's principle), by projection.
///
/// `W[i, j] = V[i, j] s_j` with `V` set to at least 0 after each step, and `s_j` as in [`DaleRectified`].
/// The gradient of a connection at 0 is not zeroed: it can come back (the network of excitatory and
/// inhibitory units of Ichikawa & Kaneko 2021). There is no rectification on the way forward;
/// [`Parameters`](crate::Parameters) projects raw values when they are added and after each change.
///
/// ```
/// use neuro_autodiff::{DaleProjected, Transform};
///
/// let dale = DaleProjected::new(vec![-1.0])?;
/// let mut raw = [-0.1, 0.3];
/// dale.project(2, &mut raw);
/// assert_eq!(raw, [0.0, 0.3]);
/// // The weight at 0 keeps its gradient.
/// let mut gradient = [1.0, 1.0];
/// dale.pull_back(2, &raw, &mut gradient);
/// assert_eq!(gradient, [-1.0, -1.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct DaleProjected {
    signs: Vec<f64>,
}

impl DaleProjected {
    /// One sign for each column (source unit).
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] for a sign that is not +1 or -1.
    pub fn new(signs: Vec<f64>) -> Result<Self, Error> {
        check_signs(&signs)?;
        Ok(Self { signs })
    }

    /// The sign of each source unit, +1 or -1.
    #[must_use]
    pub fn signs(&self) -> &[f64] {
        &self.signs
    }
}

impl<T: Scalar> Transform<T> for DaleProjected {
    fn validate(&self, _rows: usize, columns: usize) -> Result<(), Error> {
        Ok(neuro_core::Error::check_length(
            "signs of the source units",
            columns,
            self.signs.len(),
        )?)
    }

    fn apply(&self, rows: usize, raw: &[T], effective: &mut [T]) {
        let columns = raw.chunks_exact(rows.max(1));
        for (raw, (effective, sign)) in columns.zip(with_signs(rows, &self.signs, effective)) {
            for (raw, effective) in raw.iter().zip(effective) {
                *effective = *raw * sign;
            }
        }
    }

    fn pull_back(&self, rows: usize, _raw: &[T], gradient: &mut [T]) {
        for (gradient, sign) in with_signs(rows, &self.signs, gradient) {
            for gradient in gradient {
                *gradient *= sign;
            }
        }
    }

    fn project(&self, _rows: usize, raw: &mut [T]) {
        for raw in raw {
            // Not `max`, which would turn NaN into 0.
            if *raw < T::zero() {
                *raw = T::zero();
            }
        }
    }
}
