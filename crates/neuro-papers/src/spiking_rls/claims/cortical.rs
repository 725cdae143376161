//! Figure 5: synthetic cortical rates.

use neuro_analysis::{pearson, spearman};

use super::{Deciding, averaged, or_nan, rank_correlation, single};
use crate::spiking_rls::group::{AUXILIARY, Group};
use crate::spiking_rls::measured::Learned;
use crate::{Error, Rule, Scale};

const BARE: [Group; 1] = [Group::Cortical(0)];
const TWICE: [Group; 1] = [Group::Cortical(200)];

/// The average after all cortical weights were shuffled less that before.
fn lost(found: &Learned) -> f64 {
    let all = found.lesions.iter().find(|lesion| lesion.share == 1.0);
    averaged(found) - or_nan(all.and_then(|lesion| lesion.test.averaged))
}

/// Spearman's correlation of the share of shuffled weights and the fit.
fn with_share(found: &Learned) -> f64 {
    let whole = (0.0, averaged(found));
    let after = found
        .lesions
        .iter()
        .map(|l| (l.share, or_nan(l.test.averaged)));
    let (x, y): (Vec<f64>, Vec<f64>) = std::iter::once(whole).chain(after).unzip();
    spearman(&x, &y).map_or(f64::NAN, |found| found.coefficient)
}

/// Correlation of the rates of all neurons and times with the data.
fn population(found: &Learned) -> f64 {
    let Some(cortical) = &found.cortical else {
        return f64::NAN;
    };
    let pearson = pearson(&cortical.data.concat(), &cortical.model.concat());
    pearson.map_or(f64::NAN, |found| found.coefficient)
}

pub(super) fn decide(all: &mut Deciding<'_>) -> Result<(), Error> {
    let paper = |rule: Rule| rule.from_scale(Scale::Paper);
    all.claim(
        "5",
        "5b-trend",
        "Without auxiliary neurons the network captures the overall trend of the rates (synthetic data)",
        &paper(Rule::at_least("correlation of the average over trials", 0.5)),
        &all.learned(&BARE, averaged),
    )?;
    all.smaller(
        "5",
        "5b-coarse",
        "Without auxiliary neurons it misses the rapid changes that it captures with them (synthetic data)",
        "the correlation of the average over trials",
        [
            all.sample("no auxiliary neurons", &BARE, averaged),
            all.sample("twice as many", &TWICE, averaged),
        ],
    )?;
    all.claim(
        "5",
        "5c-accurate",
        "With twice as many auxiliary neurons the rates fit accurately (synthetic data)",
        &paper(Rule::at_least(
            "correlation of the average over trials",
            0.9,
        )),
        &all.learned(&TWICE, averaged),
    )?;
    all.claim(
        "5",
        "5c-accurate-single",
        "They fit accurately in single trials too (synthetic data)",
        &paper(Rule::at_least("correlation in single trials", 0.9)),
        &all.learned(&TWICE, single),
    )?;
    all.claim(
        "5",
        "5d-population",
        "The activity of the whole population is well captured (synthetic data)",
        &paper(Rule::at_least(
            "correlation of the rates of all neurons and times",
            0.9,
        )),
        &all.learned(&TWICE, population),
    )?;
    let mut points = Vec::new();
    for percent in AUXILIARY {
        let values = all.learned(&[Group::Cortical(percent)], averaged);
        points.extend(values.into_iter().map(|v| (f64::from(percent), v)));
    }
    all.claim(
        "5",
        "5e-auxiliary",
        "The fit improves with the number of auxiliary neurons (synthetic data)",
        &paper(Rule::at_least(
            "Spearman's correlation of ratio and fit",
            0.8,
        ))
        .of("comparison"),
        &rank_correlation(&points),
    )?;
    all.claim(
        "5",
        "5f-shuffled",
        "The fit deteriorates the more weights between cortical neurons are shuffled (synthetic data)",
        &paper(Rule::at_most(
            "Spearman's correlation of share and fit within a network",
            -0.8,
        )),
        &all.learned(&TWICE, with_share),
    )?;
    all.claim(
        "5",
        "5f-recurrent",
        "The recurrent weights between cortical neurons play a role (synthetic data)",
        &paper(Rule::at_least(
            "loss of correlation when all of them are shuffled",
            0.1,
        )),
        &all.learned(&TWICE, lost),
    )
}
