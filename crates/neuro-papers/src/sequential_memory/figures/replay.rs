//! Figures 1 to 3: what a network replays, and its energy.

use nalgebra::DMatrix;

use super::learning::along_epochs;
use crate::sequential_memory::derived::shown;
use crate::sequential_memory::group::{Group, Setting, Taught};
use crate::sequential_memory::measured::{Measured, Shown, Surface};
use crate::study::{Drawn, Sheet};
use crate::{Error, Panel};

const TIME: &str = "Time";
const OVERLAP: &str = "Overlap";
const COMPONENT: &str = "PC1 of the activations";

/// The example of a setting and what its titles say.
fn example<'a>(
    networks: &[&'a Measured],
    setting: Setting,
) -> Option<(&'a Measured, &'a Shown, String)> {
    let (network, found, picture) = shown(networks.iter().copied(), Group::Replay(setting))?;
    let replayed = found.courses[1].replays() || setting.is_static();
    let outcome = if replayed { "" } else { ", not replayed" };
    let title = format!("{}, seed {}{outcome}", setting.label(), network.seed);
    Some((network, picture, title))
}

/// The name of a memory, numbered from 1 as in the paper.
pub(super) fn memory(k: usize) -> String {
    format!("memory {}", k + 1)
}

/// Overlaps of all memories over time.
fn overlaps(
    sheet: &mut Sheet,
    letter: &str,
    networks: &[&Measured],
    setting: Setting,
    with_window: bool,
) -> Result<(), Error> {
    let Some((network, picture, title)) = example(networks, setting) else {
        return Ok(());
    };
    let mut panel = Panel::new(&sheet.title(letter, &title), TIME, OVERLAP);
    if with_window {
        panel = panel.vertical("", picture.window[0]);
        panel = panel.vertical("", picture.window[1]);
    }
    let curves = picture.overlaps.iter().enumerate().map(|(k, overlap)| {
        let points = picture.times.iter().copied().zip(overlap.iter().copied());
        (network, memory(k), k, points.collect())
    });
    sheet.curves(letter, panel, curves)
}

/// The energy on visited states, with the way of the run.
pub(super) fn surface(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    network: &Measured,
    surface: &Surface,
) -> Result<(), Error> {
    let (fast, slow) = (surface.features.len(), surface.delays.len());
    for (time, energies) in surface.delays.iter().zip(&surface.energy) {
        let points = surface
            .features
            .iter()
            .copied()
            .zip(energies.iter().copied());
        sheet.note(network, letter, &format!("delay at {time}"), points)?;
    }
    // The middles of the states' columns and rows.
    let way = surface
        .course
        .iter()
        .map(|[slow, fast]| (*fast as f64 + 0.5, *slow as f64 + 0.5));
    let way: Vec<(f64, f64)> = way.collect();
    sheet.note(
        network,
        letter,
        "way (numbers of the states)",
        way.iter().copied(),
    )?;
    let (x, y): (Vec<f64>, Vec<f64>) = way.into_iter().unzip();
    let energy = DMatrix::from_fn(slow, fast, |j, i| surface.energy[j][i]);
    let title = sheet.title(letter, title);
    let panel = Panel::new(
        &title,
        "Visited state of the features",
        "Visited state of the delay",
    )
    .heat_map(&energy, (0.0, fast as f64), (0.0, slow as f64), "Energy")
    .line("way of the run", &x, &y)
    .in_colour(2);
    sheet.push(panel);
    Ok(())
}

/// Panels A to D of Figures 2 and 3.
fn energy_dynamics(
    sheet: &mut Sheet,
    networks: &[&Measured],
    setting: Setting,
) -> Result<(), Error> {
    let Some((network, picture, title)) = example(networks, setting) else {
        return Ok(());
    };
    surface(sheet, "A", &title, network, &picture.surface)?;
    overlaps(sheet, "B", networks, setting, true)?;
    if picture.components.is_empty() {
        return Ok(());
    }
    let column = |k: usize| picture.components.iter().map(move |row| row[k]);
    let times: Vec<f64> = column(0).collect();
    let [delay, state, fixed] = [1, 2, 3].map(|k| column(k).collect::<Vec<f64>>());
    let name = sheet.title("C", "Delay, and fixed points near memories");
    let mut panel = Panel::new(&name, TIME, COMPONENT);
    let name = sheet.title("C, energy", "Energy of the fixed points near memories");
    let mut energies = Panel::new(&name, TIME, "Energy");
    for k in 0..picture.overlaps.len() {
        let of: Vec<_> = picture.markers.iter().filter(|m| m.memory == k).collect();
        if of.is_empty() {
            continue;
        }
        let time: Vec<f64> = of.iter().map(|m| m.time).collect();
        let place: Vec<f64> = of.iter().map(|m| m.component).collect();
        let energy: Vec<f64> = of.iter().map(|m| m.energy).collect();
        panel = panel.scatter(&memory(k), &time, &place).in_colour(k);
        energies = energies.scatter(&memory(k), &time, &energy).in_colour(k);
        let places = time.iter().copied().zip(place);
        sheet.note(network, "C", &memory(k), places)?;
        let heights = time.iter().copied().zip(energy);
        sheet.note(network, "C, energy", &memory(k), heights)?;
    }
    panel = panel.line("delayed features", &times, &delay).in_colour(6);
    sheet.push(panel);
    sheet.push(energies);
    let name = sheet.title("D", "State, and the fixed point that it is drawn to");
    let panel = Panel::new(&name, TIME, COMPONENT)
        .scatter("fixed point", &times, &fixed)
        .in_colour(1)
        .scatter("state", &times, &state)
        .in_colour(2);
    sheet.push(panel);
    for (letter, curve, values) in [
        ("C", "delayed features", delay),
        ("D", "state", state),
        ("D", "fixed point", fixed),
    ] {
        let points = times.iter().copied().zip(values);
        sheet.note(network, letter, curve, points)?;
    }
    Ok(())
}

/// Figure 1, C and D.
pub(super) fn figure_1(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("1")?;
    for (letter, setting) in [
        ("C", Setting::DsemStatic),
        ("C, LISEM", Setting::LisemStatic),
        ("D", Setting::Dsem),
        ("D, LISEM", Setting::Lisem),
    ] {
        overlaps(&mut sheet, letter, networks, setting, false)?;
    }
    Ok(sheet.drawn(2))
}

/// Figure 2.
pub(super) fn figure_2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("2")?;
    energy_dynamics(&mut sheet, networks, Setting::Lisem)?;
    overlaps(
        &mut sheet,
        "B, stronger",
        networks,
        Setting::LisemStrong,
        false,
    )?;
    Ok(sheet.drawn(2))
}

/// Figure 3.
pub(super) fn figure_3(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3")?;
    energy_dynamics(&mut sheet, networks, Setting::Dsem)?;
    overlaps(&mut sheet, "B, T_d 100", networks, Setting::DsemSlow, false)?;
    Ok(sheet.drawn(2))
}

/// Energy, `F` and `G` over time.
pub(super) fn energy(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    for setting in [Setting::Dsem, Setting::DsemSlow, Setting::Lisem] {
        let Some((network, picture, title)) = example(networks, setting) else {
            continue;
        };
        let points = |k: usize| picture.rates.iter().map(|row| (row[0], row[k])).collect();
        let panel = Panel::new(&title, TIME, "Energy");
        let letter = setting.label();
        sheet.curves(letter, panel, [(network, "E".into(), 6, points(1))])?;
        let curves = [
            (network, "F (descent)".into(), 0, points(2)),
            (network, "G (delay)".into(), 1, points(3)),
        ];
        let panel = Panel::new(&title, TIME, "Rate of change of the energy");
        sheet.curves(letter, panel, curves)?;
    }
    Ok(sheet.drawn(2))
}

/// LISEM and learning with the printed constants.
pub(super) fn printed(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    if let Some((network, picture, title)) = example(networks, Setting::LisemPrinted) {
        let panel = Panel::new(&title, TIME, OVERLAP);
        let curves = picture.overlaps.iter().enumerate().map(|(k, overlap)| {
            let points = picture.times.iter().copied().zip(overlap.iter().copied());
            (network, memory(k), k, points.collect())
        });
        sheet.curves("LISEM", panel, curves)?;
    }
    let all = [Taught::Standard, Taught::Printed, Taught::PrintedTime];
    along_epochs(&mut sheet, networks, &all)?;
    Ok(sheet.drawn(2))
}
