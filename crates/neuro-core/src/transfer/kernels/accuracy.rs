//! The error bounds of the module's table, measured: both bodies against double-double arithmetic.

use super::*;

/// An unevaluated sum of two numbers: about 104 bits.
#[derive(Clone, Copy, Debug)]
struct Double {
    high: f64,
    low: f64,
}

impl Double {
    fn of(high: f64) -> Self {
        Self { high, low: 0.0 }
    }

    fn exact_sum(a: f64, b: f64) -> Self {
        let high = a + b;
        let b_part = high - a;
        let low = (a - (high - b_part)) + (b - b_part);
        Self { high, low }
    }

    fn plus(self, other: Self) -> Self {
        let sum = Self::exact_sum(self.high, other.high);
        Self::exact_sum(sum.high, sum.low + self.low + other.low)
    }

    fn times(self, other: Self) -> Self {
        let high = self.high * other.high;
        let low = self.high.mul_add(other.high, -high);
        Self::exact_sum(high, low + self.high * other.low + self.low * other.high)
    }

    fn scaled(self, power_of_two: f64) -> Self {
        Self {
            high: self.high * power_of_two,
            low: self.low * power_of_two,
        }
    }

    fn over(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self.plus(other.times(Self::of(-first)));
        let second = rest.high / other.high;
        let rest = rest.plus(other.times(Self::of(-second)));
        Self::exact_sum(first, second).plus(Self::of(rest.high / other.high))
    }

    /// `exp(x) - 1` and `k` with `exp = 2^k (1 + that)`: Taylor series of a sixteenth of the rest.
    fn exp_parts(x: f64) -> (Self, i32) {
        // ln 2 in three parts, of which the first two have 32 bits: the products are exact.
        const LN2: [f64; 3] = [
            0.693_147_180_369_123_8,
            1.908_214_928_843_070_3e-10,
            4.275_175_589_747_649e-20,
        ];
        let k = (x * std::f64::consts::LOG2_E).round();
        let s = Self::of(x)
            .plus(Self::of(-k * LN2[0]))
            .plus(Self::of(-k * LN2[1]))
            .plus(Self::of(-k * LN2[2]));
        let s = s.scaled(1.0 / 16.0);
        let mut term = s;
        let mut sum = s;
        for n in 2..18 {
            term = term.times(s).over(Self::of(f64::from(n)));
            sum = sum.plus(term);
        }
        for _ in 0..4 {
            // (1 + m)^2 - 1 = 2m + m^2.
            sum = sum.scaled(2.0).plus(sum.times(sum));
        }
        #[allow(clippy::cast_possible_truncation, reason = "an integer below 1100")]
        (sum, k as i32)
    }

    /// `exp(x)` for results that are normal numbers.
    fn exp(x: f64) -> Self {
        let (m, k) = Self::exp_parts(x);
        // Two steps, for k = 1024 and the smallest normal numbers.
        Self::of(1.0)
            .plus(m)
            .scaled(2f64.powi(k / 2))
            .scaled(2f64.powi(k - k / 2))
    }

    /// `exp(x) - 1` for moderate `x`.
    fn exp_m1(x: f64) -> Self {
        let (m, k) = Self::exp_parts(x);
        let scale = 2f64.powi(k);
        m.scaled(scale).plus(Self::of(scale).plus(Self::of(-1.0)))
    }

    fn tanh(x: f64) -> Self {
        let m = Self::exp_m1(-2.0 * x.abs());
        let t = m.scaled(-1.0).over(Self::of(2.0).plus(m));
        t.scaled(x.signum())
    }

    fn logistic(x: f64) -> Self {
        let e = Self::exp(-x.abs());
        let numerator = if x < 0.0 { e } else { Self::of(1.0) };
        numerator.over(Self::of(1.0).plus(e))
    }

    fn softplus(x: f64) -> Self {
        let e = Self::exp(-x.abs());
        let log = if e.high < 1e-9 {
            // The series: its fourth term is below 1e-27 relative.
            let square = e.times(e);
            let cube = square.times(e).over(Self::of(3.0));
            e.plus(square.scaled(-0.5)).plus(cube)
        } else {
            // One Newton step from the double precision logarithm.
            let first = e.high.ln_1p();
            let back = Self::exp(-first).times(Self::of(1.0).plus(e));
            Self::of(first).plus(back.plus(Self::of(-1.0)))
        };
        Self::of(x.max(0.0)).plus(log)
    }
}

/// Both bodies on a slice: in the machine's registers, and without fused multiply-add.
fn both<T: Scalar>(body: impl Body<T>, x: &[T]) -> [Vec<T>; 2] {
    let mut vectorised = vec![T::zero(); x.len()];
    let mut plain = vectorised.clone();
    map_into(body, x, &mut vectorised);
    let y = &mut plain;
    Map { body, x, y }.run::<false>();
    [vectorised, plain]
}

/// Distance from the true value in units of the last place of an `f64`.
fn ulps(found: f64, expected: Double) -> f64 {
    let size = expected.high.abs().max(f64::MIN_POSITIVE);
    let unit = 2f64.powi(-52) * 2f64.powi(exponent(size));
    ((found - expected.high) - expected.low).abs() / unit
}

fn exponent(size: f64) -> i32 {
    i32::try_from(size.to_bits() >> 52 & 0x7ff).expect("eleven bits") - 1023
}

/// Distance from the true value in units of the last place of an `f32`.
fn single_ulps(found: f32, expected: f64) -> f64 {
    let size = expected.abs().max(f64::from(f32::MIN_POSITIVE));
    let unit = 2f64.powi(exponent(size) - 23);
    (f64::from(found) - expected).abs() / unit
}

/// Largest errors of both bodies.
fn worst_double(body: impl Body<f64>, truth: fn(f64) -> Double, x: &[f64]) -> [f64; 2] {
    let found = both(body, x);
    let mut worst = [0.0; 2];
    for (i, x) in x.iter().enumerate() {
        let expected = truth(*x);
        for (worst, found) in worst.iter_mut().zip(&found) {
            *worst = f64::max(*worst, ulps(found[i], expected));
        }
    }
    worst
}

/// Largest errors of both bodies over every `stride`-th number of `f32` for which the true value is
/// finite.
fn worst_single(body: impl Body<f32>, truth: fn(f64) -> f64, stride: usize) -> [f64; 2] {
    let mut worst = [0.0; 2];
    let mut x = Vec::with_capacity(1 << 16);
    let mut bits = (0..=u32::MAX).step_by(stride).peekable();
    while bits.peek().is_some() {
        x.clear();
        x.extend(bits.by_ref().take(1 << 16).map(f32::from_bits));
        let found = both(body, &x);
        for (i, x) in x.iter().enumerate() {
            let expected = truth(f64::from(*x));
            for (worst, found) in worst.iter_mut().zip(&found) {
                let found = found[i];
                if expected.is_nan() {
                    assert!(found.is_nan(), "{x}: {found}");
                } else if expected.abs() > f64::from(f32::MAX) * (1.0 + 3e-8) {
                    assert!(
                        f64::from(found) == expected.signum() * f64::INFINITY,
                        "{x}: {found}"
                    );
                } else {
                    *worst = f64::max(*worst, single_ulps(found, expected));
                }
            }
        }
    }
    worst
}

/// `count` numbers evenly between two.
fn evenly(from: f64, to: f64, count: i32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| from + (to - from) * f64::from(i) / f64::from(count))
}

/// Both signs of numbers of every size, denser between 0.01 and 40 and around the breakpoints.
fn points(count: i32) -> Vec<f64> {
    let breakpoints = [
        0.5 * std::f64::consts::LN_2,
        0.25 * std::f64::consts::LN_2 + f64::TANH_SHIFT,
        0.75 * std::f64::consts::LN_2 + f64::TANH_SHIFT,
        0.881_373_587_019_543,
        20.0,
    ];
    let sizes = evenly(-700.0, 5.0, count / 4).map(f64::exp);
    let middle = evenly(-4.6, 3.7, count).map(f64::exp);
    let near = breakpoints
        .into_iter()
        .flat_map(|b| evenly(b - 1e-3, b + 1e-3, count / 16));
    // Multiples of ln 2 / 2, where the exponent of the exponential changes.
    let edges = (-100..100).flat_map(|k| {
        let edge = 0.5 * std::f64::consts::LN_2 * f64::from(k);
        evenly(edge - 1e-6, edge + 1e-6, 64)
    });
    sizes
        .chain(middle)
        .chain(near)
        .chain(edges)
        .flat_map(|x| [x, -x])
        .collect()
}

fn double_bounds(count: i32) {
    let x = points(count);
    let wide: Vec<f64> = evenly(-660.0, 709.7, count).collect();
    // Of either body: fused, and without fused multiply-add.
    let check = |name, found: [f64; 2], bound: [f64; 2]| {
        assert!(
            (found[0] <= bound[0]) & (found[1] <= bound[1]),
            "{name}: {found:?} ulp"
        );
    };
    check("exp", worst_double(Exp, Double::exp, &x), [0.95, 1.3]);
    check("exp", worst_double(Exp, Double::exp, &wide), [0.95, 1.3]);
    check("tanh", worst_double(Tanh, Double::tanh, &x), [1.9, 1.9]);
    check(
        "logistic",
        worst_double(Logistic, Double::logistic, &x),
        [2.0, 2.2],
    );
    check(
        "logistic",
        worst_double(Logistic, Double::logistic, &wide),
        [2.0, 2.2],
    );
    check(
        "softplus",
        worst_double(Softplus, Double::softplus, &x),
        [2.1, 2.1],
    );
    check(
        "softplus",
        worst_double(Softplus, Double::softplus, &wide),
        [2.1, 2.1],
    );
}

fn single_bounds(stride: usize) {
    let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    let check = |name, found: [f64; 2], bound: [f64; 2]| {
        assert!(
            (found[0] <= bound[0]) & (found[1] <= bound[1]),
            "{name}: {found:?} ulp"
        );
    };
    check("exp", worst_single(Exp, f64::exp, stride), [0.95, 1.3]);
    check("tanh", worst_single(Tanh, f64::tanh, stride), [1.8, 1.8]);
    check(
        "logistic",
        worst_single(Logistic, logistic, stride),
        [2.0, 2.2],
    );
    check(
        "softplus",
        worst_single(Softplus, softplus, stride),
        [2.0, 2.1],
    );
}

#[test]
fn double_errors_keep_the_documented_bounds() {
    double_bounds(40_000);
}

#[test]
#[ignore = "some millions of points, 30 s"]
fn double_errors_keep_the_documented_bounds_on_millions_of_points() {
    double_bounds(1_000_000);
}

#[test]
fn single_errors_keep_the_documented_bounds() {
    // A prime stride, so that the mantissas mix: two million numbers.
    single_bounds(2_039);
}

#[test]
#[ignore = "every number of f32, ten minutes"]
fn single_errors_keep_the_documented_bounds_everywhere() {
    single_bounds(1);
}

#[test]
fn the_reference_agrees_with_known_digits() {
    // exp(1), tanh(1/2) and log(2) to 32 digits.
    let close = |found: Double, high: f64, low: f64| {
        assert!(((found.high - high) + (found.low - low)).abs() < 1e-31);
    };
    close(
        Double::exp(1.0),
        std::f64::consts::E,
        1.445_646_891_729_250_2e-16,
    );
    close(
        Double::tanh(0.5),
        0.462_117_157_260_009_74,
        2.191_660_323_826_092_8e-17,
    );
    close(
        Double::softplus(0.0),
        std::f64::consts::LN_2,
        2.319_046_813_846_299_6e-17,
    );
}
