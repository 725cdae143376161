//! Figure 4, and how often a cycle is replayed with each strength of the transitions.

use neuro_analysis::Trend;

use crate::claims::brief;
use crate::sequential_memory::derived::{Searched, best, complete_mean, laws, points, searched};
use crate::sequential_memory::group::{Group, Model};
use crate::sequential_memory::measured::{Measured, Strength};
use crate::study::{Drawn, Sheet, trained};
use crate::{Cell, Error, Panel, Table};

const MEMORIES: &str = "Memories K";
const SIZE: &str = "Features N_f";

fn law(trend: Trend) -> &'static str {
    match trend {
        Trend::Linear => "linear",
        Trend::Logarithmic => "logarithmic (exponential capacity)",
        Trend::Power => "power",
    }
}

/// Mean and standard deviation at the best strength, with the three laws.
fn growth(title: &str, all: &[Searched], log: bool) -> Option<Panel> {
    let best = best(all);
    if best.is_empty() {
        return None;
    }
    let memories: Vec<f64> = best.iter().map(|s| s.memories as f64).collect();
    let (means, deviations): (Vec<f64>, Vec<f64>) = best.iter().map(|s| s.mean()).unzip();
    // One trial has no deviation, and a band needs one.
    let half: Vec<f64> = deviations
        .iter()
        .map(|d| if d.is_finite() { *d } else { 0.0 })
        .collect();
    let mut panel = Panel::new(title, MEMORIES, SIZE);
    if log {
        panel = panel.log_x();
    }
    panel = panel.band("mean and sd of the trials", &memories, &means, &half);
    for (k, fit) in laws(&points(&best, complete_mean))
        .into_iter()
        .flatten()
        .enumerate()
    {
        let name = format!("{}: R2 {}", law(fit.trend), brief(fit.r_squared));
        let values: Vec<f64> = memories.iter().map(|k| fit.value(*k)).collect();
        panel = panel
            .dashed(&name, &memories, &values)
            .in_colour(k + 1)
            .thin();
    }
    Some(panel)
}

/// Medians for each strength.
fn by_strength(title: &str, all: &[Searched], log: bool) -> Option<Panel> {
    let mut ratios: Vec<f64> = all.iter().map(|s| s.ratio).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.dedup();
    let mut panel = Panel::new(title, MEMORIES, "Features N_f, median");
    if log {
        panel = panel.log_x();
    }
    for (k, ratio) in ratios.iter().enumerate() {
        let of: Vec<&Searched> = all.iter().filter(|s| s.ratio == *ratio).collect();
        let memories: Vec<f64> = of.iter().map(|s| s.memories as f64).collect();
        let medians: Vec<f64> = of.iter().map(|s| s.median()).collect();
        let name = format!("alpha_c / alpha_s {}", brief(*ratio));
        panel = panel.line(&name, &memories, &medians).in_colour(k);
    }
    (!ratios.is_empty()).then_some(panel)
}

/// Figure 4.
pub(super) fn figure_4(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut table = Table::new([
        "model",
        "memories",
        "alpha_c / alpha_s",
        "trial",
        "features",
        "networks tried",
        "mean peak overlap",
        "half as large again",
        "best strength",
    ])?;
    let mut panels = Vec::new();
    let all = [Model::Lisem, Model::Dsem].map(|m| (m, searched(networks.iter().copied(), m)));
    for (model, all) in &all {
        let best: Vec<(usize, f64)> = best(all).iter().map(|s| (s.memories, s.ratio)).collect();
        for searched in all {
            let is_best = best.contains(&(searched.memories, searched.ratio));
            for trial in &searched.trials {
                let larger = trial
                    .larger
                    .map_or("", |passed| if passed { "passes" } else { "fails" });
                let size = trial.size.map_or(Cell::from(f64::NAN), Cell::from);
                table.push([
                    model.name().into(),
                    searched.memories.into(),
                    searched.ratio.into(),
                    trial.trial.into(),
                    size,
                    trial.tried.into(),
                    trial.peak.unwrap_or(f64::NAN).into(),
                    larger.into(),
                    u32::from(is_best).into(),
                ])?;
            }
        }
    }
    let log = |model: Model| model == Model::Dsem;
    for (model, all) in &all {
        let letter = if *model == Model::Lisem { "A" } else { "B" };
        let title = format!("{}, best strength for each K (4{letter})", model.label());
        panels.extend(growth(&title, all, log(*model)));
    }
    for (model, all) in &all {
        let title = format!("{}, by strength", model.label());
        panels.extend(by_strength(&title, all, log(*model)));
    }
    Ok(Drawn::new(2, panels, table))
}

/// Share of draws that replay the cycle of four.
pub(super) fn strengths(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    for model in [Model::Lisem, Model::Dsem] {
        let found: Vec<(&Measured, &[Strength])> = trained(networks)
            .filter(|(network, _)| network.group == Group::Strengths(model))
            .filter_map(|(network, found)| Some((network, found.strengths()?)))
            .collect();
        let Some((_, first)) = found.first() else {
            continue;
        };
        let title = format!("{}: 3 + 4 memories, {} draws", model.label(), found.len());
        let mut panel = Panel::new(&title, "alpha_c / alpha_s", "Share that replays");
        panel = panel.log_x().y_range(-0.05, 1.05);
        let mut sizes: Vec<usize> = first.iter().map(|s| s.features).collect();
        sizes.dedup();
        for features in sizes {
            let ratios: Vec<f64> = first
                .iter()
                .filter(|s| s.features == features)
                .map(|s| s.ratio)
                .collect();
            let share = |ratio: &f64| {
                let same = |s: &&Strength| s.features == features && s.ratio == *ratio;
                let of = found.iter().flat_map(|(_, all)| all.iter().filter(same));
                let (held, count) = of.fold((0.0, 0.0), |(held, count), s| {
                    (held + f64::from(u8::from(s.replayed)), count + 1.0)
                });
                held / count
            };
            let shares: Vec<f64> = ratios.iter().map(share).collect();
            panel = panel.line(&format!("{features} features"), &ratios, &shares);
        }
        sheet.push(panel);
        for (network, all) in &found {
            for strength in *all {
                let curve = format!("{} features", strength.features);
                let replayed = f64::from(u8::from(strength.replayed));
                sheet.note(*network, model.name(), &curve, [(strength.ratio, replayed)])?;
            }
        }
    }
    Ok(sheet.drawn(2))
}
