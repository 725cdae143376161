//! The inverse correlation matrix `P`, packed, with the last update still to be applied.

use neuro_core::{Error as Core, Scalar};

use super::kernel::{Aligned, Layout, columns, dot, sweep};

/// Beyond this the common factor is multiplied into the matrix, so that its numbers stay in range. With a
/// forgetting factor of 0.99 that is every 552 updates, for the price of a fraction of one.
const LARGEST_SCALE: f64 = 256.0;

/// `P = scale (S - factor gain gain^T)`: `S` packed; the second term is applied by the next sweep.
#[derive(Clone, Debug)]
pub(super) struct InverseCorrelation<T: Scalar> {
    inputs: usize,
    layout: Layout,
    packed: Aligned<T>,
    gain: Aligned<T>,
    next: Aligned<T>,
    factor: T,
    scale: f64,
}

impl<T: Scalar> InverseCorrelation<T> {
    /// `I / regularization`.
    pub(super) fn new(inputs: usize, regularization: f64) -> Self {
        let layout = Layout::of::<T>(inputs);
        let mut packed = Aligned::zeros(layout.len());
        for i in 0..inputs {
            packed[layout.read(i, i)] = T::of(1.0 / regularization);
        }
        Self {
            inputs,
            layout,
            packed,
            gain: Aligned::zeros(layout.padded),
            next: Aligned::zeros(layout.padded),
            factor: T::zero(),
            scale: 1.0,
        }
    }

    pub(super) fn inputs(&self) -> usize {
        self.inputs
    }

    /// Length of the rates that [`respond`](Self::respond) takes: the inputs and zeros after them.
    pub(super) fn padded(&self) -> usize {
        self.layout.padded
    }

    /// Computes `P r` and returns `r P r`; as an error when it is negative or not a number, for then `P` is
    /// not positive any more.
    pub(super) fn respond(&mut self, rates: &[T]) -> Result<f64, f64> {
        let (packed, next) = (&mut self.packed, &mut self.next);
        sweep(packed, &self.gain, self.factor, rates, next);
        std::mem::swap(&mut self.gain, &mut self.next);
        self.factor = T::zero();
        let quadratic = self.scale * dot(rates, &self.gain);
        if quadratic >= 0.0 && quadratic.is_finite() {
            Ok(quadratic)
        } else {
            Err(quadratic)
        }
    }

    /// `P r` of the last response without the factor [`scale`](Self::scale).
    pub(super) fn response(&self) -> &[T] {
        &self.gain[..self.inputs]
    }

    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Takes up the rates of the last response, `slope` times those, of quadratic form `quadratic`. What
    /// comes back, times the error and the response, is the change of the weights.
    pub(super) fn absorb(&mut self, quadratic: f64, slope: f64, forgetting: f64) -> f64 {
        let denominator = forgetting + slope * slope * quadratic;
        let share = slope * self.scale / denominator;
        self.factor = T::of(slope * share);
        self.scale /= forgetting;
        if self.scale > LARGEST_SCALE {
            self.settle();
            for p in self.packed.iter_mut() {
                *p *= T::of(self.scale);
            }
            // The caller still multiplies the response, which belongs to the old scale, with `share`.
            self.scale = 1.0;
        }
        share
    }

    /// Applies what is pending; the response remains.
    pub(super) fn settle(&mut self) {
        if self.factor != T::zero() {
            let response = self.gain.clone();
            self.next.fill(T::zero());
            let zeros = self.next.clone();
            sweep(
                &mut self.packed,
                &response,
                self.factor,
                &zeros,
                &mut self.next,
            );
            self.factor = T::zero();
        }
    }

    /// Removes input `j`: its row and column become 0. With `exactly`, the others become the inverse for
    /// the remaining inputs; otherwise they stay.
    pub(super) fn remove(&mut self, j: usize, exactly: bool) {
        self.settle();
        let pivot = self.packed[self.layout.read(j, j)];
        if exactly && pivot > T::zero() {
            for i in 0..self.inputs {
                self.gain[i] = self.packed[self.layout.read(i, j)];
            }
            self.factor = T::one() / pivot;
            self.settle();
        }
        for i in 0..self.inputs {
            for place in self.layout.write(i, j) {
                self.packed[place] = T::zero();
            }
        }
        self.gain.fill(T::zero());
    }

    /// Writes `P` of the last response, column by column: without the update that is pending.
    pub(super) fn unpack_into(&self, matrix: &mut [f64]) {
        let (n, scale) = (self.inputs, self.scale);
        self.layout.for_each_row(|i, first, place| {
            if i < n && first < n {
                let last = n.min(first + columns::<T>());
                for (j, p) in (first..last).zip(&self.packed[place..]) {
                    let p = scale * p.as_f64();
                    matrix[i * n + j] = p;
                    matrix[j * n + i] = p;
                }
            }
        });
    }

    /// Writes `P`, column by column.
    pub(super) fn matrix_into(&self, matrix: &mut [f64]) {
        self.unpack_into(matrix);
        let factor = self.scale * self.factor.as_f64();
        for (j, column) in matrix.chunks_exact_mut(self.inputs.max(1)).enumerate() {
            for (i, p) in column.iter_mut().enumerate() {
                *p -= factor * self.gain[i].as_f64() * self.gain[j].as_f64();
            }
        }
    }

    /// Number of values that a file stores.
    pub(super) fn stored(&self) -> usize {
        self.packed.len()
    }

    /// The packed values and the common factor; nothing is pending.
    pub(super) fn export(&mut self, values: &mut Vec<T>) -> f64 {
        self.settle();
        values.extend_from_slice(&self.packed);
        self.scale
    }

    /// Takes the place of what was there before.
    pub(super) fn import(&mut self, values: &[T], scale: f64) -> Result<(), Core> {
        Core::check_length(
            "packed inverse correlation",
            self.packed.len(),
            values.len(),
        )?;
        Core::check_finite("packed inverse correlation", values)?;
        let positive = scale.is_finite() && scale > 0.0;
        Core::check_range(
            "scale of the inverse correlation",
            "positive",
            scale,
            positive,
        )?;
        self.packed.copy_from_slice(values);
        self.gain.fill(T::zero());
        self.factor = T::zero();
        self.scale = scale;
        Ok(())
    }
}
