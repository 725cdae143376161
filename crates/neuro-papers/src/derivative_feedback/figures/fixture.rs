//! Made-up measurements that look like real ones, for the tests of figures and claims.

use std::f64::consts::{PI, TAU};

use crate::derivative_feedback::group::{DEPTHS, Group, Learned, Run, Site, Variant};
use crate::derivative_feedback::measured::{
    Activity, Course, Found, Homogeneous, Learning, Measured, Oscillation, Perturbed, PhasePlane,
    Ring, Stage, Sweep, Traces, Unlearned, VERSION,
};

/// Units of the rings.
pub(in super::super) const UNITS: usize = 16;

/// Stages of each run.
pub(in super::super) const STAGES: u64 = 9;

/// Runs of each group; seed 2 of the combined rule diverged.
pub(in super::super) const SEEDS: u64 = 4;

/// Four runs of each group.
pub(in super::super) fn full() -> Vec<Measured> {
    let seeds = |group| (0..SEEDS).map(move |seed| network(group, seed));
    Group::ALL.into_iter().flat_map(seeds).collect()
}

/// Runs of which a trial diverged.
pub(in super::super) fn diverged() -> Vec<Measured> {
    let network = |group| Measured {
        ended: "trial 17 diverged".into(),
        found: None,
        ..network(group, 0)
    };
    Group::ALL.into_iter().map(network).collect()
}

fn network(group: Group, seed: u64) -> Measured {
    let found = match group {
        Group::Homogeneous => Some(Found::Homogeneous(Box::new(homogeneous(seed)))),
        Group::Unlearned => Some(Found::Unlearned(Box::new(unlearned(seed)))),
        Group::Learning(run) if run.rule == Learned::Combined && seed == 2 => None,
        Group::Learning(run) => Some(Found::Ring(Box::new(ring(group, &run, seed)))),
    };
    Measured {
        version: VERSION,
        group,
        seed,
        ended: if found.is_some() {
            "completed"
        } else {
            "trial 3 diverged"
        }
        .into(),
        found,
    }
}

/// A number from 0 to 1 that looks random.
fn jitter(seed: u64, k: u64) -> f64 {
    let mixed = (seed * 31 + k * 17 + 7).wrapping_mul(2_654_435_761) % 1000;
    mixed as f64 / 1000.0
}

fn angles() -> Vec<f64> {
    (0..UNITS)
        .map(|k| -PI + TAU * k as f64 / UNITS as f64)
        .collect()
}

fn times() -> Vec<f64> {
    (0..=70).map(|k| 5.0 * f64::from(k)).collect()
}

fn traces(weight: f64) -> Traces {
    let rate = |input: f64, t: f64| {
        let (rise, decay) = (t.min(50.0), (t - 50.0).max(0.0));
        input / 500.0 * rise * ((weight - 1.002) * decay).exp()
    };
    let rates =
        [250.0, 500.0, 1000.0].map(|input| times().iter().map(|t| rate(input, *t)).collect());
    Traces {
        weight,
        rates: rates.into(),
    }
}

fn homogeneous(seed: u64) -> Homogeneous {
    let learning = |end: f64, sway: f64| Learning {
        weights: (0..100)
            .map(|k| {
                let t = f64::from(k);
                end - 0.1 * (-t / 15.0).exp() + sway * (t / 5.0).sin()
            })
            .collect(),
        rates: [50.0, 50.0 * (200.0 * (end - 1.0)).exp()],
        after: traces(end),
        repeated: [1.0, 0.7, 0.8]
            .map(|f| vec![10.0 * f; times().len()])
            .into(),
    };
    let sweep = |parameter: &str, values: &[f64], power: f64| Sweep {
        parameter: parameter.into(),
        trials: values
            .iter()
            .map(|v| [*v, 30.0 * v.powf(power) * (1.0 + 0.01 * jitter(seed, 1))])
            .collect(),
    };
    let mut field = Vec::new();
    for i in 0..=11 {
        for j in 0..=10 {
            let (r, w) = (5.0 * f64::from(j), 0.9 + 0.01 * f64::from(i));
            field.push([r, w, r * (w - 1.002), -1e-4 * r * r * (w - 1.002)]);
        }
    }
    Homogeneous {
        times: times(),
        before: [1.002, 1.0, 0.9].map(traces).into(),
        learning: vec![
            learning(1.002, 0.0),
            learning(1.002, 1e-4),
            learning(1.005, 1e-4),
            learning(0.997, 1e-4),
            learning(1.0, 5e-3),
        ],
        phase_plane: PhasePlane {
            field,
            course: (0..50)
                .map(|k| [f64::from(k), 0.9 + 0.002 * f64::from(k)])
                .collect(),
        },
        sweeps: vec![
            sweep("learning speed alpha", &[0.25, 0.5, 1.0, 2.0, 4.0], -1.0),
            sweep("inhibition w", &[0.25, 0.5, 1.0, 2.0, 4.0], 1.0),
            sweep("perturbation (%)", &[2.0, 5.0, 10.0, 30.0], 2.0),
            sweep("relative mean input", &[0.5, 1.0, 2.0], -1.5),
        ],
        homeostatic_sweeps: vec![
            sweep("divided by w", &[125.0, 500.0, 2000.0], 1.0),
            sweep("as printed", &[125.0, 500.0, 2000.0], 0.0),
        ],
        oscillations: [1e-5, 1e-4, 1e-3]
            .map(|alpha: f64| Oscillation {
                alpha,
                frequency: alpha.sqrt(),
                growth: 0.0,
                simulated: Some(0.99 * alpha.sqrt()),
                second_maximum: Some(1.0),
            })
            .into(),
        three_variables: vec![[20.0, 0.1], [80.0, 0.03], [320.0, 0.01]],
        invariant: 1e-10,
    }
}

/// How far a run has come from its perturbation, 0 to 1, and how uneven it is in the end.
fn outcome(run: &Run) -> (f64, f64) {
    let depth = f64::from(run.depth) / 100.0;
    let uneven = match (run.rule, run.site) {
        (Learned::Differential, Site::Pre) => 0.1,
        (Learned::Differential, _) => 0.05 + 40.0 * (depth - 0.1).max(0.0).powi(2) * 10.0,
        (Learned::Homeostatic, Site::Pre) => 2.0 * depth,
        _ => 0.3 * depth,
    };
    let uneven = match run.variant {
        Variant::Standard => uneven,
        _ => uneven + 0.5,
    };
    (1.0 - 0.1 * uneven, uneven)
}

fn stage(trial: u64, error: f64, uneven: f64, balance: f64, seed: u64) -> Stage {
    let noise = 0.004 * jitter(seed, trial);
    let ratios = [0.0, 1.0, 2.0, 3.0].map(|mode| 1.0 - (1.0 - balance) * (1.0 + 0.1 * mode));
    Stage {
        trial,
        error: error + noise,
        error_groups: vec![error; 8],
        selectivity: [3.3 * (1.05 - error), 3.3 * uneven],
        heterogeneity: Some(uneven + noise),
        ratios: ratios.into(),
        eigenvalue_ratios: vec![Some(ratios[0]), Some(ratios[1]), None],
        decay: ratios.map(|ratio| Some(1e-2 * (1.0 - ratio))).into(),
        silent: if uneven > 0.4 { 5 } else { 0 },
        peaks: [42.0, 38.0, 38.0 * (1.1 - error)],
        mean_rate: 19.7,
        drift: 0.1 * uneven,
        largest_drift: 0.3 * uneven,
        eigenvectors: vec![],
        purity: vec![],
    }
}

fn pattern() -> Vec<Vec<f64>> {
    let rate =
        |s: f64, x: f64| (34.0 * (x - s).cos()).max(0.0) + if x.abs() < 0.1 { 0.0 } else { 1.0 };
    let angles = angles();
    let of = |s: &f64| angles.iter().map(|x| rate(*s, *x)).collect();
    angles.iter().map(of).collect()
}

fn courses() -> Vec<Course> {
    let rates = |k: usize| (0..36).map(|_| pattern()[k].clone()).collect();
    [1, 5, 9]
        .map(|stimulus| Course {
            stimulus,
            rates: rates(stimulus),
        })
        .into()
}

fn ring(group: Group, run: &Run, seed: u64) -> Ring {
    let (recovered, uneven) = outcome(run);
    let at = |k: u64| {
        let learned = recovered * (1.0 - (-(k as f64) / 2.0).exp());
        let error = 0.04 + 0.9 * (1.0 - learned);
        let balance = 1.0 - 0.01 * f64::from(run.depth) * (1.0 - learned);
        let mut stage = stage(1000 * k, error, uneven, balance, seed);
        if group == super::WEAK {
            let wave = |n: usize| angles().iter().map(|x| (n as f64 * x).cos()).collect();
            stage.eigenvectors = (0..3).map(wave).collect();
            stage.purity = vec![0.99; 3];
        }
        stage
    };
    let shown = group.is_shown() || run.variant == Variant::PositiveFeedback;
    Ring {
        angles: angles(),
        baseline: 0.036,
        baseline_peak: 34.6,
        stages: (0..STAGES).map(at).collect(),
        largest_rate: 55.0 + 10.0 * jitter(seed, 5),
        at_ceiling: 0,
        selectivity: vec![3.3; UNITS],
        decoded: angles().iter().map(|s| [*s, 0.9 * s]).collect(),
        pattern: if shown { pattern() } else { vec![] },
        courses: if run.site == Site::Global && shown {
            courses()
        } else {
            vec![]
        },
    }
}

fn unlearned(seed: u64) -> Unlearned {
    let activity = |error: f64, uneven: f64| Activity {
        read: stage(0, error, uneven, 1.0 - error / 8.0, seed),
        pattern: pattern(),
        courses: courses(),
    };
    let all = Site::ALL
        .into_iter()
        .flat_map(|site| DEPTHS.map(|depth| (site, depth)));
    Unlearned {
        angles: angles(),
        imbalance: 1e-15,
        balanced: activity(0.036, 0.0),
        perturbed: all
            .map(|(site, depth)| Perturbed {
                site,
                depth,
                activity: activity(0.07 * f64::from(depth).min(13.0), 0.5),
            })
            .collect(),
    }
}
