//! Figure 4.

use super::panels::{
    NETWORK, PREDICTED, Quantity, TARGET, learned, map, over_loops, raster, scores, traces,
};
use crate::spiking_rls::group::{COUPLINGS, Group, Kind};
use crate::spiking_rls::measured::{Balanced, DEVIATION_STEP, Measured, Reliability};
use crate::study::{Drawn, Sheet};
use crate::{Error, Panel};

const SHOWN: [(&str, Kind); 2] = [
    ("stimulus 2", Kind::Balanced),
    ("stimulus 10", Kind::BalancedStrong),
];

/// Networks with what was measured on balanced ones.
fn balanced<'a>(networks: &[&'a Measured], group: Group) -> Vec<(&'a Measured, &'a Balanced)> {
    let all = learned(networks, &[group]).into_iter();
    all.filter_map(|(network, found)| Some((network, found.balanced.as_ref()?)))
        .collect()
}

/// Deviation after a deleted spike, before and after training.
fn deviations(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    all: &[(&Measured, &Balanced)],
) -> Result<(), Error> {
    let of = |reliability: &Reliability| {
        let deviation = reliability.deviation.iter().enumerate();
        let points = deviation.map(|(k, d)| (k as f64 * DEVIATION_STEP, *d));
        points.collect::<Vec<_>>()
    };
    let mut curves = Vec::new();
    for (network, found) in all {
        curves.push((*network, "untrained".to_string(), TARGET, of(&found.before)));
        curves.push((*network, "trained".to_string(), PREDICTED, of(&found.after)));
    }
    let panel = Panel::new(
        &sheet.title(letter, title),
        "Time after the stimulus (ms)",
        "Phase deviation (rad)",
    );
    let deleted = all.first().map_or(0.0, |(_, found)| found.after.deleted_at);
    let panel = panel.vertical("spike deleted", deleted);
    let panel = panel.vertical("end of the trained window", 10.0 * deleted);
    sheet.curves(letter, panel, curves)
}

/// Eigenvalues of the first network, and moduli of all.
fn spectra(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    all: &[(&Measured, &Balanced)],
) -> Result<(), Error> {
    let Some((network, found)) = all.first() else {
        return Ok(());
    };
    let mut plane = Panel::new(
        &sheet.title(letter, &format!("{title}, seed {}", network.seed)),
        "Real part",
        "Imaginary part",
    );
    let places: Vec<f64> = (0..=100).map(|k| f64::from(k) * 0.0628).collect();
    let circle: [Vec<f64>; 2] = [
        places.iter().map(|a| a.cos()).collect(),
        places.iter().map(|a| a.sin()).collect(),
    ];
    for (name, colour, reliability) in [
        ("untrained", TARGET, &found.before),
        ("trained", PREDICTED, &found.after),
    ] {
        let values = &reliability.eigenvalues;
        let (x, y): (Vec<f64>, Vec<f64>) = values.iter().map(|w| (w[0], w[1])).unzip();
        plane = plane.scatter(name, &x, &y).in_colour(colour);
        sheet.note(*network, letter, name, x.into_iter().zip(y))?;
    }
    sheet.push(
        plane
            .line("", &circle[0], &circle[1])
            .in_colour(NETWORK)
            .thin()
            .equal_units(),
    );
    let letter = format!("{letter}, moduli");
    let mut panel = Panel::new(&sheet.title(&letter, title), "|eigenvalue|", "Eigenvalues");
    for (name, colour, reliability) in [
        ("untrained", TARGET, &found.before),
        ("trained", PREDICTED, &found.after),
    ] {
        let moduli = reliability.moduli();
        panel = panel.histogram(name, &moduli, 40).in_colour(colour);
        let numbered = moduli.into_iter().enumerate().map(|(k, m)| (k as f64, m));
        sheet.note(*network, &letter, name, numbered)?;
    }
    sheet.push(panel);
    Ok(())
}

/// Figures 4a-h, for both stimuli.
pub(super) fn figure_4(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("4")?;
    for (k, (words, kind)) in SHOWN.into_iter().enumerate() {
        let group = Group::Single(kind);
        let letter = |letter: &str| format!("{letter}, {words}");
        if k == 0 {
            traces(
                &mut sheet,
                "a",
                "Before training",
                networks,
                group,
                "untrained",
            )?;
            raster(
                &mut sheet,
                "b",
                "Before training",
                networks,
                group,
                "untrained",
            )?;
        }
        traces(
            &mut sheet,
            &letter("d"),
            "After training",
            networks,
            group,
            "test",
        )?;
        raster(&mut sheet, &letter("e"), "Trial 1", networks, group, "test")?;
        raster(
            &mut sheet,
            &letter("e, trial 2"),
            "Trial 2",
            networks,
            group,
            "test, trial 2",
        )?;
        let all = balanced(networks, group);
        if !all.is_empty() {
            let title = "One deleted spike (also 4c, f)";
            deviations(&mut sheet, &letter("g"), title, &all)?;
            spectra(&mut sheet, &letter("h"), "Eigenvalues", &all)?;
        }
        over_loops(&mut sheet, &letter("training"), "Training", networks, group)?;
    }
    let groups = [
        ("stimulus 2", Group::Single(Kind::Balanced)),
        ("stimulus 10", Group::Single(Kind::BalancedStrong)),
        ("10, P exact", Group::Single(Kind::BalancedSchur)),
        ("10, P untouched", Group::Single(Kind::BalancedMask)),
    ];
    scores(&mut sheet, "scores", "Tests", networks, &groups)?;
    Ok(sheet.drawn(3))
}

/// Figure 4i.
pub(super) fn figure_4i(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("4")?;
    let all = learned(networks, &COUPLINGS);
    let values: [(&str, &str, Quantity); 2] = [
        ("i, untrained", "Quasi-static prediction", |found| {
            found.balanced.as_ref().map_or(f64::NAN, |b| b.quasi_static)
        }),
        ("i, trained", "Best trained network", super::panels::single),
    ];
    for (letter, title, value) in values {
        let mut points: Vec<(&Measured, f64, f64, f64)> = Vec::new();
        for (network, found) in &all {
            let Group::Coupling(strength, tau) = network.group else {
                continue;
            };
            let (x, y, value) = (f64::from(strength), f64::from(tau), value(found));
            // Networks of a point follow one another: the best is kept.
            match points.last_mut() {
                Some(last) if last.0.group == network.group => {
                    if last.3.is_nan() || value > last.3 {
                        *last = (*network, x, y, value);
                    }
                }
                _ => points.push((*network, x, y, value)),
            }
        }
        let title = sheet.title(letter, title);
        let panel = Panel::new(&title, "Coupling J", "Synaptic time constant (ms)");
        map(&mut sheet, letter, panel, "Correlation", &points)?;
    }
    Ok(sheet.drawn(2))
}
