//! Transforms: gradients, and what survives any update.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::sync::Arc;

use neuro_autodiff::gradcheck::{GradientOptions, check_transform};
use neuro_autodiff::optimizer::{
    Adam, AdamConfig, DeepRewiring, DeepRewiringConfig, Optimizer, Sgd, SgdConfig,
};
use neuro_autodiff::{
    Bounded, DaleProjected, DaleRectified, Identity, Mask, Parameters, Transform,
};
use neuro_core::{Scalar, Streams, nalgebra::DMatrix};
use proptest::prelude::*;

const SIGNS: [f64; 4] = [1.0, -1.0, 1.0, -1.0];

fn pattern() -> DMatrix<bool> {
    DMatrix::from_fn(3, 4, |i, j| (i + 2 * j) % 3 != 0)
}

fn transforms<T: Scalar>() -> Vec<Arc<dyn Transform<T>>> {
    let rectified = DaleRectified::new(SIGNS.to_vec()).expect("signs are +1 or -1");
    let projected = DaleProjected::new(SIGNS.to_vec()).expect("signs are +1 or -1");
    vec![
        Arc::new(Identity),
        Arc::new(Mask::new(pattern())),
        Arc::new(rectified.clone()),
        Arc::new(projected.clone()),
        Arc::new(Bounded::new(-0.5, 2.0).expect("low < high")),
        Arc::new(Mask::over(pattern(), rectified)),
        Arc::new(Mask::over(pattern(), projected)),
    ]
}

/// Values of both signs, none within 0.1 of the kink of the rectification.
const RAW: [f64; 12] = [
    0.5, -0.7, 1.2, 0.3, -2.0, 0.9, 3.5, -0.2, 0.8, 0.15, -1.1, 2.2,
];

#[test]
fn every_transform_passes_the_gradient_check() {
    for transform in transforms() {
        let report = check_transform(&*transform, 3, &RAW, &GradientOptions::default())
            .expect("the transform fits");
        // Rounding of the differences is about 1e-13.
        assert!(report.passes(1e-9), "{transform:?}: {report}");
    }
}

#[test]
fn f32_transforms_agree_with_f64_to_single_precision() {
    let raw32 = RAW.map(f32::of);
    let raw64 = raw32.map(f64::from);
    for (single, double) in transforms::<f32>().into_iter().zip(transforms::<f64>()) {
        let (mut w32, mut w64) = ([0.0_f32; 12], [0.0_f64; 12]);
        single.apply(3, &raw32, &mut w32);
        double.apply(3, &raw64, &mut w64);
        let (mut g32, mut g64) = ([1.0_f32; 12], [1.0_f64; 12]);
        single.pull_back(3, &raw32, &mut g32);
        double.pull_back(3, &raw64, &mut g64);
        for i in 0..12 {
            // Values are at most 4: half an ulp there is 1.2e-7.
            assert!((f64::from(w32[i]) - w64[i]).abs() < 2.5e-7, "{single:?}");
            assert!((f64::from(g32[i]) - g64[i]).abs() < 2.5e-7, "{single:?}");
        }
    }
}

#[test]
fn a_rectified_connection_at_zero_is_dead_and_a_projected_one_comes_back() {
    let at_zero = DMatrix::from_element(1, 1, 0.0);
    let end = |transform: Arc<dyn Transform<f64>>| {
        let mut parameters = Parameters::new();
        let w = parameters
            .add("w", &at_zero, transform, true)
            .expect("one value fits");
        let mut sgd = Sgd::new(SgdConfig::default(), &parameters).expect("defaults are valid");
        let mut gradient = [1.0];
        parameters.pull_back(&mut gradient);
        sgd.step(&mut parameters, &gradient, 0.5);
        parameters.effective(w)[0]
    };
    let signs = vec![-1.0];
    assert_eq!(
        end(Arc::new(DaleRectified::new(signs.clone()).unwrap())),
        0.0
    );
    assert_eq!(end(Arc::new(DaleProjected::new(signs).unwrap())), -0.5);
}

#[test]
fn dale_transforms_do_not_hide_a_value_that_is_not_a_number() {
    for transform in [
        Arc::new(DaleRectified::new(vec![1.0]).unwrap()) as Arc<dyn Transform<f64>>,
        Arc::new(DaleProjected::new(vec![1.0]).unwrap()),
    ] {
        let mut raw = [f64::NAN];
        transform.project(1, &mut raw);
        let mut w = [0.0];
        transform.apply(1, &raw, &mut w);
        assert!(w[0].is_nan(), "{transform:?}");
    }
}

#[test]
fn wrong_signs_shapes_and_bounds_are_refused() {
    assert!(DaleRectified::new(vec![1.0, 0.0]).is_err());
    assert!(DaleProjected::new(vec![2.0]).is_err());
    assert!(Bounded::new(1.0, 1.0).is_err());
    assert!(Bounded::new(f64::NAN, 1.0).is_err());
    let bounded = Bounded::new(0.0, 1.0).unwrap();
    assert!(bounded.raw_of(1.0).is_err());
    let message =
        <DaleRectified as Transform>::validate(&DaleRectified::new(vec![1.0]).unwrap(), 2, 3)
            .unwrap_err()
            .to_string();
    assert_eq!(
        message,
        "signs of the source units: expected 3 values, found 1"
    );
    let mask = Mask::new(DMatrix::from_element(2, 3, true));
    assert!(<Mask as Transform>::validate(&mask, 3, 2).is_err());
}

proptest! {
    #[test]
    fn a_bounded_value_is_found_again_from_its_raw_value(share in 1e-6..1.0 - 1e-6) {
        let bounded = Bounded::new(20.0, 100.0).unwrap();
        let value = 20.0 + 80.0 * share;
        let mut found = [0.0];
        bounded.apply(1, &[bounded.raw_of(value).unwrap()], &mut found);
        prop_assert!((found[0] - value).abs() < 1e-11);
    }

    #[test]
    fn signs_masks_and_bounds_survive_any_updates(
        gradients in prop::collection::vec(prop::collection::vec(-100.0..100.0_f32, 12), 1..8),
        learning_rate in 1e-3..10.0,
        momentum in any::<bool>(),
    ) {
        for (kind, transform) in transforms::<f32>().into_iter().enumerate() {
            // Bounds are those of `transforms`; the others take any size.
            let start = DMatrix::from_fn(3, 4, |i, j| f32::of(RAW[i + 3 * j].abs()));
            let mut parameters = Parameters::new();
            let w = parameters.add("w", &start, transform, true).unwrap();
            let mut optimizer: Box<dyn Optimizer<f32>> = if momentum {
                let config = SgdConfig { momentum: 0.9, nesterov: true, weight_decay: 0.1 };
                Box::new(Sgd::new(config, &parameters).unwrap())
            } else {
                Box::new(Adam::new(AdamConfig::default(), &parameters).unwrap())
            };
            for gradient in &gradients {
                let mut gradient = gradient.clone();
                parameters.pull_back(&mut gradient);
                optimizer.step(&mut parameters, &gradient, learning_rate);
                for (k, &w) in parameters.effective(w).iter().enumerate() {
                    let (i, j) = (k % 3, k / 3);
                    let masked = [1, 5, 6].contains(&kind) && !pattern()[(i, j)];
                    let dale = [2, 3, 5, 6].contains(&kind);
                    prop_assert!(!masked || (w == 0.0 && gradient[k] == 0.0));
                    prop_assert!(!dale || f64::from(w) * SIGNS[j] >= 0.0);
                    prop_assert!(kind != 4 || (-0.5..=2.0).contains(&w));
                }
            }
        }
    }

    #[test]
    fn rewiring_keeps_signs_and_the_number_of_synapses(
        gradients in prop::collection::vec(prop::collection::vec(-10.0..10.0_f64, 12), 1..12),
        temperature in 0.0..1.0,
        seed in any::<u64>(),
    ) {
        let sign: Vec<f64> = (0..12).map(|k| SIGNS[k / 3]).collect();
        let start = DMatrix::from_fn(3, 4, |i, j| if i == 0 { 0.1 * SIGNS[j] } else { 0.0 });
        let mut parameters = Parameters::new();
        let w = parameters.add("w", &start, Arc::new(Identity), true).unwrap();
        let config = DeepRewiringConfig { l1: 0.1, temperature, ..Default::default() };
        let streams = Streams::new(seed);
        let mut optimizer = DeepRewiring::new(config, &parameters, w, &sign, streams).unwrap();
        for gradient in &gradients {
            optimizer.step(&mut parameters, gradient, 0.05);
            prop_assert_eq!(optimizer.active().iter().filter(|a| **a).count(), 4);
            for (k, &w) in parameters.raw(w).iter().enumerate() {
                prop_assert!(w * sign[k] >= 0.0);
                prop_assert!(optimizer.active()[k] || w == 0.0);
            }
        }
    }
}
