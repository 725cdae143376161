//! Coefficients of the `f64` bodies, fitted by Remez exchange to 2^-57 relative or better.

use super::Elementary;

impl Elementary for f64 {
    const MAGIC: Self = 6_755_399_441_055_744.0;
    const BIAS: Self = 1023.0;
    const RAISE: Self = 900.0;
    const LOWERED: Self = Self::from_bits(1f64.to_bits() - (900 << 52));
    const HALF: Self = 0.5;
    const TINY: Self = 1.0 / (1u64 << 60) as Self;
    const LOG2_E: Self = std::f64::consts::LOG2_E;
    // 32 bits: the product with an exponent of 11 bits is exact.
    const LN2_HI: Self = 0.693_147_180_369_123_8;
    const LN2_LO: Self = 1.908_214_929_270_587_7e-10;
    const LN2: Self = std::f64::consts::LN_2;
    const EXP_HIGHEST: Self = 710.0;
    const EXP_LOWEST: Self = -746.0;
    const LOGISTIC_HIGHEST: Self = 40.0;
    const LOGISTIC_SCALE: Self = 1.5;
    const TANH_HIGHEST: Self = 20.0;
    // atanh(1/4) - ln(2) / 4 and a little more.
    const TANH_SHIFT: Self = 0.0822;
    const SQRT2_MINUS_ONE: Self = std::f64::consts::SQRT_2 - 1.0;
    const EXP: &'static [Self] = &[
        1.0,
        1.0,
        0.5000000000000011,
        0.16666666666666408,
        0.04166666666653001,
        0.008333333333497003,
        0.0013888888943705416,
        0.00019841269501725663,
        2.4801492990770414e-05,
        2.755759008259528e-06,
        2.7630295652098607e-07,
        2.499908151773626e-08,
    ];
    const TANH: &'static [Self] = &[
        -0.33333333333332615,
        0.13333333333051586,
        -0.05396825359493153,
        0.02186946505387872,
        -0.008862443875612117,
        0.0035773986134566595,
        -0.001312309006382026,
    ];
    const ATANH: &'static [Self] = &[
        0.33333333333333676,
        0.1999999999970615,
        0.142857143715019,
        0.11111099250393167,
        0.0909178428210684,
        0.07656965127178254,
        0.07398633823627583,
    ];

    #[inline(always)]
    fn power_of_two(shifted: Self) -> Self {
        Self::from_bits(shifted.to_bits() << 52)
    }

    #[inline(always)]
    fn power_of_difference(n: Self, m: Self) -> Self {
        Self::from_bits(n.to_bits().wrapping_sub(m.to_bits()) << 52)
    }
}
