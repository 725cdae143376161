//! Figure 2: answers, and the states from which they are read.

use super::panels::{lines_by_kind, plane};
use super::shown::shown;
use crate::study::{Drawn, cells, tidy, trained};
use crate::transient_memory::measured::{Bin, Measured};
use crate::{Error, Panel};

const DIFFERENCE: &str = "Difference ω₂ − ω₁ (1/τ)";

/// Figure 2a: share of answers "second is higher", and of correct ones, by the difference.
pub(super) fn psychometric(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = [
        "from",
        "to",
        "mean difference",
        "trials",
        "second chosen",
        "second chosen, low end",
        "second chosen, high end",
        "correct",
    ];
    let table = tidy(networks, columns, |found| {
        found.behaviour.bins.iter().map(|bin| {
            let [chosen, low, high] = bin.chosen;
            [
                bin.from.into(),
                bin.to.into(),
                bin.mean.into(),
                bin.trials.into(),
                chosen.into(),
                low.into(),
                high.into(),
                bin.correct.into(),
            ]
        })
    })?;
    let panel = |title: &str, label: &str, value: fn(&Bin) -> f64| {
        let panel = Panel::new(title, DIFFERENCE, label).y_range(0.0, 1.0);
        lines_by_kind(panel, networks, |_, found| {
            let bins = found.behaviour.bins.iter();
            bins.map(|bin| (bin.mean, value(bin))).unzip()
        })
        .horizontal("", 0.5)
    };
    let mut panels = Vec::new();
    if trained(networks).next().is_some() {
        let chosen = panel("Answer \"second is higher\"", "Share of answers", |bin| {
            bin.chosen[0]
        });
        panels = vec![
            chosen.vertical("", 0.0),
            panel("Correct answers", "Share of answers", |bin| bin.correct),
        ];
    }
    Ok(Drawn::new(2, panels, table))
}

/// Figure 2b: states at the end of the second signal.
pub(super) fn ends(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = ["component 1", "component 2", "component 3", "difference"];
    let table = tidy(networks, columns, |found| cells(&found.behaviour.ends))?;
    let mut panels = Vec::new();
    for network in shown(networks) {
        for other in [2, 3] {
            let ends = &network.found.behaviour.ends;
            panels.push(plane(&network.title(), ends, 0, other, (3, DIFFERENCE)));
        }
    }
    Ok(Drawn::new(2, panels, table))
}
