//! The supplement, and runs with other constants than the paper's.

use super::local::pattern;
use super::sheet::{Quantity, Sheet, or_nan, rings};
use super::weights::{DEPTH, ERROR, TRIAL, UNEVEN};
use super::{BACKGROUNDS, POSITIVE, SPEEDS, WEAK, sweep};
use crate::derivative_feedback::group::{Group, Learned, Site};
use crate::derivative_feedback::measured::{Measured, Stage};
use crate::study::Drawn;
use crate::{Error, Panel};

/// Rates of decay per second.
const DECAY: [Quantity<'_>; 3] = [
    ("mode 0", 0, |stage| 1e3 * or_nan(stage.decay[0])),
    ("mode 1", 1, |stage| 1e3 * or_nan(stage.decay[1])),
    ("mode 2", 2, |stage| 1e3 * or_nan(stage.decay[2])),
];

/// Supplement 1: decay of modes over trials; eigenvectors before, half-way and after.
pub(super) fn figure_s1(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("S1")?;
    let runs = rings(networks, &[WEAK]);
    let panel = Panel::new(
        &sheet.title("A", "Decay of modes"),
        TRIAL,
        "1 / time constant (1/s)",
    );
    sheet.over_trials("A", panel.horizontal("", 0.0), &runs, &DECAY, false)?;
    if let Some((network, ring)) = runs.first() {
        let stages = &ring.stages;
        let shown = [
            &stages[0],
            &stages[stages.len() / 2],
            &stages[stages.len() - 1],
        ];
        for stage in shown {
            let words = format!("Eigenvectors, trial {}, seed {}", stage.trial, network.seed);
            let title = sheet.title("B", &words);
            let panel = Panel::new(&title, "Unit (rad)", "Real part");
            let vectors = stage.eigenvectors.iter().enumerate();
            let curves = vectors.map(|(k, vector)| {
                let points = ring.angles.iter().copied().zip(vector.iter().copied());
                let name = ["first", "third", "fifth"][k.min(2)];
                (*network, name.to_string(), k, points.collect())
            });
            sheet.curves(&format!("B, trial {}", stage.trial), panel, curves)?;
        }
    }
    Ok(sheet.drawn(2))
}

/// Supplement 2.
pub(super) fn figure_s2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("S2")?;
    for (letter, site) in [("A", Site::Post), ("B", Site::Pre)] {
        let group = Group::learning(Learned::Combined, site, 30);
        pattern(&mut sheet, networks, letter, group)?;
    }
    for (letter, site) in [("C", Site::Post), ("D", Site::Pre)] {
        let runs = rings(networks, &sweep(Learned::Combined, site));
        let title = sheet.title(letter, &format!("combined, {}", site.label()));
        let panel = Panel::new(&title, DEPTH, "Error, sd / mean");
        sheet.over_depths(letter, panel, &runs, &[ERROR, UNEVEN], true)?;
    }
    Ok(sheet.drawn(2))
}

/// Errors of the eight groups of stimuli.
const GROUPS: [Quantity<'_>; 8] = [
    ("-π to -3π/4", 0, |stage| group(stage, 0)),
    ("-3π/4 to -π/2", 1, |stage| group(stage, 1)),
    ("-π/2 to -π/4", 2, |stage| group(stage, 2)),
    ("-π/4 to 0", 3, |stage| group(stage, 3)),
    ("0 to π/4", 4, |stage| group(stage, 4)),
    ("π/4 to π/2", 5, |stage| group(stage, 5)),
    ("π/2 to 3π/4", 6, |stage| group(stage, 6)),
    ("3π/4 to π", 7, |stage| group(stage, 7)),
];

fn group(stage: &Stage, k: usize) -> f64 {
    or_nan(stage.error_groups.get(k).copied())
}

/// Supplement 3: the network is ours, since the paper does not give its own.
pub(super) fn figure_s3(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("S3")?;
    for (letter, group) in ["A", "B", "C"].into_iter().zip(POSITIVE) {
        let Group::Learning(run) = group else {
            continue;
        };
        let runs = rings(networks, &[group]);
        let title = sheet.title(letter, &run.label());
        let panel = Panel::new(&title, TRIAL, "Decoding error");
        sheet.over_trials(letter, panel, &runs, &GROUPS, false)?;
    }
    for (letter, group) in ["D", "E", "F"].into_iter().zip(POSITIVE) {
        pattern(&mut sheet, networks, letter, group)?;
    }
    Ok(sheet.drawn(3))
}

/// How fast the rules may be.
pub(super) fn speeds(networks: &[&Measured]) -> Result<Drawn, Error> {
    let balance: Quantity<'_> = ("balance of mode 0", 2, |stage| stage.ratios[0]);
    let mut sheet = Sheet::new("")?;
    for group in SPEEDS {
        let runs = rings(networks, &[group]);
        let panel = Panel::new(group.name(), TRIAL, "Error, sd / mean, balance");
        let quantities = [ERROR, UNEVEN, balance];
        sheet.over_trials(group.name(), panel, &runs, &quantities, true)?;
    }
    Ok(sheet.drawn(3))
}

/// Homeostasis with both backgrounds of the stimulus: balance, and growth in the delay.
pub(super) fn background(networks: &[&Measured]) -> Result<Drawn, Error> {
    let quantities: [Quantity<'_>; 2] = [
        ("balance of mode 0", 0, |stage| stage.ratios[0]),
        ("largest rate, end of delay by 1 s", 1, |stage| {
            stage.peaks[2] / stage.peaks[1]
        }),
    ];
    let mut sheet = Sheet::new("")?;
    for group in BACKGROUNDS {
        let runs = rings(networks, &[group]);
        let panel = Panel::new(group.name(), TRIAL, "Ratio").horizontal("", 1.0);
        sheet.over_trials(group.name(), panel, &runs, &quantities, false)?;
    }
    Ok(sheet.drawn(2))
}
