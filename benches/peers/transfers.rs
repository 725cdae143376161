//! Transfer functions: a thousand passes over 12 800 elements.

use neuro_core::Scalar;
use neuro_core::transfer::{exp_into, logistic_into, tanh_into};

use super::{Sequence, Work};

const ELEMENTS: usize = 12_800;
const PASSES: usize = 1000;

pub(super) struct Passes<T> {
    function: fn(&[T], &mut [T]),
    values: Vec<T>,
    out: Vec<T>,
}

impl<T: Scalar> Passes<T> {
    pub(super) fn new(function: &str) -> Self {
        let mut sequence = Sequence(1);
        Self {
            function: match function {
                "exp" => exp_into,
                "tanh" => tanh_into,
                _ => logistic_into,
            },
            values: (0..ELEMENTS).map(|_| T::of(sequence.draw(4.0))).collect(),
            out: vec![T::zero(); ELEMENTS],
        }
    }
}

impl<T: Scalar> Work for Passes<T> {
    fn reset(&mut self) {}

    fn iterate(&mut self) {
        for _ in 0..PASSES {
            (self.function)(std::hint::black_box(&self.values), &mut self.out);
        }
    }

    fn result(&self) -> Vec<f64> {
        self.out.iter().map(|v| v.as_f64()).collect()
    }
}
