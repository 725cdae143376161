//! General matrix products into the caller's buffers.

use faer::linalg::matmul::matmul as faer_matmul;
use faer::{Accum, MatMut, MatRef, Par};
use nalgebra::DMatrix;

use crate::simd::clear_registers;
use crate::{Error, Scalar};

/// A matrix to be read: column-major values, possibly with a gap between columns, possibly
/// transposed.
#[derive(Clone, Copy, Debug)]
pub struct Operand<'a, T: Scalar> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    stride: usize,
    transposed: bool,
}

impl<'a, T: Scalar> Operand<'a, T> {
    /// A `rows x columns` matrix stored without gaps.
    ///
    /// # Errors
    /// [`Error::Length`] when `data` is not `rows * columns` long.
    pub fn new(data: &'a [T], rows: usize, columns: usize) -> Result<Self, Error> {
        Error::check_length("matrix operand", rows.saturating_mul(columns), data.len())?;
        Ok(Self {
            data,
            rows,
            columns,
            stride: rows,
            transposed: false,
        })
    }

    /// A `rows x columns` matrix whose columns start `stride` values apart.
    ///
    /// # Errors
    /// [`Error::Length`] when `data` ends before the last column does, [`Error::OutOfRange`] when
    /// `stride` is smaller than `rows`.
    pub fn strided(
        data: &'a [T],
        rows: usize,
        columns: usize,
        stride: usize,
    ) -> Result<Self, Error> {
        Error::check_range(
            "column stride",
            "at least rows",
            stride as f64,
            stride >= rows,
        )?;
        let needed = if columns == 0 {
            0
        } else {
            (columns - 1).saturating_mul(stride).saturating_add(rows)
        };
        if data.len() < needed {
            return Err(Error::Length {
                what: "strided matrix operand".into(),
                expected: needed,
                found: data.len(),
            });
        }
        Ok(Self {
            data: &data[..needed],
            rows,
            columns,
            stride,
            transposed: false,
        })
    }

    /// The transposed matrix; nothing is moved.
    #[must_use]
    pub fn transpose(self) -> Self {
        Self {
            transposed: !self.transposed,
            ..self
        }
    }

    /// Rows and columns, after any transposition.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        if self.transposed {
            (self.columns, self.rows)
        } else {
            (self.rows, self.columns)
        }
    }

    fn view(&self) -> MatRef<'a, T> {
        let view = MatRef::from_column_major_slice_with_stride(
            self.data,
            self.rows,
            self.columns,
            self.stride,
        );
        if self.transposed {
            view.transpose()
        } else {
            view
        }
    }
}

impl<'a, T: Scalar> From<&'a DMatrix<T>> for Operand<'a, T> {
    fn from(m: &'a DMatrix<T>) -> Self {
        Self {
            data: m.as_slice(),
            rows: m.nrows(),
            columns: m.ncols(),
            stride: m.nrows(),
            transposed: false,
        }
    }
}

/// `c = beta c + alpha a b`, where `c` is `rows(a) x columns(b)` without gaps and `beta` is 0 or 1.
///
/// With `add` false the old values of `c` are ignored, NaN included. Sequential, so that the bits
/// do not depend on the number of threads.
///
/// # Errors
/// [`Error::Shape`] when the inner sizes differ, [`Error::Length`] when `c` has the wrong length.
///
/// ```
/// use neuro_core::linalg::{Operand, matmul};
///
/// let a = [1.0, 2.0, 3.0, 4.0]; // columns (1, 2) and (3, 4)
/// let mut c = [0.0; 4];
/// let a = Operand::new(&a, 2, 2)?;
/// matmul(false, 1.0, a, a.transpose(), &mut c)?;
/// assert_eq!(c, [10.0, 14.0, 14.0, 20.0]);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn matmul<T: Scalar>(
    add: bool,
    alpha: T,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    c: &mut [T],
) -> Result<(), Error> {
    let ((rows, inner), (inner_b, columns)) = (a.shape(), b.shape());
    Error::check_shape(
        "right factor of a product",
        (inner, columns),
        (inner_b, columns),
    )?;
    Error::check_length("product", rows.saturating_mul(columns), c.len())?;
    if c.is_empty() {
        return Ok(());
    }
    if inner == 0 {
        if !add {
            c.fill(T::zero());
        }
        return Ok(());
    }
    let accum = if add { Accum::Add } else { Accum::Replace };
    let c = MatMut::from_column_major_slice_mut(c, rows, columns);
    faer_matmul(c, accum, a.view(), b.view(), alpha, Par::Seq);
    clear_registers();
    Ok(())
}
