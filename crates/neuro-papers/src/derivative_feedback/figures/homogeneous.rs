//! Figures 1 to 4: the homogeneous model.

use super::sheet::{Sheet, or_nan};
use crate::derivative_feedback::measured::{Homogeneous, Measured, Sweep, Traces};
use crate::study::{Drawn, trained};
use crate::{Error, Panel};

const TIME: &str = "Time";
const RATE: &str = "Rate";
const WEIGHT: &str = "W / w";
const WITHIN: &str = "Trials until W is within 1 % of w";
/// One of the sweeps of a run.
type SweepOf = fn(&Homogeneous) -> &Sweep;

const INPUTS: [&str; 3] = ["input 250", "input 500", "input 1000"];

fn all<'a>(networks: &[&'a Measured]) -> Vec<(&'a Measured, &'a Homogeneous)> {
    let found = trained(networks);
    found
        .filter_map(|(network, found)| Some((network, found.homogeneous()?)))
        .collect()
}

/// Numbers against 1, 2, …
fn numbered(values: &[f64]) -> Vec<(f64, f64)> {
    let numbers = (1..=values.len()).map(|k| k as f64);
    numbers.zip(values.iter().copied()).collect()
}

/// Rates of the first run for the three inputs.
fn traces(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    all: &[(&Measured, &Homogeneous)],
    of: impl Fn(&Homogeneous) -> &Traces,
) -> Result<(), Error> {
    let Some((network, found)) = all.first() else {
        return Ok(());
    };
    let traces = of(found);
    let title = sheet.title(letter, &format!("{title}: W/w = {:.4}", traces.weight));
    let curves = traces.rates.iter().enumerate().map(|(k, rates)| {
        let points = found.times.iter().copied().zip(rates.iter().copied());
        (*network, INPUTS[k.min(2)].to_string(), k, points.collect())
    });
    sheet.curves(letter, Panel::new(&title, TIME, RATE), curves)
}

/// `W / w` of all runs over the trials.
fn learning(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    all: &[(&Measured, &Homogeneous)],
    which: usize,
) -> Result<(), Error> {
    let panel = Panel::new(&sheet.title(letter, title), "Trial", WEIGHT).horizontal("", 1.0);
    let curves = all.iter().map(|(network, found)| {
        let weights = numbered(&found.learning[which].weights);
        (*network, "W / w".to_string(), 0, weights)
    });
    sheet.curves(letter, panel, curves)
}

/// Figure 1.
pub(super) fn figure_1(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (mut sheet, all) = (Sheet::new("1")?, all(networks));
    traces(&mut sheet, "A", "Balanced", &all, |f| &f.before[0])?;
    traces(&mut sheet, "A, W = w", "W = w", &all, |f| &f.before[1])?;
    traces(&mut sheet, "B", "A tenth less", &all, |f| &f.before[2])?;
    learning(&mut sheet, "C", "Differential plasticity", &all, 0)?;
    traces(&mut sheet, "D", "After learning", &all, |f| {
        &f.learning[0].after
    })?;
    Ok(sheet.drawn(3))
}

/// Figure 2.
pub(super) fn figure_2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (mut sheet, all) = (Sheet::new("2")?, all(networks));
    if let Some((network, found)) = all.first() {
        let title = sheet.title("A", "Phase plane, w = 500");
        sheet.push(phase_plane(&title, found));
        let plane = &found.phase_plane;
        let points = |k: usize| plane.field.iter().map(move |row| (row[0], row[k]));
        for (k, name) in [
            (1, "field, W / w"),
            (2, "field, dr/dt"),
            (3, "field, d(W/w)/dt"),
        ] {
            sheet.note(*network, "A", name, points(k))?;
        }
        let course = plane.course.iter().map(|x| (x[0], x[1]));
        sheet.note(*network, "A", "course", course)?;
    }
    let sweeps: [(&str, &str, SweepOf); 4] = [
        ("B", "Learning speed alpha", |f| &f.sweeps[0]),
        ("C", "Inhibition w", |f| &f.sweeps[1]),
        ("D", "Perturbation (%)", |f| &f.sweeps[2]),
        ("E", "Relative mean input", |f| &f.sweeps[3]),
    ];
    for (letter, parameter, of) in sweeps {
        let title = sheet.title(letter, WITHIN);
        let panel = Panel::new(&title, parameter, "Trials");
        sweep(&mut sheet, letter, panel, &all, &[("", of)])?;
    }
    Ok(sheet.drawn(3))
}

/// The vector field as short lines from the points of the grid, and the course of learning.
fn phase_plane(title: &str, found: &Homogeneous) -> Panel {
    let plane = &found.phase_plane;
    let largest = |k: usize| plane.field.iter().fold(0.0, |m: f64, f| m.max(f[k].abs()));
    // The longest in each direction spans most of a cell of the grid.
    let scale = [4.0 / largest(2).max(1e-12), 0.008 / largest(3).max(1e-12)];
    let mut panel = Panel::new(title, RATE, WEIGHT);
    for (k, [r, weight, dr, dw]) in plane.field.iter().copied().enumerate() {
        let name = if k == 0 { "field" } else { "" };
        let (x, y) = ([r, r + scale[0] * dr], [weight, weight + scale[1] * dw]);
        panel = panel.line(name, &x, &y).in_colour(6).thin();
    }
    let (r, weight): (Vec<f64>, Vec<f64>) = plane.course.iter().map(|x| (x[0], x[1])).unzip();
    let panel = panel.line("learning", &r, &weight).in_colour(1).thin();
    panel.horizontal("W = w + 1", 1.002).x_range(0.0, 55.0)
}

/// Trials to balance against a parameter: a point for each run, a line through the means.
fn sweep(
    sheet: &mut Sheet,
    letter: &str,
    panel: Panel,
    all: &[(&Measured, &Homogeneous)],
    sweeps: &[(&str, SweepOf)],
) -> Result<(), Error> {
    let mut panel = panel.log_x().log_y();
    for (colour, (name, of)) in sweeps.iter().enumerate() {
        let Some((_, first)) = all.first() else {
            return Ok(());
        };
        let mut means = vec![(0.0, 0.0); of(first).trials.len()];
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (network, found) in all {
            let sweep = of(found);
            let points = sweep.trials.iter().map(|t| (t[0], t[1]));
            for (mean, (value, trials)) in means.iter_mut().zip(points.clone()) {
                *mean = (value, mean.1 + trials / all.len() as f64);
                x.push(value);
                y.push(trials);
            }
            sheet.note(*network, letter, &sweep.parameter, points)?;
        }
        let (values, means): (Vec<f64>, Vec<f64>) = means.into_iter().unzip();
        panel = panel.line(name, &values, &means).in_colour(colour);
        panel = panel.scatter("", &x, &y).in_colour(colour);
    }
    sheet.push(panel);
    Ok(())
}

/// Figure 3.
pub(super) fn figure_3(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (mut sheet, all) = (Sheet::new("3")?, all(networks));
    learning(&mut sheet, "B", "Homeostatic plasticity", &all, 1)?;
    traces(&mut sheet, "C", "After learning", &all, |f| {
        &f.learning[1].after
    })?;
    Ok(sheet.drawn(2))
}

/// Figure 4.
pub(super) fn figure_4(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (mut sheet, all) = (Sheet::new("4")?, all(networks));
    learning(&mut sheet, "A", "Target 80", &all, 2)?;
    learning(&mut sheet, "B", "Target 25", &all, 3)?;
    learning(&mut sheet, "C", "Target 50, 50 times as fast", &all, 4)?;
    traces(&mut sheet, "A, rates", "Target 80", &all, |f| {
        &f.learning[2].after
    })?;
    traces(&mut sheet, "B, rates", "Target 25", &all, |f| {
        &f.learning[3].after
    })?;
    if let Some((network, found)) = all.first() {
        let panel = Panel::new(
            &sheet.title("C, rates", "The same input 250 in three trials"),
            TIME,
            RATE,
        );
        let names = ["after 90 % of the trials", "after 95 %", "after all"];
        let repeated = found.learning[4].repeated.iter().enumerate();
        let curves = repeated.map(|(k, rates)| {
            let points = found.times.iter().copied().zip(rates.iter().copied());
            (*network, names[k.min(2)].to_string(), k, points.collect())
        });
        sheet.curves("C, rates", panel, curves)?;
    }
    Ok(sheet.drawn(3))
}

/// The last section of the specification: oscillation, speed, and the limit of strong feedback.
pub(super) fn stability(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (mut sheet, all) = (Sheet::new("")?, all(networks));
    let Some((network, found)) = all.first() else {
        return Ok(sheet.drawn(2));
    };
    let oscillations = &found.oscillations;
    let column = |value: fn(&crate::derivative_feedback::measured::Oscillation) -> f64| {
        let points = oscillations.iter().map(move |o| (o.alpha, value(o)));
        points.collect::<Vec<_>>()
    };
    let linear = column(|o| o.frequency);
    let simulated = column(|o| or_nan(o.simulated));
    let panel = Panel::new(
        "Homeostatic oscillation",
        "alpha",
        "Frequency (rad per unit of time)",
    );
    let curves = [
        (*network, "linearised".to_string(), 0, linear),
        (*network, "simulated".to_string(), 1, simulated),
    ];
    sheet.curves("frequency", panel.log_x().log_y(), curves)?;
    let growth = column(|o| o.growth);
    sheet.note(*network, "frequency", "growth", growth)?;
    let second = column(|o| or_nan(o.second_maximum));
    let panel = Panel::new("Second by first maximum", "alpha", "Ratio");
    let curves = [(*network, "simulated".to_string(), 0, second)];
    sheet.curves("damping", panel.log_x().y_range(0.0, 1.2), curves)?;
    let forms: [(&str, SweepOf); 2] = [
        ("rule divided by w", |f| &f.homeostatic_sweeps[0]),
        ("rule as printed", |f| &f.homeostatic_sweeps[1]),
    ];
    let panel = Panel::new(WITHIN, "Inhibition w", "Trials");
    sweep(&mut sheet, "speed", panel, &all, &forms)?;
    let differences = found.three_variables.iter().map(|x| (x[0], x[1])).collect();
    let panel = Panel::new("Three variables against one", "w", "Relative difference");
    let curves = [(
        *network,
        "half-way through the decay".to_string(),
        0,
        differences,
    )];
    sheet.curves("three variables", panel.log_x().log_y(), curves)?;
    Ok(sheet.drawn(2))
}
