//! The table of all networks. A number that does not exist is NaN.

use crate::noisy_ei::derived::{
    Correct, abscissa, accuracy_with, dominant_inhibitory, dominant_rates, dominant_share,
    dominant_time_constants, drift, leading_real, mean_pipr, participation, perturbed_accuracy,
    residual, robust_accuracy, time_constant, turning_participation, turning_real,
};
use crate::noisy_ei::measured::{DOMINANT, Found, LOOSE, Measured, Population, Slowed, mean};
use crate::study::name;
use crate::{Cell, Error, Table};

/// A column of the table of networks, and where its numbers come from.
type Column = (&'static str, fn(&Found) -> f64);

const COLUMNS: &[Column] = &[
    ("correct (peak)", |f| {
        accuracy_with(f, Slowed::Nothing, Correct::Peak)
    }),
    ("correct (mean)", |f| {
        accuracy_with(f, Slowed::Nothing, Correct::Mean)
    }),
    ("loss", |f| f.answers.first().map_or(f64::NAN, |a| a.loss)),
    ("tau all (ms)", |f| time_constant(f, Population::All)),
    ("tau E (ms)", |f| time_constant(f, Population::Excitatory)),
    ("tau I (ms)", |f| time_constant(f, Population::Inhibitory)),
    ("connections E", |f| f.weights.connections[0] as f64),
    ("connections I", |f| f.weights.connections[1] as f64),
    ("strength E", |f| f.weights.strengths[0].unwrap_or(f64::NAN)),
    ("strength I", |f| f.weights.strengths[1].unwrap_or(f64::NAN)),
    ("silent units", |f| f.weights.silent as f64),
    ("robust 250 ms", |f| {
        robust_accuracy(f, 250.0, Correct::Peak)
    }),
    ("robust 750 ms", |f| {
        robust_accuracy(f, 750.0, Correct::Peak)
    }),
    ("robust 1250 ms", |f| {
        robust_accuracy(f, 1250.0, Correct::Peak)
    }),
    ("correct, all slow", |f| {
        accuracy_with(f, Slowed::All, Correct::Peak)
    }),
    ("correct, I slow", |f| {
        accuracy_with(f, Slowed::Inhibitory, Correct::Peak)
    }),
    ("residual (1/s)", residual),
    ("drift", drift),
    ("largest Re (1/s)", abscissa),
    ("mean Re, ten slowest (1/s)", leading_real),
    ("mean Re, complex (1/s)", turning_real),
    ("mean log10 IPR", participation),
    ("mean log10 IPR, complex", turning_participation),
    ("dominant share", |f| dominant_share(f, DOMINANT)),
    ("dominant share (0.01)", |f| dominant_share(f, LOOSE)),
    ("inhibitory share of dominant", |f| {
        dominant_inhibitory(f, DOMINANT)
    }),
    ("tau dominant (ms)", |f| {
        dominant_time_constants(f, DOMINANT).dominant
    }),
    ("tau others (ms)", |f| {
        dominant_time_constants(f, DOMINANT).others
    }),
    ("rate dominant", |f| dominant_rates(f, DOMINANT).dominant),
    ("rate others", |f| dominant_rates(f, DOMINANT).others),
    ("rate dominant (0.01)", |f| {
        dominant_rates(f, LOOSE).dominant
    }),
    ("rate others (0.01)", |f| dominant_rates(f, LOOSE).others),
    ("distance to fixed point", |f| refined(f, |r| r.distance)),
    ("largest Re at fixed point (1/s)", |f| {
        refined(f, |r| r.abscissa)
    }),
    ("correct, perturbed", perturbed_accuracy),
    ("IPR by accuracy", mean_pipr),
    ("Rand index in delay", |f| {
        f.embedding.as_ref().map_or(f64::NAN, |e| e.memory)
    }),
    ("Rand index of conditions", |f| {
        f.embedding.as_ref().map_or(f64::NAN, |e| e.conditions)
    }),
];

/// Mean over the states that led to a fixed point.
fn refined(found: &Found, value: fn(&crate::noisy_ei::measured::Refined) -> f64) -> f64 {
    let points = found.steady.iter().filter_map(|s| s.refined.as_ref());
    mean(points.map(value)).unwrap_or(f64::NAN)
}

/// One row for each network, also of those whose training diverged.
pub(in crate::noisy_ei) fn networks(networks: &[&Measured]) -> Result<Table, Error> {
    let first = [
        "group",
        "seed",
        "C",
        "delay (ms)",
        "ended",
        "learned",
        "trials",
        "cap",
    ];
    let names = COLUMNS.iter().map(|(name, _)| *name);
    let mut table = Table::new(first.into_iter().chain(names))?;
    for network in networks {
        let learned = if network.learned { "yes" } else { "no" };
        let about: [Cell; 6] = [
            network.group.channels().count().into(),
            network.delay.unwrap_or(f64::NAN).into(),
            network.ended.as_str().into(),
            learned.into(),
            network.trials.into(),
            network.cap.into(),
        ];
        let found = network.found.as_ref();
        let cells = COLUMNS
            .iter()
            .map(|(_, value)| found.map_or(f64::NAN, value).into());
        table.push(name(*network).into_iter().chain(about).chain(cells))?;
    }
    Ok(table)
}
