//! Copies of a network in lanes are those alone.

use neuro_core::integrate::{RungeKutta4, integrate};
use neuro_core::{Scalar, Streams};
use neuro_models::sequential_memory::{
    Config, Drive, Episodes, Lagrangian, LaneFlow, Network, OverlapFlow, ProjectedFlow,
    random_memories,
};

use super::{kinds, stored, values};

const STEPS: usize = 300;

/// The ends of so many copies that go together in `L` lanes.
fn ends<T: Scalar, const L: usize>(
    lanes: &LaneFlow<'_, T, L>,
    starts: &[Vec<f64>],
) -> Vec<Vec<f64>> {
    let start = lanes.pack(starts).expect("sizes fit");
    let run = integrate(lanes, &RungeKutta4, T::zero(), T::of(0.05), STEPS, &start);
    let run = run.expect("bounded");
    (0..starts.len())
        .map(|c| lanes.copy(run.last(), c))
        .collect()
}

/// The features and delays of some copies.
fn starts(copies: usize, n: usize) -> Vec<[Vec<f64>; 2]> {
    let start = |c: usize| [values(n, 0.3 + c as f64), values(n, 2.5 * c as f64)];
    (0..copies).map(start).collect()
}

fn drives(n: usize) -> [Drive; 4] {
    let inputs = [values(n, 1.0), values(n, 2.0), values(n, 3.0)];
    [
        Drive::Free,
        Drive::Clamp,
        Drive::Input(inputs[0].clone()),
        Drive::Input(inputs.concat()),
    ]
}

/// Column `copy` of an input of several.
fn of_copy(drive: &Drive, copy: usize, n: usize) -> Drive {
    match drive {
        Drive::Input(input) => {
            let columns = input.len() / n;
            Drive::Input(input[copy % columns * n..][..n].to_vec())
        }
        other => other.clone(),
    }
}

#[test]
fn copies_in_lanes_get_the_bits_of_copies_alone() {
    for network in kinds(3) {
        for drive in drives(12) {
            let flow = ProjectedFlow::new(&network, drive.clone()).expect("sizes fit");
            let starts: Vec<Vec<f64>> = (starts(11, 12).iter())
                .map(|[f, d]| flow.state(f, d).expect("sizes fit"))
                .collect();
            let (wide, narrow) = (
                ends(&flow.in_lanes::<f64, 8>(), &starts),
                ends(&flow.in_lanes::<f64, 3>(), &starts),
            );
            for (c, start) in starts.iter().enumerate() {
                let drive = of_copy(&drive, c, 12);
                let flow = ProjectedFlow::new(&network, drive).expect("sizes fit");
                let alone = integrate(&flow, &RungeKutta4, 0.0, 0.05, STEPS, start);
                let alone = alone.expect("bounded");
                assert_eq!(wide[c], alone.last());
                assert_eq!(narrow[c], alone.last());
            }
        }
    }
}

#[test]
fn overlaps_in_lanes_get_the_bits_of_overlaps_alone() {
    // Dense transitions, few of them; one register of units, several.
    let cycle = |k: usize| {
        let episodes = Episodes::cycles(&[k]).expect("a cycle");
        let memories = random_memories(60, k, Streams::new(8));
        Network::store(&Config::dsem(), memories, &episodes).expect("different memories")
    };
    for network in [stored(&Config::dsem(), 60, 2), cycle(16), cycle(21)] {
        for drive in drives(60) {
            let flow = OverlapFlow::new(&network, drive.clone()).expect("linear features");
            let starts: Vec<Vec<f64>> = (starts(5, 60).iter())
                .map(|[f, d]| flow.state(f, d).expect("sizes fit"))
                .collect();
            let together = ends(&flow.in_lanes::<f64, 4>(), &starts);
            for (c, start) in starts.iter().enumerate() {
                let drive = of_copy(&drive, c, 60);
                let flow = OverlapFlow::new(&network, drive).expect("linear features");
                let alone = integrate(&flow, &RungeKutta4, 0.0, 0.05, STEPS, start);
                assert_eq!(together[c], alone.expect("bounded").last());
            }
        }
    }
}

#[test]
fn lanes_of_single_precision_stay_close() {
    for network in kinds(4) {
        let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
        let starts: Vec<Vec<f64>> = (starts(16, 12).iter())
            .map(|[f, d]| flow.state(f, d).expect("sizes fit"))
            .collect();
        let double = ends(&flow.in_lanes::<f64, 8>(), &starts);
        let single = ends(&flow.in_lanes::<f32, 16>(), &starts);
        for (double, single) in double.concat().iter().zip(single.concat()) {
            // 300 steps of rounding to 6e-8 of values up to some ten.
            assert!((double - single).abs() < 2e-4, "{double} {single}");
        }
    }
}

/// `L = sum v^4 / 4`, which the library does not know.
#[derive(Debug)]
struct Quartic;

impl Lagrangian for Quartic {
    fn name(&self) -> &'static str {
        "quartic"
    }

    fn value(&self, v: &[f64]) -> f64 {
        v.iter().map(|v| v.powi(4) / 4.0).sum()
    }

    fn activation_into(&self, _units: usize, v: &[f64], activation: &mut [f64]) {
        for (s, v) in activation.iter_mut().zip(v) {
            *s = v.powi(3);
        }
    }

    fn hessian_product_into(&self, v: &[f64], _s: &[f64], x: &[f64], product: &mut [f64]) {
        for ((out, v), x) in product.iter_mut().zip(v).zip(x) {
            *out = 3.0 * v * v * x;
        }
    }
}

#[test]
fn lagrangians_of_ones_own_go_in_lanes() {
    let config = Config {
        features: std::sync::Arc::new(Quartic),
        ..Config::dsem()
    };
    let network = stored(&config, 20, 2);
    let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
    let starts: Vec<Vec<f64>> = (starts(3, 20).iter())
        .map(|[f, d]| flow.state(f, d).expect("sizes fit"))
        .collect();
    let together = ends(&flow.in_lanes::<f64, 8>(), &starts);
    for (start, together) in starts.iter().zip(together) {
        let alone = integrate(&flow, &RungeKutta4, 0.0, 0.05, STEPS, start).expect("bounded");
        assert_eq!(together, alone.last());
    }
}

#[test]
fn wrong_copies_are_refused() {
    let network = stored(&Config::dsem(), 20, 2);
    let flow = ProjectedFlow::new(&network, Drive::Free).expect("no input");
    let lanes = flow.in_lanes::<f64, 8>();
    assert!(lanes.pack::<Vec<f64>>(&[]).is_err());
    let error = lanes.pack(&[vec![0.0; 3]]).expect_err("too short");
    let found = format!("{}", lanes.variables());
    assert!(error.to_string().contains(&found), "{error}");
}
