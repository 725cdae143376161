//! Workload W6: eigenvalues with left and right eigenvectors.

use nalgebra::DMatrix;
use neuro_core::linalg::eigen;

use super::{Sequence, Work};

const UNITS: usize = 200;

pub(super) struct Modes {
    matrix: DMatrix<f64>,
    sum: f64,
}

impl Modes {
    pub(super) fn new() -> Self {
        let bound = 1.0 / (UNITS as f64).sqrt();
        Self {
            matrix: Sequence(1).matrix(UNITS, UNITS, bound),
            sum: f64::NAN,
        }
    }
}

impl Work for Modes {
    fn reset(&mut self) {}

    fn iterate(&mut self) {
        let found = eigen(&self.matrix).expect("a finite matrix");
        let moduli: f64 = found.values.iter().map(|value| value.norm()).sum();
        let columns = found.left.column_iter().chain(found.right.column_iter());
        let ratios = columns.map(|vector| {
            let squares: f64 = vector.iter().map(|z| z.norm_sqr()).sum();
            let fourth: f64 = vector.iter().map(|z| z.norm_sqr().powi(2)).sum();
            fourth / (squares * squares)
        });
        self.sum = moduli + ratios.sum::<f64>();
    }

    /// Moduli of the eigenvalues and inverse participation ratios of the vectors, summed.
    fn result(&self) -> Vec<f64> {
        vec![self.sum]
    }
}
