//! Linear algebra: the only door to the library that does it.

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
