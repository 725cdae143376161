//! Figures 5 to 8: the ring, and global perturbations.

use super::sheet::{Quantity, Sheet, heterogeneity, rings};
use super::{WEAK, sweep};
use crate::derivative_feedback::group::{Group, Learned, Site};
use crate::derivative_feedback::measured::{Activity, Measured, Ring, Unlearned};
use crate::study::{Drawn, trained};
use crate::{Error, Panel};

pub(super) const TRIAL: &str = "Trial";
pub(super) const DEPTH: &str = "Depth of the perturbation (%)";
pub(super) const ERROR: Quantity<'_> = ("decoding error", 0, |stage| stage.error);
pub(super) const UNEVEN: Quantity<'_> = ("sd / mean of selectivity", 1, heterogeneity);

/// Balance ratios of the first modes.
const RATIOS: [Quantity<'_>; 3] = [
    ("mode 0", 0, |stage| stage.ratios[0]),
    ("mode 1", 1, |stage| stage.ratios[1]),
    ("mode 2", 2, |stage| stage.ratios[2]),
];

const SELECTIVITY: [Quantity<'_>; 2] = [
    ("mean", 0, |stage| stage.selectivity[0]),
    ("sd", 1, |stage| stage.selectivity[1]),
];

/// The first measurements of rings that do not learn.
pub(super) fn unlearned<'a>(networks: &[&'a Measured]) -> Option<(&'a Measured, &'a Unlearned)> {
    trained(networks).find_map(|(network, found)| Some((network, found.unlearned()?)))
}

/// The activity of a perturbed ring.
pub(super) fn perturbed(unlearned: &Unlearned, site: Site, depth: u8) -> Option<&Activity> {
    let mut all = unlearned.perturbed.iter();
    let found = all.find(|p| p.site == site && p.depth == depth);
    found.map(|p| &p.activity)
}

/// Figure 5: five trials and the pattern at the end of each, unperturbed and perturbed.
pub(super) fn figure_5(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("5")?;
    if let Some((network, found)) = unlearned(networks) {
        let weak = perturbed(found, Site::Global, 10);
        let both = [
            ("D", "Unperturbed", Some(&found.balanced)),
            ("E", "10 % less excitation", weak),
        ];
        for (letter, title, activity) in both {
            let Some(activity) = activity else { continue };
            let (angles, courses) = (&found.angles, &activity.courses);
            let trials = format!("{title}: five trials");
            sheet.courses(letter, &trials, network, angles, courses)?;
            let ends = format!("{letter}, ends");
            sheet.pattern(&ends, title, network, angles, &activity.pattern)?;
        }
    }
    Ok(sheet.drawn(2))
}

/// Five trials and the pattern of the first run of a group.
fn activity(sheet: &mut Sheet, runs: &[(&Measured, &Ring)], words: &str) -> Result<(), Error> {
    let Some((network, ring)) = runs.first() else {
        return Ok(());
    };
    let title = format!("Five trials after learning, {words}");
    sheet.courses("A", &title, network, &ring.angles, &ring.courses)?;
    let title = format!("After learning, {words}");
    sheet.pattern("B", &title, network, &ring.angles, &ring.pattern)
}

/// Figure 6.
pub(super) fn figure_6(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("6")?;
    let runs = rings(networks, &[WEAK]);
    activity(&mut sheet, &runs, "10 %")?;
    let panel = Panel::new(&sheet.title("C", "Decoding error"), TRIAL, "Decoding error");
    sheet.over_trials("C", panel, &runs, &[ERROR], true)?;
    let panel = Panel::new(
        &sheet.title("D", "Balance of modes"),
        TRIAL,
        "Ratio of eigenvalues",
    );
    sheet.over_trials("D", panel.horizontal("", 1.0), &runs, &RATIOS, false)?;
    let panel = Panel::new(
        &sheet.title("E", "Selectivity over units"),
        TRIAL,
        "Selectivity (Hz)",
    );
    sheet.over_trials("E", panel, &runs, &SELECTIVITY, false)?;
    let panel = Panel::new(
        &sheet.title("F", "Spread of selectivity"),
        TRIAL,
        "sd / mean",
    );
    sheet.over_trials("F", panel, &runs, &[UNEVEN], false)?;
    Ok(sheet.drawn(2))
}

/// Panels A to D of Figures 7 and 8.
fn course_of_learning(
    sheet: &mut Sheet,
    networks: &[&Measured],
    rule: Learned,
) -> Result<(), Error> {
    let runs = rings(networks, &[Group::learning(rule, Site::Global, 15)]);
    activity(sheet, &runs, "15 %")?;
    let panel = Panel::new(
        &sheet.title("C", "Decoding error, 15 %"),
        TRIAL,
        "Decoding error",
    );
    sheet.over_trials("C", panel, &runs, &[ERROR], true)?;
    let panel = Panel::new(
        &sheet.title("D", "Spread of selectivity, 15 %"),
        TRIAL,
        "sd / mean",
    );
    sheet.over_trials("D", panel, &runs, &[UNEVEN], false)
}

/// Figure 7.
pub(super) fn figure_7(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("7")?;
    course_of_learning(&mut sheet, networks, Learned::Differential)?;
    let all = rings(networks, &sweep(Learned::Differential, Site::Global));
    let panel = Panel::new(&sheet.title("E", "After learning"), DEPTH, "Decoding error");
    sheet.over_depths("E", panel, &all, &[ERROR], true)?;
    let panel = Panel::new(
        &sheet.title("F", "After learning"),
        DEPTH,
        "Selectivity (Hz)",
    );
    sheet.over_depths("F", panel, &all, &SELECTIVITY, false)?;
    let panel = Panel::new(
        &sheet.title("F, spread", "After learning"),
        DEPTH,
        "sd / mean",
    );
    sheet.over_depths("F, spread", panel, &all, &[UNEVEN], false)?;
    Ok(sheet.drawn(2))
}

/// Figure 8.
pub(super) fn figure_8(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("8")?;
    course_of_learning(&mut sheet, networks, Learned::Homeostatic)?;
    let runs = rings(
        networks,
        &[Group::learning(Learned::Homeostatic, Site::Global, 15)],
    );
    let panel = Panel::new(
        &sheet.title("E", "Balance of modes, 15 %"),
        TRIAL,
        "Ratio of eigenvalues",
    );
    sheet.over_trials("E", panel.horizontal("", 1.0), &runs, &RATIOS, false)?;
    let all = rings(networks, &sweep(Learned::Homeostatic, Site::Global));
    let panel = Panel::new(
        &sheet.title("F", "After learning"),
        DEPTH,
        "Error, sd / mean",
    );
    sheet.over_depths("F", panel, &all, &[ERROR, UNEVEN], true)?;
    Ok(sheet.drawn(2))
}
