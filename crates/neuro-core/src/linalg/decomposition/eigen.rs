//! Eigenvalues and left and right eigenvectors of real square matrices:
//! `A v = w v` and `u^H A = w u^H`.
//!
//! Eigenvalues come with descending real part, those of equal real part with descending imaginary
//! part, so that the leading mode is the first and of a conjugate pair the one with the positive
//! imaginary part. Vectors have 2-norm 1, and their largest component (the first of equal ones) is
//! real and positive; left vectors follow the convention of LAPACK's `geev`.
//!
//! Cyclic shifts, ring couplings and feedforward chains, on which simpler QR iterations circle for
//! ever or overflow, are ordinary matrices here. A defective matrix has fewer than `n` independent
//! vectors: the columns that belong to one multiple eigenvalue then coincide. There is no
//! balancing: the eigenvalues are those of `A + E` with `|E|` of the order of epsilon times `|A|`.

use faer::Par;
use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{ComputeEigenvectors, evd_real, evd_scratch};
use nalgebra::DMatrix;
use num_complex::Complex;

use super::{check_square, leading, scaled, view, view_mut};
use crate::Error;
use crate::linalg::matmul;
use crate::simd::clear_registers;

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
    let adjoint: Vec<_> = values.iter().map(Complex::conj).collect();
    // The solver packs a conjugate pair into two real columns. On the right they are the real and
    // the imaginary part of the vector of the value with positive imaginary part; on the left,
    // where it reverses the order of the columns, the imaginary and the real part of a vector x
    // with x^T A = w x^T, the conjugate of ours.
    let right = unpack(&packed.right, &values, |first, second| {
        Complex::new(first, second)
    });
    let left = unpack(&packed.left, &values, |first, second| {
        Complex::new(second, -first)
    });
    let right = verify(&a, &values, right)?;
    // u^H A = w u^H is A^T u = conj(w) u.
    let left = verify(&a.transpose(), &adjoint, left)?;

    let mut order: Vec<usize> = (0..n).collect();
    sort(&mut order, |&j| values[j]);
    Ok(Eigen {
        values: order.iter().map(|&j| values[j] * unit).collect(),
        right: right.select_columns(&order),
        left: left.select_columns(&order),
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

/// What the solver returns: values as real and imaginary parts, vectors packed (see [`eigen`]).
struct Packed {
    re: Vec<f64>,
    im: Vec<f64>,
    right: DMatrix<f64>,
    left: DMatrix<f64>,
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
    let scratch = evd_scratch::<f64>(n, vectors, vectors, Par::Seq, Default::default());
    let outcome = evd_real(
        view(a),
        DiagMut::from_slice_mut(&mut packed.re),
        DiagMut::from_slice_mut(&mut packed.im),
        wanted.then(|| view_mut(&mut packed.left)),
        wanted.then(|| view_mut(&mut packed.right)),
        Par::Seq,
        MemStack::new(&mut MemBuffer::new(scratch)),
        Default::default(),
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

/// Complex vectors from packed columns; `join` makes a component of the first vector of a pair.
fn unpack(
    packed: &DMatrix<f64>,
    values: &[Complex<f64>],
    join: impl Fn(f64, f64) -> Complex<f64>,
) -> DMatrix<Complex<f64>> {
    DMatrix::from_fn(packed.nrows(), packed.ncols(), |i, j| {
        let w = values[j];
        if w.im == 0.0 {
            packed[(i, j)].into()
        } else if w.im > 0.0 {
            join(packed[(i, j)], packed[(i, j + 1)])
        } else {
            join(packed[(i, j - 1)], packed[(i, j)]).conj()
        }
    })
}

/// Normalises the vectors, checks `A v = w v` and computes anew those that fail.
///
/// The solver substitutes back without rescaling: along a defective chain of more than about 20
/// units its vectors overflow, and in large defective groups they lose digits.
fn verify(
    a: &DMatrix<f64>,
    values: &[Complex<f64>],
    mut vectors: DMatrix<Complex<f64>>,
) -> Result<DMatrix<Complex<f64>>, Error> {
    let n = a.nrows();
    for mut v in vectors.column_iter_mut() {
        normalize(v.as_mut_slice());
    }
    let scale = n as f64 * a.norm();
    let (good, bearable) = (1e-13 * scale, 1e-11 * scale);
    let before = residuals(a, values, &vectors)?;
    // NaN is not good either.
    let poor = |r: f64| r.is_nan() || r > good;
    if !before.iter().any(|&r| poor(r)) {
        return Ok(vectors);
    }
    let mut repaired = vectors.clone();
    for j in 0..n {
        if !poor(before[j]) {
            continue;
        }
        let v = match (0..j)
            .find(|&i| values[i].re == values[j].re && values[i].im.abs() == values[j].im.abs())
        {
            Some(i) if values[i] == values[j] => repaired.column(i).into_owned(),
            Some(i) => repaired.column(i).conjugate(),
            None => null_vector(a, values[j]),
        };
        repaired.set_column(j, &v);
    }
    let after = residuals(a, values, &repaired)?;
    for j in 0..n {
        if before[j].is_nan() || after[j] < before[j] {
            vectors.set_column(j, &repaired.column(j));
        }
        let least = before[j].min(after[j]);
        if least.is_nan() || least > bearable {
            return Err(no_convergence(n));
        }
    }
    Ok(vectors)
}

/// Unit 2-norm, and the largest component real and positive.
fn normalize(v: &mut [Complex<f64>]) {
    let Some(pivot) = leading(v.len(), |i| v[i].norm()) else {
        return;
    };
    // Divided twice: the squares of the components could overflow or vanish.
    let size = v[pivot].norm();
    let phase = v[pivot].conj() / size;
    for c in v.iter_mut() {
        *c = *c / size * phase;
    }
    let norm = v.iter().map(|c| c.norm_sqr()).sum::<f64>().sqrt();
    for c in v.iter_mut() {
        *c /= norm;
    }
    v[pivot].im = 0.0;
}

/// The 2-norm of `A v - w v` for each column.
fn residuals(
    a: &DMatrix<f64>,
    values: &[Complex<f64>],
    vectors: &DMatrix<Complex<f64>>,
) -> Result<Vec<f64>, Error> {
    let n = a.nrows();
    let (re, im) = (vectors.map(|c| c.re), vectors.map(|c| c.im));
    let (mut a_re, mut a_im) = (vec![0.0; n * n], vec![0.0; n * n]);
    matmul(false, 1.0, a.into(), (&re).into(), &mut a_re)?;
    matmul(false, 1.0, a.into(), (&im).into(), &mut a_im)?;
    Ok((0..n)
        .map(|j| {
            (0..n)
                .map(|i| {
                    let product = Complex::new(a_re[j * n + i], a_im[j * n + i]);
                    (product - values[j] * vectors[(i, j)]).norm_sqr()
                })
                .sum::<f64>()
                .sqrt()
        })
        .collect())
}

/// The vector that `A - w` sends nearly to 0, for an eigenvalue `w`: half a step of inverse
/// iteration, `U v = (1, ..., 1)` with the triangular factor `U` of `A - w`, rescaled on the way
/// so that it cannot overflow.
fn null_vector(a: &DMatrix<f64>, w: Complex<f64>) -> nalgebra::DVector<Complex<f64>> {
    let n = a.nrows();
    let mut shifted = a.map(Complex::from);
    for i in 0..n {
        shifted[(i, i)] -= w;
    }
    // nalgebra's factorisation passes over a column without a pivot; faer's divides by 0 there.
    let u = shifted.lu().u();
    let smallest = f64::EPSILON * a.norm().max(f64::MIN_POSITIVE);
    let mut v = nalgebra::DVector::from_element(n, Complex::new(1.0, 0.0));
    for j in (0..n).rev() {
        let pivot = u[(j, j)];
        v[j] /= if pivot.norm() < smallest {
            smallest.into()
        } else {
            pivot
        };
        for i in 0..j {
            let change = u[(i, j)] * v[j];
            v[i] -= change;
        }
        let size = v[j].norm();
        if size > 1e100 {
            v.unscale_mut(size);
        }
    }
    normalize(v.as_mut_slice());
    v
}

#[cfg(test)]
mod tests;
