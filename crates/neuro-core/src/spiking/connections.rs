//! Sparse connections: which units a unit hears.

use std::ops::Range;

use nalgebra::DMatrix;

use crate::{Error, Scalar};

/// Who is connected to whom; the weights are the caller's.
///
/// The inputs of each unit lie one after another, those of unit 0 first; weights are a slice in the same
/// order. A row holds presynaptic units in ascending order.
///
/// ```
/// use neuro_core::nalgebra::DMatrix;
/// use neuro_core::spiking::Connections;
///
/// // weight[i, j] goes from j to i: unit 0 hears units 1 and 2, unit 1 nobody.
/// let dense = DMatrix::from_row_slice(2, 3, &[0.0, 2.0, -1.0, 0.0, 0.0, 0.0]);
/// let (connections, weights) = Connections::of_matrix(&dense);
/// assert_eq!((connections.sources(0), &weights[..]), (&[1, 2][..], &[2.0, -1.0][..]));
/// let mut drive = [0.0; 2];
/// connections.drive_into(&weights, &[5.0, 1.0, 0.5], &mut drive);
/// assert_eq!(drive, [1.5, 0.0]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connections {
    /// Where the inputs of each unit begin, and the end.
    starts: Vec<usize>,
    sources: Vec<u32>,
    presynaptic: usize,
}

impl Connections {
    /// The connections of a mask (post x pre): those that are not 0.
    #[must_use]
    pub fn of_mask<T: Scalar>(mask: &DMatrix<T>) -> Self {
        let mut starts = Vec::with_capacity(mask.nrows() + 1);
        let mut sources = Vec::new();
        starts.push(0);
        for i in 0..mask.nrows() {
            let present = (0..mask.ncols()).filter(|j| mask[(i, *j)] != T::zero());
            sources.extend(present.map(|j| j as u32));
            starts.push(sources.len());
        }
        Self {
            starts,
            sources,
            presynaptic: mask.ncols(),
        }
    }

    /// The connections of a matrix (post x pre) that are not 0, and their weights.
    #[must_use]
    pub fn of_matrix(weights: &DMatrix<f64>) -> (Self, Vec<f64>) {
        let connections = Self::of_mask(weights);
        let values = connections.weights_of(weights);
        (connections, values)
    }

    /// The connections of `units` lists of presynaptic units.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a source that does not exist or does not come after the one before it.
    pub fn of_sources<'a>(
        presynaptic: usize,
        rows: impl IntoIterator<Item = &'a [usize]>,
    ) -> Result<Self, Error> {
        let (mut starts, mut sources) = (vec![0], Vec::new());
        let most = presynaptic.min(u32::MAX as usize);
        for row in rows {
            for (k, source) in row.iter().enumerate() {
                let fits = *source < most && (k == 0 || row[k - 1] < *source);
                let expected = format!("ascending, below {most}");
                Error::check_range("presynaptic unit", &expected, *source as f64, fits)?;
                sources.push(*source as u32);
            }
            starts.push(sources.len());
        }
        Ok(Self {
            starts,
            sources,
            presynaptic,
        })
    }

    /// Number of units that receive.
    #[must_use]
    pub fn units(&self) -> usize {
        self.starts.len() - 1
    }

    /// Number of units that send.
    #[must_use]
    pub fn presynaptic(&self) -> usize {
        self.presynaptic
    }

    /// Number of connections, the length of the weights.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }

    /// Where the inputs of a unit stand among the weights.
    ///
    /// # Panics
    /// When there is no such unit.
    #[must_use]
    pub fn range(&self, unit: usize) -> Range<usize> {
        self.starts[unit]..self.starts[unit + 1]
    }

    /// The presynaptic units of a unit, ascending.
    ///
    /// # Panics
    /// When there is no such unit.
    #[must_use]
    pub fn sources(&self, unit: usize) -> &[u32] {
        &self.sources[self.range(unit)]
    }

    /// The weights of these connections in a matrix (post x pre).
    ///
    /// # Panics
    /// When the matrix has another shape.
    #[must_use]
    pub fn weights_of(&self, matrix: &DMatrix<f64>) -> Vec<f64> {
        assert_eq!(matrix.shape(), (self.units(), self.presynaptic), "weights");
        let rows = (0..self.units()).map(|i| (i, self.sources(i)));
        let values = rows.flat_map(|(i, row)| row.iter().map(move |j| matrix[(i, *j as usize)]));
        values.collect()
    }

    /// The matrix (post x pre) of these weights.
    ///
    /// # Panics
    /// When there are not [`len`](Self::len) weights.
    #[must_use]
    pub fn matrix_of(&self, weights: &[f64]) -> DMatrix<f64> {
        assert_eq!(weights.len(), self.len(), "weights");
        let mut matrix = DMatrix::zeros(self.units(), self.presynaptic);
        for i in 0..self.units() {
            for (w, j) in weights[self.range(i)].iter().zip(self.sources(i)) {
                matrix[(i, *j as usize)] = *w;
            }
        }
        matrix
    }

    /// `u = W r`.
    ///
    /// # Panics
    /// When the lengths are not those of weights, presynaptic and postsynaptic units.
    pub fn drive_into(&self, weights: &[f64], rates: &[f64], drive: &mut [f64]) {
        assert_eq!(weights.len(), self.len(), "weights");
        assert_eq!(rates.len(), self.presynaptic, "rates");
        assert_eq!(drive.len(), self.units(), "drive");
        for (i, u) in drive.iter_mut().enumerate() {
            *u = self.drive_of(i, weights, rates);
        }
    }

    /// `u_i = sum_j W_ij r_j` of one unit.
    ///
    /// # Panics
    /// When there is no such unit, or weights or rates are missing.
    #[must_use]
    pub fn drive_of(&self, unit: usize, weights: &[f64], rates: &[f64]) -> f64 {
        let row = self.range(unit);
        dot_gathered(&weights[row.clone()], &self.sources[row], rates)
    }
}

/// Four sums, so that additions need not wait for one another; their order is fixed.
fn dot_gathered(weights: &[f64], sources: &[u32], rates: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (weights, weights_rest) = weights.as_chunks::<4>();
    let (sources, sources_rest) = sources.as_chunks::<4>();
    for (w, j) in weights.iter().zip(sources) {
        for lane in 0..4 {
            sums[lane] += w[lane] * rates[j[lane] as usize];
        }
    }
    let rest = weights_rest.iter().zip(sources_rest);
    let rest: f64 = rest.map(|(w, j)| w * rates[*j as usize]).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Streams;
    use crate::connectivity::sparse_gaussian;
    use nalgebra::DVector;

    #[test]
    fn the_drive_is_that_of_the_dense_product() {
        let dense = sparse_gaussian::<f64>(37, 1.0, 0.4, Streams::new(3), 0).expect("valid");
        let (connections, weights) = Connections::of_matrix(&dense);
        assert_eq!(connections.matrix_of(&weights), dense);
        let rates = DVector::from_fn(37, |j, _| (j as f64).cos());
        let mut drive = vec![0.0; 37];
        connections.drive_into(&weights, rates.as_slice(), &mut drive);
        assert!((DVector::from_vec(drive) - &dense * rates).amax() < 1e-14);
    }

    #[test]
    fn sources_out_of_order_or_range_are_refused() {
        assert!(Connections::of_sources(4, [&[0, 3][..], &[]]).is_ok());
        assert!(Connections::of_sources(4, [&[0, 4][..]]).is_err());
        assert!(Connections::of_sources(4, [&[2, 2][..]]).is_err());
    }
}
