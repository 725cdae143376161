//! Learning curves, and Supplement 6: the attractor while a network learns.

use super::panels::{Curve, DARK, family, lines_by_kind};
use super::shown::{Solution, groups};
use super::table::kind;
use crate::study::{Drawn, name, tidy, trained};
use crate::transient_memory::measured::{Check, Found, Measured, Stage};
use crate::{Error, Panel, Table};

/// Loss and accuracy of each group, a line for each network, also of those that diverged.
pub(super) fn learning(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    let mut table = Table::new(["group", "seed", "update", "loss", "accuracy"])?;
    for group in groups(networks) {
        let of_group = networks.iter().copied().filter(|n| n.group == group);
        let of_group: Vec<&Measured> = of_group.collect();
        let empty = |label| Panel::new(group.label(), "Update", label);
        let loss = empty("Loss").log_y();
        panels.push(curves(loss, &of_group, |check| check.loss));
        let accuracy = empty("Accuracy").y_range(0.4, 1.0);
        panels.push(curves(accuracy, &of_group, |check| check.accuracy));
    }
    for network in networks {
        for check in &network.learning {
            let row = [
                check.update.into(),
                check.loss.into(),
                check.accuracy.into(),
            ];
            table.push(name(*network).into_iter().chain(row))?;
        }
    }
    Ok(Drawn {
        panel_size: (350.0, 250.0),
        ..Drawn::new(4, panels, table)
    })
}

fn curves(panel: Panel, networks: &[&Measured], value: fn(&Check) -> f64) -> Panel {
    let curve = |network: &Measured| -> Curve {
        let checks = network.learning.iter();
        checks
            .map(|check| (check.update as f64, value(check)))
            .unzip()
    };
    let panel = lines_by_kind(panel, networks, |network, _| curve(network));
    let diverged = networks.iter().filter(|network| network.found.is_none());
    let diverged: Vec<Curve> = diverged.map(|network| curve(network)).collect();
    family(panel, "diverged", DARK, &diverged)
}

/// Accuracy and convergence time along the stages of training, and one against the other.
pub(super) fn convergence(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "update",
        "accuracy",
        "attractor",
        "period (steps)",
        "attractor |x|",
        "convergence (steps)",
    ];
    let table = tidy(networks, columns, |found| {
        found.stages.iter().map(|stage| {
            [
                stage.update.into(),
                stage.accuracy.into(),
                kind(stage.kind).into(),
                stage.period.unwrap_or(f64::NAN).into(),
                stage.norm.into(),
                stage.convergence.unwrap_or(f64::NAN).into(),
            ]
        })
    })?;
    let mut panels = Vec::new();
    if !table.rows().is_empty() {
        let update = |stage: &Stage| stage.update as f64;
        let accuracy = |stage: &Stage| stage.accuracy;
        let time = |stage: &Stage| stage.convergence.unwrap_or(f64::NAN);
        let words = "Mean time (steps)";
        panels = vec![
            stages(
                Panel::new("Accuracy", "Update", "Accuracy"),
                networks,
                update,
                accuracy,
            ),
            stages(
                Panel::new("Convergence time", "Update", words),
                networks,
                update,
                time,
            ),
            stages(
                Panel::new("One against the other", "Accuracy", words),
                networks,
                accuracy,
                time,
            ),
        ];
    }
    Ok(Drawn::new(3, panels, table))
}

/// The stages of each network as points on a thin line, in the colour of its kind in the end.
fn stages(
    panel: Panel,
    networks: &[&Measured],
    x: fn(&Stage) -> f64,
    y: fn(&Stage) -> f64,
) -> Panel {
    let curve = |found: &Found| -> Curve { found.stages.iter().map(|s| (x(s), y(s))).unzip() };
    let panel = lines_by_kind(panel, networks, |_, found| curve(found));
    trained(networks).fold(panel, |panel, (_, found)| {
        let (x, y) = curve(found);
        panel
            .scatter("", &x, &y)
            .in_colour(Solution::of(found).colour())
    })
}
