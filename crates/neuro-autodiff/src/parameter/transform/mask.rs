//! Absent connections.

use neuro_core::{Scalar, nalgebra::DMatrix};

use super::{Identity, Transform};
use crate::Error;

/// Keeps connections absent where `pattern` is false; elsewhere `inner` decides.
///
/// `W[i, j] = C[i, j] V[i, j]`, where `C` is the 0/1 pattern of connections that exist (target `i`,
/// source `j`) and `V` are the effective values of another transform. Where `C` is 0 the weight is
/// exactly 0, its gradient is exactly 0, and its raw value is set to 0 after each step, so that a
/// cost of raw values does not see it. The pattern is fixed; for connections that come and go see
/// [`DeepRewiring`](crate::optimizer::DeepRewiring).
///
/// ```
/// use neuro_autodiff::{DaleRectified, Mask, Transform};
/// use neuro_core::nalgebra::DMatrix;
///
/// // Two units, the second inhibitory, without connections of a unit to itself.
/// let dale = DaleRectified::new(vec![1.0, -1.0])?;
/// let mask = Mask::over(DMatrix::from_fn(2, 2, |i, j| i != j), dale);
/// let mut w = [0.0; 4];
/// mask.apply(2, &[0.5, 0.5, 0.5, 0.5], &mut w);
/// assert_eq!(w, [0.0, 0.5, -0.5, 0.0]);
/// # Ok::<(), neuro_autodiff::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mask<I = Identity> {
    pattern: DMatrix<bool>,
    inner: I,
}

impl Mask {
    /// Raw values where `pattern` is true, 0 elsewhere.
    #[must_use]
    pub fn new(pattern: DMatrix<bool>) -> Self {
        Self::over(pattern, Identity)
    }
}

impl<I> Mask<I> {
    /// Effective values of `inner` where `pattern` is true, 0 elsewhere.
    #[must_use]
    pub fn over(pattern: DMatrix<bool>, inner: I) -> Self {
        Self { pattern, inner }
    }

    /// Which connections exist: targets x sources.
    #[must_use]
    pub fn pattern(&self) -> &DMatrix<bool> {
        &self.pattern
    }

    fn clear_absent<T: Scalar>(&self, values: &mut [T]) {
        for (value, exists) in values.iter_mut().zip(self.pattern.as_slice()) {
            if !exists {
                *value = T::zero();
            }
        }
    }
}

impl<T: Scalar, I: Transform<T>> Transform<T> for Mask<I> {
    fn validate(&self, rows: usize, columns: usize) -> Result<(), Error> {
        neuro_core::Error::check_shape("mask", (rows, columns), self.pattern.shape())?;
        self.inner.validate(rows, columns)
    }

    fn apply(&self, rows: usize, raw: &[T], effective: &mut [T]) {
        self.inner.apply(rows, raw, effective);
        self.clear_absent(effective);
    }

    fn pull_back(&self, rows: usize, raw: &[T], gradient: &mut [T]) {
        self.inner.pull_back(rows, raw, gradient);
        self.clear_absent(gradient);
    }

    fn project(&self, rows: usize, raw: &mut [T]) {
        self.inner.project(rows, raw);
        self.clear_absent(raw);
    }
}
