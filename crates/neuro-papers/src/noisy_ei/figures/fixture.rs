//! Made-up measurements that look like real ones, for the tests of figures and claims.

use neuro_core::{Domain, Streams};

use crate::Scale;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{
    Answers, Check, Course, DOMINANT, Embedding, Found, LEADING, Measured, Perturbed, Refined,
    Robustness, STRIDE, Slowed, Steady, Units, VERSION, Weights,
};

/// Units of a made-up network: the first half is excitatory.
const UNITS: usize = 40;

/// Normal numbers of a network; each index once.
struct Noise(Streams);

impl Noise {
    fn of<const N: usize>(&self, index: u64) -> [f64; N] {
        let mut numbers = [0.0; N];
        self.0.normals(Domain::Analysis, index).fill(&mut numbers);
        numbers
    }
}

/// Four networks of each group: with fewer than five channels seed 2 has not learned, without any
/// seed 0 neither, and seed 3 of the networks without noise diverged.
pub(in super::super) fn full() -> Vec<Measured> {
    let seeds = |group| (0..4).map(move |seed| network(group, seed));
    Group::ALL.into_iter().flat_map(seeds).collect()
}

/// Networks whose training diverged.
pub(in super::super) fn diverged() -> Vec<Measured> {
    let network = |group| Measured {
        learned: false,
        found: None,
        ended: "diverged".into(),
        ..network(group, 3)
    };
    Group::ALL.into_iter().map(network).collect()
}

fn network(group: Group, seed: u64) -> Measured {
    let noise = Noise(Streams::new(100 * seed + group.name().len() as u64));
    let channels = group.channels().count() as f64;
    let diverged = group == Group::Matching(Channels::None) && seed == 3;
    let failed = seed == 2 && channels < 5.0 || seed == 0 && channels == 0.0;
    let learned = !diverged && !failed && group != Group::FixedFast;
    let [jitter] = noise.of(1);
    let trials = match group {
        Group::Choice(_) => 300 + 10 * group.channels().count() as u64,
        _ if learned => 5000 + 700 * seed + (400.0 * jitter).abs() as u64,
        _ => 20_000,
    };
    let check = |k: u64| {
        let [jitter, other] = noise.of(1000 + k);
        let progress = 1.0 / (1.0 + (6.0 - 0.3 * k as f64).exp());
        Check {
            trial: 250 * k,
            loss: 10.0 - 5.0 * progress + 0.2 * jitter,
            accuracy: (0.5 + 0.48 * progress + 0.01 * other).clamp(0.0, 1.0),
        }
    };
    Measured {
        version: VERSION,
        group,
        seed,
        delay: group.delay(Scale::Paper),
        ended: if diverged { "diverged" } else { "ended" }.into(),
        learned,
        trials,
        cap: 20_000,
        learning: (1..40).map(check).collect(),
        found: (!diverged).then(|| found(group, seed, &noise)),
    }
}

fn found(group: Group, seed: u64, noise: &Noise) -> Found {
    let channels = group.channels().count() as f64;
    let inhibitory: Vec<bool> = (0..UNITS).map(|unit| unit >= UNITS / 2).collect();
    let time_constant = |unit: usize| {
        let [jitter] = noise.of(2000 + unit as u64);
        let mean = if inhibitory[unit] {
            52.0 + 4.0 * channels
        } else {
            39.0
        };
        (mean + 6.0 * jitter + seed as f64).clamp(20.0, 125.0)
    };
    let time_constants = (0..UNITS).map(time_constant).collect();
    let matching = matches!(group, Group::Matching(_));
    let context = matches!(group, Group::Context(_));
    let conditions = if group.delay(Scale::Paper).is_some() {
        4
    } else {
        2
    };
    let slowed: &[Slowed] = if group == Group::Matching(Channels::None) {
        &[Slowed::Nothing, Slowed::All, Slowed::Inhibitory]
    } else {
        &[Slowed::Nothing]
    };
    let delays = [250.0, 750.0, 1250.0].into_iter().enumerate();
    let robust = |(k, delay): (usize, f64)| Robustness {
        delay,
        trials: 100,
        accuracy: [
            0.85 - 0.08 * k as f64 + 0.006 * channels + 0.01 * seed as f64,
            0.7,
        ],
    };
    let steady = matching || context || group == Group::Delay50 || group == Group::Delay150;
    let sides = [true, false].map(|positive| state(positive, channels, noise));
    let embedded =
        group == Group::Matching(Channels::None) || group == Group::Matching(Channels::Ten);
    Found {
        units: Units {
            time_constants,
            inhibitory,
        },
        weights: Weights {
            connections: [900, 300],
            strengths: [Some(0.3 + 0.01 * seed as f64), (seed != 1).then_some(0.6)],
            silent: 150,
        },
        answers: slowed.iter().map(|s| answers(*s, conditions)).collect(),
        robustness: if matching {
            delays.map(robust).collect()
        } else {
            Vec::new()
        },
        steady: if steady { sides.to_vec() } else { Vec::new() },
        perturbed: if matching || context {
            perturbed(channels, noise)
        } else {
            Vec::new()
        },
        embedding: embedded.then(|| embedding(channels, noise)),
    }
}

fn answers(slowed: Slowed, conditions: usize) -> Answers {
    let course = |condition: usize| {
        let sign = if condition.is_multiple_of(3) {
            1.0
        } else {
            -1.0
        };
        let at = |k: usize| sign * 0.9 / (1.0 + (-(k as f64 - 105.0) / 5.0).exp());
        Course {
            mean: (0..170).map(at).collect(),
            deviation: vec![0.1; 170],
        }
    };
    Answers {
        slowed,
        trials: 100,
        accuracy: match slowed {
            Slowed::Nothing => [0.97, 0.98],
            Slowed::All => [0.51, 0.92],
            Slowed::Inhibitory => [0.8, 0.96],
        },
        loss: 6.2,
        courses: (0..conditions).map(course).collect(),
    }
}

fn state(positive: bool, channels: f64, noise: &Noise) -> Steady {
    let side = u64::from(positive);
    let mode = |k: usize| {
        let [jitter] = noise.of(3000 + 100 * side + k as u64 / 2);
        let real = -4.0 - 1.1 * k as f64 + 0.2 * channels + 0.1 * jitter;
        let turn = if k < 20 { 15.0 - 0.5 * k as f64 } else { 0.0 };
        let sign = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        [real, sign * turn, (0.2 + 0.015 * k as f64).min(1.0)]
    };
    let dominant = |unit: usize| unit.is_multiple_of(3);
    let rate = |unit: usize| if dominant(unit) { 0.17 } else { 0.02 };
    let course = |level: f64| -> Vec<f64> {
        let samples = (0..340).step_by(STRIDE);
        samples
            .map(|t| level * (1.0 - (-f64::from(t) / 40.0).exp()))
            .collect()
    };
    Steady {
        positive,
        trials: 50,
        size: 2.5,
        residual: 14.0,
        modes: (0..UNITS).map(mode).collect(),
        amplitudes: (0..UNITS)
            .map(|unit| if dominant(unit) { 0.3 } else { 0.1 * DOMINANT })
            .collect(),
        rates: (0..UNITS).map(rate).collect(),
        dominant_course: course(0.17 + 0.002 * channels),
        other_course: course(0.02),
        refined: positive.then_some(Refined {
            distance: 0.4,
            abscissa: -3.0,
        }),
    }
}

fn perturbed(channels: f64, noise: &Noise) -> Vec<Perturbed> {
    let mode = |k: usize| {
        let [jitter] = noise.of(4000 + k as u64);
        let accuracy = (0.8 + 0.01 * channels + 0.05 * jitter).clamp(0.0, 1.0);
        Perturbed {
            value: [-4.0 - k as f64, 0.0],
            participation: 0.3 + 0.05 * k as f64,
            units: 13,
            trials: 100,
            accuracy: [accuracy, accuracy],
        }
    };
    (0..LEADING).map(mode).collect()
}

fn embedding(channels: f64, noise: &Noise) -> Embedding {
    let point = |k: u64| {
        let (condition, step) = (k % 4, (k / 4) % 58);
        let time = 250.0 + 25.0 * step as f64;
        let [a, b, c] = noise.of(5000 + k);
        let first = if condition < 2 { 1.0 } else { -1.0 };
        let second = if condition % 2 == 0 { 1.0 } else { -1.0 };
        let late = f64::from(u8::from(time > 800.0));
        [
            condition as f64,
            time,
            0.01 * (time / 1000.0 + 0.1 * a),
            0.01 * (first + 0.1 * b),
            0.01 * (late * second + 0.1 * c),
        ]
    };
    Embedding {
        trials: 4,
        diffusion_time: 24,
        converged: true,
        memory: 1.0,
        conditions: 0.6 + 0.03 * channels,
        points: (0..4 * 58).map(point).collect(),
    }
}
