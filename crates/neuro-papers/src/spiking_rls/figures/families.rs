//! Figure 3 with its supplements.

use super::FAMILIES;
use super::panels::{
    AVERAGED, SINGLE, against, averaged, both_damaged, learned, raster, scores, single, traces,
};
use crate::spiking_rls::group::{Group, Kind, LOW_RATES, RANDOMS};
use crate::spiking_rls::measured::Measured;
use crate::study::{Drawn, Sheet};
use crate::{Error, Panel};

const NAMES: [&str; 3] = ["Products of sines", "Chaotic rate units", "Processes"];

/// Figures 3a, b.
pub(super) fn figure_3a(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3")?;
    for (name, group) in NAMES.into_iter().zip(FAMILIES) {
        let letter = format!("a, {}", name.to_lowercase());
        traces(
            &mut sheet,
            &letter,
            name,
            networks,
            group,
            "quasi-static drive",
        )?;
    }
    for (name, group) in NAMES.into_iter().zip(FAMILIES) {
        let letter = format!("b, {}", name.to_lowercase());
        let title = "Rates in 50 ms (Hz)";
        traces(
            &mut sheet,
            &letter,
            title,
            networks,
            group,
            "quasi-static rate (Hz)",
        )?;
    }
    for (name, group) in NAMES.into_iter().zip(FAMILIES) {
        let letter = format!("b, spikes, {}", name.to_lowercase());
        raster(&mut sheet, &letter, name, networks, group, "test")?;
    }
    let groups: Vec<(&str, Group)> = NAMES.into_iter().zip(FAMILIES).collect();
    scores(&mut sheet, "scores", "Tests", networks, &groups)?;
    Ok(sheet.drawn(3))
}

/// Figure 3c.
pub(super) fn figure_3c(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3")?;
    let all: Vec<Group> = RANDOMS.into_iter().chain([FAMILIES[0]]).collect();
    let share = |group: Group| match group {
        Group::Random(percent) => f64::from(percent) / 100.0,
        _ => 1.0,
    };
    let of = |score: fn(&crate::spiking_rls::measured::Learned) -> f64| {
        let points = learned(networks, &all).into_iter();
        points
            .map(|(network, found)| (network, share(network.group), score(found)))
            .collect()
    };
    let title = sheet.title("c", "Performance");
    let panel = Panel::new(&title, "Share of random targets", "Correlation");
    let sets = [
        ("single test trials".to_string(), SINGLE, of(single)),
        ("average over trials".to_string(), AVERAGED, of(averaged)),
    ];
    against(&mut sheet, "c", panel.y_range(-0.2, 1.0), &sets)?;
    Ok(sheet.drawn(1))
}

/// Figure 3d.
pub(super) fn figure_3d(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3")?;
    for percent in [5, 10, 40] {
        let label = format!("without {percent} %");
        let letter = format!("d, {percent} %");
        let title = format!("Products, {label}");
        traces(&mut sheet, &letter, &title, networks, FAMILIES[0], &label)?;
    }
    for (name, group) in NAMES.into_iter().zip(FAMILIES) {
        let all = learned(networks, &[group]);
        let letter = format!("d, {}", name.to_lowercase());
        let title = sheet.title(&letter, name);
        let panel = Panel::new(&title, "Share of neurons lost", "Correlation");
        against(
            &mut sheet,
            &letter,
            panel.y_range(-0.2, 1.0),
            &both_damaged(&all),
        )?;
    }
    Ok(sheet.drawn(3))
}

/// Figure 3, supplement 1.
pub(super) fn figure_3_s1(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3-S1")?;
    let words = ["Amplitude 0.1", "Amplitude 0.05", "Amplitude 0.01"];
    for ((letter, title), group) in ["a", "b", "c"].into_iter().zip(words).zip(LOW_RATES) {
        traces(&mut sheet, letter, title, networks, group, "test")?;
    }
    let groups: Vec<(&str, Group)> = words.into_iter().zip(LOW_RATES).collect();
    scores(&mut sheet, "scores", "Tests", networks, &groups)?;
    Ok(sheet.drawn(2))
}

/// Figure 3, supplement 2.
pub(super) fn figure_3_s2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3-S2")?;
    for ([drive, spikes], name, kind) in [
        (["a", "b"], "Integrate-and-fire", Kind::IntegrateAndFire),
        (["c", "d"], "Izhikevich", Kind::Izhikevich),
    ] {
        let group = Group::Single(kind);
        traces(&mut sheet, drive, name, networks, group, "test")?;
        let letter = format!("{drive}, voltage");
        let title = format!("{name}, voltage (mV)");
        traces(&mut sheet, &letter, &title, networks, group, "voltage")?;
        raster(&mut sheet, spikes, name, networks, group, "test")?;
    }
    Ok(sheet.drawn(3))
}

/// Figure 3, supplement 3.
pub(super) fn figure_3_s3(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("3-S3")?;
    let kinds = [Kind::NoiseLow, Kind::NoiseMedium, Kind::NoiseHigh].map(Group::Single);
    let names = ["Weak noise", "Medium noise", "Strong noise"];
    for ((letter, name), group) in ["a", "b", "c"].into_iter().zip(names).zip(kinds) {
        traces(&mut sheet, letter, name, networks, group, "test")?;
    }
    raster(
        &mut sheet,
        "c, spikes",
        "Strong noise",
        networks,
        kinds[2],
        "test",
    )?;
    let groups: Vec<(&str, Group)> = names.into_iter().zip(kinds).collect();
    scores(&mut sheet, "scores", "Tests", networks, &groups)?;
    Ok(sheet.drawn(3))
}
