//! Figure 3a: where the activity goes when the delay is prolonged. Supplement 3: fixed and slow
//! points.

use super::panels::{Curve, DARK, column, component_axes, family, steps};
use super::shown::shown;
use crate::study::{Drawn, tidy};
use crate::transient_memory::measured::{Measured, Point};
use crate::{Error, Panel};

/// The trajectories come in the order of their first quantities.
const FIRST: [&str; 3] = ["low ω₁", "middle ω₁", "high ω₁"];

/// Steps of the beginning and of the end of a trajectory that planes show: all of it would fill them.
const BEGIN: usize = 120;
const END: usize = 100;

/// Figure 3a: three trajectories on two planes, and how far out they are.
pub(super) fn trajectories(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "trajectory",
        "step",
        "component 1",
        "component 2",
        "component 3",
    ];
    let table = tidy(networks, columns, |found| {
        let trajectories = found.attractor.trajectories.iter().enumerate();
        trajectories.flat_map(|(which, states)| {
            let states = states.iter().enumerate();
            states.map(move |(step, [a, b, c])| {
                let [a, b, c] = [a, b, c].map(|component| (*component).into());
                [which.into(), step.into(), a, b, c]
            })
        })
    })?;
    let mut panels = Vec::new();
    for network in shown(networks) {
        let title = network.title();
        let all = &network.found.attractor.trajectories;
        let begins: Vec<&[[f64; 3]]> = all.iter().map(|s| &s[..BEGIN.min(s.len())]).collect();
        let ends = || all.iter().map(|s| &s[s.len().saturating_sub(END)..]);
        for other in [2, 3] {
            let curve = |states: &[[f64; 3]]| (column(states, 0), column(states, other - 1));
            let ends: Vec<Curve> = ends().map(curve).collect();
            let name = format!("last {END} steps of each");
            let title = format!("{title}, first {BEGIN} steps");
            let mut panel = family(component_axes(&title, other), &name, DARK, &ends);
            for (k, (states, name)) in begins.iter().zip(FIRST).enumerate() {
                panel = family(panel, name, k, &[curve(states)]);
                panel = start(panel, states, other, k);
            }
            panels.push(panel);
        }
        let mut panel = Panel::new(&title, "Step", "Norm in three components");
        for (k, (states, name)) in all.iter().zip(FIRST).enumerate() {
            let norm = |[a, b, c]: &[f64; 3]| a.hypot(*b).hypot(*c);
            let norms: Vec<f64> = states.iter().map(norm).collect();
            panel = panel
                .line(name, &steps(0, states), &norms)
                .in_colour(k)
                .thin();
        }
        panels.push(panel);
    }
    Ok(Drawn::new(3, panels, table))
}

/// Marks where a trajectory begins, in its colour.
fn start(panel: Panel, states: &[[f64; 3]], other: usize, colour: usize) -> Panel {
    match states.first() {
        None => panel,
        Some(first) => {
            let (x, y) = ([first[0]], [first[other - 1]]);
            panel.scatter("", &x, &y).in_colour(colour)
        }
    }
}

/// What a fixed or slow point is called.
const CLASSES: [&str; 4] = [
    "fixed saddle",
    "slow saddle",
    "stable fixed point",
    "stable slow point",
];

fn class(point: &Point) -> usize {
    usize::from(!point.fixed) + 2 * usize::from(point.unstable == 0)
}

/// Supplement 3: the points and a trajectory on two planes.
pub(super) fn points(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "class",
        "speed",
        "norm",
        "unstable directions",
        "least |eigenvalue|",
        "component 1",
        "component 2",
        "component 3",
    ];
    let table = tidy(networks, columns, |found| {
        found.points.points.iter().map(|point| {
            let [a, b, c] = point.components.map(Into::into);
            [
                CLASSES[class(point)].into(),
                point.speed.into(),
                point.norm.into(),
                point.unstable.into(),
                point.least_eigenvalue.into(),
                a,
                b,
                c,
            ]
        })
    })?;
    let mut panels = Vec::new();
    for network in shown(networks) {
        let found = &network.found.points;
        for other in [2, 3] {
            let (x, y) = (
                column(&found.trajectory, 0),
                column(&found.trajectory, other - 1),
            );
            let mut panel = component_axes(&network.title(), other)
                .line("a delay", &x, &y)
                .in_colour(DARK)
                .thin();
            if let (Some(x), Some(y)) = (x.first(), y.first()) {
                panel = panel.scatter("its start", &[*x], &[*y]).in_colour(DARK);
            }
            for (k, colour) in [1, 5, 0, 4].into_iter().enumerate() {
                let of_class = found.points.iter().filter(|point| class(point) == k);
                let of_class: Vec<[f64; 3]> = of_class.map(|point| point.components).collect();
                if !of_class.is_empty() {
                    let (x, y) = (column(&of_class, 0), column(&of_class, other - 1));
                    panel = panel.scatter(CLASSES[k], &x, &y).in_colour(colour);
                }
            }
            panels.push(panel);
        }
    }
    Ok(Drawn::new(2, panels, table))
}
