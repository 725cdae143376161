//! `+`, `-`, `*` and `/` of matrices, element by element, and of matrices and numbers.

use std::ops::{Add, Div, Mul, Neg, Sub};

use neuro_core::Scalar;

use super::Var;
use super::operation::Operation;

impl<T: Scalar> Neg for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn neg(self) -> Self {
        self.scaled(-T::one())
    }
}

impl<T: Scalar> Add for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn add(self, right: Self) -> Self {
        let operation = Operation::Sum(self.node, right.node, T::one());
        self.binary("sum", right, operation)
    }
}

impl<T: Scalar> Sub for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn sub(self, right: Self) -> Self {
        let operation = Operation::Sum(self.node, right.node, -T::one());
        self.binary("difference", right, operation)
    }
}

impl<T: Scalar> Mul for Var<'_, T> {
    type Output = Self;

    /// Element by element.
    #[track_caller]
    fn mul(self, right: Self) -> Self {
        let operation = Operation::Times(self.node, right.node);
        self.binary("product element by element", right, operation)
    }
}

impl<T: Scalar> Div for Var<'_, T> {
    type Output = Self;

    /// Element by element, as the product with the [reciprocal](Var::recip).
    #[track_caller]
    fn div(self, right: Self) -> Self {
        let inverse = right.recip();
        let operation = Operation::Times(self.node, inverse.node);
        self.binary("quotient", inverse, operation)
    }
}

impl<T: Scalar> Add<T> for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn add(self, right: T) -> Self {
        self.affine(T::one(), right)
    }
}

impl<T: Scalar> Sub<T> for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn sub(self, right: T) -> Self {
        self.affine(T::one(), -right)
    }
}

impl<T: Scalar> Mul<T> for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn mul(self, right: T) -> Self {
        self.scaled(right)
    }
}

impl<T: Scalar> Div<T> for Var<'_, T> {
    type Output = Self;

    #[track_caller]
    fn div(self, right: T) -> Self {
        self.scaled(T::one() / right)
    }
}

/// Numbers on the left: the orphan rule wants each type by itself.
macro_rules! number_on_the_left {
    ($($number:ty),*) => {$(
        impl<'t> Add<Var<'t, $number>> for $number {
            type Output = Var<'t, $number>;

            #[track_caller]
            fn add(self, right: Var<'t, $number>) -> Var<'t, $number> {
                right + self
            }
        }

        impl<'t> Sub<Var<'t, $number>> for $number {
            type Output = Var<'t, $number>;

            #[track_caller]
            fn sub(self, right: Var<'t, $number>) -> Var<'t, $number> {
                right.affine(-1.0, self)
            }
        }

        impl<'t> Mul<Var<'t, $number>> for $number {
            type Output = Var<'t, $number>;

            #[track_caller]
            fn mul(self, right: Var<'t, $number>) -> Var<'t, $number> {
                right * self
            }
        }

        impl<'t> Div<Var<'t, $number>> for $number {
            type Output = Var<'t, $number>;

            #[track_caller]
            fn div(self, right: Var<'t, $number>) -> Var<'t, $number> {
                right.recip().scaled(self)
            }
        }
    )*};
}

number_on_the_left!(f32, f64);
