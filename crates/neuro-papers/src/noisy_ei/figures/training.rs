//! Figure 1, the task of two delays, and learning curves.

use super::panels::{CHANNELS, DARK, boxes, by_channels, colour, each_network, of_found, present};
use crate::noisy_ei::derived::{Correct, robust_accuracy};
use crate::noisy_ei::group::{Channels, Group};
use crate::noisy_ei::measured::{Check, Measured};
use crate::study::{Drawn, name, tidy};
use crate::{Error, Panel, Table};

const TRIALS: &str = "Trials to the criterion";

/// The paper's success rates at C = 0, 1, 5 and 10 (Figure 1d).
const PAPER: [f64; 4] = [0.66, 0.8, 0.92, 1.0];

/// Loss and accuracy of each group, a line for each network, also of those that diverged.
pub(super) fn learning(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = Vec::new();
    let mut table = Table::new(["group", "seed", "trial", "loss", "accuracy"])?;
    for group in present(networks, &Group::ALL) {
        let of_group: Vec<&Measured> = networks
            .iter()
            .copied()
            .filter(|n| n.group == group)
            .collect();
        let title = group.name();
        let loss = Panel::new(title, "Trial", "Loss").horizontal("criterion", 7.0);
        panels.push(curves(loss, &of_group, |check| check.loss));
        let accuracy = Panel::new(title, "Trial", "Accuracy").horizontal("criterion", 0.95);
        panels.push(curves(accuracy, &of_group, |check| check.accuracy));
    }
    for network in networks {
        for check in &network.learning {
            let row = [check.trial.into(), check.loss.into(), check.accuracy.into()];
            table.push(name(*network).into_iter().chain(row))?;
        }
    }
    Ok(Drawn {
        panel_size: (330.0, 230.0),
        ..Drawn::new(4, panels, table)
    })
}

/// A thin line for each network, dark where it did not learn.
fn curves(mut panel: Panel, networks: &[&Measured], value: fn(&Check) -> f64) -> Panel {
    for network in networks {
        let checks = network.learning.iter();
        let (x, y): (Vec<f64>, Vec<f64>) = checks.map(|c| (c.trial as f64, value(c))).unzip();
        let place = if network.learned {
            colour(network.group.channels())
        } else {
            DARK
        };
        panel = panel.line("", &x, &y).in_colour(place).thin();
    }
    panel
}

fn trials_table(networks: &[&Measured]) -> Result<Table, Error> {
    let columns = ["C", "delay (ms)", "trials to criterion", "cap"];
    each_network(networks, columns, |network| {
        [
            network.group.channels().count().into(),
            network.delay.unwrap_or(f64::NAN).into(),
            network.trials_to_criterion().into(),
            network.cap.into(),
        ]
    })
}

/// Figure 1b.
pub(super) fn delays(networks: &[&Measured]) -> Result<Drawn, Error> {
    let table = trials_table(networks)?;
    let order = [
        Group::Delay50,
        Group::Delay150,
        Group::Matching(Channels::None),
        Group::FixedFast,
    ];
    let set = |(place, group): (usize, Group)| {
        let of_group: Vec<&Measured> = networks
            .iter()
            .copied()
            .filter(|n| n.group == group)
            .collect();
        let delay = of_group.first().and_then(|n| n.delay).unwrap_or_default();
        let name = match group {
            Group::FixedFast => format!("{delay} ms, τ = 25 ms"),
            _ => format!("{delay} ms"),
        };
        (name, [4, 0, 1, 5][place % 4], of_group)
    };
    let groups = present(networks, &order).into_iter().enumerate();
    let sets: Vec<_> = groups.map(set).collect();
    let mut panels = Vec::new();
    if !sets.is_empty() {
        let panel = Panel::new("C = 0", "Delay", TRIALS);
        let panel = boxes(panel, &sets, Measured::trials_to_criterion);
        panels.push(from_zero(panel, networks));
    }
    Ok(Drawn {
        panel_size: (520.0, 360.0),
        ..Drawn::new(1, panels, table)
    })
}

/// Lets trials begin at 0 and end above the cap, which is marked when somebody reached it.
fn from_zero(panel: Panel, networks: &[&Measured]) -> Panel {
    let most = networks.iter().map(|n| n.trials_to_criterion());
    let most = most.fold(0.0, f64::max);
    let cap = networks.iter().filter(|n| !n.learned).map(|n| n.cap).max();
    let panel = panel.y_range(0.0, 1.06 * most.max(1.0));
    match cap {
        Some(cap) => panel.horizontal("cap", cap as f64),
        None => panel,
    }
}

/// Share of networks that learned, with its standard error.
fn shares(panel: Panel, networks: &[&Measured], groups: &[Group]) -> Panel {
    let groups = present(networks, groups);
    let names = groups
        .iter()
        .map(|group| group.channels().count().to_string());
    let mut panel = panel.x_names(names).y_range(0.0, 1.05);
    for (place, group) in groups.iter().enumerate() {
        let of_group = networks.iter().filter(|n| n.group == *group);
        let count = of_group.clone().count() as f64;
        let learned = of_group.filter(|n| n.learned).count() as f64;
        let share = learned / count;
        let error = (share * (1.0 - share) / count).sqrt();
        let words = format!("{learned} of {count}");
        panel = panel
            .points(&words, &[place as f64], &[share], &[error])
            .in_colour(colour(group.channels()));
    }
    panel
}

/// Figure 1d.
pub(super) fn success(networks: &[&Measured]) -> Result<Drawn, Error> {
    let table = trials_table(networks)?;
    let mut panels = Vec::new();
    if !networks.is_empty() {
        let panel = Panel::new("Share ± standard error", CHANNELS, "Share that learned");
        let mut panel = shares(panel, networks, &Group::MATCHING);
        let groups = present(networks, &Group::MATCHING);
        let paper = |group: &Group| PAPER[group.channels() as usize];
        let y: Vec<f64> = groups.iter().map(paper).collect();
        let x: Vec<f64> = (0..y.len()).map(|place| place as f64 + 0.2).collect();
        panel = panel.scatter("paper, 250 ms", &x, &y).in_colour(DARK);
        panels.push(panel);
    }
    Ok(Drawn {
        panel_size: (440.0, 340.0),
        ..Drawn::new(1, panels, table)
    })
}

/// Figure 1e.
pub(super) fn trials(networks: &[&Measured]) -> Result<Drawn, Error> {
    let panels = trials_panel(networks, "Networks that learned", &Group::MATCHING);
    let table = trials_table(networks)?;
    Ok(Drawn {
        panel_size: (440.0, 340.0),
        ..Drawn::new(1, panels, table)
    })
}

/// The trials by the number of noise channels, unless there are no networks.
fn trials_panel(networks: &[&Measured], title: &str, groups: &[Group]) -> Vec<Panel> {
    let chosen: Vec<&Measured> = networks
        .iter()
        .copied()
        .filter(|n| groups.contains(&n.group))
        .collect();
    if chosen.is_empty() {
        return Vec::new();
    }
    let panel = Panel::new(title, CHANNELS, TRIALS);
    let panel = by_channels(panel, &chosen, groups, Measured::trials_to_criterion);
    vec![from_zero(panel, &chosen)]
}

/// The task of two delays.
pub(super) fn two_delays(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = trials_panel(networks, "Trials", &Group::TWO_DELAYS);
    if !panels.is_empty() {
        let panel = Panel::new("Share ± standard error", CHANNELS, "Share that learned");
        panels.insert(0, shares(panel, networks, &Group::TWO_DELAYS));
    }
    Ok(Drawn::new(2, panels, trials_table(networks)?))
}

/// Trials to the criterion of forced choice and of context-dependent integration.
pub(super) fn without_memory(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut panels = trials_panel(networks, "Forced choice", &Group::CHOICE);
    let context = "Context-dependent integration";
    panels.extend(trials_panel(networks, context, &Group::CONTEXT));
    Ok(Drawn::new(2, panels, trials_table(networks)?))
}

/// Marks chance for the sign of the output; a silent output is never right by the peak.
pub(super) fn chance(panel: Panel, correct: Correct) -> Panel {
    match correct {
        Correct::Peak => panel,
        Correct::Mean => panel.horizontal("chance", 0.5),
    }
}

/// Figure 1f: by the rule of the paper above, by the sign of the mean output below.
pub(super) fn robustness(networks: &[&Measured]) -> Result<Drawn, Error> {
    let columns = ["delay (ms)", "trials", "correct (peak)", "correct (mean)"];
    let table = tidy(networks, columns, |found| {
        let rows = found.robustness.iter();
        rows.map(|at| {
            let [peak, mean] = at.accuracy;
            [at.delay.into(), at.trials.into(), peak.into(), mean.into()]
        })
    })?;
    let mut panels = Vec::new();
    if !table.rows().is_empty() {
        for correct in Correct::ALL {
            let label = match correct {
                Correct::Peak => "Share correct",
                Correct::Mean => "Share of right signs",
            };
            for delay in [250.0, 750.0, 1250.0] {
                let panel = Panel::new(&format!("Delay {delay} ms"), CHANNELS, label);
                let value = of_found(|found| robust_accuracy(found, delay, correct));
                let panel = by_channels(panel, networks, &Group::MATCHING, value);
                panels.push(chance(panel.y_range(0.0, 1.02), correct));
            }
        }
    }
    Ok(Drawn {
        panel_size: (330.0, 270.0),
        ..Drawn::new(3, panels, table)
    })
}
