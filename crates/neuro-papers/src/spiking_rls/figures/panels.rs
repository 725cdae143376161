//! Shapes of panels that several figures share.

use crate::spiking_rls::group::Group;
use crate::spiking_rls::measured::{Learned, Lesion, Measured, Test, Traces};
use crate::study::{Sheet, trained};
use crate::{Error, Panel};

/// Places in the palette: a network, its target, a prediction, a second network.
pub(super) const NETWORK: usize = 6;
pub(super) const TARGET: usize = 1;
pub(super) const PREDICTED: usize = 0;
/// Places of the three scores.
pub(super) const TRAINING: usize = 2;
pub(super) const SINGLE: usize = 0;
pub(super) const AVERAGED: usize = 1;

pub(super) const TIME: &str = "Time after the stimulus (ms)";

/// Units of a panel of traces.
const UNITS: usize = 3;

/// Networks of some groups that have learned, by group and seed.
pub(super) fn learned<'a>(
    networks: &[&'a Measured],
    groups: &[Group],
) -> Vec<(&'a Measured, &'a Learned)> {
    let found = trained(networks).filter(|(network, _)| groups.contains(&network.group));
    found
        .filter_map(|(network, found)| Some((network, found.learned()?)))
        .collect()
}

pub(super) fn or_nan(value: Option<f64>) -> f64 {
    value.unwrap_or(f64::NAN)
}

pub(super) fn single(found: &Learned) -> f64 {
    or_nan(found.test().and_then(Test::single))
}

pub(super) fn averaged(found: &Learned) -> f64 {
    or_nan(found.test().and_then(|test| test.averaged))
}

pub(super) fn training(found: &Learned) -> f64 {
    or_nan(found.test().map(|test| test.training))
}

/// What is kept of a network under a label.
pub(super) fn labelled<'a>(found: &'a Learned, label: &str) -> Option<&'a Traces> {
    found.traces.iter().find(|traces| traces.label == label)
}

/// The first network of a group that learned, and what is kept of it under a label.
fn first<'a>(
    networks: &[&'a Measured],
    group: Group,
    label: &str,
) -> Option<(&'a Measured, &'a Traces)> {
    let (network, found) = learned(networks, &[group]).into_iter().next()?;
    Some((network, labelled(found, label)?))
}

/// Adds a panel of a few units, one above the other: network, target, prediction.
pub(super) fn traces(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    networks: &[&Measured],
    group: Group,
    label: &str,
) -> Result<(), Error> {
    let Some((network, kept)) = first(networks, group, label) else {
        return Ok(());
    };
    let sets = [
        ("target", TARGET, &kept.targets),
        ("network", NETWORK, &kept.traces),
        ("quasi-static", PREDICTED, &kept.predicted),
    ];
    let size = sets
        .iter()
        .flat_map(|(_, _, set)| set.iter().take(UNITS).flatten());
    let size = size.fold(0.0, |m: f64, x| m.max(x.abs()));
    let apart = if size > 0.0 { 2.1 * size } else { 1.0 };
    let title = sheet.title(letter, &format!("{title}, seed {}", network.seed));
    let axis = format!("Units, {apart:.2} apart");
    let mut panel = Panel::new(&title, TIME, &axis);
    for (name, colour, set) in sets {
        for (k, values) in set.iter().take(UNITS).enumerate() {
            let time: Vec<f64> = (0..values.len()).map(|s| s as f64 * kept.step).collect();
            let shifted: Vec<f64> = values.iter().map(|y| y + apart * k as f64).collect();
            let legend = if k == 0 { name } else { "" };
            panel = panel.line(legend, &time, &shifted).in_colour(colour).thin();
            let points = time.into_iter().zip(values.iter().copied());
            sheet.note(network, letter, &format!("{name}, unit {k}"), points)?;
        }
    }
    sheet.push(panel);
    Ok(())
}

/// Adds a panel of spikes: unit against time.
pub(super) fn raster(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    networks: &[&Measured],
    group: Group,
    label: &str,
) -> Result<(), Error> {
    let shown = first(networks, group, label).filter(|(_, kept)| !kept.spikes.is_empty());
    let Some((network, kept)) = shown else {
        return Ok(());
    };
    let (x, y): (Vec<f64>, Vec<f64>) = kept.spikes.iter().map(|s| (s[0], s[1])).unzip();
    let points = x.iter().copied().zip(y.iter().copied());
    sheet.note(network, letter, label, points)?;
    let title = sheet.title(letter, &format!("{title}, seed {}", network.seed));
    sheet.push(
        Panel::new(&title, TIME, "Unit")
            .scatter("", &x, &y)
            .in_colour(NETWORK),
    );
    Ok(())
}

/// Adds panels of the correlation in training and of the change of the weights, loop by loop, of all networks;
/// the tests on the way with the correlation.
pub(super) fn over_loops(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    networks: &[&Measured],
    group: Group,
) -> Result<(), Error> {
    let all = learned(networks, &[group]);
    let loops = |of: fn(&crate::spiking_rls::measured::Loop) -> f64| {
        move |found: &Learned| -> Vec<(f64, f64)> {
            let numbered = found.loops.iter().enumerate();
            numbered.map(|(k, l)| (k as f64 + 1.0, of(l))).collect()
        }
    };
    let (correlation, change) = (loops(|l| l.correlation), loops(|l| l.weight_change));
    let mut curves = Vec::new();
    for (network, found) in &all {
        curves.push((
            *network,
            "training".to_string(),
            TRAINING,
            correlation(found),
        ));
    }
    let count = |found: &Learned| found.loops.len() as f64;
    for (name, colour, of) in [
        ("single test trials", SINGLE, 0),
        ("average over trials", AVERAGED, 1),
    ] {
        for (network, found) in &all {
            let on_the_way = found.stages.iter().map(|stage| {
                let score = [stage.single, stage.averaged][of];
                (stage.loops as f64, or_nan(score))
            });
            let last = [single(found), averaged(found)][of];
            let points = on_the_way.chain([(count(found), last)]).collect();
            curves.push((*network, name.to_string(), colour, points));
        }
    }
    let panel = Panel::new(&sheet.title(letter, title), "Loop", "Correlation");
    sheet.curves(letter, panel.y_range(-0.1, 1.0), curves)?;
    let weights = all.iter().map(|(network, found)| {
        (
            *network,
            "change of the weights".to_string(),
            NETWORK,
            change(found),
        )
    });
    let letter = format!("{letter}, weights");
    let panel = Panel::new(&sheet.title(&letter, title), "Loop", "|W - W0| / |W0|");
    sheet.curves(&letter, panel, weights)
}

/// Adds a panel of the three scores of some groups side by side, a point for each network.
pub(super) fn scores(
    sheet: &mut Sheet,
    letter: &str,
    title: &str,
    networks: &[&Measured],
    groups: &[(&str, Group)],
) -> Result<(), Error> {
    let kinds: [(&str, usize, f64, Quantity); 3] = [
        ("training", TRAINING, -0.2, training),
        ("single test trials", SINGLE, 0.0, single),
        ("average over trials", AVERAGED, 0.2, averaged),
    ];
    let names = groups.iter().map(|(name, _)| *name);
    let panel = Panel::new(&sheet.title(letter, title), "", "Correlation");
    let mut panel = panel.x_names(names).y_range(-0.1, 1.05);
    let mut some = false;
    for (name, colour, shift, score) in kinds {
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (place, (group_name, group)) in groups.iter().enumerate() {
            for (network, found) in learned(networks, &[*group]) {
                let value = score(found);
                some |= value.is_finite();
                x.push(place as f64 + shift);
                y.push(value);
                let curve = format!("{group_name}, {name}");
                sheet.note(network, letter, &curve, [(place as f64, value)])?;
            }
        }
        panel = panel.scatter(name, &x, &y).in_colour(colour);
    }
    if some {
        sheet.push(panel);
    }
    Ok(())
}

/// A quantity of a network.
pub(super) type Quantity = fn(&Learned) -> f64;

/// Points of a curve with the network that each comes from.
pub(super) type Points<'a> = Vec<(&'a Measured, f64, f64)>;

/// Adds a panel of values against a parameter: a point for each network, a line through the means.
pub(super) fn against(
    sheet: &mut Sheet,
    letter: &str,
    panel: Panel,
    sets: &[(String, usize, Points<'_>)],
) -> Result<(), Error> {
    let mut panel = panel;
    let mut some = false;
    for (name, colour, points) in sets {
        let mut sorted: Vec<(f64, f64)> = points.iter().map(|p| (p.1, p.2)).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut x, mut mean) = (Vec::new(), Vec::new());
        for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
            let finite: Vec<f64> = tied.iter().map(|p| p.1).filter(|y| y.is_finite()).collect();
            x.push(tied[0].0);
            mean.push(finite.iter().sum::<f64>() / finite.len() as f64);
        }
        for (network, x, y) in points {
            sheet.note(*network, letter, name, [(*x, *y)])?;
        }
        some |= mean.iter().any(|y| y.is_finite());
        let (points_x, points_y): (Vec<f64>, Vec<f64>) = sorted.into_iter().unzip();
        panel = panel.line(name, &x, &mean).in_colour(*colour);
        panel = panel.scatter("", &points_x, &points_y).in_colour(*colour);
    }
    if some {
        sheet.push(panel);
    }
    Ok(())
}

/// Adds a map: points coloured by a value.
pub(super) fn map(
    sheet: &mut Sheet,
    letter: &str,
    panel: Panel,
    value_label: &str,
    points: &[(&Measured, f64, f64, f64)],
) -> Result<(), Error> {
    for (network, x, y, value) in points {
        sheet.note(*network, letter, &format!("y = {y}"), [(*x, *value)])?;
    }
    let column =
        |of: fn(&(&Measured, f64, f64, f64)) -> f64| points.iter().map(of).collect::<Vec<_>>();
    let (x, y, value) = (column(|p| p.1), column(|p| p.2), column(|p| p.3));
    if value.iter().any(|v| v.is_finite()) {
        sheet.push(panel.scatter_by(&x, &y, &value, value_label));
    }
    Ok(())
}

/// Single and averaged scores of networks with and without damage: share and score.
fn damaged<'a>(
    all: &[(&'a Measured, &'a Learned)],
    score: impl Fn(&Test) -> Option<f64>,
) -> Points<'a> {
    let mut points = Vec::new();
    for (network, found) in all {
        let whole = found.test().and_then(&score);
        points.push((*network, 0.0, or_nan(whole)));
        for Lesion { share, test } in &found.lesions {
            points.push((*network, *share, or_nan(score(test))));
        }
    }
    points
}

/// The same for single trials and for their average, to be drawn by [`against`].
pub(super) fn both_damaged<'a>(
    all: &[(&'a Measured, &'a Learned)],
) -> [(String, usize, Points<'a>); 2] {
    let averaged = damaged(all, |test| test.averaged);
    [
        (
            "single test trials".into(),
            SINGLE,
            damaged(all, Test::single),
        ),
        ("average over trials".into(), AVERAGED, averaged),
    ]
}
