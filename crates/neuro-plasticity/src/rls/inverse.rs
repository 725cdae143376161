//! The inverse correlation matrix `P`, with the last updates still to be applied.
//!
//! When rates have only decayed since the update before, but for few, `r = decay r_before + d` with few
//! entries of `d` other than 0, and with the symbols of the parent module
//!
//! ```equation
//! P r = decay lambda_f / (lambda_f + r_before.k_before) k_before + P d
//! ```
//!
//! so that a few columns of `P` take the place of all of it, and its changes can wait ([`Pending`]). Up to
//! rounding, nothing is approximated; an error in `P r` shrinks by the decay at each update.

use neuro_core::archive::Archive;
use neuro_core::nalgebra::DMatrix;
use neuro_core::{Error as Core, Scalar};

use super::columns::{add_columns, apply};
use super::kernel::{Aligned, Layout, columns, dot, sweep};
use super::pending::{DELAY, Pending};

/// Beyond this the common factor is multiplied into the matrix, so that its numbers stay in range. With a
/// forgetting factor of 0.99 that is every 552 updates, for the price of a fraction of one.
const LARGEST_SCALE: f64 = 256.0;

/// A response needs a pass through all of `P` when more than one input in so many has changed.
const RATES_PER_CHANGE: usize = 10;

/// `P = scale (S - pending - factor gain gain^T)`: `S` packed; `gain` is the last response.
#[derive(Clone, Debug)]
pub(super) struct InverseCorrelation<T: Scalar> {
    inputs: usize,
    layout: Layout,
    packed: Aligned<T>,
    pending: Pending<T>,
    gain: Aligned<T>,
    next: Aligned<T>,
    factor: T,
    /// The part of the last response that its own update has left.
    kept: f64,
    /// Whether the last response says nothing about the next one.
    stale: bool,
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
            pending: Pending::none(layout.padded),
            gain: Aligned::zeros(layout.padded),
            next: Aligned::zeros(layout.padded),
            factor: T::zero(),
            kept: 1.0,
            stale: true,
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
        if self.pending.count() > 0 {
            self.settle();
        }
        let (packed, next) = (&mut self.packed, &mut self.next);
        sweep(packed, &self.gain, self.factor, rates, next);
        std::mem::swap(&mut self.gain, &mut self.next);
        self.responded(rates)
    }

    /// Whether so many changes of so many rates are few enough for [`follow`](Self::follow) to be worth while.
    pub(super) fn few(changes: usize, rates: usize) -> bool {
        changes * RATES_PER_CHANGE <= rates
    }

    /// The same for rates that are `decay` times those of the last response, but for `changes`: places,
    /// ascending, and what has been added there.
    pub(super) fn follow(
        &mut self,
        rates: &[T],
        decay: f64,
        changes: &[(usize, T)],
    ) -> Result<f64, f64> {
        if self.stale || !Self::few(changes.len(), self.inputs) {
            return self.respond(rates);
        }
        self.postpone();
        if self.pending.count() == DELAY {
            apply(&mut self.packed, &mut self.pending);
        }
        let kept = T::of(decay * self.kept);
        self.pending.subtract(kept, changes, &mut self.gain);
        add_columns(&self.packed, changes, &mut self.gain);
        self.responded(rates)
    }

    fn responded(&mut self, rates: &[T]) -> Result<f64, f64> {
        (self.factor, self.kept, self.stale) = (T::zero(), 1.0, false);
        let quadratic = self.scale * dot(rates, &self.gain);
        if quadratic >= 0.0 && quadratic.is_finite() {
            Ok(quadratic)
        } else {
            self.stale = true;
            Err(quadratic)
        }
    }

    /// Lets the last update wait with the others.
    fn postpone(&mut self) {
        if self.factor != T::zero() {
            self.pending.push(&self.gain, self.factor);
            self.factor = T::zero();
        }
    }

    /// Says that the next rates do not follow from those of the last response.
    pub(super) fn skip(&mut self) {
        self.stale = true;
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
        self.kept = forgetting / denominator;
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

    /// Applies what is pending. The response remains, but the next one needs a pass through all of `P`.
    pub(super) fn settle(&mut self) {
        if self.pending.count() > 0 {
            self.postpone();
            apply(&mut self.packed, &mut self.pending);
        } else if self.factor != T::zero() {
            // Alone it is applied as a sweep would have done it: the same bits.
            let (gain, next) = (&self.gain, &mut self.next);
            sweep(&mut self.packed, gain, self.factor, gain, next);
            self.factor = T::zero();
        }
        self.stale = true;
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

    /// Writes `P` of the last response, column by column: without the update that is pending. For
    /// [`respond`](Self::respond).
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

    /// `P`, inputs x inputs.
    pub(super) fn matrix(&self) -> DMatrix<f64> {
        let mut matrix = DMatrix::zeros(self.inputs, self.inputs);
        self.unpack_into(matrix.as_mut_slice());
        let factor = self.factor.as_f64();
        for (j, mut column) in matrix.column_iter_mut().enumerate() {
            for (i, p) in column.iter_mut().enumerate() {
                let last = factor * self.gain[i].as_f64() * self.gain[j].as_f64();
                *p -= self.scale * (self.pending.entry(i, j) + last);
            }
        }
        matrix
    }

    /// Number of values that a file stores.
    pub(super) fn stored(&self) -> usize {
        self.packed.len()
    }

    /// The same for so many inputs.
    pub(super) fn stored_for(inputs: usize) -> usize {
        Layout::of::<T>(inputs).len()
    }

    /// Stores this one matrix under a name of its own.
    pub(super) fn export_alone(&mut self, archive: &mut Archive, name: &str) {
        let mut packed = Vec::with_capacity(self.stored());
        let scale = self.export(&mut packed);
        archive.insert_vector(format!("{name}.packed"), &packed);
        archive.insert_vector(format!("{name}.scale"), &[scale]);
    }

    /// Reads what [`export_alone`](Self::export_alone) has stored.
    pub(super) fn import_alone(&mut self, archive: &Archive, name: &str) -> Result<(), Core> {
        let scale = archive.vector::<f64>(&format!("{name}.scale"))?;
        Core::check_length("scale of P", 1, scale.len())?;
        self.import(&archive.vector::<T>(&format!("{name}.packed"))?, scale[0])
    }

    /// The packed values and the common factor; nothing is pending.
    pub(super) fn export(&mut self, values: &mut Vec<T>) -> f64 {
        self.settle();
        values.extend_from_slice(&self.packed);
        self.scale
    }

    /// Takes the place of what was there before.
    pub(super) fn import(&mut self, values: &[T], scale: f64) -> Result<(), Core> {
        Core::check_length("packed inverse correlation", self.stored(), values.len())?;
        Core::check_finite("packed inverse correlation", values)?;
        let positive = scale.is_finite() && scale > 0.0;
        Core::check_range(
            "scale of the inverse correlation",
            "positive",
            scale,
            positive,
        )?;
        self.packed.copy_from_slice(values);
        self.pending.clear();
        self.gain.fill(T::zero());
        self.factor = T::zero();
        self.stale = true;
        self.scale = scale;
        Ok(())
    }
}
