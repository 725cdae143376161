//! Made-up measurements that look like real ones, for the tests of figures and claims.

use crate::spiking_rls::group::{Group, Kind};
use crate::spiking_rls::measured::{
    Balanced, Batch, Ceiling, Cortical, Found, Heterogeneity, Learned, Lesion, Loop, Measured,
    QuasiStatic, Reliability, Stage, Test, Theory, Traces, VERSION,
};

/// Networks of each group; training of seed 2 of the rate units broke off.
pub(in super::super) const SEEDS: u64 = 4;

/// Loops of each network.
pub(in super::super) const LOOPS: u64 = 30;

/// Four networks of each group.
pub(in super::super) fn full() -> Vec<Measured> {
    let seeds = |group| (0..SEEDS).map(move |seed| network(group, seed));
    Group::ALL.into_iter().flat_map(seeds).collect()
}

/// Networks whose training broke off.
pub(in super::super) fn broken_off() -> Vec<Measured> {
    let network = |group| Measured {
        ended: "unit 3: r P r is -1, the inverse correlation P is not positive any more".into(),
        found: None,
        ..network(group, 0)
    };
    Group::ALL.into_iter().map(network).collect()
}

fn network(group: Group, seed: u64) -> Measured {
    let found = match group {
        Group::Single(Kind::RateUnits) if seed == 2 => None,
        Group::Single(Kind::Heterogeneity) => Some(Found::Heterogeneity(heterogeneity(seed))),
        Group::Single(Kind::Theory) => Some(Found::Theory(theory())),
        _ => Some(Found::Learned(Box::new(learned(group, seed)))),
    };
    let ended = if found.is_some() {
        "completed"
    } else {
        "P lost its positivity"
    };
    Measured {
        version: VERSION,
        group,
        seed,
        ended: ended.into(),
        found,
    }
}

/// A number from 0 to 1 that looks random.
fn jitter(seed: u64, k: u64) -> f64 {
    let mixed = (seed * 31 + k * 17 + 7).wrapping_mul(2_654_435_761) % 1000;
    mixed as f64 / 1000.0
}

/// What a group's networks reach in single trials: the paper's errors, and some failures.
fn reached(group: Group) -> f64 {
    match group {
        Group::Random(percent) => 0.2 + 0.7 * (f64::from(percent) / 40.0).min(1.0),
        Group::Amplitude(1) => 0.3,
        Group::Amplitude(hundredths) => 0.8 + 0.01 * f64::from(hundredths),
        Group::Coupling(strength, tau) => 0.1 * f64::from(strength) + 0.003 * f64::from(tau),
        Group::Cortical(percent) => 0.7 + 0.25 * (f64::from(percent) / 200.0).min(1.0),
        Group::Scan(units, tau, target) => {
            let (n, tau, target) = (f64::from(units), f64::from(tau), f64::from(target));
            1.0 / (1.0 + 0.2 * (tau / target).powi(2) + 500.0 / (n * tau)).sqrt()
        }
        Group::Length(units, length, target) => {
            let load = f64::from(length) / f64::from(target) / f64::from(units);
            1.0 / (1.0 + 4.0 * load)
        }
        Group::Size(units) => 1.0 - 20.0 / f64::from(units),
        Group::Single(Kind::NoiseLow | Kind::Balanced | Kind::SinesBrief) => 0.4,
        Group::Single(Kind::NoiseMedium | Kind::SinesWeak | Kind::ProductsFew) => 0.65,
        Group::Single(Kind::SinesRate | Kind::RateBrief) => 0.7,
        Group::Single(_) => 0.92,
    }
}

fn test(group: Group, pattern: usize, score: f64, seed: u64) -> Test {
    let silent = group == Group::Amplitude(1) && seed == 1;
    let single = |k: u64| (!silent).then(|| score - 0.01 * jitter(seed, k));
    Test {
        pattern,
        training: score.max(0.8),
        single: (0..3).map(single).collect(),
        averaged: (!silent).then_some(0.5 * (1.0 + score)),
        other: Some(0.05),
        rate: if silent { 0.0 } else { 9.0 + jitter(seed, 3) },
        silent: if silent { 3 } else { 0 },
        constant: if silent { 30 } else { 0 },
        reset: (!silent).then_some(1.0 - score),
        spike_agreement: (!silent).then_some(score - 0.1),
    }
}

fn traces(label: &str) -> Traces {
    let wave = |k: usize| -> Vec<f64> {
        (0..20)
            .map(|t| (f64::from(t) * 0.3 + k as f64).sin())
            .collect()
    };
    Traces {
        label: label.into(),
        step: 5.0,
        targets: (0..4).map(wave).collect(),
        traces: (0..4).map(wave).collect(),
        predicted: if label.contains("quasi") {
            (0..4).map(wave).collect()
        } else {
            vec![]
        },
        spikes: (0..50)
            .map(|k| [f64::from(k) * 2.0, f64::from(k % 17)])
            .collect(),
    }
}

const LABELS: [&str; 13] = [
    "untrained",
    "loop 1",
    "last loop",
    "test",
    "test, trial 2",
    "test 2",
    "test 2, trial 2",
    "quasi-static drive",
    "quasi-static rate (Hz)",
    "without 5 %",
    "without 10 %",
    "without 40 %",
    "voltage",
];

fn learned(group: Group, seed: u64) -> Learned {
    let score = reached(group) - 0.01 * jitter(seed, 1);
    let is_rate = matches!(
        group,
        Group::Single(
            Kind::SinesRate | Kind::UnconnectedRate | Kind::UnconnectedUngated | Kind::TwoRate
        )
    );
    let speed = if is_rate { 10.0 } else { 0.5 };
    let so_far = |k: u64| 1.0 - (-(k as f64) / speed).exp();
    let loops = (1..=LOOPS).map(|k| Loop {
        pattern: (k % 2) as usize,
        correlation: score * so_far(k),
        weight_change: 1.1 * so_far(k),
        error: 0.1,
        trained: if is_rate { 0.6 } else { 1.0 },
        rate: 10.0,
        constant: 0,
    });
    let stage = |k: u64| Stage {
        loops: k,
        training: score * so_far(k),
        single: Some(0.9 * score * so_far(k)),
        averaged: Some(score * so_far(k)),
        spike_agreement: Some(score * so_far(k)),
    };
    let two = matches!(group, Group::Single(Kind::Two | Kind::TwoRate));
    let patterns = if two { 2 } else { 1 };
    let lesion = |share: f64, score: f64| Lesion {
        share,
        test: test(group, 0, score, seed),
    };
    let lesions = match group {
        Group::Cortical(_) => vec![lesion(0.5, 0.8 * score), lesion(1.0, 0.5 * score)],
        Group::Single(Kind::Products | Kind::Chaotic | Kind::Process) => vec![
            lesion(0.05, 0.97 * score),
            lesion(0.1, 0.85 * score),
            lesion(0.4, 0.05),
        ],
        _ => vec![],
    };
    let units = match group {
        Group::Size(units) => units.into(),
        _ => 200,
    };
    Learned {
        units,
        loops: loops.collect(),
        weight_size: 100.0 / units as f64,
        untrained: Some(test(group, 0, 0.05, seed)),
        stages: [1, 5, 20].map(stage).into(),
        tests: (0..patterns).map(|k| test(group, k, score, seed)).collect(),
        ceiling: is_rate.then_some(Ceiling {
            single: Some(0.75),
            averaged: Some(0.95),
        }),
        quasi_static: Some(QuasiStatic {
            drive_single: 0.85,
            drive_averaged: 0.95,
            rate: 0.92,
            trials: 20,
        }),
        lesions,
        balanced: is_balanced(group).then(|| balanced(group, score, seed)),
        cortical: matches!(group, Group::Cortical(_)).then(|| cortical(group)),
        traces: LABELS.map(traces).into(),
    }
}

fn is_balanced(group: Group) -> bool {
    matches!(
        group,
        Group::Coupling(..)
            | Group::Single(
                Kind::Balanced | Kind::BalancedStrong | Kind::BalancedSchur | Kind::BalancedMask
            )
    )
}

fn balanced(group: Group, score: f64, seed: u64) -> Balanced {
    let reliability = |level: f64, radius: f64| Reliability {
        between_trials: level,
        split_half: level,
        within: level,
        outside: 0.05,
        deviation: (0..300)
            .map(|k| match k {
                0..20 => 0.0,
                20..200 => (1.0 - level) * (f64::from(k - 20) / 20.0).min(1.0),
                _ => 1.0,
            })
            .collect(),
        deleted_at: 200.0,
        deletions: 5,
        eigenvalues: (0..100)
            .map(|k| {
                let (r, a) = (radius * f64::from(k % 10 + 1) / 10.0, f64::from(k));
                [r * a.cos(), r * a.sin()]
            })
            .collect(),
    };
    let quasi = match group {
        Group::Coupling(strength, tau) => 0.1 * f64::from(strength) + 0.002 * f64::from(tau),
        _ => 0.72,
    };
    Balanced {
        quasi_static: quasi,
        innate_rate: 10.0,
        before: reliability(0.02 + 0.01 * jitter(seed, 9), 1.03),
        after: reliability(score, 0.91),
        excluded: 0.19,
        sign_changes: 0,
    }
}

fn cortical(group: Group) -> Cortical {
    let rates = |shift: f64| -> Vec<Vec<f64>> {
        let row = |i: usize| {
            (0..30).map(move |t| 10.0 + 5.0 * (0.2 * f64::from(t) + i as f64 + shift).sin())
        };
        (0..12).map(|i| row(i).collect()).collect()
    };
    let shown = matches!(group, Group::Cortical(0 | 200));
    let ratio = match group {
        Group::Cortical(percent) => f64::from(percent) / 100.0,
        _ => 0.0,
    };
    Cortical {
        neurons: 12,
        ratio,
        step: 50.0,
        data: if shown { rates(0.0) } else { vec![] },
        model: if shown { rates(0.1) } else { vec![] },
    }
}

fn heterogeneity(seed: u64) -> Heterogeneity {
    let shares = [0.0, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0];
    let group = Group::Single(Kind::Process);
    Heterogeneity {
        units: 200,
        ranks: shares.map(|s| [s, 0.01 + 0.99 * s]).into(),
        dimensions: shares.map(|s| [s, 1.0 + 20.0 * s + jitter(seed, 2)]).into(),
        capacity: [0.25, 0.5, 1.0, 2.0, 4.0]
            .map(|load| [load, if load <= 1.0 { 1e-4 } else { 1.0 - 1.0 / load }])
            .into(),
        batch: [1e-6, 1.0]
            .map(|regularization| Batch {
                regularization,
                solved: 0.99,
                test: test(group, 0, 0.1, seed),
            })
            .into(),
        recursive: test(group, 0, 0.85, seed),
    }
}

fn theory() -> Theory {
    let ratios = [0.05, 0.1, 0.2, 0.5];
    Theory {
        density: [0.05, 0.2, 1.0, 3.0].map(|x| [x, 0.01]).into(),
        tracking: ratios.map(|r| [r, 0.5 * r]).into(),
        variance: [2.0, 5.0, 10.0, 20.0]
            .map(|r| [r, 1.01, 1.1 + 0.02 * r])
            .into(),
    }
}
