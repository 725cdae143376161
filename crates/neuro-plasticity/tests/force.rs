//! FORCE learning (Sussillo & Abbott 2009) with the pieces of this crate and the core.

use neuro_core::Streams;
use neuro_core::connectivity::{gaussian_gain, uniform};
use neuro_core::nalgebra::DMatrix;
use neuro_plasticity::{RlsConfig, SharedRls};

/// FORCE learning, all that a user writes: a chaotic network of rate units learns to play a sine wave
/// through a readout that it hears.
#[test]
fn a_chaotic_network_learns_a_sine_by_force() {
    let (n, step) = (200, 0.1);
    let recurrent: DMatrix<f64> = gaussian_gain(n, 1.5, Streams::new(5), 0).expect("valid");
    let feedback = uniform::<f64>(n, 1, 1.0, Streams::new(5), 1).expect("valid");
    let mut readout = DMatrix::zeros(1, n);
    let mut rls: SharedRls = SharedRls::new(RlsConfig::default(), n).expect("valid");
    let mut x = uniform::<f64>(n, 1, 0.5, Streams::new(5), 2).expect("valid");
    let mut z = DMatrix::zeros(1, 1);
    let mut worst = 0.0_f64;
    for k in 0..8000 {
        let r = x.map(f64::tanh);
        x += step * (&recurrent * &r + &feedback * &z - &x);
        let r = x.map(f64::tanh);
        z = &readout * &r;
        let target = (f64::from(k) * step / 10.0).sin();
        if k < 6000 && k % 2 == 0 {
            rls.partial_fit(r.as_slice(), &[target], &mut readout)
                .expect("a positive P");
        } else if k >= 6000 {
            worst = worst.max((z[(0, 0)] - target).abs());
        }
    }
    // 200 time constants, three periods, without learning.
    assert!(worst < 0.2, "{worst}");
}
