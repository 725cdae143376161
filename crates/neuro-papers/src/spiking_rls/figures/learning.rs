//! Figures 1 and 2 with their supplements.

use super::panels::{over_loops, raster, scores, traces};
use crate::Error;
use crate::spiking_rls::group::{Group, Kind};
use crate::spiking_rls::measured::Measured;
use crate::study::{Drawn, Sheet};

/// Traces before, in the first and last loop, and after training, spikes of the loops, and correlations.
fn course(
    sheet: &mut Sheet,
    networks: &[&Measured],
    group: Group,
    [first, second]: [&str; 2],
) -> Result<(), Error> {
    for (label, words) in [
        ("untrained", "Before training"),
        ("loop 1", "Loop 1"),
        ("last loop", "Last loop"),
        ("test", "Recalled"),
    ] {
        let letter = format!("{first}, {label}");
        traces(sheet, &letter, words, networks, group, label)?;
    }
    for label in ["loop 1", "test", "test, trial 2"] {
        let letter = format!("{first}, spikes, {label}");
        raster(sheet, &letter, "Spikes", networks, group, label)?;
    }
    over_loops(sheet, second, "Training", networks, group)
}

/// Figures 1b, c.
pub(super) fn figure_1b(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("1")?;
    course(&mut sheet, networks, Group::Single(Kind::Sines), ["b", "c"])?;
    Ok(sheet.drawn(3))
}

/// Figures 1d, e.
pub(super) fn figure_1d(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("1")?;
    let group = Group::Single(Kind::SinesRate);
    course(&mut sheet, networks, group, ["d", "e"])?;
    Ok(sheet.drawn(3))
}

/// Figure 1, supplement 1.
pub(super) fn figure_1_s1(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("1-S1")?;
    let group = Group::Single(Kind::RateUnits);
    traces(
        &mut sheet,
        "a",
        "Before training",
        networks,
        group,
        "untrained",
    )?;
    traces(&mut sheet, "b", "After training", networks, group, "test")?;
    over_loops(&mut sheet, "b, loops", "Training", networks, group)?;
    Ok(sheet.drawn(2))
}

/// Figure 1, supplement 2.
pub(super) fn figure_1_s2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("1-S2")?;
    let (drive, rate) = (Kind::Unconnected, Kind::UnconnectedRate);
    course(&mut sheet, networks, Group::Single(drive), ["a", "b"])?;
    course(&mut sheet, networks, Group::Single(rate), ["c", "d"])?;
    let ungated = Group::Single(Kind::UnconnectedUngated);
    let words = "All units trained";
    traces(
        &mut sheet,
        "c, all trained",
        words,
        networks,
        ungated,
        "test",
    )?;
    over_loops(&mut sheet, "d, all trained", words, networks, ungated)?;
    Ok(sheet.drawn(3))
}

/// Figure 2.
pub(super) fn figure_2(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("2")?;
    for (letter, kind) in [("a", Kind::Two), ("b", Kind::TwoRate)] {
        let group = Group::Single(kind);
        for (label, words) in [("test", "Stimulus 1"), ("test 2", "Stimulus 2")] {
            let panel = format!("{letter}, {label}");
            traces(&mut sheet, &panel, words, networks, group, label)?;
        }
        let panel = format!("{letter}, loops");
        over_loops(&mut sheet, &panel, "Training in turn", networks, group)?;
    }
    let groups = [
        ("drives", Group::Single(Kind::Two)),
        ("rates", Group::Single(Kind::TwoRate)),
    ];
    scores(&mut sheet, "scores", "First pattern", networks, &groups)?;
    Ok(sheet.drawn(2))
}
