//! Shapes of panels that several figures share.

use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Found, Measured};
use crate::study::name;
use crate::{Cell, Error, Panel, Table};

/// Place in the palette of networks that have not learned.
pub(super) const DARK: usize = 6;

/// Places in the palette of dominant units and of the others.
pub(super) const DOMINANT: usize = 3;
pub(super) const OTHERS: usize = 4;

/// Place in the palette of a number of noise channels.
pub(super) fn colour(channels: Channels) -> usize {
    match channels {
        Channels::None => 1,
        Channels::One => 5,
        Channels::Five => 0,
        Channels::Ten => 2,
    }
}

/// The axis of the number of noise channels.
pub(super) const CHANNELS: &str = "Noise channels C";

/// The groups of which there are networks, in the given order.
pub(super) fn present(networks: &[&Measured], groups: &[Group]) -> Vec<Group> {
    let there = |group: &&Group| networks.iter().any(|n| n.group == **group);
    groups.iter().filter(there).copied().collect()
}

/// A value of each network with measurements.
pub(super) fn of_found(value: impl Fn(&Found) -> f64) -> impl Fn(&Measured) -> f64 {
    move |network| network.found.as_ref().map_or(f64::NAN, &value)
}

/// Some sets of networks side by side: each a name, a place in the palette and its networks. The boxes
/// are those that learned; the others stand beside them.
pub(super) fn boxes(
    panel: Panel,
    sets: &[(String, usize, Vec<&Measured>)],
    value: impl Fn(&Measured) -> f64,
) -> Panel {
    let mut panel = panel.x_names(sets.iter().map(|(name, ..)| name.as_str()));
    let (mut places, mut failed) = (Vec::new(), Vec::new());
    for (place, (_, colour, networks)) in sets.iter().enumerate() {
        let learned = networks.iter().filter(|network| network.learned);
        let values: Vec<f64> = learned.map(|network| value(network)).collect();
        panel = panel.boxes("", place as f64, &values).in_colour(*colour);
        for network in networks.iter().filter(|network| !network.learned) {
            places.push(place as f64 + 0.38);
            failed.push(value(network));
        }
    }
    if failed.iter().any(|value| value.is_finite()) {
        panel = panel
            .scatter("not learned", &places, &failed)
            .in_colour(DARK);
    }
    panel
}

/// Boxes by the number of noise channels.
pub(super) fn by_channels(
    panel: Panel,
    networks: &[&Measured],
    groups: &[Group],
    value: impl Fn(&Measured) -> f64,
) -> Panel {
    let set = |group: Group| {
        let channels = group.channels();
        let of_group = networks.iter().copied().filter(|n| n.group == group);
        (
            channels.count().to_string(),
            colour(channels),
            of_group.collect(),
        )
    };
    let sets: Vec<_> = present(networks, groups).into_iter().map(set).collect();
    boxes(panel, &sets, value)
}

/// A table with one row for each network, also for those without measurements.
pub(super) fn each_network<const COLUMNS: usize>(
    networks: &[&Measured],
    columns: [&str; COLUMNS],
    row: impl Fn(&Measured) -> [Cell; COLUMNS],
) -> Result<Table, Error> {
    let first = ["group", "seed", "learned"];
    let mut table = Table::new(first.into_iter().chain(columns))?;
    for network in networks {
        let learned = if network.learned { "yes" } else { "no" };
        let names = name(*network).into_iter().chain([learned.into()]);
        table.push(names.chain(row(network)))?;
    }
    Ok(table)
}

/// Multiples of a step: `first`, `first + step`, … one for each value.
pub(super) fn times<T>(first: f64, step: f64, values: &[T]) -> Vec<f64> {
    (0..values.len()).map(|k| first + step * k as f64).collect()
}

/// Mean and standard deviation over curves, at each place up to the end of the shortest; none without
/// curves.
pub(super) fn mean_and_deviation(curves: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let length = curves.iter().map(Vec::len).min().unwrap_or(0);
    let n = curves.len() as f64;
    let at = |k: usize| {
        let mean = curves.iter().map(|curve| curve[k]).sum::<f64>() / n;
        let squares = curves.iter().map(|curve| (curve[k] - mean).powi(2));
        (mean, (squares.sum::<f64>() / (n - 1.0).max(1.0)).sqrt())
    };
    (0..length).map(at).unzip()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_averaged_up_to_the_end_of_the_shortest() {
        let curves = [vec![1.0, 2.0, 9.0], vec![3.0, 2.0]];
        let (mean, deviation) = mean_and_deviation(&curves);
        assert_eq!(mean, [2.0, 2.0]);
        assert_eq!(deviation, [2.0_f64.sqrt(), 0.0]);
        assert!(mean_and_deviation(&[]).0.is_empty());
    }
}
