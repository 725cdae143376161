//! Figures 9 to 11: local perturbations, and both rules together.

use super::sheet::{Sheet, rings};
use super::sweep;
use super::weights::{DEPTH, ERROR, UNEVEN, perturbed, unlearned};
use crate::derivative_feedback::group::{Group, Learned, Site};
use crate::derivative_feedback::measured::Measured;
use crate::study::Drawn;
use crate::{Error, Panel};

const BOTH: &str = "Error, sd / mean";

/// The pattern of the first run of a group.
pub(super) fn pattern(
    sheet: &mut Sheet,
    networks: &[&Measured],
    letter: &str,
    group: Group,
) -> Result<(), Error> {
    let runs = rings(networks, &[group]);
    let (Some((network, ring)), Group::Learning(run)) = (runs.first(), group) else {
        return Ok(());
    };
    sheet.pattern(letter, &run.label(), network, &ring.angles, &ring.pattern)
}

/// Decoding error and spread of a rule at a site against the depth.
fn depths(
    sheet: &mut Sheet,
    networks: &[&Measured],
    letter: &str,
    rule: Learned,
    site: Site,
) -> Result<(), Error> {
    let all = rings(networks, &sweep(rule, site));
    let title = sheet.title(letter, &format!("{}, {}", rule.name(), site.label()));
    let panel = Panel::new(&title, DEPTH, BOTH);
    sheet.over_depths(letter, panel, &all, &[ERROR, UNEVEN], true)
}

fn local(id: &'static str, networks: &[&Measured], site: Site) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new(id)?;
    if let Some((network, found)) = unlearned(networks)
        && let Some(activity) = perturbed(found, site, 15)
    {
        let title = format!("Before learning, {} 15 %", site.label());
        sheet.pattern("B", &title, network, &found.angles, &activity.pattern)?;
    }
    for (letter, rule) in [("C", Learned::Differential), ("D", Learned::Homeostatic)] {
        pattern(
            &mut sheet,
            networks,
            letter,
            Group::learning(rule, site, 15),
        )?;
    }
    depths(&mut sheet, networks, "E", Learned::Differential, site)?;
    depths(&mut sheet, networks, "F", Learned::Homeostatic, site)?;
    Ok(sheet.drawn(3))
}

/// Figure 9.
pub(super) fn figure_9(networks: &[&Measured]) -> Result<Drawn, Error> {
    local("9", networks, Site::Post)
}

/// Figure 10.
pub(super) fn figure_10(networks: &[&Measured]) -> Result<Drawn, Error> {
    local("10", networks, Site::Pre)
}

/// Figure 11.
pub(super) fn figure_11(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("11")?;
    let rule = Learned::Combined;
    for (letter, site) in ["A", "B", "C"].into_iter().zip(Site::ALL) {
        pattern(
            &mut sheet,
            networks,
            letter,
            Group::learning(rule, site, 15),
        )?;
    }
    for (letter, site) in ["D", "E", "F"].into_iter().zip(Site::ALL) {
        depths(&mut sheet, networks, letter, rule, site)?;
    }
    Ok(sheet.drawn(3))
}
