//! Linear algebra: the only door to the library that does it.

mod gemm;
mod panel;

pub use gemm::{Operand, matmul};
pub use panel::PackedMatrix;
