//! Eigenvalues and left and right eigenvectors of real square matrices:
//! `A v = w v` and `u^H A = w u^H`.

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, EvdParams, evd_real, evd_scratch};
use faer::{Auto, Par, Spec};
use nalgebra::DMatrix;
use num_complex::Complex;

use super::{check_square, scaled, view, view_mut};
use crate::Error;
use crate::simd::clear_registers;
use vectors::PackedVectors;

mod vectors;

/// The eigendecomposition of a real square matrix of size `n`.
#[derive(Clone, Debug, PartialEq)]
pub struct Eigen {
    /// The `n` eigenvalues: real part descending, then imaginary part descending.
    pub values: Vec<Complex<f64>>,
    /// Right eigenvectors, `A v = w v`, one a column, in the order of the values.
    pub right: DMatrix<Complex<f64>>,
    /// Left eigenvectors, `u^H A = w u^H`, one a column, in the order of the values.
    pub left: DMatrix<Complex<f64>>,
}

/// Eigenvalues of a real square matrix: real part descending, then imaginary part descending.
///
/// # Errors
/// [`Error::Shape`] when `a` is not square, [`Error::NonFinite`], [`Error::NoConvergence`] when
/// the iteration stops at its bound or leaves values that contradict the traces of `A` and `A A`.
///
/// ```
/// use neuro_core::{linalg::eigenvalues, nalgebra::DMatrix};
///
/// // A pair of units, one exciting and one inhibiting the other, oscillates.
/// let w = eigenvalues(&DMatrix::from_row_slice(2, 2, &[0.0, -2.0, 2.0, 0.0]))?;
/// assert!((w[0].im - 2.0).abs() < 1e-15 && w[1] == w[0].conj());
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn eigenvalues(a: &DMatrix<f64>) -> Result<Vec<Complex<f64>>, Error> {
    let n = check_square("matrix of eigenvalues", a)?;
    let (a, unit) = scaled(a);
    let packed = factor(&a, ComputeEigenvectors::No)?;
    let mut values = packed.values(n)?;
    check_traces(&a, &values)?;
    for w in &mut values {
        *w *= unit;
    }
    sort(&mut values, |w| *w);
    Ok(values)
}

/// Eigenvalues with left and right eigenvectors of a real square matrix.
///
/// Eigenvalues come with descending real part, those of equal real part with descending imaginary
/// part, so that the leading mode is the first and of a conjugate pair the one with the positive
/// imaginary part. Vectors have 2-norm 1, and their largest component (the first of equal ones) is
/// real and positive; left vectors follow the convention of LAPACK's `geev`.
///
/// Cyclic shifts, ring couplings and feedforward chains, on which simpler QR iterations circle for
/// ever or overflow, are ordinary matrices here. A defective matrix has fewer than `n` independent
/// vectors: the columns that belong to one multiple eigenvalue then coincide. There is no
/// balancing: the eigenvalues are those of `A + E` with `|E|` of the order of epsilon times `|A|`.
///
/// # Errors
/// [`Error::Shape`] when `a` is not square, [`Error::NonFinite`], [`Error::NoConvergence`] when
/// the iteration stops at its bound or a vector does not satisfy its equation.
///
/// ```
/// use neuro_core::{linalg::eigen, nalgebra::DMatrix};
///
/// // Feedforward from unit 0 to unit 1: the slow mode is seen in both units, read from unit 0.
/// let modes = eigen(&DMatrix::from_row_slice(2, 2, &[-1.0, 0.0, 3.0, -4.0]))?;
/// assert_eq!(modes.values[0].re, -1.0);
/// assert!((modes.right[(0, 0)] - modes.right[(1, 0)]).norm() < 1e-15);
/// assert!((modes.left[(0, 0)].re - 1.0).abs() < 1e-15);
/// # Ok::<(), neuro_core::Error>(())
/// ```
pub fn eigen(a: &DMatrix<f64>) -> Result<Eigen, Error> {
    let n = check_square("matrix of eigenvalues", a)?;
    let (a, unit) = scaled(a);
    let packed = factor(&a, ComputeEigenvectors::Yes)?;
    let values = packed.values(n)?;
    let right = PackedVectors::right(&values, packed.right).verified(&a)?;
    let left = PackedVectors::left(&values, packed.left).verified(&a.transpose())?;

    let mut order: Vec<usize> = (0..n).collect();
    sort(&mut order, |&j| values[j]);
    Ok(Eigen {
        values: order.iter().map(|&j| values[j] * unit).collect(),
        right: right.complex(&order),
        left: left.complex(&order),
    })
}

/// The largest modulus of an eigenvalue; 0 for an empty matrix.
///
/// # Errors
/// As [`eigenvalues`].
pub fn spectral_radius(a: &DMatrix<f64>) -> Result<f64, Error> {
    Ok(eigenvalues(a)?.iter().map(|w| w.norm()).fold(0.0, f64::max))
}

/// Sorts by eigenvalue: real part descending, then imaginary part descending.
fn sort<T>(items: &mut [T], value: impl Fn(&T) -> Complex<f64>) {
    // Adding 0 turns -0 into 0: the total order would tell them apart.
    items.sort_by(|a, b| {
        let (a, b) = (value(a), value(b));
        (b.re + 0.0)
            .total_cmp(&(a.re + 0.0))
            .then((b.im + 0.0).total_cmp(&(a.im + 0.0)))
    });
}

fn no_convergence(n: usize) -> Error {
    Error::NoConvergence {
        what: "eigenvalues".into(),
        iterations: 30 * n.max(10),
    }
}

/// What the solver returns: values as real and imaginary parts, vectors packed.
struct Packed {
    re: Vec<f64>,
    im: Vec<f64>,
    right: DMatrix<f64>,
    left: DMatrix<f64>,
}

/// Settings of the solver. From 150 to 300 units 20 shifts at a time, instead of 32, take a tenth less
/// time; beyond, more.
fn settings(n: usize) -> Spec<EvdParams, f64> {
    extern "C" fn twenty(_size: usize, _active: usize) -> usize {
        20
    }
    let mut settings = <EvdParams as Auto<f64>>::auto();
    if (150..300).contains(&n) {
        settings.schur.recommended_shift_count = twenty;
        settings.schur.recommended_deflation_window = twenty;
    }
    Spec::new(settings)
}

fn factor(a: &DMatrix<f64>, vectors: ComputeEigenvectors) -> Result<Packed, Error> {
    let n = a.nrows();
    let wanted = vectors == ComputeEigenvectors::Yes;
    let size = if wanted { n } else { 0 };
    // The solver reports success even where its iteration stopped at the bound and left values
    // unwritten: NaN shows them.
    let mut packed = Packed {
        re: vec![f64::NAN; n],
        im: vec![f64::NAN; n],
        right: DMatrix::zeros(size, size),
        left: DMatrix::zeros(size, size),
    };
    let settings = settings(n);
    let scratch = evd_scratch::<f64>(n, vectors, vectors, Par::Seq, settings);
    let outcome = evd_real(
        view(a),
        DiagMut::from_slice_mut(&mut packed.re),
        DiagMut::from_slice_mut(&mut packed.im),
        wanted.then(|| view_mut(&mut packed.left)),
        wanted.then(|| view_mut(&mut packed.right)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        settings,
    );
    clear_registers();
    outcome.map_err(|_| no_convergence(n))?;
    Ok(packed)
}

impl Packed {
    /// The values, each conjugate pair together with the positive imaginary part first.
    fn values(&self, n: usize) -> Result<Vec<Complex<f64>>, Error> {
        let mut values = Vec::with_capacity(n);
        while values.len() < n {
            let j = values.len();
            let (re, im) = (self.re[j], self.im[j].abs());
            if !re.is_finite() || !im.is_finite() || (im > 0.0 && j + 1 == n) {
                return Err(no_convergence(n));
            }
            values.push(Complex::new(re, im));
            if im > 0.0 {
                values.push(Complex::new(re, -im));
            }
        }
        Ok(values)
    }
}

/// Checks the sums of the eigenvalues and of their squares, which unconverged ones would miss.
fn check_traces(a: &DMatrix<f64>, values: &[Complex<f64>]) -> Result<(), Error> {
    let n = a.nrows();
    let mut trace_of_square = 0.0;
    for j in 0..n {
        for i in 0..n {
            trace_of_square += a[(i, j)] * a[(j, i)];
        }
    }
    let first: f64 = values.iter().map(|w| w.re).sum();
    let second: f64 = values.iter().map(|w| (w * w).re).sum();
    let norm = a.norm();
    let tolerance = 1e-9 * n as f64;
    if (first - a.trace()).abs() <= tolerance * norm
        && (second - trace_of_square).abs() <= tolerance * norm * norm
    {
        return Ok(());
    }
    Err(no_convergence(n))
}

#[cfg(test)]
mod tests;
