//! Figure 2: embeddings.

use super::panels::{CHANNELS, by_channels, of_found};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Embedding, Measured};
use crate::study::{Drawn, tidy};
use crate::{Error, Panel};

/// What the four conditions are called, and their places in the palette.
pub(super) const CONDITIONS: [(&str, usize); 4] = [("+ +", 2), ("+ −", 4), ("− +", 1), ("− −", 3)];

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

/// Figure 2b: the example network without noise.
pub(super) fn embedding(networks: &[&Measured]) -> Result<Drawn, Error> {
    drawn(networks, NONE)
}

/// Figure 2c: the example network with noise, and the agreement of all networks.
pub(super) fn both(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut drawn = drawn(networks, TEN)?;
    let some = |network: &&Measured| {
        let found = network.found.as_ref();
        found.is_some_and(|found| found.embedding.is_some())
    };
    if networks.iter().any(some) {
        let agreement = |title: &str, value: fn(&Embedding) -> f64| {
            let panel = Panel::new(title, CHANNELS, "Adjusted Rand index");
            let value = of_found(move |found| found.embedding.as_ref().map_or(f64::NAN, value));
            let panel = by_channels(panel, networks, &[NONE, TEN], value);
            panel.y_range(-0.1, 1.05).horizontal("chance", 0.0)
        };
        drawn.panels.push(agreement(
            "Clusters against first stimuli, in the delay",
            |e| e.memory,
        ));
        drawn.panels.push(agreement(
            "Clusters against conditions, after the second stimulus",
            |e| e.conditions,
        ));
    }
    Ok(drawn)
}

fn drawn(networks: &[&Measured], group: Group) -> Result<Drawn, Error> {
    let shown = Example::of(networks.iter().copied(), group);
    let of_example: Vec<&Measured> = shown.iter().map(|example| example.network).collect();
    let columns = ["condition", "time (ms)", "axis 1", "axis 2", "axis 3"];
    let table = tidy(&of_example, columns, |found| {
        let points = found.embedding.iter().flat_map(|e| &e.points);
        points.map(|[condition, time, a, b, c]| {
            let (name, _) = CONDITIONS[*condition as usize % 4];
            [
                name.into(),
                (*time).into(),
                (*a).into(),
                (*b).into(),
                (*c).into(),
            ]
        })
    })?;
    let mut panels = Vec::new();
    if let Some(example) = shown
        && let Some(embedding) = &example.found.embedding
    {
        let title = example.title();
        for (x, y) in [(0, 1), (0, 2)] {
            panels.push(conditions(&title, embedding, x, y));
        }
        let points = &embedding.points;
        let of = |k: usize| -> Vec<f64> { points.iter().map(|p| p[k]).collect() };
        let panel = Panel::new(&format!("{title}, over time"), "Axis 1", "Axis 2");
        panels.push(panel.scatter_by(&of(2), &of(3), &of(1), "Time (ms)"));
    }
    Ok(Drawn {
        panel_size: (400.0, 360.0),
        ..Drawn::new(3, panels, table)
    })
}

/// The states on a plane, coloured by condition, with the mean path of each.
fn conditions(title: &str, embedding: &Embedding, x: usize, y: usize) -> Panel {
    let axis = |k: usize| format!("Axis {}", k + 1);
    let mut panel = Panel::new(title, &axis(x), &axis(y));
    for (condition, (name, colour)) in CONDITIONS.into_iter().enumerate() {
        let of_condition = embedding
            .points
            .iter()
            .filter(|p| p[0] as usize == condition);
        let points: Vec<[f64; 3]> = of_condition.map(|p| [p[1], p[2 + x], p[2 + y]]).collect();
        let (px, py): (Vec<f64>, Vec<f64>) = points.iter().map(|p| (p[1], p[2])).unzip();
        let (mx, my) = path(points);
        panel = panel.scatter(name, &px, &py).in_colour(colour);
        panel = panel.line("", &mx, &my).in_colour(colour);
    }
    panel
}

/// The mean place at each time, in the order of times.
fn path(mut points: Vec<[f64; 3]>) -> (Vec<f64>, Vec<f64>) {
    points.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let means = points.chunk_by(|a, b| a[0] == b[0]).map(|at| {
        let n = at.len() as f64;
        let mean = |k: usize| at.iter().map(|p| p[k]).sum::<f64>() / n;
        (mean(1), mean(2))
    });
    means.unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_runs_through_the_mean_of_all_trials_at_each_time() {
        let points = vec![[5.0, 1.0, 2.0], [0.0, 0.0, 0.0], [5.0, 3.0, 6.0]];
        assert_eq!(path(points), (vec![0.0, 2.0], vec![0.0, 4.0]));
    }
}
