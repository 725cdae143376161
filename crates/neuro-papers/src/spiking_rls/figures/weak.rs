//! What the specification found weak or open.

use super::panels::{
    AVERAGED, SINGLE, TRAINING, against, averaged, learned, or_nan, over_loops, scores, single,
};
use super::{GAINS, STIMULI};
use crate::spiking_rls::group::{Group, Kind};
use crate::spiking_rls::measured::{Heterogeneity, Learned, Measured};
use crate::study::{Drawn, Sheet, trained};
use crate::{Error, Panel};

/// The stimulus.
pub(super) fn stimulus(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let names = ["50 ms, 1", "100 ms, 1", "100 ms, 2"];
    let groups: Vec<(&str, Group)> = names.into_iter().zip(STIMULI).collect();
    scores(&mut sheet, "scores", "Sine waves", networks, &groups)?;
    let reset = |found: &Learned| or_nan(found.test().and_then(|test| test.reset));
    let of = |score: fn(&Learned) -> f64| {
        let all = learned(networks, &STIMULI).into_iter();
        all.map(|(network, found)| (network, reset(found), score(found)))
            .collect()
    };
    let sets = [
        ("single test trials".to_string(), SINGLE, of(single)),
        ("average over trials".to_string(), AVERAGED, of(averaged)),
    ];
    let panel = Panel::new(
        "Spread at the end of the stimulus",
        "Between trials by over time",
        "Correlation",
    );
    against(&mut sheet, "spread", panel, &sets)?;
    Ok(sheet.drawn(2))
}

/// The rate rule, products and Izhikevich's units.
pub(super) fn weak(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let single_group = |name: &'static str, kind| (name, Group::Single(kind));
    let rules = [
        single_group("standard", Kind::SinesRate),
        single_group("brief stimulus", Kind::RateBrief),
        single_group("no gate", Kind::RateUngated),
        single_group("synapses 40 ms", Kind::RateSlow),
    ];
    scores(&mut sheet, "rate rule", "The rate rule", networks, &rules)?;
    let products = [
        single_group("500 units", Kind::Products),
        single_group("200 units", Kind::ProductsFew),
        single_group("200, both slow", Kind::ProductsFewSlow),
    ];
    scores(
        &mut sheet,
        "products",
        "Products of sines",
        networks,
        &products,
    )?;
    let updates = [
        single_group("every 2 ms", Kind::Izhikevich),
        single_group("every 10 ms", Kind::IzhikevichSeldom),
    ];
    scores(
        &mut sheet,
        "izhikevich",
        "Izhikevich's units",
        networks,
        &updates,
    )?;
    for (letter, title, kind) in [
        ("rate rule, loops", "The rate rule", Kind::SinesRate),
        ("products, loops", "Products, 200 units", Kind::ProductsFew),
        ("izhikevich, loops", "Izhikevich's units", Kind::Izhikevich),
    ] {
        over_loops(&mut sheet, letter, title, networks, Group::Single(kind))?;
    }
    Ok(sheet.drawn(3))
}

/// Initial weights.
pub(super) fn gain(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let names = ["none", "1", "2", "4", "8"];
    let groups: Vec<(&str, Group)> = names.into_iter().zip(GAINS).collect();
    scores(
        &mut sheet,
        "gain",
        "Gain of initial weights",
        networks,
        &groups,
    )?;
    Ok(sheet.drawn(1))
}

/// Rank, capacity, and the batch solution.
pub(super) fn heterogeneity(networks: &[&Measured]) -> Result<Drawn, Error> {
    let mut sheet = Sheet::new("")?;
    let found: Vec<_> = trained(networks)
        .filter_map(|(network, found)| Some((network, found.heterogeneity()?)))
        .collect();
    let of = |value: &dyn Fn(&Heterogeneity) -> Vec<[f64; 2]>| {
        let points = found.iter().flat_map(|(network, h)| {
            let points = value(h).into_iter();
            points.map(|[x, y]| (*network, x, y)).collect::<Vec<_>>()
        });
        points.collect::<Vec<_>>()
    };
    let share = "Share of random targets";
    let panel = Panel::new(
        "Rank of the rate patterns",
        share,
        "By the largest possible",
    );
    let sets = [(String::new(), SINGLE, of(&|h| h.ranks.clone()))];
    against(&mut sheet, "rank", panel, &sets)?;
    let panel = Panel::new("Dimension of the rate patterns", share, "Dimension");
    let sets = [(String::new(), SINGLE, of(&|h| h.dimensions.clone()))];
    against(&mut sheet, "dimension", panel, &sets)?;
    let panel = Panel::new("Best linear solution", "Bins by units", "Relative error");
    let sets = [(String::new(), SINGLE, of(&|h| h.capacity.clone()))];
    against(&mut sheet, "capacity", panel.log_x(), &sets)?;
    let placed = |place: usize, value: Option<f64>| vec![[place as f64, or_nan(value)]];
    let solved = of(&|h| {
        let batch = h.batch.iter().enumerate();
        batch.flat_map(|(k, b)| placed(k, Some(b.solved))).collect()
    });
    let network = of(&|h| {
        let batch = h.batch.iter().enumerate();
        let batch = batch.flat_map(|(k, b)| placed(k, b.test.single()));
        batch
            .chain(placed(h.batch.len(), h.recursive.single()))
            .collect()
    });
    let average = of(&|h| {
        let batch = h.batch.iter().enumerate();
        let batch = batch.flat_map(|(k, b)| placed(k, b.test.averaged));
        batch
            .chain(placed(h.batch.len(), h.recursive.averaged))
            .collect()
    });
    let panel = Panel::new("All at once and recursively", "", "Correlation");
    let panel = panel.x_names(["at once", "at once, ridge 1", "recursively"]);
    let sets = [
        ("equation solved".to_string(), TRAINING, solved),
        ("network, single trials".to_string(), SINGLE, network),
        ("network, average".to_string(), AVERAGED, average),
    ];
    against(&mut sheet, "batch", panel, &sets)?;
    Ok(sheet.drawn(2))
}
