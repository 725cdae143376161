//! Two kinds of solutions: not in the paper, see the claims of that name.

use super::panels::{points_by_group, points_by_kind};
use super::shown::{Solution, groups};
use crate::study::{Drawn, of_group, tidy, trained};
use crate::transient_memory::claims::kinds::{HIGH, LOW, rotation};
use crate::transient_memory::group::Group;
use crate::transient_memory::measured::{Found, Kind, Measured};
use crate::{Error, Panel};

const NORM: &str = "Mean |x| in the delay";

/// A number of a network, what it is called, and whether its axis is logarithmic.
type Value = (&'static str, fn(&Found) -> f64, bool);

/// The rotation time of an attractor that moves.
fn turning(found: &Found) -> f64 {
    match found.attractor.kind {
        Kind::FixedPoint => f64::NAN,
        _ => rotation(found),
    }
}

/// Mean `|x|` against how the quantity is kept and how fast the attractor turns, and the networks of
/// each kind in each group.
pub(super) fn kinds(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "mean |x|",
        "kind",
        "Pearson T_f",
        "decoded T_f (R^2)",
        "rotation time (steps)",
    ];
    let table = tidy(networks, columns, |found| {
        [[
            found.code.norm.into(),
            Solution::of(found).name().into(),
            found.code.end[0].into(),
            found.code.decoded[1].into(),
            rotation(found).into(),
        ]]
    })?;
    if trained(networks).next().is_none() {
        return Ok(Drawn::new(2, Vec::new(), table));
    }
    let standard = |group: &Group| Group::STANDARD.contains(group);
    let (standard, others): (Vec<Group>, Vec<Group>) = Group::ALL.iter().partition(|g| standard(g));
    let sets = [
        ("Frequencies, dense, short delay", standard),
        ("All others", others),
    ];
    let mut panels = Vec::new();
    let values: [Value; 3] = [
        ("Correlation of |x(T_f)|", |f| f.code.end[0], false),
        ("R² of the quantity in x(T_f)", |f| f.code.decoded[1], false),
        ("Rotation time (steps)", turning, true),
    ];
    for (title, set) in &sets {
        if !networks.iter().any(|network| set.contains(&network.group)) {
            continue;
        }
        for (label, value, logarithmic) in values {
            let mut panel = Panel::new(title, NORM, label).log_x();
            if logarithmic {
                panel = panel.log_y();
            }
            let panel = points_by_group(panel, networks, set, |f| (f.code.norm, value(f)));
            panels.push(panel.vertical("", LOW).vertical("", HIGH));
        }
    }
    panels.push(counts(networks));
    Ok(Drawn {
        panel_size: (420.0, 330.0),
        ..Drawn::new(3, panels, table)
    })
}

/// The norm of each network by its group, whose name says how many are of each kind.
fn counts(networks: &[&Measured]) -> Panel {
    let groups = groups(networks);
    let names = groups.iter().map(|group| {
        let found = of_group(networks, *group);
        let count = |kind| found.iter().filter(|f| Solution::of(f) == kind).count();
        let [low, middle, high] = Solution::ALL.map(count);
        format!("{} {low}/{middle}/{high}", group.name())
    });
    let title = "Networks of low/middle/high |x|";
    let panel = Panel::new(title, "", NORM).x_names(names).log_y();
    let place = |network: &Measured| groups.iter().take_while(|g| **g != network.group).count();
    let panel = points_by_kind(panel, networks, |network, found| {
        (place(network) as f64, found.code.norm)
    });
    panel
        .horizontal("low: below 6", LOW)
        .horizontal("high: above 10", HIGH)
}
