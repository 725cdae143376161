//! Figure 6e and f, and the same for delayed matching: perturbing the units of the slowest modes.

use super::panels::{CHANNELS, by_channels, colour, of_found, present};
use crate::noisy_ei::derived::{mean_pipr, perturbed_accuracy, pipr};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::Group;
use crate::noisy_ei::measured::Measured;
use crate::study::{Drawn, tidy, trained};
use crate::{Error, Panel, Table};

fn table(networks: &[&Measured]) -> Result<Table, Error> {
    let columns = [
        "real (1/s)",
        "imaginary (1/s)",
        "IPR left",
        "units",
        "correct (peak)",
        "correct (mean)",
        "IPR by accuracy",
    ];
    tidy(networks, columns, |found| {
        let rows = found.perturbed.iter().zip(pipr(found));
        rows.map(|(p, ratio)| {
            let ([re, im], [peak, mean]) = (p.value, p.accuracy);
            [
                re.into(),
                im.into(),
                p.participation.into(),
                p.units.into(),
                peak.into(),
                mean.into(),
                ratio.into(),
            ]
        })
    })
}

/// The ratio of each mode of the example networks, and its mean in each network.
pub(super) fn ratios(networks: &[&Measured]) -> Result<Drawn, Error> {
    Ok(Drawn::new(2, ratio_panels(networks), table(networks)?))
}

fn ratio_panels(networks: &[&Measured]) -> Vec<Panel> {
    const LABEL: &str = "IPR by accuracy";
    if !trained(networks).any(|(_, found)| !found.perturbed.is_empty()) {
        return Vec::new();
    }
    let groups = present(networks, &Group::ALL);
    let examples = groups.iter();
    let examples = examples.filter_map(|group| Example::of(networks.iter().copied(), *group));
    let examples: Vec<Example<'_>> = examples.collect();
    let mut panel = Panel::new("Ten slowest modes of the example networks", "", LABEL);
    panel = panel.x_names(examples.iter().map(Example::title));
    for (place, example) in examples.iter().enumerate() {
        let colour = colour(example.network.group.channels());
        let values = pipr(example.found);
        panel = panel.boxes("", place as f64, &values).in_colour(colour);
    }
    // A network that answers nothing right has a ratio a hundred times as large.
    let learned = networks.iter().copied().filter(|n| n.learned);
    let learned: Vec<&Measured> = learned.collect();
    let title = "Mean over the ten modes of each network that learned";
    let all = Panel::new(title, CHANNELS, LABEL);
    let all = by_channels(all, &learned, &groups, of_found(mean_pipr));
    vec![panel, all]
}

/// The accuracy under perturbation of each network.
pub(super) fn accuracy(networks: &[&Measured]) -> Result<Drawn, Error> {
    Ok(Drawn::new(1, accuracy_panel(networks), table(networks)?))
}

fn accuracy_panel(networks: &[&Measured]) -> Vec<Panel> {
    if !trained(networks).any(|(_, found)| !found.perturbed.is_empty()) {
        return Vec::new();
    }
    let groups = present(networks, &Group::ALL);
    let title = "Mean over the ten slowest modes";
    let panel = Panel::new(title, CHANNELS, "Share correct, perturbed");
    let panel = by_channels(panel, networks, &groups, of_found(perturbed_accuracy));
    vec![panel.y_range(0.0, 1.02)]
}

/// Both.
pub(super) fn ratios_and_accuracy(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = ratio_panels(networks);
    panels.extend(accuracy_panel(networks));
    Ok(Drawn::new(3, panels, table(networks)?))
}
