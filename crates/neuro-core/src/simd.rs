//! Vector registers in safe code: what a kernel needs to know of `f32` and `f64`.
//!
//! A kernel is a struct that implements [`pulp::WithSimd`]; [`dispatch`] runs it with the widest
//! instruction set of the machine (AVX-512, AVX2 with FMA, NEON, or plain scalar code). Inside, a
//! kernel is written once over [`Element`] for both number types. Dispatch costs about 4 ns.

use faer::traits::ComplexField;
use pulp::{Arch, Simd, WithSimd};

use crate::transfer::kernels::Elementary;

#[cfg(test)]
mod tests;

/// Runs a kernel with the widest instruction set of this machine.
#[inline]
pub(crate) fn dispatch<K: WithSimd>(kernel: K) -> K::Output {
    #[cfg(all(test, target_arch = "x86_64"))]
    if let Some(narrower) = tests::narrower() {
        return Simd::vectorize(narrower, kernel);
    }
    Arch::new().dispatch(kernel)
}

/// Runs a closure compiled for the widest instruction set of this machine.
///
/// For elementwise loops: a plain loop over slices of equal length inside the closure is
/// vectorised for AVX-512, AVX2 or NEON although the crate is built for any machine of its family.
/// A loop of additions and multiplications gives the same bits at every width. Costs about 4 ns.
///
/// ```
/// let (x, mut y) = (vec![2.0_f32; 1000], vec![1.0_f32; 1000]);
/// neuro_core::vectorize(|| {
///     for (y, x) in y.iter_mut().zip(&x) {
///         *y += 0.5 * *x;
///     }
/// });
/// assert!(y.iter().all(|&y| y == 2.0));
/// ```
#[inline(always)]
pub fn vectorize<R>(work: impl FnOnce() -> R) -> R {
    dispatch(Loop(work))
}

/// Work of multiplications and additions, written once for machines that fuse the two and for those
/// that do not.
///
/// ```
/// use neuro_core::{Kernel, fused, run_kernel};
///
/// /// `y += a x`.
/// struct Add<'a>(f64, &'a [f64], &'a mut [f64]);
///
/// impl Kernel for Add<'_> {
///     type Output = ();
///
///     #[inline(always)]
///     fn run<const FMA: bool>(self) {
///         for (y, x) in self.2.iter_mut().zip(self.1) {
///             *y = fused::<FMA, _>(self.0, *x, *y);
///         }
///     }
/// }
///
/// let mut y = [1.0; 20];
/// run_kernel(Add(0.5, &[2.0; 20], &mut y));
/// assert_eq!(y, [2.0; 20]);
/// ```
pub trait Kernel {
    /// What it returns.
    type Output;

    /// Does the work; `FMA` is the parameter of [`fused`]. To be marked `#[inline(always)]`, like what it
    /// calls.
    fn run<const FMA: bool>(self) -> Self::Output;
}

/// Runs a kernel compiled for the widest instruction set of this machine, like [`vectorize`]. Fused and
/// separate multiplications and additions give different last bits.
#[inline(always)]
pub fn run_kernel<K: Kernel>(kernel: K) -> K::Output {
    dispatch(Fusing(kernel))
}

/// `a b + c`, rounded once where `FMA` holds, which a [`Kernel`] is told.
#[inline(always)]
pub fn fused<const FMA: bool, T: num_traits::Float>(a: T, b: T, c: T) -> T {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// `x`, or 0 where it is subnormal; not-a-number stays.
///
/// For what decays without end: rounded to the nearest, 0.9 times the smallest number is that number
/// again, so that a decay ends among the subnormal numbers and never at 0. An operation with one of them takes a
/// hundred times as long as another.
///
/// ```
/// use neuro_core::flushed;
///
/// let (mut trace, mut plain) = (1.0_f32, 1.0_f32);
/// for _ in 0..2000 {
///     trace = flushed(0.9 * trace);
///     plain *= 0.9;
/// }
/// assert!(trace == 0.0 && plain > 0.0);
/// ```
#[inline(always)]
#[must_use]
pub fn flushed<T: num_traits::Float>(x: T) -> T {
    if x.abs() < T::min_positive_value() {
        T::zero()
    } else {
        x
    }
}

/// Leaves the vector registers as ordinary code expects them; called after each use of faer.
///
/// faer's kernels leave the upper halves of the registers in use. On processors with AVX, code for
/// the lower halves alone, such as the standard logarithm, then waits at every instruction: 4 ns
/// became 900 ns until the next vectorised loop, at whose end the compiler clears them.
pub(crate) fn clear_registers() {
    vectorize(|| {
        let mut block = std::hint::black_box([0.0_f32; 16]);
        for value in &mut block {
            *value += 1.0;
        }
        std::hint::black_box(block);
    });
}

struct Loop<F>(F);

impl<R, F: FnOnce() -> R> WithSimd for Loop<F> {
    type Output = R;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> R {
        (self.0)()
    }
}

struct Fusing<K>(K);

impl<K: Kernel> WithSimd for Fusing<K> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> K::Output {
        // Without vector instructions `mul_add` may be a slow call.
        if S::IS_SCALAR {
            self.0.run::<false>()
        } else {
            self.0.run::<true>()
        }
    }
}

/// Sealed supertrait of [`crate::Scalar`]: vectors of this element type.
pub trait Element: ComplexField + Sealed + Copy + Elementary + Gaussian {
    /// A full vector register of this element.
    type Vector<S: Simd>: Copy;

    /// Elements in one register.
    fn lanes<S: Simd>() -> usize;

    /// The longest prefix of whole registers, and the rest.
    fn vectors<S: Simd>(slice: &[Self]) -> (&[Self::Vector<S>], &[Self]);

    /// The longest prefix of whole registers, and the rest, for writing.
    fn vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);

    /// Registers as elements.
    fn elements<S: Simd>(vectors: &[Self::Vector<S>]) -> &[Self];

    /// Registers as elements, for writing.
    fn elements_mut<S: Simd>(vectors: &mut [Self::Vector<S>]) -> &mut [Self];

    /// A register with the same value in every lane.
    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;

    /// `a * b + c`, fused where the machine fuses.
    fn fused<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
}

/// Keeps [`Element`], and with it `Scalar`, to the two types of this crate.
pub trait Sealed {}

impl Sealed for f32 {}
impl Sealed for f64 {}

impl Element for f32 {
    type Vector<S: Simd> = S::f32s;

    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        S::F32_LANES
    }

    #[inline(always)]
    fn vectors<S: Simd>(slice: &[Self]) -> (&[S::f32s], &[Self]) {
        S::as_simd_f32s(slice)
    }

    #[inline(always)]
    fn vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [S::f32s], &mut [Self]) {
        S::as_mut_simd_f32s(slice)
    }

    #[inline(always)]
    fn elements<S: Simd>(vectors: &[S::f32s]) -> &[Self] {
        pulp::bytemuck::cast_slice(vectors)
    }

    #[inline(always)]
    fn elements_mut<S: Simd>(vectors: &mut [S::f32s]) -> &mut [Self] {
        pulp::bytemuck::cast_slice_mut(vectors)
    }

    #[inline(always)]
    fn splat<S: Simd>(simd: S, value: Self) -> S::f32s {
        simd.splat_f32s(value)
    }

    #[inline(always)]
    fn fused<S: Simd>(simd: S, a: S::f32s, b: S::f32s, c: S::f32s) -> S::f32s {
        simd.mul_add_e_f32s(a, b, c)
    }
}

impl Element for f64 {
    type Vector<S: Simd> = S::f64s;

    #[inline(always)]
    fn lanes<S: Simd>() -> usize {
        S::F64_LANES
    }

    #[inline(always)]
    fn vectors<S: Simd>(slice: &[Self]) -> (&[S::f64s], &[Self]) {
        S::as_simd_f64s(slice)
    }

    #[inline(always)]
    fn vectors_mut<S: Simd>(slice: &mut [Self]) -> (&mut [S::f64s], &mut [Self]) {
        S::as_mut_simd_f64s(slice)
    }

    #[inline(always)]
    fn elements<S: Simd>(vectors: &[S::f64s]) -> &[Self] {
        pulp::bytemuck::cast_slice(vectors)
    }

    #[inline(always)]
    fn elements_mut<S: Simd>(vectors: &mut [S::f64s]) -> &mut [Self] {
        pulp::bytemuck::cast_slice_mut(vectors)
    }

    #[inline(always)]
    fn splat<S: Simd>(simd: S, value: Self) -> S::f64s {
        simd.splat_f64s(value)
    }

    #[inline(always)]
    fn fused<S: Simd>(simd: S, a: S::f64s, b: S::f64s, c: S::f64s) -> S::f64s {
        simd.mul_add_e_f64s(a, b, c)
    }
}

/// Makes standard normal numbers of uniform random words; see [`crate::noise::StandardNormals`].
pub trait Gaussian: Sized {
    /// Groups of 256 words that become one block of 256 numbers.
    const GROUPS: usize;

    /// One block of numbers from its words, with fused multiply-adds or without.
    fn normals_from_words<const FMA: bool>(words: &[[u32; 256]], normals: &mut [Self; 256]);
}
