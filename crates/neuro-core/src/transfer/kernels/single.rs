//! Coefficients of the `f32` bodies, fitted by Remez exchange to 2^-27 relative or better.

use super::Elementary;

impl Elementary for f32 {
    const MAGIC: Self = 12_582_912.0;
    const BIAS: Self = 127.0;
    const RAISE: Self = 100.0;
    const LOWERED: Self = Self::from_bits(1f32.to_bits() - (100 << 23));
    const HALF: Self = 0.5;
    const TINY: Self = 1.0 / (1u64 << 60) as Self;
    const LOG2_E: Self = std::f32::consts::LOG2_E;
    // 9 bits: the product with an exponent of 8 bits is exact.
    const LN2_HI: Self = 0.693_359_4;
    const LN2_LO: Self = -2.121_944_4e-4;
    const LN2: Self = std::f32::consts::LN_2;
    const EXP_HIGHEST: Self = 89.0;
    const EXP_LOWEST: Self = -104.5;
    const LOGISTIC_HIGHEST: Self = 18.0;
    const LOGISTIC_SCALE: Self = 1.468_75;
    const TANH_HIGHEST: Self = 10.0;
    // atanh(1/4) - ln(2) / 4 and a little more.
    const TANH_SHIFT: Self = 0.0822;
    const SQRT2_MINUS_ONE: Self = std::f32::consts::SQRT_2 - 1.0;
    const EXP: &'static [Self] = &[
        1.0,
        1.0,
        0.499_999_94,
        0.166_665_21,
        0.041_668_39,
        0.008_368_745,
        0.001_381_454_4,
    ];
    const TANH: &'static [Self] = &[-0.333_332_27, 0.133_234_22, -0.051_320_24];
    const ATANH: &'static [Self] = &[0.333_333_88, 0.199_887_47, 0.149_365_53];

    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        Self::from_bits(shifted.to_bits() << 23)
    }

    #[inline(always)]
    fn power_of_difference(n: Self, m: Self) -> Self {
        Self::from_bits(n.to_bits().wrapping_sub(m.to_bits()) << 23)
    }
}
