//! Made-up measurements that look like real ones, for the tests of figures and claims.

use crate::sequential_memory::group::{Group, Model, Setting, Taught};
use crate::sequential_memory::measured::{
    Course, Energy, Found, Learned, Marker, Measured, Picture, Points, Recalled, Replayed, Search,
    Shown, Stage, Strength, Surface, VERSION, Visit,
};

/// Jobs of each group; seed 3 of LISEM diverged, seed 2 does not replay.
pub(in super::super) const SEEDS: u64 = 4;

/// Trials in a block of searches, and strengths of each.
pub(in super::super) const TRIALS: u64 = 5;
pub(in super::super) const RATIOS: [f64; 2] = [0.8, 4.9];

/// Four jobs of each group.
pub(in super::super) fn full() -> Vec<Measured> {
    let seeds = |group| (0..SEEDS).map(move |seed| job(group, seed));
    Group::ALL.into_iter().flat_map(seeds).collect()
}

/// Jobs of networks that diverged.
pub(in super::super) fn diverged() -> Vec<Measured> {
    let job = |group| Measured {
        ended: "state of the system is not finite after step 7".into(),
        found: None,
        ..job(group, 0)
    };
    Group::ALL.into_iter().map(job).collect()
}

fn job(group: Group, seed: u64) -> Measured {
    let found = match group {
        Group::Replay(setting) if setting.model() == Model::Lisem && seed == 3 => None,
        Group::Replay(setting) => Some(Found::Replay(Box::new(replayed(setting, seed)))),
        Group::Strengths(model) => Some(Found::Strengths(strengths(model, seed))),
        Group::Capacity(model, memories) => {
            Some(Found::Capacity(searches(model, memories.into(), seed)))
        }
        Group::Learning(taught) => Some(Found::Learning(Box::new(learned(taught, seed)))),
    };
    let ended = if found.is_some() {
        "completed"
    } else {
        "diverged"
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

fn course(setting: Setting, cue: usize, seed: u64) -> Course {
    let (first, cycle) = if cue < 3 { (0, 3) } else { (3, 4) };
    let replays = !setting.is_static() && setting != Setting::LisemPrinted && seed != 2;
    let dwell = match setting {
        Setting::Dsem => 12.0,
        Setting::DsemSlow => 53.0,
        _ => 90.0,
    } + jitter(seed, 1);
    let count = if replays { 20 } else { 1 };
    let visit = |k: usize| Visit {
        memory: first + (cue - first + k) % cycle,
        start: dwell * k as f64,
        end: dwell * (k as f64 + 0.9),
        peak: 0.99,
    };
    let rise = if setting.model() == Model::Dsem {
        0.8
    } else {
        6.0
    };
    Course {
        cue,
        cycle,
        duration: 20.0 * dwell,
        visits: (0..count).map(visit).collect(),
        in_order: true,
        foreign: 0.3 + 0.2 * jitter(seed, 2),
        on: 0.9,
        dwell: replays.then_some([dwell, 0.5]),
        rise: replays.then_some(rise + jitter(seed, 3)),
        last: 0.99,
    }
}

fn replayed(setting: Setting, seed: u64) -> Replayed {
    let courses = vec![course(setting, 0, seed), course(setting, 4, seed)];
    let visits = courses[1].visits.len();
    let whole = visits.saturating_sub(2);
    let slow = if setting == Setting::Dsem { 9.4 } else { 1.9 };
    Replayed {
        theory: (setting == Setting::Dsem).then_some(11.1),
        energy: Energy {
            identity: 1e-9,
            largest_descent: -1e-20,
            rising: 0.8,
            dwell_descent: Some(-1e-3),
            dwell_delay: Some(slow + 0.1 * jitter(seed, 4)),
            switch_share: (visits > 1).then_some(0.9),
            switch_time: 0.2,
            frozen_rise: -1e-17,
            tilt: [whole, whole, whole],
            parts: (setting.model() == Model::Lisem).then_some(1e-15),
        },
        points: Points {
            near: 0.7 + 0.1 * jitter(seed, 5),
            at_rest: 7,
            present: vec![0.4; 7],
            held: [whole, whole],
            lost: [visits - 1, visits - 1],
            leads: [visits - 1, visits - 1],
            delay_shares: vec![0.5, 0.3, 0.2],
        },
        convolution: 1e-4,
        same_winner: 0.999,
        shown: Some(shown(seed)),
        courses,
    }
}

fn surface() -> Surface {
    Surface {
        features: vec![0.0, 1.0, 2.0],
        delays: vec![0.0, 5.0],
        energy: vec![vec![-3.0, -1.0, -0.5], vec![-1.0, -2.0, -3.0]],
        course: vec![[0, 0], [1, 0], [1, 1], [1, 2]],
    }
}

fn shown(seed: u64) -> Shown {
    let times: Vec<f64> = (0..50).map(f64::from).collect();
    let overlap = |memory: usize| -> Vec<f64> {
        times
            .iter()
            .map(|t| (0.3 * t + memory as f64).sin())
            .collect()
    };
    let marker = |k: usize| Marker {
        time: k as f64,
        memory: k % 7,
        component: (k as f64).cos(),
        energy: -100.0 - jitter(seed, k as u64),
    };
    Shown {
        overlaps: (0..7).map(overlap).collect(),
        window: [10.0, 40.0],
        surface: surface(),
        components: times
            .iter()
            .map(|t| [*t, t.sin(), t.cos(), 0.9 * t.cos()])
            .collect(),
        markers: (0..70).map(marker).collect(),
        rates: times
            .iter()
            .map(|t| [*t, -t.sin(), -0.1, t.cos()])
            .collect(),
        times,
    }
}

fn strengths(model: Model, seed: u64) -> Vec<Strength> {
    let mut found = Vec::new();
    for features in [100, 400] {
        for ratio in [0.8, 0.9, 4.9, 34.3, 98.0] {
            let works = match model {
                Model::Lisem => ratio < 1.0 && (features == 400 || seed < 2),
                Model::Dsem => ratio > 1.0,
            };
            found.push(Strength {
                features,
                ratio,
                replayed: works,
                dwell: works.then_some(50.0 / ratio),
            });
        }
    }
    found
}

fn searches(model: Model, memories: usize, seed: u64) -> Vec<Search> {
    let mut found = Vec::new();
    for trial in TRIALS * seed..TRIALS * (seed + 1) {
        for ratio in RATIOS {
            let worse = if (ratio > 1.0) == (model == Model::Dsem) {
                1.0
            } else {
                1.3
            };
            let noise = 1.0 + 0.2 * (jitter(trial, memories as u64) - 0.5);
            let size = match model {
                Model::Lisem => 16.0 * memories as f64,
                Model::Dsem => 3.5 * (memories as f64).log2(),
            } * noise
                * worse;
            let size = (size < 500.0).then_some(size.round() as usize);
            found.push(Search {
                trial,
                ratio,
                size,
                tried: 12,
                peak: size.map(|_| 0.95),
                larger: size.map(|_| trial % 3 > 0),
            });
        }
    }
    found
}

fn learned(taught: Taught, seed: u64) -> Learned {
    let works = !matches!(taught, Taught::Printed | Taught::PrintedTime);
    let collided = seed == 2;
    let alike = if works { 0.97 } else { 0.5 };
    let winners = if collided {
        vec![18, 7, 7, 6]
    } else {
        vec![18, 7, 12, 6]
    };
    let stage = |epoch: u64| {
        let progress = epoch as f64 / 100.0;
        let whole = works && !collided && epoch == 100;
        let visit = |k: usize| Visit {
            memory: k % 4,
            start: 18.0 * k as f64,
            end: 18.0 * k as f64 + 15.0,
            peak: 0.99,
        };
        Stage {
            epoch,
            own: vec![if epoch > 0 { alike } else { 0.3 }; 4],
            basins: if collided { 3 } else { 4 },
            tilt: 0.1 + 40.0 * progress * progress,
            next_gains: if whole { 4 } else { 1 },
            timing_share: [0.1, 1.0],
            recall: Recalled {
                visits: (0..if whole { 16 } else { 1 }).map(visit).collect(),
                in_order: true,
                dwell: whole.then_some(18.0),
            },
        }
    };
    let link = |from: usize, to: usize| match (to + 4 - from) % 4 {
        1 => 1.5,
        2 if taught == Taught::Carried => 1.0,
        2 => 0.2,
        _ => -0.8,
    };
    Learned {
        cosines: vec![alike; 4],
        lengths: (0..20)
            .map(|k| if winners.contains(&k) { 45.0 } else { 20.0 })
            .collect(),
        block: (0..4)
            .map(|from| (0..4).map(|to| link(from, to)).collect())
            .collect(),
        memories_range: [-5.0, 5.0],
        transitions_range: [-0.8, 1.5],
        stages: [0, 10, 70, 100].map(stage).into(),
        picture: (taught == Taught::Standard).then(|| Picture {
            surfaces: vec![surface(); 4],
            memories: (0..20).map(|k| vec![jitter(seed, k); 30]).collect(),
            transitions: (0..20).map(|k| vec![jitter(seed, k) - 0.5; 20]).collect(),
            times: vec![0.0, 1.0, 2.0],
            overlaps: vec![vec![0.9, 0.5, 0.1]; 4],
        }),
        winners,
    }
}
