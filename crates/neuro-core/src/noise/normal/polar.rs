//! From uniform words to pairs of normal numbers: the two number types' bit patterns and polynomials.
//!
//! The polynomials were fitted by Remez exchange, to 2^-24 relative or better for `f32` and 2^-57 for
//! `f64`.

use crate::simd::Gaussian;
use crate::transfer::kernels::{Elementary, fused, polynomial};

/// Pairs in one block.
const PAIRS: usize = 128;

impl Gaussian for f32 {
    const GROUPS: usize = 1;

    #[inline(always)]
    fn normals_from_words<const FMA: bool>(words: &[[u32; 256]], normals: &mut [Self; 256]) {
        let (radii, angles) = words[0].split_at(PAIRS);
        let (first, second) = normals.split_at_mut(PAIRS);
        for i in 0..PAIRS {
            let (p, q) = f32_pair::<FMA>(radii[i], angles[i]);
            first[i] = p;
            second[i] = q;
        }
    }
}

impl Gaussian for f64 {
    const GROUPS: usize = 2;

    #[inline(always)]
    fn normals_from_words<const FMA: bool>(words: &[[u32; 256]], normals: &mut [Self; 256]) {
        let (low_radii, low_angles) = words[0].split_at(PAIRS);
        let (high_radii, high_angles) = words[1].split_at(PAIRS);
        let (first, second) = normals.split_at_mut(PAIRS);
        for i in 0..PAIRS {
            let radius = u64::from(high_radii[i]) << 32 | u64::from(low_radii[i]);
            let angle = u64::from(high_angles[i]) << 32 | u64::from(low_angles[i]);
            let (p, q) = f64_pair::<FMA>(radius, angle);
            first[i] = p;
            second[i] = q;
        }
    }
}

/// `(log(1 + f) - f + f^2 / 2) / f^3` for `1 + f` between `sqrt(1/2)` and `sqrt(2)`.
const LOG_F32: [f32; 7] = [
    0.333_338_6,
    -0.250_017_5,
    0.199_654_07,
    -0.165_655_84,
    0.148_768_37,
    -0.143_505_42,
    0.089_186_03,
];
/// `sin(t pi / 4) / t` as a function of `t^2`, for `|t| <= 1`.
const SIN_F32: [f32; 4] = [
    std::f32::consts::FRAC_PI_4,
    -0.080_745_436,
    0.002_490_007,
    -3.595_451e-5,
];
/// `cos(t pi / 4)` as a function of `t^2`, for `|t| <= 1`.
const COS_F32: [f32; 4] = [1.0, -0.308_424_26, 0.015_849_914, -3.188_805e-4];

#[inline(always)]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "words as integers, rounded to numbers"
)]
fn f32_pair<const FMA: bool>(radius: u32, angle: u32) -> (f32, f32) {
    const SQRT_HALF: u32 = std::f32::consts::FRAC_1_SQRT_2.to_bits();
    // 31 bits and half a step: in (0, 1], never 0.
    let u = fused::<FMA, f32>((radius >> 1) as i32 as f32, HALF_POWER_30, HALF_POWER_31);
    let bits = u.to_bits().wrapping_sub(SQRT_HALF);
    let exponent = ((bits as i32) >> 23) as f32;
    let f = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF)) - 1.0;
    let f2 = f * f;
    let log = fused::<FMA, f32>(f * f2, polynomial::<FMA, f32>(&LOG_F32, f), -0.5 * f2) + f;
    let log = fused::<FMA, f32>(exponent, std::f32::consts::LN_2, log);
    let r = (-log).sqrt();

    let t = (angle & !3) as i32 as f32 * HALF_POWER_30;
    let z = t * t;
    let sin = t * polynomial::<FMA, f32>(&SIN_F32, z);
    let cos = polynomial::<FMA, f32>(&COS_F32, z);
    let flip = |x: f32, sign: u32| f32::from_bits(x.to_bits() ^ sign);
    (
        flip(r * (cos - sin), angle << 31),
        flip(r * (cos + sin), (angle & 2) << 30),
    )
}

/// 2^-31.
const HALF_POWER_30: f32 = 0.5 / (1 << 30) as f32;
/// 2^-32.
const HALF_POWER_31: f32 = 0.5 * HALF_POWER_30;

/// `sin(t pi / 4) / t` as a function of `t^2`, for `|t| <= 1`.
const SIN_F64: [f64; 7] = [
    std::f64::consts::FRAC_PI_4,
    -0.08074551218828054,
    0.002490394570188846,
    -3.657620415892392e-05,
    3.133616225627127e-07,
    -1.7571500919163455e-09,
    6.8773663122678515e-12,
];
/// `cos(t pi / 4)` as a function of `t^2`, for `|t| <= 1`.
const COS_F64: [f64; 8] = [
    1.0,
    -0.30842513753404244,
    0.01585434424381542,
    -0.0003259918869267379,
    3.590860446028774e-06,
    -2.4611364034857796e-08,
    1.1500512115865309e-10,
    -3.858191511496696e-13,
];

#[inline(always)]
fn f64_pair<const FMA: bool>(radius: u64, angle: u64) -> (f64, f64) {
    const SQRT_HALF: u64 = std::f64::consts::FRAC_1_SQRT_2.to_bits();
    const ONE: u64 = 1f64.to_bits();
    /// 2^52, whose last bit counts ones.
    const INTEGER: f64 = 4_503_599_627_370_496.0;
    // 52 bits as the mantissa of a number in [1, 2): no conversion, which AVX2 lacks.
    let u = 2.0 - f64::from_bits(radius >> 12 | ONE);
    let bits = u.to_bits().wrapping_sub(SQRT_HALF);
    // Made positive, for the same reason.
    let raised = bits.wrapping_add(1024 << 52) >> 52;
    let exponent = f64::from_bits(raised | INTEGER.to_bits()) - (INTEGER + 1024.0);
    let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF)) - 1.0;
    let s = (f + f) / (2.0 + f);
    let z = 0.25 * (s * s);
    let log = fused::<FMA, f64>(s * z, polynomial::<FMA, f64>(f64::ATANH, z), s);
    let log = fused::<FMA, f64>(exponent, std::f64::consts::LN_2, log);
    let r = (-log).sqrt();

    let t = fused::<FMA, f64>(f64::from_bits(angle >> 12 | ONE), 2.0, -3.0);
    let z = t * t;
    let sin = t * polynomial::<FMA, f64>(&SIN_F64, z);
    let cos = polynomial::<FMA, f64>(&COS_F64, z);
    let flip = |x: f64, sign: u64| f64::from_bits(x.to_bits() ^ sign);
    (
        flip(r * (cos - sin), angle << 63),
        flip(r * (cos + sin), (angle & 2) << 62),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Box and Muller's formula itself, with the standard library's functions.
    fn pair(u: f64, t: f64, signs: u32) -> [f64; 2] {
        let (sin, cos) = (t * std::f64::consts::FRAC_PI_4).sin_cos();
        let r = (-u.ln()).sqrt();
        let sign = |bit: u32| if signs & bit == 0 { 1.0 } else { -1.0 };
        [r * (cos - sin) * sign(1), r * (cos + sin) * sign(2)]
    }

    /// The ends of the range, and words in between.
    fn words() -> impl Iterator<Item = u32> {
        let ends = [
            0,
            1,
            2,
            3,
            4,
            1 << 31,
            (1 << 31) - 1,
            u32::MAX,
            u32::MAX - 3,
        ];
        ends.into_iter()
            .chain((0..500).map(|i| 0x9e37_79b9u32.wrapping_mul(i)))
    }

    fn near(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found} {expected}");
    }

    #[test]
    fn single_pairs_obey_the_formula_with_and_without_fused_multiply_add() {
        for radius in words() {
            for angle in words().step_by(3) {
                let u = (f64::from(radius >> 1) + 0.5) / 2f64.powi(31);
                let t = f64::from((angle & !3).cast_signed()) / 2f64.powi(31);
                // In f32, a u next to 1 is rounded to 2^-24 before its logarithm is taken.
                let u = f64::from(u as f32);
                let [a, b] = pair(u, t, angle);
                let fused = f32_pair::<true>(radius, angle);
                let plain = f32_pair::<false>(radius, angle);
                for (p, q) in [fused, plain] {
                    near(f64::from(p), a, 2e-6);
                    near(f64::from(q), b, 2e-6);
                }
            }
        }
    }

    #[test]
    fn double_pairs_obey_the_formula_with_and_without_fused_multiply_add() {
        for high in words() {
            for low in words().step_by(7) {
                let radius = u64::from(high) << 32 | u64::from(low);
                let angle = u64::from(low) << 32 | u64::from(high);
                let fraction = |w: u64| (w >> 12) as f64 / 2f64.powi(52);
                let [a, b] = pair(1.0 - fraction(radius), 2.0 * fraction(angle) - 1.0, high);
                let fused = f64_pair::<true>(radius, angle);
                let plain = f64_pair::<false>(radius, angle);
                for (p, q) in [fused, plain] {
                    near(p, a, 4e-15);
                    near(q, b, 4e-15);
                }
            }
        }
    }
}
