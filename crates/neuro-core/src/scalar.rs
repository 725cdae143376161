//! The number types that networks are built from.

use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;

use num_traits::{Float, FloatConst, NumAssign};

use crate::simd::Element;

/// A floating-point number: `f32` or `f64`, and no other type.
///
/// `f64` is the default everywhere. `f32` doubles the speed of training; gradient checks,
/// spectra and recursive least squares need `f64`, so the analysis crate takes `f64` only.
pub trait Scalar:
    Element
    + Float
    + FloatConst
    + NumAssign
    + Sum
    + Default
    + Debug
    + Display
    + LowerExp
    + Send
    + Sync
    + 'static
{
    /// The type's name as files write it: `"f32"` or `"f64"`.
    const NAME: &'static str;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;

    /// The value as `f64`, exactly.
    fn as_f64(self) -> f64;
}

impl Scalar for f32 {
    const NAME: &'static str = "f32";

    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        reason = "rounding to nearest is the purpose"
    )]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        f64::from(self)
    }
}

impl Scalar for f64 {
    const NAME: &'static str = "f64";

    #[inline(always)]
    fn of(value: f64) -> Self {
        value
    }

    #[inline(always)]
    fn as_f64(self) -> f64 {
        self
    }
}
