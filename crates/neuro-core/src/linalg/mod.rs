//! Linear algebra: products and decompositions of dense real matrices.
//!
//! Matrices are nalgebra's [`DMatrix`](crate::nalgebra::DMatrix). The decompositions are in `f64`: they refuse
//! values that are not finite, run on one thread, and fix the signs and phases that the mathematics leaves
//! open, so that equal matrices give equal factors. The library that does the work is known to no other
//! module. [`PackedMatrix`] and [`OuterProducts`] are the two products of which training consists, in
//! `f32` or `f64`.
//!
//! ```
//! use neuro_core::Complex;
//! use neuro_core::linalg::{eigen, expm};
//! use neuro_core::nalgebra::DMatrix;
//!
//! // dx/dt = A x: an oscillation of angular frequency 3 whose amplitude falls as exp(-t / 2).
//! let a = DMatrix::from_row_slice(2, 2, &[-0.5, -3.0, 3.0, -0.5]);
//! let modes = eigen(&a)?;
//! assert!((modes.values[0] - Complex::new(-0.5, 3.0)).norm() < 1e-12);
//!
//! // After one turn the state is back where it was, but smaller.
//! let turn = std::f64::consts::TAU / 3.0;
//! let carried = expm(&(a * turn))?;
//! assert!((carried - DMatrix::identity(2, 2) * (-0.5 * turn).exp()).amax() < 1e-12);
//! # Ok::<(), neuro_core::Error>(())
//! ```

mod decomposition;
mod expm;
mod gemm;
mod outer;
mod panel;

pub use decomposition::{
    Eigen, Qr, Svd, SymmetricEigen, eigen, eigenvalues, least_squares, qr, singular_values, solve,
    spectral_radius, svd, symmetric_eigen,
};
pub use expm::expm;
pub use gemm::{Operand, matmul};
pub use outer::OuterProducts;
pub use panel::PackedMatrix;
