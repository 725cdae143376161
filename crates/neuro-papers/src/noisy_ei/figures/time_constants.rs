//! Figures 3a to c, 6b and 6d: time constants; and the recurrent weights.

use super::panels::{CHANNELS, by_channels, colour, each_network, of_found, present};
use crate::noisy_ei::derived::time_constant;
use crate::noisy_ei::group::Group;
use crate::noisy_ei::measured::{Found, Measured, Population};
use crate::study::{Drawn, number, trained};
use crate::{Error, Panel, Table};

const LABEL: &str = "Time constant (ms)";

/// Bounds of trained time constants (ms), as the model has them.
const RANGE: (f64, f64) = (20.0, 125.0);

fn table(networks: &[&Measured]) -> Result<Table, Error> {
    let columns = ["C", "tau all (ms)", "tau E (ms)", "tau I (ms)"];
    each_network(networks, columns, |network| {
        let of = |population| {
            let found = network.found.as_ref();
            number(found.and_then(|f| f.units.mean_time_constant(population)))
        };
        let [all, excitatory, inhibitory] = Population::ALL.map(of);
        let channels = network.group.channels().count();
        [channels.into(), all, excitatory, inhibitory]
    })
}

/// Mean over the units of each network, by the number of noise channels.
fn means(networks: &[&Measured], groups: &[Group], population: Population) -> Panel {
    let title = format!("Networks, {}", population.name());
    let panel = Panel::new(&title, CHANNELS, &format!("Mean {}", LABEL.to_lowercase()));
    let value = of_found(move |found| time_constant(found, population));
    let panel = by_channels(panel, networks, groups, value);
    panel.y_range(RANGE.0, RANGE.1)
}

/// The distribution over all units of all networks that learned, one outline a group.
fn distribution(networks: &[&Measured], groups: &[Group], population: Population) -> Panel {
    const BINS: usize = 21;
    let title = format!(
        "Distribution over the networks that learned, {}",
        population.name()
    );
    let mut panel = Panel::new(&title, LABEL, "Share of units");
    let width = (RANGE.1 - RANGE.0) / BINS as f64;
    for group in present(networks, groups) {
        let of_group = trained(networks).filter(|(n, _)| n.group == group && n.learned);
        let mut counts = [0_u32; BINS];
        for (_, found) in of_group {
            for tau in of_population(found, population) {
                let bin = ((tau - RANGE.0) / width).max(0.0) as usize;
                counts[bin.min(BINS - 1)] += 1;
            }
        }
        let all = counts.iter().sum::<u32>();
        if all == 0 {
            continue;
        }
        let edge = |k: usize| RANGE.0 + width * k as f64;
        let x: Vec<f64> = (0..BINS).flat_map(|k| [edge(k), edge(k + 1)]).collect();
        let share = |count: u32| f64::from(count) / f64::from(all);
        let y: Vec<f64> = counts.into_iter().flat_map(|c| [share(c); 2]).collect();
        let channels = group.channels();
        let name = format!("C = {}", channels.count());
        panel = panel.line(&name, &x, &y).in_colour(colour(channels));
    }
    panel
}

fn of_population(found: &Found, population: Population) -> impl Iterator<Item = f64> {
    let units = found
        .units
        .time_constants
        .iter()
        .zip(&found.units.inhibitory);
    let of = units.filter(move |(_, inhibitory)| match population {
        Population::All => true,
        Population::Excitatory => !**inhibitory,
        Population::Inhibitory => **inhibitory,
    });
    of.map(|(tau, _)| *tau)
}

fn population(networks: &[&Measured], population: Population) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    if trained(networks).next().is_some() {
        panels.push(means(networks, &Group::MATCHING, population));
        panels.push(distribution(networks, &Group::MATCHING, population));
    }
    Ok(Drawn::new(2, panels, table(networks)?))
}

/// Figure 3a.
pub(super) fn all_units(networks: &[&Measured]) -> Result<Drawn, Error> {
    population(networks, Population::All)
}

/// Figure 3b.
pub(super) fn excitatory(networks: &[&Measured]) -> Result<Drawn, Error> {
    population(networks, Population::Excitatory)
}

/// Figure 3c.
pub(super) fn inhibitory(networks: &[&Measured]) -> Result<Drawn, Error> {
    population(networks, Population::Inhibitory)
}

fn populations(networks: &[&Measured], groups: &[Group]) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    if trained(networks).next().is_some() {
        let order = [
            Population::Inhibitory,
            Population::Excitatory,
            Population::All,
        ];
        panels.extend(order.map(|population| means(networks, groups, population)));
    }
    Ok(Drawn {
        panel_size: (340.0, 300.0),
        ..Drawn::new(3, panels, table(networks)?)
    })
}

/// Figure 6b.
pub(super) fn choice(networks: &[&Measured]) -> Result<Drawn, Error> {
    populations(networks, &Group::CHOICE)
}

/// Figure 6d.
pub(super) fn context(networks: &[&Measured]) -> Result<Drawn, Error> {
    populations(networks, &Group::CONTEXT)
}

/// Strengths of the connections that are left, and how many these are.
pub(super) fn weights(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "connections E",
        "connections I",
        "strength E",
        "strength I",
        "silent units",
    ];
    let table = crate::study::tidy(networks, columns, |found| {
        let weights = &found.weights;
        let [excitatory, inhibitory] = weights.connections;
        let strengths = weights.strengths.map(number);
        let [e, i] = strengths;
        [[
            excitatory.into(),
            inhibitory.into(),
            e,
            i,
            weights.silent.into(),
        ]]
    })?;
    let mut panels = Vec::new();
    if !table.rows().is_empty() {
        for (k, name) in ["Excitatory", "Inhibitory"].into_iter().enumerate() {
            let panel = Panel::new(name, CHANNELS, "Mean strength of connections");
            let strength = of_found(move |f| f.weights.strengths[k].unwrap_or(f64::NAN));
            panels.push(by_channels(panel, networks, &Group::MATCHING, strength));
        }
        let panel = Panel::new("Units that send to nobody", CHANNELS, "Units");
        let silent = of_found(|f| f.weights.silent as f64);
        panels.push(by_channels(panel, networks, &Group::MATCHING, silent));
    }
    Ok(Drawn {
        panel_size: (340.0, 300.0),
        ..Drawn::new(3, panels, table)
    })
}
