//! Standard normal numbers: the distribution, the sequence, and how it is cut.

use neuro_core::noise::StandardNormals;
use neuro_core::{Domain, Scalar, Streams};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const COUNT: usize = 1 << 22;

fn sample<T: Scalar>(seed: u64) -> Vec<f64> {
    let mut normals = StandardNormals::<T>::new(ChaCha8Rng::seed_from_u64(seed));
    let mut values = vec![T::zero(); COUNT];
    normals.fill(&mut values);
    values.into_iter().map(Scalar::as_f64).collect()
}

/// Five standard errors of the mean of `COUNT` numbers of this variance.
fn five_sigma(variance: f64) -> f64 {
    5.0 * (variance / COUNT as f64).sqrt()
}

fn moments_are_normal<T: Scalar>(seed: u64) {
    let values = sample::<T>(seed);
    let moment = |k: i32| values.iter().map(|v| v.powi(k)).sum::<f64>() / COUNT as f64;
    // E x^k is 0, 1, 0, 3; the variance of x^k is E x^2k - (E x^k)^2 with E x^6 = 15, E x^8 = 105.
    for (k, expected, variance) in [(1, 0.0, 1.0), (2, 1.0, 2.0), (3, 0.0, 15.0), (4, 3.0, 96.0)] {
        let found = moment(k);
        assert!(
            (found - expected).abs() < five_sigma(variance),
            "moment {k}: {found}"
        );
    }
}

#[test]
fn the_first_four_moments_are_normal() {
    moments_are_normal::<f32>(1);
    moments_are_normal::<f64>(2);
}

/// Edges of 64 equally probable bins: bisection on the distribution function, by Simpson's rule.
fn equiprobable_edges() -> Vec<f64> {
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let steps = 80_000;
    let h = 8.0 / f64::from(steps);
    let (mut edges, mut below, mut next) = (Vec::new(), 0.0, 1);
    // From -8, below which lie 6e-16, upward.
    for i in 0..2 * steps {
        let x = -8.0 + f64::from(i) * h;
        let mass = h / 6.0 * (density(x) + 4.0 * density(x + 0.5 * h) + density(x + h));
        while next < 64 && below + mass >= f64::from(next) / 64.0 {
            // Linear within a step of 1e-4: right to 1e-8.
            edges.push(x + h * (f64::from(next) / 64.0 - below) / mass);
            next += 1;
        }
        below += mass;
    }
    edges
}

fn bins_are_filled_equally<T: Scalar>(seed: u64) {
    let edges = equiprobable_edges();
    assert_eq!(edges.len(), 63);
    let mut counts = [0u32; 64];
    for v in sample::<T>(seed) {
        counts[edges.partition_point(|e| *e < v)] += 1;
    }
    let expected = COUNT as f64 / 64.0;
    let chi_square: f64 = counts
        .iter()
        .map(|c| (f64::from(*c) - expected).powi(2) / expected)
        .sum();
    // 63 degrees of freedom: mean 63, standard deviation 11.2; five of them on either side.
    assert!(
        (7.0..119.2).contains(&chi_square),
        "chi-square {chi_square}"
    );
}

#[test]
fn sixty_four_equiprobable_bins_are_filled_equally() {
    bins_are_filled_equally::<f32>(3);
    bins_are_filled_equally::<f64>(4);
}

fn tails_are_normal<T: Scalar>(seed: u64) {
    let values = sample::<T>(seed);
    // Two-sided probabilities beyond 3, 4 and 5.
    for (limit, p) in [
        (3.0, 2.699_796_063_260_2e-3),
        (4.0, 6.334_248_366_624e-5),
        (5.0, 5.733_031_437_58e-7),
    ] {
        for sign in [-1.0, 1.0] {
            let expected = 0.5 * p * COUNT as f64;
            let found = values.iter().filter(|v| **v * sign > limit).count() as f64;
            assert!(
                (found - expected).abs() < 5.0 * expected.sqrt() + 1.0,
                "beyond {limit}: {found}, expected {expected}"
            );
        }
    }
    assert!(values.iter().all(|v| v.abs() < 6.7));
}

#[test]
fn tails_beyond_three_four_and_five_are_normal() {
    tails_are_normal::<f32>(5);
    tails_are_normal::<f64>(6);
}

fn numbers_are_uncorrelated<T: Scalar>(seed: u64) {
    let values = sample::<T>(seed);
    // Neighbours, the two of a pair, the same place of two blocks; and their squares.
    for lag in [1, 2, 128, 256] {
        let pairs = || values.iter().zip(&values[lag..]);
        let product = pairs().map(|(a, b)| a * b).sum::<f64>() / COUNT as f64;
        let squares = pairs()
            .map(|(a, b)| (a * a - 1.0) * (b * b - 1.0))
            .sum::<f64>()
            / COUNT as f64;
        assert!(product.abs() < five_sigma(1.0), "lag {lag}: {product}");
        assert!(squares.abs() < five_sigma(4.0), "lag {lag}: {squares}");
    }
}

#[test]
fn numbers_and_their_squares_are_uncorrelated() {
    numbers_are_uncorrelated::<f32>(7);
    numbers_are_uncorrelated::<f64>(8);
}

fn cutting_changes_nothing<T: Scalar>() {
    let streams = Streams::new(11);
    let mut whole = vec![T::zero(); 2_000];
    streams.normals::<T>(Domain::UnitNoise, 5).fill(&mut whole);
    let mut cut = Vec::new();
    let mut normals = streams.normals::<T>(Domain::UnitNoise, 5);
    for length in [0, 1, 100, 155, 256, 3, 700, 512, 273] {
        let mut part = vec![T::zero(); length];
        normals.fill(&mut part);
        cut.extend(part);
    }
    assert!(cut == whole);
    let mut normals = streams.normals::<T>(Domain::UnitNoise, 5);
    assert!(whole.iter().all(|v| normals.sample() == *v));
}

#[test]
fn the_sequence_does_not_depend_on_how_it_is_cut() {
    cutting_changes_nothing::<f32>();
    cutting_changes_nothing::<f64>();
}

fn seeking_equals_drawing<T: Scalar>() {
    let mut normals = Streams::new(11).normals::<T>(Domain::UnitNoise, 5);
    let mut values = vec![T::zero(); 1_500];
    normals.fill(&mut values);
    for position in [0, 1_499, 255, 256, 257, 3, 1_024] {
        normals.seek(position as u64);
        assert!(normals.sample() == values[position]);
        let mut copy = normals.clone();
        let mut rest = vec![T::zero(); 1_499 - position];
        copy.fill(&mut rest);
        assert!(rest == values[position + 1..]);
    }
    normals.seek(u64::MAX);
    assert!(normals.sample().is_finite());
}

#[test]
fn seeking_equals_drawing_up_to_there() {
    seeking_equals_drawing::<f32>();
    seeking_equals_drawing::<f64>();
}

#[test]
fn the_sequence_starts_at_the_next_block_of_the_generator() {
    let rng = ChaCha8Rng::seed_from_u64(9);
    // One number of f32 for each word: 256 numbers later the generator is 256 words on.
    let mut late = rng.clone();
    let _: [u32; 250] = late.random();
    let mut first = StandardNormals::<f32>::new(rng);
    first.seek(256);
    let mut second = StandardNormals::<f32>::new(late);
    assert_eq!(first.sample(), second.sample());
}

fn values_are<T: Scalar>(expected: [f64; 6]) {
    let mut normals = Streams::new(42).normals::<T>(Domain::UnitNoise, 0);
    for (position, expected) in [0, 1, 127, 128, 255, 1_000].into_iter().zip(expected) {
        normals.seek(position);
        let found = Scalar::as_f64(normals.sample());
        // Machines with other registers differ in the last bits.
        assert!(
            (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
            "number {position}: {found}"
        );
    }
}

#[test]
fn normal_values_are_stable() {
    values_are::<f32>([
        -0.018971680,
        -0.012612098,
        2.6864722,
        -0.009649977,
        -0.37338588,
        -1.7330039,
    ]);
    values_are::<f64>([
        -1.578308182643471,
        -0.46006241723968055,
        0.7279842198298554,
        -0.10443346829293203,
        -1.5538171140287982,
        0.052838729452345336,
    ]);
}

#[test]
fn debug_output_shows_the_position_and_not_the_key() {
    let mut normals = Streams::new(42).normals::<f64>(Domain::UnitNoise, 0);
    normals.seek(7);
    assert_eq!(
        format!("{normals:?}"),
        "StandardNormals { position: 7, .. }"
    );
}
