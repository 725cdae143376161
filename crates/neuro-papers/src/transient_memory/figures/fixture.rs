//! Made-up measurements that look like real ones, for the tests of figures.

use std::f64::consts::{PI, TAU};

use neuro_core::{Domain, Streams};

use crate::Scale;
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{
    Attractor, Behaviour, Bin, Check, Code, Convergence, Found, HISTOGRAM, Kind, Measured, Point,
    Points, Robustness, Stage, VERSION,
};

/// Normal numbers of a network; each index once.
struct Noise(Streams);

impl Noise {
    fn of<const N: usize>(&self, index: u64) -> [f64; N] {
        let mut numbers = [0.0; N];
        self.0.normals(Domain::Analysis, index).fill(&mut numbers);
        numbers
    }
}

/// Three networks of each group: seed 0 of the low kind, seed 1 of the high kind, and seed 2 between
/// them, or, in the group without noise, diverged.
pub(in super::super) fn full() -> Vec<Measured> {
    let seeds = |group| (0..3).map(move |seed| network(group, seed));
    Group::ALL.into_iter().flat_map(seeds).collect()
}

/// Networks whose training diverged.
pub(in super::super) fn diverged() -> Vec<Measured> {
    let network = |group| Measured {
        found: None,
        ..network(group, 2)
    };
    Group::ALL.into_iter().map(network).collect()
}

fn network(group: Group, seed: u64) -> Measured {
    let noise = Noise(Streams::new(100 * seed + group as u64));
    let diverged = group == Group::Plain && seed == 2;
    let check = |k: u64| {
        let [jitter, other] = noise.of(1000 + k);
        let learned = 1.0 - (-(k as f64) / (6.0 + 3.0 * seed as f64)).exp();
        Check {
            update: 250 * k,
            loss: 0.69 * (1.0 - 0.93 * learned) * (0.1 * jitter).exp(),
            accuracy: (0.5 + 0.48 * learned + 0.01 * other).min(1.0),
        }
    };
    let checks = if diverged { 1..12 } else { 1..49 };
    Measured {
        version: VERSION,
        group,
        seed,
        ended: if diverged { "diverged" } else { "completed" }.into(),
        learning: checks.map(check).collect(),
        found: (!diverged).then(|| found(group, seed, &noise)),
    }
}

fn found(group: Group, seed: u64, noise: &Noise) -> Found {
    let norm = [3.4, 14.0, 7.5][seed as usize % 3] * (1.0 + 0.05 * group as u64 as f64);
    Found {
        behaviour: behaviour(group, norm, noise),
        code: code(group, norm, noise),
        attractor: attractor(norm),
        stages: stages(group, norm),
        points: points(norm, noise),
        robustness: robustness(group, norm),
    }
}

fn behaviour(group: Group, norm: f64, noise: &Noise) -> Behaviour {
    let bin = |k: i32| {
        let mean = f64::from(k) * 0.2;
        let chosen = 1.0 / (1.0 + (-(4.0 + 0.1 * norm) * mean).exp());
        Bin {
            from: mean - 0.1,
            to: mean + 0.1,
            mean,
            trials: 200,
            chosen: [chosen, (chosen - 0.05).max(0.0), (chosen + 0.05).min(1.0)],
            correct: chosen.max(1.0 - chosen),
        }
    };
    let robust = if group == Group::Noise { 1.0 } else { 4.0 };
    let sigma = |k: i32| f64::from(k) * 0.02;
    let drop = |s: f64| [s, 0.98 - robust * s * s / (1.0 + 0.2 * norm)];
    let end = |k: u64| {
        let [a, b, c, d] = noise.of(k);
        [2.0 * d + 0.3 * a, 0.8 * b, 0.5 * d * d - 1.0 + 0.2 * c, d]
    };
    Behaviour {
        trials: 2000,
        far_trials: 1100,
        accuracy_far: 0.98,
        accuracy_near: 0.8,
        threshold: Some(0.02),
        rises: true,
        bins: (-12..=12).map(bin).collect(),
        noise: (0..=8).map(sigma).map(drop).collect(),
        plane_accuracy: 0.97,
        gradient: 0.85,
        ends: (2000..2150).map(end).collect(),
    }
}

fn code(group: Group, norm: f64, noise: &Noise) -> Code {
    let [signal, delay, second] = group.config(Scale::Paper).test_steps();
    let (low, high) = match group {
        Group::Velocity => (-0.15, 0.15),
        Group::NoiseSd => (0.0, 0.5),
        _ => (1.0, 5.0),
    };
    let state = |quantity: f64, slope: f64, [a, phase]: [f64; 2]| {
        let place = (quantity - low) / (high - low);
        let radius = norm * (1.1 - slope * place) * (1.0 + 0.04 * a);
        let (sine, cosine) = (2.0 * phase).sin_cos();
        let third = 0.2 * norm * (place - 0.5) + 0.05 * a;
        [
            quantity,
            radius * cosine,
            0.8 * radius * sine,
            third,
            radius,
        ]
    };
    let slope = if norm > 6.0 { 0.05 } else { 0.7 };
    let spread = |k: u64| low + (high - low) * k as f64 / 49.0;
    let ends = (0..50).map(|k| state(spread(k), slope, noise.of(3000 + k)));
    let starts = (0..50).map(|k| state(spread(k), 0.15, noise.of(4000 + k)));
    let ring = |k: u64| {
        let (quantity, phase) = ([1.5, 3.0, 4.5][k as usize % 3], PI * (k / 3) as f64 / 40.0);
        let [_, _, _, _, radius] = state(quantity, slope, noise.of(5000 + k));
        let (sine, cosine) = (2.0 * phase + quantity).sin_cos();
        [quantity, phase, radius * cosine, radius * sine, radius]
    };
    let arrow = |k: u64| {
        let quantity = [1.5, 2.0, 2.5, 3.5, 4.0, 4.5][k as usize % 6];
        let [_, _, _, _, radius] = state(quantity, slope, noise.of(6000 + k));
        let [jitter] = noise.of(7000 + k);
        [
            quantity,
            radius,
            0.3 * (radius / norm - 0.75) + 0.03 * jitter,
        ]
    };
    let trace = |unit: u64| {
        let wave =
            |t: usize| (TAU * t as f64 / 30.0 + unit as f64).sin() * (1.0 + 0.2 * unit as f64);
        (1..=signal + delay + second).map(wave).collect()
    };
    Code {
        trials: 500,
        norm,
        norm_end: 0.95 * norm,
        norm_end_sd: 0.1 * norm,
        start: [-0.42, -0.4],
        end: if norm > 6.0 {
            [0.1, 0.12]
        } else {
            [-0.93, -0.95]
        },
        along: (0..=delay)
            .map(|k| -0.4 - 0.5 * slope * k as f64 / delay as f64)
            .collect(),
        decoded: [0.9, 0.92],
        nuisance_decoded: Some([0.7, 0.3]),
        ring_share: 0.9,
        ring_falls: true,
        three_components: 0.96,
        participation: 2.3,
        shift: 0.8,
        third_component: 0.7,
        least_speed: 0.3,
        speed: 0.6,
        mean_stationarity: 0.08,
        starts: starts.collect(),
        ends: ends.collect(),
        ring: (0..120).map(ring).collect(),
        arrows: (0..60).map(arrow).collect(),
        shifts: (0..60)
            .map(|k| {
                let [q, norm, step] = arrow(k);
                [q, norm, 20.0 * step]
            })
            .collect(),
        traces: (0..8).map(trace).collect(),
        mean_trace: trace(3).iter().map(|x| 0.05 * x).collect(),
    }
}

fn attractor(norm: f64) -> Attractor {
    let period = if norm > 10.0 { 9.3 } else { 31.0 };
    let trajectory = |k: usize| {
        let state = |t: usize| {
            let radius = norm * (1.2 - (0.3 + 0.25 * k as f64) * (-(t as f64) / 120.0).exp());
            let (sine, cosine) = (TAU * t as f64 / period).sin_cos();
            [
                radius * cosine,
                0.8 * radius * sine,
                0.2 * radius * (2.0 * sine * cosine + 0.3),
            ]
        };
        (0..500).map(state).collect()
    };
    Attractor {
        kind: Kind::Cycle,
        reason: None,
        periods: vec![30.0],
        period: Some(period),
        norm: 1.2 * norm,
        speed: TAU * 1.2 * norm / period,
        symmetric: Some(true),
        one_cycle: Some(true),
        lyapunov: vec![0.0, -0.02],
        convergence: Convergence {
            mean: Some(250.0 + 5.0 * norm),
            converged: 100,
            trials: 100,
            of_mean: Some(240.0),
            floor: Some(0.002),
        },
        trajectories: (0..3).map(trajectory).collect(),
    }
}

fn stages(group: Group, norm: f64) -> Vec<Stage> {
    let stage = |update: &u64| {
        let learned = 1.0 - (-(*update as f64) / 1800.0).exp();
        let early = *update < 1500;
        Stage {
            update: *update,
            accuracy: 0.5 + 0.48 * learned,
            kind: if early { Kind::FixedPoint } else { Kind::Cycle },
            period: (!early).then_some(30.0),
            norm: norm * learned,
            convergence: (*update != 6000).then_some(60.0 + (200.0 + 8.0 * norm) * learned),
        }
    };
    group.stages(Scale::Paper).iter().map(stage).collect()
}

fn points(norm: f64, noise: &Noise) -> Points {
    let point = |k: u64| {
        let [a, b, c] = noise.of(8000 + k);
        Point {
            fixed: k < 4,
            speed: if k < 4 { 1e-9 } else { 0.01 },
            norm,
            origin: k == 0,
            unstable: if k % 4 == 3 { 0 } else { 2 },
            least_eigenvalue: 0.05,
            components: [0.4 * norm * a, 0.4 * norm * b, 0.2 * c],
        }
    };
    Points {
        starts: 100,
        points: (0..12).map(point).collect(),
        approach: Some(0.3),
        trajectory: attractor(norm).trajectories[0][..31].to_vec(),
    }
}

fn robustness(group: Group, norm: f64) -> Robustness {
    let noisy = f64::from(u8::from(group == Group::Noise));
    let after = |value: &dyn Fn(f64) -> f64| (0..=20).map(|k| value(f64::from(k))).collect();
    let rate = 4.0 + 0.8 * noisy + 0.1 * norm;
    let (low, high, bins) = HISTOGRAM;
    let count = |k: usize| {
        let at = low + (high - low) * (k as f64 + 0.5) / bins as f64;
        (300.0 * (-((at - 0.95 + 0.08 * noisy) / 0.35).powi(2)).exp()) as usize
    };
    Robustness {
        copies: 600,
        ten_components: after(&|t| 1.0 - 0.9 * (-t / rate).exp()),
        dimension: after(&|t| 4.0 + 190.0 * (-t / rate).exp()),
        distance: after(&|t| 0.25 + 0.75 * (-t / rate).exp()),
        mean_real: -0.11 - 0.06 * noisy - 0.005 * norm,
        positive: 0.33 - 0.1 * noisy,
        expanding: 0.01,
        exp_above_one: 0.25 - 0.08 * noisy,
        exp_negative: 0.03,
        histogram: (0..bins).map(count).collect(),
    }
}
