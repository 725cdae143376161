//! Energies, their parts and their rates, fixed points and Jacobians.

use nalgebra::DMatrix;
use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_core::{Linearize, System};
use neuro_models::Error;
use neuro_models::sequential_memory::{Config, Drive, Flow, Network, ReducedFlow, Sweeps};
use proptest::prelude::*;

use super::{kinds, values};

#[test]
fn the_energy_changes_by_its_two_parts() {
    for network in kinds(1) {
        let (f, h, d) = (values(12, 0.3), values(5, 1.1), values(12, 2.5));
        let step = 1e-5;
        let flow = Flow::new(&network, Drive::Free).expect("a hidden time constant");
        let x = [&f[..], &h, &d].concat();
        let mut dx = vec![0.0; x.len()];
        flow.rhs(0.0, &x, &mut dx, &mut flow.work(1));
        let energy = |by: f64| {
            let x: Vec<f64> = x.iter().zip(&dx).map(|(x, dx)| x + by * dx).collect();
            let terms = network.energy(&x[..12], &x[12..17], &x[17..]);
            terms.expect("sizes fit").total()
        };
        let slope = (energy(step) - energy(-step)) / (2.0 * step);
        let rate = network.energy_rate(&f, &h, &d).expect("sizes fit");
        // Central differences: 1e-10 of third derivatives, and rounding of some 1e-15 / step.
        let scale = rate.descent.abs() + rate.delay.abs();
        assert!(
            (slope - rate.total()).abs() < 1e-8 * scale,
            "{slope} {rate:?}"
        );
        assert!(rate.descent < 0.0);
    }
}

#[test]
fn the_adiabatic_energy_is_that_of_all_variables_at_the_adiabatic_hidden_state() {
    for network in kinds(2) {
        let (f, d) = (values(12, 0.3), values(12, 2.5));
        let hidden = network.adiabatic_hidden(&f, &d).expect("sizes fit");
        let terms = network.energy(&f, &hidden, &d).expect("sizes fit");
        let reduced = network.reduced_energy(&f, &d).expect("sizes fit");
        assert!((terms.total() - reduced).abs() < 1e-12 * reduced.abs().max(1.0));
        let surface = |f: &[f64], d: &[f64]| {
            let column = |v: &[f64]| DMatrix::from_column_slice(12, 1, v);
            let surface = network.energy_surface(&column(f), &column(d));
            surface.expect("sizes fit")[(0, 0)]
        };
        assert!((surface(&f, &d) - reduced).abs() < 1e-12 * reduced.abs().max(1.0));
        let gradient = network.reduced_energy_gradient(&f, &d).expect("sizes fit");
        let rate = network.reduced_energy_rate(&f, &d).expect("sizes fit");
        assert!(rate.descent < 0.0);
        for (i, slope) in gradient.iter().enumerate() {
            let moved = |by: f64| {
                let mut f = f.clone();
                f[i] += by;
                network.reduced_energy(&f, &d).expect("sizes fit")
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            // Rounding of energies of some tens.
            assert!(
                (difference - slope).abs() < 1e-8 * (1.0 + slope.abs()),
                "{i}"
            );
        }
    }
}

#[test]
fn parts_of_the_linear_energy_are_its_whole() {
    let network = &kinds(3)[0];
    let (f, d) = (values(12, 0.9), values(12, 2.1));
    let parts = network.linear_energy_parts(&f, &d).expect("linear");
    let sum = parts.associative + parts.sequential + parts.constant;
    let whole = network.reduced_energy(&f, &d).expect("sizes fit");
    assert!((sum - whole).abs() < 1e-12 * whole.abs().max(1.0));
    let other = network.linear_energy_parts(&values(12, 0.0), &d);
    assert_eq!(other.expect("linear").constant, parts.constant);
    let refused = kinds(3)[1].linear_energy_parts(&f, &d);
    assert!(matches!(refused, Err(Error::NonlinearHidden { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_energy_never_rises_while_the_delay_stands_still(seed in 0..1000_u64, phase in 0.0..6.0_f64) {
        // So slow a delay stands still for the time of the run.
        for network in kinds(seed) {
            let config = Config { delay_time_constant: 1e12, ..network.config().clone() };
            let network = Network::from_weights(
                &config, network.memories().clone(), network.transitions().clone(),
            ).expect("valid");
            let (f, h, d) = (values(12, phase), values(5, 2.0 * phase), values(12, 3.0 * phase));
            let flow = Flow::new(&network, Drive::Free).expect("a hidden time constant");
            let run = integrate(&flow, &RungeKutta4, 0.0, 0.02, 500, &[&f[..], &h, &d].concat());
            let run = run.expect("bounded");
            let energies: Vec<f64> = (0..run.len()).map(|k| {
                let x = run.state(k);
                network.energy(&x[..12], &x[12..17], &x[17..]).expect("sizes fit").total()
            }).collect();
            for pair in energies.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-12 * pair[0].abs().max(1.0), "{pair:?}");
            }
            let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
            let run = integrate(&flow, &RungeKutta4, 0.0, 0.02, 500, &[&f[..], &d].concat());
            let run = run.expect("bounded");
            let energies: Vec<f64> = (0..run.len()).map(|k| {
                network.reduced_energy(&run.state(k)[..12], &run.state(k)[12..]).expect("sizes fit")
            }).collect();
            for pair in energies.windows(2) {
                prop_assert!(pair[1] <= pair[0] + 1e-12 * pair[0].abs().max(1.0), "{pair:?}");
            }
        }
    }

    #[test]
    fn sweeps_descend_to_where_the_flow_stands_still(seed in 0..1000_u64, phase in 0.0..6.0_f64) {
        for network in kinds(seed) {
            let (f, d) = (values(12, phase), values(12, 3.0 * phase));
            let mut before = network.reduced_energy(&f, &d).expect("sizes fit");
            let mut at = f;
            for _ in 0..5 {
                let one = Sweeps { most: 1, ..Sweeps::default() };
                let point = network.fixed_point(&at, &d, one).expect("sizes fit");
                prop_assert!(point.energy <= before + 1e-12 * before.abs().max(1.0));
                (before, at) = (point.energy, point.features);
            }
            let point = network.fixed_point(&at, &d, Sweeps::default()).expect("sizes fit");
            prop_assert!(point.converged);
            let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
            let mut slope = vec![0.0; 24];
            flow.rhs(0.0, &[&point.features[..], &d].concat(), &mut slope, &mut flow.work(1));
            prop_assert!(slope[..12].iter().all(|s| s.abs() < 1e-10), "{slope:?}");
        }
    }
}

#[test]
fn jacobians_are_derivatives() {
    for network in kinds(4) {
        let flow = ReducedFlow::new(&network, Drive::Free).expect("no input");
        let x = values(24, 0.4);
        let mut jacobian = DMatrix::zeros(24, 24);
        flow.jacobian(0.0, &x, &mut jacobian);
        let mut work = flow.work(1);
        let h = 1e-5;
        for j in 0..24 {
            let mut slopes = [h, -h].map(|by| {
                let (mut x, mut dx) = (x.clone(), vec![0.0; 24]);
                x[j] += by;
                flow.rhs(0.0, &x, &mut dx, &mut work);
                dx
            });
            for i in 0..24 {
                slopes[0][i] = (slopes[0][i] - slopes[1][i]) / (2.0 * h);
                let error = (slopes[0][i] - jacobian[(i, j)]).abs();
                assert!(error < 1e-8, "{i} {j}: {error}");
            }
        }
    }
}
