//! Registers of half the width (AVX2 where the machine has AVX-512) give the same bits.
//!
//! On a machine without AVX-512 both runs are the same one.
#![cfg(target_arch = "x86_64")]

use std::cell::Cell;
use std::fmt::Debug;

use pulp::x86::V3;

use crate::integrate::{DormandPrince5, Euler, Heun, RungeKutta4, integrate};
use crate::linalg::{OuterProducts, PackedMatrix};
use crate::spiking::{
    Decay, Izhikevich, LeakyIntegrateAndFire, SpikingUnits, SynapticFilter, Theta,
};
use crate::transfer;
use crate::{Domain, Scalar, Streams, system_from_fn};

thread_local! {
    static NARROW: Cell<bool> = const { Cell::new(false) };
}

/// AVX2, where a test asks for it.
pub(super) fn narrower() -> Option<V3> {
    if NARROW.get() { V3::try_new() } else { None }
}

/// Compares what is computed in the widest registers with what is computed in narrower ones.
fn compare<R: PartialEq + Debug>(what: &str, compute: impl Fn() -> R) {
    let wide = compute();
    NARROW.set(true);
    let narrow = compute();
    NARROW.set(false);
    assert_eq!(wide, narrow, "{what}");
}

/// Some numbers of either sign, 0 among them.
fn numbers<T: Scalar>(count: usize, size: f64) -> Vec<T> {
    let number = |k: usize| T::of(size * (k as f64 * 1.7).sin());
    (0..count).map(number).collect()
}

/// Lengths with every remainder.
const LENGTHS: [usize; 8] = [1, 7, 8, 15, 36, 100, 203, 1000];

type Elementwise<T> = fn(&[T], &mut [T]);

fn functions<T: Scalar>() {
    let functions: [(&str, Elementwise<T>); 4] = [
        ("exp", transfer::exp_into),
        ("tanh", transfer::tanh_into),
        ("logistic", transfer::logistic_into),
        ("softplus", transfer::softplus_into),
    ];
    for length in LENGTHS {
        for size in [0.1, 3.0, 200.0] {
            let x = numbers::<T>(length, size);
            for (name, function) in functions {
                compare(name, || {
                    let mut y = vec![T::zero(); length];
                    function(&x, &mut y);
                    y
                });
            }
            compare("softmax", || {
                let mut p = vec![T::zero(); length];
                transfer::softmax_into(&x, &mut p);
                p
            });
            for name in ["tanh", "logistic", "relu", "softplus"] {
                let function = transfer::by_name::<T>(name).expect("a known function");
                compare(name, || {
                    let (mut y, mut slope) = (vec![T::zero(); length], vec![T::zero(); length]);
                    function.value_into(&x, &mut y);
                    function.slope_into(&x, &y, &mut slope);
                    (y, slope)
                });
            }
        }
    }
}

#[test]
fn transfer_functions_have_the_same_bits_in_narrower_registers() {
    functions::<f32>();
    functions::<f64>();
}

fn products<T: Scalar>() {
    for (rows, columns, count) in [
        (1, 1, 1),
        (7, 30, 5),
        (64, 64, 10),
        (100, 33, 21),
        (200, 200, 16),
    ] {
        let (matrix, right) = (
            numbers::<T>(rows * columns, 1.0),
            numbers(columns * count, 2.0),
        );
        compare("product", || {
            let mut packed = PackedMatrix::zeros(rows, columns);
            packed.pack(&matrix).expect("sizes fit");
            let mut product = vec![T::zero(); rows * count];
            packed.multiply(&right, columns, count, &mut product);
            product
        });
        let left = numbers(rows * count, 1.0);
        compare("outer products", || {
            let mut sum = numbers(rows * columns, 0.5);
            let mut outer = OuterProducts::new(rows, columns);
            outer
                .add(&left, &right, columns, &mut sum)
                .expect("sizes fit");
            sum
        });
    }
}

#[test]
fn products_have_the_same_bits_in_narrower_registers() {
    products::<f32>();
    products::<f64>();
}

#[test]
fn noise_has_the_same_bits_in_narrower_registers() {
    for length in LENGTHS {
        compare("normals", || {
            let streams = Streams::new(3);
            let (mut single, mut double) = (vec![0.0_f32; length], vec![0.0_f64; length]);
            streams.normals(Domain::UnitNoise, 1).fill(&mut single);
            streams.normals(Domain::UnitNoise, 1).fill(&mut double);
            (single, double)
        });
    }
}

#[test]
fn integrators_have_the_same_bits_in_narrower_registers() {
    let oscillators = system_from_fn(14, |_t, x: &[f64], dx| {
        for (x, dx) in x.as_chunks::<2>().0.iter().zip(dx.as_chunks_mut::<2>().0) {
            *dx = [x[1], x[0] * (0.3 - x[0] * x[0]) - 0.1 * x[1]];
        }
    });
    let start = numbers(14, 1.5);
    let last = |run: Result<crate::integrate::Solution, crate::Error>| {
        run.expect("bounded").last().to_vec()
    };
    compare("Euler", || {
        last(integrate(&oscillators, &Euler, 0.0, 0.01, 500, &start))
    });
    compare("Heun", || {
        last(integrate(&oscillators, &Heun, 0.0, 0.01, 500, &start))
    });
    compare("Runge-Kutta", || {
        last(integrate(
            &oscillators,
            &RungeKutta4,
            0.0,
            0.01,
            500,
            &start,
        ))
    });
    compare("Dormand-Prince", || {
        last(integrate(
            &oscillators,
            &DormandPrince5,
            0.0,
            0.01,
            500,
            &start,
        ))
    });
}

#[test]
fn spiking_units_have_the_same_bits_in_narrower_registers() {
    for count in [1, 7, 33, 200] {
        let units: [Box<dyn SpikingUnits>; 3] = [
            Box::new(Theta::default()),
            Box::new(LeakyIntegrateAndFire::default()),
            Box::new(Izhikevich::equal_shares(count, 0.5).expect("valid")),
        ];
        for units in units {
            compare(units.name(), || {
                let mut state = vec![0.0; units.variables() * count];
                units.start(
                    &mut Streams::new(1).rng(Domain::InitialState, 0),
                    &mut state,
                );
                let filter = SynapticFilter::new(1.0, 20.0, 20.0, Decay::Exact).expect("valid");
                let (mut rates, mut spikes, mut total) = (vec![0.0; count], vec![0.0; count], 0.0);
                for step in 0..300 {
                    let current = numbers(count, 5.0 + f64::from(step) * 0.1);
                    units.step(&current, &mut state, &mut spikes);
                    filter.step(&spikes, &mut rates);
                    total += spikes.iter().sum::<f64>();
                }
                (state, rates, total)
            });
        }
    }
}
