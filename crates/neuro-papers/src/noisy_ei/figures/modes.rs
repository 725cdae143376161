//! Figure 4: spectra, localisation, and dominant units.

use super::panels::{
    CHANNELS, DOMINANT as PURPLE, OTHERS, by_channels, colour, each_network, of_found,
};
use crate::noisy_ei::derived::{
    Contrast, dominant_share, dominant_time_constants, leading_real, participation, participations,
    turning_participation, turning_real,
};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{DOMINANT, Found, LOOSE, Measured, Steady};
use crate::study::{Drawn, tidy, trained};
use crate::{Error, Panel};

const NONE: Group = Group::Matching(Channels::None);
const TEN: Group = Group::Matching(Channels::Ten);

/// Real parts of the close-up, in 1/s.
const NEAR: (f64, f64) = (-25.0, 1.0);

/// Figure 4a to d.
pub(super) fn spectra(networks: &[&Measured]) -> Result<Drawn, Error> {
    of_example(networks, NONE)
}

/// A number of a network: of which modes, what it is called, and where it comes from.
type Value = (&'static str, &'static str, fn(&Found) -> f64);

/// Figure 4e to h, and what they say of all networks.
pub(super) fn spectra_and_networks(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut drawn = of_example(networks, TEN)?;
    if drawn.panels.is_empty() {
        return Ok(drawn);
    }
    let values: [Value; 3] = [
        ("Complex modes", "Mean real part (1/s)", turning_real),
        ("Ten slowest modes", "Mean real part (1/s)", leading_real),
        ("Complex modes", "Mean log₁₀ IPR", turning_participation),
    ];
    for (title, label, value) in values {
        let panel = Panel::new(&format!("{title} of all networks"), CHANNELS, label);
        let panel = by_channels(panel, networks, &[NONE, TEN], of_found(value));
        drawn.panels.push(panel);
    }
    Ok(drawn)
}

fn stimulus(steady: &Steady) -> &'static str {
    if steady.positive {
        "s₁ = +1"
    } else {
        "s₁ = −1"
    }
}

fn of_example(networks: &[&Measured], group: Group) -> Result<Drawn, Error> {
    let shown = Example::of(networks.iter().copied(), group);
    let of_example: Vec<&Measured> = shown.iter().map(|example| example.network).collect();
    let columns = [
        "first stimulus",
        "real (1/s)",
        "imaginary (1/s)",
        "IPR left",
    ];
    let table = tidy(&of_example, columns, |found| {
        let states = found.steady.iter();
        states.flat_map(|steady| {
            let sign: i64 = if steady.positive { 1 } else { -1 };
            let modes = steady.modes.iter();
            modes.map(move |[re, im, ipr]| [sign.into(), (*re).into(), (*im).into(), (*ipr).into()])
        })
    })?;
    let mut panels = Vec::new();
    if let Some(example) = shown {
        let states = &example.found.steady;
        let title = example.title();
        let cloud = |steady: &Steady, near: bool| {
            let modes = steady.modes.iter();
            let modes: Vec<&[f64; 3]> = modes.filter(|m| !near || m[0] >= NEAR.0).collect();
            let of = |k: usize| -> Vec<f64> { modes.iter().map(|m| m[k]).collect() };
            let ipr: Vec<f64> = modes.iter().map(|m| m[2].log10()).collect();
            let part = if near { ", near 0" } else { "" };
            let title = format!("{title}, {}{part}", stimulus(steady));
            let panel = Panel::new(&title, "Real part (1/s)", "Imaginary part (1/s)");
            let panel = panel
                .scatter_by(&of(0), &of(1), &ipr, "log₁₀ IPR")
                .vertical("", 0.0);
            if near {
                panel.x_range(NEAR.0, NEAR.1)
            } else {
                panel
            }
        };
        for near in [false, true] {
            panels.extend(states.iter().map(|steady| cloud(steady, near)));
        }
    }
    let columns = if group == TEN { 4 } else { 2 };
    Ok(Drawn {
        panel_size: (400.0, 310.0),
        ..Drawn::new(columns, panels, table)
    })
}

/// Figure 4i: the modes of the example networks, and the mean of each network.
pub(super) fn localisation(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = ["C", "mean log10 IPR", "mean log10 IPR of complex modes"];
    let table = each_network(networks, columns, |network| {
        let channels = network.group.channels().count();
        let of = |value: fn(&Found) -> f64| of_found(value)(network);
        [
            channels.into(),
            of(participation).into(),
            of(turning_participation).into(),
        ]
    })?;
    let mut panels = Vec::new();
    if trained(networks).next().is_some() {
        let examples = [NONE, TEN].map(|group| Example::of(networks.iter().copied(), group));
        let examples: Vec<Example<'_>> = examples.into_iter().flatten().collect();
        let mut panel = Panel::new("All modes of the example networks", "", "log₁₀ IPR (left)");
        panel = panel.x_names(examples.iter().map(Example::title));
        for (place, example) in examples.iter().enumerate() {
            let colour = colour(example.network.group.channels());
            let values = participations(example.found);
            panel = panel.boxes("", place as f64, &values).in_colour(colour);
        }
        panels.push(panel);
        let panel = Panel::new(
            "Mean over the modes of each network",
            CHANNELS,
            "log₁₀ IPR (left)",
        );
        panels.push(by_channels(
            panel,
            networks,
            &Group::MATCHING,
            of_found(participation),
        ));
    }
    Ok(Drawn::new(2, panels, table))
}

/// Figure 4j.
pub(super) fn dominant(networks: &[&Measured]) -> Result<Drawn, Error> {
    contrasts(networks, NONE)
}

/// Figure 4k, and the share of dominant units.
pub(super) fn dominant_and_share(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut drawn = contrasts(networks, TEN)?;
    if !drawn.panels.is_empty() {
        let panel = Panel::new("Dominant units (above 1e-6)", CHANNELS, "Share of units");
        let value = of_found(|found| dominant_share(found, DOMINANT));
        let panel = by_channels(panel, networks, &[NONE, TEN], value);
        drawn.panels.push(panel);
    }
    Ok(drawn)
}

/// Time constants of dominant and other units of the networks of a group.
fn contrasts(networks: &[&Measured], group: Group) -> Result<Drawn, Error> {
    let columns = [
        "tau dominant (ms)",
        "tau others (ms)",
        "tau dominant, above 0.01 (ms)",
        "tau others, above 0.01 (ms)",
        "share dominant",
    ];
    let table = each_network(networks, columns, |network| {
        let of = |threshold| {
            let found = network.found.as_ref();
            found.map(|found| dominant_time_constants(found, threshold))
        };
        let cells = [DOMINANT, LOOSE].map(|threshold| {
            let contrast = of(threshold);
            let of = |value: fn(Contrast) -> f64| contrast.map_or(f64::NAN, value).into();
            [of(|c| c.dominant), of(|c| c.others)]
        });
        let [[a, b], [c, d]] = cells;
        let share = of_found(|found| dominant_share(found, DOMINANT))(network);
        [a, b, c, d, share.into()]
    })?;
    let of_group = || trained(networks).filter(|(n, _)| n.group == group && n.learned);
    let mut panels = Vec::new();
    if trained(networks).any(|(n, _)| n.group == group) {
        for (threshold, words) in [(DOMINANT, "1e-6"), (LOOSE, "0.01")] {
            let values = |value: fn(Contrast) -> f64| -> Vec<f64> {
                let all = of_group();
                all.map(|(_, found)| value(dominant_time_constants(found, threshold)))
                    .collect()
            };
            let title = format!("C = {}, amplitude above {words}", group.channels().count());
            let panel = Panel::new(&title, "", "Mean time constant (ms)")
                .x_names(["dominant", "others"])
                .boxes("", 0.0, &values(|c| c.dominant))
                .in_colour(PURPLE)
                .boxes("", 1.0, &values(|c| c.others))
                .in_colour(OTHERS)
                .y_range(20.0, 125.0);
            panels.push(panel);
        }
    }
    Ok(Drawn {
        panel_size: (360.0, 310.0),
        ..Drawn::new(3, panels, table)
    })
}
