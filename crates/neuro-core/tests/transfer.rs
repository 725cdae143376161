//! What every transfer function must do, and what each of them must do at its ends.

use std::sync::Arc;

use neuro_core::Scalar;
use neuro_core::transfer::{
    Logistic, QifGain, Relu, SmoothQifGain, Softplus, Tanh, Transfer, by_name, exp_into,
    log_sum_exp, softmax_into, softmax_vjp_into,
};

const NAMES: [&str; 7] = [
    "identity",
    "logistic",
    "qif",
    "relu",
    "smooth_qif",
    "softplus",
    "tanh",
];

fn all<T: Scalar>() -> Vec<Arc<dyn Transfer<T>>> {
    NAMES
        .iter()
        .map(|name| by_name(name).expect("a built-in function"))
        .collect()
}

/// Both signs, none of them a breakpoint of a function.
fn points<T: Scalar>(count: u32) -> Vec<T> {
    (0..count)
        .map(|i| T::of(12.0 * (f64::from(i) + 0.37) / f64::from(count) - 6.0))
        .collect()
}

#[test]
fn names_give_their_functions_back() {
    for (phi, name) in all::<f32>().iter().zip(NAMES) {
        assert_eq!(phi.name(), name);
    }
    assert!(by_name::<f64>("tanh ").is_none());
}

#[test]
fn slopes_are_central_differences() {
    let h = 1e-5;
    for phi in all::<f64>() {
        for x in points::<f64>(500) {
            let difference = (phi.value(x + h) - phi.value(x - h)) / (2.0 * h);
            let slope = phi.slope(x);
            // Truncation: h^2 times a third derivative, largest for qif next to its onset.
            let tolerance = 1e-8 * (1.0 + slope.abs()) / x.abs().min(1.0).powi(2);
            assert!(
                (difference - slope).abs() < tolerance,
                "{}({x}): {difference} {slope}",
                phi.name()
            );
        }
    }
}

fn slices_agree<T: Scalar>() {
    for phi in all::<T>() {
        for length in 0..70 {
            let x = points::<T>(length);
            let mut rate = vec![T::nan(); x.len()];
            let mut slope = rate.clone();
            phi.value_into(&x, &mut rate);
            phi.slope_into(&x, &rate, &mut slope);
            for (i, x) in x.iter().enumerate() {
                assert!(rate[i] == phi.value(*x), "{}({x}): {}", phi.name(), rate[i]);
                assert!(slope[i] == phi.slope(*x), "{}'({x})", phi.name());
            }
        }
    }
}

#[test]
fn slices_equal_single_values_bit_for_bit() {
    slices_agree::<f32>();
    slices_agree::<f64>();
}

#[test]
fn functions_never_fall() {
    for phi in all::<f64>() {
        // Steps of 1e-4 rise by far more than the rounding wherever the function is not constant.
        let x: Vec<f64> = (-400_000..400_000).map(|i| f64::from(i) * 1e-4).collect();
        let mut rate = vec![0.0; x.len()];
        phi.value_into(&x, &mut rate);
        for (i, pair) in rate.windows(2).enumerate() {
            // Saturated, the last bits may waver.
            let waver = 4.0 * f64::EPSILON * pair[0].abs();
            assert!(pair[1] >= pair[0] - waver, "{} at {}", phi.name(), x[i]);
        }
    }
}

#[test]
fn single_precision_agrees_with_double_precision() {
    for (single, double) in all::<f32>().iter().zip(all::<f64>()) {
        for x in points::<f32>(3_000) {
            let wide = f64::from(x);
            for (found, expected) in [
                (single.value(x), double.value(wide)),
                (single.slope(x), double.slope(wide)),
            ] {
                // A few rounding errors; x / c of smooth_qif magnifies them in its exponential, and
                // 1 - r^2 cancels.
                let tolerance = 4e-6 * expected.abs() + 3e-7;
                assert!(
                    (f64::from(found) - expected).abs() < tolerance,
                    "{}({x}): {found} {expected}",
                    single.name()
                );
            }
        }
    }
}

fn special_values<T: Scalar>() {
    let infinity = T::infinity();
    let (zero, one) = (T::zero(), T::one());
    for phi in all::<T>() {
        assert!(phi.value(T::nan()).is_nan(), "{} of NaN", phi.name());
    }
    for zero in [zero, -zero] {
        let found = Tanh.value(zero);
        assert!(found == zero && found.is_sign_negative() == zero.is_sign_negative());
        assert!(Logistic.value(zero) == T::of(0.5));
        assert!(Softplus.value(zero) == T::LN_2());
        assert!(QifGain.value(zero) == zero && Relu.value(zero) == zero);
    }
    assert!(Tanh.value(infinity) == one && Tanh.value(-infinity) == -one);
    assert!(Logistic.value(infinity) == one && Logistic.value(-infinity) == zero);
    assert!(Softplus.value(infinity) == infinity && Softplus.value(-infinity) == zero);
    assert!(Relu.value(infinity) == infinity && Relu.value(-infinity) == zero);
    assert!(QifGain.value(infinity) == infinity && QifGain.value(-infinity) == zero);
    let smooth = SmoothQifGain::<T>::default();
    assert!(smooth.value(infinity) == infinity && smooth.value(-infinity) == zero);
    let subnormal = T::min_positive_value() * T::of(0.25);
    for x in [subnormal, -subnormal, T::min_positive_value()] {
        assert!(Tanh.value(x) == x);
        assert!(Logistic.value(x) == T::of(0.5));
    }
}

#[test]
fn special_values_are_exact() {
    special_values::<f32>();
    special_values::<f64>();
}

#[test]
fn exponential_meets_its_ends() {
    let x = [
        f64::NAN,
        f64::INFINITY,
        -f64::INFINITY,
        0.0,
        -0.0,
        709.9,
        -746.1,
    ];
    let mut y = [0.0; 7];
    exp_into(&x, &mut y);
    assert!(y[0].is_nan());
    assert_eq!(y[1..], [f64::INFINITY, 0.0, 1.0, 1.0, f64::INFINITY, 0.0]);
    // The largest finite result, and subnormal ones to one unit.
    let x: [f64; 5] = [709.782_712_893_384, -708.5, -720.3, -744.0, -745.2];
    let mut y = [0.0; 5];
    exp_into(&x, &mut y);
    assert!(y[0].is_finite() && (y[0] / x[0].exp() - 1.0).abs() < 3e-16);
    for (x, y) in x.iter().zip(y).skip(1) {
        let distance = y.to_bits().abs_diff(x.exp().to_bits());
        assert!(distance <= 1, "exp({x}) = {y}");
    }
}

#[test]
fn tails_follow_their_asymptotes() {
    let smooth = SmoothQifGain { sharpness: 0.5 };
    for x in [-30.0, -21.0, -19.0, -15.0] {
        // log(1 + e) = e (1 - e / 2) with e = exp(x / c) < 1e-13.
        let expected = 0.5f64.sqrt() * f64::exp(x) / std::f64::consts::PI;
        assert!(
            (smooth.value(x) / expected - 1.0).abs() < 1e-12,
            "value at {x}"
        );
        assert!(
            (smooth.slope(x) / expected - 1.0).abs() < 1e-12,
            "slope at {x}"
        );
        assert!((Softplus.value(2.0 * x) / (2.0 * x).exp() - 1.0).abs() < 1e-12);
    }
    // The exponential itself underflows here, its root does not.
    assert!(smooth.value(-600.0) > 0.0 && smooth.slope(-600.0) > 0.0);
    assert!((smooth.slope(40.0) / QifGain.slope(40.0) - 1.0).abs() < 1e-14);
    assert_eq!(Logistic.value(-700.0), f64::exp(-700.0));
}

#[test]
fn sharpness_must_be_positive_and_finite() {
    for sharpness in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(SmoothQifGain { sharpness }.validate().is_err());
    }
    assert!(SmoothQifGain::<f32>::default().validate().is_ok());
}

#[test]
fn softmax_does_not_change_when_all_inputs_shift() {
    let x: [f64; 5] = [0.3, -1.2, 2.0, 0.0, -4.5];
    let shifted = x.map(|x| x + 1e4);
    let (mut p, mut q) = ([0.0; 5], [0.0; 5]);
    softmax_into(&x, &mut p);
    softmax_into(&shifted, &mut q);
    let sum: f64 = x.iter().map(|x| x.exp()).sum();
    for i in 0..5 {
        assert!((p[i] - x[i].exp() / sum).abs() < 1e-15);
        // Adding 1e4 rounds x to 1e-12.
        assert!((p[i] - q[i]).abs() < 1e-11);
    }
    assert!((log_sum_exp(&x) - sum.ln()).abs() < 1e-15);
}

#[test]
fn softmax_of_infinities_is_as_documented() {
    let mut p = [0.0; 3];
    softmax_into(&[-f64::INFINITY, 1.0, 1.0], &mut p);
    assert_eq!(p, [0.0, 0.5, 0.5]);
    softmax_into(&[f64::NAN, 1.0, 1.0], &mut p);
    assert!(p.iter().all(|p| p.is_nan()));
    softmax_into(&[-f64::INFINITY; 3], &mut p);
    assert!(p.iter().all(|p| p.is_nan()));
    assert_eq!(log_sum_exp(&[-f64::INFINITY; 3]), -f64::INFINITY);
    assert_eq!(log_sum_exp::<f64>(&[]), -f64::INFINITY);
    assert!(log_sum_exp(&[0.0, f64::NAN]).is_nan());
}

#[test]
fn softmax_gradient_is_a_central_difference() {
    let x: [f64; 4] = [0.3, -1.2, 2.0, 0.0];
    let g = [1.0, -0.5, 0.25, 2.0];
    let objective = |x: &[f64; 4]| {
        let mut p = [0.0; 4];
        softmax_into(x, &mut p);
        p.iter().zip(&g).map(|(p, g)| p * g).sum::<f64>()
    };
    let (mut p, mut gradient) = ([0.0; 4], [0.0; 4]);
    softmax_into(&x, &mut p);
    softmax_vjp_into(&p, &g, &mut gradient);
    let h = 1e-5;
    for i in 0..4 {
        let (mut up, mut down) = (x, x);
        up[i] += h;
        down[i] -= h;
        let difference = (objective(&up) - objective(&down)) / (2.0 * h);
        assert!((difference - gradient[i]).abs() < 1e-9);
    }
}
