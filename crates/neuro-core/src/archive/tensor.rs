//! Arrays of numbers of one of a few types.

use std::any::Any;
use std::fmt::Debug;

use crate::{Error, Scalar};

/// An array: its shape, and its values with the last index running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Length along each dimension; empty for a single number.
    pub shape: Vec<usize>,
    /// The values, as many as the product of the shape.
    pub data: TensorData,
}

impl Tensor {
    /// Checks that there are as many values as the shape says.
    pub(super) fn check(&self, name: &str) -> Result<(), Error> {
        let count = self.shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d));
        if count == Some(self.data.len()) {
            return Ok(());
        }
        Err(Error::Tensor {
            name: name.into(),
            problem: format!("shape {:?} with {} values", self.shape, self.data.len()),
        })
    }
}

/// The values of a [`Tensor`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TensorData {
    /// 32-bit floating-point numbers.
    F32(Vec<f32>),
    /// 64-bit floating-point numbers.
    F64(Vec<f64>),
    /// 8-bit signed integers.
    I8(Vec<i8>),
    /// 32-bit signed integers.
    I32(Vec<i32>),
    /// 64-bit signed integers.
    I64(Vec<i64>),
    /// Bytes.
    U8(Vec<u8>),
    /// 64-bit unsigned integers.
    U64(Vec<u64>),
    /// Truth values.
    Bool(Vec<bool>),
}

/// A type of numbers that a [`Tensor`] can hold: every [`Scalar`], and `i8`, `i32`, `i64`, `u8`,
/// `u64`, `bool`. No other type can implement it.
pub trait TensorElement: Copy + PartialEq + Debug + Send + Sync + sealed::Sealed + 'static {}

impl<T: Scalar> TensorElement for T {}
impl TensorElement for i8 {}
impl TensorElement for i32 {}
impl TensorElement for i64 {}
impl TensorElement for u8 {}
impl TensorElement for u64 {}
impl TensorElement for bool {}

mod sealed {
    pub trait Sealed {}
    impl<T: crate::Scalar> Sealed for T {}
    impl Sealed for i8 {}
    impl Sealed for i32 {}
    impl Sealed for i64 {}
    impl Sealed for u8 {}
    impl Sealed for u64 {}
    impl Sealed for bool {}
}

/// Evaluates an expression on the vector of whichever variant.
macro_rules! on_values {
    ($data:expr, $values:ident => $result:expr) => {
        match $data {
            TensorData::F32($values) => $result,
            TensorData::F64($values) => $result,
            TensorData::I8($values) => $result,
            TensorData::I32($values) => $result,
            TensorData::I64($values) => $result,
            TensorData::U8($values) => $result,
            TensorData::U64($values) => $result,
            TensorData::Bool($values) => $result,
        }
    };
}

impl TensorData {
    /// The values as data of their type.
    #[must_use]
    #[allow(
        clippy::missing_panics_doc,
        reason = "no type without a variant can be a TensorElement, which is sealed"
    )]
    pub fn new<T: TensorElement>(values: Vec<T>) -> Self {
        let mut values = Some(values);
        let variants = [
            Self::F32(Vec::new()),
            Self::F64(Vec::new()),
            Self::I8(Vec::new()),
            Self::I32(Vec::new()),
            Self::I64(Vec::new()),
            Self::U8(Vec::new()),
            Self::U64(Vec::new()),
            Self::Bool(Vec::new()),
        ];
        let fill = |mut data: Self| {
            let slot: &mut dyn Any = on_values!(&mut data, values => values);
            let slot = slot.downcast_mut::<Vec<T>>()?;
            *slot = values.take()?;
            Some(data)
        };
        let data = variants.into_iter().find_map(fill);
        data.expect("TensorElement is implemented for the types of the variants only")
    }

    /// The values, or `None` when they are not of type `T`.
    #[must_use]
    pub fn values<T: TensorElement>(&self) -> Option<&[T]> {
        let values: &dyn Any = on_values!(self, values => values);
        values.downcast_ref::<Vec<T>>().map(Vec::as_slice)
    }

    /// The values as `f64`: exact but for integers beyond 2^53, which are rounded; truth values
    /// become 0 and 1.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        match self {
            Self::F32(values) => values.iter().map(|&v| v.into()).collect(),
            Self::F64(values) => values.clone(),
            Self::I8(values) => values.iter().map(|&v| v.into()).collect(),
            Self::I32(values) => values.iter().map(|&v| v.into()).collect(),
            Self::I64(values) => values.iter().map(|&v| v as f64).collect(),
            Self::U8(values) => values.iter().map(|&v| v.into()).collect(),
            Self::U64(values) => values.iter().map(|&v| v as f64).collect(),
            Self::Bool(values) => values.iter().map(|&v| u8::from(v).into()).collect(),
        }
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        on_values!(self, values => values.len())
    }

    /// Whether there are no values.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the type as files write it: `"F64"`, `"I32"`, `"BOOL"`, ….
    #[must_use]
    pub fn dtype(&self) -> &'static str {
        match self {
            Self::F32(_) => "F32",
            Self::F64(_) => "F64",
            Self::I8(_) => "I8",
            Self::I32(_) => "I32",
            Self::I64(_) => "I64",
            Self::U8(_) => "U8",
            Self::U64(_) => "U64",
            Self::Bool(_) => "BOOL",
        }
    }

    /// Bytes of one value.
    pub(super) fn width(&self) -> usize {
        match self {
            Self::F64(_) | Self::I64(_) | Self::U64(_) => 8,
            Self::F32(_) | Self::I32(_) => 4,
            Self::I8(_) | Self::U8(_) | Self::Bool(_) => 1,
        }
    }

    /// Appends the values, lowest byte first.
    pub(super) fn append_bytes(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::F32(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::F64(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::I8(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::I32(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::I64(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::U8(values) => bytes.extend(values),
            Self::U64(values) => values.iter().for_each(|v| bytes.extend(v.to_le_bytes())),
            Self::Bool(values) => bytes.extend(values.iter().map(|&v| u8::from(v))),
        }
    }

    /// The values of a file; `None` when the type is not one of ours or a truth value is neither 0
    /// nor 1.
    pub(super) fn from_bytes(dtype: safetensors::Dtype, bytes: &[u8]) -> Option<Self> {
        use safetensors::Dtype;
        Some(match dtype {
            Dtype::F32 => Self::F32(numbers(bytes, f32::from_le_bytes)),
            Dtype::F64 => Self::F64(numbers(bytes, f64::from_le_bytes)),
            Dtype::I8 => Self::I8(numbers(bytes, i8::from_le_bytes)),
            Dtype::I32 => Self::I32(numbers(bytes, i32::from_le_bytes)),
            Dtype::I64 => Self::I64(numbers(bytes, i64::from_le_bytes)),
            Dtype::U8 => Self::U8(bytes.to_vec()),
            Dtype::U64 => Self::U64(numbers(bytes, u64::from_le_bytes)),
            Dtype::BOOL if bytes.iter().all(|&b| b < 2) => {
                Self::Bool(bytes.iter().map(|&b| b == 1).collect())
            }
            _ => return None,
        })
    }
}

fn numbers<T, const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> T) -> Vec<T> {
    let (whole, _) = bytes.as_chunks::<N>();
    whole.iter().map(|&b| number(b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_finds_its_variant_and_back() {
        #[track_caller]
        fn check<T: TensorElement>(dtype: &str, values: &[T]) {
            let data = TensorData::new(values.to_vec());
            assert_eq!(data.dtype(), dtype);
            assert_eq!(data.values::<T>(), Some(values));
            assert_eq!(data.len() * data.width(), size_of_val(values));
        }
        check("F32", &[1.5f32]);
        check("F64", &[1.5f64, -0.0]);
        check("I8", &[-3i8]);
        check("I32", &[i32::MIN]);
        check("I64", &[i64::MAX]);
        check("U8", &[255u8]);
        check("U64", &[u64::MAX]);
        check("BOOL", &[true, false]);
        assert_eq!(TensorData::new(vec![1.0f32]).values::<f64>(), None);
    }

    #[test]
    fn values_widen_to_f64() {
        assert_eq!(TensorData::I8(vec![-3]).to_f64(), [-3.0]);
        assert_eq!(TensorData::Bool(vec![true, false]).to_f64(), [1.0, 0.0]);
        assert_eq!(TensorData::F32(vec![0.1]).to_f64(), [f64::from(0.1f32)]);
    }
}
