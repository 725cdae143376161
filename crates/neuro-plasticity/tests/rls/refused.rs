//! What is refused.

use neuro_core::nalgebra::DMatrix;
use neuro_core::spiking::Connections;
use neuro_plasticity::{Dale, Error, Objective, PerUnitRls, RlsConfig, SharedRls};

#[test]
fn bad_input_is_refused_by_name() {
    let config = |regularization, forgetting| RlsConfig {
        regularization,
        forgetting,
    };
    for bad in [
        config(0.0, 1.0),
        config(-1.0, 1.0),
        config(f64::NAN, 1.0),
        config(1.0, 0.0),
        config(1.0, 1.5),
    ] {
        assert!(SharedRls::<f64>::new(bad, 3).is_err(), "{bad:?}");
    }
    let message = config(0.0, 1.0)
        .validate()
        .expect_err("lambda of 0")
        .to_string();
    assert_eq!(message, "regularization lambda: expected positive, found 0");
    let mask = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 0.0, 0.0]);
    let lonely = Connections::of_mask(&mask);
    let refused = PerUnitRls::<f64>::new(
        RlsConfig::default(),
        Objective::Drive,
        Dale::Free,
        &lonely,
        &[1.0],
    );
    assert!(matches!(refused, Err(Error::NoInputs { unit: 1 })));
    assert!(SharedRls::<f64>::new(RlsConfig::default(), 0).is_err());
    let mut rls = SharedRls::<f64>::new(RlsConfig::default(), 2).expect("valid");
    let mut readout = DMatrix::zeros(1, 2);
    assert!(rls.partial_fit(&[1.0], &[1.0], &mut readout).is_err());
    assert!(
        rls.partial_fit(&[1.0, 0.0], &[1.0; 2], &mut readout)
            .is_err()
    );
    assert!(
        rls.partial_fit(&[1.0, f64::NAN], &[1.0], &mut readout)
            .is_err()
    );
    assert!(
        rls.partial_fit(&[1.0, 0.0], &[f64::NAN], &mut readout)
            .is_err()
    );
    assert_eq!(readout, DMatrix::zeros(1, 2));
}
