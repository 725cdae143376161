//! Figure 5: a cycle that is learned online, and other ways of teaching it.

use nalgebra::DMatrix;

use super::replay::{memory, surface};
use crate::sequential_memory::derived::pictured;
use crate::sequential_memory::group::{Group, Taught};
use crate::sequential_memory::measured::{Learned, Measured};
use crate::study::{Drawn, Sheet, trained};
use crate::{Error, Panel};

/// Largest synapse that Figure 5B shows, as in the paper's clipped plot.
const SHOWN: f64 = 2.0;

/// Learners of one way of teaching.
fn taught<'a>(networks: &[&'a Measured], taught: Taught) -> Vec<(&'a Measured, &'a Learned)> {
    let of = trained(networks).filter(|(network, _)| network.group == Group::Learning(taught));
    of.filter_map(|(network, found)| Some((network, found.learning()?)))
        .collect()
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Figure 5.
pub(super) fn figure_5(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("5")?;
    let Some((network, found, picture)) = pictured(networks.iter().copied()) else {
        return Ok(sheet.drawn(2));
    };
    for (stage, of) in found.stages.iter().zip(&picture.surfaces) {
        let letter = format!("A, epoch {}", stage.epoch);
        let title = format!("Energy, seed {}", network.seed);
        surface(&mut sheet, &letter, &title, network, of)?;
    }
    let (hidden, features) = (picture.memories.len(), picture.memories[0].len());
    let units = found.winners.iter().map(ToString::to_string);
    let units: Vec<String> = units.collect();
    let title = sheet.title(
        "B",
        &format!("Xi; the memories are units {}", units.join(", ")),
    );
    let clipped = |i: usize, unit: usize| picture.memories[unit][i].clamp(-SHOWN, SHOWN);
    let xi = DMatrix::from_fn(features, hidden, clipped);
    let edge = hidden as f64 - 0.5;
    let panel = Panel::new(&title, "Hidden unit", "Feature");
    sheet.push(panel.heat_map(
        &xi,
        (-0.5, edge),
        (-0.5, features as f64 - 0.5),
        "Xi, clipped",
    ));
    for (unit, synapses) in picture.memories.iter().enumerate() {
        let points = synapses.iter().enumerate().map(|(i, v)| (i as f64, *v));
        sheet.note(network, "B", &format!("unit {unit}"), points)?;
    }
    let phi = DMatrix::from_fn(hidden, hidden, |from, to| picture.transitions[from][to]);
    let panel = Panel::new(
        &sheet.title("C", "Phi"),
        "To hidden unit",
        "From hidden unit",
    );
    sheet.push(
        panel
            .heat_map(&phi, (-0.5, edge), (-0.5, edge), "Phi")
            .y_down(),
    );
    for (unit, synapses) in picture.transitions.iter().enumerate() {
        let points = synapses.iter().enumerate().map(|(to, v)| (to as f64, *v));
        sheet.note(network, "C", &format!("from {unit}"), points)?;
    }
    let count = found.block.len();
    let block = DMatrix::from_fn(count, count, |from, to| found.block[from][to]);
    let title = sheet.title("C, memories", "Phi between the units of the memories");
    let panel = Panel::new(&title, "To memory", "From memory");
    let edges = (0.5, count as f64 + 0.5);
    sheet.push(panel.heat_map(&block, edges, edges, "Phi").y_down());
    let panel = Panel::new(
        &sheet.title("D", "Recall from a noisy cue"),
        "Time",
        "Overlap",
    );
    let curves = picture.overlaps.iter().enumerate().map(|(k, overlap)| {
        let points = picture.times.iter().copied().zip(overlap.iter().copied());
        (network, memory(k), k, points.collect())
    });
    sheet.curves("D", panel, curves)?;
    Ok(sheet.drawn(2))
}

/// Two panels: how like its memory the fixed point is to which each memory is drawn, the worst of four, and how far
/// delayed signals tilt the surface, over the epochs.
pub(super) fn along_epochs(
    sheet: &mut Sheet,
    networks: &[&Measured],
    ways: &[Taught],
) -> Result<(), Error> {
    let mut curves = [Vec::new(), Vec::new()];
    for (k, way) in ways.iter().enumerate() {
        for (network, found) in taught(networks, *way) {
            let along = |value: fn(&crate::sequential_memory::measured::Stage) -> f64| {
                let stages = found.stages.iter();
                let points: Vec<(f64, f64)> = stages
                    .map(|stage| (stage.epoch as f64, value(stage)))
                    .collect();
                (network, way.label().to_string(), k, points)
            };
            curves[0].push(along(|stage| least(&stage.own)));
            curves[1].push(along(|stage| stage.tilt));
        }
    }
    let [own, tilt] = curves;
    let panel = Panel::new(
        "Fixed points of the memories",
        "Epoch",
        "Least cosine with the memory",
    );
    sheet.curves("own", panel, own)?;
    let panel = Panel::new("Effect of delayed signals", "Epoch", "Tilt of the energy");
    sheet.curves("tilt", panel, tilt)
}

type Quantity = fn(&Learned) -> f64;

/// All ways of teaching.
pub(super) fn teaching(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let ways: Vec<Taught> = Taught::ALL
        .into_iter()
        .filter(|way| !taught(networks, *way).is_empty())
        .collect();
    if ways.is_empty() {
        return Ok(sheet.drawn(2));
    }
    let names = |way: &Taught| {
        let all = taught(networks, *way);
        let whole = all.iter().filter(|(_, f)| f.last().recall.whole()).count();
        format!("{}: {whole} of {}", way.label(), all.len())
    };
    let names: Vec<String> = ways.iter().map(names).collect();
    let quantities: [(&str, Quantity); 4] = [
        ("Least cosine of a memory with its unit", |f| {
            least(&f.cosines)
        }),
        ("Largest Phi", |f| f.transitions_range[1]),
        ("Visits in a recall of 300", |f| {
            f.last().recall.visits.len() as f64
        }),
        ("Timing-dependent share in the change of Xi", |f| {
            f.last().timing_share[0]
        }),
    ];
    for (quantity, value) in quantities {
        let mut panel = Panel::new("", "Way of teaching: whole recalls", quantity);
        for (k, way) in ways.iter().enumerate() {
            let all = taught(networks, *way);
            let values: Vec<f64> = all.iter().map(|(_, found)| value(found)).collect();
            panel = panel.boxes("", k as f64, &values);
            for ((network, _), value) in all.iter().zip(values) {
                sheet.note(*network, quantity, way.label(), [(k as f64, value)])?;
            }
        }
        sheet.push(panel.x_names(names.clone()));
    }
    along_epochs(&mut sheet, networks, &ways)?;
    Ok(sheet.drawn(2))
}
