//! Figure 5: rates of dominant and other units.

use super::panels::{
    CHANNELS, DOMINANT as PURPLE, OTHERS, by_channels, each_network, mean_and_deviation, of_found,
    times,
};
use crate::noisy_ei::derived::{Contrast, dominant_rates};
use crate::noisy_ei::example::Example;
use crate::noisy_ei::group::Group;
use crate::noisy_ei::measured::{DOMINANT, Found, LOOSE, Measured, STRIDE, Steady};
use crate::study::{Drawn, tidy, trained};
use crate::{Error, Panel, Scale};

const RATE: &str = "Mean rate";

/// The mean of a course over both first stimuli; none when a state has no such units.
fn course(found: &Found, of: fn(&Steady) -> &Vec<f64>) -> Option<Vec<f64>> {
    let courses: Vec<Vec<f64>> = found.steady.iter().map(|s| of(s).clone()).collect();
    let (mean, _) = mean_and_deviation(&courses);
    (!mean.is_empty()).then_some(mean)
}

fn dominant_course(found: &Found) -> Option<Vec<f64>> {
    course(found, |steady| &steady.dominant_course)
}

fn other_course(found: &Found) -> Option<Vec<f64>> {
    course(found, |steady| &steady.other_course)
}

/// Axes with the ends of the stimuli of a network's task.
fn axes(title: &str, network: &Measured) -> Panel {
    let config = network.group.config(Scale::Paper);
    let mut panel = Panel::new(title, "Time (ms)", RATE);
    if let Some(delay) = network.delay {
        let stimuli = config.matching_task(delay).stimulus_samples();
        let ends = stimuli.into_iter().flat_map(|s| [s.start, s.end]);
        for (k, at) in ends.enumerate() {
            let name = if k == 0 { "stimuli" } else { "" };
            panel = panel.vertical(name, at as f64 * config.dt).in_colour(0);
        }
    }
    panel
}

fn step(network: &Measured) -> f64 {
    STRIDE as f64 * network.group.config(Scale::Paper).dt
}

fn table(networks: &[&Measured]) -> Result<crate::Table, Error> {
    let step = networks.first().map_or(0.0, |network| step(network));
    tidy(networks, ["units", "time (ms)", "mean rate"], |found| {
        let courses = [
            ("dominant", dominant_course(found)),
            ("others", other_course(found)),
        ];
        let rows = courses.into_iter().flat_map(|(units, course)| {
            let course = course.unwrap_or_default();
            let times = times(0.0, step, &course);
            let values = times.into_iter().zip(course);
            values.map(move |(time, rate)| [units.into(), time.into(), rate.into()])
        });
        rows.collect::<Vec<_>>()
    })
}

/// Figures 5a and 5b.
pub(super) fn example(networks: &[&Measured]) -> Result<Drawn, Error> {
    let group = networks.first().map(|network| network.group);
    let shown = group.and_then(|group| Example::of(networks.iter().copied(), group));
    let of_example: Vec<&Measured> = shown.iter().map(|example| example.network).collect();
    let mut panels = Vec::new();
    if let Some(Example { network, found }) = shown {
        let mut panel = axes(&Example { network, found }.title(), network);
        for (name, colour, course) in [
            ("dominant units", PURPLE, dominant_course(found)),
            ("others", OTHERS, other_course(found)),
        ] {
            let course = course.unwrap_or_default();
            let x = times(0.0, step(network), &course);
            panel = panel.line(name, &x, &course).in_colour(colour);
        }
        panels.push(panel);
    }
    Ok(Drawn {
        panel_size: (520.0, 330.0),
        ..Drawn::new(1, panels, table(&of_example)?)
    })
}

/// Units of a kind: what they are called, their colour, and their course in a network.
type Kind = (&'static str, usize, fn(&Found) -> Option<Vec<f64>>);

/// Figures 5c and 5d: mean and standard deviation over the networks that learned.
pub(super) fn networks(networks: &[&Measured]) -> Result<Drawn, Error> {
    let learned: Vec<&Measured> = networks.iter().copied().filter(|n| n.learned).collect();
    let mut panels = Vec::new();
    if let Some(first) = learned.first() {
        let (channels, count) = (first.group.channels().count(), learned.len());
        let title = format!("C = {channels}, {count} networks that learned, mean ± sd");
        let mut panel = axes(&title, first);
        let kinds: [Kind; 2] = [
            ("dominant units", PURPLE, dominant_course),
            ("others", OTHERS, other_course),
        ];
        for (name, colour, course) in kinds {
            let found = trained(&learned).filter_map(|(_, found)| course(found));
            let (mean, deviation) = mean_and_deviation(&found.collect::<Vec<_>>());
            let x = times(0.0, step(first), &mean);
            panel = panel.band(name, &x, &mean, &deviation).in_colour(colour);
        }
        panels.push(panel);
    }
    Ok(Drawn {
        panel_size: (520.0, 330.0),
        ..Drawn::new(1, panels, table(&learned)?)
    })
}

/// Figure 5e.
pub(super) fn dominant(networks: &[&Measured]) -> Result<Drawn, Error> {
    rates(networks, "Dominant units", |contrast| contrast.dominant)
}

/// Figure 5f.
pub(super) fn others(networks: &[&Measured]) -> Result<Drawn, Error> {
    rates(networks, "Other units", |contrast| contrast.others)
}

fn rates(networks: &[&Measured], units: &str, value: fn(Contrast) -> f64) -> Result<Drawn, Error> {
    let at = |threshold| of_found(move |found| value(dominant_rates(found, threshold)));
    let columns = ["rate (above 1e-6)", "rate (above 0.01)"];
    let table = each_network(networks, columns, |network| {
        [DOMINANT, LOOSE].map(|threshold| at(threshold)(network).into())
    })?;
    let mut panels = Vec::new();
    if trained(networks).next().is_some() {
        for (threshold, words) in [(DOMINANT, "1e-6"), (LOOSE, "0.01")] {
            let title = format!("{units} (limit of the amplitude: {words})");
            let panel = Panel::new(&title, CHANNELS, "Mean rate in the delay");
            panels.push(by_channels(
                panel,
                networks,
                &Group::MATCHING,
                at(threshold),
            ));
        }
    }
    Ok(Drawn::new(2, panels, table))
}
