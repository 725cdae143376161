//! Figures 4 and 5, Supplement 7: what noise does, and what training with it changes.
//!
//! Bands are mean and standard deviation over the networks of a group. The kind of a network weighs
//! more than its group, since large `|x|` is robust by saturation: beside each mean stand the single
//! networks.

use super::panels::{Curve, bands_by_group, column, lines_by_group, points_by_group, steps};
use crate::study::{Drawn, cells, of_group, tidy, trained};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, HISTOGRAM, Measured, Robustness};
use crate::{Error, Panel};

/// Figure 4a.
pub(super) fn accuracy(networks: &[&Measured]) -> Result<Drawn, Error> {
    let table = tidy(networks, ["sigma", "accuracy"], |found| {
        cells(&found.behaviour.noise)
    })?;
    let curve = |found: &Found| {
        let noise = &found.behaviour.noise;
        (column(noise, 0), column(noise, 1))
    };
    let words = ["Noise σ", "Accuracy"];
    Ok(Drawn::new(
        2,
        mean_and_single(networks, words, curve),
        table,
    ))
}

/// Supplement 7: components that hold 90 % of the variance of perturbed copies.
pub(super) fn dimension(networks: &[&Measured]) -> Result<Drawn, Error> {
    let table = tidy(networks, ["step", "components"], |found| {
        numbered(&found.robustness.dimension)
    })?;
    let words = [STEP, "Components for 90 %"];
    let curve = after(|robustness| &robustness.dimension);
    Ok(Drawn::new(
        2,
        mean_and_single(networks, words, curve),
        table,
    ))
}

const STEP: &str = "Steps after the perturbation";

/// Figure 4b: share of the variance of perturbed copies in ten components, and their distance from
/// the unperturbed run.
pub(super) fn perturbations(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = ["step", "share in 10 components", "distance"];
    let table = tidy(networks, columns, |found| {
        let curves = [&found.robustness.ten_components, &found.robustness.distance];
        let rows = curves[0].iter().zip(curves[1]).enumerate();
        rows.map(|(step, (share, distance))| [step.into(), (*share).into(), (*distance).into()])
    })?;
    let share = [STEP, "Share in ten components"];
    let distance = [STEP, "Relative distance"];
    let mut panels = mean_and_single(networks, share, after(|r| &r.ten_components));
    panels.extend(mean_and_single(networks, distance, after(|r| &r.distance)));
    Ok(Drawn::new(2, panels, table))
}

/// A curve over steps after the perturbation.
fn after(values: fn(&Robustness) -> &Vec<f64>) -> impl Fn(&Found) -> Curve + Copy {
    move |found| {
        let values = values(&found.robustness);
        (steps(0, values), values.clone())
    }
}

fn numbered(values: &[f64]) -> impl Iterator<Item = [crate::Cell; 2]> {
    values
        .iter()
        .enumerate()
        .map(|(k, v)| [k.into(), (*v).into()])
}

/// Mean and deviation of each group, and beside it the single networks.
fn mean_and_single(
    networks: &[&Measured],
    [x, y]: [&str; 2],
    curve: impl Fn(&Found) -> Curve,
) -> Vec<Panel> {
    if trained(networks).next().is_none() {
        return Vec::new();
    }
    let groups = Panel::new("Mean ± sd over networks", x, y);
    let single = Panel::new("Single networks", x, y);
    vec![
        bands_by_group(groups, networks, &curve),
        lines_by_group(single, networks, &curve),
    ]
}

/// Figure 5: eigenvalues of `exp(M)`, and two numbers of the spectrum of `M` against the mean `|x|`.
pub(super) fn spectra(networks: &[&Measured]) -> Result<Drawn, Error> {
    let (low, high, bins) = HISTOGRAM;
    let edge = |k: usize| low + (high - low) * k as f64 / bins as f64;
    let table = tidy(networks, ["from", "to", "eigenvalues"], |found| {
        let counts = found.robustness.histogram.iter().enumerate();
        counts.map(move |(k, count)| [edge(k).into(), edge(k + 1).into(), (*count).into()])
    })?;
    if trained(networks).next().is_none() {
        return Ok(Drawn::new(3, Vec::new(), table));
    }
    let mut shares = Panel::new("Mean over networks", "Re of eigenvalues of exp(M)", "Share");
    for (colour, group) in Group::STANDARD.into_iter().enumerate() {
        let of_group = of_group(networks, group);
        if of_group.is_empty() {
            continue;
        }
        let shares_of = |found: &&Found| shares_in_bins(&found.robustness.histogram);
        let all: Vec<Vec<f64>> = of_group.iter().map(shares_of).collect();
        let mean = |k: usize| {
            let of_bin = all.iter().filter_map(|shares| shares.get(k));
            of_bin.sum::<f64>() / all.len() as f64
        };
        let x: Vec<f64> = (0..bins).flat_map(|k| [edge(k), edge(k + 1)]).collect();
        let y: Vec<f64> = (0..bins).flat_map(|k| [mean(k); 2]).collect();
        shares = shares.line(group.label(), &x, &y).in_colour(colour);
    }
    let against_norm = |label: &str, value: fn(&Robustness) -> f64| {
        let panel = Panel::new("M of single networks", "Mean |x| in the delay", label).log_x();
        points_by_group(panel, networks, &Group::STANDARD, |found| {
            (found.code.norm, value(&found.robustness))
        })
    };
    let panels = vec![
        shares.vertical("", 1.0),
        against_norm("Mean Re of eigenvalues", |r| r.mean_real),
        against_norm("Share of eigenvalues, Re > 0", |r| r.positive),
    ];
    Ok(Drawn::new(3, panels, table))
}

/// Counts by their sum; 0 everywhere without counts.
fn shares_in_bins(counts: &[usize]) -> Vec<f64> {
    let all = counts.iter().sum::<usize>().max(1);
    counts.iter().map(|n| *n as f64 / all as f64).collect()
}
